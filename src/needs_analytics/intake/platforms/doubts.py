"""What an export leaves open about its own questions, said where no dictionary tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from needs_analytics.core.issue import CellRef, Issue
from needs_analytics.intake.platforms.recoding import code_of, is_blank
from needs_analytics.intake.scales import word_of
from needs_analytics.intake.stems import stems_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from needs_analytics.intake.blocks import Block
    from needs_analytics.intake.questions import Question


def left_open(block: Block, questions: Sequence[Question], told: Collection[int]) -> list[Issue]:
    """Say which questions are read by assumption: their wording is not in the export, or their scale is numbers only.

    Parameters
    ----------
    told
        Columns of which the office's question dictionary speaks.
    """
    if block.export is None:
        return []
    stems = stems_of({column: header for column, header in enumerate(block.headers) if header.parts})
    issues = []
    for question in questions:
        if not (question.is_prevalence or question.is_ranking) or set(told) & set(question.columns):
            continue
        where = CellRef(block.sheet.file, block.sheet.name, block.head, question.columns[0])
        if question.items and not any(stems[column].stem for column in question.columns):
            issues.append(Issue("W221", where, question.question, {"sense": question.sense}))
        if question.kind == "量表" and question.scale.is_known and _is_coded(block, question):
            issues.append(Issue("W222", where, question.wording, {"threshold": f"{question.scale.threshold:g}"}))
    return issues


def _is_coded(block: Block, question: Question) -> bool:
    """Whether a scale's steps are figures without a word."""
    values = [value for column in question.columns for value in block.column(column).values if not is_blank(value)]
    return all(code_of(value).lstrip("-").isdigit() and not word_of(value) for value in values)
