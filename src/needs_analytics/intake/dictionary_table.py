"""The question dictionary in use as a table, a row per option: to be corrected, sent back and kept."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.wording import key
from needs_analytics.intake.answers import answers, chosen_items, meanings_of
from needs_analytics.intake.dictionary import COLUMNS, WRITTEN
from needs_analytics.intake.need_words import NONE
from needs_analytics.intake.separators import split_cell

if TYPE_CHECKING:
    from collections.abc import Iterable

    from needs_analytics.intake.blocks import Block
    from needs_analytics.intake.need_words import NeedWords
    from needs_analytics.intake.questions import Question

COUNTED = ("times", "answered", "how", "nearest")
"""What the table tells besides the dictionary: counts, how a meaning was reached, and the needs nearest to it."""


def counted(block: Block, question: Question) -> Question:
    """Return a question with how often each option was chosen and how many answered it."""
    if question.items and question.kind != "排序":
        chosen = chosen_items(block, question)
        times = {item: int(np.nansum(chosen[item])) for item in chosen}
        found = answers(block, question)
        known = [np.isfinite(values) for values in found.values()]
        return replace(question, times=times, answered=int(np.any(known, axis=0).sum()) if known else 0)
    times = dict.fromkeys(question.options, 0)
    answered = np.zeros(len(block.rows), dtype=bool)
    for position in question.columns:
        column = block.column(position)
        counts = np.bincount(column.codes, minlength=len(column.values))
        told = np.array([meanings_of(str(value), question) is not None for value in column.values])
        answered |= told[column.codes]
        for value, count in zip(column.values, counts, strict=True):
            for option in split_cell(str(value), question.separator):
                times[option] = times.get(option, 0) + int(count)
    return replace(question, times=times, answered=int(answered.sum()))


def dictionary_table(questions: Iterable[Question], words: NeedWords) -> pd.DataFrame:
    """Return the dictionary in use, a row per option.

    What a respondent wrote beside an option is no option of its own; the needs nearest to an option that is not known
    stand beside it and are not filled in.
    """
    rows = []
    for q in questions:
        base = {
            "office": q.office,
            "question": q.question,
            "wording": q.wording,
            "kind": q.kind,
            "max_choices": q.max_choices or "",
            "sense": q.sense,
            "unit": q.unit,
            "asked_of": q.asked_of or "全部",
            "blank": "无需求" if q.blank == NONE else "未知",
            "threshold": str(q.scale) if q.kind == "量表" else "",
            "first_month": q.first_month,
            "last_month": q.last_month,
            "answered": q.answered,
        }
        listed = {WRITTEN.sub("", option): meaning for option, meaning in sorted(q.options.items(), reverse=True)}
        times: dict[str, int] = {}
        for option, count in q.times.items():
            times[WRITTEN.sub("", option)] = times.get(WRITTEN.sub("", option), 0) + count
        rows += [
            {
                **base,
                "option": option,
                "option_code": "",
                "need": meaning,
                "position": "",
                "times": times.get(option, 0),
                "how": _how(option, meaning, words),
                "nearest": "" if meaning else ";".join(words.nearest(option)),
            }
            for option, meaning in sorted(listed.items())
        ]
    return pd.DataFrame(rows, columns=[*COLUMNS, *COUNTED])


def _how(option: str, meaning: str, words: NeedWords) -> str:
    """Return how a meaning was reached; ``told`` where the dictionary says other than the wordings do."""
    if not meaning:
        return "asked"
    found = words.how(option)
    return found if found and words.meaning(option) == meaning and key(option) else "told"
