"""Parts of a sample against the whole of it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from needs_analytics.numerics.contrasts import contrast_parts
from needs_analytics.numerics.weighted import survey_mean, survey_share


def draw(seed: int, n: int = 400) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return a share and a number with holes, weights, parts and households."""
    rng = np.random.default_rng(seed)
    labels = rng.choice(3, n, p=(0.5, 0.3, 0.2))
    yes = (rng.random(n) < np.array([0.1, 0.3, 0.6])[labels]).astype(float)
    number = rng.normal(40 + 10 * labels, 12)
    values = np.column_stack([yes, number])
    values[rng.random(values.shape) < 0.1] = np.nan
    return values, rng.uniform(0.5, 3, n), labels, rng.integers(0, n // 2, n)


def test_values_and_their_limits_are_those_of_the_survey_functions() -> None:
    values, weights, labels, _ = draw(0)
    found = contrast_parts(values, weights, labels, 3)
    share = survey_share(values[:, 0], weights, by=labels)
    mean = survey_mean(values[:, 1], weights, by=labels)
    assert found.value == pytest.approx(np.column_stack([share.value, mean.value]))
    # the survey functions take the degrees of freedom of the whole design, n / (n − 1) barely below one
    assert found.value_low == pytest.approx(np.column_stack([share.low, mean.low]), rel=0.01)
    assert found.value_high == pytest.approx(np.column_stack([share.high, mean.high]), rel=0.01)
    assert found.overall[0] == pytest.approx([survey_mean(column, weights).value for column in values.T])


def jackknife(values: np.ndarray, weights: np.ndarray, labels: np.ndarray, clusters: np.ndarray) -> np.ndarray:
    """Return the delete-one-cluster standard errors of log lift and effect of part 2, by their definitions."""

    def figures(kept: np.ndarray) -> np.ndarray:
        y, w, inside = values[kept], weights[kept], labels[kept] == 2
        mean = np.average(y, weights=w)
        own, spread = np.average(y[inside], weights=w[inside]), np.sqrt(np.average((y - mean) ** 2, weights=w))
        return np.array([np.log(own / mean), (own - mean) / spread])

    names = np.unique(clusters)
    left = np.array([figures(clusters != name) for name in names])
    return np.sqrt((len(names) - 1) / len(names) * ((left - left.mean(axis=0)) ** 2).sum(axis=0))


@pytest.mark.parametrize("column", [0, 1])
def test_errors_of_lift_and_effect_are_those_of_the_jackknife(column: int) -> None:
    values, weights, labels, clusters = draw(1, 1500)
    kept = ~np.isnan(values[:, column])
    y, w, part, psu = values[kept, column], weights[kept], labels[kept], clusters[kept]
    found = contrast_parts(y[:, None], w, part, 3, clusters=psu)
    log_half = np.log(found.lift_high[2, 0] / found.lift_low[2, 0]) / 2
    half = (found.effect_high[2, 0] - found.effect_low[2, 0]) / 2
    by_jackknife = 1.96 * jackknife(y, w, part, psu)
    assert [log_half, half] == pytest.approx(by_jackknife, rel=0.05)


def test_intervals_cover_what_is_true_of_the_population() -> None:
    rng = np.random.default_rng(5)
    share, p = np.array([0.7, 0.3]), np.array([0.2, 0.5])
    truth = 0.5 / (share @ p)
    hits = []
    for _ in range(400):
        labels = rng.choice(2, 300, p=share)
        yes = (rng.random(300) < p[labels]).astype(float)
        found = contrast_parts(yes[:, None], np.ones(300), labels, 2)
        hits.append(found.lift_low[1, 0] <= truth <= found.lift_high[1, 0])
    assert 0.92 <= np.mean(hits) <= 0.98


def test_what_does_not_differ_is_rarely_called_different() -> None:
    rng = np.random.default_rng(6)
    p = []
    for _ in range(200):
        yes, labels = (rng.random((200, 5)) < 0.15).astype(float), rng.choice(2, 200, p=(0.85, 0.15))
        p.append(contrast_parts(yes, np.ones(200), labels, 2).p)
    assert np.mean(np.array(p) < 0.05) <= 0.06


def test_everyone_has_a_lift_of_one() -> None:
    values, weights, _, clusters = draw(2)
    found = contrast_parts(values, weights, np.zeros(len(values), int), 1, clusters=clusters)
    assert found.lift.tolist() == found.lift_low.tolist() == found.lift_high.tolist() == [[1.0, 1.0]]
    assert found.effect.tolist() == found.effect_low.tolist() == [[0.0, 0.0]]
    assert found.p.tolist() == [[1.0, 1.0]]


def test_a_handful_of_one_mind_is_not_certain() -> None:
    yes = np.array([[1.0]] * 4 + [[0.0], [1.0]] * 20)
    found = contrast_parts(yes, np.ones(44), np.repeat([0, 1], [4, 40]), 2)
    assert found.value[0, 0] == 1.0
    assert found.value_low[0, 0] < 0.5
    assert found.lift_low[0, 0] < 1 < found.lift[0, 0] == found.lift_high[0, 0]
    assert found.p[0, 0] > 0.05


def test_one_respondent_tells_of_no_spread() -> None:
    found = contrast_parts(np.array([[30.0], [40.0], [50.0]]), np.ones(3), np.array([0, 1, 1]), 2)
    assert np.isnan([found.value_low[0, 0], found.lift_high[0, 0], found.effect_low[0, 0], found.p[0, 0]]).all()


def test_what_nobody_was_asked_is_unknown() -> None:
    found = contrast_parts(np.array([[np.nan], [np.nan], [1.0]]), np.ones(3), np.array([0, 0, 1]), 2)
    assert np.isnan(found.value[0, 0])
    assert np.isnan(found.lift[0, 0])
    assert found.n.tolist() == [[0], [1]]


@given(st.integers(0, 10_000), st.integers(5, 60), st.integers(1, 4))
def test_every_interval_holds_its_figure(seed: int, n: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    values = np.column_stack([(rng.random(n) < rng.random()).astype(float), rng.uniform(1, 90, n)])
    values[rng.random(values.shape) < 0.2] = np.nan
    found = contrast_parts(values, rng.uniform(0.1, 5, n), rng.integers(0, count, n), count)
    for name in ("value", "lift", "effect"):
        figure, low, high = (getattr(found, f"{name}{end}") for end in ("", "_low", "_high"))
        known = ~np.isnan(low)
        assert (low[known] <= figure[known] + 1e-12).all()
        assert (figure[known] <= high[known] + 1e-12).all()


@given(st.integers(0, 10_000))
def test_the_order_of_the_rows_does_not_matter(seed: int) -> None:
    values, weights, labels, clusters = draw(seed, 60)
    moved = np.random.default_rng(seed).permutation(60)
    one = contrast_parts(values, weights, labels, 3, clusters=clusters)
    other = contrast_parts(values[moved], weights[moved], labels[moved], 3, clusters=clusters[moved])
    for name in ("value_low", "lift_high", "effect_low", "p"):
        assert getattr(one, name) == pytest.approx(getattr(other, name), nan_ok=True)


@given(st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_figures_are_what_their_definitions_say(seed: int) -> None:
    """Part by part and column by column; answers of weight 0 are none."""
    values, weights, labels, _ = draw(seed, 80)
    weights = np.where(np.arange(80) < 8, 0.0, weights)
    found = contrast_parts(values, weights, labels, 3)
    for column in range(2):
        known = ~np.isnan(values[:, column]) & (weights > 0)
        y, w, part = values[known, column], weights[known], labels[known]
        overall = np.average(y, weights=w)
        spread = np.sqrt(np.average((y - overall) ** 2, weights=w))
        for name in set(part.tolist()):
            own = np.average(y[part == name], weights=w[part == name])
            assert found.lift[name, column] == pytest.approx(own / overall)
            assert found.effect[name, column] == pytest.approx((own - overall) / spread)
            assert found.n[name, column] == (part == name).sum()
            assert found.n_yes[name, column] == (y[part == name] != 0).sum()
