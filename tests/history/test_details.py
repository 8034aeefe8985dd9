"""What else the store keeps: segments and their model, files named once, no store half brought up to date."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from importlib.metadata import version
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from needs_analytics import issue_month
from needs_analytics.core.results import Segments
from needs_analytics.errors import UsageError
from needs_analytics.history import opening
from needs_analytics.history.checks import problems
from needs_analytics.history.opening import connect, told
from needs_analytics.history.purge import purge_runs
from needs_analytics.history.usage import usage_counts

if TYPE_CHECKING:
    from pathlib import Path

    from needs_analytics.core.results import MonthResult
    from needs_analytics.workspace import Workspace


def test_segments_and_their_model_are_kept_and_erased(workspace: Workspace, result: MonthResult) -> None:
    profiles = pd.DataFrame(
        {"segment": ["S1"], "name": ["独居老人"], "name_en": ["alone"], "n": [30.0], "share": [0.2]}
    )
    quality = pd.DataFrame({"segment": ["S1"], "size": [30], "jaccard": [0.8], "published": [True]})
    none = pd.DataFrame()
    segments = Segments(none, profiles, none, quality, none, "stable")
    with workspace.store.writing() as writing:
        writing.keep(replace(result, segments=segments), model='{"k": 1}')
        writing.commit()
    kept = workspace.store.segments("2026-10")
    assert kept is not None
    assert kept[["segment", "name", "n", "jaccard", "published"]].values.tolist() == [["S1", "独居老人", 30, 0.8, 1]]
    assert workspace.store.segment_model("2026-10") == '{"k": 1}'
    purge_runs(workspace.store, month="2026-10")
    assert workspace.store.segments("2026-10") is None
    assert workspace.store.segment_model("2026-10") is None


def test_an_older_revision_is_read_when_it_is_asked_for(
    workspace: Workspace, result: MonthResult, other: MonthResult
) -> None:
    for each in (result, other):
        workspace.store.keep(each)
    for read in (workspace.store.estimates, workspace.store.gaps):
        latest, first, second = read("2026-10"), read("2026-10", 1), read("2026-10", 2)
        assert latest is not None
        assert first is not None
        assert second is not None
        assert latest.equals(second)
        assert not latest.equals(first)
        assert set(latest["shown"]) == {""}, "nobody said what a report makes of it"
        assert read("2026-10", 3) is None


def test_a_revision_names_a_file_once(workspace: Workspace, result: MonthResult) -> None:
    for _ in range(2):
        issue_month(workspace, result, formats=("html",))
    assert len(workspace.store.read("SELECT path FROM file")) == 2, "the page and recipes.toml"


def test_a_month_without_uses_has_none(result: MonthResult) -> None:
    cleaned = replace(result.cleaned, usage=result.cleaned.usage.iloc[:0])
    assert usage_counts(cleaned).empty


def test_a_later_step_is_taken_and_linked_and_heals_nothing(
    workspace: Workspace, result: MonthResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace.store.keep(result)
    before = workspace.store.runs()
    known = [*opening.migrations(), (5, "0005_more", "CREATE TABLE extra (x TEXT) STRICT;\n")]
    monkeypatch.setattr(opening, "migrations", lambda: known)
    monkeypatch.setattr("needs_analytics.history.checks.migrations", lambda: known)
    assert workspace.store.runs().equals(before)
    with closing(connect(workspace.store.path)) as connection:
        assert problems(connection) == []
        assert connection.execute("PRAGMA user_version").fetchone() == (5,)
        assert connection.execute("SELECT name, program FROM migration WHERE number = 5").fetchone() == (
            "0005_more", version("needs-analytics"),
        )  # fmt: skip
        assert connection.execute("SELECT COUNT(*) FROM healed").fetchone() == (0,)
        assert connection.execute("SELECT kind, name FROM link ORDER BY link DESC LIMIT 1").fetchone() == (
            "migration", "5",
        )  # fmt: skip


@pytest.mark.parametrize("before", ["", "ROLLBACK;\n"], ids=["in its transaction", "after SQLite has left it"])
def test_a_store_that_cannot_be_brought_up_to_date_stays_as_it_was(
    workspace: Workspace, result: MonthResult, monkeypatch: pytest.MonkeyPatch, before: str
) -> None:
    workspace.store.keep(result)
    known = [*opening.migrations(), (5, "0005_broken", f"CREATE TABLE extra (x);\n{before}CREATE TABLE run (x);")]
    with monkeypatch.context() as later:
        later.setattr(opening, "migrations", lambda: known)
        with pytest.raises(UsageError, match="已损坏"):
            workspace.store.months()
    with closing(connect(workspace.store.path)) as connection:
        assert connection.execute("SELECT COUNT(*) FROM sqlite_master WHERE name = 'extra'").fetchone() == (0,)
    assert workspace.store.months()["month"].tolist() == ["2026-10"]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (sqlite3.SQLITE_FULL, "磁盘已满"),
        (sqlite3.SQLITE_BUSY, "占用"),
        (sqlite3.SQLITE_READONLY, "不能写入"),
        (sqlite3.SQLITE_IOERR, "磁盘出错"),
        (sqlite3.SQLITE_CORRUPT, "已损坏"),
        (sqlite3.SQLITE_NOTADB, "不是本程序的历史库"),
    ],
)
def test_what_sqlite_complains_of_becomes_a_sentence(tmp_path: Path, code: int, said: str) -> None:
    error = sqlite3.DatabaseError()
    error.sqlite_errorcode = code
    with pytest.raises(UsageError, match=said), told(tmp_path / "months.sqlite3"):
        raise error
