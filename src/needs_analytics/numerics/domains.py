"""Shares of many yes/no questions in many overlapping domains of one survey, at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from needs_analytics.numerics._arrays import Bools, Floats, Ints, check_level
from needs_analytics.numerics._variance import Portion, score_covariance, score_variance, sum_by, take_rows
from needs_analytics.numerics.designs import Design, build_design
from needs_analytics.numerics.intervals import korn_graubard

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_BLOCK = 2_000_000
_KINDS = (float, float, float, float, np.int64, np.int64, float, float)


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
    """Weighted means of J variables in K domains, with the scores whose weighted sums have the means' variance.

    Attributes
    ----------
    mean
        Weighted means of the known values (K, J).
    scores
        Linearised values of the domains' rows (k, J).
    n, n_yes
        Known values, and known values that are not 0, of positive weight (K, J).
    total
        Weight of the known values (K, J).
    kish
        Kish effective number of known values, ``(Σw)² / Σw²`` (K, J).
    psus
        PSUs with a known value (K, J).
    df
        Degrees of freedom (K, J).
    unseen
        Part of the population, by weight, that was not drawn (K, J); 1 without `fpc`.
    """

    mean: Floats
    scores: Floats
    n: Ints
    n_yes: Ints
    total: Floats
    kish: Floats
    psus: Ints
    df: Floats
    unseen: Floats


def linearise_means(design: Design, part: Portion, values: Floats) -> Linearised:
    """Linearise the weighted means of `values` (k, J; NaN unknown) over the rows of each domain.

    Notes
    -----
    A mean is a ratio of totals, so its score is ``(y − mean) / Σw`` inside the domain of known values and 0 outside
    (Särndal, Swensson & Wretman 1992, section 5.7).

    Degrees of freedom are the PSUs with a known value less the strata, where a stratum counts by the part of its PSUs
    that the domain holds: ``Σ_h m_h (1 − 1/n_h)``, at most ``Σ m_h − 1``. For a domain of whole strata, or without
    strata, this is the usual #PSU − #strata (Korn & Graubard 1999, Analysis of Health Surveys, section 5.2).
    """
    weights = design.weights[part.rows, None] * ~np.isnan(values)
    known = weights > 0
    filled = np.where(known, values, 0.0)
    total = sum_by(part.domain, weights, part.count)
    safe = np.where(total > 0, total, 1.0)
    n, n_yes = (sum_by(part.domain, hit, part.count).astype(np.int64) for hit in (known, filled != 0))
    mean = np.where(n > 0, sum_by(part.domain, weights * filled, part.count) / safe, np.nan)
    scores = np.where(known, (filled - mean[part.domain]) / safe[part.domain], 0.0)
    squares = sum_by(part.domain, weights**2, part.count)
    kish = np.where(n > 0, total**2 / np.where(squares > 0, squares, 1.0), 0.0)
    psus, df = _count_psus(design, part, known)
    return Linearised(mean, scores, n, n_yes, total, kish, psus, df, _unseen(design, part, weights, total))


def _unseen(design: Design, part: Portion, weights: Floats, total: Floats) -> Floats:
    """Return the part of each domain's population that was not drawn, by the weights (k, J) of the known values."""
    if np.all(design.unseen == 1.0):
        return np.ones_like(total)
    drawn = sum_by(part.domain, weights * design.unseen[design.psu[part.rows], None], part.count)
    return np.divide(drawn, total, out=np.ones_like(total), where=total > 0)


def _count_psus(design: Design, part: Portion, known: Bools) -> tuple[Ints, Floats]:
    """Return how many PSUs have a known value (K, J) and the degrees of freedom they leave (K, J)."""
    present = sum_by(part.pair, known, part.psu.size) > 0
    psus = sum_by(part.owner, present, part.count).astype(np.int64)
    free = (1.0 - 1.0 / design.size[design.stratum[part.psu]])[:, None]
    df = np.round(sum_by(part.owner, free * present, part.count), 9)  # whole where it should be
    return psus, np.maximum(np.minimum(df, psus - 1.0), 0.0)


