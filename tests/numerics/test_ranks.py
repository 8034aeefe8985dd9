"""Ranks with simultaneous confidence sets."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats

from needs_analytics.numerics.ranks import competition_ranks, rank_intervals


def covariance(rng, size):
    root = rng.normal(size=(size, size))
    return root @ root.T / size


def test_ties_share_the_better_rank():
    assert competition_ranks([0.3, 0.5, 0.3, 0.1]).tolist() == [2, 1, 2, 4]
    assert competition_ranks([0.3, 0.5, 0.3, 0.1], higher_is_better=False).tolist() == [2, 4, 2, 1]
    assert_array_equal(competition_ranks([0.3, np.nan, 0.5]), [2, np.nan, 1])


def test_equal_variances_decide_like_tukey():
    """With independent estimates of equal variance the critical value is that of the studentised range."""
    size = 6
    critical = stats.studentized_range.ppf(0.95, size, np.inf)
    low, high = rank_intervals([critical * 1.02] + [0.0] * 5, np.eye(size))
    assert (low[0], high[0]) == (1, 1)
    low, high = rank_intervals([critical * 0.98] + [0.0] * 5, np.eye(size))
    assert (low[0], high[0]) == (1, size)


def test_two_items_are_a_two_sided_z_test():
    sigma = np.array([[1.0, 0.6], [0.6, 1.0]])
    wide = 1.96 * np.sqrt(0.8)
    assert rank_intervals([wide * 1.03, 0.0], sigma)[1][0] == 1
    assert rank_intervals([wide * 0.97, 0.0], sigma)[1][0] == 2


def test_correlation_is_used():
    """A difference that is lost among independent estimates is clear between positively correlated ones."""
    estimates = [2.0, 0.0, -2.0]
    assert rank_intervals(estimates, np.eye(3))[1][0] > 1
    assert rank_intervals(estimates, 0.1 * np.eye(3) + 0.9)[1].tolist() == [1, 2, 3]


def test_stepdown_decides_more_than_one_step():
    """Pairs decided one way need no guard against the other way, so the near pair needs a smaller difference."""
    normal = np.random.default_rng(5).normal(size=(40_000, 20))
    one_way = np.quantile((np.maximum.accumulate(normal, axis=1) - normal).max(axis=1), 0.95)
    both_ways = stats.studentized_range.ppf(0.95, 20, np.inf)
    assert one_way < 0.98 * both_ways
    near = (one_way + both_ways) / 2
    low, high = rank_intervals(np.r_[-50.0 * np.arange(1, 19), 0.0, near], np.eye(20))
    assert (low[-1], high[-1]) == (1, 1)


@given(st.integers(0, 10_000), st.integers(1, 9), st.booleans())
@settings(derandomize=True, max_examples=40, deadline=None)
def test_observed_rank_is_inside_and_order_does_not_matter(seed, size, higher_is_better):
    rng = np.random.default_rng(seed)
    estimates, sigma = np.round(rng.normal(0, 2, size), 1), covariance(rng, size)
    low, high = rank_intervals(estimates, sigma, higher_is_better=higher_is_better)
    ranks = competition_ranks(estimates, higher_is_better=higher_is_better)
    assert np.all((low >= 1) & (low <= ranks) & (ranks <= high) & (high <= size))
    order = rng.permutation(size)
    mixed = rank_intervals(estimates[order], sigma[np.ix_(order, order)], higher_is_better=higher_is_better)
    assert_array_equal(mixed, (low[order], high[order]))


def test_direction_mirrors_the_sets():
    rng = np.random.default_rng(4)
    estimates, sigma = rng.normal(0, 3, 7), covariance(rng, 7)
    low, high = rank_intervals(estimates, sigma)
    back_low, back_high = rank_intervals(estimates, sigma, higher_is_better=False)
    assert_array_equal(back_low, 8 - high)
    assert_array_equal(back_high, 8 - low)


def test_unknown_items():
    low, high = rank_intervals([9.0, np.nan, 0.0], np.diag([1.0, 1.0, 1.0]))
    assert_array_equal(low, [1, np.nan, 2])
    assert_array_equal(high, [1, np.nan, 2])
    low, high = rank_intervals([9.0, 5.0, 0.0], np.diag([1.0, np.nan, 1.0]))
    assert (low.tolist(), high.tolist()) == ([1, 1, 2], [2, 3, 3])


def test_items_without_variance():
    """Known numbers are ordered as they are; equal ones stay tied; an uncertain one may be anywhere near."""
    low, high = rank_intervals([3.0, 1.0, 1.0, 2.9], np.diag([0.0, 0.0, 0.0, 1.0]))
    assert (low.tolist(), high.tolist()) == ([1, 2, 2, 1], [2, 4, 4, 4])


def test_one_item_and_none():
    assert [part.tolist() for part in rank_intervals([1.0], [[1.0]])] == [[1], [1]]
    assert [part.tolist() for part in rank_intervals([], np.zeros((0, 0)))] == [[], []]


def test_all_true_ranks_are_inside_95_times_in_100():
    rng = np.random.default_rng(8)
    truth, sigma = np.linspace(0, 3, 6), covariance(rng, 6)
    ranks, root = competition_ranks(truth), np.linalg.cholesky(sigma)
    inside = 0
    for _ in range(200):
        low, high = rank_intervals(truth + root @ rng.normal(size=6), sigma)
        inside += bool(np.all((low <= ranks) & (ranks <= high)))
    assert inside >= 0.92 * 200


def test_a_covariance_of_the_wrong_shape_is_refused():
    with pytest.raises(ValueError, match="square"):
        rank_intervals([1.0, 2.0], np.eye(3))


def test_level_narrows():
    rng = np.random.default_rng(1)
    estimates, sigma = rng.normal(0, 2, 8), np.eye(8)
    wide = np.subtract(*rank_intervals(estimates, sigma, level=0.99)[::-1])
    narrow = np.subtract(*rank_intervals(estimates, sigma, level=0.5)[::-1])
    assert np.all(narrow <= wide)
    assert narrow.sum() < wide.sum()
    assert_allclose(rank_intervals(estimates, sigma), rank_intervals(estimates, sigma))
