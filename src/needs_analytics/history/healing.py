"""Stores of the versions before links: free texts are taken out, what depends on them is digested anew, all is linked.

Up to the third version the options of questions were kept as they were, also those that residents had typed.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, Any

import pandas as pd

from needs_analytics.core.codebook import Codebook
from needs_analytics.core.options import DisclosureOptions
from needs_analytics.exchange import ELSEWHERE
from needs_analytics.history.columns import DETAILS, QUESTION, linked, quoted, rows_of
from needs_analytics.history.folding import folded_model, folded_tables
from needs_analytics.history.links import LINKED, add_link, row_name, rows_told, stored_content
from needs_analytics.intake.public_options import public_options

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

_TRIGGERS = "SELECT name, sql FROM sqlite_master WHERE name IN ('run_is_never_changed', 'file_is_never_changed')"


def link_all(connection: sqlite3.Connection) -> None:
    """Link every row that has no link yet, run by run."""
    known = {tuple(row) for row in connection.execute("SELECT kind, name FROM link")}
    rows = [("migration", row) for row in rows_told(connection, "migration")]
    for run in rows_told(connection, "run"):
        rows.append(("run", run))
        for table in LINKED:
            if table not in {"migration", "run"}:
                rows += [(table, row) for row in rows_told(connection, table, "WHERE run = ?", (run["run"],))]
    for table, row in rows:
        name = row_name(table, row)
        if (table, name) in known:
            continue
        chain = add_link(connection, table, row)
        if table == "run":
            connection.execute("UPDATE run SET chain = ? WHERE run = ?", (chain, row["run"]))


def heal(connection: sqlite3.Connection) -> None:
    """Take free texts out of the runs of earlier versions and link them; what was damaged before stays told as such."""
    triggers = connection.execute(_TRIGGERS).fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    erased, whole, chain = {row[0] for row in connection.execute("SELECT run FROM purge")}, True, ""
    runs = list(rows_told(connection, "run"))
    for run in runs:
        chain = linked(chain, run["month"], run["revision"], run["digest"], *filter(None, [run["content"]]))
        whole = whole and chain == run["chain"]
        sound = not run["content"] or run["run"] in erased or _content_before(connection, run["run"]) == run["content"]
        _fold(connection, run)
        content = stored_content(connection, run["run"]) if sound and run["run"] not in erased else run["content"]
        connection.execute("UPDATE run SET content = ? WHERE run = ?", (content, run["run"]))
        connection.execute("INSERT INTO healed VALUES (?, ?, ?)", (run["run"], run["content"], run["chain"]))
    for number, path in connection.execute("SELECT file, path FROM file").fetchall():
        if PurePosixPath(path).is_absolute() or PureWindowsPath(path).is_absolute():
            told = f"{ELSEWHERE}/{PureWindowsPath(path).name}"
            connection.execute("UPDATE file SET path = ? WHERE file = ?", (told, number))
    link_all(connection)
    if not whole:  # a chain that was broken stays so
        connection.executemany("UPDATE run SET chain = ? WHERE run = ?", [(run["chain"], run["run"]) for run in runs])
    for _, trigger in triggers:
        connection.execute(trigger)


def _fold(connection: sqlite3.Connection, run: Mapping[str, Any]) -> None:
    """Take the free texts out of one run."""
    number, codebook = run["run"], Codebook.default()
    told = json.loads(run["record"]).get("options", {}).get("disclosure.threshold", DisclosureOptions().threshold)
    rows = connection.execute(f"SELECT {quoted(QUESTION)} FROM question WHERE run = ?", (number,)).fetchall()  # noqa: S608 - our own names
    questions = public_options(pd.DataFrame(rows, columns=list(QUESTION)), codebook, int(told))
    connection.execute("DELETE FROM question WHERE run = ?", (number,))
    statement = f"INSERT INTO question (run, {quoted(QUESTION)}) VALUES (?{', ?' * len(QUESTION)})"  # noqa: S608 - our own names
    connection.executemany(statement, ((number, *row) for row in rows_of(questions, QUESTION)))
    for (model,) in connection.execute("SELECT model FROM segment_model WHERE run = ?", (number,)).fetchall():
        connection.execute("UPDATE segment_model SET model = ? WHERE run = ?", (folded_model(model, codebook), number))
    for row in list(rows_told(connection, "publication", "WHERE run = ?", (number,))):
        sound = hashlib.sha256(row["tables"].encode()).hexdigest() == row["digest"]
        tables = folded_tables(row["tables"], questions, codebook, row["language"])
        digest = hashlib.sha256(tables.encode()).hexdigest() if sound else row["digest"]
        connection.execute(
            "UPDATE publication SET digest = ?, tables = ? WHERE run = ? AND language = ?",
            (digest, tables, number, row["language"]),
        )


def _content_before(connection: sqlite3.Connection, run: int) -> str:
    """Return the digest of a run's results as the third version took it."""
    found = hashlib.sha256()
    for table, columns in (*DETAILS.items(), ("segment_model", ("model",))):
        rows = connection.execute(f"SELECT {quoted(columns)} FROM {table} WHERE run = ?", (run,))  # noqa: S608 - our own names
        told = (
            {name: value for name, value in zip(columns, row, strict=True) if value not in (None, "")} for row in rows
        )
        for line in sorted(json.dumps(row, ensure_ascii=False, sort_keys=True) for row in told):
            found.update(f"{table}\0{line}\n".encode())
    return found.hexdigest()
