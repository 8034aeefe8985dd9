"""However an office dresses a survey, its answers come out the same, or the sheet is asked about."""

from __future__ import annotations

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.grids import codes, take_clean

from .dressing import NEEDS, dressed, people, told

ASKED = {"W201", "W202", "W206", "W208", "W213", "W301"}


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.integers(0, 10**6))
def test_however_a_survey_is_dressed_its_answers_are_the_same_or_it_is_asked_about(seed: int) -> None:
    random = Random(seed)
    persons = people(random, random.randint(6, 14))
    cleaned = take_clean(*dressed(persons, random))
    counts = cleaned.counts
    assert (counts["rows_in"] == counts["kept"] + counts["merged"] + counts["returned"]).all()
    if not len(cleaned.survey):
        assert codes(cleaned) & ASKED
        return
    columns = {need: f"need:{need}" for need in NEEDS.values()}
    found = {
        row["age"]: (
            row["sex"],
            row["community"],
            frozenset(n for n, column in columns.items() if row.get(column) == 1),
        )
        for _, row in cleaned.survey.iterrows()
    }
    assert len(cleaned.survey) == len(persons)
    assert found == told(persons)
