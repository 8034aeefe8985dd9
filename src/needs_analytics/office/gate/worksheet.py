"""One worksheet's XML: ordinary rows are proved by one expression over the bytes, the rest is parsed cell by cell.

A row is ordinary when all its cells are written the one usual way, stand in that row and hold a value of their type;
it is then cut out, so that the parser proves the rest well-formed and sees only what deviates.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache

from needs_analytics.office.gate.found import LAST_COLUMN, LAST_ROW, Extent, Found, Refused, letters, number
from needs_analytics.office.gate.xml import feed, measured, parser

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from needs_analytics.core.options import ReadingOptions

    Pieces = Callable[[], Iterator[bytes]]

_STYLE = rb'(?: s="[0-9]{1,6}")?+'
_FORMULA = rb'(?:<f(?: [a-z]++="[^"<&]*+")*+(?:/>|>[^<|\[]*+</f>))?+'
_NUMBER = rb"[0-9]{1,200}+(?:\.[0-9]*+)?+(?:[eE][-+]?+[0-9]{1,2}+)?+"
_TEXT = rb"[^<&\x00-\x08\x0b\x0c\x0e-\x1f]*+"
_ROW = re.compile(
    rb'<row r="([1-9][0-9]{0,6})"(?: (?!hidden="(?:1|true)")[A-Za-z0-9:]++="[^"<&]*+"){0,40}+ ?+>'
    rb'(?:<c r="[A-Z]{1,3}+\1"(?:'
     rb'(?: t="n")?+>' + _FORMULA + rb"<v>-?+" + _NUMBER + rb"</v></c>|" + _STYLE
    + rb'(?: t="s"' + _STYLE + rb"><v>[0-9]{1,9}+</v></c>|"
    + rb'(?: t="n")?+>' + _FORMULA + rb"<v>" + _NUMBER + rb"</v></c>|/>|"
    + rb' t="inlineStr"' + _STYLE + rb'><is><t(?: xml:space="preserve")?+>' + _TEXT + rb"</t></is></c>|"
    + rb' t="str"' + _STYLE + rb">" + _FORMULA + rb"<v>" + _TEXT + rb"</v></c>|"
    + rb' t="b"><v>[01]</v></c>)))*+</row>'
)  # fmt: skip
_VALUED = rb'<c r="(%b)[0-9]++"[^>/]*+>'
_COLUMNS = re.compile(_VALUED % b"[A-Z]{1,3}")
_VALUED_ROWS = re.compile(rb'<row r="([0-9]++)"[^>]*+>(?:<c [^>]*/>)*<c [^>]*[^>/]>')
_PLACES = re.compile(rb'<(?:[A-Za-z0-9]+:)?c (?:[^>]*? )?r="([A-Za-z]{1,3}[0-9]{1,7})"(?:[^>]*[^/>])?>')
_PLACE = re.compile(r"([A-Za-z]{1,3})([1-9][0-9]{0,6})")
_RANGE = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9][0-9]{0,6})(?::\$?([A-Za-z]{1,3})\$?([1-9][0-9]{0,6}))?")
_INDEX = re.compile(r"[0-9]{1,9}")
_TYPES = frozenset({"n", "s", "str", "b", "e", "d", "inlineStr"})
_BOOLEANS = frozenset({"", "0", "1", "true", "false"})
_KNOWN_ERRORS = frozenset({"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"})
_OUTSIDE = re.compile(r"\[\d+\]|\w\|'?")
_DIMENSION = re.compile(rb"<(?:\w+:)?dimension\b[^>]*?(?:/>|></(?:\w+:)?dimension>)")
_ERROR_VALUE = re.compile(
    rb"(<(?:\w+:)?c\b[^>]*\bt=[\"']e[\"'][^>]*>(?:<(?:\w+:)?f\b[^>]*/>|<(?:\w+:)?f\b[^>]*>[^<]*</(?:\w+:)?f>)?<(?:\w+:)?v>)[^<]*"
)
_MOST_RANGES = 100_000
_SPARSE = 1_000_000


class _NotPlainError(Exception):
    """A comment or the like: what the expression cut out may not have been cells."""


class Worksheet:
    """What a worksheet's XML holds.

    Attributes
    ----------
    found
        Its odd cells and notes.
    patched
        Whether the reader would stumble over it and gets :func:`patch` of it instead.
    decoded
        The whole part in UTF-8 where it was written otherwise.
    """

    def __init__(self, name: str, part: str, limits: ReadingOptions, uncomputed: str, *, hidden: bool) -> None:
        self.found = Found(name, hidden=hidden)
        self.part = part
        self.patched = False
        self.decoded: bytes | None = None
        self.outside = False
        self.extent = Extent(name, limits)
        self._uncomputed = uncomputed
        self._valued = 0
        self._row = self._column = self._last = self._last_odd = 0
        self._disordered = False
        self._cell: dict[str, str] | None = None
        self._texts: dict[str, list[str]] = {}
        self._inside: list[str] | None = None
        self._hidden_rows = self._hidden_columns = self._wrong_numbers = 0
        self._first_wrong = (0, 0)
        self._declared = ""
        self._merges: list[tuple[int, int, int, int]] = []
        self._root = ""

    def take(self, pieces: Iterable[bytes], *, cut: bool) -> None:
        """Prove the whole part; ``cut`` takes ordinary rows out before the parser."""
        made = parser(self.part)
        made.StartElementHandler, made.EndElementHandler = measured(self.part, self._start, self._end)
        made.CharacterDataHandler = self._text
        if cut:
            made.CommentHandler = made.ProcessingInstructionHandler = made.StartCdataSectionHandler = _not_plain
        feed(made, self._remains(pieces) if cut else pieces, self.part)
        if self._root != "worksheet":
            raise Refused("E007", part=self.part)
        self._conclude()

    def _remains(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        for window in windows(pieces):
            rest = _ROW.sub(b"", window)
            cut = window.count(b"</c>") - rest.count(b"</c>")
            if cut:
                self._valued += cut
                self._widen(window)
            yield rest

    def _widen(self, window: bytes) -> None:
        rows = _VALUED_ROWS.findall(window)
        if rows:
            numbers = [int(row) for row in rows]
            self._disordered |= numbers[0] <= self._last or numbers != sorted(set(numbers))
            self._last = max(numbers)
            wider = _beyond(self.extent.columns).search(window) is not None
            self.extent.take(self._last - 1, max(map(number, set(_COLUMNS.findall(window)))) if wider else 0)
            self._row = max(self._row, self._last)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if self._cell is not None:
            if local in {"v", "f", "t"}:
                self._inside = self._texts.setdefault(local, [])
            return
        if local == "c":
            self._cell, self._texts = attributes, {}
        elif local == "row":
            told = attributes.get("r", "")
            self._row, self._column = (int(told) if _INDEX.fullmatch(told) else self._row + 1), 0
            self._hidden_rows += attributes.get("hidden") in {"1", "true"}
            self._disordered |= self._row <= self._last_odd
            self._last_odd = self._row
        elif local == "mergeCell":
            self._merges.append(self._range(attributes.get("ref", "")))
            if len(self._merges) > _MOST_RANGES:
                raise Refused("E011", sheet=self.found.name, cell=attributes.get("ref", ""))
        elif local == "col":
            self._hide(attributes)
        elif local == "dimension":
            self._declared = attributes.get("ref", "")
        self._root = self._root or local

    def _text(self, text: str) -> None:
        if self._inside is not None:
            self._inside.append(text)

    def _end(self, name: str) -> None:
        local = name.rpartition(":")[2]
        self._inside = None
        if local == "c" and self._cell is not None:
            self._one(self._cell)
            self._cell = None

    def _one(self, attributes: dict[str, str]) -> None:
        """Judge one cell that is not written the ordinary way."""
        row, column = self._place(attributes.get("r"))
        kind = attributes.get("t", "n")
        if kind not in _TYPES:
            raise Refused("E011", sheet=self.found.name, cell=f"{letters(column)}{row + 1}")
        value = "".join(self._texts.get("v", ()))
        formula = "f" in self._texts
        self.outside |= formula and bool(_OUTSIDE.search("".join(self._texts["f"])))
        odd = self._odd(kind, value, computed=not formula)
        if odd is None:
            raise Refused("E011", sheet=self.found.name, cell=f"{letters(column)}{row + 1}")
        if odd:
            self.found.odd.append((row, column, odd))
        filled = value or (kind == "inlineStr" and "".join(self._texts.get("t", ())))
        if filled and kind != "e":
            self._valued += 1
        if filled or odd:
            self.extent.take(row, column)
        if kind == "n" and value.startswith("-") and "s" in attributes:
            self.found.negative.append((row, column, value))
        if kind == "n" and value and not _is_number(value):
            self._first_wrong = self._first_wrong if self._wrong_numbers else (row, column)
            self._wrong_numbers += 1

    def _odd(self, kind: str, value: str, *, computed: bool) -> str | None:
        """Return what the reader does not give, ``""`` for nothing and ``None`` for a cell that cannot be."""
        if kind == "e":
            self.patched |= value not in _KNOWN_ERRORS
            return value or "#VALUE!"
        if kind == "s" and value:
            return "" if _INDEX.fullmatch(value) else None
        if kind == "b" and value not in _BOOLEANS:
            return None
        if not value:
            return "" if computed or kind in {"str", "inlineStr"} else self._uncomputed
        return value.strip() if kind == "n" and _is_number(value) and not math.isfinite(float(value)) else ""

    def _place(self, told: str | None) -> tuple[int, int]:
        if told is None:
            row, column = max(self._row, 1) - 1, self._column
        else:
            place = _PLACE.fullmatch(told)
            if place is None:
                raise Refused("E011", sheet=self.found.name, cell=told[:20])
            row, column = int(place[2]) - 1, number(place[1])
        if row >= LAST_ROW or column >= LAST_COLUMN:
            raise Refused("E011", sheet=self.found.name, cell=(told or letters(column) + str(row + 1))[:20])
        self._column = column + 1
        return row, column

    def _range(self, told: str) -> tuple[int, int, int, int]:
        found = _RANGE.fullmatch(told)
        if found is None:
            raise Refused("E011", sheet=self.found.name, cell=told[:20])
        top, left = int(found[2]) - 1, number(found[1])
        bottom, right = (int(found[4]) - 1, number(found[3])) if found[3] else (top, left)
        if bottom >= LAST_ROW or right >= LAST_COLUMN:
            raise Refused("E011", sheet=self.found.name, cell=told[:20])
        return top, left, bottom, right

    def _hide(self, attributes: dict[str, str]) -> None:
        first, last = attributes.get("min", ""), attributes.get("max", "")
        if attributes.get("hidden") in {"1", "true"} and _INDEX.fullmatch(first) and _INDEX.fullmatch(last):
            self._hidden_columns += max(0, min(int(last), self.extent.columns or LAST_COLUMN) - int(first) + 1)

    def _conclude(self) -> None:
        found, extent = self.found, self.extent
        found.valued = self._valued
        if self._hidden_rows or self._hidden_columns:
            found.note("W014", rows=self._hidden_rows, columns=self._hidden_columns)
        if self._wrong_numbers:
            found.note("W015", *self._first_wrong, count=self._wrong_numbers)
        if self._disordered:
            found.note("I034")
        if extent.rows * extent.columns > _SPARSE and self._valued * 100 < extent.rows * extent.columns:
            found.note("W016", extent.rows - 1, extent.columns - 1, count=self._valued)
        self._conclude_ranges()

    def _conclude_ranges(self) -> None:
        declared = _RANGE.fullmatch(self._declared)
        self.patched |= bool(self._declared) and declared is None
        if declared:
            bottom, right = int(declared[4] or declared[2]), number(declared[3] or declared[1]) + 1
            if bottom < self.extent.rows or right < self.extent.columns:
                self.found.note("I017", self.extent.rows - 1, self.extent.columns - 1, declared=self._declared)
        odd = _odd_merges(self._merges, self.extent)
        if odd:
            self.found.note("W018", odd[0], odd[1])


def examine(
    name: str, part: str, pieces: Pieces, limits: ReadingOptions, uncomputed: str, *, hidden: bool
) -> Worksheet:
    """Prove a worksheet; the pieces are asked for again only where comments stand among the cells."""
    try:
        sheet = Worksheet(name, part, limits, uncomputed, hidden=hidden)
        sheet.take(pieces(), cut=True)
    except _NotPlainError:
        sheet = Worksheet(name, part, limits, uncomputed, hidden=hidden)
        sheet.take(pieces(), cut=False)
    return sheet


def patch(part: bytes) -> bytes:
    """Return a worksheet the reader does not stumble over: no declared range, only error values that it knows."""
    return _ERROR_VALUE.sub(rb"\1#N/A", _DIMENSION.sub(b"", part))


def twice(pieces: Iterable[bytes]) -> str:
    """Return the first reference that two cells with content share, ``""`` where there is none."""
    seen: set[bytes] = set()
    for window in windows(pieces):
        for place in _PLACES.findall(window):
            if place in seen:
                return str(place.decode().upper())
            seen.add(place)
    return ""


def windows(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Cut a stream at ends of rows."""
    held: list[bytes] = []
    for piece in pieces:
        end = piece.rfind(b"</row>")
        if end < 0:
            held.append(piece)
        else:
            yield b"".join([*held, piece[: end + 6]])
            held = [piece[end + 6 :]]
    yield b"".join(held)


