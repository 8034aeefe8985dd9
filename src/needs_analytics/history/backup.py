"""A copy of the store that can take its place, made while others write."""

from __future__ import annotations

import os
import sqlite3
import uuid
from contextlib import closing
from typing import TYPE_CHECKING

from needs_analytics.core.messages import failure
from needs_analytics.errors import UsageError
from needs_analytics.files import keep_entry, sweep
from needs_analytics.history.checks import NEWEST, problems
from needs_analytics.history.opening import connect, told

if TYPE_CHECKING:
    from pathlib import Path

    from needs_analytics.history.store import Store


def backup_store(store: Store, file: Path, *, force: bool = False) -> int:
    """Copy the store into a file, whole and of one moment, and return how many runs it holds.

    The copy is read again before it takes its name: what is damaged replaces no earlier backup.

    Parameters
    ----------
    force
        Replace a file that is there.

    Raises
    ------
    UsageError
        When there is no store yet, the file is there or is the store itself, or the copy is damaged as the store is.
    """
    if not store.path.exists():
        raise failure(UsageError, "history_empty")
    if file.resolve() == store.path.resolve() or (file.exists() and not force):
        raise failure(UsageError, "backup_exists", file=str(file))
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{uuid.uuid4().hex}.tmp")
    try:
        with closing(connect(store.path)) as source, told(store.path):
            runs = _copied(source, draft)
        sweep(draft)
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
    keep_entry(file.parent)
    return runs


def _copied(source: sqlite3.Connection, draft: Path) -> int:
    with closing(sqlite3.connect(draft)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file that needs none beside it
    with draft.open("rb+") as written:
        os.fsync(written.fileno())
    with closing(sqlite3.connect(draft)) as copy:
        found = problems(copy, newest=NEWEST)  # its pages, links and digests all; older results are for the doctor
        if found:
            raise failure(UsageError, "backup_damaged", count=len(found))
        return int(copy.execute("SELECT COUNT(*) FROM run").fetchone()[0])
