"""Every service that might meet a need somewhere: who may use it, who reaches it, what room it has, what decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.rules import rule_words
from needs_analytics.explain.lookup import serving, within
from needs_analytics.explain.saying import say

if TYPE_CHECKING:
    from needs_analytics.core.results import MatchPlan, MonthResult

COLUMNS = (
    "service", "service_name", "site", "mode", "rule", "eligible", "within", "nearest_m", "radius_m",
    "capacity_persons", "capacity_stated", "planned", "planned_others", "free", "used_persons", "waiting", "one_more",
    "verdict",
)  # fmt: skip
_NONE = 1e-6


def considered_services(result: MonthResult, need: str, community: str, grid: str) -> pd.DataFrame:
    """Return every service@site whose service covers a need, as seen from a place.

    Returns
    -------
    One row per service@site: ``rule`` (its eligibility as an expression), ``eligible`` and ``within`` (persons of the
    place's demand that may use it, and that reach it too), ``nearest_m`` and ``radius_m`` (metres; NaN for services at
    home or online and where no distance is known), ``capacity_persons`` a month, ``planned`` for this need and place,
    ``planned_others``, ``free`` (what is left), ``used_persons``, ``waiting``, ``one_more`` (persons served in all with
    room for one more: the shadow price) and ``verdict``: ``nobody_eligible, too_far, unknown_capacity, used_up`` or
    ``free``.
    """
    menu = result.cleaned.menu.drop_duplicates("service").set_index("service")
    services = sorted(serving(result, need))
    offered = _offered(result.matches, result.gaps.services, services)
    offered = offered.join(_seen_from(result.matches, need, community, grid), on="sink").fillna({
        "eligible": 0.0, "within": 0.0, "planned": 0.0
    })  # fmt: skip
    offered["planned_others"] = np.maximum(offered["planned_persons"] - offered["planned"], 0.0)
    offered["free"] = np.maximum(offered["capacity_persons"] - offered["planned_persons"], 0.0)
    table = offered.assign(
        service_name=offered["service"].map(menu["name"]), mode=offered["service"].map(menu["mode"]).fillna("到点"),
        rule=offered["service"].map(menu["eligibility"]).fillna("all"), verdict=_verdicts(offered),
    )  # fmt: skip
    return table.sort_values(["service", "site"], kind="stable")[list(COLUMNS)].reset_index(drop=True)


def _offered(plan: MatchPlan, used: pd.DataFrame, services: list[str]) -> pd.DataFrame:
    """Return the service@sites of some services with their room and use, ``sink`` telling where each stands."""
    recorded = used.set_index(["service", "site"])[["used_persons", "waiting"]]
    sinks = plan.sinks.assign(sink=np.arange(len(plan.sinks)), one_more=plan.sinks["price"])
    return sinks[sinks["service"].isin(services)].join(recorded, on=["service", "site"])


def _seen_from(plan: MatchPlan, need: str, community: str, grid: str) -> pd.DataFrame:
    """Return ``eligible, within, nearest_m, radius_m, planned`` per sink for the demand of a place."""
    cells = within(plan.cells[plan.cells["need"] == need], community, grid)
    pairs = plan.pairs[plan.pairs["cell"].isin(cells.index)]
    demand = plan.cells["demand"].to_numpy(float)[pairs["cell"].to_numpy(int)]
    inside = pairs["within"].to_numpy(bool)
    arcs = plan.arcs[plan.arcs["cell"].isin(cells.index)]
    radius = (pairs["distance_m"] + pairs["slack"]).where(np.isfinite(pairs["slack"].to_numpy(float)))
    seen = pairs.assign(eligible=demand, within=np.where(inside, demand, 0.0), radius_m=radius).groupby("sink")
    return pd.DataFrame({
        "eligible": seen["eligible"].sum(), "within": seen["within"].sum(), "nearest_m": seen["distance_m"].min(),
        "radius_m": seen["radius_m"].max(), "planned": arcs.groupby("sink")["persons"].sum(),
    })  # fmt: skip


def _verdicts(table: pd.DataFrame) -> pd.Series:
    """Return what decides about each service@site, the first that holds."""
    room = table["capacity_persons"].to_numpy(float)
    return pd.Series(
        np.select(
            [
                ~(table["eligible"] > _NONE),
                ~(table["within"] > _NONE),
                ~table["capacity_stated"].astype(bool),
                ~(table["free"].to_numpy(float) > _NONE * np.maximum(room, 1.0)),
            ],
            ["nobody_eligible", "too_far", "unknown_capacity", "used_up"],
            default="free",
        ),
        index=table.index,
    )


def considered_lines(result: MonthResult, table: pd.DataFrame, demand: float, language: str) -> list[str]:
    """Return a sentence for every service considered, and one where none is."""
    if table.empty:
        return [say("considered_none", language)]
    names = result.cleaned.codebook.group_names(language)
    return [_line(row, names, demand, language) for row in table.to_dict("records")]


def _line(row: dict[str, object] | dict[object, object], names: dict[str, str], demand: float, language: str) -> str:
    told = {str(name): value for name, value in row.items()}
    rule = say("everybody", language) if told["rule"] == "all" else rule_words(str(told["rule"]), names, language)
    told |= {"site": told["site"] or say("no_site", language), "demand": demand, "rule": rule}
    parts = [say("considered_rule", language, **told)]
    if told["verdict"] != "nobody_eligible":
        known = np.isfinite(float(str(told["nearest_m"]))) and np.isfinite(float(str(told["radius_m"])))
        parts.append(say("considered_reach" if known else "considered_in_area", language, **told))
    if told["verdict"] not in {"nobody_eligible", "too_far", "unknown_capacity"}:
        parts.append(say("considered_room", language, **told))
    return say("joined", language).join(parts) + say(f"verdict_{told['verdict']}", language, **told)
