"""Suggestions: every number follows from the gap table; nothing where nothing is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from helpers.town import BATHING, MEALS, need_row, residents, run_stages, survey, town
from needs_analytics.core.options import GapsOptions, Options

if TYPE_CHECKING:
    from needs_analytics.core.results import MonthResult

REGISTER = "community | age_low | age_high | sex | persons\n甲 | 16 | 120 | 男 | 400\n乙 | 16 | 120 | 男 | 400"


def month(answers: pd.DataFrame | None = None, **given: Any) -> MonthResult:
    """Return a month in which 200 of 400 residents each of 甲 and 乙 need meals."""
    usual = survey(*(residents(40, community=c, age=70, sex="男", yes={MEALS: 20}) for c in "甲乙"))
    cleaned = town(
        usual if answers is None else answers, **{"register": REGISTER, "menu": "service | needs\nS | ELD01", **given}
    )
    return run_stages(cleaned, options=Options(gaps=GapsOptions(replicates=10)))


def rows(result: MonthResult, kind: str) -> list[dict[str, Any]]:
    table = result.plans.table
    return table[table["kind"] == kind].to_dict("records")


def full(**columns: object) -> list[dict[str, object]]:
    return [{"service": "S", "capacity": 100.0, **columns}]


def test_a_full_service_grows_by_those_it_was_full_for() -> None:
    result = month(supply=full(cost_per_unit=8.0), usage="service | count\nS | 100")
    (row,) = rows(result, "expand")
    assert row["persons"] == pytest.approx(need_row(result.gaps, MEALS)["full"])
    assert (row["units"], row["cost"]) == (pytest.approx(300), pytest.approx(2400))
    assert not row["within_offer"]


def test_growth_in_units_follows_from_the_uses_of_a_person() -> None:
    menu = "service | needs | uses_per_person_month\nS | ELD01 | 20"
    (row,) = rows(month(menu=menu, supply=full(), usage="service | count\nS | 100"), "expand")
    assert (row["persons"], row["units"]) == (pytest.approx(395), pytest.approx(7900))


def test_growth_is_no_more_than_the_office_offers() -> None:
    (row,) = rows(month(supply=full(max_extra=120.0), usage="service | count\nS | 100"), "expand")
    assert row["persons"] == pytest.approx(120)
    assert row["within_offer"]


def test_a_half_empty_service_is_made_known_not_enlarged() -> None:
    result = month(supply=full(), usage="service | count\nS | 50")
    assert rows(result, "expand") == []
    (known,), (later,) = rows(result, "publicity"), rows(result, "expand_after")
    assert known["persons"] == pytest.approx(50)  # of 100 uses a month 50 are free
    assert known["persons"] + later["persons"] == pytest.approx(need_row(result.gaps, MEALS)["not_taken_up"])


def test_publicity_is_for_no_more_persons_than_there_is_room_for_whatever_the_unit() -> None:
    menu = "service | needs | uses_per_person_month\nS | ELD01;ELD02 | 4"
    answers = survey(*(residents(40, community=c, age=70, sex="男", yes={MEALS: 20, BATHING: 10}) for c in "甲乙"))
    result = month(answers, menu=menu, supply=full(capacity=400.0), usage="service | count\nS | 100")
    services = result.gaps.services.iloc[0]
    room = services["capacity_persons"] * (1 - services["utilisation"])
    made = rows(result, "publicity")
    assert len(made) == 2
    assert sum(row["persons"] for row in made) == pytest.approx(room)


def test_a_half_empty_service_with_room_for_all_needs_no_more() -> None:
    result = month(supply=full(capacity=900.0), usage="service | count\nS | 50")
    (row,) = rows(result, "publicity")
    assert row["persons"] == pytest.approx(need_row(result.gaps, MEALS)["not_taken_up"])
    assert rows(result, "expand_after") == []


def test_a_service_of_unknown_capacity_is_not_suggested_to_grow() -> None:
    result = month(supply=full(capacity=None), usage="service | count\nS | 50")
    assert not {"expand", "expand_after"} & set(result.plans.table["kind"])


def test_nobody_is_counted_at_two_sites() -> None:
    supply = [{"service": "S", "site": site, "capacity": 50.0} for site in "PQ"]
    result = month(
        supply=supply, usage="service | site | count\nS | P | 50\nS | Q | 50", sites="site | tier\nP|片区\nQ|片区"
    )
    total = sum(row["persons"] for row in rows(result, "expand"))
    assert total == pytest.approx(need_row(result.gaps, MEALS)["full"])


@pytest.mark.parametrize(
    ("given", "kind", "part"),
    [
        ({"menu": "service | needs\nS | ELD02"}, "new_service", "no_service"),
        ({"menu": "service | needs | eligibility\nS | ELD01 | age<=30"}, "eligibility", "not_eligible"),
        ({"supply": "service | site | capacity\nS|P|900", "sites": "site | community\nP | 甲"}, "new_site", "too_far"),
        (
            {"supply": full(capacity=900.0), "usage": [{"service": "S", "count": 400.0, "rating": 1.0}]},
            "quality",
            "dissatisfied",
        ),
    ],
)
def test_a_large_cause_makes_a_suggestion_of_its_persons(given: dict[str, Any], kind: str, part: str) -> None:
    result = month(**given)
    (row,) = rows(result, kind)
    assert row["persons"] == pytest.approx(need_row(result.gaps, MEALS)[part])
    assert row["gap"] == pytest.approx(need_row(result.gaps, MEALS)["gap"])


def test_a_new_site_is_suggested_where_most_are_too_far() -> None:
    result = month(supply="service | site | capacity\nS | P | 900", sites="site | community\nP | 甲")
    (row,) = rows(result, "new_site")
    assert row["community"] == "乙"


def test_unknown_use_suggests_neither_publicity_nor_quality() -> None:
    result = month(supply=full())
    assert not set(result.plans.table["kind"]) & {"publicity", "quality"}


def test_without_a_menu_nothing_is_suggested() -> None:
    assert month(menu=None).plans.table.empty


def test_a_demand_that_is_met_suggests_nothing() -> None:
    result = month(supply=full(capacity=900.0), usage=[{"service": "S", "count": 400.0, "rating": 5.0}])
    assert result.plans.table.empty


def test_the_most_persons_come_first() -> None:
    persons = month(supply="service | site | capacity\nS | P | 100", sites="site | community\nP | 甲",
                    usage="service | site | count\nS | P | 95").plans.table["persons"]  # fmt: skip
    assert persons.is_monotonic_decreasing
    assert len(persons) >= 2
    assert np.isfinite(persons).all()
    assert isinstance(persons, pd.Series)
