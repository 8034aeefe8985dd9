"""Whatever happened to the store's bytes is a sentence with its remedy, never an error of ours."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from typing import TYPE_CHECKING

import pytest

from needs_analytics import issue_month
from needs_analytics.errors import NeedsError, UsageError
from needs_analytics.exchange import Exchange
from needs_analytics.history.checks import NEWEST
from needs_analytics.history.compare import compare_runs
from needs_analytics.history.doctor import examine, repair
from needs_analytics.history.links import insert_linked
from needs_analytics.history.months import issued_month, kept_months
from needs_analytics.history.opening import connect

if TYPE_CHECKING:
    from pathlib import Path

    from needs_analytics.core.results import MonthResult
    from needs_analytics.workspace import Workspace


@pytest.fixture
def issued(workspace: Workspace, result: MonthResult, other: MonthResult) -> Workspace:
    for month in (result, other):
        issue_month(workspace, month, formats=("html",))
    return workspace


def wrong(workspace: Workspace) -> list[str]:
    return [each.code for each in examine(workspace.store, workspace.path, workspace.journal) if each.wrong]


def read_all(workspace: Workspace, result: MonthResult) -> None:
    """Use the store as every verb does; what cannot be read is told."""
    store = workspace.store
    for read in (
        lambda: kept_months(store, every=True),
        lambda: issued_month(store, "2026-10", root=workspace.path),
        lambda: compare_runs(store, ("2026-10", 1), ("2026-10", 2)),
        lambda: store.estimates("2026-10"),
        lambda: store.usage("2026-11"),
        lambda: store.keep(result),
    ):
        with suppress(NeedsError):
            read()


@pytest.mark.parametrize("part", range(4))
def test_overwritten_bytes_are_told(issued: Workspace, result: MonthResult, part: int) -> None:
    path = issued.store.path
    whole = path.read_bytes()
    for at in range(part * 3001, len(whole), 4 * 3001):
        path.write_bytes(whole[:at] + bytes(byte ^ 0xFF for byte in whole[at : at + 8]) + whole[at + 8 :])
        examine(issued.store, issued.path, issued.journal)
        read_all(issued, result)
        for rest in path.parent.glob("months.sqlite3-*"):
            rest.unlink()


@pytest.mark.parametrize("share", [0.001, 0.1, 0.5, 0.9])
def test_a_truncated_store_is_told(issued: Workspace, result: MonthResult, share: float) -> None:
    whole = issued.store.path.read_bytes()
    issued.store.path.write_bytes(whole[: int(share * len(whole))])
    assert wrong(issued)
    read_all(issued, result)


@pytest.mark.parametrize("table", ["run", "estimate", "link", "purge", "publication", "migration"])
def test_a_missing_table_is_told(issued: Workspace, result: MonthResult, table: str) -> None:
    with closing(sqlite3.connect(issued.store.path)) as connection:
        connection.execute(f"DROP TABLE {table}")
        connection.commit()
    (finding,) = (each for each in examine(issued.store, issued.path, issued.journal) if each.wrong)
    assert finding.code == "damaged"
    read_all(issued, result)


def test_a_number_of_an_older_version_beside_newer_tables_is_told(issued: Workspace) -> None:
    with closing(sqlite3.connect(issued.store.path)) as connection:
        connection.execute("PRAGMA user_version = 2")
    with pytest.raises(UsageError, match="已损坏"):
        issued.store.months()


def test_a_record_that_is_no_json_is_told(issued: Workspace) -> None:
    with closing(sqlite3.connect(issued.store.path)) as connection:
        connection.execute("DROP TRIGGER run_is_never_changed")
        connection.execute("UPDATE run SET record = '{' WHERE run = 1")
        connection.commit()
    assert wrong(issued) == ["chain"]
    for read in (kept_months, lambda store: compare_runs(store, ("2026-10", 1), ("2026-10", 2))):
        with pytest.raises(UsageError, match="已损坏"):
            read(issued.store)


def test_a_log_of_garbage_is_not_taken_for_the_store(issued: Workspace, result: MonthResult) -> None:
    issued.store.path.with_name("months.sqlite3-wal").write_bytes(b"\xff" * 40_000)
    assert wrong(issued) == []
    read_all(issued, result)


@pytest.mark.parametrize("told", [b"", b"{", b"[1]", b'{"a": 1}', b'[{"path": "x"}]', b"\xff\xfe\x00"])
def test_a_damaged_journal_is_told_and_repaired(issued: Workspace, result: MonthResult, told: bytes) -> None:
    issued.journal.write_bytes(told)
    assert wrong(issued) == ["journal"]
    with pytest.raises(UsageError, match="--repair"):
        issue_month(issued, result, formats=("html",))
    done = repair(issued.store, issued.path, issued.journal)
    assert (done.unreadable, done.recovered) == (True, False)
    assert wrong(issued) == []
    assert issue_month(issued, result, formats=("html",)).revision == 3


def test_a_readable_journal_is_not_set_aside(workspace: Workspace, tmp_path: Path) -> None:
    exchange = Exchange(workspace.journal, workspace.path)
    exchange.replace({workspace.path / "reports" / "x.html": b"x"})
    assert not Exchange(workspace.journal, workspace.path).set_aside()
    assert workspace.journal.exists()


def test_a_file_outside_the_workspace_is_kept_by_its_name(
    issued: Workspace, result: MonthResult, tmp_path: Path
) -> None:
    issue_month(issued, result, folder=tmp_path / "王主任的U盘", formats=("html",))
    files = issued_month(issued.store, "2026-10", root=issued.path).files
    assert files["state"].tolist() == ["elsewhere", "same"]
    assert "王主任".encode() not in b"".join(path.read_bytes() for path in issued.store.path.parent.iterdir())
    assert wrong(issued) == []


def test_the_results_of_old_runs_are_read_when_all_are_asked_for(issued: Workspace) -> None:
    with closing(connect(issued.store.path)) as connection:
        for run in range(3, NEWEST + 3):
            told = {"run": run, "month": "2026-11", "revision": run, "digest": "", "record": "{}", "content": "-"}
            insert_linked(connection, "run", told)
        connection.execute("DROP TRIGGER estimate_is_never_changed")
        connection.execute("UPDATE estimate SET share = 0.99 WHERE run = 1")
    place = (issued.store, issued.path, issued.journal)
    some = [each.details for each in examine(*place, newest=NEWEST)]
    assert {"newest": NEWEST, "runs": NEWEST + 2} in some
    assert {"where": "2026-10 (1)"} not in some
    assert {"where": "2026-10 (1)"} in [each.details for each in examine(*place)]
