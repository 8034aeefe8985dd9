"""A workbook comes back as it was, but for the marks: cell by cell, format by format, part by part."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.styles import PatternFill

from needs_analytics.office.read import read_workbooks
from needs_analytics.office.returned.workbook import _alike

from .books import DATA, adorned, written_by_openpyxl
from .looking import (
    DOUBT,
    ERROR,
    LIST,
    differences,
    doubtful,
    fill,
    listed,
    opened,
    parts,
    read,
    returned,
    said,
    without_list,
    wrong,
)

PROJECT = Path(__file__).parents[3]
REAL = PROJECT.parent / "shared" / "real" / "wjx"  # no cases of it where it is not beside the project
SAMPLES = sorted((PROJECT / "data" / "samples" / "2026-08").glob("*.xlsx"))
MARKED = [wrong(DATA, 4, 1), doubtful(DATA, 5, 1), doubtful(DATA, 8, 3), wrong(DATA, 9, None)]


@pytest.mark.parametrize("book", [adorned, written_by_openpyxl])
def test_only_the_marked_cells_differ_and_only_in_fill_and_comment(book, tmp_path: Path) -> None:
    before = book()
    after = returned(tmp_path, before, MARKED)
    changed = differences(before, after)
    assert changed.pop(DATA) == ["B5", "B6", "D9", "A10"]
    assert not any(changed.values())


def test_parts_that_hold_no_mark_stay_byte_for_byte(tmp_path: Path) -> None:
    before = adorned()
    old, new = parts(before), parts(returned(tmp_path, before, MARKED))
    changed = {name for name in old if old[name] != new[name]}
    assert changed == {
        "[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml",
        "xl/worksheets/sheet1.xml", "xl/worksheets/sheet3.xml", "xl/comments1.xml", "xl/drawings/vmlDrawing1.vml",
    }  # fmt: skip
    assert set(new) - set(old) == {"docProps/custom.xml", "xl/worksheets/needsList.xml"}
    assert b"dataBar" in new["xl/worksheets/sheet1.xml"].partition(b"<extLst")[2]
    assert "填表说明".encode() in new["xl/drawings/drawing1.xml"]


def test_a_wrong_cell_is_light_red_a_doubtful_one_light_yellow_and_says_why(tmp_path: Path) -> None:
    sheet = opened(returned(tmp_path, adorned(), MARKED))[DATA]
    assert (fill(sheet["B5"]), fill(sheet["B6"]), fill(sheet["A10"])) == (ERROR, DOUBT, ERROR)
    assert said(sheet["B5"]) == "[E101 超出范围] 年龄为 230，应在 0–120 之间。请核对后改正；不知道就留空。"
    assert said(sheet["A10"]).startswith("[E101 超出范围] （整行）")


def test_a_comment_of_the_office_keeps_its_words_and_gets_ours_below(tmp_path: Path) -> None:
    sheet = opened(returned(tmp_path, adorned(), MARKED))[DATA]
    own, ours = said(sheet["B6"]).split("\n")
    assert own == "办公室自己的批注"
    assert ours.startswith("[W122 ")
    assert said(sheet["A7"]) == "另一条"


def test_the_list_stands_first_and_leads_to_the_cells(tmp_path: Path) -> None:
    content = returned(tmp_path, adorned(), MARKED)
    book = opened(content)
    assert book.sheetnames[0] == LIST
    assert book.active is book[LIST]
    assert [sheet.title for sheet in book.worksheets if sheet.sheet_view.tabSelected] == [LIST]
    head, first = (list(row) for row in book[LIST].iter_rows(min_row=3, max_row=4, max_col=9, values_only=True))
    assert head == ["序号", "工作表", "行", "列", "单元格", "原值", "代码", "问题", "怎样改"]
    assert first[:7] == ["1", DATA, "5", "B", "B5", "230", "E101"]
    assert book[LIST]["E4"].hyperlink.location == f"'{DATA}'!B5"
    assert book[LIST].freeze_panes == "A4"
    assert book[LIST].page_setup.orientation == "landscape"
    assert str(book[LIST].page_setup.paperSize) == "9"


def test_names_of_one_sheet_still_belong_to_it(tmp_path: Path) -> None:
    book = opened(returned(tmp_path, adorned(), MARKED))
    assert list(book["汇总"].defined_names) == ["本表"]
    assert book[DATA].print_title_rows == "$2:$2"
    assert "年龄" in book.defined_names


def test_what_concerns_no_cell_stands_in_the_list_only(tmp_path: Path) -> None:
    before = written_by_openpyxl()
    content = returned(tmp_path, before, [wrong(DATA, None, 2), wrong(DATA, None, None), wrong("", None, None)])  # type: ignore[arg-type]
    assert not any(differences(before, content).values())
    assert [[cell or "" for cell in line[:4]] for line in listed(content)] == [
        ["", "", "", ""], [DATA, "", "C", ""], [DATA, "", "", ""],
    ]  # fmt: skip


def test_a_cell_and_a_row_that_the_file_does_not_write_are_put_in_place(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (1, 2, 5, 9):
        sheet.cell(row, 2, row)
        sheet.cell(row, 5, "末")
    target = BytesIO()
    book.save(target)
    marks = [wrong("Sheet", 1, 0), wrong("Sheet", 1, 3), wrong("Sheet", 3, 2), wrong("Sheet", 8, 3)]
    content = returned(tmp_path, target.getvalue(), marks)
    assert differences(target.getvalue(), content) == {"Sheet": ["A2", "D2", "C4", "D9"]}
    written = parts(content)["xl/worksheets/sheet1.xml"]
    assert written.index(b'"A2"') < written.index(b'"B2"') < written.index(b'"D2"') < written.index(b'"E2"')
    assert written.index(b'r="2"') < written.index(b'<row r="4"') < written.index(b'r="5"')


def test_an_empty_cell_that_is_marked_has_the_format_of_its_column(tmp_path: Path) -> None:
    cell = opened(returned(tmp_path, adorned(), [doubtful(DATA, 8, 4)]))[DATA]["E9"]
    assert (fill(cell), cell.number_format, cell.font.italic) == (DOUBT, "0.00", True)


def test_a_cell_of_a_merged_range_is_marked_where_it_shows(tmp_path: Path) -> None:
    content = returned(tmp_path, adorned(), [wrong(DATA, 0, 3)])
    assert fill(opened(content)[DATA]["A1"]) == ERROR


def test_a_protected_sheet_is_said(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active["A1"] = 1
    book.active.protection.sheet = True
    target = BytesIO()
    book.save(target)
    lines = listed(returned(tmp_path, target.getvalue(), [wrong("Sheet", 0, 0)]))
    assert ["保护" in str(line[6]) for line in lines] == [True, False]  # before what it keeps from being mended


def test_macros_do_not_come_back(tmp_path: Path) -> None:
    before = parts(written_by_openpyxl())
    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    macros = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    before["[Content_Types].xml"] = before["[Content_Types].xml"].replace(kind, macros)
    told = b"http://schemas.microsoft.com/office/2006/relationships/vbaProject"
    link = b'<Relationship Id="rIdV" Type="' + told + b'" Target="vbaProject.bin"/>'
    rels = "xl/_rels/workbook.xml.rels"
    before[rels] = before[rels].replace(b"</Relationships>", link + b"</Relationships>")
    before["xl/vbaProject.bin"] = b"macro"
    content = returned(tmp_path, zipped(before), [wrong(DATA, 4, 1)], name="x.xlsm")
    after = parts(content)
    assert "xl/vbaProject.bin" not in after
    assert kind in after["[Content_Types].xml"]
    assert b"vbaProject" not in after[rels]
    assert fill(opened(content)[DATA]["B5"]) == ERROR
    assert any("宏" in str(line[6]) for line in listed(content))


def test_a_namespace_prefix_is_kept(tmp_path: Path) -> None:
    before = parts(written_by_openpyxl())
    for name in ("xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/styles.xml"):
        before[name] = prefixed(before[name])
    content = returned(tmp_path, zipped(before), [wrong(DATA, 4, 1), doubtful(DATA, 30, 2)])
    assert b"<x:legacyDrawing" in parts(content)["xl/worksheets/sheet1.xml"]
    assert differences(zipped(before), content)[DATA] == ["B5"]


def test_a_book_that_cannot_be_changed_in_place_comes_back_as_its_values_and_says_so(tmp_path: Path) -> None:
    before = parts(written_by_openpyxl())
    before["xl/worksheets/sheet1.xml"] = before["xl/worksheets/sheet1.xml"].replace(
        b"<sheetData>", b"<sheetData><!-- <row r='1'> -->"
    )
    before["xl/styles.xml"] = b'<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'
    content = returned(tmp_path, zipped(before), [wrong(DATA, 4, 1)])
    assert "不能原样标记" in str(listed(content)[0][6])
    assert fill(opened(content)[DATA]["B5"]) == ERROR
    assert all(map(_alike, read(zipped(before)), without_list(read(content))))


@pytest.mark.parametrize("path", [*SAMPLES, *sorted(REAL.rglob("*.xlsx"))[:4]], ids=lambda path: path.stem[:20])
def test_real_workbooks_read_the_same_when_they_come_back(path: Path, tmp_path: Path) -> None:
    content = path.read_bytes()
    sheets = read(content)
    marks = [wrong(sheet.name, row, 1) for sheet in sheets for row in (3, 5) if len(sheet.columns) > 1]
    back = tmp_path / "y_待修改.xlsx"
    back.write_bytes(returned(tmp_path, content, marks))
    again = read_workbooks([back])
    assert [sheet.name for sheet in again] == [sheet.name for sheet in sheets]
    for one, other in zip(sheets, again, strict=True):
        assert [column.values for column in one.columns] == [column.values for column in other.columns]
    assert b"xl/worksheets/needsList.xml" in back.read_bytes()  # changed in place, not written anew


CELLS = st.one_of(
    st.none(),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8),
    st.integers(-(10**9), 10**9),
    st.booleans(),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    rows=st.lists(st.lists(CELLS, min_size=1, max_size=5), min_size=1, max_size=8),
    marks=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 6)), min_size=1, max_size=6, unique=True),
    coloured=st.sets(st.tuples(st.integers(1, 8), st.integers(1, 5)), max_size=4),
)
def test_whatever_is_marked_all_else_stays(rows, marks, coloured, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row, cells in enumerate(rows, 1):
        for column, cell in enumerate(cells, 1):
            target = sheet.cell(row, column)
            target.value = cell
            if isinstance(cell, str):
                target.data_type = "s"
    for row, column in coloured:
        sheet.cell(row, column).fill = PatternFill("solid", fgColor="FFABCDEF")
    saved = BytesIO()
    book.save(saved)
    before = saved.getvalue()
    content = returned(tmp_path, before, [wrong("Sheet", *place) for place in marks])
    height = len(read(before)[0].columns[0].codes) if read(before)[0].columns else 0
    inside = [place for place in marks if place[0] < height]
    expected = sorted({(row, column) for row, column in inside})
    changed = differences(before, content)["Sheet"]
    assert changed == [sheet.cell(row + 1, column + 1).coordinate for row, column in expected]
    assert all(map(_alike, read(before), without_list(read(content))))


def zipped(content: dict[str, bytes]) -> bytes:
    import zipfile

    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in content.items():
            archive.writestr(name, part)
    return target.getvalue()


def prefixed(part: bytes) -> bytes:
    import re

    main = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    part = part.replace(b'xmlns="' + main, b'xmlns:x="' + main)
    return re.sub(rb"<(/?)(?=[A-Za-z]+[ />])(?![A-Za-z]+:)", rb"<\1x:", part)
