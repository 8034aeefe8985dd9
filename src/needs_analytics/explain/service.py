"""A service explained."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from needs_analytics.core.messages import failure
from needs_analytics.core.rules import rule_words
from needs_analytics.core.wording import key as compared
from needs_analytics.errors import UsageError
from needs_analytics.explain.explanation import Explanation
from needs_analytics.explain.lookup import missing
from needs_analytics.explain.saying import say
from needs_analytics.explain.sources import place_lines

if TYPE_CHECKING:
    from typing import Any

    from needs_analytics.core.results import MonthResult


def _no_service(result: MonthResult, name: str) -> str:
    """Refuse a name that is no service, with the key that it may be meant for."""
    if compared(name) in {compared(need) for need in result.needs.table["need_name"].unique()}:
        raise failure(UsageError, "explain_is_need", name=name)
    return missing("explain_service", name, [str(service) for service in result.cleaned.menu["name"]])


def explain_service(result: MonthResult, names: list[str], language: str) -> Explanation:
    """Return what a service can do and how much of it was used, at all its sites or at one."""
    menu = result.cleaned.menu
    known = {
        compared(str(value)): str(service)
        for service, name in zip(menu["service"], menu["name"], strict=True)
        for value in (name.split("(")[0], service, name)
    }
    service = known.get(compared(names[0])) or _no_service(result, names[0])
    services = result.gaps.services
    rows = services[services["service"] == service]
    if len(names) == 2:
        sites = {compared(str(site)): str(site) for site in rows["site"]}
        site = sites.get(compared(names[1])) or missing("explain_place", names[1], list(rows["site"]))
        rows = rows[rows["site"] == site]
    rule = str(menu.loc[menu["service"] == service, "eligibility"].fillna("all").iloc[0])
    names_of_groups = result.cleaned.codebook.group_names(language)
    lines = [say("rule_line", language, rule=rule_words(rule, names_of_groups, language))]
    lines += [_offer(row, language) for row in rows.to_dict("records")]
    cleaned = result.cleaned
    parts = [frame[frame["service"] == service] for frame in (menu, cleaned.supply, cleaned.usage)]
    sources = [line for part in parts for line in place_lines(part, language)]
    name = str(menu.loc[menu["service"] == service, "name"].iloc[0])
    return Explanation(
        say("service_title", language, service=name),
        say("service_formula", language),
        tuple(lines),
        tuple(sources),
        language,
    )


def _offer(row: dict[Any, Any], language: str) -> str:
    unknown = say("unknown", language)
    line = say(
        "offer_line",
        language,
        site=row["site"] or say("no_site", language),
        capacity=row["capacity"],
        unit=row["unit"],
        uses=row["uses_per_person"],
        persons=row["capacity_persons"],
        used=f"{row['used_units']:,.0f}" if np.isfinite(row["used_units"]) else unknown,
        rate=f"{row['utilisation']:.0%}" if np.isfinite(row["utilisation"]) else unknown,
    )
    notes = [
        name
        for name, known in (("capacity_assumed", row["capacity_known"]), ("frequency_assumed", row["frequency_known"]))
        if not known
    ]
    return line + "".join(say(note, language) for note in notes)
