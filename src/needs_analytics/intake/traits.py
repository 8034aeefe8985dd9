"""Who a resident is: age, age band, sex, yes/no, ordered levels, satisfaction."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from needs_analytics.core.wording import chinese_number, key
from needs_analytics.intake.reading import NOTHING, Reading, is_absent, is_error, is_number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from needs_analytics.core.records import Column

_AGE = re.compile(
    r"(约|大约|近|快|虚岁)?(\d{1,3}(?:\.\d+)?|[零一二三四五六七八九十百]+)(多|余|来|几)?(周岁|岁|周年)?"
    r"(左右|上下|出头|多|余)?"
)
_BAND = re.compile(r"(\d{1,3})(?:周岁|岁)?(?:[-~—–－至到_]+|\.\.)(\d{1,3})(?:周岁|岁)?")
_OPEN_ABOVE = re.compile(
    r"(?:≥|>=|大于等于|不低于)?(\d{1,3})(?:周岁|岁)?(?:及|或)?(?:以上|\+|\+岁|起|_?plus)|(?:≥|>=)(\d{1,3})(?:周岁|岁)?"
)
_ABOVE = re.compile(r"(?:>|大于|超过)(\d{1,3})(?:周岁|岁)?")
_OPEN_BELOW = re.compile(r"(\d{1,3})(?:周岁|岁)?(及|或)?以下|(?:<|小于|不满|未满)(\d{1,3})(?:周岁|岁)?")
OLDEST = 120
_OLDEST_CODE, _CODED_FROM = 12, 5

_SEX = {"男": "男", "女": "女", "男性": "男", "女性": "女", "m": "男", "f": "女", "male": "男", "female": "女",
        "1": "男", "2": "女", "1.0": "男", "2.0": "女", "先生": "男", "女士": "女", "男士": "男",
        "男生": "男", "女生": "女"}  # fmt: skip
_OTHER_SEX = frozenset({"其他", "其它", "other", "第三性别", "thirdgender", "不便透露", "不愿透露", "prefernottosay"})
_YES = frozenset(
    {
        "是",
        "√",
        "✓",
        "✔",
        "☑",
        "■",
        "●",
        "○",
        "有",
        "y",
        "yes",
        "1",
        "1.0",
        "true",
        "对",
        "需要",
        "需",
        "√√",
        "v",
        "选中",
        "已选",
    }
)
_NO = frozenset(
    {
        "否",
        "×",
        "x",
        "✗",
        "✘",
        "☐",
        "□",
        "无",
        "没有",
        "n",
        "no",
        "0",
        "0.0",
        "false",
        "不",
        "不是",
        "不需要",
        "未选",
        "未选中",
    }
)
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
    "是": 4,
    "否": 2,
}


@dataclass(frozen=True, slots=True)
class AgeRange:
    """An age known exactly (``low == high``) or as a band, both ends included."""

    low: float
    high: float

    @property
    def band(self) -> str:
        """The band as text: ``60-69``, ``80+``, ``65``."""
        if self.low == self.high:
            return f"{self.low:g}"
        return f"{self.low:g}+" if self.high >= OLDEST else f"{self.low:g}-{self.high:g}"


def read_age(cell: object) -> Reading:
    """Read an age or an age band as an :class:`AgeRange`."""
    if is_number(cell):
        return _age(float(cell))
    text = key(str(cell)).removesuffix("人").removeprefix("年龄")
    if is_absent(text):
        return NOTHING
    if is_error(text):
        return Reading(None, "refused", "E110")
    for pattern in (_BAND, _OPEN_ABOVE, _ABOVE, _OPEN_BELOW):
        found = pattern.fullmatch(text)
        if found:
            return _band(pattern, found)
    single = _AGE.fullmatch(text)
    if single:
        chinese = chinese_number(single[2])
        years = float(chinese if chinese is not None else single[2])
        reading = _age(years)
        if reading.value is not None and (single[1] or single[3] or single[5]):
            return Reading(reading.value, "approximate", "W113")
        return Reading(reading.value, reading.note or ("normalised" if text != single[2] else ""), reading.code)
    try:
        return _age(float(text))
    except ValueError:
        return Reading(None, "refused", "E112")


def are_age_codes(column: Column) -> bool:
    """Whether a column of ages holds the codes of age bands (1, 2 … 8): no respondent is older than twelve."""
    counts = np.bincount(column.codes, minlength=len(column.values))
    figures = [
        (float(text), int(count))
        for text, count in zip((key(str(value)) for value in column.values), counts, strict=True)
        if count and not is_absent(text) and text.removesuffix(".0").isdecimal()
    ]
    filled = sum(int(n) for value, n in zip(column.values, counts, strict=True) if not is_absent(key(str(value))))
    whole = sum(count for _, count in figures) == filled
    return whole and filled >= _CODED_FROM and max(years for years, _ in figures) <= _OLDEST_CODE


def _age(years: float) -> Reading:
    if not 0 <= years <= OLDEST:
        return Reading(None, "refused", "E101")
    return Reading(AgeRange(years, years))


def _band(pattern: re.Pattern[str], found: re.Match[str]) -> Reading:
    if pattern is _BAND:
        low, high = float(found[1]), float(found[2])
    elif pattern is _OPEN_ABOVE:
        low, high = float(found[1] or found[2]), float(OLDEST)
    elif pattern is _ABOVE:
        low, high = float(found[1]) + 1, float(OLDEST)
    else:
        low, high = 0.0, float(found[1]) - (0 if found[2] else 1) if found[1] else float(found[3]) - 1
    if not 0 <= low <= high <= OLDEST:
        return Reading(None, "refused", "E101")
    return Reading(AgeRange(low, high), "normalised")


def read_sex(cell: object) -> Reading:
    """Read a sex; the codes 1 and 2 are those of GB/T 2261.1 (1 男, 2 女)."""
    text = re.sub(r"\(.*\)$", "", key(str(cell)))  # 男(家人代答)
    if is_absent(text) or text in {"0", "9", "0.0", "9.0"}:
        return NOTHING
    if text in _OTHER_SEX:
        return Reading(None, "normalised")
    sex = _SEX.get(text)
    if sex is None:
        return Reading(None, "refused", "E102")
    return Reading(sex, "" if key(str(cell)) == sex else "normalised")


def read_yes_no(cell: object) -> Reading:
    """Read yes or no as 1.0 or 0.0."""
    if isinstance(cell, bool):
        return Reading(float(cell))
    text = key(str(cell))
    if text in _YES or text in _NO:
        return Reading(float(text in _YES), "normalised")
    return NOTHING if is_absent(text) else Reading(None, "refused", "E112")


def is_yes_no(cell: object) -> bool:
    """Whether a cell says yes or no, or nothing."""
    text = key(str(cell))
    return isinstance(cell, bool) or text in _YES or text in _NO or is_absent(text)


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
    return _worded(text.removesuffix("分").removesuffix("星") if not is_number(cell) else cell, _SATISFACTION, ())


def _worded(cell: object, words: Mapping[str, float], parts: tuple[tuple[str, float], ...]) -> Reading:
    if is_number(cell):
        return Reading(float(cell))
    text = key(str(cell))
    if text in words:
        return Reading(float(words[text]), "normalised")
    if is_absent(text):
        return NOTHING
    try:
        return Reading(float(text))
    except ValueError:
        pass
    for part, level in parts:
        if part in text:
            return Reading(float(level), "normalised")
    return Reading(None, "refused", "W125")
