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
    ],
)
def test_a_rule_is_read(written: str, expression: str) -> None:
    assert read_eligibility(written, WORDS, {}).value == expression


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
