"""A whole district, written sub-district by sub-district: no more than one of them is ever in memory."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from needs_analytics.core.messages import failure
from needs_analytics.core.month import Month
from needs_analytics.errors import UsageError
from needs_analytics.samples.dialects import DIALECTS
from needs_analytics.samples.district_answers import (
    Guests,
    answer_with_guests,
    ask_next_door,
    lay_out_answers,
    office_of,
)
from needs_analytics.samples.district_ledger import Sheets, tabulate_places_of, write_district_ledger
from needs_analytics.samples.district_places import district_words, most_subdistricts, plan_subdistricts
from needs_analytics.samples.district_records import write_uses
from needs_analytics.samples.district_truth import (
    Tables,
    counted_answers,
    counted_pairs,
    counted_uses,
    counted_wrong,
    stacked,
)
from needs_analytics.samples.district_use import spread_uses
from needs_analytics.samples.draws import stream
from needs_analytics.samples.month import DEFAULT_MONTH, DEFAULT_SEED
from needs_analytics.samples.residents import month_near_register
from needs_analytics.samples.snapshot import take_snapshot
from needs_analytics.samples.truth import FILE, Truth, population, prevalence, write_truth

if TYPE_CHECKING:
    from needs_analytics.samples.answers import Answers
    from needs_analytics.samples.district_use import Uses
    from needs_analytics.samples.plan import Plan
from needs_analytics.samples.snapshot import Snapshot

ANSWERS, USES = 500_000, 5_000_000
"""Of a whole district."""
_ANSWERS_EACH = 12_500
"""Answers of a sub-district, whose people are then about 48 000; it is the smaller, the fewer answers it has."""

_LEAST_EACH, _MOST_EACH = 10, 25_000
"""Fewest and most answers of a sub-district; the most come from more than half of its adults."""


@dataclass(frozen=True)
class SampleDistrict:
    """What was written, and what is true of it.

    Attributes
    ----------
    files
        Every workbook below ``folder``, the ledger included.
    subdistricts
        Their names, in the order in which they were written; each has a folder with a file of answers and one of uses.
    truth
        What ``truth.json`` says: how many ``people``, ``answers`` and ``uses``, and tables added up by sub-district.
    """

    folder: Path
    month: str
    seed: int
    files: tuple[str, ...]
    subdistricts: tuple[str, ...]
    truth: Truth


class _Size(NamedTuple):
    answers: int
    uses: int


class _Written(NamedTuple):
    """One sub-district after it is written: all that is kept of it."""

    place: str
    files: tuple[str, str]
    people: int
    sheets: Sheets
    truth: Tables
    guests: Guests | None


def write_district(
    folder: str | Path,
    *,
    month: str | Month = DEFAULT_MONTH,
    seed: int = DEFAULT_SEED,
    answers: int = ANSWERS,
    uses: int = USES,
    subdistricts: int | None = None,
    truth: Path | None = None,
) -> SampleDistrict:
    """Make a district and write a month of it: a folder for each sub-district, one ledger, one ``truth.json``.

    The same seed gives the same bytes.

    Parameters
    ----------
    folder
        Where the files go; made if it is missing. Files of the same names are overwritten.
    answers, uses
        Answer sheets and completed uses of the whole district, shared equally among its sub-districts.
    subdistricts
        How many; by default one for every 12 500 answers begun, as far as there are names for them.
    truth
        The file of what was planted; ``truth.json`` in ``folder`` where it is not given.

    Raises
    ------
    UsageError
        When ``month`` is no calendar month or more than a year from the day of the register, or the numbers are too
        small or too large for the sub-districts there are.
    """
    folder, month = Path(folder), month_near_register(month)
    number = min(subdistricts or max(-(-answers // _ANSWERS_EACH), 1), most_subdistricts())
    least, most = number * _LEAST_EACH, number * _MOST_EACH
    if not least <= answers <= most or uses < number:
        raise failure(UsageError, "district_size", answers=answers, least=least, most=most, uses=uses, number=number)
    sizes = [_Size(*size) for size in zip(_parted(answers, number), _parted(uses, number), strict=True)]
    done: list[_Written] = []
    plans = plan_subdistricts(seed, number, str(month), min(answers / number / _ANSWERS_EACH, 1.0))
    for plan, size in zip(plans, sizes, strict=True):
        before = done[-1] if done else None
        done.append(_write_subdistrict(folder, plan, size, before, seed, last=len(done) == number - 1))
        if before:
            done[-2] = before._replace(guests=None)
    ledger = district_words()["files"]["ledger"].format(district=district_words()["name"])
    write_district_ledger(folder / ledger, [each.sheets for each in done], month)
    people = sum(each.people for each in done)
    facts = {"place": district_words()["name"], "seed": seed, "month": str(month), "people": people}
    told = Truth(facts | {"answers": answers, "uses": uses}, stacked((each.place, each.truth) for each in done))
    write_truth(truth or folder / FILE, told)
    files = (*(file for each in done for file in each.files), ledger)
    return SampleDistrict(folder, str(month), seed, files, tuple(each.place for each in done), told)


def _parted(total: int, number: int) -> list[int]:
    return [(total * (part + 1)) // number - (total * part) // number for part in range(number)]


def _write_subdistrict(
    folder: Path, plan: Plan, size: _Size, before: _Written | None, seed: int, *, last: bool
) -> _Written:
    """Make one sub-district, write its two files, and forget everything but what is added up."""
    (folder / plan.place).mkdir(parents=True, exist_ok=True)
    guests = before.guests if before else None
    own = size.answers - (len(guests.rows) if guests else 0)
    plan = replace(plan, answers=own, texts={"offices": office_of(plan, own)})
    own_seed = int(stream(seed, "subdistrict", plan.number).integers(2**31))
    snapshot = take_snapshot(plan, own_seed, Month.parse(plan.first_month))
    answers, away = answer_with_guests(snapshot, guests), None
    if not last:
        answers, away = ask_next_door(answers)
    file, told = _send_answers(folder, answers, before)
    uses = spread_uses(snapshot, size.uses)
    use_file, wrong = _send_uses(folder, uses, snapshot)
    told |= {
        "population": population(snapshot),
        "prevalence": prevalence(snapshot),
        "uses": counted_uses(uses, use_file),
        "wrong_cells": pd.concat([told["wrong_cells"], wrong], ignore_index=True),
    }
    sheets = tabulate_places_of(snapshot, uses.supply)
    return _Written(plan.place, (file, use_file), len(snapshot.people), sheets, told, away)


def _send_answers(folder: Path, answers: Answers, before: _Written | None) -> tuple[str, Tables]:
    """Write the file of answers; return its name and what is true of it."""
    plan, month = answers.snapshot.plan, answers.snapshot.month
    facts = plan.office(plan.offices[0])
    file = f"{plan.place}/{answers.file_of(plan.offices[0])}"
    table, wrong = lay_out_answers(answers)
    DIALECTS[facts["dialect"]].write(folder / file, table, month, facts)
    guests = len(before.guests.rows) if before and before.guests else 0
    return file, {
        "answers": counted_answers(answers, file, table.keys.count(-1), guests),
        "pairs": counted_pairs(answers, file, guests, before.files[0] if before else ""),
        "wrong_cells": counted_wrong(wrong, file),
    }


def _send_uses(folder: Path, uses: Uses, snapshot: Snapshot) -> tuple[str, pd.DataFrame]:
    """Write the record of use; return its name and the wrong cells in it."""
    plan, month = snapshot.plan, snapshot.month
    name = district_words()["files"]["use"].format(place=plan.place, year=month.year, month=month.number)
    wrong = write_uses(folder / plan.place / name, uses, snapshot)
    return f"{plan.place}/{name}", wrong.assign(file=f"{plan.place}/{name}")
