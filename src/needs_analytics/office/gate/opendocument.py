"""An ``.ods``: its one part of content, element by element, with repeats counted before anybody unrolls them."""

from __future__ import annotations

from needs_analytics.office.gate.found import Extent, Found, Refused
from needs_analytics.office.gate.xml import elements, feed, in_utf_8, measured, parser
from needs_analytics.office.gate.zips import pack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from needs_analytics.core.options import ReadingOptions
    from needs_analytics.office.gate.zips import Archive

_SHEETS = b"application/vnd.oasis.opendocument.spreadsheet"
_CONTENT, _MANIFEST = "content.xml", "META-INF/manifest.xml"
_WRITTEN = b'<?xml version="1.0"?><m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
_CELLS = frozenset({"table:table-cell", "table:covered-table-cell"})
_HIDDEN = frozenset({"collapse", "filter"})


def open_document(archive: Archive, limits: ReadingOptions, uncomputed: str) -> tuple[bytes, list[tuple[str, Found]]]:
    """Prove an ``.ods``; return it packed anew, and its sheets by name with what was found."""
    if archive.part("mimetype").strip() != _SHEETS:
        raise Refused("E003", kind="OpenDocument")
    if _MANIFEST in archive and elements(archive.pieces(_MANIFEST), _MANIFEST, "encryption-data"):
        raise Refused("E002")
    book = _Book(limits, uncomputed)
    made = parser(_CONTENT)
    made.StartElementHandler, made.EndElementHandler = measured(_CONTENT, book.start, book.end)
    made.CharacterDataHandler = book.text
    pieces, whole = in_utf_8(archive.pieces(_CONTENT), _CONTENT)
    feed(made, pieces, _CONTENT)
    if not book.sheets:
        raise Refused("E020")
    content = archive.raw(_CONTENT) if whole is None else whole
    packed = pack({"mimetype": _SHEETS, _CONTENT: content, _MANIFEST: _WRITTEN})
    return packed, [(sheet.name, sheet) for sheet in book.sheets]


class _Book:
    """What the elements of the content build up."""

    def __init__(self, limits: ReadingOptions, uncomputed: str) -> None:
        self.sheets: list[Found] = []
        self._limits = limits
        self._uncomputed = uncomputed
        self._extent = Extent("", limits)
        self._row = self._column = 0
        self._rows = 1
        self._hidden = 0
        self._error: tuple[int, int] | None = None
        self._said: list[str] = []
        self._depth = 0

    def start(self, name: str, told: dict[str, str]) -> None:
        if name == "table:table":
            self._depth += 1
            if self._depth == 1:
                self.sheets.append(Found(told.get("table:name", "")))
                self._extent = Extent(self.sheets[-1].name, self._limits)
                self._row = self._hidden = 0
        elif self._depth != 1:
            return
        elif name == "table:table-row":
            self._column, self._rows = 0, _times(told, "table:number-rows-repeated")
            self._hidden += told.get("table:visibility") in _HIDDEN
        elif name in _CELLS:
            self._cell(told)

    def text(self, text: str) -> None:
        if self._error:
            self._said.append(text)

    def end(self, name: str) -> None:
        if name == "table:table":
            self._depth -= 1
            if self._depth == 0 and self._hidden:
                self.sheets[-1].note("W014", rows=self._hidden, columns=0)
        elif self._depth == 1 and name == "table:table-row":
            self._row += self._rows
        elif self._error and name in _CELLS:
            self.sheets[-1].odd.append((*self._error, "".join(self._said).strip() or "#VALUE!"))
            self._error = None

    def _cell(self, told: dict[str, str]) -> None:
        times = _times(told, "table:number-columns-repeated")
        kind = told.get("office:value-type")
        if kind or "table:formula" in told:
            self._extent.take(self._row + self._rows - 1, self._column + times - 1)
        if told.get("calcext:value-type") == "error":
            self._error, self._said = (self._row, self._column), []
        elif kind is None and "table:formula" in told:
            self.sheets[-1].odd.append((self._row, self._column, self._uncomputed))
        self._column += times


def _times(told: dict[str, str], name: str) -> int:
    times = told.get(name, "1")
    if not (times.isascii() and times.isdigit() and 0 < len(times) < 11):
        raise Refused("E007", part=_CONTENT)
    return max(1, int(times))
