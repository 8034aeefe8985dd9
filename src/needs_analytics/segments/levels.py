"""Answers of different kinds as levels: what a latent class model counts.

A number is cut into classes of about equally many respondents, as many as about the cube root of their number, between
5 and 8; where it has no more values than that, each is a level. A category has its options as levels, a multi-select
question has two levels (no, yes) for each option. So neither the scale of a number nor the length of its tails counts.
What is missing has no level and says nothing: it neither draws a respondent anywhere nor makes those who were not asked
a segment of their own.

A multi-select question of many options would outweigh all others; it counts once: the information (entropy) of its
options together is brought down to that of the average other question.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from needs_analytics.segments.encode import Question
    from needs_analytics.segments.moments import Floats, Ints

FEWEST_LEVELS, MOST_LEVELS = 5, 8
"""More levels cost the profiles of small classes more than they tell: 12 found the planted types of towns less well."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How one question is read as levels.

    Attributes
    ----------
    question
        The question.
    edges
        Ascending, for a number: the first value of every level but the lowest.
    exponent
        How often its answers count.
    """

    question: Question
    edges: Floats
    exponent: float = 1.0

    @property
    def sizes(self) -> list[int]:
        """Numbers of levels: one for a question, one 2 for each option of a multi-select one."""
        if self.question.kind == "choices":
            return [2] * len(self.question.options)
        return [len(self.edges) + 1 if self.question.kind == "number" else len(self.question.options)]

    def read(self, column: pd.Series) -> Floats:
        """Return the levels ``(n, items)``, counted from 0; NaN where unknown or never seen before."""
        if self.question.kind == "category":
            return self.question.place(column)[:, None]
        return self.cut(self.question.read(column))

    def cut(self, raw: Floats) -> Floats:
        """Return the levels of answers that are read as numbers or as choices."""
        if self.question.kind == "choices":
            return raw
        return np.where(np.isnan(raw), np.nan, np.searchsorted(self.edges, raw, side="right").astype(float))


@dataclass(frozen=True, slots=True)
class Levels:
    """All questions that tell respondents apart, as levels."""

    scales: tuple[Scale, ...]

    @property
    def sizes(self) -> Ints:
        """Numbers of levels of each item, question by question."""
        return np.array([size for scale in self.scales for size in scale.sizes], dtype=np.intp)

    @property
    def exponents(self) -> Floats:
        """How often each level of each item counts, side by side."""
        return np.array([scale.exponent for scale in self.scales for size in scale.sizes for _ in range(size)])

    def read(self, frame: pd.DataFrame) -> Floats:
        """Return the level of every answer ``(n, items)``, NaN where missing."""
        columns = [scale.read(frame[scale.question.name]) for scale in self.scales]
        return np.hstack([np.empty((len(frame), 0)), *columns])

    def spread(self, codes: Floats) -> Floats:
        """Return the levels as 1 and 0 side by side ``(n, levels)``; a missing answer is 0 throughout."""
        return spread_levels(codes, self.sizes)


def spread_levels(codes: Floats, sizes: Ints) -> Floats:
    """Return levels ``(n, items)`` as 1 and 0 side by side ``(n, levels)``; a missing one is 0 throughout."""
    table = np.zeros((len(codes), int(sizes.sum())))
    starts = np.cumsum(sizes) - sizes
    rows, items = np.nonzero(~np.isnan(codes))
    table[rows, starts[items] + codes[rows, items].astype(np.intp)] = 1.0
    return table


def fit_levels(
    frame: pd.DataFrame,
    questions: Sequence[Question],
    weights: Floats,
    block_weights: Mapping[str, float] | None = None,
) -> tuple[Levels, Floats]:
    """Cut numbers, and let every question count as intended; one that does not vary, or weighs nothing, is left out.

    Returns
    -------
    levels, codes
        How answers are read, and these answers read so ``(n, items)``.
    """
    wished = block_weights or {}
    most = int(np.clip(round(float(weights.sum()) ** (1 / 3)), FEWEST_LEVELS, MOST_LEVELS))
    found = []
    for question in questions:
        scale, codes = _read_first(question, frame[question.name], weights, most)
        information = _information(codes, scale.sizes, weights)
        if wished.get(str(question.name), 1.0) > 0 and information > 0:
            found.append((scale, information, codes))
    single = [information for scale, information, _ in found if scale.question.kind != "choices"]
    due = float(np.mean(single)) if single else np.inf
    scales = tuple(
        replace(scale, exponent=wished.get(str(scale.question.name), 1.0) * _cap(scale, information, due))
        for scale, information, _ in found
    )
    return Levels(scales), np.hstack([np.empty((len(frame), 0)), *(codes for *_, codes in found)])


def _cap(scale: Scale, information: float, due: float) -> float:
    return min(1.0, due / information) if scale.question.kind == "choices" else 1.0


def _read_first(question: Question, column: pd.Series, weights: Floats, most: int) -> tuple[Scale, Floats]:
    """Return how a question is read, and its answers read so."""
    if question.kind == "category":
        return Scale(question, np.empty(0)), question.place(column)[:, None]
    raw = question.read(column)
    scale = Scale(question, _edges(raw[:, 0], weights, most) if question.kind == "number" else np.empty(0))
    return scale, scale.cut(raw)


def _edges(values: Floats, weights: Floats, most: int) -> Floats:
    """Return the first values of all levels but the lowest."""
    known = (weights > 0) & ~np.isnan(values)
    order = np.argsort(values[known], kind="stable")
    values, reached = values[known][order], np.cumsum(weights[known][order])
    distinct = values[np.diff(values, prepend=np.nan) != 0]
    if len(distinct) <= most:
        return np.asarray(distinct[1:], dtype=np.float64)
    cuts = np.searchsorted(reached, np.arange(1, most) / most * (reached[-1] * (1 - 1e-12)))
    edges = np.unique(values[np.minimum(cuts, len(values) - 1)])
    return np.asarray(edges[edges > values[0]], dtype=np.float64)


def _information(codes: Floats, sizes: Sequence[int], weights: Floats) -> float:
    """Return the entropy of a question's answers, summed over its items."""
    entropy = 0.0
    for item, size in zip(codes.T, sizes, strict=True):
        known = ~np.isnan(item)
        counts = np.bincount(item[known].astype(np.intp), weights[known], minlength=size)
        share = counts[counts > 0] / counts.sum()
        entropy -= float(share @ np.log(share))
    return entropy
