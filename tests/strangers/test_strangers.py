"""Five months' folders by people who knew the README and the tables page only: they run, or the right thing is asked.

Each folder holds ``inbox/``, what its maker says its sheets hold (``expected.json``) and the office's answers to what
is asked (``mapping.toml``).
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from needs_analytics.cli.entry import run
from needs_analytics.pipeline import prepare_month
from needs_analytics.workspace import Workspace

if TYPE_CHECKING:
    from needs_analytics.core.records import Cleaned

HERE = Path(__file__).parent
STRANGERS = sorted(folder.name for folder in HERE.iterdir() if (folder / "expected.json").is_file())
SHEETS_ASKED = {"W201", "W202", "W203", "I204", "I206", "I007"}


@dataclass(frozen=True)
class Month:
    """A stranger's month as it was first read, before anything was answered."""

    name: str
    expected: dict[str, Any]
    workspace: Workspace
    cleaned: Cleaned

    def asked(self, code: str) -> set[str]:
        return {issue.value for issue in self.cleaned.issues if issue.code == code}


@pytest.fixture(scope="module", params=STRANGERS)
def month(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Month:
    expected = json.loads((HERE / request.param / "expected.json").read_text(encoding="utf-8"))
    workspace = _workspace(request.param, tmp_path_factory.mktemp(request.param))
    return Month(request.param, expected, workspace, prepare_month(workspace, expected["month"]))


def _workspace(name: str, folder: Path) -> Workspace:
    workspace = Workspace.create(folder, name)
    shutil.copytree(HERE / name / "inbox", folder / "inbox", dirs_exist_ok=True)
    return workspace


def test_every_sheet_is_taken_for_what_it_is(month: Month) -> None:
    taken = {key: list(group) for key, group in month.cleaned.sheets.groupby(["file", "sheet"])["tables"]}
    assert {key: sorted("+".join(tables).split("+")) for key, tables in taken.items()} == {
        (sheet["file"], sheet["sheet"]): sorted(sheet["tables"]) or [""] for sheet in month.expected["sheets"]
    }


def test_no_row_of_a_sheet_is_lost_or_made_up(month: Month) -> None:
    rows = {key: list(group) for key, group in month.cleaned.sheets.groupby(["file", "sheet"], sort=False)["rows"]}
    for sheet in month.expected["sheets"]:
        if sheet["tables"]:
            assert (sheet["sheet"], rows[sheet["file"], sheet["sheet"]]) == (sheet["sheet"], sheet["rows"])


def test_every_answer_is_counted_once(month: Month) -> None:
    surveys = month.cleaned.sheets[month.cleaned.sheets["tables"] == "survey"]
    answers = month.cleaned.counts.merge(surveys[["file", "sheet"]])
    assert answers["rows_in"].sum() == month.expected["answers"]


def test_what_is_unsure_is_asked(month: Month) -> None:
    asked = month.expected["asked"]
    assert sorted(
        [issue.code, issue.where.sheet]
        for issue in month.cleaned.issues
        if issue.code in SHEETS_ASKED and issue.where is not None
    ) == sorted(asked["sheets"])
    assert (month.asked("W501"), month.asked("W503")) == (set(asked["services"]), set(asked["sites"]))


def test_once_answered_the_month_runs_to_its_report(month: Month, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copyfile(HERE / month.name / "mapping.toml", month.workspace.path / "mapping.toml")
    monkeypatch.chdir(month.workspace.path)
    answered = prepare_month(Workspace(month.workspace.path), month.expected["month"])
    left = {issue.value for issue in answered.issues if issue.code in {"W201", "W203", "W501", "W503", "W508"}}
    assert left == set(month.expected["not_answered"])
    with pytest.raises(SystemExit) as ended:
        run(["report", month.expected["month"], "--format", "xlsx"])
    assert ended.value.code == 0
    assert list((month.workspace.path / "reports" / month.expected["month"]).glob("*.xlsx"))
