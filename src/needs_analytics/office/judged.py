"""One file's bytes judged by their content and read: what the reading process does for each file."""

from __future__ import annotations

import io
import re
from array import array
from itertools import islice

import python_calamine as calamine

from needs_analytics.office.delimited import delimited
from needs_analytics.office.encoding import decode
from needs_analytics.office.gate.found import Found, Refused
from needs_analytics.office.gate.opendocument import open_document
from needs_analytics.office.gate.origin import legacy_origin, origin
from needs_analytics.office.gate.records import binary_workbook, legacy_workbook
from needs_analytics.office.gate.workbook import main_part, returned_marker, workbook
from needs_analytics.office.gate.worksheet import twice
from needs_analytics.office.gate.zips import Archive
from needs_analytics.office.returned.seal import is_sealed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from needs_analytics.core.options import ReadingOptions

    Columns = list[tuple[list[object], array[int]]]

_ZIP, _EMPTY_ZIP, _OLE = b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0"
_MARKUP = re.compile(r"<(?:!|\?xml|[a-z]+[\s/>])")
_TABLE = re.compile(r"<t[dr][\s>]", re.IGNORECASE)
_FOREIGN = {b"%PDF": "PDF", b"{\\rtf": "RTF", b"\x89PNG": "PNG", b"\xff\xd8\xff": "JPEG", b"MIME-Version:": "MHT"}
_ARCHIVES = (b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
_DOCUMENTS = {"word/document.xml": "Word", "ppt/presentation.xml": "PowerPoint", "doc.kml": "KMZ"}
_BOOKS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".et", ".csv", ".tsv", ".txt")
_TEXTS = frozenset({"csv", "tsv", "txt"})
_AT_ONCE = 64  # rows; their cells still stand in the processor's cache when they are looked up
_LONGEST_TEXT = 32_767
_LARGEST_MERGE = 100_000


class Cells(dict[object, int]):
    """The distinct cells of a column and the code of each; a code is given when a cell is first looked up."""

    def __missing__(self, cell: object) -> int:
        code = self[cell] = len(self)
        return code


class SheetRead:
    """A sheet as read: per column its distinct cells and the codes of its rows.

    Attributes
    ----------
    found
        Its name and what the gate says of it.
    columns
        Distinct cells and codes.
    merged
        Merged ranges.
    template
        Table and version of the template that the workbook was made from; blank for none.
    """

    def __init__(self, found: Found, columns: Columns, merged: Iterable[Sequence[int]] = ()) -> None:
        self.found = found
        self.columns = columns
        self.template = ("", "")
        _tell_of_long_texts(found, columns)
        rows = len(columns[0][1]) if columns else 0
        self.merged = [_cut(told, rows, len(columns)) for told in merged]


def _cut(merged: Sequence[int], rows: int, columns: int) -> tuple[int, int, int, int]:
    """Return a merged range, cut to the used range where it is out of all proportion."""
    top, left, bottom, right = merged
    if (bottom - top) * (right - left) > _LARGEST_MERGE + rows * columns:
        return top, left, max(top, min(bottom, rows - 1)), max(left, min(right, columns - 1))
    return top, left, bottom, right


def read_file(content: bytes, name: str, limits: ReadingOptions, uncomputed: str) -> list[SheetRead]:
    """Read one file; the kind is told by the content, not by the name.

    Raises
    ------
    Refused
        With the code of what is wrong.
    """
    if content.startswith(_OLE):
        return _made_from(legacy_origin(content), _through_reader(content, legacy_workbook(content, limits), limits))
    for magic, kind in _FOREIGN.items():
        if content.startswith(magic):
            raise Refused("E003", kind=kind)
    if content.startswith(_ARCHIVES):
        raise Refused("E023")
    if content.startswith((_ZIP, _EMPTY_ZIP)) or _zip_after_junk(content):
        return _zipped(content, limits, uncomputed)
    text = decode(content)
    if text is None:
        raise Refused("E008")
    stem, _, suffix = name.rpartition(".") if "." in name else (name, "", "csv")
    if _MARKUP.match(text.lstrip()[:200].lower()):
        return _from_web(text, stem, limits)
    rows = delimited(text, limits)
    if sum(map(len, rows)) < 2:
        raise Refused("E003", kind="TXT")
    found = Found(stem)
    if suffix.lower() not in _TEXTS:
        found.note("I035")
    return [SheetRead(found, _columns(rows))]


