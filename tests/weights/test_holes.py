"""Ages or sexes a community does not tell: filled as the others have them, or said; worked out by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helpers.town import table
from needs_analytics.core.messages import issue_sentence
from needs_analytics.weights.population import target_population

if TYPE_CHECKING:
    from needs_analytics.core.issue import Issue

BANDS = "community|age_low|age_high|persons\n"
SEXES = "community|age_low|age_high|sex|persons\n"
FULL = "甲|16|59|300\n甲|60|120|100\n"


def counted(rows: str, *, youngest: int = 16) -> tuple[dict[str, float], list[Issue]]:
    """Return the persons of every community and what was said."""
    population, issues = target_population(table("register", rows), youngest)
    assert population.total == pytest.approx(population.cells["persons"].sum())
    return population.communities.to_dict(), issues


def said(issues: list[Issue], code: str) -> list[str]:
    return [issue_sentence(issue) for issue in issues if issue.code == code]


def test_the_young_are_filled_in_the_proportion_of_the_others_old() -> None:
    """甲 has 300 young beside 100 old; 乙 tells 50 old: 150 young are added."""
    persons, issues = counted(f"{BANDS}{FULL}乙|60|120|50")
    assert persons == pytest.approx({"甲": 400, "乙": 200})
    assert "乙 的人口底册缺 16-59岁：现有 50 人，按其他社区的构成补 150 人" in said(issues, "W604")[0]


def test_the_missing_sex_is_filled_band_by_band() -> None:
    persons, issues = counted(
        f"{SEXES}甲|16|59|男|100\n甲|16|59|女|200\n甲|60|120|男|50\n甲|60|120|女|150\n乙|16|59|男|40\n乙|60|120|男|20"
    )
    assert persons == pytest.approx({"甲": 500, "乙": 60 + 350 * 60 / 150})
    assert "缺 女" in said(issues, "W604")[0]


def test_a_gap_between_two_bands_is_a_hole() -> None:
    persons, issues = counted(f"{BANDS}甲|16|39|200\n甲|40|59|100\n甲|60|120|100\n乙|16|39|40\n乙|60|120|20")
    assert persons == pytest.approx({"甲": 400, "乙": 80})
    assert "缺 40-59岁" in said(issues, "W604")[0]


def test_a_gap_after_a_first_band_up_to_18_begins_behind_it() -> None:
    _, issues = counted(f"{BANDS}甲|16|18|20\n甲|25|120|400")
    assert "缺 19-24岁" in said(issues, "W605")[0]


def test_two_gaps_are_two_holes() -> None:
    persons, issues = counted(
        f"{BANDS}甲|16|39|200\n甲|40|59|100\n甲|60|79|60\n甲|80|120|40\n乙|40|59|50\n乙|80|120|20"
    )
    assert persons == pytest.approx({"甲": 400, "乙": 70 + 260 * 70 / 140})
    assert "缺 16-39岁、60-79岁" in said(issues, "W604")[0]


@pytest.mark.parametrize(("first", "hole"), [(17, None), (18, None), (19, "16-18岁"), (25, "16-24岁")])
def test_registers_that_begin_at_18_are_not_said_to_lack_anybody(first: int, hole: str | None) -> None:
    persons, issues = counted(f"{BANDS}甲|{first}|120|400\n乙|{first}|120|100")
    assert [hole in sentence for sentence in said(issues, "W605")] == ([True] * 2 if hole else [])
    assert sum(persons.values()) == pytest.approx(500)


def test_a_hole_begins_at_the_youngest_age_of_the_target_population() -> None:
    _, issues = counted(f"{BANDS}甲|25|120|400\n乙|25|120|100", youngest=20)
    assert ["缺 20-24岁" in sentence for sentence in said(issues, "W605")] == [True, True]


@pytest.mark.parametrize(("last", "lacks"), [(88, True), (89, True), (90, False), (99, False)])
def test_a_count_up_to_90_lacks_nobody_at_the_end(last: int, lacks: bool) -> None:
    _, issues = counted(f"{BANDS}甲|16|{last}|400\n乙|16|{last}|100")
    assert len(said(issues, "W605")) == 2 * lacks
    assert all(f"{last + 1}岁以上" in sentence for sentence in said(issues, "W605"))


def test_bands_that_overlap_the_hole_in_part_do_not_fill_it() -> None:
    """甲's 30-120 holds 30-59 and 60岁以上 undivided: 乙's young cannot be told from it."""
    persons, issues = counted(f"{BANDS}甲|16|29|100\n甲|30|120|300\n乙|60|120|50")
    assert persons == pytest.approx({"甲": 400, "乙": 50})
    assert "16-59岁" in said(issues, "W605")[0]
    assert said(issues, "W604") == []


def test_a_band_that_shares_one_year_with_the_hole_does_not_fill_it() -> None:
    persons, issues = counted(f"{BANDS}甲|16|40|200\n甲|41|59|100\n甲|60|120|100\n乙|16|39|40\n乙|60|120|20")
    assert persons == pytest.approx({"甲": 400, "乙": 60})
    assert "40-59岁" in said(issues, "W605")[0]


def test_a_community_that_does_not_tell_sexes_fills_none() -> None:
    persons, issues = counted(f"{SEXES}甲|16|59|-|300\n甲|60|120|-|100\n乙|60|120|男|30\n乙|60|120|女|20")
    assert persons == pytest.approx({"甲": 400, "乙": 50})
    assert "16-59岁" in said(issues, "W605")[0]


def test_a_community_with_a_hole_fills_no_other() -> None:
    persons, issues = counted(f"{BANDS}甲|16|59|300\n乙|60|120|50")
    assert persons == pytest.approx({"甲": 300, "乙": 50})
    assert [issue.value for issue in issues if issue.code == "W605"] == ["乙", "甲"]


def test_what_was_filled_keeps_the_children_apart() -> None:
    """Of 乙's 60 the ten children are off before 150 young are added to its 50 old."""
    persons, _ = counted(f"{BANDS}{FULL}甲|0|15|100\n乙|0|15|10\n乙|60|120|50")
    assert persons == pytest.approx({"甲": 400, "乙": 200})
