"""The table of services and the sentences from it: rates agree with what is printed, nothing unknown is printed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.town import MEALS, residents, run_stages, survey, town
from needs_analytics.core.options import DisclosureOptions, GapsOptions, Options
from needs_analytics.reports.content.build import build_document
from needs_analytics.reports.content.disclose import public_use
from needs_analytics.reports.formats import UNKNOWN

if TYPE_CHECKING:
    from needs_analytics.reports.document import Document

OPTIONS = DisclosureOptions()
MENU = "service | needs\n食堂 | ELD01\n浴室 | ELD02\n课堂 | CHD02"


def document(supply: list[dict[str, Any]], usage: list[dict[str, Any]], menu: str = MENU) -> Document:
    answers = survey(residents(40, age=70, sex="男", yes={MEALS: 20}))
    register = "community | age_low | age_high | sex | persons\n甲 | 16 | 120 | 男 | 800"
    cleaned = town(answers, register=register, menu=menu, supply=supply, usage=usage)
    return build_document(run_stages(cleaned, options=Options(gaps=GapsOptions(replicates=10))))


def services(made: Document) -> dict[str, dict[str, Any]]:
    (table,) = [table for table in made.tables if table.id == "services"]
    rows = [{c.key: cell for c, cell in zip(table.columns, row, strict=True)} for row in table.rows]
    return {row["service"]: row for row in rows}


def test_a_capacity_nobody_reported_is_neither_printed_nor_ranked() -> None:
    supply = [
        {"service": "食堂", "capacity": 100.0},
        {"service": "浴室", "capacity": None},
        {"service": "课堂", "capacity": -5.0},
    ]
    usage = [{"service": "食堂", "count": 60.0}, {"service": "浴室", "count": 30.0}, {"service": "课堂", "count": 20.0}]
    made = document(supply, usage)
    for name, used in (("浴室", 30), ("课堂", 20)):
        row = services(made)[name]
        assert (row["capacity"], row["capacity_persons"], row["utilisation"]) == (UNKNOWN, UNKNOWN, UNKNOWN)
        assert row["used_units"] == used
    assert services(made)["食堂"]["utilisation"] == pytest.approx(0.6)
    told = repr(made.sections) + repr(made.highlights)
    assert "的1处服务中，使用率达到80%以上的0处，不足50%的0处。" in told
    assert "使用率最高" not in told


@pytest.mark.parametrize(
    ("used", "said"),
    [
        ([90, 60, 20], None),
        ([60, 60, 60, 60], None),
        ([90, 60, 40, 20], "使用率最高的是服务0、服务1。使用率最低的是服务3、服务2。"),
        ([90, 80, 60, 40, 20], "使用率最高的是服务0、服务1。使用率最低的是服务4、服务3。"),
        ([90, 60, 60, 60, 20], "使用率最高的是服务0、服务1。使用率最低的是服务4。"),
    ],
)
def test_no_service_is_both_among_the_most_and_the_least_used(used: list[int], said: str | None) -> None:
    names = [f"服务{place}" for place in range(len(used))]
    supply: list[dict[str, Any]] = [{"service": name, "capacity": 100.0} for name in names]
    usage: list[dict[str, Any]] = [
        {"service": name, "count": float(count)} for name, count in zip(names, used, strict=True)
    ]
    menu = "service | needs\n" + "\n".join(f"{name} | ELD01" for name in names)
    told = repr(document(supply, usage, menu).sections)
    assert said in told if said else "使用率最高的是" not in told


def test_bad_ratings_are_printed_as_given_and_not_at_all_where_there_are_few() -> None:
    supply = [{"service": name, "capacity": 100.0} for name in ("食堂", "浴室")]
    usage = [
        {"service": "食堂", "count": 20.0, "rating": 1.0},
        {"service": "食堂", "count": 20.0, "rating": 5.0},
        {"service": "浴室", "count": 8.0, "rating": 5.0},
    ]
    rows = services(document(supply, usage))
    assert rows["食堂"]["bad_share"] == pytest.approx(0.5)
    assert rows["浴室"]["bad_share"] is UNKNOWN


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.integers(1, 60), st.integers(0, 80))
def test_the_printed_rate_is_that_of_the_printed_use(capacity: int, used: int) -> None:
    row = {"capacity": float(capacity), "used_units": float(used), "capacity_known": True}
    shown = public_use(pd.DataFrame([row]), OPTIONS).iloc[0]
    if 0 < used < OPTIONS.threshold:
        assert np.isnan(shown["utilisation"])
        return
    assert shown["used_units"] % OPTIONS.base == 0
    assert shown["utilisation"] == pytest.approx(shown["used_units"] / capacity)
    assert (shown["used_units"] <= capacity) or used > capacity
