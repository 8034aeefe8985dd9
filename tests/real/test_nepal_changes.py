"""From round 4 to round 5: what may be compared, and what is called a change."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from needs_analytics.pipeline import run_month

from . import nepal_raw
from .conftest import NEPAL, Nepal
from .test_nepal import MONTHS, whole_people
from .workspaces import build_workspace

if TYPE_CHECKING:
    from pathlib import Path

LINKED = ("A1OD", "A2OD", "A3OD")
UP, DOWN, SAME, UNCLEAR = "明显上升", "明显下降", "无明显变化", "样本不足，暂不能判断"


def letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


@pytest.mark.parametrize("month", MONTHS)
def test_the_index_has_the_three_questions_of_both_rounds(nepal_folder: Path, month: str) -> None:
    """Letter by letter but for one slip (``prpblem``); the dictionary carries the index's codes as question number."""
    index = pd.read_excel(nepal_folder / nepal_raw.INDEX, engine="calamine").set_index("Code")
    questions = index.loc[list(LINKED)]
    assert set(questions["Edition"]) == {"October - December"}
    name = {"2015-10": "questions_round4.csv", "2015-11": "questions_round5.csv"}[month]
    dictionary = pd.read_csv(NEPAL / name, dtype=str, keep_default_na=False)
    told = dictionary[dictionary["名次位置"] != ""]
    assert set(told["题目编号"]) == {"–".join((LINKED[0], LINKED[-1]))}
    headers = pd.read_excel(nepal_folder / nepal_raw.ROUNDS[month], engine="calamine", nrows=0).columns
    assert set(told["题目"]) <= set(headers)
    for wording, header in zip(questions["Question"], told["题目"], strict=True):
        assert SequenceMatcher(None, letters(wording), letters(header)).ratio() > 0.96


def test_both_dictionaries_know_the_same_problems() -> None:
    needs = [
        set(pd.read_csv(NEPAL / f"questions_round{number}.csv", dtype=str, keep_default_na=False)["对应需求"]) - {""}
        for number in (4, 5)
    ]
    assert needs[0] == needs[1] == {*nepal_raw.PROBLEMS.values(), "其他"}


def test_the_first_round_has_nothing_to_be_compared_with(nepal: Nepal) -> None:
    assert set(nepal.results["2015-10"].needs.table["change"]) == {"/"}


def test_changes_are_differences_of_the_plain_counts(nepal: Nepal) -> None:
    first, second = (nepal_raw.named_shares(nepal.raw[month])["share"] for month in MONTHS)
    table = whole_people(nepal.results["2015-11"])
    np.testing.assert_allclose(table["change_diff"], (second - first)[table.index], atol=1e-12)
    assert (table["change_low"] <= table["change_diff"]).all()
    assert (table["change_diff"] <= table["change_high"]).all()
    assert set(table["change"]) <= {UP, DOWN, SAME, UNCLEAR}


def test_no_change_is_said_only_within_five_points(nepal: Nepal) -> None:
    table = whole_people(nepal.results["2015-11"])
    within = (table["change_low"] > -0.05) & (table["change_high"] < 0.05)
    assert ((table["change"] == SAME) == (within & ~table["change"].isin([UP, DOWN]))).all()
    assert table.loc[("全部", "食物"), "change"] == SAME


def test_nothing_is_called_a_change_that_the_villages_do_not_bear_out(nepal: Nepal) -> None:
    """With answers drawn one by one six of the twelve problems would be called changed; with villages none is."""
    totals = nepal.results["2015-11"].needs.totals().set_index("need_name")
    for problem in nepal_raw.PROBLEMS.values():
        spread = np.hypot(*(nepal_raw.village_error(nepal.raw[month], problem) for month in MONTHS))
        if totals.loc[problem, "change"] in {UP, DOWN}:
            assert abs(totals.loc[problem, "change_diff"]) > 1.96 * spread
        assert totals.loc[problem, "change_high"] - totals.loc[problem, "change_low"] > 3.5 * spread


def test_questions_the_dictionary_does_not_link_are_not_compared(nepal_folder: Path, tmp_path: Path) -> None:
    """The question number of the dictionary is the crosswalk: another number is another question."""
    dictionaries = dict(zip(MONTHS, ("questions_round4.csv", "questions_round5.csv"), strict=True))
    months = {month: [nepal_folder / nepal_raw.ROUNDS[month], NEPAL / dictionaries[month]] for month in MONTHS}
    renumbered = {"questions_round5.csv": lambda text: text.replace("A1OD–A3OD", "Z1–Z3")}
    workspace = build_workspace(tmp_path / "灾区", NEPAL, months, renumbered)
    workspace.store.keep(run_month(workspace, "2015-10"))
    assert set(run_month(workspace, "2015-11").needs.table["change"]) == {"/"}
