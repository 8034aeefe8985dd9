"""The one place where the recovery suite asks the generator for a town and its truth."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from needs_analytics.core.month import Month
from needs_analytics.samples import Snapshot, World, found_town, read_plan
from needs_analytics.samples.answers import collect_answers
from needs_analytics.samples.dialects import DIALECTS
from needs_analytics.samples.month import DEFAULT_MONTH, DEFAULT_SEED, YEARS, send_month
from needs_analytics.samples.truth import month_tables
from needs_analytics.samples.usage import years_of_use

if TYPE_CHECKING:
    from pathlib import Path

    from needs_analytics.samples import SampleMonth
    from needs_analytics.samples.answers import Answers

MONTH = Month.parse(DEFAULT_MONTH)
"""The third survey month: the wording has changed, the grids are merged, the new segment has arrived."""
SEED = DEFAULT_SEED
NEW_SEGMENT = "新就业群体"
NO_SEGMENT = ""


@lru_cache(maxsize=4)
def world(seed: int, *, arrivals: bool = True, **facts: Any) -> World:
    """Make a town; shared, so not to be changed.

    Parameters
    ----------
    arrivals
        Whether people arrive in the third month; without them shares change by the plan's trends alone.
    facts
        What differs from the default town's plan, such as ``grid_sd``.
    """
    plan = read_plan()
    tables = {} if arrivals else {"arrivals": plan.table("arrivals").iloc[:0]}
    return found_town(replace(plan, tables=tables, **facts), seed)


@lru_cache(maxsize=4)
def settle(seed: int, month: Month = MONTH, **facts: Any) -> Snapshot:
    """Return a town in a month; shared, so not to be changed."""
    return world(seed, **facts).at(month)


def ask(snapshot: Snapshot) -> Answers:
    """Let residents answer through the offices, all the mess included."""
    return collect_answers(snapshot)


class Sending(NamedTuple):
    """A month's workbooks and everything that was planted in them; ``truth`` holds the tables of ``truth.json``."""

    planted: SampleMonth
    answers: Answers
    use: pd.DataFrame
    truth: dict[str, pd.DataFrame]


def send(seed: int, folder: Path, month: Month = MONTH) -> Sending:
    """Write a month's workbooks."""
    series = years_of_use(world(seed), month, YEARS)
    made, planted = send_month(world(seed), series, month, folder)
    truth = month_tables(made.answers, made.use, made.tables) | {"counts": series.counts}
    return Sending(planted, made.answers, made.use, truth)


def channel_need(snapshot: Snapshot) -> str:
    """Return the need that makes people answer online."""
    return str(snapshot.plan.words("offices")["channel_need"]["need"])


def person_offices(snapshot: Snapshot) -> list[str]:
    """Return the offices that ask persons."""
    return [name for name in snapshot.plan.offices if snapshot.plan.office(name).get("unit", "人") == "人"]


def household_offices(snapshot: Snapshot) -> list[str]:
    """Return the offices whose form a household fills in together."""
    return sorted(set(snapshot.plan.offices) - set(person_offices(snapshot)))


def questions(snapshot: Snapshot, office: str) -> list[dict[str, Any]]:
    """Return an office's questions on needs in the month: ``header`` (``""``: one column an option), ``options``.

    ``needed`` tells whether a tick says that something is needed; before its wording changed one question asked for
    what should be added.
    """
    needs = snapshot.plan.form(office)["needs"]
    if not isinstance(needs[0], dict):
        return [{"header": "", "options": needs, "needed": True}]
    asked = []
    for question in needs:
        before = question.get("before")
        old = before is not None and str(snapshot.month) < before["changed"]
        header = before["header"] if old else question["header"]
        asked.append({"header": header, "options": question["options"], "needed": not old})
    return asked


def asked_needs(snapshot: Snapshot, office: str) -> set[str]:
    """Return the needs that an office asks persons about in the month."""
    return {need for question in questions(snapshot, office) if question["needed"] for _, need in question["options"]}


def asked_groups(snapshot: Snapshot, office: str) -> set[str]:
    """Return the groups that an office asks about."""
    form = snapshot.plan.form(office)
    return {group for _, group in form.get("groups", form.get("flags", []))}


def with_chances(snapshot: Snapshot, chances: np.ndarray, *names: int) -> Snapshot:
    """Return the town with needs drawn anew from other chances, ``(people, needs)``."""
    drawn = np.random.default_rng([snapshot.seed, *names]).random(chances.shape) < chances
    like = {"index": snapshot.needs.index, "columns": snapshot.needs.columns}
    return replace(snapshot, chances=pd.DataFrame(chances, **like), needs=pd.DataFrame(drawn, **like))


def write_office(snapshot: Snapshot, office: str, folder: Path) -> pd.DataFrame:
    """Write one office's workbook of the month, nothing planted wrong.

    Returns
    -------
    Its answer sheets as in ``Answers.rows``, indexed by the row of the file in which each stands.
    """
    answers, facts = collect_answers(snapshot), snapshot.plan.office(office)
    dialect = DIALECTS[facts["dialect"]]
    folder.mkdir(parents=True, exist_ok=True)
    table = dialect.tabulate(answers, office)
    dialect.write(folder / answers.file_of(office), table, snapshot.month, facts)
    rows, _ = answers.of_office(office)
    return rows.set_axis([table.row_number(label) for label in rows.index])


def changed_question(snapshot: Snapshot) -> tuple[str, dict[str, Any]]:
    """Return the office whose wording changes in the month, and the question."""
    for office in person_offices(snapshot):
        for question in snapshot.plan.form(office)["needs"]:
            if isinstance(question, dict) and question.get("before", {}).get("changed") == str(snapshot.month):
                return office, question
    raise LookupError(str(snapshot.month))
