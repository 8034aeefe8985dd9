"""Shares of many yes/no questions in many overlapping domains of one survey, at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from needs_analytics.numerics._arrays import Bools, Floats, Ints, check_level
from needs_analytics.numerics.designs import Design, build_design, score_covariance, score_variance, sum_by
from needs_analytics.numerics.intervals import korn_graubard

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@dataclass(frozen=True)
class DomainShares:
    """Shares of J questions in K domains; every array is (K, J).

    Attributes
    ----------
    value
        Weighted share of yes among the known answers; NaN where there are none.
    se
        Its linearised standard error: 0 where the share is 0 or 1, NaN where fewer than two PSUs answered.
    low, high
        Korn–Graubard interval; [0, 1] where nothing is known.
    n, n_yes
        Known answers and yes answers with positive weight, unweighted.
    n_eff
        ``share · (1 − share) / se²``; where that has no meaning (se 0 or NaN) the Kish effective number of known
        answers.
    df
        Degrees of freedom of the standard error, see `linearise_means`.
    """

    value: Floats
    se: Floats
    low: Floats
    high: Floats
    n: Ints
    n_yes: Ints
    n_eff: Floats
    df: Floats


@dataclass(frozen=True)
class Linearised:
    """Weighted means of J variables in one domain, with the scores whose weighted sums have the means' variance.

    Attributes
    ----------
    mean
        Weighted means of the known values (J,).
    scores
        Linearised values of the domain's rows (k, J).
    n, n_yes
        Known values, and known values that are not 0, of positive weight (J,).
    kish
        Kish effective number of known values, ``(Σw)² / Σw²`` (J,).
    psus
        PSUs with a known value (J,).
    df
        Degrees of freedom (J,).
    """

    mean: Floats
    scores: Floats
    n: Ints
    n_yes: Ints
    kish: Floats
    psus: Ints
    df: Floats


def linearise_means(design: Design, rows: Ints, values: Floats) -> Linearised:
    """Linearise the weighted means of `values` (k, J; NaN unknown) over the given rows (k,).

    Notes
    -----
    A mean is a ratio of totals, so its score is ``(y − mean) / Σw`` inside the domain of known values and 0 outside
    (Särndal, Swensson & Wretman 1992, section 5.7).

    Degrees of freedom are the PSUs with a known value less the strata, where a stratum counts by the part of its PSUs
    that the domain holds: ``Σ_h m_h (1 − 1/n_h)``, at most ``Σ m_h − 1``. For a domain of whole strata, or without
    strata, this is the usual #PSU − #strata (Korn & Graubard 1999, Analysis of Health Surveys, section 5.2).
    """
    weights = design.weights[rows, None] * ~np.isnan(values)
    known = weights > 0
    filled = np.where(known, values, 0.0)
    total = weights.sum(axis=0)
    safe = np.where(total > 0, total, 1.0)
    n, n_yes = known.sum(axis=0), (filled != 0).sum(axis=0)
    mean = np.where(n > 0, (weights * filled).sum(axis=0) / safe, np.nan)
    scores = np.where(known, (filled - mean) / safe, 0.0)
    squares = (weights**2).sum(axis=0)
    kish = np.where(n > 0, total**2 / np.where(squares > 0, squares, 1.0), 0.0)
    psus, df = _count_psus(design, rows, known)
    return Linearised(mean, scores, n, n_yes, kish, psus, df)


def _count_psus(design: Design, rows: Ints, known: Bools) -> tuple[Ints, Floats]:
    """Return how many PSUs have a known value (J,) and the degrees of freedom they leave (J,)."""
    index, place = np.unique(design.psu[rows], return_inverse=True)
    present = sum_by(place.reshape(-1), known.astype(np.float64), index.size) > 0
    psus = present.sum(axis=0)
    df = np.round((1.0 - 1.0 / design.size[design.stratum[index]]) @ present, 9)  # whole where it should be
    return psus, np.maximum(np.minimum(df, psus - 1.0), 0.0)


def share_limits(design: Design, means: Linearised, variance: Floats, level: float) -> tuple[Floats, ...]:
    """Return se, low, high and n_eff (J,) of linearised shares with the given variances (J,).

    The interval credits stratification with its gain, as R ``survey::svyciprop`` does. After calibration it takes at
    most n answers: the residuals are fitted to the very answers they judge, and n_eff beyond n made intervals cover
    too little.
    """
    estimable = (means.psus > 1) & np.isfinite(variance)
    se = np.where(estimable, np.sqrt(np.maximum(variance, 0.0)), np.nan)
    usable = estimable & (variance > 0)
    n_eff = np.where(usable, means.mean * (1.0 - means.mean) / np.where(usable, variance, 1.0), means.kish)
    most = np.inf if design.calibration is None else means.n
    low, high = korn_graubard(means.mean, np.minimum(n_eff, most), means.df, means.n, level)
    return se, low, high, n_eff


def domain_shares(
    answers: npt.ArrayLike,
    weights: npt.ArrayLike,
    domains: npt.ArrayLike | sparse.sparray | sparse.spmatrix,
    *,
    strata: npt.ArrayLike | None = None,
    clusters: npt.ArrayLike | None = None,
    fpc: npt.ArrayLike | None = None,
    calibration: Sequence[npt.ArrayLike] | None = None,
    base_weights: npt.ArrayLike | None = None,
    level: float = 0.95,
) -> DomainShares:
    """Estimate the share of yes to each of J questions in each of K domains.

    Cell by cell the same as `weighted.survey_share`; the work is one pass of matrix products over the rows of each
    domain.

    Parameters
    ----------
    answers
        1 yes, 0 no, NaN unknown (n, J).
    weights
        Final weights (n,).
    domains
        Membership (n, K), bool or sparse; domains may overlap.
    strata, clusters, fpc, calibration, base_weights
        The design, as for `designs.build_design`.
    level
        Confidence level.

    Raises
    ------
    ValueError
        For answers other than 0, 1 and NaN, and for shapes that do not fit.
    """
    check_level(level)
    design = build_design(
        weights, strata=strata, clusters=clusters, fpc=fpc, calibration=calibration, base_weights=base_weights
    )
    values = check_answers(answers, design.weights.size)
    columns = [share_row(design, rows, values[rows], level) for rows in _domain_rows(domains, values.shape[0])]
    shape = (len(columns), values.shape[1])
    stacked = [np.array([column[i] for column in columns]).reshape(shape) for i in range(8)]
    return DomainShares(*stacked)


def share_row(design: Design, rows: Ints, values: Floats, level: float) -> tuple[npt.NDArray[Any], ...]:
    """Return the eight arrays (J,) of `DomainShares` for the domain of the given rows (k,) and answers (k, J)."""
    means = linearise_means(design, rows, values)
    se, low, high, n_eff = share_limits(design, means, score_variance(design, rows, means.scores), level)
    return means.mean, se, low, high, means.n, means.n_yes, n_eff, means.df


def _domain_rows(domains: npt.ArrayLike | sparse.sparray | sparse.spmatrix, size: int) -> Iterator[Ints]:
    """Yield the rows of each domain, ascending."""
    dense_or_sparse = domains if sparse.issparse(domains) else np.asarray(domains, dtype=bool)
    if dense_or_sparse.ndim != 2 or dense_or_sparse.shape[0] != size:
        raise ValueError(f"domains must have one row per answer ({size}) and one column per domain")
    matrix = sparse.csc_array(dense_or_sparse, dtype=bool)
    matrix.eliminate_zeros()
    matrix.sort_indices()
    for start, end in zip(matrix.indptr[:-1], matrix.indptr[1:], strict=True):
        yield matrix.indices[start:end].astype(np.int64)


def check_answers(answers: npt.ArrayLike, size: int) -> Floats:
    """Return `answers` as floats (n, J); ValueError unless they are 0, 1 or NaN and there is one row per weight."""
    values = np.asarray(answers, dtype=np.float64)
    if values.ndim != 2 or values.shape[0] != size:
        raise ValueError(f"answers must have one row per weight ({size}), got shape {values.shape}")
    if not np.all(np.isnan(values) | (values == 0) | (values == 1)):
        raise ValueError("answers must be 1 (yes), 0 (no) or NaN (unknown)")
    return values


def share_covariance(
    answers: npt.ArrayLike,
    weights: npt.ArrayLike,
    domain: npt.ArrayLike,
    *,
    strata: npt.ArrayLike | None = None,
    clusters: npt.ArrayLike | None = None,
    fpc: npt.ArrayLike | None = None,
    calibration: Sequence[npt.ArrayLike] | None = None,
    base_weights: npt.ArrayLike | None = None,
) -> Floats:
    """Covariance (J, J) of the shares of J questions in one domain.

    Parameters
    ----------
    answers, weights, strata, clusters, fpc, calibration, base_weights
        As for `domain_shares`.
    domain
        Membership (n,), bool.

    Returns
    -------
    array
        Symmetric; its diagonal is ``se²`` of `domain_shares`, with NaN rows and columns where that is NaN.
    """
    design = build_design(
        weights, strata=strata, clusters=clusters, fpc=fpc, calibration=calibration, base_weights=base_weights
    )
    values = check_answers(answers, design.weights.size)
    rows = next(_domain_rows(np.asarray(domain, dtype=bool).reshape(-1, 1), values.shape[0]))
    means = linearise_means(design, rows, values[rows])
    covariance = score_covariance(design, rows, means.scores)
    covariance[means.psus < 2, :] = np.nan
    covariance[:, means.psus < 2] = np.nan
    return covariance
