"""LibreOffice opens what we write and finds in it what we put there."""

from __future__ import annotations

import csv
from io import BytesIO, StringIO

import docx
import openpyxl
import pytest


@pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")
def test_libreoffice_keeps_the_workbooks_values_and_links(office, workbook, document):
    book = openpyxl.load_workbook(BytesIO(office(workbook, "xlsx", "xlsx:Calc MS Excel 2007 XML")))
    sheet = book["需求清单"]
    assert [cell.value for cell in sheet[5]][:6] == [1, "助餐", 0.41, "38%–43%", 16880, 505]
    assert sheet.auto_filter.ref == "A4:J24"
    assert len(book["图表"]._charts) == 5
    assert len(sheet.conditional_formatting) == 1


def test_libreoffice_reads_the_first_sheet_as_text(office, workbook):
    rows = list(csv.reader(StringIO(office(workbook, "xlsx", "csv:Text - txt - csv (StarCalc):44,34,76").decode())))
    assert rows[0][0] == "内部使用"
    assert any("助餐需求最高" in cell for row in rows for cell in row)


def test_libreoffice_keeps_the_word_files_text_and_tables(office, word_file):
    kept = docx.Document(BytesIO(office(word_file, "docx", "docx:MS Word 2007 XML")))
    assert "二、需求清单" in [paragraph.text for paragraph in kept.paragraphs]
    assert [cell.text for cell in kept.tables[1].rows[1].cells][:3] == ["1", "助餐", "41%"]
    assert len(kept.inline_shapes) == 7
