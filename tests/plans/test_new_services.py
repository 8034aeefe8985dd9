"""New services to consider: what one type of residents wants far more than others and has nothing for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from helpers.town import BATHING, CLASSES, MEALS, PARKING, residents, run_stages, segments_of, survey, town
from needs_analytics.core.codebook import Codebook
from needs_analytics.core.options import DisclosureOptions, GapsOptions, Options
from needs_analytics.plans import services_of
from needs_analytics.reports.content.build import build_document
from needs_analytics.segments.contrast import Members, tell_apart
from needs_analytics.segments.residents import read_residents

if TYPE_CHECKING:
    from needs_analytics.core.results import MonthResult
    from needs_analytics.reports.tables import Table

REGISTER = "community | age_low | age_high | sex | persons\n甲 | 16 | 120 | 男 | 4000"
MENU = "service | needs\n食堂 | ELD01"


def month(
    menu: str | None = MENU, register: str | None = REGISTER, *, wanting: int = 70, **options: Any
) -> MonthResult:
    """Return a month of 120 双职工 of whom 70 want after-school care, as few as 14 of the 280 others do."""
    answers = survey(
        residents(120, age=38, sex="男", groups="dual_worker", yes={CLASSES: wanting, MEALS: 6, PARKING: 60}),
        residents(280, age=66, sex="男", yes={CLASSES: 14, MEALS: 100, PARKING: 40}),
    )
    numbers = list(answers["answer_id"])
    codebook = Codebook.default()
    read = read_residents(answers, None, codebook)
    members = Members(read.answers, np.ones(400), np.repeat([0, 1], [120, 280]), 2)
    segments = replace(segments_of({"S1": numbers[:120], "S2": numbers[120:]}), traits=tell_apart(members, codebook))
    cleaned = town(answers, register=register, menu=menu)
    return run_stages(cleaned, segments=segments, options=Options(gaps=GapsOptions(replicates=10), **options))


def candidates(result: MonthResult) -> list[tuple[str, str, str]]:
    rows = result.plans.services
    return list(zip(rows["segment"], rows["need"], rows["why"], strict=True))


def printed(result: MonthResult, language: str = "zh") -> Table | None:
    tables = build_document(result, language=language).tables
    return next((table for table in tables if table.id == "new_services"), None)


def test_after_school_care_is_suggested_to_families_where_both_work() -> None:
    found = month()
    assert candidates(found) == [("S1", CLASSES, "no_service")]
    row = found.plans.services.iloc[0]
    assert row["service_name"] == "课后托管（四点半课堂）"
    assert row["lift"] == pytest.approx((70 / 120) / (84 / 400))
    assert 1.5 < row["lift_low"] < row["lift"] < row["lift_high"]
    assert row["persons"] == pytest.approx(700)
    assert row["persons_low"] < 700 < row["persons_high"]


def test_what_the_menu_has_for_them_is_not_suggested() -> None:
    assert candidates(month("service | needs\n食堂 | ELD01\n四点半课堂 | CHD02")) == []


def test_a_service_for_others_is_none_for_them() -> None:
    menu = "service | needs | eligibility\n食堂 | ELD01 | all\n四点半课堂 | CHD02 | age>=60"
    found = month(menu)
    assert candidates(found) == [("S1", CLASSES, "not_eligible")]
    table = printed(found)
    assert table is not None
    assert "研究放宽“四点半课堂”的服务对象" in table.rows[0]


def test_without_a_register_it_is_said_without_persons() -> None:
    found = month(register=None)
    assert candidates(found) == [("S1", CLASSES, "no_service")]
    assert np.isnan(found.plans.services["persons"].iloc[0])


def test_without_a_menu_nothing_is_said_to_be_missing() -> None:
    assert candidates(month(menu=None)) == []


def test_a_need_of_everyone_is_no_need_of_one_type() -> None:
    assert candidates(month(wanting=8)) == []  # 6.7 % against 5 %


def test_the_report_names_segment_need_service_and_how_many_times() -> None:
    table = printed(month())
    assert table is not None
    (row,) = table.rows
    told = dict(zip([column.key for column in table.columns], row, strict=True))
    assert told["segment"] == "类型S1"
    assert (told["need"], told["suggestion"]) == ("课后托管", "课后托管（四点半课堂）")
    assert (told["persons"], told["lift"]) == (700, 2.8)
    assert told["lack"] == "菜单中没有对应的服务"


def test_a_row_that_may_not_be_printed_is_not_there() -> None:
    assert printed(month(disclosure=DisclosureOptions(threshold=80))) is None
    assert printed(month(wanting=117)) is None  # three do not want it


def test_services_of_a_need_are_the_catalogues_those_not_offered_first() -> None:
    codebook = Codebook.default()
    assert list(services_of(BATHING, codebook)["name"]) == ["上门助浴"]
    meals = list(services_of(MEALS, codebook)["name"])
    offered = codebook.services.loc[codebook.services["name"] == meals[0], "name"]
    assert services_of(MEALS, codebook, without=offered)["name"].iloc[0] == meals[1]
    assert services_of("nothing", codebook).empty
