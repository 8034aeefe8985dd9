"""Phones, cards and accounts inside names: of files, sheets, services and sites, which would be printed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from needs_analytics.core.wording import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

MASK = "＊"
_SHORTEST = 5  # characters of the shortest of them
DAY_OR_FIGURE = re.compile(  # most of a ledger, and nobody's number
    r"\d{1,6}(?:\.\d{1,4})?|(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}(?:[ T]\d{1,2}:\d\d(?::\d\d)?)?"
)
GAP = r"[ .·•_/()\-‐-―−]{0,3}"  # what is written between the groups of a number
_LISTED = r"[ .·•_/()\-‐-―−,，、*＊]{0,3}"  # and of one that no list of figures looks like
EMAIL = r"(?<![\w.+-])[\w.+-]++@[\w-]++(?:\.[\w-]++)+"  # from its start only: a long cell would take for ever
ACCOUNT = (
    r"(?:微信|qq|vx|wx|wechat|支付宝|抖音|钉钉)(?:号码?|账号|id|群)?(?:[是为:：\s]|同号)*"
    r"(?:[a-z][\w-]{4,}|\d{5,}|[a-z]+\d[\w-]+)|wxid_\w+"
)
PLATE = (
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领][A-Z][·. -]?"
    r"(?=[A-Z\d]*\d)[A-Z\d]{4,5}[A-Z\d挂学警港澳]"
)
_COUNTRY = rf"(?:(?:\+|00)?86{GAP})?"
_MOBILE = "|".join(
    rf"1[3-9]\d{{{first - 2}}}" + "".join(rf"{GAP}\d{{{length}}}" for length in others)
    for first, *others in ((4, 3, 4), (4, 4, 3), (3, 3, 5), (3, 5, 3), (5, 6))
)
_NUMBER = re.compile(
    rf"(?<!\d){_COUNTRY}(?:1[3-9]\d{_LISTED}\d{{4}}{_LISTED}\d{{4}}|{_MOBILE})(?!\d)"
    rf"|(?<!\d)\(?0(?:10|2\d|[3-9]\d\d){_LISTED}[2-8]\d{{2,3}}[ -]?\d{{4}}(?!\d)"
    rf"|[一幺][三四五六七八九](?:{GAP}[〇零一二三四五六七八九幺]){{9}}"
    rf"|{EMAIL}|{ACCOUNT}|{PLATE}",
    re.ASCII | re.IGNORECASE,
)
_TELLING = re.compile(  # what it takes for one of them to be worth looking for
    r"\d(?:\D{0,3}\d){9}|@|qq|[vw]x|wechat|微信|支付宝|抖音|钉钉|[一幺][三四五六七八九]"
    r"|[\u4e00-\u9fff][A-Z][A-Z\d· .-]{4}",
    re.IGNORECASE,
)
_LONG = re.compile(r"(?<!\d)\d(?:[ .\-,，、*＊]?\d){13,20}X?(?![\dX])", re.ASCII | re.IGNORECASE)
_BETWEEN = re.compile(r"[ .\-,，、*＊]")
_MONTH_AND_DAY = r"(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])"
_ID = re.compile(
    rf"[1-9]\d{{5}}(?:19|20)\d\d{_MONTH_AND_DAY}\d{{3}}[\dX](?:\d\d)?|[1-9]\d{{7}}{_MONTH_AND_DAY}\d{{3}}",
    re.IGNORECASE,
)
_BANK_CARD = re.compile(r"[3-69]\d{15,18}")  # in a label 2 is likelier the year of a day


def without_identifiers(text: str) -> str:
    """Return a name with the numbers of a person in it replaced; a name without any stays as it is written.

    Examples
    --------
    >>> without_identifiers("王桂英家139 1234 5678"), without_identifiers("20261005调查")
    ('王桂英家＊', '20261005调查')
    """
    written = plain(text)
    if len(written) < _SHORTEST or DAY_OR_FIGURE.fullmatch(written) or not _TELLING.search(written):
        return text
    masked = _NUMBER.sub(MASK, _LONG.sub(_without_card, written))
    return masked if masked != written else text


def _without_card(found: re.Match[str]) -> str:
    """Replace a number that is an ID card by the birth date in it, or may be a bank card by Luhn's rule."""
    number = _BETWEEN.sub("", found[0])
    if _ID.fullmatch(number):
        return MASK
    if not _BANK_CARD.fullmatch(number):
        return found[0]
    digits = [int(digit) for digit in number]
    doubled = [divmod(2 * digit, 10) for digit in digits[-2::-2]]
    return found[0] if (sum(digits[-1::-2]) + sum(map(sum, doubled))) % 10 else MASK


def distinct_labels(
    texts: Iterable[str], mask: Callable[[Iterable[str]], Mapping[str, str]] | None = None
) -> dict[str, str]:
    """Return every label that is masked with what is written instead, numbered where two would be the same.

    Parameters
    ----------
    mask
        Returns what is shown of each label; by default all but the numbers of a person.
    """
    given = list(dict.fromkeys(texts))
    shown = mask(given) if mask else {text: without_identifiers(text) for text in given}
    used = {text for text in given if shown[text] == text}
    labels: dict[str, str] = {}
    for text in given:
        first = label = shown[text]
        if label == text:
            continue
        number = 2
        while label in used:
            label, number = f"{first}({number})", number + 1
        used.add(label)
        labels[text] = label
    return labels
