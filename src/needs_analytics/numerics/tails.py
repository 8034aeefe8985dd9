"""Tails of the F and the binomial distribution on numpy alone: scipy costs `needs check` more to load than it takes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

_TERMS = 2000  # of the continued fraction, which needs some √max(a, b) of them
_EXACT, _TINY = 1e-15, 1e-300
_log_gamma = np.frompyfunc(math.lgamma, 1, 1)


def incomplete_beta(a: npt.ArrayLike, b: npt.ArrayLike, x: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return the regularised incomplete beta function I_x(a, b) for positive ``a, b`` and ``x`` from 0 to 1.

    Notes
    -----
    The continued fraction DLMF 8.17.22 by the modified Lentz algorithm, of I_x(a, b) where x < (a + 1) / (a + b + 2),
    else of 1 − I_{1−x}(b, a).

    Examples
    --------
    >>> round(float(incomplete_beta(2, 3, 0.5)), 12)
    0.6875
    """
    ones, others, shares = np.broadcast_arrays(*(np.asarray(value, dtype=float) for value in (a, b, x)))
    swapped = shares >= (ones + 1) / (ones + others + 2)
    p, q = np.where(swapped, others, ones), np.where(swapped, ones, others)
    share = np.where(swapped, 1 - shares, shares)
    inside = np.clip(share, _TINY, 1 - 1e-16)
    log_front = p * np.log(inside) + q * np.log1p(-inside) - _log_beta(p, q) - np.log(p)
    tail = np.where(share <= 0, 0.0, np.exp(log_front) * _fraction(p, q, inside))
    return np.asarray(np.where(swapped, 1 - tail, tail), dtype=float)


def f_tail(ratio: float, between: float, within: float) -> float:
    """Return the probability that F with these degrees of freedom exceeds a ratio.

    Examples
    --------
    >>> round(f_tail(4.0, 2, 10), 6)
    0.052922
    """
    return float(incomplete_beta(within / 2, between / 2, within / (within + between * ratio)))


def f_quantile(probability: float, between: float, within: float) -> float:
    """Return the ratio below which F with these degrees of freedom lies with a probability.

    Examples
    --------
    >>> round(f_quantile(0.95, 2, 10), 4)  # any table of F
    4.1028
    """
    low, high = 0.0, 1.0
    for _ in range(200):  # each halves what is left; the share of beta is between 0 and 1
        middle = (low + high) / 2
        if incomplete_beta(between / 2, within / 2, middle) < probability:
            low = middle
        else:
            high = middle
        if high - low <= _EXACT * high:
            break
    return within * low / (between * (1 - low)) if low < 1 else math.inf


def binomial_tail(
    least: npt.ArrayLike, number: npt.ArrayLike, share: npt.ArrayLike
) -> npt.NDArray[np.float64]:  # fmt: skip
    """Return the probability of at least so many of a number of trials; 1 for none.

    Examples
    --------
    >>> binomial_tail([0, 1, 2], 2, 0.5).round(12).tolist()
    [1.0, 0.75, 0.25]
    """
    counts, trials = np.broadcast_arrays(np.asarray(least, dtype=float), np.asarray(number, dtype=float))
    some = np.clip(counts, 1, None)
    tail = incomplete_beta(some, np.maximum(trials - some + 1, 1), share)
    return np.asarray(np.where(counts < 1, 1.0, np.where(counts > trials, 0.0, tail)), dtype=float)


def _log_beta(a: npt.NDArray[np.float64], b: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(_log_gamma(a) + _log_gamma(b) - _log_gamma(a + b), dtype=float)


def _fraction(
    a: npt.NDArray[np.float64], b: npt.NDArray[np.float64], x: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:  # fmt: skip
    upper = np.ones_like(x)
    lower = _nonzero(1 - (a + b) * x / (a + 1))
    lower = 1 / lower
    value = lower.copy()
    for term in range(1, _TERMS):
        even = term * (b - term) * x / ((a + 2 * term - 1) * (a + 2 * term))
        odd = -(a + term) * (a + b + term) * x / ((a + 2 * term) * (a + 2 * term + 1))
        for part in (even, odd):
            lower, upper = 1 / _nonzero(1 + part * lower), _nonzero(1 + part / upper)
            change = lower * upper
            value = value * change
        if (np.abs(change - 1) < _EXACT).all():
            break
    return value


def _nonzero(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.where(np.abs(values) < _TINY, _TINY, values)
