"""One month of a sample town, written as the workbooks its offices would send."""

from __future__ import annotations

import re
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from needs_analytics.samples.answers import Answers, collect_answers
from needs_analytics.samples.dialects import DIALECTS, lay_out
from needs_analytics.samples.ledger_book import write_ledger
from needs_analytics.samples.ledger_tables import tabulate_ledger
from needs_analytics.samples.mess import PlantedCell, spoil_cells, telling_cells
from needs_analytics.samples.plan import Plan, read_plan
from needs_analytics.samples.residents import month_near_register
from needs_analytics.samples.snapshot import World, found_town
from needs_analytics.samples.truth import (
    FILE,
    Truth,
    facts_of,
    gap_tables,
    month_tables,
    planted_tables,
    series_tables,
    write_truth,
)
from needs_analytics.samples.usage import record_use, years_of_use
from needs_analytics.samples.wjx import EMPTY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from needs_analytics.core.month import Month
    from needs_analytics.samples.series import PlantedSeries
    from needs_analytics.samples.sheets import Table

DEFAULT_MONTH = "2026-10"
DEFAULT_SEED = 20261001
YEARS = 36
"""Months of use that are told, the report's own included."""
_FREE_TEXT = re.compile("意见|建议|想说")
_IDENTIFYING = re.compile("姓名|称呼|被访人|来访人|身份证|证件号|电话|手机|联系方式")


@dataclass(frozen=True)
class PlantedPair:
    """Two answer sheets of one resident.

    Attributes
    ----------
    by
        What links them: ``id_card``, or ``phone`` (with the name).
    corrected
        Whether the second corrects the first (both in one file, other needs).
    first, second
        File and 1-based row of the sheet (line of the CSV).
    """

    by: str
    corrected: bool
    first: tuple[str, int]
    second: tuple[str, int]


@dataclass(frozen=True)
class SampleMonth:
    """What was written, and what was put in on purpose.

    Attributes
    ----------
    files
        Names of the files in ``folder``.
    respondents
        File to its answer sheets, youths, second sheets and answers of other months included, empty rows not.
    records
        Table of the ledger (``menu, sites, supply, places, register, groups, usage``) to its rows.
    pairs
        Residents who answered twice.
    wrong_cells
        Cells planted wrong, masked or approximate.
    telling_cells
        Free texts with a name or a phone in them.
    identifiers
        Every full name, ID number and phone that stands in the files: none may reach a report.
    outside_month, under_16
        File to the number of answers dated before the month, and of respondents below 16.
    empty_rows
        File to the number of empty rows among the answers.
    """

    folder: Path
    month: str
    seed: int
    files: tuple[str, ...]
    respondents: Mapping[str, int]
    records: Mapping[str, int]
    pairs: tuple[PlantedPair, ...]
    wrong_cells: tuple[PlantedCell, ...]
    telling_cells: tuple[PlantedCell, ...]
    identifiers: tuple[str, ...]
    outside_month: Mapping[str, int]
    under_16: Mapping[str, int]
    empty_rows: Mapping[str, int]


def write_month(
    folder: str | Path, *, month: str | Month = DEFAULT_MONTH, seed: int = DEFAULT_SEED, plan: Plan | None = None
) -> SampleMonth:
    """Make a town and write one month of it as the offices' workbooks.

    The same seed gives the same bytes; another month of a seed finds the same town and people.

    Parameters
    ----------
    folder
        Where the files go; made if it is missing. Files of the same names are overwritten.
    plan
        The town; :func:`~needs_analytics.samples.plan.read_plan` reads the packaged ones, 幸福街道 is the default.

    Raises
    ------
    UsageError
        When ``month`` is no calendar month, or more than a year from the day of the population register.
    """
    world, month = found_town(plan or read_plan(), seed), month_near_register(month)
    _, sample = send_month(world, years_of_use(world, month, YEARS), month, Path(folder))
    return sample


