"""Forecasts reach the published accuracy, and short or broken series do no harm."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats

from needs_analytics.numerics._exponential import fit_level
from needs_analytics.numerics._seasons import has_season, seasonal_factors
from needs_analytics.numerics.smoothing import forecast, seasonal_naive, xmr_limits


@pytest.fixture
def hospital(reference):
    """Give 767 monthly series, 72 months to learn from and 12 to forecast, and the accuracy R reached."""
    table = np.loadtxt(reference("forecast/hospital.csv"), delimiter=",", skiprows=1).T
    metrics = np.genfromtxt(reference("forecast/hospital_r_metrics.csv"), delimiter=",", names=True, deletechars="")
    return table[:, :72], table[:, 72:], metrics


def mase(past, future, point):
    scale = np.abs(past[:, 12:] - past[:, :-12]).mean(axis=1)
    return np.abs(future - point).mean(axis=1) / scale


def smape(future, point):
    return (200 * np.abs(future - point) / (np.abs(future) + np.abs(point))).mean(axis=1)


class TestHospitals:
    def test_theta_is_as_accurate_as_in_r(self, hospital):
        past, future, metrics = hospital
        point, _, _ = forecast(past)
        assert_allclose(mase(past, future, point).mean(), 0.761, atol=0.002)
        assert_allclose(smape(future, point).mean(), 17.3, atol=0.1)
        assert_allclose(mase(past, future, point), metrics["theta.mase"], atol=0.16)
        assert np.mean(np.abs(mase(past, future, point) - metrics["theta.mase"])) < 0.002

    def test_seasonal_naive_is_that_of_r(self, hospital):
        past, future, metrics = hospital
        point = seasonal_naive(past)
        assert_allclose(mase(past, future, point), metrics["snaive.mase"], rtol=1e-12)
        assert_allclose(mase(past, future, point).mean(), 0.921, atol=0.001)
        assert_allclose(smape(future, point).mean(), 21.0, atol=0.05)

    @pytest.mark.parametrize("months", [6, 12, 24, 72])
    def test_intervals_cover(self, hospital, months):
        past, future, _ = hospital
        _, low, high = forecast(past[:, -months:])
        assert 0.93 <= np.mean((low <= future) & (future <= high)) <= 0.985


def test_level_and_weight_are_the_best_of_all():
    """No smoothing weight and first level on a fine grid has smaller one-step errors."""
    series = 50 + np.cumsum(np.random.default_rng(0).normal(size=40))
    fit = fit_level(series[None])
    best = np.inf
    for alpha in np.linspace(0.01, 0.99, 99):
        for start in np.linspace(series[0] - 5, series[0] + 5, 101):
            state, total = start, 0.0
            for value in series:
                total += (value - state) ** 2
                state += alpha * (value - state)
            best = min(best, total)
    assert fit.sse[0] <= best
    assert_allclose(fit.sse[0], best, rtol=0.01)


def test_the_last_level_is_that_of_the_recursion_from_the_best_first_one():
    """The errors are linear in the first level: two runs give the parabola of their squares."""

    def run(start):
        state, errors = start, []
        for value in series:
            errors.append(value - state)
            state += fit.alpha[0] * errors[-1]
        return np.array(errors), state

    series = np.array([4.0, 9.0, 6.0, 8.0, 7.0])
    fit = fit_level(series[None])
    (none, _), (one, _) = run(0.0), run(1.0)
    errors, level = run((none - one) @ none / ((none - one) @ (none - one)))
    assert_allclose([fit.sse[0], fit.level[0]], [errors @ errors, level])


def test_an_interval_is_that_of_hyndman_and_billah_with_the_drifts_variance():
    """Without a season: σ² (1 + (h − 1) α²), and the drift's (half the slope, over (h − 1 + learnt) months)."""
    series = np.random.default_rng(5).normal(50, 5, 20).cumsum()
    point, low, high = forecast(series, period=1, horizon=4, level=0.9)
    fit, length, ahead = fit_level(series[None]), 20, np.arange(4)
    alpha, sigma = fit.alpha[0], np.sqrt(fit.sse[0] / 18)
    slope = np.polyfit(np.arange(20), series, 1)[0]
    months = (ahead + (1 - (1 - alpha) ** length) / alpha) / 2
    assert_allclose(point, fit.level[0] + slope * months)
    spread = sigma * np.sqrt(1 + ahead * alpha**2 + months**2 / (20 * (20**2 - 1) / 12))
    assert_allclose(high - point, stats.t.ppf(0.95, 18) * spread)
    assert_allclose(point - low, high - point)


