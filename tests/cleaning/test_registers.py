"""Sheets of the register that disagree are told by their cells, when an office can still mend them."""

from __future__ import annotations

import pytest

from helpers.grids import sheet, take_clean
from needs_analytics.core.messages import LANGUAGES, issue_sentence

AGES = "社区|年龄段|人数\n和平社区|0-59岁|5000\n和平社区|60岁以上|1070"
SEXES = "社区|性别|人数\n和平社区|男|{}\n和平社区|女|{}"


def told(*texts: str) -> list[tuple[str, str, str, str]]:
    """Return where each contradiction is said, the other cell, and both totals."""
    found = take_clean(*(sheet(text, file=f"{number}.xlsx") for number, text in enumerate(texts)))
    return [
        (f"{issue.where.file} {issue.where.cell}", str(issue.details["there"]), str(issue.details["total"]),
         str(issue.details["other"]))
        for issue in found.issues if issue.code == "W637" and issue.where
    ]  # fmt: skip


def test_two_sheets_of_different_totals_are_told_with_both_cells() -> None:
    ((here, there, total, other),) = told(AGES, SEXES.format(2800, 3000))
    assert (here, total, other) == ("0.xlsx C2", "6070", "5800")
    assert there.startswith("1.xlsx·")
    assert there.endswith("·C2")


def test_sheets_that_agree_but_for_rounding_are_not() -> None:
    assert told(AGES, SEXES.format(3050, 3060)) == []


@pytest.mark.parametrize(("adults", "clash"), [(4800, 0), (6400, 1)])
def test_a_sheet_of_adults_may_count_fewer_than_one_of_everybody_but_not_more(adults: int, clash: int) -> None:
    grown = f"社区|年龄段|人数\n和平社区|18-59岁|{adults - 1000}\n和平社区|60岁以上|1000"
    assert len(told(SEXES.format(3000, 3000), grown)) == clash


def test_men_are_compared_where_everybody_agrees() -> None:
    crossed = "社区|年龄段|性别|人数\n" + "\n".join(
        f"和平社区|{age}|{sex}|{count}" for age, sex, count in
        (("0-59岁", "男", 2000), ("0-59岁", "女", 3000), ("60岁以上", "男", 500), ("60岁以上", "女", 500))
    )  # fmt: skip
    ((_, _, total, other),) = told(crossed, SEXES.format(3000, 3000))
    assert (total, other) == ("2500", "3000")


def test_other_communities_are_other_residents() -> None:
    assert told(AGES, SEXES.format(10, 12).replace("和平", "光明")) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_said_with_the_other_place(language: str) -> None:
    found = take_clean(sheet(AGES, file="a.xlsx"), sheet(SEXES.format(1000, 1000), file="b.xlsx"))
    (issue,) = [issue for issue in found.issues if issue.code == "W637"]
    assert "b.xlsx" in issue_sentence(issue, language)
    assert "2000" in issue_sentence(issue, language)
