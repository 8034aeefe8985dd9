"""Whose use the records tell: evenly to the served, by the place the record names, whatever way the plan takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from helpers.town import BATHING, MEALS, need_row, no_segments, residents, run_stages, survey, town
from needs_analytics.core.options import GapsOptions, Options
from needs_analytics.numerics import allocation

if TYPE_CHECKING:
    from typing import Any

    from needs_analytics.core.results import MonthResult

REGISTER = "community | age_low | age_high | sex | persons\n甲 | 16 | 120 | 男 | 400\n乙 | 16 | 120 | 男 | 400"
AT_HOME = "service | needs | mode\nS | ELD01 | 上门\nT | ELD01;ELD02 | 上门\nV | ELD02 | 线上"


def month(menu: str, supply: str, usage: str, yes: tuple[int, int] = (20, 20)) -> MonthResult:
    """Return a month of 甲 and 乙, 400 residents each; of 40 answers in each so many need meals and bathing."""
    people = survey(
        *(
            residents(40, community=c, age=70, sex="男", yes={MEALS: n, BATHING: 10})
            for c, n in zip("甲乙", yes, strict=True)
        )
    )
    cleaned = town(people, register=REGISTER, menu=menu, supply=supply, usage=usage)
    return run_stages(cleaned, segments=no_segments(), options=Options(gaps=GapsOptions(replicates=20)))


def met(result: MonthResult, need: str = MEALS) -> list[float]:
    return [round(float(need_row(result.gaps, need, place)["met"]), 6) for place in "甲乙"]


def test_use_nobody_placed_is_even_among_the_served() -> None:
    result = month(
        "service | needs\nS | ELD01", "service | site | capacity\nS | - | 300", "service | count\nS | 90", (10, 20)
    )
    assert met(result) == [30, 60]  # of 100 and 200


def test_two_services_at_home_are_everybodys() -> None:
    """Either could serve one community alone, and that would be as short a way."""
    supply = "service | site | capacity\nS | - | 200\nT | - | 200\nV | - | 200"
    result = month(AT_HOME.replace("ELD01;ELD02", "ELD01"), supply, "service | count\nS | 80\nT | 20\nV | 1")
    assert met(result) == [50, 50]


def test_a_record_that_names_the_place_counts_there_and_the_rest_evens_it() -> None:
    usage = "service | count | community\nS | 60 | 甲\nS | 20 | -"
    result = month("service | needs\nS | ELD01", "service | site | capacity\nS | - | 400", usage)
    assert met(result) == [60, 20]


def test_one_services_use_for_two_needs_is_even_among_both() -> None:
    menu = "service | needs\nT | ELD01;ELD02"
    result = month(menu, "service | site | capacity\nT | - | 800", "service | count\nT | 300")
    assert [*met(result), *met(result, BATHING)] == [100, 100, 50, 50]


def test_whom_the_plan_serves_comes_before_the_others_who_can() -> None:
    menu = "service | needs\nS | ELD01\nT | ELD02"
    supply = "service | site | capacity\nS | - | 100\nT | - | 100"
    result = month(menu, supply, "service | count\nS | 150\nT | 20")
    assert met(result) == [75, 75]
    assert need_row(result.gaps, MEALS)["full"] == pytest.approx(250)


def test_use_beyond_all_who_can_is_others_and_none_is_lost() -> None:
    usage = "service | count | community\nS | 250 | 甲\nS | 30 | 丙\nS | 500 | -"
    result = month("service | needs\nS | ELD01", "service | site | capacity\nS | - | 400", usage)
    row = need_row(result.gaps, MEALS)
    assert (row["met"], row["used_other"]) == (pytest.approx(400), pytest.approx(380))


@given(
    st.lists(st.integers(0, 150), min_size=3, max_size=3),
    st.lists(st.integers(0, 90), min_size=3, max_size=3),
    st.lists(st.sampled_from(["甲", "乙", "-"]), min_size=3, max_size=3),
)
@settings(max_examples=15, deadline=None)
def test_every_user_is_somebodys_or_others(room: list[int], count: list[int], place: list[str]) -> None:
    names = ("S", "T", "V")
    supply = "service | site | capacity\n" + "\n".join(f"{n} | - | {c}" for n, c in zip(names, room, strict=True))
    rows = "\n".join(f"{n} | {c} | {p}" for n, c, p in zip(names, count, place, strict=True))
    gaps = month(AT_HOME, supply, f"service | count | community\n{rows}").gaps
    whole = gaps.at("district")
    known = whole["used_persons"].notna()
    assert whole.loc[known, "used_persons"].sum() == pytest.approx(sum(count), abs=1e-6)
    used = (whole["met"] + whole["dissatisfied"])[known]
    assert (used <= whole.loc[known, "demand"] + 1e-6).all()


@pytest.mark.parametrize("usage", ["S | 80\nT | 90\nV | 10", "S | 200\nT | 0\nV | 150", "S | 30\nT | 400\nV | 60"])
def test_which_of_two_equally_short_ways_the_plan_takes_decides_no_figure(
    usage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    supply = "service | site | capacity\nS | - | 150\nT | - | 180\nV | - | 60"
    solved, reports, flows = allocation._transport_programme, [], []

    def preferring(sign: int) -> Any:
        return lambda problem, cost: solved(problem, cost + 1.0 + sign * 0.5 * (np.arange(cost.size) / cost.size) ** 2)

    for sign in (1, -1):
        monkeypatch.setattr(allocation, "_transport_programme", preferring(sign))
        result = month(AT_HOME, supply, f"service | count\n{usage}")
        reports.append(result.gaps)
        flows.append(result.matches.arcs["persons"].to_numpy(float))
    assert np.abs(flows[0] - flows[1]).max() > 1  # the plans differ
    assert_frame_equal(reports[0].table, reports[1].table, rtol=1e-9, atol=1e-9)
    services = [report.services.drop(columns="planned_persons") for report in reports]
    assert_frame_equal(services[0], services[1], rtol=1e-9, atol=1e-9)