def test_a_straight_line_is_continued_with_half_its_slope():
    point, low, high = forecast(10.0 + 2.0 * np.arange(60.0), horizon=3)
    assert_allclose(np.diff(point), 1.0)
    assert 128 < point[0] <= 130.5
    assert np.all(low < point)
    assert np.all(point < high)


def test_a_planted_season_is_found():
    months = np.arange(48)
    factors = 1 + 0.5 * np.sin(2 * np.pi * np.arange(12) / 12)
    series = (100 * factors[months % 12])[None]
    assert has_season(series, 12)[0]
    assert_allclose(seasonal_factors(series, 12)[0], factors, rtol=1e-12)
    point, _, _ = forecast(series[0], horizon=12)
    assert_allclose(point, 100 * factors, rtol=1e-6)


def test_two_seasons_are_enough_and_less_are_not():
    """One month of twelve is twice the others."""
    factors = np.array([2.0] + [1.0] * 11) / (13 / 12)
    series = np.tile(100 * factors, 2)[None]
    assert_allclose(seasonal_factors(series, 12)[0], factors)
    assert_array_equal(seasonal_factors(series[:, :23], 12), np.ones((1, 12)))


def test_a_small_series_has_its_season_beside_a_large_one():
    small = np.tile(np.arange(12.0), 4)
    assert has_season(np.stack([small, 1e9 + np.zeros(48)]), 12).tolist() == [True, False]


def test_factors_of_series_together_are_those_alone():
    months, noise = np.arange(48), np.random.default_rng(6).uniform(0.8, 1.2, (2, 48))
    series = np.stack([1 + 0.5 * np.sin(2 * np.pi * months / 12), 30.0 * (1 + (months % 12 == 3))]) * noise
    alone = [seasonal_factors(row[None], 12)[0] for row in series]
    assert_allclose(seasonal_factors(series, 12), alone)
    assert_allclose(np.mean(alone, axis=1), 1)


def test_noise_has_no_season():
    noise = np.random.default_rng(1).poisson(20, (400, 48)).astype(float)
    assert has_season(noise, 12).mean() < 0.15
    assert has_season(np.full((1, 48), 7.0), 12).tolist() == [False]


def test_a_month_of_zeros_is_not_divided_by():
    series = np.tile([30.0] * 11 + [0.0], 4)
    assert_array_equal(seasonal_factors(series[None], 12), np.ones((1, 12)))
    assert np.all(np.isfinite(forecast(series)))


def test_odd_periods():
    factors = np.array([0.5, 1.0, 1.5])
    assert_allclose(seasonal_factors(np.tile(factors, 8)[None], 3)[0], factors)
    assert_allclose(seasonal_factors(np.tile([0.5, 1.5], 12)[None], 2)[0], [0.5, 1.5])


@given(
    st.lists(st.one_of(st.integers(0, 50).map(float), st.just(np.nan)), min_size=0, max_size=30),
    st.integers(1, 15),
    st.sampled_from([1, 4, 12]),
)
@settings(derandomize=True, max_examples=150, deadline=None)
def test_any_series_has_a_forecast_with_an_interval(values, horizon, period):
    point, low, high = forecast(values, period=period, horizon=horizon)
    assert point.shape == low.shape == high.shape == (horizon,)
    if np.all(np.isnan(values)):
        assert np.all(np.isnan([point, low, high]))
    else:
        assert np.all(high - low > 0.1)
        assert np.all((low < point) & (point < high))


