"""What raises each code of the stages after cleaning, and of the folder, which no other test is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from helpers.town import MEALS, codes, residents, run_stages, survey, town
from needs_analytics.segments import find_segments
from needs_analytics.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

REGISTER = "community | grid | age_low | age_high | sex | persons\n" + "\n".join(
    f"{community} | 1 | 16 | 120 | 男 | 400" for community in "甲乙丙"
)
MENU = "service | needs\nS | ELD01"
SUPPLY = "service | site | capacity\nS | P | 100"
LOCATED = "community | grid | lon | lat\n甲 | 1 | 112.1 | 28.1\n乙 | 1 | 112.2 | 28.1\n丙 | 1 | 112.1 | 28.2"


def month_codes(**given: Any) -> set[str]:
    answers = survey(*(residents(20, community=c, grid="1", yes={MEALS: 10}, age=70, sex="男") for c in "甲乙丙"))
    result = run_stages(town(answers, **{"register": REGISTER, "menu": MENU, "supply": SUPPLY, **given}))
    return {code for record in (result.matches, result.gaps) for code in codes(record)}


@pytest.mark.parametrize(
    ("code", "given"),
    [
        ("I709", {"menu": "service | needs | eligibility\nS | ELD01 | age<=12"}),
        ("I714", {"sites": "site | community\nP | 甲"}),
        ("W712", {"sites": "site | community | lon | lat\nP | 甲 | 112.1 | 28.1", "places": LOCATED}),
        ("W713", {"sites": "site | community | lon | lat\nP | 甲 | 119.1 | 38.1", "places": LOCATED}),
        ("I722", {"usage": "service | count | rating\nS | 5 | 4"}),
    ],
)
def test_a_month_raises_its_code(code: str, given: dict[str, Any]) -> None:
    assert code in month_codes(**given)


def test_too_few_questions_that_differ_give_rules() -> None:
    answers = pd.DataFrame({"age": np.repeat([30.0, 70.0], 200), "sex": ["男"] * 400})
    assert "I634" in codes(find_segments(answers))


def test_a_file_that_is_no_workbook_is_said(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "town", "小镇")
    folder = workspace.inbox("2026-10")
    folder.mkdir(parents=True)
    (folder / "照片.jpg").write_bytes(b"x")
    assert [issue.code for issue in workspace.left_out("2026-10")] == ["W011"]
