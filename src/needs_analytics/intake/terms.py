"""Closed lists: status of a use, mode of a service, capacity period, tier of a site, coordinate system, channel."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from needs_analytics.core.wording import chinese_number, key, plain
from needs_analytics.intake.reading import NOTHING, Reading, is_absent, is_number

if TYPE_CHECKING:
    from collections.abc import Mapping

_STATUS_EXACT: Mapping[str, str] = {
    **dict.fromkeys(("是", "√", "✓", "到", "来", "1", "1.0", "y", "yes", "有"), "完成"),
    **dict.fromkeys(("否", "×", "x", "0", "0.0", "n", "no", "未", "没"), "爽约"),
}
_STATUS = (
    ("爽约", "爽约"),
    ("缺席", "爽约"),
    ("缺勤", "爽约"),
    ("无法", "拒绝"),
    ("不予", "拒绝"),
    ("不受理", "拒绝"),
    ("驳回", "拒绝"),
    ("拒绝", "拒绝"),
    ("未接单", "拒绝"),
    ("已满", "拒绝"),
    ("满员", "拒绝"),
    ("未约上", "拒绝"),
    ("没约上", "拒绝"),
    ("无名额", "拒绝"),
    ("取消", "取消"),
    ("退订", "取消"),
    ("退单", "取消"),
    ("作废", "取消"),
    ("放弃", "取消"),
    ("改日", "取消"),
    ("改期", "取消"),
    ("等候", "等候"),
    ("等待", "等候"),
    ("排队", "等候"),
    ("候补", "等候"),
    ("轮候", "等候"),
    ("签到", "完成"),
    ("到场", "完成"),
    ("待评", "完成"),
    ("待", "预约"),
    ("接单", "接单"),
    ("服务中", "接单"),
    ("办理中", "接单"),
    ("处理中", "接单"),
    ("进行中", "接单"),
    ("在办", "接单"),
    ("受理", "接单"),
    ("转派", "预约"),
    ("转办", "预约"),
    ("交办", "预约"),
    ("派单", "预约"),
    ("跟进", "预约"),
    ("安排", "预约"),
    ("预约", "预约"),
    ("完成", "完成"),
    ("办结", "完成"),
    ("办完", "完成"),
    ("办好", "完成"),
    ("结案", "完成"),
    ("解决", "完成"),
    ("已服务", "完成"),
    ("已使用", "完成"),
    ("已到", "完成"),
    ("来了", "完成"),
    ("到了", "完成"),
    ("正常", "完成"),
    ("评价", "完成"),
    ("已办", "完成"),
)
_UNDONE = re.compile(r"(?:尚未|还未|还没|未|没有?)(?P<what>.*)")
_CAME = re.compile(r"到|来|参加|签到|出现|使用|赴约")
_PERIOD = (
    ("半年", "半年"),
    ("季", "季"),
    ("quarter", "季"),
    ("场", "场"),
    ("班", "场"),
    ("期", "场"),
    ("次活动", "场"),
    ("周", "周"),
    ("星期", "周"),
    ("天", "日"),
    ("日", "日"),
    ("day", "日"),
    ("week", "周"),
    ("month", "月"),
    ("月", "月"),
    ("年", "年"),
    ("year", "年"),
)
UNREADABLE_PERIOD = "不明"
_PERIOD_EXACT = {"次": "场", "每次": "场", "/次": "场", "人次/次": "场", "旬": "旬", "每旬": "旬", "一旬": "旬"}
_OFTEN = re.compile(r"每个?(?:周|星期|月|季度?|年|天|日)(?:[2-9]|\d\d|[两二三四五六七八九十]+)[次场期]")
_PERIODS_LONG = {
    "半月": "半月", "2周": "双周", "2星期": "双周", "14天": "双周", "2月": "双月", "3月": "季", "6月": "半年",
    "12月": "年", "7天": "周", "7日": "周", "10天": "旬", "15天": "半月", "30天": "月",
}  # fmt: skip
_PERIOD_LONG = re.compile(
    r"按?(?:(?P<skips>每?隔)|每)?(?P<many>\d{1,2}|[一二两三四五六七八九十]{1,2}|[半单双])?个?(?P<of>周|星期|月|季度?|天|日)(?:[一1][次场期]|计)?"
)
_TIER = (
    ("片区", "片区"),
    ("街道", "片区"),
    ("镇级", "片区"),
    ("乡镇", "片区"),
    ("小区", "小区"),
    ("社区", "社区"),
    ("村", "村"),
)
_CRS = (
    ("gcj", "GCJ-02"),
    ("火星", "GCJ-02"),
    ("高德", "GCJ-02"),
    ("腾讯", "GCJ-02"),
    ("bd", "BD-09"),
    ("百度", "BD-09"),
    ("wgs", "WGS-84"),
    ("gps", "WGS-84"),
    ("cgcs", "WGS-84"),
    ("2000", "WGS-84"),
    ("4326", "WGS-84"),
)
_SHORTENED = re.compile(r"\d(\.\d+)?[eE]\+\d+|\d\.\d+[eE]\d\d")
MODES = ("到点", "上门", "线上")
_MODE = {
    "到点": ("到点", "到店", "到站", "现场", "堂食", "线下", "场所", "集中", "中心", "站点"),
    "上门": ("上门", "入户", "居家", "到家", "送", "户外"),
    "线上": ("线上", "网上", "电话", "远程", "微信", "小程序"),
}


def read_status(cell: object) -> Reading:
    """Read how far a use came: 完成, 接单, 预约, 取消, 爽约, 等候 or 拒绝; what is not done (未办结) is never 完成.

    What was taken on and is not done is 接单; what was only passed to somebody (已派单) is 预约 until it is taken on.
    """
    text = key(str(cell))
    if text in _STATUS_EXACT:
        return Reading(_STATUS_EXACT[text], "normalised")
    if is_absent(text):
        return NOTHING
    undone = _UNDONE.match(text)
    if undone and not any(text.startswith(part) for part, _ in _STATUS):
        return Reading("爽约" if _CAME.match(undone["what"]) else "预约", "normalised")
    return _first_part(cell, _STATUS, "W130")


def read_period(cell: object) -> Reading:
    """Read what a capacity is per: 月, 周, 日, 场, 年, 旬, 双周; what cannot be read is not known, and no month."""
    text = key(str(cell))
    if "小时" in text or _OFTEN.fullmatch(text):
        return Reading(UNREADABLE_PERIOD, "refused", "W131")
    several = several_periods(text)
    if several == UNREADABLE_PERIOD:
        return Reading(several, "refused", "W131")
    if several:
        return Reading(several, "" if several == text else "normalised")
    reading = _first_part(cell, _PERIOD, "W131")
    return replace(reading, value=UNREADABLE_PERIOD) if reading.note == "refused" else reading


def several_periods(text: str) -> str:
    """Return the period that 隔周, 每两周, 半月 or 3个月 is, empty where a text names none of several or of a part."""
    found = _PERIOD_LONG.fullmatch(text)
    many, of = (found["many"] or "", found["of"]) if found else ("", "")
    if text in _PERIOD_EXACT or not found or (many in {"", "1", "一"} and not found["skips"]):
        return _PERIOD_EXACT.get(text, "")
    if many in {"半", "单", "双"}:
        return _PERIODS_LONG.get(("半" if many == "半" else "2") + of, UNREADABLE_PERIOD)
    number = int(many) if many.isdecimal() else chinese_number(many or "一")
    return _PERIODS_LONG.get(f"{(number or 0) + bool(found['skips'])}{of}", UNREADABLE_PERIOD)


def read_tier(cell: object) -> Reading:
    """Read a site's tier: 片区, 社区, 小区 or 村."""
    return _first_part(cell, _TIER, "W132")


