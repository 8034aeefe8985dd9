"""Ten months' books by strangers, held against what their makers say they contain.

Each folder of ``books/`` holds ``inbox/``, the office's answers (``mapping.toml``, where it gave any) and
``expected.json``:

``about``, ``month``
    Who made it, and the month it was sent for.
``asked_first``
    What is asked about sheets before ``mapping.toml`` answers, as code and sheet; ``[]`` where nothing is.
``sheets``
    Per table of a sheet: ``file``, ``sheet``, ``tables`` (``""`` for none), ``why``, and ``rows``: in, kept, merged,
    returned (of the whole sheet, said once).
``answers``
    Answer sheets of the month, with a note where that differs from the rows kept.
``questions``
    Per question: ``office``, ``question``, ``kind``, ``sense``, ``unit`` and ``options``: option to its need (``asked``
    where it is none of the catalogue) and how often it was ticked. ``note`` says why where a maker would say otherwise.
``needs``
    Need to how many residents said yes; what is no need is not among them.
``people``
    By ``community``, ``sex`` and ``age``; ``不详`` where not known.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from needs_analytics.pipeline import prepare_month
from needs_analytics.workspace import Workspace

if TYPE_CHECKING:
    from needs_analytics.core.records import Cleaned

BOOKS = Path(__file__).parent / "books"
NAMES = sorted(folder.name for folder in BOOKS.iterdir() if (folder / "expected.json").is_file())
SHEETS_ASKED = {"W201", "W202", "W203", "W206", "W207", "W208", "W213", "W218", "W219", "W225", "E208"}
AGES = {0: "0-15", 16: "16-29", 30: "30-44", 45: "45-59", 60: "60-69", 70: "70-79", 80: "80+"}
UNKNOWN = "不详"
MOST_SAID = 12  # issues of one code in one sheet, before nobody reads them any more


@dataclass(frozen=True)
class Book:
    """A stranger's month, as it was first read and with the office's answers."""

    expected: dict[str, Any]
    first: Cleaned
    cleaned: Cleaned


@pytest.fixture(scope="module", params=NAMES)
def book(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Book:
    folder, path = BOOKS / request.param, tmp_path_factory.mktemp("book")
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    workspace = Workspace.create(path, request.param)
    shutil.copytree(folder / "inbox", path / "inbox", dirs_exist_ok=True)
    first = prepare_month(workspace, expected["month"])
    if not (folder / "mapping.toml").is_file():
        return Book(expected, first, first)
    shutil.copyfile(folder / "mapping.toml", path / "mapping.toml")
    return Book(expected, first, prepare_month(Workspace(path), expected["month"]))


def test_what_is_unsure_about_a_sheet_is_asked_first(book: Book) -> None:
    asked = {(i.code, i.where.sheet) for i in book.first.issues if i.code in SHEETS_ASKED and i.where is not None}
    assert asked == {tuple(pair) for pair in book.expected["asked_first"]}


def test_every_sheet_is_taken_for_what_it_is(book: Book) -> None:
    taken = Counter(book.cleaned.sheets[["file", "sheet", "tables", "why"]].itertuples(index=False, name=None))
    assert taken == Counter(tuple(s[name] for name in ("file", "sheet", "tables", "why")) for s in _sheets(book))


def test_every_row_is_kept_merged_or_returned(book: Book) -> None:
    counts = book.cleaned.counts
    assert (counts["rows_in"] == counts["kept"] + counts["merged"] + counts["returned"]).all()
    found = {(row[0], row[1]): list(row[2:6]) for row in counts.itertuples(index=False, name=None)}
    expected = {(s["file"], s["sheet"]): s["rows"] for s in _sheets(book) if "rows" in s}
    assert {place: found.get(place) for place in expected} == expected
    assert set(found) == set(expected)


def test_the_answers_of_the_month_are_all_there(book: Book) -> None:
    assert len(book.cleaned.survey) == book.expected["answers"]


def test_every_option_counts_for_its_own_need_and_as_often_as_it_was_ticked(book: Book) -> None:
    found = {
        (str(office), str(question)): _question(rows)
        for (office, question), rows in book.cleaned.questions.groupby(["office", "question"], sort=False)
    }
    expected = {
        (q["office"], q["question"]): {
            "is": [q["kind"], q["sense"], q["unit"]],
            "options": {option: list(told) for option, told in q["options"].items()},
        }
        for q in book.expected["questions"]
    }
    assert found == expected


def _question(rows: pd.DataFrame) -> dict[str, Any]:
    first = rows.iloc[0]
    options: dict[str, list[Any]] = {}
    for option, need, times in rows[["option", "need", "times"]].itertuples(index=False, name=None):
        options[option] = [need or "asked", options.get(option, ["", 0])[1] + times]
    return {"is": [first["kind"], first["sense"], first["unit"]], "options": options}


def test_only_needs_become_needs(book: Book) -> None:
    told = book.cleaned.survey.filter(like="need:")
    assert {name.removeprefix("need:"): int(n) for name, n in told.sum().items()} == book.expected["needs"]


def test_the_people_are_those_who_answered(book: Book) -> None:
    survey = book.cleaned.survey
    ages = pd.cut(survey["age_low"], [*AGES, 200], right=False, labels=list(AGES.values())).astype(object)
    found = {"community": survey["community"], "sex": survey["sex"], "age": ages}
    people = {name: dict(Counter(column.fillna(UNKNOWN).tolist())) for name, column in found.items()}
    assert people == book.expected["people"]


def test_nothing_is_said_over_and_over(book: Book) -> None:
    said = Counter((i.code, i.where.sheet) for i in book.cleaned.issues if i.where is not None and i.code[0] in "EW")
    assert {place: times for place, times in said.items() if times > MOST_SAID} == {}


def _sheets(book: Book) -> list[dict[str, Any]]:
    return list(book.expected["sheets"])
