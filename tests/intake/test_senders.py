"""Who sent a sheet, as it says itself; a file's name is the last to ask, without month and version."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helpers.grids import CODEBOOK, KEY, MONTH, sheet, take, take_clean
from needs_analytics.cleaning import clean
from needs_analytics.core.records import SheetList
from needs_analytics.intake import take_in
from needs_analytics.intake.senders import undated
from needs_analytics.reports.check import MonthCheck, summarise

if TYPE_CHECKING:
    from needs_analytics.core.records import Sheet

ASKED = "年龄|性别|您需要哪些服务"


def survey(head: str, *first: str, file: str = "走访表.xlsx", title: str = "") -> Sheet:
    """Return a survey whose rows begin with these cells."""
    rows = [f"{cells}|7{at % 10}|女|助餐、助浴" for at, cells in enumerate(first)]
    return sheet("\n".join([*([title] if title else []), f"{head}|{ASKED}", *rows]), file=file)


def sender(*sheets: Sheet) -> tuple[str, str]:
    row = take(*sheets).sheets.iloc[0]
    return row["sender"], row["sender_by"]


@pytest.mark.parametrize("head", ["社区", "所属社区", "填报单位"])
def test_a_column_of_one_office_only_names_it(head: str) -> None:
    assert sender(survey(head, "和平社区", "和平社区居委会", "")) == ("和平社区", head)


def test_a_line_above_the_table_names_it_first() -> None:
    told = survey("社区", "和平社区", "和平社区", title="走访登记表||填报单位：幸福街道民政办公室|")
    assert sender(told) == ("幸福街道民政办公室", "填报单位")


def test_several_communities_name_none_but_their_street_does() -> None:
    assert sender(survey("社区", "和平社区", "柳巷社区")) == ("", "")
    assert sender(survey("所属街道|社区", "幸福街道|和平社区", "幸福街道|柳巷社区")) == ("幸福街道", "所属街道")
    assert sender(survey("所属街道", "幸福街道", "幸福街道")) == ("", "")  # it tells no community from another


def test_a_slip_in_one_cell_names_no_other_office() -> None:
    assert sender(survey("社区", *["石榴里社区"] * 11, "石留里社区"))[0] == "石榴里社区"
    assert sender(survey("社区", *["石榴里社区"] * 6, "石留里社区"))[0] == ""


def test_residents_work_units_and_units_of_measure_are_no_office() -> None:
    assert sender(survey("单位", "王秀英", "王秀英")) == ("", "")
    menu = sheet("服务名称|对应需求|单位\n助餐|社区食堂（老年助餐）|份\n测血压|健康检测|份", file="菜单.xlsx")
    assert sender(menu) == ("", "")


def test_users_of_one_community_do_not_name_who_counted_them() -> None:
    assert sender(
        sheet("日期|服务项目|服务点|人次|社区\n2026-10-03|助餐|食堂|9|和平社区\n2026-10-04|助餐|食堂|8|和平社区")
    ) == ("", "")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("石榴里社区10月走访表（终版）", "石榴里社区走访表"),
        ("文昌社区需求调查2026-10 副本", "文昌社区需求调查"),
        ("2026年10月和平2村问卷(1)", "和平2村问卷"),
        ("走访表20261005_最终版", "走访表"),
        ("槐荫里社区（修改稿）", "槐荫里社区"),
        ("第3片区（东）", "第3片区（东）"),
        ("2026-10", "2026-10"),
    ],
)
def test_a_files_name_is_shown_without_month_and_version(name: str, shown: str) -> None:
    assert undated(name) == shown


def checked(*sheets: Sheet) -> MonthCheck:
    return summarise(take_clean(*sheets))


def test_the_check_goes_by_what_the_files_say_and_says_where_it_stands() -> None:
    found = checked(
        survey("所属社区", "和平社区", "和平社区", file="走访表(1).xlsx"),
        survey("社区", "和平社区", "和平社区", file="问卷10月.xlsx"),
        survey("社区", "柳巷社区", "和平社区", file="汇总2026年10月（终版）.xlsx"),
    )
    offices = {office.name: (len(office.files), office.named_by) for office in found.offices}
    assert offices == {"和平社区": (2, ("所属社区", "社区")), "汇总": (1, ())}
    assert found.rows.rows_in == 6


def test_what_a_corrected_file_replaces_stays_with_its_office() -> None:
    sheets = [survey("社区", *["和平社区"] * 3, file=file) for file in ("甲.xlsx", "甲_待修改.xlsx")]
    sent = SheetList(sheets, replaced={"甲.xlsx": "甲_待修改.xlsx"})
    cleaned = clean(take_in(sent, codebook=CODEBOOK, month=MONTH, key=KEY))
    assert [(office.name, len(office.files)) for office in summarise(cleaned).offices] == [("和平社区", 2)]


def test_a_folder_says_who_sent_what_is_in_it() -> None:
    found = checked(survey("社区", "和平社区", "和平社区", file="民政办10月/走访表.xlsx"))
    assert [(office.name, office.named_by) for office in found.offices] == [("民政办10月", ())]


def test_answers_of_two_forms_of_one_office_are_not_mixed() -> None:
    found = take(survey("社区", "和平社区", file="甲.xlsx"), survey("社区", "和平社区", file="乙.xlsx"))
    assert found.tables["survey"]["office"].tolist() == ["甲", "乙"]
