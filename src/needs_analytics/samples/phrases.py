"""How people put an answer into words: options joined, grids spelt, sentences written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import compress
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from needs_analytics.samples.names import chinese_number

if TYPE_CHECKING:
    from needs_analytics.core.month import Month
    from needs_analytics.samples.plan import Plan

GRID_STYLES = ("{n}", "第{n}网格", "第{hanzi}网格", "{n}网格", "{n}号网格", "", "不清楚")
Options = Sequence[Sequence[str]]
"""The options of a question: text and the code of the need or group it means."""


def spell_grids(
    numbers: np.ndarray, shares: Sequence[float], rng: np.random.Generator, names: Sequence[str] | None = None
) -> list[str]:
    """Write grids in the styles of :data:`GRID_STYLES`, each with its share; a grid with a name goes by it."""
    styles = rng.choice(len(GRID_STYLES), len(numbers), p=shares)
    known = range(int(numbers.max(initial=0)) + 1)
    ways = [[style.format(n=number, hanzi=chinese_number(number)) for number in known] for style in GRID_STYLES]
    spelt: list[str] = np.array(ways, dtype=object)[styles, numbers].tolist()
    if names is None:
        return spelt
    called = [_called(GRID_STYLES[style], name) for style, name in zip(styles, names, strict=True)]
    return [own if name else text for own, name, text in zip(called, names, spelt, strict=True)]


def _called(style: str, name: str) -> str:
    """Write a grid's name in a style that names a grid; nothing where the style gives nothing."""
    if "{" not in style:
        return style
    return f"{name}网格" if style.endswith("网格") else name


def grid_names(plan: Plan, communities: pd.Series, numbers: pd.Series) -> list[str] | None:
    """Return the names of grids (东片, A), empty for those with a number only; ``None`` where no grid has a name."""
    table = plan.table("communities")
    if "grid_names" not in table:
        return None
    known = {
        (community, number): name
        for community, names in zip(table["community"], table["grid_names"], strict=True)
        for number, name in enumerate(filter(None, str(names).split("|")), start=1)
    }
    return [known.get((community, int(number)), "") for community, number in zip(communities, numbers, strict=True)]


def call_communities(plan: Plan, communities: pd.Series) -> pd.DataFrame:
    """Return how communities are called for short and by their committee: 和平, 和平居委会, 和平社区居委会.

    ``[spelling]`` of ``offices.toml`` tells which endings are left out and what the committee is called; a community
    with another ending has only its name.

    Returns
    -------
    ``short, committee, long``, all texts.
    """
    forms = plan.words("offices").get("spelling", {"社区": ["{short}居委会", "{short}社区居委会"]})
    called = {}
    for community in communities.unique():
        ending = next((ending for ending in forms if str(community).endswith(ending)), "")
        short = str(community).removesuffix(ending)
        called[community] = (short, *(form.format(short=short) for form in forms.get(ending, [community] * 2)))
    table = pd.DataFrame.from_dict(called, orient="index", columns=["short", "committee", "long"])
    return table.loc[communities].set_axis(communities.index)


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


def scaled(needs: pd.DataFrame, question: Mapping[str, Any], rng: np.random.Generator) -> dict[str, list[str]]:
    """Answer a question on a scale from most to least, a column per option.

    Who has a need answers above ``threshold`` (so many of the scale's words), who has not at or below it, nearer the
    threshold more often than far from it.
    """
    words, most = question["scale"], int(question["threshold"])
    luck = rng.random((len(needs), len(question["options"]))) ** 1.4
    columns = {}
    for number, (option, need) in enumerate(question["options"]):
        above = most - 1 - (luck[:, number] * most).astype(int)
        below = most + (luck[:, number] * (len(words) - most)).astype(int)
        level = np.where(needs[need], above, below)
        columns[question["header"].format(option=option)] = [str(words[place]) for place in level]
    return columns


def write_comments(
    rows: pd.DataFrame, texts: Mapping[str, Any], share: float, telling: float, rng: np.random.Generator
) -> list[str]:
    """Let a share of people write a sentence, a few of them with a name and a phone in it; empty for the others."""
    luck = rng.random(len(rows))
    plain = rng.choice(texts["comments"], len(rows))
    told = rng.choice(texts["with_identity"], len(rows))
    people = zip(luck, plain, told, rows["name"], rows["phone"], strict=True)
    return [
        str(open_text).format(name=name, phone=phone) if draw < telling else str(text) if draw < share else ""
        for draw, text, open_text, name, phone in people
    ]


def write_remarks(rows: pd.DataFrame, share: float, texts: Mapping[str, Any], rng: np.random.Generator) -> list[str]:
    """Let the visitor note something about a share of the people, of old ones what is said of old ones."""
    luck, plain = rng.random(len(rows)), rng.choice(texts["remarks"], len(rows))
    old = rng.choice(texts.get("remarks_old", texts["remarks"]), len(rows))
    noted = np.where(rows["age"] >= 65, old, plain)
    return [str(text) if draw < share else "" for draw, text in zip(luck, noted, strict=True)]


def given_or(values: pd.Series, given: pd.Series, otherwise: str = "") -> list[str]:
    """Return what people gave of themselves, something else where they gave nothing."""
    return [str(value) if yes else otherwise for value, yes in zip(values, given, strict=True)]


def worded(levels: pd.Series, words: Sequence[str]) -> list[str]:
    """Return the wording of each level."""
    return [words[level] for level in levels]
