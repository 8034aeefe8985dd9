"""Comparing words as offices write them: width, spaces, brackets and numbering do not matter."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_ORDINARY = re.compile(r"[!-~\u4e00-\u9fff、。]*")  # characters that are their own plain form
_COMPARABLE = re.compile(r"[!-@\[-~\u4e00-\u9fff、。]*")  # and their own lower case
_SPACES = re.compile(r"\s+")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff\x00-\x08\x0b-\x1f]")
_CIRCLED = re.compile(r"([①-⑳㊀-㊉])(?=\s*[A-Za-z\u4e00-\u9fff])")
_NUMBERING = re.compile(
    r"^(?:[A-Za-z][.、．:：)）]|[（(]?\d{1,3}[)）.、．:：](?!\d)|第\d{1,3}题[、.．:：]?|Q\d{1,3}[.、．:：_]?"
    r"|[一二三四五六七八九十]{1,3}[、.．]|[（(][一二三四五六七八九十]{1,3}[)）])\s*"
)
_FORM_WORDS = (
    r"(?:必填|选填|必答|可?多选题?|单选题?|可选多项|不定项|量表题?|矩阵(?:(?!打[√✓])\w)*+|打[√✓勾]"
    r"|请?打?勾选?|\*|[,，、/ ])+"
)
_HINT = re.compile(rf"[(（\[【]{_FORM_WORDS}[)）\]】]|[(（\[【][)）\]】]")
_MARKS = re.compile(r"[\s,，.。;；:：、?？!！*＊\"“”'‘’()（）\[\]【】<>《》·_\-—~]")
_BRACKET = re.compile(r"[(（][^)）]*[)）]")
_GENERIC = re.compile(r"(?:服务|活动|项目)+$")
_DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_DIGIT = "[一二两三四五六七八九]"
_UNITS = re.compile(rf"(?:({_DIGIT}|^)千)?[零〇]?(?:({_DIGIT}|^)百)?[零〇]?(?:({_DIGIT}|)十)?[零〇]?({_DIGIT})?")
_SAID_SHORT = {"百": 10, "千": 100}


def plain(value: str) -> str:
    """Return a text in one width, without invisible characters, its runs of spaces made one.

    A number in a circle before a word becomes one in brackets, or it would run into the word.

    Examples
    --------
    >>> plain(" ６５　岁"), plain("①助餐")
    ('65 岁', '(1)助餐')
    """
    return value if _ORDINARY.fullmatch(value) else _plain(value)


@lru_cache(maxsize=65536)
def _plain(value: str) -> str:
    marked = _CIRCLED.sub(r"(\1)", value)
    return _SPACES.sub(" ", _INVISIBLE.sub("", unicodedata.normalize("NFKC", marked))).strip()


def key(value: str) -> str:
    """Return what is compared: one width, lower case, no spaces.

    Examples
    --------
    >>> key("联系 电话（手机）")
    '联系电话(手机)'
    """
    return value if _COMPARABLE.fullmatch(value) else _key(value)


@lru_cache(maxsize=65536)
def _key(value: str) -> str:
    return plain(value).replace(" ", "").lower()


def without_numbering(value: str) -> str:
    """Drop a leading question or option number.

    Examples
    --------
    >>> without_numbering("3、您的性别"), without_numbering("A. 助餐"), without_numbering("2026年")
    ('您的性别', '助餐', '2026年')
    """
    return _NUMBERING.sub("", plain(value), count=1)


def same_wording(wording: str) -> str:
    """Return what is compared of a wording: numbering, 必填 and 多选 hints, punctuation and width are no change.

    Examples
    --------
    >>> same_wording("3、您需要哪些服务？（可多选）") == same_wording("5.您需要哪些服务【多选题】（必填）")
    True
    >>> same_wording("您需要哪些服务（限选3项）") == same_wording("您需要哪些服务")
    False
    """
    return _MARKS.sub("", _HINT.sub("", key(without_numbering(wording))))


def may_be_one(one: str, other: str) -> bool:
    """Whether one of two names stands within the other, so that both may be one thing's; 服务, 项目, 活动 tell nothing.

    Examples
    --------
    >>> may_be_one("助餐", "老年助餐"), may_be_one("助餐服务", "社区食堂（助餐）"), may_be_one("助浴", "助餐")
    (True, True, False)
    """
    names = [{_GENERIC.sub("", text) for text in (key(name), _BRACKET.sub("", key(name)))} for name in (one, other)]
    return any(len(a) >= 2 and len(b) >= 2 and (a in b or b in a) for a in names[0] for b in names[1])


def chinese_number(value: str) -> int | None:
    """Read a Chinese numeral, ``None`` when it is none or may mean two (两三, 七八).

    A last digit without 零 counts the next lower unit, as it is said: 三千五 is 3500.

    Examples
    --------
    >>> chinese_number("六十五"), chinese_number("十二"), chinese_number("一百零三"), chinese_number("网格")
    (65, 12, 103, None)
    >>> chinese_number("一万二千"), chinese_number("二百五"), chinese_number("廿五"), chinese_number("二〇二六")
    (12000, 250, 25, 2026)
    """
    text = value.replace("廿", "二十").replace("卅", "三十")
    if text and all(ch in _DIGITS for ch in text):
        digits = [_DIGITS[ch] for ch in text]
        about = len(digits) == 2 and digits[0] > 0 and digits[1] == digits[0] + 1
        return None if about else int("".join(map(str, digits)))
    head, ten_thousand, tail = text.partition("万")
    if not ten_thousand:
        return _below_ten_thousand(text)
    high = 1 if not head else _DIGITS.get(head) or _below_ten_thousand(head)
    said = _DIGITS.get(tail, 0) * 1000
    low = said or (_DIGITS.get(tail[1:]) or _below_ten_thousand(tail) if tail else 0)
    return None if high is None or low is None else high * 10_000 + low


def _below_ten_thousand(text: str) -> int | None:
    found = _UNITS.fullmatch(text)
    if found is None or not set(text) & set("千百十"):
        return None
    thousands, hundreds, tens, ones = (1 if part == "" else _DIGITS.get(part or "零", 0) for part in found.groups())
    if ones and text[-2] in _SAID_SHORT:
        ones *= _SAID_SHORT[text[-2]]
    return thousands * 1000 + hundreds * 100 + tens * 10 + ones
