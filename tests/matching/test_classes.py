"""Who may use which service: classes of those known; others are spread over the classes that they may be of."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from needs_analytics.core.codebook import Codebook
from needs_analytics.matching.classes import place_in_classes
from needs_analytics.matching.eligibility import group_rules

NOT_KNOWN = np.nan


def spread(rows, weight=None, having=None) -> pd.Series:
    """Return the weight of every class of services S and T."""
    eligible = pd.DataFrame(rows, columns=["S", "T"], dtype=float)
    weights = np.ones(len(eligible)) if weight is None else np.array(weight, dtype=float)
    wanting = np.ones(len(eligible), dtype=bool) if having is None else np.array(having)
    person, label, part = place_in_classes(eligible, weights, wanting)
    return pd.Series(weights[person] * part).groupby(label).sum()


def test_somebody_of_whom_not_all_is_known_is_spread_as_the_known_ones_who_agree() -> None:
    known = [(1, 1), (1, 0), (1, 0), (1, 0), (0, 0)]
    assert spread([*known, (1, NOT_KNOWN)]).to_dict() == pytest.approx({"": 1, "S": 3.75, "S;T": 1.25})


def test_who_needs_more_answers_to_be_known_is_not_lost() -> None:
    """A rule of age alone decides for the young; of the old it is not known whether they live alone."""
    young, old = [(0, 0)] * 10, [(1, NOT_KNOWN)] * 28
    shares = spread([*young, *old, (1, 0), (1, 1)])
    assert shares[""] / shares.sum() == pytest.approx(10 / 40)


def test_who_agrees_with_nobody_known_decides_nothing() -> None:
    assert spread([(1, 1), (0, NOT_KNOWN)]).to_dict() == {"S;T": 1}


def test_where_nobody_has_the_need_everybody_counts() -> None:
    assert spread([(1, 0), (0, 0), (0, NOT_KNOWN)], having=[False] * 3).to_dict() == {"": 2, "S": 1}


def test_where_nothing_is_known_of_anybody_nobody_may_use_anything() -> None:
    assert spread([(NOT_KNOWN, NOT_KNOWN)] * 2).to_dict() == {"": 2}


answers = st.sampled_from([0.0, 1.0, NOT_KNOWN])


@given(st.lists(st.tuples(answers, answers, st.floats(0.1, 9)), min_size=1, max_size=12))
def test_everybody_counts_once_or_not_at_all(rows) -> None:
    eligible = pd.DataFrame([row[:2] for row in rows], columns=["S", "T"], dtype=float)
    weight = np.array([row[2] for row in rows])
    person, _, part = place_in_classes(eligible, weight, np.ones(len(rows), dtype=bool))
    counted = np.bincount(person, part, minlength=len(rows))
    assert all(each == pytest.approx(1) or each == 0 for each in counted)
    sure = ~eligible.isna().any(axis=1).to_numpy()
    assert counted[sure] == pytest.approx(1)


def test_a_group_of_the_elderly_holds_nobody_under_sixty() -> None:
    rules = group_rules(Codebook.default())
    assert rules["disabled_elder"].startswith("age>=60")
    assert rules["dibao"] == "flag"
