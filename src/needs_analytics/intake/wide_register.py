"""A register with age bands, sexes and groups across the columns (男 16-34, 女 16-34, 独居老人数)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from needs_analytics.core.wording import key
from needs_analytics.intake.ages import AgeRange, read_age
from needs_analytics.intake.groups import GroupWords, group_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from needs_analytics.intake.headers import Header

_COUNTED = re.compile(r"(人口数|人口|人数|数量|常住|户籍|\(人\)|\(名\)|人$|数$|其中|:)")
_UNIT = re.compile(r"[(（][人户名]+[)）]|户?数量?$")
_PEOPLE_WORD = re.compile(r"老人|老年人|残疾人|人员|对象|家庭|儿童|妇女|小哥|军人|特困|低保|低收入|户$")
_SEX = re.compile(r"(男性?|女性?)")


@dataclass(frozen=True, slots=True)
class WideColumn:
    """One column of a wide register: the people it counts."""

    age: AgeRange | None
    sex: str
    group: str


def wide_columns(headers: Sequence[Header], groups: GroupWords) -> dict[int, WideColumn]:
    """Return the columns whose title names an age band, a sex or a special group, column to people counted.

    Totals over columns that are told apart (男, beside 男 16–34) are left out, and registered residents (户籍) beside
    residents (常住).
    """
    found = {}
    registered = {column for column, header in enumerate(headers) if "户籍" in header.text}
    skipped = registered if any("常住" in header.text for header in headers) else set()
    for column, header in enumerate(headers):
        if column in skipped:
            continue
        people = people_of(header, groups)
        if people is not None:
            found[column] = people
    detailed = [people for people in found.values() if people.age is not None]
    if detailed:
        both = any(people.sex for people in detailed)
        found = {
            column: people
            for column, people in found.items()
            if people.group or (people.age is not None and (bool(people.sex) or not both))
        }
    return found


def people_of(header: Header, groups: GroupWords) -> WideColumn | None:
    """Return the people a column's title names, if any."""
    age: AgeRange | None = None
    sex = group = ""
    for part in header.parts:
        text = _COUNTED.sub("", key(part))
        hit = _SEX.fullmatch(text) or re.match(r"(男|女)性?[-_·、]?(?=\d|[一二三四五六七八九十])", text)
        if hit:
            sex = hit[1][0]
            text = text[hit.end() :]
        value = read_age(text).value if re.search(r"\d", text) else None
        if isinstance(value, AgeRange) and (value.low < value.high or "岁" in text):
            age = value
        elif text:
            group = group or _titled_group(key(part), text, groups)
    if age is None and not sex and not group:
        return None
    return WideColumn(age, sex, "" if age is not None else group)


def _titled_group(title: str, bare: str, groups: GroupWords) -> str:
    """Return the group a column's title names, as it stands, without what is counted, or by its longest part."""
    for text in (title, _UNIT.sub("", title), bare):
        if text in groups.headers or text in groups.values:
            return groups.headers.get(text) or groups.values[text]
    whole = _UNIT.sub("", title)
    return group_of(whole, groups) if _PEOPLE_WORD.search(whole) else ""
