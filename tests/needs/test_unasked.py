"""A need asked in some communities only: the whole's interval is wider, the asked communities' is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helpers.town import ALL, MEALS, no_segments, residents, survey, town
from needs_analytics.needs import list_needs
from needs_analytics.weights import weigh

if TYPE_CHECKING:
    import pandas as pd

REGISTER = "community|age_low|age_high|persons\n" + "\n".join(f"{c}|16|120|500" for c in "甲乙丙丁")


def listed(asked: str, wanted: tuple[int, ...] = (10, 20, 30, 40)) -> pd.DataFrame:
    """Return the estimates of a town in which only some communities are asked; so many of 60 want meals in each."""
    parts = [
        residents(60, community=c, office=c, age=40, sex="男", yes={MEALS: n if c in asked else None})
        for c, n in zip("甲乙丙丁", wanted, strict=True)
    ]
    month = town(survey(*parts), register=REGISTER)
    table = list_needs(month, weigh(month.survey, month.register), no_segments()).table
    return table[(table["segment"] == ALL) & (table["group"] == ALL)].set_index("community")


def width(rows: pd.DataFrame, place: str) -> float:
    return float(rows.loc[place, "share_high"] - rows.loc[place, "share_low"])


def test_the_whole_is_told_less_surely_where_a_community_was_not_asked() -> None:
    everywhere, partly = listed("甲乙丙丁", (10, 30, 50, 30)), listed("甲乙丙", (10, 30, 50, 30))
    assert partly.loc[ALL, "coverage"] == pytest.approx(0.75)
    assert width(partly, ALL) > 1.5 * width(everywhere, ALL)
    assert partly.loc[ALL, "share_low"] <= partly.loc[ALL, "share"] <= partly.loc[ALL, "share_high"]
    assert partly.loc[ALL, "persons_high"] == pytest.approx(2000 * partly.loc[ALL, "share_high"])


def test_the_more_communities_differ_the_less_is_known_of_the_one_left_out() -> None:
    assert width(listed("甲乙丙", (5, 30, 55, 30)), ALL) > width(listed("甲乙丙", (28, 30, 32, 30)), ALL)


def test_what_was_asked_stays_as_sure() -> None:
    assert width(listed("甲乙丙"), "甲") == pytest.approx(width(listed("甲乙丙丁"), "甲"))


def test_one_community_alone_still_does_not_speak_for_all() -> None:
    partly = listed("甲")
    assert width(partly, ALL) > width(partly, "甲")
