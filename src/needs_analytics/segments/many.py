"""Latent classes of very many respondents: grown from a sample of them, then learnt from everyone.

The sample is taken at equal steps along the respondents in canonical order (Madow & Madow 1944, Annals of Mathematical
Statistics 15, 1–24): there is no draw in it, it holds every region of answers in proportion, and a weight of two is
still exactly two equal rows. Growing finds which classes there are, and that needs no more respondents; a few rounds of
expectation-maximisation from so near then let everyone count (as one step from a consistent estimate does: Le Cam 1956,
Proceedings of the Third Berkeley Symposium 1, 129–156).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from needs_analytics.segments.joint import Joint
from needs_analytics.segments.mixture import GAIN, Classes, Counted
from needs_analytics.segments.split import grow_classes

if TYPE_CHECKING:
    from collections.abc import Callable

    from needs_analytics.segments.levels import Levels
    from needs_analytics.segments.moments import Floats, Ints

GROWN_FROM = 5_000
"""With more respondents than this, classes are grown from so many: some 600 for each of eight."""
COARSE = 0.1
"""They are grown until a round gains less, per 1 000 rows: everyone moves them further than that."""
FEWEST_ROUNDS, ROWS_READ = 5, 5_000_000
"""Everyone is read in so many rounds, or in as many as read so many rows if that is more, until they gain no more."""


def learn_classes(
    codes: Floats,
    levels: Levels,
    weights: Floats,
    k: int,
    start: Callable[[Ints, Counted], Classes | None] | None = None,
) -> tuple[Classes, Ints]:
    """Return `k` latent classes, the largest first, and the class of every row.

    Parameters
    ----------
    codes, weights
        Levels of the answers ``(n, items)`` in canonical order, and ``(n,)`` positive.
    levels
        How they were read.
    k
        Number of classes.
    start
        Gives the classes of a kept model as some of the rows have them, see :func:`grow_classes`.
    """
    very_many = len(codes) > GROWN_FROM
    rows, often = every_so_many(weights) if very_many else (np.arange(len(codes)), weights)
    answers, joint = Counted.of(codes[rows], levels, often), Joint.of(codes, levels)
    kept = None if start is None else start(rows, answers)
    found = grow_classes(answers, k, gain=COARSE if very_many else GAIN, start=kept)[-1]
    if very_many:
        found = _learn_from_all(joint, weights, found, answers.margins())
    placed = joint.place(found)
    order = found.order(np.bincount(placed, weights, minlength=k).astype(np.float64))
    return found.take(order), np.argsort(order)[np.searchsorted(np.sort(order), placed)]


def every_so_many(weights: Floats, wanted: int = GROWN_FROM) -> tuple[Ints, Floats]:
    """Return rows at `wanted` equal steps along the sum of the weights, and how much each stands for.

    Examples
    --------
    >>> rows, often = every_so_many(np.array([1.0, 1.0, 6.0]), 4)
    >>> rows.tolist(), often.tolist()
    ([0, 2], [2.0, 6.0])
    """
    ends = np.cumsum(weights)
    steps = (np.arange(wanted) + 0.5) * (ends[-1] / wanted)
    hit = np.minimum(np.searchsorted(ends, steps, side="left"), len(weights) - 1)
    rows, times = np.unique(hit, return_counts=True)
    return rows, times * (ends[-1] / wanted)


def _learn_from_all(joint: Joint, weights: Floats, classes: Classes, prior: Floats) -> Classes:
    """Expect and maximise in turn until a round gains too little, or for as many rounds as there may be."""
    least, reached = GAIN * float(weights.sum()) / 1000, -np.inf
    for _ in range(max(FEWEST_ROUNDS, ROWS_READ // len(weights))):
        better, likelihood = joint.learn(classes, weights, prior)
        if likelihood - reached < least:
            break
        reached, classes = likelihood, better
    return classes
