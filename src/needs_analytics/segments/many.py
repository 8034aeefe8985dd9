"""Latent classes of very many respondents: grown from a sample of them, then learnt from everyone.

The sample is taken at equal steps along the respondents in canonical order (Madow & Madow 1944, Annals of Mathematical
Statistics 15, 1–24): there is no draw in it, it holds every region of answers in proportion, and a weight of two is
still exactly two equal rows. Growing finds which classes there are, and that needs no more respondents; a few rounds of
expectation-maximisation from so near then let everyone count (as one step from a consistent estimate does: Le Cam 1956,
Proceedings of the Third Berkeley Symposium 1, 129–156). Everyone is read piece by piece, so that memory does not grow
with the number of levels.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from needs_analytics.segments.mixture import Classes, Counted, expect, from_counts
from needs_analytics.segments.split import grow_classes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from needs_analytics.segments.levels import Levels
    from needs_analytics.segments.moments import Floats, Ints

GROWN_FROM = 20_000
"""With more respondents than this, classes are grown from so many: some 2 500 for each of eight."""
ROUNDS = 5
PIECE = 50_000


def learn_classes(
    codes: Floats,
    levels: Levels,
    weights: Floats,
    k: int,
    start: Callable[[Ints, Counted], Classes | None] | None = None,
) -> Classes:
    """Return `k` latent classes, the largest first.

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
    rows, often = every_so_many(weights) if len(codes) > GROWN_FROM else (np.arange(len(codes)), weights)
    answers = Counted.of(codes[rows], levels, often)
    found = grow_classes(answers, k, start=None if start is None else start(rows, answers))[-1]
    if len(codes) > GROWN_FROM:
        prior = answers.margins()
        for _ in range(ROUNDS):
            found = _round(codes, levels, weights, found, prior)
    sizes = np.bincount(place_all(found, codes, levels), weights, minlength=k).astype(np.float64)
    return found.ordered(sizes)


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


def place_all(classes: Classes, codes: Floats, levels: Levels) -> Ints:
    """Return the likeliest class of every row, read piece by piece."""
    placed = [classes.place(levels.spread(codes[piece]), levels.exponents) for piece in _pieces(len(codes))]
    return np.concatenate([np.empty(0, dtype=np.intp), *placed])


def _round(codes: Floats, levels: Levels, weights: Floats, classes: Classes, prior: Floats) -> Classes:
    """Expect and maximise once, over everyone."""
    sizes, counts = np.zeros(len(classes.shares)), np.zeros(classes.profiles.shape)
    for piece in _pieces(len(codes)):
        answers = Counted.of(codes[piece], levels, weights[piece])
        belonging, _ = expect(classes, answers)
        belonging *= answers.weights
        sizes += belonging.sum(axis=1)
        counts += belonging @ answers.table
    return from_counts(sizes, counts, prior, levels.sizes)


def _pieces(n: int) -> Iterator[slice]:
    return (slice(start, start + PIECE) for start in range(0, n, PIECE))
