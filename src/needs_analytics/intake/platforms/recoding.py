"""Columns and headers of an export written anew: cells by their distinct values, several columns as one."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from needs_analytics.core.records import Column
from needs_analytics.core.wording import key, plain
from needs_analytics.intake.headers import Header
from needs_analytics.intake.platforms.profile import EMPTY, SKIPPED, THEN

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from needs_analytics.core.arrays import Bools, Floats
    from needs_analytics.intake.blocks import Block

UNTITLED = Header(())
"""Header of a column that is not used."""
OWN_WORDS = Header(("其他（请注明）",))
"""Header of what respondents wrote beside an option; it is no question of its own."""
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(.*)", re.DOTALL)
_FEWEST_ORDERED = 5  # answers from which figures that are an order in every row are no steps of a scale


def code_of(value: object) -> str:
    """Return a cell as the code it is: 1.0 is ``1``."""
    return str(int(value)) if isinstance(value, float) and value == int(value) else plain(str(value))


def recoded(column: Column, change: Callable[[object], object]) -> Column:
    """Return a column with every distinct cell changed."""
    return Column(column.codes, tuple(change(value) for value in column.values))


def is_blank(value: object) -> bool:
    """Whether a cell says nothing."""
    return key(str(value)) in {"", SKIPPED, EMPTY}


def filled(column: Column) -> Bools:
    """Return which rows of a column hold an answer."""
    return np.array([not is_blank(value) for value in column.values], dtype=bool)[column.codes]


def rewritten(
    block: Block, headers: Mapping[int, Header], columns: Mapping[int, Column] | None = None
) -> Block:  # fmt: skip
    """Return a block with some headers and columns replaced; the headers remember what stood in the file."""
    known = [
        replace(headers[position], source=header.text) if position in headers and headers[position].parts
        else headers.get(position, header)
        for position, header in enumerate(block.headers)
    ]  # fmt: skip
    changed = columns or {}
    sheet = replace(
        block.sheet,
        columns=tuple(changed.get(position, column) for position, column in enumerate(block.sheet.columns)),
    )
    return replace(block, headers=tuple(known), sheet=sheet)


def days_told(column: Column) -> Column:
    """Write 10/25/2026 as 2026-10-25 where the column as a whole tells the month from the day; else leave it."""
    texts = {value: _SLASHED.fullmatch(plain(value)) for value in column.values if isinstance(value, str)}
    found = [slashed for slashed in texts.values() if slashed]
    first, second = (max((int(slashed[part]) for slashed in found), default=0) for part in (1, 2))
    if (first > 12) == (second > 12):
        return column
    month, day = (2, 1) if first > 12 else (1, 2)

    def change(value: object) -> object:
        slashed = texts.get(value) if isinstance(value, str) else None
        return f"{slashed[3]}-{slashed[month]}-{slashed[day]}{slashed[4]}" if slashed else value

    return recoded(column, change)


def set_where(column: Column, rows: Bools, value: object) -> Column:
    """Return a column with one value in some of its rows."""
    codes = column.codes.copy()
    codes[rows] = len(column.values)
    return Column(codes, (*column.values, value))


def taken_where(column: Column, rows: Bools, other: Column) -> Column:
    """Return a column that takes the cells of another one in some of its rows."""
    codes = np.where(rows, other.codes + len(column.values), column.codes).astype(np.int32)
    return Column(codes, (*column.values, *other.values))


def figures(block: Block, positions: Sequence[int]) -> Floats:
    """Return the numbers in some columns, ``(sheet rows, columns)``; NaN for anything else."""
    return np.column_stack([_numbers(block.sheet.columns[position]) for position in positions])


def _numbers(column: Column) -> Floats:
    texts = [code_of(value) for value in column.values]
    return np.array([float(text) if text.isdigit() else np.nan for text in texts])[column.codes]


def are_orders(block: Block, positions: Sequence[int], *, said: bool) -> bool:
    """Whether figures in several columns are places in an order: in every answer 1, 2 … each once.

    Parameters
    ----------
    said
        Whether the question asks for an order; else there have to be enough answers to tell it from a scale.
    """
    if len(positions) < 2:
        return False
    places = figures(block, positions)[block.rows]
    places = np.sort(np.where(places > 0, places, np.nan), axis=1)
    answered = ~np.isnan(places).all(axis=1)
    wanted = np.where(np.isnan(places), np.nan, np.arange(1, places.shape[1] + 1))
    ordered = bool(np.array_equal(places, wanted, equal_nan=True)) and bool((places > 1).any())
    return ordered and bool(answered.any()) and (said or (answered.sum() >= _FEWEST_ORDERED and len(positions) > 2))


def ordered(block: Block, positions: Sequence[int], items: Sequence[str]) -> Column:
    """Join columns that give each item its place into one column of items in their order."""
    places = figures(block, positions)
    kinds, codes = np.unique(np.where(places > 0, places, 0), axis=0, return_inverse=True)
    first = block.sheet.columns[positions[0]]
    skipped = np.array([key(str(value)) == SKIPPED for value in first.values])[first.codes]
    texts = [THEN.join(items[at] for at in np.argsort(row, kind="stable") if row[at] > 0) for row in kinds]
    return set_where(Column(codes.reshape(-1).astype(np.int32), tuple(texts)), skipped, SKIPPED)
