"""A question that is asked otherwise than the month before is not compared until somebody says that it is the same."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from needs_analytics.core.mapping import Mapping
from needs_analytics.core.wording import same_wording
from needs_analytics.intake.comparable import changed_questions

MONTH = "2026-10"
ASKED = "您需要哪些服务"
CROSSWALK = '[[crosswalk]]\noffice = "和平社区"\nquestion = "{}"\nbefore = "{}"\nmonth = "{}"'


def asked(wording: str = ASKED, *, office: str = "和平社区", answered: int = 200, **settings: object) -> pd.DataFrame:
    """Return a dictionary of one question: 助餐 is chosen by 50, 助浴 by 20."""
    options = settings.pop("options", {"助餐": ("ELD01", 50), "助浴": ("ELD02", 20)})
    form = {"question": wording, "kind": "多选", "sense": "需要", "unit": "人", "blank": "未知", **settings}
    return pd.DataFrame(
        [
            {"office": office, "wording": wording, "option": option, "need": need, "times": times, **form}
            for option, (need, times) in options.items()  # type: ignore[attr-defined]
        ]
    ).assign(answered=answered)


def blocked(now: pd.DataFrame, before: pd.DataFrame, mapping: str = "") -> tuple[set[str], list[str]]:
    found = changed_questions(now, before, month=MONTH, crosswalks=Mapping.parse(mapping).crosswalks)
    return set(found.needs), [issue.code for issue in found.issues]


NUMBERS = st.sampled_from(["", "3、", "第5题", "Q7.", "（2）", "１２．"])
HINTS = st.sampled_from(["", "（必填）", "（可多选）", "【多选题】", "？", "：", "*", " "])


@given(NUMBERS, NUMBERS, HINTS, HINTS)
def test_numbering_hints_and_punctuation_are_no_change(number: str, other: str, hint: str, tail: str) -> None:
    now, before = asked(f"{number}{ASKED}{hint}"), asked(f"{other}{ASKED}{tail}")
    assert blocked(now, before) == (set(), [])


@pytest.mark.parametrize("wording", ["您希望新增哪些服务", "您需要哪些服务（限选3项）", "您和家人需要哪些服务"])
def test_another_wording_blocks_the_needs_until_a_crosswalk_line_says_it_is_the_same(wording: str) -> None:
    assert blocked(asked(wording), asked()) == ({"ELD01", "ELD02"}, ["W231"])
    assert blocked(asked(wording), asked(), CROSSWALK.format(wording, ASKED, MONTH)) == (set(), [])
    assert blocked(asked(wording), asked(), CROSSWALK.format(wording, ASKED, "2026-09"))[1] == ["W231"]
    assert blocked(asked(wording), asked(), CROSSWALK.format(ASKED, wording, MONTH))[1] == ["W231"]


def test_a_number_of_the_dictionary_holds_whatever_the_wording_is() -> None:
    assert blocked(asked("现在要哪些帮助", question="A1OD"), asked(question="A1OD")) == (set(), [])
    assert blocked(asked(question="Z1"), asked(question="A1OD"))[0] == {"ELD01", "ELD02"}
    assert blocked(asked("现在要哪些帮助", question="7"), asked(question="7"))[1] == ["W231"]


@pytest.mark.parametrize("change", [{"kind": "单选"}, {"sense": "希望新增"}, {"unit": "户"}, {"blank": "无需求"}])
def test_another_kind_sense_unit_or_blank_rule_blocks(change: dict[str, str]) -> None:
    assert blocked(asked(**change), asked()) == ({"ELD01", "ELD02"}, ["W232"])


def test_an_option_that_means_another_need_blocks_both() -> None:
    now = asked(options={"助餐": ("ELD01", 50), "助浴": ("ELD09", 20)})
    assert blocked(now, asked())[0] == {"ELD01", "ELD02", "ELD09"}


def test_an_option_that_is_surely_new_or_gone_blocks_and_a_rare_one_that_nobody_ticked_does_not() -> None:
    without = asked(options={"助餐": ("ELD01", 50)})
    assert blocked(without, asked())[1] == ["W232"]
    assert blocked(asked(), without)[1] == ["W232"]
    rare = asked(options={"助餐": ("ELD01", 50), "助浴": ("ELD02", 2)})
    assert blocked(without, rare) == (set(), [])
    assert blocked(asked(options={"助餐": ("ELD01", 50), "助浴": ("ELD02", 0)}), asked()) == (set(), [])


def test_other_offices_and_new_questions_about_other_needs_are_let_alone() -> None:
    assert blocked(asked("您要什么", office="幸福社区"), asked()) == (set(), [])
    more = asked("您要哪些培训", options={"技能培训": ("EMP02", 9)})
    assert blocked(pd.concat([asked(), more]), asked()) == (set(), [])


def test_a_month_in_the_name_of_an_office_makes_no_other_office() -> None:
    assert blocked(asked("您要什么", office="2026年10月和平社区问卷"), asked(office="2026年9月和平社区问卷"))[1] == [
        "W231"
    ]


@given(st.text(max_size=20))
def test_a_wording_is_its_own(wording: str) -> None:
    assert same_wording(wording) == same_wording(f" {wording} ")
    assert blocked(asked(wording or "题"), asked(wording or "题")) == (set(), [])


def test_an_option_the_store_has_folded_is_not_said_to_be_new() -> None:
    before, now = asked(), asked()
    typed = before.iloc[:1].assign(option="其他填写", need="", times=3)
    market = before.iloc[:1].assign(option="跳蚤市场", need="", times=60)
    now = pd.concat([now, market], ignore_index=True)
    assert blocked(now, before)[0], "what a third ticked was not there"
    assert not blocked(now, pd.concat([before, typed], ignore_index=True))[0], "but few may have typed it"
