"""Workbooks compared by their rows: each row is one number, made once for a file, however many it is compared with."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from needs_analytics.core.records import Sheet

    Marks = npt.NDArray[np.uint64]

_FILLED = 3  # cells of a row that is compared with the rows of other files
_AT_ONCE = 2**16


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a workbook as numbers; equal numbers are equal rows.

    Attributes
    ----------
    all
        ``(rows,)``, those of every row that is not blank, in order.
    full
        The distinct ones of rows that are filled enough to be told from others, ascending.
    """

    all: Marks
    full: Marks

    def same(self, other: Rows) -> bool:
        """Whether two workbooks hold the same rows in the same order."""
        return np.array_equal(self.all, other.all)

    def missing_in(self, other: Rows) -> int:
        """Return how many rows stand in this workbook only."""
        return int((~np.isin(self.full, other.full)).sum())


def rows_of(sheets: Sequence[Sheet]) -> Rows:
    """Return the rows of a workbook; blank cells, also those beyond the last filled column, do not count."""
    marks, filled = [], []
    for sheet in sheets:
        mark, cells = np.zeros(sheet.n_rows, np.uint64), np.zeros(sheet.n_rows, np.intp)
        for at, column in enumerate(sheet.columns):
            mark += np.array([_number(at, value) for value in column.values], np.uint64)[column.codes]
            cells += np.array([value != "" for value in column.values], bool)[column.codes]
        marks.append(mark[cells > 0])
        filled.append(cells[cells > 0])
    found = np.concatenate(marks) if marks else np.zeros(0, np.uint64)
    return Rows(found, np.unique(found[np.concatenate(filled) >= _FILLED] if filled else found))


def shared_rows(files: Sequence[Rows]) -> npt.NDArray[np.float64]:
    """Return how many rows every two of some workbooks have in common, ``(files, files)``."""
    shared = np.zeros((len(files), len(files)))
    marks = np.concatenate([np.zeros(0, np.uint64), *(rows.full for rows in files)])
    owners = np.repeat(np.arange(len(files)), [len(rows.full) for rows in files])
    _, rows, times = np.unique(marks, return_inverse=True, return_counts=True)
    common = times[rows] > 1
    rows, owners = np.unique(rows[common], return_inverse=True)[1], owners[common]
    order = np.argsort(rows, kind="stable")
    rows, owners = rows[order], owners[order]
    for first in range(0, int(rows[-1]) + 1 if len(rows) else 0, _AT_ONCE):
        low, high = np.searchsorted(rows, [first, first + _AT_ONCE])
        holds = np.zeros((min(_AT_ONCE, int(rows[-1]) + 1 - first), len(files)), np.float32)
        holds[rows[low:high] - first, owners[low:high]] = 1
        shared += holds.T @ holds
    return shared


def _number(column: int, value: object) -> int:
    if value == "":
        return 0
    told = f"{column}\0{value}".encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(told, digest_size=8).digest(), "little")
