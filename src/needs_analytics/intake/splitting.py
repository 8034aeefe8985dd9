"""Where in a sheet the tables are: under one another and side by side, each with its titles, headers and data."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from needs_analytics.intake.asides import find_asides, row_key
from needs_analytics.intake.beside import side_by_side
from needs_analytics.intake.blocks import Block
from needs_analytics.intake.grid import Grid, grid_of
from needs_analytics.intake.headers import compose_headers, header_height

if TYPE_CHECKING:
    from collections.abc import Callable

    from needs_analytics.core.mapping import SheetRule
    from needs_analytics.core.records import Sheet
    from needs_analytics.intake.platforms.profile import Export


def find_blocks(
    sheet: Sheet,
    score: Callable[[str], float],
    words: frozenset[str],
    rule: SheetRule,
    *,
    searched: int,
    export: Export | None = None,
) -> list[Block]:
    """Split a sheet into its tables, from the top down.

    Parameters
    ----------
    score
        How much a text looks like a header: 0 not at all, 1 somewhat, 2 exactly.
    words
        Known header wordings, literally; a row with two of them can start a further table.
    rule
        What the office told; a given header row makes the sheet one block.
    searched
        Rows from the top of a stretch in which the first header is looked for.
    export
        The platform that wrote the sheet, which tells where the first header is.
    """
    if not sheet.n_rows:
        return []
    if rule.header_row:
        heads = [(rule.header_row - 1, max(rule.header_rows, 1))]
        return _under_one_another(grid_of(sheet), heads, score)

    if export:
        grid = grid_of(sheet)
        blocks = _under_one_another(grid, _headers(grid, score, words, (export.head, export.height)), score)
        return [replace(blocks[0], export=export), *blocks[1:]]

    def header_in(grid: Grid) -> int | None:
        first = _first_header(grid, score, searched)
        return None if first is None else first[0]

    parts = side_by_side(sheet, score, header_in)
    found = []
    for part in parts.sheets:
        grid = grid_of(part)
        found += _under_one_another(grid, _headers(grid, score, words, _first_header(grid, score, searched)), score)
    return [replace(block, tallies=parts.tallies) if not position else block for position, block in enumerate(found)]


def _under_one_another(grid: Grid, heads: list[tuple[int, int]], score: Callable[[str], float]) -> list[Block]:
    sheet = grid.sheet
    if not heads:
        rows = np.flatnonzero(~grid.empty_rows)
        return [Block(sheet, (), 0, 0, rows)] if len(rows) else []
    tops = [0, *(_title_above(grid, head) for head, _ in heads[1:])]
    ends = [*tops[1:], sheet.n_rows]
    return [
        _block(grid, head, height, top, end, score) for (head, height), top, end in zip(heads, tops, ends, strict=True)
    ]


def _headers(
    grid: Grid, score: Callable[[str], float], words: frozenset[str], first: tuple[int, int] | None
) -> list[tuple[int, int]]:
    if first is None:
        return []
    found = [first]
    texts = {row_key(grid, row) for row in range(first[0], sum(first))}
    for row in map(int, grid.containing(words, at_least=2)):
        if row < sum(found[-1]) or row_key(grid, row) in texts or not _is_strong(grid, row, score):
            continue
        head, height = header_height(grid, row, floor=sum(found[-1]))
        found.append((head, height))
        texts.add(row_key(grid, row))
    return found


def _first_header(grid: Grid, score: Callable[[str], float], searched: int) -> tuple[int, int] | None:
    """Return the header of the first stretch that has one: its best-scoring row, the upper of equals."""
    for start, end in grid.stretches()[:50]:
        scores = [(_row_score(grid, row, score), -row) for row in range(start, min(end, start + searched))]
        best, row = max(scores)
        if best >= 2:
            return header_height(grid, -row, floor=start)
    return None


def _row_score(grid: Grid, row: int, score: Callable[[str], float]) -> float:
    texts = [text for text, wordy in zip(grid.row(row), grid.text[row], strict=True) if wordy]
    scores = [score(text) for text in dict.fromkeys(texts)]
    if sum(value > 0 for value in scores) < 2:
        return 0.0
    numbers = int(grid.filled[row].sum() - grid.text[row].sum())
    return sum(scores) - numbers


def _is_strong(grid: Grid, row: int, score: Callable[[str], float]) -> bool:
    """Whether a row further down starts a new table: only text, two exact wordings, most cells known."""
    if (grid.filled[row] & ~grid.text[row]).any():
        return False
    scores = [score(text) for text, wordy in zip(grid.row(row), grid.text[row], strict=True) if wordy]
    return sum(value == 2 for value in scores) >= 2 and sum(value > 0 for value in scores) >= 0.6 * len(scores)


def _title_above(grid: Grid, head: int) -> int:
    """Return the first of the single-cell rows that stand right above a further table's header."""
    row = head
    while row > 0 and grid.filled[row - 1].sum() == 1 and grid.text[row - 1].sum() == 1:
        row -= 1
    return row


def _block(grid: Grid, head: int, height: int, top: int, end: int, score: Callable[[str], float]) -> Block:
    headers = compose_headers(grid, head, height)
    candidates = np.arange(head + height, end)
    rows = candidates[~grid.empty_rows[candidates]]
    titles = tuple(dict.fromkeys(text for row in range(top, head) for text in grid.row(row) if text))
    asides = find_asides(grid, rows, head, headers, height, titles, score)
    kept = np.array([row for row in rows if row not in asides], dtype=int) if asides else rows
    dividers = {row: next(filter(None, grid.row(row))) for row, why in asides.items() if why == "divider"}
    return Block(grid.sheet, headers, head, height, kept, asides, titles, dividers)