def read_crs(cell: object) -> Reading:
    """Read a coordinate system: WGS-84 (also CGCS2000), GCJ-02 or BD-09."""
    return _first_part(cell, _CRS, "W133")


def read_modes(cell: object) -> Reading:
    """Read how a service reaches residents, as 到点, 上门 and 线上 joined by ``;``."""
    text = key(str(cell))
    if is_absent(text):
        return NOTHING
    found = [mode for mode in MODES if any(word in text for word in _MODE[mode])]
    if not found:
        return Reading(None, "refused", "W134")
    value = ";".join(found)
    return Reading(value, "" if value == text else "normalised")


def read_text(cell: object) -> Reading:
    """Read a short text; numbers that stand for a code lose the ``.0`` a spreadsheet gave them."""
    text = plain(_code(cell))
    return NOTHING if not text or is_absent(key(text)) else Reading(text)


def read_verbatim(cell: object) -> Reading:
    """Read a text as it stands, also one that elsewhere says that nothing is known."""
    text = plain(_code(cell))
    return Reading(text) if text else NOTHING


def read_code(cell: object) -> Reading:
    """Read a code as text, never as a number; a numeric code of 16 or more digits has lost its last digits."""
    if isinstance(cell, float) and abs(cell) < 1e15 and cell.is_integer():
        return Reading(str(int(cell)))
    if not isinstance(cell, str) and is_number(cell) and abs(float(cell)) >= 1e15:
        return Reading(None, "refused", "E140")
    text = plain(cell if isinstance(cell, str) else _code(cell))
    if text[:1].isdigit() and _SHORTENED.fullmatch(text):
        return Reading(None, "refused", "E140")
    return Reading(text) if text else NOTHING


def _code(cell: object) -> str:
    if is_number(cell) and float(cell) == int(float(cell)):
        return str(int(float(cell)))
    return str(cell)


def _first_part(cell: object, parts: tuple[tuple[str, str], ...], code: str) -> Reading:
    text = key(str(cell))
    if is_absent(text):
        return NOTHING
    for part, meaning in parts:
        if part in text:
            return Reading(meaning, "" if text == meaning else "normalised")
    return Reading(None, "refused", code)
