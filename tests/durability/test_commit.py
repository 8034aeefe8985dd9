"""The store's last step fails because the disk cannot make it last: one sentence, and files and store stay of one run.

SQLite has written the run into its log then and says it was not kept; whoever opens the log after a crash finds it
whole.
"""

from __future__ import annotations

import errno
import os
import signal
import sqlite3
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from needs_analytics.errors import UsageError
from needs_analytics.history import opening

from .dying import can_die, die
from .form import FULL, report
from .killing import KILLED, child, ended
from .test_kills import judged
from .watching import watched

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from needs_analytics import Workspace

    from .conftest import Months

pytestmark = pytest.mark.skipif(not can_die(), reason="only Linux lets a process tell its own fsync to fail")

SAID, DONE, LEFT = 100, 0, 101
STARTS = {"the store is made": ("begun", 1), "first month": ("begun", 2), "second revision": ("issued", 1)}


def issue(months: Months, workspace: Workspace, commit: int, error: int, calls: int) -> None:
    """Issue a month on a disk that dies at the n-th commit; the process is left so many calls later, 0 for never."""
    commits = since = 0

    def watch(about: str) -> None:
        nonlocal commits, since
        if commits == commit:
            since += 1
            if since == calls:
                os._exit(LEFT)
        elif about == "sql COMMIT":
            commits += 1
            if commits == commit:
                die(error)

    with watched(watch):
        try:
            months.issue(workspace, 1)
        except UsageError as failed:
            os._exit(SAID if failed.code == "store_unreadable" else 1)


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("error", [errno.EIO, errno.ENOSPC], ids=["EIO", "ENOSPC"])
def test_a_commit_that_cannot_be_made_to_last(months: Months, tmp_path: Path, start: str, error: int) -> None:
    (folder, commit), ends = STARTS[start], Counter[str]()
    before = int(folder == "issued")
    for calls in count(0, 1 if FULL else 3):
        workspace = months.at(getattr(months, folder), tmp_path / "dying")
        code = ended(child(lambda: issue(months, workspace, commit, error, calls)))  # noqa: B023 - called at once
        assert code == LEFT if calls and code != SAID else code == SAID
        ends[f"{'left' if code == LEFT else 'said'}, {judged(months, workspace, before)}"] += 1
        if calls and code == SAID:
            break
    report("a commit that cannot last", start=start, error=errno.errorcode[error], ends=ends)


@contextmanager
def reader(workspace: Workspace) -> Iterator[None]:
    """Let another process read the store until it is killed, so that its log stays and is opened anew."""
    read, write = os.pipe()

    def look() -> None:
        with workspace.store.reading():
            os.close(write)
            time.sleep(60)

    number = child(look)
    os.close(write)
    os.read(read, 1)
    os.close(read)
    yield
    os.kill(number, signal.SIGKILL)
    assert ended(number) == KILLED


def failing_once(error: int) -> type[sqlite3.Connection]:
    """Return connections of which a commit finds a disk that fails, and then no more: only its thread is struck."""

    class Connection(sqlite3.Connection):
        def execute(self, sql: str, *given: Any) -> sqlite3.Cursor:
            if sql != "COMMIT":
                return super().execute(sql, *given)
            with ThreadPoolExecutor(1, initializer=die, initargs=(error,)) as struck:
                return struck.submit(super().execute, sql).result()

    return Connection


@pytest.mark.parametrize("remote", [False, True], ids=["with a log", "on a network drive"])
@pytest.mark.parametrize("error", [errno.EIO, errno.ENOSPC], ids=["EIO", "ENOSPC"])
def test_a_commit_that_failed_once_never_comes_back(
    months: Months, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: int, *, remote: bool
) -> None:
    monkeypatch.setattr(opening, "on_network_drive", lambda _: remote)
    workspace = months.at(months.issued, tmp_path / "failing")
    connect = partial(sqlite3.connect, factory=failing_once(error), check_same_thread=False)
    with nullcontext() if remote else reader(workspace), monkeypatch.context() as patch:
        months.issue(workspace, 2)  # its log has begun: else the disk fails before the run stands there
        patch.setattr(sqlite3, "connect", connect)
        with pytest.raises(UsageError) as failed:
            months.issue(workspace, 1)
    assert failed.value.code == "store_unreadable"
    assert months.judge(workspace) == 2
    months.issue(workspace, 1)
    assert months.judge(workspace) == 3
