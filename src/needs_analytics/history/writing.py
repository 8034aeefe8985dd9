"""Writing one run: everything of it in one transaction, and nothing of any other run is touched."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from needs_analytics.history.columns import (
    DETAILS,
    ESTIMATE,
    GAP,
    QUESTION,
    SEGMENT,
    USAGE,
    quoted,
    rows_of,
)
from needs_analytics.history.folding import folded_model
from needs_analytics.history.links import insert_linked, stored_content
from needs_analytics.history.usage import usage_counts
from needs_analytics.intake.public_options import public_options

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from needs_analytics.core.results import MonthResult, Segments
    from needs_analytics.history.columns import Value

    Details = list[tuple[str, Sequence[str], list[tuple[Value, ...]]]]


_NOT_WRITTEN = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE})
"""Why a commit fails before its last page is in the file; else it may be there and the disk could not confirm it."""


class Shown(NamedTuple):
    """What the report makes of a month's rows: ``shown``, ``hidden`` (few contributors) or ``withheld``.

    Attributes
    ----------
    needs, gaps
        A word for each row of the needs list and of the gap report.
    """

    needs: Sequence[str]
    gaps: Sequence[str]


class Writing:
    """The store held for one run, until :meth:`commit` or :meth:`leave`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._unsure = False
        self.run = 0

    def keep(self, result: MonthResult, shown: Shown | None = None, model: str = "") -> int:
        """Insert a month as its next revision and return its number; the same results again are the latest revision.

        Where the latest revision's details were erased, the same results are a further one.

        Parameters
        ----------
        shown
            What the report makes of each row.
        model
            The fitted segments as JSON, empty where there are none.
        """
        month, digest = str(result.month), result.run.digest
        last = self._one(
            """SELECT r.revision, r.digest, r.content, r.run, p.run FROM run AS r LEFT JOIN purge AS p ON p.run = r.run
               WHERE r.month = ? ORDER BY r.revision DESC""",
            month,
        )
        self._connection.execute("SAVEPOINT kept")
        self._connection.execute("PRAGMA defer_foreign_keys = ON")  # the results come first: the run tells their digest
        self.run = int(self._connection.execute("SELECT COALESCE(MAX(run), 0) + 1 FROM run").fetchone()[0])
        content = self._keep_details(_details(result, shown), folded_model(model, result.cleaned.codebook))
        if last and last[1:3] == (digest, content) and last[4] is None:
            self._connection.execute("ROLLBACK TO kept")
            self.run = int(last[3])
            return int(last[0])
        revision = (int(last[0]) if last else 0) + 1
        record = json.dumps(result.run.to_dict(), ensure_ascii=False, sort_keys=True, default=str)
        told = {"run": self.run, "month": month, "revision": revision, "digest": digest, "record": record,
                "content": content, "program": result.run.versions["needs-analytics"]}  # fmt: skip
        insert_linked(self._connection, "run", told)
        return revision

    def _keep_details(self, details: Details, model: str) -> str:
        """Insert a run's results and return their digest."""
        for name, columns, rows in details:
            statement = f"INSERT INTO {name} (run, {quoted(columns)}) VALUES (?{', ?' * len(columns)})"  # noqa: S608 - our own names
            self._connection.executemany(statement, ((self.run, *row) for row in rows))
        if model:
            self._connection.execute("INSERT INTO segment_model VALUES (?, ?)", (self.run, model))
        return stored_content(self._connection, self.run)

    def publish(self, language: str, tables: str, files: Mapping[str, str]) -> None:
        """Keep the report's tables as they were printed, and name its files with their digests.

        Parameters
        ----------
        tables
            The tables as JSON.
        files
            Path to digest.
        """
        digest = hashlib.sha256(tables.encode()).hexdigest()
        if not self._one("SELECT 1 FROM publication WHERE run = ? AND language = ?", self.run, language):
            told = {"run": self.run, "language": language, "digest": digest, "tables": tables}
            insert_linked(self._connection, "publication", told)
        for path, file_digest in files.items():
            latest = self._one("SELECT run, digest FROM file WHERE path = ? ORDER BY file DESC", path)
            if latest != (self.run, file_digest):
                number = self._connection.execute("SELECT COALESCE(MAX(file), 0) + 1 FROM file").fetchone()[0]
                told = {"file": number, "run": self.run, "path": path, "digest": file_digest}
                insert_linked(self._connection, "file", told)

    def purge(self, runs: Iterable[int], reason: str) -> None:
        """Erase the details of runs, told by their numbers, and note that they are erased."""
        for run in runs:
            for table in (*DETAILS, "segment_model", "publication"):
                self._connection.execute(f"DELETE FROM {table} WHERE run = ?", (run,))  # noqa: S608 - our own names
            insert_linked(self._connection, "purge", {"run": run, "reason": reason})

    def names_now(self, files: Mapping[str, str]) -> bool:
        """Return whether the store's latest word on each path is this digest."""
        latest = (self._one("SELECT digest FROM file WHERE path = ? ORDER BY file DESC", path) for path in files)
        return all(row == (digest,) for row, digest in zip(latest, files.values(), strict=True))

    def wrote(self, path: str, digest: str) -> bool:
        """Return whether some run wrote a file with this digest under this name."""
        return self._one("SELECT 1 FROM file WHERE path = ? AND digest = ?", path, digest) is not None

    def later_months(self, month: str) -> list[str]:
        """Return the months after one that were kept already."""
        rows = self._connection.execute("SELECT DISTINCT month FROM run WHERE month > ? ORDER BY month", (month,))
        return [str(row[0]) for row in rows]

    def hold(self) -> None:
        """Undo for good whatever was not committed and keep all other writers out again."""
        self.leave()
        if self._unsure:  # in the log of the store the run is whole: whoever opens it after a crash would find it kept
            version = self._connection.execute("PRAGMA user_version").fetchone()[0]
            self._connection.execute(f"PRAGMA user_version = {version}")  # is written over it
        self._connection.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """Make the run last."""
        try:
            self._connection.execute("COMMIT")
        except sqlite3.OperationalError as error:
            self._unsure = getattr(error, "sqlite_errorcode", 0) not in _NOT_WRITTEN
            raise

    def leave(self) -> None:
        """Undo whatever was not committed."""
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def _one(self, query: str, *parameters: Value) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self._connection.execute(f"{query} LIMIT 1", parameters).fetchone()
        return row


def _details(result: MonthResult, shown: Shown | None) -> Details:
    needs, gaps = result.needs.table, result.gaps.table
    if shown is not None:
        needs, gaps = needs.assign(shown=list(shown.needs)), gaps.assign(shown=list(shown.gaps))
    questions = public_options(result.cleaned.questions, result.cleaned.codebook, result.options.disclosure.threshold)
    frames = (
        ("estimate", ESTIMATE, needs), ("gap", GAP, gaps), ("usage_count", USAGE, usage_counts(result.cleaned)),
        ("question", QUESTION, questions), ("segment", SEGMENT, _segments(result.segments)),
    )  # fmt: skip
    return [(name, columns, rows_of(frame, columns)) for name, columns, frame in frames]


def _segments(segments: Segments) -> pd.DataFrame:
    if not len(segments.profiles):
        return pd.DataFrame(columns=list(SEGMENT))
    return segments.profiles.merge(segments.quality[["segment", "jaccard", "published"]], on="segment", how="left")
