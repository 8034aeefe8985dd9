"""Grid estimates: the direct share shrunk towards what the grid's make-up and its community predict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.numerics.small_area import benchmark, fay_herriot, smooth_variances

if TYPE_CHECKING:
    from needs_analytics.core.arrays import Floats, Ints

_PRIOR = 10.0  # answers a class or community borrows from the whole when its share makes a prediction


@dataclass(frozen=True)
class Composite:
    """Composite estimates of J needs in G grids; all arrays are ``(G, J)``."""

    share: Floats
    se: Floats
    direct: Floats
    direct_se: Floats


@dataclass(frozen=True)
class Sample:
    """The respondents: answers ``(n, J)``, NaN unknown, and their weights; weight, class, grid of each (−1 unknown)."""

    answers: Floats
    own_weights: Floats
    weights: Floats
    classes: Ints
    grid: Ints


def composite_shares(
    sample: Sample, grids: pd.DataFrame, communities: pd.DataFrame, upper: Floats, upper_se: Floats
) -> Composite:
    """Estimate every need in every grid.

    The area model of Fay & Herriot on the difference between the direct share and a synthetic one: what the grid's
    mix of classes predicts, moved to the community's direct share. The result is benchmarked, so that the grids of a
    community add up to its direct total; the mean squared error includes that of the community's share.

    Parameters
    ----------
    grids
        ``community, population`` of the G grids.
    communities
        ``community`` of the C rows of ``upper``.
    upper, upper_se
        ``(C, J)`` direct shares and standard errors of the communities; NaN where nobody answered.
    """
    direct, n_eff = _direct(sample, len(grids))
    place = communities["community"].map({name: row for row, name in enumerate(communities["community"])})
    row = grids["community"].map(dict(zip(communities["community"], place, strict=True))).to_numpy()
    overall = _shares(sample.answers, sample.own_weights)
    target = np.where(np.isfinite(upper[row]), upper[row], overall)
    spread = np.where(
        np.isfinite(upper_se[row]), upper_se[row], np.sqrt(np.maximum(overall * (1 - overall), 0.0) / _PRIOR)
    )
    synthetic = _synthetic(sample, grids, overall, target)
    variance = smooth_variances(direct, n_eff, synthetic=np.clip(synthetic, 0.005, 0.995))
    known = np.isfinite(direct) & (n_eff > 0)
    offset = np.where(known, direct - synthetic, np.nan)
    model = fay_herriot(offset.T, np.where(known, np.maximum(variance, 1e-6), 1.0).T, np.ones((len(grids), 1)))
    estimate = synthetic + np.where(np.isfinite(model.estimate), model.estimate, 0.0).T
    mse = np.where(np.isfinite(model.mse), model.mse, variance.T).T + ((1 - model.gamma) ** 2).T * spread**2
    mse = np.where(np.isfinite(mse), mse, spread**2)  # a need that nobody in a known grid was asked about
    share = _benchmarked(np.clip(estimate, 0.0, 1.0), mse, grids, row, upper)
    return Composite(share, np.sqrt(mse), direct, np.sqrt(np.where(known, variance, np.nan)))


def _direct(sample: Sample, grids: int) -> tuple[Floats, Floats]:
    """Return direct shares and Kish effective numbers of known answers by grid."""
    inside = sample.grid >= 0
    known = np.isfinite(sample.answers[inside])
    weights, code = sample.own_weights[inside], sample.grid[inside]
    yes = _sums(np.where(known, weights * np.nan_to_num(sample.answers[inside]), 0.0), code, grids)
    total = _sums(np.where(known, weights, 0.0), code, grids)
    squares = _sums(np.where(known, weights**2, 0.0), code, grids)
    share = np.divide(yes, total, out=np.full_like(yes, np.nan), where=total > 0)
    return share, np.divide(total**2, squares, out=np.zeros_like(total), where=squares > 0)


def _synthetic(sample: Sample, grids: pd.DataFrame, overall: Floats, target: Floats) -> Floats:
    """Predict each grid from the needs of its classes, then move each community's grids to the community's share."""
    classes = int(sample.classes.max(initial=-1)) + 1
    rates = np.empty((classes, sample.answers.shape[1]))
    for code in range(classes):
        members = sample.classes == code
        rates[code] = _shrunk(sample.answers[members], sample.own_weights[members], overall)
    mix = np.zeros((len(grids), classes))
    known = (sample.grid >= 0) & (sample.classes >= 0)
    np.add.at(mix, (sample.grid[known], sample.classes[known]), sample.weights[known])
    whole = np.bincount(sample.classes[sample.classes >= 0], sample.weights[sample.classes >= 0], classes)
    mix += _PRIOR * whole / max(whole.sum(), 1e-12) * sample.weights.mean()
    predicted: Floats = (mix / mix.sum(axis=1, keepdims=True)) @ rates
    sizes = grids["population"].fillna(1.0).to_numpy()[:, None]
    codes, names = pd.factorize(grids["community"])
    middle = _sums(predicted * sizes, codes, len(names)) / _sums(
        np.broadcast_to(sizes, predicted.shape), codes, len(names)
    )
    return predicted + target - middle[codes]


def _shrunk(answers: Floats, weights: Floats, overall: Floats) -> Floats:
    known = np.isfinite(answers)
    number: Ints = known.sum(axis=0)
    return (number * np.nan_to_num(_shares(answers, weights)) + _PRIOR * overall) / (number + _PRIOR)


def _shares(answers: Floats, weights: Floats) -> Floats:
    known = np.isfinite(answers)
    total: Floats = (weights * known).sum(axis=0)
    yes: Floats = (weights * np.nan_to_num(answers)).sum(axis=0)
    return np.divide(yes, total, out=np.zeros_like(yes), where=total > 0)


def _sums(values: Floats, codes: Ints, size: int) -> Floats:
    sums = np.zeros((size, values.shape[1]))
    np.add.at(sums, codes, values)
    return sums


def _benchmarked(share: Floats, mse: Floats, grids: pd.DataFrame, row: Ints, upper: Floats) -> Floats:
    sizes = grids["population"].fillna(1.0).to_numpy()
    result = share.copy()
    for code in np.unique(row):
        members = row == code
        for need in np.flatnonzero(np.isfinite(upper[code])):
            total = float(upper[code, need] * sizes[members].sum())
            result[members, need] = benchmark(share[members, need], sizes[members], total, mse=mse[members, need])
    return result
