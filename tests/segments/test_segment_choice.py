"""How many segments: stability against published figures, and populations with and without types."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_iris
from sklearn.metrics import adjusted_rand_score

from needs_analytics.core.options import SegmentOptions
from needs_analytics.segments.choose import choose_segments
from needs_analytics.segments.nulls import draw_continuum
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


def test_a_continuum_keeps_margins_and_correlations():
    rng = np.random.default_rng(0)
    latent = rng.multivariate_normal([0, 0, 0], [[1, 0.6, 0], [0.6, 1, 0], [0, 0, 1]], 4000)
    levels = np.digitize(latent[:, 1], [-1, 0.5])
    matrix = np.column_stack([np.exp(latent[:, 0]), levels, latent[:, 2] > 1]).astype(float)
    drawn = next(draw_continuum(matrix, np.ones(4000), rng))
    assert np.array_equal(np.sort(drawn, axis=0), np.sort(matrix, axis=0))
    ranks = [pd.DataFrame(frame).corr("spearman").to_numpy() for frame in (drawn, matrix)]
    assert ranks[0] == pytest.approx(ranks[1], abs=0.06)


def decide(frame: pd.DataFrame, **options: object):
    return choose_segments(frame, SegmentOptions(**options))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("k", [2, 5])
def test_planted_clusters_are_counted_and_found(seed, k):
    rng = np.random.default_rng(seed)
    corners = 3.0 * np.eye(5)[:k]
    kind = rng.integers(0, k, 500)
    choice = decide(pd.DataFrame(corners[kind] + 0.6 * rng.normal(size=(500, 5))).add_prefix("q"))
    assert choice.model is not None
    assert choice.model.n_segments_ == k
    assert adjusted_rand_score(kind, choice.labels) > 0.85  # levels of 500 answers tell a little less than distances


@pytest.mark.parametrize("seed", range(3))
def test_a_single_correlated_population_has_no_types_however_stable_its_halves(seed):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.multivariate_normal(np.zeros(6), 0.6 * np.eye(6) + 0.4, 600)).add_prefix("q")
    choice = decide(frame, n_bootstrap=10)
    tried = choice.table.dropna(subset="jaccard")
    assert choice.model is None
    assert tried["jaccard"].max() > 0.6
    assert (choice.table["p_continuum"].dropna() > 0.05).all()


def test_the_table_says_why():
    survey = pd.DataFrame(np.random.default_rng(0).uniform(size=(300, 4))).add_prefix("q")
    table = decide(survey).table
    assert list(table.columns) == ["k", "bic", "adjusted_bic", "jaccard", "smallest_share", "p_continuum", "chosen"]
    assert table["k"].tolist() == [1, 2, 3, 4, 5, 6, 7]
    assert table["bic"].idxmin() == 0
    assert not table["chosen"].any()


def test_only_numbers_between_the_two_criteria_are_asked_for_stability(planted):
    table = planted.found.selection.set_index("k")
    asked = table.index[table["jaccard"].notna()]
    assert asked.tolist() == list(range(table["bic"].idxmin(), table["adjusted_bic"].idxmin() + 1))
    assert table["p_continuum"].notna().sum() == 1
    assert table.index[table["chosen"]].tolist() == [4]


def test_a_segment_smaller_than_wanted_is_not_chosen():
    rng = np.random.default_rng(0)
    kind = np.repeat([0, 1, 2], [40, 430, 430])
    frame = pd.DataFrame(4.0 * np.eye(3)[kind] + rng.normal(size=(900, 3)) * 0.6).add_prefix("q")
    assert decide(frame, smallest_share=0.01).model.n_segments_ == 3
    refused = decide(frame, smallest_share=0.10)
    assert refused.model is None or refused.model.n_segments_ == 2
