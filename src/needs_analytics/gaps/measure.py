"""Measure the gaps: the parts of every demand by place and cut, how sure they are, and who is furthest behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.issue import Issue
from needs_analytics.core.options import GapsOptions
from needs_analytics.core.records import ALL, GAPS_COLUMNS, GapReport
from needs_analytics.gaps.equity import group_equity
from needs_analytics.gaps.parts import largest_cause, split_demand, sum_parts
from needs_analytics.gaps.replicates import Replicates, draw_gaps, gap_limits
from needs_analytics.gaps.use import Use, attribute_use, sink_use

if TYPE_CHECKING:
    from needs_analytics.core.records import Cleaned, MatchPlan, NeedsList

_LEVEL = 0.95
SHORT_AND_BUSY, FITTING, IDLE, LATENT = "供不应求", "供需适配", "闲置", "潜在需求"
_WELL_USED = 0.80


def measure_gaps(needs: NeedsList, matches: MatchPlan, cleaned: Cleaned, *, options: GapsOptions | None = None) -> GapReport:
    """Measure where the demand of every need goes.

    Returns
    -------
    GapReport
        In persons, by grid, community and sub-district, and there by segment; the seven parts sum to the demand,
        unknown use stays unknown.
    """
    options = options or GapsOptions()
    if matches.status != "matched" or matches.cells.empty:
        return _empty(matches, cleaned, options)
    use = attribute_use(matches, cleaned, options)
    parts = split_demand(matches.cells, use)
    replicates = draw_gaps(matches, use, options)
    tables, errors = [], []
    for keys in (["need"], ["need", "community"], ["need", "community", "grid"]):
        if keys[-1] == "grid" and not (matches.cells["grid"] != "").any():
            continue
        table, error = _level(matches, use, parts, replicates, keys)
        tables.append(table)
        errors.append(error)
    tables += _by_segment(matches, parts)
    table = _finished(pd.concat(tables, ignore_index=True), needs, use)
    return GapReport(
        table=table, services=use.sinks, equity=group_equity(matches, parts, cleaned), reach=_reach(matches, options),
        status="matched" if len(cleaned.usage) else "no_usage",
        monte_carlo={"replicates": float(options.replicates), "largest_error": float(np.nanmax(errors))},
        issues=tuple(_issues(use, cleaned)),
    )  # fmt: skip


def _level(matches: MatchPlan, use: Use, parts: pd.DataFrame, replicates: Replicates, keys: list[str]) -> tuple[pd.DataFrame, float]:
    sums = sum_parts(parts, matches.cells, keys)
    position = {tuple(row): index for index, row in enumerate(sums[keys].itertuples(index=False))}
    groups = np.array([position[tuple(row)] for row in matches.cells[keys].itertuples(index=False)])
    low, high, p_short, error = gap_limits(replicates, groups, len(sums), sums["gap"].to_numpy(float), _LEVEL)
    capacity = np.bincount(groups, _capacity(matches), len(sums))
    other = _used_other(use, sums, keys)
    return sums.assign(gap_low=low, gap_high=high, p_short=p_short, capacity_persons=capacity, used_other=other, segment=ALL), error


def _capacity(matches: MatchPlan) -> np.ndarray:
    """Share each service@site's capacity over the cells in reach: by the plan's flows, what is left by their demand."""
    arcs, cells = matches.arcs, matches.cells
    if arcs.empty:
        return np.zeros(len(cells))
    sink, cell = arcs["sink"].to_numpy(int), arcs["cell"].to_numpy(int)
    flow = arcs["persons"].to_numpy(float)
    demand = cells["reachable"].to_numpy(float)[cell]
    size = len(matches.sinks)
    spare = np.maximum(matches.sinks["capacity_persons"].to_numpy(float) - np.bincount(sink, flow, size), 0.0)
    total = np.bincount(sink, demand, size)
    extra = np.divide(spare, total, out=np.zeros(size), where=total > 0)[sink] * demand
    return np.bincount(cell, flow + extra, len(cells))


def _used_other(use: Use, sums: pd.DataFrame, keys: list[str]) -> np.ndarray:
    if keys == ["need"]:
        return sums["need"].map(use.other.groupby("need")["persons"].sum()).fillna(0.0).to_numpy(float)
    if keys == ["need", "community"]:
        known = use.other.set_index(["need", "community"])["persons"]
        return np.array([known.get(tuple(row), 0.0) for row in sums[keys].itertuples(index=False)])
    return np.zeros(len(sums))


def _by_segment(matches: MatchPlan, parts: pd.DataFrame) -> list[pd.DataFrame]:
    """Apportion the parts of every cell to segments by weight; intervals are those of the whole only."""
    cuts = matches.cuts[matches.cuts["segment"] != ALL]
    if cuts.empty:
        return []
    columns = list(parts.columns)
    cells = pd.concat([matches.cells[["need", "community", "eligible_class", "tier"]], parts], axis=1)
    grouped = cells.groupby(["need", "community", "eligible_class", "tier"], as_index=False)[columns].sum()
    both = grouped.merge(cuts[["need", "eligible_class", "tier", "segment", "share"]], on=["need", "eligible_class", "tier"])
    both[columns] = both[columns].mul(both["share"], axis=0)
    return [sum_parts(both[columns], both, keys) for keys in (["need", "segment"], ["need", "community", "segment"])]


def _finished(table: pd.DataFrame, needs: NeedsList, use: Use) -> pd.DataFrame:
    for column in ("community", "grid", "segment"):
        table[column] = table[column].fillna(ALL) if column in table else ALL
    table["used_persons"] = table["used"] + table["used_other"].fillna(0.0)
    table["gap_rate"] = (table["gap"] / table["demand"]).where(table["demand"] > 0)
    table["cause"] = largest_cause(table)
    table["quadrant"], table["quadrant_probability"] = _quadrants(table)
    rows = needs.table[needs.table["group"] == ALL]
    rows = rows[["need", "need_name", "community", "grid", "segment", "n_yes", "flag"]].rename(columns={"n_yes": "n"})
    table = table.drop(columns=["need_name", "n", "flag"], errors="ignore").merge(rows, on=["need", "community", "grid", "segment"], how="left")
    names = needs.totals().drop_duplicates("need").set_index("need")["need_name"]
    table["need_name"] = table["need_name"].fillna(table["need"].map(names))
    table["flag"] = table["flag"].fillna("不发布")
    order = table.assign(level=(table["community"] != ALL).astype(int) + (table["grid"] != ALL), cut=table["segment"] != ALL)
    order = order.sort_values(["cut", "level", "need", "community", "grid", "segment"], kind="stable")
    return order[list(GAPS_COLUMNS)].reset_index(drop=True)


def _quadrants(table: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return use against need: is capacity short (more likely than not), and was at least 80 % of it used."""
    short = table["p_short"].to_numpy(float) >= 0.5
    capacity = table["capacity_persons"].to_numpy(float)
    rate = np.divide(table["used_persons"].to_numpy(float), capacity, out=np.full(len(table), np.nan), where=capacity > 0)
    busy = rate >= _WELL_USED
    names = np.where(short, np.where(busy, SHORT_AND_BUSY, LATENT), np.where(busy, FITTING, IDLE))
    known = np.isfinite(rate) & table["p_short"].notna().to_numpy()
    probability = np.where(short, table["p_short"], 1 - table["p_short"])
    return np.where(known, names, ""), np.where(known, probability, np.nan)


