"""Who may use a service: the office's words as an expression that can be evaluated and printed.

Grammar: alternatives joined by `` or ``, each a conjunction joined by `` and `` of atoms ``all``, ``age>=60``,
``age<=14``, ``sex=女``, ``group=alone_elder``.
"""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING

from needs_analytics.core.wording import key
from needs_analytics.intake.groups import GroupWords, group_of
from needs_analytics.intake.reading import NOTHING, Reading, is_absent

if TYPE_CHECKING:
    from collections.abc import Mapping

_SIDE_REMARK = re.compile(
    r"优先|补贴|优惠|减免|免费|收费|自费|需要?(?:提前|预约|评估|持|经|凭)|知情同意|凭|按程序|可享|为主"
)
_EVERYBODY = re.compile(
    r"居民|群众|全体|所有|不限|市民|村民|人人|公众|住户|业主|大众|辖区|家庭$|有需求|有需要|均可|all", re.IGNORECASE
)
_ALTERNATIVES = re.compile(r"[、,，/|]|和|及(?!以上)|与|或(?!以上)|以及")
_CONDITIONS = re.compile(r"中的|里的|当中的|且|并且|同时")
_AGE_SPAN = re.compile(r"(\d{1,3})(?:周岁|岁)?[-~—至到](\d{1,3})(?:周岁|岁)?")
_AGE_FROM = re.compile(
    r"(?:满|年满)?(\d{1,3})(?:周岁|岁)?(?:\(含\))?(?:及|或)?(?:以上|\+)|(?:满|年满)(\d{1,3})(?:周岁|岁)|(?:≥|>=)(\d{1,3})"
)
_AGE_TO = re.compile(r"(\d{1,3})(?:周岁|岁)?(?:\(含\))?(及|或)?以下|(?:不满|未满)(\d{1,3})|(?:≤|<=)(\d{1,3})")
_MONTHS = re.compile(r"(\d{1,2})个?月(?:以下|内|龄)")
_FILLERS = re.compile(
    r"(?:本|全|各)?(?:社区|街道|辖区|辖内|小区|本地|本村|村|镇|乡|县|区|市|城乡)|户籍|常住|居住|居家|实有|长者|儿童|孩子|子女|学生"
    r"|人员|人群|人士|群体|对象|居民|群众|村民|家庭|家长|老年人|年人|朋友|人|者|们|的|等|及|其|和|或|在|周岁|岁|满|年|以上|以下|含|[()（）\d]"
)
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
    "劳动年龄": "age>=16 and age<=60",
    "成年": "age>=18",
}


def read_eligibility(cell: object, words: GroupWords, told: Mapping[str, str]) -> Reading:
    """Read a rule of eligibility; what cannot be read is flagged and leaves the service open to all who need it.

    Parameters
    ----------
    told
        Wording (compared by ``key``) to expression, from ``mapping.toml``.
    """
    text = key(str(cell))
    if text in told:
        return Reading(told[text], "normalised")
    if is_absent(text):
        return NOTHING
    factors = [_alternatives(part, words) for part in _CONDITIONS.split(_main_part(text)) if part]
    unread = any(missed for _, missed in factors)
    rules = [found for found, _ in factors if found]
    if not rules:
        return Reading("all", "normalised", "W142")
    narrowing = [found for found in rules if "all" not in found]
    expression = (
        " or ".join(dict.fromkeys(" and ".join(choice) for choice in product(*narrowing))) if narrowing else "all"
    )
    return Reading(expression, "normalised", "W143" if unread and expression != "all" else "")


def _alternatives(text: str, words: GroupWords) -> tuple[list[str], bool]:
    """Return the rules a list joins by 、 or 或, and whether some part of it was not understood."""
    parts = [part for part in _ALTERNATIVES.split(text) if part]
    read = [_rule(part, words) for part in parts]
    return list(dict.fromkeys(rule for rule, _ in read if rule)), any(missed or not rule for rule, missed in read)


def _main_part(text: str) -> str:
    """Return the rule without remarks about price, priority and procedure."""
    parts = [part for part in re.split(r"[;；。]", re.sub(r"[(（][^)）]*[)）]", "", text)) if part]
    rules = [part for part in parts if not _SIDE_REMARK.search(part)]
    if rules:
        return "、".join(rules)
    pieces = [piece for part in parts for piece in re.split(r"[,，、]", part) if not _SIDE_REMARK.search(piece)]
    return "、".join(pieces)


def _rule(part: str, words: GroupWords) -> tuple[str, bool]:
    """Return the rule of one part, and whether it says more than was understood (行动不便老人)."""
    atoms = _ages(part)
    rest = _AGE_FROM.sub("", _AGE_TO.sub("", _AGE_SPAN.sub("", part)))
    group = group_of(rest, words) if rest else ""
    word = _WORDS.get(_known_word(rest), "")
    if group and not (word and group in _BROAD):
        atoms.append(f"group={group}")
    elif (word and not atoms) or word.startswith("sex"):
        atoms.append(word)
    if atoms:
        missed = group in {"", *_BROAD} and len(_FILLERS.sub("", rest.replace(_known_word(rest), ""))) >= _TELLING
        return " and ".join(atoms), missed
    return ("all" if _EVERYBODY.search(part) else ""), False


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
        atoms.append(f"age>={int(low[1] or low[2] or low[3])}")
    if high:
        most = int(high[1] or high[3] or high[4])
        atoms.append(f"age<={most if high[2] or high[4] else most - 1}")
    return atoms
