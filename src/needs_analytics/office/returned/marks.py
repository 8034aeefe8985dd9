"""What is marked in a workbook and listed in front of it: from issues to cells and lines."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from needs_analytics.core.issue import cell_name
from needs_analytics.core.messages import issue_remedy, issue_sentence, issue_title, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from needs_analytics.core.issue import Issue, Place
    from needs_analytics.office.readers import ReadSheet

_MOST_OF_ONE, _MOST = 200, 2000
_ORDER = {"error": 0, "warning": 1}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the list.

    Attributes
    ----------
    sheet
        Position of the sheet in the workbook, ``None`` for the whole file.
    name, row, column, cell, value, code, problem, remedy
        What the line says; ``row`` counts from 1.
    place
        Row and column (from 0) of the cell that is marked, ``None`` where none is.
    note
        The remark on the marked cell.
    wrong
        Whether it is certainly wrong, not only doubtful.
    """

    sheet: int | None = None
    name: str = ""
    row: str = ""
    column: str = ""
    cell: str = ""
    value: str = ""
    code: str = ""
    problem: str = ""
    remedy: str = ""
    place: tuple[int, int] | None = None
    note: str = ""
    wrong: bool = False


def find_lines(
    issues: Iterable[Issue], sheets: Sequence[ReadSheet], names: Mapping[str, int], language: str
) -> list[Line]:
    """Return the lines of a workbook, in the order of its sheets and rows.

    Parameters
    ----------
    issues
        Those of this file; what is only said for the record is left out.
    sheets
        The workbook as read.
    names
        Sheet, as issues name it, to its position in ``sheets``.
    """
    lines: list[Line] = []
    for issue in sorted(issues, key=lambda issue: _ORDER.get(issue.severity, 2)):
        if issue.severity == "info" or issue.where is None:
            continue
        at = names.get(issue.where.sheet.partition("!")[0]) if issue.where.sheet else None
        places = issue.places[: min(_MOST_OF_ONE, max(_MOST - len(lines), 1))]
        lines += [_line(issue, place, at, sheets, language) for place in places]
        rest = len(issue.places) - len(places)
        if rest:
            more = text("returned.more", language, title=issue_title(issue, language), count=rest)
            lines.append(Line(at, "" if at is None else sheets[at].name, code=issue.code, problem=more))
    return sorted(lines, key=position)


def position(line: Line) -> tuple[int, int, int]:
    """Return where a line stands in the list: what concerns the file first, then sheet by sheet from above."""
    sheet = -1 if line.sheet is None else line.sheet
    return (sheet, *line.place) if line.place else (sheet, -1, -1)


def _line(issue: Issue, place: Place, at: int | None, sheets: Sequence[ReadSheet], language: str) -> Line:
    title, sentence = issue_title(issue, language), issue_sentence(issue, language)
    remedy, _, paste = issue_remedy(issue, language).partition("\n")
    remedy = text("returned.not_the_office", language) if paste else remedy
    said = Line(name=issue.where.sheet if issue.where else "", code=issue.code, remedy=remedy,
                problem=text("returned.problem", language, title=title, sentence=sentence),
                wrong=issue.severity == "error")  # fmt: skip
    if at is None:
        return said
    return _placed(said, place, at, sheets[at], text("returned.note", language, code=issue.code, title=title,
                   row=text("returned.whole_row", language) if place[1] is None else "", sentence=sentence,
                   remedy=remedy))  # fmt: skip


def _placed(said: Line, place: Place, at: int, sheet: ReadSheet, note: str) -> Line:
    row, column = place
    rows = len(sheet.columns[0].codes) if sheet.columns else 0
    if row is None or row >= rows:
        return replace(said, sheet=at, name=sheet.name, column=cell_name(None, column))
    marked = _corner(row, _first_filled(sheet, row) if column is None else column, sheet)
    value = _shown(sheet, marked) if column is not None else ""
    cell = cell_name(*marked)
    return replace(said, sheet=at, name=sheet.name, row=str(row + 1), column=cell_name(None, column), cell=cell,
                   value=value, place=marked, note=note)  # fmt: skip


def _first_filled(sheet: ReadSheet, row: int) -> int:
    return next((at for at, column in enumerate(sheet.columns) if column.values[column.codes[row]] != ""), 0)


def _corner(row: int, column: int, sheet: ReadSheet) -> tuple[int, int]:
    """Return the cell that shows: of a merged range its first one."""
    for top, left, bottom, right in sheet.merged:
        if top <= row <= bottom and left <= column <= right:
            return top, left
    return row, column


def _shown(sheet: ReadSheet, place: tuple[int, int]) -> str:
    """Return a cell's content as the office would know it."""
    row, column = place
    if column >= len(sheet.columns):
        return ""
    cell = sheet.columns[column].values[sheet.columns[column].codes[row]]
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, dt.datetime):
        return str(cell).removesuffix(" 00:00:00")
    return str(cell)
