"""What each office's form asks: the questions about needs, as whoever made the form would explain them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from needs_analytics.samples.household import HEADER as HOUSEHOLD_HEADER
from needs_analytics.samples.legacy_csv import HEADER as LEGACY_HEADER
from needs_analytics.samples.phrases import wording_in
from needs_analytics.samples.wjx import RANKED_HEADER

if TYPE_CHECKING:
    from needs_analytics.core.month import Month
    from needs_analytics.samples.plan import Plan
    from needs_analytics.samples.sheets import Table

LIST, TICKS, RANKED = "多选", "勾选", "排序"
WANT, MORE, MOST = "需要", "希望新增", "最需要前k"
_YES = frozenset({"√", "✓", "是"})


@dataclass(frozen=True)
class Question:
    """One question about needs.

    Attributes
    ----------
    header
        Its column; empty where every option has a column of its own (勾选).
    kind
        多选 (options joined in a cell), 勾选 (a column per option) or 排序.
    sense
        需要, 希望新增 or 最需要前k: only the first tells how many have a need.
    most
        How many may be named, 0 for any number.
    unit
        人, or 户 where a household answers.
    options
        Text and need of each option.
    separators
        Characters that part the options in a cell.
    """

    header: str
    kind: str
    sense: str
    options: tuple[tuple[str, str], ...]
    separators: str = ""
    most: int = 0
    unit: str = "人"

    def counts(self, table: Table) -> dict[str, int]:
        """Count in a table's cells how often each need was named."""
        if self.kind == TICKS:
            columns = {need: table.columns.index(text) for text, need in self.options}
            return {need: sum(row[column] in _YES for row in table.rows) for need, column in columns.items()}
        column = table.columns.index(self.header)
        parts = re.compile(f"[{re.escape(self.separators)}]")
        named = [part for row in table.rows for part in parts.split(str(row[column] or ""))]
        return {need: named.count(text) for text, need in self.options}


def questions_of(plan: Plan, office: str, month: Month) -> tuple[Question, ...]:
    """Return what an office's form asks about needs in a month."""
    facts, form = plan.office(office), plan.form(office)
    needs = form["needs"]
    if isinstance(needs[0], Mapping):
        return (*(_listed(question, month) for question in needs), *_ranked(form))
    if facts["dialect"] == "legacy":
        return (Question(LEGACY_HEADER, LIST, WANT, _pairs(needs), "；/"),)
    if facts["dialect"] == "household":
        return (Question(HOUSEHOLD_HEADER, LIST, WANT, _pairs(needs), "、", unit="户"),)
    return (Question("", TICKS, WANT, _pairs(needs)),)


def _listed(question: Mapping[str, Any], month: Month) -> Question:
    header, changed = wording_in(question, month)
    return Question(
        header, LIST, MORE if changed else WANT, _pairs(question["options"]), question.get("separator", "┋")
    )


def _ranked(form: Mapping[str, Any]) -> list[Question]:
    found = []
    if "ranked" in form:
        found.append(Question(RANKED_HEADER, RANKED, MOST, _pairs(form["ranked"]), "→", most=3))
    if "top" in form:
        top = form["top"]
        found.append(Question(top["header"], LIST, MOST, _pairs(top["options"]), "、", most=top["most"]))
    return found


def _pairs(options: list[list[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((text, need) for text, need in options)
