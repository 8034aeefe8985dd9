"""Closed lists: how a use or a request stands, periods, tiers, modes, codes."""

from __future__ import annotations

import pytest

from needs_analytics.intake.terms import (
    read_code,
    read_crs,
    read_modes,
    read_period,
    read_status,
    read_text,
    read_tier,
    read_verbatim,
)

STATES = {
    "完成": ["已完成", "已办结", "完成", "来了", "到", "已签到", "是", "√", "办结归档", "已评价", "待评价"],
    "接单": ["已接单", "接单", "服务中", "办理中", "处理中", "已受理"],
    "预约": ["未办结", "未完成", "尚未办结", "没解决", "已转派", "已派单", "待接单", "待办", "已预约", "已安排"],
    "爽约": ["爽约", "未到", "没来", "未签到", "未到场", "否", "缺席", "未使用"],
    "取消": ["已取消", "取消预约", "本人放弃", "改日", "作废"],
    "等候": ["排队中", "轮候", "候补"],
    "拒绝": ["已满", "未约上", "无法办理", "不予受理", "拒绝", "未接单"],
}


@pytest.mark.parametrize(("written", "state"), [(word, state) for state, words in STATES.items() for word in words])
def test_a_state_is_read(written: str, state: str) -> None:
    assert read_status(written).value == state


@pytest.mark.parametrize("written", ["不是", "未知", "?"])
def test_a_state_that_is_none_is_not_done(written: str) -> None:
    assert read_status(written).value is None


@pytest.mark.parametrize(
    ("written", "period"), [("每天", "日"), ("周", "周"), ("每月", "月"), ("每场", "场"), ("年", "年")]
)
def test_a_period_is_read(written: str, period: str) -> None:
    assert read_period(written).value == period


def test_tiers_modes_and_coordinate_systems_are_read() -> None:
    assert read_tier("街道级").value == "片区"
    assert read_tier("社区级").value == "社区"
    assert read_modes("到店或送餐上门").value == "到点;上门"
    assert read_crs("高德坐标").value == "GCJ-02"
    assert read_crs("百度").value == "BD-09"


def test_a_code_is_text_and_a_damaged_one_is_refused() -> None:
    assert read_code(7.0).value == "7"
    assert read_code("007").value == "007"
    assert read_code(4.2010619520101e17).code == "E140"
    assert read_code("1.54E+10").code == "E140"


def test_a_dictionary_may_speak_of_the_unknown() -> None:
    assert read_text("未知").value is None
    assert read_verbatim("未知").value == "未知"
