"""The same answers from every platform become the same table and the same questions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.exports import DIALECTS
from helpers.grids import CODEBOOK, KEY, MONTH
from helpers.questionnaire import FIRST, ITEMS, NEEDS, RANKED, Resident, residents
from needs_analytics.intake import take_in
from needs_analytics.office.read import read_workbooks

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from needs_analytics.core.records import Intake

PEOPLE = residents()
QUESTIONS = {
    ("多选", "需要", frozenset(NEEDS.values())),
    ("单选", "最需要前k", frozenset(FIRST.values())),
    ("排序", "最需要前k", frozenset(RANKED.values())),
    ("量表", "需要", frozenset(ITEMS.values())),
}


def taken(folder: Path, dialect: str, people: Sequence[Resident]) -> Intake:
    """Write the answers as a platform does and take them in."""
    files = DIALECTS[dialect](people)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    read = read_workbooks([folder / name for name in files])
    return take_in(read, codebook=CODEBOOK, month=MONTH, key=KEY)


def expected(people: Sequence[Resident]) -> pd.DataFrame:
    """Return the canonical answers."""
    table = pd.DataFrame({"sex": [one.sex for one in people], "age": [float(one.age) for one in people]})
    table["community"] = [one.community for one in people]
    table["day"] = [f"{one.moment:%Y-%m-%d}" for one in people]
    table["satisfaction"] = [np.nan if one.rating is None else float(one.rating) for one in people]
    for option, need in NEEDS.items():
        table[f"need:{need}"] = [np.nan if one.needs is None else float(option in one.needs) for one in people]
    for position, need in enumerate(ITEMS.values()):
        levels = [one.levels[position] for one in people]
        table[f"need:{need}"] = [np.nan if level is None else float(level >= 4) for level in levels]
    for option, need in FIRST.items():
        table[f"rank:{need}"] = [np.nan if one.first is None else float(one.first == option) for one in people]
    for option, need in RANKED.items():
        table[f"rank:{need}"] = [np.nan if one.ranked is None else float(option in one.ranked) for one in people]
    return table


def found(survey: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Return the same columns of what was read."""
    rows = survey.sort_values("row").reset_index(drop=True)
    days = pd.to_datetime(rows["date"]).dt.strftime("%Y-%m-%d")
    named = rows.assign(age=rows["age_low"].astype(float), day=days, satisfaction=rows["satisfaction"].astype(float))
    return named.reindex(columns=list(columns))


@pytest.fixture(scope="module", params=DIALECTS)
def read(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Intake]:
    """Return a dialect and what was read from it."""
    return request.param, taken(tmp_path_factory.mktemp("export"), request.param, PEOPLE)


def test_every_dialect_gives_the_same_answers(read: tuple[str, Intake]) -> None:
    survey, wanted = read[1].tables["survey"], expected(PEOPLE)
    pd.testing.assert_frame_equal(found(survey, wanted.columns), wanted, check_dtype=False)
    assert not {column for column in survey if column.startswith(("need:", "rank:"))} - set(wanted)


def test_every_dialect_gives_the_same_questions(read: tuple[str, Intake]) -> None:
    questions = read[1].questions
    needs = questions[questions["need"].isin(CODEBOOK.needs["need"])].groupby(["wording", "kind", "sense"])
    assert {(kind, sense, frozenset(group["need"])) for (_, kind, sense), group in needs} == QUESTIONS


def test_the_platform_is_known_and_says_why(read: tuple[str, Intake]) -> None:
    sheets = read[1].sheets
    (survey,) = sheets[sheets["tables"] == "survey"].to_dict("records")
    assert (survey["why"], survey["rows"]) == ("platform", len(PEOPLE))
    assert survey["platform"].split()[0] == read[0].split()[0]
    assert survey["marks"]


def test_what_is_said_is_what_the_dialect_cannot_carry(read: tuple[str, Intake]) -> None:
    """Figures of a scale do not say which end is which; Google writes an answer of one's own among the options."""
    said = {"问卷星 codes": {"W222"}, "Google sheet": {"W210"}, "Google file": {"W210"}, "Qualtrics texts": {"W220"}}
    doubts = {issue.code for issue in read[1].issues if issue.severity != "info"} - {"W301"}
    assert doubts == said.get(read[0], set())


@pytest.mark.parametrize("dialect", DIALECTS)
@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000), number=st.integers(30, 60))
def test_any_answers_come_back(dialect: str, seed: int, number: int, tmp_path: Path) -> None:
    people = residents(seed, number)
    wanted = expected(people)
    survey = taken(tmp_path, dialect, people).tables["survey"]
    pd.testing.assert_frame_equal(found(survey, wanted.columns), wanted, check_dtype=False)
