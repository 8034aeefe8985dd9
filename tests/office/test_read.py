"""Reading workbooks as they are: cells keep their type, files are judged by content, a bad one stops no other."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import random
from typing import TYPE_CHECKING

import pytest
import xlsxwriter
from hypothesis import example, given, settings
from hypothesis import strategies as st

from needs_analytics.core.messages import LANGUAGES, issue_remedy, issue_sentence
from needs_analytics.core.options import ReadingOptions
from needs_analytics.errors import FileRefusedError
from needs_analytics.intake.reading import UNCOMPUTED, is_error
from needs_analytics.office.delimited import delimited
from needs_analytics.office.encoding import decode
from needs_analytics.office.read import read_bytes, read_workbooks

from .small_files import encrypted_workbook, workbook_xml

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from needs_analytics.core.records import Sheet

HEAD = ["姓名", "年龄", "需要的服务"]
ROWS = [["张三", "65", "助餐"], ["李四", "70", "助浴"], ["王五", "40", "理发"]]


def text_file(mark: str, rows: Sequence[Sequence[str]] = (HEAD, *ROWS)) -> str:
    return "".join(mark.join(row) + "\r\n" for row in rows)


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def only_sheet(path: Path) -> Sheet:
    (sheet,) = read_workbooks([path])
    return sheet


def refusal(path: Path) -> str:
    with pytest.raises(FileRefusedError) as refused:
        read_workbooks([path])
    return refused.value.code


# What a cell is


@pytest.fixture(scope="module")
def typed(tmp_path_factory: pytest.TempPathFactory) -> Sheet:
    path = tmp_path_factory.mktemp("typed") / "typed.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("表 一")
    for row, text in enumerate(["00123", "110105194912310021", " 张 三 ", "约65岁", "=1+1"]):
        sheet.write_string(row, 0, text)
    sheet.write_number(0, 1, 65)
    sheet.write_number(1, 1, 65.5)
    sheet.write_boolean(2, 1, True)
    sheet.write_datetime(3, 1, dt.date(2026, 10, 5), book.add_format({"num_format": 'yyyy"年"m"月"d"日"'}))
    sheet.write_number(4, 1, 46300, book.add_format({"num_format": 31}))
    sheet.merge_range(6, 0, 7, 1, "合并")
    book.close()
    return only_sheet(path)


def test_text_that_looks_like_a_number_stays_text(typed: Sheet) -> None:
    assert [row[0] for row in typed.rows(0, 5)] == ["00123", "110105194912310021", " 张 三 ", "约65岁", "=1+1"]


def test_numbers_dates_and_yes_no_keep_their_type(typed: Sheet) -> None:
    assert [row[1] for row in typed.rows(0, 4)] == [65.0, 65.5, True, dt.date(2026, 10, 5)]


def test_the_built_in_chinese_date_format_is_a_date(typed: Sheet) -> None:
    assert typed.rows(4, 5)[0][1] == dt.date(2026, 10, 5)


def test_merged_ranges_are_counted_from_the_first_cell_of_the_sheet(typed: Sheet) -> None:
    assert typed.merged == ((6, 0, 7, 1),)


def test_the_sheet_says_where_it_comes_from(typed: Sheet) -> None:
    assert (typed.file, typed.name, len(typed.digest), typed.hidden, typed.n_rows) == (
        "typed.xlsx",
        "表 一",
        64,
        False,
        7,
    )


def test_one_and_true_and_the_text_1_are_three_cells(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    sheet.write_number(0, 0, 1)
    sheet.write_boolean(1, 0, True)
    sheet.write_string(2, 0, "1")
    book.close()
    column = only_sheet(path).columns[0]
    assert len(column.values) == 3
    assert [type(cell) for cell in column.cells()] == [float, bool, str]


def test_a_table_that_starts_at_c4_stays_there(tmp_path: Path) -> None:
    path = tmp_path / "c4.xlsx"
    book = xlsxwriter.Workbook(str(path))
    book.add_worksheet().write_row(3, 2, HEAD)
    book.close()
    assert only_sheet(path).rows()[3] == ["", "", *HEAD]


def test_an_empty_sheet_has_no_rows(tmp_path: Path) -> None:
    path = tmp_path / "empty.xlsx"
    book = xlsxwriter.Workbook(str(path))
    book.add_worksheet()
    book.close()
    assert only_sheet(path).n_rows == 0


def test_a_hidden_sheet_is_marked_as_such(tmp_path: Path) -> None:
    path = tmp_path / "hidden.xlsx"
    book = xlsxwriter.Workbook(str(path))
    book.add_worksheet("明").write(0, 0, "x")
    hidden = book.add_worksheet("暗")
    hidden.write(0, 0, "y")
    hidden.hide()
    book.close()
    sheets = read_workbooks([path])
    assert [(sheet.name, sheet.hidden) for sheet in sheets] == [("明", False), ("暗", True)]
    assert not sheets.issues


def one_row(folder: Path, cells: str) -> tuple[list[object], list[str]]:
    """Return the cells and the issues of a workbook of one row."""
    sheets = read_workbooks([written(folder, "a.xlsx", workbook_xml(f'<row r="1">{cells}</row>'))])
    return sheets[0].rows()[0], [issue.code for issue in sheets.issues]


def test_an_error_cell_is_not_blank(tmp_path: Path) -> None:
    assert one_row(tmp_path, '<c r="A1" t="e"><v>#N/A</v></c>') == (["#N/A"], [])


def test_an_error_cell_stands_where_it_stood(tmp_path: Path) -> None:
    cells = '<c r="A1"><v>1</v></c><c r="C1" t="e"><f>1/0</f><v>#DIV/0!</v></c>'
    assert one_row(tmp_path, cells) == ([1.0, "", "#DIV/0!"], [])


@pytest.mark.parametrize("cell", ["<f>B1+1</f>", "<f>B1+1</f><v></v>", "<f>B1+1</f><v/>", '<f t="shared" si="0"/>'])
def test_a_formula_without_a_value_is_said_and_not_blank(tmp_path: Path, cell: str) -> None:
    assert one_row(tmp_path, f'<c r="A1">{cell}</c>') == ([UNCOMPUTED], ["W009"])


def test_a_formula_whose_result_is_an_empty_text_is_blank(tmp_path: Path) -> None:
    cells = '<c r="A1" t="str"><f>IF(B1=1,"","")</f><v></v></c><c r="B1"><f>1+0</f><v>1</v></c>'
    assert one_row(tmp_path, cells) == (["", 1.0], [])


def test_a_formula_without_a_value_is_no_answer() -> None:
    assert is_error(UNCOMPUTED)


# Text files


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_a_csv_is_read_in_any_usual_encoding_and_with_any_usual_mark(tmp_path: Path, encoding: str, mark: str) -> None:
    sheet = only_sheet(written(tmp_path, "登记.csv", text_file(mark).encode(encoding)))
    assert sheet.rows() == [HEAD, *ROWS]
    assert sheet.name == "登记"


def test_utf_16_with_its_mark_the_other_way_round_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, "a.csv", b"\xfe\xff" + text_file(",").encode("utf-16-be"))
    assert only_sheet(path).rows() == [HEAD, *ROWS]


def test_commas_inside_answers_do_not_win_over_semicolons_between_cells(tmp_path: Path) -> None:
    rows = [["姓名", "需要的服务"], ["张三", "助餐,助浴"], ["李四", "助餐,理发"], ["王五", "理发,助洁"]]
    assert only_sheet(written(tmp_path, "a.csv", text_file(";", rows))).rows() == rows


def test_a_quoted_cell_may_hold_commas_quotes_and_line_breaks(tmp_path: Path) -> None:
    path = written(tmp_path, "a.csv", '姓名,备注\n张三,"一,二\n""三"""\n李四,无\n')
    assert only_sheet(path).rows() == [["姓名", "备注"], ["张三", '一,二\n"三"'], ["李四", "无"]]


