"""The rough town through the real stages: nothing breaks, nothing disappears; what is not read is work for reading."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import pytest

from helpers.grids import everything
from helpers.town import ALL
from needs_analytics.core.month import Month
from needs_analytics.pipeline import run_month
from needs_analytics.samples import found_town, read_plan, write_month
from needs_analytics.samples.answers import collect_answers
from needs_analytics.samples.questions import questions_of
from needs_analytics.workspace import Workspace

from .marks import ESTIMATES, READING, awaits
from .seeds import seed_count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from needs_analytics.core.results import MonthResult
    from needs_analytics.samples import SampleMonth
    from needs_analytics.samples.answers import Answers

    from .conftest import Measured

MONTH = Month.parse("2026-10")
PLAN = read_plan("rough")
COVERAGE = 0.94  # of 95 % intervals of weighted shares, as for the default town
PLACES_RIGHT = 0.99  # of the communities that were spelt
READ_RIGHT = 0.99  # of the questions about needs that the forms ask


class Sent(NamedTuple):
    """One month of one rough town: what was sent, and what the stages made of it."""

    planted: SampleMonth
    answers: Answers
    result: MonthResult

    def survey_of(self, office: str) -> pd.DataFrame:
        """Return the canonical answers of an office's file."""
        survey = self.result.cleaned.survey
        return survey[survey["file"] == self.answers.file_of(office)]


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> list[Sent]:
    months = []
    for seed in range(1, 1 + seed_count(1)):
        workspace = Workspace.create(tmp_path_factory.mktemp("rough") / "镇", PLAN.place)
        planted = write_month(workspace.inbox(MONTH), month=MONTH, seed=seed, plan=PLAN)
        answers = collect_answers(found_town(PLAN, seed).at(MONTH))
        months.append(Sent(planted, answers, run_month(workspace, MONTH)))
    return months


def test_every_row_is_accounted_for(sent: list[Sent]) -> None:
    for month in sent:
        counts = month.result.cleaned.counts
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
        counts = month.result.cleaned.counts.groupby("file")["kept"].sum()
        assert all(counts[file] > 0.9 * number for file, number in month.planted.respondents.items())


def test_the_communities_that_were_spelt_are_known(sent: list[Sent], measured: Measured) -> None:
    names = set(PLAN.table("communities")["community"])
    known = pd.concat([month.result.cleaned.survey["community"] for month in sent]).isin(names)
    measured("rough town: answers whose community is known", known.mean(), least=PLACES_RIGHT)


def test_every_grid_has_its_place(sent: list[Sent]) -> None:
    for month in sent:
        grids, places = month.answers.snapshot.town.grids, month.result.cleaned.places
        assert len(places) == len(grids)
        assert set(places["community"]) == set(grids["community"])


def test_the_register_keeps_its_communities(sent: list[Sent]) -> None:
    for month in sent:
        people, register = month.answers.snapshot.people, month.result.cleaned.register
        found = register[register["group"].isna()].groupby("community")["persons"].sum()
        for community in ("柳塘居", "新安里", "苇子沟"):
            assert found.get(community) == (people["community"] == community).sum()


@awaits(READING, "29 of 66 on seed 1: words such as 查体, 班车, 看病近一点 are not the codebook's")
def test_what_forms_ask_is_read_for_what_it_means(sent: list[Sent], measured: Measured) -> None:
    read = [right for month in sent for *_, right in _readings(month)]
    measured("rough town: questions read for what they mean", float(np.mean(read)), least=READ_RIGHT)


def test_no_answer_is_counted_for_a_need_nobody_was_asked_about(sent: list[Sent]) -> None:
    for month in sent:
        for office in PLAN.offices:
            said = _said_of(month, office)
            assert said <= _asked(office)


@awaits(ESTIMATES, "0.932 of 103 on the seeds of make test, now that more questions are read")
def test_shares_of_communities_cover_although_needs_are_not_logistic(sent: list[Sent], measured: Measured) -> None:
    """Of needs that were read for what they mean."""
    held = pd.concat([_held(month, _read_right(month)) for month in sent])
    assert len(held) > 30 * len(sent)
    share = held[held["community"] != ALL]["held"].mean()
    measured("rough town: coverage of shares of communities", share, least=COVERAGE)


@awaits(READING, "8–10 in 10: questions of a few communities stand for all")
def test_town_wide_shares_cover_although_needs_are_not_logistic(sent: list[Sent], measured: Measured) -> None:
    held = pd.concat([_held(month, _read_right(month)) for month in sent])
    share = held[held["community"] == ALL]["held"].mean()
    measured("rough town: coverage of shares of the whole town", share, least=COVERAGE)


def _asked(office: str) -> set[str]:
    return {need for question in questions_of(PLAN, office, MONTH) for _, need in question.options}


def _said_of(month: Sent, office: str) -> set[str]:
    survey = month.survey_of(office)
    columns = [column for column in survey if column.startswith("need:")]
    return {column.removeprefix("need:") for column in columns if (survey[column] > 0).any()}


def _readings(month: Sent) -> list[tuple[str, str, bool]]:
    """Tell for each office and need whether as many were read to have it as said so; few are merged or spoilt."""
    found = []
    for office in PLAN.offices:
        survey, (rows, needs) = month.survey_of(office), month.answers.of_office(office)
        inside = ~rows["special"].isin(["youth", "outside", "earlier"])
        for need in sorted(_asked(office)):
            column = f"need:{need}"
            read = int((survey[column] > 0).sum()) if column in survey else 0
            said = int(needs.loc[inside, need].sum())
            known = column in survey and survey[column].notna().any()
            found.append((office, need, bool(known and abs(read - said) <= max(2, 0.1 * said))))
    return found


def _read_right(month: Sent) -> set[str]:
    """Return the needs that every file that tells of them tells rightly."""
    right = {(office, need) for office, need, good in _readings(month) if good}
    told = {(office, need) for office in PLAN.offices for need in _said_of(month, office)}
    return {need for _, need in right} - {need for _, need in told - right}


def _held(month: Sent, needs: Sequence[str] | set[str]) -> pd.DataFrame:
    """Tell whether the interval of each estimated share holds the true one, of the town and its communities."""
    snapshot, table = month.answers.snapshot, month.result.needs.table
    people, wanted = snapshot.people[snapshot.adults], snapshot.needs[snapshot.adults]
    true = wanted.groupby(people["community"]).mean()
    true.loc[ALL] = wanted.mean()
    whole = (table["segment"] == ALL) & (table["group"] == ALL) & (table["grid"] == ALL)
    rows = table[whole & table["share"].notna() & table["need"].isin(needs) & table["community"].isin(true.index)]
    share = np.array([true.loc[community, need] for community, need in rows[["community", "need"]].to_numpy()])
    return rows.assign(held=(rows["share_low"] <= share) & (share <= rows["share_high"]))
