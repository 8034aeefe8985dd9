"""How likely two records are one person: a Fellegi-Sunter score against spouse, relative and stranger."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from needs_analytics.core.wording import chinese_number

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from needs_analytics.core.arrays import Floats, Ints, Objects

CERTAIN = 0.98
"""Probability from which two records are merged; of the merged few are so near it that one in fifty would be wrong."""
LISTED = 0.75
"""Probability from which the office is asked."""


class Chances(NamedTuple):
    """How often two records compare so: of one person, of spouses, of other relatives, of two strangers."""

    same: float
    spouse: float
    kin: float
    stranger: float


RIVALS = Chances(0.02, 0.1, 0.2, 1e5)
"""What a record meets: its own duplicate (1 in 50), a spouse and relatives who answered too, a sub-district."""

CHANCES: Mapping[str, Mapping[str, Chances]] = {
    "name": {
        "equal": Chances(0.88, 1e-4, 3e-4, 5e-4),  # no child is called as its parents are; the head's name on a form
        "rare": Chances(0.88, 1e-4, 3e-4, 1e-4),  # equal, of a surname that at most one in sixty has
        "sound": Chances(0.05, 2e-4, 5e-4, 1e-3),  # 建国, 健国: the input method offers both
        "given": Chances(0.015, 3e-5, 3e-5, 3e-5),  # 秀英 for 王秀英: one in sixty writes so, one in 500 is called so
        "title": Chances(0.03, 2e-3, 0.018, 1.8e-3),  # 王阿姨: so is called every woman of that surname
        "slip": Chances(0.02, 0.005, 0.1, 0.005),  # one other character: also brothers and sisters of one generation
        "other": Chances(0.005, 0.99, 0.88, 0.99),
    },
    "phone": {
        "equal": Chances(0.80, 0.35, 0.35, 2e-6),  # one in fifty has a clerk's phone, beside eight names at most
        "slip": Chances(0.06, 0.03, 0.03, 2e-5),  # numbers bought together follow one another
        "masked": Chances(0.70, 0.35, 0.35, 2e-4),
        "other": Chances(0.14, 0.60, 0.60, 1.0),
    },
    "id_card": {
        "slip": Chances(0.70, 1e-4, 0.001, 1e-6),
        "masked": Chances(0.70, 2e-4, 0.002, 1e-5),
        "other": Chances(0.10, 1.0, 1.0, 1.0),
    },
    "birth": {
        "equal": Chances(0.90, 1e-3, 0.015, 5e-5),  # twins
        "slip": Chances(0.04, 0.01, 0.015, 0.01),
        "lunar": Chances(0.03, 0.01, 0.001, 0.002),  # 农历 on one form, 公历 on the other
        "other": Chances(0.03, 0.98, 0.97, 0.99),
    },
    "age": {
        "equal": Chances(0.93, 0.3, 0.03, 0.03),
        "near": Chances(0.04, 0.3, 0.05, 0.04),
        "other": Chances(0.03, 0.4, 0.92, 0.93),
        "band": Chances(0.97, 0.5, 0.12, 0.12),  # of five years each: one adult in eight
        "wide": Chances(0.97, 0.7, 0.3, 0.3),  # of ten
        "half": Chances(0.98, 0.85, 0.55, 0.55),  # 60岁以上 twice
        "apart": Chances(0.03, 0.4, 0.8, 0.8),  # 60岁以上, 18-59岁: a birthday between two forms, or a slip
    },
    "sex": {"equal": Chances(0.985, 0.01, 0.5, 0.5), "other": Chances(0.015, 0.99, 0.5, 0.5)},
    "community": {"equal": Chances(0.97, 0.97, 0.97, 0.1), "other": Chances(0.03, 0.03, 0.03, 0.9)},
    "address": {
        "equal": Chances(0.35, 0.35, 0.35, 1e-4),
        "door": Chances(0.50, 0.50, 0.50, 1e-3),  # 3号楼2单元501, 3-2-501: one person seldom writes it alike twice
        "other": Chances(0.15, 0.15, 0.15, 1.0),
    },
}
"""Field and how it compares to its chances; argued in ``docs/people.md``, fixed."""

_TITLE = re.compile(r"(?:先生|女士|小姐|阿姨|大爷|大妈|大娘|大叔|大姐|大哥|奶奶|爷爷|叔叔?|伯伯?|师傅|老师|同志)$")
_FAMILIAR = re.compile(r"^[老小](?=.)")
_DIGITS = re.compile(r"\d+")
_CHINESE = re.compile(r"[〇零一二三四五六七八九十百]+(?=号|栋|幢|座|单元|楼|室|户)")
_COMPOUND = re.compile(r"小区|社区|花园|家园|新村|[村苑里]$")
_COMMON = frozenset("王李张刘陈杨赵黄周吴")  # surnames of two in a hundred or more each (公安部, 全国姓名报告)
_VISIBLE = 7  # digits that must stand beside the stars of a masked number
_YEAR = 1  # years between two ages that are one: asked before and after a birthday, or counted as 虚岁
_NEAR = 3
_ADULTS = (18, 90)  # ages among which nearly all adults are
_BANDS = (12, 32, 60)  # years that two bands span together: of five years each, of ten, of half the adults
_LUNAR = range(17, 54)  # days by which a date of the lunar calendar lies before that of the sun


def probability(levels: Mapping[str, Objects]) -> Floats:
    r"""Return how likely each pair is one person.

    Parameters
    ----------
    levels
        Field to how it compares in each pair (a key of :data:`CHANCES`), ``""`` where one of the two lacks it.

    Notes
    -----
    Fellegi and Sunter (1969), with the fields independent given who the pair is, but against three rivals instead of
    one class of non-matches: relatives share address, phone and community, strangers do not; a spouse is of one age
    and the other sex, a child of another age and the same surname. By Bayes' rule

    .. math:: P = \frac{\pi_s \prod_f m_{sf}}{\sum_r \pi_r \prod_f m_{rf}}.

    Chances are fixed and none is estimated from the month's data, so that another row never changes a pair.

    References
    ----------
    Fellegi, I. P. & Sunter, A. B. (1969). A theory for record linkage. *JASA* 64, 1183-1210.
    """
    number = len(next(iter(levels.values())))
    logs = np.tile(np.log(RIVALS), (number, 1))
    for field, found in levels.items():
        codes, names = pd.factorize(found)
        chances = [CHANCES[field][name] if name else Chances(1, 1, 1, 1) for name in names]
        logs += np.log(np.reshape(chances, (-1, len(RIVALS))))[codes]
    weights = np.exp(logs - logs.max(axis=1, keepdims=True, initial=-np.inf))
    return np.asarray(weights[:, 0] / weights.sum(axis=1), dtype=float)


def compare(first: pd.DataFrame, second: pd.DataFrame) -> dict[str, Objects]:
    """Compare pairs of records field by field; a date of birth that both have stands for the age."""
    birth = _each(first["born"], second["born"], _dates)
    age = _ages(first, second)
    age[birth != ""] = ""
    return {
        "name": _each(first["name"], second["name"], name_level),
        "phone": _each(first["written_phone"], second["written_phone"], _numbers),
        "id_card": _cards(first, second),
        "birth": birth,
        "age": age,
        "sex": _each(first["sex"], second["sex"], _same),
        "community": _each(first["community"], second["community"], _same),
        "address": _each(first["address"], second["address"], door_level),
    }


def evidence(levels: Mapping[str, Objects]) -> Objects:
    """Return how each pair compares as words of the catalogue's ``evidence``, joined by ``;``."""
    codes, texts = np.zeros(len(next(iter(levels.values()))), dtype=np.int64), [""]
    for field, found in levels.items():
        level, names = pd.factorize(found)
        told = [f"{field}_{name}" if name else "" for name in names]
        codes, combined = pd.factorize(codes * max(len(names), 1) + level)
        texts = [";".join(filter(None, (texts[pair // len(told)], told[pair % len(told)]))) for pair in combined]
    return np.array(texts, dtype=object)[codes]


def name_level(one: str, other: str) -> str:
    """Return how two names compare.

    Examples
    --------
    >>> name_level("李健国", "李建国"), name_level("秀英", "王秀英"), name_level("王阿姨", "王秀英")
    ('sound', 'given', 'title')
    >>> name_level("王建国", "王建军"), name_level("王秀英", "李秀英"), name_level("王建国", "李老师")
    ('slip', 'other', 'other')
    >>> name_level("王大姐", "王大姐"), name_level("王秀英", "王秀英"), name_level("秦秀英", "秦秀英")
    ('title', 'equal', 'rare')
    """
    if one == other:
        titled = _addressed(one) and len(_untitled(one)) <= 1
        return "title" if titled else "equal" if one[0] in _COMMON or len(one) < 3 else "rare"
    short, long = sorted((one, other), key=len)
    if len(one) == len(other) and all(a == b or sounds(a) & sounds(b) for a, b in zip(one, other, strict=True)):
        return "sound"
    if long[1:] == short and len(short) >= 2:
        return "given"
    if _called_so(one, other) or _called_so(other, one):
        return "title"
    return "slip" if one[0] == other[0] and len(long) >= 3 and is_slip(one, other) else "other"


def door_level(one: str, other: str) -> str:
    """Return how two addresses compare: building and room decide, a unit or a compound may be left out.

    Examples
    --------
    >>> door_level("和平小区3号楼2单元501室", "3-2-501"), door_level("和平小区3号楼501室", "和平3幢2单元501")
    ('door', 'door')
    >>> door_level("和平小区3号楼501室", "翠竹苑3号楼501室"), door_level("3-2-501", "3-1-501")
    ('other', 'other')
    """
    if one == other:
        return "equal"
    (place, *numbers), (other_place, *others) = door_of(one), door_of(other)
    short, long = sorted((numbers, others), key=len)
    if len(short) < 2 or (short[0], short[-1]) != (long[0], long[-1]) or (len(short) == len(long) and short != long):
        return "other"
    return "door" if place in other_place or other_place in place else "other"


@lru_cache(maxsize=65536)
def door_of(address: str) -> tuple[str, ...]:
    """Return an address's place and its numbers: building, unit, room.

    Examples
    --------
    >>> door_of("和平小区三号楼2单元501室"), door_of("和平3-2-501")
    (('和平', '3', '2', '501'), ('和平', '3', '2', '501'))
    """
    text = _CHINESE.sub(lambda found: str(chinese_number(found[0]) or found[0]), address)
    place = _COMPOUND.sub("", text[: found.start()] if (found := _DIGITS.search(text)) else text)
    return (place, *(number.lstrip("0") for number in _DIGITS.findall(text)))


def _addressed(name: str) -> bool:
    return bool(_TITLE.search(name) or _FAMILIAR.match(name))


def _called_so(title: str, other: str) -> bool:
    """Whether a name is but a title (老王, 王阿姨) of the other's surname."""
    surname = _untitled(title) if _addressed(title) else ""
    return len(surname) == 1 and surname == (_untitled(other) if _addressed(other) else other)[:1]


def _untitled(name: str) -> str:
    return _FAMILIAR.sub("", _TITLE.sub("", name))


@lru_cache(maxsize=4096)
def sounds(character: str) -> frozenset[str]:
    """Return the syllables a character is read as, without tones; empty for what is no Chinese character."""
    return frozenset(_readings().get(character, ()))


@lru_cache(maxsize=1)
def _readings() -> dict[str, list[str]]:
    """Return character to syllables; ``pinyin.txt`` follows mozillazg/pinyin-data (MIT), from Unihan."""
    table = files("needs_analytics.core.data").joinpath("pinyin.txt").read_text(encoding="utf-8")
    found: dict[str, list[str]] = {}
    for line in table.splitlines():
        syllable, _, characters = line.partition(" ")
        for character in characters:
            found.setdefault(character, []).append(syllable)
    return found


def is_slip(one: str, other: str) -> bool:
    """Whether one mistake of the hand makes one text the other: a character other, missing, doubled, or two swapped.

    Examples
    --------
    >>> is_slip("13800001234", "13800001243"), is_slip("13800001234", "1380001234"), is_slip("12", "34")
    (True, True, False)
    """
    if len(one) != len(other):
        short, long = sorted((one, other), key=len)
        return len(long) - len(short) == 1 and any(long[:at] + long[at + 1 :] == short for at in range(len(long)))
    apart = [at for at, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    if len(apart) == 2:
        first, second = apart
        return second == first + 1 and one[first] == other[second] and one[second] == other[first]
    return len(apart) == 1


def _masked_alike(one: str, other: str) -> bool:
    if "*" not in one + other or len(one) != len(other):
        return False
    seen = [(a, b) for a, b in zip(one, other, strict=True) if "*" not in (a, b)]
    return len(seen) >= _VISIBLE and all(a == b for a, b in seen)


def _same(one: str, other: str) -> str:
    return "equal" if one == other else "other"


def _numbers(one: str, other: str) -> str:
    if "*" in one + other:
        return "masked" if _masked_alike(one, other) else "other"
    return "equal" if one == other else "slip" if is_slip(one, other) else "other"


def _card_numbers(one: str, other: str) -> str:
    """Compare two numbers of which one at least is no valid one; equal ones have lost the same digits."""
    if one == other or _masked_alike(one, other):
        return "masked"
    return "slip" if "*" not in one + other and is_slip(one, other) else "other"


def _dates(one: str, other: str) -> str:
    """Compare two dates of birth; 1 January is what a register holds where only the year is known."""
    if "-01-01" in (one[4:], other[4:]):
        return "" if one[:4] == other[:4] else "other"
    swapped = one[:5] + one[8:] + "-" + one[5:7]
    if one == other or is_slip(one, other) or swapped == other:
        return "equal" if one == other else "slip"
    apart = abs(dt.date.fromisoformat(one) - dt.date.fromisoformat(other)).days
    return "lunar" if apart in _LUNAR else "other"


def _cards(first: pd.DataFrame, second: pd.DataFrame) -> Objects:
    valid = (first["card"].to_numpy() != "") & (second["card"].to_numpy() != "")
    found = _each(first["written_card"], second["written_card"], _card_numbers)
    found[valid] = ""  # two valid numbers are no matter of chance
    return found


def _ages(first: pd.DataFrame, second: pd.DataFrame) -> Objects:
    """Compare ages; bands by whether they overlap and how many adults are of them, those of all tell nothing."""
    lows, highs = (np.column_stack([first[name], second[name]]).astype(float) for name in ("low", "high"))
    apart = lows.max(axis=1, initial=-np.inf) - highs.min(axis=1, initial=np.inf)
    known = ~np.isnan(lows).any(axis=1) & ~np.isnan(highs).any(axis=1)
    years = np.clip(highs, *_ADULTS) - np.clip(lows, *_ADULTS)
    banded, span = (highs - lows > _YEAR).any(axis=1), years.sum(axis=1)
    conditions = [banded & (apart > 0), *(banded & (span <= most) for most in _BANDS), banded]
    conditions += [apart <= _YEAR, apart <= _NEAR]
    level = np.select(conditions, ["apart", "band", "wide", "half", "", "equal", "near"], "other").astype(object)
    return np.where(known, level, "").astype(object)


def _each(first: pd.Series, second: pd.Series, level: Callable[[str, str], str]) -> Objects:
    """Compare texts pair by pair, each distinct pair once; ``""`` where one is empty."""
    ones, names = pd.factorize(first.to_numpy(object))
    others, seconds = pd.factorize(second.to_numpy(object))
    found: Ints = ones.astype(np.int64) * max(len(seconds), 1) + others
    codes, pairs = pd.factorize(found)
    both = [(names[pair // len(seconds)], seconds[pair % len(seconds)]) for pair in pairs.tolist()]
    levels = np.array([level(one, other) if one and other else "" for one, other in both] or [""], dtype=object)
    return np.asarray(levels[codes], dtype=object)
