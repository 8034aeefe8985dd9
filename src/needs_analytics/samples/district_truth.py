"""What is true of a district, added up by sub-district: no row of it is a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from needs_analytics.samples.district_use import STATUSES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from needs_analytics.samples.answers import Answers
    from needs_analytics.samples.district_use import Uses
    from needs_analytics.samples.mess import PlantedCell

Tables = dict[str, pd.DataFrame]


def counted_answers(answers: Answers, file: str, empty_rows: int, guests: int) -> pd.DataFrame:
    """Count the sheets of the file: ``file, answers, people, guests, under_16, outside_month, empty_rows``."""
    special = answers.rows["special"]
    return pd.DataFrame(
        {
            "file": [file],
            "answers": len(answers.rows),
            "people": len(answers.rows) - len(answers.pairs),
            "guests": guests,
            "under_16": int((special == "youth").sum()),
            "outside_month": int((special == "outside").sum()),
            "empty_rows": empty_rows,
        }
    )


def counted_pairs(answers: Answers, file: str, guests: int, file_next_door: str) -> pd.DataFrame:
    """Count who answered twice: ``first, second`` (files), ``by, corrected, number``."""
    by = answers.pairs["by"].iloc[0] if len(answers.pairs) else "phone"
    rows = [(file, file, by, True, len(answers.pairs)), (file_next_door, file, "phone", False, guests)]
    columns = ["first", "second", "by", "corrected", "number"]
    return pd.DataFrame(rows if guests else rows[:1], columns=columns)


def counted_wrong(cells: tuple[PlantedCell, ...], file: str) -> pd.DataFrame:
    """Count wrong cells: ``file, column, kind, service, site, number``, service and site of a record of use only."""
    counts = pd.Series([(cell.column, cell.kind) for cell in cells], dtype=object).value_counts(sort=False)
    rows = pd.DataFrame([*counts.index], columns=["column", "kind"])
    return rows.assign(service="", site="", number=counts.to_numpy(), file=file)


def counted_uses(uses: Uses, file: str) -> pd.DataFrame:
    """Count uses: ``file, service, site, capacity, wanting, uses, users``, and the rows of every other status."""
    rows = pd.crosstab(uses.rows["offer"], uses.rows["status"])
    rows = rows.reindex(index=range(len(uses.offers)), columns=range(len(STATUSES)), fill_value=0)
    rows.columns = pd.Index(["done", "cancelled", "missed", "waiting", "refused"])
    return pd.concat([uses.offers, rows.drop(columns="done")], axis=1).assign(file=file)


def stacked(parts: Iterable[tuple[str, Tables]]) -> Tables:
    """Put the tables of all sub-districts under each other."""
    found: dict[str, list[pd.DataFrame]] = {}
    for place, tables in parts:
        for name, table in tables.items():
            found.setdefault(name, []).append(table.assign(subdistrict=place))
    return {name: _first(pd.concat(own, ignore_index=True), "subdistrict") for name, own in found.items()}


def _first(table: pd.DataFrame, column: str) -> pd.DataFrame:
    return table[[column, *table.columns.drop(column)]]
