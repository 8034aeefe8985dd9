"""What a month rests on is told, and what of it was issued again since."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from needs_analytics.core.month import Month
from needs_analytics.history.resting import reissued_since, resting_on, runs_before

from .conftest import named

if TYPE_CHECKING:
    from needs_analytics.core.results import MonthResult
    from needs_analytics.workspace import Workspace

OCTOBER = Month.parse("2026-10")


def test_the_runs_of_earlier_months_are_named_with_what_is_used_of_them(
    workspace: Workspace, result: MonthResult, other: MonthResult
) -> None:
    unused = replace(result.cleaned, usage=result.cleaned.usage.iloc[:0])
    for month, digest in (("2026-09", "c"), ("2026-08", "a"), ("2026-09", "b"), ("2026-07", "d")):
        each = named(replace(result if digest != "b" else other, cleaned=unused), month, digest)
        workspace.store.keep(each)
    store = workspace.store
    september = {"month": "2026-09", "revision": 2, "digest": "b"}
    assert resting_on(runs_before(store, OCTOBER), ["comparison", "panel"]) == (
        september | {"used": ["comparison", "panel"]},
    )
    assert resting_on(runs_before(store, OCTOBER, segments_of="2026-09"), ["comparison"]) == (
        september | {"used": ["comparison", "segments"]},
    )
    assert resting_on(runs_before(store, OCTOBER, segments_of="2026-08"), []) == (
        {"month": "2026-08", "revision": 1, "digest": "a", "used": ["segments"]},
    )
    assert resting_on(runs_before(store, OCTOBER, segments_of="2026-01"), []) == ()
    assert resting_on(runs_before(store, OCTOBER.shift(5)), ["comparison"]) == ()


def test_the_runs_that_speak_for_the_use_are_named(workspace: Workspace, result: MonthResult) -> None:
    def of(month: str, digest: str) -> MonthResult:
        usage = result.cleaned.usage.assign(month=month)
        return named(replace(result, cleaned=replace(result.cleaned, usage=usage)), month, digest)

    for month, digest in (("2026-08", "a"), ("2026-09", "b"), ("2026-10", "c")):
        workspace.store.keep(of(month, digest))
    only_use = resting_on(runs_before(workspace.store, OCTOBER), [])
    assert [(each["month"], each["used"]) for each in only_use] == [("2026-08", ["usage"]), ("2026-09", ["usage"])]
    found = resting_on(runs_before(workspace.store, OCTOBER, "2026-08"), ["comparison"])
    assert [(each["month"], each["used"]) for each in found] == [
        ("2026-08", ["segments", "usage"]), ("2026-09", ["comparison", "usage"]),
    ]  # fmt: skip


LATEST = pd.DataFrame(
    {"month": ["2026-07", "2026-08", "2026-09", "2026-10", "2026-11"], "revision": [1, 2, 1, 1, 1],
     "run": [9, 3, 2, 5, 12]}
)  # fmt: skip


@pytest.mark.parametrize(
    ("rests", "since"),
    [
        ([("2026-08", 2), ("2026-09", 1), ("2026-07", 1)], ()),
        ([("2026-08", 1), ("2026-09", 1), ("2026-07", 1)], ("2026-08",)),
        ([("2026-08", 2)], ("2026-07",)),  # of those it does not name the order of the runs decides
        ([], ("2026-07",)),
    ],
)
def test_only_earlier_months_issued_after_it_are_told(rests: list[tuple[str, int]], since: tuple[str, ...]) -> None:
    record: dict[str, Any] = {"rests_on": [{"month": month, "revision": revision} for month, revision in rests]}
    assert reissued_since(record, 5, "2026-10", LATEST) == since
    if not rests:
        assert reissued_since({}, 5, "2026-10", LATEST) == since
