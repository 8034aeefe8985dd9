"""Shares in areas with few answers: against plain integration, planted truth, and what must hold of any estimate."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_less
from scipy import special, stats

from needs_analytics.numerics import _area_posterior as quadrature
from needs_analytics.numerics._area_posterior import Logits, effect_variance, fit_scales, summarise
from needs_analytics.numerics.area_shares import AreaSample, Groups, area_shares

expit, logit = special.expit, special.logit
SCALES = np.geomspace(0.1, 2.0, 10)
PRIOR = SCALES / (1 + SCALES**2) / (SCALES / (1 + SCALES**2)).sum()


def logits(yes, answers, centre, variance=0.0, tilt=0.0, free=1.0):
    shape = np.shape(yes)
    parts = (np.asarray(part, float) for part in (yes, answers, tilt, centre, variance, free))
    return Logits(*(np.broadcast_to(part, shape) for part in parts))


LINE = np.linspace(-40.0, 40.0, 80_001)


def joint(yes, answers, centre, scale, variance=0.0, tilt=0.0):
    """Likelihood × prior on a fine line of logits, as the textbook writes it; the likelihood's maximum is 1."""
    share = expit(LINE + tilt)
    log_likelihood = special.xlogy(yes, share) + special.xlog1py(answers - yes, -share)
    spread = np.sqrt(scale**2 + variance)
    return np.exp(log_likelihood - log_likelihood.max()) * stats.t.pdf((LINE - centre) / spread, 4) / spread


@pytest.mark.parametrize(
    ("yes", "answers", "centre", "variance", "tilt"),
    [(0.0, 12.0, -2.5, 0.0, 0.0), (9.0, 20.0, -2.0, 0.0, 0.3), (3.0, 4.5, -1.0, 0.2, 0.0), (120.0, 400.0, -2.5, 0, 0)],
)
def test_mean_variance_and_limits_are_those_of_plain_integration(yes, answers, centre, variance, tilt):
    weights = np.zeros((10, 1))
    weights[[2, 6], 0] = 0.3, 0.7
    found = summarise(logits([[yes]], [[answers]], centre, variance, tilt), weights, 0.025)
    one, two = (joint(yes, answers, centre, SCALES[k], variance, tilt) for k in (2, 6))
    density = 0.3 * one / one.sum() + 0.7 * two / two.sum()
    mean = density @ expit(LINE)
    assert_allclose(found.mean, mean, rtol=3e-3)
    assert_allclose(found.variance, density @ (expit(LINE) - mean) ** 2, rtol=0.02)
    for limit, tail in ((found.low, 0.025), (found.high, 0.975)):
        assert density[limit.item() > LINE].sum() == pytest.approx(tail, abs=0.004)


def test_weights_of_scales_are_evidence_times_prior():
    yes, answers = np.array([0.0, 2.0, 9.0, 1.0, 4.0]), np.array([12.0, 20.0, 18.0, 9.0, 11.0])
    weights = fit_scales(logits(yes[:, None], answers[:, None], -1.5))[:, 0]
    evidence = [
        sum(np.log(joint(y, n, -1.5, scale).sum()) for y, n in zip(yes, answers, strict=True)) for scale in SCALES
    ]
    relative = np.exp(evidence - np.max(evidence))
    mixture = PRIOR
    for _ in range(50):  # one variable has as much say as half the prior
        own = relative * mixture / (relative * mixture).sum()
        mixture = (own + 2 * PRIOR) / 3
    assert_allclose(weights, relative * mixture / (relative * mixture).sum(), atol=6e-3)


