"""What differs between two runs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from helpers.town import BATHING, MEALS
from needs_analytics.errors import UsageError
from needs_analytics.history.compare import compare_runs
from needs_analytics.history.purge import purge_runs

from .conftest import named

if TYPE_CHECKING:
    from needs_analytics.core.results import MonthResult
    from needs_analytics.workspace import Workspace


def test_the_same_results_of_two_months_do_not_differ(workspace: Workspace, result: MonthResult) -> None:
    for month in ("2026-10", "2026-11"):
        workspace.store.keep(named(result, month, "same"))
    found = compare_runs(workspace.store, ("2026-10", None), ("2026-11", None))
    assert found.same
    assert (found.before, found.after) == (("2026-10", 1), ("2026-11", 1))


def test_figures_that_moved_come_the_most_first(workspace: Workspace, result: MonthResult, other: MonthResult) -> None:
    for each in (result, other):
        workspace.store.keep(each)
    found = compare_runs(workspace.store, ("2026-10", 1), ("2026-10", 2))
    assert found.needs is not None
    assert found.gaps is not None
    assert found.needs["need"].iloc[0] == MEALS
    assert found.needs["moved"].iloc[0] == pytest.approx(0.2)
    assert found.needs[["share_before", "share_after"]].iloc[0].tolist() == pytest.approx([0.4, 0.6])
    assert found.gaps["need"].iloc[0] == MEALS
    assert found.gaps["moved"].iloc[0] == pytest.approx(80)
    assert found.elsewhere["estimate"] > 0
    assert not found.same


def test_a_need_of_one_of_the_two_has_moved_by_nobody_knows_how_much(workspace: Workspace, result: MonthResult) -> None:
    table = result.needs.table
    fewer = replace(result.needs, table=table[table["need"] != BATHING])
    workspace.store.keep(result)
    workspace.store.keep(replace(result, needs=fewer, run=replace(result.run, digest="fewer")))
    found = compare_runs(workspace.store, ("2026-10", 1), ("2026-10", 2))
    assert found.needs is not None
    assert found.needs["need"].tolist() == [BATHING]
    assert found.needs["moved"].isna().all()


def test_files_settings_and_versions_that_differ_are_named(workspace: Workspace, result: MonthResult) -> None:
    inputs = pd.DataFrame(
        {
            "month": ["2026-10", "2026-09"],
            "file": ["走访表.xlsx", "台账.xlsx"],
            "digest": ["6" + "0" * 63, "7"],
            "rows": [9, 9],
        }
    )
    changed = replace(
        result.run,
        digest="other",
        inputs=inputs,
        context={"mapping.toml": "8"},
        options={"gaps.replicates": 7},
        versions={"needs-analytics": "0.1.0", "pandas": "3.2"},
    )
    workspace.store.keep(named(result, "2026-10", "6"))
    workspace.store.keep(replace(result, run=changed))
    found = compare_runs(workspace.store, ("2026-10", 1), ("2026-10", 2))
    assert [*found.inputs, *found.options] == ["file", "before", "after", "name", "before", "after"]
    assert found.inputs.values.tolist() == [["2026-09/台账.xlsx", "", "7"]]
    assert found.context.values.tolist() == [["mapping.toml", "", "8"]]
    assert found.options.values.tolist() == [["gaps.replicates", 5, 7]]
    assert found.versions.values.tolist() == [["pandas", "3.1", "3.2"]]
    assert not found.same


def test_figures_that_were_erased_are_not_said_to_be_the_same(workspace: Workspace, result: MonthResult) -> None:
    for month in ("2026-10", "2026-11"):
        workspace.store.keep(named(result, month, "same"))
    purge_runs(workspace.store, month="2026-10")
    found = compare_runs(workspace.store, ("2026-10", None), ("2026-11", None))
    assert (found.needs, found.gaps) == (None, None)
    assert not found.same


def test_a_month_that_was_not_kept_cannot_be_compared(workspace: Workspace, result: MonthResult) -> None:
    workspace.store.keep(result)
    with pytest.raises(UsageError):
        compare_runs(workspace.store, ("2026-09", None), ("2026-10", None))
