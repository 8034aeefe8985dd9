"""Results in a terminal and in a notebook: short, in the report's words, escaped; figures in Chinese anywhere."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from typing import TYPE_CHECKING

import pandas as pd
import pytest

import needs_analytics as na
from helpers.town import run_stages, town
from needs_analytics.core.records import Pleasant, _renderers
from needs_analytics.errors import UsageError
from needs_analytics.reports.notebook import MOST_ROWS, render_record

if TYPE_CHECKING:
    from pathlib import Path

    from needs_analytics.core.results import MonthResult

STAGES = ["cleaned", "weights", "segments", "needs", "matches", "gaps", "plans", "outlook", "run"]
CHARTS = ["needs", "needs_by_community", "gaps", "gap_flows", "gaps_by_community", "use", "balance", "segments"]
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def empty_month() -> MonthResult:
    return run_stages(town())


@pytest.mark.parametrize("stage", STAGES)
def test_a_result_has_a_table_a_dictionary_and_a_look(month: MonthResult, stage: str) -> None:
    record = getattr(month, stage)

    assert isinstance(record.table, pd.DataFrame)
    assert set(record.to_dict()) == {field.name for field in fields(record)}
    assert "<strong>" in record._repr_html_()


@pytest.mark.parametrize("stage", STAGES)
def test_a_result_in_a_terminal_is_one_short_line(month: MonthResult, stage: str) -> None:
    line = repr(getattr(month, stage))

    assert line.startswith(f"{type(getattr(month, stage)).__name__}(")
    assert "\n" not in line
    assert len(line) < 1000


def test_a_month_is_a_dictionary_of_its_stages(month: MonthResult) -> None:
    plain = month.to_dict()

    assert plain["needs"]["table"][0].keys() == set(month.needs.table.columns)
    assert month.table.equals(month.needs.totals())


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("stage", STAGES)
def test_an_empty_month_looks_like_one(empty_month: MonthResult, stage: str, language: str) -> None:
    record = getattr(empty_month, stage)

    looked = render_record(record, language=language)

    assert "nan" not in re.sub(r"<[^>]*>", "", looked).lower()
    assert "<strong>" in looked


def test_a_status_is_said_in_words(month: MonthResult, empty_month: MonthResult) -> None:
    assert "没有服务菜单" in empty_month.gaps._repr_html_()
    assert "缺口已计算" in month.gaps._repr_html_()


def test_a_month_shows_what_came_in_the_needs_and_the_gaps_and_that_it_is_internal(month: MonthResult) -> None:
    looked = month._repr_html_()

    assert "内部使用" in looked
    assert "收到" in looked
    assert looked.count("<table") == 2
    assert "没有服务" in looked


def test_what_stands_in_a_workbook_is_escaped(month: MonthResult) -> None:
    named = replace(month.needs, table=month.needs.table.assign(need_name="<script>alert(1)</script>"))

    assert "<script>" not in named._repr_html_()
    assert "&lt;script&gt;" in named._repr_html_()
    assert "<b>" not in month._repr_html_()


def test_a_long_table_says_how_many_rows_are_left_out(month: MonthResult) -> None:
    rows = pd.concat([month.plans.table] * 20, ignore_index=True)

    looked = replace(month.plans, table=rows)._repr_html_()

    assert looked.count("<tr>") == MOST_ROWS + 1
    assert f"另有{len(rows) - MOST_ROWS}行" in looked


def test_english_words_are_english(month: MonthResult) -> None:
    words = re.sub(r"<[^>]*>", " ", render_record(month.needs, language="en"))

    assert not CHINESE.search(words)


def test_every_kind_of_result_has_its_own_look() -> None:
    assert set(Pleasant.__subclasses__()) <= set(_renderers)

    with pytest.raises(TypeError, match="no record"):
        render_record(Pleasant())


@pytest.mark.parametrize("name", CHARTS)
def test_a_figure_of_the_month_is_a_picture(month: MonthResult, name: str) -> None:
    picture = na.plot_month(month, name)
    data, metadata = picture._repr_mimebundle_()

    assert data["image/png"].startswith(b"\x89PNG")
    assert metadata["image/png"]["alt"] == picture.alt
    assert picture.chart.title in repr(picture)
    assert picture.svg.startswith("<svg")


def test_a_figure_is_saved_as_its_name_says(month: MonthResult, tmp_path: Path) -> None:
    picture = na.plot_month(month, "needs", language="en")

    png, svg = picture.save(tmp_path / "new" / "needs.png"), picture.save(tmp_path / "needs.SVG")

    assert png.read_bytes() == picture.png
    assert svg.read_text(encoding="utf-8") == picture.svg


def test_a_figure_shows_what_the_report_prints(month: MonthResult) -> None:
    bars = na.plot_month(month, "needs").chart.bars

    assert all(bar.value == round(bar.value, 2) for bar in bars if isinstance(bar.value, float))


def test_a_figure_nobody_knows_is_refused_with_the_known_ones(month: MonthResult) -> None:
    with pytest.raises(UsageError, match="needs_by_community"):
        na.plot_month(month, "pie")


@pytest.mark.parametrize("name", [*CHARTS, "gap_map"])
def test_a_figure_without_anything_to_show_is_refused(empty_month: MonthResult, name: str) -> None:
    with pytest.raises(UsageError, match="status"):
        na.plot_month(empty_month, name)


def test_stages_run_one_by_one_give_the_same_month(month: MonthResult) -> None:
    stages = {name: getattr(month, name) for name in STAGES if name not in {"cleaned", "run"}}

    again = na.collect_month(month.cleaned, **stages, name=month.workspace, options=month.options)

    assert again.run.digest == month.run.digest


def test_an_explanation_shows_itself_escaped(month: MonthResult) -> None:
    explained = na.explain_number(month, "need:助餐:甲")

    assert explained._repr_html_().startswith("<pre")
    assert "甲" in explained._repr_html_()
