"""Reports on the disk beside what the store tells: of an older revision, of a month not kept, of nobody known."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from needs_analytics.core.options import FORMATS
from needs_analytics.history.months import digest_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pandas as pd

    from needs_analytics.history.store import Store

_MONTH = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])")
_NAMED = 3
_SUFFIXES = frozenset(f".{name}" for name in FORMATS)


class Older(NamedTuple):
    """A file of an older revision of its month.

    Attributes
    ----------
    month, revision, latest
        The month, the revision the file is of, and the latest one.
    """

    month: str
    revision: int
    latest: int


def said_of_files(store: Store, root: Path, files: pd.DataFrame) -> Iterator[tuple[str, dict[str, Any]]]:
    """Return what is to be said of the reports on the disk, as codes and details.

    Parameters
    ----------
    files
        From :func:`needs_analytics.history.months.files_of`.
    """
    older = older_files(store, root)
    for path, state in zip(files["path"], files["state"], strict=True):
        if path in older:
            yield "file_older", {"file": path, **older[path]._asdict()}
        elif state not in {"same", "elsewhere"}:
            yield f"file_{state}", {"file": path}
    for month, names in unknown_files(store, root).items():
        yield "files_unknown", {"month": month, "count": len(names), "files": names[:_NAMED]}
    unkept = months_unkept(store, root)
    if unkept:
        yield "unkept" if len(store.months()) else "emptied", {"months": unkept}


def months_unkept(store: Store, root: Path) -> tuple[str, ...]:
    """Return the months whose reports stand in a workspace though the store keeps no run of them.

    It was lost, or an earlier one was put in its place: what is issued now goes on from no such month.
    """
    kept = set(store.months()["month"])
    return tuple(month for month, files in _reports(root).items() if files and month not in kept)


def older_files(store: Store, root: Path) -> dict[str, Older]:
    """Return the files on the disk that an older revision of their month has written, and no later one since."""
    rows = store.read(
        """SELECT f.path, f.digest, r.month, r.revision, (SELECT MAX(m.revision) FROM run AS m WHERE m.month = r.month)
                  AS latest
           FROM file AS f JOIN run AS r ON r.run = f.run ORDER BY f.file""",
        columns=("path", "digest", "month", "revision", "latest"),
    )
    found = {path: digest_of(root / path) for path in rows["path"].unique()}
    stands = rows[rows["digest"] == rows["path"].map(found)].drop_duplicates("path", keep="last")
    return {
        path: Older(str(month), int(revision), int(latest))
        for path, _, month, revision, latest in stands.itertuples(index=False)
        if revision < latest
    }


def unknown_files(store: Store, root: Path) -> dict[str, list[str]]:
    """Return by month the files beside its reports that no run has written."""
    told = set(store.read("SELECT DISTINCT path FROM file", columns=("path",))["path"])
    kept = set(store.months()["month"])
    found = {
        month: [path.name for path in files if path.relative_to(root).as_posix() not in told]
        for month, files in _reports(root).items()
        if month in kept
    }
    return {month: names for month, names in found.items() if names}


def _reports(root: Path) -> dict[str, list[Path]]:
    """Return the files by month that look like its reports."""
    folders = sorted(path for path in root.glob("reports/*") if path.is_dir() and _MONTH.fullmatch(path.name))
    return {
        folder.name: sorted(
            path for path in folder.iterdir()
            if path.is_file() and path.suffix.lower() in _SUFFIXES and not path.name.startswith((".", "~$"))
        )
        for folder in folders
    }  # fmt: skip
