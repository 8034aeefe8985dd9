"""Forecast the use of each service at each site from its months so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.stats import norm

from needs_analytics.core.confidence import Z
from needs_analytics.core.issue import Issue
from needs_analytics.core.month import Month
from needs_analytics.core.order import in_order
from needs_analytics.core.results import Forecast
from needs_analytics.core.tables import iter_rows
from needs_analytics.numerics.smoothing import forecast, seasonal_naive

if TYPE_CHECKING:
    import numpy.typing as npt

TABLE = ("service", "site", "month", "point", "low", "high", "model", "beats_naive", "p_over_80")
BACKTEST = ("service", "site", "months", "mase_model", "mase_naive")
FEWEST_MONTHS = 6
_PERIOD = 12
_ORIGINS = 6


def forecast_use(history: pd.DataFrame, *, supply: pd.DataFrame | None = None, horizon: int = 3) -> Forecast:
    """Forecast monthly use.

    Parameters
    ----------
    history
        ``month`` (``2026-10``), ``service, site, count``; months without a row are missing, not zero.
    supply
        Capacity table with ``service, site, monthly``: the probability to pass 80 % of it is added.
    horizon
        Months ahead.

    Returns
    -------
    Forecast
        The Theta method where it beats the (seasonal) naive forecast on rolling origins, else the naive one; a series
        of fewer than six months has no forecast (历史不足).
    """
    series = _series(in_order(history))
    long = [(key, values) for key, values in series.items() if np.isfinite(values).sum() >= FEWEST_MONTHS]
    issues = (
        (Issue("I730", details={"count": len(series) - len(long), "fewest": FEWEST_MONTHS}),)
        if len(long) < len(series) or not series
        else ()
    )
    if not long:
        return Forecast(pd.DataFrame(columns=list(TABLE)), pd.DataFrame(columns=list(BACKTEST)), "no_history", issues)
    last = Month.parse(str(history["month"].max()))
    capacity = _capacity(supply)
    rows, tests = [], []
    for (service, site), values in long:
        made, test = _one(values, horizon)
        tests.append((service, site, len(values), *test))
        room = capacity.get((service, site), np.nan)
        rows += [
            (service, site, str(last.shift(step + 1)), *made[step], *_verdict(test), _p_over(made[step], 0.8 * room))
            for step in range(horizon)
        ]
    return Forecast(
        pd.DataFrame(rows, columns=list(TABLE)), pd.DataFrame(tests, columns=list(BACKTEST)), "forecast", issues
    )


def _series(history: pd.DataFrame) -> dict[tuple[str, str], npt.NDArray[np.float64]]:
    """Return each service@site's months from its first to the history's last, NaN where a month is missing."""
    if history.empty:
        return {}
    months = pd.period_range(history["month"].min(), history["month"].max(), freq="M")
    keys = ["service", "site", "month"]
    counts = history.assign(site=history["site"].fillna("")).groupby(keys, as_index=False)[["count"]].sum(min_count=1)
    series = {}
    for (service, site), part in counts.groupby(["service", "site"]):
        own = dict(zip(part["month"], part["count"], strict=True))
        values = np.array([own.get(str(month), np.nan) for month in months], dtype=float)
        known = np.flatnonzero(np.isfinite(values))
        series[str(service), str(site)] = values[known[0] if len(known) else len(values) :]
    return series


def _one(values: npt.NDArray[np.float64], horizon: int) -> tuple[list[tuple[float, float, float]], tuple[float, float]]:
    """Return point, low and high of each month ahead by the better method, and both methods' MASE."""
    test = _backtest(values)
    point, low, high = forecast(values, period=_PERIOD, horizon=horizon)
    if not test[0] < test[1]:
        naive = seasonal_naive(_filled(values), _PERIOD if len(values) > _PERIOD else 1, horizon)
        half = np.maximum((high - low) / 2, 0.5)
        point, low, high = naive, naive - half, naive + half
    return [(max(p, 0.0), max(lo, 0.0), max(hi, 0.0)) for p, lo, hi in zip(point, low, high, strict=True)], test


def _backtest(values: npt.NDArray[np.float64]) -> tuple[float, float]:
    """Return the scaled one-month-ahead errors of Theta and of the naive method on the last origins."""
    filled = _filled(values)
    origins = range(max(len(filled) - _ORIGINS, FEWEST_MONTHS - 1), len(filled))
    scale = np.abs(np.diff(filled)).mean()
    if not origins or scale == 0:
        return float("nan"), float("nan")
    period = _PERIOD if len(filled) > _PERIOD + 1 else 1
    theta = [abs(forecast(filled[:end], period=_PERIOD, horizon=1)[0][0] - filled[end]) for end in origins]
    naive = [abs(seasonal_naive(filled[:end], period if end > period else 1, 1)[0] - filled[end]) for end in origins]
    return float(np.mean(theta) / scale), float(np.mean(naive) / scale)


def _filled(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Interpolate missing months."""
    known = np.isfinite(values)
    return np.interp(np.arange(len(values)), np.flatnonzero(known), values[known])


def _verdict(test: tuple[float, float]) -> tuple[str, bool]:
    better = bool(test[0] < test[1])
    return ("theta" if better else "naive", better)


def _p_over(made: tuple[float, float, float], limit: float) -> float:
    if not np.isfinite(limit) or limit <= 0:
        return float("nan")
    spread = max((made[2] - made[1]) / (2 * Z), 1e-9)
    return float(norm.sf((limit - made[0]) / spread))


def _capacity(supply: pd.DataFrame | None) -> dict[tuple[str, str], float]:
    if supply is None or supply.empty:
        return {}
    keys = ["service", "site"]
    sums = (
        in_order(supply)
        .assign(site=supply["site"].fillna(""))
        .groupby(keys, as_index=False)[["monthly"]]
        .sum(min_count=1)
    )
    return {(str(service), str(site)): float(value) for service, site, value in iter_rows(sums, *keys, "monthly")}
