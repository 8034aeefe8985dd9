"""The report as a workbook: a first page with links, a sheet per table, the charts; values, never formulas."""

from __future__ import annotations

import datetime as dt
from io import BytesIO
from typing import TYPE_CHECKING

import xlsxwriter

from needs_analytics.reports.formats import clean_text
from needs_analytics.reports.xlsx.charts import write_charts
from needs_analytics.reports.xlsx.home import write_home
from needs_analytics.reports.xlsx.plan import plan_workbook
from needs_analytics.reports.xlsx.sheets import write_sheet
from needs_analytics.reports.xlsx.styles import FONT, FONT_SIZE, Styles

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

    from needs_analytics.reports.document import Document
    from needs_analytics.reports.words import Words

_A4 = 9
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def render_xlsx(document: Document, words: Words, created: dt.date) -> bytes:
    """Return the workbook.

    Parameters
    ----------
    created
        Date of issue, from the caller; never the clock, so that the same report gives the same bytes.
    """
    written = BytesIO()
    default = {"font_name": FONT, "font_size": FONT_SIZE}
    workbook = xlsxwriter.Workbook(written, _OPTIONS | {"default_format_properties": default})
    _set_properties(workbook, document, created)
    styles = Styles(workbook)
    plan = plan_workbook(document, words)
    write_home(_new_sheet(workbook, document, words, plan.home), document, plan, styles, words)
    for sheet in plan.sheets:
        worksheet = _new_sheet(workbook, document, words, sheet.name)
        write_sheet(worksheet, document, sheet, home=plan.home, styles=styles, words=words)
    if document.charts:
        write_charts(workbook, _new_sheet(workbook, document, words, plan.charts), document, styles, words)
    workbook.close()
    return written.getvalue()


def _set_properties(workbook: Workbook, document: Document, created: dt.date) -> None:
    known = document.properties
    said = {
        "title": document.title_line,
        "subject": known.subject,
        "author": known.author,
        "company": known.company,
        "category": document.mark,
        "keywords": ", ".join(known.keywords),
    }
    date = dt.datetime(created.year, created.month, created.day, tzinfo=dt.UTC)
    workbook.set_properties({name: clean_text(text) for name, text in said.items()} | {"created": date})


def _new_sheet(workbook: Workbook, document: Document, words: Words, name: str) -> Worksheet:
    """Add a sheet that prints on A4 across, one page wide, with page numbers."""
    sheet = workbook.add_worksheet(name)
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    sheet.center_horizontally()
    sheet.fit_to_pages(1, 0)
    sheet.hide_gridlines(2)
    pages = words["page_of_pages"].format(page="&P", pages="&N")
    mark, title = map(_footer_text, (document.mark, document.title_line))
    sheet.set_footer(f"&L&9{mark}&C&9{pages}&R&9{title}")
    return sheet


def _footer_text(text: str) -> str:
    """Return a text as it stands after a font size, whose digits it must not go on with."""
    return (" " * text[:1].isdigit() + clean_text(text)[:60]).replace("&", "&&")
