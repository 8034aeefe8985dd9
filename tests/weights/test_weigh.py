"""From sample to population: raked margins, bounds, what is collapsed or missing, no register at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.town import codes, residents, survey, table
from needs_analytics.core.options import WeightsOptions
from needs_analytics.weights import weigh

if TYPE_CHECKING:
    import pandas as pd

REGISTER = """
    community | age_low | age_high | sex | persons
    甲 | 16 | 59 | 男 | 300
    甲 | 16 | 59 | 女 | 200
    甲 | 60 | 120 | 男 | 100
    甲 | 60 | 120 | 女 | 200
    乙 | 16 | 59 | 男 | 500
    乙 | 16 | 59 | 女 | 400
    乙 | 60 | 120 | 男 | 100
    乙 | 60 | 120 | 女 | 200
"""


def sample(sizes: dict[tuple[str, int, str], int], *others: pd.DataFrame) -> pd.DataFrame:
    """Return respondents: so many of each community, age and sex."""
    return survey(*(residents(n, community=c, age=age, sex=sex) for (c, age, sex), n in sizes.items()), *others)


def everybody(*others: pd.DataFrame) -> pd.DataFrame:
    return sample({(c, age, sex): 10 for c in "甲乙" for age in (30, 70) for sex in "男女"}, *others)


def register(text: str = REGISTER) -> pd.DataFrame:
    return table("register", text)


@settings(derandomize=True, max_examples=20, deadline=None)
@given(st.lists(st.integers(8, 40), min_size=8, max_size=8))
def test_every_margin_equals_the_registers(sizes: list[int]) -> None:
    cells = [(c, age, sex) for c in "甲乙" for age in (30, 70) for sex in "男女"]
    people = sample(dict(zip(cells, sizes, strict=True)))
    weights = weigh(people, register())
    assert weights.status == "raked"
    weight = weights.table["weight"].to_numpy()
    assert weight.sum() == pytest.approx(2000)
    for (age, sex), persons in {(30, "男"): 800, (30, "女"): 600, (70, "男"): 200, (70, "女"): 400}.items():
        inside = ((people["age_low"] == age) & (people["sex"] == sex)).to_numpy()
        assert weight[inside].sum() == pytest.approx(persons, rel=1e-6)
    assert weight[(people["community"] == "甲").to_numpy()].sum() == pytest.approx(800, rel=1e-6)
    assert (weight > 0).all()


def test_the_margins_table_tells_before_and_after() -> None:
    margins = weigh(everybody(), register()).margins
    assert set(margins["margin"]) == {"age_sex", "community"}
    np.testing.assert_allclose(margins["after"], margins["target"], atol=1e-7)
    row = margins[margins["label"] == "甲"].iloc[0]
    assert (row["n"], row["target"], row["before"]) == (40, pytest.approx(0.4), pytest.approx(0.5))
    assert row["asmd_before"] == pytest.approx(0.1 / np.sqrt(0.4 * 0.6))


def test_before_is_by_the_base_weights() -> None:
    people = everybody().assign(base_weight=[3.0] * 40 + [1.0] * 40)
    margins = weigh(people, register()).margins.set_index("label")
    assert margins.loc[["甲", "乙"], "before"].tolist() == pytest.approx([0.75, 0.25])


def test_the_design_effect_is_kishs() -> None:
    weights = weigh(everybody(), register())
    weight = weights.table["weight"]
    assert weights.deff == pytest.approx(1 + (weight.std(ddof=0) / weight.mean()) ** 2)
    assert weights.n_eff == pytest.approx(len(weight) / weights.deff)


def test_weights_stay_within_their_bounds() -> None:
    people = everybody(residents(60, community="甲", age=30, sex="男"))
    free = weigh(people, register(), options=WeightsOptions(bounds=(1e-6, 1e6))).table["weight"]
    highest = 0.97 * free.max() / free.mean()
    weights = weigh(people, register(), options=WeightsOptions(bounds=(0.2, highest)))
    assert weights.status == "raked"
    assert "W618" not in codes(weights)
    ratio = weights.table["weight"] / weights.table["weight"].mean()
    assert ratio.min() >= 0.2 - 1e-9
    assert ratio.max() <= highest + 1e-9
    np.testing.assert_allclose(weights.margins["after"], weights.margins["target"], atol=1e-6)


def test_bounds_that_cannot_be_kept_are_given_up_and_said() -> None:
    people = sample({("甲", 30, "男"): 100, ("甲", 70, "女"): 8})
    rows = "community | age_low | age_high | sex | persons\n甲 | 16 | 59 | 男 | 100\n甲 | 60 | 120 | 女 | 900"
    weights = weigh(people, register(rows), options=WeightsOptions(bounds=(0.5, 2.0)))
    assert weights.status == "raked"
    assert [i.details for i in weights.issues if i.code == "W618"] == [{"low": 0.5, "high": 2.0}]
    assert weights.table["weight"].sum() == pytest.approx(1000)


def test_margins_that_contradict_each_other_in_the_sample_are_caught() -> None:
    people = sample({("甲", 30, "男"): 20, ("乙", 70, "男"): 20})  # community tells the age band
    rows = """
        community | age_low | age_high | sex | persons
        甲 | 16 | 59 | 男 | 700
        乙 | 16 | 59 | 男 | 200
        乙 | 60 | 120 | 男 | 100
    """
    weights = weigh(people, register(rows))
    assert weights.status == "not_converged"
    assert "W613" in codes(weights)
    assert weights.table["weight"].std() == pytest.approx(0)
    assert weights.table["weight"].sum() == pytest.approx(1000)


def test_a_thin_age_band_is_joined_to_its_neighbour_and_said() -> None:
    people = sample({("甲", 30, "男"): 20, ("甲", 65, "男"): 3, ("甲", 75, "男"): 12})
    rows = """
        community | age_low | age_high | sex | persons
        甲 | 16 | 59 | 男 | 600
        甲 | 60 | 69 | 男 | 200
        甲 | 70 | 120 | 男 | 200
    """
    weights = weigh(people, register(rows))
    labels = set(weights.margins.loc[weights.margins["margin"] == "age_sex", "label"])
    assert labels == {"男 16-59岁", "男 60岁以上"}
    assert "I611" in codes(weights)


def test_thin_communities_form_one_class() -> None:
    people = sample({("甲", 30, "男"): 20, ("乙", 30, "男"): 3, ("丙", 30, "男"): 4})
    rows = "community | age_low | age_high | sex | persons\n" + "".join(
        f"{c} | 16 | 120 | 男 | 100\n" for c in "甲乙丙"
    )
    weights = weigh(people, register(rows))
    assert "乙、丙" in set(weights.margins["label"]) or "丙、乙" in set(weights.margins["label"])
    assert "I616" in codes(weights)
    thin = people["community"].isin(["乙", "丙"]).to_numpy()
    assert weights.table.loc[thin, "weight"].sum() == pytest.approx(200)


@pytest.mark.parametrize("few", [1, 2, 4])
def test_a_handful_of_a_community_never_stands_for_all_its_residents(few: int) -> None:
    people = sample({("甲", 30, "男"): 40, ("乙", 30, "男"): 30, ("丙", 30, "男"): few})
    rows = "community | age_low | age_high | sex | persons\n" + "".join(
        f"{c} | 16 | 120 | 男 | {persons}\n" for c, persons in (("甲", 100), ("乙", 100), ("丙", 600))
    )
    weights = weigh(people, register(rows))
    community = weights.margins[weights.margins["margin"] == "community"].set_index("label")
    assert community["n"].to_dict() == {"甲": 40, "丙、乙": 30 + few}
    assert "W618" not in codes(weights)


def test_communities_that_are_all_thin_are_one_class() -> None:
    people = sample({(c, 30, "男"): 2 for c in "甲乙丙丁戊"})
    rows = "community | age_low | age_high | sex | persons\n" + "".join(
        f"{c} | 16 | 120 | 男 | {persons}\n" for c, persons in zip("甲乙丙丁戊", (100, 200, 300, 400, 900), strict=True)
    )
    weights = weigh(people, register(rows))
    assert weights.status == "raked"
    assert weights.table["weight"].std() == pytest.approx(0)


@pytest.mark.parametrize("few", [1, 4])
def test_a_handful_of_men_never_stands_for_all_men(few: int) -> None:
    people = sample({("甲", 30, "女"): 30, ("甲", 70, "女"): 30, ("甲", 30, "男"): few})
    weights = weigh(people, register(REGISTER.replace("乙", "甲")))
    margin = weights.margins[weights.margins["margin"] == "age_sex"].set_index("label")
    assert margin["n"].to_dict() == {"男、女 16-59岁": 30 + few, "男、女 60岁以上": 30}
    assert [issue.value for issue in weights.issues if issue.code == "I611"] == ["男、女"]
    np.testing.assert_allclose(margin["after"], [0.7, 0.3], atol=1e-6)


def test_bounds_given_up_for_one_margin_hold_for_the_next_as_far_as_they_were_needed() -> None:
    people, rows = with_group(young=20, old=980, dibao=1)
    plain = weigh(people, register(rows.rsplit("\n", 1)[0]), options=WeightsOptions(bounds=(0.5, 1.5)))
    grouped = weigh(people, register(rows), options=WeightsOptions(bounds=(0.5, 1.5)))
    assert {"W618", "W619"} <= set(codes(grouped))
    np.testing.assert_allclose(grouped.table["weight"], plain.table["weight"])


def test_weights_beyond_their_bounds_make_every_estimate_doubtful() -> None:
    people = sample({("甲", 30, "男"): 100, ("甲", 70, "女"): 8})
    rows = "community | age_low | age_high | sex | persons\n甲 | 16 | 59 | 男 | 100\n甲 | 60 | 120 | 女 | 900"
    assert weigh(people, register(rows)).doubt == "unbounded"
    assert weigh(everybody(), register()).doubt == ""


def test_a_community_nobody_answered_from_is_said_and_the_others_stand_for_it() -> None:
    people = sample({("甲", age, sex): 10 for age in (30, 70) for sex in "男女"})
    weights = weigh(people, register())
    assert "W639" not in codes(weights), "said once, as a community"
    assert [(i.value, i.details["persons"]) for i in weights.issues if i.code == "W612"] == [("乙", "1200")]
    assert weights.table["weight"].sum() == pytest.approx(2000)
    assert weights.places.set_index("community")["population"].to_dict() == {"甲": 800, "乙": 1200}


def test_the_margins_hold_every_resident_once_also_where_nobody_answered() -> None:
    people = sample({("甲", 30, "男"): 20, ("乙", 30, "男"): 10}, residents(6, community="甲", sex="男"))
    rows = "community | age_low | age_high | sex | persons\n" + "".join(
        f"{c} | {low} | {high} | 男 | {persons}\n"
        for c, young, old in (("甲", 300, 100), ("乙", 200, 100), ("丙", 200, 100))
        for low, high, persons in ((16, 59, young), (60, 120, old))
    )
    margins = weigh(people, register(rows)).margins
    assert margins.groupby("margin")["target"].sum().tolist() == pytest.approx([1, 1])
    community = margins[margins["margin"] == "community"].set_index("label")
    assert community["target"].to_dict() == pytest.approx({"甲": 0.4, "乙": 0.3, "丙": 0.3})
    assert community["n"].to_dict() == {"甲": 26, "乙": 10, "丙": 0}
    assert community["after"].to_dict() == pytest.approx({"甲": 4 / 7, "乙": 3 / 7, "丙": 0})


def test_a_community_the_register_lacks_is_said_and_keeps_its_share() -> None:
    people = everybody(residents(20, community="丙", age=30, sex="男"))
    weights = weigh(people, register())
    assert [issue.value for issue in weights.issues if issue.code == "W615"] == ["丙"]
    assert weights.status == "raked"
    community = weights.margins[weights.margins["margin"] == "community"].set_index("label")
    assert community.loc["未知", "n"] == 20
    assert weights.table["weight"].sum() == pytest.approx(2000)


def test_respondents_of_unknown_age_weigh_something_and_move_no_margin() -> None:
    people = everybody(residents(8, community="甲", sex="男"))
    weights = weigh(people, register())
    assert weights.status == "raked"
    assert (weights.table["weight"] > 0).all()
    margins = weights.margins[weights.margins["margin"] == "age_sex"].set_index("label")
    assert margins.loc["未知", "n"] == 8
    known = margins.drop(index="未知")["after"]
    np.testing.assert_allclose(known / known.sum(), [0.4, 0.1, 0.3, 0.2], atol=1e-6)


def test_a_class_without_any_respondent_is_reported_not_dropped_in_silence() -> None:
    people = sample({("甲", 30, "男"): 20, ("乙", 30, "男"): 20})
    weights = weigh(people, register())
    assert "W639" in codes(weights)
    assert weights.table["weight"].sum() == pytest.approx(2000)


def with_group(young: int, old: int, dibao: int) -> tuple[pd.DataFrame, str]:
    """Return respondents of whom 25 young ones belong to a group, and a register that counts it."""
    people = survey(
        residents(40, age=30, sex="男", groups=["dibao"] * 25 + [""] * 15), residents(40, age=70, sex="女", groups="")
    )
    cells = f"甲|16|59|男|-|{young}\n甲|60|120|女|-|{old}\n甲|-|-|-|dibao|{dibao}"
    return people, "community | age_low | age_high | sex | group | persons\n" + cells


def test_a_special_group_the_register_counts_becomes_a_margin() -> None:
    people, rows = with_group(young=500, old=500, dibao=50)
    weights = weigh(people, register(rows))
    inside = (people["groups"] == "dibao").to_numpy()
    assert weights.table.loc[inside, "weight"].sum() == pytest.approx(50, rel=1e-5)


def test_who_belongs_to_two_groups_counts_in_both() -> None:
    people, rows = with_group(young=500, old=500, dibao=50)
    both = np.arange(len(people)) < 22
    people = people.assign(groups=np.where(both, "dibao;disabled", people["groups"]))
    weights = weigh(people, register(rows + "\n甲|-|-|-|disabled|40"))
    for group, persons in (("dibao", 50), ("disabled", 40)):
        inside = people["groups"].str.split(";").map(lambda own, group=group: group in own).to_numpy()
        assert weights.table.loc[inside, "weight"].sum() == pytest.approx(persons, rel=1e-5)
    assert {"group:dibao", "group:disabled"} <= set(weights.margins["margin"])
    assert set(weights.margins.loc[weights.margins["margin"] == "group:dibao", "label"]) == {"是", "否"}


@pytest.mark.parametrize(("inside", "outside"), [(19, 60), (60, 19)])
def test_a_group_few_belong_to_or_nearly_everybody_makes_no_margin(inside: int, outside: int) -> None:
    people = survey(
        residents(inside, age=30, sex="男", groups="dibao"), residents(outside, age=30, sex="男", groups="")
    )
    rows = "community | age_low | age_high | sex | group | persons\n甲|16|59|男|-|1000\n甲|-|-|-|dibao|300"
    weights = weigh(people, register(rows))
    said = [issue for issue in weights.issues if issue.code == "I607"]
    assert [(issue.value, issue.details["count"], issue.details["fewest"]) for issue in said] == [("dibao", inside, 20)]


def test_a_group_whose_count_cannot_be_met_is_left_out_and_said() -> None:
    people, rows = with_group(young=100, old=900, dibao=700)
    weights = weigh(people, register(rows))
    assert [issue.value for issue in weights.issues if issue.code == "W619"] == ["dibao"]
    assert weights.status == "raked"


def test_children_are_outside_the_target_population() -> None:
    people = everybody(residents(5, community="甲", age=10, sex="男"))
    rows = REGISTER + "甲 | 0 | 15 | 男 | 999\n"
    weights = weigh(people, register(rows))
    assert len(weights.table) == 80
    assert weights.population == pytest.approx(2000)


def test_a_band_across_the_youngest_age_is_said() -> None:
    rows = REGISTER.replace("甲 | 16 | 59 | 男", "甲 | 10 | 59 | 男")
    assert "W610" in codes(weigh(everybody(), register(rows)))


def test_without_a_register_answers_weigh_the_same_and_give_no_persons() -> None:
    weights = weigh(everybody(), None)
    assert weights.status == "equal"
    assert not weights.representative
    assert np.isnan(weights.population)
    assert weights.table["weight"].std() == pytest.approx(0)
    assert codes(weights) == ["W601"]
    assert weights.codes == {}


def test_base_weights_are_kept_without_a_register() -> None:
    people = everybody().assign(base_weight=[2.0] * 40 + [1.0] * 40)
    weights = weigh(people, None)
    assert weights.table["weight"].tolist() == [2.0] * 40 + [1.0] * 40
    assert weights.deff == pytest.approx(1 + (0.5 / 1.5) ** 2)


def test_without_answers_there_are_no_weights_and_it_is_said() -> None:
    weights = weigh(survey(), register())
    assert (weights.status, codes(weights)) == ("no_data", ["W602"])
    assert weights.codes == {}


def test_the_table_of_weights_has_the_same_columns_whatever_the_register() -> None:
    months = [weigh(survey(), register()), weigh(everybody(), None), weigh(everybody(), register())]
    assert [list(weights.table) for weights in months] == [["answer_id", "base_weight", "weight"]] * 3
    assert months[1].table["answer_id"].tolist() == everybody()["answer_id"].tolist()


@settings(derandomize=True, max_examples=5, deadline=None)
@given(st.permutations(range(80)))
def test_the_order_of_the_answers_does_not_matter(order: list[int]) -> None:
    people = everybody()
    plain = weigh(people, register()).table.set_index("answer_id")["weight"]
    mixed = weigh(people.iloc[order].reset_index(drop=True), register()).table.set_index("answer_id")["weight"]
    np.testing.assert_allclose(mixed.reindex(plain.index), plain, rtol=1e-9)


def test_who_is_of_no_age_the_register_counts_stands_for_none_of_its_residents() -> None:
    people = survey(residents(30, age=40, sex="男"), residents(10, age=70, sex="男"), residents(5, sex="男"))
    rows = "community | age_low | age_high | sex | persons\n甲 | 60 | 79 | 男 | 500\n甲 | 80 | 120 | 男 | 100"
    weights = weigh(people, register(rows))
    assert weights.table["answer_id"].tolist() == people["answer_id"].tolist()[30:]
    assert weights.table["weight"].sum() == pytest.approx(600)
    assert [issue.details for issue in weights.issues if issue.code == "W611"] == [{"count": 30, "classes": "60岁以上"}]


def test_who_is_older_than_anybody_counted_stands_for_none_either() -> None:
    people = survey(residents(30, age=40, sex="男"), residents(10, age=70, sex="男"))
    weights = weigh(people, register("community | age_low | age_high | persons\n甲 | 16 | 59 | 500"))
    assert len(weights.table) == 30
    assert "W611" in codes(weights)


def test_the_youngest_count_with_a_register_that_begins_at_18() -> None:
    people = survey(residents(30, age=40, sex="男"), residents(10, age=17, sex="男"))
    weights = weigh(people, register("community | age_low | age_high | persons\n甲 | 18 | 120 | 500"))
    assert len(weights.table) == 40
    assert "W611" not in codes(weights)


def test_answers_of_no_counted_age_at_all_weigh_the_same() -> None:
    people = survey(residents(30, age=40, sex="男"))
    weights = weigh(people, register("community | age_low | age_high | persons\n甲 | 60 | 120 | 500"))
    assert (weights.status, len(weights.table)) == ("equal", 30)


@pytest.mark.parametrize(
    "counts",
    ["-|-|男|dibao|20\n甲|-|-|女|dibao|30", "60|120|-|dibao|10\n甲|16|59|-|dibao|40", "60|120|男|dibao|50",
     "0|15|-|dibao|77\n甲|16|120|-|dibao|50", "-|-|男|dibao|20\n甲|-|-|女|dibao|30\n甲|-|-|-|dibao|50"],
)  # fmt: skip
def test_a_group_counted_by_sex_or_age_is_a_margin_too(counts: str) -> None:
    people, rows = with_group(young=500, old=500, dibao=0)
    weights = weigh(people, register(rows.rsplit("\n", 1)[0] + f"\n甲|{counts}"))
    inside = (people["groups"] == "dibao").to_numpy()
    assert weights.table.loc[inside, "weight"].sum() == pytest.approx(50, rel=1e-5)


def test_a_group_larger_than_the_population_is_said() -> None:
    people, rows = with_group(young=500, old=500, dibao=3900)
    assert [issue.value for issue in weigh(people, register(rows)).issues if issue.code == "W619"] == ["dibao"]


def test_communities_spelt_otherwise_than_in_the_register_are_named() -> None:
    people = sample({("丙区", 30, "男"): 20, ("丁区", 30, "男"): 20})
    weights = weigh(people, register("community | persons\n甲 | 300\n乙 | 200"))
    assert weights.status == "equal"
    assert [(issue.code, issue.details) for issue in weights.issues] == [
        ("W620", {"answers": "丁区、丙区", "register": "乙、甲"})
    ]


@pytest.mark.parametrize(("persons", "where"), [(30, [""]), (60, ["甲"]), (80, [])])
def test_a_register_of_fewer_residents_than_answers_is_said(persons: int, where: list[str]) -> None:
    people = sample({("甲", 30, "男"): 70, ("乙", 30, "男"): 10})
    weights = weigh(people, register(f"community | persons\n甲 | {persons}\n乙 | {persons // 2}"))
    assert [issue.value for issue in weights.issues if issue.code == "W623"] == where
