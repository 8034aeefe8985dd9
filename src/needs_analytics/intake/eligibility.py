"""Who may use a service: the office's words as a rule of :mod:`needs_analytics.core.rules`.

An office may write it as a formula, ``60岁以上 且 (独居 或 失能)``, or as people speak: 低保家庭中的失能老人、重残人员.
Brackets hold a part of the formula or a remark; 且 binds closer than 或, and where both stand without brackets it is
asked about.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from needs_analytics.core.rules import rule_words
from needs_analytics.core.wording import key
from needs_analytics.intake.groups import GroupWords, denied_group, group_of
from needs_analytics.intake.reading import NOTHING, Reading, is_absent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_SIDE_REMARK = re.compile(
    r"优先|补贴|优惠|减免|免费|收费|自费|需要?(?:提前|预约|评估|持|经|凭)|知情同意|凭|按程序|可享|为主"
)
_EVERYBODY = re.compile(
    r"居民|群众|全体|所有|不限|市民|村民|人人|公众|住户|业主|大众|辖区|家庭$|有需求|有需要|均可|all", re.IGNORECASE
)
_ALTERNATIVES = re.compile(r"[、,，/|]|和|以?及(?!以[上下])|与")
_SYMBOLS = re.compile(r"([()])|(当?中的|里的|并且|且|同时)|(或者?(?!以[上下]))")
_BRACKET = re.compile(r"\([^()]*\)")
_ASIDE = re.compile(r"^(?:含|包括|包含|不含|如|例如|即|除)")
_MOST_ALTERNATIVES, _MOST_BRACKETS = 32, 40
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
    "男性": "sex=男",
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
    tokens = _tokens(_main_part(text))
    few = sum(token in {"(", ")"} for token in tokens) <= _MOST_BRACKETS  # each goes a step deeper
    read = _Formula(tokens if few else (), words).whole()
    if not read.rules:
        return Reading("all", "normalised", "W142")
    expression = " or ".join(read.rules)
    code = "" if expression == "all" else "W143" if read.missed else "W144" if read.mixed else ""
    return Reading(expression, "normalised", code, words=rule_words(expression, words.names))


@dataclass(frozen=True, slots=True)
class _Read:
    """What a part of a formula was read as.

    Attributes
    ----------
    rules
        Alternatives; empty where nothing could be read.
    missed
        Whether some of it was not understood.
    mixed
        Whether 且 and 或 stand side by side without brackets.
    """

    rules: tuple[str, ...] = ()
    missed: bool = False
    mixed: bool = False


class _Formula:
    """A parser by descent over symbols and words; unbalanced brackets are what was not understood."""

    def __init__(self, tokens: Sequence[str], words: GroupWords) -> None:
        self._tokens, self._words, self._at = tokens, words, 0

    def whole(self) -> _Read:
        read = self._either()
        if self._at == len(self._tokens):
            return read
        self._at += 1  # a bracket that nothing opened
        return _both(read, _Read(self.whole().rules, missed=True))

    def _either(self) -> _Read:
        parts, joined = [self._all_of()], False
        while self._next() == "|":
            self._at += 1
            parts.append(self._all_of())
        joined = len(parts) > 1 and any(part.mixed for part in parts)
        rules = tuple(dict.fromkeys(rule for part in parts for rule in part.rules))
        missed = any(part.missed or not part.rules for part in parts)
        return _Read(("all",) if "all" in rules else rules, missed, joined)

    def _all_of(self) -> _Read:
        read, several = self._part(), False
        while self._next() not in {"", "|", ")"}:
            if self._next() == "&":
                self._at += 1
                several = True
            remark = self._next() == "("
            part = self._part()
            read = _both(read, part, remark=remark and not several)
        return _Read(read.rules, read.missed, several)

    def _part(self) -> _Read:
        part = self._next()
        if part in {"", "|", "&", ")"}:
            return _Read()
        self._at += 1
        if part != "(":
            return _Read(*_alternatives(part, self._words))
        aside = bool(_ASIDE.match(self._next()))
        read = self._either()
        closed = self._next() == ")"
        self._at += closed
        return _Read(() if aside else read.rules, read.missed or aside or not closed)

    def _next(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""


def _both(one: _Read, other: _Read, *, remark: bool = False) -> _Read:
    """Join what must hold together; a remark in brackets narrows where it can be read, which is asked about."""
    missed = one.missed or other.missed
    known = [part.rules for part in (one, other) if part.rules and part.rules != ("all",)]
    if not known:
        return _Read(one.rules or other.rules, missed)
    if len(known) == 2 and len(known[0]) * len(known[1]) > _MOST_ALTERNATIVES:
        return _Read(known[0], missed=True)
    rules = tuple(dict.fromkeys(" and ".join(dict.fromkeys(choice)) for choice in product(*known)))
    narrowed = remark and any("group" in rule for rule in other.rules)
    return _Read(rules, missed or narrowed)


def _tokens(text: str) -> list[str]:
    """Cut a text at brackets, 且 and 或, which become ``( ) & |``."""
    tokens, last = [], 0
    for found in _SYMBOLS.finditer(text):
        tokens += [text[last : found.start()], found[1] or ("&" if found[2] else "|")]
        last = found.end()
    return [token for token in [*tokens, text[last:]] if token.strip("、,，;；。 ")]


def _alternatives(text: str, words: GroupWords) -> tuple[tuple[str, ...], bool]:
    """Return the rules a list joins by 、, and whether some part of it was not understood."""
    whole = text in words.values or denied_group(text, words)  # 退役军人/优抚对象 is one group
    parts = [text] if whole else [part for part in _ALTERNATIVES.split(text) if part]
    read = [_rule(part, words) for part in parts]
    rules = tuple(dict.fromkeys(rule for rule, _ in read if rule))
    return ("all",) if "all" in rules else rules, any(missed or not rule for rule, missed in read)


def _main_part(text: str) -> str:
    """Return the rule without remarks about price, priority and procedure, in brackets or after a comma."""
    text = _BRACKET.sub(lambda found: "" if _SIDE_REMARK.search(found[0]) else found[0], text.replace("(含)", ""))
    parts = [part for part in re.split(r"[;；。]", text) if part]
    rules = [part for part in parts if not _SIDE_REMARK.search(part)]
    if rules:
        return "、".join(rules)
    pieces = [piece for part in parts for piece in re.split(r"[,，、]", part) if not _SIDE_REMARK.search(piece)]
    return "、".join(pieces)


def _rule(part: str, words: GroupWords) -> tuple[str, bool]:
    """Return the rule of one part, and whether it says more than was understood (行动不便老人)."""
    denied = denied_group(part, words)
    if denied:
        return f"group!={denied}", False
    atoms = _ages(part)
    rest = _AGE_FROM.sub("", _AGE_TO.sub("", _AGE_SPAN.sub("", part)))
    group = group_of(rest, words) if rest else ""
    word = _WORDS.get(_known_word(rest), "")
    if group == "women":
        atoms.append("sex=女")
    elif group and not (word and group in _BROAD):
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