def test_series_together_are_series_alone():
    rng = np.random.default_rng(2)
    table = rng.poisson(12, (6, 30)).astype(float)
    table[1, :5], table[2, 10], table[3, -2:], table[4] = np.nan, np.nan, np.nan, np.nan
    together = np.stack(forecast(table))
    for row in range(6):
        assert_allclose(together[:, row], np.stack(forecast(table[row])), rtol=1e-12)


def test_a_series_that_never_moved_has_the_interval_of_its_own_level():
    """Half a unit or 1 % of the mean, whatever stands beside it."""
    together = np.stack(forecast([[5.0] * 12, [1000.0] * 12], period=1, horizon=1))
    width = (together[2] - together[1])[:, 0]
    assert_allclose(width[1] / width[0], 10 / 0.5, rtol=0.01)


def test_months_missing_at_the_end_are_forecast_too():
    series = np.random.default_rng(3).poisson(12, 30).astype(float)
    longer = np.r_[series, np.nan, np.nan]
    assert_allclose(forecast(longer, horizon=4), np.stack(forecast(series, horizon=6))[:, 2:])
    assert_allclose(forecast(np.r_[np.nan, series]), forecast(series))


def test_a_gap_is_bridged_by_a_line():
    assert_allclose(forecast([1, 2, np.nan, 4, 5.0, 9.0]), forecast([1, 2, 3, 4, 5.0, 9.0]))


def test_three_months_are_carried_forward():
    point, low, high = forecast([4.0, 9.0, 4.0], horizon=3)
    assert point.tolist() == [4, 4, 4]
    assert_allclose(high - point, 1.959964 * np.sqrt([17 / 3, 34 / 3, 17]), rtol=1e-6)
    assert_allclose(point - low, high - point)


def test_seasonal_naive_takes_the_last_known_of_each_month():
    assert seasonal_naive([1.0, 2, 3, 4, 5], period=3, horizon=4).tolist() == [3, 4, 5, 3]
    assert seasonal_naive([1.0, 2, 3, 4, np.nan], period=3, horizon=3).tolist() == [3, 4, 2]
    assert seasonal_naive([np.nan, 2, 3], period=3, horizon=3).tolist() == [3, 2, 3]
    assert seasonal_naive([7.0], period=3, horizon=3).tolist() == [7, 7, 7]
    assert_array_equal(seasonal_naive([[np.nan, np.nan], [5.0, np.nan]], period=2, horizon=1), [[np.nan], [5]])
    assert_array_equal(seasonal_naive([], horizon=2), [np.nan, np.nan])


def test_xmr_limits_by_hand():
    """Moving ranges 2, 3, 1: mean 2."""
    centre, low, high = xmr_limits([10.0, 12.0, 9.0, 10.0])
    assert_allclose([centre, low, high], [10.25, 10.25 - 5.32, 10.25 + 5.32])


def test_xmr_limits_skip_what_is_missing():
    centre, low, _ = xmr_limits([[1.0, 3.0, np.nan, 9.0], [1.0, np.nan, 3.0, np.nan]])
    assert_allclose([centre[0], low[0]], [13 / 3, 13 / 3 - 2.66 * 2])
    assert np.isnan([centre[1], low[1]]).all()


@pytest.mark.parametrize(
    ("values", "options"),
    [([1.0, np.inf], {}), ([[[1.0]]], {}), ([1.0], {"horizon": 0}), ([1.0], {"period": 0}), ([1.0], {"level": 1.0})],
)
def test_what_cannot_be_meant_is_refused(values, options):
    with pytest.raises(ValueError, match="must"):
        forecast(values, **options)
