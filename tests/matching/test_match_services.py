"""Needs to services: eligibility, reach, capacity, and a plan that is the best there is."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from helpers.town import MEALS, PARKING, codes, no_segments, residents, survey, town
from needs_analytics.core.rules import is_for_children
from needs_analytics.errors import UsageError
from needs_analytics.matching import match_services
from needs_analytics.matching.eligibility import meets
from needs_analytics.needs import list_needs
from needs_analytics.weights import weigh

if TYPE_CHECKING:
    import pandas as pd

    from needs_analytics.core.results import MatchPlan

REGISTER = "community | age_low | age_high | sex | persons\n甲 | 16 | 120 | 男 | 400\n乙 | 16 | 120 | 男 | 400"


def matched(answers: pd.DataFrame | None = None, register: str | None = REGISTER, **given: Any) -> MatchPlan:
    cleaned = town(half_in_need() if answers is None else answers, register=register, **given)
    weights = weigh(cleaned.survey, cleaned.register)
    needs = list_needs(cleaned, weights, no_segments())
    return match_services(needs, cleaned, weights, no_segments())


def half_in_need(**traits: Any) -> pd.DataFrame:
    """Return 甲 and 乙, 200 of 400 residents each in need of meals."""
    settings = {"age": 70, "sex": "男", **traits}
    return survey(*(residents(20, community=c, yes={MEALS: 10}, **settings) for c in "甲乙"))


MENU = "service | needs\nS | ELD01"


def test_demand_is_the_estimates_persons() -> None:
    plan = matched(menu=MENU, supply="service | site | capacity\nS | P | 100", sites="site | community\nP | 甲")
    assert plan.cells.groupby("community")["demand"].sum().to_dict() == {
        "甲": pytest.approx(200),
        "乙": pytest.approx(200),
    }


def test_capacity_in_persons_is_capacity_over_uses_a_month() -> None:
    plan = matched(
        menu="service | needs | uses_per_person_month\nS | ELD01 | 20",
        supply="service | site | capacity\nS | P | 1000", sites="site | community\nP | 甲",
    )  # fmt: skip
    assert plan.sinks["capacity_persons"].tolist() == [50]
    assert plan.table["persons"].sum() == pytest.approx(50)
    assert plan.table["units"].sum() == pytest.approx(1000)


def test_a_service_of_unknown_frequency_is_used_once_a_month_and_it_is_said() -> None:
    plan = matched(menu=MENU, supply="service | site | capacity\nS | P | 30", sites="site | community\nP | 甲")
    assert plan.sinks[["uses_per_person", "frequency_known"]].values.tolist() == [[1.0, False]]
    assert "W702" in codes(plan)


def test_a_service_without_capacity_is_of_unknown_capacity_and_has_what_was_used() -> None:
    plan = matched(menu=MENU, usage="service | site | count\nS | - | 70")
    assert "W703" in codes(plan)
    assert plan.sinks[["capacity", "capacity_known"]].values.tolist() == [[70.0, False]]


def test_a_masked_capacity_stays_unknown_and_is_at_least_what_was_used() -> None:
    plan = matched(
        menu=MENU, supply=[{"service": "S", "site": "P", "capacity": np.nan}], sites="site | community\nP | 甲",
        usage="service | site | count\nS | P | 25",
    )  # fmt: skip
    assert plan.sinks[["capacity", "capacity_known"]].values.tolist() == [[25.0, False]]


def test_a_site_without_coordinates_serves_its_own_community() -> None:
    plan = matched(menu=MENU, supply="service | site | capacity\nS | P | 900", sites="site | community\nP | 甲")
    assert plan.table["community"].tolist() == ["甲"]
    assert {"W710", "W711"} <= set(codes(plan))


def test_a_site_of_the_whole_area_serves_everybody() -> None:
    plan = matched(
        menu=MENU, supply="service | site | capacity\nS | P | 900", sites="site | community | tier\nP|甲|片区"
    )
    assert set(plan.table["community"]) == {"甲", "乙"}


PLACES = "community | grid | x | y\n甲 | 1 | 0 | 0\n乙 | 1 | 1000 | 0"


def in_grids() -> pd.DataFrame:
    return half_in_need(grid="1")


@pytest.mark.parametrize(("radius", "reached"), [(1299, ["甲"]), (1300, ["甲", "乙"])])
def test_reach_is_the_straight_line_times_the_detour_within_the_radius(radius: int, reached: list[str]) -> None:
    sites = f"site | community | x | y | radius_m\nP | 甲 | 0 | 0 | {radius}"
    plan = matched(in_grids(), menu=MENU, supply="service | site | capacity\nS | P | 900", sites=sites, places=PLACES)
    assert sorted(plan.table["community"], reverse=True) == sorted(reached, reverse=True)


def test_the_offices_own_distance_comes_before_the_computed_one() -> None:
    plan = matched(
        in_grids(), menu=MENU, supply="service | site | capacity\nS | P | 900", places=PLACES,
        sites="site | community | x | y | radius_m\nP | 甲 | 0 | 0 | 1000",
        distances="community | grid | site | metres | minutes\n乙 | 1 | P | 900 | -\n甲 | - | P | - | 20",
    )  # fmt: skip
    assert plan.table["community"].tolist() == ["乙"]  # 20 minutes at 70 m are 1400 m


def test_a_service_at_home_reaches_everybody() -> None:
    plan = matched(
        in_grids(), menu="service | needs | mode\nS | ELD01 | 上门", places=PLACES,
        supply="service | site | capacity\nS | P | 900", sites="site | community | x | y | radius_m\nP|甲|0|0|100",
    )  # fmt: skip
    assert plan.cells["reachable"].sum() == pytest.approx(400)


def test_who_is_not_eligible_is_not_served() -> None:
    answers = survey(*(residents(20, community=c, sex="男", age=[40] * 5 + [70] * 15, yes={MEALS: 10}) for c in "甲乙"))
    plan = matched(
        answers, menu="service | needs | eligibility\nS | ELD01 | age>=60",
        supply="service | site | capacity\nS | - | 900",
    )  # fmt: skip
    cells = plan.cells.groupby("eligible_class")["demand"].sum()
    assert cells.to_dict() == {"": pytest.approx(200), "S": pytest.approx(200)}
    assert plan.cells["eligible"].sum() == pytest.approx(200)
    assert set(plan.table["eligible_class"]) == {"S"}


def test_a_need_without_any_service_is_not_covered() -> None:
    plan = matched(menu="service | needs\nS | ELD02")
    assert plan.cells["covered"].sum() == 0
    assert plan.table.empty


def test_special_groups_are_served_first() -> None:
    answers = survey(
        *(
            residents(20, community=c, age=70, sex="男", groups=["alone_elder"] * 5 + [""] * 15, yes={MEALS: 10})
            for c in "甲乙"
        )
    )
    plan = matched(answers, menu=MENU, supply="service | site | capacity\nS | - | 250")
    served = plan.cells.groupby("tier")[["demand", "served"]].sum()
    assert served.loc[1].tolist() == [pytest.approx(200), pytest.approx(200)]
    assert served.loc[2, "served"] == pytest.approx(50)


def test_equals_get_equal_shares() -> None:
    plan = matched(menu=MENU, supply="service | site | capacity\nS | - | 100")
    assert plan.cells.groupby("community")["served"].sum().to_dict() == {
        "甲": pytest.approx(50),
        "乙": pytest.approx(50),
    }


def test_needs_nobody_serves_directly_are_referred() -> None:
    answers = survey(*(residents(20, community=c, age=70, sex="男", yes={MEALS: 10, PARKING: 6}) for c in "甲乙"))
    plan = matched(answers, menu=MENU)
    assert plan.referred["need"].tolist() == [PARKING]
    assert PARKING not in set(plan.cells["need"])


def test_the_offices_own_menu_brings_a_referred_need_into_the_plan() -> None:
    answers = survey(*(residents(20, community=c, age=70, sex="男", yes={MEALS: 10, PARKING: 6}) for c in "甲乙"))
    plan = matched(answers, menu="service | needs\nS | ELD01;PRO05", supply="service | site | capacity\nS | P | 100")
    assert plan.referred.empty
    assert PARKING in set(plan.cells["need"])


@pytest.mark.parametrize(
    ("given", "status", "code"),
    [({"menu": None}, "no_menu", "W700"), ({"menu": MENU, "register": None}, "no_persons", "W705")],
)
def test_what_is_missing_for_a_plan_is_said(given: dict[str, Any], status: str, code: str) -> None:
    plan = matched(**given)
    assert plan.status == status
    assert code in codes(plan)
    assert plan.table.empty


def test_where_a_need_has_any_service_is_told_for_every_community() -> None:
    plan = matched(menu=MENU, supply="service | site | capacity\nS | P | 30", sites="site | community\nP | 甲")
    covered = plan.coverage.set_index("community")["covered"]
    assert covered.to_dict() == {"甲": True, "乙": False}


# --- the plan against other ways to compute it -----------------------------------------------------------------------


@st.composite
def small_towns(draw: st.DrawFn) -> dict[str, Any]:
    """Three grids on a line, two sites, one service each or both, for all or for the old."""
    return {
        "yes": [draw(st.integers(0, 20)) for _ in range(3)],
        "old": [draw(st.integers(0, 20)) for _ in range(3)],
        "capacity": [draw(st.integers(0, 500)) for _ in range(2)],
        "rule": [draw(st.sampled_from(["all", "age>=60"])) for _ in range(2)],
        "radius": [draw(st.sampled_from([100, 800, 5000])) for _ in range(2)],
    }


def planned(case: dict[str, Any]) -> MatchPlan:
    answers = survey(*(
        residents(20, community="甲", grid=str(g), sex="男", age=[70] * old + [40] * (20 - old), yes={MEALS: yes})
        for g, (yes, old) in enumerate(zip(case["yes"], case["old"], strict=True))
    ))  # fmt: skip
    names = range(2)
    return matched(
        answers,
        register="community | age_low | age_high | sex | persons\n甲 | 16 | 120 | 男 | 900",
        places="community | grid | x | y | households\n"
        + "\n".join(f"甲 | {g} | {500 * g} | 0 | 100" for g in range(3)),
        menu="service | needs | eligibility\n" + "\n".join(f"S{i} | ELD01 | {case['rule'][i]}" for i in names),
        supply="service | site | capacity\n" + "\n".join(f"S{i} | P{i} | {case['capacity'][i]}" for i in names),
        sites="site | x | y | radius_m\n" + "\n".join(f"P{i} | {1000 * i} | 0 | {case['radius'][i]}" for i in names),
    )


calm = settings(derandomize=True, max_examples=6, deadline=None, phases=[Phase.generate])


@calm
@given(small_towns())
def test_no_plan_serves_more_and_none_breaks_a_capacity(case: dict[str, Any]) -> None:
    plan = planned(case)
    flows = plan.arcs
    into = np.bincount(flows["sink"], flows["persons"], len(plan.sinks))
    out = np.bincount(flows["cell"], flows["persons"], len(plan.cells))
    assert (flows["persons"] >= -1e-9).all()
    assert (into <= plan.sinks["capacity_persons"] + 1e-6).all()
    assert (out <= plan.cells["reachable"] + 1e-6).all()  # nobody's need is met twice
    np.testing.assert_allclose(out, plan.cells["served"], atol=1e-6)
    assert plan.cells["served"].sum() == pytest.approx(most_served(plan), abs=1e-5)


def most_served(plan: MatchPlan) -> float:
    """Return the largest flow, as a linear programme."""
    if plan.arcs.empty:
        return 0.0
    rows = [(plan.arcs["cell"] == cell).to_numpy(float) for cell in range(len(plan.cells))]
    rows += [(plan.arcs["sink"] == sink).to_numpy(float) for sink in range(len(plan.sinks))]
    limits = [*plan.cells["reachable"], *plan.sinks["capacity_persons"]]
    return float(-linprog(-np.ones(len(plan.arcs)), A_ub=np.array(rows), b_ub=limits).fun)


@calm
@given(small_towns())
def test_arcs_join_exactly_who_is_eligible_and_in_reach(case: dict[str, Any]) -> None:
    plan = planned(case)
    found = {
        (plan.cells["grid"].iloc[cell], "S0" if sink == 0 else "S1", plan.cells["eligible_class"].iloc[cell])
        for cell, sink in zip(plan.arcs["cell"].astype(int), plan.arcs["sink"].astype(int), strict=True)
    }
    labels = {(row.grid, row.eligible_class) for row in plan.cells.itertuples()}
    expected = {
        (grid, f"S{i}", label)
        for (grid, label), i in itertools.product(labels, range(2))
        if f"S{i}" in label.split(";") and 1.3 * abs(500 * int(grid) - 1000 * i) <= case["radius"][i]
    }
    assert found == expected


@calm
@given(small_towns())
def test_the_stages_only_lose_people(case: dict[str, Any]) -> None:
    cells = planned(case).cells
    for larger, smaller in itertools.pairwise(["demand", "covered", "eligible", "reachable", "served"]):
        assert (cells[larger] >= cells[smaller] - 1e-9).all()


# --- who meets a rule ------------------------------------------------------------------------------------------------


def met(rule: str, **traits: Any) -> list[float | None]:
    people = survey(residents(2, **{name: [value, value] for name, value in traits.items()}))
    return [None if np.isnan(value) else float(value) for value in meets(rule, people, {"elder80": "age>=80"})][:1]


@pytest.mark.parametrize(
    ("rule", "traits", "expected"),
    [
        ("all", {}, 1.0),
        ("age>=60", {"age": 60}, 1.0),
        ("age>=60", {"age": 59}, 0.0),
        ("age>=60", {"age_low": 55, "age_high": 64}, None),
        ("age>=60", {}, None),
        ("age<=35", {"age": 35}, 1.0),
        ("sex=女", {"sex": "男"}, 0.0),
        ("sex=女", {}, None),
        ("group=dibao", {"groups": "dibao;alone_elder"}, 1.0),
        ("group=dibao|tekun", {"groups": "tekun"}, 1.0),
        ("group=dibao", {"groups": ""}, None),  # nobody in the office states it: it was not asked
        ("group=elder80", {"age": 70}, 0.0),
        ("group=elder80", {"age": 85}, 1.0),
        ("age>=60 and sex=女", {"age": 70, "sex": "女"}, 1.0),
        ("age>=60 and sex=女", {"age": 40}, 0.0),  # a known no decides
        ("age>=60 or sex=女", {"age": 70}, 1.0),  # a known yes decides
        ("age>=60 or sex=女", {"age": 40}, None),
        ("age>=6 and age<=12", {"age": 40, "groups": "parent"}, 1.0),  # parents speak for their children
        ("age>=6 and age<=12", {"age": 40, "groups": "dual_worker"}, 1.0),
        ("age>=6 and age<=12", {"age": 40, "groups": ""}, None),  # nobody in the office is a parent: it was not asked
        ("age<=14 and group=dibao", {"age": 40, "groups": "parent;dibao"}, 1.0),
        ("age<=14 or group=parent", {"age": 40, "groups": "parent"}, 1.0),
    ],
)
def test_a_rule_is_met_not_met_or_not_known(rule: str, traits: dict[str, Any], expected: float | None) -> None:
    assert met(rule, **traits) == [expected]


def test_a_group_counts_as_asked_where_somebody_of_the_office_states_it() -> None:
    people = survey(residents(3, groups=["dibao", "", None]), residents(1, groups="", office="别处"))
    values = meets("group=dibao", people, {})
    assert values[:2].tolist() == [1.0, 0.0]
    assert np.isnan(values[2:]).all()


def test_who_has_no_child_may_not_use_what_is_for_children_where_parents_were_asked() -> None:
    people = survey(residents(3, groups=["parent", "chronic", "single_parent"]), residents(1, groups="", office="别处"))
    values = meets("age>=6 and age<=12", people, {})
    assert values[:3].tolist() == [1.0, 0.0, 1.0]
    assert np.isnan(values[3])


def test_a_rule_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(UsageError, match="age>60"):
        meets("age>60", survey(residents(1)), {})


def test_a_service_for_children_is_known_by_its_upper_age() -> None:
    assert is_for_children("age>=6 and age<=12")
    assert not is_for_children("age<=35")
