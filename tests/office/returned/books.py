"""Workbooks as offices have them, with all that a careless tool loses."""

from __future__ import annotations

import datetime as dt
from functools import cache
from io import BytesIO

import openpyxl
import xlsxwriter
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

DATA = "走访登记"


@cache
def adorned() -> bytes:
    """Return a workbook with a text box, a chart, bars in cells, comments, merged, hidden and validated cells."""
    target = BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet(DATA)
        head = book.add_format({"bold": True, "bg_color": "#D9E1F2", "border": 1, "align": "center"})
        day = book.add_format({"num_format": "yyyy年m月d日", "border": 1})
        blue = book.add_format({"bg_color": "#DDEBF7", "italic": True, "num_format": "0.00"})
        sheet.merge_range("A1:E1", "走访登记表", head)
        for column, name in enumerate(["姓名", "年龄", "日期", "分数", "备注"]):
            sheet.write_string(1, column, name, head)
        for row in range(2, 30):
            sheet.write_string(row, 0, f"居民{row}", head)
            sheet.write_number(row, 1, 30 + row)
            sheet.write_datetime(row, 2, dt.datetime(2026, 10, row % 28 + 1), day)  # noqa: DTZ001
            sheet.write_formula(row, 3, f"=B{row + 1}*2", blue, (30 + row) * 2)
        sheet.write_number("B5", 230, blue)
        sheet.write_comment("B6", "办公室自己的批注", {"author": "王"})
        sheet.write_comment("A7", "另一条")
        sheet.insert_textbox("G2", "填表说明：请如实填写")
        sheet.conditional_format("B3:B30", {"type": "data_bar", "data_bar_2010": True})
        sheet.conditional_format("D3:D30", {"type": "cell", "criteria": ">", "value": 90, "format": head})
        sheet.data_validation("B3:B30", {"validate": "integer", "criteria": "between", "minimum": 0, "maximum": 120})
        sheet.autofilter("A2:E30")
        sheet.freeze_panes(2, 1)
        sheet.set_column("A:A", 14)
        sheet.set_column("E:E", 20, blue)
        sheet.set_row(11, None, None, {"hidden": True})
        sheet.set_header("&C走访")
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": f"='{DATA}'!$B$3:$B$30"})
        sheet.insert_chart("G10", chart)
        secret = book.add_worksheet("隐藏表")
        secret.write_string("A1", "内部")
        secret.hide()
        last = book.add_worksheet("汇总")
        last.write_formula("A1", f"=SUM('{DATA}'!B3:B30)", None, 1400)
        last.activate()
        book.define_name("年龄", f"='{DATA}'!$B$3:$B$30")
        book.define_name("汇总!本表", "=汇总!$A$1")
        sheet.repeat_rows(1)
    return target.getvalue()


@cache
def written_by_openpyxl() -> bytes:
    """Return a workbook as openpyxl writes it: comments, styles, a list to choose from, a name of its own."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = DATA
    for row in range(1, 20):
        for column in range(1, 7):
            cell = sheet.cell(row, column, f"{row}-{column}" if column % 2 else row * column)
            cell.font = Font(name="宋体", bold=row == 1, color="FF00AA00" if column == 3 else None)
            cell.border = Border(left=Side("thin"), bottom=Side("double"))
            cell.alignment = Alignment(horizontal="right", wrap_text=True)
            if column == 4:
                cell.fill = PatternFill("solid", fgColor="FF92D050")
                cell.number_format = "#,##0.0"
    sheet["B3"].comment = Comment("请看这里", "李")
    sheet["C3"].protection = Protection(locked=False)
    choices = DataValidation(type="list", formula1='"男,女"')
    choices.add("E2:E19")
    sheet.add_data_validation(choices)
    book.create_sheet("第二张")["C5"] = 3.5
    book.defined_names["区域"] = DefinedName("区域", attr_text=f"'{DATA}'!$A$1:$B$9")
    target = BytesIO()
    book.save(target)
    return target.getvalue()
