"""Match needs to services: who is covered, eligible and in reach, and the best plan under capacity."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.issue import Issue
from needs_analytics.core.options import MatchingOptions
from needs_analytics.core.order import with_order
from needs_analytics.core.results import MatchPlan
from needs_analytics.core.rules import is_for_children
from needs_analytics.matching.capacity import service_sinks
from needs_analytics.matching.cells import covering, demand_cells
from needs_analytics.matching.coverage import service_coverage
from needs_analytics.matching.reach import Reach, measure_reach
from needs_analytics.numerics.allocation import served_per_source, solve_transport

if TYPE_CHECKING:
    from needs_analytics.core.arrays import Bools, Ints
    from needs_analytics.core.records import Cleaned
    from needs_analytics.core.results import NeedsList, Segments, Weights
    from needs_analytics.matching.cells import Demand

TABLE = ("need", "community", "grid", "eligible_class", "service", "site", "persons", "units", "unit", "distance_m")
DIRECT = "直接服务"


def match_services(
    needs: NeedsList,
    cleaned: Cleaned,
    weights: Weights,
    segments: Segments | None = None,
    *,
    options: MatchingOptions | None = None,
) -> MatchPlan:
    """Match the month's needs to the services the office offers.

    A need enters if it is met by direct services or the menu gives it capacity; the others are 需协调和转办事项. The
    plan serves special groups first, then as many as possible, then equal shares of equals, then short ways.
    Segments do not enter the plan: they are cuts of the result.

    Parameters
    ----------
    needs, cleaned, weights, segments
        What the stages before gave.
    options
        Detour, walking speed, usual radii, groups served first.

    Returns
    -------
    MatchPlan
        Always a best plan; demand above capacity stays unmet. Without a menu or without persons the status says so.
    """
    options = options or MatchingOptions()
    cleaned = with_order(cleaned, "menu", "supply", "sites", "places", "distances")
    referred = _referred(needs, cleaned)
    status = _status(needs, cleaned)
    if cleaned.menu.empty:
        nothing = _empty(status, pd.DataFrame(), pd.DataFrame(), referred, (Issue("W700"),))
        return replace(nothing, detour=options.detour)
    sinks, issues = service_sinks(cleaned)
    coverage = service_coverage(needs, cleaned, sinks)
    if status != "matched":
        return replace(_empty(status, sinks, coverage, referred, tuple(issues)), detour=options.detour)
    wanted = _wanted(needs, cleaned)
    demand = demand_cells(needs, cleaned, _people(cleaned, weights, segments), wanted, options)
    sites = sorted(set(sinks["site"]))
    reach, doubts = measure_reach(needs.places.reset_index(drop=True), sites, cleaned, options)
    arcs = _arcs(demand.cells, sinks, sites, reach, cleaned.menu)
    near = _near(demand.cells, sinks, sites, reach, cleaned.menu)
    demand = demand._replace(cells=_stages(demand.cells, arcs, near, cleaned.menu))
    plan = _planned(demand, sinks, arcs, coverage, referred, [*issues, *doubts, *_children(cleaned)])
    return replace(plan, detour=options.detour)


def _people(cleaned: Cleaned, weights: Weights, segments: Segments | None) -> pd.DataFrame:
    people = weights.table[["answer_id", "weight"]].merge(cleaned.survey, on="answer_id", how="left")
    found = (
        dict(zip(segments.table["answer_id"], segments.table["segment"], strict=True)) if segments is not None else {}
    )
    published = segments.names() if segments is not None else {}
    mine = [found.get(answer, "") for answer in people["answer_id"]]
    return people.assign(segment=[name if name in published else "" for name in mine])


def _status(needs: NeedsList, cleaned: Cleaned) -> str:
    if cleaned.menu.empty:
        return "no_menu"
    if needs.status in {"no_data", "no_questions"}:
        return "no_data"
    return "matched" if needs.status == "estimated" else "no_persons"


def _own_needs(cleaned: Cleaned) -> set[str]:
    """Return the needs that the office's own menu gives capacity: stated, or shown by use."""
    supply, usage = cleaned.supply, cleaned.usage
    able = set(supply.loc[supply["capacity"].notna(), "service"]) | set(usage.loc[usage["count"] > 0, "service"])
    menu = cleaned.menu[cleaned.menu["service"].isin(able)]
    return {need for text in menu["needs"] for need in (text or "").split(";") if need}


