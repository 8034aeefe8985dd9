"""Phone and ID numbers inside names: of files and sheets, services and sites, which would otherwise be printed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from needs_analytics.core.wording import plain

if TYPE_CHECKING:
    from collections.abc import Iterable

MASK = "＊"
_SHORTEST_NUMBER = 11  # characters of the shortest phone number below
_NUMBER = re.compile(
    r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[ .\-_]?\d{4}[ .\-_]?\d{4}(?!\d)"
    r"|(?<!\d)[1-9]\d{5}[ -]?(?:19|20)\d{2}[ -]?(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])[ -]?\d{3}[\dXx](?!\d)"
    r"|(?<!\d)0\d{2,3}-\d{7,8}(?!\d)"
)


def without_identifiers(text: str) -> str:
    """Return a name with the phone and ID numbers in it replaced; a name without any stays as it is written.

    Examples
    --------
    >>> without_identifiers("王桂英家139 1234 5678"), without_identifiers("20261005调查")
    ('王桂英家＊', '20261005调查')
    """
    written = plain(text)
    if len(written) < _SHORTEST_NUMBER:
        return text
    masked = _NUMBER.sub(MASK, written)
    return masked if masked != written else text


def distinct_labels(texts: Iterable[str]) -> dict[str, str]:
    """Return every label that holds a number with what is written instead, numbered where two would be the same."""
    given = list(dict.fromkeys(texts))
    used = {text for text in given if without_identifiers(text) == text}
    labels: dict[str, str] = {}
    for text in given:
        first = label = without_identifiers(text)
        if label == text:
            continue
        number = 2
        while label in used:
            label, number = f"{first}({number})", number + 1
        used.add(label)
        labels[text] = label
    return labels
