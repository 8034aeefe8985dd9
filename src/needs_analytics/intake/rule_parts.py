"""One part of a rule of eligibility, without 且, 或 and brackets: ages, sexes, groups, lists of them, exclusions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import TYPE_CHECKING, Literal

from needs_analytics.core.rules import denied
from needs_analytics.core.wording import chinese_number
from needs_analytics.intake.groups import denied_group, group_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from needs_analytics.intake.groups import GroupWords

_EVERYBODY = re.compile(
    r"居民|群众|全体|所有|不限|市民|村民|人人|公众|住户|业主|大众|辖区|家庭$|有需求|有需要|均可|all", re.IGNORECASE
)
_CHUNKS = re.compile(r"[,，;；。]")
_ALTERNATIVES = re.compile(r"[、/|]|和|以?及(?!以[上下])|与")
_UNLESS = (
    re.compile(r"^但?除(?:了|去)?(?P<out>.+?)(?:之外|以外|外)的?(?P<who>.*)$"),
    re.compile(r"^但?(?:不含|不包括|不包含|不面向|不适用于?|排除|剔除)(?P<out>.+?)(?:的(?P<who>.+))?$"),
    re.compile(r"^(?P<out>.+?)(?:之外|以外)的?(?P<who>.*)$"),
    re.compile(r"^(?P<out>.+?)(?:的|者)?(?:除外|不在内|不包括在内|不得享受|不予受理|不能参加)(?P<who>)$"),
)
LEAVES_OUT = re.compile(r"除|不含|不包括|不包含|不面向|不适用|[以之]外|不在内")
"""Words that leave somebody out, read or not."""
_NUMERAL = re.compile(r"[零一二两三四五六七八九十百]+(?=周?岁)")
_UNIT = r"(\d{1,3})(?:周岁|岁)?"
_SPELLED: tuple[tuple[re.Pattern[str], str, int], ...] = (
    (re.compile(rf"(?:不低于|不小于|不少于|至少|大于或?等于|>=|≥){_UNIT}(?:及?以上)?"), "{}岁以上", 0),
    (re.compile(rf"(?:不超过|不大于|不高于|至多|小于或?等于|<=|≤){_UNIT}(?:及?以下)?"), "{}岁及以下", 0),
    (re.compile(rf"(?:大于|超过|高于|>){_UNIT}(?:以上)?"), "{}岁以上", 1),
    (re.compile(rf"(?:小于|低于|<){_UNIT}(?:以下)?"), "{}岁以下", 0),
    (re.compile(rf"(?<![不未])年?满{_UNIT}(?:\(含\))?(?:[及或]?以上)?(?![^,]{{0,2}}[以之]下)"), "{}岁以上", 0),
    (re.compile(r"(?:aged?)?(\d{1,3})(?:and|or)(?:over|above|older|up)"), "{}岁以上", 0),
    (re.compile(r"(?:aged?)?(?:under|below)(\d{1,3})"), "{}岁以下", 0),
)
"""Ways to say an age, as 以上 and 以下 say it, and by how much more than the figure."""
_AGE_SPAN = re.compile(r"(\d{1,3})(?:周岁|岁)?[-~—至到](\d{1,3})(?:周岁|岁)?")
_AGE_FROM = re.compile(r"(\d{1,3})(?:周岁|岁)?(?:\(含\))?(?:及|或)?(?:以上|起|\+)")
_AGE_TO = re.compile(r"(\d{1,3})(?:周岁|岁)?(?:\(含\))?(及|或)?以下|(?:不满|未满)(\d{1,3})")
_MONTHS = re.compile(r"(\d{1,2})个?月(?:以下|内|龄)")
_FILLERS = re.compile(
    r"(?:本|全|各)?(?:社区|街道|辖区|辖内|小区|本地|本村|村|镇|乡|县|区|市|城乡)|户籍|常住|居住|居家|实有|长者|儿童|孩子|子女|学生"
    r"|人员|人群|人士|群体|对象|居民|群众|村民|家庭|家长|老年人|年人|朋友|人|者|们|的|等|及|其|和|或|在|周岁|岁|满|年|以上|以下|含|[()（）\d]"
)
_AGE_ONLY = re.compile(r"(?:周岁|岁|年龄|的|在)*")
_SEX_ONLY = frozenset({"女", "女性", "妇女", "女士", "男", "男性", "男士"})
_NOUN = re.compile(r"(?:人|者|员|户|家庭|对象|群体|居民|群众|儿童|妇女|女性|军人|学生|老年|家长)$")
_BROAD = frozenset({"elderly", "youth", "women"})  # groups that an age or a sex is the whole of
_TELLING = 2  # characters that nobody understood and that may be a condition
_WORDS: Mapping[str, str] = {
    "婴幼儿": "age<=3",
    "学龄前": "age<=6",
    "小学生": "age>=6 and age<=12",
    "中小学生": "age>=6 and age<=18",
    "中学生": "age>=12 and age<=18",
    "儿童": "age<=14",
    "孩子": "age<=14",
    "未成年人": "age<=17",
    "学生": "age>=6 and age<=18",
    "青少年": "age>=14 and age<=35",
    "青年": "age>=14 and age<=35",
    "中老年": "age>=50",
    "老年": "age>=60",
    "老人": "age>=60",
    "妇女": "sex=女",
    "女性": "sex=女",
    "女士": "sex=女",
    "男性": "sex=男",
    "男士": "sex=男",
    "劳动年龄": "age>=16 and age<=60",
    "成年": "age>=18",
}

Kind = Literal["", "age", "sex", "group", "loose"]


@dataclass(frozen=True, slots=True)
class Read:
    """What a part of a rule was read as.

    Attributes
    ----------
    rules
        Alternatives; empty where nothing could be read.
    missed
        Whether some of it was not understood.
    mixed
        Whether it is not plain what has to hold together and what is enough by itself.
    loose
        Whether an age stands before a bare group (60岁以上低保), so that it may be meant for what follows as well.
    """

    rules: tuple[str, ...] = ()
    missed: bool = False
    mixed: bool = False
    loose: bool = False


@dataclass(frozen=True, slots=True)
class _Item:
    rule: str
    missed: bool
    kind: Kind
    group: str = ""


def read_part(text: str, words: GroupWords) -> Read:
    """Read a part: a list joined by 、 or ，, less what it leaves out (低保老人，不含失能; 除低保外的老人)."""
    chunks = [chunk for chunk in _CHUNKS.split(text) if chunk]
    items: list[_Item] = []
    left_out: list[str] = []
    missed = False
    for chunk in chunks:
        kept, out, unsure = _split_off(chunk, items, words)
        items += _items(kept, words) if kept else []
        found = _left_out(out, words) if out else ""
        left_out += [found] if found else []
        missed |= unsure or (bool(out) and not found)
    read = _listed(items, words)
    rules = read.rules
    for rule in left_out:  # nobody but those left out was named: everybody else may come
        known = [part for part in rules if part != "all"] or [""]
        both = product(known, rule.split(" or "))
        rules = tuple(dict.fromkeys(" and ".join(filter(None, choice)) for choice in both))
    return Read(rules, missed or read.missed, read.mixed, read.loose)


def _split_off(chunk: str, before: Sequence[_Item], words: GroupWords) -> tuple[str, str, bool]:
    """Return whom a chunk names, whom it leaves out, and whether it is unsure where the one ends."""
    if chunk in words.values:
        return chunk, "", False
    for pattern in _UNLESS:
        found = pattern.search(chunk)
        if not found:
            continue
        out, who = found["out"], found["who"] or ""
        parts = [part for part in _ALTERNATIVES.split(out) if part]
        if pattern is _UNLESS[-1] and len(parts) > 1 and not before:  # 老人、残疾人、低保除外
            return out[: out.rindex(parts[-1])].rstrip("、/|和与及以"), parts[-1], True
        return who, out, False
    return chunk, "", False


def _left_out(text: str, words: GroupWords) -> str:
    """Return the rule of everybody but those a text names; ``""`` where that cannot be told."""
    read = _listed(_items(text, words), words)
    return denied(" or ".join(read.rules)) if read.rules and not read.missed else ""


def _items(text: str, words: GroupWords) -> list[_Item]:
    whole = text in words.values or denied_group(text, words)  # 退役军人/优抚对象 is one group
    return [_item(part, words) for part in ([text] if whole else _ALTERNATIVES.split(text)) if part]


def _listed(items: Sequence[_Item], words: GroupWords) -> Read:
    """Join a list: one of it is enough, but a sex and an age beside each other hold together (女性，55岁以上).

    An age beside groups is asked about; it narrows them where it could not widen them, for they are of the elderly.
    """
    rules = tuple(dict.fromkeys(item.rule for item in items if item.rule))
    missed = any(item.missed or not item.rule for item in items)
    loose = any(item.kind == "loose" for item in items)
    if "all" in rules:
        return Read(("all",), missed)
    kinds = {kind: [item.rule for item in items if item.kind == kind] for kind in ("age", "sex", "group")}
    if len(items) == len(kinds["age"]) + len(kinds["sex"]) and kinds["age"] and kinds["sex"]:
        return Read(tuple(" and ".join(both) for both in product(kinds["sex"], kinds["age"])), missed)
    beside = bool(kinds["age"] and kinds["group"])
    old = [item for item in items if item.kind == "group"]
    if beside and len(kinds["age"]) == 1 and all(words.from_age(item.group) for item in old):
        others = [item.rule for item in items if item.kind != "age" and item.rule]
        return Read(tuple(f"{kinds['age'][0]} and {rule}" for rule in dict.fromkeys(others)), missed, mixed=True)
    before = beside and items[0].kind == "age"  # 孕产妇、0-6岁儿童 is plain
    return Read(rules, missed, mixed=before or (loose and len(items) > 1), loose=loose)


def _item(part: str, words: GroupWords) -> _Item:
    """Read one of a list, and whether it says more than was understood (行动不便老人)."""
    text = spell_ages(part)
    word = _known_word(text)
    nobody = denied_group(text, words) or (denied_group("非" + text[1:], words) if text[0] == "不" else "")
    if nobody:
        # 非独居老人 are old people; 不属于独居老人 is anybody else
        of_whom = _WORDS.get(word, "") if nobody not in _BROAD and not text.startswith("不") else ""
        return _Item(" and ".join(filter(None, [of_whom, f"group!={nobody}"])), False, "")
    atoms = _ages(text)
    aged = bool(atoms)
    rest = _AGE_FROM.sub("", _AGE_TO.sub("", _AGE_SPAN.sub("", text)))
    group = group_of(rest, words) if rest else ""
    rule = _WORDS.get(_known_word(rest), "")
    named = ""
    if group == "women":
        atoms.append("sex=女")
    elif group and not (rule and group in _BROAD):
        atoms.append(f"group={group}")
        named = group
    elif rest in {"男", "女"}:
        atoms.append(f"sex={rest}")
    elif (rule and not atoms) or rule.startswith("sex"):
        atoms.append(rule)
    if not atoms:
        return _Item("all" if _EVERYBODY.search(text) else "", False, "")
    missed = group in {"", *_BROAD} and len(_FILLERS.sub("", rest.replace(_known_word(rest), ""))) >= _TELLING
    return _Item(" and ".join(atoms), missed, _kind(rest, named, aged=aged), named)


def _kind(rest: str, group: str, *, aged: bool) -> Kind:
    if group:
        return "group" if not aged else "" if _NOUN.search(rest) else "loose"
    if aged:
        return "age" if _AGE_ONLY.fullmatch(rest) else ""
    return "sex" if rest in _SEX_ONLY else ""


def spell_ages(text: str) -> str:
    """Say every age with 以上 or 以下: 不低于六十岁 → 60岁以上."""
    told = _NUMERAL.sub(lambda found: str(chinese_number(found[0]) or found[0]), text)
    for pattern, form, more in _SPELLED:
        told = pattern.sub(partial(_spelled, form=form, more=more), told)
    return told


def _spelled(found: re.Match[str], *, form: str, more: int) -> str:
    return form.format(int(found[1]) + more)


def _known_word(text: str) -> str:
    return next((known for known in sorted(_WORDS, key=len, reverse=True) if known in text), "")


def _ages(part: str) -> list[str]:
    span = _AGE_SPAN.search(part)
    if span:
        return [f"age>={int(span[1])}", f"age<={int(span[2])}"]
    if _MONTHS.search(part):
        return ["age<=3"]
    atoms = []
    low, high = _AGE_FROM.search(part), _AGE_TO.search(part)
    if low:
        atoms.append(f"age>={int(low[1])}")
    if high:
        most = int(high[1] or high[3])
        atoms.append(f"age<={most if high[2] else max(most - 1, 0)}")
    return atoms
