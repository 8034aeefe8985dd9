"""Two surveys that share respondents: the covariance of their shares by hand, and what it does to the change."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from needs_analytics.numerics.comparisons import difference_of_intervals
from needs_analytics.numerics.domains import domain_shares
from needs_analytics.numerics.panels import Wave, wave_covariance


def wave(answers: np.ndarray, **design: object) -> Wave:
    given = {"weights": np.ones(len(answers)), **design}
    return Wave(np.asarray(answers, float).reshape(len(answers), -1), **given)  # type: ignore[arg-type]


def covariance(first: Wave, second: Wave, pairs: np.ndarray) -> float:
    everybody = (np.arange(len(first.weights)), np.arange(len(second.weights)))
    return float(wave_covariance(first, second, pairs, [everybody])[0, 0])


def test_who_answers_twice_alike_makes_the_covariance_of_the_textbook() -> None:
    """Kish (1965), section 12.4: for the same m of n1 and n2, ``m · s12 / (n1 n2)``."""
    first, second = np.array([1, 0, 1, 1, 0, 0]), np.array([1, 0, 0, 1, 1, 0, 1, 0])
    pairs = np.array([[0, 0], [1, 1], [2, 2], [3, 3]])
    by_hand = ((first[:4] - first.mean()) * (second[:4] - second.mean())).sum() / (len(first) * len(second))
    assert covariance(wave(first), wave(second), pairs) == pytest.approx(by_hand)
    light = wave(first, weights=np.full(6, 0.1))
    assert covariance(light, wave(second), pairs) == pytest.approx(by_hand), "the scale of the weights says nothing"


def test_nobody_in_common_is_no_covariance() -> None:
    answers = np.array([1, 0, 1, 1, 0])
    assert covariance(wave(answers), wave(answers), np.empty((0, 2), int)) == 0


def test_a_domain_of_nobody_in_one_survey_has_no_covariance() -> None:
    answers = wave(np.array([1, 0, 1, 1, 0]))
    nobody, everybody = np.empty(0, int), np.arange(5)
    pairs = np.array([[0, 0], [2, 2]])
    assert wave_covariance(answers, answers, pairs, [(nobody, everybody), (everybody, nobody)]).tolist() == [[0], [0]]


def test_an_unknown_answer_adds_nothing() -> None:
    first, second = np.array([1, 0, 1, np.nan]), np.array([1, 0, 1, 1])
    with_it = covariance(wave(first), wave(second), np.array([[0, 0], [3, 3]]))
    assert with_it == pytest.approx(covariance(wave(first), wave(second), np.array([[0, 0]])))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_a_survey_with_itself_has_its_own_variance(seed: int) -> None:
    """Of one stratum, each resident a unit: the usual variance but for its n / (n − 1)."""
    rng = np.random.default_rng(seed)
    n = 60
    answers = (rng.random((n, 3)) < 0.4).astype(float)
    answers[rng.random(answers.shape) < 0.1] = np.nan
    weights, margin = rng.uniform(0.5, 2, n), rng.integers(0, 3, n)
    inside = rng.random(n) < 0.6
    inside[:4] = True
    rows = np.flatnonzero(inside)
    design = {"calibration": [margin], "base_weights": rng.uniform(0.5, 2, n) if seed % 2 else None}
    same = wave(answers, weights=weights, strata=np.zeros(n, int), **design)
    made = wave_covariance(same, same, np.column_stack([np.arange(n)] * 2), [(rows, rows)])
    found = domain_shares(answers, weights, inside[:, None], **design)
    assert made[0] * n / (n - 1) == pytest.approx(found.se[0] ** 2)


def test_strata_are_centred_apart() -> None:
    """What differs between strata, not within, is no error of a stratified sample."""
    answers, strata = np.array([1, 1, 1, 0, 0, 0]), np.array([0, 0, 0, 1, 1, 1])
    pairs = np.column_stack([np.arange(6)] * 2)
    assert covariance(wave(answers, strata=strata), wave(answers, strata=strata), pairs) == pytest.approx(0)


def test_intervals_of_a_panels_change_hold_it_as_often_as_they_say_and_are_shorter() -> None:
    """800 towns, 30 % asked again, two in three of them answering alike."""
    rng = np.random.default_rng(1)
    n, m, towns, share = 400, 120, 800, 0.3
    held = np.zeros((towns, 2), bool)
    width = np.zeros((towns, 2))
    pairs = np.column_stack([np.arange(m)] * 2)
    for town in range(towns):
        first, second = (rng.random((2, n)) < share).astype(float)
        alike = np.flatnonzero(rng.random(m) < 2 / 3)
        second[alike] = first[alike]
        made = [domain_shares(values[:, None], np.ones(n), np.ones((n, 1), bool)) for values in (first, second)]
        old, new = ([float(part[0, 0]) for part in (found.value, found.low, found.high, found.se)] for found in made)
        rho = covariance(wave(first), wave(second), pairs) / (old[3] * new[3])
        for column, correlation in enumerate((rho, 0.0)):
            low, high = difference_of_intervals(
                old[0], (old[1], old[2]), new[0], (new[1], new[2]), correlation=correlation
            )
            held[town, column] = low <= 0 <= high
            width[town, column] = high - low
    assert 0.935 <= held[:, 0].mean() <= 0.97  # three standard errors of 800 towns below 95 % and above 94 %
    assert width[:, 0].mean() < 0.93 * width[:, 1].mean()
