"""Phones, cards and accounts inside names: of files, sheets, services and sites, which would be printed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from needs_analytics.core.wording import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

MASK = "＊"
_SHORTEST = 5  # characters of the shortest of them
_NUMBER = re.compile(
    r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[ .\-_]?\d{4}[ .\-_]?\d{4}(?!\d)"
    r"|(?<!\d)[1-9]\d{5}[ -]?(?:19|20)\d{2}[ -]?(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])[ -]?\d{3}[\dXx](?!\d)"
    r"|(?<!\d)[1-9]\d{7}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}(?!\d)"
    r"|(?<!\d)\(?0\d{2,3}[-)]\d{7,8}(?!\d)"
    r"|一[三四五六七八九][〇零一二三四五六七八九幺]{9}"
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|(?:微信|QQ|VX|WX)号?[:：]?\s?(?:[A-Za-z]\w{5,}|\d{6,})"
    r"|[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][·.]?(?=[A-Z\d]*\d)[A-Z\d]{4,5}[A-Z\d挂学警港澳]",
    re.ASCII | re.IGNORECASE,
)
_CARD = re.compile(r"(?<!\d)\d{4}(?:[ -]?\d{4}){2}[ -]?\d{4}(?:[ -]?\d{1,3})?(?!\d)")


def without_identifiers(text: str) -> str:
    """Return a name with the numbers of a person in it replaced; a name without any stays as it is written.

    Examples
    --------
    >>> without_identifiers("王桂英家139 1234 5678"), without_identifiers("20261005调查")
    ('王桂英家＊', '20261005调查')
    """
    written = plain(text)
    if len(written) < _SHORTEST:
        return text
    masked = _CARD.sub(_without_card, _NUMBER.sub(MASK, written))
    return masked if masked != written else text


def _without_card(found: re.Match[str]) -> str:
    """Replace a number that a bank card may have, by Luhn's rule."""
    digits = [int(digit) for digit in found[0] if digit.isdigit()]
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
