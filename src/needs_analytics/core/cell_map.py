"""In which cell a field of a row stands: a small map beside the tables instead of a column for every field."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from needs_analytics.core.issue import CellRef, Issue, Place, place_order
from needs_analytics.core.tables import OWN_COLUMN, iter_rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

_Key = tuple[str, str, str]  # table, digest of the file, sheet


@dataclass(frozen=True, slots=True)
class Stretch:
    """One table on a sheet.

    Attributes
    ----------
    top
        0-based row of its header; it ends where the next stretch of the sheet begins.
    fields
        Field to its 0-based column.
    headed
        Of a table laid out across, column to the fields its cells and its header tell, and where: row and column, no
        row where it is the row's own.
    """

    top: int
    fields: Mapping[str, int]
    headed: Mapping[int, Mapping[str, Place]] = field(default_factory=dict)

    def place(self, row: int, own: float, fields: Sequence[str]) -> Place:
        """Return the cell of the first of some fields that has one; ``own`` is the row's column where it has one."""
        told = self.headed.get(int(own), {})
        for name in fields:
            if name in told:
                head, column = told[name]
                return row if head is None else head, column
            if name in self.fields:
                return row, self.fields[name]
        return row, None


_NOWHERE = Stretch(0, {})


@dataclass(frozen=True, slots=True)
class CellMap:
    """Where the fields of all tables stand.

    Attributes
    ----------
    stretches
        Table, digest of the file and sheet to its tables, in their order on the sheet.
    """

    stretches: Mapping[_Key, tuple[Stretch, ...]] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{len(self.stretches)} sheets"

    def renamed(self, sheets: Mapping[str, str]) -> CellMap:
        """Return the map with other names of sheets."""
        return CellMap({(table, digest, sheets.get(sheet, sheet)): stretches
                        for (table, digest, sheet), stretches in self.stretches.items()})  # fmt: skip

    def refs(self, table: str, rows: pd.DataFrame, *fields: str) -> list[CellRef]:
        """Return, row by row, the cell of the first of some fields that has one; the row where none has."""
        if rows.empty:
            return []
        own = rows[OWN_COLUMN].fillna(-1).tolist() if OWN_COLUMN in rows else [-1.0] * len(rows)
        return [
            CellRef(str(file), str(sheet), *self._place((table, str(digest), str(sheet)), int(row) - 1, column, fields))
            for (file, digest, sheet, row), column in zip(
                iter_rows(rows, "file", "digest", "sheet", "row"), own, strict=True
            )
        ]

    def said(
        self, code: str, table: str, rows: pd.DataFrame, *fields: str, value: str = "", **details: Any
    ) -> list[Issue]:
        """Say the same of a field's cells, or of whole rows: an issue for each sheet, with the number of its rows.

        They come in the order in which the files were read, whatever the order of the rows.
        """
        if rows.empty:
            return []
        sheets: dict[tuple[str, str], list[CellRef]] = {}
        read = {digest: at for at, (_, digest, _) in enumerate(self.stretches)}
        order = np.argsort([read.get(digest, -1) for digest in rows["digest"]], kind="stable")
        for ref in self.refs(table, rows.iloc[order], *fields):
            sheets.setdefault((ref.file, ref.sheet), []).append(ref)
        told = {"table": table, **({"field": fields[0]} if fields else {}), **details}
        issues = []
        for same in sheets.values():
            first, *others = sorted(dict.fromkeys(same), key=lambda ref: place_order((ref.row, ref.column)))
            also = tuple((ref.row, ref.column) for ref in others)
            issues.append(Issue(code, first, value, {**told, "count": len(same)}, also))
        return issues

    def _place(self, where: _Key, row: int, own: float, fields: Sequence[str]) -> Place:
        stretches = self.stretches.get(where, ())
        stretch = next((found for found in reversed(stretches) if found.top <= row), _NOWHERE)
        return stretch.place(row, own, fields)
