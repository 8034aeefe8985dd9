"""The tables that tell how segments go on from month to month, without rows until there is something to tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_NUMBERS = {"similarity", "statistic", "p", "share", "share_low", "share_high", "persons", "overall", "lift"}
_TYPES = dict.fromkeys(_NUMBERS, "float64") | {"drifted": "bool", "n": "int64", "users": "int64"}


def crosswalk_frame(rows: Iterable[Sequence[object]] = ()) -> pd.DataFrame:
    """Return ``segment_before, name_before, segment, name, similarity, status``: which is which now."""
    return _frame(rows, ("segment_before", "name_before", "segment", "name", "similarity", "status"))


def drift_frame(rows: Iterable[Sequence[object]] = ()) -> pd.DataFrame:
    """Return ``question, label, statistic, p, drifted``: what is no longer answered as the kept segments expect."""
    return _frame(rows, ("question", "label", "statistic", "p", "drifted"))


def migration_frame(rows: Iterable[Sequence[object]] = ()) -> pd.DataFrame:
    """Return ``segment_before, segment, n``: persons who answered in both months. Counts as they are, for no report."""
    return _frame(rows, ("segment_before", "segment", "n"))


def sizes_frame(rows: Iterable[Sequence[object]] = ()) -> pd.DataFrame:
    """Return ``month, segment, name, share, share_low, share_high, persons``: sizes over the months kept."""
    return _frame(rows, ("month", "segment", "name", "share", "share_low", "share_high", "persons"))


def services_frame(rows: Iterable[Sequence[object]] = ()) -> pd.DataFrame:
    """Return ``segment, service, users, n, share, overall, lift``: what residents of a segment used, by name."""
    return _frame(rows, ("segment", "service", "users", "n", "share", "overall", "lift"))


def _frame(rows: Iterable[Sequence[object]], columns: tuple[str, ...]) -> pd.DataFrame:
    frame = pd.DataFrame([tuple(row) for row in rows], columns=list(columns))
    return frame.astype({name: _TYPES.get(name, "str") for name in columns})
