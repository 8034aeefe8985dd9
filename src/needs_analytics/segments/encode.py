"""Answers of different kinds as one matrix of numbers in which every question counts as intended.

Unscaled, k-means on age in years and participation from 0 to 1 sees nothing but age. Here every question is one block
of columns, scaled to total weighted variance 1, which is to say to an equal weighted mean squared distance between two
respondents (twice the variance), times the block's own weight. Three things keep a block from more than its due:

- numbers are winsorised at the weighted 2nd and 98th percentile: no segment is that small;
- a question that nearly everybody answers alike is not blown up until its few others stand alone: the 98th percentile
  of the distance from the block's mean is at most three standard deviations (a flag carried by a tenth of the people);
- a missing answer stays missing (NaN) and adds no distance information: its respondent is placed by the others, see
  :mod:`needs_analytics.segments.partition`.

Block scaling is that of Gower (1971, Biometrics 27, 857–871) in its squared Euclidean form; see Hennig & Liao (2013,
Applied Statistics 62, 309–369) on how much a category should count beside a number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from needs_analytics.segments.moments import Bools, Floats, Ints, weighted_quantile

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Mapping, Sequence

    import numpy.typing as npt

TAIL = 0.02
FARTHEST = 3.0
DECIMALS = 9
"""Encoded answers are rounded, so that years and months of age give the same matrix to the last digit."""

UNASKED = "?"
"""Stands before a choice that a respondent was not offered: neither yes nor no."""

Kind = Literal["number", "category", "choices"]
_DIGITS = 39
"""So many digits to the base 3 fit into 64 bits."""


@dataclass(frozen=True, slots=True)
class Question:
    """How one column of a frame is read.

    Attributes
    ----------
    name
        Column.
    kind
        ``number`` (also ordered categories and truth values), ``category`` or ``choices`` (several joined by ``;``).
    options
        The categories or choices, sorted.
    """

    name: Hashable
    kind: Kind
    options: tuple[str, ...] = ()

    def read(self, column: pd.Series) -> Floats:
        """Return the answers as numbers, ``(n, width)``; NaN where unknown or never seen before."""
        if self.kind == "number":
            return _numbers(column)[:, None]
        if self.kind == "choices":
            return read_choices(column, self.options)
        places = self.place(column)[:, None]
        columns = [1] if len(self.options) == 2 else list(range(len(self.options)))
        return np.where(np.isnan(places), np.nan, (places == columns).astype(float))

    def place(self, column: pd.Series) -> Floats:
        """Return which of the options each answer to a category is ``(n,)``, counted from 0; NaN as in :meth:`read`."""
        said, texts = pd.factorize(column)
        places = pd.Index(self.options, dtype="str").get_indexer(pd.Index(texts).astype("str"))
        return np.append(np.where(places >= 0, places, np.nan), np.nan)[said]


def _numbers(column: pd.Series) -> Floats:
    if isinstance(column.dtype, pd.CategoricalDtype):
        codes = np.asarray(column.cat.codes, dtype=float)
        return np.where(codes >= 0, codes, np.nan)
    numbers = pd.to_numeric(column, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    return np.where(np.isfinite(numbers), numbers, np.nan)


def list_choices(column: pd.Series) -> tuple[str, ...]:
    """Return every choice that occurs in ``;``-joined answers, sorted; ``?choice`` says that it was not asked about."""
    found = {choice for text in column.dropna().unique() for choice in str(text).split(";")}
    return tuple(sorted(choice for choice in found if choice and not choice.startswith(UNASKED)))


def read_choices(column: pd.Series, choices: Sequence[str]) -> Floats:
    """Return ``;``-joined answers as 1 and 0, ``(n, choices)``; NaN where unknown, all 0 where none was chosen.

    Examples
    --------
    >>> read_choices(pd.Series(["pet", "pet;?parent", ""]), ["parent", "pet"]).tolist()
    [[0.0, 1.0], [nan, 1.0], [0.0, 0.0]]
    """
    codes, texts = pd.factorize(column.astype(object))
    held = [set(str(text).split(";")) for text in texts]
    table = np.array(
        [[np.nan if UNASKED + choice in chosen else choice in chosen for choice in choices] for chosen in held],
        dtype=float,
    )
    unknown = np.full((1, len(choices)), np.nan)
    return np.vstack([table.reshape(len(held), len(choices)), unknown])[codes]


def list_questions(frame: pd.DataFrame, multi_select: Collection[Hashable] = ()) -> list[Question]:
    """Tell how each column of a frame is to be read; the order of its rows does not matter."""
    return [_question(frame[name], name, name in multi_select) for name in frame.columns]


def _question(column: pd.Series, name: Hashable, several: bool) -> Question:
    if several:
        return Question(name, "choices", list_choices(column))
    dtype = column.dtype
    ordered = isinstance(dtype, pd.CategoricalDtype) and bool(dtype.ordered)
    if ordered or pd.api.types.is_numeric_dtype(dtype) or _holds_numbers(column):
        return Question(name, "number")
    return Question(name, "category", tuple(sorted(set(map(str, column.dropna().unique())))))


def _holds_numbers(column: pd.Series) -> bool:
    if column.dtype != object:
        return False
    return bool(pd.to_numeric(pd.Series(column.dropna().unique()), errors="coerce").notna().all())


def canonical_order(frame: pd.DataFrame, questions: list[Question], weights: Floats) -> Ints:
    """Return the rows in an order that depends on what they say only, so that no draw depends on who came first."""
    keys = [key for question in questions for key in _sort_keys(question.read(frame[question.name]), question.kind)]
    return np.asarray(np.lexsort((weights, *keys[::-1])), dtype=np.intp)


def _sort_keys(raw: Floats, kind: Kind) -> list[npt.NDArray[np.generic]]:
    """Return what to sort a question's answers by, missing ones last; columns of 0 and 1 many to a number."""
    if kind == "number":
        return [np.where(np.isnan(column), np.inf, column) for column in raw.T]
    digits = np.where(np.isnan(raw), 2, raw).astype(np.int64)
    starts = range(0, digits.shape[1], _DIGITS)
    parts = [digits[:, start : start + _DIGITS] for start in starts]
    return [part @ 3 ** np.arange(part.shape[1] - 1, -1, -1) for part in parts]


