"""Many shares at once are the same shares one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import sparse

from needs_analytics.numerics.raking import rake
from needs_analytics.numerics.weighted import domain_shares, share_covariance, survey_mean, survey_share

FIELDS = ("value", "se", "low", "high", "n", "n_eff", "df")


def survey(seed, n=60, questions=4, unknown=0.2):
    """Draw answers with unknowns, domains that overlap, and a design that has lonely PSUs."""
    rng = np.random.default_rng(seed)
    answers = (rng.random((n, questions)) < rng.uniform(0, 1, questions)).astype(float)
    answers[rng.random((n, questions)) < unknown] = np.nan
    domains = rng.random((n, 5)) < [0.02, 0.1, 0.3, 0.6, 1.0]
    design = {
        "strata": rng.integers(0, 4, n) * (np.arange(n) > 0) + 9 * (np.arange(n) == 0),
        "clusters": rng.integers(0, n // 3, n) if seed % 2 else None,
        "calibration": [rng.integers(0, 3, n), rng.integers(0, 2, n)] if seed % 3 else None,
        "base_weights": rng.uniform(0.5, 2.0, n),
    }
    return answers, rng.uniform(0.2, 3.0, n) * (rng.random(n) > 0.05), domains, design


@given(st.integers(0, 10_000))
@settings(derandomize=True, max_examples=40, deadline=None)
def test_cell_by_cell_the_same_as_survey_share(seed):
    answers, weights, domains, design = survey(seed)
    shares = domain_shares(answers, weights, domains, **design)
    for k in range(domains.shape[1]):
        for j in range(answers.shape[1]):
            single = survey_share(answers[:, j], weights, by=domains[:, k], **design)
            if single.labels[-1]:
                for field in FIELDS:
                    assert_allclose(getattr(shares, field)[k, j], getattr(single, field)[-1], atol=1e-10, err_msg=field)


@given(st.integers(0, 10_000))
@settings(derandomize=True, max_examples=40, deadline=None)
def test_covariance_holds_every_linear_combination(seed):
    """The variance of a sum of shares, by the covariance, is that of the share of the summed answers."""
    answers, weights, domains, design = survey(seed, unknown=0.0)
    inside = domains[:, 3]
    covariance = share_covariance(answers, weights, inside, **design)
    shares = domain_shares(answers, weights, inside[:, None], **design)
    assert_allclose(np.diag(covariance), shares.se[0] ** 2, atol=1e-14)
    factor = np.array([1.0, -2.0, 0.5, 3.0])
    combined = survey_mean(answers @ factor, weights, by=inside, **design)
    assert_allclose(factor @ covariance @ factor, combined.se[-1] ** 2, rtol=1e-8, atol=1e-14)


def test_sparse_domains_are_domains():
    answers, weights, domains, design = survey(7)
    dense = domain_shares(answers, weights, domains, **design)
    for layout in (sparse.csr_array, sparse.csc_matrix, sparse.coo_array):
        assert_allclose(domain_shares(answers, weights, layout(domains), **design).se, dense.se)


def test_contributors_are_counted_unweighted():
    answers = [[1, np.nan], [0, np.nan], [1, 1], [1, 0]]
    shares = domain_shares(answers, [1.0, 1.0, 9.0, 0.0], [[1, 0], [1, 0], [1, 0], [1, 0]])
    assert shares.n.tolist() == [[3, 1], [0, 0]]
    assert shares.n_yes.tolist() == [[2, 1], [0, 0]]
    assert_allclose(shares.value[0], [10 / 11, 1.0])
    assert np.isnan(shares.se[0, 1]), "a single answer has no standard error"
    assert (shares.low[1].tolist(), shares.high[1].tolist()) == ([0, 0], [1, 1])


def test_no_domains_and_no_questions():
    assert domain_shares(np.zeros((3, 2)), np.ones(3), np.zeros((3, 0))).value.shape == (0, 2)
    assert domain_shares(np.zeros((3, 0)), np.ones(3), np.ones((3, 2))).value.shape == (2, 0)


@pytest.mark.parametrize(
    ("answers", "domains", "sentence"),
    [
        ([[2.0]], [[1]], "1 .yes."),
        ([[1.0], [0.0]], [[1]], "one row per weight"),
        ([[1.0]], [1], "one column per domain"),
    ],
)
def test_what_cannot_be_meant_is_refused(answers, domains, sentence):
    with pytest.raises(ValueError, match=sentence):
        domain_shares(answers, [1.0], domains)


def test_intervals_of_a_raked_survey_cover_as_they_say():
    """300 surveys of a town: all residents, one group, one place; shares from a twentieth to a half."""
    rng = np.random.default_rng(2)
    size = 20_000
    age, place, group = rng.integers(0, 4, size), rng.integers(0, 12, size), rng.random(size) < 0.2
    push = 0.5 * (age - 1.5) + 0.4 * group + rng.normal(0, 0.4, 12)[place]
    answers = (rng.random((size, 3)) < 1 / (1 + np.exp(-push[:, None] - [-2.8, -1.2, 0.0]))).astype(float)
    domains = np.column_stack([np.ones(size, bool), group, place < 2])
    truth = (domains.T @ answers) / domains.sum(axis=0)[:, None]
    response = 0.02 + 0.02 * age
    covered = np.zeros(truth.shape)
    for _ in range(300):
        drawn = rng.random(size) < response
        margins = [(age[drawn], np.bincount(age)), (place[drawn] // 4, np.bincount(place // 4))]
        weights = rake(np.ones(drawn.sum()), margins).weights
        shares = domain_shares(
            answers[drawn], weights, domains[drawn], strata=place[drawn], calibration=[m for m, _ in margins]
        )
        covered += (shares.low <= truth) & (truth <= shares.high)
    assert covered.min() >= 0.93 * 300, "300 draws of 0.95 fall below this one time in 20"
    assert 0.94 <= covered.mean() / 300 <= 0.98
