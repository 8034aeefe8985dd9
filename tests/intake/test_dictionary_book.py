"""The dictionary goes out as a workbook, is corrected in a spreadsheet and obeyed when it comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import openpyxl
import pandas as pd
import pytest

from helpers.grids import MONTH, codes, sheet, take, take_clean, told
from needs_analytics.intake.comparable import changed_questions
from needs_analytics.office.dictionary_book import render_dictionary, write_dictionary
from needs_analytics.office.read import read_workbooks

if TYPE_CHECKING:
    from pathlib import Path

    from needs_analytics.core.records import Intake

FORM = """
    姓名|社区|您需要哪些服务|需要程度—助餐|需要程度—助浴|您家最需要的（限选2项）
    王秀英|和平社区|助餐、班车|5|1|停车、电梯
    赵建国|和平社区|班车、助浴|2|4|停车
    李桂芳|和平社区|暂无需求|3|5|加装电梯
    周玉芬|和平社区|=助餐|4|4|停车、体检
"""
ALL = "*"
ANSWERS = ("need:", "rank:")


LAYOUTS = {
    "one cell": FORM,
    "columns": """
        姓名|社区|助餐|助浴|修路灯|班车
        王秀英|和平社区|√|||√
        赵建国|和平社区||√|√|
        李桂芳|和平社区|√|√||√
    """,
    "columns under their question": """
        姓名|社区|您需要哪些服务|||
        ||助餐|助浴|修路灯|班车
        王秀英|和平社区|√|||√
        赵建国|和平社区||√|√|
        李桂芳|和平社区|√|√||√
    """,
    "matrix": """
        姓名|社区|需要程度—助餐|需要程度—助浴|需要程度—班车
        王秀英|和平社区|非常需要|一般|不需要
        赵建国|和平社区|不需要|比较需要|非常需要
        李桂芳|和平社区|一般|一般|非常需要
    """,
    "numbered matrix": """
        姓名|社区|5、需要程度—助餐|5、需要程度—助浴|5、需要程度—班车
        王秀英|和平社区|5|1|2
        赵建国|和平社区|2|4|5
        李桂芳|和平社区|3|5|5
    """,
    "ranks": """
        姓名|社区|您家第一需求|您家第二需求
        王秀英|和平社区|助餐|班车
        赵建国|和平社区|班车|助浴
        李桂芳|和平社区|助浴|助餐
    """,
}


def sent_back(folder: Path, form: str = FORM, option: str = "班车", **cells: str) -> list:
    """Write the dictionary of a form, change cells of the row of an option, and read it."""
    path = write_dictionary(take_clean(sheet(form)), folder)
    assert path is not None
    book = openpyxl.load_workbook(path)
    page = book["题目字典"]
    titles = {cell.value: cell.column for cell in page[1]}
    for row in page.iter_rows(min_row=2):
        if row[titles["选项"] - 1].value == option or option == ALL:
            for title, value in cells.items():
                row[titles[title] - 1].value = value
    book.save(path)
    return list(read_workbooks([path]))


def answers(*sheets: object) -> pd.DataFrame:
    table = take(*sheets).tables["survey"]  # type: ignore[arg-type]
    return table[[column for column in table if column.startswith(ANSWERS)]]


def test_a_dictionary_that_comes_back_as_it_was_changes_nothing(tmp_path: Path) -> None:
    before = answers(sheet(FORM))
    after = answers(sheet(FORM), *sent_back(tmp_path))
    pd.testing.assert_frame_equal(after[sorted(after)], before[sorted(before)])


def test_a_corrected_cell_is_obeyed(tmp_path: Path) -> None:
    assert "班车" in {value for _, value in told(take(sheet(FORM)), "W210")}
    found = take(sheet(FORM), *sent_back(tmp_path, 对应需求="公交地铁线路"))
    assert found.tables["survey"]["need:TRA01"].tolist()[:3] == [1, 1, 0]
    assert "班车" not in {value for _, value in told(found, "W210")}


@pytest.mark.parametrize("form", LAYOUTS.values(), ids=LAYOUTS)
def test_a_changed_need_changes_its_option_alone_in_every_layout(form: str, tmp_path: Path) -> None:
    def needs(found: Intake) -> list[tuple[str, str, str]]:
        return sorted(found.questions[["question", "option", "need"]].itertuples(index=False, name=None))

    def corrected(row: tuple[str, str, str]) -> tuple[str, str, str]:
        return (*row[:2], "HEA01") if row[1] == option else row

    before = take(sheet(form))
    assert needs(take(sheet(form), *sent_back(tmp_path, form))) == needs(before)
    for option in sorted({option for _, option, _ in needs(before)}):
        after = take(sheet(form), *sent_back(tmp_path, form, option, 对应需求="HEA01"))
        assert needs(after) == sorted(map(corrected, needs(before)))
        assert any(column.endswith(":HEA01") for column in after.tables["survey"])


def test_blank_unit_and_threshold_are_obeyed_for_a_column_per_need(tmp_path: Path) -> None:
    form = LAYOUTS["columns"].replace("赵建国|和平社区||√", "赵建国|和平社区||×")
    found = take(sheet(form), *sent_back(tmp_path, form, ALL, 单位="户"))
    assert set(found.questions["unit"]) == {"户"}
    assert take(sheet(form)).tables["survey"]["need:ELD01"].isna().tolist() == [False, True, False]
    found = take(sheet(form), *sent_back(tmp_path, form, ALL, 空白含义="无需求"))
    assert found.tables["survey"]["need:ELD01"].tolist() == [1, 0, 1]
    form = LAYOUTS["matrix"]
    found = take(sheet(form), *sent_back(tmp_path, form, ALL, 阈值="非常需要"))
    assert found.tables["survey"]["need:ELD02"].tolist() == [0, 0, 0]
    assert found.tables["survey"]["need:ELD01"].tolist() == [1, 0, 0]


def test_two_questions_of_one_number_are_corrected_apart(tmp_path: Path) -> None:
    form = LAYOUTS["numbered matrix"]
    other = form.replace("需要程度", "希望增加").replace("助餐", "助医").replace("助浴", "理发")
    both = [sheet(form, name="甲"), sheet(other, name="乙")]
    path = write_dictionary(take_clean(*both), tmp_path)
    assert path is not None
    columns = ["wording", "option", "need"]
    after = take(*both, *read_workbooks([path])).questions[columns]
    pd.testing.assert_frame_equal(after, take(*both).questions[columns])


def test_a_kept_dictionary_does_not_hide_a_reworded_question(tmp_path: Path) -> None:
    before = "姓名|社区|5、您需要哪些服务\n王秀英|和平社区|助餐、班车\n赵建国|和平社区|助浴、班车"
    kept = sent_back(tmp_path, before, 对应需求="公交地铁线路")
    numbering = before.replace("5、您需要哪些服务", "5、您需要哪些服务？（可多选）")
    reworded = before.replace("您需要哪些服务", "请问您想增加哪些服务")
    bare = "题目编号|题目|题型|选项|对应需求\n5||多选|班车|公交地铁线路"
    for form, words, obeyed in (
        (before, kept, True),
        (numbering, kept, True),
        (reworded, kept, False),
        (reworded, [sheet(bare, file="题目字典.xlsx")], True),
    ):
        found = take(sheet(form), *words)
        assert any(column.endswith(":TRA01") for column in found.tables["survey"]) is obeyed
    asked = take_clean(sheet(reworded), *kept).questions
    changes = changed_questions(asked, take_clean(sheet(before), *kept).questions, month=MONTH)
    assert [issue.code for issue in changes.issues] == ["W231"]


@pytest.mark.parametrize("form", LAYOUTS.values(), ids=LAYOUTS)
def test_a_need_that_is_none_is_said_and_a_question_that_is_not_asked(form: str, tmp_path: Path) -> None:
    untouched = sent_back(tmp_path, form)
    assert not codes(take(sheet(form), *untouched)) & {"W233", "I234"}
    for said in ("停车、充电设施", "阿巴阿巴"):
        found = take(sheet(form), *sent_back(tmp_path, form, "助浴", 对应需求=said))
        issue, *_ = [issue for issue in found.issues if issue.code == "W233"]
        assert (issue.value, issue.details["option"]) == (said, "助浴")
        assert issue.where is not None
        assert issue.where.row is not None
    assert "停车" in str(take(sheet(form), *sent_back(tmp_path, form, "助浴", 对应需求="停车、充电设施")).issues)
    elsewhere = sheet("姓名|社区|您想要什么\n王秀英|和平社区|助餐、助浴\n赵建国|和平社区|助浴")
    assert told(take(elsewhere, *untouched), "I234")


def test_an_option_that_was_masked_for_looking_like_a_name_is_known_again() -> None:
    form = "性别|年龄|社区|您需要哪些服务" + "".join(
        f"\n女|{age}|和平社区|{ticked}"
        for age, ticked in ((70, "请王医生上门、助餐"), (71, "助浴、请王医生上门"), (72, "助餐、助浴"))
    )
    shown = take(sheet(form)).questions
    assert "请＊医生上门" in set(shown["option"])
    back = "填报单位|题目编号|题目|题型|含义|选项|对应需求\n" + "\n".join(
        f"{row.office}|{row.question}|{row.wording}|多选|需要|{row.option}|"
        + ("公交地铁线路" if "医生" in row.option else row.need)
        for row in shown.itertuples()
    )
    found = take(sheet(form), sheet(back, file="题目字典.xlsx"))
    assert found.tables["survey"]["need:TRA01"].tolist() == [1, 1, 0]
    assert "need:HEA03" not in found.tables["survey"]


def test_an_option_that_nobody_ticked_is_a_no_where_the_dictionary_lists_it(tmp_path: Path) -> None:
    found = answers(sheet(FORM.replace("助浴\n", "助餐\n").replace("班车、助浴", "班车")), *sent_back(tmp_path))
    assert found["need:ELD02"].tolist()[:1] == [0]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_workbook_is_safe_and_tells_what_is_not_known(language: str) -> None:
    cleaned = take_clean(sheet(FORM))
    assert render_dictionary(cleaned, language=language) == render_dictionary(cleaned, language=language)
    rows = cleaned.questions.set_index("option")
    assert rows.loc["班车", "how"] == "asked"
    assert rows.loc["班车", "times"] == 2
    assert rows.loc["班车", "need"] == ""
    assert "TRA01" in rows.loc["班车", "nearest"]
