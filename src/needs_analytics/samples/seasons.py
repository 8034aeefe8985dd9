"""The year of the services: Spring Festival, school vacations, cold and heat, day by day."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from needs_analytics.samples.draws import packaged_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from needs_analytics.core.month import Month

RULES = ("holiday", "before", "after", "vacation", "cold", "hot")
"""Columns of the packaged ``seasons`` that say how a service's year goes."""
_HOLIDAY = range(-1, 7)
"""Days from New Year's Eve to the sixth of the first month, counted from the first day of the year."""
_BEFORE = range(-14, -1)
_AFTER = range(7, 16)
"""The fortnight of buying and cleaning, and what is left until the Lantern Festival."""
_WINTER_VACATION = range(-18, 16)
_SUMMER_VACATION = (7, 8)
_COLDEST, _HOTTEST = 15, 205
"""Days of the year: the middle of January, the end of July."""


def season_factors(rules: Mapping[str, np.ndarray], days: Sequence[Sequence[dt.date]], month: Month) -> np.ndarray:
    """Return each service's use on the days it is open over that on ordinary days, ``(services,)``.

    Parameters
    ----------
    rules
        :data:`RULES`, each ``(services, 1)``: of the first four, use on such a day over that of an ordinary one; of
        the others, what is added at the coldest and the hottest time of the year.
    days
        The dates open, of each service.

    Notes
    -----
    Spring Festival is known from 2020 to 2035; months of other years have none.
    """
    dates = [month.first_day + dt.timedelta(days=offset) for offset in range(month.last_day.day)]
    factors = _of_the_festival(rules, dates) * _of_the_school(rules, dates) * _of_the_weather(rules, dates)
    opened = np.zeros(factors.shape)
    for row, found in enumerate(days):
        opened[row, [date.day - 1 for date in found]] = 1
    return np.asarray((factors * opened).sum(axis=1) / opened.sum(axis=1))


def _of_the_festival(rules: Mapping[str, np.ndarray], dates: list[dt.date]) -> np.ndarray:
    windows = {"holiday": _HOLIDAY, "before": _BEFORE, "after": _AFTER}
    factors = np.ones((1, len(dates)))
    for name, window in windows.items():
        factors = np.where(_days_from_festival(dates, window), rules[name], factors)
    return factors


def _of_the_school(rules: Mapping[str, np.ndarray], dates: list[dt.date]) -> np.ndarray:
    summer = np.array([date.month in _SUMMER_VACATION for date in dates])
    return np.where(summer | _days_from_festival(dates, _WINTER_VACATION), rules["vacation"], 1.0)


def _of_the_weather(rules: Mapping[str, np.ndarray], dates: list[dt.date]) -> np.ndarray:
    day = np.array([date.timetuple().tm_yday for date in dates])
    cold, hot = (np.maximum(np.cos(2 * np.pi * (day - most) / 365), 0) ** 2 for most in (_COLDEST, _HOTTEST))
    return np.asarray(1 + rules["cold"] * cold + rules["hot"] * hot)


def _days_from_festival(dates: list[dt.date], window: range) -> np.ndarray:
    """Tell which dates lie so many days from the first day of the year's Spring Festival."""
    offsets = np.array([date.toordinal() for date in dates])[:, None] - _first_days()
    return np.asarray(((offsets >= window.start) & (offsets < window.stop)).any(axis=1))


@cache
def _first_days() -> np.ndarray:
    days = packaged_table("spring_festival")["first_day"]
    return np.array([dt.date.fromisoformat(day).toordinal() for day in days])
