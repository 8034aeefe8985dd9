"""What each office's form asks: the questions about needs, as whoever made the form would explain them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from needs_analytics.samples.coded import numbered
from needs_analytics.samples.household import HEADER as HOUSEHOLD_HEADER
from needs_analytics.samples.legacy_csv import HEADER as LEGACY_HEADER
from needs_analytics.samples.phrases import wording_in
from needs_analytics.samples.wjx import RANKED_HEADER

if TYPE_CHECKING:
    from needs_analytics.core.month import Month
    from needs_analytics.samples.plan import Plan
    from needs_analytics.samples.sheets import Table

LIST, TICKS, SCALE, RANKED = "多选", "勾选", "量表", "排序"
WANT, MORE, MOST = "需要", "希望新增", "最需要前k"
_YES = ("√", "✓", "是")


@dataclass(frozen=True)
class Question:
    """One question about needs.

    Attributes
    ----------
    header
        Its column; empty where every option has a column of its own (勾选, 量表).
    kind
        多选 (options joined in a cell), 勾选 or 量表 (a column per option) or 排序.
    sense
        需要, 希望新增 or 最需要前k: only the first tells how many have a need.
    most
        How many may be named, 0 for any number.
    unit
        人, or 户 where a household answers.
    options
        Text and need of each option.
    separators
        What parts the options in a cell: any of these characters.
    columns, yes
        Column of each option where it has its own, and what stands there if it is needed.
    """

    header: str
    kind: str
    sense: str
    options: tuple[tuple[str, str], ...]
    separators: str = ""
    most: int = 0
    unit: str = "人"
    columns: tuple[str, ...] = ()
    yes: tuple[str | int, ...] = _YES

    @property
    def headers(self) -> tuple[str, ...]:
        """Column in which each option stands."""
        return self.columns or (self.header,) * len(self.options)

    def counts(self, table: Table) -> dict[str, int]:
        """Count in a table's cells how often each need was named."""
        if self.columns:
            places = [table.columns.index(column) for column in self.columns]
            named_in = [sum(row[place] in self.yes for row in table.rows) for place in places]
            return {need: count for (_, need), count in zip(self.options, named_in, strict=True)}
        column = table.columns.index(self.header)
        parts = re.compile(f"[{re.escape(self.separators)}]")
        named = [part for row in table.rows for part in parts.split(str(row[column] or ""))]
        return {need: named.count(text) for text, need in self.options}


def questions_of(plan: Plan, office: str, month: Month) -> tuple[Question, ...]:
    """Return what an office's form asks about needs in a month."""
    dialect, form = plan.office(office)["dialect"], plan.form(office)
    own = form.get("headers", {})
    if dialect == "coded":
        return _coded(form)
    if dialect == "kobo":
        return tuple(_kobo(name, asked) for name, asked in form["questions"].items() if "about" not in asked)
    needs = form["needs"]
    if isinstance(needs[0], Mapping):
        return (*(_listed(question, month) for question in needs), *_ranked(form))
    if dialect == "legacy":
        return (Question(own.get(LEGACY_HEADER, LEGACY_HEADER), LIST, WANT, _pairs(needs), "；/"),)
    if dialect == "household":
        return (Question(HOUSEHOLD_HEADER, LIST, WANT, _pairs(needs), "、", unit="户"),)
    texts, *_ = zip(*needs, strict=True)
    return (Question("", TICKS, WANT, _pairs(needs), columns=texts, yes=tuple(form.get("marks", _YES)[:3])),)


def _coded(form: Mapping[str, Any]) -> tuple[Question, ...]:
    numbers, scale, ticked = numbered(form), form["scaled"], form["ticked"]
    columns = tuple(numbers[scale["header"].format(option=option)] for option, _ in scale["options"])
    asked = Question(numbers[ticked["header"]], LIST, WANT, _pairs(ticked["options"]), "\n")
    return _scale(scale, columns), asked


def _kobo(name: str, asked: Mapping[str, Any]) -> Question:
    columns = tuple(f"{asked['group']}/{name}/{code}" for *_, code in asked["options"])
    pairs = tuple((label, need) for label, need, _ in asked["options"])
    return Question("", TICKS, WANT, pairs, columns=columns, yes=(1,))


def _scale(question: Mapping[str, Any], columns: tuple[str, ...]) -> Question:
    yes = tuple(question["scale"][: question["threshold"]])
    return Question("", SCALE, WANT, _pairs(question["options"]), columns=columns, yes=yes)


def _listed(question: Mapping[str, Any], month: Month) -> Question:
    if "scale" in question:
        return _scale(question, tuple(question["header"].format(option=option) for option, _ in question["options"]))
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
