"""Counts that somebody made of the answers, below or beside them: 画“正”字, 票数, 占比; they are no answers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from needs_analytics.core.wording import key

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from needs_analytics.core.arrays import Ints
    from needs_analytics.intake.grid import Grid

_COUNTED = re.compile(
    r"(合计|统计)?(票数|得票数?|人数|户数|人次|数量|次数|计数|个数|小计|合计|[划画]?[“\"]?正[”\"]?字?(统计|计数|计票)?|统计[数结]?果?"
    r"|占比|比例|百分比|百分率)([(（].*[)）])?"
)
_MAY_COUNT = re.compile(
    r"^[^，。；]{0,14}[数次票字计比率果正）)]\s*$"
)  # a quick look, before texts are compared in earnest
_STROKES = re.compile(r"[正一丁下丅止𤴓\s]{1,40}")
_FIGURE = re.compile(r"\d[\d,]*(\.\d+)?[%％]?[人户票个次]?")
_ALSO = frozenset({"男", "女", "其他", "合计", "是", "否", "无", "有", "需要", "不需要", "弃权"})
_WIDEST = 6  # cells of a row of a tally
_LONGEST = 60  # rows of a tally without a header
_USUAL = 4  # cells that the rows of a table have beside which a tally can be told
_UPPER = 0.9  # quantile of the filled cells of rows that is usual, however long the tally
_SHARE = 0.9  # of the rows of a table in which a column is filled that always is


def counts_something(text: str) -> bool:
    """Whether a text heads a column of counts (票数, 正字)."""
    return _COUNTED.fullmatch(key(text)) is not None


def tally_rows(grid: Grid, rows: Ints, score: Callable[[str], float]) -> dict[int, str]:
    """Return the rows of tallies below a table.

    Parameters
    ----------
    rows
        Rows of the table and of what stands below it.
    score
        How much a text looks like a header or an option: 0 not at all.
    """
    found = _headed(grid, rows)
    rest = rows[~np.isin(rows, list(found))]
    return found | _trailing(grid, rest, score)


def _headed(grid: Grid, rows: Ints) -> dict[int, str]:
    """Return the tallies that have a header of their own, below which nothing but counts stands."""
    found: dict[int, str] = {}
    heads = np.zeros(len(rows), dtype=bool)
    for column in grid.sheet.columns:
        known = np.array(
            [isinstance(value, str) and bool(_MAY_COUNT.search(value)) for value in column.values], dtype=bool
        )
        known[known] = [counts_something(str(column.values[place])) for place in np.flatnonzero(known)]
        heads |= known[column.codes[rows]]
    wordy = ~(grid.filled[rows] & ~grid.text[rows]).any(axis=1) & (grid.filled[rows].sum(axis=1) <= _WIDEST)
    for position in np.flatnonzero(heads & wordy):
        below = []
        for row in map(int, rows[position + 1 :]):
            if (grid.filled[row] & ~grid.filled[rows[position]]).any() or not _is_count(grid.row(row)):
                break
            below.append(row)
        if below and position:
            found |= dict.fromkeys([int(rows[position]), *below], "tally")
    return found


def _trailing(grid: Grid, rows: Ints, score: Callable[[str], float]) -> dict[int, str]:
    """Return the rows at the end of a table that only count: an option with its number, or numbers alone."""
    widths = grid.filled[rows].sum(axis=1)
    usual = float(np.quantile(widths, _UPPER)) if len(rows) else 0.0
    if usual < _USUAL:
        return {}
    always = grid.filled[rows].mean(axis=0) >= _SHARE / 2
    always &= grid.filled[rows[: max(1, len(rows) // 2)]].mean(axis=0) >= _SHARE
    found: dict[int, str] = {}
    for row, width in zip(rows[: -_LONGEST - 1 : -1], widths[::-1], strict=False):
        cells = grid.row(int(row))
        alone = not grid.text[row].any() and width >= 1 and not (grid.filled[row] & always).any()
        if alone and always.any():
            found[int(row)] = "total"
        elif width <= usual / 2 and _is_pair(cells, score):
            found[int(row)] = "tally"
        else:
            break
    return found if len(found) < len(rows) else {}


def _is_pair(cells: Sequence[str], score: Callable[[str], float]) -> bool:
    """Whether a row holds an option and right beside it how many chose it."""
    filled = [place for place, cell in enumerate(cells) if cell]
    if not 2 <= len(filled) <= 3 or filled[-1] - filled[0] >= len(filled):
        return False
    label, *counts = (cells[place] for place in filled)
    return (label in _ALSO or score(label) > 0) and all(map(_counts, counts))


def _is_count(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell]
    return len(filled) >= 2 and any(map(_counts, filled[1:]))


def _counts(cell: str) -> bool:
    return bool(_FIGURE.fullmatch(cell) or _STROKES.fullmatch(cell))
