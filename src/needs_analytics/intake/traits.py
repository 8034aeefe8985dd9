"""Who a resident is: age, age band, sex, yes/no, ordered levels, satisfaction."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from needs_analytics.core.wording import chinese_number, key
from needs_analytics.intake.lettered import lettered
from needs_analytics.intake.reading import NOTHING, Reading, is_absent, is_error, is_number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from needs_analytics.core.month import Month
    from needs_analytics.core.records import Column
    from needs_analytics.intake.reading import Reader

_AGE = re.compile(
    r"(约|大约|近|快|不到|虚岁)?(?:满|周岁)?(\d{1,3}(?:\.\d+)?|[零一二两三四五六七八九十百廿卅]+)(多|余|来|几)?(?:周岁|岁|歲|周年|years?(?:old)?)?"
    r"(?:\(?(?:周岁|足岁)\)?)?(左右|上下|出头|多|余|\(?虚岁\)?)?"
)
_PARTS = re.compile(
    r"(?:(\d{1,3}|[一二两三四五六七八九十]+|半)(?:周岁|岁))?零?(?:(\d{1,3}|[一二两三四五六七八九十]+)个月)?(半)?"
)
_BORN = re.compile(r"(?:生于|出生于?)?((?:19|20)\d\d)年?(?:生人?|出生)?")
_BORN_ON = re.compile(r"(?:生于|出生于?)?((?:19|20)\d\d)[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月?)(?:生|出生)?")
_BORN_COMPACT = re.compile(r"((?:19|20)\d\d)(0[1-9]|1[0-2])(\d\d)?")

_BAND = re.compile(r"(\d{1,3})(?:周岁|岁)?(?:[-~—–－至到_]+|\.\.)(\d{1,3})(?:周岁|岁)?")
_OPEN_ABOVE = re.compile(
    r"(?:≥|>=|大于等于|不低于)?(\d{1,3})(?:周岁|岁)?(?:\(含\)|含)?(?:及|或)?(?:以上(?:老人|人员|人群|居民)?|\+|\+岁|起|_?plus)|(?:≥|>=)(\d{1,3})(?:周岁|岁)?"
)
_ABOVE = re.compile(r"(?:>|大于|超过)(\d{1,3})(?:周岁|岁)?")
_OPEN_BELOW = re.compile(
    r"(?:≤|<=)(?P<most>\d{1,3})(?:周岁|岁)?|(\d{1,3})(?:周岁|岁)?((?:\(含\)|含)?(?:及|或)|\(含\))?以下|(?:<|小于|不满|未满)(\d{1,3})(?:周岁|岁)?"
)
OLDEST = 120
_OLDEST_CODE, _CODED_FROM = 12, 5

_SEX = {"男": "男", "女": "女", "男性": "男", "女性": "女", "m": "男", "f": "女", "male": "男", "female": "女",
        "1": "男", "2": "女", "1.0": "男", "2.0": "女", "先生": "男", "女士": "女", "男士": "男",
        "男生": "男", "女生": "女", "男孩": "男", "女孩": "女", "男童": "男", "女童": "女", "妇女": "女"}  # fmt: skip
_REMARK = re.compile(r"\([^男女]*\)$")  # 男(家人代答)
_CHOICE = re.compile(r"^(?:[12][-.、:=]?|[ab][.、])(?=[男女]性?$)|(?<=^[男女])[12]$")
_DASHES = frozenset({"-", "--", "—", "——", "/", "\\", "空", "(空)", "(跳过)", "跳过"})
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
        "是的",
        "有的",
        "勾",
        "打勾",
        "打√",
        "要",
        "⊙",
        "◉",
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
        "不对",
        "错",
        "叉",
        "打叉",
        "没",
        "无需",
        "不要",
        "☒",
    }
)
_TICKED = frozenset("☑■●√✓✔◉⊙")
_MARK = "([☑■●√✓✔◉⊙☐□○◯])"
_FORM = re.compile(rf"{_MARK}(是|有|需要|对)[/、,]?{_MARK}(否|无|没有|不需要|不对|不是)")
_CHOICE_OF_TWO = re.compile(r"^(?:[ab][.、]|[12][.、]|√)(?=(?:是|否|有|无|没有|不是)$)|(?<=^[是否有无])√$")
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
    text = re.sub(r"(?<=[\d岁])人$|^年龄[:：]?", "", key(str(cell)))
    if is_absent(text):
        return NOTHING
    if is_error(text):
        return Reading(None, "refused", "E110")
    for pattern in (_BAND, _OPEN_ABOVE, _ABOVE, _OPEN_BELOW):
        found = pattern.fullmatch(text)
        if found:
            return _band(pattern, found)
    parts = _PARTS.fullmatch(text)
    if parts and (parts[2] or (parts[1] and parts[3]) or parts[1] == "半"):
        return _of_parts(parts)
    single = _AGE.fullmatch(text)
    if single and (single[2].isascii() or chinese_number(single[2]) is not None):
        chinese = chinese_number(single[2])
        years = float(chinese if chinese is not None else single[2])
        reading = _age(years)
        if reading.value is not None and (single[1] or single[3] or single[4]):
            return Reading(reading.value, "approximate", "W113")
        return Reading(reading.value, reading.note or ("normalised" if text != single[2] else ""), reading.code)
    return _age(float(text)) if _FIGURE.fullmatch(text) else lettered(cell) or Reading(None, "refused", "E112")


def _of_parts(parts: re.Match[str]) -> Reading:
    """Read 6个月, 1岁半, 3岁6个月, 半岁."""
    years, months = (_whole(part or "") for part in parts.groups()[:2])
    half = 0.5 * ((parts[1] == "半") + bool(parts[3]))
    reading = _age(years + months / 12 + half)
    return reading if reading.value is None else Reading(reading.value, "normalised")


def _whole(text: str) -> float:
    number = chinese_number(text)
    return float(text) if text.isdecimal() else float(number or 0)


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
        low, high = 0.0, _highest(found)
    if low > high:
        return Reading(None, "refused", "E112")
    if not 0 <= low <= high <= OLDEST:
        return Reading(None, "refused", "E101")
    return Reading(AgeRange(low, high), "normalised")


def _highest(found: re.Match[str]) -> float:
    if found["most"]:
        return float(found["most"])
    return float(found[2]) - (0 if found[3] else 1) if found[2] else float(found[4]) - 1


def age_reader(month: Month) -> Reader:
    """Return a reader of ages that also takes a year or a day of birth, as old as at the month's beginning."""
    return lambda cell: _age_at(cell, month)


