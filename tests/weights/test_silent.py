"""Ages and sexes nobody answered from are named before they are collapsed; what answers do not tell is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from helpers.sentences import complete
from helpers.town import residents, survey, town
from needs_analytics.core.messages import issue_sentence
from needs_analytics.weights import weigh
from needs_analytics.weights.silent import silent_classes

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from needs_analytics.core.results import Weights

BANDS = [(16.0, 34.0), (35.0, 59.0), (60.0, 120.0)]


def counted(bands: Sequence[tuple[int, int, int]] = ((16, 34, 100), (35, 59, 200), (60, 120, 300))) -> str:
    rows = [
        f"{place}|{low}|{high}|{sex}|{persons}" for place in "甲乙" for low, high, persons in bands for sex in "男女"
    ]
    return "community|age_low|age_high|sex|persons\n" + "\n".join(rows)


def weighed(*people: pd.DataFrame, register: str = "") -> Weights:
    month = town(survey(*people), register=register or counted())
    return weigh(month.survey, month.register)


def people(**told: object) -> list[pd.DataFrame]:
    """Return answers of both communities, those of ``told`` instead of an age or a sex."""
    return [residents(15, **({"community": place, "age": age, "sex": sex} | told))
            for place in "甲乙" for age in (30, 40, 70) for sex in "男女"]  # fmt: skip


def said(weights: Weights, code: str) -> list[str]:
    return [issue_sentence(issue) for issue in complete(weights.issues) if issue.code == code]


@pytest.mark.parametrize(
    ("silent", "named"),
    [
        ([], []),
        ([(0, 0)], [("男 16-34岁", 1.0)]),
        ([(0, 0), (1, 0)], [("16-34岁", 5.0)]),
        ([(0, 0), (0, 1)], [("男 16-59岁", 3.0)]),
        ([(0, 0), (0, 2)], [("男 16-34岁", 1.0), ("男 60岁以上", 3.0)]),
        ([(1, 0), (1, 1), (1, 2)], [("女 16岁以上", 15.0)]),
        ([(0, 1), (1, 1), (1, 2)], [("男 35-59岁", 2.0), ("女 35岁以上", 11.0)]),
    ],
)
def test_neighbouring_bands_are_one_and_both_sexes_are_nobodys(silent: list[tuple[int, int]], named: object) -> None:
    answered = np.ones((2, 3), dtype=bool)
    for place in silent:
        answered[place] = False
    found = silent_classes(BANDS, ["男", "女"], np.array([[1.0, 2, 3], [4, 5, 6]]), answered)
    assert found == named


def test_where_nobody_lives_nobody_is_missed() -> None:
    assert silent_classes(BANDS, [""], np.array([[1.0, 0, 3]]), np.array([[True, False, True]])) == []


def test_one_band_of_all_ages_is_called_by_its_sex() -> None:
    assert silent_classes([(0.0, 120.0)], ["男", "女"], np.array([[1.0], [2]]), np.array([[True], [False]])) == [
        ("女", 2.0)
    ]


def test_classes_that_are_collapsed_with_others_are_named_with_their_share() -> None:
    young = [residents(20, community=place, age=30, sex=sex) for place in "甲乙" for sex in "男女"]
    weights = weighed(*young)
    assert weights.absent == pytest.approx(5 / 6)
    (sentence,) = said(weights, "W639")
    assert "写明年龄性别的答卷中没有35岁以上的居民，他们共 2000 人，占居民的 83%" in sentence


def test_a_few_residents_are_told_to_a_tenth_of_a_per_cent() -> None:
    small = counted([(16, 34, 100), (35, 59, 200), (60, 79, 300), (80, 120, 1)])
    (sentence,) = said(weighed(*people(), register=small), "W639")
    assert "写明年龄性别的答卷中没有80岁以上的居民，他们共 4 人，占居民的 0.2%" in sentence


def test_no_class_is_missed_where_all_answered() -> None:
    weights = weighed(*people())
    assert weights.absent == 0
    assert not {"W639", "W640"} & {issue.code for issue in weights.issues}
    assert weights.doubt == ""


def test_without_ages_the_sexes_are_still_weighted_by_and_that_is_said() -> None:
    weights = weighed(*people(age=None))
    assert set(weights.codes) == {"community", "sex"}
    (sentence,) = said(weights, "W640")
    assert "人口底册分年龄，答卷中写明年龄的不足 5 份（0 份）：没有按年龄加权，各项估计慎用" in sentence
    assert weights.doubt == "untold_classes"


def test_without_sexes_the_ages_are_still_weighted_by_and_that_is_said() -> None:
    weights = weighed(*people(sex=None))
    assert set(weights.codes) == {"community", "age"}
    assert "没有按性别加权" in said(weights, "W640")[0]
    assert weights.absent == 0


def test_without_both_the_communities_remain_and_both_are_said() -> None:
    weights = weighed(*people(age=None, sex=None))
    assert set(weights.codes) == {"community"}
    assert len(said(weights, "W640")) == 2


def test_a_handful_of_ages_is_as_good_as_none_and_five_are_some() -> None:
    some = people(age=None)
    some[0].loc[:3, ["age_low", "age_high"]] = 30.0
    assert "（4 份）" in said(weighed(*some), "W640")[0]
    some[1].loc[4, ["age_low", "age_high"]] = 30.0
    assert not said(weighed(*some), "W640")
