"""Who sent a sheet, as it says itself: 填报单位 above its table, or a column that names one office throughout."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from needs_analytics.core.wording import key, plain

if TYPE_CHECKING:
    from needs_analytics.intake.blocks import Block
    from needs_analytics.intake.taken import Taken

_SENDERS = frozenset({"填报单位", "报送单位", "上报单位", "填表单位", "单位", "单位名称"})
_COMMUNITIES = frozenset(
    {"社区", "所属社区", "所在社区", "社区名称", "村居", "所属村居", "村社区", "社区村", "村", "行政村", "居委会"}
)
_STREETS = frozenset({"街道", "所属街道", "街道名称", "乡镇", "街道乡镇", "镇街", "镇"})
_OF_RESIDENTS = frozenset({"survey", "register", "places", "roster"})
"""Tables of one community's residents where their column names one; uses and requests come from all over."""
_STATED = re.compile(r"(填报|报送|上报|填表)单位[:：]\s*([^\s:：,，;；()（）]{2,20})")
_AN_OFFICE = re.compile(
    r"[\u4e00-\u9fff\d]+(?:社区|村|街道|镇|乡|办事处|委员会|居委会|村委会|中心|服务站|工作站|办公室|园区)"
)
_COMMITTEE = re.compile(r"(?<=社区)(?:居委会|居民委员会)$|(?<=村)(?:村?委会|村民委员会)$")
_LEAST = 0.9  # of the filled cells: a slip of the hand in one names no other office
_MARKS = re.compile(r"[()（）、/]")

_VERSION = re.compile(
    r"[(（\[【][^)）\]】]*(?:\d|版|稿|副本|修改|更正|修订|copy)[^)）\]】]*[)）\]】]|20\d{2}(?:\d{4}|\d{2}(?!\d)|[年\-_.]?(?:\d{1,2}(?:月份?|[-_.]\d{1,2})?)?(?:\d{1,2}日)?)"
    r"|\d{1,2}月份?(?:\d{1,2}日)?|待修改|修改版?|修订版?|更正版?|最终版?|最新版?|终版|终稿|定稿|副本|版本\d*|copy|\bv\d+\b",
    re.IGNORECASE,
)
_ENDS = " _-—·.,，、"


class Sender(NamedTuple):
    """Who sent a sheet, and the heading that says so; blank where none does."""

    name: str = ""
    said_by: str = ""


def sender_of(item: Taken) -> Sender:
    """Return who sent a sheet as it says itself: a line above the table, else a column of one office only.

    A street counts where its column stands beside several communities: else it tells none of its offices apart.
    """
    above = [*item.block.titles, *(part for header in item.block.headers for part in header.parts)]
    stated = next(filter(None, map(_STATED.search, above)), None)
    if stated:
        return Sender(_committee(stated[2]), f"{stated[1]}单位")
    heads = {_MARKS.sub("", key(header.last)): at for at, header in reversed([*enumerate(item.block.headers)])}
    own = _constant(item.block, heads, _SENDERS)
    if own.name or not _OF_RESIDENTS & {*item.recognition.tables}:
        return own
    community = _constant(item.block, heads, _COMMUNITIES)
    return community if community.name or _COMMUNITIES.isdisjoint(heads) else _constant(item.block, heads, _STREETS)


def _constant(block: Block, heads: dict[str, int], wanted: frozenset[str]) -> Sender:
    """Return the one office that a column of some headings names in nearly all its cells."""
    for column in (at for head, at in heads.items() if head in wanted):
        cells = block.column(column)
        named = Counter(_committee(plain(str(cells.values[code]))) for code in cells.codes.tolist())
        named.pop("", None)
        name, times = next(iter(named.most_common(1)), ("", 0))
        if times >= max(_LEAST * named.total(), len(block.rows) / 2, 1) and _AN_OFFICE.fullmatch(name):
            return Sender(name, block.headers[column].last)
    return Sender()


def _committee(name: str) -> str:
    return _COMMITTEE.sub("", name.strip())


def undated(name: str) -> str:
    """Return a file's name without month and version, as it is where nothing else is left of it.

    Examples
    --------
    >>> undated("石榴里社区2026年10月走访表（终版）"), undated("文昌社区调查10月 副本"), undated("2026-10")
    ('石榴里社区走访表', '文昌社区调查', '2026-10')
    """
    return _VERSION.sub("", name).strip(_ENDS) or name