@lru_cache
def _beyond(columns: int) -> re.Pattern[bytes]:
    """Return what finds a cell with content to the right of so many columns: sooner than all columns are listed."""
    if not columns:
        return _COLUMNS
    last = letters(columns - 1)
    wider = [f"{last[:place]}[{chr(ord(letter) + 1)}-Z]" + "[A-Z]" * (len(last) - place - 1)
             for place, letter in enumerate(last) if letter < "Z"]  # fmt: skip
    longer = [f"[A-Z]{{{len(last) + 1},3}}"] if len(last) < 3 else []
    return re.compile(_VALUED % "|".join(["(?!)", *wider, *longer]).encode())


def _odd_merges(merges: list[tuple[int, int, int, int]], extent: Extent) -> tuple[int, int] | None:
    """Return where a merged range lies far outside the cells or over another."""
    taken: set[tuple[int, int]] = set()
    for top, left, bottom, right in merges:
        if (bottom - top + 1) * (right - left + 1) > max(_SPARSE // 10, 2 * extent.rows * extent.columns):
            return top, left
        if len(taken) > _SPARSE:
            return None
        cells = {
            (row, column)
            for row in range(top, min(bottom + 1, extent.rows))
            for column in range(left, min(right + 1, extent.columns))
        }
        if not taken.isdisjoint(cells):
            return top, left
        taken |= cells
    return None


def _is_number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return "_" not in value and value.isascii() and value == value.strip()


def _not_plain(*_: object) -> None:
    raise _NotPlainError
