"""Sentences of the report where there is nothing to name: the clause is left out, and nothing is said twice."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from helpers.town import BATHING, MEALS, residents, run_stages, survey, town
from needs_analytics.core.issue import CellRef, Issue
from needs_analytics.core.options import GapsOptions, Options
from needs_analytics.reports.check.summary import summarise
from needs_analytics.reports.content.build import build_document, report_wording
from needs_analytics.reports.content.other_tables import action_text

if TYPE_CHECKING:
    from needs_analytics.core.results import MonthResult

SUGGESTION = {
    "need": MEALS,
    "service_name": "食堂",
    "site": "",
    "unit": "人次",
    "community": "",
    "persons": 100.0,
    "units": 200.0,
    "within_offer": True,
}


@pytest.fixture(scope="module")
def result() -> MonthResult:
    """Return a month in which some want meals, for which there is a full canteen, and some want a bath."""
    answers = survey(residents(40, age=70, sex="男", yes={MEALS: 20, BATHING: 18}))
    cleaned = town(
        answers,
        register="community | age_low | age_high | sex | persons\n甲 | 16 | 120 | 男 | 800",
        menu="service | needs\n食堂 | ELD01",
        supply=[{"service": "食堂", "capacity": 100.0}],
        usage=[{"service": "食堂", "count": 100.0}],
    )
    return run_stages(cleaned, options=Options(gaps=GapsOptions(replicates=10)))


def told(result: MonthResult) -> str:
    made = build_document(result)
    return repr(made.highlights) + repr(made.sections)


def suggestion(result: MonthResult, language: str, **changed: object) -> str:
    return action_text({**SUGGESTION, **changed}, result, report_wording(result, language))


def test_a_suggestion_without_a_place_to_name_names_none(result: MonthResult) -> None:
    assert suggestion(result, "zh", kind="new_service", community="甲").endswith("没有服务可用，其中甲最多")
    assert suggestion(result, "zh", kind="new_service").endswith("没有服务可用")
    assert suggestion(result, "en", kind="new_service").endswith("have none to go to")
    assert suggestion(result, "zh", kind="new_site", community="甲").startswith("在甲等处增设“")
    assert suggestion(result, "zh", kind="new_site").startswith("增设“")
    assert "elsewhere" not in suggestion(result, "en", kind="new_site")


@pytest.mark.parametrize(
    ("verdicts", "said"),
    [
        (("明显上升", "明显下降"), "与上月相比，明显上升的有助餐；明显下降的有助浴。"),
        (("明显上升", "无明显变化"), "与上月相比，明显上升的有助餐，没有明显下降的需求。"),
        (("明显下降", "无明显变化"), "与上月相比，明显下降的有助餐，没有明显上升的需求。"),
        (("无明显变化", "无明显变化"), "与上月相比，没有明显上升或下降的需求。"),
    ],
)
def test_a_month_says_what_rose_and_fell_or_that_nothing_did(
    result: MonthResult, verdicts: tuple[str, str], said: str
) -> None:
    table = result.needs.table
    changed = table.assign(change=table["need"].map(dict(zip((MEALS, BATHING), verdicts, strict=True))).fillna("/"))
    changed = changed.assign(change_diff=0.2, flag="可发布", n_before=40.0, n_yes_before=15.0)
    assert said in told(replace(result, needs=replace(result.needs, table=changed)))


def without_gaps(result: MonthResult, **changed: object) -> MonthResult:
    return replace(result, gaps=replace(result.gaps, table=result.gaps.table.assign(**changed)))


def test_where_nothing_is_short_no_need_is_called_the_one_with_the_largest_gap(result: MonthResult) -> None:
    assert "缺口最大的是" in told(without_gaps(result, flag="可发布"))
    said = told(without_gaps(result, flag="可发布", gap=0.0, gap_low=0.0, gap_high=0.0, gap_rate=0.0, cause=""))
    assert "没有可以确认的缺口" in said
    assert "缺口最大的是" not in said


def test_where_no_gap_may_be_published_none_is_named(result: MonthResult) -> None:
    said = told(without_gaps(result, n=1.0, n_yes=1.0))
    assert "缺口最大的是" not in said


def test_doubts_about_the_data_are_counted_as_a_check_counts_them_and_later_ones_apart(result: MonthResult) -> None:
    where = CellRef("表.xlsx", "表", 1, 2)
    sheets = result.cleaned.sheets.assign(office="", marks="", sender="", sender_by="")
    cleaned = replace(
        result.cleaned, sheets=sheets, issues=(Issue("W104", where, "99", also=((2, 2), (3, 2))), Issue("E101", where))
    )
    doubtful = replace(result, cleaned=cleaned)
    check = summarise(cleaned)
    assert (check.count("error"), check.count("warning")) == (1, 3)
    stages = (result.weights, result.segments, result.needs, result.matches, result.gaps, result.plans, result.outlook)
    later = sum(issue.times for stage in stages for issue in stage.issues if issue.severity != "info")
    assert "错误1处、疑问3处" in told(doubtful)
    assert f"测算中有{later}处提示" in told(doubtful)


def test_more_capacity_is_not_said_to_exceed_an_offer_nobody_made(result: MonthResult) -> None:
    assert suggestion(result, "zh", kind="expand", within_offer=False).endswith("（所需容量尚待落实）")
    assert "offer" not in suggestion(result, "en", kind="expand", within_offer=False)
    assert "落实" not in suggestion(result, "zh", kind="expand")


def ranked(result: MonthResult, top: int, methods: tuple[str, str]) -> MonthResult:
    """Return the month with both its needs surely among the first, known in these ways."""
    table = result.needs.table
    table = table.assign(
        tier="必列", flag="可发布", method=table["need"].map(dict(zip((MEALS, BATHING), methods, strict=True)))
    )
    options = replace(result.options, needs=replace(result.options.needs, top=top))
    return replace(result, needs=replace(result.needs, table=table), options=options)


def test_needs_that_were_only_put_in_order_are_not_counted_among_the_first_of_the_list(result: MonthResult) -> None:
    written = told(ranked(result, 1, ("direct", "rank_only")))
    assert "确定排在前1位的有1项：助餐。" in written
    assert "在95%的置信水平下，助餐排在前1位，定为“必列”；" in written
    assert "确定排在前2位的有2项：助餐、助浴。" in told(ranked(result, 2, ("rank_only", "rank_only")))


def test_no_more_are_counted_among_the_first_than_there_are_ranks(result: MonthResult) -> None:
    written = told(ranked(result, 1, ("direct", "direct")))
    assert "（名次有并列）" in written
    assert "排在前1位的有2项" not in written
