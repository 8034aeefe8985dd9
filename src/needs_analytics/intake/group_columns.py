"""Columns that tell special groups: titled with one group (是否独居), or whose values tell it (就业状况)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from needs_analytics.core.wording import key
from needs_analytics.intake.fields import core_words
from needs_analytics.intake.groups import NOBODY, GroupWords, group_of, is_negated
from needs_analytics.intake.reading import NOTHING, Reading, is_absent
from needs_analytics.intake.stems import stems_of
from needs_analytics.intake.yes_no import is_yes_no, read_yes_no

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from needs_analytics.intake.fields import FieldMatch
    from needs_analytics.intake.headers import Header

NO_GROUP = ""  # of a column such as 以上都不是: a tick says that no group applies
_GROUP_STEM = re.compile(
    r"人群|哪类人|(?:哪|这|下列|以下|下面)(?:些|几种)?的?情况|身份|特殊|类别|^groups?$", re.IGNORECASE
)
_SOME = 0.3  # share of items that must be groups where the question asks for groups
_TOLD_BY_VALUE = re.compile(r".*(状况|情况|类型|面貌|能力|职业|意愿|等级|类别|病史)")
_SHORT = 6  # characters of what is no yes and no no, and yet says that somebody is of the group (胃病, 肢体)
_DENIES = re.compile(r"[非无未没不否][有是]?$")


def flag_columns(headers: Sequence[Header], free: Sequence[int], words: GroupWords) -> dict[int, str]:
    """Return the columns that are titled with one special group (是否独居, 低保 …), column to group.

    Columns whose values tell the group (职业, 政治面貌, 健康状况) are no such columns.
    """
    found = _group_items(headers, free, words)
    for column in free:
        title = key(headers[column].last)
        if title in words.by_header and _TOLD_BY_VALUE.fullmatch(title):
            continue
        bare = core_words(headers[column].last).removeprefix("是否").removeprefix("否")
        group = words.headers.get(title) or words.headers.get(bare) or words.headers.get("是否" + bare)
        if group:
            found[column] = group
    return found


def _group_items(headers: Sequence[Header], free: Sequence[int], words: GroupWords) -> dict[int, str]:
    """Return the columns of questions whose items are special groups (第4题(独居老人), 您属于哪类人—低保)."""
    questions: dict[str, dict[int, str]] = {}
    asked: set[str] = set()
    for column, stem in stems_of({column: headers[column] for column in free}).items():
        if stem.item:
            questions.setdefault(stem.number or stem.stem, {})[column] = key(stem.item)
            asked |= {stem.number or stem.stem} if _GROUP_STEM.search(stem.stem) else set()
    found: dict[int, str] = {}
    for name, items in questions.items():
        exact = sum(item in words.values or item in words.headers for item in items.values())
        nobody = sum(item in NOBODY for item in items.values())
        named = {column: words.headers.get(item) or group_of(item, words) for column, item in items.items()}
        by_stem = name in asked and sum(map(bool, named.values())) >= _SOME * len(items)
        if by_stem or (exact >= 2 and exact + nobody >= 0.5 * len(items)):
            found |= {column: group or NO_GROUP for column, group in named.items()}
    return found


def without_group_items(matches: Sequence[FieldMatch], flags: Mapping[int, str]) -> list[FieldMatch]:
    """Drop the match of one column of a group question: all of its columns together tell the groups."""
    return [match for match in matches if match.field != "groups" or match.column not in flags]


def attribute_columns(
    headers: Sequence[Header], free: Sequence[int], words: GroupWords
) -> dict[int, Mapping[str, str]]:
    """Return the columns whose title belongs to several groups told apart by the value (就业状况, 户籍类型)."""
    found = {}
    for column in free:
        for title in (key(headers[column].last), core_words(headers[column].last)):
            if title in words.by_header:
                found[column] = words.by_header[title]
                break
    return found


def read_flag(cell: object, group: str, words: GroupWords) -> Reading:
    """Read a cell of a column titled with one group: yes/no, or a wording that implies yes (二级, 城市低保)."""
    if is_yes_no(cell):
        reading = read_yes_no(cell)
        return NOTHING if reading.value is None else Reading(group if reading.value else "", reading.note)
    text = key(str(cell))
    named = words.values.get(text)
    if named == group:
        return Reading(group, "normalised")
    if (
        text in NOBODY
        or is_negated(text, words)
        or text.startswith(("非", "未", "不", "无", "没", "完全自理", "能自理"))
    ):
        return Reading("", "normalised")
    known = named is None and (any(part in text for part in ("级", group, "证", "类")) or len(text) <= _SHORT)
    return Reading(group, "normalised") if known else Reading(None, "refused", "W141")


def read_attribute(cell: object, meanings: Mapping[str, str]) -> Reading:
    """Read a cell of a column whose values tell the group (失业 → jobless); a value of no group is none."""
    text = key(str(cell))
    if is_absent(text):
        return NOTHING
    inside = (word for word in meanings if len(word) >= 2 and word in text and not _DENIES.search(text.split(word)[0]))
    return Reading(meanings.get(text) or meanings.get(next(inside, ""), ""), "normalised")
