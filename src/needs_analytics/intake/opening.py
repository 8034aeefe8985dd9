"""What an opening time comes to in a month: its days and its sessions, and which of its words were not understood."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from needs_analytics.core.wording import key
from needs_analytics.intake.day_times import NUMBER, SESSIONS, times_a_day
from needs_analytics.intake.figures import figure_of
from needs_analytics.intake.holidays import calendar_reaches, speaks_of_holidays
from needs_analytics.intake.opening_days import named_days
from needs_analytics.intake.weekdays import WEEKDAYS, with_one_word

if TYPE_CHECKING:
    import pandas as pd

    from needs_analytics.core.month import Month
    from needs_analytics.intake.opening_days import NamedDays

WEEKS_A_MONTH = 52 / 12
_PER = {"周": WEEKS_A_MONTH, "旬": 3.0, "半月": 2.0, "月": 1.0, "季": 1 / 3, "季度": 1 / 3, "学期": 1 / 5,
        "半年": 1 / 6, "年": 1 / 12}  # fmt: skip
_PERIOD = "半年|半月|季度?|学期|周|旬|月|年"
_HELD = r"(?:各|至少|不少于|约|共|举?办|开展?|安排|组织|活动)*"
_OFTEN = re.compile(
    rf"(?:[每一]个?(?P<per>{_PERIOD})|每(?P<months>[两二三四六2346])个?月|(?P<other>每?隔一?个?|双)月){_HELD}"
    rf"(?P<times>{NUMBER})(?:{SESSIONS}|天|个半天)"
)
_SLASHED = re.compile(rf"(?P<times>{NUMBER})(?:{SESSIONS}|天)/每?(?P<per>{_PERIOD})")
_BARE = re.compile(rf"每个?(?P<per>{_PERIOD})(?![周\d初底末≥>约]|不少于|至少)")
_EVERY_OTHER_WEEK = re.compile(
    r"每?(?:隔(?P<skipped>[一两二三123]?)个?|[单双])(?=周(?!末))|(?:^|每)(?P<nth>[两二三四234])个?(?=周(?!末))"
)
_EVERY_OTHER_DAY = re.compile(r"每?隔一?[天日]|每[两二2][天日]|[两二2][天日](?=一[次场])")
_LUNAR = re.compile(r"初[一二三四五六七八九十](?!中|级|年)")
_LUNAR_MARK = re.compile(
    r"初[一二三四五六七八九十]|(?<=[、,和及])(?:廿[一二三四五六七八九]?|二?十[一二三四五六七八九]?|三十)(?![个:点时月周])"
)
_NO_LUNAR = re.compile(r"年级|学生|正月|腊月|[中小]学|初.[至到~—-]")
_CLOSED = (
    r"寒暑假|寒假|暑假|农[闲忙]时?|(?:除|不含|不包括)[^,;。()]{1,8}"
    r"|[^,;。()\d:、]{1,6}(?:除外|以外|不开放?|休息|放假|停办|停课|暂停|调整|另行通知)"
)
_LEFT_OUT_TOO = re.compile(_CLOSED)
_ONE_SEASON = r"^[^春夏秋冬]*[春夏秋冬]季(?!.*[春夏秋冬])"
_DOUBTFUL = re.compile(
    rf"每?[隔单双]月|每季度?|每半年|每年|[上中下]旬|月[初底末]|农历|阴历|第[一二三四五\d、第]+周(?!周)|{_ONE_SEASON}|{_CLOSED}"
)


@dataclass(frozen=True, slots=True)
class Opening:
    """What an opening time comes to in a month.

    Attributes
    ----------
    days, sessions
        ``None`` where it does not say.
    unread
        Words of it that change when a service is held and were not understood.
    uncounted
        Whether it speaks of public holidays of a year whose holidays are not known.
    """

    days: float | None = None
    sessions: float | None = None
    unread: str = ""
    uncounted: bool = False


def read_opening(schedule: object, month: Month) -> Opening:
    """Return the days and sessions of a month by an opening time; each day counts as often as it names times."""
    text = with_one_word(key(schedule)) if isinstance(schedule, str) else ""
    if not text:
        return Opening()
    weeks, text = _weeks_apart(text)
    named = named_days(text, month)
    days, sessions, doubtful = _comes_to(named, weeks)
    found = doubtful.search(named.rest)
    uncounted = speaks_of_holidays(text) and not calendar_reaches(month)
    return Opening(days, sessions, found[0] if found else "", uncounted)


def _comes_to(named: NamedDays, weeks: int) -> tuple[float | None, float | None, re.Pattern[str]]:
    """Return the days and the sessions of a month, and which other words of the text would change them."""
    lunar = _lunar_days(named.rest)
    if lunar:
        return lunar, lunar * times_a_day(named.rest)[0][1], _LEFT_OUT_TOO
    often = _times_a_month(named.rest, named.open_share / weeks)
    if named.days is None:
        once = often if often is not None else _once_a_period(named.rest, weeks)
        return often, once, _LEFT_OUT_TOO
    apart = weeks * (2 if _EVERY_OTHER_DAY.search(named.rest) else 1)
    days = len(named.days) / apart
    if often is not None and not _says_the_same(named.rest):
        return days, often, _LEFT_OUT_TOO
    return days, _sessions(named.days, named.rest) / apart, _DOUBTFUL


def _says_the_same(text: str) -> bool:
    """Whether the times a week that a text states are those of its weekdays (每周二、四，每周2场): these are exact."""
    a_week = _times_a_month(text, 1.0)
    by_days = sum(len(weekdays) * times for weekdays, times in times_a_day(text)[1:])
    return a_week is not None and abs(by_days * WEEKS_A_MONTH - a_week) < 1e-9


def _weeks_apart(text: str) -> tuple[int, str]:
    """Return every how manieth week is meant, and the text as if it were every week (隔周周三: 每周周三)."""
    found = _EVERY_OTHER_WEEK.search(text)
    if not found:
        return 1, text
    weeks = int(_number(found["nth"])) if found["nth"] else 1 + int(_number(found["skipped"] or "一"))
    return weeks, _EVERY_OTHER_WEEK.sub("每", text)


def _sessions(days: pd.DatetimeIndex, text: str) -> float:
    """Return the sessions of some days: each as often as its weekday's times; of others as often as most."""
    (_, usual), *groups = times_a_day(text)
    total = 0.0
    for day in days:
        own = [times for weekdays, times in groups if WEEKDAYS[day.weekday()] in weekdays]
        total += sum(own) if own else usual
    return total


def _times_a_month(text: str, week_share: float) -> float | None:
    """Return the times a month of 每周2次, 每季度一期, 2场/月; ``week_share`` of its weeks count."""
    found = _OFTEN.search(text) or _SLASHED.search(text)
    if not found:
        return None
    told = found.groupdict()
    if told.get("months") or told.get("other"):
        return _number(found["times"]) / (_number(told["months"]) if told["months"] else 2.0)
    return _number(found["times"]) * _PER[found["per"]] * (week_share if found["per"] == "周" else 1.0)


def _once_a_period(text: str, weeks: int) -> float | None:
    """Return the times a month of what is held once in each of the periods a text names: 每季度, 隔周."""
    found = _BARE.search(text)
    return _PER[found["per"]] / (weeks if found["per"] == "周" else 1) if found else None


def _lunar_days(text: str) -> float:
    """Return the days a lunar month of 初一、十五, 0 where none is named; a lunar month counts as a month."""
    return 0.0 if _NO_LUNAR.search(text) or not _LUNAR.search(text) else float(len(_LUNAR_MARK.findall(text)))


def _number(text: str) -> float:
    figure = figure_of(text)
    return figure.value if figure else 1.0
