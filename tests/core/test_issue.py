"""An issue names its cell as a spreadsheet does."""

from __future__ import annotations

import pytest

from needs_analytics.core.issue import CellRef, Issue, column_letters
from needs_analytics.core.messages import LANGUAGES, issue_remedy, issue_sentence, issue_title


@pytest.mark.parametrize(
    ("column", "letters"),
    [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ"), (702, "AAA"), (16383, "XFD")],
)
def test_columns_are_lettered(column: int, letters: str) -> None:
    assert column_letters(column) == letters


@pytest.mark.parametrize(
    ("where", "cell"),
    [
        (CellRef("a.xlsx", "S", 16, 1), "B17"),
        (CellRef("a.xlsx", "S", 16), "17"),
        (CellRef("a.xlsx", "S", None, 1), "B"),
        (CellRef("a.xlsx"), ""),
        (CellRef("a.xlsx", "S", 0, 0), "A1"),
    ],
)
def test_a_place_is_named_as_far_as_it_is_known(where: CellRef, cell: str) -> None:
    assert where.cell == cell


@pytest.mark.parametrize(("code", "severity"), [("E101", "error"), ("W111", "warning"), ("I001", "info")])
def test_the_first_letter_is_the_severity(code: str, severity: str) -> None:
    assert Issue(code).severity == severity


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_names_the_value(language: str) -> None:
    issue = Issue("E101", CellRef("a.xlsx", "S", 1, 2), "230")
    assert "230" in issue_sentence(issue, language)
    assert issue_title(issue, language)
    assert issue_remedy(issue, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_detail_that_is_missing_shows_as_a_question_mark_and_hides_nothing(language: str) -> None:
    assert "?" in issue_sentence(Issue("W501", value="唱歌"), language)
    assert "唱歌" in issue_sentence(Issue("W501", value="唱歌"), language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_title_takes_details_too(language: str) -> None:
    assert "16" in issue_title(Issue("I402", details={"youngest": 16}), language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_braces_in_a_value_are_only_text(language: str) -> None:
    assert "{0} {x}" in issue_sentence(Issue("E112", value="{0} {x}"), language)
