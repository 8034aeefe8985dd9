"""Classical seasonal factors, and whether a series has a season at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from needs_analytics.numerics._arrays import Bools, Floats

_SMALLEST = 1e-4  # a factor near 0 would send the adjusted series to infinity


def seasonal_factors(series: Floats, period: int) -> Floats:
    """Return multiplicative factors (n, period), with mean 1; all 1 for a series without a season.

    Parameters
    ----------
    series
        Complete series (n, T), oldest first.
    period
        Months in a season.

    Notes
    -----
    Classical decomposition: centred moving average of one period, ratio to it averaged by month of the season
    (Makridakis, Wheelwright & Hyndman 1998, Forecasting, 3rd ed., section 3/4); R
    ``decompose(type="multiplicative")``.
    """
    count, length = series.shape
    factors = np.ones((count, period))
    if period < 2 or length < 2 * period:
        return factors
    trend = _centred_average(series, period)
    offset = period // 2
    usable = has_season(series, period) & (trend > 0).all(axis=1)
    middle = series[:, offset : offset + trend.shape[1]]
    ratio = middle / np.where(usable[:, None], trend, 1.0)
    month = (offset + np.arange(trend.shape[1])) % period
    raw = np.stack([ratio[:, month == m].mean(axis=1) for m in range(period)], axis=1)
    mean = raw.mean(axis=1, keepdims=True)
    scaled = raw / np.where(mean > 0, mean, 1.0)
    usable &= (scaled > _SMALLEST).all(axis=1)
    return np.where(usable[:, None], scaled, factors)


def has_season(series: Floats, period: int) -> Bools:
    """Test the autocorrelation at `period` against 1.645 of its standard errors (n,).

    Assimakopoulos & Nikolopoulos (2000), section 3.1; the standard error is Bartlett's, from the shorter lags.
    """
    length = series.shape[1]
    centred = series - series.mean(axis=1, keepdims=True)
    power = (centred**2).sum(axis=1)
    moving = power > 1e-12 * (series**2).sum(axis=1)
    lagged = np.stack(
        [(centred[:, lag:] * centred[:, : length - lag]).sum(axis=1) for lag in range(1, period + 1)], axis=1
    )
    correlation = lagged / np.where(moving, power, 1.0)[:, None]
    error = np.sqrt((1.0 + 2.0 * (correlation[:, :-1] ** 2).sum(axis=1)) / length)
    seasonal: Bools = moving & (np.abs(correlation[:, -1]) > 1.645 * error)
    return seasonal


def _centred_average(series: Floats, period: int) -> Floats:
    """Centred moving average over one period, with half weights at the ends if the period is even."""
    kernel = np.ones(period) if period % 2 else np.concatenate([[0.5], np.ones(period - 1), [0.5]])
    windows = np.lib.stride_tricks.sliding_window_view(series, kernel.size, axis=1)
    return np.asarray(windows @ kernel / period)