def planted(seed, spread, areas=60, variables=25, groups=2, off=0.0, only=None, answers=(8, 30)):
    """Areas whose logits differ by `spread`; the first two lie off by ± `off`, in all variables or in `only`."""
    rng = np.random.default_rng(seed)
    codes, sizes = np.arange(areas) % groups, rng.uniform(400, 900, areas)
    base = rng.uniform(-3.3, -0.8, variables) + 0.3 * rng.standard_normal((groups, variables))[codes]
    effect = spread * rng.standard_normal((areas, variables))
    columns = slice(None) if only is None else only
    effect[0, columns] += off
    effect[1, columns] -= off
    truth = expit(base + effect)
    n = rng.integers(*answers, areas)[:, None] * np.ones(variables)
    direct = rng.binomial(n.astype(int), truth) / n
    upper = np.array([np.average(truth[codes == g], axis=0, weights=sizes[codes == g]) for g in range(groups)])
    expected = np.tile(base.mean(axis=0), (areas, 1))
    return truth, AreaSample(direct, n, expected, expected), Groups(codes, sizes, upper)


def squares(spread, seeds=8, **facts):
    """Return squared errors of composite, direct and group's share, and whether intervals hold, over towns."""
    rows = []
    for seed in range(seeds):
        truth, sample, groups = planted(seed, spread, **facts)
        found = area_shares(sample, groups)
        held = (expit(found.low) <= truth) & (truth <= expit(found.high))
        rivals = (found.share, sample.direct, groups.share[groups.codes])
        rows.append([*((values - truth) ** 2 for values in rivals), held])
    return np.array(rows, dtype=float)


@pytest.mark.parametrize("spread", [0.3, 0.8])
def test_planted_shares_are_met_better_than_by_answers_or_group_alone(spread):
    composite, direct, group, held = squares(spread).mean(axis=(0, 2, 3))
    assert composite < 0.9 * min(direct, group)
    assert 0.94 <= held <= 0.98


@pytest.mark.parametrize("spread", [0.3, 0.8])
def test_areas_that_lie_off_in_everything_are_left_off(spread):
    errors = squares(spread, off=2.5 * spread)
    composite, direct, _, held = errors[:, :, :2].mean(axis=(0, 2, 3))
    assert composite < 0.8 * direct
    assert held >= 0.88


def test_the_spread_between_areas_is_found():
    for spread in (0.3, 0.8):
        found = [area_shares(*planted(seed, spread, answers=(30, 60))[1:]).spread.mean() for seed in range(4)]
        assert spread < np.mean(found) < 1.4 * spread, "a t-distribution has more of it in its tails"


def test_the_farther_off_an_area_surely_is_the_less_it_is_moved():
    """Of a share of one half in 60 answers: where 1 in 20 is expected it gives way less than where 1 in 5 is."""
    _, sample, groups = planted(3, 0.3, areas=200, groups=40, variables=1, answers=(200, 201))
    moved = []
    for expected in (0.35, 0.2, 0.1, 0.05):
        direct = np.clip(sample.direct - sample.direct.mean() + expected, 0, 1)
        direct[0] = 0.5
        share = np.array([direct[groups.codes == g].mean(axis=0) for g in range(40)])
        share[0] = expected
        found = area_shares(
            AreaSample(direct, np.full(direct.shape, 60.0), *[np.full(direct.shape, logit(expected))] * 2),
            Groups(groups.codes, np.ones(200), share),
        )
        moved.append((0.5 - found.share[0, 0]) / (0.5 - expected))
    assert_array_less(np.diff(moved), 0)


def test_common_effects_are_worth_less_where_people_say_yes_to_everything():
    _, sample, groups = planted(5, 0.3, off=1.5)
    plain, cautious = area_shares(sample, groups), area_shares(sample, groups, deff=8.0)
    assert abs(cautious.common[:2]).mean() < abs(plain.common[:2]).mean()


def test_two_variables_tell_of_each_other_and_one_of_nothing():
    both, one = (area_shares(*planted(5, 0.2, variables=number, off=2.0)[1:]) for number in (2, 1))
    assert both.common[0].min() > both.common[1].max(), "where both lie high, each says so of the other"
    assert not one.common.any()


