"""Forecasts of short monthly series by the Theta method, the seasonal naive forecast, and control limits."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import special

from needs_analytics.numerics._arrays import Floats, Ints, check_level
from needs_analytics.numerics._exponential import fit_level
from needs_analytics.numerics._seasons import seasonal_factors

_SHORT = 4  # below this many months nothing can be fitted


def forecast(
    values: npt.ArrayLike, *, period: int = 12, horizon: int = 12, level: float = 0.95
) -> tuple[Floats, Floats, Floats]:
    """Forecast series by the Theta method.

    Parameters
    ----------
    values
        One series (T,) or many of the same months (n, T), oldest first, in counts. NaN is a missing month: before the
        first and after the last known month it is cut off (the forecast still starts after column T), in between it
        is interpolated on a straight line.
    period
        Months in a season; 1 for none.
    horizon
        Months to forecast.
    level
        Level of the prediction interval.

    Returns
    -------
    tuple of arrays
        Point forecast, lower and upper limit, (horizon,) or (n, horizon). All NaN for a series without a known month.
        Limits may be negative where the level is low; the caller knows whether that has a meaning.

    Raises
    ------
    ValueError
        For values that are infinite or not in one or two dimensions, a period or horizon below 1.

    Notes
    -----
    Assimakopoulos & Nikolopoulos (2000), International Journal of Forecasting 16, 521–530; as simple exponential
    smoothing with a drift of half the trend line's slope: Hyndman & Billah (2003), ibid. 19, 287–290, equation 9. The
    series is first divided by the factors of the classical multiplicative decomposition if it spans two periods and
    passes the seasonality test of both papers (autocorrelation at the period beyond 1.645 standard errors).

    Interval: ``σ² (1 + (h − 1) α²)`` with the residual variance of the smoothing (ibid., section 4), plus the
    variance of the drift, which matters below three years; t quantile; times the seasonal factor. σ is at least half
    a unit and 1 % of the mean, so that a series that never moved still has an interval. A series of fewer than four
    months is carried forward; its σ is that of a Poisson count of its mean (at least 1) and grows with the square
    root of the horizon.
    """
    table, tail = _as_table(values, period, horizon), check_level(level)
    result = np.full((3, table.shape[0], horizon), np.nan)
    known = np.isfinite(table)
    first, last = known.argmax(axis=1), table.shape[1] - known[:, ::-1].argmax(axis=1)
    spans = np.stack([first, last], axis=1) * known.any(axis=1, keepdims=True)
    for start, stop in np.unique(spans, axis=0):
        members = np.flatnonzero((spans == (start, stop)).all(axis=1))
        if stop > start:
            gap = table.shape[1] - stop
            series = _interpolate(table[members, start:stop])
            result[:, members] = _forecast_block(series, period, gap + horizon, tail)[:, :, gap:]
    shape = (horizon,) if np.ndim(values) == 1 else (table.shape[0], horizon)
    point, low, high = result.reshape(3, *shape)
    return point, low, high


def seasonal_naive(values: npt.ArrayLike, period: int = 12, horizon: int = 12) -> Floats:
    """Forecast each month by the last known value of the same month of the season.

    Parameters
    ----------
    values
        One series (T,) or many (n, T), oldest first; NaN is a missing month.
    period, horizon
        Months in a season, months to forecast.

    Returns
    -------
    array
        (horizon,) or (n, horizon). A month of the season that was never seen gets the last known value; NaN if there
        is none.
    """
    table = _as_table(values, period, horizon)
    length = table.shape[1]
    filled = _carry_forward(table)
    season = np.repeat(filled[:, -1:], period, axis=1)
    for month in range(min(period, length)):
        same = _carry_forward(table[:, month::period])[:, -1]
        season[:, month] = np.where(np.isnan(same), season[:, month], same)
    result = season[:, (length + np.arange(horizon)) % period]
    return result[0] if np.ndim(values) == 1 else result


def xmr_limits(values: npt.ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Limits of the individuals and moving-range chart.

    Parameters
    ----------
    values
        One series (T,) or many (n, T), oldest first; NaN is a missing month and breaks the moving range.

    Returns
    -------
    tuple of arrays
        Centre, lower and upper limit per series: ``mean ± 2.66 · mean moving range``. NaN without two neighbouring
        months.

    Notes
    -----
    Shewhart's individuals chart, 2.66 = 3 / 1.128: Montgomery (2013), Statistical Quality Control, 7th ed.,
    section 6.4).
    """
    table = np.asarray(values, dtype=np.float64)
    moves = np.abs(np.diff(table, axis=-1))
    centre, spread = _known_mean(table), 2.66 * _known_mean(moves)
    centre = np.where(np.isnan(spread), np.nan, centre)
    return centre, centre - spread, centre + spread


