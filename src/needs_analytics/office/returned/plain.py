"""A workbook written from what was read of it, its wrong cells marked: for kinds that cannot be changed in place."""

from __future__ import annotations

import datetime as dt
import io
import math
import re
from typing import TYPE_CHECKING, Any

from needs_analytics.core.messages import text
from needs_analytics.core.options import ReadingOptions
from needs_analytics.intake.reading import UNCOMPUTED
from needs_analytics.office.returned import seal
from needs_analytics.office.returned.listing import COLUMNS, FIRST, WIDTHS, link_of, rows_of
from needs_analytics.office.returned.marker import (
    FILL_COLUMN,
    NOTE_COLUMN,
    PROPERTY,
    fill_text,
    marker_text,
    note_text,
)
from needs_analytics.office.returned.styles import DOUBT, ERROR

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

    from needs_analytics.office.readers import ReadSheet
    from needs_analytics.office.returned.marks import Line
    from needs_analytics.office.returned.patching import Job

_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_FORMATS: dict[type, str] = {
    dt.datetime: "yyyy-mm-dd hh:mm:ss",
    dt.date: "yyyy-mm-dd",
    dt.time: "hh:mm:ss",
    dt.timedelta: "[h]:mm:ss",
}
_MARKS = {True: f"#{ERROR[2:]}", False: f"#{DOUBT[2:]}"}
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]|^'|'$")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ANY_NUMBER = 2**31
_LONGEST_NAME, _LONGEST_TEXT, _FIRST_DAY = 31, 32_767, dt.date(1900, 3, 1)
_NONE = b'<fill><patternFill patternType="none"/></fill>'


def write_plain(job: Job, sheets: Sequence[ReadSheet]) -> bytes:
    """Return the workbook: the same sheets and cells in place, without the look and the formulas of the original."""
    from xlsxwriter import Workbook  # noqa: PLC0415 - slow to load, and needed for some files only

    target = io.BytesIO()
    own = job.marker.sheet if job.marker else ""
    kept = [(at, sheet) for at, sheet in enumerate(sheets) if not own or sheet.name != own]
    with Workbook(target, _OPTIONS) as book:
        book.set_properties({"created": dt.datetime(2000, 1, 1)})  # noqa: DTZ001 - the same inputs give the same bytes
        book.set_custom_property(PROPERTY, marker_text(job.ancestors), "text")
        book.set_custom_property(seal.PROPERTY, seal.OPEN, "text")
        listed = book.add_worksheet(_free_name(text("returned.sheet", job.language), [sheet.name for _, sheet in kept]))
        names: dict[int, str] = {}
        for at, sheet in kept:
            names[at] = _free_name(sheet.name, [listed.get_name(), *names.values()])
            _write_sheet(book, book.add_worksheet(names[at]), sheet, [line for line in job.lines if line.sheet == at])
        _write_list(book, listed, job, names)
    return seal.sealed(target.getvalue(), ReadingOptions(most_parts=_ANY_NUMBER))


def _free_name(name: str, taken: Iterable[str]) -> str:
    """Return a sheet's name as a workbook may hold it, unlike all others."""
    used = {other.lower() for other in taken}
    first = _FORBIDDEN.sub("_", _NOT_XML.sub("", name))[:_LONGEST_NAME] or "_"
    number, free = 2, first
    while free.lower() in used:
        free, number = f"{first[: _LONGEST_NAME - 4]}({number})", number + 1
    return free


def _write_sheet(book: Workbook, target: Worksheet, sheet: ReadSheet, lines: list[Line]) -> None:
    marks: dict[tuple[int, int], list[Line]] = {}
    for line in lines:
        if line.place:
            marks.setdefault(line.place, []).append(line)
    looks = _Looks(book)
    for column, told in enumerate(sheet.columns):
        cells = [_writable(value) for value in told.values]
        for row, code in enumerate(told.codes.tolist()):
            here = marks.get((row, column))
            if cells[code] is not None or here:
                _write(target, row, column, cells[code], looks.of(told.values[code], _wrong(here)))
        longest = max((len(str(value).encode("gb18030", "replace")) for value in told.values[:200]), default=8)
        target.set_column(column, column, min(max(longest + 2, 8), 40))
    for place, said in marks.items():
        target.write_comment(*place, "\n".join(line.note for line in said), {"x_scale": 2, "author": ""})
    _merge(target, sheet, looks, marks)
    if sheet.hidden:
        target.hide()


