"""A capacity a day, a week or a session as a capacity a month."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import chinese_calendar
import pandas as pd

from needs_analytics.core.issue import Issue
from needs_analytics.core.wording import chinese_number, key
from needs_analytics.intake.terms import UNREADABLE_PERIOD

if TYPE_CHECKING:
    from needs_analytics.core.cell_map import CellMap
    from needs_analytics.core.month import Month

WEEKS_A_MONTH = 52 / 12
_MONTHS = {"月": 1, "季": 3, "半年": 6, "年": 12}
_TIMES = re.compile(r"(?:各|至少|约|共|办|开)*(\d+|[一二两三四五六七八九十]+)(?:场|次|班|期|节|天|个半天)")
_PER = (
    ("每周", WEEKS_A_MONTH),
    ("每星期", WEEKS_A_MONTH),
    ("每月", 1.0),
    ("每季", 1 / 3),
    ("每半年", 1 / 6),
    ("每年", 1 / 12),
    ("每学期", 1 / 5),
)
_HOURS = re.compile(r"\d{1,2}[:：点时]\d{0,2}分?\s*[-—–~～至到]+\s*\d{1,2}[:：点时]\d{0,2}")
_SEASON = re.compile(r"(\d{1,2})月(\d{1,2})[日号]?[-—–~～至到]+(?:(\d{1,2})月)?(\d{1,2})[日号]")
_ORDINAL = re.compile(r"第?[一二三四五\d](?:、?第?[一二三四五\d])*个(?=周|星期|礼拜)")
_ORDINAL_MARK = re.compile(r"[一二三四五\d]")
_MARKET = re.compile(r"逢\d+(?:[、,，和及]\d+)*")
_DAY = re.compile(r"(?<!\d)(\d{1,2})[日号]")
_EVERY_DAY = re.compile(r"每日|每天|全年|全天|周一至周日|周一到周日|天天")
_SPAN = re.compile(r"周([一二三四五六日])[至到\-~—–]周?([一二三四五六日])")
_RUN = re.compile(r"周([一二三四五六日](?:[、，,和及]?周?[一二三四五六日])*)(?!次|场|班)")
_WEEKDAYS = "一二三四五六日"


def with_monthly_capacity(supply: pd.DataFrame, month: Month, cells: CellMap) -> tuple[pd.DataFrame, list[Issue]]:
    """Add ``times`` (periods in the month) and ``monthly`` (units a month) to the capacity table.

    A month has its calendar days or, for weekday services, its working days by the official holiday calendar; its days
    ÷ 7 weeks; a session without a schedule is held once. What had to be assumed is said.
    """
    if supply.empty:
        return supply, []
    blank = pd.Series([None] * len(supply), index=supply.index, dtype=object)
    periods, schedules = supply.get("period", blank), supply.get("schedule", blank)
    read = [_times(period, schedule, month) for period, schedule in zip(periods, schedules, strict=True)]
    frame = supply.assign(times=[times for times, _ in read])
    capacity = frame["capacity"].astype(float) if "capacity" in frame else float("nan")
    frame["monthly"] = capacity * frame["times"]
    taken = [(place, assumed) for place, (_, assumed) in enumerate(read) if assumed]
    doubted = frame.iloc[[place for place, _ in taken]]
    refs = cells.refs("supply", doubted, "period", "schedule", "capacity")
    issues = [
        Issue("W704", where, str(service or ""), {"table": "supply", "field": "period", "assumed": assumed})
        for where, service, monthly, (_, assumed) in zip(
            refs, doubted.get("service", [""] * len(refs)), doubted["monthly"], taken, strict=True
        )
        if pd.notna(monthly)
    ]
    return frame, issues


def _times(period: object, schedule: object, month: Month) -> tuple[float, str]:
    """Return how many periods the month has, and what had to be assumed for it."""
    text = key(schedule) if isinstance(schedule, str) else ""
    if not isinstance(period, str):
        return 1.0, "按月计"
    if period == UNREADABLE_PERIOD:
        return float("nan"), ""
    if period in _MONTHS:
        return 1 / _MONTHS[period], ""
    if period == "周":
        return month.last_day.day / 7, ""
    if period == "场":
        times = _sessions(text, month)
        return (times, "") if times else (1.0, "每月1场")
    days = _open_days(text, month)
    return (float(days), "") if days else (float(_workdays(month)), "按工作日计")


def _open_days(schedule: str, month: Month) -> float:
    """Return the days a schedule names, 0 when it names none; Monday to Friday means working days."""
    days = _named_days(schedule, month)
    return len(days) if days is not None else _times_a_month(schedule)


def _sessions(schedule: str, month: Month) -> float:
    """Return the sessions of a month: the days a schedule names, each as often as it names hours; 0 where none."""
    stated = _times_a_month(schedule)
    days = _named_days(schedule, month)
    if stated or days is None:
        return stated
    return len(days) * max(len(_HOURS.findall(schedule)), 1)


def _named_days(schedule: str, month: Month) -> pd.DatetimeIndex | None:
    """Return the days of the month that a schedule names, ``None`` where it names none; a season limits them."""
    days = _in_season(_days(month), schedule)
    rest = _SEASON.sub("", schedule)
    ordinal = _ORDINAL.search(rest)
    weekdays = _named_weekdays(rest)
    if ordinal and weekdays:
        wanted = {_number(mark) for mark in _ORDINAL_MARK.findall(ordinal[0])}
        return days[[_WEEKDAYS[day.weekday()] in weekdays and (day.day - 1) // 7 + 1 in wanted for day in days]]
    if weekdays == set(_WEEKDAYS[:5]) or (not weekdays and re.search(r"工作日|上学日|上班", rest)):
        return days[[_is_workday(day) for day in days]]
    if weekdays:
        return days[[_WEEKDAYS[day.weekday()] in weekdays for day in days]]
    numbers = _dates(rest)
    if numbers:
        return days[[day.day in numbers for day in days]]
    return days if _EVERY_DAY.search(rest) else None


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
    """Return the days of the month that are named: 每月15日、30日, 逢5、10."""
    market = _MARKET.search(schedule)
    if market:
        ends = {int(mark) % 10 for mark in re.findall(r"\d+", market[0])}
        return {day for day in range(1, 32) if day % 10 in ends}
    return {int(day) for day in _DAY.findall(schedule)} if "月" in schedule else set()


def _named_weekdays(schedule: str) -> set[str]:
    """Return the weekdays a schedule names: 周三至周日, 周二、四, 周末."""
    text = schedule.replace("星期", "周").replace("礼拜", "周").replace("周天", "周日")
    named: set[str] = set()
    for first, last in _SPAN.findall(text):
        start, end = _WEEKDAYS.index(first), _WEEKDAYS.index(last)
        named |= set(_WEEKDAYS[start : end + 1] if start <= end else _WEEKDAYS[start:] + _WEEKDAYS[: end + 1])
    for run in _RUN.findall(_SPAN.sub("", text)):
        named |= set(run) & set(_WEEKDAYS)
    return named | (set("六日") if "周末" in text or "双休" in text else set())


def _times_a_month(schedule: str) -> float:
    """Return the times a month of 每周2次, 每月1场; 0 when the schedule does not say."""
    for word, factor in _PER:
        if word in schedule:
            found = _TIMES.match(schedule[schedule.index(word) + len(word) :])
            if found:
                return _number(found[1]) * factor
    return 0.0


def _number(text: str) -> float:
    chinese = chinese_number(text)
    return float(chinese if chinese is not None else text)


def _days(month: Month) -> pd.DatetimeIndex:
    return pd.date_range(month.first_day, month.last_day)


def _workdays(month: Month) -> int:
    """Return the month's working days by the official holiday calendar; Mondays to Fridays where it does not reach."""
    return sum(_is_workday(day) for day in _days(month))


def _is_workday(day: pd.Timestamp) -> bool:
    try:
        return bool(chinese_calendar.is_workday(day.date()))
    except NotImplementedError:
        return bool(day.weekday() < 5)
