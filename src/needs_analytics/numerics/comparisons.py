"""Differences between estimates, and many tests at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import stats

from needs_analytics.numerics._arrays import Floats, check_level


@dataclass(frozen=True)
class Difference:
    """Second estimate less the first; numbers, or arrays broadcast over the input.

    Attributes
    ----------
    diff
        The difference.
    se
        Its standard error.
    low, high
        Confidence limits.
    p
        Two-sided p-value of no difference; NaN where the standard error is 0 or unknown.
    """

    diff: Any
    se: Any
    low: Any
    high: Any
    p: Any


def difference(
    share1: npt.ArrayLike,
    se1: npt.ArrayLike,
    share2: npt.ArrayLike,
    se2: npt.ArrayLike,
    df: npt.ArrayLike | None = None,
    *,
    level: float = 0.95,
    covariance: npt.ArrayLike = 0.0,
) -> Difference:
    """Compare two shares by the t interval of ``share2 − share1``.

    Parameters
    ----------
    share1, se1
        First (earlier) shares and standard errors.
    share2, se2
        Second (later) ones.
    df
        Degrees of freedom; normal limits if not given.
    level
        Confidence level.
    covariance
        Of the two estimates, from persons who are in both samples: ``Var = se1² + se2² − 2 · covariance``.

    Notes
    -----
    Kish (1965), Survey Sampling, section 12.4. Where a share is 0 or 1 its linearised standard error is 0 and this
    interval too short; `difference_of_intervals` is not.
    """
    first, s1, second, s2, cov = np.broadcast_arrays(
        *(np.asarray(part, dtype=np.float64) for part in (share1, se1, share2, se2, covariance))
    )
    freedom = np.maximum(np.asarray(np.inf if df is None else df, dtype=np.float64), 1.0)
    diff = second - first
    se = np.sqrt(np.maximum(s1**2 + s2**2 - 2.0 * cov, 0.0))
    tail = check_level(level)
    half = stats.t.isf(tail, freedom) * se
    t = np.abs(diff) / np.where(se > 0, se, np.nan)
    p = 2.0 * stats.t.sf(t, freedom)
    low, high = np.maximum(diff - half, -1.0), np.minimum(diff + half, 1.0)
    return Difference(*(_plain(part) for part in (diff, se, low, high, p)))


def difference_of_intervals(
    share1: npt.ArrayLike,
    interval1: tuple[npt.ArrayLike, npt.ArrayLike],
    share2: npt.ArrayLike,
    interval2: tuple[npt.ArrayLike, npt.ArrayLike],
    *,
    correlation: npt.ArrayLike = 0.0,
) -> tuple[Floats, Floats]:
    """Interval of ``share2 − share1`` put together from the intervals of the two shares, good also at 0 and 1.

    Parameters
    ----------
    share1, share2
        The shares.
    interval1, interval2
        Their lower and upper limits at one and the same level, for instance Korn–Graubard.
    correlation
        Of the two estimates; 0 for separate samples.

    Returns
    -------
    tuple of arrays
        Lower and upper limits, inside [−1, 1].

    Notes
    -----
    Zou & Donner (2008), Statistics in Medicine 27, 1693–1702, equations 2 and 3 (method of variance estimates
    recovery); with Wilson intervals it is method 10 of Newcombe (1998), Statistics in Medicine 17, 873–890.
    """
    p1, l1, u1, p2, l2, u2, rho = np.broadcast_arrays(
        *(np.asarray(part, dtype=np.float64) for part in (share1, *interval1, share2, *interval2, correlation))
    )
    down = (p2 - l2) ** 2 + (u1 - p1) ** 2 - 2.0 * rho * (p2 - l2) * (u1 - p1)
    up = (u2 - p2) ** 2 + (p1 - l1) ** 2 - 2.0 * rho * (u2 - p2) * (p1 - l1)
    diff = p2 - p1
    low = np.maximum(diff - np.sqrt(np.maximum(down, 0.0)), -1.0)
    high = np.minimum(diff + np.sqrt(np.maximum(up, 0.0)), 1.0)
    return low, high


def _plain(array: Any) -> Any:
    """Return a float for a 0-dimensional array, else the array."""
    return float(array) if np.ndim(array) == 0 else array
