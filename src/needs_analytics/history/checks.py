"""Whether a store is whole: its pages, its references, its chain, what stands in it of each run."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from needs_analytics.history.links import broken_links, rows_told, stored_content
from needs_analytics.history.opening import migrations

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

NEWEST = 24
"""Runs whose results are read where not all are asked for: two years of months, each issued once."""
_CODES = {"run": "chain", "link": "chain", "publication": "printed"}
Problem = tuple[str, str]
"""What is wrong (a key of the catalogue's section ``doctor``) and where."""


def problems(connection: sqlite3.Connection, *, newest: int | None = None) -> list[Problem]:
    """Return what is wrong within a store.

    Parameters
    ----------
    newest
        Read the results of so many runs only, by default of all; all else is looked at in any case.
    """
    found = [("integrity", str(row[0])) for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
    if found:
        return found  # what stands on torn pages says nothing
    found = [("reference", str(row[0])) for row in connection.execute("PRAGMA foreign_key_check")]
    runs = {row["run"]: row for row in rows_told(connection, "run")}
    found += [(_CODES.get(table, "row"), _where(table, name, runs)) for table, name in broken_links(connection)]
    erased = {row[0] for row in connection.execute("SELECT run FROM purge")}
    nothing = stored_content(connection, 0)
    for number in sorted(runs, reverse=True)[:newest]:
        whole = nothing if number in erased else runs[number]["content"]
        if stored_content(connection, number) != whole:
            found.append(("content", _label(runs[number])))
    for row in rows_told(connection, "publication"):
        if hashlib.sha256(row["tables"].encode()).hexdigest() != row["digest"]:
            found.append(("printed", _where("run", str(row["run"]), runs)))
    recorded = [row[0] for row in connection.execute("SELECT name FROM migration ORDER BY number")]
    return list(dict.fromkeys(found)) + (
        [] if recorded == [name for _, name, _ in migrations()] else [("migrations", "")]
    )


def _where(table: str, name: str, runs: Mapping[int, Mapping[str, Any]]) -> str:
    """Return a row as it is told: its month and revision, where it is of a run, else its table and name."""
    number = name.split("/", maxsplit=1)[0]
    if table in {"run", "publication", "purge"} and number.isdigit() and int(number) in runs:
        return _label(runs[int(number)])
    return f"{table} {name}"


def _label(run: Mapping[str, Any]) -> str:
    return f"{run['month']} ({run['revision']})"
