"""Who meets a service's rule (:mod:`needs_analytics.core.rules`) among respondents.

Three values: 1 meets it, 0 does not, NaN not known (the trait was never asked of the respondent).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from needs_analytics.core.rules import ends_before_grown, parse_rule

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from needs_analytics.core.arrays import Floats
    from needs_analytics.core.codebook import Codebook
    from needs_analytics.core.rules import Condition

_AGE_RULE = re.compile(r"age>=(\d+)")
_ELDERLY = "age>=60 & "
_PARENT = "parent"
_WITH_CHILD = (
    "single_parent", "dual_worker", "child0_3", "child0_6", "child7_15", "left_behind_child", "child_dif",
    "disabled_child", "migrant_child",
)  # fmt: skip
"""Groups that say there is a child besides 未成年子女家长, which is the one that offices ask everybody about."""


def group_rules(codebook: Codebook) -> dict[str, str]:
    """Return how each special group follows from age; one of the elderly holds nobody under 60 though it is ticked."""
    groups = codebook.groups
    elderly = (groups["family"] == "老年") & ~groups["rule"].str.contains("age")
    return dict(groups["rule"].where(~elderly, _ELDERLY + groups["rule"]))


def meets(expression: str, people: pd.DataFrame, group_rules: Mapping[str, str]) -> Floats:
    """Return whether each respondent meets a rule, ``(people,)`` floats 1, 0, NaN.

    An alternative for children (an upper age below the survey's lower bound) is met by those who have a child under
    age: respondents state such a need for their children, whose ages nobody asks.

    Parameters
    ----------
    group_rules
        Special group to how it follows from age (codebook column ``rule``).

    Raises
    ------
    UsageError
        When the expression does not follow the grammar.
    """
    result = np.zeros(len(people))
    for alternative in parse_rule(expression):
        for_child = ends_before_grown(alternative)
        holds = _with_child(people) if for_child else np.ones(len(people))
        for condition in alternative:
            if for_child and condition.kind in {"age_from", "age_to"}:
                continue
            holds = _and(holds, _meets(condition, people, group_rules))
        result = _or(result, holds)
    return result


def _and(one: Floats, other: Floats) -> Floats:
    """Kleene's and: a known 0 decides."""
    return np.where((one == 0) | (other == 0), 0.0, one * other)


def _or(one: Floats, other: Floats) -> Floats:
    """Kleene's or: a known 1 decides."""
    return np.where((one == 1) | (other == 1), 1.0, one + other)


def _meets(condition: Condition, people: pd.DataFrame, group_rules: Mapping[str, str]) -> Floats:
    if condition.kind == "all":
        return np.ones(len(people))
    if condition.kind == "sex":
        return np.where(people["sex"].isna(), np.nan, people["sex"] == condition.names[0])
    if condition.kind == "group":
        result = np.zeros(len(people))
        for group in condition.names:
            result = _or(result, _group(group, people, group_rules.get(group, "")))
        return 1.0 - result if condition.negated else result
    return _age(">=" if condition.kind == "age_from" else "<=", condition.limit, people)


def _with_child(people: pd.DataFrame) -> Floats:
    """Having a child under age: known where a group says so, or where the office asked who is a parent."""
    carried = people["groups"].fillna("").str.split(";")
    told = np.array([not set(_WITH_CHILD).isdisjoint(codes) for codes in carried], dtype=bool)
    return np.where(told, 1.0, _group(_PARENT, people, ""))


def _age(sign: str, limit: float, people: pd.DataFrame) -> Floats:
    low, high = people["age_low"].to_numpy(float), people["age_high"].to_numpy(float)
    yes, no = (low >= limit, high < limit) if sign == ">=" else (high <= limit, low > limit)
    return np.where(yes, 1.0, np.where(no, 0.0, np.nan))


def _group(group: str, people: pd.DataFrame, rule: str) -> Floats:
    """Membership of a group: known where it is stated, where the office asked, where the age excludes it."""
    has = np.array([group in codes for codes in people["groups"].fillna("").str.split(";")], dtype=bool)
    asked = people["office"].isin(set(people.loc[has, "office"])).to_numpy() & people["groups"].notna().to_numpy()
    found = _AGE_RULE.match(rule)
    age = _age(">=", float(found[1]), people) if found else np.full(len(people), np.nan)
    if re.fullmatch(r"age>=\d+", rule):
        return np.where(has, 1.0, age)
    return np.where(has, 1.0, np.where(asked | (age == 0), 0.0, np.nan))
