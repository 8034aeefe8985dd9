"""Rows in the order of what they hold: a table is then the same in whatever order somebody has put its rows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from needs_analytics.core.tables import PROVENANCE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from needs_analytics.core.arrays import Ints
    from needs_analytics.core.records import Cleaned

_NOT_TOLD = frozenset({"person_key", "household_key", "interviewer", "known_by", "linked_by", *PROVENANCE})
"""What follows from a workspace's secret or from where a row stands: it is no content."""
_WIDEST = 2**62
_OF_THE_FILE = frozenset({"office", *PROVENANCE})
"""What a sheet's file and its name decide."""


def in_order(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows in the order of what their columns hold, from the left.

    Sums over them are then the same to the last bit. Rows of which only keys of persons differ stay as they are.

    Examples
    --------
    >>> in_order(pd.DataFrame({"site": ["b", None, "a"], "count": [1.0, 2.0, 3.0]})).index.tolist()
    [2, 0, 1]
    """
    ranks: Ints = np.zeros(len(frame), dtype=np.int64)
    size = 1  # of what the ranks may be
    for name in frame.columns.difference(sorted(_NOT_TOLD), sort=False):
        values = frame[name]
        if size == 1 and values.is_monotonic_increasing and values.is_unique:
            return frame
        codes, known = pd.factorize(values, sort=True)
        if size * (len(known) + 1) > _WIDEST:
            found, ranks = np.unique(ranks, return_inverse=True)
            size = len(found)
            if size == len(frame):
                break
        ranks = ranks * (len(known) + 1) + np.where(codes < 0, len(known), codes)
        size *= len(known) + 1
    return frame if (np.diff(ranks) >= 0).all() else frame.take(np.argsort(ranks, kind="stable"))


def by_content(frames: Sequence[pd.DataFrame]) -> list[pd.DataFrame]:
    """Return the tables of sheets, file by file in the order of what these hold, sheets as they stand in their file.

    They are in one order whatever their files are called and in whatever order rows stand.

    Examples
    --------
    >>> one, other = pd.DataFrame({"file": ["a"], "site": ["x"]}), pd.DataFrame({"file": ["b"], "site": ["y"]})
    >>> there = [frame["site"].item() for frame in by_content([one, other])]
    >>> back = [frame["site"].item() for frame in by_content([other.assign(file="a"), one.assign(file="b")])]
    >>> there == back
    True
    """
    files: dict[object, list[tuple[int, int]]] = {}
    for frame in frames:
        files.setdefault(frame["file"].iloc[0], []).append(_content_key(frame))
    return sorted(frames, key=lambda frame: files[frame["file"].iloc[0]])


def _content_key(frame: pd.DataFrame) -> tuple[int, int]:
    """Return a key of what rows hold: their number and the sum of their hashes."""
    columns = [name for name in sorted(frame.columns) if name not in _OF_THE_FILE]
    hashes = pd.util.hash_pandas_object(frame[columns], index=False).to_numpy(dtype=np.uint64)
    return len(frame), int(hashes.sum(dtype=np.uint64))


def with_order(cleaned: Cleaned, *tables: str) -> Cleaned:
    """Return the month with some of its tables in order."""
    ordered: dict[str, Any] = {name: in_order(getattr(cleaned, name)).reset_index(drop=True) for name in tables}
    return replace(cleaned, **ordered)
