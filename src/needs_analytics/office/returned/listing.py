"""The list in front of a returned workbook, as a worksheet's XML."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unicodedata import east_asian_width
from xml.sax.saxutils import quoteattr

from needs_analytics.core.messages import text
from needs_analytics.office.gate.found import letters
from needs_analytics.office.returned.marker import FILL_COLUMN, NOTE_COLUMN, fill_text, marker_text, note_text
from needs_analytics.office.returned.remarks import plain_text
from needs_analytics.office.returned.styles import DOUBT, ERROR, solid

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from needs_analytics.office.returned.marks import Line
    from needs_analytics.office.returned.styles import Styles

COLUMNS = ("number", "sheet", "row", "column", "cell", "value", "code", "problem", "remedy")
WIDTHS = (6, 16, 7, 7, 9, 20, 8, 48, 40)
FIRST = 3  # row of the first line, from 0
_WIDE = frozenset({"problem", "remedy", "value", "sheet"})
_LONGEST = 32_000


def rows_of(lines: Sequence[Line]) -> list[tuple[str, ...]]:
    """Return the cells of the list's lines."""
    return [
        (str(number), line.name, line.row, line.column, line.cell, line.value, line.code, line.problem, line.remedy)
        for number, line in enumerate(lines, 1)
    ]


def link_of(line: Line, name: str) -> str:
    """Return where a line's cell stands in the sheet of a name, as a link within the workbook."""
    quoted = name.replace("'", "''")
    return f"'{quoted}'!{line.cell}"


def list_xml(lines: Sequence[Line], fills: Mapping[Line, bytes], ancestors: Sequence[str], styles: Styles,
             language: str, head: tuple[str, str]) -> bytes:  # fmt: skip
    """Return the sheet.

    Parameters
    ----------
    fills
        The fill under each line's mark, kept so that it can be put back.
    head
        Namespaces of worksheets and of relationships in this workbook.
    """
    looks = _Looks(styles)
    rows = [
        _row(0, [(0, text("returned.title", language), looks.title), (FILL_COLUMN, marker_text(ancestors), 0)]),
        _row(1, [(0, text("returned.how", language), looks.plain)]),
        _row(2, [(at, text(f"returned.column_{name}", language), looks.head) for at, name in enumerate(COLUMNS)]),
    ]
    links = []
    for at, (line, cells) in enumerate(zip(lines, rows_of(lines), strict=True), FIRST):
        row = [
            (column, cell, looks.of(line, name)) for column, (name, cell) in enumerate(zip(COLUMNS, cells, strict=True))
        ]
        if line.place:
            row += [(FILL_COLUMN, fill_text(fills.get(line, b"")), 0), (NOTE_COLUMN, note_text(line.note), 0)]
            where = quoteattr(link_of(line, line.name))
            links.append(f'<hyperlink ref="E{at + 1}" location={where} display={quoteattr(line.cell)}/>')
        rows.append(_row(at, row, _lines(cells)))
    widths = "".join(
        f'<col min="{at}" max="{at}" width="{width}" customWidth="1"/>' for at, width in enumerate(WIDTHS, 1)
    )
    hidden = f'<col min="{FILL_COLUMN + 1}" max="{NOTE_COLUMN + 1}" width="9" hidden="1" customWidth="1"/>'
    main, related = head
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<worksheet xmlns="{main}" xmlns:r="{related}"><sheetPr><tabColor rgb="FFC00000"/><pageSetUpPr fitToPage="1"/>'
        f'</sheetPr><dimension ref="A1:{letters(NOTE_COLUMN)}{FIRST + len(lines)}"/><sheetViews><sheetView '
        f'tabSelected="1" workbookViewId="0"><pane ySplit="{FIRST}" topLeftCell="A{FIRST + 1}" activePane="bottomLeft" '
        f'state="frozen"/><selection pane="bottomLeft" activeCell="A{FIRST + 1}" sqref="A{FIRST + 1}"/></sheetView>'
        f'</sheetViews><sheetFormatPr defaultRowHeight="15"/><cols>{widths}{hidden}</cols>'
        f"<sheetData>{''.join(rows)}</sheetData>"
        + (f"<hyperlinks>{''.join(links)}</hyperlinks>" if links else "")
        + '<pageMargins left="0.5" right="0.5" top="0.6" bottom="0.6" header="0.3" footer="0.3"/>'
        '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/>'
        "<headerFooter><oddFooter>&amp;C&amp;P / &amp;N</oddFooter></headerFooter></worksheet>"
    ).encode()


class _Looks:
    """The list's own formats in the workbook's styles."""

    def __init__(self, styles: Styles) -> None:
        plain, link = _font(10), _font(10, "<u/>", "FF1F4E79")
        none, grey = b'<fill><patternFill patternType="none"/></fill>', solid("FFDBE7F3")
        wrap, middle = b'vertical="top" wrapText="1"', b'horizontal="center" vertical="top"'
        headed = b'horizontal="center" vertical="center" wrapText="1"'
        self.title = styles.added(_font(16, "<b/>", "FFC00000"), none, b'vertical="center"', framed=False)
        self.plain = styles.added(plain, none, b'vertical="center"', framed=False)
        self.head = styles.added(_font(10, "<b/>"), grey, headed, framed=True)
        self._body = styles.added(plain, none, wrap, framed=True)
        self._short = styles.added(plain, none, middle, framed=True)
        self._link = styles.added(link, none, middle, framed=True)
        self._codes = {wrong: styles.added(plain, solid(colour), middle, framed=True)
                       for wrong, colour in ((True, ERROR), (False, DOUBT))}  # fmt: skip

    def of(self, line: Line, column: str) -> int:
        """Return the format of a line's cell."""
        if column == "code" and line.code:
            return self._codes[line.wrong]
        if column == "cell" and line.place:
            return self._link
        return self._body if column in _WIDE else self._short


def _font(size: int, look: str = "", colour: str = "FF000000") -> bytes:
    return f'<font>{look}<sz val="{size}"/><color rgb="{colour}"/><name val="宋体"/></font>'.encode()


def _lines(cells: Sequence[str]) -> int:
    """Return how many lines the longest cell takes."""
    lengths = (
        -(-_width(cell) * 11 // 10 // width) + cell.count("\n") for cell, width in zip(cells, WIDTHS, strict=True)
    )
    return max(1, *lengths)


def _width(cell: str) -> int:
    return len(cell) + sum(east_asian_width(sign) in "WF" for sign in cell)


def _row(at: int, cells: Sequence[tuple[int, str, int]], lines: int = 0) -> str:
    height = (
        f' ht="{min(15 * lines, 400)}" customHeight="1"' if lines else ' ht="26" customHeight="1"' if not at else ""
    )
    told = "".join(
        f'<c r="{letters(column)}{at + 1}" s="{style}" t="inlineStr"><is><t xml:space="preserve">'
        f"{plain_text(cell[:_LONGEST])}</t></is></c>"
        for column, cell, style in cells
    )
    return f'<row r="{at + 1}"{height}>{told}</row>'
