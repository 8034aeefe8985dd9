"""Who may use a service: words become expressions, doubt is flagged and leaves the service open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.grids import CODEBOOK, cells, codes, take_clean
from needs_analytics.core.rules import rule_words
from needs_analytics.intake.eligibility import read_eligibility
from needs_analytics.intake.groups import group_words

if TYPE_CHECKING:
    import pandas as pd

WORDS = group_words(CODEBOOK)


@pytest.mark.parametrize(
    ("written", "expression"),
    [
        ("60周岁及以上", "age>=60"),
        ("年满60周岁的老年人", "age>=60"),
        ("6-12岁儿童", "age>=6 and age<=12"),
        ("辖区居民", "all"),
        ("所有居民", "all"),
        ("独居老人", "group=alone_elder"),
        ("60岁以上老人、残疾人", "age>=60 or group=disabled"),
        ("低保家庭中的失能老人", "group=dibao and group=disabled_elder"),
        ("60周岁以上，低保免费", "age>=60"),
        ("65岁及以下", "age<=65"),
        ("女 且 16-59岁", "sex=女 and age>=16 and age<=59"),
        ("60岁以上 且 (独居 或 失能)", "age>=60 and group=alone_elder or age>=60 and group=disabled_elder"),
        ("60岁以上且（独居或失能）", "age>=60 and group=alone_elder or age>=60 and group=disabled_elder"),
        ("（60岁以上 且 低保）或 残疾人", "age>=60 and group=dibao or group=disabled"),
        ("(独居或空巢)老人", "group=alone_elder and age>=60 or group=empty_nest and age>=60"),
        ("60岁以上 且 非低保", "age>=60 and group!=dibao"),
        ("退役军人/优抚对象", "group=veteran"),
        ("老年人（60周岁以上）", "age>=60"),
        ("失能、高龄（需身体评估与知情同意）", "group=disabled_elder or group=aged80"),
        ("居民 且 60岁以上", "age>=60"),
        ("大于60岁", "age>=61"),
        ("超过60岁", "age>=61"),
        ("不低于60岁", "age>=60"),
        ("不超过60岁", "age<=60"),
        ("满60", "age>=60"),
        ("不满60岁", "age<=59"),
        ("年满18周岁不满60周岁", "age>=18 and age<=59"),
        ("六十五岁以上", "age>=65"),
        ("aged 60 and over", "age>=60"),
        ("60+", "age>=60"),
        ("女性，55周岁以上", "sex=女 and age>=55"),
        ("60岁以上、女性", "sex=女 and age>=60"),
        ("60岁以上 独居", "age>=60 and group=alone_elder"),
        ("孕产妇、0-6岁", "group=pregnant or age>=0 and age<=6"),
        ("妇女、60岁以上老人", "sex=女 or age>=60"),
        ("55岁以上女性、60岁以上男性", "age>=55 and sex=女 or age>=60 and sex=男"),
        ("age>=60 and group=alone_elder|disabled", "age>=60 and group=alone_elder|disabled"),
    ],
)
def test_a_rule_is_read(written: str, expression: str) -> None:
    reading = read_eligibility(written, WORDS, {})
    assert (reading.value, reading.code) == (expression, "")


def test_what_is_not_understood_leaves_the_service_open_and_is_said() -> None:
    reading = read_eligibility("天选之人", WORDS, {})
    assert (reading.value, reading.code) == ("all", "W142")


def test_the_offices_own_words_come_first() -> None:
    assert read_eligibility("天选之人", WORDS, {"天选之人": "age>=60"}).value == "age>=60"


def test_nothing_written_is_nothing() -> None:
    assert read_eligibility("", WORDS, {}).value is None


@pytest.mark.parametrize("text", ["行动不便老人", "爱下棋的妇女", "留级儿童"])
def test_a_condition_only_half_understood_is_said(text: str) -> None:
    assert read_eligibility(text, WORDS, {}).code == "W143" or read_eligibility(text, WORDS, {}).value.startswith(
        "group"
    )


@pytest.mark.parametrize(
    "text", ["本社区60岁以上老年人", "辖区内的妇女", "60周岁及以上户籍老人", "16-59岁劳动年龄居民"]
)
def test_a_condition_wholly_understood_is_not_asked_about(text: str) -> None:
    assert read_eligibility(text, WORDS, {}).code == ""


def test_and_beside_or_without_brackets_is_asked_about_in_words() -> None:
    reading = read_eligibility("低保 或 特困 且 60岁以上", WORDS, {})
    assert (reading.code, reading.words) == ("W144", "低保对象 或 （特困人员 且 60岁及以上）")


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("60周岁以上（独居、失能）", "age>=60 and group=alone_elder or age>=60 and group=disabled_elder"),
        ("80岁以上（含空巢）", "age>=80"),
        ("60岁以上 且 爱下棋", "age>=60"),
        ("60岁以上 或 爱下棋", "age>=60"),
        (f"({'、'.join(f'{age}岁以上' for age in range(60, 67))}) 且 (独居、空巢、低保、特困、残疾)",
         " or ".join(f"age>={age}" for age in range(60, 67))),
    ],
)  # fmt: skip
def test_brackets_that_may_mean_something_else_are_asked_about(text: str, expression: str) -> None:
    reading = read_eligibility(text, WORDS, {})
    assert (reading.value, reading.code) == (expression, "W143")


@pytest.mark.parametrize(
    "text", ["且", "或", "()", "非", "(", "且且", "天选之人 且 有缘人", "(" * 5000 + "60岁以上", ")" * 5000]
)
def test_a_formula_of_nothing_leaves_the_service_open_and_is_said(text: str) -> None:
    assert (read_eligibility(text, WORDS, {}).value, read_eligibility(text, WORDS, {}).code) == ("all", "W142")


@pytest.mark.parametrize(
    ("written", "expression"),
    [
        ("不独居", "group!=alone_elder"),
        ("非独居老人", "age>=60 and group!=alone_elder"),
        ("低保老人,不包括失能", "group=dibao and group!=disabled_elder"),
        ("60岁以上老人（失能除外）", "age>=60 and group!=disabled_elder"),
        ("全体居民（60岁以下除外）", "age>=60"),
        ("除失能外的老人", "age>=60 and group!=disabled_elder"),
        ("不含低保的老人", "age>=60 and group!=dibao"),
        ("低保以外的老人", "age>=60 and group!=dibao"),
        ("除低保、残疾人外的居民", "group!=dibao and group!=disabled"),
        ("除外来务工人员外的居民", "group!=migrant"),
        ("60岁以上老人、残疾人（低保除外）",
         "age>=60 and group!=dibao or group=disabled and group!=dibao"),
    ],
)  # fmt: skip
def test_who_is_left_out_is_not_let_in(written: str, expression: str) -> None:
    reading = read_eligibility(written, WORDS, {})
    assert (reading.value, reading.code) == (expression, "")


@pytest.mark.parametrize("written", ["常住居民（不含租户）", "60岁以上（不含租户）", "60岁以上老人、残疾人、低保除外"])
def test_what_is_left_out_and_not_understood_is_said(written: str) -> None:
    assert read_eligibility(written, WORDS, {}).code == "W143"


@pytest.mark.parametrize(
    "written", ["80-60岁", "60岁以上 且 60岁以下", "150岁以上", "60至79岁高龄老人", "老年人（60岁以上除外）"]
)
def test_a_rule_nobody_can_meet_is_a_mistake_and_not_a_gap(written: str) -> None:
    reading = read_eligibility(written, WORDS, {})
    assert (reading.value, reading.code) == ("all", "W145")
    assert reading.words


@pytest.mark.parametrize(
    ("written", "expression"),
    [
        ("60岁以上、独居老人", "age>=60 and group=alone_elder"),
        ("60岁以上，低保", "age>=60 or group=dibao"),
        ("60岁以上低保或特困", "age>=60 and group=dibao or group=tekun"),
        ("60岁以上低保、特困", "age>=60 and group=dibao or group=tekun"),
    ],
)
def test_an_age_beside_groups_is_asked_about(written: str, expression: str) -> None:
    reading = read_eligibility(written, WORDS, {})
    assert (reading.value, reading.code) == (expression, "W144")


@pytest.mark.parametrize(
    "written", ["60岁以上 且 (独居 或 失能", "60岁以上 且 (独居 或 失能))", "(60岁以上", "60岁以上) 且 女", "]独居["]
)
def test_brackets_that_do_not_match_are_said(written: str) -> None:
    assert read_eligibility(written, WORDS, {}).code == "W146"


@pytest.mark.parametrize("written", ["60岁以上 且", "且 独居", "或 独居"])
def test_an_and_without_its_other_side_is_said(written: str) -> None:
    assert read_eligibility(written, WORDS, {}).code == "W143"


@pytest.mark.parametrize(
    ("written", "code"), [("和平社区居民", "W143"), ("60岁以上，限东湾村", "W143"), ("城乡居民", "")]
)
def test_a_place_named_is_not_a_condition_and_is_said(written: str, code: str) -> None:
    assert read_eligibility(written, WORDS, {}).code == code


MENU = ["服务名称", "对应需求", "服务对象", "最小年龄", "最大年龄", "限定人群"]


def menu_of(*own: object) -> tuple[pd.Series, set[str]]:
    """Take in a menu of two services and return the first one's row, and what was said of rules."""
    rows = [MENU, ["食堂", "助餐", *own], ["讲座", "健康讲座义诊", "居民", None, None, None]]
    found = take_clean(cells(rows, name="服务菜单"))
    return found.menu.set_index("name").loc["食堂"], codes(found) & {"W142", "W143", "W144", "W145", "W146"}


