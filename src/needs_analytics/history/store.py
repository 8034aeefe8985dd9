"""The SQLite store: one transaction per run, append-only revisions, a hash chain over runs."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from needs_analytics.core.messages import failure
from needs_analytics.core.tables import iter_rows
from needs_analytics.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from needs_analytics.core.month import Month
    from needs_analytics.core.records import Cleaned
    from needs_analytics.core.results import MonthResult

APPLICATION_ID = 0x4E454544  # "NEED"
VERSION = 2
_ESTIMATE = [
    "need",
    "community",
    "grid",
    "segment",
    "group",
    "n",
    "n_yes",
    "n_eff",
    "share",
    "share_se",
    "share_low",
    "share_high",
    "population",
    "persons",
    "method",
    "flag",
]
_GAP = [
    "need",
    "community",
    "grid",
    "segment",
    "demand",
    "met",
    "no_service",
    "not_eligible",
    "too_far",
    "full",
    "not_taken_up",
    "dissatisfied",
    "unknown_use",
    "used_other",
    "gap",
    "gap_low",
    "gap_high",
    "cause",
]
_QUESTION = [
    "office",
    "question",
    "wording",
    "kind",
    "sense",
    "unit",
    "blank",
    "option",
    "need",
    "times",
    "answered",
]
_USAGE = ["month", "service", "site", "count"]
_TEXTS = frozenset(
    {"need", "community", "grid", "segment", "group", "method", "flag", "cause", *_USAGE[:3], *_QUESTION[:-2]}
)
_FIGURES = frozenset({*_ESTIMATE, *_GAP, *_USAGE, *_QUESTION}) - _TEXTS


class Store:
    """The months of a workspace.

    Parameters
    ----------
    path
        File of the store; made with the first run that is kept.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)

    def keep(self, result: MonthResult) -> int:
        """Keep a month's results as a new revision and return its number; the same results again keep the old one.

        Raises
        ------
        UsageError
            When the file is another program's or a newer version's.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with closing(self._connect()) as connection:
            connection.execute("BEGIN IMMEDIATE")
            last = connection.execute(
                "SELECT revision, digest FROM run WHERE month = ? ORDER BY revision DESC LIMIT 1", (str(result.month),)
            ).fetchone()
            if last and last[1] == result.run.digest:
                connection.execute("ROLLBACK")
                return int(last[0])
            revision = (last[0] if last else 0) + 1
            self._insert(connection, result, revision)
            connection.execute("COMMIT")
        return revision

    def months(self) -> pd.DataFrame:
        """Return the kept runs: ``month, revision, digest``, oldest first."""
        return self._read("SELECT month, revision, digest FROM run ORDER BY month, revision")

    def estimates(self, month: Month | str) -> pd.DataFrame | None:
        """Return the estimates of a month's latest revision, ``None`` where the month was not kept."""
        run = self._latest(month)
        if run is None:
            return None
        return self._read(f"SELECT {_columns(_ESTIMATE)} FROM estimate WHERE run = ?", (run,))  # noqa: S608 - our own names

    def gaps(self, month: Month | str) -> pd.DataFrame | None:
        """Return the gaps of a month's latest revision, ``None`` where the month was not kept."""
        run = self._latest(month)
        return None if run is None else self._read(f"SELECT {_columns(_GAP)} FROM gap WHERE run = ?", (run,))  # noqa: S608

    def questions(self, month: Month | str) -> pd.DataFrame | None:
        """Return the question dictionary of a month's latest revision, ``None`` where the month was not kept."""
        run = self._latest(month)
        return None if run is None else self._read(f"SELECT {_columns(_QUESTION)} FROM question WHERE run = ?", (run,))  # noqa: S608

    def usage(self, until: Month | str) -> pd.DataFrame:
        """Return ``month, service, site, count, own`` of all months before one.

        A month's own latest run speaks for it (``own`` 1); where it was never run, the latest run of another month
        whose files brought it (``own`` 0): a single late row in next month's file is not the month.
        """
        return self._read(
            """SELECT u.month, u.service, u.site, u.count, r.month = u.month AS own
               FROM usage_count AS u JOIN run AS r ON r.run = u.run
               WHERE u.month < ? AND r.run = (SELECT s.run FROM usage_count AS v JOIN run AS s ON s.run = v.run
                                              WHERE v.month = u.month ORDER BY s.month = v.month DESC, s.run DESC
                                              LIMIT 1)
               ORDER BY u.month, u.service, u.site""",
            (str(until),),
        )

    def verify(self) -> bool:
        """Return whether the hash chain over all runs holds."""
        rows = self._read("SELECT month, revision, digest, chain FROM run ORDER BY run")
        chain = ""
        for month, revision, digest, kept in iter_rows(rows, "month", "revision", "digest", "chain"):
            chain = _linked(chain, str(month), int(revision), str(digest))
            if chain != kept:
                return False
        return True

    def _insert(self, connection: sqlite3.Connection, result: MonthResult, revision: int) -> None:
        before = connection.execute("SELECT chain FROM run ORDER BY run DESC LIMIT 1").fetchone()
        month, digest = str(result.month), result.run.digest
        chain = _linked(before[0] if before else "", month, revision, digest)
        record = json.dumps(result.run.to_dict(), ensure_ascii=False, sort_keys=True, default=str)
        cursor = connection.execute(
            "INSERT INTO run (month, revision, digest, chain, record) VALUES (?, ?, ?, ?, ?)",
            (month, revision, digest, chain, record),
        )
        run = cursor.lastrowid
        for table, columns, frame in (
            ("estimate", _ESTIMATE, result.needs.table),
            ("gap", _GAP, result.gaps.table),
            ("usage_count", _USAGE, usage_counts(result.cleaned)),
            ("question", _QUESTION, result.cleaned.questions),
        ):
            statement = f"INSERT INTO {table} (run, {_columns(columns)}) VALUES (?{', ?' * len(columns)})"  # noqa: S608
            connection.executemany(statement, ((run, *row) for row in _rows(frame, columns)))

    def _latest(self, month: Month | str) -> int | None:
        rows = self._read("SELECT run FROM run WHERE month = ? ORDER BY revision DESC LIMIT 1", (str(month),))
        return int(rows["run"].iloc[0]) if len(rows) else None

    def _read(self, query: str, parameters: tuple[object, ...] = ()) -> pd.DataFrame:
        if not self.path.exists():
            return pd.DataFrame(columns=_names(query))
        with closing(self._connect()) as connection:
            cursor = connection.execute(query, parameters)
            frame = pd.DataFrame(cursor.fetchall(), columns=[column[0] for column in cursor.description])
        return frame.astype({name: float for name in frame.columns if name in _FIGURES})

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=30, isolation_level=None)
        try:
            application, version = (
                connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")
            )
            empty = not connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()[0]
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.DatabaseError as error:
            connection.close()
            raise failure(UsageError, "store_foreign", file=self.path.name) from error
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        if empty:
            schema = files("needs_analytics.history").joinpath("schema.sql").read_text(encoding="utf-8")
            connection.executescript(
                f"BEGIN; {schema} PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION}; COMMIT;"
            )
        elif application != APPLICATION_ID or version > VERSION:
            connection.close()
            raise failure(UsageError, "store_foreign", file=self.path.name)
        elif version < VERSION:
            added = "; ".join(f"ALTER TABLE question ADD COLUMN {name} REAL" for name in _QUESTION[-2:])
            connection.executescript(f"BEGIN; {added}; PRAGMA user_version = {VERSION}; COMMIT;")
        return connection


