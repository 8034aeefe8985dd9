"""Names a community worker would say aloud."""

from __future__ import annotations

import pandas as pd
import pytest

from needs_analytics.core.codebook import Codebook
from needs_analytics.core.options import SegmentOptions
from needs_analytics.segments import find_segments
from needs_analytics.segments.name import name_segments

from .planted_residents import draw_residents, draw_uniform


def test_planted_types_get_plain_names(planted):
    assert planted.found.profiles["name"].tolist() == [
        "年轻职工·少用服务·要停车",
        "中年多口之家·少用服务·要课后托管",
        "老年退休人员·常参与·要老年大学",
        "高龄独居老人·常用服务·要助餐",
    ]


def test_english_names_say_the_same(planted):
    assert planted.found.profiles["name_en"].iloc[0] == "young employed, uses services little; wants parking"


@pytest.mark.parametrize("n_segments", [2, 6, 12])
def test_names_are_short_and_no_two_alike(n_segments):
    survey = pd.concat([draw_residents(150, 0)[0], draw_uniform(150, 0)], ignore_index=True)
    survey["answer_id"] = survey.index.astype(str)
    options = SegmentOptions(n_segments=n_segments, n_bootstrap=2)
    names = find_segments(survey, options=options).profiles["name"]
    assert names.is_unique
    assert all(len(name) <= 18 and len(name.split("·")) <= 3 for name in names)


def test_people_who_live_alone_are_called_so_without_a_group():
    survey, _ = draw_residents(600, seed=4)
    names = find_segments(survey.drop(columns="groups"), n_segments=4).profiles["name"]
    assert any(name.startswith("独居高龄老人") for name in names)


def test_names_follow_the_codebook(planted):
    parking = Codebook.default().needs.loc[["PRO05"]].assign(name="停车位")
    found = find_segments(planted.survey, codebook=Codebook.default().overridden({"needs": parking}), n_segments=4)
    assert found.profiles["name"].iloc[0].endswith("·要停车位")


def test_what_nobody_stands_out_by_is_called_general():
    assert find_segments(draw_uniform(300, 0), n_segments=1).profiles["name"].tolist() == ["一般居民"]


def figures(feature: str, label: str, value: float, overall: float, effect: float) -> dict[str, object]:
    return {
        "segment": "S1", "feature": feature, "label": label, "label_en": label, "value": value,
        "lift": value / overall, "effect": effect, "clear": True, "n": 100, "n_yes": 100 * value,
    }  # fmt: skip


PEOPLE = [
    figures("groups:new_worker", "新就业群体", 0.8, 0.05, 2.0),
    figures("sex:男", "男", 0.9, 0.5, 0.8),
    figures("home:alone", "独居", 0.7, 0.17, 1.2),
    figures("age:young", "年轻", 0.9, 0.3, 1.1),
    figures("usage_frequency", "服务使用频率", 3.0, 1.8, 0.7),
    figures("need:PRO06", "充电设施", 0.6, 0.2, 0.9),
]


def test_couriers_are_called_by_their_work_not_by_their_sex():
    (name,) = name_segments(1, pd.DataFrame(PEOPLE))["name"]
    assert name == "年轻新就业群体·常用服务·要充电设施"


def test_a_need_that_is_not_clear_is_not_in_the_name():
    traits = pd.DataFrame(PEOPLE).assign(clear=lambda frame: frame["feature"] != "need:PRO06")
    assert name_segments(1, traits)["name"].tolist() == ["独居年轻新就业群体·常用服务"]


def test_where_nothing_is_wanted_the_name_says_whom_there_are_many_of():
    traits = pd.DataFrame([
        figures("age:middle", "中年", 0.7, 0.4, 0.6), figures("groups:dual_worker", "双职工家庭", 0.4, 0.1, 1.0),
        figures("usage_frequency", "服务使用频率", 1.0, 1.8, -0.7),
    ])  # fmt: skip
    assert name_segments(1, traits)["name"].tolist() == ["中年居民·少用服务·多双职工家庭"]


def test_ages_between_the_words_are_said_by_their_direction():
    traits = pd.DataFrame(
        [figures("age", "年龄", 58.0, 46.0, 0.6), figures("participation", "活动参与", 3.0, 1.5, 0.8)]
    )
    assert name_segments(1, traits)["name"].tolist() == ["较年长居民·常参与"]
