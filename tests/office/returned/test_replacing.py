"""A corrected file stands for the one it was made from; what only looks like one is asked about."""

from __future__ import annotations

import time
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
import openpyxl
import pytest

from needs_analytics.core.mapping import Replacement
from needs_analytics.core.records import Column, Sheet, SheetList
from needs_analytics.office.read import read_workbooks
from needs_analytics.office.returned.names import common_stem
from needs_analytics.office.returned.replacing import with_replaced

from .looking import opened, returned, wrong

if TYPE_CHECKING:
    from pathlib import Path

ROWS = [["姓名", "年龄", "需求"], *([f"居民{row}", 30 + row, "助餐"] for row in range(8))]


def book(*changed: tuple[int, int, object], rows=ROWS) -> bytes:
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    for row, column, value in changed:
        sheet.cell(row, column, value)
    target = BytesIO()
    made.save(target)
    return target.getvalue()


def corrected(content: bytes, row: int, column: int, value: object) -> bytes:
    made = opened(content)
    made["Sheet"].cell(row, column, value)
    target = BytesIO()
    made.save(target)
    return target.getvalue()


def month(folder: Path, told: tuple[Replacement, ...] = (), **files: bytes) -> SheetList:
    folder.mkdir(exist_ok=True)
    paths = []
    for name, content in files.items():
        paths.append(folder / f"{name}.xlsx")
        paths[-1].write_bytes(content)
    return with_replaced(read_workbooks(paths, root=folder), told)


def codes(sheets: SheetList) -> list[str]:
    return [issue.code for issue in sheets.issues]


@pytest.fixture
def first() -> bytes:
    return book((3, 2, 230))


@pytest.fixture
def back(first: bytes, tmp_path: Path) -> bytes:
    return returned(tmp_path, first, [wrong("Sheet", 2, 1)])


def test_a_corrected_file_stands_for_the_one_it_was_made_from(first, back, tmp_path: Path) -> None:
    sheets = month(tmp_path / "m", 走访表=first, 走访表_待修改=corrected(back, 3, 2, 23))
    assert sheets.replaced == {"走访表.xlsx": "走访表_待修改.xlsx"}
    assert codes(sheets) == []


def test_the_name_does_not_matter_and_the_original_may_be_gone(first, back, tmp_path: Path) -> None:
    mended = corrected(back, 3, 2, 23)
    assert month(tmp_path / "a", 甲=mended, 乙=first).replaced == {"乙.xlsx": "甲.xlsx"}
    assert month(tmp_path / "b", 甲=mended).replaced == {}


def test_the_latest_of_two_generations_wins(first, back, tmp_path: Path) -> None:
    once = corrected(back, 3, 2, 231)
    twice = corrected(returned(tmp_path, once, [wrong("Sheet", 2, 1)]), 3, 2, 23)
    assert month(tmp_path / "a", 一=first, 二=once, 三=twice).replaced == {"一.xlsx": "三.xlsx", "二.xlsx": "三.xlsx"}
    assert month(tmp_path / "b", 一=first, 三=twice).replaced == {"一.xlsx": "三.xlsx"}


def test_of_two_made_from_one_the_one_that_was_corrected_counts(first, back, tmp_path: Path) -> None:
    mended = corrected(back, 3, 2, 23)
    sheets = month(tmp_path / "m", 一=first, 二=back, 三=mended)
    assert sheets.replaced == {"一.xlsx": "三.xlsx", "二.xlsx": "三.xlsx"}
    assert codes(sheets) == []


def test_two_that_were_corrected_differently_are_asked_about(first, back, tmp_path: Path) -> None:
    files = {"一": first, "二": corrected(back, 3, 2, 23), "三": corrected(back, 3, 2, 24)}
    sheets = month(tmp_path / "m", **files)
    assert list(sheets.replaced) == ["一.xlsx"]
    (issue,) = [issue for issue in sheets.issues if issue.code == "W041"]
    assert [issue.details[name] for name in ("file", "earlier", "count")] == ["三.xlsx", "二.xlsx", 1]
    told = month(tmp_path / "m", (Replacement("三.xlsx", "二.xlsx"),), **files)
    assert told.replaced == {"一.xlsx": "三.xlsx", "二.xlsx": "三.xlsx"}
    assert codes(told) == []


def test_a_later_generation_of_one_branch_does_not_stand_for_the_other_branch(first, back, tmp_path: Path) -> None:
    one, other = corrected(back, 3, 2, 23), corrected(back, 5, 2, 55)
    later = corrected(returned(tmp_path, one, [wrong("Sheet", 3, 1)]), 4, 2, 44)
    sheets = month(tmp_path / "m", 原表=first, 甲=one, 乙=other, 甲再改=later)
    assert sheets.replaced == {"原表.xlsx": "甲再改.xlsx", "甲.xlsx": "甲再改.xlsx"}
    (issue,) = [issue for issue in sheets.issues if issue.code == "W041"]
    assert [issue.details[name] for name in ("file", "earlier", "count")] == ["甲再改.xlsx", "乙.xlsx", 3]


