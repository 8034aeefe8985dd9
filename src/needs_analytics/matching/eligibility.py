"""Who meets a service's rule: expressions such as ``age>=60 and group=alone_elder or group=dibao`` over respondents."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from needs_analytics.core.messages import failure
from needs_analytics.errors import UsageError

_ATOM = re.compile(r"(age)(>=|<=)(\d+(?:\.\d+)?)|(sex)=(男|女)|(group)=([\w|]+)|(all)")
_ADULT = 16.0


def meets(expression: str, people: pd.DataFrame) -> np.ndarray:
    """Return who meets a rule, ``(people,)``; somebody whose trait is unknown does not.

    A rule for children only (an upper age below the survey's lower bound) is met by everybody: respondents state
    such a need for their children.

    Raises
    ------
    UsageError
        When the expression does not follow the grammar.
    """
    if is_for_children(expression):
        return np.ones(len(people), dtype=bool)
    result = np.zeros(len(people), dtype=bool)
    for alternative in expression.split(" or "):
        holds = np.ones(len(people), dtype=bool)
        for atom in alternative.split(" and "):
            holds &= _atom(atom.strip(), people, expression)
        result |= holds
    return result


def is_for_children(expression: str) -> bool:
    """Whether every alternative ends below the age of the target population."""
    tops = [re.search(r"age<=(\d+)", alternative) for alternative in expression.split(" or ")]
    return all(top is not None and float(top[1]) < _ADULT for top in tops)


def _atom(atom: str, people: pd.DataFrame, expression: str) -> np.ndarray:
    found = _ATOM.fullmatch(atom)
    if not found:
        raise failure(UsageError, "eligibility_syntax", expression=expression, part=atom)
    if found[8]:
        return np.ones(len(people), dtype=bool)
    if found[4]:
        return (people["sex"] == found[5]).to_numpy()
    if found[6]:
        wanted = set(found[7].split("|"))
        groups = people["groups"].fillna("").str.split(";")
        return np.array([bool(wanted & set(codes)) for codes in groups], dtype=bool)
    limit = float(found[3])
    if found[2] == ">=":
        return (people["age_low"] >= limit).to_numpy()
    return (people["age_high"] <= limit).to_numpy()
