"""A capacity a day, a week or a session as a capacity a month."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import chinese_calendar
import pandas as pd

from needs_analytics.core.issue import CellRef, Issue
from needs_analytics.core.wording import chinese_number, key

if TYPE_CHECKING:
    from needs_analytics.core.month import Month

WEEKS_A_MONTH = 52 / 12
_TIMES = re.compile(r"(\d+|[一二两三四五六七八九十]+)(?:场|次|班|期|节|天|日)")
_PER = (
    ("每周", WEEKS_A_MONTH),
    ("每星期", WEEKS_A_MONTH),
    ("每月", 1.0),
    ("每季", 1 / 3),
    ("每半年", 1 / 6),
    ("每年", 1 / 12),
    ("每学期", 1 / 5),
)
_EVERY_DAY = re.compile(r"每日|每天|全年|全天|周一至周日|周一到周日|天天")
_SPAN = re.compile(r"周([一二三四五六日])[至到\-~—–]周?([一二三四五六日])")
_RUN = re.compile(r"周([一二三四五六日](?:[、，,和及]?周?[一二三四五六日])*)(?!次|场|班)")
_WEEKDAYS = "一二三四五六日"


def with_monthly_capacity(supply: pd.DataFrame, month: Month) -> tuple[pd.DataFrame, list[Issue]]:
    """Add ``times`` (periods in the month) and ``monthly`` (units a month) to the capacity table.

    A month has its calendar days or, for weekday services, its working days by the official holiday calendar; 52/12
    weeks; a session without a schedule is held once. What had to be assumed is said.
    """
    if supply.empty:
        return supply, []
    blank = pd.Series([None] * len(supply), index=supply.index, dtype=object)
    periods, schedules = supply.get("period", blank), supply.get("schedule", blank)
    read = [_times(period, schedule, month) for period, schedule in zip(periods, schedules, strict=True)]
    frame = supply.assign(times=[times for times, _ in read])
    capacity = frame["capacity"].astype(float) if "capacity" in frame else float("nan")
    frame["monthly"] = capacity * frame["times"]
    issues = []
    for row, (_, assumed) in enumerate(read):
        if assumed and pd.notna(frame["monthly"].iloc[row]):
            first = frame.iloc[row]
            where = CellRef(str(first["file"]), str(first["sheet"]), int(first["row"]) - 1)
            issues.append(Issue("W704", where, str(first.get("service", "")), {"assumed": assumed}))
    return frame, issues


def _times(period: object, schedule: object, month: Month) -> tuple[float, str]:
    """Return how many periods the month has, and what had to be assumed for it."""
    text = key(schedule) if isinstance(schedule, str) else ""
    if not isinstance(period, str):
        return 1.0, "按月计"
    if period == "月":
        return 1.0, ""
    if period == "年":
        return 1 / 12, ""
    if period == "周":
        return month.last_day.day / 7, ""
    if period == "场":
        times = _sessions(text)
        return (times, "") if times else (1.0, "每月1场")
    days = _open_days(text, month)
    return (float(days), "") if days else (float(_workdays(month)), "按工作日计")


def _open_days(schedule: str, month: Month) -> float:
    """Return the days a schedule names, 0 when it names none; Monday to Friday means working days."""
    if _EVERY_DAY.search(schedule):
        return len(_days(month))
    weekdays = _named_weekdays(schedule)
    if weekdays == set(_WEEKDAYS[:5]) or (not weekdays and "工作日" in schedule):
        return _workdays(month)
    if weekdays:
        return sum(_WEEKDAYS[day.weekday()] in weekdays for day in _days(month))
    return _sessions(schedule)


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


def _sessions(schedule: str) -> float:
    """Return sessions a month of 每周2次, 每月1场, 每周六上午; 0 when the schedule does not say."""
    for word, factor in _PER:
        if word in schedule:
            tail = schedule[schedule.index(word) + len(word) :]
            found = _TIMES.search(tail)
            if found:
                return float(chinese_number(found[1]) or found[1]) * factor
            named = re.match(rf"[{_WEEKDAYS}、和及周]+", tail)
            return max(sum(mark in _WEEKDAYS for mark in named[0]) if named else 1, 1) * factor
    return len(re.findall(rf"(?:周|星期)([{_WEEKDAYS}])", schedule)) * WEEKS_A_MONTH


def _days(month: Month) -> pd.DatetimeIndex:
    return pd.date_range(month.first_day, month.last_day)


def _workdays(month: Month) -> int:
    """Return the month's working days by the official holiday calendar; Mondays to Fridays where it does not reach."""
    try:
        return sum(chinese_calendar.is_workday(day.date()) for day in _days(month))
    except NotImplementedError:
        return sum(day.weekday() < 5 for day in _days(month))
