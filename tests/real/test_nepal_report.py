"""The report of round 5 as an office gets it: the list, the changes, the coverage, and what they are worth."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

import docx
import pytest
from python_calamine import CalamineWorkbook

from . import nepal_raw
from .test_nepal import whole_people

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Nepal

Cells = list[list[object]]


@pytest.fixture(scope="module")
def book(reports: dict[str, Path]) -> dict[str, Cells]:
    workbook = CalamineWorkbook.from_path(reports[".xlsx"])
    return {name: workbook.get_sheet_by_name(name).to_python() for name in workbook.sheet_names}


@pytest.fixture(scope="module")
def page(reports: dict[str, Path]) -> str:
    source = reports[".html"].read_text(encoding="utf-8")
    visible = re.sub(r"<(script|style|svg)\b.*?</\1>", "", source, flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", " ", visible))


@pytest.fixture(scope="module")
def letter(reports: dict[str, Path]) -> str:
    document = docx.Document(str(reports[".docx"]))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def table_of(book: dict[str, Cells], *headers: str) -> list[dict[str, object]]:
    """The rows below the first row that begins with some headers, up to the first note or empty row."""
    cells = next(rows for rows in book.values() if any(row[: len(headers)] == list(headers) for row in rows))
    top = next(number for number, row in enumerate(cells) if row[: len(headers)] == list(headers))
    below = cells[top + 1 :]
    end = next((number for number, row in enumerate(below) if row[1] == ""), len(below))
    return [dict(zip(map(str, cells[top]), row, strict=True)) for row in below[:end]]


def test_the_workbook_lists_the_problems_in_order(book: dict[str, Cells], nepal: Nepal) -> None:
    rows = table_of(book, "名次", "需求")
    totals = whole_people(nepal.results["2015-11"]).loc["全部"]
    assert [row["需求"] for row in rows][:3] == ["永久住房", "资金支持", "生计"]
    assert {row["需求"] for row in rows} == set(nepal_raw.PROBLEMS.values())
    for row in rows:
        problem = totals.loc[row["需求"]]
        assert row["占比"] == pytest.approx(round(problem["share"], 2))
        assert row["误差范围（95%）"] == f"{problem['share_low'] * 100:.0f}%–{problem['share_high'] * 100:.0f}%"
        assert row["名次区间"] == f"{problem['rank_low']:.0f}–{problem['rank_high']:.0f}"
        assert row["推算人数（人）"] == "…"


def test_the_workbook_lists_every_district(book: dict[str, Cells], nepal: Nepal) -> None:
    """14 districts × 12 problems; hidden are those fewer than five named, or all but fewer than five."""
    rows = table_of(book, "社区", "需求", "占比")
    assert len(rows) == 14 * 12
    table = whole_people(nepal.results["2015-11"])
    for row in rows:
        problem = table.loc[(row["社区"], row["需求"])]
        few = 0 < problem["n_yes"] < 5 or 0 < problem["n"] - problem["n_yes"] < 5
        hidden = "*" if few else "…" if problem["flag"] == "不发布" else None
        assert row["占比"] == (hidden or pytest.approx(round(problem["share"] + 1e-9, 2)))


def test_the_workbook_tells_the_changes(book: dict[str, Cells], nepal: Nepal) -> None:
    rows = {row["需求"]: row for row in table_of(book, "需求", "占比", "比上期（百分点）")}
    totals = whole_people(nepal.results["2015-11"]).loc["全部"]
    assert {name: row["变化判断"] for name, row in rows.items()} == totals["change"].to_dict()
    assert rows["清洁饮水"]["比上期（百分点）"] == -6


def test_the_workbook_tells_the_coverage(book: dict[str, Cells], nepal: Nepal) -> None:
    rows = {(row["社区"], row["需求"]): row for row in table_of(book, "社区", "需求", "有无服务")}
    coverage = nepal.results["2015-11"].matches.coverage
    assert len(rows) == len(coverage) == 14 * 12
    for community, need, services, covered in coverage[["community", "need_name", "services", "covered"]].to_numpy():
        assert rows[community, need]["服务项数"] == services
        assert rows[community, need]["有无服务"] == ("有" if covered else "无")


@pytest.mark.parametrize("form", ["page", "letter"])
def test_page_and_letter_are_readable_in_chinese(form: str, request: pytest.FixtureRequest) -> None:
    text = request.getfixturevalue(form)
    for words in (
        "尼泊尔地震灾区2015年11月",
        "需求清单与供需缺口报告",
        "本月收回有效问卷1400份",
        "结果不具代表性",
        "永久住房",
        "85%–92%",
        "样本不足，暂不能判断",
        "没有人口底册，不能推算人数",
        "最需要的几项",
    ):
        assert words in text
    assert "NP01" not in text


@pytest.mark.parametrize("form", ["page", "letter"])
def test_page_and_letter_tell_the_coverage(form: str, request: pytest.FixtureRequest) -> None:
    assert "各社区服务覆盖" in request.getfixturevalue(form)


def test_capacity_nobody_stated_is_not_printed_as_nothing(book: dict[str, Cells]) -> None:
    assert {row["月容量"] for row in table_of(book, "服务", "服务点", "月容量")} == {"…"}


def test_ranks_are_not_called_prevalences(page: str) -> None:
    assert "有此需求的受访者所占的比例" not in page


def test_the_report_says_of_whom_it_was_asked(page: str) -> None:
    """302 of the 1 400 were not asked: their main problems are being addressed, or they would not say."""
    assert "第1题答1、2、3分者" in page
