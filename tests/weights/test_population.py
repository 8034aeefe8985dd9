"""The target population: whatever bands, sexes or grids the communities tell, no resident is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.town import codes, residents, survey, table
from needs_analytics.core.messages import LANGUAGES, issue_sentence
from needs_analytics.weights import weigh

if TYPE_CHECKING:
    from needs_analytics.core.results import Weights

CUTS = st.lists(st.integers(19, 90), max_size=4, unique=True).map(sorted)
TOLD = st.sampled_from(["age_sex", "age", "sex", "total"])
AGES = (20, 40, 55, 65, 75, 85)


def answers(communities: str = "甲乙丙") -> pd.DataFrame:
    return survey(*(residents(6, community=c, age=age, sex=sex) for c in communities for age in AGES for sex in "男女"))


def counted(community: str, cuts: list[int], told: str, persons: int) -> pd.DataFrame:
    """Return rows of one community: its bands from 16 on and sexes as far as it tells them, as many in each."""
    lows = [16, *cuts] if "age" in told else [None]
    highs = [*(cut - 1 for cut in cuts), 120] if "age" in told else [None]
    sexes = ["男", "女"] if "sex" in told else [None]
    return pd.DataFrame(
        [
            {"community": community, "age_low": low, "age_high": high, "sex": sex, "persons": persons}
            for low, high in zip(lows, highs, strict=True)
            for sex in sexes
        ]
    )


def weighed(*rows: pd.DataFrame | str, people: pd.DataFrame | None = None) -> Weights:
    parts = [table("register", part) for part in rows]
    return weigh(answers() if people is None else people, pd.concat(parts, ignore_index=True))


def said(weights: Weights, code: str) -> str:
    """Return the Chinese sentences of a code; every language has one without a gap."""
    issues = [issue for issue in weights.issues if issue.code == code]
    assert all("?" not in issue_sentence(issue, language) for issue in issues for language in LANGUAGES)
    return "".join(issue_sentence(issue) for issue in issues)


@settings(derandomize=True, max_examples=25, deadline=None)
@given(st.lists(st.tuples(CUTS, TOLD, st.integers(20, 300)), min_size=3, max_size=3))
def test_the_population_is_the_sum_of_the_registers_whatever_their_bands(
    given: list[tuple[list[int], str, int]],
) -> None:
    parts = [counted(c, *how) for c, how in zip("甲乙丙", given, strict=True)]
    weights = weighed(*parts)
    sizes = [part["persons"].sum() for part in parts]
    assert weights.population == pytest.approx(sum(sizes))
    assert weights.table["weight"].sum() == pytest.approx(sum(sizes))
    assert weights.places.set_index("community")["population"][list("甲乙丙")].tolist() == pytest.approx(sizes)
    if weights.status == "raked":
        margins = weights.margins.groupby("margin")[["target", "after"]].sum()
        np.testing.assert_allclose(margins, 1.0)
        community = weights.margins[weights.margins["margin"] == "community"].set_index("label")["after"]
        np.testing.assert_allclose(community[list("甲乙丙")], np.array(sizes) / sum(sizes), rtol=1e-6)
        np.testing.assert_allclose(weights.margins["after"], weights.margins["target"], atol=1e-6)


@settings(derandomize=True, max_examples=15, deadline=None)
@given(st.lists(CUTS, min_size=3, max_size=3))
def test_communities_of_other_bands_are_weighed_by_the_bands_they_share(cuts: list[list[int]]) -> None:
    weights = weighed(
        *(counted(c, own, "age_sex", 60 // (1 + len(own))) for c, own in zip("甲乙丙", cuts, strict=True))
    )
    assert weights.status == "raked"
    shared = {16, *(set(cuts[0]) & set(cuts[1]) & set(cuts[2]))}
    ages = weights.margins.loc[weights.margins["margin"] == "age_sex", "label"].str.extract(r" (\d+)")[0]
    assert set(ages.dropna().astype(int)) <= shared
    assert ("I605" in codes(weights)) == any({16, *own} > shared for own in cuts)


def test_a_village_of_few_does_not_cost_all_others_their_bands() -> None:
    weights = weighed(counted("甲", [60], "age", 500), counted("乙", [60], "age", 500), counted("丙", [], "age", 90))
    assert {"16-59岁", "60岁以上"} <= set(weights.margins["label"])
    assert weights.population == pytest.approx(2090)
    assert "丙 的年龄段过粗" in said(weights, "I605")


def test_bands_inside_a_wider_one_are_not_counted_twice() -> None:
    rows = """
        community | age_low | age_high | persons
        甲 | 16 | 59 | 600
        甲 | 60 | 120 | 300
        甲 | 60 | 69 | 200
        甲 | 70 | 120 | 100
        甲 | 65 | 120 | 140
    """
    weights = weighed(rows, people=answers("甲"))
    assert weights.population == pytest.approx(900)
    assert {"60-69岁", "70岁以上"} <= set(weights.margins["label"])


def test_children_are_taken_off_a_community_that_tells_only_a_total() -> None:
    weights = weighed(counted("甲", [60], "age", 400), "community|age_low|age_high|persons\n甲|0|15|200\n乙|-|-|500")
    assert weights.places.set_index("community")["population"].to_dict() == pytest.approx({"甲": 800, "乙": 400})
    assert "乙 的底册只有总人数" in said(weights, "W603")


def test_of_a_band_across_the_youngest_age_only_its_older_part_counts() -> None:
    weights = weighed("community|age_low|age_high|persons\n甲|0|17|180\n甲|18|120|820", people=answers("甲"))
    assert weights.population == pytest.approx(840)
    assert "180 人中计入 20 人" in said(weights, "W610")


def test_ages_a_community_lacks_are_filled_as_the_others_have_them_and_said() -> None:
    lacking = counted("乙", [60], "age_sex", 100).iloc[2:]
    weights = weighed(counted("甲", [60], "age_sex", 100), lacking)
    assert weights.population == pytest.approx(800)
    assert "乙 的人口底册缺 16-59岁：现有 200 人，按其他社区的构成补 200 人" in said(weights, "W604")


def test_a_sex_a_community_lacks_is_filled_as_the_others_have_it_and_said() -> None:
    men = counted("乙", [60], "age_sex", 100).iloc[::2]
    weights = weighed(counted("甲", [60], "age_sex", 100), men)
    assert weights.population == pytest.approx(800)
    assert "缺 女" in said(weights, "W604")


def test_what_no_community_tells_is_not_filled_but_said() -> None:
    weights = weighed("community|age_low|age_high|persons\n甲|16|59|800", people=answers("甲"))
    assert weights.population == pytest.approx(800)
    assert "60岁以上" in said(weights, "W605")


def test_totals_that_disagree_are_caught_said_and_the_fuller_counts() -> None:
    by_age = counted("甲", [60], "age", 3035)
    by_sex = counted("甲", [], "sex", 2900)
    from_birth = "community|age_low|age_high|persons\n甲|0|15|1"
    weights = weighed(by_age, by_sex, from_birth, people=answers("甲"))
    assert weights.population == pytest.approx(6070)
    assert "甲的人口底册自相矛盾：分年龄合计 6071 人，分性别合计 5800 人；按较多的 6071 人推算" in said(weights, "W614")


def test_a_total_with_children_does_not_contradict_ages_that_begin_at_16() -> None:
    weights = weighed(counted("甲", [60], "age", 400), counted("甲", [], "total", 1000), people=answers("甲"))
    assert weights.population == pytest.approx(800)
    assert "W614" not in codes(weights)


def test_ages_told_for_the_whole_go_with_totals_told_by_community() -> None:
    whole = "age_low|age_high|sex|persons\n16|59|男|300\n16|59|女|300\n60|120|男|200\n60|120|女|200"
    weights = weighed(whole, counted("甲", [], "total", 600), counted("乙", [], "total", 400), people=answers("甲乙"))
    margins = weights.margins.set_index("label")["after"]
    assert weights.status == "raked"
    assert margins[["男 16-59岁", "女 60岁以上", "甲"]].tolist() == pytest.approx([0.3, 0.2, 0.6])


def test_a_whole_that_is_fuller_than_the_communities_is_said_and_counts() -> None:
    weights = weighed("persons\n1200", counted("甲", [], "total", 600), counted("乙", [], "total", 400))
    assert weights.population == pytest.approx(1200)
    assert "各社区相加 1000 人，全街道的数字 1200 人" in said(weights, "W614")
    assert weights.doubt == "register_contradicts"


@pytest.mark.parametrize(("other", "doubt"), [(2500, "register_contradicts"), (2900, "")])
def test_a_register_of_two_minds_is_in_doubt_from_a_tenth(other: int, doubt: str) -> None:
    weights = weighed(counted("甲", [60], "age", 3035), counted("甲", [], "sex", other), people=answers("甲"))
    assert weights.doubt == doubt


def test_what_two_communities_have_too_many_and_too_few_does_not_cancel_out() -> None:
    ages = [counted(place, [60], "age", 1000) for place in "甲乙"]
    sexes = counted("甲", [], "sex", 1300), counted("乙", [], "sex", 700)
    assert weighed(*ages, *sexes).doubt == "register_contradicts"


def test_grids_share_what_their_community_counts() -> None:
    rows = "community|grid|age_low|age_high|persons\n甲|一|-|-|300\n甲|二|-|-|100\n甲|-|0|15|100\n甲|-|16|120|320"
    places = weighed(rows, people=answers("甲")).places
    assert places["population"].tolist() == pytest.approx([80, 240] if places["grid"][0] == "二" else [240, 80])


def test_answers_that_tell_nothing_to_weigh_by_give_no_persons() -> None:
    weights = weighed(counted("甲", [60], "age_sex", 100), people=survey(residents(30, community=None)))
    assert weights.status == "equal"
    assert not weights.representative
    assert codes(weights) == ["W612", "W608"]
    assert np.isfinite(weights.table["weight"]).all()


def test_an_answer_whose_own_band_lies_nearly_all_in_a_class_counts_there() -> None:
    people = survey(
        residents(20, community="甲", age_low=46, age_high=60), residents(20, community="甲", age_low=60, age_high=120),
        residents(20, community="甲", age_low=51, age_high=70),
    )  # fmt: skip
    weights = weighed(counted("甲", [60], "age", 300), people=people)
    n = weights.margins[weights.margins["margin"] == "age"].set_index("label")["n"]
    assert n.to_dict() == {"16-59岁": 20, "60岁以上": 20, "未知": 20}
    assert "46-60岁" in said(weights, "I606")


def test_of_an_answers_band_only_the_years_of_the_population_count() -> None:
    """10-59 holds six years of children: the other 44 are all in 16-59."""
    people = survey(residents(20, community="甲", age_low=10, age_high=59), residents(20, community="甲", age=70))
    weights = weighed(counted("甲", [60], "age", 300), people=people)
    n = weights.margins[weights.margins["margin"] == "age"].set_index("label")["n"]
    assert n.to_dict() == {"16-59岁": 20, "60岁以上": 20}


def test_who_is_absent_is_said_with_how_many_residents_that_concerns() -> None:
    people = survey(*(residents(10, community="甲", age=age, sex="男") for age in (30, 70)))
    weights = weighed(counted("甲", [60], "age_sex", 150), people=people)
    assert "写明年龄性别的答卷中没有女 16岁以上的居民，他们共 300 人，占居民的 50%" in said(weights, "W639")


def test_what_was_collapsed_is_said_with_why() -> None:
    people = survey(*(residents(n, community="甲", age=age, sex="男") for n, age in ((9, 30), (3, 65), (8, 75))))
    weights = weighed(counted("甲", [60, 70], "age", 150), people=people)
    assert [issue.value for issue in weights.issues if issue.code == "I611"] == ["60岁以上"]
    assert "60岁以上 合并成一类加权：60-69岁（3）、70岁以上（8） 中有的答卷不足 5 份" in said(weights, "I611")


@pytest.mark.parametrize("where", ["甲", None])
def test_a_total_on_a_group_is_met(where: str | None) -> None:
    """独居老人 320 人 by the register, of its community or of the whole sub-district."""
    people = answers("甲").assign(groups=["alone_elder" if n % 2 else "" for n in range(72)])
    group = pd.DataFrame([{"community": where, "group": "alone_elder", "persons": 320}])
    weights = weighed(counted("甲", [60], "age_sex", 250), group, people=people)
    inside = (people["groups"] == "alone_elder").to_numpy()
    assert weights.table["weight"][inside].sum() == pytest.approx(320)


def test_a_group_too_few_answered_of_is_said() -> None:
    people = answers("甲").assign(groups=["dibao"] * 4 + [""] * 68)
    group = pd.DataFrame([{"community": "甲", "group": "dibao", "persons": 30}])
    weights = weighed(counted("甲", [60], "age_sex", 250), group, people=people)
    assert "低保" in said(weights, "I607")
