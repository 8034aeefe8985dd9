"""The rough town through the real stages: nothing breaks, nothing disappears, what is not understood is asked.

Its words are not the codebook's. What the forms mean is known to those who made them: they correct the question
dictionary and send it back.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import pytest

from helpers.grids import everything
from helpers.town import ALL
from needs_analytics.core.codebook import Codebook
from needs_analytics.core.month import Month
from needs_analytics.core.wording import key
from needs_analytics.office.dictionary_book import write_dictionary
from needs_analytics.pipeline import prepare_month, run_month
from needs_analytics.samples import found_town, read_plan, write_month
from needs_analytics.samples.answers import collect_answers
from needs_analytics.samples.questions import questions_of
from needs_analytics.workspace import Workspace

from .clerk import send_back
from .seeds import seed_count

if TYPE_CHECKING:
    from pathlib import Path

    from needs_analytics.core.records import Cleaned
    from needs_analytics.core.results import MonthResult
    from needs_analytics.samples import SampleMonth
    from needs_analytics.samples.answers import Answers
    from needs_analytics.samples.questions import Question

    from .conftest import Measured

    Forms = dict[str, tuple[Question, ...]]

MONTH = Month.parse("2026-10")
PLAN = read_plan("rough")
COVERAGE = 0.94  # of 95 % intervals of weighted shares, as for the default town
PLACES_RIGHT = 0.99  # of the communities that were spelt
READ_RIGHT = 0.99  # of the questions about needs that the forms ask


class Sent(NamedTuple):
    """One month of one rough town: what was sent, what was read of it, what came of it once the dictionary was back."""

    workspace: Workspace
    planted: SampleMonth
    answers: Answers
    forms: Forms
    cleaned: Cleaned
    result: MonthResult


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> list[Sent]:
    months = []
    for seed in range(1, 1 + seed_count(1)):
        workspace = Workspace.create(tmp_path_factory.mktemp("rough") / "镇", PLAN.place)
        planted = write_month(workspace.inbox(MONTH), month=MONTH, seed=seed, plan=PLAN)
        answers = collect_answers(found_town(PLAN, seed).at(MONTH))
        forms, cleaned = _checked_and_sent_back(workspace, answers)
        months.append(Sent(workspace, planted, answers, forms, cleaned, run_month(workspace, MONTH)))
    return months


def test_every_row_is_accounted_for(sent: list[Sent]) -> None:
    for month in sent:
        for cleaned in (month.cleaned, month.result.cleaned):
            counts = cleaned.counts
            assert (counts["rows_in"] == counts["kept"] + counts["merged"] + counts["returned"]).all()
            by_file = counts.groupby("file")["rows_in"].sum()
            assert by_file[list(month.planted.respondents)].to_dict() == dict(month.planted.respondents)


def test_nobody_can_be_told_from_what_leaves_intake(sent: list[Sent]) -> None:
    for month in sent:
        told = everything(month.result.cleaned)
        assert not [known for known in month.planted.identifiers if known in told]


def test_unsaid_and_unlike_coordinates_are_warned_about(sent: list[Sent]) -> None:
    for month in sent:
        assert {"W712", "W713"} <= {issue.code for issue in month.result.matches.issues}


def test_every_file_of_answers_is_read(sent: list[Sent]) -> None:
    for month in sent:
        counts = month.cleaned.counts.groupby("file")["kept"].sum()
        assert all(counts[file] > 0.9 * number for file, number in month.planted.respondents.items())


def test_the_communities_that_were_spelt_are_known(sent: list[Sent], measured: Measured) -> None:
    names = set(PLAN.table("communities")["community"])
    known = pd.concat([month.cleaned.survey["community"] for month in sent]).isin(names)
    measured("rough town: answers whose community is known", known.mean(), least=PLACES_RIGHT)


def test_every_grid_has_its_place(sent: list[Sent]) -> None:
    for month in sent:
        grids, places = month.answers.snapshot.town.grids, month.cleaned.places
        assert len(places) == len(grids)
        assert set(places["community"]) == set(grids["community"])


def test_the_register_keeps_its_communities(sent: list[Sent]) -> None:
    for month in sent:
        people, register = month.answers.snapshot.people, month.cleaned.register
        found = register[register["group"].isna()].groupby("community")["persons"].sum()
        for community in ("柳塘居", "新安里", "苇子沟"):
            assert found.get(community) == (people["community"] == community).sum()


def test_an_option_is_understood_or_asked_and_never_taken_for_another_need(
    sent: list[Sent], measured: Measured
) -> None:
    """What is open stands in the dictionary; a question that counts for less than its form means is said."""
    told = pd.concat([_told_as_sent(month.forms, month.cleaned) for month in sent])
    asked = told[told["how"] == "asked"]
    near = [need in nearest.split(";") for need, nearest in asked[["need", "nearest"]].to_numpy()]
    measured("rough town: open options whose need is among the nearest", float(np.mean(near)))
    assert asked["said"].all()
    measured("rough town: options misread or lost without a word", len(_silent(told)), most=0)


def test_what_the_dictionary_tells_is_read_for_what_it_means(sent: list[Sent], measured: Measured) -> None:
    before = [right for month in sent for *_, right in _readings(month.answers, month.cleaned)]
    measured("rough town: questions read for what they mean, as sent", float(np.mean(before)))
    after = [right for month in sent for *_, right in _readings(month.answers, month.result.cleaned)]
    measured("rough town: questions read for what they mean", float(np.mean(after)), least=READ_RIGHT)


def test_all_is_asked_and_then_read_where_the_codebook_knows_no_synonym(sent: list[Sent], tmp_path: Path) -> None:
    """However few of the forms' words are known: whole questions are open then, and none is lost."""
    workspace = Workspace.create(tmp_path / "镇", PLAN.place)
    month = sent[0]
    as_sent = shutil.ignore_patterns("题目字典.xlsx")
    shutil.copytree(month.workspace.inbox(MONTH), workspace.inbox(MONTH), ignore=as_sent)
    names_alone = Codebook.default().needs.assign(synonyms="")
    names_alone.to_csv(workspace.path / "codebook" / "needs.csv", index=False)
    forms, cleaned = _checked_and_sent_back(workspace, month.answers)
    told = _told_as_sent(forms, cleaned)
    assert (told["how"] == "asked").mean() > 0.9
    assert _silent(told).empty
    after = prepare_month(Workspace(workspace.path), MONTH)
    assert np.mean([right for *_, right in _readings(month.answers, after)]) >= READ_RIGHT


