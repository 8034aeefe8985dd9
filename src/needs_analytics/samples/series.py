"""Years of use, month by month: how much of each service was taken at each site, and what was planted in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.samples.draws import stream
from needs_analytics.samples.seasons import season_factors
from needs_analytics.samples.sheets import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from needs_analytics.core.month import Month

_FULL = 0.9
"""From this share of its capacity on a site runs full: more would come than it can take."""
_PRESSURE = 1.12
"""Those who would come to a full site, over those who do."""
_OVER = 1.02
"""No month holds more than this over its capacity."""
_GROWTH_SD = 0.02
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

    def of_month(self, month: Month) -> pd.Series:
        """Return a month's counts by service and site."""
        ours = self.counts[self.counts["month"] == str(month)]
        return ours.set_index(["service", "site"])["count"]


def usage_series(
    supply_of: Callable[[Month], pd.DataFrame],
    levels: pd.Series,
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
        Completed uses of the anchor month if it were an ordinary one, by service and site.
    seasons
        The packaged ``seasons``: a row per service, and one for each site that is unlike the service's others.
    anchor
        The month of ``levels``, from which growth and changes are counted: fixed for a town.
    last, months
        The window: so many months up to this one.

    Returns
    -------
    PlantedSeries
        Use nowhere above capacity by more than 2 %, but a count may be below a full site's in a month of low season.
    """
    plan = plan_series(supply_of(anchor), levels, seasons, anchor=anchor, seed=seed)
    window = [last.shift(-back) for back in reversed(range(months))]
    parts = [_draw_month(plan, _supply_for(plan, supply_of(month)), month, anchor, seed) for month in window]
    return PlantedSeries(
        plan[["service", "site", "kind", "level", "growth", "spread", "full", "changed", "size"]],
        pd.concat(parts, ignore_index=True),
    )


def plan_series(
    supply: pd.DataFrame, levels: pd.Series, seasons: pd.DataFrame, *, anchor: Month, seed: int
) -> pd.DataFrame:
    """Settle what is planted in each series: the seasons' columns, and those of :class:`PlantedSeries`."""
    keys = [str(site) for _, site in levels.index]
    own = seasons.set_index(["service", "site"])
    rows = [(service, site if (service, site) in own.index else "") for service, site in levels.index]
    plan = own.loc[rows].reset_index().assign(site=keys, level=levels.to_numpy(dtype=float))
    offered = _supply_for(plan, supply)
    plan["fill"] = plan["level"] / offered["units"]
    plan["full"] = plan["fill"] >= _FULL
    plan["anchor_days"] = offered["days"].map(len)
    drawn = [_drawn_plan(kind, stream(seed, "series", *key)) for kind, *key in _keyed(plan)]
    back = np.array([months for months, _ in drawn])
    plan["changed"] = [str(anchor.shift(-months)) if months else "" for months in back]
    plan["growth"] = np.where(plan["growth"] == 0, 0, plan["growth"] + [growth for _, growth in drawn])
    return plan


def tabulate_history(counts: pd.DataFrame, names: Mapping[str, str], *, before: Month) -> Table:
    """Lay out the months before the report's, as the street's ledger keeps them: a row per service, site and month.

    Parameters
    ----------
    counts
        ``month, service, site, count`` of :class:`PlantedSeries`.
    names
        Name of each service.
    before
        The report's month: its use stands in the record of use.
    """
    past = counts[counts["month"] < str(before)].sort_values(["service", "site", "month"], kind="stable")
    rows = [
        [f"{month[:4]}年{int(month[5:])}月", names[service], site, int(count)]
        for month, service, site, count in past[["month", "service", "site", "count"]].itertuples(index=False)
    ]
    return Table("历月服务量", ("月份", "服务项目", "服务点", "服务人次"), rows, tuple(range(len(rows))), 1)


def _keyed(plan: pd.DataFrame) -> list[tuple[str, str, str]]:
    return list(plan[["kind", "service", "site"]].itertuples(index=False, name=None))


def _drawn_plan(kind: str, rng: np.random.Generator) -> tuple[int, float]:
    """Return how many months before the anchor something changed (0 for never), and how its growth differs."""
    growth = float(rng.normal(0, _GROWTH_SD))
    earliest = {"new": 5, "step": 13}.get(kind)
    return (int(rng.integers(earliest, earliest + 3)) if earliest else 0), growth


def _supply_for(plan: pd.DataFrame, supply: pd.DataFrame) -> pd.DataFrame:
    """Return capacity and open days in the plan's order."""
    keys = pd.MultiIndex.from_frame(plan[["service", "site"]])
    return supply.set_index(["service", "site"])[["units", "days"]].loc[keys].reset_index()


def _draw_month(plan: pd.DataFrame, supply: pd.DataFrame, month: Month, anchor: Month, seed: int) -> pd.DataFrame:
    """Draw one month's counts: over-dispersed around what is expected, and no more than the site can take."""
    season = season_factors(plan, supply["days"], month)
    years = ((month.year - anchor.year) * 12 + month.number - anchor.number) / 12
    built = np.where((plan["kind"] == "step") & (plan["changed"] > str(month)), 1 / (1 + plan["size"]), 1.0)
    pressure = np.where(plan["full"], _PRESSURE, 1.0)
    worked = (supply["days"].map(len) / plan["anchor_days"]) ** plan["days"]
    running = [_running(*key, month, anchor, seed) for key in _keyed(plan)]
    known = _known(plan, month)
    expected = plan["level"] * pressure * season * worked * np.exp(plan["growth"] * years) * built * running * known
    room = supply["units"] * built
    usual = np.where(plan["full"], plan["fill"], 1.0)
    counts = [
        _draw_count(mean, spread, most * share, most * _OVER, stream(seed, "series", service, site, str(month)))
        for (_, service, site), mean, spread, most, share in zip(
            _keyed(plan), expected, plan["spread"], room, usual, strict=True
        )
    ]
    drawn = plan[["service", "site"]].assign(count=counts, kind=plan["kind"], season=season, expected=expected)
    drawn.insert(0, "month", str(month))
    return drawn[(plan["kind"] != "new") | (plan["changed"] <= str(month))]


def _draw_count(mean: float, spread: float, usual: float, most: float, rng: np.random.Generator) -> int:
    """Draw one count: gamma-Poisson, cut off where the site is full."""
    would_come = rng.poisson(mean * rng.gamma(spread**-2, spread**2))
    places = min(usual * rng.normal(1, 0.015), most)
    return int(min(would_come, round(places)))


def _known(plan: pd.DataFrame, month: Month) -> np.ndarray:
    """Return how far a new service is known: it fills up over its first months."""
    first = pd.to_numeric(plan["changed"].str.replace("-", "").replace("", "0")).to_numpy()
    age = 12 * (month.year - first // 100) + month.number - first % 100
    return np.where(plan["kind"] == "new", 1 - (1 - _NEW_SHARE) * 0.6 ** np.maximum(age, 0), 1.0)


def _running(kind: str, service: str, site: str, month: Month, anchor: Month, seed: int) -> float:
    """Tell whether a service that runs in batches does so: one batch of 1–3 months a half-year, and the survey's."""
    if kind != "intermittent" or anchor.shift(1 - _SURVEY_MONTHS) <= month <= anchor:
        return 1.0
    half, number = divmod(month.number - 1, 6)
    rng = stream(seed, "batches", service, site, month.year, half)
    start, length = int(rng.integers(0, 4)), int(rng.integers(1, 4))
    return float(start <= number < start + length)
