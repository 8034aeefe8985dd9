"""How many live where: counted, or not told; who answered more is not where more live."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from helpers.sentences import complete
from helpers.town import ALL, MEALS, residents, run_stages, survey, town
from needs_analytics.core.messages import issue_sentence

if TYPE_CHECKING:
    import pandas as pd

    from needs_analytics.core.results import MonthResult

WHOLE = "age_low|age_high|sex|persons\n16|120|男|10000"
BY_PLACE = "community|age_low|age_high|sex|persons\n甲|16|120|男|6000\n乙|16|120|男|4000"
MENU = {"menu": "service | needs\n助餐 | ELD01", "supply": "service | capacity\n助餐 | 100"}


def month(register: str | None, numbers: dict[tuple[str, str | None], int], **given: object) -> MonthResult:
    """Return a month in which so many answered of each community and grid, two fifths of them wanting meals."""
    parts = [
        residents(number, community=community, grid=grid, age=40, sex="男", yes={MEALS: number * 2 // 5})
        for (community, grid), number in numbers.items()
    ]
    return run_stages(town(survey(*parts), register=register, **MENU, **given))


def rows(result: MonthResult, level: str = "community") -> pd.DataFrame:
    return result.needs.at(level).set_index("grid" if level == "grid" else "community")


def said(result: MonthResult) -> dict[str, str]:
    return {issue.code: issue_sentence(issue) for issue in complete(result.needs.issues)}


def test_answers_tell_no_residents_of_communities() -> None:
    result = month(WHOLE, {("甲", None): 150, ("乙", None): 50})
    found = rows(result)
    assert found["persons"].isna().all()
    assert found["population"].isna().all()
    assert found["share"].tolist() == pytest.approx([0.4, 0.4])
    assert set(found["flag_reason"]) == {"size_guessed"}
    assert "不知道甲、乙各有多少居民" in said(result)["W641"] or "不知道乙、甲各有多少居民" in said(result)["W641"]
    assert result.needs.totals()["persons"].tolist() == pytest.approx([4000])


def test_gaps_of_the_whole_are_still_told_and_those_of_the_communities_with_caution() -> None:
    gaps = month(WHOLE, {("甲", None): 150, ("乙", None): 50}).gaps
    assert gaps.at("district")["gap"].notna().all()
    assert set(gaps.at("district")["flag"]) == {"慎用"}
    assert all("spread_by_answers" in reason for reason in gaps.at("district")["flag_reason"])
    places = gaps.at("community")
    assert places["gap"].notna().all()
    assert set(places["flag"]) <= {"慎用", "不发布"}


def test_one_community_alone_is_the_whole() -> None:
    result = month(WHOLE, {("甲", None): 150})
    assert rows(result)["persons"].tolist() == pytest.approx([4000])
    assert not {"W641", "I642"} & set(said(result))


@pytest.mark.parametrize("register", [BY_PLACE, WHOLE])
def test_answers_tell_no_residents_of_grids(register: str) -> None:
    result = month(register, {("甲", "1"): 90, ("甲", "2"): 60, ("乙", "3"): 50})
    grids = rows(result, "grid")
    untold = ["1", "2"] if register == BY_PLACE else ["1", "2", "3"]
    assert sorted(grids.index[grids["persons"].isna()]) == untold
    assert grids.loc[untold, "share"].notna().all()
    assert all("size_guessed" in reason for reason in grids.loc[untold, "flag_reason"])
    assert ("I642" in said(result)) == (register == BY_PLACE)
    assert rows(result)["persons"].notna().all() == (register == BY_PLACE)


def test_households_of_a_list_of_grids_are_counts() -> None:
    listed = "community | grid | households\n甲 | 1 | 100\n甲 | 2 | 300"
    result = month(BY_PLACE, {("甲", "1"): 90, ("甲", "2"): 60, ("乙", None): 50}, places=listed)
    assert rows(result, "grid")["population"].tolist() == pytest.approx([1500, 4500])
    assert not {"W641", "I642"} & set(said(result))


def test_grids_of_a_town_without_communities_add_up_to_it() -> None:
    """Also where they are listed: what is spread is the town, once."""
    listed = "community | grid | households\n甲 | 1 | 100\n甲 | 2 | 300\n乙 | 3 | 200"
    result = month(WHOLE, {("甲", "1"): 90, ("甲", "2"): 60, ("乙", "3"): 50}, places=listed)
    places = result.needs.places.set_index("grid")["population"]
    assert places.sum() == pytest.approx(10000)
    assert places["2"] == pytest.approx(3 * places["1"])
    assert np.isnan(rows(result, "grid").loc["2", "persons"])


def test_without_a_register_nobody_is_counted_and_nothing_is_missed_by_place() -> None:
    result = month(
        None,
        {("甲", None): 150, ("乙", None): 50},
    )
    found = result.needs.table[(result.needs.table["segment"] == ALL) & (result.needs.table["group"] == ALL)]
    assert found["persons"].isna().all()
    assert found["coverage"].tolist() == [1.0, 1.0, 1.0]
    assert not any("silent_place" in reason for reason in found["flag_reason"])
    assert not {"W641", "I642"} & set(said(result))
