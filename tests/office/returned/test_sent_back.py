"""A returned workbook that is sent back: our marks go, the office's work stays, also when another program saved it."""

from __future__ import annotations

import shutil
import subprocess
import time
import zipfile
from io import BytesIO
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest
from openpyxl.comments import Comment

from needs_analytics.core.options import ReadingOptions
from needs_analytics.office.read import read_workbooks
from needs_analytics.office.returned.workbook import make_returned

from .books import DATA, adorned, written_by_openpyxl
from .looking import ERROR, LIST, differences, doubtful, fill, listed, opened, parts, read, returned, said, wrong

if TYPE_CHECKING:
    from pathlib import Path


def saved(book) -> bytes:
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def through_libreoffice(content: bytes, folder: Path, wanted: str = "xlsx") -> bytes:
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        pytest.skip("no LibreOffice on this machine")
    source = folder / "sent.xlsx"
    source.write_bytes(content)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [program, profile, "--headless", "--convert-to", wanted, "--outdir", str(folder / "out"), str(source)]
    subprocess.run(command, capture_output=True, timeout=180, check=True)
    return (folder / "out" / f"sent.{wanted}").read_bytes()


def read_as(content: bytes, folder: Path, name: str):
    path = folder / name
    path.write_bytes(content)
    return read_workbooks([path])


def test_our_list_is_no_data_and_nothing_is_said_of_it(tmp_path: Path) -> None:
    back = read_as(returned(tmp_path, adorned(), [wrong(DATA, 4, 1)]), tmp_path, "y.xlsx")
    plain = read_as(adorned(), tmp_path, "z.xlsx")
    assert [sheet.name for sheet in back] == [DATA, "隐藏表", "汇总"]
    assert [issue.code for issue in back.issues] == [issue.code for issue in plain.issues]
    assert list(back.ancestors) == ["y.xlsx"]
    assert plain.ancestors == {}


def test_a_file_whose_list_was_deleted_still_tells_where_it_comes_from(tmp_path: Path) -> None:
    book = opened(returned(tmp_path, written_by_openpyxl(), [wrong(DATA, 4, 1)]))
    del book[LIST]
    back = read_as(saved(book), tmp_path, "y.xlsx")
    assert [sheet.name for sheet in back] == [DATA, "第二张"]
    assert back.ancestors["y.xlsx"] == (read_as(written_by_openpyxl(), tmp_path, "z.xlsx")[0].digest,)


def test_old_marks_are_replaced_and_a_mended_cell_has_its_own_fill_again(tmp_path: Path) -> None:
    before = written_by_openpyxl()
    first = returned(tmp_path, before, [wrong(DATA, 4, 3), wrong(DATA, 6, 3), wrong(DATA, 2, 1), wrong(DATA, 7, 0)])
    again = returned(tmp_path, first, [wrong(DATA, 6, 3), wrong(DATA, 8, 1), wrong(DATA, 2, 1)])
    assert differences(before, again)[DATA] == ["B3", "D7", "B9"]
    book = opened(again)
    assert book.sheetnames == [LIST, DATA, "第二张"]
    assert fill(book[DATA]["D5"]) == "FF92D050"
    assert said(book[DATA]["B3"]).count("[E101") == 1
    assert said(book[DATA]["B3"]).startswith("请看这里\n")
    assert [line[3] for line in listed(again)] == ["B3", "D7", "B9"]


def test_a_file_without_errors_any_more_would_come_back_clean(tmp_path: Path) -> None:
    before = written_by_openpyxl()
    again = returned(tmp_path, returned(tmp_path, before, [wrong(DATA, 4, 3), wrong(DATA, 2, 1)]), [])
    assert not any(differences(before, again).values())


def test_the_offices_own_answer_below_our_remark_stays(tmp_path: Path) -> None:
    book = opened(returned(tmp_path, written_by_openpyxl(), [wrong(DATA, 4, 3)]))
    cell = book[DATA]["D5"]
    cell.comment = Comment(f"{said(cell)}\n已核对，确实如此", "王")
    again = returned(tmp_path, saved(book), [wrong(DATA, 4, 3)])
    assert said(opened(again)[DATA]["D5"]).split("\n")[0] == "已核对，确实如此"
    assert said(opened(again)[DATA]["D5"]).count("[E101") == 1


def test_each_time_it_is_returned_it_names_all_it_came_from(tmp_path: Path) -> None:
    first = returned(tmp_path, written_by_openpyxl(), [wrong(DATA, 4, 3)])
    second = returned(tmp_path, first, [wrong(DATA, 5, 3)])
    back = read_as(second, tmp_path, "y.xlsx")
    digests = [read_as(content, tmp_path, "z.xlsx")[0].digest for content in (written_by_openpyxl(), first)]
    assert list(back.ancestors["y.xlsx"]) == digests


def test_libreoffice_opens_saves_and_shows_it(tmp_path: Path) -> None:
    content = returned(tmp_path, adorned(), [wrong(DATA, 4, 1), doubtful(DATA, 5, 1), wrong(DATA, 9, None)])
    book = opened(through_libreoffice(content, tmp_path))
    sheet = book[DATA]
    assert fill(sheet["B5"]) == ERROR
    assert said(sheet["B5"]).startswith("[E101 超出范围] 年龄为")
    assert "办公室自己的批注\n[W122" in said(sheet["B6"])
    assert book["隐藏表"].sheet_state == "hidden"
    assert book[LIST]["E4"].hyperlink is not None
    assert through_libreoffice(content, tmp_path, "pdf").startswith(b"%PDF")