def _wanted(needs: NeedsList, cleaned: Cleaned) -> list[str]:
    """Return the needs that enter the gap: direct services, or capacity in the office's own menu."""
    totals = needs.totals()
    totals = totals[totals["method"] == "direct"]
    own = _own_needs(cleaned)
    return [
        need
        for need, path in zip(totals["need"], totals["resolution_path"], strict=True)
        if path == DIRECT or need in own
    ]


def _referred(needs: NeedsList, cleaned: Cleaned) -> pd.DataFrame:
    """Return the needs that no direct service of the office meets, with what to do about them."""
    own = _own_needs(cleaned)
    totals = needs.totals()
    rows = totals[(totals["resolution_path"] != DIRECT) & ~totals["need"].isin(own)]
    columns = [
        "need",
        "need_name",
        "domain",
        "resolution_path",
        "n",
        "n_yes",
        "share",
        "share_low",
        "share_high",
        "persons",
        "rank",
        "flag",
        "flag_reason",
    ]
    listed = rows[columns].sort_values(["share", "need"], ascending=[False, True]).reset_index(drop=True)
    if needs.requests.empty:  # nobody sent requests: unknown, not none
        return listed.assign(requests=np.nan)
    return listed.assign(requests=listed["need"].map(needs.requests.set_index("need")["requests"]).fillna(0.0))


def _arcs(cells: pd.DataFrame, sinks: pd.DataFrame, sites: list[str], reach: Reach, menu: pd.DataFrame) -> pd.DataFrame:
    """Return ``cell, sink, distance_m``: who may go where; services at home or online have no distance.

    Every eligible pair is listed, ``within`` says whether it is in reach; ``slack`` how many metres it is inside.
    """
    modes = menu.set_index("service")["mode"].fillna("到点")
    column = {site: position for position, site in enumerate(sites)}
    by_service = dict(sinks.groupby("service").groups.items())
    parts = []
    for label, members in cells.groupby("eligible_class").groups.items():
        for service in str(label).split(";") if label else []:
            targets = np.array(by_service.get(service, []), dtype=int)
            if len(targets):
                parts.append(
                    _pairs(np.asarray(members), targets, cells, sinks, column, reach, at_home=_at_home(modes[service]))
                )
    columns = ["cell", "sink", "distance_m", "within", "slack"]
    return (
        pd.concat(parts, ignore_index=True)
        if parts
        else pd.DataFrame({name: pd.Series(dtype=float) for name in columns})
    )


def _at_home(mode: str) -> bool:
    return "上门" in mode or "线上" in mode


def _pairs(
    members: Ints,
    targets: Ints,
    cells: pd.DataFrame,
    sinks: pd.DataFrame,
    column: dict[str, int],
    reach: Reach,
    *,
    at_home: bool,
) -> pd.DataFrame:
    cell, sink = (part.ravel() for part in np.meshgrid(members, targets, indexing="ij"))
    place = cells["place"].to_numpy()[cell].astype(int)
    site = np.array([column[name] for name in sinks["site"]], dtype=int)[sink]
    distance = np.full(len(cell), np.nan) if at_home else reach.distance[place, site]
    slack = np.full(len(cell), np.inf) if at_home else reach.radius[site] - distance
    within = np.ones(len(cell), dtype=bool) if at_home else reach.within()[place, site]
    slack = np.where(np.isnan(slack), np.where(within, np.inf, -np.inf), slack)
    return pd.DataFrame({"cell": cell, "sink": sink, "distance_m": distance, "within": within, "slack": slack})


def _near(cells: pd.DataFrame, sinks: pd.DataFrame, sites: list[str], reach: Reach, menu: pd.DataFrame) -> Bools:
    """Return which cells ``(cells,)`` are in reach of a service for their need, whoever may use it."""
    within = reach.within()[:, [sites.index(name) for name in sinks["site"]]]
    modes = menu.set_index("service")["mode"].fillna("到点")
    within = within | sinks["service"].map(modes).map(_at_home).to_numpy(dtype=bool)[None, :]
    found = np.zeros(len(cells), dtype=bool)
    place = cells["place"].to_numpy(dtype=int)
    for need, members in cells.groupby("need").indices.items():
        serving = sinks["service"].isin(covering(menu, str(need))).to_numpy()
        found[members] = within[place[members]][:, serving].any(axis=1)
    return found


