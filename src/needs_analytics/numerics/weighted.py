"""Means, totals and shares of a survey with standard errors that know how the sample was drawn.

The design (strata, clusters, finite population, calibration) is one argument list for all functions; the variance is
Taylor linearisation, see `designs`. For many questions and domains at once use `domain_shares`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from scipy import special

from needs_analytics.numerics._arrays import Floats, as_codes, check_level
from needs_analytics.numerics._variance import Portion, score_variance, sum_by, take_rows
from needs_analytics.numerics.designs import Design, build_design
from needs_analytics.numerics.domains import (
    DomainShares,
    check_answers,
    domain_shares,
    linearise_means,
    share_covariance,
    share_figures,
)
from needs_analytics.numerics.raking import kish

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = [
    "DomainShares",
    "Estimate",
    "domain_shares",
    "share_covariance",
    "survey_mean",
    "survey_share",
    "survey_total",
]

Figures = tuple[npt.NDArray[Any], ...]


@dataclass(frozen=True)
class Estimate:
    """An estimate with what it rests on: scalars, or arrays in sorted order of `by`.

    Attributes
    ----------
    value
        The estimate; NaN where nothing is known.
    se
        Linearised standard error; NaN where fewer than two PSUs answered.
    low, high
        Confidence limits.
    n
        Known answers of positive weight, unweighted.
    n_eff
        Effective sample size: simple random draws (with replacement) that would give the same standard error. `n`
        divided by it is the design effect.
    df
        Degrees of freedom, #PSU − #strata; for a domain see `domains.linearise_means`. Intervals use at least 1.
    labels
        The sorted values of `by`, or None.
    """

    value: Any
    se: Any
    low: Any
    high: Any
    n: Any
    n_eff: Any
    df: Any
    labels: npt.NDArray[Any] | None = None


def survey_mean(
    y: npt.ArrayLike,
    weights: npt.ArrayLike,
    *,
    strata: npt.ArrayLike | None = None,
    clusters: npt.ArrayLike | None = None,
    fpc: npt.ArrayLike | None = None,
    by: npt.ArrayLike | None = None,
    calibration: Sequence[npt.ArrayLike] | None = None,
    base_weights: npt.ArrayLike | None = None,
    level: float = 0.95,
) -> Estimate:
    """Estimate the population mean of `y`.

    Parameters
    ----------
    y
        Values (n,); NaN means unknown and is in neither numerator nor denominator.
    weights
        Final weights (n,).
    strata, clusters
        Labels of strata and clusters (n,); a cluster label used in two strata is two clusters.
    fpc
        Size of the row's stratum in the population, in rows or, with clusters, in clusters; (n,) or one number.
    by
        Domain labels (n,). Every domain keeps the whole design: rows outside it count as zeros.
    calibration
        Raking margins, one integer code array (n,) each, if the weights were calibrated to them.
    base_weights
        Weights before calibration (n,); equal if not given.
    level
        Confidence level of the t interval.

    Raises
    ------
    ValueError
        For lengths that differ, weights that are negative or not finite, an impossible `fpc`.

    Notes
    -----
    Särndal, Swensson & Wretman (1992), sections 5.7 and 10.3; numbers agree with R ``survey::svymean``. A stratum
    with one PSU contributes that PSU's squared distance from the mean of all PSUs, never 0. `n_eff` is the variance
    of `y` over se².
    """
    design = build_design(
        weights, strata=strata, clusters=clusters, fpc=fpc, calibration=calibration, base_weights=base_weights
    )
    return _estimate(_means, y, design, by, level)


def survey_total(
    y: npt.ArrayLike,
    weights: npt.ArrayLike,
    *,
    strata: npt.ArrayLike | None = None,
    clusters: npt.ArrayLike | None = None,
    fpc: npt.ArrayLike | None = None,
    by: npt.ArrayLike | None = None,
    calibration: Sequence[npt.ArrayLike] | None = None,
    base_weights: npt.ArrayLike | None = None,
    level: float = 0.95,
) -> Estimate:
    """Estimate the population total of `y`, over the rows where it is known.

    Parameters are those of `survey_mean`; so are the errors. Unknown values add nothing: the total is not scaled up
    to them.

    Notes
    -----
    Horvitz–Thompson total; agrees with R ``survey::svytotal``. `n_eff` compares with a simple random sample of all
    rows.
    """
    design = build_design(
        weights, strata=strata, clusters=clusters, fpc=fpc, calibration=calibration, base_weights=base_weights
    )
    return _estimate(_totals, y, design, by, level)


def survey_share(
    y: npt.ArrayLike,
    weights: npt.ArrayLike,
    *,
    strata: npt.ArrayLike | None = None,
    clusters: npt.ArrayLike | None = None,
    fpc: npt.ArrayLike | None = None,
    by: npt.ArrayLike | None = None,
    calibration: Sequence[npt.ArrayLike] | None = None,
    base_weights: npt.ArrayLike | None = None,
    level: float = 0.95,
) -> Estimate:
    """Estimate the share of the population with ``y = 1``, with a Korn–Graubard interval.

    Parameters are those of `survey_mean`, but `y` is 1, 0 or NaN (unknown); anything else is a ValueError.

    Notes
    -----
    The standard error is that of the mean, ``n_eff = share · (1 − share) / se²``. A share of 0 or 1 has a linearised
    standard error of 0; `n_eff` is then the Kish effective number of known answers, so that the interval keeps its
    width.
    """
    values = np.asarray(y, dtype=np.float64)
    check_answers(values.reshape(-1, 1), values.size)
    design = build_design(
        weights, strata=strata, clusters=clusters, fpc=fpc, calibration=calibration, base_weights=base_weights
    )
    return _estimate(_shares, values, design, by, level)


def _estimate(
    estimate: Callable[[Design, Portion, Floats, float], Figures],
    y: npt.ArrayLike,
    design: Design,
    by: npt.ArrayLike | None,
    level: float,
) -> Estimate:
    """Run one estimator over the whole sample or every domain."""
    check_level(level)
    values, size = np.asarray(y, dtype=np.float64), design.weights.size
    if values.shape != (size,):
        raise ValueError(f"y must have one value per weight ({size}), got shape {values.shape}")
    labels = None if by is None else np.unique(np.asarray(by))
    codes = np.zeros(size, np.int64) if by is None else as_codes(by, size, "by")
    order = np.argsort(codes, kind="stable")
    part = take_rows(design, order, codes[order], 1 if labels is None else labels.size)
    figures = estimate(design, part, values[order, None], level)
    columns = (column[0, 0].item() if labels is None else column[:, 0] for column in figures)
    value, se, low, high, n, n_eff, df = columns
    return Estimate(value, se, low, high, n, n_eff, df, labels)


def _means(design: Design, part: Portion, values: Floats, level: float) -> Figures:
    means = linearise_means(design, part, values)
    variance = np.where(means.psus > 1, score_variance(design, part, means.scores), np.nan)
    squares = design.weights[part.rows, None] * np.where(np.isnan(values), 0.0, values - means.mean[part.domain]) ** 2
    spread = _spread(sum_by(part.domain, squares, part.count), means.total, means.n)
    n_eff = _effective_size(spread, variance, means.kish)
    return (*_t_limits(means.mean, variance, means.df, level), means.n, n_eff, means.df)


def _totals(design: Design, part: Portion, values: Floats, level: float) -> Figures:
    means = linearise_means(design, part, values)
    filled = np.where(np.isnan(values), 0.0, values)
    variance = score_variance(design, part, filled)
    value = sum_by(part.domain, design.weights[part.rows, None] * filled, part.count)
    n_eff = _effective_size(_spread_of_zeros(design, part, filled, value), variance, _everyone(design)[2])
    value = np.where(means.n > 0, value, np.nan)
    return (*_t_limits(value, variance, means.df, level), means.n, n_eff, means.df)


def _shares(design: Design, part: Portion, values: Floats, level: float) -> Figures:
    means = linearise_means(design, part, values)
    value, se, low, high, n, _, n_eff, df = share_figures(
        design, means, score_variance(design, part, means.scores), level
    )
    return value, se, low, high, n, n_eff, df


def _spread(squares: Floats, total: Floats, n: npt.ArrayLike) -> Floats:
    """Weighted variance of n known values, with the n / (n − 1) of R ``survey::svyvar``; NaN below two."""
    count = np.asarray(n, dtype=np.float64)
    usable = (count > 1) & (total > 0)
    return np.where(usable, squares / np.where(usable, total, 1.0) * count / np.where(usable, count - 1.0, 1.0), np.nan)


def _spread_of_zeros(design: Design, part: Portion, filled: Floats, value: Floats) -> Floats:
    """Variance of what the rows add to each domain's total, 0 from those outside, at the scale of the total."""
    whole, n, _ = _everyone(design)
    mean = value / whole if whole > 0 else np.zeros_like(value)
    weights = design.weights[part.rows, None]
    inside = sum_by(part.domain, weights * (filled - mean[part.domain]) ** 2, part.count)
    outside = (whole - sum_by(part.domain, weights, part.count)) * mean**2
    return _spread(inside + outside, np.full_like(value, whole), n) * whole**2


def _everyone(design: Design) -> tuple[float, int, float]:
    """Return the sum of all weights, how many are positive, and their Kish effective number."""
    whole = float(design.weights.sum())
    return whole, int((design.weights > 0).sum()), kish(design.weights)[1]


def _effective_size(spread: Floats, variance: Floats, otherwise: npt.ArrayLike) -> Floats:
    """Draws that would give this variance; where there is none to compare, what stands for it."""
    usable = (variance > 0) & np.isfinite(spread) & (spread > 0)
    return np.where(usable, spread / np.where(usable, variance, 1.0), otherwise)


def _t_limits(value: Floats, variance: Floats, df: Floats, level: float) -> tuple[Floats, Floats, Floats, Floats]:
    """Return value, se, low and high of a t interval; an unknown se leaves the whole line."""
    known = np.isfinite(variance) & np.isfinite(value)
    se = np.where(known, np.sqrt(np.maximum(np.where(known, variance, 0.0), 0.0)), np.nan)
    half = np.where(known, special.stdtrit(np.maximum(df, 1.0), 1.0 - check_level(level)) * se, np.inf)
    middle = np.where(known, value, 0.0)
    return value, se, middle - half, middle + half
