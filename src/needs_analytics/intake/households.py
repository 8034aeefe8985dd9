"""Households in a survey: people listed under their head, forms for a whole household, lines nobody filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.wording import key
from needs_analytics.intake.contents import is_blank

if TYPE_CHECKING:
    from collections.abc import Sequence

    from needs_analytics.core.arrays import Bools
    from needs_analytics.core.cell_map import CellMap
    from needs_analytics.core.issue import Issue
    from needs_analytics.intake.blocks import Block
    from needs_analytics.intake.fields import FieldMatch
    from needs_analytics.intake.questions import Question

_HEAD = frozenset({"户主", "本人", "户主本人", "本人(户主)", "户主(本人)", "自己"})
_OF_THE_HOUSEHOLD = ("household", "household_size", "address", "community", "grid", "compound")
_WHO = frozenset({
    "answer_id", "name", "head", "phone", "address", "household", "relation", "date", "channel", "ip", "subdistrict",
    "community", "grid", "compound", "interviewer", "base_weight", "seconds",
})  # fmt: skip
_TOLD = 0.8  # share of the rows whose relation to the head must be told


def under_their_head(frame: pd.DataFrame, cells: CellMap) -> tuple[pd.DataFrame, list[Issue]]:
    """Give the people from one head to the next one household, and what only the head's row says of it.

    Returns
    -------
    The survey's rows, and an issue where more people are listed than the household is said to have.
    """
    if "relation" not in frame or frame["relation"].notna().mean() < _TOLD:
        return frame, []
    heads = frame["relation"].map(lambda text: isinstance(text, str) and key(text) in _HEAD).to_numpy(bool)
    if heads.sum() < 1 or not heads[0] or heads.all():
        return frame, []
    home = pd.Series(np.cumsum(heads), index=frame.index)
    frame = frame.copy()
    if "household" not in frame:
        frame["household"] = None
    rows = frame["row"].where(heads).groupby(home).transform("first").astype(int)
    own = frame["digest"].astype(str) + ":" + frame["sheet"].astype(str) + ":" + rows.astype(str)
    for name in _OF_THE_HOUSEHOLD:
        if name in frame:
            of_head = frame[name].where(heads).groupby(home).transform("first")
            frame[name] = frame[name].where(frame[name].notna(), of_head)
    frame["household"] = frame["household"].where(frame["household"].notna(), own).astype(object)
    return frame, _too_many(frame, home, heads, cells)


def _too_many(frame: pd.DataFrame, home: pd.Series, heads: Bools, cells: CellMap) -> list[Issue]:
    if "household_size" not in frame:
        return []
    listed = home.groupby(home).transform("size")
    wrong = heads & (listed > frame["household_size"]).to_numpy(bool)
    if not wrong.any():
        return []
    first = frame[wrong].iloc[0]
    size, people = f"{first['household_size']:g}", int(listed[wrong].iloc[0])
    return cells.said("W153", "survey", frame[wrong], "household_size", value=size, listed=people)


def is_household_form(questions: Sequence[Question]) -> bool:
    """Whether every question about needs asks a household, so that a row is nobody's own answer."""
    asked = [question for question in questions if question.is_prevalence or question.is_ranking]
    return bool(asked) and all(question.unit == "户" for question in asked)


def says_nothing(block: Block, matches: Sequence[FieldMatch], questions: Sequence[Question]) -> Bools:
    """Return the rows in which nothing is filled in but who and where: there a blank question is no answer.

    On a sheet that asks nothing else, who answered is enough.
    """
    asked = {column for question in questions for column in question.columns}
    where = {match.column for match in matches if match.field in _WHO}
    titled = [column for column, header in enumerate(block.headers) if header.parts]
    others = [column for column in titled if column not in where | asked]
    names = [match.column for match in matches if match.field in {"name", "phone", "household"}]
    told = _filled(block, others or names or titled)
    return ~(told | _filled(block, sorted(asked)))


def _filled(block: Block, columns: Sequence[int]) -> Bools:
    filled = np.zeros(len(block.rows), dtype=bool)
    for position in columns:
        column = block.column(position)
        filled |= np.array([not is_blank(value) for value in column.values], dtype=bool)[column.codes]
    return filled
