"""What a profile says, counted by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from needs_analytics.core.codebook import Codebook
from needs_analytics.numerics import intervals
from needs_analytics.segments import find_segments
from needs_analytics.segments.contrast import Members, tell_apart
from needs_analytics.segments.profile import describe_segments
from needs_analytics.segments.residents import highly_sensitive

HIDDEN_NAMES = ("计划生育特殊家庭", "困境儿童", "孕产妇", "大病重病", "严重精神障碍")


@pytest.fixture
def members() -> Members:
    answers = pd.DataFrame(
        {
            "age": [20.0, 30, 40, np.nan, 70, 80, 90, 60, 65, 75],
            "sex": ["男", "男", "女", "女", "女", "女", "女", "女", "男", None],
            "groups": ["worker"] * 4 + ["alone_elder"] * 6,
            "need:ELD01": [0.0, 0, 0, 0, 1, 1, 1, 1, 1, np.nan],
            "need:ELD02": [np.nan] * 6 + [1.0] * 4,
        }
    )
    weights = np.array([1.0, 1, 2, 1, 1, 1, 1, 4, 1, 1])
    return Members(answers, weights, np.repeat([0, 1], [4, 6]), 2)


def trait(traits: pd.DataFrame, segment: str, feature: str) -> pd.Series:
    rows = traits[(traits["segment"] == segment) & (traits["feature"] == feature)]
    assert len(rows) == 1
    return rows.iloc[0]


def test_traits_are_weighted_means_among_those_known(members):
    age = trait(tell_apart(members, Codebook.default()), "S1", "age")
    known, weights = members.answers["age"].dropna(), members.weights[[0, 1, 2, 4, 5, 6, 7, 8, 9]]
    mean = np.average(known, weights=weights)
    spread = np.sqrt(np.average((known - mean) ** 2, weights=weights))
    assert age["value"] == pytest.approx((20 + 30 + 2 * 40) / 4)
    assert age["overall"] == pytest.approx(mean)
    assert age["lift"] == pytest.approx(age["value"] / mean)
    assert age["effect"] == pytest.approx((age["value"] - mean) / spread)
    assert age["n"] == 3
    assert age["label"] == "年龄"


def test_a_need_wants_five_known_answers(members):
    traits = tell_apart(members, Codebook.default())
    assert trait(traits, "S2", "need:ELD01")["value"] == 1.0
    assert "need:ELD02" not in set(traits["feature"])


def test_strongest_traits_first(members):
    effects = tell_apart(members, Codebook.default()).groupby("segment")["effect"]
    assert all(rows.abs().round(9).is_monotonic_decreasing for _, rows in effects)


def test_profiles_hold_weighted_sizes_medians_and_most_frequent_answers(members):
    traits = tell_apart(members, Codebook.default())
    profiles = describe_segments(members, traits, representative=True).set_index("segment")
    n_eff = 14**2 / (members.weights @ members.weights)
    low, high = intervals.wilson(5 / 14 * n_eff, n_eff)
    assert profiles.loc["S1", ["n", "share", "persons"]].tolist() == [4, 5 / 14, 5.0]
    assert profiles.loc["S1", ["share_low", "share_high"]].tolist() == pytest.approx([float(low), float(high)])
    assert profiles.loc["S1", "age_median"] == 30.0
    assert profiles.loc["S2", "age_median"] == 65.0
    assert profiles["sex"].tolist() == ["女", "女"]
    assert profiles["groups"].tolist() == ["", "alone_elder"]
    assert profiles["top_needs"].tolist() == ["", "ELD01"]
    assert profiles["lifted_needs"].tolist() == ["", ""]  # five of five, but five are too few to be clear


def test_planted_needs_come_to_the_top(planted):
    profiles = planted.found.profiles
    alone = profiles[profiles["groups"].str.contains("alone_elder")].iloc[0]
    assert alone["top_needs"].split(";")[:2] == ["ELD01", "ELD03"]
    assert set(alone["lifted_needs"].split(";")) == {"ELD01", "ELD03"}


def test_shares_sum_to_one_and_lie_in_their_intervals(planted):
    profiles = planted.found.profiles
    assert profiles["share"].sum() == pytest.approx(1.0)
    assert ((profiles["share_low"] < profiles["share"]) & (profiles["share"] < profiles["share_high"])).all()


def test_highly_sensitive_groups_appear_nowhere(planted):
    groups = planted.survey["groups"] + ";jisheng;pregnant;child_dif;serious_ill"
    survey = planted.survey.assign(groups=groups, **{"need:CHD05": 1.0, "need:HEA11": 1.0, "need:PSY03": 1.0})
    found = find_segments(survey, n_segments=4)
    printed = str([found.profiles.to_dict(), found.traits.to_dict(), found.model.segments_.to_dict()])
    hidden = highly_sensitive(Codebook.default())
    assert hidden == {"jisheng", "child_dif", "pregnant", "serious_ill", "mental"}
    assert not [word for word in (*hidden, *HIDDEN_NAMES) if word in printed]
    assert hidden.isdisjoint(option for question in found.model.questions_ for option in question.options)


def test_highly_sensitive_groups_move_nobody(planted):
    without = planted.survey["groups"].str.replace("mental", "").str.strip(";")
    assert find_segments(planted.survey.assign(groups=without), n_segments=4).table.equals(planted.found.table)
