"""The binary workbooks: ``.xls`` (BIFF records in a compound file) and ``.xlsb`` (records in a zip), record by record.

Neither format marks its values with a checksum of its own; the zip around an ``.xlsb`` does.
"""

from __future__ import annotations

import struct

from needs_analytics.office.gate.compound import Compound
from needs_analytics.office.gate.found import Extent, Found, Refused, letters
from needs_analytics.office.gate.workbook import links
from needs_analytics.office.gate.zips import pack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from needs_analytics.core.options import ReadingOptions
    from needs_analytics.office.gate.zips import Archive

_ERRORS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}  # fmt: skip
_BOF, _BOUNDSHEET, _FILEPASS, _STRINGS = 0x0809, 0x0085, 0x002F, 0x00FC
_FORMULA, _BOOLERR, _LABELSST, _MULRK = 0x0006, 0x0205, 0x00FD, 0x00BD
_CELLS = frozenset({_FORMULA, _BOOLERR, _LABELSST, _MULRK, 0x0203, 0x027E, 0x0204, 0x00D6, 0x0406})
_ROW_12, _ERROR_12, _STRING_12, _FORMULA_ERROR_12, _ITEM_12, _BUNDLE_12 = 0, 3, 7, 11, 19, 156
_LAST_CELL_12 = 11
_OTHERS = {"worddocument": "Word", "powerpoint document": "PowerPoint"}


def legacy_workbook(content: bytes, limits: ReadingOptions) -> list[Found]:
    """Prove an ``.xls``; return what was found on its sheets."""
    file = Compound(content)
    if "encryptedpackage" in file.entries:
        raise Refused("E002")
    for other, kind in _OTHERS.items():
        if other in file.entries:
            raise Refused("E003", kind=kind)
    data = file.stream("Workbook") or file.stream("Book")
    if data is None:
        raise Refused("E003", kind="OLE")
    sheets = _Legacy(data, limits).sheets
    if sheets and any(name.startswith("_vba_project") for name in file.entries):
        sheets[0].notes.append(("I022", "", None, None, {}))
    return sheets


class _Legacy:
    """The records of an ``.xls``, walked once."""

    def __init__(self, data: bytes, limits: ReadingOptions) -> None:
        self._limits = limits
        self._starts: dict[int, Found] = {}
        self._strings: int | None = None
        self._sheet: Found | None = None
        self._extent = Extent("", limits)
        for at, kind, body in _legacy_records(data):
            if kind in _CELLS:
                self._cell(kind, body)
            elif kind == _BOF:
                self._sheet = self._starts.get(at)
                self._extent = Extent(self._sheet.name if self._sheet else "", limits)
            elif kind == _BOUNDSHEET:
                self._bound(body)
            elif kind == _FILEPASS:
                raise Refused("E002")
            elif kind == _STRINGS and len(body) >= 8:
                self._strings = struct.unpack_from("<I", body, 4)[0]
        self.sheets = list(self._starts.values())

    def _bound(self, body: bytes) -> None:
        if len(body) < 8:
            raise Refused("E006")
        start, state, _, length = struct.unpack_from("<IBBB", body)
        wide = body[7] & 1
        raw = body[8 : 8 + length * (1 + wide)]
        self._starts[start] = Found(raw.decode("utf-16-le" if wide else "latin-1", "replace"), hidden=bool(state & 3))

    def _cell(self, kind: int, body: bytes) -> None:
        if len(body) < 6:
            raise Refused("E006")
        row, column = struct.unpack_from("<HH", body)
        last = struct.unpack_from("<H", body, len(body) - 2)[0] if kind == _MULRK else column
        self._extent.take(row, max(column, last))
        if kind == _LABELSST and self._strings is not None:
            if len(body) < 10 or struct.unpack_from("<I", body, 6)[0] >= self._strings:
                raise Refused("E011", sheet=self._extent.sheet, cell=f"{letters(column)}{row + 1}")
        elif kind in {_BOOLERR, _FORMULA} and self._sheet is not None:
            error = _legacy_error(kind, body)
            if error is not None:
                self._sheet.odd.append((row, column, _ERRORS.get(error, "#VALUE!")))