def write_town(
    folder: str | Path,
    *,
    month: str | Month = DEFAULT_MONTH,
    seed: int = DEFAULT_SEED,
    plan: Plan | None = None,
    truth: Path | None = None,
) -> tuple[SampleMonth, ...]:
    """Make a town and write three survey months up to one, a folder each, and the truth.

    Parameters
    ----------
    folder
        The months' folders (``2026-10``) are made below it.
    truth
        The file of what was planted; ``truth.json`` beside the months' folders where it is not given.

    Returns
    -------
    What was written, month by month; the last is the one asked for.
    """
    folder, world = Path(folder), found_town(plan or read_plan(), seed)
    months = survey_months(world.plan, month_near_register(month))
    series = years_of_use(world, months[-1], YEARS + len(months) - 1)
    sent = [send_month(world, series, each, folder / str(each)) for each in months]
    by_month = [month_tables(of_month.answers, of_month.use, of_month.tables) for of_month, _ in sent]
    tables = {name: pd.concat([month[name] for month in by_month], ignore_index=True) for name in by_month[0]}
    facts = facts_of(world, [str(each) for each in months])
    tables |= gap_tables(sent[-1][0].answers.snapshot, sent[-1][0].use)
    samples = [sample for _, sample in sent]
    tables |= {"duplicates": planted_pairs(samples), "cells": planted_cells(samples)}
    write_truth(truth or folder / FILE, Truth(facts, tables | planted_tables(world) | series_tables(series)))
    return tuple(samples)


def survey_months(plan: Plan, last: Month) -> list[Month]:
    """Return three months up to one, as far as the plan's people have been asked before."""
    months = [last.shift(back) for back in (-2, -1, 0)]
    return [month for month in months if str(month) >= plan.first_month or month == last]


class SentMonth(NamedTuple):
    """What one month's workbooks are made of."""

    answers: Answers
    use: pd.DataFrame
    tables: Mapping[str, Table]


def planted_pairs(samples: Sequence[SampleMonth]) -> pd.DataFrame:
    """List the sheets of one and the same resident, by month."""
    pairs = [
        (sample.month, pair.by, pair.corrected, *pair.first, *pair.second)
        for sample in samples
        for pair in sample.pairs
    ]
    columns = ["month", "by", "corrected", "first_file", "first_row", "second_file", "second_row"]
    return pd.DataFrame(pairs, columns=columns)


def planted_cells(samples: Sequence[SampleMonth]) -> pd.DataFrame:
    """List the cells made wrong and the texts that tell who wrote them, by month."""
    cells = [(sample.month, *astuple(cell)) for sample in samples for cell in sample.wrong_cells + sample.telling_cells]
    return pd.DataFrame(cells, columns=["month", *(field.name for field in fields(PlantedCell))])


def send_month(world: World, series: PlantedSeries, month: Month, folder: Path) -> tuple[SentMonth, SampleMonth]:
    """Write one month of a town as its offices' workbooks."""
    folder.mkdir(parents=True, exist_ok=True)
    answers = collect_answers(world.at(month))
    use = record_use(answers.snapshot, series.of_month(month))
    tables, wrong = _spoil(_tabulate_offices(answers) | tabulate_ledger(answers, use, series.counts), answers)
    telling = _telling_cells(tables, answers)
    special = answers.rows["special"]
    sample = SampleMonth(
        folder=folder,
        month=str(month),
        seed=world.seed,
        files=_write_files(folder, tables, answers),
        respondents=_counts(answers.rows, answers),
        records={name: len(table.rows) for name, table in tables.items() if name not in world.plan.offices},
        pairs=_placed_pairs(tables, answers),
        wrong_cells=wrong,
        telling_cells=telling,
        identifiers=_identifiers(tables, answers, telling),
        outside_month=_counts(answers.rows[special == "outside"], answers),
        under_16=_counts(answers.rows[(answers.rows["age"] < 16) & (special != "household")], answers),
        empty_rows=_empty_rows(tables, answers),
    )
    return SentMonth(answers, use, tables), sample


def _tabulate_offices(answers: Answers) -> dict[str, Table]:
    """Lay out the files that carry nothing but answers."""
    return {
        office: lay_out(answers, office)
        for office in answers.snapshot.plan.offices
        if "inside" not in answers.snapshot.plan.office(office)
    }


