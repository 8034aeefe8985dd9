"""Two results of one month and the folder they are issued into; nothing is computed or rendered twice."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from helpers.town import BATHING, MEALS, residents, run_stages, survey, town
from needs_analytics import Workspace, issue_month
from needs_analytics.core.options import GapsOptions, Options
from needs_analytics.history.links import stored_content
from needs_analytics.reports.published import published

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from needs_analytics.core.results import MonthResult
    from needs_analytics.reports.published import Published

MONTH = "2026-10"
OFFICE = "幸福街道"
EDITED = "在程序写出以后，办公室改过".encode()


def result_of(meals: int) -> MonthResult:
    cleaned = town(
        survey(residents(150, age=70, sex="男", yes={MEALS: meals, BATHING: 3})),
        register="community | age_low | age_high | sex | persons\n甲 | 16 | 120 | 男 | 400",
        menu="service | needs\nS | ELD01", usage="service | site | count\nS | P | 60",
    )  # fmt: skip
    return run_stages(cleaned, options=Options(gaps=GapsOptions(replicates=5)), name=OFFICE)


def files_of(result: MonthResult) -> dict[str, bytes]:
    """Return files as large as a report's: rendering them is not what is tried here."""
    return {f"{OFFICE}.{kind}": f"{kind} {result.run.digest}\n".encode() * 4000 for kind in ("html", "xlsx")}


@dataclass(frozen=True)
class Months:
    """Results of one month, what their reports are, and workspaces to begin with.

    ``begun`` is an empty workspace, ``issued`` one in which the first result was issued.
    """

    results: tuple[MonthResult, ...]
    reports: Mapping[str, Published]
    begun: Path
    issued: Path

    def files(self, result: MonthResult) -> dict[str, bytes]:
        """Return the report of a result, path to content."""
        return {f"reports/{MONTH}/{name}": each for name, each in self.reports[result.run.digest].files.items()}

    def at(self, start: Path, folder: Path) -> Workspace:
        """Return a copy of a workspace."""
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(start, folder)
        return Workspace(folder)

    def issue(self, workspace: Workspace, number: int) -> None:
        issue_month(workspace, self.results[number], formats=("html", "xlsx"))

    def edit(self, workspace: Workspace) -> None:
        """Do to a report what an office does: write something of its own into it."""
        (workspace.path / "reports" / MONTH / f"{OFFICE}.html").write_bytes(EDITED)

    def torn(self, workspace: Workspace) -> list[str]:
        """Return the files that anybody sees who looks now and that are neither old nor new."""
        known = [self.files(result) for result in self.results]
        return [
            name
            for name in _visible(workspace.path / "reports")
            if (workspace.path / "reports" / name).read_bytes()
            not in [EDITED, *(files.get(f"reports/{name}") for files in known)]
        ]

    def told(self, workspace: Workspace) -> list[str]:
        """Return the digests of the results the store has, checked row by row, and the files told by the latest."""
        store = workspace.store
        assert store.verify()
        runs = store.runs()
        if not len(runs):
            return []
        with closing(sqlite3.connect(store.path)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
            for run, content in zip(runs["run"], runs["content"], strict=True):
                assert stored_content(connection, int(run)) == content
        return runs["digest"].tolist()

    def judge(self, workspace: Workspace, *, edited: bool = False) -> int:
        """Check that files and store tell the same month and nothing else lies about; return the revision.

        An edited report stands once: under its name, or beside the report that took its place.
        """
        told = self.told(workspace)
        by_digest = {result.run.digest: self.files(result) for result in self.results}
        wanted = by_digest[told[-1]] if told else {}
        folder = workspace.path
        found = {f"reports/{name}": (folder / "reports" / name).read_bytes() for name in _all(folder / "reports")}
        if edited:
            (place,) = (name for name, each in found.items() if each == EDITED)
            found |= {place: wanted[place]} if place in wanted else {}
            beside = {place} - wanted.keys()
            assert all("（原件 " in name for name in beside)
            found = {name: each for name, each in found.items() if name not in beside}
        assert found == wanted
        assert set(_all(folder / "history")) <= {f"months.sqlite3{part}" for part in ("", "-wal", "-shm")}
        assert {path.name for path in folder.iterdir() if path.is_file()} <= {
            "needs.toml", "mapping.toml", ".needs-key", *(["recipes.toml"] if told else []),
        }  # fmt: skip
        named = store_names(workspace)
        assert named.items() >= {name: hashlib.sha256(each).hexdigest() for name, each in wanted.items()}.items()
        return len(told)


def store_names(workspace: Workspace) -> dict[str, str]:
    """Return what the store says of the files."""
    frame = workspace.store.read("SELECT path, digest FROM file ORDER BY file", columns=("path", "digest"))
    return dict(zip(frame["path"], frame["digest"], strict=True))


def _all(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def _visible(folder: Path) -> list[str]:
    return [name for name in _all(folder) if not name.rpartition("/")[2].startswith(".")]


@pytest.fixture(scope="session")
def computed() -> tuple[tuple[MonthResult, ...], dict[str, Published]]:
    first, second = result_of(60), result_of(90)
    results = (first, second, *(replace(first, run=replace(first.run, digest=f"{place:064}")) for place in range(8)))
    shown = [published(result, formats=()) for result in (first, second)]
    return results, {
        result.run.digest: replace(shown[place == 1], files=files_of(result)) for place, result in enumerate(results)
    }


@pytest.fixture
def months(
    computed: tuple[tuple[MonthResult, ...], dict[str, Published]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Months:
    results, reports = computed
    monkeypatch.setattr("needs_analytics.issuing.published", lambda result, **_: reports[result.run.digest])
    begun = Workspace.create(tmp_path / "begun", OFFICE)
    months = Months(results, reports, begun.path, tmp_path / "issued")
    months.issue(months.at(begun.path, months.issued), 0)
    return months
