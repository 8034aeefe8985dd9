"""A sheet before it is written: its cells, where each record stands, and the workbook they go into."""

from __future__ import annotations

import csv
import datetime as dt
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import xlsxwriter

from needs_analytics.core.issue import column_letters

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from needs_analytics.core.month import Month

_WIDE = re.compile("[⺀-\U0010ffff]")
Cell = str | int | float | dt.date | dt.datetime | None


@dataclass(frozen=True)
class Table:
    """One table of a sheet.

    Attributes
    ----------
    sheet
        Sheet it stands on; empty in a CSV.
    columns
        Header of each column (the lower one where there are two rows).
    rows
        Cells, one list per row.
    keys
        Label of the record in each row, -1 for an empty row.
    first_row
        0-based row of the sheet in which the first of ``rows`` stands.
    blocks
        Upper header cells over several columns, in order, each with how many it covers.
    """

    sheet: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]
    keys: tuple[int, ...]
    first_row: int = 1
    blocks: tuple[tuple[str, int], ...] = ()

    def address(self, row: int, column: int) -> str:
        """Name a cell of ``rows`` as a spreadsheet does."""
        return f"{column_letters(column)}{self.first_row + row + 1}"

    def row_number(self, key: int) -> int:
        """Return the 1-based row of the sheet in which a record stands."""
        return self.first_row + self.keys.index(key) + 1


def with_empty_rows(table: Table, number: int, rng: np.random.Generator) -> Table:
    """Put empty rows among the records, as people leave them."""
    rows, keys = [list(row) for row in table.rows], list(table.keys)
    for place in sorted(rng.choice(np.arange(5, len(rows)), number, replace=False).tolist(), reverse=True):
        rows.insert(place, [None] * len(table.columns))
        keys.insert(place, -1)
    return replace(table, rows=rows, keys=tuple(keys))


def open_workbook(path: Path, author: str, month: Month) -> xlsxwriter.Workbook:
    """Open a new workbook whose bytes depend on nothing but its content."""
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(str(path), plain | {"in_memory": True})
    sent = dt.datetime.combine(month.shift(1).first_day, dt.time(9), tzinfo=dt.UTC)
    book.set_properties({"author": author, "company": author, "created": sent})
    return book


def write_text(path: Path, columns: Iterable[str], rows: Iterable[Sequence[Cell]], encoding: str = "gb18030") -> None:
    """Write a text file of commas with the line ends of Windows."""
    with path.open("w", encoding=encoding, newline="") as handle:
        writer = csv.writer(handle, lineterminator="\r\n")
        writer.writerow(columns)
        writer.writerows(rows)


def write_cells(
    sheet: xlsxwriter.worksheet.Worksheet,
    table: Table,
    formats: Sequence[xlsxwriter.format.Format | None],
    day_format: xlsxwriter.format.Format | None = None,
) -> None:
    """Write a table's records, one format per column; dates take their own; an empty cell keeps only its frame."""
    framed = [style is not None and style.bottom > 0 for style in formats]
    for row, cells in enumerate(table.rows, start=table.first_row):
        for column, cell in enumerate(cells):
            if cell is not None and cell != "":
                _write_cell(sheet, (row, column), cell, formats[column], day_format)
            elif framed[column]:
                sheet.write_blank(row, column, None, formats[column])


def _write_cell(
    sheet: xlsxwriter.worksheet.Worksheet,
    place: tuple[int, int],
    cell: str | float | dt.date,
    style: xlsxwriter.format.Format | None,
    day_format: xlsxwriter.format.Format | None,
) -> None:
    if isinstance(cell, str):
        sheet.write_string(*place, cell, style)
    elif isinstance(cell, dt.date):
        sheet.write_datetime(*place, cell, day_format)
    else:
        sheet.write_number(*place, cell, style)


def display_width(text: str) -> int:
    """Return how many half-width places a text takes; a Chinese character takes two."""
    return len(text) + len(_WIDE.findall(text))


def column_widths(table: Table, least: int = 6, most: int = 40, one_line: int = 14) -> list[int]:
    """Return widths that show most of what is in each column; a header wider than ``one_line`` takes two lines."""

    def widest(cells: Iterable[Cell]) -> int:
        return max(map(display_width, {str(cell) for cell in cells if cell is not None}), default=0)

    def of_header(text: str) -> int:
        width = display_width(text)
        return width if width <= one_line else width // 2 + 2

    columns = [[row[column] for row in table.rows] for column in range(len(table.columns))]
    return [
        max(least, min(most, max(widest(cells), of_header(header)) + 2))
        for header, cells in zip(table.columns, columns, strict=True)
    ]
