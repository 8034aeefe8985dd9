"""Erasing details: the bytes are gone, the chain holds."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from needs_analytics import issue_month
from needs_analytics.history import opening
from needs_analytics.history.checks import problems
from needs_analytics.history.columns import DETAILS
from needs_analytics.history.months import issued_month, kept_months
from needs_analytics.history.opening import connect
from needs_analytics.history.purge import purge_runs, purgeable, resting_months

from .conftest import named

if TYPE_CHECKING:
    from needs_analytics.core.results import MonthResult
    from needs_analytics.workspace import Workspace

SITE = "槐树底下的浴室"


@pytest.fixture
def kept(workspace: Workspace, result: MonthResult) -> Workspace:
    for month in ("2026-08", "2026-09", "2026-10"):
        named_site = result.cleaned.usage.assign(site=f"{SITE}{month}")
        moved = named(result, month)
        issue_month(workspace, replace(moved, cleaned=replace(moved.cleaned, usage=named_site)), formats=("html",))
    return workspace


def bytes_of(workspace: Workspace) -> bytes:
    return b"".join(path.read_bytes() for path in sorted((workspace.path / "history").iterdir()))


def test_months_before_one_are_erased_and_their_runs_stay_in_the_chain(kept: Workspace) -> None:
    assert f"{SITE}2026-08".encode() in bytes_of(kept)
    purged = purge_runs(kept.store, before="2026-10", reason="before 2026-10")
    assert purged.runs == (("2026-08", 1), ("2026-09", 1))
    assert purged.complete
    content = bytes_of(kept)
    assert f"{SITE}2026-08".encode() not in content
    assert f"{SITE}2026-09".encode() not in content
    assert f"{SITE}2026-10".encode() in content
    assert kept.store.verify()
    with closing(connect(kept.store.path)) as connection:
        assert problems(connection) == []


def test_an_erased_month_says_so_and_holds_nothing(kept: Workspace) -> None:
    purge_runs(kept.store, month="2026-09", reason="month 2026-09")
    months = kept_months(kept.store)
    assert months["purged"].tolist() == [False, True, False]
    assert months["needs"].isna().tolist() == [False, True, False]
    assert months["respondents"].tolist() == [150] * 3
    shown = issued_month(kept.store, "2026-09", root=kept.path)
    assert (shown.purged, dict(shown.tables)) == ("month 2026-09", {})
    assert len(shown.files)
    for table in DETAILS:
        assert kept.store.detail(table, "2026-09") is None


def test_months_that_hold_figures_of_others_are_named_until_they_are_erased_too(
    workspace: Workspace, result: MonthResult
) -> None:
    rests = {"2026-08": [], "2026-09": ["2026-08"], "2026-10": ["2026-08", "2026-09"]}
    for month, others in rests.items():
        each = named(result, month)
        told = tuple({"month": other, "revision": 1, "digest": "x", "used": ["usage"]} for other in others)
        workspace.store.keep(replace(each, run=replace(each.run, rests_on=told)))
    store = workspace.store
    assert resting_months(store, ["2026-08"]) == ("2026-09", "2026-10")
    assert resting_months(store, ["2026-09"]) == ("2026-10",)
    assert resting_months(store, ["2026-10"]) == ()
    purge_runs(store, before="2026-10")
    assert resting_months(store, ["2026-08"]) == ("2026-10",)


def test_what_is_erased_is_not_erased_twice(kept: Workspace) -> None:
    assert len(purgeable(kept.store, month="2026-09")) == 1
    purge_runs(kept.store, month="2026-09")
    assert purgeable(kept.store, month="2026-09").empty
    assert purge_runs(kept.store, before="2026-10").runs == (("2026-08", 1),)
    assert purge_runs(kept.store, before="2026-10").runs == ()


def test_the_same_month_issued_again_after_it_was_erased_is_a_further_revision(
    workspace: Workspace, result: MonthResult
) -> None:
    kept = workspace
    issue_month(kept, named(result, "2026-09"), formats=("html",))
    purge_runs(kept.store, month="2026-09")
    assert issue_month(kept, named(result, "2026-09"), formats=("html",)).revision == 2
    assert issued_month(kept.store, "2026-09", 1, root=kept.path).tables == {}
    assert kept.store.estimates("2026-09") is not None
    assert kept.store.verify()


def test_a_reader_keeps_the_bytes_until_it_is_gone(kept: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "WAIT", 0.2)
    with closing(sqlite3.connect(kept.store.path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT COUNT(*) FROM run").fetchone()
        assert not purge_runs(kept.store, month="2026-09").complete
    assert purge_runs(kept.store, month="2026-09").complete
    assert f"{SITE}2026-09".encode() not in bytes_of(kept)


def test_a_store_that_is_not_there_is_not_made(workspace: Workspace) -> None:
    assert purge_runs(workspace.store, before="2026-10").runs == ()
    assert not workspace.store.path.exists()
