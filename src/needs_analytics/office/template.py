"""Blank workbooks that offices fill in: the explanation first, then the sheet whose headers intake knows exactly.

An office may paste past every drop-down and check, so a workbook that comes back is checked again by intake.
"""

from __future__ import annotations

import datetime as dt
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import xlsxwriter

from needs_analytics.core.messages import LANGUAGES, failure, text
from needs_analytics.core.wording import key
from needs_analytics.errors import UsageError
from needs_analytics.files import write_whole
from needs_analytics.office.template_columns import ASKED, Template, plan_template
from needs_analytics.office.template_guide import write_guide, write_services
from needs_analytics.office.template_known import CARRIED, carried_rows, known_names
from needs_analytics.office.template_looks import add_looks
from needs_analytics.office.template_sheets import write_data_sheet, write_lists
from needs_analytics.office.template_version import VERSION

if TYPE_CHECKING:
    from needs_analytics.core.codebook import Codebook
    from needs_analytics.core.records import Cleaned

_ALL = frozenset({"all", "全部", "所有"})
_MADE = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def template_name(table: str, language: str = "zh") -> str:
    """Return the file name of a table's template.

    Examples
    --------
    >>> template_name("survey"), template_name("服务菜单"), template_name("menu", "en")
    ('需求调查_填报模板.xlsx', '服务菜单_填报模板.xlsx', 'service_menu_template.xlsx')

    Raises
    ------
    UsageError
        When there is no such template.
    """
    label = text(f"table.{_table_of(table)}", language).replace(" ", "_")
    return text("template.file_name", language, table=label)


def write_template(
    table: str,
    out_path: str | Path,
    *,
    codebook: Codebook,
    language: str = "zh",
    month: Cleaned | None = None,
    carry: bool = False,
) -> Path:
    """Write a table's blank workbook, beside a file of that name that is open elsewhere, and return its name.

    Parameters
    ----------
    table
        A canonical table or what it is called in either language (``survey``, ``需求调查``).
    out_path
        The file; its folder is made if it is missing.
    codebook
        Needs, groups and services to choose from, and the headers.
    language
        ``zh`` or ``en``.
    month
        The month whose services, sites and places are offered in drop-downs.
    carry
        Begin with that month's rows, where the table is one of those that stay (menu, capacity, register …).

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    UsageError
        When there is no such template, or the file cannot be written.
    """
    content = render_template(table, codebook=codebook, language=language, month=month, carry=carry)
    path = Path(out_path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return write_whole(path, content)
    except OSError as error:
        raise failure(UsageError, "unwritable", folder=str(path.parent)) from error


def render_template(
    table: str, *, codebook: Codebook, language: str = "zh", month: Cleaned | None = None, carry: bool = False
) -> bytes:
    """Return a table's workbook, see :func:`write_template`; the same codebook and month give the same bytes.

    Raises
    ------
    UsageError
        When there is no such template.
    """
    name = _table_of(table)
    rows = carried_rows(name, month, language) if month and carry and name in CARRIED else ()
    template = plan_template(name, codebook, language, known=known_names(codebook, month), rows=rows)
    written = BytesIO()
    with xlsxwriter.Workbook(written, _OPTIONS) as book:
        _set_properties(book, template)
        looks = add_looks(book)
        guide, data = (book.add_worksheet(name) for name in (template.say("template.guide_sheet"), template.label))
        write_guide(guide, template, looks)
        write_data_sheet(data, template, looks)
        if template.table == "menu":
            write_services(book.add_worksheet(template.say("template.services_sheet")), template, looks)
        if any(column.choice for column in template.columns):
            write_lists(book, book.add_worksheet(template.say("template.lists_sheet")), template)
    return written.getvalue()


def tables_meant(name: str) -> tuple[str, ...]:
    """Return the canonical tables a user means: one by any of its names, or every one.

    Examples
    --------
    >>> tables_meant("服务容量"), len(tables_meant("全部"))
    (('supply',), 15)
    """
    return tuple(ASKED) if key(name) in _ALL else (_table_of(name),)


def _table_of(name: str) -> str:
    """Return the canonical table a user means."""
    for table in ASKED:
        if key(name) in {table, *(key(text(f"table.{table}", language)) for language in LANGUAGES)}:
            return table
    known = "、".join(f"{table} {text(f'table.{table}')}" for table in ASKED)
    raise failure(UsageError, "template_unknown", table=name, known=known)


def _set_properties(book: xlsxwriter.Workbook, template: Template) -> None:
    book.set_properties({"title": template.say("template.title", table=template.label), "created": _MADE})
    for name, value in (
        ("template", template.table),
        ("template_version", str(VERSION)),
        ("language", template.language),
    ):
        book.set_custom_property(name, value, "text")