def _merge(target: Worksheet, sheet: ReadSheet, looks: _Looks, marks: dict[tuple[int, int], list[Line]]) -> None:
    from xlsxwriter.exceptions import OverlappingRange  # noqa: PLC0415

    for top, left, bottom, right in sheet.merged:
        if (top, left) == (bottom, right):
            continue
        try:
            target.merge_range(top, left, bottom, right, "")
        except OverlappingRange:
            continue
        for place, column in enumerate(sheet.columns[left : right + 1], left):  # merging has blanked them all
            for row, code in enumerate(column.codes[top : bottom + 1].tolist(), top):
                if column.values[code] != "" or (row, place) in marks:
                    look = looks.of(column.values[code], _wrong(marks.get((row, place))))
                    _write(target, row, place, _writable(column.values[code]), look)


def _wrong(lines: list[Line] | None) -> bool | None:
    return any(line.wrong for line in lines) if lines else None


class _Looks:
    """Formats by the kind of value and of mark."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._made: dict[tuple[str, bool | None], Format] = {}

    def of(self, value: object, wrong: bool | None) -> Format | None:
        key = (_FORMATS.get(type(value), ""), wrong)
        if key == ("", None):
            return None
        if key not in self._made:
            told: dict[str, Any] = {"num_format": key[0]} if key[0] else {}
            self._made[key] = self._book.add_format(told | ({"bg_color": _MARKS[wrong]} if wrong is not None else {}))
        return self._made[key]


def _writable(value: object) -> object:
    """Return a cell as it is written; ``None`` for nothing."""
    if isinstance(value, str):
        return _NOT_XML.sub("", value)[:_LONGEST_TEXT] if value not in {"", UNCOMPUTED} else None
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return value if isinstance(value, float) or abs(value) < 2**53 else str(value)
    if isinstance(value, dt.date):  # days before March 1900 have no number that all programs read alike
        return value if (value.date() if isinstance(value, dt.datetime) else value) >= _FIRST_DAY else str(value)
    return value


def _write(target: Worksheet, row: int, column: int, value: object, look: Format | None) -> None:
    if value is None:
        target.write_blank(row, column, None, look)
    elif isinstance(value, str):
        target.write_string(row, column, value, look)
    elif isinstance(value, bool):
        target.write_boolean(row, column, value, look)
    elif isinstance(value, float) and not math.isfinite(value):
        target.write_string(row, column, str(value), look)
    elif isinstance(value, int | float):
        target.write_number(row, column, value, look)
    elif isinstance(value, dt.date | dt.time | dt.timedelta):
        target.write_datetime(row, column, value, look)
    else:
        target.write_string(row, column, str(value), look)


def _write_list(book: Workbook, target: Worksheet, job: Job, names: dict[int, str]) -> None:
    framed = {"font_size": 10, "border": 1, "border_color": "#9aa7b5", "text_wrap": True, "valign": "top"}
    middle = framed | {"align": "center"}
    head = book.add_format(middle | {"bold": True, "bg_color": "#dbe7f3"})
    looks = {name: book.add_format(framed if name in {"problem", "remedy", "value", "sheet"} else middle)
             for name in COLUMNS}  # fmt: skip
    link = book.add_format(middle | {"underline": 1, "font_color": "#1f4e79"})
    codes = {wrong: book.add_format(middle | {"bg_color": colour}) for wrong, colour in _MARKS.items()}
    target.write_string(0, 0, text("returned.title", job.language),
                        book.add_format({"bold": True, "font_size": 16, "font_color": "#c00000"}))  # fmt: skip
    target.write_string(0, FILL_COLUMN, marker_text(job.ancestors))
    target.write_string(1, 0, text("returned.how", job.language))
    for at, (name, width) in enumerate(zip(COLUMNS, WIDTHS, strict=True)):
        target.write_string(2, at, text(f"returned.column_{name}", job.language), head)
        target.set_column(at, at, width)
    for at, (line, cells) in enumerate(zip(job.lines, rows_of(job.lines), strict=True), FIRST):
        for column, (name, cell) in enumerate(zip(COLUMNS, cells, strict=True)):
            look = codes[line.wrong] if name == "code" and line.code else looks[name]
            target.write_string(at, column, _NOT_XML.sub("", cell)[:_LONGEST_TEXT], look)
        if line.place and line.sheet is not None:
            where = link_of(line, names[line.sheet])
            target.write_url(at, COLUMNS.index("cell"), f"internal:{where}", link, line.cell)
            target.write_string(at, FILL_COLUMN, fill_text(_NONE))
            target.write_string(at, NOTE_COLUMN, note_text(line.note))
    target.set_column(FILL_COLUMN, NOTE_COLUMN, 9, None, {"hidden": True})
    target.freeze_panes(FIRST, 0)
    target.set_landscape()
    target.set_paper(9)
    target.fit_to_pages(1, 0)
    target.set_footer("&C&P / &N")
    target.set_tab_color("#c00000")
    target.activate()
