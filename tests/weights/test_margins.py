"""Which margins the answers are raked to: what is collapsed, left out or kept, by counts worked out by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helpers.town import codes, residents, survey, table
from needs_analytics.core.messages import issue_sentence
from needs_analytics.core.options import WeightsOptions
from needs_analytics.weights import weigh

if TYPE_CHECKING:
    import pandas as pd

    from needs_analytics.core.results import Weights

AGES = "age_low|age_high|persons\n16|59|600\n60|120|400"
GROUPED = "community|age_low|age_high|group|persons\n甲|16|59|-|600\n甲|60|120|-|400\n甲|-|-|alone_elder|{alone}"


def weighed(people: pd.DataFrame, rows: str, **options: int) -> Weights:
    return weigh(people, table("register", rows), options=WeightsOptions(**options))


def after(weights: Weights, margin: str) -> dict[str, float]:
    """Return the persons the weights stand for, by class of a margin."""
    rows = weights.margins[weights.margins["margin"] == margin]
    return dict(zip(rows["label"], rows["after"] * weights.population, strict=True))


def test_a_register_of_special_groups_alone_gives_no_persons() -> None:
    weights = weighed(survey(residents(20, age=30)), "community|group|persons\n甲|dibao|30")
    assert weights.status == "equal"
    assert codes(weights) == ["W601"]


def test_a_register_without_communities_is_raked_by_age_alone() -> None:
    weights = weighed(survey(residents(30, age=30), residents(10, age=70)), AGES)
    assert set(weights.margins["margin"]) == {"age"}
    assert after(weights, "age") == pytest.approx({"16-59岁": 600, "60岁以上": 400})


def test_communities_that_are_all_thin_are_one_class_and_said() -> None:
    people = survey(residents(4, community="甲", age=30), residents(3, community="乙", age=30))
    weights = weighed(people, "community|persons\n甲|300\n乙|100")
    assert after(weights, "community") == pytest.approx({"乙、甲": 400})
    assert "I616" in codes(weights)


def test_thin_communities_joined_to_one_class_are_said_with_their_answers() -> None:
    people = survey(*(residents(n, community=c, age=30) for c, n in (("甲", 20), ("乙", 3), ("丙", 4))))
    weights = weighed(people, "community|persons\n甲|300\n乙|100\n丙|60")
    assert after(weights, "community") == pytest.approx({"甲": 300, "丙、乙": 160})
    (issue,) = (issue for issue in weights.issues if issue.code == "I616")
    assert all(part in issue_sentence(issue) for part in ("丙（4）、乙（3）", "160 人", "5 份"))


def test_a_group_a_class_already_settles_becomes_no_margin() -> None:
    """All above 60 live alone and nobody below: who is a margin by age is so by group."""
    people = survey(residents(30, age=30), residents(30, age=70, groups="alone_elder"))
    weights = weighed(people, GROUPED.format(alone=380))
    assert set(weights.margins["margin"]) == {"community", "age"}
    assert codes(weights) == []


def test_one_respondent_is_a_class_where_the_office_asks_for_no_more() -> None:
    people = survey(residents(10, community="甲"), residents(1, community="乙"))
    weights = weighed(people, "community|persons\n甲|300\n乙|100", smallest_class=1)
    assert after(weights, "community") == pytest.approx({"甲": 300, "乙": 100})


def test_sexes_told_without_ages_are_classes_without_ages() -> None:
    people = survey(residents(10, age=30, sex="男"), residents(20, age=70, sex="女"))
    weights = weighed(people, "sex|persons\n男|300\n女|100")
    assert after(weights, "sex") == pytest.approx({"男": 300, "女": 100})


def villages(sizes: dict[str, int]) -> Weights:
    """Weigh a 甲 that tells the young and the old of both sexes beside villages that tell neither age, but sexes."""
    cells = [f"甲|{low}|{high}|{sex}|225" for low, high in ((16, 59), (60, 120)) for sex in "男女"]
    cells += [f"{name}|16|120|{sex}|{size / 2}" for name, size in sizes.items() for sex in "男女"]
    people = survey(
        *(residents(6, community=c, age=age, sex=sex) for c in ("甲", *sizes) for age in (30, 70) for sex in "男女")
    )
    return weighed(people, "community|age_low|age_high|sex|persons\n" + "\n".join(cells))


def test_villages_up_to_a_tenth_cost_the_others_no_band() -> None:
    """100 of 1000 tell no ages: told of both sexes they are no more than told of one."""
    weights = villages({"乙": 100})
    assert {"男 16-59岁", "女 60岁以上"} <= set(after(weights, "age_sex"))


def test_a_village_whose_band_holds_one_more_year_than_the_cut_tells_no_age() -> None:
    people = survey(*(residents(6, community=c, age=age) for c in "甲乙" for age in (30, 70)))
    rows = "甲|16|59|500\n甲|60|120|400\n乙|16|60|40\n乙|61|120|40"
    weights = weighed(people, "community|age_low|age_high|persons\n" + rows)
    (issue,) = (issue for issue in weights.issues if issue.code == "I605")
    assert "16-59岁、60岁以上" in issue_sentence(issue)
    assert "乙 的年龄段过粗" in issue_sentence(issue)


def test_villages_that_together_are_more_than_a_tenth_cost_the_others_a_band() -> None:
    weights = villages({"乙": 80, "丙": 80})
    assert set(after(weights, "age_sex")) == {"男 16岁以上", "女 16岁以上"}


def test_villages_that_cross_different_cuts_tell_no_age() -> None:
    """甲 has three bands; 乙 crosses 40, 丙 crosses 60, each a twentieth: both tell no age, 甲 keeps its bands."""
    rows = "甲|16|39|300\n甲|40|59|300\n甲|60|120|300\n乙|16|59|25\n乙|60|120|25\n丙|16|39|25\n丙|40|120|25"
    people = survey(*(residents(6, community=c, age=age) for c in "甲乙丙" for age in (30, 50, 70)))
    weights = weighed(people, "community|age_low|age_high|persons\n" + rows)
    assert {"16-39岁", "40-59岁", "60岁以上"} <= set(after(weights, "age"))
    issue = next(issue for issue in weights.issues if issue.code == "I605")
    assert "丙、乙" in issue.details["coarse"]["zh"]