def test_few_answers_give_the_group_many_give_themselves():
    truth, sample, groups = planted(1, 0.5)
    none = sample.direct.copy()
    none[4] = np.nan
    found = area_shares(AreaSample(none, sample.n_eff, sample.sampled, sample.predicted), groups)
    assert np.isfinite(found.share).all()
    assert_allclose(found.share[4], groups.share[groups.codes[4]], atol=0.06)
    assert np.all(found.high[4] - found.low[4] > 0.5)
    much = area_shares(AreaSample(truth, np.full(truth.shape, 1e5), sample.sampled, sample.predicted), groups)
    assert_allclose(much.share, truth, atol=0.003)


def test_an_area_that_is_its_whole_group_has_its_share():
    _, sample, groups = planted(2, 0.5, areas=6, groups=6)
    own = np.clip(sample.direct, 0.01, 0.99)
    found = area_shares(
        AreaSample(own, sample.n_eff, sample.sampled, sample.predicted), Groups(groups.codes, groups.sizes, own)
    )
    assert_allclose(found.share, own, atol=0.01)
    assert np.all(expit(found.high) - expit(found.low) < 0.1), "what its own answers add is nothing"


def test_what_the_sample_s_make_up_explains_is_no_effect_of_the_area():
    """All areas as expected of those who answered: every area gets what is predicted of its residents."""
    rng = np.random.default_rng(6)
    predicted = np.full((40, 12), -1.5) + rng.normal(0, 0.2, (40, 1))
    sampled = predicted + 1.0
    share = np.array([expit(predicted)[np.arange(40) % 4 == g].mean(axis=0) for g in range(4)])
    sample = AreaSample(expit(sampled), np.full(sampled.shape, 30.0), sampled, predicted)
    found = area_shares(sample, Groups(np.arange(40) % 4, np.ones(40), share))
    assert_allclose(found.share, expit(predicted), atol=0.02)


@pytest.mark.parametrize(("areas", "variables", "groups"), [(2, 1, 1), (2, 3, 2), (1, 1, 1), (5, 1, 2)])
def test_few_areas_and_one_variable_do_no_harm(areas, variables, groups):
    truth, sample, upper = planted(9, 0.4, areas=max(areas, 2), variables=variables, groups=groups)
    sample = AreaSample(*(values[:areas] for values in vars(sample).values()))
    found = area_shares(sample, Groups(upper.codes[:areas], upper.sizes[:areas], upper.share))
    assert found.share.shape == truth[:areas].shape
    assert np.all((found.share > 0) & (found.share < 1) & (found.low < found.high) & (found.spread > 0))


def test_the_order_of_areas_and_variables_changes_nothing():
    _, sample, groups = planted(4, 0.5, off=1.0)
    rng = np.random.default_rng(0)
    rows, columns = rng.permutation(60), rng.permutation(25)
    found = area_shares(sample, groups)
    mixed = AreaSample(*(values[np.ix_(rows, columns)] for values in vars(sample).values()))
    again = area_shares(mixed, Groups(groups.codes[rows], groups.sizes[rows], groups.share[:, columns]))
    assert_allclose(again.share, found.share[np.ix_(rows, columns)], rtol=1e-6)
    assert_allclose(again.high, found.high[np.ix_(rows, columns)], rtol=1e-6)


def test_many_variables_are_worked_off_in_blocks(monkeypatch):
    _, sample, groups = planted(7, 0.5)
    whole = area_shares(sample, groups)
    monkeypatch.setattr(quadrature, "_BLOCK", 61 * 60 * 4)
    assert_allclose(area_shares(sample, groups).share, whole.share)


def test_a_higher_level_widens_both_sides():
    _, sample, groups = planted(8, 0.5)
    usual, wide = area_shares(sample, groups), area_shares(sample, groups, level=0.99)
    assert_allclose(wide.share, usual.share)
    assert_array_less(wide.low, usual.low)
    assert_array_less(usual.high, wide.high)


def test_variance_of_effects_is_never_nothing():
    _, sample, groups = planted(1, 0.0)
    assert np.all(area_shares(sample, groups).spread > 0.1)
    one = np.zeros((10, 1))
    one[3] = 1.0
    assert_allclose(effect_variance(one), 2 * SCALES[3] ** 2)
