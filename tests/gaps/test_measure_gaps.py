"""Where the demand goes: seven parts that add up, unknown use, intervals, p_short, quadrants."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from helpers.town import (
    ALL,
    BATHING,
    MEALS,
    codes,
    need_row,
    no_segments,
    one,
    residents,
    run_stages,
    segments_of,
    survey,
    town,
)
from needs_analytics.core.options import GapsOptions, Options
from needs_analytics.core.results import PARTS, GapReport
from needs_analytics.gaps.parts import GAP, largest_cause, split_demand, sum_parts

REGISTER = "community | age_low | age_high | sex | persons\n甲 | 16 | 120 | 男 | 400\n乙 | 16 | 120 | 男 | 400"
OPEN = {"menu": "service | needs\nS | ELD01", "supply": "service | site | capacity\nS | - | 100"}


def gaps(answers: pd.DataFrame | None = None, *, replicates: int = 40, **given: Any) -> GapReport:
    """Return the gaps of 甲 and 乙: 200 of 400 residents each need meals."""
    segments = given.pop("segments", no_segments())
    people = answers if answers is not None else survey(
        *(residents(40, community=c, age=70, sex="男", yes={MEALS: 20}) for c in "甲乙")
    )  # fmt: skip
    cleaned = town(people, **{"register": REGISTER, **OPEN, **given})
    options = Options(gaps=GapsOptions(replicates=replicates))
    return run_stages(cleaned, segments=segments, options=options).gaps


def parts_of(row: pd.Series) -> dict[str, float]:
    return {name: round(float(row[name]), 6) for name in (*PARTS, "unknown_use")}


# --- a demand by hand ------------------------------------------------------------------------------------------------


def test_a_full_service_leaves_the_rest_in_the_gap() -> None:
    row = need_row(gaps(usage="service | count\nS | 100"), MEALS)
    assert parts_of(row) == {
        "met": 100, "no_service": 0, "not_eligible": 0, "too_far": 0, "full": 300, "not_taken_up": 0,
        "dissatisfied": 0, "unknown_use": 0,
    }  # fmt: skip
    assert (row["gap"], row["gap_rate"], row["cause"]) == (pytest.approx(300), pytest.approx(0.75), "full")


def test_a_service_half_empty_with_nobody_waiting_is_not_taken_up() -> None:
    row = need_row(gaps(usage="service | count\nS | 50"), MEALS)
    assert (row["met"], row["full"], row["not_taken_up"]) == (pytest.approx(50), 0, pytest.approx(350))
    assert row["gap"] == pytest.approx(0)
    assert row["cause"] == "not_taken_up"


def test_a_service_half_empty_that_turned_people_away_is_full() -> None:
    row = need_row(gaps(usage="service | count | status\nS | 50 | 完成\nS | 3 | 拒绝"), MEALS)
    assert (row["met"], row["full"], row["not_taken_up"]) == (pytest.approx(50), pytest.approx(300), pytest.approx(50))


@pytest.mark.parametrize(("used", "full"), [(89, 0), (90, 300)])
def test_busy_begins_at_nine_tenths_of_the_capacity(used: int, full: int) -> None:
    assert need_row(gaps(usage=f"service | count\nS | {used}"), MEALS)["full"] == pytest.approx(full)


def test_bad_ratings_are_dissatisfied_use() -> None:
    usage = [{"service": "S", "count": 75.0, "rating": 5.0}, {"service": "S", "count": 25.0, "rating": 2.0}]
    row = need_row(gaps(usage=usage), MEALS)
    assert (row["met"], row["dissatisfied"]) == (pytest.approx(75), pytest.approx(25))
    assert row["gap"] == pytest.approx(300)  # dissatisfied stands beside the gap


def test_few_ratings_borrow_from_all_services() -> None:
    given = {"menu": "service | needs\nS | ELD01\nT | ELD02", "supply": "service | site | capacity\nS|-|100\nT|-|100"}
    usage = [{"service": "S", "count": 2.0, "rating": 1.0}, {"service": "T", "count": 18.0, "rating": 5.0}]
    services = gaps(usage=usage, **given).services.set_index("service")
    assert services.loc["T", "bad_share"] == 0
    assert services.loc["S", "bad_share"] == pytest.approx((2 + 8 * 0.1) / 10)


def test_a_need_without_a_service_is_all_gap() -> None:
    row = need_row(gaps(menu="service | needs\nS | ELD02"), MEALS)
    assert (row["no_service"], row["gap_rate"]) == (pytest.approx(400), pytest.approx(1))
    assert row["cause"] == "no_service"


def test_who_is_not_eligible_and_who_is_too_far() -> None:
    answers = survey(
        *(residents(40, community=c, sex="男", age=[40] * 10 + [70] * 30, yes={MEALS: 20}) for c in "甲乙")
    )
    row = need_row(
        gaps(answers, menu="service | needs | eligibility\nS | ELD01 | age>=60", sites="site | community\nP | 甲",
             supply="service | site | capacity\nS | P | 900", usage="service | site | count\nS | P | 10"),
        MEALS,
    )  # fmt: skip
    assert (row["not_eligible"], row["too_far"]) == (pytest.approx(200), pytest.approx(100))
    assert row["not_taken_up"] == pytest.approx(90)


def test_use_beyond_the_reachable_demand_is_others_use() -> None:
    row = need_row(gaps(usage="service | count\nS | 500"), MEALS)
    assert row["met"] == pytest.approx(400)
    assert row["used_other"] == pytest.approx(100)
    assert row["used_persons"] == pytest.approx(500)


def test_use_is_attributed_to_where_the_resident_lives() -> None:
    report = gaps(usage="service | count | community\nS | 90 | 甲\nS | 10 | 乙")
    assert need_row(report, MEALS, "甲")["met"] == pytest.approx(90)
    assert need_row(report, MEALS, "乙")["met"] == pytest.approx(10)


def test_different_persons_are_counted_where_a_use_names_its_person() -> None:
    usage = [{"service": "S", "count": 1.0, "person_key": f"p{i % 7}"} for i in range(70)]
    assert need_row(gaps(usage=usage), MEALS)["met"] == pytest.approx(7)


def test_uses_become_persons_by_the_frequency() -> None:
    report = gaps(usage="service | count\nS | 100", menu="service | needs | uses_per_person_month\nS | ELD01 | 20")
    row = need_row(report, MEALS)
    assert (row["capacity_persons"], row["met"]) == (pytest.approx(5), pytest.approx(5))


# --- what is not known -----------------------------------------------------------------------------------------------


def test_without_usage_records_use_is_unknown_never_0() -> None:
    report = gaps()
    row = need_row(report, MEALS)
    assert report.status == "no_usage"
    assert "W720" in codes(report)
    assert np.isnan(row[["met", "not_taken_up", "dissatisfied", "used_persons"]].astype(float)).all()
    assert (row["full"], row["unknown_use"]) == (pytest.approx(300), pytest.approx(100))


def test_a_service_without_records_is_unknown_beside_one_with_records() -> None:
    report = gaps(
        menu="service | needs\nS | ELD01\nT | ELD01", supply="service | site | capacity\nS | - | 100\nT | - | 50",
        usage="service | count\nS | 100",
    )  # fmt: skip
    row = need_row(report, MEALS)
    assert [issue.value for issue in report.issues if issue.code == "W721"] == ["T"]
    assert np.isnan(row["met"])
    assert row["full"] + row["unknown_use"] == pytest.approx(400)


def test_a_use_whose_count_cannot_be_read_is_unknown_not_0() -> None:
    row = need_row(gaps(usage=[{"service": "S", "count": np.nan}]), MEALS)
    assert np.isnan(row["met"])
    assert np.isnan(row["used_persons"])


def test_without_a_menu_no_gap_is_computed() -> None:
    report = gaps(menu=None, supply=None)
    assert (report.status, len(report.table)) == ("no_menu", 0)


# --- what always holds -----------------------------------------------------------------------------------------------


@st.composite
def cells_with_use(draw: st.DrawFn) -> tuple[pd.DataFrame, Any]:
    """Demand cells with D ≥ A1 ≥ A2 ≥ A3 ≥ F, and use of every status."""
    rows, use = [], []
    for number in range(draw(st.integers(1, 6))):
        demand = draw(st.floats(0, 1000))
        levels = sorted(draw(st.lists(st.floats(0, 1), min_size=4, max_size=4)), reverse=True)
        covered, eligible, reachable, served = (demand * level for level in levels)
        used = draw(st.floats(0, 1)) * reachable
        known = draw(st.booleans())
        rows.append({"need": "N", "community": f"c{number % 2}", "demand": demand, "covered": covered,
                     "eligible": eligible, "reachable": reachable, "served": served, "near": True})  # fmt: skip
        use.append((used if known else 0.0, used * draw(st.floats(0, 1)) if known else 0.0, known, draw(st.booleans())))
    persons, bad, known, busy = (np.array(column) for column in zip(*use, strict=True))
    return pd.DataFrame(rows), SimpleNamespace(persons=persons, dissatisfied=bad, known=known, busy=busy)


@settings(derandomize=True, max_examples=60, deadline=None)
@given(cells_with_use())
def test_the_parts_sum_to_the_demand_whatever_is_known_and_busy(case: tuple[pd.DataFrame, Any]) -> None:
    cells, use = case
    parts = split_demand(cells, use, average_orders=True)
    pd.testing.assert_frame_equal(parts.drop(columns=["not_eligible", "too_far"]),
                                  split_demand(cells, use).drop(columns=["not_eligible", "too_far"]))  # fmt: skip
    columns = [*PARTS, "unknown_use"]
    assert (parts[columns] >= -1e-9).all(axis=None)
    np.testing.assert_allclose(parts[columns].sum(axis=1), cells["demand"], atol=1e-6)
    for keys in (["need"], ["need", "community"]):
        sums = sum_parts(parts, cells, keys)
        np.testing.assert_allclose(sums[columns].sum(axis=1), sums["demand"], atol=1e-6)
        np.testing.assert_allclose(sums[list(GAP)].sum(axis=1), sums["gap"], atol=1e-9)
        assert (sums["met"].isna() == (sums["unknown_use"] > 1e-9)).all()


def test_who_is_kept_away_by_two_things_may_count_half_for_each() -> None:
    """Of 400 who need meals in 乙, a quarter is too young, and all live too far; of 甲's the same and nobody does."""
    people = survey(*(residents(40, community=c, age=[40] * 10 + [70] * 30, sex="男", yes={MEALS: 40}) for c in "甲乙"))
    given = {
        "register": "community | age_low | age_high | sex | persons\n甲|16|120|男|400\n乙|16|120|男|400",
        "menu": "service | needs | eligibility | mode\nS | ELD01 | age>=60 | 到点",
        "supply": "service | site | capacity\nS | P | 900", "sites": "site | community\nP | 甲",
    }  # fmt: skip
    found = {}
    for averaged in (False, True):
        options = Options(gaps=GapsOptions(replicates=10, average_orders=averaged))
        gaps = run_stages(town(people, **given), segments=no_segments(), options=options).gaps
        for community in "甲乙":
            row = one(gaps.table, need=MEALS, community=community, grid=ALL, segment=ALL)
            found[averaged, community] = row["not_eligible"], row["too_far"]
            limits = gaps.parts[(gaps.parts["community"] == community) & (gaps.parts["part"] == "too_far")].iloc[0]
            assert limits["persons_low"] <= row["too_far"] <= limits["persons_high"]
    assert found[False, "甲"] == found[True, "甲"] == pytest.approx((100, 0))
    assert found[False, "乙"] == pytest.approx((100, 300))
    assert found[True, "乙"] == pytest.approx((50, 350))


