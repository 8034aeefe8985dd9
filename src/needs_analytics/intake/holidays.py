"""Public holidays of a month, and the days an opening time leaves out: 国庆休息, 节假日除外, 周一闭馆."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import chinese_calendar
import pandas as pd

from needs_analytics.intake.weekdays import WEEKDAYS, WEEKDAYS_TOGETHER, named_weekdays

if TYPE_CHECKING:
    from needs_analytics.core.month import Month

_FESTIVALS = {
    "国庆": "National Day", "十一": "National Day", "春节": "Spring Festival", "过年": "Spring Festival",
    "元旦": "New Year's Day", "清明": "Tomb-sweeping Day", "五一": "Labour Day", "劳动节": "Labour Day",
    "端午": "Dragon Boat Festival", "中秋": "Mid-autumn Festival",
}  # fmt: skip
_FIXED = {(1, 1): "New Year's Day", **dict.fromkeys(((5, 1), (5, 2)), "Labour Day"),
          **dict.fromkeys(((10, 1), (10, 2), (10, 3)), "National Day")}  # fmt: skip
_ANY = r"(?:国家)?法定(?:节?假日?|节日)|公众?假[日期]|节假日|(?<![寒暑])假[日期]"
_FESTIVAL = r"(?:国庆|春节|过年|元旦|清明|劳动节|端午|中秋|(?:十一|五一)(?=[节长期假黄休放除不停闭关外]))节?"
_HOLIDAY = rf"(?:{_ANY}|{_FESTIVAL})(?:长假|假期|放假(?=期)|期间|假日|当[日天]|黄金周)*"
_WHAT = rf"(?:{_HOLIDAY}|每?{WEEKDAYS_TOGETHER})"
_LIST = rf"{_WHAT}(?:[、和及与或]{_WHAT})*"
_CLOSED = (
    r"休息|放假|除外|以外|之外|不开放?|不营业|不上班|不办|不举[行办]|不服务|不供应?餐?|闭[馆园]|关门|停[业办开止课餐]?"
    r"|暂停|歇业|公休|轮休|休馆?(?!日)"
)
_LEFT_OUT = re.compile(
    rf"(?:除去?了?|不含|不包括|扣除)(?P<but>{_LIST})(?:以外|之外|外)?|(?:如?遇|逢)?(?P<closed>{_LIST})(?:[均都也各]|全天|一律)*(?:{_CLOSED})"
)
_HELD_ALL_THE_SAME = re.compile(
    rf"(?:如?遇)?{_LIST}(?:[均都也])*(?:照常|正常|不休息?|无休|不放假|顺延)(?:开放|营业|服务)?"
)
_ANY_NAMED = re.compile(_ANY)
_FESTIVAL_NAMED = re.compile(_FESTIVAL)


def month_days(month: Month) -> pd.DatetimeIndex:
    """Return the days of a month."""
    return pd.date_range(month.first_day, month.last_day)


def is_workday(day: pd.Timestamp) -> bool:
    """Whether people work on a day by the official holiday calendar; Mondays to Fridays where it does not reach."""
    try:
        return bool(chinese_calendar.is_workday(day.date()))
    except NotImplementedError:
        return bool(day.weekday() < 5)


def calendar_reaches(month: Month) -> bool:
    """Whether the holidays of a month are known."""
    try:
        chinese_calendar.is_workday(month.first_day)
    except NotImplementedError:
        return False
    return True


def names_holiday(text: str) -> bool:
    """Whether a text speaks of public holidays as such; of one festival alone it may be an occasion, no day."""
    return _ANY_NAMED.search(text) is not None


def speaks_of_holidays(text: str) -> bool:
    """Whether a text speaks of public holidays or one of them."""
    return names_holiday(text) or _FESTIVAL_NAMED.search(text) is not None


def holiday_on(day: pd.Timestamp) -> str:
    """Return the public holiday a day is off for, a weekend within it too; empty for any other day."""
    try:
        off, name = chinese_calendar.get_holiday_detail(day.date())
    except NotImplementedError:
        return _FIXED.get((day.month, day.day), "")
    return str(name or "") if off else ""


@dataclass(frozen=True, slots=True)
class Closures:
    """What an opening time says of closed days.

    Attributes
    ----------
    days
        The days of the month it leaves out.
    said
        Whether it speaks of days to leave out or not.
    none_on_holidays
        Whether it says that holidays are as other days (节假日不休).
    """

    days: frozenset[pd.Timestamp]
    said: bool
    none_on_holidays: bool


def without_closures(text: str, month: Month) -> tuple[str, Closures]:
    """Take out of an opening time what it says of closed days; return the rest of the text beside them."""
    through = [found[0] for found in _HELD_ALL_THE_SAME.finditer(text) if not found[0].endswith("顺延")]
    rest = _HELD_ALL_THE_SAME.sub("", text)
    days = [_meant(found["but"] or found["closed"], month) for found in _LEFT_OUT.finditer(rest)]
    open_rest = _LEFT_OUT.sub("", rest)
    return open_rest, Closures(frozenset().union(*days), open_rest != text, any(map(speaks_of_holidays, through)))


def _meant(words: str, month: Month) -> set[pd.Timestamp]:
    """Return the days of a month that a list of holidays and weekdays means."""
    weekdays = named_weekdays(words)
    if len(weekdays) == len(WEEKDAYS):  # 周二至周日、周一闭馆: what stands last is closed
        weekdays = named_weekdays("周" + words.rsplit("周", 1)[-1])
    every = names_holiday(_FESTIVAL_NAMED.sub("节", words))
    names = {_FESTIVALS[word] for word in _FESTIVALS if word in words}
    return {
        day
        for day in month_days(month)
        if WEEKDAYS[day.weekday()] in weekdays or (off := holiday_on(day)) in names or (every and off)
    }
