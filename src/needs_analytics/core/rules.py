"""Rules of eligibility: who may use a service, as an expression that is stored and computed with, and in words.

A rule is alternatives joined by `` or ``, each a conjunction joined by `` and `` of conditions ``all``, ``age>=60``,
``age<=14``, ``sex=女``, ``group=alone_elder``, ``group=dibao|tekun`` (one of them) and ``group!=dibao``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Literal

from needs_analytics.core.messages import failure, text
from needs_analytics.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_CONDITION = re.compile(r"age(>=|<=)(\d+(?:\.\d+)?)|sex=(男|女)|group(!?)=(\w+(?:\|\w+)*)|all")
_ADULT, _OLDEST = 16.0, 120.0
_MOST_CHOICES = 32

Kind = Literal["all", "age_from", "age_to", "sex", "group"]


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition.

    Attributes
    ----------
    kind
        What it is about.
    limit
        Age in years, inside.
    names
        The sex, or the groups of which one is enough.
    negated
        Whether nobody of the groups is meant.
    """

    kind: Kind
    limit: float = 0.0
    names: tuple[str, ...] = ()
    negated: bool = False


Rule = tuple[tuple[Condition, ...], ...]
"""Alternatives, each a conjunction."""


@lru_cache(maxsize=4096)
def parse_rule(expression: str) -> Rule:
    """Read an expression.

    Raises
    ------
    UsageError
        When it does not follow the grammar.
    """
    return tuple(
        tuple(_condition(part.strip(), expression) for part in alternative.split(" and "))
        for alternative in expression.split(" or ")
    )


def _condition(part: str, expression: str) -> Condition:
    found = _CONDITION.fullmatch(part)
    if not found:
        raise failure(UsageError, "eligibility_syntax", expression=expression, part=part)
    sign, limit, sex, negated, groups = found.groups()
    if sign:
        return Condition("age_from" if sign == ">=" else "age_to", limit=float(limit))
    if sex:
        return Condition("sex", names=(sex,))
    if groups:
        return Condition("group", names=tuple(groups.split("|")), negated=bool(negated))
    return Condition("all")


def denied(expression: str) -> str:
    """Return the expression of everybody who does not meet a rule; ``""`` where that is nobody or too long to say."""
    alternatives = parse_rule(expression)
    if any(condition.kind == "all" for part in alternatives for condition in part):
        return ""
    choices = [[other for condition in part if (other := _opposite(condition))] for part in alternatives]
    if not 0 < prod(map(len, choices)) <= _MOST_CHOICES:
        return ""
    return " or ".join(" and ".join(dict.fromkeys(one)) for one in product(*choices))


def _opposite(condition: Condition) -> str:
    """Return the condition of those who do not meet one; ``""`` where everybody meets it (0 years and more)."""
    if condition.kind == "age_from":
        return f"age<={condition.limit - 1:g}" if condition.limit >= 1 else ""
    if condition.kind == "age_to":
        return f"age>={condition.limit + 1:g}"
    if condition.kind == "sex":
        return "sex=男" if condition.names == ("女",) else "sex=女"
    return f"group{'' if condition.negated else '!'}={'|'.join(condition.names)}"


def nobody_meets(expression: str, group_ages: Mapping[str, float]) -> bool:
    """Whether some alternative of a rule holds for nobody: 80 to 60 years, 60 to 79 and of the 高龄老人, both sexes.

    Parameters
    ----------
    group_ages
        From which age those of a group are; 0 or missing where it holds people of any age.
    """
    return any(_contradicts_itself(part, group_ages) for part in parse_rule(expression))