def test_short_rows_end_in_empty_cells(tmp_path: Path) -> None:
    assert only_sheet(written(tmp_path, "a.csv", "a,b,c\n1\n1,2,3\n")).rows() == [
        ["a", "b", "c"],
        ["1", "", ""],
        ["1", "2", "3"],
    ]


def test_a_file_with_one_column_is_read(tmp_path: Path) -> None:
    assert only_sheet(written(tmp_path, "a.csv", "姓名\n张三\n")).rows() == [["姓名"], ["张三"]]


def test_a_number_in_a_csv_stays_text(tmp_path: Path) -> None:
    assert only_sheet(written(tmp_path, "a.csv", "a,b\n00123,1e5\n")).rows()[1] == ["00123", "1e5"]


def test_a_quote_that_is_never_closed_swallows_no_rows(tmp_path: Path) -> None:
    path = written(tmp_path, "a.csv", '姓名,备注\n张三,"腿脚不便\n李四,无\n王五,无\n')
    assert only_sheet(path).n_rows == 4


def test_a_very_long_cell_is_read_or_refused_by_name(tmp_path: Path) -> None:
    path = written(tmp_path, "a.csv", '姓名,备注\n张三,"' + "很长" * 70_000 + '"\n')
    sheets = read_workbooks([path], on_refusal="collect")
    assert len(sheets) + len(sheets.issues) == 1


