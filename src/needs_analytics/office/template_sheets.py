"""The sheet of a template that is filled in, and the hidden sheet of answers behind its drop-downs."""

from __future__ import annotations

import datetime as dt
from itertools import groupby
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len
from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell

from needs_analytics.office.template_looks import LINE, lines, set_page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

    from needs_analytics.office.template_columns import Column, Template

LAST_ROW = 5000
"""Last row, counted from 0, with drop-downs, hints and checks; below rows taken over as many again."""
_RANGES: Mapping[str, tuple[float, float]] = {"age": (0, 120), "rating": (1, 5), "lon": (73, 136), "lat": (3, 54)}
_EARLIEST = dt.date(1990, 1, 1)
_ID_CARD = (15, 18)
_LONGEST_TITLE, _LONGEST_HINT = 32, 255
_NARROW, _WIDEST, _PROSE = 9, 30, 44
_A3 = 8


def write_data_sheet(sheet: Worksheet, template: Template, looks: Mapping[str, Format]) -> None:
    """Write the header and the rows taken over, and prepare those below; an example there would be read as data."""
    first, end = template.header_rows, LAST_ROW + len(template.rows)
    _write_header(sheet, template, looks)
    for position, column in enumerate(template.columns):
        sheet.set_column(position, position, width_of(column), looks[f"cells of {column.kind}"])
        sheet.data_validation(first, position, end, position, _check(column) | _hint(column, template))
        if column.required:
            rule = {"type": "formula", "criteria": _missing(position, column, template), "format": looks["missing"]}
            sheet.conditional_format(first, position, end, position, rule)
    _write_rows(sheet, template, looks)
    sheet.ignore_errors({"number_stored_as_text": xl_range_abs(first, 0, end, len(template.columns) - 1)})
    _set_view(sheet, template)


def _set_view(sheet: Worksheet, template: Template) -> None:
    """Keep the header in sight and on every page; of the wide survey also the columns up to the name."""
    footer = template.say("template.footer")
    kept = template.position("name") + 1 if template.table == "survey" else 0
    sheet.freeze_panes(template.header_rows, kept)
    sheet.repeat_rows(0, template.header_rows - 1)
    if kept:
        sheet.repeat_columns(0, kept - 1)
        set_page(sheet, footer, paper=_A3, wide=2)
    else:
        set_page(sheet, footer)


def write_lists(book: Workbook, sheet: Worksheet, template: Template) -> None:
    """Write the answers of all drop-downs and name their ranges; all in one column, where no header is looked for."""
    sheet.write_string(0, 0, template.say("template.not_data"))
    choices = {column.choice.name: column.choice for column in template.columns if column.choice}
    row = 2
    for choice in choices.values():
        sheet.write_column(row, 0, choice.options)
        last = row + len(choice.options) - 1
        book.define_name(_list_name(choice.name), f"='{sheet.get_name()}'!{xl_range_abs(row, 0, last, 0)}")
        row = last + 2
    sheet.set_column(0, 0, 40)
    sheet.protect()
    sheet.hide()


def width_of(column: Column) -> float:
    """Return a column's width: of its header and of what is usually written in it."""
    if column.kind == "tick":
        return _NARROW
    if column.field == "text":
        return _PROSE
    usual = [column.example, *(column.choice.options if column.choice and column.choice.strictness == "closed" else ())]
    return min(_WIDEST, max(cell_len(column.header) + 4, *(cell_len(word) + 3 for word in usual), _NARROW))


def _write_header(sheet: Worksheet, template: Template, looks: Mapping[str, Format]) -> None:
    """Write each column's header right above the data, and above them the headings over several columns."""
    bottom = template.header_rows - 1
    for position, column in enumerate(template.columns):
        sheet.write_string(bottom, position, column.header, looks["required" if column.required else "optional"])
    if bottom:
        sheet.set_row(0, 2 * LINE + 4)
    sheet.set_row(bottom, LINE * max(lines(column.header, width_of(column)) for column in template.columns) + 6)
    headings = [column.heading for column in template.columns]
    for heading, members in groupby(range(len(headings) if bottom else 0), headings.__getitem__):
        first, *others = members
        if heading and others:
            sheet.merge_range(0, first, 0, others[-1], heading, looks["optional"])
        elif heading:
            sheet.write_string(0, first, heading, looks["optional"])


def _write_rows(sheet: Worksheet, template: Template, looks: Mapping[str, Format]) -> None:
    """Write the rows taken over; a text stays text, whatever it begins with."""
    for row, cells in enumerate(template.rows, start=template.header_rows):
        for position, column in enumerate(template.columns):
            cell, look = cells.get(column.field), looks[f"cells of {column.kind}"]
            if isinstance(cell, dt.datetime):
                sheet.write_datetime(row, position, cell, look)
            elif isinstance(cell, float):
                sheet.write_number(row, position, cell, look)
            elif cell is not None:
                sheet.write_string(row, position, str(cell), look)


def _hint(column: Column, template: Template) -> dict[str, Any]:
    """Return the note Excel shows beside a chosen cell; an example too long for it is left to the explanation."""
    mark = template.say("template.required" if column.required else "template.optional")
    title = template.say("template.hint_title", header=column.header, mark=mark)
    example = template.say("template.for_example", example=column.example)
    message = f"{column.fill}\n{example}" if column.kind != "tick" and column.example else column.fill
    return {
        "input_title": title if len(title) <= _LONGEST_TITLE else column.header[:_LONGEST_TITLE],
        "input_message": message if len(message) <= _LONGEST_HINT else column.fill[:_LONGEST_HINT],
        "error_title": template.say("template.wrong_title"),
        "error_message": template.say("template.wrong_choice" if column.choice else "template.wrong_value"),
    }


def _check(column: Column) -> dict[str, Any]:
    """Return what a cell may hold; only answers nobody would understand are refused, figures are asked about."""
    if column.choice is not None:
        closed = column.choice.strictness == "closed"
        return {"validate": "list", "source": f"={_list_name(column.choice.name)}", "show_error": closed}
    if column.kind == "date":
        return {"validate": "date", "criteria": ">=", "value": _EARLIEST, "error_type": "warning"}
    if column.field == "id_card":
        return _between("length", *_ID_CARD)
    if column.field in _RANGES:
        return _between("decimal", *_RANGES[column.field])
    if column.kind == "number" and column.type not in {"frequency", "coordinate"}:
        return {"validate": "decimal", "criteria": ">=", "value": 0, "error_type": "warning"}
    return {"validate": "any"}


def _between(what: str, low: float, high: float) -> dict[str, Any]:
    return {"validate": what, "criteria": "between", "minimum": low, "maximum": high, "error_type": "warning"}


def _missing(position: int, column: Column, template: Template) -> str:
    """Return the formula of a required cell that is still empty in a row somebody has begun."""
    row = template.header_rows
    first, last = (xl_rowcol_to_cell(row, at, col_abs=True) for at in (0, len(template.columns) - 1))
    empty = [position, *([template.position(column.unless)] if column.unless else [])]
    blank = ",".join(f'{xl_rowcol_to_cell(row, at, col_abs=True)}=""' for at in empty)
    return f"=AND(COUNTA({first}:{last})>0,{blank})"


def _list_name(name: str) -> str:
    return f"options_{name}"
