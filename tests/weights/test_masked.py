"""Register cells without a figure: masked is never 0."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.town import MEALS, codes, need_row, no_segments, residents, survey, table, town
from needs_analytics.core.messages import issue_sentence
from needs_analytics.needs import list_needs
from needs_analytics.weights import weigh
from needs_analytics.weights.population import target_population

CELLS = """
    community | age_low | age_high | sex | persons
    甲 | 0 | 59 | 男 | 300
    甲 | 0 | 59 | 女 | 310
    甲 | 60 | 120 | 男 | {0}
    甲 | 60 | 120 | 女 | 100
    乙 | 0 | 59 | 男 | 600
    乙 | 0 | 59 | 女 | 620
    乙 | 60 | 120 | 男 | 240
    乙 | 60 | 120 | 女 | 200
"""


def counted(text: str) -> tuple[pd.DataFrame, float, list[tuple[str, str, object]]]:
    population, issues = target_population(table("register", text), 0)
    return population.cells, population.total, [(i.code, i.value, i.details.get("persons")) for i in issues]


def test_a_masked_cell_has_what_the_others_have() -> None:
    cells, total, issues = counted(CELLS.format("-"))
    own = cells[(cells["community"] == "甲") & (cells["age_low"] == 60) & (cells["sex"] == "男")]
    assert own["persons"].tolist() == [pytest.approx(120)]
    assert total == pytest.approx(2490)
    assert issues == [("W606", "甲", "120")]


@pytest.mark.parametrize("total", [790, 1500])
def test_a_masked_cell_is_what_the_total_leaves(total: int) -> None:
    cells, whole, issues = counted(CELLS.format("-") + f"甲 | - | - | - | {total}")
    own = cells[(cells["community"] == "甲") & (cells["age_low"] == 60) & (cells["sex"] == "男")]
    assert own["persons"].tolist() == [pytest.approx(total - 710)]
    assert whole == pytest.approx(total + 1660)
    assert issues == [("W606", "甲", f"{total - 710}")]


def test_a_cell_nothing_tells_is_said() -> None:
    population, issues = target_population(
        table("register", "community | sex | persons\n甲 | 男 | -\n甲 | 女 | 500"), 0
    )
    assert population.cells["persons"].sum() == 500
    assert [(issue.code, issue.value, issue.details["classes"]) for issue in issues] == [
        ("W607", "甲", "男"),
        ("W605", "甲", "男"),
    ]


def test_of_two_cells_the_one_that_nothing_tells_is_named() -> None:
    rows = "community | age_low | age_high | persons\n甲 | 16 | 59 | -\n甲 | 60 | 79 | 100\n甲 | 80 | 120 | -\n"
    elsewhere = "乙 | 16 | 59 | 900\n乙 | 60 | 79 | 300"
    population, issues = target_population(table("register", rows + elsewhere), 16)
    named = {issue.code: (issue.details["classes"], issue_sentence(issue)) for issue in issues}
    assert population.total == pytest.approx(100 + 300 + 1200)
    assert named["W606"][0] == "16-59岁"
    assert "300" in named["W606"][1]
    assert "按其他地方的构成" in named["W606"][1]
    assert named["W607"][0] == "80岁以上"


def test_a_masked_grid_counts_as_its_neighbours() -> None:
    rows = "community | grid | persons\n甲 | 1 | 200\n甲 | 2 | 300\n甲 | 3 | -\n乙 | 1 | 1000"
    population, issues = target_population(table("register", rows), 0)
    grids = population.places.set_index(["community", "grid"])["population"]
    assert grids["甲", "3"] == pytest.approx(250)
    assert [(issue.code, issue.details["classes"]) for issue in issues] == [("W606", "3")]


def test_the_one_community_without_a_figure_has_what_the_whole_leaves() -> None:
    population, issues = target_population(table("register", "community | persons\n甲 | 3000\n乙 | -\n- | 5000"), 0)
    assert population.communities.to_dict() == {"甲": 3000, "乙": 2000}
    assert [issue.code for issue in issues] == ["W606"]


def test_another_count_of_the_community_stands_for_a_masked_one() -> None:
    _, total, issues = counted("community | sex | persons\n甲 | 男 | -\n甲 | 女 | -\n甲 | - | 800\n乙 | - | 500")
    assert total == 1300
    assert [code for code, *_ in issues] in ([], ["W606"])


def test_counts_of_grids_stand_for_masked_men_and_women() -> None:
    rows = "community | grid | sex | persons\n甲 | - | 男 | -\n甲 | - | 女 | -\n甲 | 1 | - | 300\n甲 | 2 | - | 400"
    _, total, issues = counted(rows)
    assert total == 700
    assert issues == []


def test_a_total_that_holds_children_does_not_tell_masked_adults() -> None:
    adults = CELLS.replace("| 0 |", "| 16 |")
    cells, _, issues = counted(adults.format("-") + "甲 | - | - | - | 1500")
    own = cells[(cells["community"] == "甲") & (cells["age_low"] == 60) & (cells["sex"] == "男")]
    assert own["persons"].tolist() == [pytest.approx(120)]  # as elsewhere, not 790
    assert ("W606", "甲", "120") in issues


def test_a_community_nobody_tells_the_residents_of_makes_the_whole_doubtful() -> None:
    people = survey(
        residents(60, community="甲", age=40, sex="男", yes={MEALS: 20}),
        residents(60, community="乙", age=40, sex="男", yes={MEALS: 50}),
    )
    month = town(people, register="community | persons\n甲 | 3000\n乙 | -")
    weights = weigh(people, month.register)
    assert [(issue.code, issue.value) for issue in weights.issues] == [("W609", "乙")]
    assert weights.doubt == "residents_unknown"
    needs = list_needs(month, weights, no_segments())
    assert np.isnan(need_row(needs, MEALS, "乙")["persons"])
    assert need_row(needs, MEALS)["flag"] == "慎用"


@given(st.integers(0, 7), st.booleans())
@settings(derandomize=True, max_examples=20, deadline=None)
def test_masking_any_one_cell_never_loses_its_residents(hidden: int, total: bool) -> None:
    rows = table("register", CELLS.format(120))
    if total:
        sums = rows.groupby("community", as_index=False)["persons"].sum()
        rows = pd.concat([rows, table("register", sums.to_dict("records"))], ignore_index=True)
    masked = rows.assign(persons=rows["persons"].mask(rows.index == hidden))
    population, issues = target_population(masked, 0)
    assert population.total == pytest.approx(2490, rel=0.05)
    assert [issue.code for issue in issues] == ["W606"]


def test_nothing_is_said_where_nothing_is_masked() -> None:
    people = survey(*(residents(10, community=c, age=a, sex=s) for c in "甲乙" for a in (30, 70) for s in "男女"))
    assert codes(weigh(people, table("register", CELLS.format(120)), youngest_age=0)) == []
