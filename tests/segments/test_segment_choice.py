"""How many segments: stability against published figures, and populations with and without types."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_iris
from sklearn.metrics import adjusted_rand_score

from needs_analytics.core.options import SegmentOptions
from needs_analytics.segments.choose import choose_segments
from needs_analytics.segments.nulls import draw_continuum, shuffle_within
from needs_analytics.segments.partition import split_rows
from needs_analytics.segments.stability import best_match, bootstrap_jaccard

# R fpc::clusterboot(iris[, 1:4], bootmethod="boot", clustermethod=kmeansCBI), mean over five seeds of 100 resamples.
CLUSTERBOOT = {2: [0.995, 0.997], 3: [0.947, 0.959, 1.0], 4: [0.827, 0.850, 0.935, 1.0]}


@pytest.mark.parametrize("k", CLUSTERBOOT)
def test_jaccard_agrees_with_clusterboot(k):
    data = load_iris().data
    weights = np.ones(len(data))
    labels = split_rows(data, weights, k, n_init=10, random_state=0).labels
    jaccard = bootstrap_jaccard(data, weights, labels, n_resamples=100, n_init=4, random_state=1)
    assert np.sort(jaccard) == pytest.approx(CLUSTERBOOT[k], abs=0.03)


def test_best_match_is_the_largest_jaccard_similarity():
    labels, others = np.array([0, 0, 0, 1, 1]), np.array([0, 0, 1, 1, 1])
    assert best_match(labels, others, 3).tolist() == pytest.approx([2 / 3, 2 / 3, 0.0])


def test_shuffling_keeps_margins_within_segments_and_who_was_not_asked():
    rng = np.random.default_rng(0)
    matrix, labels = rng.normal(size=(60, 3)), np.repeat([0, 1], 30)
    matrix[::4, 2] = np.nan
    shuffled = shuffle_within(matrix, np.ones(60), labels, [slice(0, 2), slice(2, 3)], rng)
    for segment in (0, 1):
        rows = labels == segment
        assert sorted(map(tuple, shuffled[rows, :2])) == sorted(map(tuple, matrix[rows, :2]))
        assert np.nansum(shuffled[rows, 2]) == pytest.approx(np.nansum(matrix[rows, 2]))
    assert np.array_equal(np.isnan(shuffled), np.isnan(matrix))
    assert not np.array_equal(shuffled[:, 0], matrix[:, 0])


def test_a_continuum_keeps_margins_and_correlations():
    rng = np.random.default_rng(0)
    latent = rng.multivariate_normal([0, 0, 0], [[1, 0.6, 0], [0.6, 1, 0], [0, 0, 1]], 4000)
    levels = np.digitize(latent[:, 1], [-1, 0.5])
    matrix = np.column_stack([np.exp(latent[:, 0]), levels, latent[:, 2] > 1]).astype(float)
    drawn = next(draw_continuum(matrix, np.ones(4000), rng))
    assert np.array_equal(np.sort(drawn, axis=0), np.sort(matrix, axis=0))
    ranks = [pd.DataFrame(frame).corr("spearman").to_numpy() for frame in (drawn, matrix)]
    assert ranks[0] == pytest.approx(ranks[1], abs=0.06)


def decide(frame: pd.DataFrame, weights: np.ndarray | None = None, **options: object):
    weights = np.ones(len(frame)) if weights is None else weights
    return choose_segments(frame, weights, SegmentOptions(**options))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("k", [2, 5])
def test_planted_clusters_are_counted_and_found(seed, k):
    rng = np.random.default_rng(seed)
    corners = 3.0 * np.eye(5)[:k]
    kind = rng.integers(0, k, 500)
    choice = decide(pd.DataFrame(corners[kind] + 0.6 * rng.normal(size=(500, 5))).add_prefix("q"))
    assert choice.model is not None
    assert choice.model.n_segments_ == k
    assert adjusted_rand_score(kind, choice.labels) > 0.9


@pytest.mark.parametrize("seed", range(3))
def test_a_single_correlated_population_has_no_types_however_stable_its_halves(seed):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.multivariate_normal(np.zeros(6), 0.6 * np.eye(6) + 0.4, 600)).add_prefix("q")
    choice = decide(frame, n_bootstrap=10)
    tried = choice.table.dropna(subset="jaccard")
    assert choice.model is None
    assert tried["jaccard"].max() > 0.6
    assert (tried["p_continuum"] > 0.05).all()


@pytest.mark.parametrize("seed", range(3))
def test_weights_alone_make_no_types(seed):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.uniform(size=(500, 5))).add_prefix("q")
    weights = np.exp(-2 * frame["q0"].to_numpy() + frame["q1"].to_numpy())
    assert decide(frame, weights).model is None


def test_the_table_says_why():
    survey = pd.DataFrame(np.random.default_rng(0).uniform(size=(300, 4))).add_prefix("q")
    table = decide(survey).table
    assert list(table.columns) == ["k", "jaccard", "smallest_share", "score", "p_shuffled", "p_continuum", "chosen"]
    assert table["k"].tolist() == [2, 3]
    assert (table["p_shuffled"] > 0.05).all()
    assert not table["chosen"].any()


def test_a_segment_smaller_than_wanted_is_not_chosen():
    rng = np.random.default_rng(0)
    kind = np.repeat([0, 1, 2], [20, 290, 290])
    frame = pd.DataFrame(4.0 * np.eye(3)[kind] + rng.normal(size=(600, 3)) * 0.6).add_prefix("q")
    assert decide(frame, smallest_share=0.01).model.n_segments_ == 3
    assert decide(frame, smallest_share=0.10).model.n_segments_ == 2
