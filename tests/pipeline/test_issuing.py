"""Issuing a month: files and store tell the same, whatever comes in between."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from helpers.town import BATHING, MEALS, residents, run_stages, survey, town
from needs_analytics import Workspace, issue_month
from needs_analytics.core.options import GapsOptions, Options
from needs_analytics.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from needs_analytics.core.results import MonthResult


def month_of(name: str, meals: int) -> MonthResult:
    cleaned = town(
        survey(residents(150, age=70, sex="男", yes={MEALS: meals, BATHING: 3})),
        register="community | age_low | age_high | sex | persons\n甲 | 16 | 120 | 男 | 400",
        menu="service | needs\nS | ELD01", usage="service | site | count\nS | P | 60",
    )  # fmt: skip
    result = run_stages(cleaned, options=Options(gaps=GapsOptions(replicates=5)))
    month = type(result.month).parse(name)
    return replace(
        result, month=month, cleaned=replace(result.cleaned, month=month), run=replace(result.run, month=name)
    )


@pytest.fixture(scope="module")
def result() -> MonthResult:
    return month_of("2026-10", 60)


@pytest.fixture(scope="module")
def other() -> MonthResult:
    return month_of("2026-10", 90)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "幸福街道", "幸福街道")


def written(workspace: Workspace) -> dict[str, str]:
    """Return every file of the reports and of the recipes with its digest."""
    files = [*workspace.path.glob("reports/**/*"), *workspace.path.glob("recipes.toml")]
    return {
        path.relative_to(workspace.path).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
        if path.is_file()
    }


def named(workspace: Workspace) -> dict[str, str]:
    """Return what the store says of the files."""
    frame = workspace.store.read("SELECT path, digest FROM file ORDER BY file", columns=("path", "digest"))
    return dict(zip(frame["path"], frame["digest"], strict=True))


def test_the_store_names_the_files_with_their_digests(workspace: Workspace, result: MonthResult) -> None:
    issued = issue_month(workspace, result, formats=("html", "xlsx"))
    assert [path.suffix for path in issued.files] == [".html", ".xlsx"]
    assert issued.revision == 1
    assert named(workspace) == written(workspace)
    assert not workspace.journal.exists()


def test_the_same_month_again_is_the_same_revision_and_the_same_bytes(
    workspace: Workspace, result: MonthResult
) -> None:
    issue_month(workspace, result, formats=("html",))
    before = written(workspace)
    assert issue_month(workspace, result, formats=("html",)).revision == 1
    assert written(workspace) == before
    assert len(workspace.store.read("SELECT * FROM file")) == len(before)


def test_a_store_that_refuses_leaves_the_files_as_they_were(
    workspace: Workspace, result: MonthResult, other: MonthResult
) -> None:
    issue_month(workspace, result, formats=("html",))
    before = written(workspace)
    with closing(sqlite3.connect(workspace.store.path)) as store:
        store.execute("CREATE TRIGGER no BEFORE INSERT ON publication BEGIN SELECT RAISE(ABORT, 'refused'); END")
    with pytest.raises(sqlite3.IntegrityError):
        issue_month(workspace, other, formats=("html", "docx"))
    assert written(workspace) == before == named(workspace)
    assert workspace.store.months()["revision"].tolist() == [1]


def test_a_folder_that_refuses_leaves_the_store_as_it_was(workspace: Workspace, result: MonthResult) -> None:
    (workspace.path / "reports" / "2026-10").write_text("not a folder", encoding="utf-8")
    with pytest.raises(UsageError, match="写不进目录"):
        issue_month(workspace, result, formats=("html",))
    assert workspace.store.months().empty


def test_what_an_interrupted_run_left_is_mended_by_the_next(
    workspace: Workspace, result: MonthResult, other: MonthResult
) -> None:
    issue_month(workspace, result, formats=("html",))
    before = written(workspace)
    left = {"path": next(iter(before)), "draft": ".a.tmp", "backup": ".a.old", "digest": "0", "existed": True}
    folder = (workspace.path / left["path"]).parent
    (workspace.path / left["path"]).rename(folder / ".a.old")
    (workspace.path / left["path"]).write_bytes(b"of the run that was killed")
    workspace.journal.write_text(json.dumps([left]), encoding="utf-8")
    issue_month(workspace, other, folder=workspace.path / "elsewhere", formats=("docx",))
    assert written(workspace).items() >= {left["path"]: before[left["path"]]}.items()
    assert not list(workspace.path.rglob(".a.*"))


def test_a_month_after_it_that_was_issued_before_is_said(workspace: Workspace, result: MonthResult) -> None:
    november = month_of("2026-11", 10)
    assert issue_month(workspace, november, formats=()).later == ()
    assert issue_month(workspace, result, formats=("html",)).later == ("2026-11",)


def test_what_was_printed_and_what_was_hidden_is_kept(workspace: Workspace, result: MonthResult) -> None:
    issue_month(workspace, result, formats=("html",))
    issue_month(workspace, result, formats=("html",), language="en")
    kept = workspace.store.read("SELECT language, digest, tables FROM publication ORDER BY language")
    assert kept["language"].tolist() == ["en", "zh"]
    tables = {table["id"]: table for table in json.loads(kept["tables"].iloc[1])}
    assert "150" in [cell for row in tables["needs"]["rows"] for cell in row]
    estimates = workspace.store.estimates("2026-10")
    assert estimates is not None
    assert set(estimates.loc[estimates["need"] == BATHING, "shown"]) == {"hidden"}
    assert "shown" in set(estimates.loc[estimates["need"] == MEALS, "shown"])


def test_of_files_elsewhere_only_the_name_is_kept(workspace: Workspace, result: MonthResult, tmp_path: Path) -> None:
    issued = issue_month(workspace, result, folder=tmp_path / "out", formats=("html",))
    assert f"…/{issued.files[0].name}" in named(workspace)
    assert not any(str(tmp_path) in path for path in named(workspace))


@pytest.mark.parametrize(("language", "name"), [("zh", "（原件 2026-11-03）"), ("en", " (kept 2026-11-03)")])
def test_a_report_that_somebody_has_edited_is_not_overwritten(
    workspace: Workspace, result: MonthResult, other: MonthResult, language: str, name: str
) -> None:
    first = issue_month(workspace, result, formats=("html", "xlsx"), language=language)
    page, book = first.files
    page.write_bytes(b"what the office made of it")
    noon = dt.datetime(2026, 11, 3, 12).astimezone().timestamp()
    os.utime(page, (noon, noon))
    again = issue_month(workspace, other, formats=("html", "xlsx"), language=language)
    assert again.files == first.files
    assert again.kept == (page.with_name(f"{page.stem}{name}.html"),)
    assert again.kept[0].read_bytes() == b"what the office made of it"
    assert page.read_bytes() != b"what the office made of it"
    assert set(page.parent.iterdir()) == {page, book, *again.kept}
    assert not issue_month(workspace, result, formats=("html", "xlsx"), language=language).kept


def test_a_report_of_an_earlier_revision_that_somebody_put_back_is_overwritten(
    workspace: Workspace, result: MonthResult, other: MonthResult
) -> None:
    (page,) = issue_month(workspace, result, formats=("html",)).files
    earlier = page.read_bytes()
    issue_month(workspace, other, formats=("html",))
    page.write_bytes(earlier)
    assert not issue_month(workspace, other, formats=("html",)).kept
    assert list(page.parent.iterdir()) == [page]


def test_a_report_that_no_store_knows_is_not_overwritten(workspace: Workspace, result: MonthResult) -> None:
    (page,) = issue_month(workspace, result, formats=("html",)).files
    page.write_bytes(b"of a time before the store")
    for file in workspace.store.path.parent.iterdir():
        file.unlink()
    (kept,) = issue_month(workspace, result, formats=("html",)).kept
    assert kept.read_bytes() == b"of a time before the store"


def test_an_edited_report_stays_as_it_is_where_the_store_refuses(
    workspace: Workspace, result: MonthResult, other: MonthResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    (page,) = issue_month(workspace, result, formats=("html",)).files
    page.write_bytes(b"what the office made of it")
    before = written(workspace)

    def refuse(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("needs_analytics.history.writing.Writing.commit", refuse)
    with pytest.raises(ZeroDivisionError):
        issue_month(workspace, other, formats=("html",))
    assert written(workspace) == before
