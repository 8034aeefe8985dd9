"""Sentences of the report where there is nothing to name: the clause is left out, and nothing is said twice."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from helpers.town import BATHING, MEALS, residents, run_stages, segments_of, survey, town
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


def with_ranking(result: MonthResult, **changed: object) -> MonthResult:
    """Return the month with a question that ranks meals and baths, some of it withheld."""
    rows = result.needs.totals().assign(**changed)
    table = result.needs.table.assign(flag="可发布")
    return replace(result, needs=replace(result.needs, table=table, rankings=rows.reset_index(drop=True)))


def test_only_what_is_published_is_called_most_often_named(result: MonthResult) -> None:
    flags = {MEALS: "不发布", BATHING: "可发布"}
    rows = result.needs.totals()
    mixed = with_ranking(result, flag=rows["need"].map(flags).fillna("不发布"))
    assert "提到最多的是助浴。" in told(mixed)
    untold = told(with_ranking(result, flag="不发布"))
    assert "暂不公布先后" in untold
    assert "提到最多" not in untold


def with_referred(result: MonthResult, flag: str) -> MonthResult:
    rows = result.needs.totals()
    rows = rows[rows["need"] == MEALS].assign(resolution_path="反映", flag=flag)
    return replace(result, matches=replace(result.matches, referred=rows.reset_index(drop=True)))


def test_what_is_passed_on_and_not_published_is_not_said_to_be_named_most_often(result: MonthResult) -> None:
    assert "反映较集中的是助餐" in told(with_referred(result, "可发布"))
    untold = told(with_referred(result, "不发布"))
    assert "反映较集中" not in untold
    assert "提到最多" not in untold
    assert "暂不公布占比和先后" in untold


def test_asked_in_some_places_only_is_said_where_it_is_the_reason_of_a_flag(result: MonthResult) -> None:
    table = result.needs.table.assign(coverage=0.7, flag="慎用")
    for reason, said in (("partly_asked", True), ("wide", False)):
        asked = replace(result, needs=replace(result.needs, table=table.assign(flag_reason=reason)))
        assert ("标为慎用" in told(asked)) == said


def test_weights_that_did_not_converge_are_not_called_equal(result: MonthResult) -> None:
    said = told(replace(result, weights=replace(result.weights, status="not_converged")))
    assert "同等权重" not in said
    assert "各份答卷只按原有权重计算" in said


def test_segments_of_which_none_may_be_told_are_not_listed_as_none(result: MonthResult) -> None:
    few = segments_of({"甲": ["a0001", "a0002"], "乙": ["a0003", "a0004"]})
    said = told(replace(result, segments=few))
    assert "居民可分为2种人群类型；各类样本较少" in said
    assert "种人群类型：无" not in said


def test_needs_that_were_not_compared_are_counted_and_named(result: MonthResult) -> None:
    table = result.needs.table
    change = table["need"].map({MEALS: "无明显变化"}).fillna("/")
    half = table.assign(change=change, change_diff=0.01, flag="可发布", n_before=40.0, n_yes_before=15.0)
    said = told(replace(result, needs=replace(result.needs, table=half)))
    assert "1项无明显变化，0项样本不足、暂不能判断。另有1项因题目或选项有变动" in said
    assert "其中排在前面的有助浴" in said
    assert "（另有1项题目有变动或上期没有数字，未比较）" in said
    all_compared = half.assign(change="无明显变化")
    assert "没有比较" not in told(replace(result, needs=replace(result.needs, table=all_compared)))


def test_a_list_that_is_cut_says_so(result: MonthResult) -> None:
    words = report_wording(result, "zh")
    assert words.listed(["甲", "乙", "丙"], 2) == "甲、乙等"
    assert words.listed(["甲", "乙"], 2) == "甲、乙"
    assert words.leading(["甲", "乙", "丙"], 2) == "甲、乙"
    assert report_wording(result, "en").listed(["A", "B", "C"], 2) == "A, B and others"


def test_the_main_cause_of_a_gap_is_a_part_of_the_gap(result: MonthResult) -> None:
    changed = without_gaps(
        result, flag="可发布", cause="not_taken_up", not_taken_up=200.0, no_service=0.0, not_eligible=30.0,
        too_far=20.0, full=0.0, gap=50.0,
    )  # fmt: skip
    gaps = build_document(changed).table("gaps")
    assert {row[gaps.column_index("cause")] for row in gaps.rows} == {"不符合条件"}
    assert "主要是未去利用" not in told(changed)


def test_the_whole_area_is_called_as_the_office_is(result: MonthResult) -> None:
    for office, area in (("幸福街道办事处", "全街道"), ("幸福镇", "全镇"), ("和平社区", "全社区"),
                         ("青山区", "全区"), ("示范点", "全辖区")):  # fmt: skip
        named = replace(result, workspace=office)
        assert report_wording(named, "zh").place("全部") == area
        assert all(area in row[1] for row in build_document(named).table("conclusions").rows if "约有多少人" in row[1])


def test_needs_of_equal_printed_shares_stand_in_the_order_of_their_ranks_everywhere(result: MonthResult) -> None:
    table = result.needs.table
    share = table["need"].map({MEALS: 0.401, BATHING: 0.404})
    rank = table["need"].map({MEALS: 2.0, BATHING: 1.0})
    even = table.assign(
        share=share, share_low=0.3, share_high=0.5, rank=rank, rank_low=1.0, rank_high=2.0, flag="可发布"
    )
    document = build_document(replace(result, needs=replace(result.needs, table=even)))
    needs = document.table("needs")
    assert [row[needs.column_index("need")] for row in needs.rows] == ["助浴", "助餐"]
    chart = next(chart for chart in document.charts if chart.id == "needs_chart")
    assert [bar.label for bar in chart.bars] == ["助浴", "助餐"]
    assert "需求最集中的是助浴（40%）、助餐（40%）" in repr(document.highlights)


def test_ranked_needs_of_equal_printed_shares_stand_in_the_order_of_their_ranks(result: MonthResult) -> None:
    rows = result.needs.at("district").head(2).drop(columns=["persons", "persons_low", "persons_high", "population"])
    ranked = rows.assign(share=[0.401, 0.404], share_low=0.3, share_high=0.5, rank=[2.0, 1.0], rank_low=1.0,
                         rank_high=2.0, n=100.0, n_yes=40.0, flag="慎用", flag_reason="")  # fmt: skip
    document = build_document(replace(result, needs=replace(result.needs, rankings=ranked)))
    table = document.table("rankings")
    assert [row[table.column_index("rank")] for row in table.rows] == [1, 2]


def test_needs_that_may_not_be_published_are_not_said_to_come_after_those_that_may(result: MonthResult) -> None:
    """助浴 is withheld; only where its interval reaches the share of 助餐 may it stand before it."""
    table = result.needs.table
    hidden = table["need"] == BATHING

    def said(high: float) -> str:
        flag = table["flag"].mask(hidden, "不发布").mask(~hidden, "可发布")
        high_of = table["share_high"].mask(hidden, high)
        changed = table.assign(flag=flag, flag_reason=flag.map({"不发布": "wide"}).fillna(""), share_high=high_of)
        return told(replace(result, needs=replace(result.needs, table=changed)))

    assert "居民需求最集中的是助餐" in said(0.3)
    assert said(0.3).count("名次不明") == 0
    assert said(0.9).count("名次不明") == 2


def test_ranks_leave_no_hole_where_an_unpublished_need_stands(result: MonthResult) -> None:
    table = result.needs.table
    rank = table["need"].map({MEALS: 1.0, BATHING: 2.0})
    untold = table.assign(
        rank=rank, rank_low=1.0, rank_high=2.0, flag=table["need"].map({MEALS: "不发布"}).fillna("可发布")
    )
    needs = build_document(replace(result, needs=replace(result.needs, table=untold))).table("needs")
    ranks = {row[needs.column_index("need")]: row[needs.column_index("rank")] for row in needs.rows}
    intervals = {row[needs.column_index("need")]: row[needs.column_index("rank_interval")] for row in needs.rows}
    assert (ranks["助浴"], intervals["助浴"]) == (1, "1–1")
    assert not isinstance(ranks["助餐"], int)


def test_suggestions_stand_in_the_order_of_the_persons_that_are_printed(result: MonthResult) -> None:
    more = pd.concat([result.plans.table] * 3, ignore_index=True)
    plans = replace(result.plans, table=more.assign(persons=[30.0 + 40 * place for place in range(len(more))]))
    actions = build_document(replace(without_gaps(result, flag="可发布"), plans=plans)).table("actions")
    gains = [row[actions.column_index("gain")] for row in actions.rows]
    assert len(set(gains)) > 1
    assert gains == sorted(gains, reverse=True)


def test_a_group_whose_interval_overlaps_everyones_is_not_called_clearly_worse(result: MonthResult) -> None:
    def month(low: float) -> MonthResult:
        equity = pd.DataFrame({
            "group": ["全部", "alone_elder"], "n": [200.0, 60.0], "n_eff": [200.0, 60.0], "gap_rate": [0.72, 0.76],
            "gap_rate_low": [0.71, low], "gap_rate_high": [0.73, 0.78], "met_share": [0.2, 0.2],
        })  # fmt: skip
        survey = pd.concat([result.cleaned.survey] * 10)
        return replace(result, cleaned=replace(result.cleaned, survey=survey),
                       gaps=replace(result.gaps, equity=equity))  # fmt: skip

    assert "没有哪类重点人群的缺口率明显高于全体居民" in told(month(0.73))
    assert "缺口率明显高于全体居民的有独居老人" in told(month(0.74))


def test_a_gap_whose_printed_interval_is_too_wide_by_the_printed_rule_is_with_care(result: MonthResult) -> None:
    population = 1000.0
    wide = without_gaps(
        result, flag="可发布", flag_reason="", population=population, demand=100.0, gap=11.0, gap_low=4.0, gap_high=20.0
    )
    gaps = build_document(wide).table("gaps")
    assert {row[gaps.column_index("flag")] for row in gaps.rows} == {"慎用"}
    assert {row[gaps.column_index("reason")] for row in gaps.rows} == {"缺口区间偏宽"}