def _legacy_error(kind: int, body: bytes) -> int | None:
    if kind == _BOOLERR:
        return body[6] if len(body) >= 8 and body[7] else None
    return body[8] if len(body) >= 14 and body[12:14] == b"\xff\xff" and body[6] == 2 else None


def _legacy_records(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    at, end = 0, len(data)
    header = struct.Struct("<HH").unpack_from
    while at + 4 <= end:
        kind, length = header(data, at)
        if kind == 0 and length == 0:  # what fills the last sector
            return
        if at + 4 + length > end:
            raise Refused("E006")
        yield at, kind, data[at + 4 : at + 4 + length]
        at += 4 + length


def binary_workbook(archive: Archive, main: str, limits: ReadingOptions) -> tuple[bytes, list[tuple[str, Found]]]:
    """Prove an ``.xlsb``; return it packed anew, and its sheets by name with what was found."""
    related = links(archive, main)
    strings = sum(
        kind == _ITEM_12
        for link in related.values()
        if link.kind == "sharedStrings"
        for kind, _ in _records(archive.part(link.target))
    )
    sheets = []
    for kind, body in _records(archive.part(main)):
        if kind == _BUNDLE_12:
            state, relation, name = _bundle(body)
            link = related.get(relation)
            if link is None or link.outside:
                raise Refused("E007", part=name[:40])
            sheet = Found(name, hidden=state != 0)
            sheets.append(sheet)
            if link.kind == "worksheet":
                _binary_sheet(archive.part(link.target), sheet, strings, limits)
    if not sheets:
        raise Refused("E020")
    kinds = (".rels", ".bin", "[content_types].xml")
    used = [name for name in archive.entries if name.endswith(kinds) and "vba" not in name]
    for name in used:
        for _ in archive.pieces(name):
            pass
    packed = pack({_as_written(archive, name): archive.raw(name) for name in used})
    return packed, [(sheet.name, sheet) for sheet in sheets]


def _as_written(archive: Archive, name: str) -> str:
    return archive.entries[name].raw_name.decode("utf-8", "replace").replace("\\", "/")


def _binary_sheet(data: bytes, sheet: Found, strings: int, limits: ReadingOptions) -> None:
    extent = Extent(sheet.name, limits)
    row = 0
    column_of, index_of = struct.Struct("<I").unpack_from, struct.Struct("<8xI").unpack_from
    for kind, body in _records(data):
        if kind > _LAST_CELL_12 or kind == 1:
            continue
        if len(body) < (4 if kind == _ROW_12 else 9):
            raise Refused("E006")
        column = column_of(body)[0]
        if kind == _ROW_12:
            row = column
            continue
        extent.take(row, column)
        if kind == _STRING_12 and (len(body) < 12 or index_of(body)[0] >= strings):
            raise Refused("E011", sheet=sheet.name, cell=f"{letters(column)}{row + 1}")
        if kind in {_ERROR_12, _FORMULA_ERROR_12}:
            sheet.odd.append((row, column, _ERRORS.get(body[8], "#VALUE!")))


def _bundle(body: bytes) -> tuple[int, str, str]:
    state, length = struct.unpack_from("<I4xI", body) if len(body) >= 12 else (0, 0)
    at = 12 + 2 * length
    if length > 255 or at + 4 > len(body):
        raise Refused("E006")
    return state, body[12:at].decode("utf-16-le", "replace"), body[at + 4 :].decode("utf-16-le", "replace")


def _records(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Walk the records of an ``.xlsb`` part: kind and length are numbers of seven bits a byte."""
    at, end = 0, len(data)
    while at < end:
        kind = data[at]
        at += 1
        if kind & 0x80 and at < end:
            kind = (kind & 0x7F) | (data[at] & 0x7F) << 7
            at += 1
        length = shift = 0
        while at < end:
            byte = data[at]
            at += 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80 or shift == 28:
                break
        if at + length > end:
            raise Refused("E006")
        yield kind, data[at : at + length]
        at += length
