"""Tails of F and the binomial against scipy's."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special, stats

from needs_analytics.numerics.tails import binomial_tail, f_quantile, f_tail, incomplete_beta


def test_the_incomplete_beta_function_is_scipys() -> None:
    rng = np.random.default_rng(0)
    a, b = (np.exp(rng.uniform(np.log(0.3), np.log(3000), 3000)) for _ in range(2))
    x = rng.random(3000)
    found = [incomplete_beta(*told) for told in zip(a.tolist(), b.tolist(), x.tolist(), strict=True)]
    np.testing.assert_allclose(found, special.betainc(a, b, x), rtol=1e-8, atol=1e-12)
    assert [incomplete_beta(2, 3, x) for x in (0, 1)] == [0, 1]


@pytest.mark.parametrize("between", [1, 2, 7, 60])
@pytest.mark.parametrize("within", [1, 5, 40, 5000])
def test_f_is_scipys(between: int, within: int) -> None:
    for share in (0.025, 0.5, 0.975):
        assert f_quantile(share, between, within) == pytest.approx(stats.f.ppf(share, between, within), rel=1e-9)
    for ratio in (0.0, 0.3, 1.0, 4.0, 30.0):
        assert f_tail(ratio, between, within) == pytest.approx(stats.f.sf(ratio, between, within), rel=1e-9, abs=1e-13)


def test_the_binomial_tail_is_scipys() -> None:
    number = np.repeat([1, 12, 300, 1999], 5)
    least = np.tile([0.0, 0.01, 0.02, 0.3, 1.0], 4) * number // 1
    for share in (1e-4, 0.01, 0.4):
        expected = stats.binom.sf(least - 1, number, share)
        np.testing.assert_allclose(binomial_tail(least, number, np.full(20, share)), expected, rtol=1e-8, atol=1e-12)


def test_nothing_out_of_nothing_is_certain_and_one_impossible() -> None:
    assert binomial_tail(np.array([0.0, 1.0]), np.array([0, 0]), np.array([0.5, 0.5])).tolist() == [1, 0]


def test_where_the_terms_run_out_four_digits_hold() -> None:
    assert incomplete_beta(1e10, 1e10, 0.5) == pytest.approx(0.5, abs=1e-4)
