"""What the store's tables hold, and how rows go in and are told apart from others."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from needs_analytics.core.results import GAPS_COLUMNS, NEEDS_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

    Value = str | float | None

_FROM_CODES = frozenset({"need_name", "domain"})  # the codebook says them
ESTIMATE = (*(name for name in NEEDS_COLUMNS if name not in _FROM_CODES), "shown")
GAP = (*(name for name in GAPS_COLUMNS if name not in _FROM_CODES), "shown")
USAGE = ("month", "service", "site", "count")
QUESTION = (
    "office", "question", "wording", "kind", "sense", "unit", "blank", "option", "need", "times", "answered",
)  # fmt: skip
SEGMENT = (
    "segment", "name", "name_en", "n", "share", "share_low", "share_high", "persons", "jaccard", "published",
)  # fmt: skip
DETAILS = {"estimate": ESTIMATE, "gap": GAP, "usage_count": USAGE, "question": QUESTION, "segment": SEGMENT}
"""The tables that hold a run's exact results, and their columns."""

TEXTS = frozenset(
    {
        *("need", "community", "grid", "segment", "group", "method", "tier", "change", "flag", "flag_before"),
        *("flag_reason", "resolution_path", "quadrant", "cause", "shown", "name", "name_en"),
        *USAGE[:3], *QUESTION[:-2],
    }
)  # fmt: skip


def rows_of(frame: pd.DataFrame, columns: Sequence[str]) -> list[tuple[Value, ...]]:
    """Return a frame's rows as the store takes them: missing figures ``None``, missing texts empty."""
    listed = [_plain(frame, name) for name in columns]
    return list(zip(*listed, strict=True))


def _plain(frame: pd.DataFrame, name: str) -> list[Value]:
    if name not in frame:
        return [""] * len(frame) if name in TEXTS else [None] * len(frame)
    known, values = frame[name].notna(), frame[name].astype(object)
    if name in TEXTS:
        return [str(value) if there else "" for value, there in zip(values, known, strict=True)]
    return [float(value) if there else None for value, there in zip(values, known, strict=True)]


def quoted(columns: Iterable[str]) -> str:
    """Return columns as SQL names them."""
    return ", ".join(f'"{name}"' for name in columns)


def linked(chain: str, *facts: object) -> str:
    """Return a run's link as the first versions made it: a digest of the link before it and of what the run is."""
    return hashlib.sha256("|".join([chain, *map(str, facts)]).encode()).hexdigest()
