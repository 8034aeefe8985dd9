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

from needs_analytics.numerics._arrays import Floats, Ints, as_codes, check_level
from needs_analytics.numerics.designs import Design, build_design, score_variance
from needs_analytics.numerics.domains import (
    DomainShares,
    Linearised,
    check_answers,
    domain_shares,
    linearise_means,
    share_covariance,
    share_row,
)

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

_Row = tuple[float, float, float, float, int, float, float]


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
    return _estimate(_mean_row, y, design, by, level)


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
    return _estimate(_total_row, y, design, by, level)


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
    return _estimate(_share_row, values, design, by, level)


def _estimate(
    estimate_row: Callable[[Design, Ints, Floats, float], _Row],
    y: npt.ArrayLike,
    design: Design,
    by: npt.ArrayLike | None,
    level: float,
) -> Estimate:
    """Run one estimator over the whole sample or each domain."""
    check_level(level)
    values, size = np.asarray(y, dtype=np.float64), design.weights.size
    if values.shape != (size,):
        raise ValueError(f"y must have one value per weight ({size}), got shape {values.shape}")
    if by is None:
        return Estimate(*estimate_row(design, np.arange(size), values, level))
    codes = as_codes(by, size, "by")
    labels = np.unique(np.asarray(by))
    order = np.argsort(codes, kind="stable")
    pieces = np.split(order, np.searchsorted(codes[order], np.arange(1, labels.size)))[: labels.size]
    rows = [estimate_row(design, piece, values[piece], level) for piece in pieces]
    value, se, low, high, n, n_eff, df = (np.array([row[i] for row in rows]) for i in range(7))
    return Estimate(value, se, low, high, n, n_eff, df, labels)


def _mean_row(design: Design, rows: Ints, values: Floats, level: float) -> _Row:
    means = linearise_means(design, rows, values[:, None])
    variance = float(score_variance(design, rows, means.scores)[0]) if means.psus[0] > 1 else np.nan
    n_eff = _effective_size(_spread(design.weights[rows], values, means), variance, float(means.kish[0]))
    value, n, df = float(means.mean[0]), int(means.n[0]), float(means.df[0])
    return (value, *_t_limits(value, variance, df, level), n, n_eff, df)


def _total_row(design: Design, rows: Ints, values: Floats, level: float) -> _Row:
    means = linearise_means(design, rows, values[:, None])
    filled = np.where(np.isnan(values), 0.0, values)
    variance = float(score_variance(design, rows, filled[:, None])[0])
    everyone = np.zeros(design.weights.size)
    everyone[rows] = filled
    whole = linearise_means(design, np.arange(everyone.size), everyone[:, None])
    spread = _spread(design.weights, everyone, whole) * float(design.weights.sum()) ** 2
    n_eff = _effective_size(spread, variance, float(whole.kish[0]))
    value, n, df = float(design.weights[rows] @ filled), int(means.n[0]), float(means.df[0])
    return (value if n else np.nan, *_t_limits(value, variance, df, level), n, n_eff, df)


def _share_row(design: Design, rows: Ints, values: Floats, level: float) -> _Row:
    value, se, low, high, n, _, n_eff, df = (part[0] for part in share_row(design, rows, values[:, None], level))
    return float(value), float(se), float(low), float(high), int(n), float(n_eff), float(df)


def _spread(weights: Floats, values: Floats, means: Linearised) -> float:
    """Weighted variance of the known values, with the n / (n − 1) of R ``survey::svyvar``; NaN below two."""
    known = ~np.isnan(values) & (weights > 0)
    n = int(means.n[0])
    if n < 2:
        return np.nan
    w = weights[known]
    return float(w @ (values[known] - means.mean[0]) ** 2 / w.sum() * n / (n - 1))


def _effective_size(spread: float, variance: float, kish: float) -> float:
    """Draws that would give this variance; where there is none to compare, the Kish number."""
    return spread / variance if variance > 0 and np.isfinite(spread) and spread > 0 else kish


def _t_limits(value: float, variance: float, df: float, level: float) -> tuple[float, float, float]:
    """Return se, low and high of a t interval; an unknown se leaves the whole line."""
    if not np.isfinite(variance) or not np.isfinite(value):
        return np.nan, -np.inf, np.inf
    se = float(np.sqrt(max(variance, 0.0)))
    half = float(special.stdtrit(max(df, 1.0), 1.0 - check_level(level))) * se
    return se, value - half, value + half
