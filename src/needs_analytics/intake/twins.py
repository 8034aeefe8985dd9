"""Two columns of one table under one header whose cells differ: which of them counts is said."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from needs_analytics.core.issue import CellRef, Issue, column_letters
from needs_analytics.core.wording import key, without_numbering

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from needs_analytics.intake.blocks import Block
    from needs_analytics.intake.fields import FieldMatch
    from needs_analytics.intake.questions import Question

_FREE = frozenset(
    {"drop", "text", "identifier", "code", "date"}
)  # kinds of which a table may well have several wordings


def twin_fields(
    block: Block,
    matches: Sequence[FieldMatch],
    exact: Mapping[str, str],
    types: Mapping[str, str],
    used: Collection[int],
) -> list[Issue]:
    """Say which columns were left aside because another column with their header, or of their field, was taken.

    Parameters
    ----------
    exact
        Known wording to field.
    used
        Columns that count otherwise.
    """
    issues = []
    taken = {match.column for match in matches} | set(used)
    for column, header in enumerate(block.headers):
        if not header.parts or column in taken:
            continue
        for match in matches:
            alike = key(header.text) == key(match.wording)
            same = exact.get(key(header.last)) == match.field and types.get(match.field, "drop") not in _FREE
            if alike or same:
                issues += _said(block, "W216", header.text, match.column, column)
                break
    return issues


def twin_questions(block: Block, questions: Iterable[Question]) -> list[Issue]:
    """Say which columns ask about needs in the same words and are answered differently; a need in either counts."""
    columns: dict[str, list[int]] = {}
    for question in questions:
        if not (question.is_prevalence or question.is_ranking):
            continue
        ranked = question.kind == "排序" and len(question.columns) > 1
        names = question.items if question.items and not ranked else ()
        for place, column in enumerate(question.columns if names else () if ranked else question.columns[:1]):
            wording = f"{question.wording} {names[place]}" if names else question.wording
            columns.setdefault(key(without_numbering(wording)), []).append(column)
    pairs = [pair for same in columns.values() for pair in combinations(same, 2)]
    return [issue for one, two in pairs for issue in _said(block, "W217", block.headers[one].text, one, two)]


def _said(block: Block, code: str, wording: str, one: int, two: int) -> list[Issue]:
    apart = np.flatnonzero(_cells(block, one) != _cells(block, two))
    if not len(apart):
        return []
    where = CellRef(block.sheet.file, block.sheet.name, int(block.rows[apart[0]]), two)
    details = {"kept": column_letters(one), "other": column_letters(two), "count": len(apart)}
    return [Issue(code, where, wording, details)]


def _cells(block: Block, position: int) -> np.ndarray:
    column = block.column(position)
    return np.array([key(str(value)) for value in column.values], dtype=object)[column.codes]
