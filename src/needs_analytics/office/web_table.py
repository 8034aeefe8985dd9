"""The tables of a web page that an office system names ``.xls``: cells as text, spans as merged ranges."""

from __future__ import annotations

from html.parser import HTMLParser

from needs_analytics.office.gate.found import Refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from needs_analytics.core.options import ReadingOptions

    Merged = list[tuple[int, int, int, int]]

_WIDEST_SPAN = 1000
_UNSEEN = frozenset({"script", "style", "head", "title"})


def web_tables(text: str, limits: ReadingOptions) -> list[tuple[list[list[str]], Merged]]:
    """Return the outermost tables with more than one cell: rows as long as the longest, and merged ranges."""
    page = _Page(limits)
    page.feed(text)
    page.close()
    tables = [table for table in page.tables if sum(map(len, table.rows)) > 1]
    return [(table.filled(), table.merged) for table in tables]


class _Table:
    """One table as it fills."""

    def __init__(self, limits: ReadingOptions) -> None:
        self.rows: list[dict[int, str]] = []
        self.merged: Merged = []
        self._most = limits.most_cells
        self._covered: dict[int, int] = {}
        self._width = 0

    def open_row(self) -> None:
        self.rows.append({})
        self._covered = {column: left - 1 for column, left in self._covered.items() if left > 1}

    def put(self, text: str, rows: int, columns: int) -> None:
        """Place a cell in the first column that no cell above reaches into."""
        if not self.rows:
            self.open_row()
        row = len(self.rows) - 1
        column = next(place for place in range(row + _WIDEST_SPAN * (len(self.rows[row]) + 2) + len(self._covered))
                      if place not in self._covered and place not in self.rows[row])  # fmt: skip
        self.rows[row][column] = text
        for place in range(column, column + columns):
            self.rows[row].setdefault(place, "")
            if rows > 1:
                self._covered[place] = rows
        if rows > 1 or columns > 1:
            self.merged.append((row, column, row + rows - 1, column + columns - 1))
        self._width = max(self._width, column + columns)
        if self._width * len(self.rows) > self._most:
            raise Refused("E010", sheet="", cell=str(row + 1), limit=self._most)

    def filled(self) -> list[list[str]]:
        return [[row.get(column, "") for column in range(self._width)] for row in self.rows]


class _Page(HTMLParser):
    """Collects tables; a table within a cell is part of that cell's text."""

    def __init__(self, limits: ReadingOptions) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[_Table] = []
        self._limits = limits
        self._depth = self._unseen = 0
        self._cell: list[str] | None = None
        self._spans = (1, 1)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._depth += 1
            if self._depth == 1:
                self.tables.append(_Table(self._limits))
        elif tag in _UNSEEN:
            self._unseen += 1
        elif tag == "br" and self._cell is not None:
            self._cell.append("\n")
        elif self._depth == 1 and tag == "tr":
            self._close_cell()
            self.tables[-1].open_row()
        elif self._depth == 1 and tag in {"td", "th"}:
            self._close_cell()
            told = dict(attrs)
            self._cell, self._spans = [], (_span(told.get("rowspan")), _span(told.get("colspan")))

    def handle_endtag(self, tag: str) -> None:
        if self._depth == 1 and tag in {"td", "th", "tr", "table"}:
            self._close_cell()
        if tag == "table":
            self._depth = max(0, self._depth - 1)
        elif tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)

    def handle_data(self, data: str) -> None:
        if self._cell is not None and not self._unseen:
            self._cell.append(data.replace("\r", " ").replace("\n", " "))

    def _close_cell(self) -> None:
        if self._cell is not None:
            self.tables[-1].put("".join(self._cell).strip(" \t\xa0"), *self._spans)
            self._cell = None


def _span(told: str | None) -> int:
    return min(_WIDEST_SPAN, max(1, int(told))) if told and told.isascii() and told.isdigit() and len(told) < 8 else 1
