"""Confidence intervals of shares that stay inside [0, 1] and make sense at 0 and 1."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import special

from needs_analytics.numerics._arrays import Floats, check_level


def korn_graubard(
    share: npt.ArrayLike,
    n_eff: npt.ArrayLike,
    df: npt.ArrayLike | None = None,
    n: npt.ArrayLike | None = None,
    level: float = 0.95,
) -> tuple[Floats, Floats]:
    """Clopper–Pearson interval of a survey share at its effective sample size.

    Parameters
    ----------
    share
        Estimated shares, any shape; NaN means that nothing was observed.
    n_eff
        Effective sample sizes, ``share · (1 − share) / variance``.
    df, n
        Degrees of freedom of the variance and number of answers. With both, `n_eff` is multiplied by
        ``(t[n−1] / t[df])²``; numbers below 1 count as 1.
    level
        Confidence level.

    Returns
    -------
    tuple of arrays
        Lower and upper limits, broadcast over the input. [0, 1] where `n_eff` is 0 or anything is NaN.

    Notes
    -----
    Korn & Graubard (1998), Confidence intervals for proportions with small expected number of positive counts
    estimated from survey data, Survey Methodology 24, 193–201. Like R ``survey::svyciprop(method="beta")`` the
    effective size is not cut off at `n`: a stratified sample may be worth more than a simple random one. Who wants
    the cut of the NCHS presentation standards passes ``np.minimum(n_eff, n)``.
    """
    tail = check_level(level)
    p, size = np.broadcast_arrays(np.asarray(share, float), np.asarray(n_eff, float))
    if df is not None and n is not None:
        size = size * _t_ratio(np.asarray(n, float) - 1.0, np.asarray(df, float), tail)
        p = np.broadcast_to(p, size.shape)
    if np.any((p < 0) | (p > 1)) or np.any(size < 0):
        raise ValueError("shares must lie in [0, 1] and effective sample sizes must not be negative")
    size = np.minimum(size, 1e12)  # an infinite size stands for a share known exactly
    known = np.isfinite(p) & (size > 0)
    yes, no = np.where(known, p * size, 0.0), np.where(known, (1.0 - p) * size, 0.0)
    low = np.where(yes > 0, special.betaincinv(np.maximum(yes, 1e-300), no + 1.0, tail), 0.0)
    high = np.where(no > 0, special.betaincinv(yes + 1.0, np.maximum(no, 1e-300), 1.0 - tail), 1.0)
    return low, high


def _t_ratio(df_srs: Floats, df: Floats, tail: float) -> Floats:
    """Squared ratio of the t quantile of a simple random sample to that of the design, (t[n−1] / t[df])²."""
    return np.asarray((_t_quantile(df_srs, tail) / _t_quantile(df, tail)) ** 2, dtype=np.float64)


def _t_quantile(df: Floats, tail: float) -> Floats:
    """Look the quantile up once for every number of degrees of freedom; below 1 counts as 1."""
    distinct, place = np.unique(np.maximum(df, 1.0), return_inverse=True)
    return np.asarray(special.stdtrit(distinct, tail), dtype=np.float64)[place].reshape(df.shape)


def wilson(successes: npt.ArrayLike, n: npt.ArrayLike, level: float = 0.95) -> tuple[Floats, Floats]:
    """Score interval of a binomial share.

    Parameters
    ----------
    successes, n
        Numbers of successes and of trials, any shape; need not be whole.
    level
        Confidence level.

    Returns
    -------
    tuple of arrays
        Lower and upper limits; [0, 1] where `n` is 0.

    Notes
    -----
    Wilson (1927), Probable inference, the law of succession, and statistical inference, JASA 22, 209–212; equation 4
    of Brown, Cai & DasGupta (2001), Statistical Science 16, 101–133.
    """
    z = float(special.ndtri(1.0 - check_level(level)))
    x, size = np.broadcast_arrays(np.asarray(successes, float), np.asarray(n, float))
    if np.any((x < 0) | (x > size)):
        raise ValueError("successes must lie between 0 and n")
    safe = np.where(size > 0, size, 1.0)
    centre = (x + z * z / 2.0) / (safe + z * z)
    half = z / (safe + z * z) * np.sqrt(np.maximum(x * (safe - x) / safe, 0.0) + z * z / 4.0)
    # at 0 and n the limit is exactly 0 or 1; rounding must not push it past
    low = np.where((size > 0) & (x > 0), np.clip(centre - half, 0.0, 1.0), 0.0)
    high = np.where((size > 0) & (x < size), np.clip(centre + half, 0.0, 1.0), 1.0)
    return low, high