def _contradicts_itself(part: tuple[Condition, ...], group_ages: Mapping[str, float]) -> bool:
    groups = [condition for condition in part if condition.kind == "group"]
    inside = [set(condition.names) for condition in groups if not condition.negated]
    outside = {name for condition in groups if condition.negated for name in condition.names}
    low = [condition.limit for condition in part if condition.kind == "age_from"]
    low += [min(group_ages.get(name, 0.0) for name in names) for names in inside]
    high = [condition.limit for condition in part if condition.kind == "age_to"]
    sexes = {condition.names for condition in part if condition.kind == "sex"}
    return (
        max(low, default=0.0) > min(high, default=_OLDEST)
        or len(sexes) > 1
        or any(names <= outside for names in inside)
    )


def is_for_children(expression: str) -> bool:
    """Whether some alternative ends below the age of the target population."""
    return any(ends_before_grown(alternative) for alternative in parse_rule(expression))


def ends_before_grown(alternative: tuple[Condition, ...]) -> bool:
    """Whether an alternative ends below the age of the target population."""
    return any(condition.kind == "age_to" and condition.limit < _ADULT for condition in alternative)


def rule_words(expression: str, group_names: Mapping[str, str], language: str = "zh") -> str:
    """Say a rule in words an office would write, and intake would read as the same rule.

    What all alternatives have in common is said once: ``60岁及以上 且（独居老人 或 失能老人）``.

    Parameters
    ----------
    group_names
        Special group to its name.
    """
    alternatives = [tuple(dict.fromkeys(_singly(conditions))) for conditions in parse_rule(expression)]
    common = [condition for condition in alternatives[0] if all(condition in other for other in alternatives)]
    rest = list(dict.fromkeys(tuple(c for c in part if c not in common) for part in alternatives))
    shared = _together(common, group_names, language)
    if () in rest:  # an alternative that asks for no more than the common part makes the others needless
        return shared
    told = [_together(part, group_names, language) for part in rest]
    if len(told) == 1:
        return _joined([shared, told[0]], "and", language) if shared else told[0]
    either = _joined([_bracketed(one, part, language) for one, part in zip(told, rest, strict=True)], "or", language)
    if not shared:
        return either
    return _joined([shared, _in_brackets(either, language)], "and", language)


def _singly(part: Sequence[Condition]) -> list[Condition]:
    """Say of several groups that are left out that each one is."""
    return [
        one
        for condition in part
        for one in (
            [replace(condition, names=(name,)) for name in condition.names] if condition.negated else [condition]
        )
    ]


def _bracketed(told: str, part: Sequence[Condition], language: str) -> str:
    return _in_brackets(told, language) if len(_spans(part)) > 1 else told


def _together(part: Sequence[Condition], names: Mapping[str, str], language: str) -> str:
    return _joined([_word(span, names, language) for span in _spans(part)], "and", language)


def _spans(part: Sequence[Condition]) -> list[tuple[Condition, ...]]:
    """Put a lower and an upper age together; every other condition stands alone."""
    ages = {kind: [c for c in part if c.kind == kind] for kind in ("age_from", "age_to")}
    if len(ages["age_from"]) == len(ages["age_to"]) == 1:
        span = (ages["age_from"][0], ages["age_to"][0])
        return [span, *((c,) for c in part if c not in span)]
    return [(c,) for c in part]


def _word(span: tuple[Condition, ...], names: Mapping[str, str], language: str) -> str:
    first = span[0]
    if len(span) == 2:
        return text("rule.age_span", language, low=f"{first.limit:g}", high=f"{span[1].limit:g}")
    if first.kind in {"age_from", "age_to"}:
        return text(f"rule.{first.kind}", language, age=f"{first.limit:g}")
    if first.kind == "sex":
        return text("rule.women" if first.names == ("女",) else "rule.men", language)
    if first.kind == "all":
        return text("rule.all", language)
    joined = _joined([names.get(group, group) for group in first.names], "or", language)
    if first.negated:
        return text("rule.not", language, text=joined)
    return _in_brackets(joined, language) if len(first.names) > 1 else joined


def _in_brackets(told: str, language: str) -> str:
    return text("rule.bracketed", language, text=told)


def _joined(parts: Sequence[str], word: str, language: str) -> str:
    return text(f"rule.{word}", language).join(part for part in parts if part)