# What is no workbook


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.xlsx", b"", "E005"),
        ("a.csv", b" \r\n\t\n", "E005"),
        ("a.xlsx", b"%PDF-1.7\n...", "E003"),
        ("a.docx", b"{\\rtf1\\ansi}", "E003"),
        ("a.xlsx", b"\x89PNG\r\n\x1a\n....", "E003"),
        ("a.xlsx", b"\xff\xd8\xff\xe0....", "E003"),
        ("a.rar", b"Rar!\x1a\x07\x00", "E023"),
        ("a.xls", "<html><table><tr><td>姓名</td></tr></table></html>".encode(), "E003"),
        ("a.xls", "\ufeff<!DOCTYPE HTML>\n<table>".encode(), "E003"),
        ("a.xls", "<html><td>姓名登记</td></html>".encode("gbk"), "E003"),
        ("a.xls", b'<?xml version="1.0"?><Workbook/>', "E003"),
        ("a.xlsx", b"PK\x03\x04 and then nothing", "E006"),
        ("a.xls", bytes.fromhex("d0cf11e0a1b11ae1") + b"\x00" * 600, "E006"),
        ("a.csv", "Müller,Straße,größer,für\n".encode("cp1252"), "E008"),
        ("a.csv", b"\x81\x20\xff\xff\x80", "E008"),
        ("a.xlsx", encrypted_workbook(), "E002"),
        ("a.xls", "<meta charset=utf-8><table><tr><td>姓名</td></tr></table>".encode(), "E003"),
        ("a.xls", "<!-- 导出 --><table><tr><td>姓名</td></tr></table>".encode(), "E003"),
        ("a.xlsx", b"PK\x05\x06" + b"\x00" * 18, "E006"),
        ("a.dbf", b"\x03\x7a\x0a\x05" + b"\x00" * 64, "E008"),
    ],
)  # fmt: skip
def test_what_is_no_workbook_is_refused_by_its_content(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    assert refusal(written(tmp_path, name, content)) == code


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    assert refusal(tmp_path / "没有.xlsx") == "E001"
    with pytest.raises(FileRefusedError, match=r"没有\.xlsx"):
        read_workbooks([tmp_path / "没有.xlsx"])


def test_a_file_above_the_limit_is_not_even_opened(tmp_path: Path) -> None:
    path = written(tmp_path, "a.csv", b"a,b\n" * 2**19)
    sheets = read_workbooks([path], options=ReadingOptions(largest_file_mb=1), on_refusal="collect")
    assert [issue.code for issue in sheets.issues] == ["E004"]


def test_a_workbook_is_a_workbook_under_any_name(tmp_path: Path) -> None:
    path = written(tmp_path, "a.csv", workbook_xml('<row r="1"><c r="A1"><v>12</v></c></row>'))
    assert only_sheet(path).rows() == [[12.0]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refusal_says_which_file_and_what_to_do(tmp_path: Path, language: str) -> None:
    sheets = read_workbooks([written(tmp_path, "报表.xlsx", b"%PDF-1.7")], on_refusal="collect")
    (issue,) = sheets.issues
    assert "报表.xlsx" in issue_sentence(issue, language)
    assert "?" not in issue_sentence(issue, language) + issue_remedy(issue, language)


def test_one_bad_file_stops_no_other(tmp_path: Path) -> None:
    bad, good = written(tmp_path, "1.xlsx", b"%PDF"), written(tmp_path, "2.csv", text_file(","))
    sheets = read_workbooks([bad, good], on_refusal="collect")
    assert [sheet.file for sheet in sheets] == ["2.csv"]
    assert [(issue.code, issue.where.file) for issue in sheets.issues if issue.where] == [("E003", "1.xlsx")]


# Several files


def test_the_same_file_twice_is_read_once_and_said(tmp_path: Path) -> None:
    one, other = written(tmp_path, "1.csv", text_file(",")), written(tmp_path, "2.csv", text_file(","))
    sheets = read_workbooks([one, other])
    assert [sheet.file for sheet in sheets] == ["1.csv"]
    assert [(issue.code, issue.where.file, issue.details) for issue in sheets.issues if issue.where] == [
        ("W006", "2.csv", {"same": "1.csv"})
    ]


def test_files_are_named_below_the_months_folder(tmp_path: Path) -> None:
    folder = tmp_path / "和平社区"
    folder.mkdir()
    (sheet,) = read_workbooks([written(folder, "a.csv", text_file(","))], root=tmp_path)
    assert sheet.file == "和平社区/a.csv"


def test_files_of_one_name_are_told_apart(tmp_path: Path) -> None:
    paths = []
    for folder, name in (("a", "张三"), ("b", "李四")):
        (tmp_path / folder).mkdir()
        paths.append(written(tmp_path / folder, "表.csv", f"姓名,年龄\n{name},65\n"))
    assert len({sheet.file for sheet in read_workbooks(paths)}) == 2


# Encodings


def test_plain_bytes_are_utf_8() -> None:
    assert decode(b"a,b\n1,2\n") == "a,b\n1,2\n"


def test_chinese_of_an_old_system_is_gb18030() -> None:
    assert decode("姓名,需要的服务\n张三,助餐\n".encode("gb18030")) == "姓名,需要的服务\n张三,助餐\n"


def test_a_rare_character_does_not_make_it_nonsense() -> None:
    text = "姓名,社区\n李㛃,槐荫里社区\n张𬭸,和平社区\n"
    assert decode(text.encode("gb18030")) == text


@pytest.mark.parametrize("text", ["Müller;Größe;für\n" * 20, "naïve café déjà\n", "Ångström, Øresund\n" * 5])
def test_western_text_is_not_read_as_chinese_nonsense(text: str) -> None:
    assert decode(text.encode("cp1252")) is None


def test_utf_8_cut_in_the_middle_of_a_character_is_not_read_as_gb18030_nonsense() -> None:
    assert decode(("姓名,需要的服务\n张三,助餐服务\n" * 50).encode()[:-2]) is None


@settings(derandomize=True, max_examples=300)
@given(st.binary(max_size=200))
@example(b"\xff\xfe\x00")
def test_decoding_never_raises(content: bytes) -> None:
    assert decode(content) is None or isinstance(decode(content), str)


@settings(derandomize=True, max_examples=100)
@given(st.text(alphabet="姓名年龄社区网格助餐需要的服务12345,;\n", min_size=8))
def test_chinese_text_survives_every_encoding(text: str) -> None:
    for encoding in ("utf-8", "utf-8-sig", "gb18030", "utf-16"):
        if encoding != "gb18030" or any("\u4e00" <= character <= "\u9fff" for character in text):
            assert decode(text.encode(encoding)) == text


@settings(derandomize=True, max_examples=60)
@given(
    st.lists(
        st.lists(st.text(alphabet='助餐浴 ,;|"\n\t1a', max_size=6).map(str.strip), min_size=3, max_size=3),
        min_size=3, max_size=8,
    )
)  # fmt: skip
def test_what_a_csv_writer_quotes_is_read_back(rows: list[list[str]]) -> None:
    import csv

    buffer = io.StringIO()
    head = ["姓名", "年龄", "需要"]
    csv.writer(buffer, quoting=csv.QUOTE_ALL).writerows([head, *rows])
    assert delimited(buffer.getvalue(), ReadingOptions()) == [head, *rows]


def test_damaged_workbooks_are_refused_not_crashed_on() -> None:
    """Single bytes of the zip's directory and headers changed; the reader itself is not fed damaged sheets here."""
    content, rng = workbook_xml('<row r="1"><c r="A1"><v>12</v></c></row>'), random.Random(1)
    for _ in range(60):
        damaged = bytearray(content)
        damaged[rng.randrange(len(content) - 200, len(content))] ^= 1 << rng.randrange(8)
        with contextlib.suppress(FileRefusedError):
            read_bytes(bytes(damaged), "a.xlsx", "")
