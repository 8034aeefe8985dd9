"""A figure as it is written, taken apart: 约3.5万元, 1,234.50, 一万二千人, 2000-3000, 十几, 3个半."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from needs_analytics.core.wording import chinese_number, key, plain

Exactness = Literal["exact", "about", "unit unknown"]

_HAN = "零〇一二两三四五六七八九十百千万廿卅"
_ARABIC = r"\d[\d,]*(?:\.\d+)?|\.\d+"
_MIXED = r"(?:\d+(?:\.\d+)?[百千万亿])+\d*"
_FIGURE = rf"[+-]?(?:{_MIXED}|{_ARABIC})|[{_HAN}]+"
_ABOUT = (
    "大约|约|大概|估计|预计|将近|接近|近|超过|超|逾|不到|不足|至少|最多|至多"
    "|不少于|不低于|不超过|不高于|大于|多于|≥|>=|≤|<=|>"
)
_INTRODUCED = "一?共计?|合计|总计|总共|仅|限额?|人民币|rmb|[¥$]"
_MORE = r"余|多|来|几|左右|以上|上下|\+"
_SINGLE = re.compile(
    rf"(?P<about>{_ABOUT})?(?:{_INTRODUCED})*(?P<about2>{_ABOUT})?(?:{_INTRODUCED})?(?P<figure>{_FIGURE})"
    rf"(?P<more>{_MORE})?(?P<scale>[百千万亿]|[kw](?=$|元|人))?(?P<more2>{_MORE})?(?P<rest>\D*|[^\d(]{{0,8}}\(.*\))"
)
_RANGE = re.compile(
    rf"(?:{_ABOUT})?[¥$]?(?P<low>{_ARABIC})(?P<low_scale>[百千万])?(?P<low_unit>[^\d\s,.~—–至到+-]{{0,3}})"
    rf"(?:[-~—–至到]|--)[¥$]?(?P<high>{_ARABIC})(?P<scale>[百千万])?(?P<rest>\D*)"
)
_NEIGHBOURS = re.compile(
    r"(?P<low>[一二两三四五六七八])(?P<high>[二三四五六七八九])(?P<scale>[十百千万])?(?P<rest>\D*)"
)
_HALF = re.compile(rf"(?P<figure>\d+|[{_HAN}]+)(?P<unit>个|年|天|小时|岁|节|块)半(?P<rest>\D{{0,4}})")
_GROUPED = re.compile(r"[+-]?(?:\d*(?:\.\d+)?|\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,4}(?:,\d{4})+(?:\.\d+)?)")
_SPACED = re.compile(r"\d \d")
_SPACED_GROUPS = re.compile(r"\D*\d{1,3}(?: \d{3})+(?!\d)\D*")
_PART = re.compile(r"(\d+(?:\.\d+)?)([百千万亿])")
_SCALE = {"十": 10.0, "百": 1e2, "千": 1e3, "k": 1e3, "万": 1e4, "w": 1e4, "亿": 1e8}
_MEASURE = (
    "人次|人份|户次|人|名|位|个月|个|户|份|次|场次?|课时|学时|班次?|期|天|日|周|星期|小时|分钟|秒钟?|元钱?|块钱?|圆|台|张|床位?|座|席位?"
    "|间|处|所|家|栋|幢|平方米|平米|平|m2|米|m|套|件|条|餐|顿|单|例|起|宗|趟|辆|部|支|只|组|对|岁|分|点|年|盒|碗|桌|节|堂|项|批|车次?|轮|老人"
)
_UNIT = re.compile(rf"(?:{_MEASURE}){{0,2}}(?:[/每·](?:{_MEASURE}|月|季度?|半年|学期))*(?:\([^)\d]*\))?")
_ROUGH = re.compile(r"左右|上下|以上|以下|以内|以外|以后|起|不等|余|多|约|估|大概|预计|吧|或|[?+]")
_OTHER_SCALE = re.compile(rf"[{_HAN}几数半%‰折倍]|^(?:月|号|年|亩|公顷|公里|千米|km|里|华里|吨|斤|公斤|kg)")
_MOST_APART = 10


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with how exact it is; ``unit unknown`` where words follow that say nothing known."""

    value: float
    exact: Exactness = "exact"


def figure_of(cell: str) -> Figure | None:
    """Take a written figure apart; ``None`` for what is none, or none that can be read without a guess.

    Examples
    --------
    >>> figure_of("3.5万元"), figure_of("2000-3000")
    (Figure(value=35000.0, exact='exact'), Figure(value=2500.0, exact='about'))
    >>> figure_of("5%"), figure_of("10月"), figure_of("12,34")
    (None, None, None)
    """
    if _SPACED.search(plain(cell)) and not _SPACED_GROUPS.fullmatch(plain(cell)):
        return None
    text = key(cell).rstrip("。.,;、!")
    half = _HALF.fullmatch(text)
    if half:
        value = _value(half["figure"])
        return None if value is None else Figure(value + 0.5)
    return _between(text) or _single(text)


def _single(text: str) -> Figure | None:
    found = _SINGLE.fullmatch(text)
    value = _value(found["figure"]) if found else None
    if found is None or value is None or _OTHER_SCALE.search(found["rest"].partition("(")[0]):
        return None
    known = bool(_UNIT.fullmatch(_ROUGH.sub("", found["rest"]))) or set(found["rest"]) <= set("()+?")
    if not known and found["figure"][-1] in _HAN:  # 一般, 千岛湖
        return None
    value *= _SCALE.get(found["scale"] or "", 1.0)
    about = found["about"] or found["about2"] or found["more"] or found["more2"] or _ROUGH.search(found["rest"])
    return Figure(value, "about" if about else "exact" if known else "unit unknown")


def _between(text: str) -> Figure | None:
    """Read a range as its middle: 2000-3000元, 2-3万, 三五个."""
    found = _RANGE.fullmatch(text) or _NEIGHBOURS.fullmatch(text)
    if found is None or not _UNIT.fullmatch(_ROUGH.sub("", found["rest"])):
        return None
    ends = [found["low"], found["high"]]
    low, high = map(_value, ends)
    if low is None or high is None or any(end[0] == "0" and len(end) > 1 and end[1] != "." for end in ends):
        return None
    scale = _SCALE.get(found["scale"] or "", 1.0)
    own = found.groupdict().get("low_scale")
    low, high = low * (_SCALE[own] if own else scale), high * scale
    if not low < high or high > _MOST_APART * max(low, 1.0):
        return None
    return Figure((low + high) / 2, "about")


def _value(figure: str) -> float | None:
    if figure.lstrip("+-")[0] in _HAN:
        chinese = chinese_number(figure)
        return None if chinese is None else float(chinese)
    if _PART.match(figure):
        return _mixed(figure)
    return float(figure.replace(",", "")) if _GROUPED.fullmatch(figure) else None


def _mixed(figure: str) -> float | None:
    """Add 1万2千 up; a last single digit counts the next lower unit (3万5)."""
    parts = [(float(number), _SCALE[unit]) for number, unit in _PART.findall(figure)]
    rest = _PART.sub("", figure)
    scales = [scale for _, scale in parts]
    if scales != sorted(set(scales), reverse=True) or (len(parts) > 1 and "." in figure):
        return None
    last = float(rest or 0) * (scales[-1] / 10 if len(rest) == 1 else 1.0)
    if last >= scales[-1] or (rest and "." in figure):
        return None
    return sum(number * scale for number, scale in parts) + last