@dataclass(frozen=True, slots=True)
class Block:
    """One question as scaled columns.

    Attributes
    ----------
    question
        The question.
    kept
        Which of its columns vary at all.
    low, high, centre
        Limits and weighted mean of each column kept.
    scale
        Factor that gives the block its weight.
    """

    question: Question
    kept: Bools
    low: Floats
    high: Floats
    centre: Floats
    scale: float

    def encode(self, column: pd.Series) -> Floats:
        """Return the block's columns, ``(n, width)``, NaN where the answer is missing."""
        raw = self.question.read(column)[:, self.kept]
        return np.round((np.clip(raw, self.low, self.high) - self.centre) * self.scale, DECIMALS)


@dataclass(frozen=True, slots=True)
class Encoding:
    """All questions that tell respondents apart, as one matrix."""

    blocks: tuple[Block, ...]

    def encode(self, frame: pd.DataFrame) -> Floats:
        """Return the encoded answers, ``(n, columns)``, NaN where missing."""
        columns = [block.encode(frame[block.question.name]) for block in self.blocks]
        return np.hstack([np.empty((len(frame), 0)), *columns])

    def spans(self) -> list[slice]:
        """Return the columns of each block."""
        ends = np.cumsum([int(block.kept.sum()) for block in self.blocks])
        return [slice(int(end - block.kept.sum()), int(end)) for end, block in zip(ends, self.blocks, strict=True)]


def fit_encoding(
    frame: pd.DataFrame,
    questions: list[Question],
    weights: Floats,
    block_weights: Mapping[str, float] | None = None,
) -> Encoding:
    """Scale every question to its share of the distance; one that does not vary, or weighs nothing, is left out."""
    wished = block_weights or {}
    blocks = (
        _fit_block(question, question.read(frame[question.name]), weights, wished.get(str(question.name), 1.0))
        for question in questions
    )
    return Encoding(tuple(block for block in blocks if block is not None))


def _fit_block(question: Question, raw: Floats, weights: Floats, wished: float) -> Block | None:
    low = np.array([weighted_quantile(column, weights, TAIL) for column in raw.T])
    high = np.array([weighted_quantile(column, weights, 1 - TAIL) for column in raw.T])
    kept = np.asarray(high > low, dtype=np.bool_)
    if wished <= 0 or not kept.any():
        return None
    inside = np.clip(raw[:, kept], low[kept], high[kept])
    known = ~np.isnan(inside)
    total = np.where(known, weights[:, None], 0.0).sum(axis=0)
    centre = np.where(known, inside * weights[:, None], 0.0).sum(axis=0) / total
    apart = np.where(known, inside - centre, 0.0)
    variance = float(((apart**2 * weights[:, None]).sum(axis=0) / total).sum())
    distance = np.where(known.any(axis=1), np.sqrt((apart**2).sum(axis=1)), np.nan)
    far = weighted_quantile(distance, weights, 1 - TAIL)
    scale = np.sqrt(wished) * min(variance**-0.5, FARTHEST / max(far, 1e-300))
    return Block(question, kept, low[kept], high[kept], centre, float(scale))
