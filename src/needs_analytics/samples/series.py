"""Years of use, month by month: how much of each service was taken at each site, and what was planted in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.month import Month
from needs_analytics.samples.draws import stream
from needs_analytics.samples.planted import offers_of, plan_series
from needs_analytics.samples.seasons import RULES, season_factors

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_PRESSURE = 1.12
"""Those who would come to a full site, over those who do."""
_OVER = 1.02
"""No month holds more than this over its capacity."""
_SURVEY_MONTHS = 3
_NEW_SHARE = 0.35
"""What a new service does in its first month, over what it will do when it is known."""


@dataclass(frozen=True)
class PlantedSeries:
    """Monthly use and the truth behind it.

    Attributes
    ----------
    plan
        One row per service and site: ``service, site``, ``kind`` (``stable``, ``step``, ``new``, ``intermittent``,
        else its season: ``festival, school, term, vacation, winter, heat, mild``), ``level`` (ordinary use in the
        anchor month), ``growth`` (a year, logarithmic), ``spread`` (coefficient of variation beyond Poisson's),
        ``full`` (the site takes all it can), ``changed`` (first month of the new service, first month after the
        step, else empty), ``size`` (of the step).
    counts
        One row per month, service and site: ``month`` (``2026-10``), ``service, site, count, kind``, ``season``
        (factor of the month) and ``expected`` (mean of those who would come); months before a new service have none.
    """

    plan: pd.DataFrame
    counts: pd.DataFrame

    def of_month(self, month: Month) -> dict[tuple[str, str], int]:
        """Return a month's counts by service and site."""
        ours = self.counts[self.counts["month"] == str(month)]
        return {
            (service, site): int(count)
            for service, site, count in ours[["service", "site", "count"]].itertuples(index=False)
        }


def usage_series(
    supply_of: Callable[[Month], pd.DataFrame],
    levels: Mapping[tuple[str, str], float],
    seasons: pd.DataFrame,
    *,
    anchor: Month,
    last: Month,
    months: int,
    seed: int,
) -> PlantedSeries:
    """Draw what was used in each month; a month is the same whichever window it is asked in.

    Parameters
    ----------
    supply_of
        Gives a month's ``service, site, units, days`` (see ``offered_supply``).
    levels
        Completed uses of the anchor month if it were an ordinary one, by service and site (see ``ordinary_use``).
    seasons
        The packaged ``seasons``: a row per service, and one for each site that is unlike the service's others.
    anchor
        The month of ``levels``, from which growth and changes are counted: fixed for a town.
    last, months
        The window: so many months up to this one.

    Returns
    -------
    PlantedSeries
        Use is nowhere more than 2 % above capacity; a full site stays near its own except in low season.
    """
    plan = plan_series(supply_of(anchor), levels, seasons, anchor=anchor, seed=seed)
    window = [last.shift(-back) for back in reversed(range(months))]
    units, days = zip(*(offers_of(plan, supply_of(month)) for month in window), strict=True)
    rules = {name: _column(plan, name) for name in RULES}
    season = np.column_stack([season_factors(rules, dates, month) for dates, month in zip(days, window, strict=True)])
    lengths = np.array([[len(opened) for opened in dates] for dates in days]).T
    changes, built = _changes(plan, window, anchor, seed), _built(plan, window)
    worked = (lengths / _column(plan, "anchor_days")) ** _column(plan, "days")
    expected = (
        _column(plan, "level") * np.where(_column(plan, "full"), _PRESSURE, 1) * season * worked * changes * built
    )
    room = np.column_stack(units) * built
    counts = _draw_counts(plan, window, expected, room, seed)
    drawn = pd.concat([plan[["service", "site", "kind", "changed"]]] * months, ignore_index=True)
    drawn.insert(0, "month", np.repeat([str(month) for month in window], len(plan)))
    drawn = drawn.assign(count=counts.T.ravel(), season=season.T.ravel(), expected=expected.T.ravel())
    begun = (drawn["kind"] != "new") | (drawn["changed"] <= drawn["month"])
    return PlantedSeries(
        plan[["service", "site", "kind", "level", "growth", "spread", "full", "changed", "size"]],
        drawn[begun].drop(columns="changed").reset_index(drop=True),
    )


def _changes(plan: pd.DataFrame, window: list[Month], anchor: Month, seed: int) -> np.ndarray:
    """Return growth, a new service's first months and batches as factors, ``(series, months)``."""
    from_anchor = np.array([_apart(month, anchor) for month in window])
    factors: np.ndarray = np.exp(_column(plan, "growth") * from_anchor / 12)
    for row, (kind, service, site, changed) in enumerate(
        plan[["kind", "service", "site", "changed"]].itertuples(index=False)
    ):
        if kind == "new":
            age = np.array([max(_apart(month, Month.parse(changed)), 0) for month in window])
            factors[row] *= 1 - (1 - _NEW_SHARE) * 0.6**age
        if kind == "intermittent":
            factors[row] *= [
                _in_batch(month, anchor, stream(seed, "batches", service, site, *_half(month))) for month in window
            ]
    return factors


def _built(plan: pd.DataFrame, window: list[Month]) -> np.ndarray:
    """Return the capacity there was over that of after the step, ``(series, months)``."""
    before = np.array([_column(plan, "changed")[:, 0] > str(month) for month in window]).T
    return np.where(before & (_column(plan, "kind") == "step"), 1 / (1 + _column(plan, "size")), 1.0)


def _draw_counts(
    plan: pd.DataFrame, window: list[Month], expected: np.ndarray, room: np.ndarray, seed: int
) -> np.ndarray:
    """Draw the counts, each with a stream of its own: over-dispersed, and no more than the site can take."""
    usual = room * np.where(_column(plan, "full"), _column(plan, "fill"), 1)
    counts = np.zeros(expected.shape, dtype=int)
    for row, (service, site, spread) in enumerate(plan[["service", "site", "spread"]].itertuples(index=False)):
        for column, month in enumerate(window):
            rng = stream(seed, "series", service, site, str(month))
            would_come = rng.poisson(expected[row, column] * rng.gamma(spread**-2, spread**2))
            places = min(usual[row, column] * rng.normal(1, 0.015), room[row, column] * _OVER)
            counts[row, column] = min(would_come, round(places))
    return counts


def _in_batch(month: Month, anchor: Month, rng: np.random.Generator) -> bool:
    """Tell whether a service that runs in batches does so: one batch of 1–3 months a half-year, and the survey's."""
    start, length = int(rng.integers(0, 4)), int(rng.integers(1, 4))
    return -_SURVEY_MONTHS < _apart(month, anchor) <= 0 or start <= (month.number - 1) % 6 < start + length


def _half(month: Month) -> tuple[int, int]:
    return month.year, (month.number - 1) // 6


def _apart(month: Month, other: Month) -> int:
    """Return how many months one lies after another."""
    return 12 * (month.year - other.year) + month.number - other.number


def _column(plan: pd.DataFrame, name: str) -> np.ndarray:
    return np.asarray(plan[name])[:, None]
