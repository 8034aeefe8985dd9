"""Which of the segments learnt anew is which of those kept: same ids, same names, and new ones for the new.

Both models place this month's respondents, and segments are compared by whom they hold (Jaccard; Hennig 2007,
Computational Statistics & Data Analysis 52, 258–271: at least half in common is the same cluster).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import linear_sum_assignment

from needs_analytics.core.continuity import crosswalk_frame
from needs_analytics.core.tables import iter_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from needs_analytics.segments.moments import Floats, Ints

SAME = 0.5
MUTUAL = 0.3
"""Two that overlap more with each other than with any third are the same from so much in common on."""


@dataclass(frozen=True, slots=True)
class Matched:
    """Segments of now by those kept.

    Attributes
    ----------
    before
        Label now to label kept, where it is the same segment.
    similarity
        Label now to their Jaccard overlap.
    """

    before: Mapping[int, int]
    similarity: Mapping[int, float]


def match_segments(before: Ints, now: Ints, k_before: int, k_now: int) -> Matched:
    """Match segments optimally by whom they hold.

    Parameters
    ----------
    before, now
        Labels ``(n,)`` of the same respondents under both models, in one order.
    k_before, k_now
        Numbers of segments.
    """
    rows, columns = _by_first(before, k_before), _by_first(now, k_now)
    overlap = _jaccard(before, now, k_before, k_now)[np.ix_(rows, columns)]
    best = (overlap == overlap.max(axis=1, keepdims=True)) & (overlap == overlap.max(axis=0, keepdims=True))
    same = (overlap >= SAME) | (best & (overlap >= MUTUAL))
    pairs = linear_sum_assignment(np.where(same, -overlap, 0.0))
    found = [(int(columns[j]), int(rows[i]), float(overlap[i, j])) for i, j in zip(*pairs, strict=True) if same[i, j]]
    return Matched({new: old for new, old, _ in found}, {new: each for new, _, each in found})


def give_ids(matched: Matched, k: int, ids: tuple[str, ...], used: Iterable[str]) -> tuple[str, ...]:
    """Return the id of every segment now: a kept one, or one that no segment ever had.

    Examples
    --------
    >>> give_ids(Matched({1: 0}, {1: 0.8}), 3, ("S2", "S4"), ("S1", "S2", "S3", "S4"))
    ('S5', 'S2', 'S6')
    """
    following = 1 + max((int(each.removeprefix("S")) for each in used), default=0)
    fresh = iter(range(following, following + k))
    return tuple(ids[matched.before[label]] if label in matched.before else f"S{next(fresh)}" for label in range(k))


def tell_crosswalk(matched: Matched, before: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """Return the crosswalk: those that are the same, those that are new, those that are gone.

    Parameters
    ----------
    before, now
        ``segment, name`` by label.
    """
    old, new = list(iter_rows(before, "segment", "name")), list(iter_rows(now, "segment", "name"))
    same = [
        (*old[matched.before[label]], *new[label], matched.similarity[label], "same")
        for label in sorted(matched.before)
    ]
    fresh = [("", "", *pair, np.nan, "new") for label, pair in enumerate(new) if label not in matched.before]
    gone = [(*pair, "", "", np.nan, "gone") for label, pair in enumerate(old) if label not in matched.before.values()]
    return crosswalk_frame([*same, *fresh, *gone])


def all_same(segments: pd.DataFrame) -> pd.DataFrame:
    """Return the crosswalk of a model that was kept."""
    return crosswalk_frame(
        (segment, name, segment, name, 1.0, "same") for segment, name in iter_rows(segments, "segment", "name")
    )


def _jaccard(before: Ints, now: Ints, k_before: int, k_now: int) -> Floats:
    both = np.bincount(before * k_now + now, minlength=k_before * k_now).reshape(k_before, k_now)
    either = both.sum(axis=1, keepdims=True) + both.sum(axis=0, keepdims=True) - both
    return np.asarray(np.round(both / np.maximum(either, 1), 9), dtype=np.float64)


def _by_first(labels: Ints, k: int) -> Ints:
    """Return the labels by who comes first in them, so that how they are numbered decides no tie."""
    first = np.full(k, len(labels))
    np.minimum.at(first, labels, np.arange(len(labels)))
    return np.asarray(np.argsort(first, kind="stable"), dtype=np.intp)
