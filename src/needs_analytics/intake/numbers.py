"""Numbers as offices write them: 1,234.50, 3.5万, 约120, 100余, 65 人次, 若干."""

from __future__ import annotations

import datetime as dt
import re

from needs_analytics.core.wording import key
from needs_analytics.intake.figures import Figure, figure_of
from needs_analytics.intake.lettered import lettered
from needs_analytics.intake.reading import NOTHING, Reading, is_absent, is_error, is_number

_MASK = re.compile(
    r"[*＊xX×?]+|若干.{0,2}|少量|许多|大量|多(?:人|个|次|户)|[几数](?:十|百|千|万)?(?:余|多)?(?:人|个|次|户|元|份|名|位)?次?"
    r"|上[百千万](?:人|个|次|户|元|份|名|位)?次?|(?:<|小于|少于|低于)\d+\D{0,2}|不限.{0,3}|不设上限|无上限"
)
_PLAIN = re.compile(r"[+-]?[\d,.]+|[零〇一二两三四五六七八九十百千万]+")
_LENGTHS = {"公里": 1000.0, "千米": 1000.0, "km": 1000.0, "华里": 500.0, "里": 500.0, "米": 1.0, "m": 1.0}
_AND_A_HALF = re.compile(r"(?P<whole>[\d一二两三四五六七八九十]+)(?P<unit>公里|千米|km|华里|里)半")
_AREAS = {"平方公里": 1e6, "公顷": 1e4, "亩": 10_000 / 15, "平方米": 1.0, "平米": 1.0, "平": 1.0, "m2": 1.0}
_WORDY = re.compile(r"分钟|小时|站|天|[个人次户元份秒]|[a-z]")
_CLOCK = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d{1,2})")
_SPELT = re.compile(
    r"(?:(\d+(?:\.\d+)?|半)个?(?:小时|时|h))?(?:(\d+(?:\.\d+)?)(?:分钟|分|m(?:in)?))?(?:(\d+(?:\.\d+)?)(?:秒|s(?:ec)?)|(半))?"
)
WEEKS_A_MONTH = 52 / 12
_PER = {"天": 30.0, "日": 30.0, "周": WEEKS_A_MONTH, "星期": WEEKS_A_MONTH, "旬": 3.0, "月": 1.0, "季": 1 / 3,
        "季度": 1 / 3, "半年": 1 / 6, "年": 1 / 12, "学期": 1 / 5}  # fmt: skip
_LENGTH = r"(?P<periods>\d{1,2}|[一二两三四五六七八九十]|半)?个?(?P<per>半年|季度|季|学期|星期|周|旬|月|天|日|年)"
_TIMES = (
    r"(?P<times>\d+(?:\.\d+)?(?:[-~至到]\d+)?|[一二两三四五六七八九十]+)?"
    r"(?:人次|次|节|场|课时|小时|餐|份|个|趟)?(?=$|[,;、(])"
)
_FREQUENCY = re.compile(
    rf"(?:每人|人均)*(?P<every>每隔|每|隔)?{_LENGTH}(?:至少|不少于|不超过|最多|至多|约)?[^\d一二两三四五六七八九十]{{0,4}}?{_TIMES}"
)
_TIMES_PER = re.compile(
    r"(?P<times>\d+(?:\.\d+)?(?:[-~至到]\d+)?|[一二两三四五六七八九十]+)(?:人次|次|餐|节|场|份|小时|趟)/(?:人[/·]?)?每?"
    + _LENGTH
)
_WEEKDAYS = re.compile(r"每(?:周|星期)(?P<days>[一二三四五六日天](?:[、,和及]+周?[一二三四五六日天])*)")
_HAS_PERIOD = re.compile(r"[天日周旬月季年]|星期|学期")


def read_number(cell: object) -> Reading:
    """Read a number; a unit is dropped, 约 and 余 make it approximate, ``*`` and 若干 are masked, never 0."""
    if is_number(cell):
        return Reading(float(cell))
    text = key(str(cell))
    if is_absent(text):
        return NOTHING
    if is_error(text):
        return Reading(None, "refused", "E110")
    if _MASK.fullmatch(text):
        return Reading(None, "masked", "W111")
    mistyped = lettered(cell)
    found = None if mistyped else figure_of(str(cell))
    if found is None:
        return mistyped or Reading(None, "refused", "E112")
    if found.exact == "about":
        return Reading(found.value, "approximate", "W113")
    if found.exact == "unit unknown":
        return Reading(found.value, "approximate", "W117")
    return Reading(found.value, "" if _PLAIN.fullmatch(text) else "normalised")


