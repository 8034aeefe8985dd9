"""Proposed lines for mapping.toml: they parse, and they answer what was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helpers.grids import codes, everything, sheet, take
from needs_analytics.core.issue import Issue
from needs_analytics.core.mapping import Mapping
from needs_analytics.reports.proposals import FILE, is_same_word, proposed_lines, write_proposals

if TYPE_CHECKING:
    from pathlib import Path

FORM = "姓名|社区|您需要哪些服务\n王秀英|和平社区|助餐、停放车辆\n赵建国|和平社区|停放车辆、助餐"


def test_pasted_lines_answer_the_question(tmp_path: Path) -> None:
    written = write_proposals(take(sheet(FORM)).issues, tmp_path)
    assert written == tmp_path / FILE
    proposed = written.read_text(encoding="utf-8")
    assert Mapping.parse(proposed).options == {}
    assert '# "停放车辆" = ""' in proposed  # it names no need: the office has to say which, the nearest stand beside it
    pasted = proposed.replace('# "停放车辆" = ""', '"停放车辆" = "停车"')
    assert Mapping.parse(pasted).options["停放车辆"]
    assert "W210" not in codes(take(sheet(FORM), mapping=pasted))


def test_a_line_without_an_answer_waits_for_the_office(tmp_path: Path) -> None:
    issue = Issue("W210", value='说"什么"\\呢', details={"count": 2, "near": "", "nearest": "—"})
    written = write_proposals([issue], tmp_path)
    assert written is not None
    assert Mapping.parse(written.read_text(encoding="utf-8")).options == {}


@pytest.mark.parametrize(
    ("value", "near"),
    [
        ("电话", "水电气暖维修"),
        ("免费领鸡蛋", "健康体检"),
        ("望江南社区", "望江社区"),
        ("助浴", "助餐"),
        ("不需要助餐", "助餐"),
        ("幸福第一社区", "幸福第二社区"),
    ],
)
def test_a_line_that_is_only_guessed_is_commented_out(value: str, near: str) -> None:
    assert not is_same_word(value, near)
    lines = proposed_lines([Issue("W210", value=value, details={"count": 1, "near": near, "nearest": near})])
    assert lines[-1].startswith("# ")


@pytest.mark.parametrize(
    ("value", "near"), [("助餐服务", "助餐"), ("望江村", "望江社区"), ("无障碍改告", "无障碍改造")]
)
def test_one_slip_or_a_generic_ending_is_the_same_word(value: str, near: str) -> None:
    assert is_same_word(value, near)


@pytest.mark.parametrize("value", ["1234", "＊", "王桂英＊", "王桂英13912345678", "ab", "139 1234 5678"])
def test_what_is_no_word_or_may_tell_a_resident_is_not_proposed(value: str) -> None:
    assert proposed_lines([Issue("W210", value=value, details={"count": 1, "near": "助餐", "nearest": "助餐"})]) == []


def test_a_phone_written_with_spaces_is_not_split_into_options() -> None:
    found = take(sheet("姓名|社区|您需要哪些服务\n王秀英|和平社区|助餐 助浴 139 1234 5678\n赵建国|和平社区|助浴 助餐"))
    assert not {"139", "1234", "5678"} & {issue.value for issue in found.issues}
    assert "1234" not in everything(found)


def test_a_sheet_that_may_be_two_tables_gets_its_lines(tmp_path: Path) -> None:
    issue = Issue("W201", value="usage、menu", details={"file": "一.xlsx", "sheet": "表1", "first": "usage"})
    written = write_proposals([issue], tmp_path)
    assert written is not None
    pasted = written.read_text(encoding="utf-8").replace("# [[", "[[").replace("# file", "file")
    pasted = pasted.replace("# sheet", "sheet").replace("# table", "table")
    assert Mapping.parse(pasted).rule_for("一.xlsx", "表1").table == "usage"


def test_nothing_asked_writes_nothing_and_clears_the_last_time(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("old", encoding="utf-8")
    assert write_proposals([], tmp_path) is None
    assert not (tmp_path / FILE).exists()


def test_a_service_not_found_is_proposed_by_the_names_that_hold_it() -> None:
    menu = sheet("服务名称|对应需求|单位\n老年助餐|助餐|人次\n理发|理发|人次", file="菜单.xlsx")
    used = sheet("日期|服务项目|服务点|人次\n2026-10-05|助餐|食堂|8\n2026-10-06|唱歌|食堂|8", file="使用.xlsx")
    lines = proposed_lines(take(menu, used).issues)
    assert '# "助餐" = "老年助餐"  # 1 次；相近：老年助餐' in lines
    assert '# "唱歌" = ""  # 1 次；相近：—' in lines
