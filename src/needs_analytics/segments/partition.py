"""Weighted k-means on answers some of which are missing: full Lloyd, single moves and swaps, a fixed seed.

A respondent's distance to a centre is taken over the answers known, and a centre is the mean of the answers known, so a
missing answer neither pulls a respondent anywhere nor makes those who were not asked a segment of their own, as filling
in the mean does. This is k-POD (Chi, Chi & Baraniuk 2016, The American Statistician 70, 91–99); without missing answers
it is Lloyd's algorithm, which scikit-learn has, but not with missing answers. Where Lloyd's stands still, moving one
respondent may still gain: their part's mean follows them (Hartigan & Wong 1979, Applied Statistics 28, 100–108). Where
no start was lucky, a part may lie where two should, and two where one should: the best is tried with each part given up
for one around whoever is farthest (Fränti & Kivijärvi 2000, Pattern Analysis & Applications 3, 358–369).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sklearn.cluster import kmeans_plusplus
from sklearn.utils import check_random_state

if TYPE_CHECKING:
    from collections.abc import Iterable

    from needs_analytics.segments.moments import Floats, Ints

MOST_ROUNDS = 300
MOST_MOVES = 100
MOST_MOVED = 2000
"""Among more rows nobody is moved singly and no part is swapped: it would take longer than it is worth."""
MOVING = 0.001
"""Share of the rows that may still be moving at the end: nobody among fewer than 1 000."""
DECIMALS = 9
"""Distances equal to so many decimals are ties, and the first centre has them."""


@dataclass(frozen=True, slots=True)
class Answers:
    """Encoded answers made ready for distances, column by column: their products are several times faster so.

    Attributes
    ----------
    filled, known
        ``(columns, n)`` answers, 0 where missing, and 1 or 0 for known or missing.
    """

    filled: Floats
    known: Floats

    @classmethod
    def of(cls, matrix: Floats) -> Answers:
        """Make a matrix ``(n, columns)`` ready, NaN where missing."""
        columns = np.ascontiguousarray(matrix.T)
        return cls(np.nan_to_num(columns), (~np.isnan(columns)).astype(np.float64))

    def nearest(self, centres: Floats) -> Ints:
        """Return the nearest centre of every row over the answers known, the first of equally near ones."""
        apart = centres**2 @ self.known - 2.0 * centres @ self.filled
        return np.asarray(np.round(apart, DECIMALS).argmin(axis=0), dtype=np.intp)

    def means(self, weights: Floats, labels: Ints, k: int) -> Floats:
        """Return the weighted means ``(k, columns)`` of the answers known in each part; 0 where none is."""
        member = (labels == np.arange(k)[:, None]) * weights
        known = member @ self.known.T
        return np.asarray(member @ self.filled.T / np.where(known > 0, known, 1.0), dtype=np.float64)

    def apart(self, weights: Floats, centres: Floats, labels: Ints) -> Floats:
        """Return the weighted squared distance ``(n,)`` of every row to its centre, over the answers known."""
        distance = (self.known * (self.filled - centres.T[:, labels]) ** 2).sum(axis=0)
        return np.asarray(distance * weights, dtype=np.float64)

    def dispersion(self, weights: Floats, labels: Ints) -> float:
        """Return the weighted within sum of squares of a split, over the answers known."""
        return float(self.apart(weights, self.means(weights, labels, int(labels.max()) + 1), labels).sum())

    def best_move(self, weights: Floats, labels: Ints, k: int) -> tuple[float, int, int]:
        """Return the move of one row to another part that gains most: what it gains, the row, the part.

        A part that loses a row of weight w loses w n / (n - w) times its squared distance, n the weight of the part;
        one that it joins gains w n / (n + w) times. Each question counts with those whose answer to it is known.
        """
        centres, known = self.means(weights, labels, k), self.known * weights
        counts = ((labels == np.arange(k)[:, None]) * weights) @ self.known.T
        own = counts.T[:, labels]
        left = np.where(own - known > 0, own - known, np.inf)
        saved = ((self.filled - centres.T[:, labels]) ** 2 * known * own / left).sum(axis=0)
        dearer = [
            ((self.filled - centre[:, None]) ** 2 * known * (size / (size + weights))).sum(axis=0)
            for centre, size in zip(centres, counts[:, :, None], strict=True)
        ]
        gains = saved - np.array(dearer)
        gains[labels, np.arange(len(labels))] = -np.inf
        gains[:, np.bincount(labels, minlength=k)[labels] == 1] = -np.inf
        part, row = np.unravel_index(np.round(gains, DECIMALS).argmax(), gains.shape)
        return float(gains[part, row]), int(row), int(part)


@dataclass(frozen=True, slots=True)
class Partition:
    """Rows split into parts.

    Attributes
    ----------
    labels
        ``(n,)``, the largest part by weight first, equal ones by their centres.
    centres
        ``(k, columns)`` weighted means of the answers known; 0 where none is.
    inertia
        Weighted within sum of squares.
    """

    labels: Ints
    centres: Floats
    inertia: float


def split_rows(matrix: Floats, weights: Floats, k: int, *, n_init: int, random_state: int | None) -> Partition:
    """Split the rows into `k` parts, or into as many as can be told apart if those are fewer.

    Parameters
    ----------
    matrix, weights
        ``(n, columns)``, NaN where unknown, and ``(n,)`` positive.
    k
        Number of parts.
    n_init
        Starts (k-means++); the best one counts.
    random_state
        Seed of the starts.
    """
    rows, k = Answers.of(matrix), min(k, len(matrix))
    if k == 1:
        return _ordered(rows, weights, np.zeros(len(matrix), dtype=np.intp))
    seeds = check_random_state(random_state)
    found = _best(_descend(rows, weights, _start(rows, weights, k, seeds)) for _ in range(n_init))
    return _ordered(rows, weights, _swap(rows, weights, found, k)[0])


def merge_equal(matrix: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Return the distinct rows and their summed weights, so that a row of weight two is exactly two rows."""
    keys = np.nan_to_num(matrix, nan=np.inf)
    _, first, position = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    return matrix[first], np.bincount(position.ravel(), weights=weights).astype(np.float64)


