"""Floating catchments share supply out without losing any."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from needs_analytics.numerics.catchment import two_step, two_step_arcs

DECAYS = (None, lambda cost: np.exp(-(cost**2) / 2.0), [1.0, 0.68, 0.22])


def test_two_clinics_by_hand():
    """One clinic for places a and b, one for b and c: place b has a share in both."""
    cost = np.array([[1.0, 9.0], [2.0, 2.0], [9.0, 1.0]])
    accessibility = two_step([100, 200, 50], [6, 5], cost, 3.0)
    assert_allclose(accessibility, [6 / 300, 6 / 300 + 5 / 250, 5 / 250])


def test_enhanced_by_hand():
    """Weights 1, 0.68, 0.22 by zone, as in Luo & Qi (2009); a cost on the border belongs to the inner zone."""
    cost = np.array([[10.0], [20.0], [20.1], [30.0], [30.1]])
    accessibility = two_step([100, 100, 100, 100, 100], [10], cost, 30.0, decay=[1.0, 0.68, 0.22])
    weights = np.array([1.0, 0.68, 0.22, 0.22, 0.0])
    assert_allclose(accessibility, weights * 10 / (100 * weights.sum()))


def test_a_zone_of_weight_nought_has_no_part():
    assert two_step([10.0, 10.0], [5.0], [[1.0], [2.0]], 2.0, decay=[1.0, 0.0]).tolist() == [0.5, 0]


@given(st.integers(0, 10_000), st.sampled_from(DECAYS))
@settings(derandomize=True, max_examples=60, deadline=None)
def test_all_supply_with_demand_in_reach_is_shared_out(seed, decay):
    rng = np.random.default_rng(seed)
    demand, supply = rng.integers(0, 50, 7) * 1.0, rng.integers(0, 9, 4) * 1.0
    cost = rng.uniform(0, 6, (7, 4))
    cost[rng.random((7, 4)) < 0.2] = np.inf
    cost[rng.random((7, 4)) < 0.1] = np.nan
    accessibility = two_step(demand, supply, cost, 3.0, decay=decay)
    reached = ((cost <= 3.0) & (demand > 0)[:, None]).any(axis=0)
    assert_allclose(demand @ accessibility, supply[reached].sum())
    assert np.all(accessibility[~(cost <= 3.0).any(axis=1)] == 0)


@given(st.integers(0, 10_000), st.sampled_from(["none", "gaussian", "zones"]))
@settings(derandomize=True, max_examples=40, deadline=None)
def test_as_pysal_access(seed, kind):
    """The two-step catchment of PySAL's access, plain and enhanced, run beside ours."""
    access = pytest.importorskip("access", reason="requirements-svy.txt is not installed")
    rng = np.random.default_rng(seed)
    demand, supply = rng.integers(1, 50, 12) * 1.0, rng.integers(1, 9, 5) * 1.0
    cost = rng.uniform(0, 6, (12, 5))
    theirs, ours = {
        "none": (None, None),
        "gaussian": (access.weights.gaussian(2.0), lambda x: np.exp(-(x**2) / 8)),
        "zones": (access.weights.step_fn({1: 1, 2: 0.68, 3: 0.22}), [1.0, 0.68, 0.22]),
    }[kind]
    places, sites = (pd.Index(range(n), name="geoid") for n in cost.shape)
    pairs = {"origin": np.repeat(places, 5), "dest": np.tile(sites, 12), "cost": cost.ravel()}
    expected = access.fca.two_stage_fca(
        pd.DataFrame({"demand": demand}, places), pd.DataFrame({"supply": supply}, sites), pd.DataFrame(pairs), 3.0,
        demand_index=True, supply_index=True, weight_fn=theirs,
    )  # fmt: skip
    assert_allclose(two_step(demand, supply, cost, 3.0, decay=ours), expected.reindex(places).fillna(0.0), rtol=1e-12)


@given(st.integers(0, 10_000), st.sampled_from(DECAYS))
@settings(derandomize=True, max_examples=30, deadline=None)
def test_pairs_are_as_good_as_a_matrix(seed, decay):
    rng = np.random.default_rng(seed)
    demand, supply, cost = rng.uniform(0, 50, 7), rng.uniform(0, 9, 4), rng.uniform(0, 6, (7, 4))
    cost[rng.random((7, 4)) < 0.2] = np.nan
    source, sink = (ends.ravel() for ends in np.indices(cost.shape))
    pairs = two_step_arcs(demand, supply, (source, sink, cost.ravel()), 3.0, decay=decay)
    assert_allclose(pairs, two_step(demand, supply, cost, 3.0, decay=decay), rtol=1e-12)


def test_without_demand_or_supply():
    assert two_step([], [], np.zeros((0, 0)), 1.0).shape == (0,)
    assert two_step([0.0, 0.0], [5.0], np.zeros((2, 1)), 1.0).tolist() == [0, 0]
    assert two_step([1.0], [], np.zeros((1, 0)), 1.0).tolist() == [0]
    assert two_step([1.0], [2.0], [[0.0]], 0.0, decay=[0.5]).tolist() == [2]


@pytest.mark.parametrize(
    ("demand", "cost", "decay", "sentence"),
    [
        ([1.0, 2.0], [[1.0]], None, "shape"),
        ([-1.0], [[1.0]], None, "^demand must be finite and not negative"),
        ([1.0], [[1.0]], [-1.0], "^decay weights must be"),
        ([1.0], [[1.0]], [], "one weight per zone"),
    ],
)
def test_what_cannot_be_meant_is_refused(demand, cost, decay, sentence):
    with pytest.raises(ValueError, match=sentence):
        two_step(demand, [3.0], cost, 2.0, decay=decay)


def test_which_amounts_cannot_be_meant_is_said():
    for demand, supply, name in (([-1.0], [1.0], "demand"), ([1.0], [-1.0], "supply")):
        with pytest.raises(ValueError, match=f"^{name} must"):
            two_step(demand, supply, [[1.0]], 2.0)
        with pytest.raises(ValueError, match=f"^{name} must"):
            two_step_arcs(demand, supply, ([0], [0], [1.0]), 2.0)
