"""Tables side by side on one sheet, told apart by the blank columns between them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from needs_analytics.core.issue import column_letters
from needs_analytics.core.records import Column
from needs_analytics.core.wording import key
from needs_analytics.intake.grid import Grid, grid_of
from needs_analytics.intake.tallies import counts_something

if TYPE_CHECKING:
    from collections.abc import Callable

    from needs_analytics.core.records import Sheet

_REMARKS = frozenset({"备注", "说明", "序号", "编号", "注", ""})
_TALLY = 4  # columns a tally has at most
_APART = 2  # rows that one table has and the other has not


@dataclass(frozen=True, slots=True)
class Parts:
    """The tables that stand side by side on a sheet.

    Attributes
    ----------
    sheets
        One sheet per table, every other column blank, so that cells keep their names; the first keeps the sheet's
        name, further ones are called after their columns (``Sheet1!G:K``).
    tallies
        Columns that only count the answers beside them (``G:H``).
    """

    sheets: tuple[Sheet, ...]
    tallies: tuple[str, ...] = ()


def side_by_side(sheet: Sheet, score: Callable[[str], float], header_in: Callable[[Grid], int | None]) -> Parts:
    """Split a sheet into the tables that stand beside one another.

    What is set off by a blank column is a table of its own when its header stands in another row, repeats headers of
    the table to its left, or when the two are filled in different rows.

    Parameters
    ----------
    score
        How much a text looks like a header: 0 not at all, 2 exactly.
    header_in
        Returns the row of a grid's first header.
    """
    grid = grid_of(sheet)
    head = header_in(grid)
    runs = [] if head is None else _runs(grid, head)
    if head is None or len(runs) < 2:
        return Parts((sheet,))
    parts, tallies = [list(range(runs[0][1]))], []
    for start, end in runs[1:]:
        own = list(range(start, end))
        if _is_tally(grid, head, own, score):
            tallies.append(f"{column_letters(start)}:{column_letters(end - 1)}")
        elif _stands_alone(grid, head, parts[-1], own, score, header_in):
            parts.append(own)
        else:
            parts[-1] += own
    if len(parts) == 1 and not tallies:
        return Parts((sheet,))
    names = [sheet.name, *(f"{sheet.name}!{column_letters(own[0])}:{column_letters(own[-1])}" for own in parts[1:])]
    cut = tuple(_only(sheet, own, name) for own, name in zip(parts, names, strict=True))
    return Parts(cut, tuple(tallies))


def _runs(grid: Grid, head: int) -> list[tuple[int, int]]:
    """Return the stretches of columns that are not blank from a header down."""
    below = grid.filled[head:].any(axis=0)
    edges = np.diff(np.concatenate([[0], below.astype(np.int8), [0]]))
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    return [(int(start), int(end)) for start, end in zip(starts, ends, strict=True)]


def _stands_alone(
    grid: Grid, head: int, left: list[int], own: list[int], score: Callable[[str], float],
    header_in: Callable[[Grid], int | None],
) -> bool:  # fmt: skip
    found = header_in(_masked(grid, own))
    if found is None:
        return False
    if found != head and not (grid.filled[head][own].any() or _merged_across(grid, head, left, own)):
        return True
    titles = grid.row(found)
    mine = {key(titles[column]) for column in own} - _REMARKS
    theirs = {key(text) for line in (head, found) for column in left for text in [grid.row(line)[column]]} - _REMARKS
    repeated = mine & theirs
    if len(repeated) >= 2 or (repeated and len(own) >= 3):
        return True
    known = sum(score(titles[column]) == 2 for column in own)
    rows = slice(found + 1, None)
    apart = (grid.filled[rows][:, left].any(axis=1) != grid.filled[rows][:, own].any(axis=1)).sum()
    return known >= 2 and int(apart) >= _APART


def _merged_across(grid: Grid, row: int, left: list[int], own: list[int]) -> bool:
    """Whether one cell is merged over columns of both tables: then they are one."""
    return any(
        top <= row <= bottom and first <= left[-1] and last >= own[0] for top, first, bottom, last in grid.sheet.merged
    )


def _is_tally(grid: Grid, head: int, own: list[int], score: Callable[[str], float]) -> bool:
    """Whether columns list options and how many chose each."""
    if len(own) > _TALLY or len(own) < 2:
        return False
    titles = [text for column in own for row in grid.row(head)[column : column + 1] for text in [row] if text]
    if titles and not any(map(counts_something, titles)):
        return False
    rows = np.flatnonzero(grid.filled[head + 1 :, own].any(axis=1)) + head + 1
    labels = [grid.row(int(row))[own[0]] for row in rows]
    numbers = grid.filled[rows][:, own[1:]] & ~grid.text[rows][:, own[1:]]
    options = sum(score(label) > 0 or key(label) in {"男", "女", "合计", "其他"} for label in labels if label)
    return bool(len(rows)) and options >= 0.6 * len(labels) and float(numbers.any(axis=1).mean()) >= 0.6


def _masked(grid: Grid, own: list[int]) -> Grid:
    """Return the grid with every other column blank."""
    keep = np.zeros(grid.filled.shape[1], dtype=bool)
    keep[own] = True
    return Grid(_only(grid.sheet, own, grid.sheet.name), grid.filled & keep, grid.text & keep)


def _only(sheet: Sheet, own: list[int], name: str) -> Sheet:
    blank = Column(np.zeros(sheet.n_rows, dtype=np.int32), ("",))
    kept = set(own)
    columns = tuple(column if place in kept else blank for place, column in enumerate(sheet.columns))
    merged = tuple(area for area in sheet.merged if kept.intersection(range(area[1], area[3] + 1)))
    merged = tuple((top, max(left, own[0]), bottom, min(right, own[-1])) for top, left, bottom, right in merged)
    part_of = sheet.name if name != sheet.name else ""
    return replace(sheet, name=name, columns=columns, merged=merged, part_of=part_of)
