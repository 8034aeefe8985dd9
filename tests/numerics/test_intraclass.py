"""Intraclass correlation: against formulas by hand, known truths and what cannot be told."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from needs_analytics.numerics.intraclass import intraclass


def test_it_is_the_analysis_of_variance() -> None:
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(4), 6)
    values = rng.normal(size=24) + groups
    found = intraclass(values, groups, np.zeros(24, dtype=int))
    ratio, p = stats.f_oneway(*(values[groups == group] for group in range(4)))
    assert found.p == pytest.approx(p)
    assert found.rho == pytest.approx((ratio - 1) / (ratio - 1 + 6))
    assert found.low < found.rho < found.high


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    rng, truth, hits = np.random.default_rng(1), 0.2, 0
    groups = np.repeat(np.arange(12), 10)
    for _ in range(400):
        values = rng.normal(0, np.sqrt(truth), 12)[groups] + rng.normal(0, np.sqrt(1 - truth), 120)
        found = intraclass(values, groups, np.zeros(120, dtype=int))
        hits += found.low <= truth <= found.high
    assert 0.92 <= hits / 400 <= 0.98


def test_differences_between_strata_are_none_between_groups() -> None:
    rng = np.random.default_rng(2)
    groups, strata = np.repeat(np.arange(8), 25), np.repeat(np.arange(2), 100)
    values = rng.normal(size=200) + 5 * strata
    assert intraclass(values, groups, np.zeros(200, dtype=int)).rho > 0.5
    assert abs(intraclass(values, groups, strata).rho) < 0.1


@pytest.mark.parametrize("values", [np.ones(12), np.full(12, np.nan), np.arange(0.0)])
def test_where_nothing_varies_nothing_is_said(values: np.ndarray) -> None:
    codes = np.repeat(np.arange(3), 4)[: len(values)]
    found = intraclass(values, codes, np.zeros(len(values), dtype=int))
    assert np.isnan([found.rho, found.low, found.high, found.p, found.deff]).all()
    known = int(np.isfinite(values).sum())
    assert (found.number, found.groups) == (known, known // 4)


def test_six_targets_of_four_judges_as_published() -> None:
    """Shrout & Fleiss (1979), Psychological Bulletin 86, table 2: ICC(1,1) = .17; interval as in R's ``psych``."""
    ratings = [9, 2, 5, 8, 6, 1, 3, 2, 8, 4, 6, 8, 7, 1, 2, 6, 10, 5, 6, 9, 6, 2, 4, 7]
    found = intraclass(np.array(ratings, float), np.repeat(np.arange(6), 4), np.zeros(24, dtype=int))
    assert [found.rho, found.low, found.high, found.p] == pytest.approx([0.17, -0.13, 0.72, 0.165], abs=0.005)
    assert found.deff == pytest.approx(1 + 3 * found.rho)


def test_groups_of_two_and_four_by_hand() -> None:
    """Means 3 and 6 about 5: MSB = 12; within 8 + 4 about them on 4 degrees: MSW = 3; n0 = 6 − 20/6."""
    values, groups, strata = np.array([1.0, 5, 5, 7, 5, 7]), np.array([0, 0, 1, 1, 1, 1]), np.zeros(6, dtype=int)
    found = intraclass(values, groups, strata)
    assert found.rho == pytest.approx((4 - 1) / (4 - 1 + 6 - 20 / 6))
    assert found.deff == pytest.approx(1 + 2 * found.rho)
    narrower = intraclass(values, groups, strata, level=0.5)
    assert found.low < narrower.low < found.rho < narrower.high < found.high
    assert (found.number, found.groups) == (6, 2)


def test_a_group_of_one_and_an_unknown_answer_say_nothing() -> None:
    values = np.array([1.0, 5, 5, 7, 5, 7, 100, np.nan])
    found = intraclass(values, np.array([0, 0, 1, 1, 1, 1, 2, 0]), np.zeros(8, dtype=int))
    assert found == intraclass(values[:6], np.array([0, 0, 1, 1, 1, 1]), np.zeros(6, dtype=int))


def test_groups_that_are_less_alike_than_by_chance_cost_nothing() -> None:
    found = intraclass(np.array([0.0, 1, 0, 1]), np.array([0, 0, 1, 1]), np.zeros(4, dtype=int))
    assert found.rho == -1
    assert found.deff == 1
