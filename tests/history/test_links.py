"""The chain tells of every cell: none can be altered, no row added or taken away without a finding."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from needs_analytics import issue_month
from needs_analytics.core.results import Segments
from needs_analytics.history.checks import problems
from needs_analytics.history.columns import QUESTION, SEGMENT
from needs_analytics.history.links import insert_linked
from needs_analytics.history.opening import connect
from needs_analytics.history.purge import purge_runs

if TYPE_CHECKING:
    from needs_analytics.core.results import MonthResult
    from needs_analytics.workspace import Workspace


def full(result: MonthResult) -> MonthResult:
    """Return a month with something in every table."""
    profiles = pd.DataFrame(
        {name: [0.5] for name in SEGMENT} | {"segment": ["S1"], "name": ["老人"], "name_en": ["old"]}
    )
    quality, none = pd.DataFrame({"segment": ["S1"], "jaccard": [0.8], "published": [True]}), pd.DataFrame()
    questions = pd.DataFrame({name: ["x"] for name in QUESTION} | {"times": [9.0], "answered": [9.0]})
    segments = Segments(none, profiles.drop(columns=["jaccard", "published"]), none, quality, none, "stable")
    return replace(result, segments=segments, cleaned=replace(result.cleaned, questions=questions))


def issue_all(workspace: Workspace, result: MonthResult, other: MonthResult) -> None:
    """Fill every table: an erased run, a whole one, and what a later version says of an earlier one."""
    issue_month(workspace, result, formats=("html",))
    purge_runs(workspace.store, month="2026-10", reason="month 2026-10")
    with workspace.store.writing() as writing:
        writing.keep(full(other), model='{"blocks":[]}')
        writing.publish("zh", "[]", {"reports/x.html": "0"})
        writing.commit()
    with closing(connect(workspace.store.path)) as connection:
        insert_linked(connection, "healed", {"run": 2, "content": "before", "chain": "before"})


def tables(connection: sqlite3.Connection) -> dict[str, list[str]]:
    """Return the columns of every table."""
    names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {
        name: [row[0] for row in connection.execute("SELECT name FROM pragma_table_info(?)", (name,))] for name in names
    }


def altered(connection: sqlite3.Connection, table: str, column: str, names: list[str]) -> bool:
    """Alter one cell in the last row in which something stands there; return whether there was any."""
    row = connection.execute(f"SELECT * FROM {table} WHERE \"{column}\" != '' ORDER BY 1 DESC").fetchone()
    if row is None:
        return False
    old = row[names.index(column)]
    new = f"{old}x" if isinstance(old, str) else old + 1000
    where = " AND ".join(f'"{name}" IS ?' for name in names)
    connection.execute(f'UPDATE {table} SET "{column}" = ? WHERE {where}', (new, *row))
    return True


def test_whatever_cell_is_altered_is_found(workspace: Workspace, result: MonthResult, other: MonthResult) -> None:
    issue_all(workspace, result, other)
    with closing(sqlite3.connect(workspace.store.path, isolation_level=None)) as connection:
        for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {row[0]}")
        assert problems(connection) == []
        silent, untried = [], []
        for table, names in tables(connection).items():
            for column in names:
                connection.execute("BEGIN")
                there = altered(connection, table, column, names)
                silent += [(table, column)] if there and not problems(connection) else []
                untried += [] if there else [(table, column)]
                connection.execute("ROLLBACK")
    assert silent == []
    assert {table for table, _ in untried} <= {"estimate", "gap"}, "columns in which a month of few answers has nothing"


@pytest.mark.parametrize("table", ["run", "publication", "file", "purge", "migration", "healed", "estimate", "segment"])
def test_a_row_that_is_taken_away_is_found(
    workspace: Workspace, result: MonthResult, other: MonthResult, table: str
) -> None:
    issue_all(workspace, result, other)
    with closing(sqlite3.connect(workspace.store.path, isolation_level=None)) as connection:
        for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {row[0]}")
        name = tables(connection)[table][0]
        connection.execute(f"DELETE FROM {table} WHERE {name} = (SELECT MAX({name}) FROM {table})")
        assert problems(connection)
