"""What was issued: a line for every month, and one of them whole."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from needs_analytics import issue_month
from needs_analytics.errors import UsageError
from needs_analytics.history.months import KEPT, files_of, issued_month, kept_months, named_run
from needs_analytics.history.purge import purge_runs

from .conftest import named

if TYPE_CHECKING:
    from needs_analytics.core.results import MonthResult
    from needs_analytics.workspace import Workspace


def test_a_new_workspace_has_no_months(workspace: Workspace) -> None:
    months = kept_months(workspace.store)
    assert list(months) == list(KEPT)
    assert months.empty
    assert files_of(workspace.store, workspace.path).empty
    with pytest.raises(UsageError, match="还没有出过报告"):
        named_run(workspace.store, "2026-10")


def test_a_month_is_a_line_of_its_latest_revision(
    workspace: Workspace, result: MonthResult, other: MonthResult
) -> None:
    for each in (named(result, "2026-10"), named(other, "2026-10"), named(result, "2026-11")):
        issue_month(workspace, each, formats=("html",))
    months = kept_months(workspace.store)
    assert months[["month", "revision"]].values.tolist() == [["2026-10", 2], ["2026-11", 1]]
    assert months["respondents"].tolist() == [150, 150]
    assert months["needs"].tolist() == [2, 2]
    assert months["files"].tolist() == [2, 2], "the page and recipes.toml"
    assert kept_months(workspace.store, every=True)["revision"].tolist() == [1, 2, 1]
    purge_runs(workspace.store, month="2026-10")
    erased = kept_months(workspace.store)
    assert erased["purged"].tolist() == [True, False]
    assert erased["needs"].isna().tolist() == [True, False], "not none: nobody knows any more"


def test_a_month_that_was_compared_with_an_older_revision_says_so(
    workspace: Workspace, result: MonthResult, other: MonthResult
) -> None:
    for each in (named(result, "2026-10"), named(result, "2026-11"), named(other, "2026-10")):
        workspace.store.keep(each)
    assert kept_months(workspace.store)["overtaken"].tolist() == [(), ("2026-10",)]
    assert issued_month(workspace.store, "2026-11", root=workspace.path).overtaken == ("2026-10",)
    workspace.store.keep(named(other, "2026-11"))
    assert kept_months(workspace.store)["overtaken"].tolist() == [(), ()]


def test_a_month_is_shown_as_it_was_issued(workspace: Workspace, result: MonthResult) -> None:
    issued = issue_month(workspace, result, formats=("html",))
    shown = issued_month(workspace.store, "2026-10", root=workspace.path)
    assert (shown.month, shown.revision, shown.latest, shown.purged) == ("2026-10", 1, 1, "")
    assert shown.record["inputs"][0]["file"] == "走访表.xlsx"
    assert {"needs", "gaps"} <= {table["id"] for table in shown.tables["zh"]}
    page = shown.files.set_index("path").loc[issued.files[0].relative_to(workspace.path).as_posix()]
    assert page["digest"] == hashlib.sha256(issued.files[0].read_bytes()).hexdigest()


def test_a_file_is_the_same_changed_gone_or_of_a_later_revision(
    workspace: Workspace, result: MonthResult, other: MonthResult
) -> None:
    (page,) = issue_month(workspace, result, formats=("html",)).files

    def states(revision: int | None = None) -> list[str]:
        shown = issued_month(workspace.store, "2026-10", revision, root=workspace.path).files
        return shown.loc[shown["path"].str.endswith(".html"), "state"].tolist()

    assert states() == ["same"]
    issue_month(workspace, other, formats=("html",))
    assert (states(1), states(2)) == (["replaced"], ["same"])
    page.write_bytes(page.read_bytes() + b" ")
    assert states() == ["changed"]
    page.unlink()
    assert states() == ["gone"]


def test_a_revision_names_its_files_also_where_an_earlier_one_had_the_same(
    workspace: Workspace, result: MonthResult
) -> None:
    for digest in ("a", "b"):
        issue_month(workspace, named(result, "2026-10", digest), formats=("html",))
    first, second = (issued_month(workspace.store, "2026-10", each, root=workspace.path).files for each in (1, 2))
    assert first["path"].tolist() == second["path"].tolist()


def test_what_was_not_kept_is_said_with_what_was(workspace: Workspace, result: MonthResult) -> None:
    workspace.store.keep(result)
    with pytest.raises(UsageError, match="没有 2026-09。已有的月份：2026-10"):
        named_run(workspace.store, "2026-09")
    with pytest.raises(UsageError, match="没有第 3 版。最新的是第 1 版"):
        issued_month(workspace.store, "2026-10", 3, root=workspace.path)