def _zip_after_junk(content: bytes) -> bool:
    return b"PK\x05\x06" in content[-70_000:] and _ZIP in content[:4096]


def _zipped(content: bytes, limits: ReadingOptions, uncomputed: str) -> list[SheetRead]:
    archive = Archive(content, limits)
    for part, kind in _DOCUMENTS.items():
        if part in archive:
            raise Refused("E003", kind=kind)
    if "content.xml" in archive and "mimetype" in archive:
        packed, sheets = open_document(archive, limits, uncomputed)
        named = True
    elif "[content_types].xml" not in archive:
        raise Refused("E023" if any(name.endswith(_BOOKS) for name in archive.entries) else "E006")
    else:
        main = main_part(archive)
        named = main.lower().endswith(".bin")
        packed, sheets = binary_workbook(archive, main, limits) if named else workbook(archive, limits, uncomputed)
    if marker := returned_marker(archive):
        sheets[0][1].notes.append(("returned", "", None, None, {"marker": marker, "sealed": is_sealed(archive)}))
    if archive.surplus:
        sheets[0][1].notes.append(("I028", "", None, None, {}))
    read = _made_from(origin(archive), _through_reader(packed, [found for _, found in sheets], limits, named=named))
    if named:
        return read
    for sheet, (part, _) in zip(read, sheets, strict=True):
        _account(sheet, archive, part)
    return read


def _made_from(template: tuple[str, str], read: list[SheetRead]) -> list[SheetRead]:
    for sheet in read:
        sheet.template = template
    return read


def _account(sheet: SheetRead, archive: Archive, part: str) -> None:
    """Say where cells given by the workbook are missing in what was read: two of them share a reference."""
    filled = sum(len(codes) for _, codes in sheet.columns) - sum(
        codes.count(cells.index("")) for cells, codes in sheet.columns if "" in cells
    )
    valued = (sheet.found.valued or 0) + len(sheet.found.odd)
    if filled < valued:
        cell = twice(archive.pieces(part))
        if cell:
            sheet.found.note("W029", cell=cell)


def _through_reader(
    content: bytes, expected: list[Found], limits: ReadingOptions, *, named: bool = True
) -> list[SheetRead]:
    """Read a proved workbook, its sheets as expected; ``named`` says that the reader sees their names."""
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        del content
        read = []
        for position, (meta, found) in enumerate(_paired(book.sheets_metadata, expected)):
            if meta.typ == calamine.SheetTypeEnum.WorkSheet:
                found.name = meta.name if named else found.name
                found.hidden |= meta.visible != calamine.SheetVisibleEnum.Visible
                read.append(_sheet(book.get_sheet_by_index(position), found, limits))
    except calamine.PasswordError as error:
        raise Refused("E002") from error
    except (calamine.CalamineError, OSError, ValueError, KeyError, OverflowError) as error:
        if "shared strings" in str(error):
            raise Refused("E007", part="xl/sharedStrings.xml") from error
        raise Refused("E001") from error
    except BaseException as error:  # a panic inside the reader derives from BaseException
        if type(error).__name__ != "PanicException":
            raise
        raise Refused("E024") from error
    if not read:
        raise Refused("E020")
    return read


def _paired(seen: list[calamine.SheetMetadata], expected: list[Found]) -> list[tuple[calamine.SheetMetadata, Found]]:
    """Put what the gate found beside what the reader sees; of two with one name it would read the first twice."""
    names = [meta.name for meta in seen]
    for name in names:
        if names.count(name) > 1:
            raise Refused("E013", part=name)
    if len(seen) == len(expected):
        return list(zip(seen, expected, strict=True))
    by_name = {found.name: found for found in expected}
    return [(meta, by_name.get(meta.name) or Found(meta.name)) for meta in seen]


