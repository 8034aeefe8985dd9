"""Careless and copied answers: planted ones are flagged with their evidence, honest ones are not, none is dropped."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import needs_analytics
from helpers.grids import cells, codes, take, take_clean, told
from helpers.town import table
from needs_analytics.cleaning import clean
from needs_analytics.cleaning.careless import find_careless, interviewer_effect
from needs_analytics.core.options import CleaningOptions

NEEDS = [f"ELD{number:02d}" for number in range(1, 13)]
QUESTIONS = pd.DataFrame({"office": "和平社区", "question": [f"Q{number}" for number in range(12)]})
OPTIONS = ("助餐", "助浴", "助洁", "助医", "日间照料")


def form(number: int = 240, interviewers: int = 6, seed: int = 0, times: int = 1, **columns: object) -> pd.DataFrame:
    """Return honest answers to twelve needs, or so many times twelve, and other columns."""
    rng = np.random.default_rng(seed)
    yes = rng.random((number, times * len(NEEDS))) < np.tile(np.linspace(0.1, 0.6, len(NEEDS)), times)
    names = [f"need:{need}{'x' * copy}" for copy in range(times) for need in NEEDS]
    frame = pd.DataFrame(yes.astype(float), columns=names)
    frame["interviewer"] = [f"i{place % interviewers}" for place in range(number)]
    frame["seconds"] = rng.lognormal(5.4, 0.45, number).round()
    frame["satisfaction"], frame["participation"] = rng.integers(1, 6, number), rng.integers(1, 6, number)
    frame["answer_id"], frame["office"], frame["community"] = (
        [f"a{place}" for place in range(number)],
        "和平社区",
        "和平社区",
    )
    return table("survey", frame.assign(month="2026-10", **columns))


def flagged(survey: pd.DataFrame, kind: str) -> set[int]:
    """Return the positions of the answers with one kind of doubt."""
    found = find_careless(survey, QUESTIONS)
    return set((found.loc[found["kind"] == kind, "row"] - 2).tolist())


def test_who_answers_in_no_time_is_flagged() -> None:
    survey = form()
    survey.loc[[3, 50, 99], "seconds"] = [4.0, 7.0, 5.0]
    assert flagged(survey, "speed") == {3, 50, 99}


def test_a_form_that_all_answer_fast_has_no_speeders() -> None:
    survey = form()
    assert len(flagged(survey.assign(seconds=survey["seconds"] / 30), "speed")) <= 0.01 * len(survey)


def test_a_fast_reader_of_a_long_form_is_no_speeder() -> None:
    survey = form()
    survey.loc[3, "seconds"] = 45.0
    assert flagged(survey, "speed") == set()


def test_times_of_a_few_answers_say_nothing() -> None:
    survey = form(number=12)
    survey.loc[3, "seconds"] = 2.0
    assert flagged(survey, "speed") == set()


def test_one_step_throughout_is_flagged_where_others_vary() -> None:
    steps = np.zeros(240)
    steps[[5, 6]] = 8.0
    assert flagged(form(same_step=steps), "straight") == {5, 6}
    assert flagged(form(same_step=np.where(steps > 0, 4.0, 0.0)), "straight") == set()


def test_where_many_give_one_step_it_is_what_they_think() -> None:
    assert flagged(form(same_step=np.where(np.arange(240) % 3 == 0, 8.0, 0.0)), "straight") == set()


def test_answers_copied_by_one_interviewer_are_flagged() -> None:
    survey, answers = form(), [f"need:{need}" for need in NEEDS]
    copied = [7, 13, 19, 25]  # all of interviewer i1
    rare = np.array([1.0, 1, 0, 1, 0, 0, 1, 0, 0, 0, 1, 0])
    survey.loc[[1, *copied], [*answers, "satisfaction", "participation"]] = [*rare, 2.0, 5.0]
    assert flagged(survey, "copy") >= set(copied)


@pytest.mark.parametrize("seed", range(3))
def test_copies_with_two_answers_changed_are_found_where_enough_is_asked(seed: int) -> None:
    survey, rng = form(seed=seed, times=3), np.random.default_rng(seed)
    answers = [name for name in survey if name.startswith("need:")]
    copied = [7, 13, 19, 25, 31]  # from answer 1 of the same interviewer
    survey.loc[copied, answers] = survey.loc[1, answers].to_numpy(float)
    for row in copied:
        turned = rng.choice(answers, 2, replace=False)
        survey.loc[row, turned] = 1 - survey.loc[row, turned].astype(float)
    assert len(flagged(survey, "copy") & set(copied)) >= 4


def test_equal_answers_of_different_interviewers_are_no_copies() -> None:
    survey = form()
    survey.loc[[0, 1, 2], [f"need:{need}" for need in NEEDS]] = np.array([1.0, 1, 0, 1, 0, 0, 1, 0, 0, 0, 1, 0])
    assert not flagged(survey, "copy") & {0, 1, 2}


@pytest.mark.parametrize("seed", range(5))
def test_honest_answers_are_rarely_flagged(seed: int) -> None:
    survey = form(number=600, seed=seed)
    assert len(find_careless(survey, QUESTIONS)) <= 0.01 * 600


def test_answers_that_need_nothing_are_no_copies() -> None:
    survey = form()
    rows = np.random.default_rng(0).random(len(survey)) < 0.3
    survey.loc[rows, [f"need:{need}" for need in NEEDS]] = 0.0
    survey[["satisfaction", "participation"]] = np.nan
    assert len(flagged(survey, "copy")) <= 0.01 * 240


def test_one_interviewer_alone_can_be_compared_with_nobody() -> None:
    survey = form(interviewers=1)
    survey.loc[:, [f"need:{need}" for need in NEEDS]] = 1.0
    assert flagged(survey, "copy") == set()


def matrix(*, straight: int) -> list[list[object]]:
    """Return a sheet with a matrix of satisfaction: some give one step throughout."""
    rng = np.random.default_rng(1)
    items = [f"您对{need}服务的需要程度（1-5分，5分最需要）" for need in OPTIONS]
    steps = [5.0, 4.0, 3.0, 2.0, 1.0]
    rows = [[f"{row}", "和平社区", "女", 70.0, *rng.choice(steps, len(items))] for row in range(60)]
    for row in range(straight):
        rows[row][4:] = [steps[0]] * len(items)
    return [["序号", "社区", "性别", "年龄", *items], *rows]


def test_a_matrix_answered_with_one_step_is_flagged_by_row_and_kept() -> None:
    found = take_clean(cells(matrix(straight=3)))
    assert {cell for cell, _ in told(found, "W431")} == {"2"}
    assert {2, 3, 4} <= set(found.doubtful["row"])
    assert len(found.survey) == 60


def test_doubtful_answers_may_be_left_out_and_every_row_is_counted() -> None:
    intake = take(cells(matrix(straight=3)))
    found = clean(intake, options=CleaningOptions(leave_out_doubtful=True))
    assert len(found.survey) == 60 - len(found.doubtful)
    assert set(found.returned["code"]) == {"W431"}
    assert (found.counts["rows_in"] == found.counts[["kept", "merged", "returned"]].sum(axis=1)).all()


def test_what_depends_on_who_asked_is_found() -> None:
    survey = form(number=300, interviewers=6)
    survey["need:ELD01"] = (survey["interviewer"].isin(["i0", "i1"])).astype(float)
    survey.loc[::10, "need:ELD01"] = 1 - survey.loc[::10, "need:ELD01"]
    effect = interviewer_effect(survey).set_index("need")
    assert effect.loc["ELD01", "differs"]
    assert effect.loc["ELD01", "icc_low"] > 0.1
    assert effect.drop(index="ELD01")["differs"].sum() <= 1


@pytest.mark.parametrize(("number", "interviewers"), [(20, 4), (200, 2)])
def test_too_few_answers_or_interviewers_are_not_judged(number: int, interviewers: int) -> None:
    assert interviewer_effect(form(number=number, interviewers=interviewers)).empty


def test_a_month_without_interviewers_says_nothing_of_them() -> None:
    assert not {"W433", "I433"} & codes(take_clean(cells(matrix(straight=0))))


def test_who_asked_is_judged_without_loading_statistics(tmp_path: Path) -> None:
    survey = form()
    survey.to_pickle(tmp_path / "survey.pkl")
    QUESTIONS.to_pickle(tmp_path / "questions.pkl")
    script = (
        "import sys, pandas as pd\n"
        "from needs_analytics.cleaning.careless import find_careless, interviewer_effect\n"
        "survey, questions = pd.read_pickle('survey.pkl'), pd.read_pickle('questions.pkl')\n"
        "find_careless(survey, questions)\nassert len(interviewer_effect(survey))\n"
        "sys.exit('scipy' in sys.modules)"
    )
    source = str(Path(needs_analytics.__file__).parents[1])
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env=os.environ | {"PYTHONPATH": source},
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
