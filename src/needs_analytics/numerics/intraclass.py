"""How alike the answers one interviewer brings are: intraclass correlation by analysis of variance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from needs_analytics.numerics.tails import f_quantile, f_tail

if TYPE_CHECKING:
    import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class IntraClass:
    """An intraclass correlation.

    Attributes
    ----------
    rho, low, high
        Estimate and interval; NaN where nothing can be said.
    p
        Of the F test that the groups do not differ.
    deff
        1 + (mean size - 1) · max(rho, 0): by how much the variance of a mean grows (Kish 1962).
    number, groups
        Answers, and groups of at least two.
    """

    rho: float
    low: float
    high: float
    p: float
    deff: float
    number: int
    groups: int


def intraclass(
    values: npt.NDArray[np.float64],
    groups: npt.NDArray[np.integer],
    strata: npt.NDArray[np.integer],
    *,
    level: float = 0.95,
) -> IntraClass:
    r"""Return the intraclass correlation of groups nested in strata.

    Parameters
    ----------
    values
        ``(n,)``, yes and no as 1 and 0; NaN is left out.
    groups, strata
        Integer codes from 0, each group within one stratum (a group that is in two counts as two).

    Notes
    -----
    With mean squares between the groups of a stratum and within groups, F = MSB / MSW and

    .. math:: \rho = \frac{F - 1}{F - 1 + n_0}, \quad
       n_0 = \frac{N - \sum_s \sum_{i \in s} n_i^2 / N_s}{a - s}

    for a groups in s strata. The interval puts F over its upper and lower quantiles in F's place (Searle 1971; with
    the mean size n_0 where sizes differ, Donner 1986). Groups of one answer say nothing and are left out.

    References
    ----------
    Donner, A. (1986). A review of inference procedures for the intraclass correlation coefficient in the one-way
    random effects model. *International Statistical Review* 54, 67-82. Kish, L. (1962). Studies of interviewer
    variance for attitudinal variables. *JASA* 57, 92-115.

    Examples
    --------
    >>> found = intraclass(np.array([1.0, 1, 1, 0, 0, 0]), np.array([0, 0, 0, 1, 1, 1]), np.zeros(6, int))
    >>> found.number, found.groups
    (6, 2)
    """
    known = ~np.isnan(values)
    y = values[known]
    _, cell = np.unique(np.column_stack([strata[known], groups[known]]), axis=0, return_inverse=True)
    kept = np.bincount(cell, minlength=1)[cell] > 1 if len(cell) else np.zeros(0, dtype=bool)
    y, (_, cell), (_, stratum) = y[kept], _codes(cell[kept]), _codes(strata[known][kept])
    number, size = len(y), np.bincount(cell)
    between, within = len(size) - int(stratum.max(initial=-1) + 1), number - len(size)
    if between < 1 or within < 1:
        return IntraClass(np.nan, np.nan, np.nan, np.nan, np.nan, number, len(size))
    mean = np.bincount(cell, y) / size
    overall = np.bincount(stratum, y) / np.bincount(stratum)
    home = np.zeros(len(size), dtype=int)
    home[cell] = stratum
    inside = float(((y - mean[cell]) ** 2).sum()) / within
    if inside <= 0:
        return IntraClass(np.nan, np.nan, np.nan, np.nan, np.nan, number, len(size))
    ratio = float((size * (mean - overall[home]) ** 2).sum()) / between / inside
    usual = (number - float((size**2 / np.bincount(stratum)[home]).sum())) / between
    tail = (1 - level) / 2
    limits = [ratio / f_quantile(q, between, within) for q in (1 - tail, tail)]
    rho, low, high = ((f - 1) / (f - 1 + usual) for f in (ratio, *limits))
    p = f_tail(ratio, between, within)
    return IntraClass(rho, low, high, p, 1 + (number / len(size) - 1) * max(rho, 0.0), number, len(size))


def _codes(values: npt.NDArray[np.integer]) -> tuple[npt.NDArray[np.integer], npt.NDArray[np.intp]]:
    return np.unique(values, return_inverse=True)
