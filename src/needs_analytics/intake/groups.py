"""Special groups: recognised in a column of labels, in yes/no columns, and from age, sex and household."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.wording import key
from needs_analytics.intake.fields import core_words
from needs_analytics.intake.reading import NOTHING, Reading, is_absent
from needs_analytics.intake.stems import stems_of
from needs_analytics.intake.traits import is_yes_no, read_yes_no

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from needs_analytics.core.arrays import Bools, Floats
    from needs_analytics.core.codebook import Codebook
    from needs_analytics.intake.fields import FieldMatch
    from needs_analytics.intake.headers import Header

_SEPARATORS = re.compile(r"[、,，;；/|┋\n\s+]+")
_NOBODY = frozenset(
    {
        "无",
        "否",
        "没有",
        "都不是",
        "以上都不是",
        "均不是",
        "不属于",
        "普通居民",
        "一般居民",
        "一般群众",
        "普通群众",
        "其他",
        "以上均无",
        "正常",
        "非重点人群",
        "无特殊情况",
    }
)
_EXTRA: Mapping[str, str] = {
    "独居": "alone_elder",
    "独居老年人": "alone_elder",
    "空巢": "empty_nest",
    "失能": "disabled_elder",
    "半失能": "disabled_elder",
    "失智": "disabled_elder",
    "失能半失能": "disabled_elder",
    "残疾": "disabled",
    "低保": "dibao",
    "低保户": "dibao",
    "低保家庭": "dibao",
    "低收入": "low_income",
    "困难家庭": "low_income",
    "低保边缘": "low_income",
    "低保边缘户": "low_income",
    "特困": "tekun",
    "高龄": "aged80",
    "老人": "elderly",
    "老年": "elderly",
    "慢病": "chronic",
    "慢性病": "chronic",
    "慢病患者": "chronic",
    "留守老人": "left_behind_elder",
    "计生特殊": "jisheng",
    "失独": "jisheng",
    "退役": "veteran",
    "退伍军人": "veteran",
    "复退军人": "veteran",
    "失业": "jobless",
    "外来务工": "migrant",
    "流动人口": "migrant",
    "新市民": "migrant",
    "双职工": "dual_worker",
    "单亲": "single_parent",
    "快递员": "new_worker",
    "外卖员": "new_worker",
    "外卖骑手": "new_worker",
    "骑手": "new_worker",
    "网约车司机": "new_worker",
    "重残": "severe_disabled",
    "孕妇": "pregnant",
    "学龄儿童家长": "parent",
    "家有未成年子女": "parent",
    "有未成年子女": "parent",
    "家长": "parent",
    "车主": "car_owner",
    "有车": "car_owner",
    "电动车": "ebike",
    "养宠": "pet",
    "照护者": "carer",
    "照护人": "carer",
    "宝妈": "parent",
}
NO_GROUP = ""  # of a column such as 以上都不是: a tick says that no group applies
_GROUP_STEM = re.compile(r"人群|哪类人|哪些?情况|身份|特殊|类别|^groups?$", re.IGNORECASE)
_SOME = 0.3  # share of items that must be groups where the question asks for groups
_AGE_RULE = re.compile(r"age>=(\d+)|(\d+)<=age<=(\d+)|age<=?(\d+)")


@dataclass(frozen=True, slots=True)
class GroupWords:
    """How special groups are worded: a wording to its group; ``headers`` for the titles of yes/no columns."""

    values: Mapping[str, str]
    headers: Mapping[str, str]
    by_header: Mapping[str, Mapping[str, str]]


def group_words(codebook: Codebook) -> GroupWords:
    """Collect the wordings of all groups; a wording of two groups goes to neither."""
    values: dict[str, set[str]] = {}
    headers: dict[str, set[str]] = {}
    by_header: dict[str, dict[str, str]] = {}
    for row in codebook.groups.itertuples():
        group = str(row.group)
        for word in (str(row.name), *str(row.name).split("/"), group, *str(row.value_wordings).split("|")):
            values.setdefault(key(word), set()).add(group)
        for word in (str(row.name), *str(row.header_wordings).split("|")):
            headers.setdefault(key(word), set()).add(group)
            for value in str(row.value_wordings).split("|"):
                by_header.setdefault(key(word), {}).setdefault(key(value), group)
    single = {word: next(iter(groups)) for word, groups in values.items() if word and len(groups) == 1}
    titles = {word: next(iter(groups)) for word, groups in headers.items() if word and len(groups) == 1}
    extra = {word: group for word, group in _EXTRA.items() if group in codebook.groups.index}
    return GroupWords({**single, **extra}, {**titles, **extra}, by_header)


def read_groups(cell: object, words: GroupWords) -> Reading:
    """Read a list of special groups as codes joined by ``;``; ``""`` when it says none."""
    text = key(str(cell))
    if is_absent(text):
        return Reading("", "normalised") if text in {"-", "/", "—", "--"} else NOTHING
    if text in _NOBODY:
        return Reading("", "normalised")
    found: list[str] = []
    unknown = False
    for part in _SEPARATORS.split(re.sub(r"\s+", "、", str(cell).strip())):
        word = key(part)
        group = group_of(word, words)
        if group:
            found.append(group)
        elif word and word not in _NOBODY:
            unknown = True
    value = ";".join(dict.fromkeys(found))
    return Reading(value, "normalised", "W141" if unknown else "")


def group_of(word: str, words: GroupWords) -> str:
    """Return the group a word names, by itself, without 人员 and the like, or by the longest wording inside it."""
    if word in words.values:
        return words.values[word]
    for suffix in ("人员", "老人", "老年人", "家庭", "户", "对象", "人", "者"):
        stem = word.removesuffix(suffix)
        if stem != word and stem in words.values:
            return words.values[stem]
    inside = [known for known in words.values if len(known) >= 2 and known in word]
    return words.values[max(inside, key=len)] if inside else ""


def flag_columns(headers: Sequence[Header], free: Sequence[int], words: GroupWords) -> dict[int, str]:
    """Return the columns that are titled with one special group (是否独居, 低保 …), column to group."""
    found = _group_items(headers, free, words)
    for column in free:
        title = key(headers[column].last)
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
        nobody = sum(item in _NOBODY for item in items.values())
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
    if text in _NOBODY or text.startswith(("非", "未", "不", "完全自理", "能自理")):
        return Reading("", "normalised")
    known = words.values.get(text) == group or any(part in text for part in ("级", group, "证", "类")) or len(text) <= 6
    return Reading(group, "normalised") if known else Reading(None, "refused", "W141")


def read_attribute(cell: object, meanings: Mapping[str, str]) -> Reading:
    """Read a cell of a column whose values tell the group (失业 → jobless); a value of no group is none."""
    text = key(str(cell))
    if is_absent(text):
        return NOTHING
    hit = meanings.get(text) or next((group for word, group in meanings.items() if len(word) >= 2 and word in text), "")
    return Reading(hit, "normalised")


def derived_groups(survey: pd.DataFrame, codebook: Codebook) -> pd.Series:
    """Add the groups that age, sex and household size settle, drop those that the age contradicts.

    Parameters
    ----------
    survey
        With ``groups`` (codes joined by ``;``), ``age_low``, ``age_high``, ``sex``, ``household_size``.

    Returns
    -------
    The ``groups`` column; NaN where nothing at all is known.
    """
    codes, texts = pd.factorize(survey["groups"].astype(object))
    listed = [set(str(text).split(";")) for text in texts]
    low, high = survey["age_low"].to_numpy(float), survey["age_high"].to_numpy(float)
    columns: dict[str, Bools] = {}
    for group, rule in zip(codebook.groups.index, codebook.groups["rule"], strict=True):
        has = np.array([*(group in groups for groups in listed), False])[codes]  # the last for those not known
        age_yes, age_no = _by_age(str(rule), low, high)
        has &= ~age_no
        has |= _settled(str(rule), age_yes, survey)
        if has.any():
            columns[str(group)] = has
    joined = np.full(len(codes), "", dtype=object)
    for group, has in columns.items():
        joined[has] = np.array([f"{text};{group}" if text else group for text in joined[has]], dtype=object)
    unknown = survey["groups"].isna().to_numpy() & np.isnan(low) & (joined == "")
    joined[unknown] = None
    return pd.Series(joined, index=survey.index, dtype=object)


def _by_age(rule: str, low: Floats, high: Floats) -> tuple[Bools, Bools]:
    """Return whether a rule's age condition surely holds and surely fails; both false without a condition."""
    found = _AGE_RULE.search(rule)
    if not found:
        return np.zeros(len(low), bool), np.zeros(len(low), bool)
    if found[1]:
        least, most = float(found[1]), np.inf
    elif found[2]:
        least, most = float(found[2]), float(found[3])
    else:
        least, most = -np.inf, float(found[4]) - (0 if "<=" in rule else 1)
    return (low >= least) & (high <= most), (high < least) | (low > most)


def _settled(rule: str, age_yes: Bools, survey: pd.DataFrame) -> Bools:
    """Return who belongs to a group by the rule alone; rules with a flag settle nothing."""
    if re.fullmatch(r"age>=\d+|\d+<=age<=\d+", rule):
        return age_yes
    if rule == "sex==F":
        return (survey["sex"] == "女").to_numpy() & (survey["age_low"] >= 18).to_numpy()
    if "household_size==1" in rule and "household_size" in survey:
        return age_yes & (survey["household_size"] == 1).to_numpy()
    return np.zeros(len(survey), bool)
