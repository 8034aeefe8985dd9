"""Every service that might meet a need: who may use it, who reaches it, what room is left, and what decides."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from helpers.town import BATHING, MEALS, PARKING, residents, run_stages, survey, town
from needs_analytics.core.options import GapsOptions, Options
from needs_analytics.explain import explain_number

if TYPE_CHECKING:
    import pandas as pd

    from needs_analytics.core.results import MonthResult

MENU = """service | name | needs | uses_per_person_month | eligibility | mode
A | 老年食堂 | ELD01 | 10 | age>=60 | 到点
B | 送餐上门 | ELD01 | 10 | group=alone_elder | 上门
C | 社区餐桌 | ELD01 | 10 | age>=60 | 到点
D | 助餐补贴 | ELD01 | 10 | age>=90 | 线上
E | 没报的食堂 | ELD01 | 10 | age>=60 | 到点
F | 救助餐 | ELD01 | 10 | group=dibao | 线上"""
SUPPLY = """service | site | capacity
A | P | 100
A | Q | 1000
B | P | 1000
C | P |
D | P | 1000
F | P | 100000"""


@pytest.fixture(scope="module")
def result() -> MonthResult:
    answers = survey(
        residents(40, community="甲社区", age=70, sex="男", yes={MEALS: 20, BATHING: 4, PARKING: 2}, groups=""),
        residents(40, community="乙社区", age=70, sex="男", yes={MEALS: 10, BATHING: 4, PARKING: 2}, groups="dibao"),
    )
    cleaned = town(
        answers,
        register="community | age_low | age_high | sex | persons\n甲社区|16|120|男|400\n乙社区|16|120|男|400",
        menu=MENU, supply=SUPPLY,
        sites="site | name | tier | community\nP | 幸福广场 | 片区 |\nQ | 乙站 | 社区 | 乙社区",
        usage="service | site | count\nA | P | 90",
    )  # fmt: skip
    return run_stages(cleaned, options=Options(gaps=GapsOptions(replicates=10)))


def considered(result: MonthResult, key: str = "gap:助餐:甲社区") -> pd.DataFrame:
    return explain_number(result, key).tables["services"].set_index(["service", "site"])


@pytest.mark.parametrize(
    ("service", "verdict"),
    [
        (("A", "P"), "used_up"),
        (("A", "Q"), "too_far"),
        (("D", "P"), "nobody_eligible"),
    ],
)
def test_what_decides_about_a_service_is_told(result: MonthResult, service: tuple[str, str], verdict: str) -> None:
    assert considered(result).loc[service, "verdict"] == verdict


def test_room_that_is_left_is_told(result: MonthResult) -> None:
    row = considered(result, "gap:助餐:乙社区").loc[("F", "P")]
    assert row["verdict"] == "free"
    assert row["free"] > 0
    assert row["one_more"] == 0


def test_services_without_capacity_are_told_apart_from_those_that_are_full(result: MonthResult) -> None:
    verdicts = considered(result)["verdict"]
    assert verdicts["C"].tolist() == verdicts["E"].tolist() == ["unknown_capacity"]


def test_a_service_of_another_place_is_in_reach_there(result: MonthResult) -> None:
    assert considered(result, "gap:助餐:乙社区").loc[("A", "Q"), "within"] == pytest.approx(100)
    assert considered(result).loc[("A", "Q"), "within"] == 0


def test_the_figures_are_those_of_the_plan(result: MonthResult) -> None:
    whole, parts = considered(result, "gap:助餐"), [considered(result, f"gap:助餐:{c}") for c in ("甲社区", "乙社区")]
    for column in ("eligible", "within", "planned"):
        assert np.allclose(whole[column], sum(part[column] for part in parts))
    offered = whole.dropna(subset=["free"])
    total = offered["planned"] + offered["planned_others"] + offered["free"]
    assert np.allclose(total, offered["capacity_persons"])
    planned = result.matches.table.query("need == 'ELD01'").groupby(["service", "site"])["persons"].sum()
    assert np.allclose(whole["planned"].reindex(planned.index), planned)


def test_the_parts_are_data_too(result: MonthResult) -> None:
    parts = explain_number(result, "gap:助餐:甲社区").tables["parts"].iloc[0]
    assert parts["demand"] == pytest.approx(200)
    assert parts["gap"] == pytest.approx(parts[["no_service", "not_eligible", "too_far", "full"]].sum())


def test_every_service_has_its_sentence_with_its_rule_in_words(result: MonthResult) -> None:
    told = explain_number(result, "gap:助餐:甲社区")
    assert len(told.services) == len(told.tables["services"])
    assert any("老年食堂（P）：面向60岁及以上" in line and "名额用完" in line for line in told.services)
    assert any("没有人符合条件" in line for line in told.services)
    assert all(line in told.as_text() for line in told.services)
    assert len(explain_number(result, "gap:助餐:甲社区", language="en").services) == len(told.services)


def test_a_need_without_services_says_so(result: MonthResult) -> None:
    told = explain_number(result, "gap:助浴")
    assert told.tables["services"].empty
    assert len(told.services) == 1
    assert "没有服务对应" in told.services[0]


def test_as_json_unknown_figures_are_null(result: MonthResult) -> None:
    told = json.loads(json.dumps(explain_number(result, "gap:助餐").to_dict(), allow_nan=False))
    assert {row["service"] for row in told["tables"]["services"]} == set("ABCDEF")


def test_a_service_says_who_may_use_it(result: MonthResult) -> None:
    assert "服务对象：60岁及以上" in explain_number(result, "service:老年食堂").values
