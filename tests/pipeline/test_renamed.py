"""What the files of a month are called decides nothing: under other names, shuffled, they give the same figures."""

from __future__ import annotations

import json
import random
import re
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from needs_analytics import Workspace, issue_month, run_month

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MONTH = "2026-10"
_PLACES = ("和平社区", "滨河社区", "石桥社区")
_RESULTS = ("estimate", "gap", "usage_count", "segment", "segment_model", "question")
_OF_THE_FILES = ("files", "questions")
"""Printed tables that name the files, or the offices after them."""


def _table(*lines: str) -> str:
    return "".join(f"{line}\n" for line in lines)


def _answers(seed: int, people: range) -> str:
    """Return answers of residents; who stands in two files answers otherwise in each, on the same day."""
    rng = np.random.default_rng(seed)
    needs = ("助餐", "助浴", "停车", "助餐┋助浴", "暂无需求", "助浴┋停车")
    rows = [
        f"住户{chr(0x4E00 + person)},138{person:08d},{_PLACES[person % 3]},{'男女'[person // 3 % 2]},"
        f"{30 + person * 7 % 55},2026-10-{person % 28 + 1:02d},{1 + person % 4},{needs[rng.integers(len(needs))]}"
        for person in people
    ]
    return _table("姓名,电话,社区,性别,年龄,走访日期,家庭人口,您需要哪些服务（多选）", *rows)


def _register(places: tuple[str, ...], persons: int) -> str:
    rows = [
        f"{place},{band},{sex},{persons + 17 * number + len(band)}"
        for number, place in enumerate(places)
        for band in ("16-44", "45-59", "60-79", "80+")
        for sex in "男女"
    ]
    return _table("社区,年龄段,性别,人数", *rows)


def _uses(day: int) -> str:
    rows = [
        f"{service},{site},2026-10-{day + each:02d},{place},{count + each}"
        for each, (service, site, count) in enumerate((("老年食堂", "和平食堂", 31), ("上门助浴", "和平站", 7)) * 3)
        for place in _PLACES
    ]
    return _table("服务项目,服务点,日期,社区,人次", *rows)


CONTENTS = {
    "甲": _answers(1, range(60)),
    "乙": _answers(2, range(50, 110)),
    "丙": _answers(3, range(105, 160)),
    "丁": _register(_PLACES[:2], 211),
    "戊": _register(_PLACES[2:], 307),
    "己": _table(
        "服务名称,对应需求,服务对象,服务方式,计量单位,人均月使用次数",
        "老年食堂,助餐,60岁及以上,到点,人次,20",
        "上门助浴,助浴,60岁及以上,上门,人次,2",
    ),
    "庚": _table("服务项目,服务点,容量,容量周期", "老年食堂,和平食堂,2000,月", "上门助浴,和平站,40,月"),
    "辛": _uses(3),
    "壬": _uses(12),
}


def _shuffled(content: str) -> str:
    """Return a table with its rows in another order."""
    header, *rows = content.splitlines()
    random.Random(7).shuffle(rows)
    return _table(header, *rows)


def _issued(folder: Path, names: list[str], contents: Iterable[str] = CONTENTS.values()) -> dict[str, Any]:
    """Issue the month with its files under names, and return its report and the tables the store keeps."""
    workspace = Workspace.create(folder, "三桥街道")
    workspace.inbox(MONTH).mkdir()
    for name, content in zip(names, contents, strict=True):
        (workspace.inbox(MONTH) / name).write_text(content, encoding="utf-8")
    result = run_month(workspace, MONTH)
    assert not [issue for issue in result.issues if issue.severity == "error"]
    report = issue_month(workspace, result, formats=("html",)).files[0].read_text(encoding="utf-8")
    with closing(sqlite3.connect(workspace.store.path)) as store:
        tables: dict[str, Any] = {name: pd.read_sql_query(f"SELECT * FROM {name}", store) for name in _RESULTS}
        printed = json.loads(store.execute("SELECT tables FROM publication").fetchone()[0])
    tables["question"] = tables["question"].drop(columns="office")
    return tables | {"printed": printed, "result": result, "report": report}


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Return the month as its files were named first, with these names reversed, and with other names and rows."""
    numbers = list(range(len(CONTENTS)))
    mixed = random.Random(3).sample(numbers, len(numbers))
    orders = {"first": numbers, "reversed": numbers[::-1], "shuffled": mixed}
    return {
        how: _issued(
            tmp_path_factory.mktemp("街道") / "街道",
            [f"表{number:02d}.csv" for number in order],
            map(_shuffled, CONTENTS.values()) if how == "shuffled" else CONTENTS.values(),
        )
        for how, order in orders.items()
    }


@pytest.fixture(params=["reversed", "shuffled"])
def both(named: dict[str, dict[str, Any]], request: pytest.FixtureRequest) -> list[dict[str, Any]]:
    return [named["first"], named[request.param]]


def test_the_month_has_answers_of_the_same_people_in_two_files(named: dict[str, dict[str, Any]]) -> None:
    cleaned = named["first"]["result"].cleaned
    assert len(cleaned.merged) > 0
    assert len(cleaned.survey) == 160


@pytest.mark.parametrize("table", _RESULTS)
def test_every_table_of_the_store_holds_the_same_figures(both: list[dict[str, Any]], table: str) -> None:
    one, other = (month[table] for month in both)
    order = list(one.columns)
    pd.testing.assert_frame_equal(
        one.sort_values(order, ignore_index=True), other.sort_values(order, ignore_index=True), check_exact=True
    )


def test_every_printed_table_that_names_no_file_is_the_same(both: list[dict[str, Any]]) -> None:
    one, other = ([table for table in month["printed"] if table["id"] not in _OF_THE_FILES] for month in both)
    assert {"needs", "gaps", "segments", "equity"} <= {table["id"] for table in one}
    assert one == other


def test_answers_have_the_numbers_of_what_they_hold(both: list[dict[str, Any]]) -> None:
    told = ["answer_id", "date", "community", "sex", "age", "needs"]
    one, other = (month["result"].cleaned.survey[told] for month in both)
    pd.testing.assert_frame_equal(one, other)


def test_the_report_is_the_same_to_the_byte_but_for_the_tables_that_name_the_files(both: list[dict[str, Any]]) -> None:
    one, other = (
        re.sub(r"<table.*?</table>", lambda table: "" if re.search(r"表\d\d", table[0]) else table[0], month["report"],
               flags=re.DOTALL)
        for month in both
    )  # fmt: skip
    assert both[0]["report"] != both[1]["report"]
    assert one == other


def test_the_run_record_tells_other_files_and_nothing_else(both: list[dict[str, Any]]) -> None:
    one, other = (month["result"].run for month in both)
    stood = [run.inputs.set_index("file")["digest"].to_dict() for run in (one, other)]
    assert stood[0] != stood[1]
    assert (one.counts, one.stages, one.issues) == (other.counts, other.stages, other.issues)
