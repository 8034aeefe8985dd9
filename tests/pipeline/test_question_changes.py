"""From the month that is kept to the next: a reworded question is said and not compared until a line allows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from needs_analytics.pipeline import prepare_month, run_month
from needs_analytics.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

ROWS = [("助餐、助浴", "和平社区"), ("助餐", "幸福社区"), ("助浴", "和平社区"), ("助餐", "和平社区")] * 15
LINE = '[[crosswalk]]\nquestion = "您有哪些服务需求"\nbefore = "您需要哪些服务"\n'


def write(workspace: Workspace, month: str, wording: str) -> None:
    folder = workspace.inbox(month)
    folder.mkdir(parents=True)
    lines = [f"社区,年龄,性别,{wording}", *(f"{place},{20 + row},男,{said}" for row, (said, place) in enumerate(ROWS))]
    (folder / "和平问卷.csv").write_text("\n".join(lines), encoding="utf-8")


@pytest.fixture
def office(tmp_path: Path) -> Workspace:
    workspace = Workspace.create(tmp_path / "街道", "街道")
    write(workspace, "2026-09", "您需要哪些服务（可多选）")
    write(workspace, "2026-10", "您有哪些服务需求（可多选）")
    return workspace


def said(workspace: Workspace) -> list[str]:
    return [issue.code for issue in prepare_month(workspace, "2026-10").issues if issue.code in {"W231", "W232"}]


def test_a_reworded_question_is_said_and_compared_only_with_a_line_that_allows_it(office: Workspace) -> None:
    assert said(office) == []  # the month before was never run
    office.store.keep(run_month(office, "2026-09"))
    assert said(office) == ["W231"]
    assert set(run_month(office, "2026-10").needs.table["change"]) == {"/"}
    mapping = office.path / "mapping.toml"
    allowed = LINE.replace('需求"', '需求（可多选）"').replace('服务"', '服务（可多选）"')
    mapping.write_text(mapping.read_text(encoding="utf-8") + allowed, encoding="utf-8")
    again = Workspace(office.path)
    assert said(again) == []
    assert set(run_month(again, "2026-10").needs.totals()["change"]) != {"/"}
