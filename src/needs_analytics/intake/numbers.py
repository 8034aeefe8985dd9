"""Numbers as offices write them: 1,234.50, 3.5万, 约120, 100余, 65 人次, 若干."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

from needs_analytics.core.wording import chinese_number, key
from needs_analytics.intake.reading import NOTHING, Reading, is_absent, is_error, is_number

_NUMBER = re.compile(
    r"(?P<about>约|大约|近|超过|超|不到|逾|至少|最多)?(?P<figure>[+-]?(?:\d[\d,]*(?:\.\d+)?|\.\d+|[零〇一二两三四五六七八九十百]+))"
    r"(?P<scale>千|万|亿)?(?P<more>余|多|来|左右|以上|上下|\+)?(?P<scale2>千|万)?"
    r"(?P<unit>[^\d\s,.+-]{0,12}?(?:/[^\d\s]{1,6})?)(?P<tail>左右|上下)?"
)
_MASK = re.compile(
    r"[*＊xX×]{1,}|若干|少量|多(?:人|个|次|户)|数(?:十|百|千|万)(?:余|多)?.{0,2}|不限.{0,3}|不设上限|无上限"
)
_SCALE = {"千": 1e3, "万": 1e4, "亿": 1e8}
_CLOCK = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d{1,2})")
_SPELT = re.compile(r"(?:(\d+)(?:小时|时|h))?(?:(\d+)(?:分钟|分|m(?:in)?))?(?:(\d+(?:\.\d+)?)(?:秒|s(?:ec)?))?")
WEEKS_A_MONTH = 52 / 12
_PER = {"天": 30.0, "日": 30.0, "周": WEEKS_A_MONTH, "星期": WEEKS_A_MONTH, "月": 1.0, "季": 1 / 3, "季度": 1 / 3,
        "半年": 1 / 6, "年": 1 / 12, "学期": 1 / 5}  # fmt: skip
_FREQUENCY = re.compile(
    r"每?(?:人)?每(?P<per>半年|季度|季|学期|星期|周|月|天|日|年)(?:至少|不少于|约)?"
    r"(?P<low>\d+(?:\.\d+)?|[一二两三四五六七八九十]+)?(?:[-~至到](?P<high>\d+))?(?:次|节|场|课时|小时|餐|份|个|趟|人次)?"
)
_TIMES_PER = re.compile(
    r"(?P<low>\d+(?:\.\d+)?|[一二两三四五六七八九十]+)(?:次|餐|节|场|份|小时|趟)/(?:人[/·]?)?(?:每)?(?P<per>半年|季度|季|周|月|天|日|年)"
)


_PERIOD_WORDS = {
    "天": "日", "日": "日", "周": "周", "星期": "周", "月": "月", "季": "季", "季度": "季", "半年": "半年", "年": "年",
    "场": "场", "期": "场", "班": "场", "次": "场", "节": "场",
}  # fmt: skip
_EVERY = re.compile(
    r"^(?:每|一)(?P<before>天|日|周|星期|月|季度?|半年|年|场|期|班|次|节)(?=\D{0,4}\d)|/(?P<after>天|日|周|星期|月|季度?|半年|年|场|期|班|次|节)$"
)


def read_number(cell: object) -> Reading:
    """Read a number; a unit is dropped, 约 and 余 make it approximate, ``*`` and 若干 are masked, never 0."""
    if is_number(cell):
        return Reading(float(cell))
    if isinstance(cell, dt.timedelta):
        return Reading(cell.total_seconds(), "normalised")
    text = key(str(cell))
    if is_absent(text):
        return NOTHING
    if is_error(text):
        return Reading(None, "refused", "E110")
    found = _NUMBER.fullmatch(text)
    if found is None:
        masked = _MASK.fullmatch(text) is not None
        return Reading(None, "masked", "W111") if masked else Reading(None, "refused", "E112")
    about = bool(found["about"] or found["more"] or found["tail"])
    value = _figure(found["figure"]) * _SCALE.get(found["scale"] or "", 1.0) * _SCALE.get(found["scale2"] or "", 1.0)
    if about:
        return Reading(value, "approximate", "W113")
    return Reading(value, "" if found["figure"] == text else "normalised")


def read_count(cell: object) -> Reading:
    """Read a number that cannot be negative."""
    reading = read_number(cell)
    if isinstance(reading.value, float) and reading.value < 0:
        return Reading(None, "refused", "E114")
    return reading


def read_capacity(cell: object) -> Reading:
    """Read a capacity; the period it may name (每天40份, 60人次/月) is read by :func:`period_within`."""
    if is_number(cell):
        return read_count(cell)
    text = key(str(cell))
    bare = _EVERY.sub("", text, count=1)
    reading = read_count(bare)
    return reading if bare == text or reading.note not in {"", "normalised"} else replace(reading, note="normalised")


def period_within(cell: object) -> str | None:
    """Return the period a capacity's own words name: 日, 周, 月, 场 or 年."""
    found = _EVERY.search(key(str(cell)))
    return _PERIOD_WORDS[found["before"] or found["after"]] if found else None


def read_duration(cell: object) -> Reading:
    """Read a time taken, in seconds: ``123秒``, ``2分3秒``, ``00:02:03``."""
    if isinstance(cell, dt.time):
        return Reading(cell.hour * 3600.0 + cell.minute * 60 + cell.second, "normalised")
    text = key(str(cell))
    clock = _CLOCK.fullmatch(text)
    if clock:
        hours, minutes, seconds = (float(part or 0) for part in clock.groups())
        return Reading(hours * 3600 + minutes * 60 + seconds, "normalised")
    spelt = _SPELT.fullmatch(text)
    if text and spelt and any(spelt.groups()):
        hours, minutes, seconds = (float(part or 0) for part in spelt.groups())
        return Reading(hours * 3600 + minutes * 60 + seconds, "normalised")
    return read_count(cell)


def read_distance(cell: object) -> Reading:
    """Read a distance in metres: ``500``, ``500米``, ``1.5公里``."""
    text = key(str(cell))
    for unit, metres in (("公里", 1000.0), ("千米", 1000.0), ("km", 1000.0), ("米", 1.0), ("m", 1.0)):
        if text.endswith(unit):
            reading = read_count(text.removesuffix(unit))
            if isinstance(reading.value, float):
                return Reading(reading.value * metres, reading.note or "normalised", reading.code)
    return read_count(cell)


def read_frequency(cell: object) -> Reading:
    """Read uses per person and month: ``22``, ``每周2次``, ``每月1-2次``, ``2次/月``; ``None`` for 按需 and the like.

    A month has 30 days and 52/12 weeks; a workday meal (工作日) is 22 a month.
    """
    if is_number(cell):
        return read_count(cell)
    text = key(str(cell))
    if is_absent(text):
        return NOTHING
    if "工作日" in text:
        return Reading(22.0, "normalised", "I115")
    found = _FREQUENCY.search(text) or _TIMES_PER.search(text)
    if found:
        low = _figure(found["low"] or "1")
        high = found.groupdict().get("high")
        times = (low + float(high)) / 2 if high else low
        return Reading(times * _PER[found["per"]], "normalised", "I115")
    reading = read_count(cell)
    return reading if reading.value is not None else Reading(None, "normalised", "I116")


def _figure(text: str) -> float:
    chinese = chinese_number(text)
    return float(chinese) if chinese is not None else float(text.replace(",", ""))
