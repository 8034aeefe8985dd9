"""The doctor finds what is wrong with the store and with the files, and mends what an interrupted run left."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from needs_analytics import issue_month
from needs_analytics.core.messages import LANGUAGES, catalogue
from needs_analytics.exchange import Exchange
from needs_analytics.history import doctor
from needs_analytics.history.doctor import WRONG, examine, repair
from needs_analytics.history.opening import connect

from .conftest import named

if TYPE_CHECKING:
    from pathlib import Path

    from needs_analytics.core.results import MonthResult
    from needs_analytics.workspace import Workspace

LEFT = f".{'0a' * 16}"


@pytest.fixture
def issued(workspace: Workspace, result: MonthResult) -> Workspace:
    issue_month(workspace, result, formats=("html",))
    return workspace


def found(workspace: Workspace) -> list[str]:
    return [finding.code for finding in examine(workspace.store, workspace.path, workspace.journal)]


def tamper(workspace: Workspace, *statements: str) -> None:
    """Change the store behind the program's back."""
    with closing(sqlite3.connect(workspace.store.path)) as connection:
        triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for statement in (*(f"DROP TRIGGER {name}" for (name,) in triggers), *statements):
            connection.execute(statement)
        connection.commit()


def old(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"")
    long_ago = time.time() - 7200
    os.utime(path, (long_ago, long_ago))
    return path


def test_an_issued_month_is_sound(issued: Workspace) -> None:
    assert found(issued) == []


def test_a_new_workspace_has_no_store_yet(workspace: Workspace) -> None:
    assert found(workspace) == ["none"]
    assert not any(finding.wrong for finding in examine(workspace.store, workspace.path, workspace.journal))
    assert not workspace.store.path.exists()


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE run SET digest = 'forged'", "chain"),
        ("UPDATE estimate SET share = 0.99", "content"),
        ("DELETE FROM gap", "content"),
        ("INSERT INTO segment_model VALUES (1, '{}')", "content"),
        ("UPDATE publication SET tables = '[]'", "printed"),
        ("DELETE FROM link WHERE link = 3", "chain"),
    ],
)
def test_what_was_changed_in_the_store_is_found(issued: Workspace, statement: str, code: str) -> None:
    tamper(issued, statement)
    assert found(issued) == [code]


@pytest.mark.parametrize(
    ("statement", "codes"),
    [
        ("INSERT INTO purge VALUES (99, '')", ["reference", "row"]),
        ("INSERT INTO purge VALUES (1, '')", ["row", "content"]),
        ("DELETE FROM migration WHERE number = 2", ["row", "migrations"]),
        ("DELETE FROM file WHERE file = 1", ["row", "files_unknown"]),
    ],
)
def test_rows_added_and_taken_away_are_found(issued: Workspace, statement: str, codes: list[str]) -> None:
    tamper(issued, statement)
    assert found(issued) == codes


def test_torn_pages_are_found(issued: Workspace) -> None:
    other = "(SELECT rootpage FROM sqlite_master WHERE name = 'gap')"
    tamper(
        issued, "CREATE INDEX torn ON estimate (need)", "PRAGMA writable_schema = ON",
        f"UPDATE sqlite_master SET rootpage = {other} WHERE name = 'torn'",
    )  # fmt: skip
    assert set(found(issued)) <= {"integrity", "damaged"}
    assert found(issued)


def test_a_file_that_is_no_store_is_said_with_its_remedy(workspace: Workspace) -> None:
    workspace.store.path.write_bytes(b"no database at all, but long enough to be taken for one" * 20)
    (finding,) = examine(workspace.store, workspace.path, workspace.journal)
    assert (finding.code, finding.wrong) == ("store", True)
    assert "不是本程序的历史库" in finding.details["sentence"]["zh"]


def test_a_report_that_was_changed_or_moved_is_said_and_not_wrong(issued: Workspace) -> None:
    (page,) = issued.path.glob("reports/2026-10/*.html")
    page.write_text("edited", encoding="utf-8")
    (issued.path / "recipes.toml").unlink()
    findings = examine(issued.store, issued.path, issued.journal)
    assert {(finding.code, finding.details["file"]) for finding in findings} == {
        ("file_changed", page.relative_to(issued.path).as_posix()), ("file_gone", "recipes.toml"),
    }  # fmt: skip
    assert not any(finding.wrong for finding in findings)


def test_leftovers_are_found_and_removed_but_no_file_of_anybody(issued: Workspace) -> None:
    left = [old(issued.path / name) for name in (
        f"{LEFT}.tmp", f"history/{LEFT}.old", f"reports/2026-10/{LEFT}.old.tmp", f"check/2026-10/退回/{LEFT}.tmp",
        f".cache/{LEFT}.tmp", "history/writing.tmp", f"backup/{LEFT}.tmp", f"backup/{LEFT}.tmp-journal",
    )]  # fmt: skip
    theirs = [old(issued.path / name) for name in ("reports/2026-10/notes.tmp", ".old", f"inbox/2026-10/{LEFT}.tmp")]
    young = issued.path / f".{'1b' * 16}.tmp"
    young.write_bytes(b"")
    assert found(issued) == ["leftover"] * len(left)
    done = repair(issued.store, issued.path, issued.journal)
    assert (done.recovered, sorted(done.removed)) == (False, sorted(set(left) - {issued.path / "history/writing.tmp"}))
    assert all(path.exists() for path in (*theirs, young))
    assert found(issued) == []


