"""Simple exponential smoothing of many series at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from needs_analytics.numerics._golden import golden_section

if TYPE_CHECKING:
    from needs_analytics.numerics._arrays import Floats

_GRID = np.concatenate([[1e-4, 0.01], np.linspace(0.05, 0.95, 10), [0.9999]])
_SECTIONS = 20


@dataclass(frozen=True)
class LevelFit:
    """Smoothing weight, last level and sum of squared one-step errors of n series, each (n,)."""

    alpha: Floats
    level: Floats
    sse: Floats


def fit_level(series: Floats) -> LevelFit:
    """Fit level and smoothing weight by least squares of the one-step errors.

    Parameters
    ----------
    series
        Complete series (n, T).

    Notes
    -----
    Hyndman, Koehler, Ord & Snyder (2008), Forecasting with Exponential Smoothing, sections 2.3 and 5.1. The errors
    are linear in the first level, so that it has a closed form for each weight; the weight is found by a scan and
    golden sections.
    """
    scan = np.stack([_smooth(series, np.full(series.shape[0], alpha)).sse for alpha in _GRID])
    best = np.clip(scan.argmin(axis=0), 1, _GRID.size - 2)
    alpha = golden_section(lambda a: -_smooth(series, a).sse, _GRID[best - 1], _GRID[best + 1], _SECTIONS)
    return _smooth(series, alpha)


def _smooth(series: Floats, alpha: Floats) -> LevelFit:
    """Smooth with given weights (n,) from the best first level."""
    length = series.shape[1]
    decay = (1.0 - alpha)[:, None] ** np.arange(length)
    state = np.zeros(series.shape[0])
    errors = np.empty(series.shape)
    for month in range(length):
        errors[:, month] = series[:, month] - state
        state = state + alpha * errors[:, month]
    start = (errors * decay).sum(axis=1) / (decay**2).sum(axis=1)
    residual = errors - start[:, None] * decay
    level = state + start * decay[:, -1] * (1.0 - alpha)
    return LevelFit(alpha, level, (residual**2).sum(axis=1))
