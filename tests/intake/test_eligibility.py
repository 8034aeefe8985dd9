"""Who may use a service: words become expressions, doubt is flagged and leaves the service open."""

from __future__ import annotations

import pytest

from helpers.grids import CODEBOOK
from needs_analytics.intake.eligibility import read_eligibility
from needs_analytics.intake.groups import group_words

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
        ("(60岁以上", "age>=60"),
        ("60岁以上) 且 女", "age>=60 and sex=女"),
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