@settings(derandomize=True, max_examples=60, deadline=None)
@given(cells_with_use())
def test_the_cause_is_the_largest_part_but_met(case: tuple[pd.DataFrame, Any]) -> None:
    cells, use = case
    sums = sum_parts(split_demand(cells, use), cells, ["need"])
    (cause,) = largest_cause(sums)
    others = sums[[part for part in PARTS if part != "met"]].fillna(-1).iloc[0]
    assert (others[cause] == others.max()) if cause else (others.max() <= 1e-9)


@settings(derandomize=True, max_examples=4, deadline=None, phases=[Phase.generate])
@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 500), st.one_of(st.none(), st.integers(0, 500)))
def test_in_a_whole_town_parts_add_up_and_intervals_hold_their_gap(
    first: int, second: int, capacity: int, used: int | None
) -> None:
    answers = survey(
        residents(40, community="甲", age=70, sex="男", yes={MEALS: first}),
        residents(40, community="乙", age=70, sex="男", yes={MEALS: second}),
    )
    usage = None if used is None else f"service | count\nS | {used}"
    table = gaps(answers, replicates=15, supply=f"service | site | capacity\nS | - | {capacity}", usage=usage).table
    np.testing.assert_allclose(table[[*PARTS, "unknown_use"]].sum(axis=1), table["demand"], atol=1e-6)
    assert (table["gap_low"] <= table["gap"] + 1e-9).all()
    assert (table["gap"] <= table["gap_high"] + 1e-9).all()
    assert table["p_short"].between(0, 1).all()


