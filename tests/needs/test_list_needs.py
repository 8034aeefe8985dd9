"""The needs list: shares by hand, unknown answers, persons, flags, ranks, grids, changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.town import (
    ALL,
    BATHING,
    CLASSES,
    MEALS,
    PARKING,
    codes,
    need_row,
    residents,
    segments_of,
    survey,
    town,
)
from needs_analytics.core.options import NeedsOptions, WeightsOptions
from needs_analytics.needs import list_needs
from needs_analytics.needs.change import with_changes
from needs_analytics.needs.flags import judge
from needs_analytics.needs.panel import Answers
from needs_analytics.weights import weigh

if TYPE_CHECKING:
    from needs_analytics.core.results import NeedsList

REGISTER = """
    community | age_low | age_high | sex | persons
    甲 | 16 | 120 | 男 | 300
    乙 | 16 | 120 | 男 | 700
"""


def listed(answers: pd.DataFrame, register: str | None = REGISTER, **given: Any) -> NeedsList:
    settings = {name: given.pop(name) for name in ("segments", "previous", "before", "options") if name in given}
    cleaned = town(answers, register=register, **given)
    weights = weigh(cleaned.survey, cleaned.register)
    return list_needs(cleaned, weights, settings.pop("segments", None), **settings)


def two_places(first: dict[str, int | None], second: dict[str, int | None], size: int = 40) -> pd.DataFrame:
    return survey(
        residents(size, community="甲", age=40, sex="男", yes=first),
        residents(size, community="乙", age=40, sex="男", yes=second),
    )


def test_a_share_is_weighted_by_hand() -> None:
    needs = listed(two_places({MEALS: 20}, {MEALS: 4}))
    assert need_row(needs, MEALS)["share"] == pytest.approx(0.3 * 0.5 + 0.7 * 0.1)
    assert need_row(needs, MEALS, "甲")["share"] == pytest.approx(0.5)
    assert need_row(needs, MEALS, "乙")["share"] == pytest.approx(0.1)


def test_persons_are_the_share_times_the_population() -> None:
    row = need_row(listed(two_places({MEALS: 20}, {MEALS: 4})), MEALS, "乙")
    assert row["population"] == 700
    assert row["persons"] == pytest.approx(70)
    assert row["persons_low"] == pytest.approx(700 * row["share_low"])
    assert row["persons_high"] == pytest.approx(700 * row["share_high"])


def test_an_unknown_answer_is_in_neither_numerator_nor_denominator() -> None:
    answers = two_places({MEALS: 10}, {MEALS: 10})
    answers.loc[answers.index[20:40], f"need:{MEALS}"] = np.nan
    row = need_row(listed(answers), MEALS, "甲")
    assert (row["n"], row["n_yes"], row["share"]) == (20, 10, pytest.approx(0.5))


def test_a_need_nobody_was_asked_about_has_no_row() -> None:
    needs = listed(two_places({MEALS: 10, BATHING: None}, {MEALS: 10, BATHING: None}))
    assert BATHING not in set(needs.table["need"])


def test_where_nobody_was_asked_there_is_no_share_and_nothing_is_published() -> None:
    needs = listed(two_places({MEALS: 10, BATHING: 5}, {MEALS: 10, BATHING: None}))
    row = need_row(needs, BATHING, "乙")
    assert row["n"] == 0
    assert np.isnan(row["share"])
    assert np.isnan(row["share_low"])
    assert np.isnan(row["persons"])
    assert row["flag"] == "不发布"


def test_a_need_asked_in_few_places_says_how_far_it_reaches() -> None:
    needs = listed(two_places({MEALS: 10, BATHING: 5}, {MEALS: 10, BATHING: None}))
    assert need_row(needs, BATHING)["coverage"] == pytest.approx(0.3)
    assert "I620" in codes(needs)
    assert need_row(needs, BATHING)["flag"] != "可发布"


@settings(derandomize=True, max_examples=15, deadline=None)
@given(st.integers(0, 40), st.integers(0, 40))
def test_intervals_hold_their_share_and_stay_between_0_and_1(first: int, second: int) -> None:
    table = listed(two_places({MEALS: first}, {MEALS: second})).table
    assert (table["share_low"] <= table["share"] + 1e-12).all()
    assert (table["share"] <= table["share_high"] + 1e-12).all()
    assert (table["share_low"] >= 0).all()
    assert (table["share_high"] <= 1).all()
    assert (table["share_high"] - table["share_low"] > 0).all()


def test_nobody_of_forty_does_not_mean_surely_nobody() -> None:
    row = need_row(listed(two_places({MEALS: 0}, {MEALS: 0})), MEALS, "甲")
    assert row["share"] == 0
    assert 0.05 < row["share_high"] < 0.15  # Clopper–Pearson for 0 of 40: 8.8 %


def test_without_a_register_there_are_shares_no_persons_and_nothing_plainly_publishable() -> None:
    needs = listed(two_places({MEALS: 20}, {MEALS: 4}), register=None)
    assert needs.status == "not_representative"
    assert needs.table["persons"].isna().all()
    assert "可发布" not in set(needs.table["flag"])
    assert need_row(needs, MEALS)["share"] == pytest.approx(0.3)


def test_without_answers_there_is_no_list_and_it_is_said() -> None:
    needs = listed(survey())
    assert (needs.status, codes(needs), len(needs.table)) == ("no_data", ["W602"], 0)


def test_answers_without_a_question_about_needs_give_no_list() -> None:
    needs = listed(survey(residents(20, age=40, sex="男")))
    assert (needs.status, codes(needs)) == ("no_questions", ["W621"])


def test_a_ranked_need_has_a_share_and_a_rank_but_no_persons() -> None:
    needs = listed(two_places({f"rank:{PARKING}": 30}, {f"rank:{PARKING}": 10}))
    assert needs.status == "ranks_only"
    row = need_row(needs, PARKING)
    assert row["method"] == "rank_only"
    assert np.isnan(row["persons"])
    assert row["flag"] in {"慎用", "不发布"}
    assert set(needs.rankings["need"]) == {PARKING}


def test_a_need_that_was_measured_is_not_replaced_by_its_ranking() -> None:
    needs = listed(two_places({MEALS: 20, f"rank:{MEALS}": 5}, {MEALS: 4, f"rank:{MEALS}": 5}))
    assert need_row(needs, MEALS)["method"] == "direct"
    assert need_row(needs, MEALS)["share"] == pytest.approx(0.22)


# --- ranks -----------------------------------------------------------------------------------------------------------


def test_ranks_are_those_of_the_shares_and_lie_in_their_intervals() -> None:
    needs = listed(two_places({MEALS: 30, BATHING: 10, CLASSES: 2}, {MEALS: 30, BATHING: 10, CLASSES: 2}, 200))
    rows = needs.totals().set_index("need")
    assert rows["rank"].to_dict() == {MEALS: 1, BATHING: 2, CLASSES: 3}
    assert (rows["rank_low"] <= rows["rank"]).all()
    assert (rows["rank"] <= rows["rank_high"]).all()


def test_shares_that_cannot_be_told_apart_share_their_rank_interval() -> None:
    needs = listed(two_places({MEALS: 20, BATHING: 21}, {MEALS: 20, BATHING: 21}))
    rows = needs.totals()
    assert rows["rank_low"].tolist() == [1, 1]
    assert rows["rank_high"].tolist() == [2, 2]


def test_tiers_say_surely_in_surely_out_and_undecided() -> None:
    answers = two_places(
        {MEALS: 150, BATHING: 80, CLASSES: 78, PARKING: 5}, {MEALS: 150, BATHING: 80, CLASSES: 78, PARKING: 5}, 200
    )
    tiers = listed(answers, options=NeedsOptions(top=2)).totals().set_index("need")["tier"]
    assert tiers.to_dict() == {MEALS: "必列", BATHING: "待核", CLASSES: "待核", PARKING: "观察"}


# --- flags -----------------------------------------------------------------------------------------------------------


def flags(**figures: float) -> str:
    row = {"share": 0.5, "share_low": 0.45, "share_high": 0.55, "n": 500.0, "n_eff": 400.0, "method": "direct",
           "direct_share": 0.5, "coverage": 1.0, "unreached": "partly_asked", "replied": 1.0} | figures  # fmt: skip
    return str(judge(pd.DataFrame([row]), NeedsOptions()).flag[0])


@pytest.mark.parametrize(
    ("figures", "flag"),
    [
        ({}, "可发布"),
        ({"n_eff": 29.9}, "不发布"),
        ({"n_eff": 30.0}, "可发布"),
        ({"share_low": 0.35, "share_high": 0.65}, "不发布"),
        ({"share": 0.03, "share_low": 0.01, "share_high": 0.06}, "可发布"),  # 5 points wide
        ({"share": 0.03, "share_low": 0.01, "share_high": 0.07}, "慎用"),  # 6 points, twice the share
        ({"share": 0.97, "share_low": 0.93, "share_high": 0.99}, "慎用"),  # the complement counts
        ({"coverage": 0.79}, "慎用"),
        ({"method": "composite", "n_eff": 3.0}, "可发布"),
        ({"method": "composite", "share_low": 0.42, "share_high": 0.58}, "慎用"),
        ({"method": "composite", "direct_share": np.nan}, "慎用"),
        ({"share": np.nan, "share_low": np.nan, "share_high": np.nan}, "不发布"),
    ],
)
def test_a_flag_follows_from_effective_n_and_interval(figures: dict[str, float], flag: str) -> None:
    assert flags(**figures) == flag


# --- segments and groups ---------------------------------------------------------------------------------------------


def test_segments_and_groups_have_rows_of_their_own() -> None:
    answers = survey(
        residents(30, community="甲", age=70, sex="男", groups="alone_elder", yes={MEALS: 24}),
        residents(30, community="甲", age=40, sex="男", groups="", yes={MEALS: 6}),
    )
    names = {"A": [f"a{i:04d}" for i in range(1, 31)], "B": [f"a{i:04d}" for i in range(31, 61)]}
    needs = listed(answers, register="community | age_low | age_high | sex | persons\n甲|16|120|男|600",
                   segments=segments_of(names))  # fmt: skip
    assert need_row(needs, MEALS, segment="A")["share"] == pytest.approx(0.8)
    assert need_row(needs, MEALS, segment="B")["share"] == pytest.approx(0.2)
    elders = need_row(needs, MEALS, group="alone_elder")
    assert elders["share"] == pytest.approx(0.8)
    assert elders["persons"] == pytest.approx(240)


def test_a_segment_that_is_not_published_has_no_rows() -> None:
    names = {"A": [f"a{i:04d}" for i in range(1, 41)], "B": [f"a{i:04d}" for i in range(41, 81)]}
    needs = listed(two_places({MEALS: 20}, {MEALS: 4}), segments=segments_of(names, published=["A"]))
    assert set(needs.table["segment"]) == {ALL, "A"}


# --- grids -----------------------------------------------------------------------------------------------------------


GRIDS = "community | grid | households\n甲 | 1 | 100\n甲 | 2 | 300\n乙 | 1 | 100"


def gridded(first: int, second: int, third: int = 10, size: int = 30) -> pd.DataFrame:
    return survey(
        residents(size, community="甲", grid="1", age=40, sex="男", yes={MEALS: first}),
        residents(size, community="甲", grid="2", age=40, sex="男", yes={MEALS: second}),
        residents(size, community="乙", grid="1", age=40, sex="男", yes={MEALS: third}),
    )


def test_a_communitys_people_are_split_over_its_grids_by_households() -> None:
    places = listed(gridded(10, 10), places=GRIDS).places.set_index(["community", "grid"])["population"]
    assert places.to_dict() == {("甲", "1"): 75, ("甲", "2"): 225, ("乙", "1"): 700}


def test_the_grids_of_a_community_add_up_to_its_persons() -> None:
    needs = listed(gridded(20, 4), places=GRIDS)
    grids = needs.at("grid")
    for community in ("甲", "乙"):
        total = need_row(needs, MEALS, community)["persons"]
        assert grids.loc[grids["community"] == community, "persons"].sum() == pytest.approx(total)


def test_a_grids_estimate_lies_between_its_own_answers_and_its_community() -> None:
    needs = listed(gridded(24, 10), places=GRIDS.replace("300", "100"))
    row, upper = need_row(needs, MEALS, "甲", "1"), need_row(needs, MEALS, "甲")["share"]
    assert row["method"] == "composite"
    assert row["direct_share"] == pytest.approx(0.8)
    assert upper <= row["share"] <= 0.8 + 1e-9


def test_a_grid_without_answers_gets_its_communitys_share_with_a_wide_interval() -> None:
    needs = listed(gridded(15, 15), places=GRIDS + "\n甲 | 3 | 100")
    row, upper = need_row(needs, MEALS, "甲", "3"), need_row(needs, MEALS, "甲")
    assert row["n"] == 0
    assert np.isnan(row["direct_share"])
    assert row["share"] == pytest.approx(0.5, abs=0.1)
    assert row["share_se"] >= upper["share_se"]
    assert row["flag"] != "可发布"


# --- changes ---------------------------------------------------------------------------------------------------------


def changed(before: tuple[int, int], now: tuple[int, int], size: int = 400) -> pd.Series:
    old = listed(two_places({MEALS: before[0]}, {MEALS: before[1]}, size)).table
    return need_row(listed(two_places({MEALS: now[0]}, {MEALS: now[1]}, size), previous=old), MEALS)


def test_a_first_month_has_no_change() -> None:
    assert need_row(listed(two_places({MEALS: 20}, {MEALS: 4})), MEALS)["change"] == "/"


def test_a_large_rise_and_a_large_fall_are_called_so() -> None:
    assert changed((80, 80), (160, 160))["change"] == "明显上升"
    fallen = changed((160, 160), (80, 80))
    assert fallen["change"] == "明显下降"
    assert fallen["change_diff"] == pytest.approx(-0.2)
    assert fallen["change_low"] < -0.2 < fallen["change_high"] < 0


def test_the_same_again_is_no_change_in_a_large_sample_and_undecided_in_a_small_one() -> None:
    assert changed((400, 400), (400, 400), 2000)["change"] == "无明显变化"
    assert changed((8, 8), (8, 8), 40)["change"] == "样本不足，暂不能判断"


def answered_by(answers: pd.DataFrame) -> Answers:
    cleaned = town(answers, register=REGISTER)
    return Answers(cleaned.survey, weigh(cleaned.survey, cleaned.register))


def compared(first: pd.DataFrame, second: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Return the change of a need, knowing who answered twice and not knowing it."""
    old = listed(first).table
    known = listed(second, previous=old, before=answered_by(first))
    return need_row(known, MEALS), need_row(listed(second, previous=old), MEALS)