def _age_at(cell: object, month: Month) -> Reading:
    if isinstance(cell, dt.date):
        return _born(cell.year, cell.month, cell.day, month)
    text = key(str(cell)).removesuffix(".0")
    year, day = _BORN.fullmatch(text), _BORN_ON.fullmatch(text) or _BORN_COMPACT.fullmatch(text)
    if year:
        return _born(int(year[1]), 7, 1, month, about=True)
    if day:
        return _born(int(day[1]), int(day[2]), int(day[3] or 1), month, about=not day[3])
    return read_age(cell)


def _born(year: int, number: int, day: int, month: Month, *, about: bool = False) -> Reading:
    """Return the age of one born on a day; the year alone leaves it a year unsure."""
    if not (1 <= number <= 12 and 1 <= day <= 31):
        return Reading(None, "refused", "E112")
    years = month.year - year - ((number, day) > (month.number, 1))
    reading = _age(float(years))
    if reading.value is None:
        return reading
    return Reading(reading.value, "approximate" if about else "normalised", "W118" if about else "I119")


def read_sex(cell: object) -> Reading:
    """Read a sex; the codes 1 and 2 are those of GB/T 2261.1 (1 男, 2 女)."""
    text = _REMARK.sub("", _CHOICE.sub("", key(str(cell)).rstrip("。.;,")))
    if is_absent(text) or text in {"0", "9", "0.0", "9.0"}:
        return Reading(None, "masked") if text and text not in _DASHES else NOTHING
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
    text = _plain_answer(cell)
    if text in _YES or text in _NO:
        return Reading(float(text in _YES), "normalised")
    return NOTHING if is_absent(text) else Reading(None, "refused", "E112")


def _plain_answer(cell: object) -> str:
    """Return a yes or no without its number and full stop; of a printed form (☑是□否), the word that is ticked."""
    text = key(str(cell)).rstrip("。.;,!")
    form = _FORM.fullmatch(text)
    if form:
        ticked = [word for mark, word in (form.groups()[:2], form.groups()[2:]) if mark in _TICKED]
        return ticked[0] if len(ticked) == 1 else "?"
    return _CHOICE_OF_TWO.sub("", text)


def is_yes_no(cell: object) -> bool:
    """Whether a cell says yes or no, or nothing."""
    text = _plain_answer(cell)
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
