"""Opening the store: what makes it last, whose file it is, and how an older one becomes today's."""

from __future__ import annotations

import json
import re
import sqlite3
import time
from contextlib import contextmanager
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from typing import TYPE_CHECKING

from needs_analytics.core.messages import failure
from needs_analytics.errors import UsageError
from needs_analytics.exchange import DamagedJournalError
from needs_analytics.history.drives import on_network_drive
from needs_analytics.history.healing import heal, link_all

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

APPLICATION_ID = 0x4E454544  # "NEED"
_LINKED = 4  # the first version whose rows are linked and hold no free text
_ALTERED = re.compile(
    "no such (?:table|column)|already exists|duplicate column|malformed"
)  # of what only this program makes
WAIT = 60.0  # seconds for another writer; one holds the store for less than one
_PAUSE = 0.05  # seconds until it is tried again where SQLite does not wait by itself
_FULL, _BUSY, _READONLY, _IO = (
    frozenset({sqlite3.SQLITE_FULL}),
    frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL}),
    frozenset({sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}),
    frozenset({sqlite3.SQLITE_IOERR}),
)


@cache
def migrations() -> tuple[tuple[int, str, str], ...]:
    """Return number, name and SQL of every step from an empty file to today's store."""
    folder = files("needs_analytics.history").joinpath("migrations")
    found = sorted(file.name for file in folder.iterdir() if file.name.endswith(".sql"))
    return tuple(
        (int(name[:4]), name.removesuffix(".sql"), folder.joinpath(name).read_text(encoding="utf-8")) for name in found
    )


def connect(path: Path) -> sqlite3.Connection:
    """Open a store, made or brought up to date where it has to be.

    Raises
    ------
    UsageError
        When the file is another program's, a newer version's, damaged, locked, or the disk refuses.
    """
    with told(path):
        connection = sqlite3.connect(path, timeout=WAIT, isolation_level=None)
        try:
            _prepare(connection, path)
        except BaseException:
            connection.close()
            raise
        return connection


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    known = migrations()
    _refuse_others(connection, path, known[-1][0])
    remote = on_network_drive(path.parent)
    _set_journal(connection, "DELETE" if remote else "WAL")
    connection.execute(f"PRAGMA synchronous = {'EXTRA' if remote else 'FULL'}")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA secure_delete = ON")
    done = _pragma(connection, "user_version")
    if done < known[-1][0]:
        _migrate(connection, path, known)
        if 0 < done < _LINKED:  # what was taken out is overwritten already; the file is written anew all the same
            compact(connection)


def _set_journal(connection: sqlite3.Connection, mode: str) -> None:
    """Set how changes are journalled; SQLite itself does not wait where two do so at once, lest both wait for ever."""
    last = time.monotonic() + WAIT
    while True:
        try:
            connection.execute(f"PRAGMA journal_mode = {mode}")
        except sqlite3.OperationalError as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _BUSY or time.monotonic() >= last:
                raise
            time.sleep(_PAUSE)
        else:
            return


def _refuse_others(connection: sqlite3.Connection, path: Path, newest: int) -> None:
    empty = not connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()[0]
    ours = _pragma(connection, "application_id") == APPLICATION_ID
    if not (empty or ours) or _pragma(connection, "user_version") > newest:
        raise failure(UsageError, "store_foreign", file=path.name)


def _migrate(connection: sqlite3.Connection, path: Path, known: Sequence[tuple[int, str, str]]) -> None:
    """Take every step that is missing, all in one transaction, and record them."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        _refuse_others(connection, path, known[-1][0])  # somebody else may have been here first
        done = _pragma(connection, "user_version")
        for number, _, script in known:
            if number > done:
                for statement in _statements(script):
                    connection.execute(statement)
        for number, name, _ in known:
            program = version("needs-analytics") if number > done else ""
            connection.execute("INSERT OR IGNORE INTO migration VALUES (?, ?, ?)", (number, name, program))
        if done < _LINKED:
            heal(connection)
        link_all(connection)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {known[-1][0]}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def compact(connection: sqlite3.Connection) -> bool:
    """Write the store anew without what was erased and empty its log; the log only while nobody reads it."""
    connection.execute("VACUUM")
    busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


def _statements(script: str) -> Iterator[str]:
    """Cut a script into its statements: ``executescript`` would commit the transaction it runs in."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Turn what SQLite complains of into a sentence with its remedy."""
    try:
        yield
    except DamagedJournalError as error:
        raise failure(UsageError, "journal_damaged", file=str(error)) from error
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise failure(UsageError, "store_damaged", file=path.name, folder=str(path.parent)) from error
    except sqlite3.ProgrammingError:
        raise  # what this program asks for wrongly is no damage
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        for key, codes in (("full", _FULL), ("busy", _BUSY), ("closed", _READONLY), ("unreadable", _IO)):
            if code in codes:
                raise failure(UsageError, f"store_{key}", file=path.name, folder=str(path.parent)) from error
        if code in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT, 0} or _ALTERED.search(str(error)):
            key = "foreign" if code == sqlite3.SQLITE_NOTADB else "damaged"
            raise failure(UsageError, f"store_{key}", file=path.name, folder=str(path.parent)) from error
        raise
