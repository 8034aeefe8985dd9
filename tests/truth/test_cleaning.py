"""Cleaning: who answered twice counts once, who shares a phone counts twice, every wrong cell is named."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from helpers.grids import cells, take_clean

from .generator import household_offices, person_offices
from .thresholds import DUPLICATE_PRECISION, DUPLICATE_RECALL
from .workbooks import answer_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .conftest import Measured, Sent

_ROW = re.compile(r"[A-Z]*(\d+)")


def found_pairs(sent: Sent) -> set[frozenset[tuple[str, int]]]:
    """Return the answer sheets taken for one resident's, as unordered pairs of file and row."""
    merged = sent.cleaned.merged
    own = merged[merged["table"] == "survey"]
    first, second = zip(own["file"], own["row"], strict=True), zip(own["into_file"], own["into_row"], strict=True)
    return {frozenset(pair) for pair in zip(first, second, strict=True)}


def planted_pairs(sent: Sent) -> set[frozenset[tuple[str, int]]]:
    return {frozenset((pair.first, pair.second)) for pair in sent.planted.pairs}


def between_persons(sent: Sent, pairs: set[frozenset[tuple[str, int]]]) -> set[frozenset[tuple[str, int]]]:
    """Return the pairs in which no form of a household takes part."""
    homes = {sent.answers.file_of(office) for office in household_offices(sent.snapshot)}
    return {pair for pair in pairs if not any(file in homes for file, _ in pair)}


def test_who_answered_twice_is_found(sent: Sent, measured: Measured) -> None:
    found, planted = between_persons(sent, found_pairs(sent)), planted_pairs(sent)
    measured("precision of duplicates", len(found & planted) / len(found), least=DUPLICATE_PRECISION)
    measured("recall of duplicates", len(found & planted) / len(planted), least=DUPLICATE_RECALL)


def test_a_form_for_a_household_is_nobodys_second_answer(sent: Sent, measured: Measured) -> None:
    wrong = found_pairs(sent) - between_persons(sent, found_pairs(sent))
    measured("persons' answers merged into a household's form", len(wrong), most=0)


def says_a_need(sent: Sent, place: tuple[str, int]) -> bool:
    """Whether an answer sheet answers any question about needs; a blank question of some forms is no answer."""
    survey = sent.intake.tables["survey"]
    row = survey[(survey["file"] == place[0]) & (survey["row"] == place[1])]
    return bool(row.filter(regex="^need:").notna().to_numpy().any())


def test_the_later_answer_of_one_who_corrects_himself_counts(sent: Sent) -> None:
    """Where it is one: a later sheet without any answer about needs does not take the place of an earlier full one."""
    merged = sent.cleaned.merged.set_index(["file", "row"])
    homes = {sent.answers.file_of(office) for office in household_offices(sent.snapshot)}
    corrected = [pair for pair in sent.planted.pairs if pair.corrected and says_a_need(sent, pair.second)]
    into = [merged.loc[pair.first, ["into_file", "into_row"]].to_list() for pair in corrected]
    apart = [(target, pair) for target, pair in zip(into, corrected, strict=True) if target[0] not in homes]
    assert len(apart) >= 10
    assert all(tuple(target) == pair.second for target, pair in apart)


def test_a_family_that_shares_a_phone_is_kept_apart(sent: Sent) -> None:
    """Couples of the town, both answering with the one phone they have."""
    people = sent.snapshot.people
    couples = people[people["role"].isin(["elder_m", "elder_f"])]
    couples = couples[couples["household"].map(couples["household"].value_counts()) == 2].head(120)
    phones = couples.groupby("household")["phone"].transform("first")
    rows = [["姓名", "性别", "年龄", "联系电话", "社区", "您需要哪些服务？（可多选）"]]
    rows += [
        [name, sex, age, phone, community, "社区食堂（老年助餐）┋上门助浴"]
        for name, sex, age, phone, community in zip(
            couples["name"], couples["sex"], couples["age"].astype(float), phones, couples["community"], strict=True
        )
    ]
    cleaned = take_clean(cells(rows))
    assert len(couples) == 120
    assert cleaned.merged.empty
    assert len(cleaned.survey) == 120


