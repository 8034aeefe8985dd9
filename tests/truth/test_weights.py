"""Weights: where the register's margins explain who answers, intervals of weighted shares hold the truth."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from helpers.town import ALL, no_segments
from needs_analytics.needs import list_needs
from needs_analytics.weights import weigh

from .frames import by_margins, month_of, prevalence, register_frame, survey_frame, through_offices
from .generator import Truth, settle
from .seeds import seed_count
from .thresholds import COVERAGE, COVERAGE_UNWEIGHTED

if TYPE_CHECKING:
    from needs_analytics.core.issue import Issue

    from .conftest import Measured

SEEDS = range(100, 100 + seed_count(3))
ANSWERS = 1800


@cache
def town_of(seed: int) -> Truth:
    return settle(seed)


def shares(truth: Truth, survey: pd.DataFrame, *, weighted: bool) -> tuple[pd.DataFrame, tuple[Issue, ...]]:
    """Return the rows of all residents and what the stages said."""
    cleaned = month_of(truth, survey)
    weights = weigh(survey, register_frame(truth) if weighted else None)
    found = list_needs(month_of(truth, survey.assign(groups=None)), weights, no_segments())
    return pd.concat([found.totals(), found.at("community")]), (*cleaned.issues, *weights.issues, *found.issues)


def held(truth: Truth, rows: pd.DataFrame) -> pd.Series:
    """Tell whether each interval holds the true share."""
    true = prevalence(truth, "community").stack()
    keys = pd.MultiIndex.from_frame(rows[["community", "need"]])
    return pd.Series(rows["share_low"].to_numpy() <= true.loc[keys].to_numpy(), index=keys) & (
        true.loc[keys].to_numpy() <= rows["share_high"].to_numpy()
    )


def answered_by_margins(truth: Truth) -> pd.DataFrame:
    chosen = by_margins(truth, ANSWERS, np.random.default_rng([truth.seed, 5]))
    return survey_frame(truth.people.iloc[chosen], truth.needs.iloc[chosen], [""] * ANSWERS)


@pytest.mark.parametrize("channel", ["margins", "offices"])
def test_intervals_of_weighted_shares_hold_the_truth(channel: str, measured: Measured) -> None:
    asked = {"margins": answered_by_margins, "offices": through_offices}[channel]
    found = []
    for seed in SEEDS:
        truth = town_of(seed)
        rows, _ = shares(truth, asked(truth), weighted=True)
        found.append(held(truth, rows))
    measured(f"{channel}: coverage of 95 % intervals", float(pd.concat(found).mean()), least=COVERAGE)
