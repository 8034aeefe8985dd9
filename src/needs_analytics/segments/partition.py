"""Weighted k-means on answers some of which are missing: full Lloyd, several starts, a fixed seed.

A respondent's distance to a centre is taken over the answers known, and a centre is the mean of the answers known, so a
missing answer neither pulls a respondent anywhere nor makes those who were not asked a segment of their own, as filling
in the mean does. This is k-POD (Chi, Chi & Baraniuk 2016, The American Statistician 70, 91–99); without missing answers
it is Lloyd's algorithm, which scikit-learn has, but not with missing answers.

Equal rows are merged and their weights added before the fit, so that a respondent of weight two is exactly two
respondents, and fewer distinct answers than segments are no error.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sklearn.cluster import kmeans_plusplus
from sklearn.utils import check_random_state

if TYPE_CHECKING:
    from needs_analytics.segments.moments import Floats, Ints

MOST_ROUNDS = 300
DECIMALS = 9
"""Distances equal to so many decimals are ties, and the first centre has them."""


@dataclass(frozen=True, slots=True)
class Answers:
    """Encoded answers made ready for distances.

    Attributes
    ----------
    filled, known
        ``(n, columns)`` answers, 0 where missing, and 1 or 0 for known or missing.
    """

    filled: Floats
    known: Floats

    @classmethod
    def of(cls, matrix: Floats) -> Answers:
        """Make a matrix ready, NaN where missing."""
        return cls(np.nan_to_num(matrix), (~np.isnan(matrix)).astype(np.float64))

    def nearest(self, centres: Floats) -> Ints:
        """Return the nearest centre of every row over the answers known, the first of equally near ones."""
        apart = self.known @ (centres**2).T - 2 * self.filled @ centres.T
        return np.asarray(np.round(apart, DECIMALS).argmin(axis=1), dtype=np.intp)

    def means(self, weights: Floats, labels: Ints, k: int) -> Floats:
        """Return the weighted means ``(k, columns)`` of the answers known in each part; 0 where none is."""
        member = (labels[:, None] == np.arange(k)) * weights[:, None]
        known = member.T @ self.known
        return np.asarray(member.T @ self.filled / np.where(known > 0, known, 1.0), dtype=np.float64)

    def dispersion(self, weights: Floats, labels: Ints) -> float:
        """Return the weighted within sum of squares of a split, over the answers known."""
        centres = self.means(weights, labels, int(labels.max()) + 1)
        return float(weights @ (self.known * (self.filled - centres[labels]) ** 2).sum(axis=1))


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
    keys = np.nan_to_num(matrix, nan=np.inf)
    _, first, position = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    position = position.ravel()
    rows = Answers.of(matrix[first])
    merged: Floats = np.bincount(position, weights=weights).astype(np.float64)
    k = min(k, len(first))
    if k == 1:
        return _ordered(matrix, weights, np.zeros(len(matrix), dtype=np.intp))
    seeds = check_random_state(random_state)
    found = [_descend(rows, merged, _start(rows, merged, k, seeds)) for _ in range(n_init)]
    labels = min(found, key=lambda split: round(split[1], DECIMALS))[0]
    return _ordered(matrix, weights, labels[position])


def _start(rows: Answers, weights: Floats, k: int, seeds: np.random.RandomState) -> Floats:
    centres, _ = kmeans_plusplus(rows.filled, k, sample_weight=weights, random_state=seeds)
    return np.asarray(centres, dtype=np.float64)


def _descend(rows: Answers, weights: Floats, centres: Floats) -> tuple[Ints, float]:
    """Assign and average in turn until nobody moves; return the labels and what is left of the dispersion."""
    labels = rows.nearest(centres)
    for _ in range(MOST_ROUNDS):
        moved = rows.nearest(rows.means(weights, labels, len(centres)))
        if np.array_equal(moved, labels):
            break
        labels = moved
    return labels, rows.dispersion(weights, labels)


def _ordered(matrix: Floats, weights: Floats, labels: Ints) -> Partition:
    """Number the parts by size and put every row where its nearest centre is.

    A row that few answers are known of can be equally near to several centres; a part all of whose rows are is dropped.
    """
    rows, (_, labels) = Answers.of(matrix), np.unique(labels, return_inverse=True)
    sizes = np.bincount(labels, weights=weights)
    centres = rows.means(weights, labels, len(sizes))
    order = np.lexsort((*np.round(centres, 6).T[::-1], -np.round(sizes / sizes.sum(), DECIMALS)))
    held, labels = np.unique(rows.nearest(centres[order]), return_inverse=True)
    return Partition(labels, centres[order][held], rows.dispersion(weights, labels))
