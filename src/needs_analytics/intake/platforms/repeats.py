"""Repeats of Kobo and ODK: a sheet per repeat (household members), its rows pointing to those of another sheet."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from needs_analytics.core.issue import CellRef, Issue
from needs_analytics.core.records import Column
from needs_analytics.core.wording import key
from needs_analytics.intake.fields import match_fields
from needs_analytics.intake.headers import Header
from needs_analytics.intake.platforms.kobo import KOBO
from needs_analytics.intake.platforms.recoding import code_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from needs_analytics.core.arrays import Ints
    from needs_analytics.intake.blocks import Block
    from needs_analytics.intake.fields import Vocabulary

_POINTERS = (
    ("_parent_index", "_index"),
    ("_submission__uuid", "_uuid"),
    ("_submission__id", "_id"),
    ("parent_key", "key"),
)
_SHARED = frozenset(
    {"date", "channel", "subdistrict", "community", "grid", "compound", "household", "household_size", "interviewer",
     "base_weight"}
)  # fmt: skip
"""What is as true of a household's members as of its sheet; names, telephone numbers, ages and sexes are not."""
_FOUND = 0.5  # share of pointers that must be found
_NONE, _SEVERAL = -1, -2


@dataclass(frozen=True, slots=True)
class Link:
    """A repeat and the sheet its rows belong to, as file and name."""

    child: tuple[str, str]
    parent: tuple[str, str]


def join_repeats(blocks: Sequence[Block], survey: Vocabulary) -> tuple[list[Block], list[Link], list[Issue]]:
    """Give every repeat what its rows share with the rows they point to: place, date, household.

    Returns
    -------
    The blocks, which repeats were joined to which sheets, and what points nowhere.
    """
    joined = list(blocks)
    links: list[Link] = []
    issues: list[Issue] = []
    for position, child in enumerate(joined):
        found = _parent_of(child, joined)
        if found is None:
            continue
        parent, rows = found
        joined[position] = _with_shared(child, parent, rows, survey)
        links.append(Link(_place(child), _place(parent)))
        lost = child.rows[rows[child.rows] < 0]
        if len(lost):
            where = CellRef(child.sheet.file, child.sheet.name, int(lost[0]))
            issues.append(Issue("W223", where, parent.sheet.name, {"count": len(lost)}))
    return joined, links, issues


def _place(block: Block) -> tuple[str, str]:
    return block.sheet.file, block.sheet.name


def _titles(block: Block) -> list[str]:
    if block.export is None or block.export.platform != KOBO.name:
        return []
    return [key(str(cell)) for cell in block.sheet.rows(block.head, block.head + 1)[0]]


def _parent_of(child: Block, blocks: Sequence[Block]) -> tuple[Block, Ints] | None:
    """Return the sheet to which most rows of a repeat point, with the row of each, as ``_rows_at`` does."""
    own = _titles(child)
    pointer = next(((up, mark) for up, mark in _POINTERS if up in own), None)
    if pointer is None:
        return None
    up, mark = pointer
    named = {
        code_of(value)[:31] for title, column in zip(own, child.sheet.columns, strict=True)
        if title == "_parent_table_name" for value in column.values
    }  # fmt: skip
    candidates = []
    for block in blocks:
        titles = _titles(block)
        near = up == "parent_key" or block.sheet.file == child.sheet.file
        if block is child or mark not in titles or not near:
            continue
        rows = _rows_at(child, own.index(up), block, titles.index(mark))
        found = int((rows[child.rows] != _NONE).sum())
        if found >= _FOUND * len(child.rows) > 0:
            candidates.append(((block.sheet.name[:31] in named, up not in titles, found), block, rows))
    best = max(candidates, key=lambda candidate: candidate[0], default=None)
    return best[1:] if best else None


def _rows_at(child: Block, pointer: int, parent: Block, mark: int) -> Ints:
    """Return, per row of a repeat's sheet, the row of the other sheet that alone carries the mark it points to.

    ``_NONE`` where no row does or there is no mark, ``_SEVERAL`` where more than one does (exports put under each
    other, each counted from 1).
    """
    marks = parent.sheet.columns[mark]
    texts = [code_of(value) for value in marks.values]
    carried = [texts[marks.codes[row]] for row in parent.rows]
    times = Counter(carried)
    rows = {
        text: int(row) if times[text] == 1 else _SEVERAL
        for text, row in zip(carried, parent.rows, strict=True) if text
    }  # fmt: skip
    column = child.sheet.columns[pointer]
    return np.array([rows.get(code_of(value), _NONE) for value in column.values])[column.codes]


def _with_shared(child: Block, parent: Block, rows: Ints, survey: Vocabulary) -> Block:
    taken = {match.field for match in match_fields(child.headers, survey)}
    columns, headers = list(child.sheet.columns), list(child.headers)
    for match in match_fields(parent.headers, survey):
        if match.field in _SHARED - taken:
            source = parent.sheet.columns[match.column]
            codes = np.where(rows >= 0, source.codes[rows], len(source.values)).astype(np.int32)
            columns.append(Column(codes, (*source.values, "")))
            headers.append(Header(parent.headers[match.column].parts))
    own = _titles(child)
    sheet_mark = next((mark for mark in ("_submission__uuid", "_submission__id") if mark in own), "")
    if sheet_mark and not any(match.field == "household" for match in match_fields(headers, survey)):
        headers[own.index(sheet_mark)] = Header(("户号",), source=sheet_mark)
    return replace(child, sheet=replace(child.sheet, columns=tuple(columns)), headers=tuple(headers))
