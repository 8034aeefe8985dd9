"""What a wording asks: the most wanted and what households want never become prevalences of persons."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.grids import survey
from needs_analytics.intake.questions import Question
from needs_analytics.intake.senses import asks_trait, sense_of, unit_of

if TYPE_CHECKING:
    from needs_analytics.intake.senses import Kind

FIGURES = ["3", "三", "２", "两"]
LIMITS = (
    *(
        "限选{}项",
        "（限选{}项）",
        "最多选{}项",
        "最多可选{}个",
        "最多选择{}项",
        "(可选{}项)",
        "任选{}项",
        "请选出{}项",
        "选{}个",
    ),
    *(
        "至多{}项",
        "不超过{}项",
        "不多于{}项",
        "{}项以内",
        "只能选{}项",
        "请勾选{}项",
        "挑出{}件",
        "选1-{}项",
        "限{}项",
        "前{}项",
    ),
)
MOST = (
    "您最需要的服务",
    "您最希望解决的问题",
    "首选的服务",
    "最迫切需要哪些",
    "您优先解决哪些需求",
    "最急需的帮助",
    "最想要的服务",
)
HOMES = (
    *(
        "您家需要哪些服务",
        "你家有什么需求",
        "您家里需要什么",
        "您及家人需要哪些服务",
        "您或家人需要哪些",
        "您和您的家人需要什么",
    ),
    *(
        "贵户需要哪些服务",
        "每户需要的服务",
        "户主填写：需要哪些服务",
        "全家需要什么",
        "家庭需求",
        "家庭目前需要的服务",
        "这户需要什么",
    ),
    *("您的家庭需要哪些帮助", "家中需要哪些服务", "家属需要哪些服务", "本户需求", "您家人需要哪些服务"),
)
PERSONS = (
    "您需要哪些服务",
    "您本人需要什么",
    "您需要家庭医生吗",
    "您家附近需要改善哪些",
    "您需要家庭养老床位吗",
    "您需要家庭教育指导吗",
)


def question(wording: str, kind: Kind = "多选") -> Question:
    sense, most = sense_of(wording, kind)
    return Question("街道", wording, wording, kind, sense, unit_of(wording), max_choices=most)


@given(
    st.sampled_from(["您需要哪些服务", "请问您有哪些需求", "您希望得到什么帮助", "下列服务您需要的是"]),
    st.sampled_from(LIMITS),
    st.sampled_from(FIGURES),
    st.sampled_from(["", "（多选）", "？", "【必填】"]),
)
def test_a_limited_choice_is_no_prevalence(stem: str, limit: str, figure: str, tail: str) -> None:
    asked = question(f"{stem}{limit.format(figure)}{tail}")
    assert not asked.is_prevalence
    assert asked.is_ranking
    assert asked.max_choices in {2, 3}


@given(st.sampled_from(MOST), st.sampled_from(["", "（可多选）", "（多选题）", "？"]))
def test_the_most_wanted_is_no_prevalence(wording: str, tail: str) -> None:
    assert not question(wording + tail).is_prevalence


@given(st.sampled_from(HOMES), st.sampled_from(["", "（可多选）", "1、", "请问"]))
def test_what_a_household_wants_is_no_prevalence(wording: str, hint: str) -> None:
    asked = question(hint + wording if not hint.startswith("（") else wording + hint)
    assert asked.unit == "户"
    assert not asked.is_prevalence


@pytest.mark.parametrize("wording", PERSONS)
def test_what_a_person_needs_is_one(wording: str) -> None:
    assert question(wording).is_prevalence


@pytest.mark.parametrize(
    "hint",
    ["（至少选1项）", "（可多选）", "（可选一项或多项）", "（选择1项及以上）", "（多选，不限项数）", "（可选多项）"],
)
def test_no_upper_limit_is_no_limit(hint: str) -> None:
    assert question("您需要哪些服务" + hint).is_prevalence


def test_a_limited_household_question_gives_ranks_in_the_table() -> None:
    answers = survey("姓名|社区|您家需要哪些服务（可选3项）\n王秀英|和平社区|助餐、助浴\n赵建国|和平社区|助餐")
    assert [column for column in answers if column.startswith(("need:", "rank:"))] == ["rank:ELD01", "rank:ELD02"]


def test_who_somebody_is_is_no_need() -> None:
    assert asks_trait("家庭情况（可多选）")
    assert not asks_trait("困难情况与需求")
    answers = survey(
        "姓名|社区|家中情况|您需要哪些服务\n王秀英|和平社区|吃低保|助餐\n赵建国|和平社区|留守儿童|助浴、助餐"
    )
    assert not [column for column in answers if column.endswith(("AID01", "CHD05"))]


def test_rating_how_much_a_service_is_needed_is_asking_for_the_need() -> None:
    assert sense_of("请您评价对下列服务的需要程度", "量表") == ("需要", 0)
    assert sense_of("请您评价下列服务", "量表")[0] == "满意度"


def test_how_much_a_new_service_would_matter_is_a_wish_for_more() -> None:
    assert sense_of("如果本街道新开以下服务，对您有多重要？", "量表") == ("希望新增", 0)
