"""Special groups: their wordings, and lists of them in one cell (独居、低保；非残疾)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from needs_analytics.core.wording import key
from needs_analytics.intake.reading import NOTHING, Reading, is_absent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from needs_analytics.core.codebook import Codebook

_SEPARATORS = re.compile(r"[、,，;；/|┋\n\s+]+")
NOBODY = frozenset(
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
        "以上都没有",
        "以上皆无",
        "以上皆非",
        "都没有",
        "一般户",
        "普通户",
        "一般家庭",
        "普通家庭",
    }
)
_EXTRA: Mapping[str, str] = {
    "独居": "alone_elder",
    "独居老年人": "alone_elder",
    "一个人住": "alone_elder",
    "独自居住": "alone_elder",
    "和老伴住": "empty_nest",
    "和老伴两个人": "empty_nest",
    "老两口": "empty_nest",
    "五保": "tekun",
    "3岁以下": "child0_3",
    "上小学": "child7_15",
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
_SUFFIXES = ("人员", "老人", "老年人", "家庭", "户", "对象", "人", "者", "证", "情况", "身份")
_NOT = re.compile(
    r"^(并?非|不是|不属于?|不享受|没有|没|无|未|已?(退出|取消|注销|停发)(?=.{2})|曾是?|原为?|[□☐×✗])(享受|评|办理?|是)?"
)
_WITH = re.compile(r"^[与和跟同].+(?:同住|居住|一起住?|生活)$")  # who lives with somebody is not that somebody
_IS_NOT = re.compile(r"([:：=(（]?(否|无|没有|不是|×|✗|✘|n|no)[)）]?)$")


@dataclass(frozen=True, slots=True)
class GroupWords:
    """How special groups are worded: a wording to its group; ``headers`` for the titles of yes/no columns.

    ``names`` holds how each group is called, ``old`` from which age those of the elderly are.
    """

    values: Mapping[str, str]
    headers: Mapping[str, str]
    by_header: Mapping[str, Mapping[str, str]]
    names: Mapping[str, str]
    old: Mapping[str, float]

    def from_age(self, group: str) -> float:
        """Return from which age somebody of a group of the elderly is; 0 for any other group."""
        return self.old.get(group, 0.0)


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
    elderly = codebook.groups[codebook.groups["family"] == "老年"]
    ages = elderly["rule"].str.extract(r"age>=(\d+)")[0].astype(float).fillna(60.0)
    return GroupWords({**single, **extra}, {**titles, **extra}, by_header, codebook.group_names(), dict(ages))


def read_groups(cell: object, words: GroupWords) -> Reading:
    """Read a list of special groups as codes joined by ``;``; ``""`` when it says none."""
    text = key(str(cell))
    if is_absent(text):
        return Reading("", "normalised") if text in {"-", "/", "—", "--"} else NOTHING
    if text in NOBODY:
        return Reading("", "normalised")
    found: list[str] = []
    unknown = False
    for part in _SEPARATORS.split(re.sub(r"\s+", "、", str(cell).strip())):
        word = key(part)
        group = group_of(word, words)
        if group:
            found.append(group)
        elif word and word not in NOBODY and not is_negated(word, words):
            unknown = True
    value = ";".join(dict.fromkeys(found))
    return Reading(value, "normalised", "W141" if unknown else "")


def group_of(word: str, words: GroupWords) -> str:
    """Return the group a word names, by itself, without 人员 and the like, or by the longest wording inside it.

    A word that says no to a group (非低保, 残疾：无, □独居) names none.
    """
    named = _named(word, words)
    if named or is_negated(word, words) or _WITH.search(word):
        return named
    inside = [known for known in words.values if len(known) >= 2 and known in word]
    return words.values[max(inside, key=len)] if inside else ""


def is_negated(word: str, words: GroupWords) -> bool:
    """Whether a word says that somebody is not of a group: 非低保, 无残疾证, 已退出低保, 残疾(否), □独居."""
    return bool(denied_group(word, words))


def denied_group(word: str, words: GroupWords) -> str:
    """Return the group that a word says somebody is not of, ``""`` where it says no such thing."""
    if word in words.values:
        return ""
    rest = _NOT.sub("", _IS_NOT.sub("", word))
    return _named(rest, words) if rest != word else ""


def _named(word: str, words: GroupWords) -> str:
    """Return the group a word names by itself or without 人员 and the like."""
    if word in words.values:
        return words.values[word]
    stems = (word.removesuffix(suffix) for suffix in _SUFFIXES if word.endswith(suffix))
    return next((words.values[stem] for stem in stems if stem in words.values), "")
