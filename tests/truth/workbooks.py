"""What stands in the workbooks, read cell by cell and not by the intake."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import pandas as pd

from samples.reading import read_sheets

from .generator import questions

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Sent

_MARKS = {"√", "✓", "是"}
_NOTHING_SAID = {"", "(空)", "(跳过)"}
NO_GRID = {"", "(空)", "不清楚"}


@cache
def _sheets(folder: Path, file: str) -> dict[str, list[list[object]]]:
    return read_sheets(folder / file)


def answer_table(sent: Sent, office: str) -> pd.DataFrame:
    """Return the answer sheets of an office as text under their headers, indexed by the row they stand in, from 1."""
    rows, _ = sent.answers.of_office(office)
    file = office_file(sent, office)
    sheets = _sheets(sent.planted.folder, file)
    cells = sheets.get("窗口问卷") or next(iter(sheets.values()))
    top = next(number for number, row in enumerate(cells) if "性别" in str(row) and "年龄" in str(row))
    header = [str(cell) for cell in cells[top]]
    below = cells[top + 1]
    if below[0] == "" and any(below):  # two rows of headers
        header = [str(lower) or upper for upper, lower in zip(header, below, strict=True)]
        top += 1
    frame = pd.DataFrame([[_text(cell) for cell in row] for row in cells[top + 1 :]], columns=header, dtype=object)
    frame.index = frame.index + top + 2
    full = frame[(frame != "").any(axis=1)]
    return full.iloc[: len(rows)]


def office_file(sent: Sent, office: str) -> str:
    """Return the name of an office's file."""
    return sent.answers.file_of(office)


def ticks(sent: Sent, office: str) -> pd.DataFrame:
    """Return what the office's workbook says of each need: 1 and 0, NaN where nothing was said."""
    written, found = answer_table(sent, office), {}
    for question in questions(sent.snapshot, office):
        whole = question["header"] or ("需求事项" if "需求事项" in written else "")
        for text, need in question["options"]:
            cells = written[whole or text]
            found[need] = _listed(cells, text) if whole else _marked(cells, blank_is_no=office == "handmade")
    return pd.DataFrame(found, index=written.index)


def _listed(cells: pd.Series, option: str) -> pd.Series:
    parts = cells.map(lambda cell: set(re.split("[┋；/,]", cell)) | _whole_parts(cell))
    return parts.map(lambda found: float(option in found)).where(~cells.isin(_NOTHING_SAID))


def _whole_parts(cell: str) -> set[str]:
    """Split at 、 as well: no option of the forms that join by it holds one."""
    return set(cell.split("、"))


def _marked(cells: pd.Series, *, blank_is_no: bool) -> pd.Series:
    said = cells.isin(_MARKS).astype(float)
    known = cells.isin(_MARKS | {"否"}) | (blank_is_no & (cells == ""))
    return said.where(known)


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell)
