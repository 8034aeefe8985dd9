"""Special groups that follow from age, sex and household size."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from needs_analytics.core.arrays import Bools, Floats
    from needs_analytics.core.codebook import Codebook

_AGE_RULE = re.compile(r"age>=(\d+)|(\d+)<=age<=(\d+)|age<=?(\d+)")


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
