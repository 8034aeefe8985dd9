"""The disk is full, or a file may not grow: a clear sentence, nothing lost, and once there is room all goes well."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from needs_analytics import Workspace
from needs_analytics.errors import UsageError
from needs_analytics.history import opening

from .form import FULL, report
from .killing import child, ended

if TYPE_CHECKING:
    import sqlite3 as sqlite
    from collections.abc import Iterator
    from pathlib import Path

    from .conftest import Months

resource = pytest.importorskip("resource", reason="only Unix limits a process")
SENTENCES = frozenset({"unwritable", "store_full", "store_closed", "store_unreadable"})
LIMITS = range(0, 400_000, 4_096 if FULL else 61_440)  # bytes: below the store, the journal and the report's files


def refused(months: Months, workspace: Workspace) -> str:
    """Issue a month that cannot be issued; return the code of the sentence."""
    with pytest.raises(UsageError) as error:
        months.issue(workspace, 1)
    return error.value.code


def test_a_store_that_may_not_grow_says_so_and_the_old_month_stands(
    months: Months, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, real = months.at(months.issued, tmp_path / "full"), opening._prepare

    def small(connection: sqlite.Connection, path: Path) -> None:
        real(connection, path)
        connection.execute("PRAGMA max_page_count = 1")  # as many pages as there are

    with monkeypatch.context() as patch:
        patch.setattr(opening, "_prepare", small)
        assert refused(months, workspace) == "store_full"
    assert months.judge(workspace) == 1
    months.issue(workspace, 1)
    assert months.judge(workspace) == 2


@pytest.mark.parametrize("start", ["begun", "issued"])
def test_no_file_may_grow_beyond_a_limit(months: Months, tmp_path: Path, start: str) -> None:
    """The system itself refuses; whatever file it is, the sentence is one and the old month stands."""
    before, failed = int(start == "issued"), 0
    for limit in LIMITS:
        workspace = months.at(getattr(months, start), tmp_path / "full")

        def limited(workspace: Workspace = workspace, limit: int = limit) -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            try:
                months.issue(workspace, 1)
            except UsageError as error:
                os._exit(100 + (error.code in SENTENCES))

        code = ended(child(limited))
        assert code in {0, 101}
        failed += code == 101
        assert months.torn(workspace) == []
        assert months.judge(workspace) == before + (code == 0)
        months.issue(workspace, 1)
        assert months.judge(workspace) == before + 1
    report("no file beyond a limit", start=start, limits=len(LIMITS), refused=failed)
    assert 0 < failed < len(LIMITS)


@contextmanager
def small_disk(folder: Path, size: int) -> Iterator[Path]:
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


if FULL and os.geteuid() == 0:  # it takes a disk of its own

    @pytest.mark.parametrize("room", range(0, 1_500_000, 32_768))
    def test_a_disk_that_is_full(months: Months, tmp_path: Path, room: int) -> None:
        with small_disk(tmp_path / "disk", 4 * 2**20) as disk:
            workspace = Workspace(shutil.copytree(months.issued, disk / "office"))
            (disk / "ballast").write_bytes(bytes(max(shutil.disk_usage(disk).free - room, 0)))
            code = ""
            try:
                months.issue(workspace, 1)
            except UsageError as error:
                code = error.code
            assert code in {"", *SENTENCES}
            assert months.torn(workspace) == []
            (disk / "ballast").unlink()
            assert months.judge(workspace) == 1 + (not code)
            months.issue(workspace, 1)
            assert months.judge(workspace) == 2
            report("a full disk", room=room, code=code)
