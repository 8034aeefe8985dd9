"""Ages as offices write them: years, bands, months and years of birth, codes of bands."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from needs_analytics.core.wording import chinese_number, key
from needs_analytics.intake.lettered import lettered
from needs_analytics.intake.reading import NOTHING, Reading, is_absent, is_error, is_number

if TYPE_CHECKING:
    from needs_analytics.core.month import Month
    from needs_analytics.core.records import Column
    from needs_analytics.intake.reading import Reader


_AGE = re.compile(
    r"(约|大约|近|快|不到|虚岁)?(?:满|周岁)?(\d{1,3}(?:\.\d+)?|[零一二两三四五六七八九十百廿卅]+)(多|余|来|几)?(?:周岁|岁|歲|周年|years?(?:old)?)?"
    r"(?:\(?(?:周岁|足岁)\)?)?(左右|上下|出头|多|余|\(?虚岁\)?)?"
)
_PARTS = re.compile(
    r"(?:(\d{1,3}|[一二两三四五六七八九十]+|半)(?:周岁|岁))?零?(?:(\d{1,3}|[一二两三四五六七八九十]+)个月)?(半)?"
)
_BORN = re.compile(r"(?:生于|出生于?)?((?:19|20)\d\d)年?(?:生人?|出生)?")
_BORN_ON = re.compile(r"(?:生于|出生于?)?((?:19|20)\d\d)[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月?)(?:生|出生)?")
_BORN_COMPACT = re.compile(r"((?:19|20)\d\d)(0[1-9]|1[0-2])(\d\d)?")
_BAND = re.compile(r"(\d{1,3})(?:周岁|岁)?(?:[-~—–－至到_]+|\.\.)(\d{1,3})(?:周岁|岁)?")
_OPEN_ABOVE = re.compile(
    r"(?:≥|>=|大于等于|不低于)?(\d{1,3})(?:周岁|岁)?(?:\(含\)|含)?(?:及|或)?(?:以上(?:老人|人员|人群|居民)?|\+|\+岁|起|_?plus)|(?:≥|>=)(\d{1,3})(?:周岁|岁)?"
)
_ABOVE = re.compile(r"(?:>|大于|超过)(\d{1,3})(?:周岁|岁)?")
_OPEN_BELOW = re.compile(
    r"(?:≤|<=)(?P<most>\d{1,3})(?:周岁|岁)?|(\d{1,3})(?:周岁|岁)?((?:\(含\)|含)?(?:及|或)|\(含\))?以下|(?:<|小于|不满|未满)(\d{1,3})(?:周岁|岁)?"
)
_FIGURE = re.compile(r"[+-]?\d+(?:\.\d+)?")  # not nan, inf, 1e3 or 1_0
OLDEST = 120
_OLDEST_CODE, _CODED_FROM = 12, 5


@dataclass(frozen=True, slots=True)
class AgeRange:
    """An age known exactly (``low == high``) or as a band, both ends included."""

    low: float
    high: float

    @property
    def band(self) -> str:
        """The band as text: ``60-69``, ``80+``, ``65``."""
        if self.low == self.high:
            return f"{self.low:g}"
        return f"{self.low:g}+" if self.high >= OLDEST else f"{self.low:g}-{self.high:g}"


def read_age(cell: object) -> Reading:
    """Read an age or an age band as an :class:`AgeRange`."""
    if is_number(cell):
        return _age(float(cell))
    text = re.sub(r"(?<=[\d岁])人$|^年龄[:：]?", "", key(str(cell)))
    if is_absent(text):
        return NOTHING
    if is_error(text):
        return Reading(None, "refused", "E110")
    for pattern in (_BAND, _OPEN_ABOVE, _ABOVE, _OPEN_BELOW):
        found = pattern.fullmatch(text)
        if found:
            return _band(pattern, found)
    parts = _PARTS.fullmatch(text)
    if parts and (parts[2] or (parts[1] and parts[3]) or parts[1] == "半"):
        return _of_parts(parts)
    single = _AGE.fullmatch(text)
    if single and (single[2].isascii() or chinese_number(single[2]) is not None):
        chinese = chinese_number(single[2])
        years = float(chinese if chinese is not None else single[2])
        reading = _age(years)
        if reading.value is not None and (single[1] or single[3] or single[4]):
            return Reading(reading.value, "approximate", "W113")
        return Reading(reading.value, reading.note or ("normalised" if text != single[2] else ""), reading.code)
    return _age(float(text)) if _FIGURE.fullmatch(text) else lettered(cell) or Reading(None, "refused", "E112")


def _of_parts(parts: re.Match[str]) -> Reading:
    """Read 6个月, 1岁半, 3岁6个月, 半岁."""
    years, months = (_whole(part or "") for part in parts.groups()[:2])
    half = 0.5 * ((parts[1] == "半") + bool(parts[3]))
    reading = _age(years + months / 12 + half)
    return reading if reading.value is None else Reading(reading.value, "normalised")


def _whole(text: str) -> float:
    number = chinese_number(text)
    return float(text) if text.isdecimal() else float(number or 0)


def are_age_codes(column: Column) -> bool:
    """Whether a column of ages holds the codes of age bands (1, 2 … 8): no respondent is older than twelve."""
    counts = np.bincount(column.codes, minlength=len(column.values))
    figures = [
        (float(text), int(count))
        for text, count in zip((key(str(value)) for value in column.values), counts, strict=True)
        if count and not is_absent(text) and text.removesuffix(".0").isdecimal()
    ]
    filled = sum(int(n) for value, n in zip(column.values, counts, strict=True) if not is_absent(key(str(value))))
    whole = sum(count for _, count in figures) == filled
    return whole and filled >= _CODED_FROM and max(years for years, _ in figures) <= _OLDEST_CODE


def _age(years: float) -> Reading:
    if not 0 <= years <= OLDEST:
        return Reading(None, "refused", "E101")
    return Reading(AgeRange(years, years))


def _band(pattern: re.Pattern[str], found: re.Match[str]) -> Reading:
    if pattern is _BAND:
        low, high = float(found[1]), float(found[2])
    elif pattern is _OPEN_ABOVE:
        low, high = float(found[1] or found[2]), float(OLDEST)
    elif pattern is _ABOVE:
        low, high = float(found[1]) + 1, float(OLDEST)
    else:
        low, high = 0.0, _highest(found)
    if low > high:
        return Reading(None, "refused", "E112")
    if not 0 <= low <= high <= OLDEST:
        return Reading(None, "refused", "E101")
    return Reading(AgeRange(low, high), "normalised")


def _highest(found: re.Match[str]) -> float:
    if found["most"]:
        return float(found["most"])
    return float(found[2]) - (0 if found[3] else 1) if found[2] else float(found[4]) - 1


def age_reader(month: Month) -> Reader:
    """Return a reader of ages that also takes a year or a day of birth, as old as at the month's beginning."""
    return lambda cell: _age_at(cell, month)


def _age_at(cell: object, month: Month) -> Reading:
    if isinstance(cell, dt.date):
        return _born(cell.year, cell.month, cell.day, month)
    text = key(str(cell)).removesuffix(".0")
    year, day = _BORN.fullmatch(text), _BORN_ON.fullmatch(text) or _BORN_COMPACT.fullmatch(text)
    if year:
        return _born(int(year[1]), 7, 1, month, about=True)
    if day:
        return _born(int(day[1]), int(day[2]), int(day[3] or 1), month, about=not day[3])
    return read_age(cell)


def _born(year: int, number: int, day: int, month: Month, *, about: bool = False) -> Reading:
    """Return the age of one born on a day; the year alone leaves it a year unsure."""
    if not (1 <= number <= 12 and 1 <= day <= 31):
        return Reading(None, "refused", "E112")
    years = month.year - year - ((number, day) > (month.number, 1))
    reading = _age(float(years))
    if reading.value is None:
        return reading
    return Reading(reading.value, "approximate" if about else "normalised", "W118" if about else "I119")
