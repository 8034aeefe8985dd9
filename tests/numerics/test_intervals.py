"""Intervals of shares: published numbers, and sense at the ends."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import stats

from needs_analytics.numerics.intervals import korn_graubard, wilson
from needs_analytics.numerics.weighted import survey_share

shares = st.floats(0, 1)
sizes = st.floats(0, 1e6)


def test_korn_graubard_as_in_r(expected):
    figures = expected("survey/expected.json")
    share = figures["strat_ciprop_schwide_beta"]["est"]
    n_eff = share * (1 - share) / figures["strat_prop_schwide"]["se"][1] ** 2
    limits = korn_graubard(share, n_eff, df=197, n=200)
    assert_allclose(limits, figures["strat_ciprop_schwide_beta"]["ci"], rtol=1e-12)


@pytest.mark.parametrize(("successes", "n"), [(0, 10), (1, 10), (7, 23), (50, 50)])
def test_korn_graubard_of_a_simple_sample_is_clopper_pearson(successes, n):
    exact = stats.binomtest(successes, n).proportion_ci(method="exact")
    assert_allclose(korn_graubard(successes / n, n), exact, atol=1e-12)


def test_less_than_one_answer_against_leaves_room_above():
    limits = [stats.beta.ppf(0.025, 9.5, 1.5), stats.beta.ppf(0.975, 10.5, 0.5)]
    assert_allclose(korn_graubard(0.95, 10), limits)
    assert_allclose(korn_graubard(0.05, 10), [1 - limits[1], 1 - limits[0]])


@pytest.mark.parametrize(("successes", "n"), [(0, 10), (1, 10), (81, 263), (15, 148), (50, 50)])
def test_wilson(successes, n):
    score = stats.binomtest(successes, n).proportion_ci(method="wilson")
    assert_allclose(wilson(successes, n), score, atol=1e-12)


def test_wilson_published():
    """Newcombe (1998), Statistics in Medicine 17, 857–872, table I, method 3."""
    low, high = wilson([81, 15, 0, 1], [263, 148, 20, 29])
    assert_allclose(low, [0.2553, 0.0624, 0.0, 0.0061], atol=5e-5)
    assert_allclose(high, [0.3662, 0.1605, 0.1611, 0.1718], atol=5e-5)


def test_few_degrees_of_freedom_widen():
    low, high = korn_graubard(0.3, 100, df=[4, 20, 99], n=100)
    assert np.all(np.diff(high - low) < 0)
    assert_allclose((low[2], high[2]), korn_graubard(0.3, 100), atol=1e-12)
    assert korn_graubard(0.3, 100, df=4) == korn_graubard(0.3, 100), "how many answered is needed as well"


@given(shares, sizes, st.floats(0.5, 0.999))
@settings(derandomize=True, max_examples=200, deadline=None)
def test_inside_the_unit_interval_and_around_the_share(share, size, level):
    low, high = korn_graubard(share, size, level=level)
    assert 0 <= low <= share <= high <= 1
    low, high = wilson(share * size, size, level=level)
    assert 0 <= low <= high <= 1
    if size > 0:
        assert low <= share + 1e-12
        assert high >= share - 1e-12


def test_nothing_known_is_the_whole_interval():
    low, high = korn_graubard([0.3, np.nan, 0.3], [0, 10, np.nan])
    assert (low.tolist(), high.tolist()) == ([0, 0, 0], [1, 1, 1])
    low, high = wilson(0, 0)
    assert (low, high) == (0, 1)
    low, high = korn_graubard([0.0, 0.5, 1.0], 1e-9)
    assert_allclose(high - low, 1, atol=1e-6)


def test_a_share_known_exactly():
    assert_allclose(korn_graubard(0.25, np.inf), 0.25, atol=1e-5)


@pytest.mark.parametrize(
    "call",
    [
        lambda: korn_graubard(1.2, 10),
        lambda: korn_graubard(0.2, -1),
        lambda: korn_graubard(0.2, 10, level=1.0),
        lambda: korn_graubard(0.2, 10, level=0.0),
        lambda: wilson(5, 4),
    ],
)
def test_what_cannot_be_meant_is_refused(call):
    with pytest.raises(ValueError, match="must"):
        call()


def counted(size: int, drawn: int, yes: int):
    """Return the share of a simple sample without replacement."""
    return survey_share(np.arange(drawn) < yes, np.full(drawn, size / drawn), fpc=float(size))


class TestFinitePopulations:
    @pytest.mark.parametrize("yes", [0, 1, 17, 40])
    def test_a_complete_count_is_known_exactly(self, yes):
        share = counted(40, 40, yes)
        assert (share.low, share.high) == (yes / 40, yes / 40)

    def test_strata_that_are_complete_leave_the_others_in_doubt(self):
        answers, strata = np.zeros(40), np.repeat([0, 1], 20)
        half = survey_share(answers, np.repeat([1.0, 5.0], 20), strata=strata, fpc=np.repeat([20.0, 100.0], 20))
        whole = survey_share(answers, np.ones(40), strata=strata, fpc=20.0)
        assert (whole.low, whole.high) == (0, 0)
        assert 0 < half.high < 5 / 6

    @pytest.mark.parametrize("yes", [0, 5])
    def test_the_width_shrinks_to_nothing_without_a_step(self, yes):
        widths = [share.high - share.low for share in (counted(400, drawn, yes) for drawn in range(380, 401))]
        assert widths[-1] == 0
        assert np.all(np.diff(widths) <= 0)
        assert np.abs(np.diff(widths)).max() < 0.005

    def test_what_nobody_answered_stays_unknown(self):
        share = survey_share([np.nan, np.nan], np.ones(2), fpc=2.0)
        assert (share.low, share.high) == (0, 1)

    @pytest.mark.parametrize("fraction", [0.3, 0.4, 0.5])
    @pytest.mark.parametrize("size", [60, 200])
    def test_intervals_hold_every_share_by_the_hypergeometric_distribution(self, size, fraction):
        drawn = round(size * fraction)
        shares = [counted(size, drawn, yes) for yes in range(drawn + 1)]
        true = np.arange(size + 1)[:, None]
        inside = [[s.low - 1e-9 <= one / size <= s.high + 1e-9 for s in shares] for one in true[:, 0]]
        chance = stats.hypergeom(size, true, drawn).pmf(np.arange(drawn + 1))
        assert (chance * inside).sum(axis=1).min() >= 0.943
