"""A column's header taken apart: question number, stem and item, as platforms and offices write them."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from needs_analytics.core.wording import plain, without_numbering

if TYPE_CHECKING:
    from collections.abc import Mapping

    from needs_analytics.intake.headers import Header

_NUMBER = re.compile(
    r"^(?:q|第)?\s*(\d{1,3})\s*(?:题|[a-z])?\s*(?:[、.．:：_)]|(?=[(（]))\s*(.*)$", re.IGNORECASE | re.DOTALL
)
_OLD_ITEM = re.compile(r"^第(\d{1,3})题[(（](.+)[)）]$", re.DOTALL)
_BARE_ITEM = re.compile(r"^[(（](.+)[)）]$", re.DOTALL)
_LAST_BRACKET = re.compile(r"^(.+?)[(（]([^()（）]+)[)）]$", re.DOTALL)
_ITEM = re.compile(r"^(.*?)(?:—+|–+|--|：|:|_)([^—–:：]{1,40})$", re.DOTALL)
_ASKED = re.compile(r"(?:您|你)?(?:要不要|需不需要|想不想要?|需要不需要)(?=\S{2,12}$)")
_KOBO = re.compile(r"^([^/]{1,80})/([^/]{1,60})$")


@dataclass(frozen=True, slots=True)
class Stem:
    """A column's header taken apart: question number, stem and item."""

    number: str
    stem: str
    item: str


def stems_of(headers: Mapping[int, Header]) -> dict[int, Stem]:
    """Take the headers of a sheet apart, column to stem.

    Where later columns of a question hold their item alone (``7、(帮忙洗澡)``), the brackets at the end of its first
    column are an item too (``7、您用得着的有哪些?(上门理发)``); so is what follows 要不要 in several columns.
    """
    stems = {column: take_apart(header) for column, header in headers.items()}
    bare = Counter(stem.number for stem in stems.values() if stem.number and stem.item and not stem.stem)
    asked = {column: found for column, stem in stems.items() if not stem.item and (found := _ASKED.match(stem.stem))}
    starts = Counter(found[0] for found in asked.values())
    for column, found in asked.items():
        if starts[found[0]] > 1:
            stems[column] = replace(stems[column], stem=found[0], item=stems[column].stem[found.end() :])
    for column, stem in stems.items():
        found = _LAST_BRACKET.fullmatch(stem.stem)
        if found and not stem.item and bare[stem.number]:
            stems[column] = replace(stem, stem=plain(found[1]), item=plain(found[2]))
    return stems


def take_apart(header: Header) -> Stem:
    """Split one header into question number, stem and item (``7、需要程度—助餐``, ``第6题(运动)``, merged parent)."""
    text = plain(header.last)
    old = _OLD_ITEM.fullmatch(text)
    if old:
        return Stem(old[1], "", plain(old[2]))
    if header.parent:
        outer = _NUMBER.fullmatch(plain(header.parent))
        return Stem(outer[1] if outer else "", plain(outer[2] if outer else header.parent), without_numbering(text))
    kobo = _KOBO.fullmatch(text)
    if kobo:
        return Stem("", kobo[1], kobo[2])
    numbered = _NUMBER.fullmatch(text)
    number, rest = (numbered[1], numbered[2]) if numbered else ("", text)
    bare = _BARE_ITEM.fullmatch(rest)
    if number and bare:
        return Stem(number, "", plain(bare[1]))
    item = _ITEM.fullmatch(rest)
    return Stem(number, plain(item[1]), plain(item[2])) if item and item[1] else Stem(number, plain(rest), "")