def named_cells(sent: Sent) -> pd.DataFrame:
    """Return file, sheet and cell (or row) of everything that issues and ledger say."""
    rows = [
        (issue.where.file, issue.where.sheet, cell)
        for issue in sent.cleaned.issues
        if issue.where is not None
        for cell in issue.cells
    ]
    ledger = sent.cleaned.ledger
    rows += list(zip(ledger["file"], ledger["sheet"], ledger["cell"], strict=True))
    return pd.DataFrame(rows, columns=["file", "sheet", "cell"])


def unnamed(sent: Sent, *, whole_cell: bool) -> list[str]:
    """Return the kinds of the planted cells nothing names, by their cell or at least by their row."""
    named = named_cells(sent)
    cell = named["cell"].astype(str)
    known = cell if whole_cell else cell.str.extract(r"(\d+)$", expand=False)
    places = set(zip(named["file"], known, strict=True))
    return [
        f"{wrong.kind} {wrong.cell}"
        for wrong in sent.planted.wrong_cells
        if (wrong.file, wrong.cell if whole_cell else _ROW.fullmatch(wrong.cell)[1]) not in places
    ]


def test_every_wrong_cell_is_named_by_its_row(sent: Sent, measured: Measured) -> None:
    planted = len(sent.planted.wrong_cells)
    measured("planted cells named by their row", 1 - len(unnamed(sent, whole_cell=False)) / planted, least=1)


def test_every_wrong_cell_is_named_by_its_cell(sent: Sent, measured: Measured) -> None:
    planted = len(sent.planted.wrong_cells)
    measured("planted cells named by their cell", 1 - len(unnamed(sent, whole_cell=True)) / planted, least=1)


def left_in(tables: Mapping[str, pd.DataFrame], identifiers: Sequence[str]) -> list[str]:
    """Return the identifiers that stand in any text of the tables."""
    texts = {
        str(value)
        for frame in tables.values()
        for column in frame.select_dtypes(exclude="number")
        for value in frame[column].dropna().unique()
    }
    everything = "\n".join(sorted(texts))
    return [known for known in identifiers if known in everything]


def canonical_tables(sent: Sent) -> dict[str, pd.DataFrame]:
    cleaned = {f"cleaned {name}": getattr(sent.cleaned, name) for name in sent.intake.tables}
    return {**sent.intake.tables, **cleaned, **{f"earlier {name}": rows for name, rows in sent.cleaned.earlier.items()}}


def test_no_number_and_no_name_of_a_name_column_stands_in_a_table(sent: Sent) -> None:
    told = set(sent.planted.identifiers) - only_in_texts(sent)
    assert len(told) > 2000
    assert left_in(canonical_tables(sent), sorted(told)) == []


def test_no_name_that_stands_in_a_free_text_alone_is_left_there(sent: Sent, measured: Measured) -> None:
    names = sorted(only_in_texts(sent))
    left = left_in(canonical_tables(sent), names)
    measured("names left of those that only a free text holds", len(left) / len(names), most=0)


def only_in_texts(sent: Sent) -> set[str]:
    """Return the names that stand in no column made for them."""
    told = set(sent.snapshot.people.loc[sent.use.loc[sent.use["person"] >= 0, "person"], "name"])
    told |= set(sent.answers.rows.loc[sent.answers.rows["special"] == "household", "name"])
    for office in person_offices(sent.snapshot):
        written = answer_table(sent, office)
        told |= {cell for header in written if re.search("姓名|称呼", header) for cell in written[header]}
    return {
        known for known in sent.planted.identifiers if known not in told and known.isalpha() and not known.isascii()
    }
