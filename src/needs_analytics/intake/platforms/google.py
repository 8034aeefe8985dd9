"""Google Forms: the time stamp first, ticked answers joined by a comma, the rows of a grid in square brackets."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from needs_analytics.core.wording import plain
from needs_analytics.intake.headers import Header
from needs_analytics.intake.platforms.profile import SEVERAL, Aids, Decoded, Profile
from needs_analytics.intake.platforms.recoding import days_told, recoded, rewritten
from needs_analytics.intake.separators import runs_of, split_cell

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from needs_analytics.intake.blocks import Block

_STAMPS = frozenset({"时间戳记", "时间戳", "timestamp"})
_GRID = re.compile(r"(.+?)\s*\[([^\[\]]+)\]\s*", re.DOTALL)
_JOINTS = (";", ", ")  # of the text file the form itself offers, and of its sheet
_OFTEN = 2  # times a piece stands in a column, on average, before the pieces are options and no sentences


def _marks(titles: Sequence[str]) -> tuple[int, ...]:
    first = next((position for position, title in enumerate(titles) if title), None)
    return (first,) if first is not None and titles[first] in _STAMPS else ()


def _decode(block: Block, aids: Aids) -> Decoded:
    titled = [position for position, header in enumerate(block.headers) if header.parts]
    headers, columns = {}, {titled[0]: days_told(block.sheet.columns[titled[0]])}
    for position, header in enumerate(block.headers):
        grid = _GRID.fullmatch(header.last)
        if grid:
            headers[position] = Header((plain(grid[1]), plain(grid[2])))
        column = block.column(position)
        numbers = np.bincount(column.codes, minlength=len(column.values)).tolist()
        counts = dict(zip(map(str, column.values), numbers, strict=True))
        for joint in _JOINTS:
            options = options_of(counts, joint, aids.covered)
            if options:
                columns[position] = recoded(block.sheet.columns[position], _splitter(options, joint))
                break
    return Decoded(rewritten(block, headers, columns))


def _splitter(options: frozenset[str], joint: str) -> Callable[[object], object]:
    def change(value: object) -> object:
        parts = _options_in(split_cell(value, joint), options, joint) if isinstance(value, str) else []
        return SEVERAL.join(parts) if len(parts) > 1 else value

    return change


def options_of(cells: Mapping[str, int], joint: str, covered: Callable[[str], int]) -> frozenset[str]:
    """Return the options that stand joined in the cells of a column, none where nothing is joined.

    An option may hold the joint itself: pieces that never stand apart are one option, unless each by itself is known
    for a need.

    Parameters
    ----------
    cells
        Distinct cells with how often each occurs.
    covered
        How many characters of an option are understood as a need.
    """
    pieces: Counter[str] = Counter()
    for text, count in cells.items():
        for piece in split_cell(text, joint):
            pieces[piece] += count
    if not any(len(split_cell(text, joint)) > 1 for text in cells) or pieces.total() < _OFTEN * len(pieces):
        return frozenset()
    options = set(pieces)
    for run in runs_of([(split_cell(text, joint), count) for text, count in cells.items()], covered):
        options = options - set(run) | {joint.join(run)}
    return frozenset(options)


def _options_in(parts: Sequence[str], options: frozenset[str], joint: str) -> list[str]:
    """Put a cell's pieces together to options, the longest that fits first."""
    found: list[str] = []
    start = 0
    while start < len(parts):
        fits = (end for end in range(len(parts), start, -1) if joint.join(parts[start:end]) in options)
        end = next(fits, start + 1)
        found.append(joint.join(parts[start:end]))
        start = end
    return found


GOOGLE = Profile("Google Forms", _marks, _decode)
