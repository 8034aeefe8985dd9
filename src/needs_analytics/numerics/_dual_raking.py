"""The dual of raking with bounded ratios, maximised by Newton steps.

Weights closest to the base weights in Kullback–Leibler distance, with the ratio between bounds, have the ratio
``clip(exp(u), low, high)`` where u is a sum of one multiplier per class. The multipliers maximise a concave function
whose gradient is the gap between targets and weighted sums (Deville & Särndal 1992, JASA 87, section 2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from scipy import sparse

    from needs_analytics.numerics._arrays import Floats

_SHORTEST_STEP = 1e-12


@dataclass(frozen=True)
class DualRaking:
    """Raking as a dual problem.

    Attributes
    ----------
    dummies
        Class dummies (c, q).
    base
        Base weights (c,), at the scale of the targets.
    target
        Targets (q,).
    low, high
        Bounds of the ratio of weight to base weight.
    """

    dummies: sparse.csr_array
    base: Floats
    target: Floats
    low: float
    high: float


def ratio_at(dual: DualRaking, point: Floats) -> Floats:
    """Return the bounded ratios (c,) at multipliers (q,)."""
    score = np.clip(dual.dummies @ point, -600.0, 600.0)  # exp beyond this leaves the floating-point range
    ratio: Floats = np.clip(np.exp(score), dual.low, dual.high)
    return ratio


def maximise(dual: DualRaking, tol: float, max_iter: int) -> tuple[Floats, int]:
    """Return multipliers whose sums are within `tol` of the targets, or the best found, and the number of steps."""
    point = np.zeros(dual.target.size)
    for steps in range(max_iter):
        step, error = _newton_step(dual, point)
        if error <= tol:
            return point, steps
        length = _step_length(dual, point, step, error)
        if length < _SHORTEST_STEP:
            return point, steps
        point = point + length * step
    return point, max_iter


def _gap(dual: DualRaking, ratio: Floats) -> tuple[Floats, float]:
    """Return targets less weighted sums (q,) and the largest relative gap."""
    gap = dual.target - dual.dummies.T @ (dual.base * ratio)
    return gap, float(np.max(np.abs(gap) / np.where(dual.target > 0, dual.target, dual.target.sum())))


def _newton_step(dual: DualRaking, point: Floats) -> tuple[Floats, float]:
    """Return the step (q,) and the largest relative gap.

    A ridge that shrinks with the gap keeps the step defined where margins are redundant or a whole class lies on a
    bound.
    """
    ratio = ratio_at(dual, point)
    gap, error = _gap(dual, ratio)
    inside = dual.base * ratio * ((ratio > dual.low) & (ratio < dual.high))
    curvature = (dual.dummies.T @ (dual.dummies * inside[:, None])).toarray()
    ridge = max(1e-12, min(1e-2, error / 10.0)) * np.maximum(dual.target, 1e-9 * dual.target.sum())
    return np.linalg.solve(curvature + np.diag(ridge), gap), error


def _step_length(dual: DualRaking, point: Floats, step: Floats, error: float) -> float:
    """Halve the step until the dual rises enough, or, near the top where rounding hides the rise, the gap halves."""
    start = _value(dual, point)
    rise = 1e-4 * float(_gap(dual, ratio_at(dual, point))[0] @ step)
    length = 1.0
    while length >= _SHORTEST_STEP:
        new = point + length * step
        if _value(dual, new) >= start + length * rise > start or _gap(dual, ratio_at(dual, new))[1] <= error / 2.0:
            break
        length /= 2.0
    return length


def _value(dual: DualRaking, point: Floats) -> float:
    """Evaluate the dual, targets · multipliers − Σ base · ∫ clip(exp(u), low, high) du."""
    score = dual.dummies @ point
    ratio = ratio_at(dual, point)
    floor = np.log(dual.low) if dual.low > 0 else -np.inf
    beyond = np.where(score < floor, dual.low * (score - floor), 0.0) if dual.low > 0 else 0.0
    above = dual.high * np.maximum(score - np.log(dual.high), 0.0) if np.isfinite(dual.high) else 0.0
    return float(dual.target @ point - dual.base @ (ratio + beyond + above))
