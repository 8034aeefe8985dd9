"""Looking at returned workbooks: marking one, and comparing it with the original cell by cell."""

from __future__ import annotations

import warnings
import zipfile
from io import BytesIO
from typing import TYPE_CHECKING

import openpyxl

from needs_analytics.core.issue import CellRef, Issue
from needs_analytics.core.options import ReadingOptions
from needs_analytics.office.readers import Readers
from needs_analytics.office.returned.styles import DOUBT, ERROR
from needs_analytics.office.returned.workbook import make_returned

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from openpyxl.cell.cell import Cell
    from openpyxl.workbook import Workbook

    from needs_analytics.office.readers import ReadSheet

LIST = "错误清单"


def wrong(sheet: str, row: int, column: int | None, *also: tuple[int, int], value: str = "230") -> Issue:
    """Return an error of cells, rows and columns from 0."""
    return Issue("E101", CellRef("x.xlsx", sheet, row, column), value, {"field": "年龄"}, also)


def doubtful(sheet: str, row: int, column: int | None) -> Issue:
    """Return a doubt about a cell."""
    return Issue("W122", CellRef("x.xlsx", sheet, row, column), "若干")


def returned(folder: Path, content: bytes, issues: Sequence[Issue], *, name: str = "x.xlsx") -> bytes:
    """Return the marked copy of a workbook."""
    path = folder / name
    path.write_bytes(content)
    return make_returned([(path, issues)], language="zh", options=ReadingOptions())[path]


def opened(content: bytes) -> Workbook:
    """Return a workbook as openpyxl sees it."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*(?:extension|Data Validation)")  # what openpyxl would lose
        return openpyxl.load_workbook(BytesIO(content), rich_text=True)


def read(content: bytes, name: str = "x.xlsx") -> list[ReadSheet]:
    """Return a workbook as the reading process sees it, our list included."""
    with Readers(ReadingOptions()) as readers:
        sheets = readers.read(content, name)
    assert isinstance(sheets, list), sheets
    return sheets


def fill(cell: Cell) -> str:
    """Return a cell's colour, ``""`` for none."""
    return str(cell.fill.fgColor.rgb) if cell.fill.fill_type else ""


def look(cell: Cell) -> tuple[object, ...]:
    """Return all of a cell but its fill."""
    return (cell.value, cell.number_format, repr(cell.font), repr(cell.border), repr(cell.alignment),
            repr(cell.protection), cell.data_type)  # fmt: skip


def differences(before: bytes, after: bytes) -> dict[str, list[str]]:
    """Return per sheet the cells whose fill or comment differs; anything else that differs fails."""
    one, other = opened(before), opened(after)
    assert other.sheetnames[1:] == one.sheetnames
    found: dict[str, list[str]] = {}
    for sheet in one.worksheets:
        copy = other[sheet.title]
        rows, columns = max(sheet.max_row, copy.max_row), max(sheet.max_column, copy.max_column)
        changed = []
        for row in range(1, rows + 1):
            for column in range(1, columns + 1):
                old, new = sheet.cell(row, column), copy.cell(row, column)
                assert look(old) == look(new), (sheet.title, old.coordinate)
                if (repr(old.fill), said(old)) != (repr(new.fill), said(new)):
                    changed.append(old.coordinate)
        found[sheet.title] = changed
    return found


def said(cell: Cell) -> str:
    """Return a cell's comment."""
    return str(cell.comment.text) if cell.comment else ""


def parts(content: bytes) -> dict[str, bytes]:
    """Return name to bytes of a workbook's parts."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def listed(content: bytes) -> list[list[object]]:
    """Return the lines of the list, without number and hidden columns."""
    rows = opened(content)[LIST].iter_rows(min_row=4, min_col=2, max_col=9, values_only=True)
    return [list(row) for row in rows]


def without_list(sheets: Iterable[ReadSheet]) -> list[ReadSheet]:
    """Return sheets without our list."""
    return [sheet for sheet in sheets if sheet.name != LIST]


__all__ = ["DOUBT", "ERROR"]
