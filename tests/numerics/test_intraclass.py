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
    assert np.isnan(intraclass(values, codes, np.zeros(len(values), dtype=int)).rho)