def test_places_and_segments_add_up_to_the_whole() -> None:
    answers = survey(
        residents(40, community="甲", age=70, sex="男", yes={MEALS: 20}),
        residents(40, community="乙", age=70, sex="男", yes={MEALS: 8}),
    )
    halves = {"A": [f"a{i:04d}" for i in range(1, 81, 2)], "B": [f"a{i:04d}" for i in range(2, 81, 2)]}
    report = gaps(answers, usage="service | count\nS | 100", segments=segments_of(halves))
    whole = need_row(report, MEALS)
    for part in ("demand", "gap", "met", "full", "capacity_persons"):
        assert report.at("community")[part].sum() == pytest.approx(whole[part])
        cuts = report.table[(report.table["segment"] != ALL) & (report.table["community"] == ALL)]
        assert cuts[part].sum() == pytest.approx(whole[part])


# --- how sure it is --------------------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_interval() -> None:
    first, second = (need_row(gaps(usage="service | count\nS | 100"), MEALS) for _ in range(2))
    assert (first["gap_low"], first["gap_high"]) == (second["gap_low"], second["gap_high"])


@pytest.mark.parametrize(("capacity", "low", "high"), [(50, 0.99, 1.0), (400, 0.3, 0.7), (790, 0.0, 0.01)])
def test_p_short_is_the_probability_that_the_reachable_demand_exceeds_the_capacity(
    capacity: int, low: float, high: float
) -> None:
    report = gaps(
        replicates=200, supply=f"service | site | capacity\nS | - | {capacity}", usage="service | count\nS | 9"
    )
    assert low <= need_row(report, MEALS)["p_short"] <= high


