"""Careless answers, interviewers who differ, a month without any table: each raises its code."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from cleaning.test_careless import NEEDS, QUESTIONS, form
from helpers.grids import codes, sheet, take, take_clean
from needs_analytics.cleaning import clean
from needs_analytics.reports.check.summary import summarise

if TYPE_CHECKING:
    import pandas as pd

COPIED = [1, 7, 13, 19, 25]  # all of one interviewer
RARE = [1.0, 1, 0, 1, 0, 0, 1, 0, 0, 0, 1, 0]
ASKED = "社区|性别|您需要哪些服务\n和平社区|女|助餐、助浴\n和平社区|男|助浴"


def fast() -> pd.DataFrame:
    survey = form()
    survey.loc[[3, 50, 99], "seconds"] = [4.0, 7.0, 5.0]
    return survey


def copied() -> pd.DataFrame:
    survey = form()
    survey.loc[COPIED, [*(f"need:{need}" for need in NEEDS), "satisfaction", "participation"]] = [*RARE, 2.0, 5.0]
    return survey


def leaning() -> pd.DataFrame:
    survey = form(number=300)
    survey["need:ELD01"] = survey["interviewer"].isin(["i0", "i1"]).astype(float)
    survey.loc[::10, "need:ELD01"] = 1 - survey.loc[::10, "need:ELD01"]
    return survey


def alike() -> pd.DataFrame:
    survey = form(number=300)
    every_other = (np.arange(len(survey)) // 6 % 2).astype(float)
    return survey.assign(**{f"need:{need}": every_other for need in NEEDS})


ANSWERS = {"W430": fast, "W432": copied, "W433": leaning, "I433": alike}


@pytest.mark.parametrize("code", ["W430", "W432", "W433", "I433"])
def test_answers_raise_their_code(code: str) -> None:
    intake = take(sheet(ASKED))
    survey = ANSWERS[code]()
    survey["person_key"] = survey["answer_id"]
    found = clean(replace(intake, tables={**intake.tables, "survey": survey}, questions=QUESTIONS))
    assert code in codes(found)


def test_a_month_of_which_no_sheet_is_a_table_is_blocked() -> None:
    summary = summarise(take_clean(sheet("今天天气好|不知道\n甲|乙")))
    assert "E603" in {issue.code for issue in summary.blocking}
