"""What is offered: the menu, who may use it, who can reach it, and how much of it there is in a month."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from needs_analytics.core.month import Month
    from needs_analytics.samples.plan import Plan
    from needs_analytics.samples.town import Town

DETOUR = 1.3
"""Walking distance over straight-line distance."""
_HOLIDAYS = {(10, day) for day in range(1, 8)}
"""Month and day of the National Day week: what opens on workdays only is closed."""
_WORKDAYS = "12345"


def offered_services(plan: Plan) -> pd.DataFrame:
    """Return the menu, one row per service; ``who`` and ``uses`` say for the generator what an office puts in words."""
    return plan.table("services")


def offered_supply(plan: Plan, month: Month) -> pd.DataFrame:
    """Return what each site offers, one row per service and site.

    Besides what the office's sheet shows there are ``days`` (the dates open) and ``units`` (capacity of the month).
    """
    supply = plan.table("supply")
    days = [open_days(month, str(row.open_on), str(row.most_days)) for row in supply.itertuples()]
    lengths = np.array([len(dates) for dates in days])
    weeks = month.last_day.day / 7
    times = np.select([supply["period"] == "月", supply["period"] == "周"], [1.0, weeks], lengths)
    return supply.assign(days=pd.Series(days, dtype=object), units=(supply["capacity"] * times).round().astype(int))


@cache
def open_days(month: Month, open_on: str, most_days: str = "") -> tuple[dt.date, ...]:
    """Return the dates of a month on which a site is open.

    Parameters
    ----------
    open_on
        Weekdays as digits, 1 for Monday.
    most_days
        How many of them, from the first on; empty for all.
    """
    length = (month.last_day - month.first_day).days + 1
    days = [month.first_day + dt.timedelta(days=offset) for offset in range(length)]
    days = [day for day in days if str(day.isoweekday()) in open_on]
    if open_on == _WORKDAYS:
        days = [day for day in days if (day.month, day.day) not in _HOLIDAYS]
    return tuple(days[: int(most_days)] if most_days else days)


def eligible_people(people: pd.DataFrame, who: str) -> np.ndarray:
    """Tell who may use a service, ``(people,)``.

    Parameters
    ----------
    who
        Groups joined by ``&`` (all of them), alternatives by ``|``; ``all`` for everybody.
    """
    if who == "all":
        return np.ones(len(people), dtype=bool)
    ways = [np.logical_and.reduce([people[group] for group in way.split("&")]) for way in who.split("|")]
    return np.asarray(np.logical_or.reduce(ways))


def reachable_sites(town: Town) -> np.ndarray:
    """Tell which sites lie within their radius on foot, ``(grids, sites)``."""
    east = town.grids["east_km"].to_numpy()[:, None] - town.sites["east_km"].to_numpy()
    north = town.grids["north_km"].to_numpy()[:, None] - town.sites["north_km"].to_numpy()
    metres = 1000 * DETOUR * np.hypot(east, north)
    return np.asarray(metres <= town.sites["radius_m"].to_numpy())
