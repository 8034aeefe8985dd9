"""What the cells of a column show: dates, figures, states, coordinates; a header alone can mislead."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

import numpy as np

from needs_analytics.core.month import Month
from needs_analytics.core.wording import key
from needs_analytics.intake.dates import date_reader
from needs_analytics.intake.numbers import read_count
from needs_analytics.intake.reading import is_absent
from needs_analytics.intake.terms import UNREADABLE_PERIOD, read_period, read_status

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from needs_analytics.core.records import Column

PAIR = re.compile(r"(-?\d{1,3}(?:\.\d+)?)\s*[,，;；/、\s]\s*(-?\d{1,3}(?:\.\d+)?)")
CLOSED = frozenset({"休", "休息", "停", "停开", "未开", "未开放", "闭馆", "关", "—", "-", "/", "无"})
_DATED = re.compile(r"\d{1,4}[-/.年月]\d{1,2}|\d{1,2}[日号]|\d{8}")
_UNLIMITED = re.compile(r"\d|不限|若干|随到|[一二三四五六七八九十百]+(人|个|份|位|名)")
_HAN = re.compile(r"[一-龥]")
_DITTO = frozenset({"〃", "同上", "″", '"'})
_LATEST = date_reader(Month(2098, 12))


def share(column: Column, test: Callable[[object], bool]) -> float:
    """Return the share of a column's filled cells that pass a test; 1 where nothing is filled."""
    counts = np.bincount(column.codes, minlength=len(column.values))
    filled = [code for code, value in enumerate(column.values) if not is_blank(value)]
    total = int(counts[filled].sum())
    passed = sum(int(counts[code]) for code in filled if test(column.values[code]))
    return passed / total if total else 1.0


def is_filled(column: Column) -> bool:
    """Whether anything stands in a column."""
    return not all(is_blank(value) for value in column.values)


def moment_of(cell: object) -> dt.datetime | None:
    """Return the moment that a cell gives, ``None`` where it is none."""
    found = None if isinstance(cell, str) and not _DATED.match(key(cell)) else _LATEST(cell).value
    return found if isinstance(found, dt.datetime) else None


def shows_date(cell: object) -> bool:
    """Whether a cell is a day, however it is written."""
    text = key(str(cell))
    if text in _DITTO or _LATEST(cell).value is not None:
        return True
    return isinstance(cell, str) and len(text) <= 40 and bool(_DATED.match(text))


def shows_count(cell: object) -> bool:
    """Whether a cell is a number of people or uses, or says that there was none."""
    reading = read_count(cell)
    return reading.value is not None or reading.note == "masked" or key(str(cell)) in CLOSED


def shows_pair(cell: object) -> bool:
    """Whether a cell holds both coordinates."""
    return PAIR.fullmatch(key(str(cell)).strip("()")) is not None


def _shows_capacity(cell: object) -> bool:
    return bool(_UNLIMITED.search(key(str(cell)))) or shows_count(cell)


def _shows_status(cell: object) -> bool:
    return read_status(cell).value is not None or len(key(str(cell))) <= 6


def _shows_period(cell: object) -> bool:
    text = key(str(cell))
    return read_period(cell).value not in {None, UNREADABLE_PERIOD} or (
        len(text) <= 6 and _HAN.search(text) is not None
    )


def _shows_words(cell: object) -> bool:
    return not shows_count(cell) and not shows_date(cell)


def _always(_: object) -> bool:
    return True


_TESTS: Mapping[str, Callable[[object], bool]] = {
    "date": shows_date,
    "capacity": _shows_capacity,
    "number": shows_count,
    "coordinate": shows_count,
    "coordinate_pair": shows_pair,
    "status": _shows_status,
    "period": _shows_period,
    "service": _shows_words,
}
_LEAST = 0.5  # share of the filled cells that must be what the header says


def fits(column: Column, kind: str) -> bool:
    """Whether a column's cells are what a field of this type holds; blank columns fit everything."""
    test = _TESTS.get(kind, _always)
    return test is _always or share(column, test) >= _LEAST


def is_blank(value: object) -> bool:
    """Whether a cell says nothing."""
    return isinstance(value, str) and is_absent(key(value))
