"""What the respondents of each grid say, and what their make-up would let expect of them and of all its residents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from needs_analytics.numerics.area_shares import AreaSample

if TYPE_CHECKING:
    from needs_analytics.core.arrays import Bools, Floats, Ints

_PRIOR = 10.0  # answers a class borrows from the whole when its share makes a prediction, a grid's make-up from others
_RARE = 0.002  # shares nearer to 0 and 1 are told apart from them by no survey of a sub-district


@dataclass(frozen=True)
class Sample:
    """The respondents: answers ``(n, J)``, NaN unknown, and their weights; weight, class, grid of each (−1 unknown)."""

    answers: Floats
    own_weights: Floats
    weights: Floats
    classes: Ints
    grid: Ints


def direct_shares(sample: Sample, grids: int) -> tuple[Floats, Floats]:
    """Return direct shares and Kish effective numbers of known answers by grid, ``(G, J)``."""
    inside, weights = _known(sample)
    yes = _sums(weights * np.nan_to_num(sample.answers[inside]), sample.grid[inside], grids)
    total = _sums(weights, sample.grid[inside], grids)
    squares = _sums(weights**2, sample.grid[inside], grids)
    share = np.divide(yes, total, out=np.full_like(yes, np.nan), where=total > 0)
    return share, np.divide(total**2, squares, out=np.zeros_like(total), where=squares > 0)


def grid_sample(sample: Sample, community: Ints, overall: Floats) -> tuple[AreaSample, Floats]:
    """Return direct shares with what the classes' shares predict for them, and the variance of predicted logits.

    ``community`` is the code of each grid. A prediction is uncertain because a grid's make-up is an estimate too.

    The effective number of answers is what the direct share is worth for the grid's own effect: its variance comes
    from the classes of those who answered, so that heavy answers from a class of rare needs cost little.
    """
    grids = len(community)
    rates = _class_rates(sample, overall)
    share, _ = direct_shares(sample, grids)
    inside, weights = _known(sample)
    place = sample.grid[inside]
    expected = np.where((sample.classes >= 0)[:, None], rates[sample.classes], overall)[inside]
    total = _sums(weights, place, grids)
    sampled = np.divide(_sums(weights * expected, place, grids), total, out=np.zeros_like(total), where=total > 0)
    variance = _sums(weights**2 * expected * (1.0 - expected), place, grids)
    n_eff = np.divide(sampled * (1 - sampled) * total**2, variance, out=np.zeros_like(total), where=variance > 0)
    parts, answers = _make_up(sample, community, len(rates))
    predicted = parts @ rates
    spread = np.maximum(parts @ rates**2 - predicted**2, 0.0)  # of one class alone it is 0 but for rounding
    uncertain = spread / (answers[:, None] + 1.0) / (predicted * (1.0 - predicted)) ** 2
    return AreaSample(share, n_eff, _logit(np.where(total > 0, sampled, predicted)), _logit(predicted)), uncertain


def yes_saying(sample: Sample) -> float:
    """Return how much more a respondent's number of needs varies within a grid than if needs were independent."""
    inside = sample.grid >= 0
    known = np.isfinite(sample.answers[inside])
    place, answers = sample.grid[inside], np.nan_to_num(sample.answers[inside])
    grids = int(place.max(initial=-1)) + 1
    mean = _sums(answers, place, grids) / np.maximum(_sums(1.0 * known, place, grids), 1.0)
    residual = np.where(known, answers - mean[place], 0.0)
    alone = float((residual**2).sum())
    return float((residual.sum(axis=1) ** 2).sum()) / alone if alone > 0 else 1.0


def overall_shares(sample: Sample) -> Floats:
    """Return the share of each need among all respondents ``(J,)``; 0 where nobody's answer is known."""
    return _shares(sample.answers, sample.own_weights)


def clipped(share: Floats) -> Floats:
    """Return shares away from 0 and 1, so that they have a logit."""
    return np.clip(share, _RARE, 1.0 - _RARE)


def _logit(share: Floats) -> Floats:
    return np.asarray(special.logit(clipped(share)))


def _known(sample: Sample) -> tuple[Bools, Floats]:
    """Tell who lives in a known grid ``(n,)``; return their weights by need, 0 where the answer is not known."""
    inside = sample.grid >= 0
    return inside, np.where(np.isfinite(sample.answers[inside]), sample.own_weights[inside], 0.0)


def _class_rates(sample: Sample, overall: Floats) -> Floats:
    """Return the share of each need in each class, drawn to the overall one where few answered ``(classes, J)``."""
    classes = int(sample.classes.max(initial=0)) + 1
    rates = np.empty((classes, sample.answers.shape[1]))
    for code in range(classes):
        members = sample.classes == code
        number = np.isfinite(sample.answers[members]).sum(axis=0)
        shares = _shares(sample.answers[members], sample.own_weights[members])
        rates[code] = (number * shares + _PRIOR * overall) / (number + _PRIOR)
    return clipped(rates)


def _make_up(sample: Sample, community: Ints, classes: int) -> tuple[Floats, Floats]:
    """Return the classes' parts of each grid's residents ``(G, classes)``, and how many answers they rest on ``(G,)``.

    They are drawn to the parts of the grid's community.
    """
    unit = _PRIOR * float(sample.weights.mean())
    known = sample.classes >= 0
    whole = np.bincount(sample.classes[known], sample.weights[known], classes)
    whole = whole / whole.sum() if whole.sum() > 0 else np.full(classes, 1.0 / classes)
    known &= sample.grid >= 0
    mix = np.zeros((len(community), classes))
    place, weights = sample.grid[known], sample.weights[known]
    np.add.at(mix, (place, sample.classes[known]), weights)
    squares = np.bincount(place, weights**2, len(community))
    answers = np.divide(mix.sum(axis=1) ** 2, squares, out=np.zeros(len(mix)), where=squares > 0) + _PRIOR
    upper = _sums(mix, community, int(community.max()) + 1) + unit * whole
    mix += unit * (upper / upper.sum(axis=1, keepdims=True))[community]
    return mix / mix.sum(axis=1, keepdims=True), answers


def _shares(answers: Floats, weights: Floats) -> Floats:
    known = np.isfinite(answers)
    total: Floats = (weights * known).sum(axis=0)
    yes: Floats = (weights * np.nan_to_num(answers)).sum(axis=0)
    return np.divide(yes, total, out=np.zeros_like(yes), where=total > 0)


def _sums(values: Floats, codes: Ints, size: int) -> Floats:
    sums = np.zeros((size, values.shape[1]))
    np.add.at(sums, codes, values)
    return sums
