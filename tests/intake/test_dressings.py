"""However an office dresses a survey, its answers come out the same, or the sheet is asked about."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.grids import CODEBOOK, KEY, MONTH, codes, take_clean
from needs_analytics.cleaning import clean
from needs_analytics.intake import take_in
from needs_analytics.office.read import read_workbooks

from .dressing import NEEDS, dressed, people, told

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd

    from needs_analytics.core.records import Sheet

ASKED = {"W201", "W202", "W206", "W207", "W208"}


def said(survey: pd.DataFrame) -> dict[float, tuple[str, str, frozenset[str]]]:
    """Return what was read of each resident: age to sex, community and needs."""
    columns = {need: f"need:{need}" for need in NEEDS.values()}
    return {
        row["age"]: (
            row["sex"],
            row["community"],
            frozenset(n for n, column in columns.items() if row.get(column) == 1),
        )
        for _, row in survey.iterrows()
    }


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
    assert len(cleaned.survey) == len(persons)
    assert said(cleaned.survey) == told(persons)


@pytest.mark.parametrize("seed", [3, 22, 26, 64])
def test_a_workbook_with_filters_and_hidden_rows_is_read_whole(tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    persons = people(random, 9)
    path = tmp_path / "登记表.xlsx"
    written(path, dressed(persons, random))
    cleaned = clean(take_in(read_workbooks([path]), codebook=CODEBOOK, month=MONTH, key=KEY))
    assert said(cleaned.survey) == told(persons)


def written(path: Path, sheets: Sequence[Sheet]) -> None:
    """Write sheets with merged ranges, a filter and hidden rows."""
    with xlsxwriter.Workbook(path) as book:
        for drawn in sheets:
            page = book.add_worksheet(drawn.name)
            inside = {(top, left) for top, left, *_ in drawn.merged}
            for top, left, bottom, right in drawn.merged:
                page.merge_range(top, left, bottom, right, drawn.rows(top, top + 1)[0][left])
            for number, row in enumerate(drawn.rows()):
                for column, cell in enumerate(row):
                    if cell != "" and (number, column) not in inside:
                        page.write(number, column, cell)
            page.autofilter(0, 0, drawn.n_rows - 1, len(drawn.columns) - 1)
            page.set_row(drawn.n_rows // 2, options={"hidden": True})
