"""Header rows of one, two or three levels, merged or simply left blank under their group."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from needs_analytics.core.arrays import Bools
    from needs_analytics.intake.grid import Grid

_FACT = re.compile(r"[^:：]{2,10}[:：].*")
_TALLEST = 3


@dataclass(frozen=True, slots=True)
class Header:
    """One column's header: its parts from top to bottom.

    Attributes
    ----------
    source
        What stands in the file where the parts were decoded from it, ``""`` where they are the file's own.
    kind
        Kind of the question (单选, 多选, 排序) where a form tells it.
    """

    parts: tuple[str, ...]
    source: str = ""
    kind: str = ""

    @property
    def text(self) -> str:
        """The whole header in one line."""
        return "·".join(self.parts)

    @property
    def last(self) -> str:
        """The part nearest the data, ``""`` where there is no header."""
        return self.parts[-1] if self.parts else ""

    @property
    def parent(self) -> str:
        """What stands above the last part, ``""`` where the header has one level."""
        return "·".join(self.parts[:-1])


def header_height(grid: Grid, row: int, *, floor: int) -> tuple[int, int]:
    """Return first row and height of the header to which a row belongs.

    A row belongs to the header above it when it only fills what that row leaves open: columns the upper row leaves
    blank, and columns where the upper row's cell heads a group (merged, or blank to its right).

    Parameters
    ----------
    floor
        Rows above it belong to something else.
    """
    top = bottom = row
    while bottom - top + 1 < _TALLEST and bottom + 1 < len(grid.filled) and _continues(grid, bottom, top):
        bottom += 1
    while (
        bottom - top + 1 < _TALLEST
        and top - 1 >= floor
        and not _is_caption(grid, top - 1)
        and _continues(grid, top - 1, top - 1)
    ):
        top -= 1
    return top, bottom - top + 1


def compose_headers(grid: Grid, head: int, height: int) -> tuple[Header, ...]:
    """Return one header per column, group headings carried over the columns they head."""
    levels = [_carried(grid, row, last=row == head + height - 1) for row in range(head, head + height)]
    headers = []
    for column in range(grid.filled.shape[1]):
        parts = dict.fromkeys(level[column] for level in levels if level[column])
        headers.append(Header(tuple(parts)))
    return tuple(headers)


def _is_caption(grid: Grid, row: int) -> bool:
    """Whether a row is a title or states facts (填报单位：…) rather than heading columns."""
    cells = [cell for cell in grid.row(row) if cell]
    return len(cells) < 2 or all(_FACT.fullmatch(cell) for cell in cells)


def _continues(grid: Grid, upper: int, top: int) -> bool:
    """Whether the row below only fills what a header leaves open, from its top row to its lowest so far.

    Under a title of one column that heads no group, whatever row it stands in, stands data.
    """
    lower = upper + 1
    if (grid.filled[lower] & ~grid.text[lower]).any() or (grid.filled[upper] & ~grid.text[upper]).any():
        return False
    below = grid.filled[lower]
    if _joined(grid, upper) and below.any():
        return True
    if not (below & ~grid.filled[upper]).any():
        return False
    closed = np.zeros(len(below), dtype=bool)
    for row in range(top, upper + 1):
        closed = np.where(grid.filled[row], ~_group_heads(grid, row), closed)
    return not (closed & below).any()


def _joined(grid: Grid, upper: int) -> bool:
    """Whether a cell is merged over a row and the one below it: then both are one header."""
    return any(top <= upper < bottom and left == right for top, left, bottom, right in grid.sheet.merged)


def _group_heads(grid: Grid, row: int) -> Bools:
    """Return which cells of a row head a group: merged to the right, or blank to their right."""
    filled = grid.filled[row]
    heads = np.zeros(len(filled), dtype=bool)
    heads[:-1] = filled[:-1] & ~filled[1:]
    for top, left, bottom, right in grid.sheet.merged:
        if top <= row <= bottom and right > left:
            heads[left] = True
    return heads


def _carried(grid: Grid, row: int, *, last: bool) -> list[str]:
    """Return a header row's texts, group headings repeated over their columns."""
    texts = grid.row(row)
    inside = np.zeros(len(texts), dtype=bool)
    for top, left, bottom, right in grid.sheet.merged:
        if top <= row <= bottom:
            source = grid.row(top)[left]
            texts[left : right + 1] = [source] * (right + 1 - left)
            inside[left : right + 1] = True
    if last:
        return texts
    heads = _group_heads(grid, row)
    for column in range(1, len(texts)):
        open_below = grid.filled[row + 1][column] and not texts[column] and not inside[column]
        headed = (
            texts[column - 1] and (heads[column - 1] or not grid.filled[row][column - 1]) and not inside[column - 1]
        )
        if open_below and headed and grid.filled[row + 1][column - 1]:
            texts[column] = texts[column - 1]
    return texts