def test_a_larger_sample_has_a_narrower_gap() -> None:
    widths = []
    for size in (40, 400):
        answers = survey(*(residents(size, community=c, age=70, sex="男", yes={MEALS: size // 2}) for c in "甲乙"))
        row = need_row(gaps(answers, usage="service | count\nS | 100", replicates=150), MEALS)
        widths.append(row["gap_high"] - row["gap_low"])
    assert 2 < widths[0] / widths[1] < 5  # the square root of ten, about


@pytest.mark.parametrize(
    ("capacity", "used", "quadrant"),
    [(100, 80, "供不应求"), (100, 79, "潜在需求"), (500, 400, "供需适配"), (500, 399, "闲置")],
)
def test_quadrants_are_use_against_need(capacity: int, used: int, quadrant: str) -> None:
    row = need_row(
        gaps(supply=f"service | site | capacity\nS | - | {capacity}", usage=f"service | count\nS | {used}"), MEALS
    )
    assert row["quadrant"] == quadrant
    assert row["quadrant_probability"] > 0.9


def test_without_records_there_is_no_quadrant() -> None:
    row = need_row(gaps(), MEALS)
    assert row["quadrant"] == ""
    assert np.isnan(row["quadrant_probability"])


# --- who is behind, and reach ----------------------------------------------------------------------------------------


def test_a_group_that_is_served_first_is_not_behind() -> None:
    answers = survey(
        *(
            residents(40, community=c, age=70, sex="男", groups=["alone_elder"] * 10 + [""] * 30, yes={MEALS: 20})
            for c in "甲乙"
        )
    )
    equity = gaps(answers, supply="service | site | capacity\nS | - | 250", usage="service | count\nS | 250").equity
    everyone, elders = one(equity, group=ALL), one(equity, group="alone_elder")
    assert everyone["gap_rate"] == pytest.approx(150 / 400)
    assert elders["gap_rate"] == pytest.approx(0, abs=1e-6)
    assert (equity["gap_rate_low"] <= equity["gap_rate"] + 1e-9).all()
    assert (equity["gap_rate"] <= equity["gap_rate_high"] + 1e-9).all()


def test_reach_moves_with_the_radius() -> None:
    answers = survey(*(residents(40, community=c, grid="1", age=70, sex="男", yes={MEALS: 20}) for c in "甲乙"))
    reach = gaps(
        answers, places="community | grid | x | y\n甲 | 1 | 0 | 0\n乙 | 1 | 1000 | 0",
        sites="site | x | y | radius_m\nP | 0 | 0 | 1200", supply="service | site | capacity\nS | P | 900",
    ).reach  # fmt: skip
    row = one(reach, need=MEALS)
    assert (row["shorter"], row["given"], row["longer"]) == (pytest.approx(200), pytest.approx(200), 0)


def test_a_gap_carries_the_contributors_of_its_need() -> None:
    row = need_row(gaps(usage="service | count\nS | 100"), MEALS, "甲")
    assert (row["n"], row["answers"], row["population"]) == (20, 40, 400)


def test_two_needs_share_the_capacity_of_one_service() -> None:
    answers = survey(*(residents(40, community=c, age=70, sex="男", yes={MEALS: 20, BATHING: 20}) for c in "甲乙"))
    report = gaps(answers, menu="service | needs\nS | ELD01;ELD02", usage="service | count\nS | 100")
    assert report.at("district")["met"].sum() == pytest.approx(100)
    assert report.at("district")["capacity_persons"].sum() == pytest.approx(100)


def test_room_within_reach_is_shared_with_all_who_reach_it() -> None:
    """P serves 100 persons for the 300 in reach of it, Q 50 for the 100 of 丙."""
    answers = survey(
        *(
            residents(40, community=c, grid="1", age=70, sex="男", yes={MEALS: n})
            for c, n in zip("甲乙丙", (20, 10, 10), strict=True)
        )
    )
    reach = gaps(
        answers, places="community | grid | x | y\n甲 | 1 | 0 | 0\n乙 | 1 | 460 | 0\n丙 | 1 | 9000 | 0",
        sites="site | x | y | radius_m\nP | 0 | 0 | 600\nQ | 9000 | 0 | 600",
        supply="service | site | capacity\nS | P | 100\nS | Q | 50", register=f"{REGISTER}\n丙 | 16 | 120 | 男 | 400",
    ).reach  # fmt: skip
    row = one(reach, need=MEALS)
    assert row["access"] == pytest.approx((300 * 100 / 300 + 100 * 50 / 100) / 400)
    assert (row["lowest"], row["access_lowest"]) == ("乙", pytest.approx(100 / 300))
    enhanced = 100 / (200 + 0.22 * 100)  # 乙 is 598 m of 600 away
    assert row["access_enhanced"] == pytest.approx((200 * enhanced + 100 * 0.22 * enhanced + 50) / 400)


def test_room_is_unknown_where_a_service_in_reach_does_not_state_it() -> None:
    answers = survey(residents(40, community="甲", age=70, sex="男", yes={MEALS: 20}))
    row = one(gaps(answers, supply="service | site | capacity\nS | - |").reach, need=MEALS)
    assert np.isnan(row["access"])
    assert row["lowest"] == ""
