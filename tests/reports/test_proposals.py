"""Proposed lines for mapping.toml: they parse, and they answer what was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.grids import codes, sheet, take
from needs_analytics.core.issue import Issue
from needs_analytics.core.mapping import Mapping
from needs_analytics.reports.proposals import FILE, write_proposals

if TYPE_CHECKING:
    from pathlib import Path

FORM = "姓名|社区|您需要哪些服务\n王秀英|和平社区|助餐、停放车辆\n赵建国|和平社区|停放车辆、助餐"


def test_pasted_lines_answer_the_question(tmp_path: Path) -> None:
    written = write_proposals(take(sheet(FORM)).issues, tmp_path)
    assert written == tmp_path / FILE
    pasted = written.read_text(encoding="utf-8")
    assert Mapping.parse(pasted).options["停放车辆"]
    assert "W210" not in codes(take(sheet(FORM), mapping=pasted))


def test_a_line_without_an_answer_waits_for_the_office(tmp_path: Path) -> None:
    issue = Issue("W210", value='说"什么"\\呢', details={"count": 2, "near": "", "nearest": "—"})
    written = write_proposals([issue], tmp_path)
    assert written is not None
    assert Mapping.parse(written.read_text(encoding="utf-8")).options == {}


def test_a_sheet_that_may_be_two_tables_gets_its_lines(tmp_path: Path) -> None:
    issue = Issue("W201", value="usage、menu", details={"file": "一.xlsx", "sheet": "表1", "first": "usage"})
    written = write_proposals([issue], tmp_path)
    assert written is not None
    assert Mapping.parse(written.read_text(encoding="utf-8")).rule_for("一.xlsx", "表1").table == "usage"


def test_nothing_asked_writes_nothing_and_clears_the_last_time(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("old", encoding="utf-8")
    assert write_proposals([], tmp_path) is None
    assert not (tmp_path / FILE).exists()
