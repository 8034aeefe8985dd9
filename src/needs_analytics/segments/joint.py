"""Answers to several questions at once as one level, so that very many rows are read in few steps.

A row of twelve answers has twelve levels; four answers together are one of some thousand joint levels, and the row has
three. What a class says of a joint level is the sum of what it says of each answer (they are independent within a
class), and how often a class gave an answer is the sum over the joint levels that hold it: both are exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

from needs_analytics.segments.mixture import from_counts, likeliest, weigh_classes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from needs_analytics.segments.levels import Levels
    from needs_analytics.segments.mixture import Classes
    from needs_analytics.segments.moments import Floats, Ints

MOST_JOINT = 4096
"""Joint levels of one group of items: the scores of eight classes for so many stay in a processor's second cache."""
PIECE = 50_000
"""Rows whose scores are held at a time."""


@dataclass(frozen=True, slots=True)
class Joint:
    """Rows by the joint levels of their answers.

    Attributes
    ----------
    rows
        ``(n, joint levels)`` sparse, one 1 for each group of items.
    holds
        ``(joint levels, levels)`` sparse, 1 where the joint level holds the level; an item not answered holds none.
    levels
        How the answers were read.
    """

    rows: Any
    holds: Any
    levels: Levels

    @classmethod
    def of(cls, codes: Floats, levels: Levels) -> Joint:
        """Join the levels of answers ``(n, items)``, NaN where missing."""
        groups = list(_groups(levels.sizes))
        joined = np.empty((len(codes), len(groups)), dtype=np.int32)
        start = 0
        for at, items in enumerate(groups):
            joined[:, at] = pack(codes[:, items], levels.sizes[items]) + start
            start += int(np.prod(levels.sizes[items] + 1))
        ends = np.arange(len(codes) + 1, dtype=np.int32) * len(groups)
        rows = sparse.csr_array((np.ones(joined.size), joined.ravel(), ends), shape=(len(codes), start))
        return cls(rows, sparse.vstack([_held(levels.sizes, items) for items in groups], format="csr"), levels)

    def place(self, classes: Classes) -> Ints:
        """Return the likeliest class of every row."""
        told = self._told(classes)
        placed = [likeliest(self._scores(piece, told, classes)) for piece in self._pieces()]
        return np.concatenate([np.empty(0, dtype=np.intp), *placed])

    def learn(self, classes: Classes, weights: Floats, prior: Floats) -> tuple[Classes, float]:
        """Expect and maximise once; return the classes and the likelihood of those before."""
        told = self._told(classes)
        sizes, counts, likelihood = np.zeros(len(classes.shares)), np.zeros(told.shape), 0.0
        for piece in self._pieces():
            belonging, explained = weigh_classes(self._scores(piece, told, classes))
            belonging *= weights[piece]
            sizes += belonging.sum(axis=1)
            counts += self.rows[piece].T @ belonging.T
            likelihood += float(weights[piece] @ explained)
        return from_counts(sizes, (self.holds.T @ counts).T, prior, self.levels.sizes), likelihood

    def _told(self, classes: Classes) -> Floats:
        """Return what a joint level tells of each class ``(joint levels, k)``."""
        return np.asarray(self.holds @ (np.log(classes.profiles) * self.levels.exponents).T, dtype=np.float64)

    def _scores(self, piece: slice, told: Floats, classes: Classes) -> Floats:
        return np.ascontiguousarray((self.rows[piece] @ told).T) + np.log(classes.shares)[:, None]

    def _pieces(self) -> Iterator[slice]:
        return (slice(start, start + PIECE) for start in range(0, self.rows.shape[0], PIECE))


def pack(codes: Floats, sizes: Ints) -> Ints:
    """Return each row of levels ``(n, items)`` as one number; a missing answer is a level of its own, the last.

    Examples
    --------
    >>> pack(np.array([[0, 0], [1, np.nan]]), np.array([2, 3])).tolist()
    [0, 7]
    """
    packed = np.zeros(len(codes), dtype=np.int64)
    for item, size in zip(codes.T, sizes, strict=True):
        packed *= size + 1
        packed += np.where(np.isnan(item), size, item).astype(np.int64)
    return packed


def order_rows(codes: Floats, sizes: Ints, weights: Floats) -> Ints:
    """Return the rows in an order that depends on their levels and weights only, equal ones as they came."""
    keys = [pack(codes[:, items], sizes[items]) for items in _groups(sizes, 2**62)]
    return np.asarray(np.lexsort((weights, *keys[::-1])), dtype=np.intp)


def _groups(sizes: Ints, most: int = MOST_JOINT) -> Iterator[slice]:
    """Yield items side by side whose joint levels are no more than `most`."""
    start, joint = 0, 1
    for at, size in enumerate(sizes.tolist()):
        if joint * (size + 1) > most and at > start:
            yield slice(start, at)
            start, joint = at, 1
        joint *= size + 1
    yield slice(start, len(sizes))


def _held(sizes: Ints, items: slice) -> Any:
    """Return which levels the joint levels of a group of items hold."""
    within = sizes[items]
    unpacked = np.stack(np.unravel_index(np.arange(int(np.prod(within + 1))), within + 1), axis=1)
    joint, item = np.nonzero(unpacked < within)
    columns = (np.cumsum(sizes) - sizes)[items][item] + unpacked[joint, item]
    return sparse.csr_array((np.ones(len(joint)), (joint, columns)), shape=(len(unpacked), int(sizes.sum())))
