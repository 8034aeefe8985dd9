"""Who may use a service: the office's words as a rule of :mod:`needs_analytics.core.rules`.

An office may write it as a formula, ``60岁以上 且 (独居 或 失能)``, or as people speak: 低保家庭中的失能老人、重残人员.
Brackets hold a part of the formula or a remark; 且 binds closer than 或, and where both stand without brackets it is
asked about.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import accumulate, product
from typing import TYPE_CHECKING

from needs_analytics.core.rules import nobody_meets, parse_rule, rule_words
from needs_analytics.core.wording import key
from needs_analytics.errors import UsageError
from needs_analytics.intake.reading import NOTHING, Reading, is_absent
from needs_analytics.intake.rule_parts import LEAVES_OUT, Read, read_part

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from needs_analytics.intake.groups import GroupWords

_SIDE_REMARK = re.compile(
    r"优先|补贴|优惠|减免|免费|收费|自费|需要?(?:提前|预约|评估|持|经|凭)|知情同意|凭|按程序|可享|为主"
)
_SYMBOLS = re.compile(r"([()])|(当?中的|里的|并且|且|同时)|(或者?(?!以[上下]))")
_BRACKET = re.compile(r"\([^()]*\)")
_SQUARE = str.maketrans("[]{}【】〔〕", "()()()()")
_ASIDE = re.compile(r"^(?:含|包括|包含|如|例如|即)")
_MOST_ALTERNATIVES, _MOST_BRACKETS = 32, 40
_USUAL_PLACE = re.compile(
    r"(?:社区|小区|村|街道|镇|乡)[和与及或、/,()]|辖区内?|辖内|本|全|各|所有|所辖|全体|面向|常住|城乡|农村|户籍"
    r"|居住在?|在|的|[,、()/]"
)
_NAMED_PLACE = re.compile(r"[\u4e00-\u9fff]{2,}?(?:社区|小区|街道|村|镇|乡)(?!级)")


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
    written = _expression(str(cell), words)
    if written:
        return Reading(written, "normalised", words=rule_words(written, words.names))
    tokens = _tokens(_main_part(text.translate(_SQUARE)))
    few = sum(token in {"(", ")"} for token in tokens) <= _MOST_BRACKETS  # each goes a step deeper
    read = _Formula(tokens if few else (), words).whole()
    if not read.rules:
        return Reading("all", "normalised", "W142")
    expression = " or ".join(read.rules)
    explained = rule_words(expression, words.names)
    if nobody_meets(expression, {group: words.from_age(group) for group in words.names}):
        return Reading("all", "normalised", "W145", words=explained)
    return Reading(expression, "normalised", _doubt(read, expression, text, tokens), words=explained)


def _doubt(read: Read, expression: str, text: str, tokens: Sequence[str]) -> str:
    """Return the code of what is doubtful; a rule for everybody is not, unless its words leave somebody out."""
    if _NAMED_PLACE.search(_USUAL_PLACE.sub("", text)):
        return "W143"
    if expression == "all":
        return "W143" if LEAVES_OUT.search(text) else ""
    if not _balanced(tokens):
        return "W146"
    return "W143" if read.missed else "W144" if read.mixed else ""


def _expression(cell: str, words: GroupWords) -> str:
    """Return a cell that is an expression already, of groups there are; ``""`` where it is none."""
    try:
        rule = parse_rule(cell.strip())
    except UsageError:
        return ""
    known = all(name in words.names for one in rule for part in one if part.kind == "group" for name in part.names)
    return cell.strip() if known else ""


def _balanced(marks: Sequence[str]) -> bool:
    depths = list(accumulate((mark == "(") - (mark == ")") for mark in marks))
    return not depths or (min(depths) >= 0 and depths[-1] == 0)


class _Formula:
    """A parser by descent over symbols and words; unbalanced brackets are what was not understood."""

    def __init__(self, tokens: Sequence[str], words: GroupWords) -> None:
        self._tokens, self._words, self._at = tokens, words, 0

    def whole(self) -> Read:
        read = self._either()
        if self._at == len(self._tokens):
            return read
        self._at += 1  # a bracket that nothing opened
        return _both(read, Read(self.whole().rules, missed=True))

    def _either(self) -> Read:
        parts = [self._all_of()]
        while self._next() == "|":
            self._at += 1
            parts.append(self._all_of())
        mixed = any(part.mixed or (part.loose and len(parts) > 1) for part in parts)
        rules = tuple(dict.fromkeys(rule for part in parts for rule in part.rules))
        missed = any(part.missed or not part.rules for part in parts)
        return Read(("all",) if "all" in rules else rules, missed, mixed, any(part.loose for part in parts))

    def _all_of(self) -> Read:
        read, several = self._part(), False
        while self._next() not in {"", "|", ")"}:
            if self._next() == "&":
                self._at += 1
                several = True
            remark = self._next() == "("
            part = self._part()
            read = _both(read, part, remark=remark and not several)
        return replace(read, loose=read.loose or several)

    def _part(self) -> Read:
        part = self._next()
        if part in {"", "|", "&", ")"}:  # 且 with nothing before or behind it
            return Read(missed=True)
        self._at += 1
        if part != "(":
            return read_part(part, self._words)
        aside = bool(_ASIDE.match(self._next()))
        read = self._either()
        closed = self._next() == ")"
        self._at += closed
        return Read(() if aside else read.rules, read.missed or aside or not closed, read.mixed)

    def _next(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""


def _both(one: Read, other: Read, *, remark: bool = False) -> Read:
    """Join what must hold together; a remark in brackets narrows where it can be read, which is asked about."""
    doubts = {name: getattr(one, name) or getattr(other, name) for name in ("missed", "mixed", "loose")}
    known = [part.rules for part in (one, other) if part.rules and part.rules != ("all",)]
    if not known:
        return Read(one.rules or other.rules, **doubts)
    if len(known) == 2 and len(known[0]) * len(known[1]) > _MOST_ALTERNATIVES:
        return Read(known[0], **{**doubts, "missed": True})
    rules = tuple(dict.fromkeys(" and ".join(dict.fromkeys(choice)) for choice in product(*known)))
    narrowed = remark and any("group=" in rule for rule in other.rules)
    return Read(rules, **{**doubts, "missed": doubts["missed"] or narrowed})


def _tokens(text: str) -> list[str]:
    """Cut a text at brackets, 且 and 或, which become ``( ) & |``."""
    tokens, last = [], 0
    for found in _SYMBOLS.finditer(text):
        tokens += [text[last : found.start()], found[1] or ("&" if found[2] else "|")]
        last = found.end()
    return [token for token in [*tokens, text[last:]] if token.strip("、,，;；。 ")]


def _main_part(text: str) -> str:
    """Return the rule without remarks about price, priority and procedure, in brackets or after a comma."""
    text = _BRACKET.sub(lambda found: "" if _SIDE_REMARK.search(found[0]) else found[0], text.replace("(含)", ""))
    parts = [part for part in re.split(r"[;；。]", text) if part]
    rules = [part for part in parts if not _SIDE_REMARK.search(part)]
    if rules:
        return ",".join(rules)
    pieces = [piece for part in parts for piece in re.split(r"[,，、]", part) if not _SIDE_REMARK.search(piece)]
    return ",".join(pieces)