def test_two_branches_that_say_the_same_count_once(first, back, tmp_path: Path) -> None:
    again = corrected(corrected(back, 3, 2, 23), 40, 9, "")  # saved once more
    sheets = month(tmp_path / "m", 原表=first, 甲=corrected(back, 3, 2, 23), 乙=again)
    assert set(sheets.replaced) == {"原表.xlsx", "甲.xlsx"}
    assert codes(sheets) == []


def test_twenty_branches_are_asked_about_one_by_one_with_the_same_file(first, back, tmp_path: Path) -> None:
    branches = {f"网格{number:02}": corrected(back, 3, 2, number) for number in range(20)}
    sheets = month(tmp_path / "m", **branches)
    asked = [issue.details for issue in sheets.issues if issue.code == "W041"]
    assert len(asked) == 19
    assert {told["file"] for told in asked} == {"网格00.xlsx"}


def test_a_copy_nobody_worked_on_gives_way_though_the_original_is_gone(back, tmp_path: Path) -> None:
    sheets = month(tmp_path / "m", 甲=back, 乙=corrected(back, 3, 2, 23))
    assert sheets.untouched == {"甲.xlsx"}
    assert sheets.replaced == {"甲.xlsx": "乙.xlsx"}
    assert codes(sheets) == []


@pytest.mark.parametrize(
    "name", ["走访表(1)", "走访表（修改后）", "走访表_更正", "走访表_改", "走访表 - 副本", "走访表最终版"]
)
def test_a_like_name_with_most_rows_the_same_is_asked_about(name, first, tmp_path: Path) -> None:
    assert common_stem(name) == "走访表"
    files = {"走访表": first, name: book((3, 2, 23))}
    sheets = month(tmp_path / "m", **files)
    assert sheets.replaced == {}
    issue = next(issue for issue in sheets.issues if issue.code == "W042")
    assert [issue.details[told] for told in ("file", "earlier")] == [f"{name}.xlsx", "走访表.xlsx"]
    obeyed = month(tmp_path / "m", (Replacement(f"{name}.xlsx", "走访表.xlsx"),), **files)
    assert obeyed.replaced == {"走访表.xlsx": f"{name}.xlsx"}
    assert codes(obeyed) == []


def test_a_like_name_with_other_rows_is_another_part(first, tmp_path: Path) -> None:
    rest = book(rows=[ROWS[0], *([f"另{row}", 50 + row, "助浴"] for row in range(8))])
    assert codes(month(tmp_path / "m", **{"走访表(1)": first, "走访表(2)": rest})) == []


def test_of_many_that_are_alike_each_is_asked_about_with_the_next(first, tmp_path: Path) -> None:
    files = {"走访表": first} | {f"走访表({number})": book((3, 2, number)) for number in (1, 2, 10)}
    asked = [issue.details for issue in month(tmp_path / "m", **files).issues if issue.code == "W042"]
    assert [(told["earlier"], told["file"]) for told in asked] == [
        ("走访表.xlsx", "走访表(1).xlsx"), ("走访表(1).xlsx", "走访表(2).xlsx"), ("走访表(2).xlsx", "走访表(10).xlsx"),
    ]  # fmt: skip


def test_a_hundred_files_of_like_names_are_compared_in_seconds() -> None:
    rng = np.random.default_rng(1)
    sheets = []
    for number in range(99):
        cells = [tuple(map(str, range(50))), tuple(f"居民{number}-{n}" for n in range(2000)), ("男", "女")]
        columns = (*(Column(rng.integers(0, len(values), 2000, dtype=np.int32), values) for values in cells),) * 3
        sheets.append(Sheet(f"走访表({number}).xlsx", "表", f"{number:064}", columns))
    start = time.process_time()
    assert with_replaced(SheetList(sheets)).issues == ()
    assert time.process_time() - start < 20


@pytest.mark.parametrize("stem", ["1号网格", "和平社区2", "走访表2026", "改革街道", "8月"])
def test_a_number_or_word_of_the_name_itself_is_no_tail(stem) -> None:
    assert common_stem(stem) == stem


def test_lines_that_contradict_each_other_do_not_lose_both_files(first, tmp_path: Path) -> None:
    told = (Replacement("一.xlsx", "二.xlsx"), Replacement("二.xlsx", "一.xlsx"))
    sheets = month(tmp_path / "m", told, 一=first, 二=book((3, 2, 23)))
    assert sheets.replaced == {"二.xlsx": "一.xlsx"}
