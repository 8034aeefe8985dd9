"""Continuity: the town's types keep their ids from month to month, and only the new one of month three is new.

By hand, for 200 resamples: ``python -m truth.test_continuity`` within ``tests``.
"""

from __future__ import annotations

import sys
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pytest

from needs_analytics.segments import find_segments
from needs_analytics.weights import weigh

from .frames import month_of, through_offices
from .generator import MONTH, NEW_SEGMENT, settle
from .seeds import seed_count

if TYPE_CHECKING:
    import pandas as pd

    from needs_analytics.core.month import Month
    from needs_analytics.core.results import Segments, Weights

    from .conftest import Measured

SEEDS = range(100, 100 + seed_count(1))
RESAMPLES = 10
SURVIVING = 0.95
"""Share of the ids that another sample of the month after, or of the same one, must still have."""
STEADY = 0.9
"""Share of the resamples of one month in which no drift may be seen."""


class Read(NamedTuple):
    """A town's survey, its weights, and the planted type of each respondent."""

    survey: pd.DataFrame
    weights: Weights
    planted: np.ndarray


@cache
def read(seed: int, month: Month) -> Read:
    snapshot = settle(seed, month)
    survey = through_offices(snapshot)
    person = survey["person_key"].str.removeprefix("p").astype(int)
    planted = snapshot.people.loc[person, "segment"].to_numpy()
    return Read(survey, weigh(survey, month_of(snapshot, survey).register), planted)


@cache
def learnt(seed: int) -> Segments:
    """Return the segments of month two."""
    survey, weights, _ = read(seed, MONTH.shift(-1))
    return find_segments(survey, weights)


@cache
def later(seed: int) -> Segments:
    """Return those of month three, which go on from them."""
    survey, weights, _ = read(seed, MONTH)
    return find_segments(survey, weights, before=learnt(seed).model)


def resample(survey: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Draw as many respondents again, each as an answer of its own."""
    rows = np.random.default_rng(seed).integers(0, len(survey), len(survey))
    numbers = [f"r{place:06d}" for place in range(len(rows))]
    return survey.iloc[rows].assign(answer_id=numbers, household_key=None)


def surviving(found: Segments, before: Segments) -> float:
    """Return the share of the ids before that a later month's segments still have."""
    held = set(found.table["segment"]) & set(found.quality["segment"])
    return len(set(before.profiles["segment"]) & held) / len(before.profiles)


@cache
def again(seed: int, draw: int) -> Segments:
    return find_segments(resample(read(seed, MONTH.shift(-1)).survey, draw), before=learnt(seed).model)


@pytest.mark.parametrize("seed", SEEDS)
def test_ids_survive_in_other_samples_of_the_month(seed: int, measured: Measured) -> None:
    values = [surviving(again(seed, draw), learnt(seed)) for draw in range(RESAMPLES)]
    measured("ids that survive a resample of month two", float(np.mean(values)), least=SURVIVING)


@pytest.mark.parametrize("seed", SEEDS)
def test_other_samples_of_the_month_show_no_drift(seed: int, measured: Measured) -> None:
    drifts = [again(seed, draw).drift["drifted"].any() for draw in range(2 * RESAMPLES)]
    measured("resamples of month two without drift", 1 - float(np.mean(drifts)), least=STEADY)


@pytest.mark.parametrize("seed", SEEDS)
def test_ids_survive_the_third_month(seed: int, measured: Measured) -> None:
    measured("ids that survive month three", surviving(later(seed), learnt(seed)), least=SURVIVING)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_planted_new_segment_is_found_and_named_as_new(seed: int) -> None:
    found, planted = later(seed), read(seed, MONTH).planted
    new = found.crosswalk[found.crosswalk["status"] == "new"]
    assert any("新就业" in name for name in new["name"])
    held = found.table["segment"].to_numpy()[planted == NEW_SEGMENT]
    assert np.isin(held, new["segment"]).mean() > 0.5


def main() -> None:
    """Print how many ids survive in 200 resamples of month three, each found from month two's."""
    seed, survey = SEEDS[0], read(SEEDS[0], MONTH).survey
    before = learnt(seed)
    found = [find_segments(resample(survey, draw), before=before.model) for draw in range(200)]
    whole = np.mean([surviving(each, before) == 1 for each in found])
    each_one = np.mean([surviving(each, before) for each in found])
    sys.stdout.write(f"ids that survive: {each_one:.3f}; all of them: {whole:.3f}\n")


if __name__ == "__main__":
    main()
