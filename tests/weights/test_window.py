"""A month without a survey: answers of the months before, each the latest of its person, lighter with age."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from helpers.town import MEALS, residents, survey, town
from needs_analytics.weights import weigh, with_older_answers

if TYPE_CHECKING:
    from needs_analytics.core.records import Cleaned

REGISTER = """
    community | age_low | age_high | sex | persons
    甲 | 16 | 120 | 男 | 1000
"""
NOW = "2026-10"


def month(name: str, people: range, *, yes: int = 0, **traits: Any) -> Cleaned:
    rows = survey(residents(len(people), age=40, sex="男", yes={MEALS: yes}, **traits))
    rows = rows.assign(month=name, person_key=[f"p{number}" for number in people])
    return town(rows.assign(answer_id=name + rows["answer_id"]), month=name, register=REGISTER)


def without_survey() -> Cleaned:
    return town(None, month=NOW, register=REGISTER)


def test_a_month_with_a_survey_stays_by_itself() -> None:
    own = month(NOW, range(30))
    assert with_older_answers(own, [month("2026-09", range(40, 70))]) is own


def test_a_month_without_any_answers_stays_without() -> None:
    empty = without_survey()
    assert with_older_answers(empty, [town(None, month="2026-09")]) is empty


def test_the_questions_are_the_months_own_or_those_of_the_latest_survey() -> None:
    older = [month("2026-08", range(20)), month("2026-09", range(20, 50), yes=3)]
    assert with_older_answers(without_survey(), older).questions is older[1].questions
    asked = replace(without_survey(), questions=older[0].questions)
    assert with_older_answers(asked, older).questions is older[0].questions


def test_an_answer_weighs_half_for_every_month_of_age() -> None:
    found = with_older_answers(without_survey(), [month("2026-08", range(20)), month("2026-09", range(20, 50))])
    weights = found.survey.groupby("month")["base_weight"].agg(["size", "min", "max"])
    assert weights.loc["2026-09"].tolist() == [30, 0.5, 0.5]
    assert weights.loc["2026-08"].tolist() == [20, 0.25, 0.25]


def test_base_weights_of_different_surveys_are_brought_to_one_mean() -> None:
    """One survey's base weights sum to the residents, another has none: both count by their answers."""
    thousands = month("2026-09", range(4), base_weight=[100.0, 300.0, 200.0, None])
    found = with_older_answers(without_survey(), [thousands, month("2026-08", range(10, 12))])
    assert found.survey.sort_values("answer_id")["base_weight"].tolist() == [0.25, 0.25, 0.25, 0.75, 0.5, 0.5]


def test_base_weights_below_one_are_base_weights() -> None:
    halves = month("2026-09", range(2), base_weight=[0.5, 1.0])
    found = with_older_answers(without_survey(), [halves]).survey
    assert found["base_weight"].tolist() == pytest.approx([1 / 3, 2 / 3])


def test_the_latest_answer_of_a_person_counts_and_the_unknown_are_kept() -> None:
    older, newer = month("2026-08", range(10), yes=10), month("2026-09", range(5, 15))
    older.survey.loc[0:1, "person_key"] = None
    found = with_older_answers(without_survey(), [newer, older]).survey
    assert found.groupby("month").size().to_dict() == {"2026-08": 5, "2026-09": 10}
    assert found["person_key"].isna().sum() == 2
    assert found.loc[found["month"] == "2026-09", f"need:{MEALS}"].eq(0).all()


def test_the_effective_sample_drops_with_age() -> None:
    """Kish by hand: (40·½ + 40·¼)² / (40·½² + 40·¼²) = 72 of 80 answers."""
    found = with_older_answers(without_survey(), [month("2026-09", range(40)), month("2026-08", range(40, 80))])
    weights = weigh(found.survey, found.register)
    assert weights.status == "raked"
    assert weights.n_eff == pytest.approx(72)
    assert weights.table["weight"].sum() == pytest.approx(1000)
    newer = found.survey["month"].eq("2026-09").to_numpy()
    ratio = weights.table["weight"][newer].mean() / weights.table["weight"][~newer].mean()
    assert ratio == pytest.approx(2)


def test_it_is_said_of_when_the_answers_are() -> None:
    found = with_older_answers(without_survey(), [month("2026-09", range(5)), month("2026-08", range(10, 15))])
    issue = found.issues[-1]
    assert (issue.code, issue.value) == ("I624", "2026-08、2026-09")
    assert issue.details["rule"] == "2026-09 ×0.5、2026-08 ×0.25"
    assert set(found.survey["file"]) == {"2026-08/survey.xlsx", "2026-09/survey.xlsx"}


def test_age_goes_over_the_new_year() -> None:
    january = town(None, month="2027-01", register=REGISTER)
    found = with_older_answers(january, [month("2026-11", range(5))])
    assert set(found.survey["base_weight"]) == {0.25}


def test_a_need_asked_in_one_of_the_months_is_unknown_in_the_other() -> None:
    asked = month("2026-09", range(5), yes=5)
    other = month("2026-08", range(10, 15))
    other = replace(other, survey=other.survey.drop(columns=f"need:{MEALS}"))
    found = with_older_answers(without_survey(), [asked, other]).survey
    pd.testing.assert_series_equal(
        found.groupby("month")[f"need:{MEALS}"].count(), pd.Series({"2026-08": 0, "2026-09": 5}), check_names=False
    )


def test_one_file_left_in_two_months_counts_once() -> None:
    newer = month("2026-09", range(10))
    ids, nobody = newer.survey["answer_id"].to_numpy(), {"person_key": None}
    older = replace(newer, month=month("2026-08", range(1)).month)
    older = replace(older, survey=newer.survey.assign(month="2026-08", **nobody))
    newer = replace(newer, survey=newer.survey.assign(**nobody))
    found = with_older_answers(without_survey(), [newer, older]).survey
    assert found["answer_id"].tolist() == ids.tolist()
    assert set(found["month"]) == {"2026-09"}
