"""How sure a gap is: replicates redraw the demand from its estimates and solve the plan again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.stats import norm

from needs_analytics.gaps.class_draws import class_draws
from needs_analytics.numerics.allocation import served_in_draws

if TYPE_CHECKING:
    from needs_analytics.core.arrays import Bools, Floats
    from needs_analytics.core.options import GapsOptions
    from needs_analytics.core.results import MatchPlan
    from needs_analytics.gaps.use import Use


_ROUNDING = 1e-6


@dataclass(frozen=True)
class Replicates:
    """Draws of every cell, each ``(draws, cells)``: demand, gap, reachable demand (A3), users (U) and what is full."""

    demand: Floats
    gap: Floats
    reachable: Floats
    used: Floats
    full: Floats


@dataclass(frozen=True)
class Limits:
    """Limits of summed gaps and gap rates, ``(sums,)`` each, and the largest Monte-Carlo standard error of a mean.

    ``p_short`` is the probability that the demand in reach exceeds the capacity in persons; NaN where no service is
    in reach.
    """

    low: Floats
    high: Floats
    rate_low: Floats
    rate_high: Floats
    p_short: Floats
    error: float


def draw_gaps(plan: MatchPlan, use: Use, options: GapsOptions) -> Replicates:
    """Redraw the demand of every cell and recompute its gap.

    A community's error is shared by its grids; what is left of a grid's error is drawn on its own and adds up to
    nothing over the community, to which the grids are benchmarked. The split over eligibility classes is drawn from
    the answers it rests on; the recorded use stays as it is.
    """
    generator = np.random.default_rng(options.random_state)
    cells, arcs = plan.cells, plan.arcs
    capacity = plan.sinks["capacity_persons"].to_numpy(float)
    ends = (arcs["cell"].to_numpy(int), arcs["sink"].to_numpy(int))
    in_reach = (np.bincount(ends[0], minlength=len(cells)) > 0) if len(arcs) else np.zeros(len(cells), bool)
    draws = _demand_draws(cells, options.replicates, generator)
    draws *= class_draws(cells, plan.classes, options.replicates, generator)
    within = np.where(in_reach, draws, 0.0)
    busy, tiers = use.busy, cells["tier"].to_numpy(int)
    served = served_in_draws(within, capacity, ends, tiers)
    used = np.where(use.known, np.minimum(use.persons, within), 0.0)
    full = np.where(busy, np.maximum(within - np.maximum(served, used), 0.0), 0.0)
    return Replicates(draws, draws - within + full, within, used, full)


def gap_limits(
    replicates: Replicates,
    shares: sparse.csr_array,
    estimate: Floats,
    demand: Floats,
    capacity: Floats,
    level: float,
) -> Limits:
    """Return bias-corrected limits of summed gaps and gap rates.

    Bias correction: Efron (1981), Nonparametric standard errors and confidence intervals; the plain percentile
    interval covers badly because max(0, ·) is convex.

    Parameters
    ----------
    shares
        ``(cells, sums)``: which share of each cell belongs to each sum.
    estimate, demand, capacity
        ``(sums,)`` point estimates of gap and demand, and persons the services can serve.
    """
    gap, whole, reachable = (
        np.asarray(part @ shares) for part in (replicates.gap, replicates.demand, replicates.reachable)
    )
    low, high = bias_corrected(gap, estimate, level)
    rates = np.divide(gap, whole, out=np.zeros_like(gap), where=whole > 0)
    rate = np.divide(estimate, demand, out=np.zeros_like(estimate), where=demand > 0)
    rate_low, rate_high = bias_corrected(rates, rate, level)
    offered = (reachable > 0).any(axis=0) & np.isfinite(capacity)  # nothing in reach can be short, nor what is unknown
    p_short = np.where(offered, exceeds(reachable, capacity).sum(axis=0) / max(len(gap), 1), np.nan)
    error = float(np.max(gap.std(axis=0, ddof=1), initial=0.0) / np.sqrt(len(gap))) if len(gap) > 1 else float("nan")
    return Limits(low, high, rate_low, rate_high, p_short, error)


def exceeds(persons: Floats, capacity: Floats) -> Bools:
    """Return whether persons are more than the capacity, not only by rounding of what the plan serves exactly."""
    return np.asarray(persons > capacity * (1 + _ROUNDING) + _ROUNDING)


def membership(keys: pd.DataFrame, sums: pd.DataFrame) -> sparse.csr_array:
    """Return ``(cells, sums)`` of ones: which sum a cell belongs to, by the sums' key columns."""
    wanted = pd.MultiIndex.from_frame(sums)
    position = wanted.get_indexer(pd.MultiIndex.from_frame(keys[list(sums.columns)]))
    inside = position >= 0
    rows = np.flatnonzero(inside)
    return sparse.csr_array((np.ones(len(rows)), (rows, position[inside])), shape=(len(keys), len(sums)))


def _demand_draws(cells: pd.DataFrame, number: int, generator: np.random.Generator) -> Floats:
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
    share: Floats = np.clip(places["share"].to_numpy(float) + shared + own - mean[:, upper], 0.0, 1.0)
    persons: Floats = (cells["population"] * cells["class_share"]).fillna(0.0).to_numpy(float)
    return share[:, code] * persons


def bias_corrected(draws: Floats, estimate: Floats, level: float) -> tuple[Floats, Floats]:
    """Return limits ``(sums,)`` from draws ``(draws, sums)`` (Efron 1981); they hold the estimate.

    Draws that equal the estimate, as where nothing is short or nobody has the need, may lie on either side of it: they
    are counted so that as little as possible is corrected. Halved, they would draw the upper limit down to them.
    """
    if not len(draws):
        return np.full(len(estimate), np.nan), np.full(len(estimate), np.nan)
    below = np.clip(0.5, (draws < estimate).mean(axis=0), (draws <= estimate).mean(axis=0))
    shift = norm.ppf(np.clip(below, 0.5 / len(draws), 1 - 0.5 / len(draws)))
    tail = norm.ppf(0.5 + level / 2)
    ordered = np.sort(draws, axis=0)
    low, high = (_quantile(ordered, norm.cdf(2 * shift + side * tail)) for side in (-1, 1))
    return np.minimum(low, estimate), np.maximum(high, estimate)


def _quantile(ordered: Floats, probability: Floats) -> Floats:
    """Return each column's quantile at its own probability, interpolated between order statistics."""
    position = probability * (len(ordered) - 1)
    lower = np.floor(position).astype(np.intp)
    upper = np.minimum(lower + 1, len(ordered) - 1)
    columns = np.arange(ordered.shape[1])
    below, above = ordered[lower, columns], ordered[upper, columns]
    return below + (position - lower) * (above - below)
