"""Which of several counts of the same residents stands: registers of a community or two, added up by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helpers.town import codes, residents, survey, table
from needs_analytics.core.messages import issue_sentence
from needs_analytics.weights import weigh

if TYPE_CHECKING:
    import pandas as pd

    from needs_analytics.core.results import Weights

BANDS = "community|age_low|age_high|persons\n"
SEXES = "community|age_low|age_high|sex|persons\n"


def answers(communities: str = "甲", ages: tuple[int, ...] = (20, 30, 50, 65, 75, 85)) -> pd.DataFrame:
    return survey(*(residents(6, community=c, age=age, sex=sex) for c in communities for age in ages for sex in "男女"))


def weighed(rows: str, communities: str = "甲") -> Weights:
    return weigh(answers(communities), table("register", rows))


def residents_of(weights: Weights) -> dict[str, float]:
    """Return the persons of every community."""
    return weights.places.set_index("community")["population"].to_dict()


def classes(weights: Weights, margin: str = "age") -> dict[str, float]:
    """Return the persons the register counts in each class of a margin."""
    rows = weights.margins[weights.margins["margin"] == margin]
    return dict(zip(rows["label"], (rows["target"] * weights.population).round(6), strict=True))


def said(weights: Weights, code: str) -> list[str]:
    return [issue_sentence(issue) for issue in weights.issues if issue.code == code]


class TestOverlappingBands:
    """甲 counts 600 of 16-59 and 300 of 60岁以上; what else it tells of the old are the same people."""

    @pytest.mark.parametrize("again", ["65|120|140", "60|69|200", "70|89|90"])
    def test_nobody_is_counted_twice(self, again: str) -> None:
        weights = weighed(f"{BANDS}甲|16|59|600\n甲|60|120|300\n甲|{again}")
        assert weights.population == pytest.approx(900)
        assert classes(weights) == {"16-59岁": 600, "60岁以上": 300}

    def test_rows_of_the_same_band_are_added(self) -> None:
        assert weighed(f"{BANDS}甲|16|59|300\n甲|16|59|300\n甲|60|120|300").population == pytest.approx(900)

    def test_bands_that_cover_more_years_go_before_those_with_more_persons(self) -> None:
        weights = weighed(f"{BANDS}甲|16|59|600\n甲|60|120|300\n甲|60|69|500")
        assert weights.population == pytest.approx(900)

    def test_of_the_same_years_those_with_more_persons_count(self) -> None:
        weights = weighed(f"{BANDS}甲|16|59|600\n甲|60|120|300\n甲|16|120|950")
        assert classes(weights, "community") == {"甲": 950}

    def test_of_the_same_persons_the_finest_bands_count(self) -> None:
        weights = weighed(f"{BANDS}甲|16|59|600\n甲|60|120|300\n甲|16|120|900\n甲|60|69|200\n甲|70|120|100")
        assert classes(weights) == {"16-59岁": 600, "60-69岁": 200, "70岁以上": 100}

    def test_the_other_community_keeps_its_bands(self) -> None:
        weights = weighed(f"{BANDS}甲|16|59|600\n甲|60|120|300\n甲|65|120|140\n乙|16|59|60\n乙|60|120|40", "甲乙")
        assert residents_of(weights) == pytest.approx({"甲": 900, "乙": 100})


class TestSeveralCountsOfOneCommunity:
    def test_of_two_that_agree_the_one_that_tells_sexes_stands(self) -> None:
        """995 by age and sex are 1000 by age but for rounding: under one per cent."""
        by_age = "甲|16|120|-|1000\n甲|16|59|-|600\n甲|60|120|-|400\n"
        weights = weighed(f"{SEXES}{by_age}甲|16|59|男|300\n甲|16|59|女|295\n甲|60|120|男|200\n甲|60|120|女|200")
        assert weights.population == pytest.approx(995)
        assert set(classes(weights, "age_sex")) == {"男 16-59岁", "男 60岁以上", "女 16-59岁", "女 60岁以上"}
        assert codes(weights) == []

    def test_of_two_that_differ_by_more_than_rounding_the_fuller_stands_and_it_is_said(self) -> None:
        by_age = "甲|16|59|-|600\n甲|60|120|-|400\n"
        weights = weighed(f"{SEXES}{by_age}甲|16|59|男|300\n甲|16|59|女|280\n甲|60|120|男|200\n甲|60|120|女|200")
        assert classes(weights) == {"16-59岁": 600, "60岁以上": 400}
        assert "分年龄合计 1000 人，分年龄性别合计 980 人；按较多的 1000 人推算" in said(weights, "W614")[0]

    def test_a_total_below_the_adults_by_age_contradicts_them(self) -> None:
        weights = weighed(f"{BANDS}甲|16|59|500\n甲|60|120|300\n甲|-|-|700")
        assert weights.population == pytest.approx(800)
        assert "分年龄合计 800 人" in said(weights, "W614")[0]
        assert "700 人" in said(weights, "W614")[0]

    def test_a_total_above_the_ages_from_birth_scales_them(self) -> None:
        """1000 by age, of them 800 from 16 on; 1200 in all: every age counts 1.2 times."""
        weights = weighed(f"{BANDS}甲|0|15|200\n甲|16|59|500\n甲|60|120|300\n甲|-|-|1200")
        assert weights.population == pytest.approx(960)
        assert classes(weights) == pytest.approx({"16-59岁": 600, "60岁以上": 360})

    def test_contradictions_of_one_kind_are_said_once_and_added_up(self) -> None:
        count = "{0}|-|-|男|{1}\n{0}|-|-|女|{1}\n{0}|16|59|-|300\n{0}|60|120|-|300\n"
        weights = weighed(SEXES + count.format("甲", 250) + count.format("乙", 260), "甲乙")
        assert len(said(weights, "W614")) == 1
        assert "乙、甲的人口底册自相矛盾：分年龄合计 1200 人，分性别合计 1020 人" in said(weights, "W614")[0]
        assert weights.population == pytest.approx(1200)
