"""How sure a gap is: replicates redraw the demand from its estimates and solve the plan again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.stats import norm

from needs_analytics.numerics.allocation import served_per_source

if TYPE_CHECKING:
    from needs_analytics.core.options import GapsOptions
    from needs_analytics.core.records import MatchPlan
    from needs_analytics.gaps.use import Use

_SHORT = 0.5  # persons: half a person left over is no shortage


@dataclass(frozen=True)
class Replicates:
    """Draws of the gap and of what the plan leaves over, both ``(draws, cells)``."""

    gap: np.ndarray
    short: np.ndarray


def draw_gaps(plan: MatchPlan, use: Use, options: GapsOptions) -> Replicates:
    """Redraw the demand of every cell and recompute its gap.

    A community's error is shared by its grids; what is left of a grid's error is drawn on its own and adds up to
    nothing over the community, to which the grids are benchmarked. The split over eligibility classes and the
    recorded use stay as they are.
    """
    generator = np.random.default_rng(options.random_state)
    cells, arcs = plan.cells, plan.arcs
    capacity = plan.sinks["capacity_persons"].to_numpy(float)
    ends = (arcs["cell"].to_numpy(int), arcs["sink"].to_numpy(int))
    in_reach = (np.bincount(ends[0], minlength=len(cells)) > 0) if len(arcs) else np.zeros(len(cells), bool)
    draws = _demand_draws(cells, options.replicates, generator)
    gap, short = np.empty_like(draws), np.empty_like(draws)
    for row, demand in enumerate(draws):
        reachable = np.where(in_reach, demand, 0.0)
        served = served_per_source(reachable, capacity, ends, cells["tier"].to_numpy(int))
        busy = use.busy | ~use.known
        used = np.where(use.known, np.minimum(use.persons, reachable), 0.0)
        full = np.where(busy, np.maximum(reachable - np.maximum(served, used), 0.0), 0.0)
        gap[row] = demand - reachable + full
        short[row] = reachable - served
    return Replicates(gap, short)


def gap_limits(replicates: Replicates, groups: np.ndarray, size: int, estimate: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """Return bias-corrected limits of the summed gap, the probability that capacity is short, and the Monte-Carlo error.

    Bias correction: Efron (1981), Nonparametric standard errors and confidence intervals; the plain percentile
    interval covers badly because max(0, ·) is convex.

    Parameters
    ----------
    groups
        ``(cells,)`` position of the sum each cell belongs to, −1 for none.
    estimate
        ``(size,)`` point estimates.
    """
    sums = _summed(replicates.gap, groups, size)
    low, high = _bias_corrected(sums, estimate, level)
    p_short = (_summed(replicates.short, groups, size) > _SHORT).mean(axis=0)
    error = float(np.nanmax(sums.std(axis=0, ddof=1) / np.sqrt(len(sums)))) if sums.size and len(sums) > 1 else float("nan")
    return low, high, p_short, error


def _demand_draws(cells: pd.DataFrame, number: int, generator: np.random.Generator) -> np.ndarray:
    places = cells.drop_duplicates(["need", "community", "grid"]).reset_index(drop=True)
    upper, _ = pd.factorize(pd.MultiIndex.from_frame(places[["need", "community"]]))
    code, _ = pd.factorize(pd.MultiIndex.from_frame(cells[["need", "community", "grid"]]))
    shared_se = places["community_se"].to_numpy(float)
    own_se = np.sqrt(np.maximum(places["share_se"].to_numpy(float) ** 2 - shared_se**2, 0.0))
    shared = generator.standard_normal((number, upper.max(initial=-1) + 1))[:, upper] * shared_se
    own = generator.standard_normal((number, len(places))) * own_se
    size = places["population"].fillna(0.0).to_numpy(float)
    total = np.bincount(upper, size)
    mean = np.stack([np.bincount(upper, row * size) for row in own]) / np.where(total > 0, total, 1.0)
    share = np.clip(places["share"].to_numpy(float) + shared + own - mean[:, upper], 0.0, 1.0)
    return share[:, code] * (cells["population"] * cells["class_share"]).fillna(0.0).to_numpy(float)


def _summed(draws: np.ndarray, groups: np.ndarray, size: int) -> np.ndarray:
    inside = groups >= 0
    return np.stack([np.bincount(groups[inside], row[inside], size) for row in draws]) if len(draws) else np.zeros((0, size))


def _bias_corrected(draws: np.ndarray, estimate: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    if not len(draws):
        return np.full(len(estimate), np.nan), np.full(len(estimate), np.nan)
    below = ((draws < estimate).sum(axis=0) + 0.5 * (draws == estimate).sum(axis=0)) / len(draws)
    shift = norm.ppf(np.clip(below, 0.5 / len(draws), 1 - 0.5 / len(draws)))
    tail = norm.ppf(0.5 + level / 2)
    ordered = np.sort(draws, axis=0)
    low, high = (_quantile(ordered, norm.cdf(2 * shift + side * tail)) for side in (-1, 1))
    return np.minimum(low, estimate), np.maximum(high, estimate)


def _quantile(ordered: np.ndarray, probability: np.ndarray) -> np.ndarray:
    """Return each column's quantile at its own probability, interpolated between order statistics."""
    position = probability * (len(ordered) - 1)
    lower = np.floor(position).astype(int)
    upper = np.minimum(lower + 1, len(ordered) - 1)
    columns = np.arange(ordered.shape[1])
    return ordered[lower, columns] + (position - lower) * (ordered[upper, columns] - ordered[lower, columns])
