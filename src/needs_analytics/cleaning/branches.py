"""Rows of two files that were corrected apart from each other: each row of the file they come from counts once."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, cast

import numpy as np
import pandas as pd

from needs_analytics.core.tables import OWN_COLUMN, PROVENANCE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from needs_analytics.core.arrays import Ints
    from needs_analytics.core.issue import Issue

_OF_THE_FILE = frozenset({*PROVENANCE, OWN_COLUMN, "answer_id", "household_key", "office", "linked_by", "same_step"})
_FOLLOWS = frozenset({"age", "age_band", "month", "needs"})  # from other columns
_SAME_PLACE, _ELSEWHERE = 0.5, 0.8  # share of what two rows say that is equal
_MOST = 5000  # rows that are looked for elsewhere


def repeated_in_branches(frame: pd.DataFrame, issues: Iterable[Issue]) -> pd.Series:
    """Return, for every row, the index of the row that stands for it in the branch that counts first.

    A row of the other branch is the same one where all it says is equal; where it stands in the same place and half of
    what it says is equal; where it stands elsewhere and nearly all is equal. Rows are paired one to one.

    Parameters
    ----------
    frame
        A table of intake.
    issues
        Those of the month; ``W041`` tells the branches by their digests, the one that counts first before the other.
    """
    into = pd.Series(frame.index, index=frame.index)
    families: dict[str, list[str]] = defaultdict(list)
    for issue in issues:
        if issue.code == "W041":
            first, other = cast("tuple[str, str]", issue.details["digests"])
            families[first].append(other)
    if not families:
        return into
    said = _said(frame)
    for counted, others in families.items():
        kept = np.flatnonzero(frame["digest"] == counted)
        for other in others:
            rows = np.flatnonzero(frame["digest"] == other)
            pairs = _pairs(frame, said, kept, rows)
            into.iloc[pairs[:, 1]] = frame.index[pairs[:, 0]]
            kept = np.concatenate([kept, np.setdiff1d(rows, pairs[:, 1])])
    return into


def _said(frame: pd.DataFrame) -> Ints:
    """Return what rows say as numbers, ``(rows, columns)``: 0 for nothing, 1 for a need not chosen."""
    columns = [column for column in frame if column not in _OF_THE_FILE | _FOLLOWS]
    codes = [np.where(frame[column].eq(0), 1, pd.factorize(frame[column])[0] + 2) for column in columns]
    return np.column_stack([np.where(frame[name].isna(), 0, code) for name, code in zip(columns, codes, strict=True)])


def _pairs(frame: pd.DataFrame, said: Ints, kept: Ints, rows: Ints) -> Ints:
    """Return which row of those kept each of some rows is, ``(pairs, 2)``."""
    found = np.zeros((0, 2), np.int64)
    whole = pd.DataFrame(said).groupby(list(range(said.shape[1])), sort=False).ngroup()
    place = frame.groupby(["sheet", "row", *([OWN_COLUMN] if OWN_COLUMN in frame else [])], dropna=False).ngroup()
    for key, least in ((whole, 0), (place, _SAME_PLACE)):
        left, open_ = np.setdiff1d(kept, found[:, 0]), np.setdiff1d(rows, found[:, 1])
        pairs = _joined(key.to_numpy(), left, open_)
        found = np.concatenate([found, pairs[_equal(said[pairs[:, 0]], said[pairs[:, 1]]) >= least]])
    return np.concatenate([found, _nearest(said, np.setdiff1d(kept, found[:, 0]), np.setdiff1d(rows, found[:, 1]))])


def _joined(key: Ints, kept: Ints, rows: Ints) -> Ints:
    """Pair rows of one key, the first with the first."""
    one, other = (pd.DataFrame({"key": key[side], "place": side}) for side in (kept, rows))
    for side in (one, other):
        side["time"] = side.groupby("key").cumcount()
    joined = one.merge(other, on=["key", "time"], suffixes=("_kept", "_row"))
    return joined[["place_kept", "place_row"]].to_numpy(np.int64)


def _nearest(said: Ints, kept: Ints, rows: Ints) -> Ints:
    pairs: list[tuple[int, int]] = []
    left = kept
    for row in rows[:_MOST]:
        if not len(left):
            break
        equal = _equal(said[left], said[row])
        best = int(equal.argmax())
        if equal[best] >= _ELSEWHERE:
            pairs.append((int(left[best]), int(row)))
            left = np.delete(left, best)
    return np.array(pairs, np.int64).reshape(-1, 2)


def _equal(one: Ints, other: Ints) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return the share of what both of two rows say that is equal; what neither chose tells nothing."""
    both = (one > 0) & (other > 0) & ((one > 1) | (other > 1))
    return np.asarray(((one == other) & both).sum(axis=1) / np.maximum(both.sum(axis=1), 1))
