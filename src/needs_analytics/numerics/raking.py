"""Raking: weights that reproduce several population margins at once."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from needs_analytics.numerics._arrays import Bools, Floats, Ints, as_weights, one_hot
from needs_analytics.numerics._dual_raking import DualRaking, maximise, ratio_at

if TYPE_CHECKING:
    from collections.abc import Sequence

_DENSE_CELLS = 4_000_000  # up to this many combinations a lookup table is quicker than sorting


@dataclass(frozen=True)
class RakeResult:
    """Raked weights and how well they fit.

    Attributes
    ----------
    weights
        One per row (n,).
    converged
        Whether every margin is reproduced within the tolerance.
    iterations
        Sweeps over the margins, plus Newton steps where those were needed.
    max_error
        Largest ``|margin − target| / target``, recomputed from `weights`; for a target of 0 relative to the total.
    """

    weights: Floats
    converged: bool
    iterations: int
    max_error: float


@dataclass(frozen=True)
class _Cells:
    """Combinations of classes with weight: base weight (c,), class in each margin (c,), targets of each margin."""

    base: Floats
    codes: list[Ints]
    targets: list[Floats]


def rake(
    base_weights: npt.ArrayLike,
    margins: Sequence[tuple[npt.ArrayLike, npt.ArrayLike]],
    *,
    bounds: tuple[float, float] | None = None,
    tol: float = 1e-8,
    max_iter: int = 200,
) -> RakeResult:
    """Adjust weights so that their sums by class meet the targets of every margin.

    Parameters
    ----------
    base_weights
        Weights to start from (n,).
    margins
        Pairs of class codes 0, 1, … (n,) and target totals, one per class. The targets of all margins must have the
        same sum; differences below one in a million are scaled to the sum of the first.
    bounds
        Lowest and highest ratio of weight to base weight, *relative to the mean ratio* (sum of targets ÷ sum of base
        weights): (0.3, 3) keeps every ratio within 0.3 and 3 times the mean one. Classes with target 0 get weight 0
        anyway.
    tol
        Largest relative error of any margin at which the weights count as converged.
    max_iter
        Most sweeps over the margins (with bounds: Newton steps).

    Raises
    ------
    ValueError
        For negative or non-finite input, codes that are not whole or out of range, a positive target for a class
        nobody is in, sums of targets that differ by more than 1e-6, bounds that do not enclose 1.

    Notes
    -----
    Without bounds: iterative proportional fitting (Deming & Stephan 1940, Annals of Mathematical Statistics 11,
    427–444) on the distinct combinations of classes, so that equal rows are handled once and base weights inside a
    combination keep their ratios. Where that is too slow, and with bounds: Newton steps on the dual of the same
    problem, smallest Kullback–Leibler distance from the base weights, with the ratio cut at the bounds (calibration
    estimators, Deville & Särndal 1992, JASA 87, 376–382). Targets that no weights can meet give ``converged=False``,
    never NaN.
    """
    base = as_weights(base_weights, "base_weights")
    codes, targets = _check_margins(margins, base)
    low, high = _check_bounds(bounds)
    if not codes:
        return RakeResult(base.copy(), converged=True, iterations=0, max_error=0.0)
    row_cell, used, cells = _collapse(base, codes, targets)
    _check_reachable(cells)
    if bounds is None:
        ratio, steps = _fit_proportions(cells, tol, max_iter)
        if _error(cells, ratio) > tol:
            newton, more = _fit_bounded(cells, (low, high), tol, max_iter)
            ratio, steps = (newton, steps + more) if _error(cells, newton) <= tol else (ratio, steps)
    else:
        ratio, steps = _fit_bounded(cells, (low, high), tol, max_iter)
    by_cell = np.zeros(used.size)
    by_cell[used] = ratio
    weights = base * by_cell[row_cell]
    reached = np.bincount(row_cell, weights, used.size)[used].astype(np.float64)
    error = _error(replace(cells, base=reached), np.ones(reached.size))
    return RakeResult(weights, error <= max(tol, 1e-12), steps, error)


def kish(weights: npt.ArrayLike) -> tuple[float, float]:
    """Design effect of unequal weights and effective sample size.

    Returns
    -------
    tuple of float
        ``1 + cv²`` of the weights and ``(Σw)² / Σw²`` (Kish 1965, Survey Sampling, section 11.7; 1992, Journal of
        Official Statistics 8, 183–200). Without any positive weight: NaN and 0.
    """
    w = as_weights(weights)
    squares = float((w**2).sum())
    if squares == 0.0:
        return float("nan"), 0.0
    n_eff = float(w.sum()) ** 2 / squares
    return w.size / n_eff, n_eff


def _check_margins(
    margins: Sequence[tuple[npt.ArrayLike, npt.ArrayLike]], base: Floats
) -> tuple[list[Ints], list[Floats]]:
    """Return codes and targets of equal sums, refusing what cannot be meant."""
    codes, targets = [], []
    for number, (labels, totals) in enumerate(margins):
        code, target = np.asarray(labels), as_weights(totals, f"targets of margin {number}")
        if code.shape != base.shape or not np.issubdtype(code.dtype, np.integer):
            raise ValueError(f"codes of margin {number} must be whole numbers, one per weight ({base.size})")
        if code.size and (code.min() < 0 or code.max() >= target.size):
            raise ValueError(f"codes of margin {number} must lie from 0 to {target.size - 1}, one target per class")
        codes.append(code.astype(np.int64, copy=False))
        targets.append(target)
    sums = np.array([target.sum() for target in targets])
    if sums.size and (sums.min() <= 0 or sums.max() > sums.min() * (1 + 1e-6)):
        raise ValueError(f"all margins must have the same positive total, got {', '.join(f'{s:g}' for s in sums)}")
    return codes, [target * (sums[0] / total) for target, total in zip(targets, sums, strict=True)]


def _check_bounds(bounds: tuple[float, float] | None) -> tuple[float, float]:
    low, high = (0.0, np.inf) if bounds is None else bounds
    if not 0.0 <= low < 1.0 < high:
        raise ValueError(f"bounds are relative to the mean ratio and must enclose 1, got ({low}, {high})")
    return float(low), float(high)


def _check_reachable(cells: _Cells) -> None:
    for number, (code, target) in enumerate(zip(cells.codes, cells.targets, strict=True)):
        empty = np.flatnonzero((np.bincount(code, minlength=target.size) == 0) & (target > 0))
        if empty.size:
            raise ValueError(
                f"margin {number}, class {empty[0]} has a target of {target[empty[0]]:g} but no row with weight;"
                " collapse it with another class"
            )


def _collapse(base: Floats, codes: list[Ints], targets: list[Floats]) -> tuple[Ints, Bools, _Cells]:
    """Return each row's combination of classes, whether a combination has weight, and those that have."""
    sizes = [target.size for target in targets]
    few = math.prod(sizes) <= _DENSE_CELLS
    cell, first = (_count_through(codes, sizes), None) if few else _sort_out(codes, sizes)
    weight = np.bincount(cell, base, math.prod(sizes) if first is None else first.size).astype(np.float64)
    used = weight > 0
    if first is None:
        classes = list(np.unravel_index(np.flatnonzero(used), sizes))
    else:
        classes = [code[first[used]] for code in codes]
    return cell, used, _Cells(weight[used], classes, targets)


