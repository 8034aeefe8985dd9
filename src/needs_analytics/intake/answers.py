"""Answers to three-valued need columns: chosen = 1, asked and not chosen = 0, not asked or no answer = NaN."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from needs_analytics.core.wording import key
from needs_analytics.intake.need_words import NONE, OTHER, UNKNOWN
from needs_analytics.intake.negation import denies
from needs_analytics.intake.reading import is_absent, is_untold
from needs_analytics.intake.senses import asks_what_lacks
from needs_analytics.intake.separators import split_cell
from needs_analytics.intake.yes_no import read_yes_no

if TYPE_CHECKING:
    from collections.abc import Sequence

    from needs_analytics.core.arrays import Bools, Floats
    from needs_analytics.core.records import Column
    from needs_analytics.intake.blocks import Block
    from needs_analytics.intake.questions import Question

_DOUBTED = "?"  # of an option that is not understood and may say no
SKIPPED = frozenset({"(跳过)", "-3", "-3.0"})
EMPTY = frozenset({"(空)", "-2", "-2.0"})


def answer_columns(block: Block, questions: Sequence[Question]) -> dict[str, Floats]:
    """Return ``need:<need>`` from questions that measure a need and ``rank:<need>`` from those that rank.

    Where several questions ask about one need, a yes to any is a yes, else a no to any is a no.

    Returns
    -------
    Column name to ``(rows,)`` floats 1, 0, NaN.
    """
    columns: dict[str, Floats] = {}
    for question in questions:
        if not (question.is_prevalence or question.is_ranking):
            continue
        prefix = "need" if question.is_prevalence else "rank"
        for need, values in answers(block, question).items():
            name = f"{prefix}:{need}"
            columns[name] = _either(columns[name], values) if name in columns else values
    return columns


def answers(block: Block, question: Question) -> dict[str, Floats]:
    """Return need to its three-valued answers for one question."""
    if question.kind == "量表":
        return _scale(block, question)
    if question.items and question.kind != "排序":
        return _ticked(block, question)
    if question.items:
        return _ranked_columns(block, question)
    return _one_cell(block.column(question.columns[0]), question)


def same_steps(block: Block, questions: Sequence[Question]) -> Floats:
    """Return how many scale questions each row answers, all with one step; 0 where the steps differ, NaN if none."""
    columns = [position for question in questions if question.kind == "量表" for position in question.columns]
    count, same = np.zeros(len(block.rows)), np.full(len(block.rows), True)
    first = np.full(len(block.rows), None, dtype=object)
    for column in map(block.column, columns):
        steps = np.array([key(str(value)) for value in column.values], dtype=object)[column.codes]
        told = np.array([bool(step) and step not in SKIPPED | EMPTY for step in steps], dtype=bool)
        first = np.where(told & (count == 0), steps, first)
        same &= ~told | (steps == first)
        count += told
    return np.where(count == 0, np.nan, np.where(same, count, 0.0))


def chosen_items(block: Block, question: Question) -> dict[str, Floats]:
    """Return who chose each item of a question with a column each."""
    found: dict[str, Floats] = {}
    for item, position in zip(question.items, question.columns, strict=True):
        values = chosen(block.column(position), item, question)
        found[item] = _either(found[item], values) if item in found else values
    return found


def chosen(column: Column, item: str, question: Question) -> Floats:
    """Return who chose an item of a question with a column each."""
    if question.kind != "量表":
        return _ticks(column, item)
    return np.array([question.scale.chosen(value) for value in column.values])[column.codes]


def _either(one: Floats, other: Floats) -> Floats:
    return np.fmax(one, other)


def _one_cell(column: Column, question: Question) -> dict[str, Floats]:
    needs = question.needs
    table = np.full((len(column.values), len(needs)), np.nan)
    place = {need: position for position, need in enumerate(needs)}
    for row, value in enumerate(column.values):
        meanings = meanings_of(str(value), question)
        if meanings is not None:
            table[row] = np.nan if _DOUBTED in meanings else 0.0
            for meaning in meanings:
                if meaning in place:
                    table[row, place[meaning]] = 1.0
    return {need: table[column.codes, position] for need, position in place.items()}


def meanings_of(cell: str, question: Question) -> set[str] | None:
    """Return what a cell's options mean; ``None`` when the answer is not known.

    An option that is not understood and may say no (除助餐外都需要) leaves open what the cell does not choose.
    """
    text = key(cell)
    if text in SKIPPED or text in EMPTY:
        return None
    if not text:
        return set() if question.blank == NONE else None
    if (
        text not in {key(option) for option in question.options}
        and is_absent(text)
        and text not in {"无", "/", "-", "—"}
    ):
        return None
    meanings = {_meaning(option, question) for option in split_cell(cell, question.separator)}
    return None if meanings and meanings <= {UNKNOWN, _DOUBTED} else meanings


def _meaning(option: str, question: Question) -> str:
    meaning = question.options.get(option, "")
    return meaning or (_DOUBTED if denies(key(option), lacking=asks_what_lacks(question.wording)) else "")


def _ticked(block: Block, question: Question) -> dict[str, Floats]:
    cells = [_ticks(block.column(column), item) for item, column in zip(question.items, question.columns, strict=True)]
    stack = np.column_stack(cells)
    blank = np.isnan(stack)
    unknown: Bools = np.zeros(len(stack), dtype=bool)
    if question.blank != NONE:  # where a row says no in words, what it leaves blank was not answered
        unknown = np.all(blank, axis=1) | np.any(stack == 0, axis=1)
    unread = np.column_stack([_is_unread(block.column(column), stack[:, at])
                              for at, column in enumerate(question.columns)])  # fmt: skip
    stack = np.where(blank & ~unknown[:, None] & ~unread, 0.0, stack)
    columns: dict[str, Floats] = {}
    for position, item in enumerate(question.items):
        need = question.options.get(item, "")
        if need not in {"", NONE, UNKNOWN, OTHER}:
            columns[need] = _either(columns[need], stack[:, position]) if need in columns else stack[:, position]
    return columns


def _is_unread(column: Column, answers: Floats) -> Bools:
    """Return which rows say something that is neither yes nor no, or that nobody was asked or answered."""
    texts = [key(str(value)) for value in column.values]
    said = np.array([text in SKIPPED | EMPTY or is_untold(text) or not is_absent(text) for text in texts], dtype=bool)
    return np.asarray(said[column.codes] & np.isnan(answers))


def _ticks(column: Column, item: str) -> Floats:
    """Return a yes/no column's answers; its own option's text counts as a tick."""
    values = []
    for value in column.values:
        text = key(str(value))
        if text in SKIPPED or text in EMPTY:
            values.append(np.nan)
        elif text and text == key(item):
            values.append(1.0)
        else:
            read = read_yes_no(value).value
            values.append(float(read) if isinstance(read, float) else np.nan)
    return np.array(values)[column.codes]


def _scale(block: Block, question: Question) -> dict[str, Floats]:
    columns: dict[str, Floats] = {}
    items = question.items or (next(iter(question.options), ""),)
    for item, position in zip(items, question.columns, strict=True):
        need = question.options.get(item, "")
        if need in {"", NONE, UNKNOWN, OTHER}:
            continue
        column = block.column(position)
        values = np.array([question.scale.chosen(value) for value in column.values])[column.codes]
        columns[need] = _either(columns[need], values) if need in columns else values
    return columns


def _ranked_columns(block: Block, question: Question) -> dict[str, Floats]:
    chosen = {need: np.zeros(len(block.rows)) for need in question.needs}
    answered = np.zeros(len(block.rows), dtype=bool)
    for position in question.columns:
        column = block.column(position)
        meanings = [meanings_of(str(value), question) for value in column.values]
        known = np.array([meaning is not None and bool(meaning) for meaning in meanings])
        answered |= known[column.codes]
        for need, hits in chosen.items():
            named = np.array([meaning is not None and need in meaning for meaning in meanings])
            hits[named[column.codes]] = 1.0
    return {need: np.where(answered, hits, np.nan) for need, hits in chosen.items()}
