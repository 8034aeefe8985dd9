"""Where everything stands in the workbook, decided before anything is written: sheets, rows, widths, links."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from rich.cells import cell_len
from xlsxwriter.utility import xl_rowcol_to_cell

from needs_analytics.reports.placing import legend_of
from needs_analytics.reports.xlsx.styles import MAX_WIDTH

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from needs_analytics.reports.document import Document, Link, Sheet
    from needs_analytics.reports.tables import Table
    from needs_analytics.reports.words import Words

TITLE_ROW, FACTS_ROW, BACK_ROW, FIRST_TABLE_ROW = 0, 1, 2, 3
_MIN_WIDTH = 7
_ONE_LINE_HEAD = 16
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_LONGEST_NAME = 31


@dataclass(frozen=True, slots=True)
class PlannedTable:
    """A table and the row of its header; captions stand above all but the first of a sheet."""

    table: Table
    head: int
    notes: tuple[str, ...]

    @property
    def first(self) -> int:
        """The first data row."""
        return self.head + 1

    @property
    def after(self) -> int:
        """The row after the last data row."""
        return self.first + len(self.table.cells)


@dataclass(frozen=True, slots=True)
class PlannedSheet:
    """A sheet: the name it can have, its title, its tables and the widths of its columns."""

    name: str
    title: str
    tables: tuple[PlannedTable, ...]
    widths: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """The workbook's sheets."""

    home: str
    charts: str
    sheets: tuple[PlannedSheet, ...]

    def address(self, link: Link | None) -> str | None:
        """Return the internal address of what a link leads to; ``None`` where no sheet has it."""
        if link is None:
            return None
        for sheet in self.sheets:
            for planned in sheet.tables:
                if planned.table.id == link.table:
                    row = planned.head if link.row is None else planned.first + link.row
                    column = 0 if link.column is None else planned.table.column_index(link.column)
                    return internal_address(sheet.name, row, column)
        return None


def plan_workbook(document: Document, words: Words) -> Plan:
    """Decide names and places."""
    titles = [words["home"], *(sheet.title for sheet in document.sheets), words["charts"]]
    home, *names, charts = distinct_names(titles)
    sheets = (_plan_sheet(document, sheet, name, words) for sheet, name in zip(document.sheets, names, strict=True))
    return Plan(home, charts, tuple(sheets))


def distinct_names(titles: Iterable[str]) -> list[str]:
    r"""Return sheet names that Excel accepts: short, without ``[]:*?/\\``, and different whatever the case."""
    taken: set[str] = set()
    names = []
    for title in titles:
        base = _FORBIDDEN.sub(" ", title).strip(" '")[:_LONGEST_NAME] or "Sheet"
        name, number = base, 1
        while name.casefold() in taken:
            number += 1
            ending = f" ({number})"
            name = base[: _LONGEST_NAME - len(ending)] + ending
        taken.add(name.casefold())
        names.append(name)
    return names


def internal_address(sheet: str, row: int, column: int) -> str:
    """Return the address that a link within the workbook needs."""
    quoted = sheet.replace("'", "''")
    return f"internal:'{quoted}'!{xl_rowcol_to_cell(row, column)}"


def _plan_sheet(document: Document, sheet: Sheet, name: str, words: Words) -> PlannedSheet:
    row = FIRST_TABLE_ROW
    planned = []
    for number, table_id in enumerate(sheet.tables):
        table = document.table(table_id)
        head = row if number == 0 else row + 2
        notes = (*table.notes, *legend_of(list(table.blanks()), words))
        planned.append(PlannedTable(table, head, notes))
        row = planned[-1].after + len(notes)
    tables = tuple(planned)
    return PlannedSheet(name, sheet.title, tables, tuple(_widths(tables)))


def _widths(tables: Sequence[PlannedTable]) -> Iterator[int]:
    """Yield column widths that show what the columns hold, in half-width characters."""
    for index in range(max(len(planned.table.columns) for planned in tables)):
        columns = [planned.table for planned in tables if index < len(planned.table.columns)]
        yield max(_column_width(table, index) for table in columns)


def _column_width(table: Table, index: int) -> int:
    column = table.columns[index]
    if column.width is not None:
        return column.width
    widest = max((cell_len(column.text(row[index])) for row in table.cells), default=0)
    head = cell_len(column.label)
    head = (head if head <= _ONE_LINE_HEAD else ceil(head / 2)) + 3
    room = 8 if column.has_bar else 0
    return min(max(widest + 3 + room, head, _MIN_WIDTH), MAX_WIDTH)


def lines_needed(text: str, width: int) -> int:
    """Return how many lines a text takes in a column of a width."""
    return sum(max(1, ceil(cell_len(line) / max(width - 1, 1))) for line in text.split("\n"))