def test_no_answer_is_counted_for_a_need_nobody_was_asked_about(sent: list[Sent]) -> None:
    for month in sent:
        for cleaned in (month.cleaned, month.result.cleaned):
            for office in PLAN.offices:
                assert _said_of(month.answers, office, cleaned) <= _asked(office)


def test_every_resident_of_the_register_counts_whatever_the_bands(sent: list[Sent], measured: Measured) -> None:
    """One community counts by other bands, one without ages; one lacks a band and one its women."""
    errors = [abs(month.result.weights.population / month.answers.snapshot.adults.sum() - 1) for month in sent]
    measured("rough town: error of the population", max(errors), most=0.02)


def test_shares_of_communities_cover_although_needs_are_not_logistic(sent: list[Sent], measured: Measured) -> None:
    held = pd.concat([_held(month) for month in sent])
    assert len(held) > 100 * len(sent)
    share = held[held["community"] != ALL]["held"].mean()
    measured("rough town: coverage of shares of communities", share, least=COVERAGE)


def test_town_wide_shares_cover_although_needs_are_not_logistic(sent: list[Sent], measured: Measured) -> None:
    held = pd.concat([_held(month) for month in sent])
    share = held[held["community"] == ALL]["held"].mean()
    measured("rough town: coverage of shares of the whole town", share, least=COVERAGE)


