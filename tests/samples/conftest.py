"""One sample month and the truth behind it, made once for all tests of the package."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from needs_analytics.core.month import Month
from needs_analytics.samples import write_month
from needs_analytics.samples.answers import collect_answers
from needs_analytics.samples.month import DEFAULT_MONTH, DEFAULT_SEED
from needs_analytics.samples.names import name_people
from needs_analytics.samples.residents import settle_people
from needs_analytics.samples.town import Town, lay_out_town
from needs_analytics.samples.usage import record_use
from needs_analytics.samples.wishes import draw_wishes

if TYPE_CHECKING:
    import pandas as pd

    from needs_analytics.samples import SampleMonth
    from needs_analytics.samples.answers import Answers

MONTH = Month.parse(DEFAULT_MONTH)


class Truth(NamedTuple):
    town: Town
    people: pd.DataFrame
    wishes: pd.DataFrame


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> SampleMonth:
    return write_month(tmp_path_factory.mktemp("sample"))


@pytest.fixture(scope="session")
def truth() -> Truth:
    town = lay_out_town(DEFAULT_SEED)
    people = name_people(settle_people(town, DEFAULT_SEED), DEFAULT_SEED)
    return Truth(town, people, draw_wishes(people, DEFAULT_SEED))


@pytest.fixture(scope="session")
def answers(truth: Truth) -> Answers:
    return collect_answers(truth.people, truth.wishes, MONTH, DEFAULT_SEED)


@pytest.fixture(scope="session")
def use(truth: Truth) -> pd.DataFrame:
    return record_use(*truth, MONTH, DEFAULT_SEED)
