"""The variance of weighted sums of scores under a design: many scores in many domains by a few matrix products.

The rows of several domains stand one domain after the other, and what is summed by primary sampling unit (PSU) is
summed by (PSU, domain). Rows outside a domain have score 0: they add nothing to a sum, and the means that deviations
are taken from still count them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from needs_analytics.numerics._arrays import Bools, Floats, Ints

if TYPE_CHECKING:
    from needs_analytics.numerics.designs import Calibration, Design

Product = Callable[[Ints, Floats, Floats], Floats]
_ROUNDING = 1e-10  # a variance below this share of the sum of squares it is the remainder of is 0


@dataclass(frozen=True)
class Portion:
    """Rows of K domains, domain after domain, and the PSUs and strata they are in.

    Attributes
    ----------
    rows, domain
        Rows (k,) and the domain of each, ascending; a row may be in several domains.
    count
        K.
    pair
        The (PSU, domain) of each row (k,).
    psu, owner
        PSU and domain of each pair (p,).
    cell
        The (stratum, domain) of each pair (p,).
    stratum, cell_owner
        Stratum and domain of each cell (c,).
    """

    rows: Ints
    domain: Ints
    count: int
    pair: Ints
    psu: Ints
    owner: Ints
    cell: Ints
    stratum: Ints
    cell_owner: Ints


@dataclass(frozen=True)
class Totals:
    """Totals of J variables.

    Attributes
    ----------
    values, by_stratum
        By pair (p, J) and by cell (c, J).
    lonely
        Sum over the lonely PSUs of each domain, times their factor (K, J).
    mean
        Mean over all PSUs of the design (K, J).
    """

    values: Floats
    by_stratum: Floats
    lonely: Floats
    mean: Floats


def take_rows(design: Design, rows: Ints, domain: Ints, count: int) -> Portion:
    """Look up the PSUs and strata of rows (k,) of `count` domains, the domain of each ascending (k,)."""
    psus, strata = max(design.stratum.size, 1), max(design.size.size, 1)
    pairs, pair = np.unique(domain * psus + design.psu[rows], return_inverse=True)
    psu, owner = pairs % psus, pairs // psus
    cells, cell = np.unique(owner * strata + design.stratum[psu], return_inverse=True)
    return Portion(rows, domain, count, pair.reshape(-1), psu, owner, cell.reshape(-1), cells % strata, cells // strata)


def sum_by(codes: Ints, values: Floats | Bools, size: int) -> Floats:
    """Sum the rows of `values` (k, J) by code; result (size, J)."""
    pick = sparse.csr_array((np.ones(codes.size), (codes, np.arange(codes.size))), shape=(size, codes.size))
    return np.asarray(pick @ values)


def psu_totals(design: Design, part: Portion, scores: Floats) -> Totals:
    """Sum weight × score of the rows (k,), scores (k, J), by PSU within each domain."""
    values = sum_by(part.pair, design.weights[part.rows, None] * scores, part.psu.size)
    alone = np.flatnonzero(design.lonely[part.psu])
    lonely = design.factor[part.psu[alone], None] * values[alone]
    return Totals(
        values,
        sum_by(part.cell, values, part.stratum.size),
        sum_by(part.owner[alone], lonely, part.count),
        sum_by(part.owner, values, part.count) / max(design.stratum.size, 1),
    )


def _form(design: Design, part: Portion, totals: Totals, product: Product) -> Floats:
    """Evaluate the quadratic form of the design.

    Deviations are from the stratum's mean, of a lonely PSU from the mean of all PSUs (the "adjust" rule of R
    ``survey``), so that a stratum of one adds its distance from the others and never nothing.
    """
    domains, alone = np.arange(part.count), float(design.factor[design.lonely].sum())
    value = product(part.owner, totals.values, design.factor[part.psu, None] * totals.values)
    value = value - product(part.cell_owner, totals.by_stratum, design.within[part.stratum, None] * totals.by_stratum)
    value = value - product(domains, totals.mean, totals.lonely) - product(domains, totals.lonely, totals.mean)
    return value + alone * product(domains, totals.mean, totals.mean)


def score_variance(design: Design, part: Portion, scores: Floats) -> Floats:
    """Variance (K, J) of the weighted sums of J scores in K domains.

    Parameters
    ----------
    design
        The whole design.
    part
        Rows of the domains (k,); all others have score 0.
    scores
        Their scores (k, J).

    Notes
    -----
    With calibration the scores are replaced by their residuals from a regression on the margin dummies with the
    *base* weights, which are then multiplied by the calibrated weights: Deville & Särndal (1992), JASA 87, section 3;
    so does R ``survey`` after ``calibrate`` and ``postStratify``. After ``rake`` R takes equal weights in that
    regression, which is the same where base weights are equal. NaN in a design of a single PSU.
    """
    return _variance(design, part, scores, lambda codes, x, y: sum_by(codes, x * y, part.count))


def score_covariance(design: Design, part: Portion, scores: Floats) -> Floats:
    """Covariance (J, J) of the weighted sums of J scores in one domain; arguments as for `score_variance`."""
    covariance = _variance(design, part, scores, lambda _, x, y: x.T @ y)
    return (covariance + covariance.T) / 2.0


def _variance(design: Design, part: Portion, scores: Floats, product: Product) -> Floats:
    """Evaluate the form at the totals less their regression on the calibration's totals, multiplied out."""
    totals = psu_totals(design, part, scores)
    value = _form(design, part, totals, product)
    if design.stratum.size < 2:
        return np.full_like(value, np.nan)
    if design.calibration is not None:
        value = value - _explained(design, design.calibration, part, scores, totals, product)
    norm = np.sqrt(sum_by(part.owner, design.factor[part.psu, None] * totals.values**2, part.count))
    return np.where(np.abs(value) > _ROUNDING * product(np.arange(part.count), norm, norm), value, 0.0)


