"""The sheets of a template that explain: what to fill in where, and the services other offices usually offer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from needs_analytics.core.messages import catalogue
from needs_analytics.office.template_looks import LINE, lines, set_page
from needs_analytics.office.template_version import VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from needs_analytics.office.template_columns import Column, Template

_WIDTHS = (6, 26, 16, 64, 30)
_LABEL, _ACROSS = sum(_WIDTHS[:2]), sum(_WIDTHS[2:])
_SERVICE_WIDTHS = {"name": 30, "domain": 14, "needs": 32, "eligibility": 34, "mode": 18, "unit": 14,
                   "uses_per_person_month": 12, "typical_frequency": 26, "fee": 16}  # fmt: skip


def write_guide(sheet: Worksheet, template: Template, looks: Mapping[str, Format]) -> None:
    """Write what the table is for, who gets it, what becomes of personal data, and a line per column."""
    for position, width in enumerate(_WIDTHS):
        sheet.set_column(position, position, width)
    _write_top(sheet, template, template.say("template.title", table=template.label), looks)
    row = 2
    for label, content, look in _paragraphs(template):
        row = _write_paragraph(sheet, row, label, content, (looks["label"], looks[look]))
    _write_columns(sheet, row + 1, template, looks)
    sheet.protect("", {"format_rows": True, "format_columns": True})
    set_page(sheet, template.say("template.footer"))


def write_services(sheet: Worksheet, template: Template, looks: Mapping[str, Format]) -> None:
    """Write the catalogue of usual services, its first columns in the order of the menu's."""
    for position, width in enumerate(_SERVICE_WIDTHS.values()):
        sheet.set_column(position, position, width)
    _write_top(sheet, template, template.say("template.services_sheet"), looks)
    note = template.say("template.services_note")
    sheet.merge_range(2, 0, 2, len(_SERVICE_WIDTHS) - 1, note, looks["text"])
    sheet.set_row(2, LINE * lines(note, sum(_SERVICE_WIDTHS.values())) + 4)
    for position, field in enumerate(_SERVICE_WIDTHS):
        sheet.write_string(3, position, template.say(f"template.service.{field}"), looks["optional"])
    sheet.set_row(3, 2 * LINE + 4)
    for row, cells in enumerate(usual_services(template), start=4):
        for position, cell in enumerate(cells):
            sheet.write(row, position, cell, looks["framed may" if isinstance(cell, float) else "framed"])
        widest = max(lines(str(cell), width) for cell, width in zip(cells, _SERVICE_WIDTHS.values(), strict=True))
        sheet.set_row(row, LINE * widest + 4)
    sheet.freeze_panes(4, 1)
    sheet.repeat_rows(3)
    sheet.protect("", {"format_rows": True, "format_columns": True})
    set_page(sheet, template.say("template.footer"))


def usual_services(template: Template) -> list[list[str | float]]:
    """Return the catalogue's services as rows of cells, needs and domains by their names."""
    codebook, language = template.codebook, template.language
    names = codebook.need_names(language)
    column = "domain_name" if language == "zh" else "domain_name_en"
    domains = dict(zip(codebook.needs["domain"], codebook.needs[column], strict=True))
    rows: list[list[str | float]] = []
    for service in codebook.services.to_dict("records"):
        cells: dict[str, str | float] = {field: str(service[field]) for field in _SERVICE_WIDTHS}
        if language != "zh" and service["name_en"]:
            cells["name"] = str(service["name_en"])
        cells["domain"] = domains.get(service["domain"], str(service["domain"]))
        cells["needs"] = "；".join(names.get(need, need) for need in str(service["needs"]).split(";"))
        cells["mode"] = str(service["mode"]).replace(";", "；")
        if cells["uses_per_person_month"]:
            cells["uses_per_person_month"] = float(cells["uses_per_person_month"])
        rows.append(list(cells.values()))
    return rows


def _write_top(sheet: Worksheet, template: Template, title: str, looks: Mapping[str, Format]) -> None:
    """Write the title and, below it, the sentence by which a sheet is known to hold no data."""
    sheet.write_string(0, 0, title, looks["title"])
    sheet.set_row(0, 30)
    sheet.write_string(1, 0, template.say("template.not_data"), looks["aside"])