def width(row: pd.Series) -> float:
    return float(row["change_high"] - row["change_low"])


def test_who_answers_the_same_twice_tells_more_of_the_change() -> None:
    answers = two_places({MEALS: 20}, {MEALS: 10}, 60)
    row, apart = compared(answers, answers)
    assert width(row) < 0.2 * width(apart)
    assert row["change_diff"] == apart["change_diff"] == pytest.approx(0, abs=1e-9)


def test_others_asked_the_month_before_change_nothing() -> None:
    answers = two_places({MEALS: 20}, {MEALS: 10}, 60)
    row, apart = compared(answers.assign(person_key="other-" + answers["person_key"]), answers)
    assert width(row) == width(apart)


def test_who_changes_his_mind_tells_less_of_the_change() -> None:
    """Everybody says the contrary of last month: the two estimates err in opposite directions."""
    first = two_places({MEALS: 30}, {MEALS: 30}, 60)
    second = first.assign(**{f"need:{MEALS}": 1 - first[f"need:{MEALS}"]})
    row, apart = compared(first, second)
    assert width(row) > width(apart)


def test_residents_without_a_key_are_nobody_twice() -> None:
    answers = two_places({MEALS: 20}, {MEALS: 10}, 60).assign(person_key=None)
    row, apart = compared(answers, answers)
    assert width(row) == width(apart)


