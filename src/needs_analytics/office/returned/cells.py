"""One worksheet's XML, passed through piece by piece: the marked cells get another format, all else stays as it is."""

from __future__ import annotations

import re

from needs_analytics.office.gate.found import letters, number
from needs_analytics.office.returned.nodes import TAG, edited, tree, with_attribute
from needs_analytics.office.returned.styles import Unpatchable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    Restyle = Callable[[int, int, int], int]

_STYLE = re.compile(rb"\ss\s*=\s*[\"'](\d+)[\"']")
_PLACE = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]*)(\d+)[\"']")
_CUSTOM = re.compile(rb"\scustomFormat\s*=\s*[\"'](?:1|true)[\"']")
_SELECTED = re.compile(rb"\stabSelected\s*=\s*[\"'](?:1|true)[\"']")
_ATTRIBUTES = rb"(?:[^>\"']|\"[^\"]*\"|'[^']*')*?"
_BEFORE_DRAWING = re.compile(
    "sheetCalcPr|sheetProtection|protectedRanges|scenarios|autoFilter|sortState|dataConsolidate|customSheetViews"
    "|mergeCells|phoneticPr|conditionalFormatting|dataValidations|hyperlinks|printOptions|pageMargins|pageSetup"
    "|headerFooter|rowBreaks|colBreaks|customProperties|cellWatches|ignoredErrors|smartTags|drawing"
)


