"""No recorded use disappears, whatever its site."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.town import MEALS, codes, need_row, one, residents, run_stages, survey, town
from needs_analytics.core.issue import Issue
from needs_analytics.core.options import GapsOptions, Options
from needs_analytics.errors import UsageError
from needs_analytics.gaps.use import sink_use
from needs_analytics.matching.capacity import service_sinks

if TYPE_CHECKING:
    from needs_analytics.core.results import GapReport

REGISTER = "community | age_low | age_high | sex | persons\n甲 | 16 | 120 | 男 | 400\n乙 | 16 | 120 | 男 | 400"
ANSWERS = survey(*(residents(40, community=c, age=70, sex="男", yes={MEALS: 20}) for c in "甲乙"))
MENU = "service | needs\nS | ELD01"
TWO = "service | site | capacity\nS | P | 300\nS | Q | 100"
WIDE = "site | tier\nP | 片区\nQ | 片区\nR | 片区"


def gaps(**tables: Any) -> GapReport:
    """Return the gaps of 甲 and 乙: 200 of 400 residents each need meals."""
    cleaned = town(ANSWERS, **{"register": REGISTER, "menu": MENU, "sites": WIDE, **tables})
    return run_stages(cleaned, options=Options(gaps=GapsOptions(replicates=10))).gaps


def used(report: GapReport) -> dict[str, float]:
    return report.services.set_index("site")["used_units"].to_dict()


def test_use_without_a_site_is_spread_by_the_plan() -> None:
    report = gaps(supply=TWO, usage="service | count\nS | 200")
    assert used(report) == pytest.approx({"P": 150, "Q": 50})
    assert report.services["utilisation"].tolist() == pytest.approx([0.5, 0.5])
    assert need_row(report, MEALS)["met"] == pytest.approx(200)
    assert one(pd.DataFrame([{"code": i.code, **i.details} for i in report.issues]), code="I724")["count"] == 1


def test_use_at_a_site_without_the_service_is_spread_and_said() -> None:
    report = gaps(supply=TWO, usage="service | site | count\nS | R | 100\nS | P | 60")
    assert used(report) == pytest.approx({"P": 135, "Q": 25})
    (said,) = [issue for issue in report.issues if issue.code == "W723"]
    assert (said.value, said.details["sites"], said.details["count"]) == ("S", "R", 1)


def test_a_site_said_to_be_unknown_is_not_said_twice() -> None:
    report = gaps(supply=TWO, usage="service | site | count\nS | X | 100", issues=[Issue("W503", value="X")])
    assert sum(used(report).values()) == pytest.approx(100)
    assert "W723" not in codes(report)
    assert "I724" in codes(report)


def test_capacity_without_a_site_takes_the_use_of_all_sites() -> None:
    report = gaps(supply="service | capacity\nS | 650", usage="service | site | count\nS | P | 100\nS | Q | 60")
    assert used(report) == {"": 160}
    assert not {"W723", "I724"} & set(codes(report))


def test_without_a_plan_use_is_spread_by_capacity_and_without_that_in_equal_parts() -> None:
    for capacities, shares in (((300, 100), [75, 25]), ((None, None), [50, 50])):
        supply = [{"service": "S", "site": site, "capacity": c} for site, c in zip("PQ", capacities, strict=True)]
        cleaned = town(ANSWERS, menu=MENU, supply=supply, usage="service | count\nS | 100")
        assert sink_use(service_sinks(cleaned)[0], cleaned, GapsOptions())["used_units"].tolist() == shares


def test_a_person_whose_site_is_not_known_is_counted_once_for_the_service() -> None:
    uses = [("P", "a"), ("P", "a"), (None, "a"), (None, "b"), (None, "b")]
    usage = [{"service": "S", "site": site, "person_key": key, "count": 1.0} for site, key in uses]
    services = gaps(supply=TWO, usage=usage).services
    assert services["used_persons"].sum() == pytest.approx(2)
    assert services["used_units"].sum() == pytest.approx(5)


def test_a_negative_capacity_is_unknown_not_nothing() -> None:
    supply = [{"service": "S", "site": "P", "capacity": -5.0}]
    (row,) = gaps(supply=supply, usage="service | site | count\nS | P | 30").services.to_dict("records")
    assert (row["capacity"], row["capacity_known"]) == (30, False)


def test_use_far_above_the_capacity_is_asked_about() -> None:
    supply = "service | site | capacity\nS | P | 100\nS | Q | 100"
    report = gaps(supply=supply, usage="service | site | count\nS | P | 200\nS | Q | 120")
    (said,) = [issue for issue in report.issues if issue.code == "W725"]
    assert (said.value, said.details["used"], said.details["capacity"]) == ("S（P）", "200", "100")


def test_an_unknown_level_names_those_there_are() -> None:
    with pytest.raises(UsageError, match="district、community、grid"):
        gaps(supply=TWO).at("town")


names = st.sampled_from(["P", "Q", "R", None])
numbers = st.integers(0, 500).map(float)


@settings(derandomize=True, max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("ST"), names, st.one_of(st.none(), numbers)), max_size=6),
    st.lists(
        st.tuples(st.sampled_from("STU"), names, numbers, st.sampled_from([None, "a", "b"])), min_size=1, max_size=8
    ),
    st.booleans(),
)
def test_all_use_of_the_menu_is_at_some_site(
    supply: list[tuple[str, Any, Any]], usage: list[tuple[str, Any, float, Any]], planned: bool
) -> None:
    keys = ["service", "site", "capacity"]
    offered = [dict(zip(keys, row, strict=True)) for row in supply]
    recorded = [dict(zip(["service", "site", "count", "person_key"], row, strict=True)) for row in usage]
    cleaned = town(ANSWERS, menu="service | needs\nS | ELD01\nT | ELD02", supply=offered or None, usage=recorded)
    sinks = service_sinks(cleaned)[0]
    sinks = sinks.assign(planned_persons=range(len(sinks))) if planned else sinks
    services = sink_use(sinks, cleaned, GapsOptions())
    frame = pd.DataFrame(recorded)
    for service in set(frame["service"]) & {"S", "T"}:
        rows, own = services[services["service"] == service], frame[frame["service"] == service]
        assert rows["used_units"].sum() == pytest.approx(own["count"].sum())
        assert rows["used_persons"].sum() >= own["person_key"].nunique() - 1e-9
        able = rows[rows["capacity"] > 0]
        assert (able["utilisation"] * able["capacity"]).tolist() == pytest.approx(
            able["used_units"].tolist(), nan_ok=True
        )


MEALS_AND_HAIR = "service | needs\n老年助餐 | ELD01\n理发 | ELD02"
BOTH = "service | site | capacity\n老年助餐 | P | 300\n老年助餐 | Q | 300\n理发 | Q | 100"


@pytest.mark.parametrize(
    ("name", "site", "unknown"),
    [
        ("助餐", "Q", {("老年助餐", "Q")}),  # of a like name at its site
        ("助餐服务", None, {("老年助餐", "P"), ("老年助餐", "Q")}),  # of a like name, nobody knows where
        ("剪头", "Q", {("老年助餐", "Q"), ("理发", "Q")}),  # like none: what is offered there and nobody used
        ("唱歌", "P", set()),  # what is offered there has use of its own
        ("唱歌", None, set()),
    ],
)
def test_use_under_a_name_not_in_the_menu_is_no_zero(
    name: str, site: str | None, unknown: set[tuple[str, str]]
) -> None:
    rows = [("老年助餐", "P", 60.0), ("理发", "P", 20.0), (name, site, 28.0)]
    usage = [dict(zip(["service", "site", "count"], row, strict=True)) for row in rows]
    supply = BOTH + "\n理发 | P | 100"
    report = gaps(menu=MEALS_AND_HAIR, supply=supply, usage=usage)
    services = report.services.set_index(["service", "site"])
    assert set(services.index[services["used_units"].isna()]) == unknown
    assert set(services.index[services["utilisation"].isna()]) == unknown
    meals = {place for place in unknown if place[0] == "老年助餐"}
    told = need_row(report, MEALS)[["met", "not_taken_up", "used_persons"]].isna()
    assert told.tolist() == [bool(meals)] * 3
    assert {issue.value for issue in report.issues if issue.code == "W726"} == {service for service, _ in unknown}
    assert "W721" not in codes(report)
