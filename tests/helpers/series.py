"""The sample town's years of use, for tests of the generator and of the methods it judges."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING

from needs_analytics.core.month import Month
from needs_analytics.samples.plan import read_plan
from needs_analytics.samples.series import PlantedSeries, usage_series
from needs_analytics.samples.services import offered_supply

if TYPE_CHECKING:
    from collections.abc import Collection

    import pandas as pd

END = Month(2026, 10)
KEYS = ["service", "site"]
TOWN = read_plan("town")
supply_of = cache(partial(offered_supply, TOWN))


def planted(
    seed: int, *, last: Month = END, months: int = 36, services: Collection[str] | None = None
) -> PlantedSeries:
    """Draw the town's use (of some services only); a site's ordinary use is what its load says."""
    supply = supply_of(END)
    supply = supply[supply["record"] != "none"]
    if services is not None:
        supply = supply[supply["service"].isin(services)]
    use = supply["load"] * supply["units"]
    levels = dict(zip(zip(supply["service"], supply["site"], strict=True), use, strict=True))
    return usage_series(supply_of, levels, TOWN.table("seasons"), anchor=END, last=last, months=months, seed=seed)


def by_month(found: PlantedSeries, *kinds: str) -> pd.DataFrame:
    """Return counts, a row per service and site (of some kinds), a column per month."""
    counts = found.counts[found.counts["kind"].isin(kinds)] if kinds else found.counts
    return counts.pivot_table(index=KEYS, columns="month", values="count")
