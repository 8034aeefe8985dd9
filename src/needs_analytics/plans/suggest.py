"""Suggestions for next month from where the demand goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from needs_analytics.core.records import ActionPlan

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from needs_analytics.core.records import Cleaned, GapReport, MatchPlan

COLUMNS = (
    "kind",
    "need",
    "need_name",
    "service",
    "service_name",
    "site",
    "community",
    "persons",
    "units",
    "unit",
    "cost",
    "within_offer",
    "gap",
    "gap_low",
    "gap_high",
    "n",
    "flag",
)
_KIND_OF_CAUSE = {
    "no_service": "new_service",
    "not_eligible": "eligibility",
    "too_far": "new_site",
    "not_taken_up": "publicity",
    "dissatisfied": "quality",
}
_LEAST_SHARE = 0.2  # a cause that takes less of a demand makes no suggestion of its own


def plan_actions(gaps: GapReport, matches: MatchPlan, cleaned: Cleaned) -> ActionPlan:
    """Suggest what to do next month, most persons first.

    Each large cause of a need's gap makes one suggestion; a full service is suggested to grow, site by site, as far as
    unserved residents in its reach would fill it (cheapest per person first, nobody counted twice).
    """
    needs = gaps.at("district")
    rows = [_cause_row(need, cause, gaps) for need in needs.to_dict("records") for cause in _KIND_OF_CAUSE
            if need[cause] >= _LEAST_SHARE * need["demand"] > 0]  # fmt: skip
    rows += _expansions(matches, needs)
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    names = cleaned.menu.drop_duplicates("service").set_index("service")["name"]
    table["service_name"] = table["service"].map(names).fillna("")
    table = table[table["persons"] >= 1].sort_values(
        ["persons", "need", "kind"], ascending=[False, True, True], kind="stable"
    )
    return ActionPlan(table.reset_index(drop=True))


def _cause_row(need: Mapping[Hashable, Any], cause: str, gaps: GapReport) -> dict[str, object]:
    """Return the suggestion of one cause with the community that has most of it."""
    places = gaps.at("community")
    places = places[(places["need"] == need["need"]) & places[cause].notna()]
    worst = places["community"].iloc[places[cause].argmax()] if len(places) else ""
    return {
        "kind": _KIND_OF_CAUSE[cause],
        "service": "",
        "site": "",
        "community": worst,
        "persons": need[cause],
        "units": np.nan,
        "unit": "",
        "cost": np.nan,
        "within_offer": True,
        **_of_need(need),
    }


def _of_need(need: Mapping[Hashable, Any]) -> dict[str, object]:
    return {name: need[name] for name in ("need", "need_name", "gap", "gap_low", "gap_high", "n", "flag")}


def _expansions(matches: MatchPlan, needs: pd.DataFrame) -> list[dict[str, object]]:
    """Return how far each full service@site should grow: the unserved in its reach, counted once."""
    if matches.arcs.empty:
        return []
    left = (matches.cells["reachable"] - matches.cells["served"]).to_numpy(float, copy=True)
    sinks = matches.sinks.assign(per_person=matches.sinks["cost_per_unit"] * matches.sinks["uses_per_person"])
    order = sinks[sinks["price"] > 0].sort_values(["per_person", "service", "site"], na_position="last")
    by_need = {need["need"]: need for need in needs.to_dict("records")}
    rows: list[dict[str, object]] = []
    for position, sink in order.iterrows():
        cells = matches.arcs.loc[matches.arcs["sink"] == position, "cell"].to_numpy(int)
        wanted = float(left[cells].sum())
        offered = float(sink["max_extra_persons"])
        persons = min(wanted, offered) if np.isfinite(offered) and offered > 0 else wanted
        if persons < 1:
            continue
        main = matches.cells.iloc[cells].assign(left=left[cells]).groupby("need")["left"].sum().idxmax()
        left[cells] -= left[cells] * (persons / wanted)
        rows.append(
            {
                "kind": "expand",
                "service": sink["service"],
                "site": sink["site"],
                "community": "",
                "persons": persons,
                "units": persons * sink["uses_per_person"],
                "unit": sink["unit"],
                "cost": persons * sink["per_person"],
                "within_offer": bool(np.isfinite(offered) and offered > 0),
                **_of_need(by_need[main]),
            }
        )
    return rows
