"""Readable segments for few respondents: age band, and within it special groups (重点人群) against the others.

Bands and halves are merged until each segment holds a twentieth of the respondents and ten of them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from needs_analytics.segments.residents import LEAST_KNOWN, describable_groups, implied_groups

if TYPE_CHECKING:
    import pandas as pd

    from needs_analytics.core.codebook import Codebook
    from needs_analytics.segments.moments import Bools, Ints

STARTS = (0, 35, 60, 80)
LEAST_SHARE = 0.05
FEWEST = 10
SPECIAL_FAMILIES = frozenset({"老年", "残疾", "困难", "健康"})


@dataclass(frozen=True, slots=True)
class Rules:
    """Segments by rule.

    Attributes
    ----------
    labels
        ``(n,)``, -1 where the age is unknown.
    names
        Chinese and English name of each, from the youngest band on, special groups first.
    """

    labels: Ints
    names: tuple[tuple[str, str], ...]


def apply_rules(answers: pd.DataFrame, codebook: Codebook) -> Rules:
    """Sort respondents into readable segments; a single one when they are too few to be told apart.

    Parameters
    ----------
    answers
        Columns ``age`` and ``groups`` where there are any.
    """
    band = _bands(answers)
    special = _special(answers, codebook)
    least = max(FEWEST, math.ceil(LEAST_SHARE * int((band >= 0).sum())))
    labels = np.full(len(answers), -1, dtype=np.intp)
    names: list[tuple[str, str]] = []
    for first, last in _merged(np.bincount(band[band >= 0], minlength=len(STARTS)), least):
        inside = (band >= first) & (band <= last)
        halves = [inside & special, inside & ~special]
        for members, kind in _split(inside, halves, least):
            labels[members] = len(names)
            names.append(_name(first, last, kind))
    return Rules(labels, tuple(names))


def _bands(answers: pd.DataFrame) -> Ints:
    """Return the band of each respondent, -1 unknown; everyone in the first when hardly any age is known."""
    age = answers["age"].to_numpy(dtype=float) if "age" in answers else np.full(len(answers), np.nan)
    known = ~np.isnan(age)
    if known.mean() < LEAST_KNOWN:
        return np.zeros(len(answers), dtype=np.intp)
    band = np.searchsorted(STARTS, np.where(known, np.maximum(age, 0), 0), side="right") - 1
    return np.where(known, band, -1)


def _special(answers: pd.DataFrame, codebook: Codebook) -> Bools:
    """Tell who belongs to a special group; unknown counts as not known to."""
    if "groups" not in answers:
        return np.zeros(len(answers), dtype=np.bool_)
    families = codebook.groups["family"].isin(SPECIAL_FAMILIES)
    codes = set(codebook.groups.loc[families, "group"]) & describable_groups(codebook)
    codes -= implied_groups(codebook, ("age", "sex"))
    held = [codes.isdisjoint(text.split(";")) for text in answers["groups"].fillna("")]
    return ~np.array(held, dtype=np.bool_)


def _merged(counts: Ints, least: int) -> list[tuple[int, int]]:
    """Merge the smallest range of bands with its smaller neighbour until all hold enough."""
    ranges = [(band, band) for band in range(len(counts))]
    sizes = [int(count) for count in counts]
    while len(sizes) > 1 and min(sizes) < least:
        smallest = sizes.index(min(sizes))
        beside = [place for place in (smallest - 1, smallest + 1) if 0 <= place < len(sizes)]
        left = min(smallest, min(beside, key=lambda place: sizes[place]))
        ranges[left : left + 2] = [(ranges[left][0], ranges[left + 1][1])]
        sizes[left : left + 2] = [sizes[left] + sizes[left + 1]]
    return ranges


def _split(inside: Bools, halves: list[Bools], least: int) -> list[tuple[Bools, int | None]]:
    if min(half.sum() for half in halves) >= least:
        return [(halves[0], 0), (halves[1], 1)]
    return [(inside, None)]


def _name(first: int, last: int, kind: int | None) -> tuple[str, str]:
    ages, ages_en = _age_range(STARTS[first], STARTS[last + 1] if last + 1 < len(STARTS) else None)
    people = {None: "居民", 0: "重点人群", 1: "其他居民"}[kind]
    people_en = {None: "residents", 0: "special groups", 1: "other residents"}[kind]
    return ages + people, f"{people_en} {ages_en}".strip()


def _age_range(start: int, end: int | None) -> tuple[str, str]:
    if end is None:
        return (f"{start}岁及以上", f"aged {start} and over") if start else ("", "")
    return (f"{start}–{end - 1}岁", f"aged {start}–{end - 1}") if start else (f"{end}岁以下", f"aged under {end}")