def test_what_libreoffice_saved_is_known_again_and_loses_our_marks(tmp_path: Path) -> None:
    before = written_by_openpyxl()
    marks = [wrong(DATA, 4, 3), doubtful(DATA, 2, 1), wrong(DATA, 7, 0)]
    sent = through_libreoffice(returned(tmp_path, before, marks), tmp_path)
    back = read_as(sent, tmp_path, "y.xlsx")
    assert [sheet.name for sheet in back] == [DATA, "第二张"]
    assert len(back.ancestors["y.xlsx"]) == 1
    again = opened(returned(tmp_path, sent, [wrong(DATA, 4, 3)]))
    sheet = again[DATA]
    assert again.sheetnames.count(LIST) == 1
    assert (fill(sheet["D5"]), fill(sheet["A8"]), fill(sheet["B3"])) == (ERROR, "", "")
    assert (said(sheet["B3"]), said(sheet["A8"])) == ("请看这里", "")
    assert said(sheet["D5"]).count("[E101") == 1


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("表.csv", "姓名,年龄,编号\n甲,230,00123\n乙,=1+1,1e5\n".encode()),
        ("表.txt", "姓名\t年龄\t编号\n甲\t230\t00123\n乙\t41\t+86\n".encode("gb18030")),
        ("表.xls", "<html><table><tr><td>姓名</td><td>年龄</td></tr><tr><td>甲</td><td>230</td></tr></table>".encode()),
    ],
)
def test_text_and_web_tables_come_back_as_workbooks_with_the_same_cells(name, content, tmp_path: Path) -> None:
    before = read(content, name)
    after = returned(tmp_path, content, [wrong(before[0].name, 1, 1)], name=name)
    own = next(sheet for sheet in read(after) if sheet.name != LIST)
    assert [column.cells().tolist() for column in own.columns] == [c.cells().tolist() for c in before[0].columns]
    sheet = opened(after)[own.name]
    assert fill(sheet["B2"]) == ERROR
    assert all(cell.data_type in {"s", "n"} for row in sheet.iter_rows() for cell in row)
    assert b"<f>" not in b"".join(parts(after).values())


def test_an_ods_comes_back_as_a_workbook_with_the_same_sheets(tmp_path: Path) -> None:
    ods = through_libreoffice(adorned(), tmp_path, "ods")
    after = returned(tmp_path, ods, [wrong(DATA, 4, 1)], name="表.ods")
    before, own = read(ods, "表.ods"), [sheet for sheet in read(after) if sheet.name != LIST]
    assert [(sheet.name, sheet.hidden) for sheet in own] == [(sheet.name, sheet.hidden) for sheet in before]
    for one, other in zip(before, own, strict=True):
        assert [c.cells().tolist() for c in one.columns] == [c.cells().tolist() for c in other.columns]
    assert "没有带回" in str(listed(after)[0][6])


def test_a_hostile_drawing_of_remarks_costs_neither_the_program_nor_the_marks(tmp_path: Path) -> None:
    sent = parts(returned(tmp_path, adorned(), [wrong(DATA, 4, 1)]))
    name = "xl/drawings/vmlDrawing1.vml"
    sent[name] = sent[name].replace(b"</xml>", b"<v:shape " * 400_000 + b"</v:shape></xml>")
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as archive:  # stored: packed it would be refused as a bomb
        for part, content in sent.items():
            archive.writestr(part, content)
    start = time.process_time()
    again = returned(tmp_path, target.getvalue(), [wrong(DATA, 6, 1)])
    assert time.process_time() - start < 5
    assert fill(opened(again)[DATA]["B7"]) == ERROR
    assert "xl/worksheets/needsList.xml" in parts(again)


def test_what_the_marking_does_not_survive_comes_back_as_values(tmp_path: Path) -> None:
    """The reading process takes an office's XML apart; its limit of time ends that process, nothing else."""
    before = parts(written_by_openpyxl())
    before["xl/comments/comment1.xml"] = b"<comments>" + b"<a/>" * 600_000 + b"</comments>"
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for part, content in before.items():
            archive.writestr(part, content)
    path = tmp_path / "x.xlsx"
    path.write_bytes(target.getvalue())
    again = make_returned([(path, [wrong(DATA, 4, 1)])], language="zh", options=ReadingOptions(seconds=1))[path]
    assert "没有带回" in str(listed(again)[0][6])
    assert fill(opened(again)[DATA]["B5"]) == ERROR


def test_boxes_of_remarks_are_sound_whoever_drew_the_others(tmp_path: Path) -> None:
    """Drawings as openpyxl writes them name no ``v:``; a box that is not bound to it makes Excel repair the file."""
    content = returned(tmp_path, written_by_openpyxl(), [wrong(DATA, 4, 3), doubtful(DATA, 2, 1)])
    notes = [(2, 1), (4, 3)]
    assert places_of_boxes(content) == notes
    again = returned(tmp_path, saved(opened(content)), [wrong(DATA, 6, 1)])
    assert places_of_boxes(again) == [(2, 1), (6, 1)]


def places_of_boxes(content: bytes) -> list[tuple[int, int]]:
    office = "{urn:schemas-microsoft-com:office:excel}"
    drawing = next(part for name, part in parts(content).items() if name.endswith(".vml"))
    shapes = ElementTree.fromstring(drawing).iter("{urn:schemas-microsoft-com:vml}shape")
    places = [[int(str(shape.findtext(f".//{office}{name}"))) for name in ("Row", "Column")] for shape in shapes]
    return sorted((row, column) for row, column in places)
