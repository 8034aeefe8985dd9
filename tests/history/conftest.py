"""Two small months, and a workspace to issue them in."""

from __future__ import annotations

import hashlib
import pickle
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from helpers.town import BATHING, MEALS, residents, run_stages, survey, town
from needs_analytics.core.options import GapsOptions, Options
from needs_analytics.reports.published import published
from needs_analytics.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from needs_analytics.core.results import MonthResult
    from needs_analytics.reports.published import Published


def month_of(name: str, meals: int) -> MonthResult:
    """Return a month in which so many of 150 residents need meals."""
    cleaned = town(
        survey(residents(150, age=70, sex="男", yes={MEALS: meals, BATHING: 3})),
        register="community | age_low | age_high | sex | persons\n甲 | 16 | 120 | 男 | 400",
        menu="service | needs\nS | ELD01", usage="service | site | count\nS | P | 60",
    )  # fmt: skip
    return named(run_stages(cleaned, options=Options(gaps=GapsOptions(replicates=5))), name, str(meals))


def named(result: MonthResult, name: str, digest: str = "") -> MonthResult:
    """Return a result as if it were another month's, or another run's."""
    month = type(result.month).parse(name)
    inputs = pd.DataFrame({"month": [name], "file": ["走访表.xlsx"], "digest": [f"{digest:0<64}"], "rows": [150]})
    run = replace(
        result.run,
        month=name,
        digest=digest or result.run.digest,
        inputs=inputs,
        versions={"needs-analytics": "0.1.0", "pandas": "3.1"},
    )
    return replace(result, month=month, cleaned=replace(result.cleaned, month=month), run=run)


@pytest.fixture(scope="package", autouse=True)
def _rendered_once() -> Iterator[None]:
    """Render no report twice: what its bytes are is tried elsewhere, here that they are kept."""
    known: dict[bytes, Published] = {}

    def remembered(result: MonthResult, **asked: Any) -> Published:
        key = hashlib.sha256(pickle.dumps((result, asked))).digest()
        if key not in known:
            known[key] = published(result, **asked)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("needs_analytics.issuing.published", remembered)
        yield


@pytest.fixture(scope="package")
def result() -> MonthResult:
    """Return a month in which 60 of 150 need meals."""
    return month_of("2026-10", 60)


@pytest.fixture(scope="package")
def other() -> MonthResult:
    """Return the same month with 90 of 150."""
    return month_of("2026-10", 90)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Return an empty workspace."""
    return Workspace.create(tmp_path / "幸福街道", "幸福街道")
