"""Sampling designs and the variance of linearised statistics under them.

A statistic is linearised to one score per row; its variance is that of the sum of weight × score over the primary
sampling units (PSU) within strata, the ultimate-cluster method: Särndal, Swensson & Wretman (1992), Model Assisted
Survey Sampling, sections 5.5 and 6.6; Lumley (2010), Complex Surveys, sections 2.2 and 7.3. The functions take the
scores of the rows of one domain only: rows outside it have score 0 and stay in the design.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from needs_analytics.numerics._arrays import Bools, Floats, Ints, as_codes, as_weights, one_hot

Product = Callable[[Floats, Floats], Floats]
_ROUNDING = 1e-12  # a variance below this share of the sum of squares it is the remainder of is 0


@dataclass(frozen=True)
class Calibration:
    """What raking to margins does to a variance: the regression of the scores on the class dummies.

    Attributes
    ----------
    dummies
        Class dummies of all margins side by side (n, q), sparse.
    projector
        Pseudo-inverse (q, q) that turns ``dummies.T @ (base_weights · scores)`` into regression coefficients.
    base_weights
        Design weights (n,).
    totals
        Weighted dummies summed by PSU.
    form
        Their covariance under the design (q, q).
    """

    dummies: sparse.csr_array
    projector: Floats
    base_weights: Floats
    totals: PsuTotals
    form: Floats


@dataclass(frozen=True)
class Design:
    """Who was drawn together with whom.

    Attributes
    ----------
    weights
        Final weights (n,).
    psu
        PSU of each row, 0 … m − 1; a cluster label used in two strata is two PSUs.
    stratum
        Stratum of each PSU (m,).
    size
        PSUs in each stratum (H,).
    factor
        Weight of a PSU's squared deviation (m,): ``(1 − f) n / (n − 1)``, for a lonely PSU ``1 − f``.
    lonely
        Whether the PSU is the only one of its stratum (m,).
    calibration
        Set if the weights were calibrated.
    """

    weights: Floats
    psu: Ints
    stratum: Ints
    size: Ints
    factor: Floats
    lonely: Bools
    calibration: Calibration | None = None


@dataclass(frozen=True)
class PsuTotals:
    """PSU totals of J variables, only of PSUs that have any, with what centring them needs.

    Attributes
    ----------
    index
        PSUs (k,).
    values
        Totals (k, J).
    by_stratum
        Stratum sums, without lonely PSUs (H, J).
    lonely
        Sum over lonely PSUs, times their factor (J,).
    mean
        Mean over all PSUs of the design (J,).
    """

    index: Ints
    values: Floats
    by_stratum: Floats
    lonely: Floats
    mean: Floats


def build_design(
    weights: npt.ArrayLike,
    *,
    strata: npt.ArrayLike | None = None,
    clusters: npt.ArrayLike | None = None,
    fpc: npt.ArrayLike | None = None,
    calibration: Sequence[npt.ArrayLike] | None = None,
    base_weights: npt.ArrayLike | None = None,
) -> Design:
    """Describe a one-stage design.

    Parameters
    ----------
    weights
        Final weights (n,).
    strata, clusters
        Labels (n,); without clusters every row is its own PSU.
    fpc
        Rows, or clusters, in the population of the row's stratum: (n,) or one number.
    calibration
        One array of class labels (n,) per raking margin.
    base_weights
        Weights before calibration (n,); equal if not given.

    Raises
    ------
    ValueError
        For lengths that differ, weights that are negative or not finite, an `fpc` that varies within a stratum or is
        below the number of PSUs drawn there.
    """
    final = as_weights(weights)
    rows = final.size
    row_stratum = np.zeros(rows, np.int64) if strata is None else as_codes(strata, rows, "strata")
    psu, stratum = _number_psus(row_stratum, clusters)
    size = np.bincount(stratum, minlength=int(row_stratum.max(initial=-1)) + 1)
    fraction = np.zeros(size.size) if fpc is None else size / _population_sizes(fpc, row_stratum, size)
    factor = (1.0 - fraction) * size / np.maximum(size - 1, 1)
    design = Design(final, psu, stratum, size, factor[stratum], size[stratum] == 1)
    if not calibration:
        return design
    base = np.ones(rows) if base_weights is None else as_weights(base_weights, "base_weights")
    if base.size != rows:
        raise ValueError(f"base_weights must have one entry per row ({rows}), got {base.size}")
    return Design(
        final, psu, stratum, size, design.factor, design.lonely, _build_calibration(design, calibration, base)
    )


def _number_psus(row_stratum: Ints, clusters: npt.ArrayLike | None) -> tuple[Ints, Ints]:
    """Return the PSU of each row and the stratum of each PSU."""
    if clusters is None:
        return np.arange(row_stratum.size), row_stratum
    cluster = as_codes(clusters, row_stratum.size, "clusters")
    count = int(cluster.max(initial=0)) + 1
    pairs, psu = np.unique(row_stratum * count + cluster, return_inverse=True)
    return psu.reshape(row_stratum.size), pairs // count


def _population_sizes(fpc: npt.ArrayLike, row_stratum: Ints, size: Ints) -> Floats:
    """Return the population size of each stratum, checked against the sample."""
    by_row = np.broadcast_to(np.asarray(fpc, dtype=np.float64), row_stratum.shape)
    population = np.empty(size.size)
    population[row_stratum] = by_row
    if not np.allclose(population[row_stratum], by_row, rtol=1e-9, atol=0.0):
        raise ValueError("fpc must be the same for all rows of a stratum")
    if np.any(population < size * (1.0 - 1e-9)):
        raise ValueError(
            "fpc is the size of the stratum in the population; it cannot be below the number drawn from it"
        )
    return np.maximum(population, size)


def _build_calibration(design: Design, margins: Sequence[npt.ArrayLike], base: Floats) -> Calibration:
    """Prepare the regression on the margins' dummies, done once per design."""
    rows = design.weights.size
    codes = [as_codes(margin, rows, "calibration margin") for margin in margins]
    dummies = one_hot(codes, [int(code.max(initial=-1)) + 1 for code in codes])
    gram = (dummies.T @ (dummies * base[:, None])).toarray()
    totals = psu_totals(design, np.arange(rows), dummies.toarray())
    form = _form(design, totals, totals, lambda x, y: x.T @ y)
    return Calibration(dummies, np.linalg.pinv(gram, rcond=1e-10, hermitian=True), base, totals, form)


