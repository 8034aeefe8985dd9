"""A run that is killed, wherever: no half month, no corrupt report, and nothing of it lies about after the next."""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from itertools import count
from typing import TYPE_CHECKING

import pytest

from needs_analytics.exchange import Exchange

from .form import FULL, report, trials
from .killing import child, ended, killed_after, killed_at

if TYPE_CHECKING:
    from pathlib import Path

    from needs_analytics import Workspace

    from .conftest import Months

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")


def mend(workspace: Workspace) -> None:
    """Do what the next run does first."""
    with workspace.store.writing() as writing:
        Exchange(workspace.journal, workspace.path).recover(writing.names_now)


def phase(workspace: Workspace) -> str:
    """Return how far a killed run had come, by what it left."""
    return "under way" if workspace.journal.exists() else "before or after"


def judged(months: Months, workspace: Workspace, before: int, *, edited: bool = False) -> str:
    """Judge what a killed run left, as it is, after recovery and after the next run; return how it ended."""
    assert months.torn(workspace) == []
    came = phase(workspace)
    mend(workspace)
    revision = months.judge(workspace, edited=edited)
    assert revision in {before, before + 1}
    months.issue(workspace, 1)
    assert months.judge(workspace, edited=edited) == before + 1
    return f"{came}, {'new' if revision > before else 'old'}"


def starts(months: Months) -> list[tuple[Path, int]]:
    return [(months.begun, 0), (months.issued, 1)]


@pytest.mark.parametrize("start", [0, 1], ids=["first month", "second revision"])
def test_a_kill_at_a_step_leaves_old_or_new(months: Months, tmp_path: Path, start: int) -> None:
    folder, before = starts(months)[start]
    ends: Counter[str] = Counter()
    for call in count(1, 1 if FULL else 7):
        workspace = months.at(folder, tmp_path / "killed")
        if not killed_at(call, lambda: months.issue(workspace, 1)):  # noqa: B023 - called at once
            break
        ends[judged(months, workspace, before)] += 1
    report("killed at each call", start=start, kills=ends.total(), ends=ends)
    assert {"under way, old"} < set(ends)


def test_a_kill_at_a_step_loses_no_report_that_somebody_has_edited(months: Months, tmp_path: Path) -> None:
    ends: Counter[str] = Counter()
    for call in count(1, 1 if FULL else 7):
        workspace = months.at(months.issued, tmp_path / "killed")
        months.edit(workspace)
        if not killed_at(call, lambda: months.issue(workspace, 1)):  # noqa: B023 - called at once
            break
        ends[judged(months, workspace, 1, edited=True)] += 1
    report("killed at each call, a report edited", kills=ends.total(), ends=ends)
    assert {"under way, old"} < set(ends)


@pytest.mark.parametrize("mark", ["", "COMMIT"], ids=["any time", "while it commits"])
def test_a_kill_at_a_random_time_leaves_old_or_new(months: Months, tmp_path: Path, mark: str) -> None:
    draw, ends = random.Random(20261122), Counter[str]()
    workspace = months.at(months.issued, tmp_path / "killed")
    began = time.perf_counter()
    assert ended(child(lambda: months.issue(workspace, 1))) == 0
    longest = 0.01 if mark else time.perf_counter() - began
    for _ in range(trials(10, 150)):
        workspace = months.at(months.issued, tmp_path / "killed")
        wait = draw.uniform(0, longest)
        if killed_after(wait, lambda: months.issue(workspace, 1), mark):  # noqa: B023
            ends[judged(months, workspace, 1)] += 1
    report("killed at random", mark=mark, kills=ends.total(), ends=ends)
    assert ends


def test_a_kill_while_it_is_mended_is_mended_by_the_next(months: Months, tmp_path: Path) -> None:
    """The run is killed at a call, then those that come after it, each at a call of its own."""
    draw, ends, kills = random.Random(20261123), Counter[str](), 0
    for _ in range(trials(8, 80)):
        workspace = months.at(months.issued, tmp_path / "killed")
        while not workspace.journal.exists():
            workspace = months.at(months.issued, tmp_path / "killed")
            killed_at(draw.randint(20, 90), lambda: months.issue(workspace, 1))  # noqa: B023
        for again in (draw.randint(1, 40), draw.randint(1, 60)):
            kills += killed_at(again, lambda: mend(workspace))  # noqa: B023
            assert months.torn(workspace) == []
        ends[judged(months, workspace, 1)] += 1
    report("killed while mending", kills=kills, ends=ends)
    assert kills