def _count_through(codes: list[Ints], sizes: list[int]) -> Ints:
    """Number every possible combination of classes."""
    cell = codes[0]
    for code, size in zip(codes[1:], sizes[1:], strict=True):
        cell = cell * size
        cell += code
    return cell


def _sort_out(codes: list[Ints], sizes: list[int]) -> tuple[Ints, Ints]:
    """Number the combinations of classes that occur; return the number of each row and a row of each number."""
    cell = first = np.zeros(codes[0].size, dtype=np.int64)
    for code, size in zip(codes, sizes, strict=True):
        _, first, cell = np.unique(cell * size + code, return_index=True, return_inverse=True)
    return cell, first


def _error(cells: _Cells, ratio: Floats) -> float:
    """Largest relative error of any margin."""
    weights = cells.base * ratio
    errors = [
        np.abs(np.bincount(code, weights, target.size) - target) / np.where(target > 0, target, target.sum())
        for code, target in zip(cells.codes, cells.targets, strict=True)
    ]
    return float(max(error.max() for error in errors))


def _fit_proportions(cells: _Cells, tol: float, max_iter: int) -> tuple[Floats, int]:
    """Scale each margin in turn until all fit; return the ratio of weight to base weight and the number of sweeps."""
    ratio = np.ones(cells.base.size)
    for sweep in range(max_iter):
        if _error(cells, ratio) <= tol:
            return ratio, sweep
        for code, target in zip(cells.codes, cells.targets, strict=True):
            sums = np.bincount(code, cells.base * ratio, target.size)
            ratio = ratio * np.where(sums > 0, target / np.where(sums > 0, sums, 1.0), 1.0)[code]
    return ratio, max_iter


def _fit_bounded(cells: _Cells, bounds: tuple[float, float], tol: float, max_iter: int) -> tuple[Floats, int]:
    """Solve the dual problem; return the ratio of weight to base weight and the number of Newton steps."""
    alive = np.all([target[code] > 0 for code, target in zip(cells.codes, cells.targets, strict=True)], axis=0)
    mean = float(cells.targets[0].sum() / cells.base.sum())
    dual = DualRaking(
        one_hot([code[alive] for code in cells.codes], [target.size for target in cells.targets]),
        cells.base[alive] * mean,
        np.concatenate(cells.targets),
        *bounds,
    )
    point, steps = maximise(dual, tol / 2.0, max_iter)
    ratio = np.zeros(cells.base.size)
    ratio[alive] = ratio_at(dual, point) * mean
    return ratio, steps
