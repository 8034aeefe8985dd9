"""One month of the sample sub-district, written as the workbooks its five offices would send."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from needs_analytics.core.month import Month
from needs_analytics.samples.answers import OFFICES, Answers, collect_answers, office_file
from needs_analytics.samples.draws import stream
from needs_analytics.samples.handmade import tabulate_handmade, write_handmade
from needs_analytics.samples.ledger_book import write_ledger
from needs_analytics.samples.ledger_tables import tabulate_ledger
from needs_analytics.samples.legacy_csv import tabulate_legacy, write_legacy
from needs_analytics.samples.mess import PlantedCell, spoil_cells, telling_cells
from needs_analytics.samples.names import name_people
from needs_analytics.samples.residents import settle_people
from needs_analytics.samples.tencent import tabulate_tencent, write_tencent
from needs_analytics.samples.town import lay_out_town
from needs_analytics.samples.usage import record_use
from needs_analytics.samples.wishes import draw_wishes
from needs_analytics.samples.wjx import EMPTY, tabulate_wjx, write_wjx

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from needs_analytics.samples.sheets import Table

DEFAULT_MONTH = "2026-10"
DEFAULT_SEED = 20261001
_FREE_TEXTS = {"wjx": ("16、您对社区公共服务还有哪些意见和建议？",), "tencent": ("其他意见建议",)}
_IDENTIFYING = re.compile("姓名|称呼|身份证|电话|手机号")


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


def write_month(folder: str | Path, *, month: str | Month = DEFAULT_MONTH, seed: int = DEFAULT_SEED) -> SampleMonth:
    """Make the sub-district and write one month of it as the offices' workbooks.

    The same seed gives the same bytes; another month of a seed finds the same town and people.

    Parameters
    ----------
    folder
        Where the files go; made if it is missing. Files of the same names are overwritten.

    Raises
    ------
    UsageError
        When ``month`` is no calendar month.
    """
    folder, month = Path(folder), Month.parse(month)
    folder.mkdir(parents=True, exist_ok=True)
    town = lay_out_town(seed)
    people = name_people(settle_people(town, seed), seed)
    wishes = draw_wishes(people, seed)
    answers = collect_answers(people, wishes, month, seed)
    use = record_use(town, people, wishes, month, seed)
    ledger = tabulate_ledger(town, people, use, answers, month=month, seed=seed)
    tables, wrong = _spoil(_tabulate_offices(answers, month, seed) | ledger, answers, month, seed)
    telling = _telling_cells(tables, answers, month)
    special = answers.rows["special"]
    return SampleMonth(
        folder=folder,
        month=str(month),
        seed=seed,
        files=_write_files(folder, tables, month),
        respondents=_counts(answers.rows, month),
        records={name: len(table.rows) for name, table in tables.items() if name not in OFFICES},
        pairs=_placed_pairs(tables, answers, month),
        wrong_cells=wrong,
        telling_cells=telling,
        identifiers=_identifiers(tables, answers, telling),
        outside_month=_counts(answers.rows[special == "outside"], month),
        under_16=_counts(answers.rows[special == "youth"], month),
        empty_rows=_empty_rows(tables, month),
    )


def _tabulate_offices(answers: Answers, month: Month, seed: int) -> dict[str, Table]:
    """Lay out the files that carry nothing but answers."""
    return {
        "wjx": tabulate_wjx(answers, month, seed),
        "handmade": tabulate_handmade(answers, month, seed),
        "tencent": tabulate_tencent(answers, month, seed),
        "legacy": tabulate_legacy(answers, month, seed),
    }


def _file_of(table: str, month: Month) -> str:
    return office_file(table if table in OFFICES else "window", month)


def _spoil(
    tables: dict[str, Table], answers: Answers, month: Month, seed: int
) -> tuple[dict[str, Table], tuple[PlantedCell, ...]]:
    """Plant the wrong cells, away from every sheet that was put in for another reason."""
    special = set(answers.rows.index[answers.rows["special"] != ""])
    spoilt: dict[str, Table] = {}
    wrong: tuple[PlantedCell, ...] = ()
    for name, table in tables.items():
        spared = special if name in OFFICES else ()
        rng = stream(seed, "mess", str(month), name)
        spoilt[name], planted = spoil_cells(table, name, _file_of(name, month), spared, rng)
        wrong += planted
    return spoilt, wrong


def _write_files(folder: Path, tables: Mapping[str, Table], month: Month) -> tuple[str, ...]:
    names = {office: office_file(office, month) for office in OFFICES}
    write_wjx(folder / names["wjx"], tables["wjx"], month)
    write_handmade(folder / names["handmade"], tables["handmade"], month)
    write_tencent(folder / names["tencent"], tables["tencent"], month)
    write_legacy(folder / names["legacy"], tables["legacy"])
    write_ledger(folder / names["window"], tables, month)
    return tuple(sorted(names.values()))


def _counts(rows: pd.DataFrame, month: Month) -> dict[str, int]:
    """Count answer sheets by the file they stand in."""
    return {office_file(str(office), month): int(n) for office, n in rows["office"].value_counts(sort=False).items()}


def _empty_rows(tables: Mapping[str, Table], month: Month) -> dict[str, int]:
    empty = {office: tables[office].keys.count(-1) for office in OFFICES}
    return {office_file(office, month): number for office, number in empty.items() if number}


def _placed_pairs(tables: Mapping[str, Table], answers: Answers, month: Month) -> tuple[PlantedPair, ...]:
    earlier = set(answers.rows.index[answers.rows["special"] == "earlier"])

    def place(label: int) -> tuple[str, int]:
        office = str(answers.rows.loc[label, "office"])
        return office_file(office, month), tables[office].row_number(label)

    return tuple(
        PlantedPair(by, first in earlier, place(first), place(second))
        for first, second, by in answers.pairs.itertuples(index=False)
    )


def _telling_cells(tables: Mapping[str, Table], answers: Answers, month: Month) -> tuple[PlantedCell, ...]:
    found: tuple[PlantedCell, ...] = ()
    for office, columns in _FREE_TEXTS.items():
        found += telling_cells(tables[office], office_file(office, month), columns, answers.rows)
    return found


def _identifiers(tables: Mapping[str, Table], answers: Answers, telling: tuple[PlantedCell, ...]) -> tuple[str, ...]:
    """Collect what identifies somebody, from the columns that are made for it and from the free texts."""
    texts = "".join(cell.value for cell in telling)
    found = {known for column in ("name", "phone") for known in answers.rows[column] if known in texts}
    for table in tables.values():
        for column in (number for number, header in enumerate(table.columns) if _IDENTIFYING.search(header)):
            found |= {str(row[column]).strip() for row in table.rows if row[column]}
    return tuple(sorted(text for text in found if text != EMPTY and not text.endswith(("先生", "女士"))))
