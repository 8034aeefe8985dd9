"""Small areas: closed forms, planted truth, benchmarks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import optimize

from needs_analytics.numerics.small_area import benchmark, fay_herriot, smooth_variances

# Efron & Morris (1975), JASA 70, table 1: batting averages of 18 players after 45 at-bats
BATTING = [0.400, 0.378, 0.356, 0.333, 0.311, 0.311, 0.289, 0.267, 0.244, 0.244]
BATTING = np.array([*BATTING, 0.222, 0.222, 0.222, 0.222, 0.222, 0.200, 0.178, 0.156])


def restricted_likelihood(sigma2, y, d, x, adjusted=False):
    """Logarithm of the restricted likelihood of the area-level model, written with full matrices."""
    v = np.diag(sigma2 + d)
    inverse = np.linalg.inv(v)
    information = x.T @ inverse @ x
    p = inverse - inverse @ x @ np.linalg.inv(information) @ x.T @ inverse
    value = -0.5 * (np.linalg.slogdet(v)[1] + np.linalg.slogdet(information)[1] + y @ p @ y)
    return value + (np.log(np.arctan(np.sum(sigma2 / (sigma2 + d)))) / y.size if adjusted else 0.0)


def areas(seed, m=40, sigma2=0.02):
    rng = np.random.default_rng(seed)
    x = np.column_stack([np.ones(m), rng.normal(size=m)])
    d = rng.uniform(0.005, 0.06, m)
    truth = x @ [0.5, 0.1] + rng.normal(0, np.sqrt(sigma2), m)
    return truth, truth + rng.normal(0, np.sqrt(d)), d, x


def test_batting_averages():
    """Equal variances: the shrinkage has a closed form; corrected by (m − 3)/(m − 1) it is the published 0.212."""
    variance = BATTING.mean() * (1 - BATTING.mean()) / 45
    model = fay_herriot(BATTING, np.full(18, variance), np.ones((18, 1)), method="reml")
    squares = ((BATTING - BATTING.mean()) ** 2).sum()
    assert_allclose(model.gamma, 1 - 17 * variance / squares, rtol=1e-4)
    assert_allclose(model.estimate, BATTING.mean() + model.gamma * (BATTING - BATTING.mean()))
    assert_allclose(1 - (1 - model.gamma[0]) * 15 / 17, 0.212, atol=0.002)


@pytest.mark.parametrize("method", ["reml", "adjusted"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_variance_maximises_its_likelihood(method, seed):
    _, y, d, x = areas(seed)
    best = optimize.minimize_scalar(
        lambda s: -restricted_likelihood(s, y, d, x, method == "adjusted"), bounds=(1e-8, 1.0), method="bounded"
    )
    model = fay_herriot(y, d, x, method=method)
    assert_allclose(model.sigma2, best.x, rtol=1e-2)
    mine = restricted_likelihood(model.sigma2, y, d, x, method == "adjusted")
    assert mine >= -best.fun - 1e-9


def test_mean_squared_error_terms():
    """g1 + g2 + 2 g3, each by its definition."""
    _, y, d, x = areas(4)
    model = fay_herriot(y, d, x)
    total = model.sigma2 + d
    information = (x.T / total) @ x
    g1, gamma = model.sigma2 * d / total, model.sigma2 / total
    g2 = (1 - gamma) ** 2 * np.einsum("iq,qr,ir->i", x, np.linalg.inv(information), x)
    g3 = d**2 / total**3 * 2 / np.sum(total**-2.0)
    assert_allclose(model.mse, g1 + g2 + 2 * g3)
    assert_allclose(model.coefficients, np.linalg.solve(information, (x.T / total) @ y))
    assert_allclose(model.estimate, gamma * y + (1 - gamma) * (x @ model.coefficients))


def test_planted_truth_is_met_better_than_by_either_part():
    """Over 200 towns the composite beats direct and synthetic, and its mean squared error is what it says."""
    squared = {"direct": 0.0, "synthetic": 0.0, "composite": 0.0, "claimed": 0.0}
    for seed in range(200):
        truth, y, d, x = areas(seed)
        model = fay_herriot(y, d, x)
        squared["direct"] += np.mean((y - truth) ** 2)
        squared["synthetic"] += np.mean((model.synthetic - truth) ** 2)
        squared["composite"] += np.mean((model.estimate - truth) ** 2)
        squared["claimed"] += np.mean(model.mse)
    assert squared["composite"] < 0.75 * squared["direct"]
    assert squared["composite"] < 0.75 * squared["synthetic"]
    assert_allclose(squared["claimed"] / squared["composite"], 1.0, atol=0.05)


def test_adjusted_variance_is_not_stuck_at_zero():
    """Areas that hardly differ: restricted likelihood often says 0, the adjusted one never."""
    estimates = [
        [fay_herriot(y, d, x, method=method).sigma2 for method in ("reml", "adjusted")]
        for _, y, d, x in (areas(seed, m=15, sigma2=0.002) for seed in range(60))
    ]
    reml, adjusted = np.array(estimates).T
    assert np.mean(reml == 0) > 0.2
    assert np.all(adjusted > 0)
    assert adjusted.mean() - reml.mean() < 0.001, "at the price of a small bias"


def test_areas_without_answers_get_the_prediction():
    truth, y, d, x = areas(5)
    y[:6], d[:6] = np.nan, np.nan
    model = fay_herriot(y, d, x)
    rest = fay_herriot(y[6:], d[6:], x[6:])
    assert_allclose(model.estimate[6:], rest.estimate)
    assert_allclose(model.estimate[:6], x[:6] @ rest.coefficients)
    assert_array_equal(model.gamma[:6], 0)
    assert np.all(model.mse[:6] > model.sigma2)
    assert np.mean(np.abs(model.estimate[:6] - truth[:6])) < 0.3


def test_a_predictor_nobody_answered_for_predicts_nothing():
    _, y, d, x = areas(6)
    x = np.column_stack([x, np.arange(40) < 3])
    y[:2] = np.nan
    assert np.isfinite(fay_herriot(y, d, x).estimate[0])
    y[:3] = np.nan
    model = fay_herriot(y, d, x)
    assert np.isnan(model.estimate[:3]).all()
    assert np.isnan(model.mse[:3]).all()
    assert np.isfinite(model.estimate[3:]).all()


def test_dependent_predictors_do_no_harm():
    _, y, d, x = areas(7)
    doubled = np.column_stack([x, x.sum(axis=1)])
    one, two = fay_herriot(y, d, x), fay_herriot(y, d, doubled)
    assert_allclose(two.estimate, one.estimate)
    assert_allclose(two.mse, one.mse)
    assert_allclose(doubled @ two.coefficients, x @ one.coefficients)


def test_too_few_areas_pass_unchanged():
    y, d, x = np.array([0.2, np.nan, 0.4, 0.3]), np.full(4, 0.01), np.column_stack([np.ones(4), np.arange(4)])
    model = fay_herriot(y, d, x)
    assert np.isnan(model.sigma2)
    assert_array_equal(model.estimate, y)
    assert_array_equal(model.mse, [0.01, np.nan, 0.01, 0.01])
    assert_array_equal(model.gamma, [1, 0, 1, 1])


def test_many_variables_at_once_are_each_alone():
    tables = [areas(seed) for seed in range(4)]
    x = tables[0][3]
    y, d = np.stack([t[1] for t in tables]), np.stack([t[2] for t in tables])
    y[1, 3], y[2, 3:] = np.nan, np.nan
    together = fay_herriot(y, d, x)
    for j in range(4):
        alone = fay_herriot(y[j], d[j], x)
        for field in ("estimate", "mse", "gamma", "coefficients", "sigma2", "synthetic"):
            assert_allclose(getattr(together, field)[j], getattr(alone, field), rtol=1e-9, err_msg=field)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"variance": [0.1, 0.1, 0.0]}, "positive variance"),
        ({"variance": [0.1, 0.1]}, "shapes do not fit"),
        ({"design": [[1.0], [1.0], [np.nan]]}, "finite"),
    ],
)
def test_what_cannot_be_fitted_is_refused(change, sentence):
    arguments = {"direct": [0.1, 0.2, 0.3], "variance": [0.1] * 3, "design": [[1.0]] * 3, **change}
    with pytest.raises(ValueError, match=sentence):
        fay_herriot(**arguments)


def test_no_and_all_answers_in_three_have_a_variance():
    variance = smooth_variances([0.0, 1.0, 0.4, np.nan], [3, 3, 30, 0])
    pooled = (3 + 12 + 0.5) / 37
    assert_allclose(variance[:3], pooled * (1 - pooled) / np.array([3, 3, 30]))
    assert np.isnan(variance[3])


def test_variances_smoothed_towards_predictions():
    """The larger the survey, the closer to the predicted share; a prediction of 0 does not make it certain."""
    shares = [[0.1, 0.2], [0.0, 0.0]]
    variance = smooth_variances(shares, [5000, 5000], synthetic=[[0.1, 0.3], [0.0, 0.5]])
    assert_allclose(variance[0] * 5000, [0.09, 0.21], rtol=1e-3)
    assert variance[1, 0] > 0
    assert_allclose(smooth_variances(0.9, 10, synthetic=[-0.2, 1.3]), smooth_variances(0.9, 10, synthetic=[0, 1]))


@given(st.integers(0, 10_000), st.floats(0, 1), st.booleans())
@settings(derandomize=True, max_examples=150, deadline=None)
def test_benchmarked_shares_add_up_inside_the_unit_interval(seed, part, with_mse):
    rng = np.random.default_rng(seed)
    shares = np.clip(rng.uniform(-0.2, 1.2, 6), 0, 1)
    sizes, mse = rng.integers(0, 500, 6) * 1.0, rng.uniform(0, 0.02, 6) if with_mse else None
    total = part * sizes.sum()
    moved = benchmark(shares, sizes, total, mse)
    assert np.all((moved >= 0) & (moved <= 1))
    assert_allclose(sizes @ moved, total, atol=1e-6 * max(sizes.sum(), 1))
    assert np.all(np.sign(np.round(moved - shares, 9)) * np.sign(total - sizes @ shares) >= 0), "all move the same way"


def test_a_total_that_is_met_moves_nothing():
    shares, sizes = np.array([0.1, 0.0, 0.7]), np.array([10.0, 20.0, 30.0])
    assert_allclose(benchmark(shares, sizes, sizes @ shares), shares, atol=1e-12)


def test_uncertain_areas_move_more():
    moved = benchmark([0.2, 0.4], [100, 100], 80, mse=[0.01, 0.03])
    assert_allclose(moved, [0.25, 0.55])


def test_a_share_at_the_border_leaves_the_rest_to_others():
    assert_allclose(benchmark([0.05, 0.5], [100, 100], 25), [0.0, 0.25])


def test_where_nobody_lives_shares_stay_as_they_are():
    assert_array_equal(benchmark([0.2, 0.7], [0, 0], 0), [0.2, 0.7])


def test_benchmarks_of_many_variables():
    shares = np.array([[0.2, 0.4], [0.5, 0.5]])
    assert_allclose(benchmark(shares, [100, 300], [200, 160]), [[0.35, 0.55], [0.4, 0.4]])


@pytest.mark.parametrize(
    ("shares", "sizes", "total"),
    [([0.1, np.nan], [1, 1], 1), ([0.1, 0.2], [1, -1], 0), ([0.1, 0.2], [1, 1], 2.1), ([0.1, 0.2], [1, 1], np.nan)],
)
def test_a_benchmark_out_of_reach_is_refused(shares, sizes, total):
    with pytest.raises(ValueError, match="must"):
        benchmark(shares, sizes, total)
