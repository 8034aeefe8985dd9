"""The workbook's first sheet: what the report is, its main lines with links to their cells, and the list of sheets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from needs_analytics.reports.placing import plain_text
from needs_analytics.reports.xlsx.cells import write_across, write_link, write_text
from needs_analytics.reports.xlsx.plan import Plan, internal_address, lines_needed
from needs_analytics.reports.xlsx.styles import LINE_HEIGHT, Styles

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

    from needs_analytics.reports.document import Document
    from needs_analytics.reports.words import Words

_WIDTHS = (5, 18, 70, 9)
_LAST = len(_WIDTHS) - 1
_FILLED = 0.88
"""How much of a merged line WPS and LibreOffice fill with Chinese before they break it; a cut line cannot be read."""


@dataclass(slots=True)
class _Writer:
    """The sheet, and the row to be written next."""

    sheet: Worksheet
    styles: Styles
    row: int = 0

    def line(self, text: str, style: str, height: float) -> None:
        """Write one line over all columns."""
        self.sheet.set_row(self.row, height)
        write_across(self.sheet, self.row, (0, _LAST), text, self.styles.named(style))
        self.row += 1

    def heading(self, text: str) -> None:
        """Write a heading after an empty row."""
        self.row += 1
        self.line(text, "heading", 24)


def write_home(worksheet: Worksheet, document: Document, plan: Plan, styles: Styles, words: Words) -> None:
    """Write the first sheet."""
    for index, width in enumerate(_WIDTHS):
        worksheet.set_column(index, index, width)
    worksheet.fit_to_pages(1, 1)
    writer = _Writer(worksheet, styles)
    if document.mark:
        writer.line(document.mark, "mark", 22)
    writer.line(document.title_line, "title", 34)
    if document.subtitle:
        writer.line(document.subtitle, "subtitle", 20)
    writer.row += 1
    for label, value in document.facts:
        _write_fact(writer, label, value)
    if document.highlights:
        writer.heading(words["highlights"])
        _write_highlights(writer, document, plan)
    writer.heading(words["contents"])
    _write_contents(writer, document, plan, words)


def _write_fact(writer: _Writer, label: str, value: str) -> None:
    write_across(writer.sheet, writer.row, (0, 1), label, writer.styles.named("label"))
    write_across(writer.sheet, writer.row, (2, _LAST), value, writer.styles.named("text"))
    writer.sheet.set_row(writer.row, LINE_HEIGHT * lines_needed(value, sum(_WIDTHS[2:])) + 4)
    writer.row += 1


def _write_highlights(writer: _Writer, document: Document, plan: Plan) -> None:
    for number, highlight in enumerate(document.highlights, start=1):
        text, address = plain_text(highlight.text, document), plan.address(highlight.link)
        writer.sheet.write_number(writer.row, 0, number, writer.styles.named("number"))
        if address is None:
            write_across(writer.sheet, writer.row, (1, _LAST), text, writer.styles.named("text"))
        else:
            write_link(writer.sheet, writer.row, (1, _LAST), (address, text), writer.styles.named("link"))
        writer.sheet.set_row(writer.row, LINE_HEIGHT * lines_needed(text, round(sum(_WIDTHS[1:]) * _FILLED)) + 5)
        writer.row += 1


def _write_contents(writer: _Writer, document: Document, plan: Plan, words: Words) -> None:
    head = writer.styles.named("head")
    write_across(writer.sheet, writer.row, (0, 1), words["sheet"], head)
    write_text(writer.sheet, writer.row, 2, words["content"], head)
    write_text(writer.sheet, writer.row, 3, words["row_count"], head)
    for sheet in plan.sheets:
        captions = words["list_semicolon"].join(planned.table.caption for planned in sheet.tables)
        rows = sum(len(planned.table.cells) for planned in sheet.tables)
        _write_sheet_line(writer, sheet.name, captions, rows)
    if document.charts:
        captions = words["list_semicolon"].join(chart.title for chart in document.charts)
        _write_sheet_line(writer, plan.charts, captions, len(document.charts))


def _write_sheet_line(writer: _Writer, name: str, content: str, rows: int) -> None:
    writer.row += 1
    link = (internal_address(name, 0, 0), name)
    write_link(writer.sheet, writer.row, (0, 1), link, writer.styles.named("link"))
    write_text(writer.sheet, writer.row, 2, content, writer.styles.named("text"))
    writer.sheet.write_number(writer.row, 3, rows, writer.styles.named("number"))
    writer.sheet.set_row(writer.row, LINE_HEIGHT * lines_needed(content, _WIDTHS[2]) + 4)
