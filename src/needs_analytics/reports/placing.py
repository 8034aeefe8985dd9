"""Which table and chart stands where: their numbers, their anchors and what a text or a highlight refers to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from needs_analytics.reports.document import ChartBlock, Document, Heading, Link, TableBlock

if TYPE_CHECKING:
    from needs_analytics.reports.charts import Chart
    from needs_analytics.reports.document import Block
    from needs_analytics.reports.formats import Blank
    from needs_analytics.reports.tables import Cell, Column, Table
    from needs_analytics.reports.words import Words

_REFERENCE = re.compile(r"\[\[([^\[\]]+)\]\]")


@dataclass(frozen=True, slots=True)
class PlacedTable:
    """A table where it stands: its running number, its anchor, and the rows and columns shown there."""

    table: Table
    number: int
    anchor: str
    rows: tuple[int, ...]
    columns: tuple[int, ...]

    @property
    def shown_columns(self) -> list[Column]:
        """The columns that are shown."""
        return [self.table.columns[index] for index in self.columns]

    def cells(self, row: int) -> list[Cell]:
        """Return the shown cells of a row."""
        return [self.table.cells[row][index] for index in self.columns]

    def blanks(self) -> list[Blank]:
        """Return the kinds of blank that are shown, in order of appearance."""
        return [blank for blank in self.table.blanks() if any(blank in self.cells(row) for row in self.rows)]

    def anchor_of(self, link: Link) -> str | None:
        """Return the anchor of what a link names; of the table where that row or column is not shown."""
        if link.table != self.table.id:
            return None
        column = None if link.column is None else self.table.column_index(link.column)
        if link.row is None or link.row not in self.rows:
            return self.anchor
        return self.cell_anchor(link.row, column if column in self.columns else self.columns[0])

    def cell_anchor(self, row: int, column: int | None) -> str:
        """Return the anchor of a cell by its row and column in the whole table."""
        return f"{self.anchor}-r{row}-c{column}"


@dataclass(frozen=True, slots=True)
class PlacedChart:
    """A chart where it stands, with its running number and anchor."""

    chart: Chart
    number: int
    anchor: str


@dataclass(frozen=True, slots=True)
class PlacedHeading:
    """A heading of the second level with its anchor."""

    text: str
    anchor: str


Placed = PlacedTable | PlacedChart | PlacedHeading


@dataclass(frozen=True, slots=True)
class PlacedSection:
    """A section with its anchor; tables, charts and headings in it are placed, other blocks as they were."""

    title: str
    anchor: str
    blocks: tuple[Block | Placed, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """A document as one format shows it."""

    sections: tuple[PlacedSection, ...]

    @property
    def tables(self) -> list[PlacedTable]:
        """Every table, in order."""
        return [block for section in self.sections for block in section.blocks if isinstance(block, PlacedTable)]

    @property
    def charts(self) -> list[PlacedChart]:
        """Every chart, in order."""
        return [block for section in self.sections for block in section.blocks if isinstance(block, PlacedChart)]

    def find(self, link: Link | None) -> tuple[PlacedTable, str] | None:
        """Return the table a link leads to and the anchor in it, preferring one that shows the very row."""
        if link is None:
            return None
        found = [(placed, anchor) for placed in self.tables if (anchor := placed.anchor_of(link)) is not None]
        return next((pair for pair in found if link.row in pair[0].rows), found[0] if found else None)

    def references(self, words: Words) -> dict[str, tuple[str, str]]:
        """Return id to number in words and anchor; a table shown twice goes by its first place."""
        known: dict[str, tuple[str, str]] = {}
        for table in self.tables:
            known.setdefault(table.table.id, (words["table_number"].format(number=table.number), table.anchor))
        for chart in self.charts:
            known.setdefault(chart.chart.id, (words["figure_number"].format(number=chart.number), chart.anchor))
        return known


def lay_out(document: Document, target: str) -> Layout:
    """Number and anchor what a format (``html``, ``docx``) shows of a document."""
    counts = {"t": 0, "g": 0, "h": 0}

    def next_of(kind: str) -> int:
        counts[kind] += 1
        return counts[kind]

    def placed(block: Block) -> Block | Placed:
        if isinstance(block, TableBlock):
            number = next_of("t")
            return _placed_table(document.table(block.table), block, number)
        if isinstance(block, ChartBlock):
            number = next_of("g")
            return PlacedChart(block.chart, number, f"g{number}")
        if isinstance(block, Heading):
            return PlacedHeading(block.text, f"h{next_of('h')}")
        return block

    sections = []
    for number, section in enumerate(document.sections, start=1):
        shown = [b for b in section.blocks if not isinstance(b, TableBlock | ChartBlock) or target in b.formats]
        sections.append(PlacedSection(section.title, f"s{number}", tuple(placed(block) for block in shown)))
    return Layout(tuple(sections))


def _placed_table(table: Table, block: TableBlock, number: int) -> PlacedTable:
    """Choose the rows (totals always stay) and columns that a block shows."""
    ordinary = [row for row in range(len(table.cells)) if table.emphasis.get(row) != "total"]
    kept = {*ordinary[: block.limit], *block.also}
    rows = tuple(row for row in range(len(table.cells)) if row in kept or table.emphasis.get(row) == "total")
    columns = tuple(map(table.column_index, block.columns)) or tuple(range(len(table.columns)))
    return PlacedTable(table, number, f"t{number}", rows, columns)


def notes_of(placed: PlacedTable, words: Words) -> list[str]:
    """Return the lines under a table: its own, the meaning of its symbols, and that rows were left out."""
    notes = [*placed.table.notes, *legend_of(placed.blanks(), words)]
    if len(placed.rows) < len(placed.table.cells):
        ordinary = sum(placed.table.emphasis.get(row) != "total" for row in placed.rows)
        total = sum(placed.table.emphasis.get(row) != "total" for row in range(len(placed.table.cells)))
        notes.append(words["more_rows"].format(shown=ordinary, total=total))
    return notes


def legend_of(blanks: list[Blank], words: Words) -> list[str]:
    """Return one line that explains the symbols, if there are any."""
    if not blanks:
        return []
    meanings = (
        words["legend"].format(symbol=blank.symbol, meaning=words.get(blank.reason, blank.reason)) for blank in blanks
    )
    return [words["list_semicolon"].join(meanings) + words["full_stop"]]


def split_references(text: str, known: dict[str, tuple[str, str]]) -> list[tuple[str, str | None]]:
    """Split a text at its ``[[id]]`` into pieces and the anchors they lead to; an unknown id stays as it is."""
    pieces: list[tuple[str, str | None]] = []
    end = 0
    for found in _REFERENCE.finditer(text):
        if found[1] in known:
            label, anchor = known[found[1]]
            pieces += [(text[end : found.start()], None), (label, anchor)]
            end = found.end()
    pieces.append((text[end:], None))
    return [piece for piece in pieces if piece[0]]


def plain_text(text: str, document: Document) -> str:
    """Write a text without references: an ``[[id]]`` becomes the caption of what it names."""
    titles = {table.id: (table.caption, "") for table in document.tables}
    titles |= {chart.id: (chart.title, "") for chart in document.charts}
    return "".join(piece for piece, _ in split_references(text, titles))