def _sheet(sheet: calamine.CalamineSheet, found: Found, limits: ReadingOptions) -> SheetRead:
    left = sheet.start[1] if sheet.start else 0
    height, width = (sheet.end[0] + 1, sheet.end[1] + 1) if sheet.end else (0, 0)
    height = max(height, *(row + 1 for row, _, _ in found.odd), 0) if found.odd else height
    width = max(width, *(column + 1 for _, column, _ in found.odd), 0) if found.odd else width
    if height * width > limits.most_cells:
        raise Refused("E010", sheet=found.name, cell=str(height), limit=limits.most_cells)
    columns = _columns(_completed(sheet.iter_rows(), left, height, width, found))
    ranges = sheet.merged_cell_ranges or ()
    return SheetRead(found, columns, [(*first, *last) for first, last in ranges])


def _completed(
    rows: Iterator[Sequence[object]], left: int, height: int, width: int, found: Found
) -> Iterator[Sequence[object]]:
    """Give every row its full width, and put back what the reader took for empty or for midnight."""
    if not (left or found.odd or found.negative):
        for cells in rows:
            yield cells if len(cells) == width else [*cells, *[""] * (width - len(cells))]
        return
    by_row: dict[int, list[tuple[int, str]]] = {}
    negative: dict[int, list[tuple[int, str]]] = {}
    for told, kept in ((found.odd, by_row), (found.negative, negative)):
        for row, column, text in told:
            kept.setdefault(row, []).append((column, text))
    for number in range(height):
        cells = [*[""] * left, *next(rows, ())]
        cells += [""] * (width - len(cells))
        for column, text in by_row.get(number, ()):
            cells[column] = text
        for column, text in negative.get(number, ()):
            cells[column] = cells[column] if isinstance(cells[column], int | float) else text
        yield cells


def _columns(rows: Iterable[Sequence[object]]) -> Columns:
    """Keep every distinct cell of a column once; 1, 1.0, True and "1" are four different cells."""
    columns: list[tuple[Cells, array[int]]] = []
    following = iter(rows)
    while some := list(islice(following, _AT_ONCE)):
        columns = columns or [(Cells(), array("i")) for _ in some[0]]
        for (cells, codes), told in zip(columns, zip(*some, strict=True), strict=True):
            plain = {bool, int}.isdisjoint(map(type, told))
            codes.extend(map(cells.__getitem__, told if plain else map(_told_apart, told)))
    return [([cell[1] if type(cell) is tuple else cell for cell in cells], codes) for cells, codes in columns]


def _told_apart(cell: object) -> object:
    return (type(cell), cell) if isinstance(cell, int) else cell


def _tell_of_long_texts(found: Found, columns: Columns) -> None:
    """Say where a text is longer than a cell can hold in Excel."""
    for column, (cells, codes) in enumerate(columns):
        for code, cell in enumerate(cells):
            if isinstance(cell, str) and len(cell) > _LONGEST_TEXT:
                found.note("W032", codes.index(code), column, count=len(cell), limit=_LONGEST_TEXT)
                return


def _from_web(text: str, stem: str, limits: ReadingOptions) -> list[SheetRead]:
    if "urn:schemas-microsoft-com:office:spreadsheet" in text[:2000]:
        raise Refused("E003", kind="XML 2003")
    if not _TABLE.search(text):
        raise Refused("E003", kind="HTML/XML")
    from needs_analytics.office.web_table import web_tables  # noqa: PLC0415 - slow to load and seldom needed

    tables = web_tables(text, limits)
    if not tables:
        raise Refused("E003", kind="HTML/XML")
    read = []
    for position, (rows, merged) in enumerate(tables):
        found = Found(stem if position == 0 else f"{stem}-{position + 1}")
        found.note("I030")
        read.append(SheetRead(found, _columns(rows), merged))
    return read