def _checked_and_sent_back(workspace: Workspace, answers: Answers) -> tuple[Forms, Cleaned]:
    """Read a month, send its dictionary back corrected, and return what was asked in it and what was read before.

    The forms' questions stand under the office's name in the dictionary.
    """
    cleaned = prepare_month(workspace, MONTH)
    names = cleaned.survey.groupby("file")["office"].first()
    forms = {names[answers.file_of(office)]: questions_of(PLAN, office, MONTH) for office in PLAN.offices}
    dictionary = write_dictionary(cleaned, workspace.path / "check" / str(MONTH))
    assert dictionary is not None
    send_back(dictionary, workspace.inbox(MONTH), forms, cleaned.codebook.need_names())
    return forms, cleaned


def _told_as_sent(forms: Forms, cleaned: Cleaned) -> pd.DataFrame:
    """Return every option of the forms with what the dictionary proposes, and whether an issue names it."""
    planted = pd.DataFrame(
        [
            (office, key(option), need)
            for office, questions in forms.items()
            for question in questions
            for option, need in question.options
        ],
        columns=["office", "option", "need"],
    )
    read = cleaned.questions.rename(columns={"need": "read_need"})
    read = read.assign(option=read["option"].map(key), ranked=(read["sense"] != "需要") | (read["unit"] != "人"))
    assert not read.duplicated(["office", "option"]).any()
    told = planted.merge(read, on=["office", "option"], how="left")
    named = {key(issue.value) for issue in cleaned.issues if issue.code in {"W210", "I212"}}
    said = [option in named or key(str(wording)) in named for option, wording in told[["option", "wording"]].to_numpy()]
    return told.assign(said=said, ranked=told["ranked"].eq(True))


def _silent(told: pd.DataFrame) -> pd.DataFrame:
    """Return the options that count for another need, for less than they mean without a word, or for nothing."""
    understood = (told["read_need"] == told["need"]) & (~told["ranked"] | told["said"])
    return told[~understood & (told["how"] != "asked")]


def _asked(office: str) -> set[str]:
    return {need for question in questions_of(PLAN, office, MONTH) for _, need in question.options}


def _survey_of(answers: Answers, office: str, cleaned: Cleaned) -> pd.DataFrame:
    return cleaned.survey[cleaned.survey["file"] == answers.file_of(office)]


def _said_of(answers: Answers, office: str, cleaned: Cleaned) -> set[str]:
    survey = _survey_of(answers, office, cleaned)
    columns = [column for column in survey if column.startswith("need:")]
    return {column.removeprefix("need:") for column in columns if (survey[column] > 0).any()}


def _readings(answers: Answers, cleaned: Cleaned) -> list[tuple[str, str, bool]]:
    """Tell for each office and need whether as many were read to have it as said so; few are merged or spoilt."""
    found = []
    for office in PLAN.offices:
        survey, (rows, needs) = _survey_of(answers, office, cleaned), answers.of_office(office)
        inside = ~rows["special"].isin(["youth", "outside", "earlier"])
        for need in sorted(_asked(office)):
            column = f"need:{need}"
            read = int((survey[column] > 0).sum()) if column in survey else 0
            said = int(needs.loc[inside, need].sum())
            known = column in survey and survey[column].notna().any()
            found.append((office, need, bool(known and abs(read - said) <= max(2, 0.1 * said))))
    return found


def _held(month: Sent) -> pd.DataFrame:
    """Tell whether the interval of each estimated share holds the true one, of the town and its communities."""
    snapshot, table = month.answers.snapshot, month.result.needs.table
    people, wanted = snapshot.people[snapshot.adults], snapshot.needs[snapshot.adults]
    true = wanted.groupby(people["community"]).mean()
    true.loc[ALL] = wanted.mean()
    whole = (table["segment"] == ALL) & (table["group"] == ALL) & (table["grid"] == ALL)
    rows = table[whole & table["share"].notna() & table["community"].isin(true.index)]
    share = np.array([true.loc[community, need] for community, need in rows[["community", "need"]].to_numpy()])
    return rows.assign(held=(rows["share_low"] <= share) & (share <= rows["share_high"]))
