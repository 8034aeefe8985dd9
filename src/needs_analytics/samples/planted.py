"""What is planted in each series of use, and how much there is to use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from needs_analytics.samples.draws import stream

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    import pandas as pd

    from needs_analytics.core.month import Month

_FULL = 0.9
"""From this share of its capacity on a site runs full: more would come than it can take."""
_GROWTH_SD = 0.02
_EARLIEST = {"new": 5, "step": 13}
"""A change comes so many months before the anchor, or up to two more."""


def plan_series(
    supply: pd.DataFrame,
    levels: Mapping[tuple[str, str], float],
    seasons: pd.DataFrame,
    *,
    anchor: Month,
    seed: int,
) -> pd.DataFrame:
    """Settle what is planted in each series.

    Returns
    -------
    The columns of ``seasons`` and of the plan of ``PlantedSeries``, and ``fill`` (share of the capacity used) and
    ``anchor_days`` (open days of the anchor month), a row per service and site.
    """
    own = seasons.set_index(["service", "site"])
    rows = [(service, site if (service, site) in own.index else "") for service, site in levels]
    plan = (
        own.loc[rows].reset_index().assign(site=[site for _, site in levels], level=list(map(float, levels.values())))
    )
    units, days = offers_of(plan, supply)
    plan["fill"] = plan["level"] / units
    plan["full"] = plan["fill"] >= _FULL
    plan["anchor_days"] = [len(dates) for dates in days]
    drawn = [
        _drawn_plan(kind, stream(seed, "series", service, site))
        for kind, service, site in plan[["kind", "service", "site"]].itertuples(index=False)
    ]
    back = np.array([months for months, _ in drawn])
    plan["changed"] = [str(anchor.shift(-months)) if months else "" for months in back]
    plan["growth"] = np.where(plan["growth"] == 0, 0, plan["growth"] + [growth for _, growth in drawn])
    return plan


def offers_of(plan: pd.DataFrame, supply: pd.DataFrame) -> tuple[np.ndarray, list[list[dt.date]]]:
    """Return capacity and open days in the plan's order."""
    columns = (supply[name].tolist() for name in ("service", "site", "units", "days"))
    offered = {(service, site): offer for service, site, *offer in zip(*columns, strict=True)}
    offers = [offered[key] for key in zip(plan["service"].tolist(), plan["site"].tolist(), strict=True)]
    return np.array([units for units, _ in offers]), [days for _, days in offers]


def _drawn_plan(kind: str, rng: np.random.Generator) -> tuple[int, float]:
    """Return how many months before the anchor something changed (0 for never), and how its growth differs."""
    growth = float(rng.normal(0, _GROWTH_SD))
    earliest = _EARLIEST.get(kind)
    return (int(rng.integers(earliest, earliest + 3)) if earliest else 0), growth
