"""Many tests with one chance of any false alarm: Holm's steps, weighted."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from needs_analytics.numerics.discoveries import family_wise

P = st.lists(st.floats(0, 1), min_size=1, max_size=8)


def test_holm_steps_down() -> None:
    """Worked by hand at 5 %: 0.01 ≤ 0.05/4, 0.015 ≤ 0.05/3, 0.03 > 0.05/2, and 0.04 ≤ 0.05 comes too late."""
    assert family_wise([0.03, 0.01, 0.04, 0.015]).tolist() == [False, True, False, True]


def test_weights_move_the_level_to_where_something_can_be_seen() -> None:
    """0.03 ≤ 0.05 · 3/4 stands first, then 0.04 has the whole level."""
    assert family_wise([0.03, 0.04], weights=[3.0, 1.0]).tolist() == [True, True]
    assert family_wise([0.03, 0.04], weights=[1.0, 3.0]).tolist() == [False, False]


def test_what_was_not_tested_or_has_no_weight_is_not_marked_and_costs_nothing() -> None:
    assert family_wise([np.nan, 0.04]).tolist() == [False, True]
    assert family_wise([0.0, 0.04], weights=[0.0, 1.0]).tolist() == [False, True]
    assert family_wise([np.nan]).tolist() == [False]
    assert family_wise([]).tolist() == []


@given(P, st.floats(0.001, 0.2))
def test_it_marks_no_less_than_bonferroni_and_no_more_than_each_alone(p: list[float], level: float) -> None:
    marked, values = family_wise(p, level), np.array(p)
    assert marked[values < level / len(p)].all()
    assert not marked[values > level].any()


@given(P, st.floats(0.1, 10))
def test_only_relations_of_weights_count(p: list[float], unit: float) -> None:
    weights = np.arange(1.0, len(p) + 1)
    assert family_wise(p, weights=weights).tolist() == family_wise(p, weights=weights * 2.0 ** round(unit)).tolist()


def test_chance_of_any_false_mark_is_the_level() -> None:
    p = np.random.default_rng(4).random((4000, 20))
    weights = np.linspace(0.1, 2, 20)
    false = np.mean([family_wise(row, 0.05, weights).any() for row in p])
    assert false == pytest.approx(0.05, abs=3 * np.sqrt(0.05 * 0.95 / 4000))
