"""Delimited text as rows: the mark is the one that cuts the first lines most evenly."""

from __future__ import annotations

import csv
import io

from needs_analytics.office.gate.found import Refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    from needs_analytics.core.options import ReadingOptions


def delimited(text: str, limits: ReadingOptions) -> list[list[str]]:
    """Return the cells of a delimited text, every row as long as the longest."""
    head = "".join(text.splitlines(keepends=True)[:50])
    try:
        mark = max(",\t;|", key=lambda mark: _steadiness(_records(head, mark)))
        if text.count(mark) > 2 * limits.most_cells:
            raise Refused("E010", sheet="", cell="", limit=limits.most_cells)
        rows = _records(text, mark)
    except csv.Error as error:
        raise Refused("E001") from error
    width = max(map(len, rows), default=0)
    if width * len(rows) > limits.most_cells:
        raise Refused("E010", sheet="", cell=str(len(rows)), limit=limits.most_cells)
    return [row + [""] * (width - len(row)) for row in rows]


def _records(text: str, mark: str) -> list[list[str]]:
    """Split delimited text; a quote that is never closed is an ordinary character, it swallows no lines below it."""
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True))
    except csv.Error as error:
        open_quote = "unexpected end" in str(error) or "field larger" in str(error)
    quoting: Literal[0, 3] = csv.QUOTE_NONE if open_quote else csv.QUOTE_MINIMAL
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=mark, quoting=quoting))


def _steadiness(rows: Sequence[Sequence[str]]) -> int:
    """Return how many rows hold the most usual number (above 1) of cells."""
    widths = [len(row) for row in rows if len(row) > 1]
    return max(map(widths.count, set(widths)), default=0)
