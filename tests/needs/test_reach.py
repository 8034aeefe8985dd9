"""How far answers reach: of whom a need was asked, who replied, and what is said of the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helpers.sentences import complete
from helpers.town import ALL, BATHING, MEALS, PARKING, need_row, no_segments, residents, run_stages, survey, town
from needs_analytics.core.messages import issue_sentence
from needs_analytics.needs import list_needs
from needs_analytics.weights import weigh

if TYPE_CHECKING:
    import pandas as pd

    from needs_analytics.core.results import NeedsList

AGES = """
    community | age_low | age_high | sex | persons
    甲 | 16 | 59 | 男 | 1600
    甲 | 60 | 120 | 男 | 400
    乙 | 16 | 59 | 男 | 1600
    乙 | 60 | 120 | 男 | 400
"""
PLACES = "community | persons\n甲 | 2000\n乙 | 2000\n丙 | 2000"
MENU = {"menu": "service | needs\n助浴 | ELD02", "supply": "service | capacity\n助浴 | 100"}


def listed(*parts: pd.DataFrame, register: str) -> NeedsList:
    month = town(survey(*parts), register=register)
    return list_needs(month, weigh(month.survey, month.register), no_segments())


def told(needs: NeedsList) -> set[str]:
    return {issue.code for issue in needs.issues}


def sentences(needs: NeedsList, code: str) -> str:
    return "".join(issue_sentence(issue) for issue in complete(needs.issues) if issue.code == code)


def of_age(age: int, number: int, **wants: int | None) -> list[pd.DataFrame]:
    return [residents(number, community=place, age=age, sex="男", yes=dict(wants)) for place in "甲乙"]


def test_the_part_that_was_asked_is_not_halved_by_the_communities_that_were() -> None:
    """Half of the communities, and there the old alone: of the communities half is said, not a tenth."""
    old = residents(80, community="甲", office="甲", age=70, sex="男", yes={BATHING: 48})
    young = residents(80, community="甲", office="甲", age=40, sex="男", yes={BATHING: None, PARKING: 9})
    others = [residents(80, community="乙", office="乙", age=age, sex="男", yes={PARKING: 9}) for age in (40, 70)]
    needs = listed(old, young, *others, register=AGES)
    assert need_row(needs, BATHING)["coverage"] == pytest.approx(0.1)
    assert "问到的社区约占居民的 50%" in sentences(needs, "I620")


OLD_ONLY = [*of_age(40, 80, **{PARKING: 30, BATHING: None}), *of_age(70, 80, **{PARKING: 20, BATHING: 48})]


def test_a_need_shown_to_the_old_alone_counts_the_old_alone() -> None:
    needs = listed(*OLD_ONLY, register=AGES)
    row = need_row(needs, BATHING)
    assert row["coverage"] == pytest.approx(0.2)
    assert (row["population"], row["persons"]) == (pytest.approx(800), pytest.approx(480))
    assert (row["flag"], row["flag_reason"]) == ("慎用", "some_asked")
    assert need_row(needs, BATHING, "甲")["persons"] == pytest.approx(240)
    assert "约占居民的 20%" in sentences(needs, "I625")
    assert need_row(needs, PARKING)["flag"] == "可发布"


def test_nobody_else_is_in_its_demand() -> None:
    made = run_stages(town(survey(*OLD_ONLY), register=AGES, **MENU))
    assert made.matches.cells["demand"].sum() == pytest.approx(480)


def test_an_office_that_asks_the_old_speaks_for_the_old() -> None:
    young = of_age(40, 80, **{PARKING: 30})
    old = [part.assign(office="民政") for part in of_age(70, 80, **{BATHING: 48})]
    row = need_row(listed(*young, *old, register=AGES), BATHING)
    assert (row["persons"], row["flag_reason"]) == (pytest.approx(480), "some_asked")


def test_a_community_asked_in_full_is_as_good_as_if_all_had_been() -> None:
    asked = residents(200, community="甲", office="甲", yes={MEALS: 80})
    others = [residents(200, community=place, office=place, yes={PARKING: 50}) for place in "乙丙"]
    needs = listed(asked, *others, register=PLACES)
    own, whole = need_row(needs, MEALS, "甲"), need_row(needs, MEALS)
    assert (own["coverage"], own["flag"]) == (1.0, "可发布")
    assert whole["coverage"] == pytest.approx(1 / 3, abs=1e-6)
    assert whole["flag"] != "可发布"
    assert need_row(needs, MEALS, "乙")["coverage"] == 0
    assert "问到的社区约占居民的 33%" in sentences(needs, "I620")


def test_few_replies_are_not_called_not_asked() -> None:
    parts = residents(200, community="甲", yes={MEALS: 60}), residents(4, community="乙", yes={MEALS: 1})
    needs = listed(*parts, register="community | persons\n甲 | 3000\n乙 | 1000")
    assert need_row(needs, MEALS)["flag_reason"] == "few_replied"
    assert "I626" in told(needs)
    assert "I620" not in told(needs)


def test_a_community_that_sent_nothing_is_not_called_not_asked() -> None:
    parts = [residents(200, community=place, yes={MEALS: 60}) for place in "甲乙"]
    needs = listed(*parts, register=PLACES)
    row = need_row(needs, MEALS)
    assert (row["coverage"], row["flag_reason"]) == (pytest.approx(2 / 3), "silent_place")
    assert need_row(needs, MEALS, "甲")["flag"] == "可发布"
    assert told(needs).isdisjoint({"I620", "I625", "I626"})


def test_half_the_residents_in_no_answer_are_missed() -> None:
    women = residents(240, community="甲", age=40, sex="女", yes={MEALS: 100})
    register = "community | age_low | age_high | sex | persons\n甲|16|120|男|2500\n甲|16|120|女|2500"
    row = need_row(listed(women, register=register), MEALS)
    assert (row["coverage"], row["flag"], row["flag_reason"]) == (pytest.approx(0.5), "慎用", "silent_class")


HOUSEHOLDS = """
    community | age_low | age_high | sex | persons
    甲 | 16 | 120 | 男 | 800
    乙 | 16 | 120 | 男 | 800
