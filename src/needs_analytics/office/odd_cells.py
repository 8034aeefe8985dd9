"""What the reader gives as empty though the workbook does not say so: error values and formulas never computed."""

from __future__ import annotations

import html
import io
import re
import zipfile
from typing import TYPE_CHECKING

from needs_analytics.intake.reading import UNCOMPUTED

if TYPE_CHECKING:
    from collections.abc import Iterator

_LARGEST_PART = 2**29
_ERROR, _FORMULA = b't="e"', b"<f"
_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*[^/>])>(.*?)</(?:\w+:)?c>", re.DOTALL)
_VALUE = re.compile(rb"<(?:\w+:)?v\b[^>/]*>([^<]+)<")
_PLACE = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_ATTRIBUTE = re.compile(r'([\w:]+)="([^"]*)"')


def odd_cells(content: bytes) -> dict[str, list[tuple[int, int, str]]]:
    """Return sheet name to row, column (from 0) and text of its odd cells, for the bytes of an ``.xlsx``.

    A sheet without error values and formulas, the usual case, costs one look through its bytes. Other formats have
    none that this finds.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = [part for part in archive.infolist() if part.filename.startswith("xl/worksheets/")]
            odd = {part.filename: _odd_cells(archive.read(part)) for part in parts if part.file_size < _LARGEST_PART}
            found = {name: cells for name, cells in odd.items() if cells}
            return {sheet: found[part] for sheet, part in _sheet_parts(archive) if part in found} if found else {}
    except (zipfile.BadZipFile, KeyError, OSError, ValueError, NotImplementedError, RuntimeError):
        return {}  # whoever reads the cells says what is wrong with the file


def _odd_cells(part: bytes) -> list[tuple[int, int, str]]:
    return list(_told_cells(part)) if _ERROR in part or _FORMULA in part else []


def _told_cells(part: bytes) -> Iterator[tuple[int, int, str]]:
    for cell in _CELL.finditer(part):
        attributes, inside = cell[1], cell[2]
        place, value = _PLACE.search(attributes), _VALUE.search(inside)
        if place is None:
            continue
        if _ERROR in attributes:
            yield int(place[2]) - 1, _column(place[1]), value[1].decode() if value else "#VALUE!"
        elif _FORMULA in inside and value is None and b't="str"' not in attributes:  # a text may well be empty
            yield int(place[2]) - 1, _column(place[1]), UNCOMPUTED


def _sheet_parts(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    targets = {part["Id"]: part["Target"] for part in _elements(archive, "xl/_rels/workbook.xml.rels", "Relationship")}
    for sheet in _elements(archive, "xl/workbook.xml", "sheet"):
        target = targets.get(sheet.get("r:id", ""), "")
        yield sheet["name"], target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _elements(archive: zipfile.ZipFile, part: str, tag: str) -> list[dict[str, str]]:
    text = archive.read(part).decode()
    found = re.findall(rf"<(?:\w+:)?{tag}\b([^>]*)>", text)
    return [{name: html.unescape(value) for name, value in _ATTRIBUTE.findall(attributes)} for attributes in found]


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