class SheetPatch:
    """What is done to a worksheet.

    Parameters
    ----------
    marks
        Row to the columns in it that get another format (from 0).
    restyle
        Row, column and present format to the format wanted.
    repainted
        Formats that are looked at wherever they stand.
    drawing
        Id of the relationship to the drawing of remarks, ``""`` where none is added.
    """

    def __init__(
        self, marks: Mapping[int, Iterable[int]], restyle: Restyle, repainted: Iterable[int], drawing: bytes
    ) -> None:
        self._marks = {row: sorted(set(columns)) for row, columns in marks.items()}
        self._left = sorted(self._marks, reverse=True)
        self._restyle = restyle
        numbers = "|".join(map(str, sorted(repainted)))
        self._painted = re.compile(rf"<[\w:]*c\s[^>]*?\bs\s*=\s*[\"'](?:{numbers})[\"']".encode()) if numbers else None
        self._drawing = drawing
        self._columns: list[tuple[int, int, int]] = []
        self._row = 0
        self._prefix = b""

    def pieces(self, windows: Iterable[bytes]) -> Iterator[bytes]:
        """Return the changed part; the windows end where rows end."""
        windows = iter(windows)
        first = next(windows)
        root, first = self._head(first)
        yield root
        tail: list[bytes] | None = None
        for window in _chained(first, windows):
            if tail is not None:
                tail.append(window)
                continue
            done, rest = self._rows(window)
            yield done
            if rest is not None:
                tail = [rest]
        if tail is None:
            raise Unpatchable
        yield self._tail(root, b"".join(tail))

    def _head(self, first: bytes) -> tuple[bytes, bytes]:
        """Part what stands before the rows, where no sheet may stay selected beside the list."""
        found = re.search(rb"<([\w]+:)?sheetData[\s/>]", first)
        if not found:
            raise Unpatchable
        self._prefix = found[1] or b""
        head = _SELECTED.sub(b"", first[: found.start()])
        for tag in re.finditer(rb"<" + self._prefix + rb"col\s" + _ATTRIBUTES + rb">", head):
            told = dict(re.findall(rb"\s(min|max|style)\s*=\s*[\"'](\d+)[\"']", tag[0]))
            if len(told) == 3:
                self._columns.append((int(told[b"min"]) - 1, int(told[b"max"]) - 1, int(told[b"style"])))
        name = self._prefix
        self._tokens = re.compile(
            rb"<(?:!--.*?-->|!\[CDATA\[.*?\]\]>|\?.*?\?>|"
            + name + rb"row(?P<row>(?:\s" + _ATTRIBUTES + rb")?)(?P<empty>/?)>|/" + name + rb"row\s*(?P<close>>)|"
            + name + rb"sheetData\s*(?P<none>/>)|/" + name + rb"sheetData\s*(?P<end>>))",
            re.DOTALL,
        )  # fmt: skip
        self._cells = re.compile(rb"<" + name + rb"c(?:\s" + _ATTRIBUTES + rb")?(?P<empty>/?)>")
        return head, first[found.start() :]

    def _rows(self, window: bytes) -> tuple[bytes, bytes | None]:
        """Return the changed rows of a window, and what stands behind the last row of the sheet."""
        out: list[bytes] = []
        at, opened = 0, None
        for token in self._tokens.finditer(window):
            if token["row"] is not None:
                before, self._row = self._row, _row_number(token[0], self._row)
                if opened or self._row <= before:
                    raise Unpatchable
                out += [window[at : token.start()], *self._rows_before(self._row)]
                at = token.start()
                if not token["empty"]:
                    opened = token
                elif self._take(self._row):
                    out.append(self._opened(token[0], b""))
                    at = token.end()
            elif token["close"] and opened:
                content = window[opened.end() : token.start()]
                if self._take(self._row) or (self._painted and self._painted.search(content)):
                    out.append(self._opened(opened[0], content))
                    at = token.end()
                opened = None
            elif token["none"] or token["end"]:
                out += [window[at : token.start()], *self._end(token)]
                return b"".join(out), window[token.end() :]
        if opened:
            raise Unpatchable
        return b"".join([*out, window[at:]]), None

    def _end(self, token: re.Match[bytes]) -> list[bytes]:
        """Return the last rows, which no row of the sheet follows, and the end of all rows."""
        last = b"".join(self._rows_before(None))
        if token["end"]:
            return [last, token[0]]
        if not last:
            return [token[0]]
        name = self._prefix + b"sheetData>"
        return [b"<" + name, last, b"</" + name]

    def _take(self, row: int) -> bool:
        if self._left and self._left[-1] == row - 1:
            self._left.pop()
            return True
        return False

    def _rows_before(self, row: int | None) -> Iterator[bytes]:
        """Make the marked rows that the sheet does not write."""
        while self._left and (row is None or self._left[-1] < row - 1):
            place = self._left.pop()
            yield self._opened(b'<%srow r="%d">' % (self._prefix, place + 1), b"", place)

    def _opened(self, tag: bytes, content: bytes, row: int | None = None) -> bytes:
        """Return a row with the formats wanted."""
        row = self._row - 1 if row is None else row
        cells = self._changed(row, tag, content)
        tag = tag[:-2] + b">" if tag.endswith(b"/>") else tag
        if cells is None:
            return b"%s%s</%srow>" % (tag, content, self._prefix)
        return b"%s%s</%srow>" % (with_attribute(tag, "spans", None), cells, self._prefix)

    def _changed(self, row: int, tag: bytes, content: bytes) -> bytes | None:
        missing = list(self._marks.get(row, ()))[::-1]
        edits, column, end = [], -1, 0
        for cell in self._cells.finditer(content):
            place = _PLACE.search(cell[0])
            before, column = column, number(place[1]) if place and place[1] else column + 1
            if column <= before:
                raise Unpatchable
            while missing and missing[-1] < column:
                edits.append((cell.start(), cell.start(), self._blank(row, missing.pop(), tag)))
            told = _STYLE.search(cell[0])
            style = int(told[1]) if told else 0
            wanted = missing and missing[-1] == column
            if wanted:
                missing.pop()
            if wanted or (self._painted and self._painted.match(cell[0])):
                new = self._restyle(row, column, style)
                edits.append((cell.start(), cell.end(), with_attribute(cell[0], "s", str(new))))
            closed = content.find(b"</%sc>" % self._prefix, cell.end())
            end = cell.end() if cell["empty"] or closed < 0 else closed + len(b"</%sc>" % self._prefix)
        edits += [(end, end, self._blank(row, column, tag)) for column in missing[::-1]]
        return edited(content, edits) if edits else None

    def _blank(self, row: int, column: int, tag: bytes) -> bytes:
        told = _STYLE.search(tag) if _CUSTOM.search(tag) else None
        style = int(told[1]) if told else next((s for low, high, s in self._columns if low <= column <= high), 0)
        cell = f'c r="{letters(column)}{row + 1}" s="{self._restyle(row, column, style)}"/>'
        return b"<" + self._prefix + cell.encode()

    def _tail(self, root: bytes, tail: bytes) -> bytes:
        """Name the drawing of our remarks, at the place the standard gives it."""
        if not self._drawing:
            return tail
        opening = next(tag[0] for tag in TAG.finditer(root) if tag[0][1:2] not in b"?!")
        at = 0
        for child in tree(opening + tail, "sheet").children:
            if _BEFORE_DRAWING.fullmatch(child.name):
                at = child.end - len(opening)
        return b"%s<%slegacyDrawing %s/>%s" % (tail[:at], self._prefix, self._drawing, tail[at:])


def _row_number(tag: bytes, before: int) -> int:
    told = _PLACE.search(tag)
    return int(told[2]) if told else before + 1


def _chained(first: bytes, rest: Iterable[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest
