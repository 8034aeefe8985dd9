"""Ordered words as figures: how often, how urgent, how satisfied."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from needs_analytics.core.wording import key
from needs_analytics.intake.reading import NOTHING, Reading, is_absent, is_number

if TYPE_CHECKING:
    from collections.abc import Mapping


_NOT = re.compile(r"[不没未]")
_LEVELS: Mapping[str, float] = {
    "从不": 0,
    "从未": 0,
    "没有": 0,
    "没参加过": 0,
    "从不参加": 0,
    "从未参加": 0,
    "从未使用": 0,
    "从不使用": 0,
    "没用过": 0,
    "无": 0,
    "不参加": 0,
    "不使用": 0,
    "从来不": 0,
    "未参加": 0,
    "未使用": 0,
    "没参加": 0,
    "never": 0,
    "很少": 1,
    "几乎不": 1,
    "极少": 1,
    "较少": 1,
    "很少参加": 1,
    "不经常": 1,
    "不太经常": 1,
    "不常": 1,
    "不经常参加": 1,
    "不怎么参加": 1,
    "很少使用": 1,
    "低": 1,
    "一年几次": 1,
    "每年几次": 1,
    "半年一次": 1,
    "rarely": 1,
    "偶尔": 2,
    "有时": 2,
    "偶尔参加": 2,
    "偶尔使用": 2,
    "有时参加": 2,
    "一般": 2,
    "中": 2,
    "每季度": 2,
    "每季度一次": 2,
    "sometimes": 2,
    "每月": 3,
    "经常": 3,
    "经常参加": 3,
    "经常使用": 3,
    "较多": 3,
    "高": 3,
    "每月一次": 3,
    "每月1-2次": 3,
    "每月几次": 3,
    "often": 3,
    "总是": 4,
    "每周": 4,
    "每次": 4,
    "每次都参加": 4,
    "几乎每次": 4,
    "每周一次": 4,
    "每周几次": 4,
    "每周1次及以上": 4,
    "每天": 4,
    "非常频繁": 4,
    "积极参加": 4,
    "always": 4,
}
_LEVEL_PARTS = (
    ("从不", 0),
    ("从未", 0),
    ("没有", 0),
    ("未参加", 0),
    ("每天", 4),
    ("每周", 4),
    ("每次", 4),
    ("每月", 3),
    ("经常", 3),
    ("频繁", 4),
    ("积极", 4),
    ("偶尔", 2),
    ("有时", 2),
    ("每季", 2),
    ("很少", 1),
    ("几乎不", 1),
    ("每年", 1),
)
_FIGURE = re.compile(r"[+-]?\d+(?:\.\d+)?")  # not nan, inf, 1e3 or 1_0
_RATED = re.compile(r"(?:\d分?[-.、:=]?|[a-e][.、])?(?P<word>[^\d()]{2,6}?)[!]?(?:\(?\d分?\)?)?")
_NOT_USED = re.compile(r"没用过|未使用|没参加过|说不上|不好说|无法评价")
_URGENCY: Mapping[str, float] = {
    "一般": 1,
    "不急": 1,
    "不紧急": 1,
    "普通": 1,
    "低": 1,
    "可缓": 1,
    "否": 1,
    "重要": 2,
    "较急": 2,
    "较紧急": 2,
    "比较紧急": 2,
    "中": 2,
    "比较急": 2,
    "较为紧急": 2,
    "较迫切": 2,
    "比较迫切": 2,
    "紧急": 3,
    "非常紧急": 3,
    "特急": 3,
    "急": 3,
    "高": 3,
    "迫切": 3,
    "非常迫切": 3,
    "很急": 3,
    "急需": 3,
    "是": 3,
    "十分紧急": 3,
    "特别紧急": 3,
    "很紧急": 3,
    "不太紧急": 1,
    "不着急": 1,
    "暂不急": 1,
    "不重要": 1,
    "非常重要": 3,
    "立即": 3,
    "尽快": 2,
}
_SATISFACTION: Mapping[str, float] = {
    "非常满意": 5,
    "很满意": 5,
    "十分满意": 5,
    "满意": 4,
    "比较满意": 4,
    "较满意": 4,
    "基本满意": 4,
    "好": 4,
    "好评": 5,
    "优": 5,
    "良": 4,
    "一般": 3,
    "说不清": 3,
    "中": 3,
    "中评": 3,
    "尚可": 3,
    "不太满意": 2,
    "不满意": 2,
    "较不满意": 2,
    "比较不满意": 2,
    "差": 2,
    "非常不满意": 1,
    "很不满意": 1,
    "十分不满意": 1,
    "差评": 1,
    "很差": 1,
    "较差": 2,
    "不太好": 2,
    "不好": 2,
    "很不好": 1,
    "非常好": 5,
    "很好": 5,
    "较好": 4,
    "还可以": 3,
    "还行": 3,
    "可以": 3,
    "优秀": 5,
    "良好": 4,
    "特别满意": 5,
    "极满意": 5,
    "极不满意": 1,
    "特别不满意": 1,
    "不是很满意": 2,
    "不够满意": 2,
    "五星": 5,
    "四星": 4,
    "三星": 3,
    "二星": 2,
    "一星": 1,
    "五": 5,
    "四": 4,
    "三": 3,
    "二": 2,
    "一": 1,
    "是": 4,
    "否": 2,
}


def read_level(cell: object) -> Reading:
    """Read how often: numbers as they are, words on a scale of 0 (never) to 4 (weekly or always)."""
    return _worded(cell, _LEVELS, _LEVEL_PARTS)


def read_urgency(cell: object) -> Reading:
    """Read how urgent: 1 (一般), 2 (较急) or 3 (紧急)."""
    return _worded(cell, _URGENCY, ())


def read_satisfaction(cell: object) -> Reading:
    """Read a rating on the scale 1 (worst) to 5; stars are counted, ``4分`` is 4."""
    text = key(str(cell))
    if text and set(text) <= {"★", "☆"}:
        return Reading(float(text.count("★")), "normalised")
    if _NOT_USED.search(text):
        return NOTHING
    if is_number(cell):
        return Reading(float(cell))
    worded = _RATED.fullmatch(text)
    if worded and worded["word"] in _SATISFACTION:
        return Reading(float(_SATISFACTION[worded["word"]]), "normalised")
    plainly = text if text in _SATISFACTION else text.removesuffix("分").removesuffix("星")
    return _worded(plainly, _SATISFACTION, ())


def _worded(cell: object, words: Mapping[str, float], parts: tuple[tuple[str, float], ...]) -> Reading:
    if is_number(cell):
        return Reading(float(cell))
    text = key(str(cell))
    if text in words:
        return Reading(float(words[text]), "normalised")
    if is_absent(text):
        return NOTHING
    if _FIGURE.fullmatch(text):
        return Reading(float(text))
    for part, level in parts:
        if part in text:
            denied = level > 1 and _NOT.search(text)
            return Reading(None, "refused", "W125") if denied else Reading(float(level), "normalised")
    return Reading(None, "refused", "W125")
