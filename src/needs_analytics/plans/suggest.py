"""Suggestions for next month from where the demand goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from needs_analytics.core.results import ALL, ActionPlan

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from needs_analytics.core.arrays import Floats
    from needs_analytics.core.records import Cleaned
    from needs_analytics.core.results import GapReport, MatchPlan

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
    "flag_reason",
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

    Each large cause of a need's gap makes one suggestion; a full service is suggested to grow, site by site, by those
    in its reach for whom it was full (cheapest per person first, nobody counted twice). Publicity is suggested for no
    more persons than the services in reach have room for; for the others there has to be more capacity first.

    Parameters
    ----------
    gaps, matches, cleaned
        What the stages before gave.

    Returns
    -------
    ActionPlan
        Suggestions of at least one person.
    """
    needs = gaps.at("district")
    rows = [_cause_row(need, cause, gaps) for need in needs.to_dict("records") for cause in _KIND_OF_CAUSE
            if need[cause] >= _LEAST_SHARE * need["demand"] > 0]  # fmt: skip
    rows = _within_spare(rows, _spare(matches, gaps)) + _expansions(matches, gaps)
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    names = cleaned.menu.drop_duplicates("service").set_index("service")["name"]
    table["service_name"] = [names.get(service, "") for service in table["service"]]
    table = table[table["persons"] >= 1].sort_values(
        ["persons", "need", "kind"], ascending=[False, True, True], kind="stable"
    )
    return ActionPlan(table.reset_index(drop=True))


def _cause_row(need: Mapping[Hashable, Any], cause: str, gaps: GapReport) -> dict[str, Any]:
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


def _spare(matches: MatchPlan, gaps: GapReport) -> pd.DataFrame:
    """Return, by need, for how many more ``persons`` the services in its reach have room, and whether all is ``known``.

    The room of a service that meets several needs is shared between them by those who did not take them up.
    """
    if matches.arcs.empty:
        return pd.DataFrame({"persons": [], "known": []})
    services = gaps.services.reset_index(drop=True)
    room = ((services["capacity"] - services["used_units"]) / services["uses_per_person"]).clip(lower=0.0)
    cells = matches.cells.iloc[matches.arcs["cell"].to_numpy(int)]
    pairs = pd.DataFrame({"sink": matches.arcs["sink"].to_numpy(int), "need": cells["need"].to_numpy()})
    pairs = pairs[cells["reachable"].to_numpy(float) > 0].drop_duplicates()
    wanted = pairs["need"].map(gaps.at("district").set_index("need")["not_taken_up"]).astype(float).fillna(0.0)
    whole = wanted.groupby(pairs["sink"]).transform("sum")
    known = services["capacity_known"].astype(bool) & room.notna()
    pairs["persons"] = pairs["sink"].map(room.where(known).fillna(0.0)) * (wanted / whole.where(whole > 0)).fillna(0.0)
    pairs["known"] = pairs["sink"].map(known)
    return pairs.groupby("need").agg(persons=("persons", "sum"), known=("known", "all"))


def _within_spare(rows: list[dict[str, Any]], spare: pd.DataFrame) -> list[dict[str, Any]]:
    """Limit publicity to the room there is; who is beyond it needs more capacity, where all of it is known."""
    result = []
    for row in rows:
        if row["kind"] != "publicity" or row["need"] not in spare.index:
            result.append(row)
            continue
        persons, known = spare.loc[row["need"], ["persons", "known"]]
        result.append({**row, "persons": min(row["persons"], persons)})
        if known:
            result.append({**row, "kind": "expand_after", "persons": max(row["persons"] - persons, 0.0)})
    return result


def _of_need(need: Mapping[Hashable, Any]) -> dict[str, object]:
    return {
        name: need[name] for name in ("need", "need_name", "gap", "gap_low", "gap_high", "n", "flag", "flag_reason")
    }


def _full(matches: MatchPlan, gaps: GapReport) -> Floats:
    """Return for whom the services were full, by demand cell: the plan's unserved, no more than the place's gap says.

    Residents whom the plan leaves unserved while the sites in their reach stood half empty do not call for growth.
    """
    cells = matches.cells
    unserved = (cells["reachable"] - cells["served"]).clip(lower=0.0)
    keys = ["need", "community", "grid"]
    places = [cells[name].replace("", ALL) if name == "grid" else cells[name] for name in keys]
    full = gaps.table[gaps.table["segment"] == ALL].set_index(keys)["full"]
    here = full.reindex(pd.MultiIndex.from_arrays(places)).fillna(0.0).to_numpy(float)
    whole = unserved.groupby(places).transform("sum").to_numpy(float)
    share = np.divide(here, whole, out=np.zeros(len(cells)), where=whole > 0)
    return np.asarray(unserved.to_numpy(float) * np.minimum(share, 1.0), dtype=np.float64)


def _expansions(matches: MatchPlan, gaps: GapReport) -> list[dict[str, object]]:
    """Return how far each full service@site of known capacity should grow: those it was full for, counted once."""
    if matches.arcs.empty:
        return []
    left = _full(matches, gaps)
    sinks = matches.sinks.assign(per_person=matches.sinks["cost_per_unit"] * matches.sinks["uses_per_person"])
    order = sinks[(sinks["price"] > 0) & sinks["capacity_known"].astype(bool)].sort_values(
        ["per_person", "service", "site"], na_position="last"
    )
    by_need = {need["need"]: need for need in gaps.at("district").to_dict("records")}
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
