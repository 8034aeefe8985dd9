"""Sheets whose labels stand beside the answers: fields down with a person per column, or one form per sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from needs_analytics.core.wording import plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from needs_analytics.core.records import Sheet

_FEWEST = 3  # labels that such a sheet must have
_SEARCHED = 60  # rows that are looked at
_MOSTLY = 0.5  # share of a column's cells that must be labels
_KNOWN = 2.0  # score of a wording that is a header, exactly


def labels_beside(sheet: Sheet, score: Callable[[str], float]) -> str:
    """Return ``transposed`` for fields down and a person per column, ``form`` for one form on the sheet, else ``""``.

    Parameters
    ----------
    score
        How much a text looks like a header: 2 exactly.
    """
    rows = [[plain(str(cell)) for cell in row] for row in sheet.rows(0, _SEARCHED)]
    filled = [row for row in rows if any(row)]
    labels = [[bool(cell) and score(cell) >= _KNOWN for cell in row] for row in filled]
    down = max((_column(labels, filled, column) for column in range(len(sheet.columns))), default=0.0)
    pairs = {
        cell
        for row, known in zip(filled, labels, strict=True)
        for place, cell in enumerate(row[:-1])
        if known[place] and not known[place + 1]
    }
    if len(pairs) < _FEWEST or any(sum(known) > max(_FEWEST, sum(map(bool, row)) / 2) for row, known in
                                   zip(filled, labels, strict=True)):  # fmt: skip
        return ""
    if (
        down >= _MOSTLY
        and any(sum(map(bool, row)) > _FEWEST for row in filled)
        and not any(known[place] for known in labels for place in range(1, len(known)) if sum(known) > 1)
    ):
        return "transposed"
    return "form"


def _column(labels: list[list[bool]], rows: list[list[str]], column: int) -> float:
    """Return the share of a column's filled cells that are labels, 0 for fewer than three."""
    known = sum(row[column] for row in labels)
    return known / sum(bool(row[column]) for row in rows) if known >= _FEWEST else 0.0
