"""Two who open the store at once: SQLite does not wait where both set the journal, so the opening does."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from needs_analytics.errors import UsageError
from needs_analytics.history import opening

if TYPE_CHECKING:
    from pathlib import Path


def locked_out(times: int) -> type[sqlite3.Connection]:
    """Return connections that find others setting the journal so many times."""
    left = [times]

    class Connection(sqlite3.Connection):
        def execute(self, sql: str, *given: Any) -> sqlite3.Cursor:
            if "journal_mode =" in sql and left[0]:
                left[0] -= 1
                error = sqlite3.OperationalError("database is locked")
                error.sqlite_errorcode = sqlite3.SQLITE_BUSY
                raise error
            return super().execute(sql, *given)

    return Connection


@pytest.fixture(autouse=True)
def _no_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "WAIT", 0.3)


def test_it_is_tried_again_until_the_other_is_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, factory=locked_out(2)))
    with closing(opening.connect(tmp_path / "months.sqlite3")) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_who_never_becomes_ready_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, factory=locked_out(10**9)))
    with pytest.raises(UsageError, match="占用"):
        opening.connect(tmp_path / "months.sqlite3")


def test_what_the_program_asks_wrongly_is_no_damage_of_the_store(tmp_path: Path) -> None:
    path = tmp_path / "months.sqlite3"
    with pytest.raises(sqlite3.ProgrammingError), closing(opening.connect(path)) as connection, opening.told(path):
        connection.execute("SELECT ?", (1, 2))
