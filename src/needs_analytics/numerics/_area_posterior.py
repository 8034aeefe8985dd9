"""Logits of areas' shares given their answers: quadrature over the area's effect and over how much areas differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import special

if TYPE_CHECKING:
    from collections.abc import Iterator

    from needs_analytics.numerics._arrays import Floats

DEGREES = 4.0  # of freedom of the t-distribution of effects: its variance is twice its squared scale
_T_DENSITY = 3.0 / 8.0  # of t with 4 degrees of freedom at 0
_SCALES = np.geomspace(0.1, 2.0, 10)  # of effects on the logit scale: from hardly any to odds eightfold and more
_SCALE_PRIOR = _SCALES / (1.0 + _SCALES**2) / (_SCALES / (1.0 + _SCALES**2)).sum()  # half-Cauchy (0, 1)
_PRIOR_NEEDS = 2.0  # variables' worth of say the prior has in how scales are distributed
_POOLING_STEPS = 50
_NODES = 61
_REACH = 4.0  # standard deviations beyond prior and likelihood that the nodes cover
_BLOCK = 2_000_000  # nodes held at once


@dataclass(frozen=True)
class Logits:
    """What is known of J logits in m areas before and from the areas' own answers; arrays are (m, J).

    Attributes
    ----------
    yes, answers
        Effective numbers of those who say yes and of all who answer.
    tilt
        By how much the logit of those who answered is expected to differ from that of all residents.
    centre, variance
        Where the logit is expected, and the variance of that expectation beside the area's own effect.
    free
        Part of an area's deviation that its group's total leaves free, in (0, 1]: 1 − its weight in the group.
    """

    yes: Floats
    answers: Floats
    tilt: Floats
    centre: Floats
    variance: Floats
    free: Floats

    def columns(self, part: slice) -> Logits:
        """Return some variables of all areas."""
        return Logits(*(value[:, part] for value in vars(self).values()))


@dataclass(frozen=True)
class Posterior:
    """Mean and variance of shares, limits of their logits (m, J)."""

    mean: Floats
    variance: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True)
class _Quadrature:
    """Evenly spaced logits (m, J, nodes), how far apart (m, J), likelihood of the answers at each."""

    logits: Floats
    step: Floats
    likelihood: Floats


def fit_scales(known: Logits) -> Floats:
    """Return the posterior weights (scales, J) of `_SCALES`, how much areas differ in each variable.

    Variables lend each other strength: how scales are distributed over variables is estimated from all of them
    (nonparametric maximum likelihood, Laird 1978, JASA 73, 805–811, by EM), beside a half-Cauchy prior that counts
    like two variables. Scales near 0 get weight, never all of it.
    """
    evidence = np.empty((_SCALES.size, known.centre.shape[1]))
    for columns, part in _blocks(known):
        nodes = _quadrature(part)
        for row, scale in enumerate(_SCALES):
            _, mass = _density(nodes, part, scale)
            evidence[row, columns] = np.log(mass).sum(axis=0)
    relative = np.exp(evidence - evidence.max(axis=0))
    mixture = _SCALE_PRIOR
    for _ in range(_POOLING_STEPS):
        share = relative * mixture[:, None]
        counts = (share / share.sum(axis=0)).sum(axis=1) + _PRIOR_NEEDS * _SCALE_PRIOR
        mixture = counts / counts.sum()
    weights = relative * mixture[:, None]
    weights /= weights.sum(axis=0)
    return np.asarray(weights)


def effect_variance(weights: Floats) -> Floats:
    """Return the variance of areas' own effects (J,) at the posterior weights of the scales."""
    return np.asarray(DEGREES / (DEGREES - 2.0) * (_SCALES**2 @ weights))


