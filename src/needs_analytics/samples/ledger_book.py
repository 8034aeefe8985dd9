"""The street's ledger as a workbook: several tables, one sheet with two, an explanation, a hidden sheet of lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from needs_analytics.samples.sheets import Table, column_widths, open_workbook, write_cells

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import xlsxwriter
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from needs_analytics.core.month import Month
    from needs_analytics.samples.plan import Plan

LISTS = {
    "服务方式": ["到点", "上门", "线上", "到点；上门", "到点；线上", "上门；线上"],
    "容量周期": ["日", "周", "月", "场"],
    "服务状态": ["完成", "预约", "取消", "爽约", "等候", "拒绝"],
    "是否": ["是", "否"],
}
"""The hidden sheet 下拉选项: one column per list."""
_LIST_SHEET = "下拉选项"
_DROP_DOWNS = {("supply", "容量周期"): "容量周期", ("usage", "状态"): "服务状态", ("menu", "服务方式"): "服务方式"}
_OWN_TABLES = {"menu", "sites", "supply", "places", "changes", "register", "groups", "usage", "history"}
"""What the ledger holds besides the answers of offices that write into it."""
_PLAIN_TABLES = {"usage", "history"}
"""Long records, which nobody frames."""
_BUILT_IN_DATE = 31
"""Number format 31: yyyy年m月d日, built into every Chinese Excel."""


def write_ledger(path: Path, tables: Mapping[str, Table], plan: Plan, month: Month) -> None:
    """Write the ledger's workbook from the tables of ``tabulate_ledger``."""
    with open_workbook(path, plan.office("ledger")["office"], month) as book:
        styles = _styles(book)
        _write_explanation(book.add_worksheet("说明"), plan, month, styles)
        for name in (name for name in tables if name != "groups"):
            sheet = book.add_worksheet(tables[name].sheet)
            _write_table(sheet, name, tables[name], styles)
            _write_title(sheet, name, tables[name], (plan, month), styles)
        _write_second_table(book.get_worksheet_by_name(tables["groups"].sheet), tables, plan.place, styles)
        _write_lists(book.add_worksheet(_LIST_SHEET), styles)


def _styles(book: xlsxwriter.Workbook) -> dict[str, Format]:
    base: dict[str, object] = {"font_name": "宋体", "font_size": 10, "valign": "vcenter"}
    framed = base | {"border": 1}
    return {
        "title": book.add_format(base | {"font_name": "黑体", "font_size": 16, "align": "center"}),
        "note": book.add_format(base),
        "text": book.add_format(base | {"text_wrap": True, "font_size": 11}),
        "head": book.add_format(framed | {"bold": True, "align": "center", "text_wrap": True, "bg_color": "#D9E2F3"}),
        "cell": book.add_format(framed),
        "plain": book.add_format(base),
        "centre": book.add_format(framed | {"align": "center"}),
        "sum": book.add_format(framed | {"bold": True, "align": "center"}),
        "degree": book.add_format(framed | {"align": "center", "num_format": "0.000000"}),
        "day": book.add_format(framed | {"align": "center", "num_format": _BUILT_IN_DATE}),
        "written day": book.add_format(framed | {"align": "center", "num_format": 'yyyy"年"m"月"d"日"'}),
    }


def _write_table(sheet: Worksheet, name: str, table: Table, styles: Mapping[str, Format]) -> None:
    """Write header and records, set the widths, freeze what is above the records."""
    asked = name not in _OWN_TABLES
    header = table.first_row - 1
    for column, (text, width) in enumerate(zip(table.columns, column_widths(table, most=32, one_line=10), strict=True)):
        sheet.write_string(header, column, text, styles["head"])
        sheet.set_column(column, column, 15 if text.endswith("日期") else width)
        source = _DROP_DOWNS.get((name, text))
        if source:
            _add_drop_down(sheet, table, column, source)
    if name in _PLAIN_TABLES:
        formats = [styles["plain"]] * len(table.columns)
    else:
        formats = [styles[_style_name(table, column)] for column in range(len(table.columns))]
    write_cells(sheet, table, formats, styles["written day" if asked else "day"])
    sheet.set_row(header, 28)
    sheet.freeze_panes(table.first_row, 0)
    if len(table.columns) > 8:
        sheet.set_landscape()
    sheet.set_paper(8 if asked else 9)
    sheet.set_footer("&C第 &P 页 / 共 &N 页")
    sheet.fit_to_pages(1, 0)
    if name != "register":
        sheet.repeat_rows(header)
    if table.first_row == 1:
        sheet.autofilter(header, 0, header + len(table.rows), len(table.columns) - 1)


