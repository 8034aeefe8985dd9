"""Every verb sees one state of the store, though others commit while it reads."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from needs_analytics.core.month import Month
from needs_analytics.errors import UsageError
from needs_analytics.history import opening
from needs_analytics.history.before import kept_before
from needs_analytics.history.compare import compare_runs
from needs_analytics.history.doctor import examine
from needs_analytics.history.export import export_tables
from needs_analytics.history.months import issued_month, kept_months

from .conftest import named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from needs_analytics.core.results import MonthResult
    from needs_analytics.history import Store
    from needs_analytics.workspace import Workspace

MONTH, NEXT = "2026-10", "2026-11"
MOST = 4  # revisions that come while one verb reads


@contextmanager
def meanwhile(issue: Callable[[], object]) -> Iterator[list[str]]:
    """Let somebody else issue the month whenever a reader is about to ask the store; yield what was asked then."""
    asked: list[str] = []
    connect = sqlite3.connect

    class Connection(sqlite3.Connection):
        def execute(self, sql: str, *given: Any) -> sqlite3.Cursor:
            if self.in_transaction and len(asked) < MOST and "sqlite_master" not in sql:
                asked.append(sql)
                with pytest.MonkeyPatch.context() as others:
                    others.setattr(sqlite3, "connect", connect)
                    issue()
            return super().execute(sql, *given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite3, "connect", partial(connect, factory=Connection))
        yield asked


def exported(store: Store, folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in export_tables(store, folder, form="csv", every=True)}


VERBS: dict[str, Callable[[Store, Path], Any]] = {
    "list": lambda store, _: kept_months(store, every=True),
    "show": lambda store, root: issued_month(store, MONTH, root=root),
    "diff": lambda store, _: compare_runs(store, (MONTH, 1), (MONTH, None)),
    "export": lambda store, root: exported(store, root / "out"),
    "doctor": lambda store, root: examine(store, root, root / "history" / "writing.json"),
    "report": lambda store, _: kept_before(store, Month.parse(NEXT)),
    "one table": lambda store, _: store.estimates(MONTH),
    "links": lambda store, _: store.verify(),
}


@pytest.mark.parametrize("verb", VERBS)
def test_what_is_committed_meanwhile_is_not_seen(
    workspace: Workspace, result: MonthResult, other: MonthResult, verb: str
) -> None:
    store, work = workspace.store, VERBS[verb]
    for each in (result, other):
        store.keep(each)
    before = repr(work(store, workspace.path))

    def issue() -> None:
        count = len(store.months())
        store.keep(named((result, other)[count % 2], MONTH, f"{count:064}"))

    with meanwhile(issue) as asked:
        assert repr(work(store, workspace.path)) == before
    assert asked
    assert len(store.months()) == 2 + len(asked)


def test_a_moment_goes_on_and_ends(workspace: Workspace, result: MonthResult, other: MonthResult) -> None:
    store = workspace.store
    with store.reading() as nothing:
        store.keep(result)
        assert nothing.months().empty  # made meanwhile
    with store.reading() as moment:
        store.keep(other)
        with moment.reading() as same:
            assert same.months()["revision"].tolist() == moment.months()["revision"].tolist() == [1]
        assert moment.run_of(MONTH) == 1
        assert store.run_of(MONTH) == 2
    with store.reading() as later:
        assert later.run_of(MONTH) == 2


def test_a_writer_on_a_network_drive_waits_for_a_reader(
    workspace: Workspace, result: MonthResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is one state only: while it is read nobody else's takes its place."""
    monkeypatch.setattr(opening, "on_network_drive", lambda _: True)
    monkeypatch.setattr(opening, "WAIT", 0.05)
    workspace.store.keep(result)
    with workspace.store.reading(), pytest.raises(UsageError) as error:
        workspace.store.keep(named(result, MONTH, "other"))
    assert error.value.code == "store_busy"
    assert workspace.store.keep(named(result, MONTH, "other")) == 2
