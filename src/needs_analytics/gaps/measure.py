"""Measure the gaps: the parts of every demand by place and cut, how sure they are, and who is furthest behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import sparse

from needs_analytics.core.confidence import LEVEL
from needs_analytics.core.flags import CAUTION, WITHHOLD
from needs_analytics.core.options import GapsOptions
from needs_analytics.core.order import with_order
from needs_analytics.core.results import ALL, GAPS_COLUMNS, GapReport
from needs_analytics.gaps.doubts import doubts_of_use, no_surer_than_need
from needs_analytics.gaps.equity import cells_by_cut, community_rates, group_equity, split_error, widened
from needs_analytics.gaps.norms import measure_norms
from needs_analytics.gaps.orders import follow_orders
from needs_analytics.gaps.part_limits import part_limits
from needs_analytics.gaps.parts import GAP, largest_cause, split_demand, sum_parts
from needs_analytics.gaps.reach import reach_table
from needs_analytics.gaps.replicates import Replicates, draw_gaps, exceeds, gap_limits, membership
from needs_analytics.gaps.use import Use, attribute_use, sink_use

if TYPE_CHECKING:
    from needs_analytics.core.arrays import Floats, Texts
    from needs_analytics.core.records import Cleaned
    from needs_analytics.core.results import MatchPlan, NeedsList

SHORT_AND_BUSY, FITTING, IDLE, LATENT = "供不应求", "供需适配", "闲置", "潜在需求"
_WELL_USED = 0.80
_KEYS = ("need", "community", "grid", "segment")
_PERSONS = ("persons", "persons_low", "persons_high")


def measure_gaps(
    needs: NeedsList, matches: MatchPlan, cleaned: Cleaned, *, options: GapsOptions | None = None
) -> GapReport:
    """Measure where the demand of every need goes.

    Parameters
    ----------
    needs, matches, cleaned
        What the stages before gave.
    options
        What counts as full and as dissatisfied, number of replicates.

    Returns
    -------
    GapReport
        In persons, by grid, community and sub-district, and there by segment; the seven parts sum to the demand,
        unknown use stays unknown.
    """
    options = options or GapsOptions()
    cleaned = with_order(cleaned, "usage", "menu")
    if matches.status != "matched" or matches.cells.empty:
        return _empty(matches, cleaned, options)
    use = attribute_use(matches, cleaned, options)
    parts = split_demand(matches.cells, use, average_orders=options.average_orders)
    replicates = draw_gaps(matches, use, options)
    levels = [["need"], ["need", "community"], ["need", "community", "grid"]]
    wanted = levels if (matches.cells["grid"] != "").any() else levels[:2]
    made, limits = [], []
    for keys in wanted:
        sums = sum_parts(parts, matches.cells, keys)
        shares = membership(matches.cells, sums[keys])
        made.append(_level(matches, use, sums, replicates, shares))
        limits.append(part_limits(matches, use, replicates, sums, shares, average_orders=options.average_orders))
    made += [_by_segment(matches, parts, replicates, keys) for keys in levels[:2] if _has_segments(matches)]
    table = _finished(pd.concat([frame for frame, _ in made], ignore_index=True), needs, options)
    norms, unmeasured = measure_norms(cleaned, table, matches.detour, options)
    return GapReport(
        table=table,
        services=use.sinks,
        equity=group_equity(matches, parts, replicates, cleaned, needs),
        communities=community_rates(matches, parts, replicates, cleaned, needs),
        reach=reach_table(matches, options),
        status="matched" if len(cleaned.usage) else "no_usage",
        monte_carlo={
            "replicates": float(options.replicates),
            "largest_error": max((error for _, error in made), default=float("nan")),
        },
        issues=(*doubts_of_use(use.sinks, cleaned, options), *unmeasured),
        norms=norms,
        orders=follow_orders(cleaned.usage, cleaned.menu, fewest_ratings=options.fewest_ratings),
        parts=_no_surer_parts(pd.concat(limits, ignore_index=True), table, needs),
    )


def _level(
    matches: MatchPlan, use: Use, sums: pd.DataFrame, replicates: Replicates, shares: sparse.csr_array
) -> tuple[pd.DataFrame, float]:
    keys = [name for name in _KEYS if name in sums]
    capacity = np.asarray(_capacity(matches) @ shares)
    return _with_limits(sums.assign(used_other=_used_other(use, sums, keys)), replicates, shares, capacity)


def _with_limits(
    sums: pd.DataFrame, replicates: Replicates, shares: sparse.csr_array, capacity: Floats
) -> tuple[pd.DataFrame, float]:
    limits = gap_limits(
        replicates, shares, sums["gap"].to_numpy(float), sums["demand"].to_numpy(float), capacity, LEVEL
    )
    table = sums.assign(gap_low=limits.low, gap_high=limits.high, p_short=limits.p_short, capacity_persons=capacity)
    return table, limits.error


def _capacity(matches: MatchPlan) -> Floats:
    """Share each service@site's capacity over the cells in reach: those the plan serves, what is left by their demand.

    What is left is that of sites used as evenly as the plan allows: which of two equally good ways the plan takes,
    decides nothing. NaN for the cells that reach a site of which nobody knows what it can do.
    """
    arcs, cells = matches.arcs, matches.cells
    if arcs.empty:
        return np.zeros(len(cells))
    sink, cell = arcs["sink"].to_numpy(int), arcs["cell"].to_numpy(int)
    demand = cells["reachable"].to_numpy(float)[cell]
    size = len(matches.sinks)
    persons = matches.sinks["capacity_persons"].where(matches.sinks["capacity_stated"]).to_numpy(float)
    spare = np.maximum(persons - matches.sinks["even_persons"].to_numpy(float), 0.0)
    total = np.bincount(sink, demand, size)
    extra = np.divide(spare, total, out=np.zeros(size), where=total > 0)[sink] * demand
    return np.asarray(cells["served"].to_numpy(float) + np.bincount(cell, extra, len(cells)), dtype=np.float64)


def _used_other(use: Use, sums: pd.DataFrame, keys: list[str]) -> Floats:
    if keys == ["need"]:
        return sums["need"].map(use.other.groupby("need")["persons"].sum()).fillna(0.0).to_numpy(float)
    if keys == ["need", "community"]:
        known = use.other.set_index(["need", "community"])["persons"]
        return np.array([known.get(tuple(row), 0.0) for row in sums[keys].itertuples(index=False)])
    return np.zeros(len(sums))


def _has_segments(matches: MatchPlan) -> bool:
    return bool((matches.cuts["segment"] != ALL).any()) if len(matches.cuts) else False


def _by_segment(
    matches: MatchPlan, parts: pd.DataFrame, replicates: Replicates, keys: list[str]
) -> tuple[pd.DataFrame, float]:
    """Apportion the parts, the capacity and the draws of every cell to segments by weight."""
    cells = cells_by_cut(matches, "segment")
    share = cells["cut_share"].to_numpy(float)
    rows = cells["cell"].to_numpy(int)
    sums = sum_parts(parts.iloc[rows].mul(share, axis=0).reset_index(drop=True), cells, [*keys, "segment"])
    pairs = membership(cells, sums[[*keys, "segment"]])
    spread = sparse.csr_array((share, (rows, np.arange(len(cells)))), shape=(len(matches.cells), len(cells)))
    shares = sparse.csr_array(spread @ pairs)
    table, error = _with_limits(
        sums.assign(used_other=np.nan), replicates, shares, np.asarray(_capacity(matches) @ shares)
    )
    gap = table["gap"].to_numpy(float)
    extra = split_error(
        cells, [*keys, "segment"], parts[list(GAP)].sum(axis=1).to_numpy(float)[rows], sums[[*keys, "segment"]]
    )
    low, high = widened(gap, table["gap_low"].to_numpy(float), table["gap_high"].to_numpy(float), extra)
    return table.assign(
        gap_low=np.maximum(low, 0.0), gap_high=np.minimum(high, np.maximum(table["demand"], gap))
    ), error


def _finished(table: pd.DataFrame, needs: NeedsList, options: GapsOptions) -> pd.DataFrame:
    for column in ("community", "grid", "segment"):
        table[column] = table[column].fillna(ALL) if column in table else ALL
    table["used_persons"] = table["used"] + table["used_other"].fillna(0.0)
    table["gap_rate"] = (table["gap"] / table["demand"]).where(table["demand"] > 0)
    table["cause"] = largest_cause(table)
    table["quadrant"], table["quadrant_probability"] = _quadrants(table)
    rows = needs.table[needs.table["group"] == ALL]
    rows = rows[[*_KEYS, "need_name", "n_yes", "n", "population", *_PERSONS, "flag", "flag_reason"]]
    rows = rows.rename(columns={"n": "answers", "n_yes": "n"})
    table = table.drop(columns=["need_name", "n", "flag", "flag_reason"], errors="ignore").merge(
        rows, on=list(_KEYS), how="left"
    )
    table = no_surer_than_need(table)
    names = needs.totals().drop_duplicates("need").set_index("need")["need_name"]
    table["need_name"] = table["need_name"].fillna(table["need"].map(names))
    table = _spread_by_answers(_judged(table, options), needs)
    order = table.assign(
        level=(table["community"] != ALL).astype(int) + (table["grid"] != ALL), cut=table["segment"] != ALL
    )
    order = order.sort_values(["cut", "level", "need", "community", "grid", "segment"], kind="stable")
    return order[list(GAPS_COLUMNS)].reset_index(drop=True)


def _no_surer_parts(parts: pd.DataFrame, table: pd.DataFrame, needs: NeedsList) -> pd.DataFrame:
    """Widen the limits of the parts that make the gap as those of the gap are: none is surer than its need."""
    keys = ["need", "community", "grid"]
    whole = needs.table[(needs.table["segment"] == ALL) & (needs.table["group"] == ALL)][[*keys, *_PERSONS]]
    demand = table.loc[table["segment"] == ALL, [*keys, "demand"]]
    names = {"persons": "gap", "persons_low": "gap_low", "persons_high": "gap_high"}
    rows = parts.rename(columns=names).merge(demand, on=keys, how="left").merge(whole, on=keys, how="left")
    wide = no_surer_than_need(rows.assign(segment=ALL))
    of_gap = parts["part"].isin(GAP)
    return parts.assign(
        persons_low=parts["persons_low"].mask(of_gap, wide["gap_low"]),
        persons_high=parts["persons_high"].mask(of_gap, wide["gap_high"]),
    )


def _judged(table: pd.DataFrame, options: GapsOptions) -> pd.DataFrame:
    """Flag every gap: no better than the need it comes from, with caution where its own interval is wide."""
    flag, reason = table["flag"].fillna(WITHHOLD), table["flag_reason"].where(table["flag"].notna(), "no_estimate")
    wide = (table["gap_high"] - table["gap_low"] > options.widest_relative * table["gap"]) & (flag != WITHHOLD)
    more = reason.where(reason == "", reason + ";") + "wide_gap"
    return table.assign(flag=flag.mask(wide, CAUTION), flag_reason=reason.mask(wide, more))


def _spread_by_answers(table: pd.DataFrame, needs: NeedsList) -> pd.DataFrame:
    """Use with caution the gaps of the whole where only answers tell how many live in each community."""
    guessed = bool((needs.places["guessed"] == "community").any())
    whole = (table["community"] == ALL) & (table["flag"] != WITHHOLD) & guessed
    reason = table["flag_reason"]
    more = reason.where(reason == "", reason + ";") + "spread_by_answers"
    return table.assign(flag=table["flag"].mask(whole, CAUTION), flag_reason=reason.mask(whole, more))


def _quadrants(table: pd.DataFrame) -> tuple[Texts, Floats]:
    """Return use against need: can more persons use it than it can serve, and was at least 80 % of it used."""
    capacity = table["capacity_persons"].to_numpy(float)
    short = exceeds(table["reachable"].to_numpy(float), capacity)
    rate = np.divide(
        table["used_persons"].to_numpy(float), capacity, out=np.full(len(table), np.nan), where=capacity > 0
    )
    busy = rate >= _WELL_USED
    names = np.where(short, np.where(busy, SHORT_AND_BUSY, LATENT), np.where(busy, FITTING, IDLE))
    known = np.isfinite(rate) & table["p_short"].notna().to_numpy()
    probability = np.where(short, table["p_short"], 1 - table["p_short"])
    return np.where(known, names, ""), np.where(known, probability, np.nan)


def _empty(matches: MatchPlan, cleaned: Cleaned, options: GapsOptions) -> GapReport:
    figures = [
        c
        for c in GAPS_COLUMNS
        if c not in {"need", "need_name", "community", "grid", "segment", "quadrant", "cause", "flag", "flag_reason"}
    ]
    table = pd.DataFrame({c: pd.Series(dtype=float if c in figures else object) for c in GAPS_COLUMNS})
    services = sink_use(matches.sinks, cleaned, options) if len(matches.sinks) else pd.DataFrame()
    norms, unmeasured = measure_norms(cleaned, table, matches.detour, options)
    return GapReport(
        table,
        services,
        pd.DataFrame(),
        pd.DataFrame(),
        pd.DataFrame(),
        matches.status if matches.status != "matched" else "no_direct_needs",
        {},
        (*(doubts_of_use(services, cleaned, options) if len(services) else ()), *unmeasured),
        norms,
        follow_orders(cleaned.usage, cleaned.menu, fewest_ratings=options.fewest_ratings),
    )
