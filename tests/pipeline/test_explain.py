"""A number explained: formula, n, weights, source files and rows; an unknown key gives near ones."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from helpers.town import BATHING, MEALS, PARKING, residents, run_stages, survey, town
from needs_analytics.core.options import GapsOptions, Options
from needs_analytics.errors import UsageError
from needs_analytics.explain import explain_number
from needs_analytics.explain.lookup import find_place

if TYPE_CHECKING:
    from needs_analytics.core.results import MonthResult


@pytest.fixture(scope="module")
def result() -> MonthResult:
    answers = survey(
        residents(40, community="甲社区", age=70, sex="男", yes={MEALS: 20, BATHING: 4, f"rank:{PARKING}": 9}),
        residents(40, community="乙社区", age=70, sex="男", yes={MEALS: 10, BATHING: 4, f"rank:{PARKING}": 9}),
    )
    cleaned = town(
        answers,
        register="community | age_low | age_high | sex | persons\n甲社区|16|120|男|400\n乙社区|16|120|男|400",
        menu="service | name | needs | uses_per_person_month\nS | 老年食堂 | ELD01 | 10",
        supply="service | site | capacity\nS | P | 500", sites="site | name | tier\nP | 幸福广场 | 片区",
        usage="service | site | count\nS | P | 450",
    )  # fmt: skip
    return run_stages(cleaned, options=Options(gaps=GapsOptions(replicates=10)))


def test_a_need_is_explained_with_share_sample_weights_and_rows(result: MonthResult) -> None:
    told = explain_number(result, "need:助餐:甲")
    values = " ".join(told.values)
    assert "50" in values  # per cent
    assert "40" in values
    assert "20" in values
    assert "200" in values  # persons
    assert any("survey.xlsx" in line and "2–41" in line for line in told.sources)


def test_only_the_places_rows_are_named(result: MonthResult) -> None:
    told = explain_number(result, "need:助餐:乙社区")
    assert any("42–81" in line for line in told.sources)


@pytest.mark.parametrize("key", ["need:助餐", "need：助餐", "need:ELD01", "need: 助餐 ", "need:助餐:全部"])
def test_a_need_is_found_by_code_name_and_either_colon(result: MonthResult, key: str) -> None:
    assert explain_number(result, key).values == explain_number(result, "need:ELD01").values


def test_a_ranked_need_says_that_it_is_a_ranking(result: MonthResult) -> None:
    assert explain_number(result, "need:停车").formula != explain_number(result, "need:助餐").formula


def test_a_gap_is_explained_by_its_parts_plan_and_sources(result: MonthResult) -> None:
    told = explain_number(result, "gap:助餐")
    text = told.as_text()
    assert "300" in text  # the demand
    assert "45" in text  # persons who used
    for file in ("survey.xlsx", "supply.xlsx", "usage.xlsx"):
        assert any(file in line for line in told.sources)


def test_it_is_told_in_english_too(result: MonthResult) -> None:
    told = explain_number(result, "gap:助浴", language="en").as_text()
    assert told != explain_number(result, "gap:助浴").as_text()


def test_a_service_is_explained_by_capacity_and_use(result: MonthResult) -> None:
    text = explain_number(result, "service:老年食堂:P").as_text()
    for figure in ("500", "450", "50", "90%"):
        assert figure in text


def test_weights_are_explained_by_their_margins(result: MonthResult) -> None:
    told = explain_number(result, "weights")
    assert len(told.values) == 1 + len(result.weights.margins)
    assert any("register.xlsx" in line for line in told.sources)


def test_margins_are_explained_as_the_report_prints_them(result: MonthResult) -> None:
    margins = pd.DataFrame({
        "margin": "age_sex", "label": ["男 16-59岁", "女 16-59岁", "未知"], "n": [30, 50, 20],
        "target": [0.4, 0.4, 0.2], "before": [0.3, 0.5, 0.2], "after": [0.4, 0.4, 0.2],
        "asmd_before": 0.0, "asmd_after": 0.0,
    })  # fmt: skip
    lines = explain_number(replace(result, weights=replace(result.weights, margins=margins)), "weights").values
    assert any("男 16-59岁：人口占 50.0%，加权前 37.5%，加权后 50.0%（30 份）" in line for line in lines)
    assert any("未知：20 份没有写明" in line for line in lines)


@pytest.mark.parametrize(
    ("key", "near"),
    [
        ("need:助参", "助餐"),
        ("gap:助掺", "助餐"),
        ("need:助餐:丙社区", "甲社区"),
        ("service:老年食唐", "老年食堂"),
        ("service:老年食堂:Q", "P"),
    ],
)
def test_an_unknown_name_gives_the_nearest_known_ones(result: MonthResult, key: str, near: str) -> None:
    with pytest.raises(UsageError, match=near):
        explain_number(result, key)


@pytest.mark.parametrize("key", ["", "need", "need:", "gaps:助餐", "weights:甲", "need:助餐:甲:1:2"])
def test_a_key_of_no_known_form_is_refused(result: MonthResult, key: str) -> None:
    with pytest.raises(UsageError):
        explain_number(result, key)


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("gap:停车", "需协调和转办事项"),
        ("service:助餐", "gap:助餐"),
        ("gap:助餐:独居老人", "是人群，不是地方"),
        ("gap:", "看不懂“gap:”"),
        ("gap::甲社区", "看不懂“gap::甲社区”"),
    ],
)
def test_a_key_that_means_something_else_is_told_which_one_to_use(result: MonthResult, key: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        explain_number(result, key)


def test_a_service_is_no_need(result: MonthResult) -> None:
    renamed = replace(result, cleaned=replace(result.cleaned, menu=result.cleaned.menu.assign(name="夕阳红")))
    with pytest.raises(UsageError, match="service:夕阳红"):
        explain_number(renamed, "gap:夕阳红")


@pytest.mark.parametrize("key", ["gap:助餐:全街道", "gap:助餐:幸福街道", "gap:Meals for older people"])
def test_the_whole_and_the_english_name_are_understood(result: MonthResult, key: str) -> None:
    assert explain_number(result, key).values == explain_number(result, "gap:助餐").values


@pytest.mark.parametrize("key", ["gap:助餐:甲社区", "service:老年食堂"])
def test_a_month_without_a_menu_says_so(key: str) -> None:
    answers = survey(residents(40, community="甲社区", age=70, sex="男", yes={MEALS: 20}))
    alone = run_stages(town(answers, register="community | persons\n甲社区|400"))
    with pytest.raises(UsageError, match="没有服务菜单"):
        explain_number(alone, key)


def test_a_gap_names_the_rows_of_all_its_inputs_and_all_of_them_as_data(
    result: MonthResult,
) -> None:
    told = explain_number(result, "gap:助餐")
    files = list(told.tables["sources"]["file"])
    assert files == ["survey.xlsx", "menu.xlsx", "supply.xlsx", "sites.xlsx", "usage.xlsx"]
    assert [line.partition(" [")[0] for line in told.sources] == files
    assert told.tables["sources"]["count"].sum() == 84
    assert told.to_dict()["tables"]["sources"][0]["rows"].endswith("81")


@pytest.mark.parametrize(
    ("name", "grid"),
    [
        ("1", "第一网格"),
        ("11", "第十一网格"),
        ("03", "3号网格"),
        ("4", "网格04"),
        ("第一", "第一网格"),
        ("东片", "东片网格"),
    ],
)
def test_a_grid_is_found_by_its_number_or_a_part_of_its_name(result: MonthResult, name: str, grid: str) -> None:
    grids = ["第一网格", "第十一网格", "3号网格", "网格04", "东片网格"]
    places = pd.DataFrame({"community": "甲社区", "grid": grids, "population": 100.0})
    with_grids = replace(result, needs=replace(result.needs, places=places))
    assert find_place(with_grids, ["甲社区", name]) == ("甲社区", grid)
