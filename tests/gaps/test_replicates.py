"""Limits from draws: what equals the estimate corrects nothing, a boundary is not taken for certainty."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from needs_analytics.core.confidence import LEVEL
from needs_analytics.core.results import ALL
from needs_analytics.gaps.replicates import bias_corrected
from needs_analytics.matching.estimates import estimates_of


def test_draws_at_the_boundary_do_not_draw_the_upper_limit_down() -> None:
    """``max(0, demand - room)`` with the estimate just at the room: its limits are those of the demand."""
    demand = np.random.default_rng(1).normal(100, 10, 20_000)
    low, high = bias_corrected(np.maximum(demand - 100, 0)[:, None], np.zeros(1), LEVEL)
    assert low[0] == 0
    assert high[0] == pytest.approx(19.6, abs=1)


def test_draws_that_lie_above_the_estimate_are_corrected() -> None:
    """Most draws of a convex function lie above it: the interval is drawn down (Efron 1981)."""
    draws = np.random.default_rng(2).normal(5, 10, 20_000)[:, None]
    low, high = bias_corrected(draws, np.zeros(1), LEVEL)
    assert low[0] == pytest.approx(-5 - 19.6, abs=1.5)
    assert high[0] == pytest.approx(-5 + 19.6, abs=1.5)


@given(arrays(float, (12, 3), elements=st.floats(0, 9)), arrays(float, 3, elements=st.floats(0, 9)))
def test_limits_hold_the_estimate(draws: np.ndarray, estimate: np.ndarray) -> None:
    low, high = bias_corrected(draws, estimate, LEVEL)
    assert (low <= estimate).all()
    assert (high >= estimate).all()


def test_a_community_with_nobody_is_as_unsure_as_its_interval_and_so_are_its_grids() -> None:
    rows = [("甲", ALL, 0.0, 0.0, 0.08, "direct", 0.0), ("甲", "一", 0.0, 0.0, 0.08, "composite", 0.001)]
    columns = ["community", "grid", "share", "share_low", "share_high", "method", "share_se"]
    table = pd.DataFrame(rows, columns=columns).assign(need="N", population=100.0)
    places = pd.DataFrame({"community": ["甲"], "grid": ["一"], "population": [100.0]})
    found = estimates_of(table, ["N"], places)
    assert found.share_se[0, 0] == found.community_se[0, 0] == pytest.approx(0.08 / 1.96, rel=0.01)
