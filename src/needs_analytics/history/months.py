"""The months that were issued: one line each, and one of them whole."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from needs_analytics.core.messages import failure
from needs_analytics.core.settings import listed
from needs_analytics.errors import UsageError
from needs_analytics.exchange import ELSEWHERE
from needs_analytics.history.opening import told
from needs_analytics.history.resting import reissued_since

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from needs_analytics.core.month import Month
    from needs_analytics.history.store import Store

KEPT = ("month", "revision", "respondents", "needs", "files", "purged", "overtaken", "run")


@dataclass(frozen=True, slots=True)
class IssuedMonth:
    """One revision of a month as it was issued.

    Attributes
    ----------
    month, revision, latest
        The month, the revision and the latest revision of the month.
    program
        Version that made it, empty for a run of the first versions.
    purged
        Why its details were erased, empty where they were not.
    overtaken
        Earlier months that were issued again after it: it rests on what they were before.
    record
        What the run was made of, see :class:`needs_analytics.core.results.RunRecord`.
    files
        ``path, digest, state``; the state is ``same``, ``changed``, ``gone``, ``replaced`` by a later revision, or
        ``elsewhere``: outside the workspace, where only its name is kept.
    tables
        The tables as they were printed, by language: ``id, caption, columns, rows``.
    """

    month: str
    revision: int
    latest: int
    program: str
    purged: str
    overtaken: tuple[str, ...]
    record: Mapping[str, Any]
    files: pd.DataFrame
    tables: Mapping[str, Sequence[Mapping[str, Any]]]


def kept_months(store: Store, *, every: bool = False) -> pd.DataFrame:
    """Return the kept months with the columns of ``KEPT``, by month.

    Parameters
    ----------
    every
        Every revision, not only the latest of each month.

    Returns
    -------
    DataFrame
        ``respondents`` and ``needs`` are NaN where they are not known; ``overtaken`` as in :class:`IssuedMonth`.
    """
    runs = store.read(
        """SELECT r.month, r.revision, r.record, r.run, p.run IS NOT NULL AS purged,
                  (SELECT COUNT(DISTINCT e.need) FROM estimate AS e WHERE e.run = r.run) AS needs,
                  (SELECT COUNT(*) FROM file AS f WHERE f.run = r.run) AS files
           FROM run AS r LEFT JOIN purge AS p ON p.run = r.run ORDER BY r.month, r.revision""",
        columns=(*KEPT, "record"),
    )
    with told(store.path):
        records = [json.loads(record) for record in runs["record"]]
    counts = [record.get("counts", {}) for record in records]
    runs["respondents"] = pd.Series([each.get("respondents") for each in counts], index=runs.index, dtype=float)
    runs["needs"] = runs["needs"].astype(float).mask(runs["purged"] == 1)
    runs["purged"] = runs["purged"] == 1
    latest = runs.drop_duplicates("month", keep="last")
    runs["overtaken"] = [
        reissued_since(record, run, month, latest)
        for record, run, month in zip(records, runs["run"], runs["month"], strict=True)
    ]
    return (runs if every else runs.loc[latest.index])[list(KEPT)].reset_index(drop=True)


def issued_month(store: Store, month: Month | str, revision: int | None = None, *, root: Path) -> IssuedMonth:
    """Return what was issued of a month, by default its latest revision.

    Parameters
    ----------
    root
        Folder of the workspace, below which the files are told.

    Raises
    ------
    UsageError
        When there is no such month or revision.
    """
    with store.reading() as moment:
        found = named_run(moment, month, revision)
        rows = moment.read(
            """SELECT r.program, r.record, COALESCE(p.reason, '') AS purged FROM run AS r
               LEFT JOIN purge AS p ON p.run = r.run WHERE r.run = ?""",
            (found["run"],),
        )
        printed = moment.read(
            "SELECT language, tables FROM publication WHERE run = ? ORDER BY language", (found["run"],)
        )
        kept, files = kept_months(moment, every=True), files_of(moment, root, found["run"])
    with told(store.path):
        record = json.loads(rows["record"].iloc[0])
        tables = {row["language"]: json.loads(row["tables"]) for row in printed.to_dict("records")}
    return IssuedMonth(
        month=found["month"], revision=found["revision"],
        latest=int(kept.loc[kept["month"] == found["month"], "revision"].max()),
        program=str(rows["program"].iloc[0]), purged=str(rows["purged"].iloc[0]),
        overtaken=kept.loc[kept["run"] == found["run"], "overtaken"].iloc[0],
        record=record, files=files, tables=tables,
    )  # fmt: skip


def named_run(store: Store, month: Month | str, revision: int | None = None) -> dict[str, Any]:
    """Return ``run, month, revision`` of a month's revision, by default the latest.

    Raises
    ------
    UsageError
        When there is no such month or revision.
    """
    kept = kept_months(store, every=True)
    own = kept[kept["month"] == str(month)]
    if own.empty:
        key = "history_month" if len(kept) else "history_empty"
        raise failure(UsageError, key, month=str(month), known=listed(sorted(set(kept["month"]))))
    own = own if revision is None else own[own["revision"] == revision]
    if own.empty:
        latest = int(kept.loc[kept["month"] == str(month), "revision"].max())
        raise failure(UsageError, "history_revision", month=str(month), revision=revision, latest=latest)
    run, name, number = own.iloc[-1][["run", "month", "revision"]]
    return {"run": int(run), "month": str(name), "revision": int(number)}


def input_label(record: Mapping[str, Any], each: Mapping[str, Any]) -> str:
    """Return how an input of a run is told: its file, with its month before it where that is an earlier one."""
    month = each.get("month", record.get("month"))
    return str(each["file"]) if month == record.get("month") else f"{month}/{each['file']}"


def files_of(store: Store, root: Path, run: int | None = None) -> pd.DataFrame:
    """Return ``path, digest, state`` of the files of a run, by default of every file the store's latest word is on."""
    rows = store.read(
        """SELECT path, digest, file, run, (SELECT MAX(g.file) FROM file AS g WHERE g.path = f.path) AS last
           FROM file AS f ORDER BY file""",
        columns=("path", "digest", "file", "run", "last"),
    )
    rows = rows[(rows["file"] == rows["last"]) if run is None else (rows["run"] == run)]
    newest = dict(zip(rows["path"], rows["file"] == rows["last"], strict=True))
    states = [
        _state(root / path, digest, newest=newest[path])
        for path, digest in zip(rows["path"], rows["digest"], strict=True)
    ]
    return (
        rows[["path", "digest"]].assign(state=pd.Series(states, index=rows.index, dtype=object)).reset_index(drop=True)
    )


def _state(path: Path, digest: str, *, newest: bool) -> str:
    if path.parent.name == ELSEWHERE:
        return "elsewhere"
    found = digest_of(path)
    if found == digest:
        return "same"
    if not found:
        return "gone"
    return "changed" if newest else "replaced"


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file, empty where it cannot be read."""
    with suppress(OSError), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
    return ""
