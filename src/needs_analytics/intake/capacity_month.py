"""A capacity a day, a week or a session as a capacity a month."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from needs_analytics.core.issue import Issue
from needs_analytics.core.messages import in_every_language
from needs_analytics.intake.holidays import is_workday, month_days
from needs_analytics.intake.opening import read_opening
from needs_analytics.intake.terms import UNREADABLE_PERIOD

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from needs_analytics.core.cell_map import CellMap
    from needs_analytics.core.month import Month

_PARTS = {"月": 1.0, "旬": 3.0, "半月": 2.0, "双月": 0.5, "季": 1 / 3, "半年": 1 / 6, "年": 1 / 12}
_DAYS = {"周": 7, "双周": 14}
OVERRULED = "overruled"
"""Column of what the row says that its capacity's own words overrule, until it is said."""


def with_monthly_capacity(
    supply: pd.DataFrame, month: Month, cells: CellMap, names: Mapping[str, str]
) -> tuple[pd.DataFrame, list[Issue]]:
    """Add ``times`` (periods in the month) and ``monthly`` (units a month) to the capacity table.

    A month has its calendar days or, for weekday services, its working days by the official holiday calendar; its days
    ÷ 7 weeks; a session without a schedule is held once. What had to be assumed is said, in the cell it hangs on and of
    the service's name.
    """
    if supply.empty:
        return supply, []
    blank = pd.Series([None] * len(supply), index=supply.index, dtype=object)
    columns = [supply.get(name, blank) for name in ("period", "schedule", OVERRULED)]
    rows = [tuple(value if isinstance(value, str) else None for value in row) for row in zip(*columns, strict=True)]
    read = {row: _times(row[0], row[1], month) for row in dict.fromkeys(rows)}
    frame = supply.drop(columns=OVERRULED, errors="ignore").assign(times=[read[row].times for row in rows])
    frame["monthly"] = (frame["capacity"].astype(float) if "capacity" in frame else float("nan")) * frame["times"]
    said = {row: _said(row, taken) for row, taken in read.items()}
    issues = [
        issue
        for place, (row, known) in enumerate(zip(rows, frame["monthly"].notna(), strict=True))
        if known
        for issue in _issues(said[row], frame.iloc[[place]], cells, names)
    ]
    return frame, issues


@dataclass(frozen=True, slots=True)
class _Taken:
    """How many periods a month is taken to have, and which assumption about which field that rests on."""

    times: float
    field: str = ""
    assumed: str = ""
    words: str = ""


def _times(period: str | None, schedule: str | None, month: Month) -> _Taken:
    """Return how many periods the month has, and what had to be assumed for it."""
    if period is None:
        return _Taken(1.0, "period", "month")
    if period == UNREADABLE_PERIOD:
        return _Taken(float("nan"))
    if period in _PARTS:
        return _Taken(_PARTS[period])
    if period in _DAYS:
        return _Taken(month.last_day.day / _DAYS[period])
    opening = read_opening(schedule, month)
    times = opening.sessions if period == "场" else opening.days
    if times is None:
        usual, assumed = (1.0, "once") if period == "场" else (float(_workdays(month)), "workdays")
        return _Taken(usual, "schedule", f"{assumed}_unread" if schedule else assumed, schedule or "")
    if opening.unread:
        return _Taken(times, "schedule", "partly", opening.unread)
    if opening.uncounted:
        return _Taken(times, "schedule", "no_calendar", schedule or "")
    return _Taken(times) if times else _Taken(0.0, "schedule", "closed", schedule or "")


def _said(row: tuple[str | None, ...], taken: _Taken) -> list[tuple[str, Mapping[str, object]]]:
    """Return what is to be said of a row, each with the field it hangs on."""
    period, _, overruled = row
    unit = in_every_language("capacity.sessions" if period == "场" else "capacity.days")
    details = {"words": taken.words, "times": f"{taken.times:.4g}", "unit": unit}
    said = [(taken.field, _sentences(taken.assumed, **details))] if taken.assumed else []
    return [*said, ("capacity", _sentences("own", words=overruled, period=period))] if overruled else said


def _sentences(assumed: str, **details: object) -> Mapping[str, object]:
    told = {"assumed": f"capacity.{assumed}", "asked": f"capacity.{assumed}_ask"}
    return {name: dict(in_every_language(key, **details)) for name, key in told.items()}


def _issues(
    said: Iterable[tuple[str, Mapping[str, object]]], row: pd.DataFrame, cells: CellMap, names: Mapping[str, str]
) -> list[Issue]:
    """Return the issues of a row, of its service as the menu names it."""
    service = str(row["service"].iloc[0] or "") if "service" in row else ""
    return [
        Issue(
            "W704",
            cells.refs("supply", row, field, "schedule", "period", "capacity")[0],
            names.get(service, service),
            {"table": "supply", "field": field, **told},
        )
        for field, told in said
    ]


def _workdays(month: Month) -> int:
    """Return the month's working days by the official holiday calendar; Mondays to Fridays where it does not reach."""
    return sum(is_workday(day) for day in month_days(month))
