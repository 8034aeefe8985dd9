"""The sample town's years of use, for tests of the generator and of the methods it judges."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING

from needs_analytics.core.month import Month
from needs_analytics.samples.plan import read_plan
from needs_analytics.samples.series import PlantedSeries, usage_series
from needs_analytics.samples.services import offered_supply

if TYPE_CHECKING:
    import pandas as pd

END = Month(2026, 10)
KEYS = ["service", "site"]
TOWN = read_plan("town")


@cache
def supply_of(month: Month, services: tuple[str, ...] = ()) -> pd.DataFrame:
    """Return what is offered in a month (of some services only) where a record is kept."""
    supply = offered_supply(TOWN, month)
    wanted = supply["service"].isin(services) if services else True
    return supply[(supply["record"] != "none") & wanted]


def planted(seed: int, *, last: Month = END, months: int = 36, services: tuple[str, ...] = ()) -> PlantedSeries:
    """Draw the town's use (of some services only); a site's ordinary use is what its load says."""
    supply = supply_of(END, services)
    use = supply["load"] * supply["units"]
    levels = dict(zip(zip(supply["service"], supply["site"], strict=True), use, strict=True))
    offered = partial(supply_of, services=services)
    return usage_series(
        offered,
        levels,
        TOWN.table("seasons"),
        anchor=END,
        last=last,
        months=months,
        seed=seed,
    )


def by_month(found: PlantedSeries, *kinds: str) -> pd.DataFrame:
    """Return counts, a row per service and site (of some kinds), a column per month."""
    counts = found.counts[found.counts["kind"].isin(kinds)] if kinds else found.counts
    return counts.pivot_table(index=KEYS, columns="month", values="count")
