"""Raking reproduces margins, and says when it cannot."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import optimize

from needs_analytics.numerics import raking
from needs_analytics.numerics.raking import kish, rake


def codes(labels):
    return np.unique(labels, return_inverse=True)[1]


def test_school_weights_as_in_r(columns, expected):
    text, figures = columns("survey/apiclus1.csv"), expected("survey/expected.json")
    stype, wide = text["stype"], text["sch.wide"]
    population = figures["pop_table_stype_schwide"]
    margins = [
        (codes(text[name]), [sum(c["Freq"] for c in population if c[name] == label) for label in np.unique(text[name])])
        for name in ("stype", "sch.wide")
    ]
    result = rake(text["pw"].astype(float), margins, tol=1e-12)
    cells = figures["clus1_rake_cell_weights"]
    for group1, group2, weight in zip(cells["Group.1"], cells["Group.2"], cells["x"], strict=True):
        assert_allclose(result.weights[(stype == group1) & (wide == group2)], weight, rtol=1e-9)
    assert_allclose(kish(result.weights)[0], figures["kish_deff"]["apiclus1_raked"], rtol=1e-9)
    assert_allclose(kish(result.weights)[1], figures["ess"]["apiclus1_raked"], rtol=1e-9)


def test_kish_as_published(columns, expected):
    figures = expected("survey/expected.json")
    deff, n_eff = kish(columns("survey/apistrat.csv")["pw"].astype(float))
    assert_allclose([deff, n_eff], [figures["kish_deff"]["apistrat_pw"], figures["ess"]["apistrat_pw"]], rtol=1e-10)


def test_kish_of_nothing():
    assert np.isnan(kish([])[0])
    assert kish([0.0, 0.0])[1] == 0


@st.composite
def populations(draw):
    """A sample, and margins that some weights of product form with limited ratios do meet."""
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    n, sizes = draw(st.integers(5, 200)), draw(st.lists(st.integers(1, 5), min_size=1, max_size=4))
    labels = [codes(rng.integers(0, size, n)) for size in sizes]
    base = rng.uniform(0.5, 2.0, n)
    factor = np.prod([rng.uniform(0.7, 1.4, size)[label] for size, label in zip(sizes, labels, strict=True)], axis=0)
    ratio = np.clip(factor, 0.6, 1.5)
    truth = base * ratio * 3.0
    return base, labels, truth


@given(populations())
@settings(derandomize=True, max_examples=60, deadline=None)
def test_margins_are_met_and_base_ratios_kept(population):
    base, labels, truth = population
    margins = [(label, np.bincount(label, truth)) for label in labels]
    result = rake(base, margins)
    assert result.converged
    assert result.max_error <= 1e-8
    for label, target in margins:
        assert_allclose(np.bincount(label, result.weights), target, rtol=1e-7)
    ratio = result.weights / base
    for cell in np.unique(np.stack(labels, axis=1), axis=0):
        members = np.all(np.stack(labels, axis=1) == cell, axis=1)
        assert_allclose(ratio[members], ratio[members][0])


@given(populations())
@settings(derandomize=True, max_examples=60, deadline=None)
def test_bounds_hold_and_margins_too_if_they_can(population):
    base, labels, truth = population
    margins = [(label, np.bincount(label, truth)) for label in labels]
    mean = truth.sum() / base.sum()
    possible = truth / base / mean
    bounds = (0.95 * possible.min(), 1.05 * possible.max())
    result = rake(base, margins, bounds=bounds)
    ratio = result.weights / base / mean
    assert bounds[0] - 1e-12 <= ratio.min()
    assert ratio.max() <= bounds[1] + 1e-12
    assert result.converged


def test_bounded_weights_are_the_nearest_ones():
    """The solution of the same problem by a general optimiser."""
    a, b = np.array([0, 0, 0, 1, 1, 1]), np.array([0, 1, 1, 0, 0, 1])
    base = np.array([1.0, 2, 1, 2, 1, 1])
    margins = [(a, np.array([5.6, 2.4])), (b, np.array([3.0, 5.0]))]
    assert (rake(base, margins).weights / base).max() > 1.4, "so that the bound is felt"
    result = rake(base, margins, bounds=(0.5, 1.4))
    slow = optimize.minimize(
        lambda w: np.sum(w * np.log(w / base) - w + base),
        base,
        method="SLSQP",
        bounds=list(zip(0.5 * base, 1.4 * base, strict=True)),
        constraints={"type": "eq", "fun": lambda w: [w[a == 0].sum() - 5.6, w[b == 0].sum() - 3.0, w.sum() - 8.0]},
        options={"ftol": 1e-14, "maxiter": 500},
    )
    assert result.converged
    assert_allclose(result.weights, slow.x, atol=1e-5)


def test_bounds_too_tight():
    result = rake(np.ones(4), [([0, 0, 1, 1], [1, 3])], bounds=(0.9, 1.1))
    assert not result.converged
    assert_allclose(result.weights, [0.9, 0.9, 1.1, 1.1])
    assert_allclose(result.max_error, 0.8)


@pytest.mark.parametrize("bounds", [None, (0.2, 3.0)])
def test_a_tolerance_below_rounding_ends_at_what_numbers_can_hold(bounds):
    rng = np.random.default_rng(8)
    labels, base = [rng.integers(0, 5, 300) for _ in range(3)], rng.uniform(0.5, 2.0, 300)
    margins = [(label, np.bincount(label, base * rng.uniform(0.9, 1.1, 5)[label])) for label in labels]
    result = rake(base, [(label, target / target.sum()) for label, target in margins], bounds=bounds, tol=0.0)
    assert result.converged
    assert result.max_error < 1e-14


def test_no_steps_left():
    """Bounds that are felt are met by steps; without any the base weights stay, and that is said."""
    result = rake(np.ones(4), [([0, 0, 1, 1], [1, 3])], bounds=(0.4, 1.6), max_iter=0)
    assert (result.converged, result.iterations) == (False, 0)
    assert_allclose(result.weights, 1.0)


@pytest.mark.parametrize("bounds", [None, (0.2, 3.0)])
def test_an_empty_class_gets_no_weight(bounds):
    result = rake(np.ones(4), [([0, 0, 1, 1], [0, 4]), ([0, 1, 0, 1], [1, 3])], bounds=bounds)
    assert result.converged
    assert_allclose(result.weights, [0, 0, 1, 3], atol=1e-7)


@pytest.mark.parametrize("bounds", [None, (0.2, 3.0)])
@pytest.mark.parametrize(
    "margins",
    [
        [([0, 0, 1, 1], [1, 3]), ([0, 0, 1, 1], [2, 2])],
        [([0, 0, 1, 1], [0, 4]), ([0, 0, 1, 1], [2, 2])],
        [([0, 0, 1, 1], [4, 4]), ([0, 1, 1, 1], [7, 1])],
    ],
)
def test_contradictory_margins_end_without_nan(margins, bounds):
    result = rake(np.ones(4), margins, bounds=bounds)
    assert not result.converged
    assert result.max_error > 0.01
    assert np.all(np.isfinite(result.weights))


def test_slow_proportional_fitting_is_finished_by_newton_steps():
    """Two margins that nearly determine each other: hundreds of sweeps would not do."""
    rng = np.random.default_rng(0)
    x = rng.integers(0, 20, 2000)
    y = np.clip(x + rng.integers(-1, 1, 2000), 0, 19)
    truth = np.exp(rng.normal(0, 0.5, 20))[x] * np.exp(rng.normal(0, 0.5, 20))[y]
    result = rake(np.ones(2000), [(x, np.bincount(x, truth)), (y, np.bincount(y, truth))])
    assert result.converged
    assert_allclose(result.weights, truth, rtol=1e-6)


def test_totals_that_differ_by_rounding_are_one_total():
    result = rake(np.ones(4), [([0, 0, 1, 1], [60, 40]), ([0, 1, 0, 1], [50.00002, 50.00002])])
    assert result.converged
    assert_allclose(result.weights, [30, 30, 20, 20], rtol=1e-6)


def test_no_margins_leave_the_weights():
    result = rake([1.0, 2.0], [])
    assert (result.weights.tolist(), result.converged, result.iterations) == ([1, 2], True, 0)


def test_rows_do_not_depend_on_their_order():
    rng = np.random.default_rng(3)
    labels, base = [rng.integers(0, k, 50) for k in (3, 4)], rng.uniform(0.5, 2, 50)
    targets = [np.bincount(label, base) * rng.uniform(0.8, 1.2, k) for label, k in zip(labels, (3, 4), strict=True)]
    targets = [target / target.sum() for target in targets]
    order = rng.permutation(50)
    straight = rake(base, list(zip(labels, targets, strict=True)))
    mixed = rake(base[order], [(label[order], target) for label, target in zip(labels, targets, strict=True)])
    assert_allclose(mixed.weights, straight.weights[order], rtol=1e-9)


def test_a_table_of_all_combinations_and_a_list_of_those_that_occur_give_the_same(monkeypatch):
    rng = np.random.default_rng(5)
    labels, base = [rng.integers(0, 4, 80) for _ in range(3)], rng.uniform(0.0, 2.0, 80) * (rng.random(80) > 0.1)
    margins = [(label, np.bincount(label, base * rng.uniform(0.7, 1.3, 4)[label])) for label in labels]
    margins = [(label, target / target.sum()) for label, target in margins]
    table = rake(base, margins)
    monkeypatch.setattr(raking, "_DENSE_CELLS", 1)
    listed = rake(base, margins)
    assert listed.converged
    assert_allclose(listed.weights, table.weights, rtol=1e-9)
    assert_allclose(rake(base, margins[:1]).weights, base * (margins[0][1] / np.bincount(labels[0], base))[labels[0]])


def test_more_combinations_than_fit_into_memory():
    rng = np.random.default_rng(6)
    labels = [np.r_[np.arange(50), rng.integers(0, 50, 150)] for _ in range(12)]
    truth = rng.uniform(0.8, 1.2, 50)[labels[0]] * rng.uniform(0.8, 1.2, 50)[labels[7]]
    result = rake(np.ones(200), [(label, np.bincount(label, truth)) for label in labels])
    assert result.converged
    for label in labels:
        assert_allclose(np.bincount(label, result.weights), np.bincount(label, truth), rtol=1e-7)


@pytest.mark.parametrize(
    ("margins", "bounds", "sentence"),
    [
        ([([0, 1], [1, -1])], None, "not negative"),
        ([([0, 2], [1, 1])], None, "from 0 to 1"),
        ([([0.0, 1.0], [1, 1])], None, "whole numbers"),
        ([([0, 1, 1], [1, 1])], None, "one per weight"),
        ([([0, 0], [1, 1])], None, "class 1 has a target of 1 but no row"),
        ([([0, 1], [1, 1]), ([0, 1], [1, 1.01])], None, "same positive total"),
        ([([0, 1], [0, 0])], None, "same positive total"),
        ([([0, 1], [1, 1])], (1.1, 2), "enclose 1"),
    ],
)
def test_what_cannot_be_meant_is_refused(margins, bounds, sentence):
    with pytest.raises(ValueError, match=sentence):
        rake([1.0, 1.0], margins, bounds=bounds)