def read_count(cell: object) -> Reading:
    """Read a number that cannot be negative."""
    reading = read_number(cell)
    if isinstance(reading.value, float) and reading.value < 0:
        return Reading(None, "refused", "E114")
    return reading


def read_whole(cell: object) -> Reading:
    """Read a count that is a whole number: of a household's members, of choices."""
    reading = read_count(cell)
    if isinstance(reading.value, float) and not reading.value.is_integer():
        return Reading(None, "refused", "E112")
    return reading


def read_duration(cell: object) -> Reading:
    """Read a time taken, in seconds: ``123秒``, ``2分3秒``, ``00:02:03``, ``1.5小时``."""
    if isinstance(cell, dt.time):
        return Reading(cell.hour * 3600.0 + cell.minute * 60 + cell.second, "normalised")
    if isinstance(cell, dt.timedelta):
        return Reading(cell.total_seconds(), "normalised")
    text = key(str(cell))
    clock = _CLOCK.fullmatch(text)
    if clock:
        hours, minutes, seconds = (float(part or 0) for part in clock.groups())
        if seconds >= 60 or (clock[1] and minutes >= 60):
            return Reading(None, "refused", "E112")
        return Reading(hours * 3600 + minutes * 60 + seconds, "normalised")
    spelt = _SPELT.fullmatch(text)
    if text and spelt and any(spelt.groups()[:3]):
        hours, minutes, seconds = (0.5 if part == "半" else float(part or 0) for part in spelt.groups()[:3])
        half = 0.0 if not spelt[4] else 30.0 if spelt[2] else 1800.0
        return Reading(hours * 3600 + minutes * 60 + seconds + half, "normalised")
    return _bare(cell)


def read_distance(cell: object) -> Reading:
    """Read a distance in metres: ``500``, ``500米``, ``1.5公里``, ``三里``."""
    text = key(str(cell))
    about = re.search(r"左右|上下|多|余|来", text)
    plainly = re.sub(r"左右|上下|多|余|来|地$|路$", "", text)
    half = _AND_A_HALF.fullmatch(plainly)
    if half and (whole := figure_of(half["whole"])):
        return Reading(
            (whole.value + 0.5) * _LENGTHS[half["unit"]], *(("approximate", "W113") if about else ("normalised",))
        )
    for unit, metres in _LENGTHS.items():
        if not is_number(cell) and plainly.endswith(unit):
            reading = _bare(plainly.removesuffix(unit))
            if isinstance(reading.value, float):
                if about or reading.note == "approximate":
                    return Reading(reading.value * metres, "approximate", "W113")
                return Reading(reading.value * metres, "normalised")
            return reading
    return _bare(cell)


def read_area(cell: object) -> Reading:
    """Read an area in square metres: ``120``, ``120㎡``, ``0.5亩``."""
    text = key(str(cell))
    for unit, metres in _AREAS.items():
        if text.endswith(unit):
            reading = _bare(text.removesuffix(unit))
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
    days = _WEEKDAYS.fullmatch(text)
    if days:
        return Reading(len(re.findall("[一二三四五六日天]", days["days"])) * WEEKS_A_MONTH, "normalised", "I115")
    found = _FREQUENCY.match(text) or _TIMES_PER.fullmatch(text)
    times = _times(found) if found else None
    if times is not None:
        return Reading(times, "normalised", "I115")
    reading = Reading() if _HAS_PERIOD.search(text) else read_count(cell)
    return (
        reading
        if reading.value is not None or reading.code in {"E113", "E114"}
        else Reading(None, "normalised", "I116")
    )


def _times(found: re.Match[str]) -> float | None:
    """Return how often a month something happens that is said to happen so often in one or several periods."""
    every, periods, times = found.groupdict().get("every"), found["periods"], found["times"]
    if not every and not periods and "/" not in found[0]:
        return None
    length = 0.5 if periods == "半" else figure.value if periods and (figure := figure_of(periods)) else 1.0
    length += 1.0 if every in {"隔", "每隔"} else 0.0
    often = figure_of(times) if times else Figure(1.0)
    return None if often is None or not length else often.value * _PER[found["per"]] / length


def _bare(cell: object) -> Reading:
    """Read a count without a unit: another unit than those of its kind is no small mistake."""
    text = key(str(cell))
    if is_number(cell) or is_absent(text) or not _WORDY.search(text):
        return read_count(cell)
    return lettered(cell) or _refused(text)


def _refused(text: str) -> Reading:
    masked = _MASK.fullmatch(text) is not None
    return Reading(None, "masked", "W111") if masked else Reading(None, "refused", "E110" if is_error(text) else "E112")
