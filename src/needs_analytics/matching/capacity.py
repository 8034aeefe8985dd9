"""What a service at a site can do in a month, in units and in persons."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.issue import Issue
from needs_analytics.core.wording import chinese_number, key

if TYPE_CHECKING:
    from needs_analytics.core.month import Month
    from needs_analytics.core.records import Cleaned

NO_SITE = ""
WEEKS_A_MONTH = 52 / 12
_TIMES = re.compile(r"(\d+|[一二两三四五六七八九十]+)(?:场|次|班|期|节|天|日)")
_PER = (("每周", WEEKS_A_MONTH), ("每星期", WEEKS_A_MONTH), ("每月", 1.0), ("每季", 1 / 3), ("每半年", 1 / 6), ("每年", 1 / 12), ("每学期", 1 / 5))
_EVERY_DAY = re.compile(r"每日|每天|全年|全天|周一至周日|周一到周日|天天|周日")
_WORKDAYS = re.compile(r"工作日|周一至周五|周一到周五|周一-周五|周一~周五")
_SIX_DAYS = re.compile(r"周一至周六|周一到周六|周一-周六")
_WEEKDAYS = "一二三四五六日"


def service_sinks(cleaned: Cleaned) -> tuple[pd.DataFrame, list[Issue]]:
    """Return one row per service@site: ``service, site, capacity`` (units a month), ``capacity_persons``, ``uses_per_person``,
    ``unit``, ``capacity_known``, ``max_extra_persons``.

    Where the capacity is not known (masked, or the service has no capacity row), the month's use stands for it and
    ``capacity_known`` is false. Without a known frequency a person uses a service once a month.
    """
    menu = cleaned.menu.set_index("service")
    supply = cleaned.supply[cleaned.supply["service"].isin(menu.index)].copy()
    issues = [Issue("W703", value=str(menu.at[service, "name"])) for service in menu.index if service not in set(supply["service"])]
    missing = [service for service in menu.index if service not in set(supply["service"])]
    supply = pd.concat([supply, pd.DataFrame({"service": missing, "site": None})], ignore_index=True) if missing else supply
    supply["site"] = supply["site"].fillna(NO_SITE)
    factors = [_monthly(period, schedule, cleaned.month) for period, schedule in zip(supply["period"], supply["schedule"], strict=True)]
    supply["factor"] = [factor for factor, _ in factors]
    issues += _assumed(supply, [assumed for _, assumed in factors], menu)
    supply["monthly"] = supply["capacity"].astype(float) * supply["factor"]
    supply["extra"] = supply["max_extra"].astype(float) * supply["factor"]
    grouped = supply.groupby(["service", "site"], sort=True)
    sinks = pd.DataFrame({
        "capacity": grouped["monthly"].sum(min_count=1), "known": grouped["monthly"].count() == grouped.size(),
        "max_extra": grouped["extra"].sum(min_count=1), "cost_per_unit": grouped["cost_per_unit"].mean(),
    }).reset_index()  # fmt: skip
    sinks, said = _with_frequency(sinks, menu)
    return _with_unknown_capacity(sinks, cleaned), [*issues, *said]


def _monthly(period: object, schedule: object, month: Month) -> tuple[float, str]:
    """Return how many periods the month has, and what had to be assumed for it."""
    text = key(str(schedule)) if isinstance(schedule, str) else ""
    if period is None or period == "月":
        return 1.0, "" if period else "月"
    if period == "年":
        return 1 / 12, ""
    if period == "周":
        return month.last_day.day / 7, ""
    if period == "场":
        times = _sessions(text)
        return (times, "") if times else (1.0, "每月1场")
    days = _open_days(text, month)
    return (float(days), "") if days else (float(_workdays(month)), "工作日")


def _open_days(schedule: str, month: Month) -> float:
    if _WORKDAYS.search(schedule):
        return _workdays(month)
    if _SIX_DAYS.search(schedule):
        return sum(day.weekday() < 6 for day in _days(month))
    weekdays = set(re.findall(rf"(?:周|星期|、)([{_WEEKDAYS}])(?![至到\-~])", schedule)) if "周" in schedule or "星期" in schedule else set()
    if "周末" in schedule or "双休" in schedule:
        weekdays |= {"六", "日"}
    if weekdays and not _EVERY_DAY.search(schedule):
        return sum(_WEEKDAYS[day.weekday()] in weekdays for day in _days(month))
    times = _sessions(schedule)
    if times:
        return times
    return len(_days(month)) if _EVERY_DAY.search(schedule) else 0


def _sessions(schedule: str) -> float:
    """Return sessions a month of 每周2次, 每月1场, 每周六上午; 0 when the schedule does not say."""
    for word, factor in _PER:
        if word in schedule:
            found = _TIMES.search(schedule[schedule.index(word) :])
            if found:
                return float(chinese_number(found[1]) or found[1]) * factor
            named = re.findall(rf"[{_WEEKDAYS}]", schedule[schedule.index(word) + 1 : schedule.index(word) + 6])
            return max(len(named), 1) * factor
    named = re.findall(rf"周([{_WEEKDAYS}])", schedule)
    return len(named) * WEEKS_A_MONTH


def _days(month: Month) -> pd.DatetimeIndex:
    return pd.date_range(month.first_day, month.last_day)


def _workdays(month: Month) -> int:
    return sum(day.weekday() < 5 for day in _days(month))


def _assumed(supply: pd.DataFrame, assumed: list[str], menu: pd.DataFrame) -> list[Issue]:
    said = supply.assign(assumed=assumed)
    said = said[(said["assumed"] != "") & said["capacity"].notna()]
    return [Issue("W704", value=str(menu.at[service, "name"]), details={"assumed": text, "count": len(rows)})
            for (service, text), rows in said.groupby(["service", "assumed"])]  # fmt: skip


def _with_frequency(sinks: pd.DataFrame, menu: pd.DataFrame) -> tuple[pd.DataFrame, list[Issue]]:
    frequency = menu["uses_per_person_month"].astype(float)
    given = frequency.where(frequency > 0)
    issues = [Issue("W702", value=str(menu.at[service, "name"])) for service in given.index[given.isna()] if service in set(sinks["service"])]
    return sinks.assign(
        uses_per_person=sinks["service"].map(given).fillna(1.0), unit=sinks["service"].map(menu["unit"]).fillna("人次"),
        frequency_known=sinks["service"].map(given).notna(), service_name=sinks["service"].map(menu["name"]),
    ), issues  # fmt: skip


def _with_unknown_capacity(sinks: pd.DataFrame, cleaned: Cleaned) -> pd.DataFrame:
    used = cleaned.usage[cleaned.usage["status"] == "完成"]
    done = used.groupby([used["service"], used["site"].fillna(NO_SITE)])["count"].sum()
    lower = pd.Series([done.get(pair, 0.0) for pair in zip(sinks["service"], sinks["site"], strict=True)], index=sinks.index)
    known = sinks["capacity"].notna() & sinks["known"]
    capacity = sinks["capacity"].where(known, np.fmax(sinks["capacity"].fillna(0.0), lower))
    persons = capacity / sinks["uses_per_person"]
    return sinks.assign(capacity=capacity, capacity_known=known, capacity_persons=persons,
                        max_extra_persons=sinks["max_extra"] / sinks["uses_per_person"]).drop(columns="known")  # fmt: skip
