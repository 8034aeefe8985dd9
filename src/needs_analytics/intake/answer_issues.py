"""What the answers to need questions leave open: options not understood, marks that are none, scales not told."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from needs_analytics.core.issue import CellRef, Issue, said_once
from needs_analytics.core.wording import key, plain, without_numbering
from needs_analytics.intake.answers import EMPTY, SKIPPED, chosen
from needs_analytics.intake.need_words import NONE
from needs_analytics.intake.reading import is_absent
from needs_analytics.intake.separators import split_cell
from needs_analytics.intake.yes_no import read_yes_no

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from needs_analytics.core.arrays import Ints
    from needs_analytics.core.issue import Place
    from needs_analytics.intake.blocks import Block
    from needs_analytics.intake.need_words import NeedWords
    from needs_analytics.intake.questions import Question

_SHOWN = 3  # options named of those in whose columns a cell is not understood


def unknown_options(block: Block, question: Question) -> list[Issue]:
    """Say which options of a need question were not understood, with where each first occurs."""
    issues: list[Issue] = []
    if not (question.is_prevalence or question.is_ranking):
        return issues
    for option in [text for text, meaning in question.options.items() if not meaning]:
        if option in question.items:
            column = question.columns[question.items.index(option)]
            where, count = block.header_cell(column), int(np.nansum(chosen(block.column(column), option, question)))
        else:
            rows = _rows_with(block, question, option)
            first = int(rows[0]) if len(rows) else None
            where, count = CellRef(block.sheet.file, block.sheet.name, first, question.columns[0]), len(rows)
        issues.append(Issue("W210", where, option, {"question": question.wording, "count": count}))
    return issues


def once_each(issues: Sequence[Issue], words: NeedWords, names: Mapping[str, str]) -> list[Issue]:
    """Say every option once for all sheets, with the needs nearest to it.

    Parameters
    ----------
    names
        Need to its name.
    """
    said: dict[str, list[Issue]] = {}
    for issue in issues:
        said.setdefault(key(without_numbering(issue.value)), []).append(issue)
    merged = []
    for same in said.values():
        first = same[0]
        nearest = [names.get(need, need) for need in words.nearest(first.value)]
        sure = words.named(first.value)
        near = names.get(sure[0], sure[0]) if len(sure) == 1 and not words.denied(first.value) else ""
        count = sum(int(str(issue.details["count"])) for issue in same)
        details = {"count": count, "near": near, "nearest": "、".join(nearest) or "—"}
        merged.append(replace(first, details={**first.details, **details}))
    return merged


def _rows_with(block: Block, question: Question, option: str) -> Ints:
    found: list[int] = []
    for position in question.columns:
        column = block.column(position)
        hits = np.array([option in split_cell(str(value), question.separator) for value in column.values])
        found += list(block.rows[hits[column.codes]])
    return np.array(sorted(found))


def refused_ticks(block: Block, questions: Iterable[Question]) -> list[Issue]:
    """Say which cells of yes/no columns and scales of needs are none of their answers, each distinct value once."""
    issues = []
    for question in questions:
        counts_needs = question.is_prevalence or question.is_ranking
        if not question.items or question.kind not in {"多选", "量表"} or not counts_needs:
            continue
        odd: dict[str, list[tuple[str, CellRef]]] = {}
        for item, position in zip(question.items, question.columns, strict=True):
            column = block.column(position)
            for code, value in enumerate(column.values):
                if _is_odd(value, item, question):
                    places = [CellRef(block.sheet.file, block.sheet.name, int(row), position)
                              for row in block.rows[column.codes == code]]  # fmt: skip
                    odd.setdefault(plain(str(value)), []).extend((item, place) for place in places)
        issues += [_odd_cells(value, found) for value, found in odd.items() if found]
    return issues


def _odd_cells(value: str, found: Sequence[tuple[str, CellRef]]) -> Issue:
    items = list(dict.fromkeys(item for item, _ in found))
    named = "、".join(items[:_SHOWN]) + ("…" if len(items) > _SHOWN else "")
    return said_once([Issue("W211", place, value, {"item": named}) for _, place in found])


def _is_odd(value: object, item: str, question: Question) -> bool:
    text = key(str(value))
    if not text or text in SKIPPED | EMPTY or is_absent(text):
        return False
    if question.kind == "量表":
        return not question.scale.is_step(value) and text not in {"0", "0.0"}
    return text != key(item) and read_yes_no(value).note == "refused"


def contradictions(block: Block, questions: Iterable[Question]) -> list[Issue]:
    """Say where somebody chose 暂无需求 beside some need; the need counts."""
    issues: list[Issue] = []
    for question in questions:
        if NONE not in question.options.values() or not (question.is_prevalence or question.is_ranking):
            continue
        if not question.items:
            issues += _contradictory_cells(block, question)
        elif question.kind == "多选":
            issues += _contradictory_ticks(block, question)
    return issues


def _contradictory_cells(block: Block, question: Question) -> list[Issue]:
    position = question.columns[0]
    column = block.column(position)
    issues = []
    for code, value in enumerate(column.values):
        options = split_cell(str(value), question.separator)
        nothing = [option for option in options if question.options.get(option) == NONE]
        needs = [option for option in options if question.options.get(option, "") in question.needs]
        if nothing and needs:
            rows = block.rows[column.codes == code].tolist()
            issues += _contradictory(block, nothing[0], needs, [(row, position) for row in rows])
    return issues


def _contradictory_ticks(block: Block, question: Question) -> list[Issue]:
    ticks = {item: chosen(block.column(at), item, question) == 1
             for item, at in zip(question.items, question.columns, strict=True)}  # fmt: skip
    needs = [item for item in ticks if question.options.get(item, "") in question.needs]
    some = np.any([ticks[item] for item in needs], axis=0) if needs else np.zeros(len(block.rows), dtype=bool)
    issues = []
    for item, position in zip(question.items, question.columns, strict=True):
        if question.options.get(item) == NONE:
            both = ticks[item] & some
            others = [need for need in needs if (ticks[need] & both).any()]
            issues += _contradictory(block, item, others, [(row, position) for row in block.rows[both].tolist()])
    return issues


def _contradictory(block: Block, nothing: str, needs: Sequence[str], places: Sequence[Place]) -> list[Issue]:
    if not places:
        return []
    (row, column), *also = places
    others = "、".join(needs[:_SHOWN]) + ("…" if len(needs) > _SHOWN else "")
    where = CellRef(block.sheet.file, block.sheet.name, row, column)
    return [Issue("W235", where, nothing, {"others": others, "count": len(places)}, tuple(also))]


def unsure_scales(block: Block, questions: Iterable[Question]) -> list[Issue]:
    """Ask for the scales of which nobody can tell which steps are a need; their answers are unknown till then."""
    issues = []
    for question in questions:
        if question.kind == "量表" and question.is_prevalence and not question.scale.is_known:
            where = CellRef(block.sheet.file, block.sheet.name, block.head, question.columns[0])
            top = question.scale.top
            near = f">={top // 2 + 1}"
            details = {"top": top, "near": near, "nearest": f"{near} / <={(top + 1) // 2}", "count": len(block.rows)}
            issues.append(Issue("W230", where, question.wording, details))
    return issues
