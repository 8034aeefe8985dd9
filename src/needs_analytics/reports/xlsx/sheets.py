"""A sheet with its tables: title, facts, frozen and filtered header, typed cells, data bars, notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from needs_analytics.reports.formats import Blank
from needs_analytics.reports.palette import BAR
from needs_analytics.reports.xlsx.cells import write_across, write_text
from needs_analytics.reports.xlsx.plan import (
    BACK_ROW,
    FACTS_ROW,
    TITLE_ROW,
    PlannedSheet,
    PlannedTable,
    internal_address,
    lines_needed,
)
from needs_analytics.reports.xlsx.styles import LINE_HEIGHT, ROW_HEIGHT, Styles

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

    from needs_analytics.reports.document import Document
    from needs_analytics.reports.words import Words

_LONGEST_HELP = 250


def write_sheet(
    worksheet: Worksheet, document: Document, sheet: PlannedSheet, *, home: str, styles: Styles, words: Words
) -> None:
    """Write title, facts, a way back, and the tables."""
    for index, width in enumerate(sheet.widths):
        worksheet.set_column(index, index, width)
    first = sheet.tables[0]
    worksheet.set_row(TITLE_ROW, 28)
    write_text(worksheet, TITLE_ROW, 0, first.table.caption, styles.named("title"))
    facts = "　".join(
        [document.title_line, *(f"{label}{words['colon']}{value}" for label, value in document.facts[:2])]
    )
    write_text(worksheet, FACTS_ROW, 0, facts, styles.named("subtitle"))
    worksheet.write_url(BACK_ROW, 0, internal_address(home, 0, 0), styles.named("link"), f"← {home}")
    for number, planned in enumerate(sheet.tables):
        if number:
            write_text(worksheet, planned.head - 1, 0, planned.table.caption, styles.named("caption"))
        _write_table(worksheet, planned, sheet.widths, styles, words)
    worksheet.freeze_panes(first.first, first.table.row_label_index() + 1)
    worksheet.autofilter(first.head, 0, max(_last_ordinary(first), first.first), len(first.table.columns) - 1)
    if len(sheet.tables) == 1:  # a second table below would be printed under the first one's header
        worksheet.repeat_rows(first.head)


def _write_table(
    worksheet: Worksheet, planned: PlannedTable, widths: tuple[int, ...], styles: Styles, words: Words
) -> None:
    table = planned.table
    for index, column in enumerate(table.columns):
        write_text(worksheet, planned.head, index, column.label, styles.named("head"))
        if column.help:
            said = {"validate": "any", "input_title": column.label[:32], "input_message": column.help[:_LONGEST_HELP]}
            worksheet.data_validation(planned.head, index, planned.head, index, said)
    heads = (lines_needed(column.label, widths[index] - 1) for index, column in enumerate(table.columns))
    worksheet.set_row(planned.head, ROW_HEIGHT + LINE_HEIGHT * (max(heads) - 1) + 4)
    for place, row in enumerate(table.cells):
        for index, (column, cell) in enumerate(zip(table.columns, row, strict=True)):
            look = styles.cell(column, cell, table.emphasis.get(place))
            if isinstance(cell, str | Blank):
                write_text(worksheet, planned.first + place, index, str(cell), look)
            else:
                worksheet.write_number(planned.first + place, index, cell, look)
        lines = max(lines_needed(column.text(row[i]), widths[i]) for i, column in enumerate(table.columns))
        worksheet.set_row(planned.first + place, ROW_HEIGHT + LINE_HEIGHT * (lines - 1))
    _add_data_bars(worksheet, planned)
    _write_notes(worksheet, planned, widths, styles, words)


def _last_ordinary(planned: PlannedTable) -> int:
    """Return the last row that is no closing total: filters, sorting and bars stop there."""
    last = len(planned.table.cells) - 1
    while last > 0 and planned.table.emphasis.get(last) == "total":
        last -= 1
    return planned.first + last


def _add_data_bars(worksheet: Worksheet, planned: PlannedTable) -> None:
    look = {"type": "data_bar", "bar_color": BAR, "bar_solid": True, "min_type": "num", "min_value": 0}
    look |= {"data_bar_2010": True, "bar_no_border": True}
    for index, column in enumerate(planned.table.columns):
        if column.has_bar and planned.table.cells:
            worksheet.conditional_format(planned.first, index, _last_ordinary(planned), index, look)


def _write_notes(
    worksheet: Worksheet, planned: PlannedTable, widths: tuple[int, ...], styles: Styles, words: Words
) -> None:
    last = len(planned.table.columns) - 1
    total = sum(widths[: last + 1])
    for number, note in enumerate(planned.notes):
        row = planned.after + number
        text = (words["note"] if number == 0 else "") + note
        worksheet.set_row(row, LINE_HEIGHT * lines_needed(text, total) + 2)
        write_across(worksheet, row, (0, last), text, styles.named("note"))
