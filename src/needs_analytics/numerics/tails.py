"""Tails of F and of the binomial in plain Python: scipy takes `needs check` longer to load than they take."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

_TERMS = 5000  # of the continued fraction, which needs some √max(a, b) of them
_EXACT, _TINY = 1e-15, 1e-300
_HALVINGS = 60


def incomplete_beta(a: float, b: float, x: float) -> float:
    """Return the regularised incomplete beta function I_x(a, b) for positive ``a, b`` and ``x`` from 0 to 1.

    Notes
    -----
    Good to 1e-10 relative for a and b up to 10⁴; where one is 10⁹ six digits remain, for lnΓ cancels.

    The continued fraction DLMF 8.17.22 by the modified Lentz algorithm, of I_x(a, b) where x < (a + 1) / (a + b + 2),
    else of 1 − I_{1−x}(b, a).

    Examples
    --------
    >>> round(incomplete_beta(2, 3, 0.5), 12)
    0.6875
    """
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x >= (a + 1) / (a + b + 2):
        return 1 - _by_fraction(b, a, 1 - x)
    return _by_fraction(a, b, x)


def f_tail(ratio: float, between: float, within: float) -> float:
    """Return the probability that F with these degrees of freedom exceeds a ratio.

    Examples
    --------
    >>> round(f_tail(4.0, 2, 10), 6)
    0.052922
    """
    return incomplete_beta(within / 2, between / 2, within / (within + between * ratio))


def f_quantile(probability: float, between: float, within: float) -> float:
    """Return the ratio below which F with these degrees of freedom lies with a probability, below 1.

    Examples
    --------
    >>> round(f_quantile(0.95, 2, 10), 4)  # any table of F
    4.1028
    """
    low, high = 0.0, 1.0  # the share of the variance that lies between, whose distribution is a beta
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        below = incomplete_beta(between / 2, within / 2, middle) < probability
        low, high = (middle, high) if below else (low, middle)
    return within * low / (between * (1 - low))


def binomial_tail(
    least: npt.NDArray[np.float64], number: npt.NDArray[np.integer], share: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return the probability of at least so many of a number of trials; 1 for none.

    Examples
    --------
    >>> binomial_tail(np.array([0.0, 1.0, 2.0]), np.array([2, 2, 2]), np.full(3, 0.5)).round(12).tolist()
    [1.0, 0.75, 0.25]
    """
    trials = zip(least.tolist(), number.tolist(), share.tolist(), strict=True)
    return np.array([incomplete_beta(k, n - k + 1, p) if 0 < k <= n else float(k <= 0) for k, n, p in trials])


def _by_fraction(a: float, b: float, x: float) -> float:
    log_beta = math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
    upper, lower = 1.0, 1 / _nonzero(1 - (a + b) * x / (a + 1))
    value = lower
    for term in range(1, _TERMS):
        twice = a + 2 * term
        even = term * (b - term) * x / ((twice - 1) * twice)
        odd = -(a + term) * (a + b + term) * x / (twice * (twice + 1))
        lower, upper = 1 / _nonzero(1 + even * lower), _nonzero(1 + even / upper)
        value *= lower * upper
        lower, upper = 1 / _nonzero(1 + odd * lower), _nonzero(1 + odd / upper)
        value *= lower * upper
        if abs(lower * upper - 1) < _EXACT:
            break
    return math.exp(a * math.log(x) + b * math.log1p(-x) - log_beta) * value / a


def _nonzero(value: float) -> float:
    return value if abs(value) >= _TINY else _TINY
