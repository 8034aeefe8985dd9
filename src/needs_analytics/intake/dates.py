"""Dates as offices write them: 2026年9月22日 10:13, 2026.3, 20261005, serial numbers, 10月5日."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

from needs_analytics.core.month import Month
from needs_analytics.core.wording import chinese_number, key, plain
from needs_analytics.errors import UsageError
from needs_analytics.intake.reading import NOTHING, Reader, Reading, is_absent, is_error, is_number

if TYPE_CHECKING:
    from collections.abc import Iterable

_DATE = re.compile(r"(\d{4})\s*[-/.,年]\s*(\d{1,2})\s*[-/.,月]\s*(\d{1,2})\s*[日号]?")
_WEEKDAY = re.compile(r"[(]?(?:星期|周)[一二三四五六日天][)]?")
_TIME = re.compile(
    r"t?\s*(上午|下午|晚上)?\s*(\d{1,2})\s*[:时点]\s*(\d{1,2})?[:分]?(\d{1,2})?(?:\.\d+)?秒?\s*(am|pm|上午|下午)?"
    r"\s*(?:z|(?:gmt|utc)?(?:[+-]\d{1,2}(?::?\d\d)?)?)"
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?)?")
_YEAR_MONTH = re.compile(r"(\d{4})[-/.年](\d{1,2})月?")
_POINTED = re.compile(r"(1[0-2]|[1-9])\.([0-3]?\d)")  # 11.12 may have been kept as a number
_MONTH_DAY = re.compile(r"(\d{1,2})[-/.月](\d{1,2})[日号]?")
_DAY = re.compile(r"(\d{1,2})[日号]")
_BIRTH_YEAR = re.compile(r"((?:19|20)\d\d)年?(?:生|出生)?")
_BIRTH_MONTH = re.compile(r"((?:19|20)\d\d)(0[1-9]|1[0-2])")
_DAY_FIRST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?:\s+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*(?:am|pm)?)?")
_HAN_FIGURES = re.compile(r"(?<![零〇一二两三四五六七八九十廿卅])[零〇一二两三四五六七八九十廿卅]++(?=[年月日号])")
_SHORT_YEAR = re.compile(r"'?(\d{2})[-/.年](\d{1,2})[-/.月](\d{1,2})[日号]?")
_HALF_DAY = re.compile(r"[(]?(?:上午|下午|晚上|中午|早上|全天)[)]?")
_EXCEL_EPOCH = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - office dates carry no time zone
_EARLIEST = dt.date(1990, 1, 1)
_GREENWICH = re.compile(r"\d(?:z|[+]00:?00| ?(?:utc|gmt)(?:[+-]0{1,2}(?::?00)?)?)$")
_BEIJING = dt.timedelta(hours=8)
_SERIALS = (20000, 80000)


def date_reader(month: Month, *, ahead: int = 1) -> Reader:
    """Return a reader of dates; a date without a year is the one of the twelve months that end with the next month.

    The value is a :class:`datetime.datetime`; a date before 1990 or later than so many months ahead is refused.
    """
    return lambda cell: _checked(_read(cell, month, ahead), month.shift(ahead))


def settled(reader: Reader, cells: Iterable[object]) -> Reader:
    """Return the reader of a column of dates: day first (5/3/2026) where another of its cells can only be that."""
    found = [hit for cell in cells if isinstance(cell, str) and (hit := _DAY_FIRST.fullmatch(plain(cell).lower()))]
    if not any(int(hit[1]) > 12 for hit in found) or any(int(hit[2]) > 12 for hit in found):
        return reader

    def read(cell: object) -> Reading:
        hit = _DAY_FIRST.fullmatch(plain(cell).lower()) if isinstance(cell, str) else None
        if hit is None:
            return reader(cell)
        return reader(f"{hit[3]}-{hit[2]}-{hit[1]}{plain(str(cell)).lower()[hit.end(3) :]}")

    return read


def read_birth_date(cell: object) -> Reading:
    """Read a date of birth, to the month or the middle of the year when no more is given; only nonsense is refused."""
    text = key(str(cell)).removesuffix(".0")
    year, year_month = _BIRTH_YEAR.fullmatch(text), _BIRTH_MONTH.fullmatch(text)
    if year:
        return Reading(_made(int(year[1]), 7, 1).value, "approximate")
    if year_month:
        return _made(int(year_month[1]), int(year_month[2]), 1)
    return _read(cell, None)


def read_month(cell: object) -> Reading:
    """Read a calendar month as text ``2026-10``; of a day, its month."""
    if isinstance(cell, (dt.datetime, dt.date)):
        return Reading(str(Month(cell.year, cell.month)), "normalised")
    text = key(str(cell)).removesuffix(".0")
    if is_absent(text):
        return NOTHING
    try:
        return Reading(str(Month.parse(text)), "" if re.fullmatch(r"\d{4}-\d\d", text) else "normalised")
    except UsageError:
        day = _read(cell, None).value
    if isinstance(day, dt.datetime):
        return Reading(str(Month(day.year, day.month)), "normalised")
    return Reading(None, "refused", "E121")


def _read(cell: object, month: Month | None, ahead: int = 1) -> Reading:
    if isinstance(cell, dt.datetime):
        return Reading(cell)
    if isinstance(cell, dt.date):
        return Reading(dt.datetime(cell.year, cell.month, cell.day))  # noqa: DTZ001
    text = plain(str(cell)).lower()
    if is_absent(key(text)):
        return NOTHING
    if is_error(text):
        return Reading(None, "refused", "E110")
    if month is not None and (pointed := _POINTED.fullmatch(text)):
        return _pointed(pointed, month.shift(min(ahead, 11)))
    if is_number(cell) or re.fullmatch(r"\d{5}(\.\d+)?", text):
        return _serial(float(text))
    return _written(_in_figures(text), month, ahead)


def _in_figures(text: str) -> str:
    """Return a date written in characters (二〇二六年三月五日, 三月廿一) in figures, without a full stop."""
    text = text.rstrip("。.;,").replace("○", "〇")

    def figure(found: re.Match[str]) -> str:
        number = chinese_number(found[0])
        return found[0] if number is None else str(number)

    return _HAN_FIGURES.sub(figure, text)


def _pointed(found: re.Match[str], latest: Month) -> Reading:
    """Read 11.12 as a day of a month; 11.1 kept as a number may have been 11.10."""
    reading = _of_year(latest, int(found[1]), int(found[2]))
    doubtful = reading.value is not None and found[2] in {"1", "2", "3"}
    return Reading(reading.value, "approximate", "W129") if doubtful else reading


def _serial(number: float) -> Reading:
    if _SERIALS[0] <= number < _SERIALS[1]:
        return Reading(_EXCEL_EPOCH + dt.timedelta(days=number), "normalised")
    if number == int(number) and len(str(int(number))) == 8:
        return _written(str(int(number)), None)
    return Reading(None, "refused", "E120")


def _written(text: str, month: Month | None, ahead: int = 1) -> Reading:
    dated = _DATE.match(text)
    if dated:
        return _with_time(dated, _WEEKDAY.sub("", text[dated.end() :]).strip())
    compact = _COMPACT.fullmatch(text)
    if compact:
        return _made(*(int(part or 0) for part in compact.groups()))
    year_month = _YEAR_MONTH.fullmatch(text)
    if year_month:
        reading = _made(int(year_month[1]), int(year_month[2]), 1)
        return Reading(reading.value, "approximate", reading.code or "W122") if reading.value else reading
    day_first = _DAY_FIRST.fullmatch(text)
    if day_first:
        return _western(day_first)
    short_year = _SHORT_YEAR.fullmatch(text)
    if short_year and month is not None and abs(2000 + int(short_year[1]) - month.year) <= 1:
        return _made(2000 + int(short_year[1]), int(short_year[2]), int(short_year[3]))
    short = _MONTH_DAY.match(text)
    if short and month is not None:
        return _without_year(text, short, month.shift(min(ahead, 11)))
    day = _DAY.fullmatch(text)
    if day and month is not None:
        return _made(month.year, month.number, int(day[1]))
    return Reading(None, "refused", "E120")


def _without_year(text: str, short: re.Match[str], latest: Month) -> Reading:
    day = _of_year(latest, int(short[1]), int(short[2]))
    rest = text[short.end() :]
    if not rest or not isinstance(day.value, dt.datetime):
        return day if not rest else Reading(None, "refused", "E120")
    dated = _DATE.match(
        f"{day.value:%Y-%m-%d}{rest}" if rest[0] in " t(上下晚中早全" else f"{day.value:%Y-%m-%d} {rest}"
    )
    glued = short[0][-1].isdigit() and rest[0] not in " (上下晚中早全星周"
    if dated is None or glued:
        return Reading(None, "refused", "E120")
    return _with_time(dated, _WEEKDAY.sub("", dated.string[dated.end() :]).strip())


def _of_year(latest: Month, number: int, day: int) -> Reading:
    """Read a day without a year: the last one that is not after a month (December, in January's tables)."""
    return _made(latest.year if number <= latest.number else latest.year - 1, number, day)


def _with_time(dated: re.Match[str], rest: str) -> Reading:
    """Read what follows a date: nothing, or a time that is not glued to the day's digits."""
    year, month, day = int(dated[1]), int(dated[2]), int(dated[3])
    if not rest or _HALF_DAY.fullmatch(rest):
        return _made(year, month, day)
    time = _TIME.fullmatch(rest)
    if time is None or (
        dated[0][-1].isdigit() and dated.string[dated.end() : dated.end() + 1] == rest[0] and rest[0].isdigit()
    ):
        return Reading(None, "refused", "E120")
    hour = int(time[2]) % 12 if time[5] else int(time[2])
    hour += 12 if (time[1] in {"下午", "晚上"} or time[5] in {"pm", "下午"}) and hour < 12 else 0
    reading = _made(year, month, day, hour, int(time[3] or 0), int(time[4] or 0))
    at_greenwich = _GREENWICH.search(rest) and isinstance(reading.value, dt.datetime)
    return Reading(reading.value + _BEIJING, "normalised") if at_greenwich else reading  # type: ignore[operator]


def _western(found: re.Match[str]) -> Reading:
    """Read 10/5/2026: month first as the forms platforms write it; day first where only that can be."""
    one, two, year = int(found[1]), int(found[2]), int(found[3])
    month, day = (two, one) if one > 12 else (one, two)
    reading = _made(year, month, day, int(found[4] or 0), int(found[5] or 0), int(found[6] or 0))
    return Reading(reading.value, reading.note, reading.code or "W123") if one <= 12 and two <= 12 else reading


def _made(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> Reading:
    try:
        return Reading(dt.datetime(year, month, day, hour, minute, second), "normalised")  # noqa: DTZ001
    except ValueError:
        return Reading(None, "refused", "E120")


def _checked(reading: Reading, latest: Month) -> Reading:
    if isinstance(reading.value, dt.datetime) and not _EARLIEST <= reading.value.date() <= latest.last_day:
        return Reading(None, "refused", "E124", f"{_EARLIEST} – {latest.last_day}")
    return reading
