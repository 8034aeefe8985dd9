"""K-means against published sums of squares, and with answers missing."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.metrics import adjusted_rand_score

from needs_analytics.segments.partition import Answers, merge_equal, split_rows

# Best known within-cluster sums of squares of Fisher's iris data (R kmeans, many starts).
IRIS = {1: 681.3706, 2: 152.347951760358, 3: 78.851441426146, 4: 57.2284732142857, 5: 46.446182051282}


def split(matrix: np.ndarray, k: int, weights: np.ndarray | None = None):
    return split_rows(matrix, np.ones(len(matrix)) if weights is None else weights, k, n_init=10, random_state=0)


@pytest.fixture(scope="module")
def iris() -> np.ndarray:
    data = load_iris().data
    data[34, 3], data[37, 1:3] = 0.2, (3.6, 1.4)  # Fisher's own figures, which R has and scikit-learn's copy misses
    return data


@pytest.mark.parametrize("k", IRIS)
def test_finds_the_best_known_split_of_iris(iris, k):
    assert split(iris, k).inertia == pytest.approx(IRIS[k], rel=1e-6)


def test_iris_in_three_has_the_published_sizes(iris):
    assert np.bincount(split(iris, 3).labels).tolist() == [62, 50, 38]


def test_a_weight_of_three_is_three_equal_rows(iris):
    counts = np.random.default_rng(0).integers(1, 4, len(iris))
    once = merge_equal(iris, counts.astype(float))
    repeated = merge_equal(iris.repeat(counts, axis=0), np.ones(counts.sum()))
    assert np.array_equal(once[0], repeated[0])
    assert np.array_equal(once[1], repeated[1])
    assert once[1].sum() == counts.sum()


def test_rows_with_the_same_answers_missing_are_equal():
    rows, weights = merge_equal(np.array([[1.0, np.nan], [1.0, np.nan], [1.0, 0.0]]), np.array([1.0, 2.0, 4.0]))
    assert rows.shape == (2, 2)
    assert sorted(weights) == [3.0, 4.0]


def test_never_more_parts_than_distinct_rows():
    assert len(split(np.array([[0.0], [0.0], [1.0]]), 5).centres) == 2


def test_missing_answers_are_filled_by_the_company_they_keep():
    rng = np.random.default_rng(0)
    kind = rng.integers(0, 3, 600)
    whole = np.array([[0, 0, 0, 0], [6, 6, 0, 0], [0, 6, 6, 6]])[kind] + rng.normal(size=(600, 4))
    holes = np.where(rng.random(whole.shape) < 0.25, np.nan, whole)
    assert adjusted_rand_score(kind, split(holes, 3).labels) > 0.9


def test_those_who_were_not_asked_are_no_part_of_their_own():
    rng = np.random.default_rng(1)
    kind, unasked = rng.integers(0, 2, 400), rng.random(400) < 0.4
    matrix = np.array([-3.0, 3.0])[kind][:, None] + rng.normal(size=(400, 3))
    matrix[unasked, 1:] = np.nan
    labels = split(matrix, 2).labels
    assert adjusted_rand_score(kind, labels) > 0.95
    assert abs(adjusted_rand_score(unasked, labels)) < 0.05


def test_a_row_without_any_answer_is_put_in_the_largest_part():
    centres = split(np.array([[0.0], [0.1], [5.0]]), 2).centres
    assert Answers.of(np.array([[np.nan]])).nearest(centres).tolist() == [0]