def _reach(matches: MatchPlan, options: GapsOptions) -> pd.DataFrame:
    """Return how many persons are too far when every radius is shorter, as given, or longer."""
    cells, pairs = matches.cells, matches.pairs
    best = pd.Series(-np.inf, index=cells.index)
    if len(pairs):
        nearest = pairs.groupby("cell")["slack"].max()
        best.loc[nearest.index.astype(int)] = nearest.to_numpy(float)
    rows = {"need": cells["need"]}
    for name, shift in (("shorter", -options.reach_shift_m), ("given", 0.0), ("longer", options.reach_shift_m)):
        rows[name] = cells["eligible"].where(best + shift < 0, 0.0)
    return pd.DataFrame(rows).groupby("need", as_index=False).sum()


def _issues(use: Use, cleaned: Cleaned) -> list[Issue]:
    if cleaned.usage.empty:
        return [Issue("W720")]
    unrecorded = use.sinks.loc[~use.sinks["recorded"], "service_name"].drop_duplicates()
    issues = [Issue("W721", value=str(name)) for name in unrecorded]
    unrated = use.sinks[use.sinks["recorded"] & (use.sinks["ratings"] < 10)]["service_name"].drop_duplicates()
    return issues + ([Issue("I722", value="、".join(unrated), details={"count": len(unrated)})] if len(unrated) else [])


def _empty(matches: MatchPlan, cleaned: Cleaned, options: GapsOptions) -> GapReport:
    figures = [c for c in GAPS_COLUMNS if c not in {"need", "need_name", "community", "grid", "segment", "quadrant", "cause", "flag"}]
    table = pd.DataFrame({c: pd.Series(dtype=float if c in figures else object) for c in GAPS_COLUMNS})
    services = sink_use(matches.sinks, cleaned, options) if len(matches.sinks) else pd.DataFrame()
    return GapReport(table, services, pd.DataFrame(), pd.DataFrame(), matches.status if matches.status != "matched" else "no_direct_needs", {})