def _paragraphs(template: Template) -> list[tuple[str, str, str]]:
    """Return the paragraphs above the list of columns: label, content, look."""
    table = template.table
    personal = any(column.type == "identifier" for column in template.columns)
    steps = [template.say(f"template.steps.{step}", **_where(template)) for step in _steps(template)]
    more = f"template.more.{table}"
    if more in catalogue(template.language):
        steps.append(template.say(more))
    numbered = [f"{number}. {step}" for number, step in enumerate(steps, start=1)]
    heads = [template.say("template.steps_label"), *[""] * (len(numbered) - 1)]
    return [
        (template.say("template.purpose_label"), template.say(f"template.purpose.{table}"), "text"),
        (template.say("template.recipient_label"), template.say("template.recipient"), "text"),
        (template.say("template.contact_label"), "", "to fill in"),
        (template.say("template.version_label"), template.say("template.version", version=VERSION), "text"),
        (template.say("template.people_label"), template.say(f"template.{'people' if personal else 'nobody'}"), "text"),
        *[(head, step, "text") for head, step in zip(heads, numbered, strict=True)],
    ]


def _steps(template: Template) -> list[str]:
    prefix = "template.steps."
    return [name.removeprefix(prefix) for name in catalogue(template.language) if name.startswith(prefix)]


def _where(template: Template) -> dict[str, object]:
    one_row = template.say(f"template.one_row.{template.table}")
    return {"sheet": template.label, "row": template.header_rows + 1, "one_row": one_row}


def _write_paragraph(sheet: Worksheet, row: int, label: str, content: str, looks: tuple[Format, Format]) -> int:
    """Write a label and its text across the other columns; return the next row."""
    sheet.merge_range(row, 0, row, 1, label, looks[0])
    sheet.merge_range(row, 2, row, len(_WIDTHS) - 1, content, looks[1])
    sheet.set_row(row, LINE * max(lines(content, _ACROSS), lines(label, _LABEL)) + 5)
    return row + 1


def _write_columns(sheet: Worksheet, row: int, template: Template, looks: Mapping[str, Format]) -> None:
    """Write a numbered line per column, those under a heading below all others and under their heading."""
    for position, part in enumerate(("number", "name", "required", "fill", "example")):
        sheet.write_string(row, position, template.say(f"template.column_{part}"), looks["required"])
    sheet.set_row(row, LINE + 6)
    heading = ""
    for number, column in enumerate(sorted(template.columns, key=lambda column: bool(column.heading)), start=1):
        row += 1
        if column.heading != heading:
            heading = column.heading
            sheet.merge_range(row, 0, row, len(_WIDTHS) - 1, heading, looks["group"])
            sheet.set_row(row, LINE + 4)
            row += 1
        cells = _column_line(column, template)
        marked = "framed must" if column.required else "framed may"
        sheet.write_number(row, 0, number, looks["framed may"])
        for position, (cell, look) in enumerate(zip(cells, ("framed", marked, "framed", "framed"), strict=True)):
            sheet.write_string(row, position + 1, cell, looks[look])
        sheet.set_row(row, LINE * max(lines(cell, width) for cell, width in zip(cells, _WIDTHS[1:], strict=True)) + 4)


def _column_line(column: Column, template: Template) -> tuple[str, str, str, str]:
    """Return a column's line; its number, and the marks around its words, keep it from looking like a header."""
    as_it_is = column.kind == "tick" or not column.example
    example = column.example if as_it_is else template.say("template.for_example", example=column.example)
    header = template.say("template.quoted", header=column.header)
    return header, _duty(column, template), _explained(column, template), example


def _duty(column: Column, template: Template) -> str:
    if not column.required:
        return template.say("template.optional")
    if not column.unless:
        return template.say("template.required")
    other = template.columns[template.position(column.unless)].header
    return template.say("template.required_unless", other=other)


def _explained(column: Column, template: Template) -> str:
    """Return what to fill in, with the answers to choose from."""
    if column.choice is None or column.kind == "tick":
        return column.fill
    told = {"closed": "choose", "open": "choose_or_write", "several": "choose_several", "known": "choose_known"}[
        column.choice.strictness
    ]
    if told == "choose" and any("；" in option for option in column.choice.options):
        told = "choose_from_list"
    comma = template.say("template.list_comma")
    return column.fill + template.say(f"template.{told}", options=comma.join(column.choice.options))
