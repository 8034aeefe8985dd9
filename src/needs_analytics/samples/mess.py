"""What goes wrong between a form and a file: planted cell by cell, so that it can be counted."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    import numpy as np
    import pandas as pd

    from needs_analytics.samples.sheets import Cell, Table


@dataclass(frozen=True)
class PlantedCell:
    """One cell that was made wrong.

    Attributes
    ----------
    file, sheet, cell
        Where it stands (``B17``); the sheet is empty in a CSV.
    column
        Its header.
    kind
        What is wrong: ``age_out_of_range``, ``sex_unknown``, ``date_impossible``, ``date_far``, ``grid_unknown``,
        ``community_misspelt``, ``community_unknown``, ``id_damaged``, ``id_checksum``, ``error_text``,
        ``option_unknown``, ``value_unknown``, ``service_unknown``, ``site_unknown``, ``count_negative``,
        ``rating_out_of_range``; ``masked`` and ``approximate`` are no errors but no plain numbers either.
    value
        What stands there now.
    was
        What ought to stand there.
    """

    file: str
    sheet: str
    cell: str
    column: str
    kind: str
    value: str
    was: str


def spoil_cells(
    table: Table, plans: pd.DataFrame, file: str, spared: Collection[int], rng: np.random.Generator
) -> tuple[Table, tuple[PlantedCell, ...]]:
    """Plant wrong cells in a table, at most one a row.

    Parameters
    ----------
    plans
        The table's rows of ``wrong_cells.csv``.
    spared
        Keys of records that stay right, such as the two sheets of one resident.
    """
    rows = [list(row) for row in table.rows]
    used = {row for row, key in enumerate(table.keys) if key == -1 or key in spared}
    planted = []
    for plan in plans.astype(str).to_dict("records"):
        column = table.columns.index(plan["column"])
        fit = [row for row in range(len(rows)) if row not in used and _fits(table, rows[row], plan["where"])]
        if plan["change"] == "about":
            fit = [row for row in fit if str(rows[row][column]).isdigit()]
        if not fit:
            continue
        row = int(rng.choice(fit))
        used.add(row)
        was = rows[row][column]
        rows[row][column] = _changed(was, plan["change"], plan["value"])
        where = (file, table.sheet, table.address(row, column), table.columns[column])
        planted.append(PlantedCell(*where, plan["kind"], str(rows[row][column]), "" if was is None else str(was)))
    return replace(table, rows=rows), tuple(planted)


def _fits(table: Table, cells: Sequence[Cell], where: str) -> bool:
    """Tell whether a row meets ``column=value`` and ``column!=value``, several joined by ``;``."""
    for condition in filter(None, where.split(";")):
        column, _, value = condition.partition("=")
        unequal = column.endswith("!")
        cell = cells[table.columns.index(column.removesuffix("!"))]
        if (("" if cell is None else str(cell)) == value) == unequal:
            return False
    return True


def _changed(was: Cell, change: str, value: str) -> Cell:
    """Return what a planted cell holds instead of what ought to stand there."""
    if change == "append":
        return f"{was}{value}"
    if change == "about":
        return f"约{round(int(str(was)), -1)}"
    if change == "digits_lost":
        return int(f"{was}"[:15] + "000")
    if change == "check_digit":
        return f"{was}"[:-1] + ("1" if f"{was}"[-1] != "1" else "2")
    typed: dict[str, Callable[[str], Cell]] = {"number": int, "date": dt.date.fromisoformat, "text": str}
    return typed[change](value)


def telling_cells(table: Table, file: str, columns: Collection[str], rows: pd.DataFrame) -> tuple[PlantedCell, ...]:
    """List the free texts in which somebody wrote their name or phone, kind ``identity_in_text``.

    Parameters
    ----------
    columns
        Headers of the free texts.
    rows
        ``name, phone`` of the answer sheets, on the keys of the table.
    """
    found = []
    known = dict(zip(rows.index, zip(rows["name"], rows["phone"], strict=True), strict=True))
    for row, key in enumerate(table.keys):
        for column in (table.columns.index(header) for header in columns if key >= 0):
            text = str(table.rows[row][column] or "")
            if any(word in text for word in known[key]):
                where = (file, table.sheet, table.address(row, column), table.columns[column])
                found.append(PlantedCell(*where, "identity_in_text", text, ""))
    return tuple(found)
