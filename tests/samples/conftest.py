"""One sample month and the truth behind it, made once for all tests of the package."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from needs_analytics.core.month import Month
from needs_analytics.samples import Snapshot, World, found_town, read_plan, write_month, write_town
from needs_analytics.samples.answers import collect_answers
from needs_analytics.samples.month import DEFAULT_MONTH, DEFAULT_SEED
from needs_analytics.samples.truth import FILE, Truth, read_truth
from needs_analytics.samples.usage import record_use, years_of_use

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from needs_analytics.samples import SampleMonth
    from needs_analytics.samples.answers import Answers

MONTH = Month.parse(DEFAULT_MONTH)


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The default town's folder: three months and the truth."""
    folder = tmp_path_factory.mktemp("town")
    write_town(folder)
    return folder


@pytest.fixture(scope="session")
def truth(written: Path) -> Truth:
    return read_truth(written / FILE)


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> SampleMonth:
    return write_month(tmp_path_factory.mktemp("sample"))


@pytest.fixture(scope="session")
def world() -> World:
    return found_town(read_plan(), DEFAULT_SEED)


@pytest.fixture(scope="session")
def snapshot(world: World) -> Snapshot:
    return world.at(MONTH)


@pytest.fixture(scope="session")
def answers(snapshot: Snapshot) -> Answers:
    return collect_answers(snapshot)


@pytest.fixture(scope="session")
def use(world: World, snapshot: Snapshot) -> pd.DataFrame:
    return record_use(snapshot, years_of_use(world, MONTH, 1).of_month(MONTH))
