"""Rows in the order of what they hold: a table is then the same in whatever order somebody has put its rows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from needs_analytics.core.tables import PROVENANCE

if TYPE_CHECKING:
    from needs_analytics.core.arrays import Ints
    from needs_analytics.core.records import Cleaned

_NOT_TOLD = frozenset({"person_key", "household_key", "interviewer", "known_by", "linked_by", *PROVENANCE})
"""What follows from a workspace's secret or from where a row stands: it is no content."""
_WIDEST = 2**62


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


def with_order(cleaned: Cleaned, *tables: str) -> Cleaned:
    """Return the month with some of its tables in order."""
    ordered: dict[str, Any] = {name: in_order(getattr(cleaned, name)).reset_index(drop=True) for name in tables}
    return replace(cleaned, **ordered)
