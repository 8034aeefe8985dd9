"""Differences of shares, and many tests at once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import stats

from needs_analytics.numerics.comparisons import difference, difference_of_intervals
from needs_analytics.numerics.discoveries import false_discovery
from needs_analytics.numerics.intervals import wilson

shares = st.floats(0, 1)


def test_later_less_earlier():
    change = difference(0.30, 0.03, 0.40, 0.04)
    assert_allclose([change.diff, change.se], [0.10, 0.05])
    assert_allclose([change.low, change.high], [0.10 - 1.959964 * 0.05, 0.10 + 1.959964 * 0.05], rtol=1e-6)
    assert_allclose(change.p, 2 * stats.norm.sf(2.0))


def test_few_degrees_of_freedom():
    change = difference([0.3, 0.3], 0.03, 0.4, 0.04, df=[5, 0], level=0.9)
    assert_allclose(change.high - change.diff, stats.t.isf(0.05, [5, 1]) * 0.05)
    assert_allclose(change.p, 2 * stats.t.sf(2.0, [5, 1]))


def test_the_same_persons_twice():
    """With all persons in both samples and equal answers nothing is left to chance."""
    assert_allclose(difference(0.3, 0.03, 0.4, 0.04, covariance=0.0012).se, 0.01)
    still = difference(0.3, 0.03, 0.3, 0.03, covariance=0.0009)
    assert (still.diff, still.se) == (0, 0)
    assert np.isnan(still.p), "no test without a standard error"


@given(shares, shares, st.floats(0.001, 0.3), st.floats(0.001, 0.3))
@settings(derandomize=True, max_examples=100, deadline=None)
def test_exchanging_the_two_changes_the_sign(p1, p2, se1, se2):
    there, back = difference(p1, se1, p2, se2), difference(p2, se2, p1, se1)
    assert_allclose([back.diff, back.low, back.high, back.p], [-there.diff, -there.high, -there.low, there.p])
    assert -1 <= there.low <= there.diff <= there.high <= 1


@pytest.mark.parametrize(
    ("x1", "n1", "x2", "n2", "low", "high"),
    [
        (48, 80, 56, 70, 0.0524, 0.3339),
        (3, 10, 9, 10, 0.1705, 0.8090),
        (0, 20, 0, 10, -0.1611, 0.2775),
        (0, 10, 10, 10, 0.6075, 1.0),
    ],
)
def test_intervals_put_together_as_published(x1, n1, x2, n2, low, high):
    """Newcombe (1998), Statistics in Medicine 17, 873–890, table II, method 10 (signs of our order)."""
    limits = difference_of_intervals(x1 / n1, wilson(x1, n1), x2 / n2, wilson(x2, n2))
    assert_allclose(limits, (low, high), atol=1e-4)


def test_intervals_of_correlated_shares_by_hand():
    """Zou & Donner: below 0.08 and 0.15, √(0.0064 + 0.0225 − 0.5 · 2 · 0.012); above 0.1 and 0.1, √0.01."""
    limits = difference_of_intervals(0.3, (0.2, 0.45), 0.5, (0.42, 0.6), correlation=0.5)
    assert_allclose(limits, [0.2 - 0.13, 0.2 + 0.1])


@given(shares, shares, st.integers(1, 500), st.integers(1, 500), st.floats(-1, 1))
@settings(derandomize=True, max_examples=100, deadline=None)
def test_intervals_put_together_hold_the_difference(p1, p2, n1, n2, correlation):
    interval1, interval2 = wilson(p1 * n1, n1), wilson(p2 * n2, n2)
    low, high = difference_of_intervals(p1, interval1, p2, interval2, correlation=correlation)
    assert -1 <= low <= p2 - p1 + 1e-12
    assert p2 - p1 - 1e-12 <= high <= 1


def test_false_discoveries_of_benjamini_and_hochberg():
    """The example of their paper (1995, section 3.2): four of fifteen stand at 5 %, three with Bonferroni."""
    p = [
        0.0001,
        0.0004,
        0.0019,
        0.0095,
        0.0201,
        0.0278,
        0.0298,
        0.0344,
        0.0459,
        0.3240,
        0.4262,
        0.5719,
        0.6528,
        0.7590,
        1,
    ]
    assert false_discovery(p).tolist() == [True] * 4 + [False] * 11
    assert np.sum(np.array(p) <= 0.05 / 15) == 3


def test_discoveries_stand_where_their_p_values_stood():
    """Of three at 5 %: 0.001 and 0.03 stand, for 0.03 ≤ 0.05 · 2 / 3, in whatever order they come."""
    assert false_discovery([0.9, 0.03, 0.001]).tolist() == [False, True, True]
    assert false_discovery([0.03, 0.001, 0.9]).tolist() == [True, True, False]
    assert false_discovery([0.05, 0.050001]).tolist() == [False, False]
    assert false_discovery([0.05]).tolist() == [True], "at the level is within it"
    assert false_discovery([0.04, 0.001, 0.9]).tolist() == [False, True, False]


def test_what_was_not_tested_is_not_found():
    assert false_discovery([0.001, np.nan]).tolist() == [True, False]
    assert false_discovery([np.nan]).tolist() == [False]
    assert false_discovery([]).tolist() == []
    assert false_discovery([[0.001], [0.9]], level=0.01).tolist() == [[True], [False]]
