"""Would the same segments be found again? Bootstrap Jaccard of every segment.

Hennig (2007), Cluster-wise assessment of cluster stability, Computational Statistics & Data Analysis 52, 258–271; the
figures are those of ``clusterboot`` in the R package fpc with ``bootmethod="boot", multipleboot=FALSE``: below 0.6 a
segment should not be trusted, from 0.75 it is a valid one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from needs_analytics.segments.partition import split_rows
from needs_analytics.segments.split import grow_classes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from needs_analytics.segments.mixture import Classes, Counted
    from needs_analytics.segments.moments import Floats, Ints


@dataclass(frozen=True, slots=True)
class Resample:
    """Who was drawn, whoever was drawn twice once, and the classes grown from them for k = 1, 2 and so on."""

    drawn: Ints
    grown: Sequence[Classes]


def resample_classes(
    answers: Counted, largest: int, *, n_resamples: int, gain: float, random_state: int | None,
    start: Classes | None = None,
) -> list[Resample]:  # fmt: skip
    """Return what is found in resamples of the respondents, up to `largest` classes; none where only one is sought."""
    rng = np.random.default_rng(random_state)
    n, found = len(answers.table), []
    for _ in range(n_resamples if largest > 1 else 0):
        drawn = np.unique(rng.integers(n, size=n))
        again = grow_classes(answers.take(drawn, answers.weights[drawn]), largest, gain=gain, start=start)
        found.append(Resample(drawn, again))
    return found


def jaccard_of(labels: Ints, k: int, resamples: Sequence[Resample], answers: Counted) -> Floats:
    """Return the mean Jaccard similarity of each of `k` segments to its best match among k classes of each resample."""
    if k == 1:
        return np.ones(1)
    found = [
        best_match(labels[one.drawn], one.grown[k - 1].place(answers.table[one.drawn], answers.exponents), k)
        for one in resamples
    ]
    return np.asarray(np.mean(found, axis=0), dtype=np.float64)


def bootstrap_jaccard(
    matrix: Floats, weights: Floats, labels: Ints, *, n_resamples: int, n_init: int, random_state: int | None
) -> Floats:
    """Return the mean Jaccard similarity of each segment to its best match in resamples of the respondents.

    Parameters
    ----------
    matrix, weights, labels
        Encoded answers ``(n, columns)``, weights and segments ``(n,)``.
    n_resamples, n_init, random_state
        Resamples (whoever is drawn twice counts once), starts of each refit, and the seed.

    Returns
    -------
    array
        ``(k,)`` between 0 and 1; a segment from which nobody is drawn counts as 0 in that resample.
    """
    rng = np.random.default_rng(random_state)
    k, n = int(labels.max()) + 1, len(matrix)
    found = np.zeros((n_resamples, k))
    for row in found:
        drawn = np.unique(rng.integers(n, size=n))
        seed = int(rng.integers(2**31))
        again = split_rows(matrix[drawn], weights[drawn], k, n_init=n_init, random_state=seed)
        row[:] = best_match(labels[drawn], again.labels, k)
    return np.asarray(found.mean(axis=0), dtype=np.float64)


def best_match(labels: Ints, others: Ints, k: int) -> Floats:
    """Return, for each of `k` segments, the largest Jaccard similarity to a segment of another split."""
    width = int(others.max()) + 1
    both = np.bincount(labels * width + others, minlength=k * width).reshape(k, width)
    either = both.sum(axis=1)[:, None] + both.sum(axis=0)[None, :] - both
    return np.asarray((both / np.maximum(either, 1)).max(axis=1), dtype=np.float64)
