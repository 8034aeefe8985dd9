"""A sheet as yes/no matrices: where something stands and where it is text; made from the distinct cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from needs_analytics.core.wording import plain

if TYPE_CHECKING:
    from needs_analytics.core.arrays import Bools, Ints
    from needs_analytics.core.records import Sheet


@dataclass(frozen=True, slots=True)
class Grid:
    """Shape of a sheet's content.

    Attributes
    ----------
    filled
        ``(rows, columns)`` whether a cell holds anything.
    text
        ``(rows, columns)`` whether it holds text that is no number.
    """

    sheet: Sheet
    filled: Bools
    text: Bools

    @property
    def empty_rows(self) -> Bools:
        """``(rows,)`` whether nothing stands in the row."""
        return np.asarray(~self.filled.any(axis=1))

    def row(self, row: int) -> list[str]:
        """Return a row's cells as plain text."""
        return [plain(str(cell)) for cell in self.sheet.rows(row, row + 1)[0]]

    def stretches(self) -> list[tuple[int, int]]:
        """Return the runs of rows that are not empty, as first row and last row (exclusive)."""
        edges = np.diff(np.concatenate([[0], (~self.empty_rows).astype(np.int8), [0]]))
        starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
        return [(int(start), int(end)) for start, end in zip(starts, ends, strict=True)]

    def containing(self, words: frozenset[str], *, at_least: int) -> Ints:
        """Return the rows in which so many cells are literally one of the words."""
        count = np.zeros(len(self.filled), dtype=np.int32)
        for column in self.sheet.columns:
            known = np.array([isinstance(value, str) and value.strip() in words for value in column.values])
            count += known[column.codes]
        return np.flatnonzero(count >= at_least)


def grid_of(sheet: Sheet) -> Grid:
    """Look through a sheet once."""
    shape = (sheet.n_rows, len(sheet.columns))
    filled, text = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
    for position, column in enumerate(sheet.columns):
        blank = [isinstance(value, str) and not value[:1].isalnum() and not plain(value) for value in column.values]
        wordy = [isinstance(value, str) and not _is_number(value) for value in column.values]
        filled[:, position] = ~np.array(blank)[column.codes]
        text[:, position] = np.array(wordy)[column.codes] & filled[:, position]
    return Grid(sheet, filled, text)


def _is_number(value: str) -> bool:
    digits = value.strip().replace(",", "").replace("%", "").lstrip("+-")
    return digits.replace(".", "", 1).isdigit()
