"""A table in a Word file: three heavy lines, a repeated header, rows that stay whole, widths by content."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Emu, Pt, RGBColor
from rich.cells import cell_len

from needs_analytics.reports.docx.runs import add_bookmark, add_text
from needs_analytics.reports.docx.styles import SIZE_5, SIZE_SMALL_5, TEXT_WIDTH, make_element
from needs_analytics.reports.formats import clean_text
from needs_analytics.reports.palette import ACCENT, ACCENT_SOFT, FLAG_COLOURS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from docx.document import Document as WordDocument
    from docx.table import Table as WordTable
    from docx.table import _Cell, _Row

    from needs_analytics.reports.placing import PlacedTable
    from needs_analytics.reports.tables import Column

_MANY_COLUMNS = 7
_PADDING = Pt(9)
_LONGEST_LINE, _LONGEST_HEAD = 30, 5  # in ems
_SHORTEST_WORDS = 5  # characters that a column of words keeps on a line
_HALF = 0.62
_CENTRED_KINDS = frozenset({"rank", "interval", "flag"})


def add_table(word: WordDocument, placed: PlacedTable, numbers: Iterator[int], linked: frozenset[str]) -> None:
    """Add a table; cells that something links to get a bookmark."""
    columns = placed.shown_columns
    small = len(columns) > _MANY_COLUMNS
    style = "Report Small Cell" if small else "Report Cell"
    table = word.add_table(rows=1, cols=len(columns))
    _shape(table, placed)
    widths = _widths(placed, SIZE_SMALL_5 if small else SIZE_5)
    for index, column in enumerate(columns):
        cell = table.rows[0].cells[index]
        _fill(cell, _head(column), style, WD_ALIGN_PARAGRAPH.CENTER, bold=True)
        _shade(cell, ACCENT_SOFT)
    _repeat(table.rows[0])
    for row in placed.rows:
        cells = table.add_row().cells
        for cell, index in zip(cells, placed.columns, strict=True):
            _fill_cell(cell, placed, row, index, style)
            anchor = placed.cell_anchor(row, index)
            if anchor in linked:
                add_bookmark(cell.paragraphs[0], anchor, next(numbers))
    for row in table.rows:
        _keep_whole(row)
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = width
            cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width


def add_facts(word: WordDocument, facts: Sequence[tuple[str, str]], colon: str) -> None:
    """Add the head's facts, two in a row, without lines."""
    if not facts:
        return
    table = word.add_table(rows=(len(facts) + 1) // 2, cols=2)
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    for number, (label, value) in enumerate(facts):
        paragraph = table.cell(number // 2, number % 2).paragraphs[0]
        paragraph.style = "Report Fact"
        add_text(paragraph, f"{label}{colon}").bold = True
        add_text(paragraph, value)


def _fill_cell(cell: _Cell, placed: PlacedTable, row: int, index: int, style: str) -> None:
    column, value = placed.table.columns[index], placed.table.cells[row][index]
    emphasis = placed.table.emphasis.get(row)
    _fill(cell, column.text(value), style, _alignment(column), bold=emphasis is not None)
    tone = column.tone(value)
    if column.kind == "flag" and tone != "neutral":
        colour = RGBColor.from_string(FLAG_COLOURS[tone].lstrip("#").upper())
        cell.paragraphs[0].runs[0].font.color.rgb = colour


def _fill(cell: _Cell, text: str, style: str, align: WD_ALIGN_PARAGRAPH, *, bold: bool) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.style = style
    paragraph.alignment = align
    add_text(paragraph, text).bold = bold or None


def _alignment(column: Column) -> WD_ALIGN_PARAGRAPH:
    if column.kind in _CENTRED_KINDS:
        return WD_ALIGN_PARAGRAPH.CENTER
    return WD_ALIGN_PARAGRAPH.LEFT if column.number_kind is None else WD_ALIGN_PARAGRAPH.RIGHT


def _widths(placed: PlacedTable, size: Pt) -> list[Emu]:
    """Share the text width out by what the columns hold; where it is short, columns of words give way to numbers."""
    natural = [_natural_width(placed, index, size) for index in placed.columns]
    least = _SHORTEST_WORDS * size + _PADDING
    floors = [
        min(width, least) if placed.table.columns[index].kind == "text" else width
        for width, index in zip(natural, placed.columns, strict=True)
    ]
    spare = TEXT_WIDTH - sum(floors)
    wanted = sum(natural) - sum(floors)
    if 0 <= spare < wanted:
        natural = [floor + (width - floor) * spare / wanted for floor, width in zip(floors, natural, strict=True)]
    elif spare < 0:
        natural = floors
    scale = TEXT_WIDTH / sum(natural)
    return [Emu(int(width * scale)) for width in natural]


def _natural_width(placed: PlacedTable, index: int, size: Pt) -> float:
    """Return the width that shows the column's cells on one line (long words wrap) and its header on few."""
    column = placed.table.columns[index]
    cells = (column.text(placed.table.cells[row][index]) for row in placed.rows)
    heads = [_ems(line) for line in _head(column).split("\n")]
    head = max(length if length <= _LONGEST_HEAD else length / 2 + 0.5 for length in heads)
    return max(head, *(min(_ems(text), _LONGEST_LINE) for text in cells), 0) * size + _PADDING


def _ems(text: str) -> float:
    """Return the width of a text in ems, with room for Latin fonts wider than Times."""
    return sum(1.0 if cell_len(character) == 2 or character == "%" else _HALF for character in text)


def _head(column: Column) -> str:
    """Return a header with its unit, where it is long, on a line of its own."""
    return column.label.replace("（", "\n（", 1) if _ems(column.label) > _LONGEST_HEAD else column.label


def _shape(table: WordTable, placed: PlacedTable) -> None:
    """Set fixed widths, lines and the description read aloud."""
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    properties = table._tbl.tblPr  # noqa: SLF001 - python-docx has neither borders nor descriptions
    borders = make_element("w:tblBorders")
    for side, width, colour in (("top", 12, ACCENT), ("bottom", 12, ACCENT), ("insideH", 4, "#C9D1D9")):
        line = {"val": "single", "sz": str(width), "space": "0", "color": colour.lstrip("#")}
        borders.append(make_element(f"w:{side}", **line))
    properties.insert_element_before(borders, "w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook")
    margins = make_element("w:tblCellMar")
    for side, width in (("top", 30), ("left", 60), ("bottom", 30), ("right", 60)):
        margins.append(make_element(f"w:{side}", w=str(width), type="dxa"))
    properties.insert_element_before(margins, "w:tblLook", "w:tblCaption", "w:tblDescription")
    properties.append(make_element("w:tblCaption", val=clean_text(placed.table.caption)))


def _shade(cell: _Cell, colour: str) -> None:
    shade = make_element("w:shd", val="clear", color="auto", fill=colour.lstrip("#").upper())
    cell._tc.get_or_add_tcPr().append(shade)  # noqa: SLF001


def _repeat(row: _Row) -> None:
    row._tr.get_or_add_trPr().append(make_element("w:tblHeader"))  # noqa: SLF001


def _keep_whole(row: _Row) -> None:
    row._tr.get_or_add_trPr().insert(0, make_element("w:cantSplit"))  # noqa: SLF001
