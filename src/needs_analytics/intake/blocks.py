"""One table inside a sheet: its headers, its data cells with merged ranges and ditto marks filled in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from needs_analytics.core.issue import CellRef
from needs_analytics.core.records import Column

if TYPE_CHECKING:
    from needs_analytics.core.arrays import Ints
    from needs_analytics.core.records import Sheet
    from needs_analytics.intake.headers import Header
    from needs_analytics.intake.platforms.profile import Export

_DITTO = frozenset({"〃", "″", "〞", '"', "”", "＂", "''", "′′", "同上", "同前", "上同", "同上行"})
_LONGEST_DITTO = 12  # with the spaces somebody may have typed around it


@dataclass(frozen=True, slots=True)
class Block:
    """One table inside a sheet.

    Attributes
    ----------
    headers
        One per column of the sheet; a column without one has no parts.
    head, height
        0-based first header row and number of header rows; height 0 when there is no header.
    rows
        0-based rows that hold data.
    asides
        0-based row to why it is no data, see :func:`~needs_analytics.intake.asides.find_asides`.
    titles
        Texts that stand above the header.
    dividers
        0-based row to the text of a row that only heads the rows below it (第一村民小组).
    export
        The platform that wrote the table, ``None`` for a sheet made by hand.
    tallies
        Columns beside the table that only count its answers (``G:H``).
    """

    sheet: Sheet
    headers: tuple[Header, ...]
    head: int
    height: int
    rows: Ints
    asides: dict[int, str] = field(default_factory=dict)
    titles: tuple[str, ...] = ()
    dividers: dict[int, str] = field(default_factory=dict)
    export: Export | None = None
    tallies: tuple[str, ...] = ()
    _columns: dict[int, Column] = field(default_factory=dict, init=False, repr=False, compare=False)
    _dittos: dict[int, int] = field(default_factory=dict, init=False, repr=False, compare=False)

    def sections(self) -> list[str]:
        """Return, per data row, the divider above it; ``""`` where there is none."""
        tops = sorted(self.dividers)
        above = np.searchsorted(tops, self.rows)
        return [self.dividers[tops[position - 1]] if position else "" for position in above]

    def ranks(self) -> Ints:
        """Return, per data row, its place among them in the order of what their cells hold, from the left.

        Rows that hold the same stay in the order in which they stand.
        """
        ranks, number = np.zeros(len(self.rows), dtype=np.int64), 1
        for position in range(len(self.sheet.columns)):
            if number == len(self.rows):
                return ranks
            column = self.column(position)
            found, ranks = np.unique(ranks * len(column.values) + column.codes, return_inverse=True)
            number = len(found)
        places = np.empty_like(ranks)
        places[np.argsort(ranks, kind="stable")] = np.arange(len(ranks))
        return places

    def header_cell(self, column: int) -> CellRef:
        """Return the cell that heads a column: under a merged title, the lowest of the header that is filled."""
        source = self.sheet.columns[column]
        codes = source.codes[self.head : self.head + self.height]
        filled = [row for row, code in enumerate(codes, start=self.head) if str(source.values[code]).strip()]
        return CellRef(self.sheet.file, self.sheet.name, max(filled, default=self.head), column)

    def column(self, column: int) -> Column:
        """Return a column's data cells; a merged range carries its value in each of its cells."""
        if column not in self._columns:
            self._columns[column] = self._column(column)
        return self._columns[column]

    def _column(self, column: int) -> Column:
        source = self.sheet.columns[column]
        values, codes = list(source.values), source.codes
        for top, left, bottom, right in self.sheet.merged:
            if left <= column <= right and self.head + self.height <= top < len(codes):
                owner = self.sheet.columns[left]
                codes = codes.copy() if codes is source.codes else codes
                values.append(owner.values[owner.codes[top]])
                codes[top : bottom + 1] = len(values) - 1
        kept = self._repeated(column, values, codes[self.rows])
        counts = np.bincount(kept, minlength=len(values))
        own = (np.cumsum(counts > 0) - 1).astype(np.int32)
        return Column(own[kept], tuple(value for value, count in zip(values, counts, strict=True) if count))

    def dittos(self, column: int) -> int:
        """Return how many cells of a column repeat the one above (〃, 同上)."""
        self.column(column)
        return self._dittos[column]

    def _repeated(self, column: int, values: list[object], codes: Ints) -> Ints:
        """Return the codes with every ditto mark replaced by what stands above it."""
        marks = np.array([_is_ditto(value) for value in values], dtype=bool)[codes]
        self._dittos[column] = int(marks.sum())
        if not marks.any():
            return codes
        sources = np.maximum.accumulate(np.where(marks, -1, np.arange(len(codes))))
        return np.asarray(np.where(sources >= 0, codes[np.maximum(sources, 0)], codes))


def _is_ditto(value: object) -> bool:
    return isinstance(value, str) and len(value) <= _LONGEST_DITTO and value.strip() in _DITTO