def test_a_need_asked_by_one_office_is_compared_by_those_it_asked() -> None:
    answers = two_places({MEALS: 20}, {MEALS: None}, 60)
    answers["office"] = answers["community"]
    old = listed(answers).table
    row, apart = (
        need_row(listed(answers, previous=old, before=before), MEALS, "甲") for before in (answered_by(answers), None)
    )
    assert width(row) < 0.2 * width(apart)


def test_it_is_said_where_nobody_knows_who_answered_twice() -> None:
    answers = two_places({MEALS: 20}, {MEALS: 10}, 60)
    old = listed(answers).table
    assert "I623" in codes(listed(answers, previous=old))
    assert "I623" not in codes(listed(answers, previous=old, before=answered_by(answers)))
    assert "I623" not in codes(listed(answers))


def test_only_estimates_of_the_same_method_are_compared() -> None:
    old = listed(two_places({MEALS: 80}, {MEALS: 80}, 400)).table.assign(method="rank_only")
    now = need_row(listed(two_places({MEALS: 160}, {MEALS: 160}, 400), previous=old), MEALS)
    assert now["change"] == "/"
    assert np.isnan(now["change_diff"])


def test_false_discoveries_are_held_down() -> None:
    generator = np.random.default_rng(1)
    n, p = 400, 0.3
    share = {name: generator.binomial(n, p, 600) / n for name in ("old", "new")}
    half = 1.96 * np.sqrt(p * (1 - p) / n)
    tables = {
        name: pd.DataFrame({
            "need": [f"N{i}" for i in range(600)], "community": ALL, "grid": ALL, "segment": ALL, "group": ALL,
            "share": values, "share_se": half / 1.96, "share_low": values - half, "share_high": values + half,
            "method": "direct", "n": n, "n_yes": values * n, "flag": "",
        })
        for name, values in share.items()
    }  # fmt: skip
    words = with_changes(tables["new"], tables["old"], NeedsOptions())["change"]
    assert words.isin(["明显上升", "明显下降"]).sum() <= 2


