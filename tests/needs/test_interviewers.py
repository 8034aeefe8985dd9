"""Where answers differ by who asked, intervals are as wide as that makes them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from helpers.town import ALL, BATHING, MEALS, no_segments, residents, survey, town
from needs_analytics.cleaning.careless import interviewer_effect
from needs_analytics.needs import list_needs
from needs_analytics.weights import weigh

PLACES = "community | grid | population\n甲 | 1 | 600\n甲 | 2 | 600"
REGISTER = "community|age_low|age_high|sex|persons\n甲|16|120|男|1200\n"
EACH = 40
YES = (4, 12, 20, 28, 36, 20)  # of EACH


def listed(*, told: bool = True, grids: bool = False, differs: bool = True) -> tuple[pd.DataFrame, float]:
    """Return the estimates of all residents, and the correlation, where six interviewers asked 40 each."""
    parts = [
        residents(EACH, community="甲", age=40, sex="男", yes={MEALS: yes, BATHING: 20},
                  **({"grid": "12"[number % 2]} if grids else {}))
        for number, yes in enumerate(YES)
    ]  # fmt: skip
    answers = survey(*parts)
    answers["interviewer"] = [f"i{place // EACH}" for place in range(len(answers))]
    answers["row"] = range(len(answers))
    month = town(answers, register=REGISTER, **({"places": PLACES} if grids else {}))
    effect = interviewer_effect(month.survey)
    effect = effect if differs else effect.assign(differs=False)
    month = replace(month, interviewers=effect if told else effect.iloc[:0])
    table = list_needs(month, weigh(month.survey, month.register), no_segments()).table
    rows = table[(table["segment"] == ALL) & (table["group"] == ALL)]
    return rows, float(effect.set_index("need")["icc"].get(MEALS, np.nan))


def row(table: pd.DataFrame, need: str, grid: str = ALL) -> pd.Series:
    return table[(table["need"] == need) & (table["community"] == "甲") & (table["grid"] == grid)].iloc[0]


def test_an_answer_is_worth_what_the_design_effect_leaves_of_it() -> None:
    (alike, _), (table, icc) = listed(told=False), listed()
    assert icc > 0.2
    before, after = row(alike, MEALS), row(table, MEALS)
    assert after["share"] == before["share"] == 0.5
    more = icc * (1 / 6 - 1 / 240)
    assert after["n_eff"] == pytest.approx(1 / (1 / before["n_eff"] + more))
    assert 240 / after["n_eff"] == pytest.approx(1 + (EACH - 1) * icc, rel=0.01)
    assert after["share_se"] ** 2 == pytest.approx(before["share_se"] ** 2 + 0.25 * more)
    assert after["share_low"] < before["share_low"] < before["share_high"] < after["share_high"]
    assert after["persons_high"] == pytest.approx(1200 * after["share_high"])


def test_five_degrees_of_freedom_are_not_many() -> None:
    """Of a normal interval of that error; the limits lie further out."""
    table, _ = listed()
    found = row(table, MEALS)
    assert found["share_high"] - 0.5 > 1.15 * 1.96 * found["share_se"]


def test_it_is_said_and_only_of_the_needs_that_differ() -> None:
    table, _ = listed()
    (plain, _) = listed(told=False)
    assert "wide" in row(table, MEALS)["flag_reason"]
    figures = ["share", "share_low", "share_high", "n_eff", "flag", "flag_reason"]
    assert row(table, BATHING)[figures].tolist() == row(plain, BATHING)[figures].tolist()


@pytest.mark.parametrize("options", [{"told": False}, {"differs": False}])
def test_what_is_not_told_or_no_difference_changes_nothing(options: dict[str, bool]) -> None:
    figures = ["share_low", "share_high", "n_eff", "share_se"]
    (one, _), (other, _) = listed(told=False), listed(**options)
    assert row(one, MEALS)[figures].tolist() == row(other, MEALS)[figures].tolist()
    assert "interviewer" not in row(other, MEALS)["flag_reason"]


def test_a_grid_may_be_one_interviewers() -> None:
    (plain, _), (table, icc) = listed(told=False, grids=True), listed(grids=True)
    before, after = row(plain, MEALS, "1"), row(table, MEALS, "1")
    assert after["share"] == pytest.approx(before["share"])
    spread = 1.96 * np.sqrt(icc * after["share"] * (1 - after["share"]))
    assert after["share_high"] - after["share"] >= min(spread, 1 - after["share"])
    assert after["flag"] == "不发布"


def test_a_small_difference_is_caution() -> None:
    effect = pd.DataFrame({"need": [MEALS], "interviewers": [6], "icc": [0.002], "differs": [True]})
    answers = survey(residents(1200, community="甲", age=40, sex="男", yes={MEALS: 600}))
    answers["interviewer"] = [f"i{place % 40}" for place in range(1200)]
    month = replace(town(answers, register=REGISTER), interviewers=effect)
    found = row(list_needs(month, weigh(month.survey, month.register), no_segments()).table, MEALS)
    assert (found["flag"], found["flag_reason"]) == ("慎用", "interviewer")


def test_nobody_told_who_asked_adds_nothing() -> None:
    effect = pd.DataFrame({"need": [MEALS, "none"], "interviewers": [6, 6], "icc": [0.2, 0.2], "differs": [True] * 2})
    answers = survey(residents(100, community="甲", age=40, sex="男", yes={MEALS: 50}))
    answers["interviewer"] = None
    plain = town(answers, register=REGISTER)
    weights = weigh(plain.survey, plain.register)
    rows = [row(list_needs(month, weights, no_segments()).table, MEALS)
            for month in (plain, replace(plain, interviewers=effect))]  # fmt: skip
    figures = ["share_low", "share_high", "n_eff", "share_se"]
    assert rows[0][figures].tolist() == rows[1][figures].tolist()