def _style_name(table: Table, column: int) -> str:
    """Choose how a column stands: coordinates with all their digits, long texts to the left, the rest centred."""
    if table.columns[column].endswith(("经度", "纬度")):
        return "degree"
    texts = [row[column] for row in table.rows if isinstance(row[column], str)]
    return "cell" if any(len(str(text)) > 8 for text in texts) else "centre"


def _add_drop_down(sheet: Worksheet, table: Table, column: int, source: str) -> None:
    letter = chr(ord("A") + list(LISTS).index(source))
    area = f"={_LIST_SHEET}!${letter}$2:${letter}${len(LISTS[source]) + 1}"
    last = table.first_row + len(table.rows) - 1
    sheet.data_validation(table.first_row, column, last, column, {"validate": "list", "source": area})


def _write_title(
    sheet: Worksheet, name: str, table: Table, of: tuple[Plan, Month], styles: Mapping[str, Format]
) -> None:
    """Write the lines above the header where the office has some, and the register's sum below."""
    plan, month = of
    last = len(table.columns) - 1
    titles = {
        "menu": f"{plan.place}公共服务菜单",
        "sites": f"{plan.place}公共服务点位表",
        "supply": f"{plan.place}公共服务容量表",
        "register": f"{plan.place}常住人口底册",
        "changes": f"{plan.place}网格调整情况",
    } | {
        office: f"{plan.office(office)['title']}（{month.label()}）"
        for office in plan.offices
        if "title" in plan.office(office)
    }
    if name in titles:
        sheet.merge_range(0, 0, 0, last, titles[name], styles["title"])
        sheet.set_row(0, 28)
    if name == "supply":
        office = plan.office("ledger")["office"]
        note = f"填报单位：{office}    填报日期：{month.shift(1).label()}2日"
        sheet.merge_range(1, 0, 1, last, note, styles["note"])
    if name == "register":
        _write_sum(sheet, table, styles)


def _write_sum(sheet: Worksheet, table: Table, styles: Mapping[str, Format]) -> None:
    row = table.first_row + len(table.rows)
    sheet.write_string(row, 0, "合计", styles["sum"])
    for column in (1, 2):
        sheet.write_blank(row, column, None, styles["sum"])
    sheet.write_number(row, 3, sum(int(str(cells[3])) for cells in table.rows), styles["sum"])


def _write_second_table(
    sheet: Worksheet, tables: Mapping[str, Table], title: str, styles: Mapping[str, Format]
) -> None:
    """Write the special groups below the register, with a title, a note and a header of their own."""
    table = tables["groups"]
    header = table.first_row - 1
    sheet.merge_range(header - 2, 0, header - 2, 3, f"{title}重点人群人数", styles["title"])
    sheet.write_string(header - 1, 0, "单位：人；一人可属多类；人数较少的以*代替。", styles["note"])
    for column, text in enumerate(table.columns):
        sheet.write_string(header, column, text, styles["head"])
    write_cells(sheet, table, [styles["centre"]] * len(table.columns))


def _write_explanation(sheet: Worksheet, plan: Plan, month: Month, styles: Mapping[str, Format]) -> None:
    lines = plan.office("ledger")["explanation"]
    sheet.set_column(0, 0, 84)
    sheet.fit_to_pages(1, 0)
    sheet.write_string(0, 0, f"{plan.place}公共服务基础台账（{month.label()}）", styles["title"])
    sheet.set_row(0, 32)
    for row, line in enumerate(lines, start=1):
        sheet.write_string(row, 0, line, styles["text"])
        sheet.set_row(row, 36 if len(line) > 50 else 20)


def _write_lists(sheet: Worksheet, styles: Mapping[str, Format]) -> None:
    for column, (name, options) in enumerate(LISTS.items()):
        sheet.write_string(0, column, name, styles["note"])
        sheet.write_column(1, column, options, styles["note"])
    sheet.hide()
