"""The chain: one link for every row that is not part of a run's results, and those results by their digest.

A link holds the digest of its row as canonical JSON and is chained to the link before it, so that no cell of the store
can be altered, no row be added or taken away, without the chain saying where.
"""

from __future__ import annotations

import hashlib
import json
from array import array
from typing import TYPE_CHECKING, Any

from needs_analytics.history.columns import DETAILS, quoted

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping, Sequence

LINKED = {
    "migration": ("number",),
    "run": ("run",),
    "publication": ("run", "language"),
    "file": ("file",),
    "purge": ("run",),
    "healed": ("run",),
}
"""Table to the columns that name a row of it."""

_NOT_TOLD = {"run": frozenset({"chain"})}  # it is the link itself
_MODEL = ("segment_model", ("model",))


def canonical(value: object) -> bytes:
    """Return the one form of a value as JSON that is digested."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(value: object) -> str:
    """Return the SHA-256 of :func:`canonical`."""
    return hashlib.sha256(canonical(value)).hexdigest()


def row_digest(table: str, row: Mapping[str, Any]) -> str:
    """Return the digest of a row; what is empty is left out, so that a column of a later version changes nothing."""
    out = _NOT_TOLD.get(table, frozenset())
    return digest({name: value for name, value in row.items() if value not in (None, "") and name not in out})


def row_name(table: str, row: Mapping[str, Any]) -> str:
    """Return how a row is named in its link."""
    return "/".join(str(row[name]) for name in LINKED[table])


def add_link(connection: sqlite3.Connection, table: str, row: Mapping[str, Any]) -> str:
    """Link a row that is being inserted and return the end of the chain."""
    number, before = connection.execute(
        "SELECT COALESCE(MAX(link), 0) + 1, COALESCE((SELECT chain FROM link ORDER BY link DESC LIMIT 1), '') FROM link"
    ).fetchone()
    facts = (number, table, row_name(table, row), row_digest(table, row))
    chain = digest([before, *facts])
    connection.execute("INSERT INTO link VALUES (?, ?, ?, ?, ?)", (*facts, chain))
    return chain


def insert_linked(connection: sqlite3.Connection, table: str, row: Mapping[str, Any]) -> None:
    """Insert a row and link it; a run is given the link as its chain."""
    chain = add_link(connection, table, row)
    row = row | {"chain": chain} if table == "run" else row  # type: ignore[operator]
    marks = ", ".join("?" * len(row))
    connection.execute(f"INSERT INTO {table} ({quoted(row)}) VALUES ({marks})", tuple(row.values()))  # noqa: S608 - our own names


def rows_told(
    connection: sqlite3.Connection, table: str, where: str = "", told: Sequence[object] = ()
) -> Iterator[dict[str, Any]]:
    """Yield the rows of a table by the names of their columns, in their order."""
    order = ", ".join(LINKED[table])
    cursor = connection.execute(f"SELECT * FROM {table} {where} ORDER BY {order}", tuple(told))  # noqa: S608 - our own names
    names = [column[0] for column in cursor.description]
    yield from (dict(zip(names, row, strict=True)) for row in cursor)


def broken_links(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """Return the rows (table and name) that are not as they were linked, and ``("link", number)`` of broken links."""
    found = []
    links = connection.execute("SELECT link, kind, name, digest, chain FROM link ORDER BY link").fetchall()
    chain, known = "", {}
    for at, (number, kind, name, of_row, told) in enumerate(links, start=1):
        chain = digest([chain, number, kind, name, of_row])
        if number != at or chain != told:
            return [("link", str(number))]  # of what comes after it nothing can be said
        known[kind, name] = (of_row, chain)
    erased = {str(row[0]) for row in connection.execute("SELECT run FROM purge")}
    for table in LINKED:
        for row in rows_told(connection, table):
            name = row_name(table, row)
            of_row, chain = known.pop((table, name), ("", ""))
            if of_row != row_digest(table, row) or (table == "run" and row["chain"] != chain):
                found.append((table, name))
    gone = {(kind, name) for kind, name in known if kind != "publication" or name.split("/")[0] not in erased}
    return [*found, *sorted(gone)]


def stored_content(connection: sqlite3.Connection, run: int) -> str:
    """Return the digest of a run's results as they stand in the store: figures as bytes, texts as JSON, by column.

    Columns in which nothing stands are left out, so that one added by a later version changes nothing.
    """
    found = hashlib.sha256()
    for table, columns in (*DETAILS.items(), _MODEL):
        query = f"SELECT {quoted(columns)} FROM {table} WHERE run = ? ORDER BY {quoted(columns)}"  # noqa: S608 - our own names
        rows = connection.execute(query, (run,)).fetchall()
        found.update(canonical([table, len(rows)]))
        for name, values in zip(columns, zip(*rows, strict=True), strict=False):
            if any(value is not None and value != "" for value in values):
                found.update(canonical(name) + _bytes(values))
    return found.hexdigest()


def _bytes(values: Sequence[Any]) -> bytes:
    """Return a column; unknown figures as NaN, which no figure is."""
    if isinstance(next(value for value in values if value is not None), str):
        return canonical(values)
    figures = array("d", [float("nan") if value is None else value for value in values])
    return figures.tobytes()
