"""The store of months: read here, written by one transaction per run, see :mod:`needs_analytics.history.writing`."""

from __future__ import annotations

from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from needs_analytics.history.columns import DETAILS, TEXTS, quoted
from needs_analytics.history.links import broken_links
from needs_analytics.history.opening import connect, told
from needs_analytics.history.writing import Writing

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from needs_analytics.core.month import Month
    from needs_analytics.core.results import MonthResult

RUNS = ("run", "month", "revision", "digest", "content", "chain", "program", "purged")

_LATEST = "r.run = (SELECT l.run FROM run AS l WHERE l.month = r.month ORDER BY l.revision DESC LIMIT 1)"


class Store:
    """The months of a workspace, in one SQLite file.

    Every run that is kept is one revision of its month; none is ever changed. What is read is the latest revision, so
    that a reader never sees half a run.

    Parameters
    ----------
    path
        File of the store; made with the first run that is kept.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """Hold the store for one run; what is not committed when it is left has never been.

        Raises
        ------
        UsageError
            When the file is another program's, damaged or held by somebody else for a minute, or the disk is full.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with closing(connect(self.path)) as connection, told(self.path):
            connection.execute("BEGIN IMMEDIATE")
            writing = Writing(connection)
            try:
                yield writing
            finally:
                writing.leave()

    @contextmanager
    def reading(self) -> Iterator[Moment]:
        """Read one state of the store: what others commit until this is left is not seen.

        Where a writer has to wait for readers (on a network drive), it waits for this.

        Raises
        ------
        UsageError
            When the store cannot be opened.
        """
        if not self.path.exists():
            yield Moment(self.path, None)
            return
        with closing(connect(self.path)) as connection:
            with told(self.path):
                connection.execute("BEGIN")
                connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()  # the first look decides the state
            yield Moment(self.path, connection)

    def keep(self, result: MonthResult) -> int:
        """Keep a month's results as a new revision and return its number; the same results again keep the old one."""
        with self.writing() as writing:
            revision = writing.keep(result)
            writing.commit()
        return revision

    def runs(self) -> pd.DataFrame:
        """Return the kept runs with the columns of ``RUNS``, oldest first; ``purged`` is 1 where details are erased."""
        return self.read(
            """SELECT r.run, r.month, r.revision, r.digest, r.content, r.chain, r.program,
                      p.run IS NOT NULL AS purged
               FROM run AS r LEFT JOIN purge AS p ON p.run = r.run ORDER BY r.run""",
            columns=RUNS,
        )

    def months(self) -> pd.DataFrame:
        """Return ``month, revision, digest`` of the kept runs, by month."""
        runs = self.runs().sort_values(["month", "revision"], ignore_index=True)
        return runs[["month", "revision", "digest"]]

    def estimates(self, month: Month | str, revision: int | None = None) -> pd.DataFrame | None:
        """Return the needs list of a month's revision, by default the latest; ``None`` where it was not kept."""
        return self.detail("estimate", month, revision)

    def gaps(self, month: Month | str, revision: int | None = None) -> pd.DataFrame | None:
        """Return the gap report of a month's revision, by default the latest; ``None`` where it was not kept."""
        return self.detail("gap", month, revision)

    def questions(self, month: Month | str, revision: int | None = None) -> pd.DataFrame | None:
        """Return the question dictionary of a month's revision, by default the latest; ``None`` if it was not kept."""
        return self.detail("question", month, revision)

    def segments(self, month: Month | str, revision: int | None = None) -> pd.DataFrame | None:
        """Return the segments of a month's revision, by default the latest; ``None`` where it was not kept."""
        return self.detail("segment", month, revision)

    def segment_model(self, month: Month | str, revision: int | None = None) -> str | None:
        """Return the fitted segments of a month as JSON, see :mod:`needs_analytics.segments.keeping`."""
        with self.reading() as moment:
            rows = moment.read("SELECT model FROM segment_model WHERE run = ?", (moment.run_of(month, revision),))
        return str(rows["model"].iloc[0]) if len(rows) else None

    def segment_model_before(self, month: Month | str) -> tuple[str, str] | None:
        """Return the latest month before one with a model of segments, and that as JSON; ``None`` if there is none."""
        rows = self.read(
            f"""SELECT r.month, m.model FROM segment_model AS m JOIN run AS r ON r.run = m.run
                WHERE r.month < ? AND {_LATEST} ORDER BY r.month DESC LIMIT 1""",  # noqa: S608 - our own words
            (str(month),),
        )
        return (str(rows["month"].iloc[0]), str(rows["model"].iloc[0])) if len(rows) else None

    def segment_sizes(self, until: Month | str) -> pd.DataFrame:
        """Return ``month, segment, name, share, share_low, share_high, persons`` published in the months before one."""
        return self.read(
            f"""SELECT r.month, s.segment, s.name, s.share, s.share_low, s.share_high, s.persons
                FROM segment AS s JOIN run AS r ON r.run = s.run
                WHERE r.month < ? AND s.published = 1 AND {_LATEST} ORDER BY r.month, s.segment""",  # noqa: S608 - as above
            (str(until),),
            columns=("month", "segment", "name", "share", "share_low", "share_high", "persons"),
        )

    def detail(self, table: str, month: Month | str, revision: int | None = None) -> pd.DataFrame | None:
        """Return the rows of one table of a month; ``None`` where it was not kept or its details were purged."""
        with self.reading() as moment:
            run = moment.run_of(month, revision)
            if run is None or len(moment.read("SELECT run FROM purge WHERE run = ?", (run,))):
                return None
            return moment.read(f"SELECT {quoted(DETAILS[table])} FROM {table} WHERE run = ?", (run,))  # noqa: S608 - our own names

    def usage(self, until: Month | str) -> pd.DataFrame:
        """Return ``month, service, site, count, own`` of all months before one.

        A month's own latest run speaks for it (``own`` 1); where it was never run, the latest run of another month
        whose files brought it (``own`` 0): a single late row in next month's file is not the month. Only runs of months
        before the one asked for speak: a month that rested on its own last revision would never be the same again.
        """
        return self.read(
            """SELECT u.month, u.service, u.site, u.count, r.month = u.month AS own
               FROM usage_count AS u JOIN run AS r ON r.run = u.run
               WHERE u.month < ?1 AND r.run = (SELECT s.run FROM usage_count AS v JOIN run AS s ON s.run = v.run
                                               WHERE v.month = u.month AND s.month < ?1
                                               ORDER BY s.month = v.month DESC, s.run DESC LIMIT 1)
               ORDER BY u.month, u.service, u.site""",
            (str(until),),
            columns=("month", "service", "site", "count", "own"),
        )

    def usage_runs(self, until: Month | str) -> list[int]:
        """Return the numbers of the runs that :meth:`usage` takes the months' use from."""
        rows = self.read(
            """SELECT DISTINCT (SELECT s.run FROM usage_count AS v JOIN run AS s ON s.run = v.run
                                WHERE v.month = u.month AND s.month < ?1
                                ORDER BY s.month = v.month DESC, s.run DESC LIMIT 1) AS run
               FROM usage_count AS u WHERE u.month < ?1 ORDER BY run""",
            (str(until),),
        )
        return [int(run) for run in rows["run"].dropna()]

    def run_of(self, month: Month | str, revision: int | None = None) -> int | None:
        """Return the number of the run that is a month's revision, by default the latest; ``None`` if there is none."""
        rows = self.read(
            "SELECT run FROM run WHERE month = ? AND (? IS NULL OR revision = ?) ORDER BY revision DESC LIMIT 1",
            (str(month), revision, revision),
        )
        return int(rows["run"].iloc[0]) if len(rows) else None

    def verify(self) -> bool:
        """Return whether every row is as it was linked and the chain of links holds."""
        with self.reading() as moment, told(self.path):
            return moment.connection is None or not broken_links(moment.connection)

    def read(
        self, query: str, parameters: tuple[object, ...] = (), columns: tuple[str, ...] = ("run",)
    ) -> pd.DataFrame:
        """Return the rows of a query; ``columns`` are those of a store that does not exist yet."""
        with self.reading() as moment:
            return moment.read(query, parameters, columns)


class Moment(Store):
    """The store as it is at one moment, see :meth:`Store.reading`; ``connection`` is ``None`` where there was none."""

    def __init__(self, path: Path, connection: sqlite3.Connection | None) -> None:
        super().__init__(path)
        self.connection = connection

    @contextmanager
    def reading(self) -> Iterator[Moment]:
        """Go on reading this state."""
        yield self

    def read(
        self, query: str, parameters: tuple[object, ...] = (), columns: tuple[str, ...] = ("run",)
    ) -> pd.DataFrame:
        """Return the rows of a query."""
        if self.connection is None:
            return pd.DataFrame(columns=list(columns))
        with told(self.path):
            cursor = self.connection.execute(query, parameters)
            frame = pd.DataFrame(cursor.fetchall(), columns=[column[0] for column in cursor.description])
        figures = {name for known in DETAILS.values() for name in known} - TEXTS
        return frame.astype({name: float for name in frame.columns if name in figures})
