"""Read a workbook or CSV of the sample back, cell by cell."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING

from python_calamine import CalamineWorkbook

if TYPE_CHECKING:
    from pathlib import Path

Cells = list[list[object]]


def read_sheets(path: Path) -> dict[str, Cells]:
    """Sheet name to its cells from A1 on; a CSV is one sheet without a name."""
    if path.suffix == ".csv":
        with path.open(encoding="gb18030", newline="") as handle:
            return {"": [list(row) for row in csv.reader(handle)]}
    book = CalamineWorkbook.from_path(path)
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def cell_at(cells: Cells, address: str) -> object:
    """The cell a spreadsheet calls ``B17``."""
    letters, row = re.fullmatch(r"([A-Z]+)(\d+)", address).groups()
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return cells[int(row) - 1][column - 1]


def table_below(cells: Cells, header: str) -> list[dict[str, object]]:
    """Records below the first row that holds a header cell, up to the first row without a first cell."""
    top = next(number for number, row in enumerate(cells) if header in row)
    names = [str(name) for name in cells[top]]
    rows = []
    for row in cells[top + 1 :]:
        if row[0] in ("", "合计"):
            break
        rows.append(dict(zip(names, row, strict=True)))
    return rows