def _known_mean(table: Floats) -> Floats:
    """Mean over the last axis of what is not NaN; NaN where nothing is."""
    known = np.isfinite(table)
    count = known.sum(axis=-1)
    total = np.where(known, table, 0.0).sum(axis=-1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _as_table(values: npt.ArrayLike, period: int, horizon: int) -> Floats:
    """Return `values` as (n, T)."""
    table = np.asarray(values, dtype=np.float64)
    if table.ndim not in {1, 2} or np.any(np.isinf(table)):
        raise ValueError("values must be one series or a table of series, of finite numbers and NaN")
    if period < 1 or horizon < 1:
        raise ValueError(f"period and horizon must be at least 1, got {period} and {horizon}")
    table = np.atleast_2d(table)
    return table if table.shape[1] else np.full((table.shape[0], 1), np.nan)  # no month at all: one unknown month


def _carry_forward(table: Floats) -> Floats:
    """Replace NaN (n, T) by the last known value before it."""
    index = np.where(np.isfinite(table), np.arange(table.shape[1]), 0)
    latest: Ints = np.maximum.accumulate(index, axis=1)
    return np.take_along_axis(table, latest, axis=1)


def _interpolate(table: Floats) -> Floats:
    """Fill missing months between known ones on a straight line; the first and last month are known."""
    if np.all(np.isfinite(table)):
        return table
    months = np.arange(table.shape[1])
    filled = [np.interp(months, months[np.isfinite(row)], row[np.isfinite(row)]) for row in table]
    return np.stack(filled)


def _forecast_block(series: Floats, period: int, horizon: int, tail: float) -> Floats:
    """Return point, low and high (3, n, horizon) of complete series (n, T)."""
    length = series.shape[1]
    steps = np.arange(horizon)
    floor = np.maximum(0.5, 0.01 * np.abs(series.mean(axis=1)))
    if length < _SHORT:
        point = np.repeat(series[:, -1:], horizon, axis=1)
        sigma = np.sqrt(np.maximum(np.maximum(np.abs(series.mean(axis=1)), series.var(axis=1)), 1.0))
        half = -special.ndtri(tail) * np.maximum(sigma, floor)[:, None] * np.sqrt(steps + 1.0)
        return np.stack([point, point - half, point + half])
    factors = seasonal_factors(series, period)
    adjusted = series / factors[:, np.arange(length) % period]
    fit = fit_level(adjusted)
    slope, precision = _trend_slope(adjusted)
    learnt = (1.0 - (1.0 - fit.alpha) ** length) / fit.alpha
    drifted = (steps + learnt[:, None]) / 2.0
    point = fit.level[:, None] + slope[:, None] * drifted
    sigma = np.maximum(np.sqrt(fit.sse / (length - 2)), floor)
    spread = np.sqrt(1.0 + steps * fit.alpha[:, None] ** 2 + drifted**2 / precision)
    half = -special.stdtrit(length - 2, tail) * sigma[:, None] * spread
    ahead = factors[:, (length + steps) % period]
    return np.stack([point * ahead, (point - half) * ahead, (point + half) * ahead])


def _trend_slope(series: Floats) -> tuple[Floats, float]:
    """Return least-squares slopes per month (n,) and σ² over their variance."""
    months = np.arange(series.shape[1]) - (series.shape[1] - 1) / 2.0
    precision = float(months @ months)
    return series @ months / precision, precision
