"""Looking the store over: is it whole, do the files agree with it, what did an interrupted run leave."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from needs_analytics.errors import NeedsError
from needs_analytics.exchange import Exchange
from needs_analytics.history.checks import problems
from needs_analytics.history.drives import on_network_drive
from needs_analytics.history.months import files_of, kept_months
from needs_analytics.history.on_disk import months_unkept, said_of_files
from needs_analytics.history.opening import told

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from needs_analytics.history.store import Moment, Store

_LEFT = re.compile(r"\.[0-9a-f]{32}\.(?:tmp|old|old\.tmp)(?:-journal|-wal|-shm)?")
_THEIRS = "inbox"
_QUIET = 3600.0  # seconds after which nobody is writing a draft any more
WRONG = frozenset(
    {
        "lost",
        "store",
        "damaged",
        "emptied",
        "integrity",
        "reference",
        "chain",
        "row",
        "content",
        "printed",
        "migrations",
        "journal",
        "leftover",
    }
)
"""What is wrong; all else is only said."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to be said.

    Attributes
    ----------
    code
        Key in the section ``doctor`` of the message catalogue.
    details
        What the sentence is filled in with.
    """

    code: str
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def wrong(self) -> bool:
        """Whether something has to be done about it."""
        return self.code in WRONG


@dataclass(frozen=True, slots=True)
class Repaired:
    """What was done.

    Attributes
    ----------
    recovered
        Whether an interrupted run was finished or undone.
    removed
        Files that nobody needed any more.
    unreadable
        Whether the journal could not be read and is gone: what it was about nobody knows.
    """

    recovered: bool
    removed: tuple[Path, ...]
    unreadable: bool = False


def examine(store: Store, root: Path, journal: Path, *, newest: int | None = None) -> tuple[Finding, ...]:
    """Return what is to be said of a workspace's store and of the files it names.

    Parameters
    ----------
    root
        Folder of the workspace.
    journal
        File that says which exchange is under way.
    newest
        Read the results of so many runs only; by default of all.
    """
    found: list[Finding] = []
    try:
        with store.reading() as moment, told(store.path):
            found.extend(_of_the_store(moment, root, newest))
    except NeedsError as error:
        if not found:  # else it is said already what was altered
            damaged = error.code == "store_damaged"
            found.append(Finding("damaged") if damaged else Finding("store", {"sentence": error.sentences}))
    if journal.exists():
        found.append(Finding("journal", {"file": _told(journal, root)}))
    return (*found, *(Finding("leftover", {"file": _told(path, root)}) for path in leftovers(root, journal)))


def _of_the_store(moment: Moment, root: Path, newest: int | None) -> Iterator[Finding]:
    connection = moment.connection
    if connection is None:
        lost = months_unkept(moment, root)
        yield Finding("lost", {"months": lost}) if lost else Finding("none")
        return
    runs = int(connection.execute("SELECT COUNT(*) FROM run").fetchone()[0])
    mode = str(connection.execute("PRAGMA journal_mode").fetchone()[0])
    yield from (Finding(code, {"where": where}) for code, where in problems(connection, newest=newest))
    files, months = files_of(moment, root), kept_months(moment)
    if newest is not None and runs > newest:
        yield Finding("unread", {"newest": newest, "runs": runs})
    remote = on_network_drive(moment.path.parent)
    if remote:
        yield Finding("network", {"folder": str(moment.path.parent)})
    elif mode != "wal":
        yield Finding("slow", {"mode": mode})
    for row in months[months["overtaken"].map(len) > 0].to_dict("records"):
        told_of = {"month": row["month"], "revision": row["revision"], "months": row["overtaken"]}
        yield Finding("overtaken", told_of)
    yield from (Finding(code, details) for code, details in said_of_files(moment, root, files))


def leftovers(root: Path, journal: Path) -> list[Path]:
    """Return the drafts and backups of files that no journal names and nobody has touched for an hour."""
    named = journal.read_text(encoding="utf-8", errors="replace") if journal.exists() else ""
    ours = [path for path in root.iterdir() if path.is_dir() and path.name != _THEIRS]
    hidden = [*root.glob(".*"), *(path for folder in ours for path in folder.rglob(".*"))]
    found = [path for path in hidden if _LEFT.fullmatch(path.name)]
    draft = journal.with_suffix(".tmp")
    found += [draft] if draft.exists() else []
    return sorted(path for path in set(found) if path.name.removesuffix(".tmp") not in named and _is_old(path))


def _is_old(path: Path) -> bool:
    return time.time() - path.stat().st_mtime > _QUIET


def repair(store: Store, root: Path, journal: Path) -> Repaired:
    """Finish or undo an interrupted run and remove what nobody needs any more; nobody writes meanwhile.

    Parameters
    ----------
    root, journal
        See :func:`examine`.

    Raises
    ------
    UsageError
        When the store cannot be opened.
    """
    with store.writing() as writing:
        exchange = Exchange(journal, root)
        unreadable = exchange.set_aside()
        recovered = not unreadable and exchange.recover(writing.names_now)
        removed = tuple(leftovers(root, journal))
        for path in removed:
            path.unlink(missing_ok=True)
    return Repaired(recovered, removed, unreadable)


def _told(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()
