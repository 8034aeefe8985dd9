"""A need named beside a no is never counted as a need; it is asked about."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.grids import CODEBOOK, sheet, take, told
from needs_analytics.intake.need_words import NONE, OTHER, UNKNOWN, need_words

WORDS = need_words(CODEBOOK, {})
NO_NEED = {"", NONE, OTHER, UNKNOWN}
DENIED = (
    *("不需要助餐", "没有助餐的需求", "不要助餐", "暂不需要助餐", "不用助浴", "没人助浴", "无助餐需求", "取消助餐"),
    *(
        "已有助餐",
        "助餐（已解决）",
        "助餐：否",
        "助餐×",
        "除助餐外都需要",
        "不会需要助餐",
        "不太需要助餐",
        "助餐不需要",
    ),
    *("助餐（无）", "助餐:无", "□助餐", "助餐（不用）", "用不上助餐", "缺少健身器材", "没有健身器材"),
)
MEANT = {
    "停车难": "PRO05",
    "停车位不足": "PRO05",
    "看病不方便": "HEA01",
    "老人看病不方便": "HEA01",
    "没处停车": "PRO05",
    "电动车没处充电": "PRO06",
    "楼栋无障碍改造": "DIS03",
    "是否需要助餐": "ELD01",
    "您有没有助餐需求": "ELD01",
    "助餐（是/否）": "ELD01",
    "特别需要助餐": "ELD01",
    "行动不便老人助餐": "ELD01",
    "免费助餐（不限年龄）": "ELD01",
}


@pytest.mark.parametrize("option", DENIED)
def test_a_need_beside_a_no_is_no_need(option: str) -> None:
    assert WORDS.meaning(option) in NO_NEED


@pytest.mark.parametrize("option", MEANT)
def test_words_with_a_no_in_them_that_name_a_need_still_do(option: str) -> None:
    assert WORDS.meaning(option) == MEANT[option]


@given(st.sampled_from([word for word, _ in WORDS.inside]), st.sampled_from(["不需要", "暂不需要", "不用", "没有"]))
def test_no_synonym_is_a_need_after_a_no(word: str, no: str) -> None:
    assert no + word in WORDS.exact or WORDS.meaning(no + word) in NO_NEED


@given(
    st.sampled_from([word for word, _ in WORDS.inside]), st.sampled_from(["：否", "×", "（已解决）", ":无", " 不需要"])
)
def test_no_synonym_is_a_need_before_a_no(word: str, no: str) -> None:
    assert WORDS.meaning(word + no) in NO_NEED


def test_what_is_missing_is_a_need_where_the_question_asks_for_problems() -> None:
    assert WORDS.meaning("没有健身器材", lacking=True) == WORDS.meaning("健身器材")
    assert WORDS.meaning("缺少健身器材", lacking=True) == WORDS.meaning("健身器材")
    assert WORDS.meaning("不需要健身器材", lacking=True) == ""


def test_an_answer_that_says_no_is_asked_about_and_leaves_the_need_unknown() -> None:
    found = take(
        sheet("""
        姓名|社区|您需要哪些服务
        王秀英|和平社区|助餐、助浴
        赵建国|和平社区|助浴、助餐
        李桂芳|和平社区|不需要助餐
        周玉芬|和平社区|助浴、已有助餐
    """)
    )
    answers = found.tables["survey"]
    np.testing.assert_array_equal(answers["need:ELD01"].to_numpy(float), [1, 1, np.nan, np.nan])
    np.testing.assert_array_equal(answers["need:ELD02"].to_numpy(float), [1, 1, np.nan, 1])
    assert {value for _, value in told(found, "W210")} == {"不需要助餐", "已有助餐"}