def _file_of(table: str, answers: Answers) -> str:
    return answers.file_of(table if table in answers.snapshot.plan.offices else "ledger")


def _spoil(tables: dict[str, Table], answers: Answers) -> tuple[dict[str, Table], tuple[PlantedCell, ...]]:
    """Plant the wrong cells, away from every sheet that was put in for another reason."""
    plan = answers.snapshot.plan
    special = set(answers.rows.index[answers.rows["special"] != ""])
    plans = plan.table("wrong_cells")
    spoilt: dict[str, Table] = {}
    wrong: tuple[PlantedCell, ...] = ()
    for name, table in tables.items():
        spared = special if name in plan.offices else ()
        own = plans[plans["table"] == name]
        rng = answers.stream("mess", name)
        spoilt[name], planted = spoil_cells(table, own, _file_of(name, answers), spared, rng)
        wrong += planted
    return spoilt, wrong


def _write_files(folder: Path, tables: Mapping[str, Table], answers: Answers) -> tuple[str, ...]:
    plan, month = answers.snapshot.plan, answers.snapshot.month
    names = []
    for office in plan.offices:
        facts = plan.office(office)
        if "inside" in facts:
            continue
        names.append(answers.file_of(office))
        dialect, path = DIALECTS[facts["dialect"]], folder / names[-1]
        dialect.write(path, tables[office], month, facts)
        if dialect.key:
            names.append(dialect.key(path, plan, office, month))
    names.append(answers.file_of("ledger"))
    alone = {office for office in plan.offices if "inside" not in plan.office(office)}
    ledger = {name: table for name, table in tables.items() if name not in alone}
    write_ledger(folder / names[-1], ledger, plan, month)
    return tuple(sorted(names))


def _counts(rows: pd.DataFrame, answers: Answers) -> dict[str, int]:
    """Count answer sheets by the file they stand in."""
    return {answers.file_of(str(office)): int(n) for office, n in rows["office"].value_counts(sort=False).items()}


def _empty_rows(tables: Mapping[str, Table], answers: Answers) -> dict[str, int]:
    empty = {office: tables[office].keys.count(-1) for office in answers.snapshot.plan.offices}
    return {answers.file_of(office): number for office, number in empty.items() if number}


def _placed_pairs(tables: Mapping[str, Table], answers: Answers) -> tuple[PlantedPair, ...]:
    earlier = set(answers.rows.index[answers.rows["special"] == "earlier"])

    def place(label: int) -> tuple[str, int]:
        office = str(answers.rows.loc[label, "office"])
        return answers.file_of(office), tables[office].row_number(label)

    return tuple(
        PlantedPair(by, first in earlier, place(first), place(second))
        for first, second, by in answers.pairs.itertuples(index=False)
    )


def _telling_cells(tables: Mapping[str, Table], answers: Answers) -> tuple[PlantedCell, ...]:
    found: tuple[PlantedCell, ...] = ()
    for office in answers.snapshot.plan.offices:
        own = answers.snapshot.plan.form(office).get("free_texts", ())
        columns = [header for header in tables[office].columns if header in own or _FREE_TEXT.search(header)]
        found += telling_cells(tables[office], answers.file_of(office), columns, answers.rows)
    return found


def _identifiers(tables: Mapping[str, Table], answers: Answers, telling: tuple[PlantedCell, ...]) -> tuple[str, ...]:
    """Collect what identifies somebody, from the columns that are made for it and from the free texts."""
    texts = "".join(cell.value for cell in telling)
    found = {known for column in ("name", "phone") for known in answers.rows[column] if known in texts}
    forms = answers.snapshot.plan.words("forms")
    for name, table in tables.items():
        own = forms.get(name, {}).get("identifying", ())
        for column, header in enumerate(table.columns):
            if header in own or _IDENTIFYING.search(header):
                found |= {str(row[column]).strip() for row in table.rows if row[column]}
    return tuple(sorted(text for text in found if text != EMPTY and not text.endswith(("先生", "女士"))))