def test_columns_of_ages_and_groups_are_part_of_the_rule() -> None:
    row, said = menu_of("居民", 60, "85岁", "独居老人、低保")
    assert row["eligibility"] == "age>=60 and age<=85 and group=alone_elder|dibao"
    assert row["eligibility_text"] == "60-85岁 且 （独居老人 或 低保对象）"
    assert said == set()


def test_columns_hold_beside_every_alternative_of_the_rule() -> None:
    row, _ = menu_of("残疾人 或 低保", 60, None, None)
    assert row["eligibility"] == "group=disabled and age>=60 or group=dibao and age>=60"


def test_columns_that_contradict_the_rule_are_a_mistake() -> None:
    row, said = menu_of("60岁以上", None, 50, None)
    assert (row["eligibility"], said) == ("all", {"W145"})


WORDS_OF_RULES = [
    "60岁",
    "0",
    "以上",
    "以下",
    "不满",
    "且",
    "或",
    "（",
    "）",
    "、",
    "，",
    "除",
    "外",
    "不含",
    "以外",
    "除外",
    "非",
    "不",
    "独居",
    "低保",
    "残疾人",
    "老人",
    "女性",
    "居民",
    "0-6岁",
    "六十岁",
    "的",
    "及",
    "和",
    "社区",
    "优先",
    "大于",
    "age>=60",
    "group=dibao",
    "and",
    "所有",
]


@given(st.lists(st.sampled_from(WORDS_OF_RULES), max_size=12).map("".join))
def test_whatever_is_written_becomes_a_rule_that_can_be_computed_and_said(written: str) -> None:
    reading = read_eligibility(written, WORDS, {})
    if reading.value is not None:
        assert rule_words(reading.value, WORDS.names)


@pytest.mark.parametrize(
    ("written", "expression"), [("0-6岁除外", "age>=7"), ("老人（0岁以上除外）", "age>=60"), ("0岁以下", "age<=0")]
)
def test_ages_of_nought_are_no_trap(written: str, expression: str) -> None:
    assert read_eligibility(written, WORDS, {}).value == expression