"""


def test_forms_for_households_take_nobody_out_of_the_demand() -> None:
    """Sixty forms without a person's age, sex or needs stand in 甲 beside forty answers, half of which want a bath."""
    answers = [residents(40, community=place, age=50, sex="男", yes={BATHING: 20}) for place in "甲乙"]
    forms = residents(60, community="甲", office="户表", age=None, sex=None, yes={BATHING: None})
    needs = listed(*answers, forms, register=HOUSEHOLDS)
    for place in "甲乙":
        assert need_row(needs, BATHING, place)["persons"] == pytest.approx(400)
    assert need_row(needs, BATHING)["coverage"] == pytest.approx(1)


def test_a_community_with_nothing_but_forms_for_households_is_not_reached() -> None:
    answers = residents(60, community="甲", age=50, sex="男", yes={BATHING: 30})
    forms = residents(60, community="乙", office="户表", age=None, sex=None, yes={BATHING: None})
    row = need_row(listed(answers, forms, register=HOUSEHOLDS), BATHING)
    assert row["coverage"] == pytest.approx(0.5)


@pytest.mark.parametrize(("replies", "reason"), [(50, ""), (49, "unanswered")])
def test_a_question_most_left_out_is_not_published(replies: int, reason: str) -> None:
    parts = residents(replies, yes={MEALS: replies // 2}), residents(100 - replies, yes={MEALS: None})
    needs = listed(*parts, *parts, register="community | persons\n甲 | 4000")
    row = need_row(needs, MEALS)
    assert (row["flag"], row["flag_reason"]) == ("不发布" if reason else "可发布", reason)
    assert ("W627" in told(needs)) == bool(reason)


def test_a_question_nobody_answered_is_said() -> None:
    needs = listed(residents(200, yes={MEALS: 60, BATHING: None}), register="community | persons\n甲 | 4000")
    assert "“助浴”问过，但没有一份回答能用" in sentences(needs, "W643")
    assert needs.table["need"].unique().tolist() == [MEALS]


def test_who_tells_no_community_leaves_none_out() -> None:
    nowhere = residents(3, community=None, yes={MEALS: 1})
    row = need_row(listed(residents(200, yes={MEALS: 60}), nowhere, register="community | persons\n甲 | 4000"), MEALS)
    assert (row["coverage"], row["community"]) == (1.0, ALL)


def test_persons_of_an_uncounted_group_are_less_sure_than_its_share() -> None:
    has, has_not = (residents(n, groups=group, yes={MEALS: n // 2}) for n, group in ((40, "alone_elder"), (360, "")))
    needs = listed(has, has_not, register="community | persons\n甲 | 4000")
    row = need_row(needs, MEALS, group="alone_elder")
    assert row["persons_low"] < 0.97 * row["share_low"] * row["population"]
    assert row["persons_high"] > 1.03 * row["share_high"] * row["population"]
    whole = need_row(needs, MEALS)
    assert whole["persons_high"] == pytest.approx(whole["share_high"] * 4000)


def test_a_gap_that_nothing_serves_is_as_sure_as_its_need() -> None:
    parts = [residents(60, community=c, office=c, yes={BATHING: n}) for c, n in zip("甲乙", (20, 30), strict=True)]
    silent = residents(60, community="丙", office="丙", yes={PARKING: 10})
    menu = {"menu": "service | needs\n停车 | PRO05", "supply": "service | capacity\n停车 | 10"}
    made = run_stages(town(survey(*parts, silent), register=PLACES, **menu))
    need, gap = need_row(made.needs, BATHING), made.gaps.table
    row = gap[(gap["need"] == BATHING) & (gap["community"] == ALL) & (gap["segment"] == ALL)].iloc[0]
    assert row["gap"] == pytest.approx(row["demand"])
    assert row["gap_low"] / row["gap"] == pytest.approx(need["persons_low"] / need["persons"])
    assert row["gap_high"] / row["gap"] == pytest.approx(need["persons_high"] / need["persons"])


def test_a_gap_that_is_partly_served_is_no_surer_than_its_need() -> None:
    """Three of four communities were asked, so the whole is less sure than their cells; a bath serves 甲 alone."""
    parts = [
        residents(60, community=c, office=c, yes={BATHING: n}) for c, n in zip("甲乙丙", (10, 30, 50), strict=True)
    ]
    silent = residents(60, community="丁", office="丁", yes={PARKING: 10})
    menu = {"menu": "service | needs\n助浴 | ELD02", "supply": "service | capacity\n助浴 | 300"}
    usage = "service | community | count\n助浴 | 甲 | 300"
    register = PLACES + "\n丁 | 2000"
    made = run_stages(town(survey(*parts, silent), register=register, usage=usage, **menu))
    need, gap = need_row(made.needs, BATHING), made.gaps.table
    row = gap[(gap["need"] == BATHING) & (gap["community"] == ALL) & (gap["segment"] == ALL)].iloc[0]
    assert 0 < row["gap"] < 0.95 * row["demand"]
    assert row["gap_low"] / row["gap"] <= need["persons_low"] / need["persons"] * (1 + 1e-9)
    assert row["gap_high"] / row["gap"] >= need["persons_high"] / need["persons"] * (1 - 1e-9)
