"""Ranks claim no more than the answers: a share of 0 or 1 is not certain, and what nobody needs is no must."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from helpers.town import ALL, BATHING, CLASSES, MEALS, PARKING, need_row, no_segments, residents, survey, town
from needs_analytics.needs import list_needs
from needs_analytics.weights import weigh

if TYPE_CHECKING:
    import pandas as pd

    from needs_analytics.core.results import NeedsList

REGISTER = "community | persons\n甲 | 2000"


def listed(answers: pd.DataFrame, register: str | None = REGISTER) -> NeedsList:
    month = town(answers, register=register)
    return list_needs(month, weigh(month.survey, month.register), no_segments())


def test_none_of_five_is_not_surely_the_last() -> None:
    answers = survey(residents(120, yes={MEALS: 56, PARKING: 36}))
    answers[f"need:{BATHING}"] = [0.0] * 5 + [np.nan] * 115
    answers[f"need:{CLASSES}"] = [1.0] * 5 + [np.nan] * 115
    needs = listed(answers)
    assert need_row(needs, BATHING)["rank_low"] < 4
    assert need_row(needs, CLASSES)["rank_high"] > 1


def test_none_of_two_hundred_is_the_last() -> None:
    needs = listed(survey(residents(200, yes={MEALS: 90, PARKING: 60, BATHING: 0})))
    assert need_row(needs, BATHING)["rank_low"] == 3


def test_what_nobody_needs_is_no_must_however_short_the_list() -> None:
    needs = listed(survey(residents(200, yes={MEALS: 90, PARKING: 60, BATHING: 0})))
    assert need_row(needs, BATHING)["tier"] == "待核"
    assert need_row(needs, MEALS)["tier"] == "必列"


def test_a_share_rests_on_no_more_answers_than_there_are() -> None:
    grids = [residents(3, grid=str(g), yes={PARKING: 3 if g % 2 else 0}) for g in range(40)]
    mixed = residents(3, grid="40", yes={PARKING: 1})
    row = need_row(listed(survey(*grids, mixed), register=None), PARKING)
    assert row["n_eff"] == row["n"] == 123
    assert row["share_high"] - row["share_low"] > 0.17  # 123 answers, one in two


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_the_answers_changes_nothing_where_households_span_grids(seed: int) -> None:
    random = np.random.default_rng(seed)
    answers = survey(
        residents(120, grid=random.choice(list("123"), 120).tolist(), household_key=[f"h{i // 2}" for i in range(120)])
    )
    answers[f"need:{MEALS}"] = (random.random(120) < 0.4).astype(float)
    other = answers.sample(frac=1, random_state=seed).reset_index(drop=True)
    first, second = (need_row(listed(given), MEALS) for given in (answers, other))
    for name in ("share", "share_se", "share_low", "share_high"):
        assert first[name] == pytest.approx(second[name], abs=1e-9)
    assert first["community"] == ALL