def usage_counts(cleaned: Cleaned) -> pd.DataFrame:
    """Return completed use by ``month, service, site``, of the month and of the other months its files brought."""
    frames = [frame for frame in (cleaned.usage, cleaned.earlier.get("usage")) if frame is not None and len(frame)]
    if not frames:
        return pd.DataFrame(columns=_USAGE)
    usage = pd.concat(frames, ignore_index=True)
    usage = usage[usage["status"] == "完成"].assign(site=usage["site"].fillna(""), service=usage["service"].fillna(""))
    return usage.groupby(["month", "service", "site"], as_index=False)[["count"]].sum(min_count=1)


def use_so_far(kept: pd.DataFrame, cleaned: Cleaned) -> pd.DataFrame:
    """Return completed use by ``month, service, site`` up to the month, from the store and from the month's files.

    Parameters
    ----------
    kept
        See :meth:`Store.usage`.
    """
    brought = usage_counts(cleaned)
    own = set(kept.loc[kept["own"] == 1, "month"])
    brought = brought[(brought["month"] <= str(cleaned.month)) & ~brought["month"].isin(own)]
    kept = kept[~kept["month"].isin(set(brought["month"]))]
    parts = [frame[_USAGE] for frame in (kept, brought) if len(frame)]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=_USAGE)


def _linked(chain: str, month: str, revision: int, digest: str) -> str:
    return hashlib.sha256(f"{chain}|{month}|{revision}|{digest}".encode()).hexdigest()


def _columns(names: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _names(query: str) -> list[str]:
    """Return the column names of a plain SELECT, for a store that does not exist yet."""
    head = query.split("FROM", 1)[0].replace("SELECT", "")
    return [part.rsplit(" AS ", 1)[-1].split(".")[-1].strip().strip('"') for part in head.split(",")]


def _rows(frame: pd.DataFrame, columns: list[str]) -> Iterator[tuple[object, ...]]:
    plain = frame.reindex(columns=columns).astype(object)
    plain = plain.where(plain.notna(), None)
    for row in plain.itertuples(index=False, name=None):
        yield tuple(
            (None if value is None else float(value)) if name in _FIGURES else ("" if value is None else str(value))
            for name, value in zip(columns, row, strict=True)
        )
