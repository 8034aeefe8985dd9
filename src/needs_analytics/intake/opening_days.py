"""Which days of a month an opening time names: 每周三, 第二个周五, 每月15日, 单日, 工作日, 法定节假日."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from needs_analytics.core.wording import chinese_number
from needs_analytics.intake.holidays import holiday_on, is_workday, month_days, names_holiday, without_closures
from needs_analytics.intake.weekdays import WEEKDAYS, named_weekdays

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from needs_analytics.core.month import Month
    from needs_analytics.intake.holidays import Closures

_SEASON = re.compile(r"(\d{1,2})月(\d{1,2})[日号]?[-—–~～至到]+(?:(\d{1,2})月)?(\d{1,2})[日号]")
_MARK = r"[一二三四五\d]"
_ORDINAL = re.compile(rf"第?{_MARK}(?:[、和,]?第?{_MARK})*个(?=周)|第{_MARK}(?:[、和,]?第?{_MARK})*周的?(?=周)")
_MARKET = re.compile(r"逢([一二三四五六七八九十\d]+(?:[、,和及][一二三四五六七八九十\d]+)*)(?![一二三四五六日]?周)")
_DAYS = re.compile(r"(?<!\d)(\d{1,2})[日号]?(?:(?:至|到|[-—–~～])(\d{1,2}))?(?=(?:[日号]?[、,和及]\d{1,2})*[日号])")
_ODD, _EVEN = (re.compile(rf"(?<!\d){word}(?:数?[日号]|数[日号]|号日)") for word in ("[单奇]", "[双偶]"))
_EVERY_DAY = re.compile(r"每日|每天|全年|全天|天天|每晚|无休|隔[天日]|每隔一[天日]|每[两二2][天日]")
_WORKDAYS = re.compile(r"工作日|上学日|上班")


@dataclass(frozen=True, slots=True)
class NamedDays:
    """The days of a month that an opening time names.

    Attributes
    ----------
    days
        ``None`` where it names none.
    open_share
        The share of the month's days that it does not leave out.
    rest
        The text without what it says of closed days and of its season.
    """

    days: pd.DatetimeIndex | None
    open_share: float
    rest: str


def named_days(schedule: str, month: Month) -> NamedDays:
    """Return the days of the month that a schedule names; a season limits them, closed days are left out."""
    season = _in_season(month_days(month), schedule)
    rest, closures = without_closures(_SEASON.sub("", schedule), month)
    closed = closures.days
    chosen = _rule(rest, closures) if len(season) else _never
    share = len([day for day in season if day not in closed]) / month.last_day.day
    if chosen is None:
        return NamedDays(None, share, rest)
    return NamedDays(season[[day not in closed and chosen(day) for day in season]], share, rest)


def _rule(rest: str, closures: Closures) -> Callable[[pd.Timestamp], bool] | None:
    """Return the rule of the days a text names, ``None`` where it names none; who only leaves some out has the rest."""
    weekdays = named_weekdays(rest)
    holidays = names_holiday(rest)
    usual = _usual(rest, weekdays, through=closures.none_on_holidays)
    if usual is None and holidays:
        return lambda day: bool(holiday_on(day))
    if usual is None:
        return (lambda _: True) if closures.said or _EVERY_DAY.search(rest) else None
    return lambda day: usual(day) or (holidays and bool(holiday_on(day)))


def _usual(rest: str, weekdays: set[str], *, through: bool) -> Callable[[pd.Timestamp], bool] | None:
    """Return the rule of the weekdays or dates a text names; Monday to Friday means working days."""
    ordinal = _ORDINAL.search(rest)
    if ordinal and weekdays:
        wanted = {_ordinal(mark) for mark in re.findall(_MARK, ordinal[0])}
        return lambda day: WEEKDAYS[day.weekday()] in weekdays and (day.day - 1) // 7 + 1 in wanted
    works = _WORKDAYS.search(rest) is not None
    if works or (weekdays == set(WEEKDAYS[:5]) and not through):
        others = weekdays - set(WEEKDAYS[:5])
        return lambda day: is_workday(day) or WEEKDAYS[day.weekday()] in others
    if weekdays:
        return lambda day: WEEKDAYS[day.weekday()] in weekdays
    odd, even = _ODD.search(rest), _EVEN.search(rest)
    if odd or even:
        return lambda day: bool(odd if day.day % 2 else even)
    numbers = _dates(rest)
    return (lambda day: day.day in numbers) if numbers else None


def _never(_: pd.Timestamp) -> bool:
    return False


def _in_season(days: pd.DatetimeIndex, schedule: str) -> pd.DatetimeIndex:
    """Return the days that lie in the season a schedule states (7月6日至8月21日)."""
    found = _SEASON.search(schedule)
    if not found:
        return days
    first = (int(found[1]), int(found[2]))
    last = (int(found[3] or found[1]), int(found[4]))
    inside = [(first <= (day.month, day.day) <= last) if first <= last else True for day in days]
    return days[inside]


def _dates(schedule: str) -> set[int]:
    """Return the days of the month that are named: 每月15日、30日, 每月1日至5日, 逢5、10."""
    market = _MARKET.search(schedule)
    if market:
        marks = re.findall(r"\d+|十|[一二三四五六七八九]", market[1])
        ends = {(_ordinal(mark) if mark != "十" else 10) % 10 for mark in marks}
        return {day for day in range(1, 32) if day % 10 in ends}
    if "月" not in schedule:
        return set()
    return {day for first, last in _DAYS.findall(schedule) for day in range(int(first), int(last or first) + 1)}


def _ordinal(mark: str) -> int:
    number = chinese_number(mark)
    return number if number is not None else int(mark)