def _stages(cells: pd.DataFrame, arcs: pd.DataFrame, near: Bools, menu: pd.DataFrame) -> pd.DataFrame:
    """Add A1 (covered), A2 (eligible), A3 (eligible and in reach of one service@site), and who is near any."""
    covered = cells["need"].map({need: bool(covering(menu, need)) for need in cells["need"].unique()})
    eligible = covered & (cells["eligible_class"] != "")
    reached = pd.Series(False, index=cells.index)
    reached.loc[arcs.loc[arcs["within"].astype(bool), "cell"].unique()] = True
    demand = cells["demand"]
    return cells.assign(
        covered=demand.where(covered, 0.0),
        eligible=demand.where(eligible, 0.0),
        reachable=demand.where(eligible & reached, 0.0),
        near=near,
    )


def _planned(
    demand: Demand,
    sinks: pd.DataFrame,
    arcs: pd.DataFrame,
    coverage: pd.DataFrame,
    referred: pd.DataFrame,
    issues: list[Issue],
) -> MatchPlan:
    cells = demand.cells
    usable = arcs[arcs["within"].astype(bool)].reset_index(drop=True)
    cost = usable["distance_m"].fillna(0.0).to_numpy(float)
    plan = solve_transport(
        cells["reachable"].to_numpy(float),
        sinks["capacity_persons"].to_numpy(float),
        (usable["cell"].to_numpy(int), usable["sink"].to_numpy(int), cost),
        priority=cells["tier"].to_numpy(int),
        prices=True,
    )
    served = np.bincount(usable["cell"].to_numpy(int), plan.flow, len(cells))
    cells = cells.assign(served=np.minimum(served, cells["reachable"]))
    ends = (usable["sink"].to_numpy(int), usable["cell"].to_numpy(int))
    sinks = sinks.assign(
        price=plan.price,
        planned_persons=np.bincount(usable["sink"].to_numpy(int), plan.flow, len(sinks)),
        even_persons=served_per_source(sinks["capacity_persons"], cells["served"], ends),
    )
    return MatchPlan(
        table=_plan_table(cells, sinks, usable.assign(persons=plan.flow)),
        cells=cells,
        cuts=demand.cuts,
        classes=demand.classes,
        arcs=usable.assign(persons=plan.flow),
        pairs=arcs,
        sinks=sinks,
        coverage=coverage,
        referred=referred,
        status="matched",
        issues=tuple(issues),
    )


def _plan_table(cells: pd.DataFrame, sinks: pd.DataFrame, arcs: pd.DataFrame) -> pd.DataFrame:
    """Return the positive flows with what they mean in the service's units."""
    flows = arcs[arcs["persons"] > 1e-9]
    cell = cells.loc[flows["cell"], ["need", "community", "grid", "eligible_class"]].reset_index(drop=True)
    sink = sinks.loc[flows["sink"], ["service", "site", "uses_per_person", "unit"]].reset_index(drop=True)
    both = pd.concat([cell, sink, flows[["persons", "distance_m"]].reset_index(drop=True)], axis=1)
    both["units"] = both["persons"] * both["uses_per_person"]
    order = ["need", "community", "grid", "service", "site", "eligible_class"]
    keys = [*order, "unit"]
    summed = both.groupby(keys, as_index=False, sort=True).agg(
        persons=("persons", "sum"), units=("units", "sum"), distance_m=("distance_m", "mean")
    )
    return summed[list(TABLE)]


def _children(cleaned: Cleaned) -> list[Issue]:
    rows = cleaned.menu[cleaned.menu["eligibility"].fillna("all").map(is_for_children)]
    return [Issue("I709", value="、".join(rows["name"]))] if len(rows) else []


def _empty(
    status: str, sinks: pd.DataFrame, coverage: pd.DataFrame, referred: pd.DataFrame, issues: tuple[Issue, ...]
) -> MatchPlan:
    said = issues if status != "no_persons" else (*issues, Issue("W705"))
    none = pd.DataFrame()
    return MatchPlan(
        pd.DataFrame(columns=list(TABLE)), none, none, none, none, none, sinks, coverage, referred, status, said
    )