def _explained(
    design: Design, rake: Calibration, part: Portion, scores: Floats, totals: Totals, product: Product
) -> Floats:
    """Return what the regression on the margins takes from the form: twice the cross term less that of the fit.

    With b the class sums of the scores, c their cross form with the class totals and P the projector, that is
    ``2 bᵀ P c − bᵀ (P form P) b``, over the classes that occur in these domains and strata: elsewhere b and c are 0.
    Only lonely PSUs reach every class, through the mean they are compared with.
    """
    dummies, paired, by_stratum = rake.dummies[part.rows], rake.totals[part.psu], rake.by_stratum[part.stratum]
    classes = np.union1d(dummies.indices, by_stratum.indices).astype(np.int64)
    dummies, paired, by_stratum = (_narrowed(matrix, classes) for matrix in (dummies, paired, by_stratum))
    sums = _by_class(part.domain, dummies, rake.base_weights[part.rows, None] * scores, part.count)
    cross = _by_class(part.owner, paired, design.factor[part.psu, None] * totals.values, part.count)
    cross -= _by_class(part.cell_owner, by_stratum, design.within[part.stratum, None] * totals.by_stratum, part.count)
    both = 2.0 * rake.projector[np.ix_(classes, classes)] @ cross - rake.fit[np.ix_(classes, classes)] @ sums
    codes = np.repeat(np.arange(part.count), classes.size)
    flat = (codes.size, scores.shape[1])
    value = product(codes, sums.reshape(flat), both.reshape(flat))
    on_mean, on_lonely = (np.einsum("q,kqj->kj", slope[classes], sums) for slope in (rake.mean, rake.lonely))
    domains, alone = np.arange(part.count), float(design.factor[design.lonely].sum())
    value -= 2.0 * product(domains, on_mean, totals.lonely - alone * totals.mean)
    return value - 2.0 * product(domains, on_lonely, totals.mean)


def _narrowed(matrix: sparse.csr_array, classes: Ints) -> sparse.csr_array:
    """Return the columns of the given classes (q,), ascending, which hold all that is not 0."""
    columns = np.searchsorted(classes, matrix.indices)
    return sparse.csr_array((matrix.data, columns, matrix.indptr), shape=(matrix.shape[0], classes.size))


def _by_class(codes: Ints, classes: sparse.csr_array, values: Floats, count: int) -> Floats:
    """Return ``classes.T @ values`` of the rows of each code apart: (k, q) and (k, J) give (count, q, J)."""
    rows, width = classes.shape
    places = np.repeat(codes, np.diff(classes.indptr)) * width + classes.indices
    spread = sparse.csc_array((classes.data, places, classes.indptr), shape=(count * width, rows)).tocsr()
    return np.asarray(spread @ values).reshape(count, width, values.shape[1])
