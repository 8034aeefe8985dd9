"""The order funnel in the report: what is printed, what is hidden, what is said where no status is told."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from helpers.town import MEALS, residents, run_stages, survey, town
from needs_analytics.core.options import GapsOptions, Options
from needs_analytics.reports.content.build import build_document
from needs_analytics.reports.formats import HIDDEN, UNKNOWN

if TYPE_CHECKING:
    from needs_analytics.reports.document import Document

MENU = "service | name | needs\nA | 助餐 | ELD01\nB | 助浴 | ELD02\nC | 课堂 | CHD02"


def document(usage: list[dict[str, Any]], *, language: str = "zh") -> Document:
    answers = survey(residents(40, age=70, sex="男", yes={MEALS: 20}))
    register = "community | age_low | age_high | sex | persons\n甲 | 16 | 120 | 男 | 800"
    supply = [{"service": name, "capacity": 900.0} for name in "ABC"]
    cleaned = town(answers, register=register, menu=MENU, supply=supply, usage=usage)
    made = run_stages(cleaned, options=Options(gaps=GapsOptions(replicates=10)))
    return build_document(made, language=language)


def use(service: str, status: str, count: float, **more: Any) -> dict[str, Any]:
    return {"service": service, "status": status, "status_said": True, "count": count, **more}


def printed(made: Document) -> dict[str, dict[str, Any]]:
    tables = [table for table in made.tables if table.id == "orders"]
    rows = [dict(zip((c.key for c in table.columns), row, strict=True)) for table in tables for row in table.cells]
    return {row["service"]: row for row in rows}


MEALS_ORDERS = [
    use("A", "完成", 120, rating=4.3, waited_days=3), use("A", "完成", 160, waited_days=3), use("A", "接单", 10),
    use("A", "爽约", 11), use("A", "等候", 19),
]  # fmt: skip


def test_the_funnel_is_a_table_and_a_plain_sentence() -> None:
    made = document(MEALS_ORDERS)
    row = printed(made)["助餐"]
    assert [row[name] for name in ("ordered", "accepted", "completed", "rated")] == [320, 300, 280, 120]
    assert row["accepted_share"] == pytest.approx(0.94)
    assert (row["wait_median"], row["wait_p90"], row["rating"]) == (3, 3, 4.3)
    said = "助餐点单320单，接单300单（94%），完成280单（93%），有评价120单（43%），平均4.3分，等候天数中位3天"
    assert said in repr(made.sections)


def test_the_sentence_in_english() -> None:
    said = "助餐: 320 ordered, 300 accepted (94%), 280 completed (93%), 120 rated (43%), mean rating 4.3, median wait"
    assert said in repr(document(MEALS_ORDERS, language="en").sections)


def test_small_counts_are_hidden_with_what_would_tell_them() -> None:
    made = document([*MEALS_ORDERS, use("B", "完成", 97, rating=1.7), use("B", "取消", 3), use("C", "取消", 31)])
    row = printed(made)["助浴"]
    assert row["cancelled"] == HIDDEN
    assert (row["accepted_share"], row["accepted_interval"]) == (HIDDEN, HIDDEN)  # 97 of 100: 3 are outside
    assert printed(made)["课堂"]["cancelled"] == HIDDEN  # it would follow from the whole
    few = document([*MEALS_ORDERS, use("C", "完成", 4, rating=2.6, waited_days=17)])
    row = printed(few)["课堂"]
    assert [row[name] for name in ("ordered", "completed", "rated", "wait_n", "rating_n")] == [HIDDEN] * 5
    assert (row["rating"], row["wait_median"], row["wait_p90"]) == (UNKNOWN, UNKNOWN, UNKNOWN)
    assert not re.search("课堂点单|17天|2.6分", repr(few.sections))


def test_ratings_that_nobody_keeps_are_unknown_and_not_none() -> None:
    made = document([*MEALS_ORDERS, use("B", "完成", 100)])
    row = printed(made)["助浴"]
    assert (row["completed"], row["rated"], row["rating"]) == (100, UNKNOWN, UNKNOWN)
    assert not isinstance(row["rated_share"], float)
    assert "助浴点单100单，接单100单（100%），完成100单（100%）；" in repr(made.sections).replace("。", "；")


def test_where_no_status_is_told_only_that_is_said() -> None:
    made = document([{"service": "A", "count": 50.0, "status": "完成", "status_said": False}])
    assert not printed(made)
    assert "使用记录没有写明状态" in repr(made.sections)
    assert "没有写明状态" not in repr(document([]).sections)


def test_orders_without_a_status_are_said_to_be_left_out() -> None:
    unknown = {"service": "A", "count": 44.0, "status": "完成", "status_said": False}
    made = document([*MEALS_ORDERS, unknown, {**unknown, "count": None}])
    assert printed(made)["助餐"]["completed"] == 280
    assert "另有45单没有写明状态" in repr(made.sections)
    assert "没有写明数量的记录不计入" in repr(made.sections)


def test_records_of_completed_orders_only_are_said_to_be_that() -> None:
    assert "写明状态的都是已完成的" in repr(document([use("A", "完成", 60)]).sections)
    assert "写明状态的都是已完成的" not in repr(document(MEALS_ORDERS).sections)
