"""Weighted medians and effective numbers of respondents; order of rows and ties do not matter."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]
Bools = npt.NDArray[np.bool_]


def weighted_quantile(values: Floats, weights: Floats, share: float) -> float:
    """Return the smallest value with at least `share` of the weight at or below it; NaN where nothing is known.

    An observed value, never one between two: a quantile of ages in months is exactly twelve times that in years.

    Parameters
    ----------
    values, weights
        ``(n,)``; a NaN value counts as not asked.
    share
        Between 0 and 1; 0.5 gives the (lower) median.
    """
    known = ~np.isnan(values)
    if not known.any():
        return float("nan")
    order = np.argsort(values[known], kind="stable")
    reached = np.cumsum(weights[known][order])
    position = int(np.searchsorted(reached, share * reached[-1] * (1 - 1e-12)))
    return float(values[known][order][min(position, len(order) - 1)])


def kish_n(weights: Floats) -> float:
    """Return the effective number of respondents, (Σw)² / Σw² (Kish 1965, Survey Sampling); 0 for none."""
    squares = float(weights @ weights)
    return float(weights.sum() ** 2 / squares) if squares > 0 else 0.0
