"""Writing text into cells: always as text, whatever it looks like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from needs_analytics.reports.formats import clean_text

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

_LONGEST_TEXT = 32_000


def write_text(worksheet: Worksheet, row: int, column: int, text: str, look: Format) -> None:
    """Write text as text; what no cell can hold is cut."""
    worksheet.write_string(row, column, clean_text(text)[:_LONGEST_TEXT], look)


def write_across(worksheet: Worksheet, row: int, columns: tuple[int, int], text: str, look: Format) -> None:
    """Write text over several columns, from the first to the last."""
    first, last = columns
    if last > first:
        worksheet.merge_range(row, first, row, last, "", look)
    write_text(worksheet, row, first, text, look)


def write_link(worksheet: Worksheet, row: int, columns: tuple[int, int], link: tuple[str, str], look: Format) -> None:
    """Write a link (address within the workbook, text) over several columns."""
    first, last = columns
    address, text = link
    if last > first:
        worksheet.merge_range(row, first, row, last, "", look)
    worksheet.write_url(row, first, address, look, clean_text(text))