def summarise(known: Logits, weights: Floats, tail: float) -> Posterior:
    """Return mean and variance of each share and the two quantiles of its logit, averaged over the scales."""
    found: dict[str, Floats] = {name: np.empty(known.centre.shape) for name in ("mean", "variance", "low", "high")}
    for columns, part in _blocks(known):
        nodes = _quadrature(part)
        density = np.zeros_like(nodes.logits)
        for scale, weight in zip(_SCALES, weights[:, columns], strict=True):
            own, mass = _density(nodes, part, scale)
            density += own * (weight / mass)[..., None]
        density /= density.sum(axis=-1, keepdims=True)
        share = special.expit(nodes.logits)
        mean = (density * share).sum(axis=-1)
        found["mean"][:, columns] = mean
        found["variance"][:, columns] = (density * (share - mean[..., None]) ** 2).sum(axis=-1)
        below = np.cumsum(density, axis=-1) - density / 2.0
        found["low"][:, columns] = _quantile(nodes, below, tail)
        found["high"][:, columns] = _quantile(nodes, below, 1.0 - tail)
    return Posterior(**found)


def _blocks(known: Logits) -> Iterator[tuple[slice, Logits]]:
    areas, variables = known.centre.shape
    width = max(1, _BLOCK // (_NODES * areas))
    for start in range(0, variables, width):
        columns = slice(start, start + width)
        yield columns, known.columns(columns)


def _quadrature(known: Logits) -> _Quadrature:
    """Lay the nodes from below to above both the expectation and where the answers would put the logit."""
    # an area bound to its group's total deviates less, and its answers tell of the deviation with less error
    yes, answers = known.yes / known.free, known.answers / known.free
    widest = (_SCALES[-1] ** 2 + known.variance) * known.free
    mode = np.where(answers > 0, special.logit((yes + 0.5) / (answers + 1.0)) - known.tilt, known.centre)
    for _ in range(8):
        share = special.expit(mode + known.tilt)
        slope = yes - answers * share - (mode - known.centre) / widest
        mode = mode + np.clip(slope / (answers * share * (1.0 - share) + 1.0 / widest), -1.0, 1.0)
    share = special.expit(mode + known.tilt)
    spread = 1.0 / np.sqrt(answers * share * (1.0 - share) + 1.0 / widest)
    low = np.minimum(known.centre, mode) - _REACH * spread
    high = np.maximum(known.centre, mode) + _REACH * spread
    logits = np.linspace(low, high, _NODES, axis=-1)
    tilted = logits + known.tilt[..., None]
    likelihood = yes[..., None] * tilted - answers[..., None] * np.logaddexp(0.0, tilted)
    likelihood = np.exp(likelihood - likelihood.max(axis=-1, keepdims=True))
    return _Quadrature(logits, (high - low) / (_NODES - 1), likelihood)


def _density(nodes: _Quadrature, known: Logits, scale: Any) -> tuple[Floats, Floats]:
    """Return likelihood × prior at the nodes for a scale of effects, and its integral."""
    spread = np.sqrt((scale**2 + known.variance) * known.free)
    tails = 1.0 + ((nodes.logits - known.centre[..., None]) / (2.0 * spread[..., None])) ** 2
    density = nodes.likelihood / (tails * tails * np.sqrt(tails))
    mass = _T_DENSITY / spread * nodes.step * density.sum(axis=-1)
    return density * (_T_DENSITY / spread * nodes.step)[..., None], np.maximum(mass, 1e-300)


def _quantile(nodes: _Quadrature, below: Floats, tail: float) -> Floats:
    """Return where the part below reaches `tail`, linear between nodes."""
    after = np.clip((below < tail).sum(axis=-1), 1, _NODES - 1)[..., None]
    left, right = (np.take_along_axis(below, after - step, axis=-1)[..., 0] for step in (1, 0))
    part = np.clip((tail - left) / np.maximum(right - left, 1e-300), 0.0, 1.0)
    found: Floats = nodes.logits[..., 0] + nodes.step * (after[..., 0] - 1 + part)
    return found
