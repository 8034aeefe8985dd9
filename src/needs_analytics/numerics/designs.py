"""Sampling designs: who was drawn together with whom, and what the weights were calibrated to.

A statistic is linearised to one score per row; its variance is that of the sum of weight × score over the primary
sampling units (PSU) within strata, the ultimate-cluster method: Särndal, Swensson & Wretman (1992), Model Assisted
Survey Sampling, sections 5.5 and 6.6; Lumley (2010), Complex Surveys, sections 2.2 and 7.3. See `_variance`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy import sparse

from needs_analytics.numerics._arrays import Bools, Floats, Ints, as_codes, as_weights, one_hot

if TYPE_CHECKING:
    from collections.abc import Sequence


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
    totals, by_stratum
        Weighted dummies summed by PSU (m, q) and by stratum (H, q), sparse.
    fit
        Covariance of the weighted sums of the dummies under the design, between the projectors (q, q).
    mean, lonely
        Projected mean of the totals over all PSUs (q,), and projected sum over lonely PSUs, times their factor (q,).
    """

    dummies: sparse.csr_array
    projector: Floats
    base_weights: Floats
    totals: sparse.csr_array
    by_stratum: sparse.csr_array
    fit: Floats
    mean: Floats
    lonely: Floats


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
    within
        Weight of a stratum's squared total (H,): ``(1 − f) / (n − 1)``; 0 for a stratum of one or no PSU.
    lonely
        Whether the PSU is the only one of its stratum (m,).
    unseen
        Part ``1 − f`` of the stratum's PSUs that were not drawn (m,); 1 where the population is not known to be finite.
    calibration
        Set if the weights were calibrated.
    """

    weights: Floats
    psu: Ints
    stratum: Ints
    size: Ints
    factor: Floats
    within: Floats
    lonely: Bools
    unseen: Floats
    calibration: Calibration | None = None


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
    within = np.where(size > 1, factor / np.maximum(size, 1), 0.0)
    design = Design(final, psu, stratum, size, factor[stratum], within, size[stratum] == 1, 1.0 - fraction[stratum])
    if not calibration:
        return design
    base = np.ones(rows) if base_weights is None else as_weights(base_weights, "base_weights")
    if base.size != rows:
        raise ValueError(f"base_weights must have one entry per row ({rows}), got {base.size}")
    return replace(design, calibration=_build_calibration(design, calibration, base))


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
    projector = np.linalg.pinv(gram, rcond=1e-10, hermitian=True)
    psus = design.stratum.size
    gather = sparse.csr_array((design.weights, (design.psu, np.arange(rows))), shape=(psus, rows))
    by_psu = sparse.csr_array(gather @ dummies)
    gather = sparse.csr_array((np.ones(psus), (design.stratum, np.arange(psus))), shape=(design.size.size, psus))
    by_stratum = sparse.csr_array(gather @ by_psu)
    mean, alone = by_psu.sum(axis=0) / max(psus, 1), design.factor * design.lonely
    lonely = by_psu.T @ alone
    form = sparse.csr_array(by_psu.T @ (by_psu * design.factor[:, None])).toarray()
    form -= sparse.csr_array(by_stratum.T @ (by_stratum * design.within[:, None])).toarray()
    form += alone.sum() * np.outer(mean, mean) - np.outer(mean, lonely) - np.outer(lonely, mean)
    fit = projector @ form @ projector
    return Calibration(dummies, projector, base, by_psu, by_stratum, fit, projector @ mean, projector @ lonely)
