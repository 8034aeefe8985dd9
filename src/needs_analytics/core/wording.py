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
    r"(?:必填|选填|必答|可?多选题?|单选题?|可选多项|不定项|量表题?|矩阵\w*题?|打[√✓勾]|请?打?勾选?|\*|[,，、/ ])+"
)
_HINT = re.compile(rf"[(（\[【]{_FORM_WORDS}[)）\]】]|[(（\[【][)）\]】]")
_MARKS = re.compile(r"[\s,，.。;；:：、?？!！*＊\"“”'‘’()（）\[\]【】<>《》·_\-—~]")
_DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}


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


def chinese_number(value: str) -> int | None:
    """Read a Chinese numeral below 1 000, ``None`` when it is none.

    Examples
    --------
    >>> chinese_number("六十五"), chinese_number("十二"), chinese_number("一百零三"), chinese_number("网格")
    (65, 12, 103, None)
    """
    if not value or any(ch not in _DIGITS and ch not in "十百" for ch in value):
        return None
    if "十" not in value and "百" not in value:
        return int("".join(str(_DIGITS[ch]) for ch in value))
    total, digit = 0, 0
    for ch in value:
        if ch in "十百":
            total += (digit or 1) * (10 if ch == "十" else 100)
            digit = 0
        else:
            digit = _DIGITS[ch]
    return total + digit
