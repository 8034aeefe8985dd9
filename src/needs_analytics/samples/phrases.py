"""How people put an answer into words: options joined, grids spelt, sentences written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import compress
from typing import TYPE_CHECKING, Any

import numpy as np

from needs_analytics.samples.draws import packaged_words
from needs_analytics.samples.names import chinese_number

if TYPE_CHECKING:
    import pandas as pd

    from needs_analytics.core.month import Month

GRID_STYLES = ("{n}", "第{n}网格", "第{hanzi}网格", "{n}网格", "{n}号网格", "", "不清楚")
Options = Sequence[Sequence[str]]
"""The options of a question: text and the code of the need or group it means."""


def spell_grids(numbers: np.ndarray, shares: Sequence[float], rng: np.random.Generator) -> list[str]:
    """Write grids in the styles of :data:`GRID_STYLES`, each with its share."""
    styles = rng.choice(len(GRID_STYLES), len(numbers), p=shares)
    known = range(int(numbers.max(initial=0)) + 1)
    ways = [[style.format(n=number, hanzi=chinese_number(number)) for number in known] for style in GRID_STYLES]
    spelt: list[str] = np.array(ways, dtype=object)[styles, numbers].tolist()
    return spelt


def join_ticked(ticked: pd.DataFrame, options: Options, separator: str) -> list[str]:
    """Join the texts of the options ticked, in the order of the form, per row; empty where none is.

    Parameters
    ----------
    ticked
        Booleans with at least a column per option's code.
    """
    texts = [text for text, _ in options]
    lines = np.ascontiguousarray(ticked[[code for _, code in options]].to_numpy(dtype=bool))
    patterns, pattern = np.unique(np.packbits(lines, axis=1), axis=0, return_inverse=True)
    ways = [separator.join(compress(texts, line)) for line in np.unpackbits(patterns, axis=1)]
    joined: list[str] = np.array(ways, dtype=object)[pattern].tolist()
    return joined


def as_worded(
    question: Mapping[str, Any], needs: pd.DataFrame, month: Month, rng: np.random.Generator
) -> tuple[str, pd.DataFrame]:
    """Return the wording a question has in a month and what is ticked under it.

    A question whose wording changed has ``before``: the month of the change, the former header and the share of the
    needs that were ticked under it.
    """
    header, former = wording_in(question, month)
    return header, needs & (rng.random(needs.shape) < question["before"]["ticked"]) if former else needs


def wording_in(question: Mapping[str, Any], month: Month) -> tuple[str, bool]:
    """Return the header a question has in a month and whether it is the former one."""
    before = question.get("before")
    former = before is not None and str(month) < before["changed"]
    return str(before["header"] if before is not None and former else question["header"]), former


def write_comments(rows: pd.DataFrame, share: float, telling: float, rng: np.random.Generator) -> list[str]:
    """Let a share of people write a sentence, a few of them with a name and a phone in it; empty for the others."""
    texts = packaged_words("texts")
    luck = rng.random(len(rows))
    plain = rng.choice(texts["comments"], len(rows))
    told = rng.choice(texts["with_identity"], len(rows))
    people = zip(luck, plain, told, rows["name"], rows["phone"], strict=True)
    return [
        str(open_text).format(name=name, phone=phone) if draw < telling else str(text) if draw < share else ""
        for draw, text, open_text, name, phone in people
    ]


def given_or(values: pd.Series, given: pd.Series, otherwise: str = "") -> list[str]:
    """Return what people gave of themselves, something else where they gave nothing."""
    return [str(value) if yes else otherwise for value, yes in zip(values, given, strict=True)]


def worded(levels: pd.Series, words: Sequence[str]) -> list[str]:
    """Return the wording of each level."""
    return [words[level] for level in levels]
