"""Weights: where the register's margins explain who answers, intervals of weighted shares hold the truth."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from needs_analytics.core.results import ALL

from .coverage import warnings
from .estimates import Estimated, by_margins, by_offices
from .generator import channel_need
from .seeds import seed_count
from .simulate import Draw
from .thresholds import COVERAGE, COVERAGE_UNWEIGHTED, FALSE_WARNINGS, USUAL_COVERAGE, WARNED

if TYPE_CHECKING:
    from .conftest import Measured

MANY_TOWNS = 8
SAMPLES = 3
"""Samples of each town in which the channel warning is counted."""
SEEDS = range(100, 100 + seed_count(1))


def coverage(found: list[Estimated], *, district: bool = False) -> float:
    """Return how often intervals hold the truth of the needs that the channel has no part in."""
    return float(pd.concat([month.held[_rows(month, district=district)] for month in found]).mean())


def _rows(month: Estimated, *, district: bool) -> pd.Series:
    ignorable = month.table["need"] != channel_need(month.snapshot)
    return ignorable & ((month.table["community"] == ALL) | (not district)) & month.table["share"].notna()


def test_intervals_hold_the_truth_where_the_margins_explain_who_answers(measured: Measured) -> None:
    found = [by_margins(seed) for seed in SEEDS]
    measured("coverage, response by margins", coverage(found), least=COVERAGE)


def test_intervals_are_not_wide_for_nothing(measured: Measured) -> None:
    """Korn–Graubard is careful where few say yes; elsewhere METHODS allows at most 97 %."""
    held = []
    for found in map(by_margins, SEEDS):
        share = found.table["share"]
        usual = found.table["n_eff"] * np.minimum(share, 1 - share) >= 10
        held.append(found.held[usual & share.notna()])
    least, most = USUAL_COVERAGE
    measured("coverage where n_eff·min(p, 1−p) ≥ 10", float(pd.concat(held).mean()), least=least, most=most)


def test_intervals_hold_the_truth_where_offices_ask(measured: Measured) -> None:
    found = [by_offices(seed) for seed in SEEDS]
    measured("coverage, answers through the offices", coverage(found), least=COVERAGE)
    least = COVERAGE if len(SEEDS) >= MANY_TOWNS else None  # 44 intervals of one town are too few to judge by
    measured("coverage, the same, sub-district alone", coverage(found, district=True), least=least)


def test_unweighted_intervals_do_not_hold_the_truth(measured: Measured) -> None:
    """Otherwise there would be nothing to weight, and the tests above would prove nothing."""
    found = [by_margins(seed, weighted=False) for seed in SEEDS]
    measured("coverage unweighted, response by margins", coverage(found), most=COVERAGE_UNWEIGHTED)
    found = [by_offices(seed, weighted=False) for seed in SEEDS]
    measured("coverage unweighted, offices, sub-district", coverage(found, district=True), most=COVERAGE_UNWEIGHTED)


def test_no_weighting_cures_the_need_that_depends_on_the_channel(measured: Measured) -> None:
    """What the warning below is for: this need's interval for the sub-district misses the truth."""
    held = []
    for found in map(by_offices, SEEDS):
        own = (found.table["need"] == channel_need(found.snapshot)) & (found.table["community"] == ALL)
        held.append(found.held[own])
    measured("coverage of the need that depends on the channel", float(pd.concat(held).mean()), most=0.5)


@cache
def warnings_in(design: str) -> pd.DataFrame:
    """Return the samples of some towns through the offices, and what the channel warning named."""
    return warnings(Draw(seed, design, number).take() for seed in SEEDS for number in range(SAMPLES))


def test_the_need_that_depends_on_the_channel_is_warned_of(measured: Measured) -> None:
    named = warnings_in("dependent").groupby("months")["named"].mean()
    measured("samples in which the need that depends on the channel is warned of", named["two"], least=WARNED)
    measured("the same from one month alone", named["alone"])


@pytest.mark.parametrize("design", ["dependent", "free"])
def test_other_needs_are_not_warned_of(design: str, measured: Measured) -> None:
    """A sample counts as soon as one of its needs is warned of without cause."""
    false = warnings_in(design).groupby("months")["false"].mean()
    measured(f"samples with any warning without cause, {design}", false["two"], most=FALSE_WARNINGS)
    measured(f"the same from one month alone, {design}", false["alone"], most=FALSE_WARNINGS)
