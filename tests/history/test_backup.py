"""A copy of the store that can take its place."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from needs_analytics.errors import UsageError
from needs_analytics.history import Store
from needs_analytics.history.backup import backup_store

from .conftest import named

if TYPE_CHECKING:
    from pathlib import Path

    from needs_analytics.core.results import MonthResult
    from needs_analytics.workspace import Workspace


def test_a_backup_takes_the_place_of_the_store(workspace: Workspace, result: MonthResult, tmp_path: Path) -> None:
    workspace.store.keep(result)
    file = tmp_path / "备份" / "2026年" / "months.sqlite3"
    assert backup_store(workspace.store, file) == 1
    assert [path.name for path in file.parent.iterdir()] == ["months.sqlite3"], "one file, nothing beside it"
    shutil.copy(file, tmp_path / "moved.sqlite3")
    moved = Store(tmp_path / "moved.sqlite3")
    assert moved.verify()
    assert moved.months()["month"].tolist() == ["2026-10"]
    assert moved.keep(named(result, "2026-11")) == 1


def test_a_backup_is_made_while_somebody_writes_and_holds_what_was_committed(
    workspace: Workspace, result: MonthResult, tmp_path: Path
) -> None:
    workspace.store.keep(result)
    with workspace.store.writing() as writing:
        writing.keep(named(result, "2026-11"))
        assert backup_store(workspace.store, tmp_path / "copy.sqlite3") == 1
        writing.commit()
    assert len(workspace.store.months()) == 2


def test_a_file_that_is_there_stays_unless_it_may_be_replaced(
    workspace: Workspace, result: MonthResult, tmp_path: Path
) -> None:
    workspace.store.keep(result)
    file = tmp_path / "copy.sqlite3"
    file.write_bytes(b"theirs")
    with pytest.raises(UsageError, match=r"copy\.sqlite3.*已经存在"):
        backup_store(workspace.store, file)
    assert file.read_bytes() == b"theirs"
    assert backup_store(workspace.store, file, force=True) == 1
    assert Store(file).verify()


def test_the_store_is_never_its_own_backup(workspace: Workspace, result: MonthResult) -> None:
    workspace.store.keep(result)
    with pytest.raises(UsageError):
        backup_store(workspace.store, workspace.store.path, force=True)
    assert workspace.store.verify()


def test_a_damaged_store_replaces_no_earlier_backup(workspace: Workspace, result: MonthResult, tmp_path: Path) -> None:
    workspace.store.keep(result)
    file = tmp_path / "copy.sqlite3"
    backup_store(workspace.store, file)
    good = file.read_bytes()
    with closing(sqlite3.connect(workspace.store.path)) as connection:
        connection.execute("DELETE FROM estimate")
        connection.commit()
    with pytest.raises(UsageError, match="needs history doctor"):
        backup_store(workspace.store, file, force=True)
    assert file.read_bytes() == good
    assert [path.name for path in tmp_path.glob("*.tmp")] == []


def test_without_a_store_there_is_nothing_to_back_up(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="还没有出过报告"):
        backup_store(workspace.store, tmp_path / "copy.sqlite3")
    assert not workspace.store.path.exists()
