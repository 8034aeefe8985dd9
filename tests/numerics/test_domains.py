"""Many shares at once are the same shares one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import sparse

from helpers.explicit import explicit_mean
from needs_analytics.numerics import domains as shares_of_domains
from needs_analytics.numerics.intervals import korn_graubard
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
@settings(derandomize=True, max_examples=60, deadline=None)
def test_cell_by_cell_the_same_as_the_textbook_sums(seed):
    answers, weights, domains, design = survey(seed)
    clusters = np.arange(60) if design["clusters"] is None else design["clusters"]
    psus = [len(set(clusters[design["strata"] == stratum])) for stratum in design["strata"]]
    fpc = np.array(psus) * 3.0 if seed % 5 else None
    shares = domain_shares(answers, weights, domains, fpc=fpc, **design)
    explicit = (weights, design["strata"], clusters)
    written_out = {"calibration": design["calibration"], "base": design["base_weights"], "fpc": fpc}
    for k in range(domains.shape[1]):
        for j in range(answers.shape[1]):
            share, variance = explicit_mean(answers[:, j], domains[:, k], *explicit, **written_out)
            assert_allclose(shares.value[k, j], share, rtol=1e-10)
            assert_allclose(shares.se[k, j] ** 2, variance, rtol=1e-10, atol=1e-14)


@given(st.integers(0, 10_000), st.sampled_from([1, 40, 700]))
@settings(derandomize=True, max_examples=30, deadline=None)
def test_how_the_work_is_cut_changes_nothing(seed, block):
    """A few numbers at a time: domains one by one, and questions of the large ones apart."""
    answers, weights, domains, design = survey(seed)
    whole = domain_shares(answers, weights, domains, **design)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shares_of_domains, "_BLOCK", block)
        pieces = domain_shares(answers, weights, domains, **design)
    for field in (*FIELDS, "n_yes"):
        assert_allclose(getattr(pieces, field), getattr(whole, field), rtol=1e-10, atol=1e-12, err_msg=field)


class TestUnknownAnswers:
    """Three values: an answer that is not known is neither yes nor no, and what is not known is said by the width."""

    @given(st.integers(0, 10_000))
    @settings(derandomize=True, max_examples=40, deadline=None)
    def test_whoever_did_not_say_changes_no_share(self, seed):
        """The shares are those of the people whose answers are known; the others stay in the design."""
        answers, weights, domains, design = survey(seed)
        shares = domain_shares(answers, weights, domains, **design)
        for j in range(answers.shape[1]):
            said = ~np.isnan(answers[:, j])
            among = domain_shares(np.nan_to_num(answers[:, [j]]), weights, domains & said[:, None], **design)
            for field in (*FIELDS, "n_yes"):
                assert_allclose(getattr(shares, field)[:, j], getattr(among, field)[:, 0], atol=1e-12, err_msg=field)

    @given(st.integers(0, 10_000))
    @settings(derandomize=True, max_examples=40, deadline=None)
    def test_unknown_is_between_no_and_yes(self, seed):
        answers, weights, domains, design = survey(seed)
        unknown, as_no, as_yes = (
            domain_shares(np.where(np.isnan(answers), filled, answers), weights, domains, **design)
            for filled in (np.nan, 0.0, 1.0)
        )
        some = (unknown.n > 0) & (unknown.n < as_no.n)
        mixed = some & (unknown.n_yes > 0) & (unknown.n_yes < unknown.n)
        assert (as_no.value[mixed] < unknown.value[mixed]).all()
        assert (unknown.value[mixed] < as_yes.value[mixed]).all()
        assert (as_no.value[some] <= unknown.value[some] + 1e-12).all()

    @given(st.integers(0, 10_000), st.integers(2, 4))
    @settings(derandomize=True, max_examples=40, deadline=None)
    def test_the_fewer_say_the_wider(self, seed, copies):
        """Of several who answer alike all but one fall silent: the same share, a wider interval on both sides."""
        answers, weights, domains, design = survey(seed)
        strata = np.where(design["strata"] == 9, 0, design["strata"])
        again = {"weights": np.tile(weights, copies), "domains": np.tile(domains, (copies, 1))}
        again["strata"] = np.tile(strata, copies)
        everybody = domain_shares(np.tile(answers, (copies, 1)), **again)
        silent = np.full(((copies - 1) * len(answers), answers.shape[1]), np.nan)
        few = domain_shares(np.vstack([answers, silent]), **again)
        assert_allclose(few.value, everybody.value, atol=1e-12)
        known = few.n > 1
        assert (few.n[known] * copies == everybody.n[known]).all()
        assert (few.low[known] <= everybody.low[known]).all()
        assert (few.high[known] >= everybody.high[known]).all()
        assert ((few.high - few.low)[known] > (everybody.high - everybody.low)[known]).all()

    def test_nobody_said(self):
        shares = domain_shares(np.full((9, 1), np.nan), np.ones(9), np.ones((9, 1)))
        assert np.isnan(shares.value).all()
        assert (shares.low[0, 0], shares.high[0, 0]) == (0, 1)


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


def test_a_covariance_knows_how_few_the_sample_left_out():
    """Of 30 residents 20 answered: a third of the covariance is left."""
    answers, everybody = np.random.default_rng(8).integers(0, 2, (20, 3)), np.ones(20)
    of_many = share_covariance(answers, everybody, everybody)
    assert np.all(np.diag(of_many) > 0)
    assert_allclose(share_covariance(answers, everybody, everybody, fpc=30), of_many / 3)


def test_two_answers_have_a_covariance_and_one_has_none():
    """Yes and no to both: the variance of a mean of two is s² / 2 = 1/4."""
    answers = np.array([[1.0, 1.0, 1.0], [0.0, 0.0, np.nan]])
    found = share_covariance(answers, [1, 1], [1, 1])
    assert_allclose(found[:2, :2], 0.25)
    assert np.isnan(found[2]).all()
    assert np.isnan(found[:, 2]).all()


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
    assert shares.n_eff[:, 1].tolist() == [1, 0]
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


def test_unbounded_weights_leave_at_most_the_kish_number() -> None:
    answers, weights = np.array([[0.0]] * 5 + [[1.0], [0.0]] * 50), np.array([100.0] * 5 + [1.0] * 100)
    margin, everybody = np.array([0] * 5 + [1] * 100), np.ones((105, 1), bool)
    kish = weights.sum() ** 2 / (weights**2).sum()
    credited = domain_shares(answers, weights, everybody, calibration=[margin])
    cautious = domain_shares(answers, weights, everybody, calibration=[margin], bounded=False)
    assert credited.n_eff[0, 0] > 100
    assert cautious.n_eff[0, 0] == pytest.approx(kish)
    assert cautious.high[0, 0] > 3 * credited.high[0, 0] > 0
    assert cautious.value[0, 0] == credited.value[0, 0]


def test_calibration_credits_no_more_than_the_answers_there_are():
    """A margin that all but tells the answer: its residuals are nearly 0, but 200 answers are no more than 200."""
    told = np.arange(200) % 2
    answers = np.where(np.arange(200) < 4, 1 - told, told)[:, None].astype(float)
    everybody, weights = np.ones((200, 1), bool), np.ones(200)
    shares = domain_shares(answers, weights, everybody, calibration=[told])
    assert shares.n_eff[0, 0] > 1000
    assert_allclose((shares.low[0, 0], shares.high[0, 0]), np.ravel(korn_graubard(answers.mean(), 200)), atol=1e-9)
    stratified = domain_shares(answers, weights, everybody, strata=told)
    assert stratified.high[0, 0] - stratified.low[0, 0] < 0.1, "strata drawn as such keep their gain"


def test_a_lonely_answer_lies_inside_its_interval():
    shares = domain_shares([[1.0], [0.0], [0.0]], [2.0, 2.0, 2.0], np.eye(3, 1, dtype=bool), fpc=6.0)
    assert shares.n[0, 0] == 1
    assert 0 < shares.low[0, 0] < shares.value[0, 0] == shares.high[0, 0]


@given(st.integers(0, 10_000), st.sampled_from([1e-6, 1e-3, 1e4]))
@settings(derandomize=True, max_examples=20, deadline=None)
def test_the_unit_of_the_weights_changes_nothing(seed, unit):
    answers, weights, domains, design = survey(seed)
    same = domain_shares(answers, unit * weights, domains, **design)
    for name in FIELDS:
        assert_allclose(
            getattr(same, name), getattr(domain_shares(answers, weights, domains, **design), name), atol=1e-7
        )
