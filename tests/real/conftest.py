"""The shared workbooks, each read once for all tests of the package."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

import needs_analytics as na

from . import nepal_raw
from .workspaces import build_workspace

if TYPE_CHECKING:
    import pandas as pd

    from needs_analytics.core.results import MonthResult

NEPAL, WJX = Path(__file__).parent / "nepal", Path(__file__).parent / "wjx"


class Nepal(NamedTuple):
    """Both rounds as the main job reads them, and as pandas alone does."""

    folder: Path
    results: dict[str, MonthResult]
    raw: dict[str, pd.DataFrame]


def _real(shared: Path, name: str) -> Path:
    folder = shared / "real" / name
    if not folder.is_dir():
        pytest.skip(f"../shared/real/{name} is not beside the project")
    return folder


@pytest.fixture(scope="session")
def nepal_folder(shared: Path) -> Path:
    return _real(shared, "nepal_2015")


@pytest.fixture(scope="session")
def wjx_folder(shared: Path) -> Path:
    return _real(shared, "wjx")


@pytest.fixture(scope="session")
def nepal(nepal_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Nepal:
    """Run round 4 as October and round 5 as November 2015, the first kept for the second to be compared with."""
    told = [NEPAL / "menu.csv", NEPAL / "districts.csv"]
    months = {
        month: [nepal_folder / file, nepal_folder / nepal_raw.ACTIVITIES, NEPAL / dictionary, *told]
        for (month, file), dictionary in zip(
            nepal_raw.ROUNDS.items(), ("questions_round4.csv", "questions_round5.csv"), strict=True
        )
    }
    workspace = build_workspace(tmp_path_factory.mktemp("nepal") / "灾区", NEPAL, months)
    results = {}
    for month in months:
        results[month] = na.run_month(workspace, month)
        workspace.store.keep(results[month])
    raw = {month: nepal_raw.read_answers(nepal_folder, month) for month in months}
    return Nepal(nepal_folder, results, raw)


@pytest.fixture(scope="session")
def reports(nepal: Nepal, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Write the report of November: file suffix to file."""
    files = na.write_reports(nepal.results["2015-11"], tmp_path_factory.mktemp("reports"))
    return {file.suffix: file for file in files}
