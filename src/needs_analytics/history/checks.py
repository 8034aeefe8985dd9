"""Whether a store is whole: its pages, its references, its chain, what stands in it of each run."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from needs_analytics.history.columns import linked
from needs_analytics.history.opening import migrations
from needs_analytics.history.writing import stored_content

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping

Problem = tuple[str, str]
"""What is wrong (a key of the catalogue's section ``doctor``) and where."""


def chain_holds(runs: Iterable[Mapping[Any, Any]]) -> bool:
    """Return whether every run, oldest first, is linked to the one before it."""
    chain = ""
    for run in runs:
        facts = [run["month"], run["revision"], run["digest"], *([run["content"]] if run["content"] else [])]
        chain = linked(chain, *facts)
        if chain != run["chain"]:
            return False
    return True


def problems(connection: sqlite3.Connection) -> list[Problem]:
    """Return what is wrong within a store."""
    found = [("integrity", str(row[0])) for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
    if found:
        return found  # what stands on torn pages says nothing
    found = [("reference", str(row[0])) for row in connection.execute("PRAGMA foreign_key_check")]
    names = ("run", "month", "revision", "digest", "content", "chain")
    cursor = connection.execute(f"SELECT {', '.join(names)} FROM run ORDER BY run")  # noqa: S608 - our own names
    runs = [dict(zip(names, row, strict=True)) for row in cursor]
    found += [] if chain_holds(runs) else [("chain", "")]
    erased = {row[0] for row in connection.execute("SELECT run FROM purge")}
    for run in runs:
        if run["content"] and run["run"] not in erased and stored_content(connection, run["run"]) != run["content"]:
            found.append(("content", f"{run['month']} ({run['revision']})"))
    printed = connection.execute(
        """SELECT r.month, r.revision, p.digest, p.tables FROM publication AS p JOIN run AS r ON r.run = p.run
           ORDER BY r.run, p.language"""
    )
    for month, revision, digest, tables in printed:
        if hashlib.sha256(tables.encode()).hexdigest() != digest:
            found.append(("printed", f"{month} ({revision})"))
    recorded = [row[0] for row in connection.execute("SELECT name FROM migration ORDER BY number")]
    return found + ([] if recorded == [name for _, name, _ in migrations()] else [("migrations", "")])
