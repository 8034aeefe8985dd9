"""Where the demand goes: planted causes are found, and the parts that are heads counted lie in their intervals.

Thresholds are fixed: 95 % of the planted areas, 90 % of the intervals.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from helpers.town import ALL
from needs_analytics.samples.asking import EXACT
from needs_analytics.samples.causes import CAUSES, planted_areas

from .gap_months import SEEDS, gap_month
from .marks import DEMAND, awaits

if TYPE_CHECKING:
    from .conftest import Measured

CAUSES_FOUND = 0.95
INTERVALS_HOLD = 0.90
MANY_TOWNS = 8
_NEEDS_OF_PARENTS = {"CHD02", "CHD04", "EDU05"}


def areas_with_findings() -> pd.DataFrame:
    """Return the planted areas of all towns with the cause the stages found there."""
    towns = []
    for seed in SEEDS:
        month = gap_month(seed)
        found = month.gaps.at("community")[["need", "community", "demand", "cause"]]
        areas = planted_areas(month.causes)
        towns.append(areas.merge(found, on=["need", "community"], how="left", suffixes=("", "_found")))
    areas = pd.concat(towns, ignore_index=True)
    return areas.assign(found=areas["cause"] == areas["cause_found"])


def whole_towns() -> pd.DataFrame:
    """Return the sub-districts' true parts beside the estimates (``…_found``)."""
    towns = []
    for seed in SEEDS:
        month = gap_month(seed)
        true = month.causes[month.causes["community"] == ALL]
        towns.append(true.merge(month.gaps.at("district"), on="need", suffixes=("", "_found")))
    return pd.concat(towns, ignore_index=True)


def test_the_planted_cause_is_the_largest_part(measured: Measured) -> None:
    """Not by no_service alone: the six causes count alike, however many areas each has."""
    by_cause = areas_with_findings().groupby("cause")["found"].mean().reindex(CAUSES)
    measured("planted cause is the largest part, mean of the six causes", by_cause.mean(), least=CAUSES_FOUND)
    for cause, share in by_cause.items():
        measured(f"the same, {cause}", share)


def test_the_planted_cause_is_the_largest_part_over_all_areas(measured: Measured) -> None:
    measured("planted cause is the largest part, all areas", areas_with_findings()["found"].mean(), least=CAUSES_FOUND)


def test_the_gap_of_the_sub_district_lies_in_its_interval(measured: Measured) -> None:
    """The true gap is known between bounds; an interval that meets them holds. Few towns may fall short by chance."""
    table = whole_towns()
    counted = table[list(EXACT)].sum(axis=1)
    held = (table["gap_low"] <= counted + table["full_high"]) & (table["gap_high"] >= counted + table["full_low"])
    chance = 2 * np.sqrt(INTERVALS_HOLD * (1 - INTERVALS_HOLD) / len(held)) if len(SEEDS) < MANY_TOWNS else 0.0
    measured("gap of the sub-district lies in its interval", held.mean(), least=INTERVALS_HOLD - chance)


_MISSED = {
    "not_eligible": "0.85 over twelve towns: children's ages are not asked, so parents of older ones count as eligible",
    "too_far": "0.89 over twelve towns",
}


def _missed_over_many_towns(part: str) -> tuple[pytest.MarkDecorator, ...]:
    return (awaits(DEMAND, _MISSED[part]),) if part in _MISSED and len(SEEDS) >= MANY_TOWNS else ()


@pytest.mark.parametrize("part", [pytest.param(part, marks=_missed_over_many_towns(part)) for part in EXACT])
def test_the_parts_that_are_heads_counted_lie_in_their_intervals(part: str, measured: Measured) -> None:
    towns = []
    for seed in SEEDS:
        month = gap_month(seed)
        found = month.gaps.parts[month.gaps.parts["part"] == part]
        towns.append(month.causes.merge(found[found["grid"] == ALL], on=["need", "community"]))
    table = pd.concat(towns, ignore_index=True)
    table = table[((table[part] > 0) | (table["persons"] > 0)) & (table["community"] == ALL)]
    held = table[part].between(table["persons_low"] - 0.5, table["persons_high"] + 0.5)
    chance = 2 * np.sqrt(INTERVALS_HOLD * (1 - INTERVALS_HOLD) / len(held)) if len(SEEDS) < MANY_TOWNS else 0.0
    measured(f"{part} of the sub-district lies in its interval", held.mean(), least=INTERVALS_HOLD - chance)


@awaits(
    DEMAND,
    "children's ages are not asked: parents of older ones who may not use 课后托管, 儿童之家 are shown as too far or "
    "short (of 4 172 not eligible in a town 2 300 are found)",
)
def test_who_has_no_child_may_not_use_what_is_for_children(measured: Measured) -> None:
    table = whole_towns()
    rows = table[table["need"].isin(_NEEDS_OF_PARENTS)]
    found = rows["not_eligible_found"].sum() / rows["not_eligible"].sum()
    measured("who has no child, found not eligible, over the true number", found, least=0.75, most=1.25)


def test_no_community_has_far_too_much_or_too_little_demand(measured: Measured) -> None:
    """All needs together: what a form cannot tell of a person (a household's form) must not halve a community."""
    shares = []
    for seed in SEEDS:
        month = gap_month(seed)
        found = month.gaps.at("community")
        both = month.causes.merge(found, on=["need", "community"], suffixes=("", "_found"))
        sums = both.groupby("community")[["demand", "demand_found"]].sum()
        shares.append(sums["demand_found"] / sums["demand"])
    ratios = pd.concat(shares)
    measured("demand of a community over the true one, the least", ratios.min(), least=0.75)
    measured("demand of a community over the true one, the largest", ratios.max(), most=1.25)


def test_where_nobody_of_the_sample_has_a_need_the_gap_may_still_be_as_large_as_the_need(measured: Measured) -> None:
    """None of fifty answers says 0 to 7 %: so do the limits of the gap, not 0 to 0."""
    parts = []
    for seed in SEEDS:
        month = gap_month(seed)
        found = month.gaps.at("community")
        both = month.causes.merge(found[found["demand"] <= 0], on=["need", "community"], suffixes=("", "_found"))
        parts.append(both["gap_high"] >= both[list(EXACT)].sum(axis=1) + both["full_low"])
    held = pd.concat(parts)
    measured("gaps of needs nobody of the sample has, held by their limits", held.mean(), least=0.8)


@awaits(
    DEMAND,
    "a community whose sample has nobody with the need gets a demand of 0 persons and no cause, where 120 or more have "
    "it (1.4 % of the planted areas, more than half of what is missed); theme 6 too",
)
def test_no_community_is_without_a_demand_that_hundred_and_twenty_residents_have(measured: Measured) -> None:
    none = (areas_with_findings()["demand_found"] <= 0).mean()
    measured("planted areas whose demand is estimated as nobody", none, most=0)