def _start(rows: Answers, weights: Floats, k: int, seeds: np.random.RandomState) -> Floats:
    centres, _ = kmeans_plusplus(rows.filled.T, k, sample_weight=weights, random_state=seeds)
    return np.asarray(centres, dtype=np.float64)


def _descend(rows: Answers, weights: Floats, centres: Floats) -> tuple[Ints, float]:
    """Assign and average in turn until hardly anybody moves; return the labels and what is left of the dispersion."""
    labels = rows.nearest(centres)
    for _ in range(MOST_ROUNDS):
        before, labels = labels, rows.nearest(rows.means(weights, labels, len(centres)))
        if np.count_nonzero(before != labels) <= MOVING * len(labels):
            break
    for _ in range(MOST_MOVES if len(labels) <= MOST_MOVED else 0):
        gain, row, part = rows.best_move(weights, labels, len(centres))
        if gain <= 10.0**-DECIMALS:
            break
        labels[row] = part
    return labels, rows.dispersion(weights, labels)


def _swap(rows: Answers, weights: Floats, found: tuple[Ints, float], k: int) -> tuple[Ints, float]:
    """Give up one part for another around whoever is then farthest, as long as that gains."""
    while len(rows.filled.T) <= MOST_MOVED:
        centres = rows.means(weights, found[0], k)
        tried = _best(_descend(rows, weights, _without(rows, weights, centres, part)) for part in range(k))
        if round(tried[1], DECIMALS) >= round(found[1], DECIMALS):
            break
        found = tried
    return found


def _without(rows: Answers, weights: Floats, centres: Floats, part: int) -> Floats:
    rest = np.delete(centres, part, axis=0)
    farthest = np.round(rows.apart(weights, rest, rows.nearest(rest)), DECIMALS).argmax()
    return np.vstack([rest, rows.filled[:, farthest]])


def _best(found: Iterable[tuple[Ints, float]]) -> tuple[Ints, float]:
    return min(found, key=lambda split: round(split[1], DECIMALS))


def _ordered(rows: Answers, weights: Floats, labels: Ints) -> Partition:
    """Number the parts by size and put every row where its nearest centre is.

    A row that few answers are known of can be equally near to several centres; a part all of whose rows are is dropped.
    """
    _, labels = np.unique(labels, return_inverse=True)
    sizes = np.bincount(labels, weights=weights)
    centres = rows.means(weights, labels, len(sizes))
    order = np.lexsort((*np.round(centres, 6).T[::-1], -np.round(sizes / sizes.sum(), DECIMALS)))
    held, labels = np.unique(rows.nearest(centres[order]), return_inverse=True)
    return Partition(labels, centres[order][held], rows.dispersion(weights, labels))
