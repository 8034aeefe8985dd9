"""Names a community worker would say aloud."""

from __future__ import annotations

import pandas as pd
import pytest

from needs_analytics.core.codebook import Codebook
from needs_analytics.core.options import SegmentOptions
from needs_analytics.segments import find_segments

from .planted_residents import draw_residents, draw_uniform


def test_planted_types_get_plain_names(planted):
    assert planted.found.profiles["name"].tolist() == [
        "年轻在职职工·少用服务·要停车",
        "中年多口之家·少用服务·要课后托管",
        "老年离退休人员·常参与·要老年大学与社区课程、助餐",
        "高龄独居老人·常用服务·要助餐、助医",
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
    assert all(len(name.split("·要")[0]) <= 16 and len(name.split("·")) <= 3 for name in names)


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