# --- requests --------------------------------------------------------------------------------------------------------


def test_requests_are_counted_beside_the_survey_never_added() -> None:
    plain = listed(two_places({MEALS: 20}, {MEALS: 4}))
    calls = [{"request_id": str(i), "need": MEALS if i < 3 else None, "status": "完成" if i == 0 else "办理中",
              "due": "2026-10-20"} for i in range(5)]  # fmt: skip
    needs = listed(two_places({MEALS: 20}, {MEALS: 4}), requests=calls)
    pd.testing.assert_frame_equal(plain.table, needs.table)
    row = needs.requests.set_index("need").loc[MEALS]
    assert (row["requests"], row["closed"]) == (3, 1)
    assert needs.requests["need"].iloc[-1] == ""
    assert needs.requests["requests"].sum() == 5


def test_a_class_of_one_answer_does_not_make_the_interval_narrow() -> None:
    people = survey(residents(100, sex="女", age=40, yes={MEALS: 30}), residents(1, sex="男", age=40, yes={MEALS: 0}))
    rows = "community | sex | persons\n甲 | 男 | 300\n甲 | 女 | 700"
    month = town(people, register=rows)
    each = weigh(people, month.register, options=WeightsOptions(smallest_class=1))
    row = need_row(list_needs(month, each, segments_of({})), MEALS)
    assert row["share"] == pytest.approx(0.21)
    assert row["n_eff"] < 30
    assert row["share_low"] < 0.1
    assert row["share_high"] > 0.5
    assert row["flag"] == "不发布"
    together = need_row(list_needs(month, weigh(people, month.register), segments_of({})), MEALS)
    assert together["share"] == pytest.approx(30 / 101)
    assert together["n_eff"] == pytest.approx(101, rel=0.02)


@pytest.mark.parametrize(("more", "third", "said"), [("", 500, ["甲 3"]), (" | population", 750, [])])
def test_a_listed_grid_nobody_answered_from_is_not_without_residents(more: str, third: float, said: list[str]) -> None:
    people = survey(*(residents(50, age=40, sex="男", grid=grid, yes={MEALS: 20}) for grid in "12"))
    grids = "community | grid" + more + "".join(f"\n甲 | {grid}" + " | 100" * bool(more) for grid in "123")
    month = town(people, register="community | persons\n甲 | 1500", places=grids.replace("3 | 100", "3 | 200"))
    needs = list_needs(month, weigh(people, month.register), segments_of({}))
    sizes = needs.places.set_index("grid")["population"]
    assert sizes["3"] == pytest.approx(third)
    assert sizes.sum() == pytest.approx(1500)
    assert [issue.value for issue in needs.issues if issue.code == "I628"] == said