def share_figures(
    design: Design, means: Linearised, variance: Floats, level: float, *, bounded: bool = True
) -> tuple[npt.NDArray[Any], ...]:
    """Return the arrays (K, J) of `DomainShares` from linearised shares with the given variances (K, J).

    The interval credits stratification with its gain, as R ``survey::svyciprop`` does. After calibration it takes at
    most n answers: the residuals are fitted to the very answers they judge, and n_eff beyond n made intervals cover
    too little. Weights that are not ``bounded`` leave at most the Kish number.

    Where all known answers are alike their variance is 0, but not that of the population. Of a finite one only the
    part that was not drawn is in doubt: its share has the interval of ``n_eff · (1 − f)`` answers, ``1/n + 1/(N − n)``
    for 1/n, and the limits are as far from the estimate as that part is large: the width goes to 0 as the count is
    complete, and a complete count is known exactly. By the hypergeometric distribution intervals of simple samples hold
    94.3 % or more for f up to .5; above, shares of a few in N fall between the limits (90 % at .8, 80 % where one in
    hundreds is missing).
    """
    estimable = (means.psus > 1) & np.isfinite(variance)
    se = np.where(estimable, np.sqrt(np.maximum(variance, 0.0)), np.nan)
    usable = estimable & (variance > 0)
    n_eff = np.where(usable, means.mean * (1.0 - means.mean) / np.where(usable, variance, 1.0), means.kish)
    n_eff = n_eff if bounded else np.minimum(n_eff, means.kish)
    most = np.inf if design.calibration is None else means.n
    answers = np.minimum(n_eff, most) * np.where(usable, 1.0, means.unseen)
    limits = korn_graubard(means.mean, answers, means.df, means.n, level)
    doubt = np.where(usable | (means.n == 0), 1.0, means.unseen)
    known = np.where(means.n > 0, means.mean, 0.0)
    low, high = (np.where(doubt < 1, known + doubt * (limit - known), limit) for limit in limits)
    return means.mean, se, low, high, means.n, means.n_yes, n_eff, means.df


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
    bounded: bool = True,
) -> DomainShares:
    """Estimate the share of yes to each of J questions in each of K domains.

    Cell by cell the same as `weighted.survey_share`, by matrix products over as many domains at a time as fit into a
    few megabytes.

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
    bounded
        Whether no answer outweighs the others by far. Where some do, they alone make the variance and are too few to
        tell it: n_eff is then at most the Kish effective number.

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
    matrix = _membership(domains, design.weights.size)
    made = [np.zeros((matrix.shape[1], values.shape[1]), kind) for kind in _KINDS]
    classes = 0 if design.calibration is None else design.calibration.dummies.shape[1]
    for start, stop, width in _blocks(matrix.indptr.astype(np.int64), values.shape[1], classes):
        rows = matrix.indices[matrix.indptr[start] : matrix.indptr[stop]].astype(np.int64)
        domain = np.repeat(np.arange(stop - start), np.diff(matrix.indptr[start : stop + 1]))
        part = take_rows(design, rows, domain, stop - start)
        for first in range(0, values.shape[1], width):
            columns = slice(first, first + width)
            means = linearise_means(design, part, values[rows, columns])
            figures = share_figures(design, means, score_variance(design, part, means.scores), level, bounded=bounded)
            for whole, piece in zip(made, figures, strict=True):
                whole[start:stop, columns] = piece
    return DomainShares(*made)


def _blocks(pointer: Ints, questions: int, classes: int) -> Iterator[tuple[int, int, int]]:
    """Cut domains, and where one is too large the questions too, so that an array of scores has ``_BLOCK`` numbers.

    Yield the first domain of a block, the one after its last, and how many questions at a time.
    """
    start, last = 0, pointer.size - 1
    cost = pointer + classes * np.arange(pointer.size)
    while start < last:
        stop = max(start + 1, int(np.searchsorted(cost, cost[start] + _BLOCK // max(questions, 1), side="right")) - 1)
        yield start, stop, max(1, _BLOCK // max(1, int(cost[stop] - cost[start])))
        start = stop


def _membership(domains: npt.ArrayLike | sparse.sparray | sparse.spmatrix, size: int) -> sparse.csc_array:
    """Return the members of each domain, ascending."""
    dense_or_sparse = domains if sparse.issparse(domains) else np.asarray(domains, dtype=bool)
    if dense_or_sparse.ndim != 2 or dense_or_sparse.shape[0] != size:
        raise ValueError(f"domains must have one row per answer ({size}) and one column per domain")
    matrix = sparse.csc_array(dense_or_sparse, dtype=bool)
    matrix.eliminate_zeros()
    matrix.sort_indices()
    return matrix


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
    rows = np.flatnonzero(np.asarray(domain, dtype=bool))
    part = take_rows(design, rows, np.zeros(rows.size, np.int64), 1)
    means = linearise_means(design, part, values[rows])
    covariance = score_covariance(design, part, means.scores)
    alone = means.psus[0] < 2
    covariance[alone, :] = np.nan
    covariance[:, alone] = np.nan
    return covariance