def psu_totals(design: Design, rows: Ints, scores: Floats) -> PsuTotals:
    """Sum weight × score of the given rows (k,), scores (k, J), by PSU."""
    weighted = design.weights[rows, None] * scores
    index, place = np.unique(design.psu[rows], return_inverse=True)
    values = weighted
    if index.size < rows.size or not np.array_equal(index, design.psu[rows]):
        values = sum_by(place.reshape(-1), weighted, index.size)
    lonely = design.lonely[index]
    by_stratum = sum_by(design.stratum[index[~lonely]], values[~lonely], design.size.size)
    alone = design.factor[index[lonely]] @ values[lonely]
    return PsuTotals(index, values, by_stratum, alone, values.sum(axis=0) / max(design.stratum.size, 1))


def sum_by(codes: Ints, values: Floats, size: int) -> Floats:
    """Sum the rows of `values` (k, J) by code; result (size, J)."""
    pick = sparse.csr_array((np.ones(codes.size), (codes, np.arange(codes.size))), shape=(size, codes.size))
    return np.asarray(pick @ values)


def _form(design: Design, left: PsuTotals, right: PsuTotals, product: Product) -> Floats:
    """Bilinear form of the design between two sets of totals; `right.index` holds every PSU of `left.index`.

    Deviations are from the stratum's mean, of a lonely PSU from the mean of all PSUs (the "adjust" rule of R
    ``survey``), so that a stratum of one adds its distance from the others and never nothing.
    """
    within = np.where(design.size > 1, 1.0 / np.maximum(design.size, 1), 0.0) * _stratum_factor(design)
    alone = float(design.factor[design.lonely].sum())
    here = right.values[np.searchsorted(right.index, left.index)]
    value = product(left.values, design.factor[left.index, None] * here)
    value = value - product(left.by_stratum, within[:, None] * right.by_stratum)
    value = value - product(left.mean[None], right.lonely[None]) - product(left.lonely[None], right.mean[None])
    return value + alone * product(left.mean[None], right.mean[None])


def _stratum_factor(design: Design) -> Floats:
    """Return the factor of each stratum (H,), 0 for one without PSUs."""
    factor = np.zeros(design.size.size)
    factor[design.stratum] = design.factor
    return factor


def score_variance(design: Design, rows: Ints, scores: Floats) -> Floats:
    """Variance (J,) of the weighted sums of J scores.

    Parameters
    ----------
    design
        The whole design.
    rows
        Rows of the domain (k,), each once, ascending; all others have score 0.
    scores
        Their scores (k, J).

    Notes
    -----
    With calibration the scores are replaced by their residuals from a regression on the margin dummies with the
    *base* weights, which are then multiplied by the calibrated weights: Deville & Särndal (1992), JASA 87, section 3;
    so does R ``survey`` after ``rake`` and ``postStratify``. NaN in a design of a single PSU.
    """
    return _covariance(design, rows, scores, lambda x, y: np.einsum("ij,ij->j", x, y))


def score_covariance(design: Design, rows: Ints, scores: Floats) -> Floats:
    """Covariance (J, J) of the weighted sums of J scores; arguments as for `score_variance`."""
    covariance = _covariance(design, rows, scores, lambda x, y: x.T @ y)
    return (covariance + covariance.T) / 2.0


def _covariance(design: Design, rows: Ints, scores: Floats, product: Product) -> Floats:
    """Evaluate the form at the totals less their regression on the calibration's totals, multiplied out."""
    totals = psu_totals(design, rows, scores)
    value = _form(design, totals, totals, product)
    if design.stratum.size < 2:
        return np.full_like(value, np.nan)
    if design.calibration is not None:
        rake = design.calibration
        slopes = rake.projector @ (rake.dummies[rows].T @ (rake.base_weights[rows, None] * scores))
        cross = _form(design, totals, rake.totals, lambda x, y: y.T @ x)
        value = value - product(cross, slopes) - product(slopes, cross) + product(slopes, rake.form @ slopes)
    norm = np.sqrt(np.einsum("ij,ij->j", totals.values, design.factor[totals.index, None] * totals.values))[None]
    return np.where(np.abs(value) > _ROUNDING * product(norm, norm), value, 0.0)