def told(workspace: Workspace) -> dict[str, dict[str, object]]:
    found = examine(workspace.store, workspace.path, workspace.journal)
    return {finding.code: {"wrong": finding.wrong, **finding.details} for finding in found}


def test_a_lost_store_beside_reports_is_said_and_no_new_workspace(issued: Workspace) -> None:
    for path in issued.store.path.parent.iterdir():
        path.unlink()
    assert told(issued) == {"lost": {"wrong": True, "months": ("2026-10",)}}


def test_an_emptied_store_beside_reports_is_wrong(issued: Workspace) -> None:
    for path in issued.store.path.parent.iterdir():
        path.unlink()
    issued.store.path.touch()
    assert told(issued) == {"emptied": {"wrong": True, "months": ("2026-10",)}}


def test_reports_of_a_month_that_the_store_does_not_keep_are_said(issued: Workspace) -> None:
    (issued.path / "reports" / "2026-08").mkdir()
    (issued.path / "reports" / "2026-08" / "报告.docx").write_bytes(b"of a store that was lost")
    (issued.path / "reports" / "2026-07").mkdir()
    (issued.path / "reports" / "别的").mkdir()
    assert told(issued) == {"unkept": {"wrong": False, "months": ("2026-08",)}}


def test_a_file_of_an_older_revision_is_said(issued: Workspace, other: MonthResult) -> None:
    (page,) = issued.path.glob("reports/2026-10/*.html")
    earlier = page.read_bytes()
    issue_month(issued, other, formats=("xlsx",))
    of_the_first = {"wrong": False, "file": page.relative_to(issued.path).as_posix(), "month": "2026-10",
                    "revision": 1, "latest": 2}  # fmt: skip
    assert told(issued) == {"file_older": of_the_first}
    issue_month(issued, other, formats=("html",))
    assert told(issued) == {}
    page.write_bytes(earlier)
    assert told(issued) == {"file_older": of_the_first}, "also where somebody has put it back"


def test_files_that_no_run_has_written_are_said_and_left(issued: Workspace) -> None:
    folder = issued.path / "reports" / "2026-10"
    for name in ("甲.docx", "乙.xlsx", "丙.html", "丁.html", "~$甲.docx", "备注.txt"):
        (folder / name).write_bytes(b"somebody's own")
    assert told(issued) == {
        "files_unknown": {"wrong": False, "month": "2026-10", "count": 4, "files": ["丁.html", "丙.html", "乙.xlsx"]}
    }
    repair(issued.store, issued.path, issued.journal)
    assert len(list(folder.iterdir())) == 7


def test_an_interrupted_exchange_is_found_and_undone(issued: Workspace) -> None:
    (page,) = issued.path.glob("reports/2026-10/*.html")
    before = page.read_bytes()
    Exchange(issued.journal, issued.path).replace({page: b"half"})
    for path in issued.path.glob("reports/2026-10/.*"):
        os.utime(path, (0, 0))
    assert found(issued) == ["file_changed", "journal"], "its backup is no leftover: the journal names it"
    assert told(issued)["journal"] == {"wrong": True, "file": "history/writing.json"}
    (backup,) = issued.path.glob("reports/2026-10/.*.old")
    old(backup.with_name(f"{backup.name}.tmp"))
    assert found(issued) == ["file_changed", "journal"], "nor is a draft of its backup"
    assert repair(issued.store, issued.path, issued.journal).recovered
    assert page.read_bytes() == before
    assert found(issued) == []


def test_a_month_that_rests_on_what_was_issued_again_is_said(workspace: Workspace, result: MonthResult) -> None:
    for month in ("2026-09", "2026-10", "2026-08"):
        workspace.store.keep(named(result, month, month))
    workspace.store.keep(named(result, "2026-09", "again"))
    findings = examine(workspace.store, workspace.path, workspace.journal)
    assert [(finding.code, dict(finding.details)) for finding in findings] == [
        ("overtaken", {"month": "2026-10", "revision": 1, "months": ("2026-08", "2026-09")}),
    ]
    assert not any(finding.wrong for finding in findings)


def test_a_network_drive_is_said(issued: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "on_network_drive", lambda folder: True)
    assert found(issued) == ["network"]


def test_a_disk_without_a_write_ahead_log_is_said(issued: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def without_log(path: Path) -> sqlite3.Connection:
        connection = connect(path)
        connection.execute("PRAGMA journal_mode = DELETE")
        return connection

    monkeypatch.setattr("needs_analytics.history.store.connect", without_log)
    assert found(issued) == ["slow"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_finding_has_a_sentence(language: str) -> None:
    said = {key.removeprefix("doctor.") for key in catalogue(language) if key.startswith("doctor.")}
    assert said == WRONG | {"none", "network", "slow", "file_changed", "file_gone", "unread", "overtaken", "unkept",
                            "file_older", "files_unknown"}  # fmt: skip
