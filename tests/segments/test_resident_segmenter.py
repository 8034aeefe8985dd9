"""The segmenter keeps scikit-learn's promises, on arrays and on mixed frames."""

from __future__ import annotations

import os

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.metrics import adjusted_rand_score
from sklearn.utils.estimator_checks import estimator_checks_generator

from needs_analytics.segments import ResidentSegmenter

from .planted_residents import draw_residents

EXPECTED_FAILURES: dict[str, str] = {}
"""None: equal rows are merged, so integer weights equal repetition, which KMeans itself must be excused from."""

TRAITS = ["age", "sex", "groups", "household_size", "participation", "usage_frequency"]

CHECKS = [
    pytest.param(estimator, check, id=f"{number}-{getattr(check, 'func', check).__name__}")
    for number, (estimator, check) in enumerate(estimator_checks_generator(ResidentSegmenter()))
    if os.environ.get("SCIPY_ARRAY_API") or getattr(check, "func", check).__name__ != "check_array_api_input"
]


@pytest.mark.parametrize(("estimator", "check"), CHECKS)
def test_scikit_learn_estimator_check(estimator, check):
    assert not EXPECTED_FAILURES
    check(estimator)


def test_clusters_mixed_answers_with_missing_values():
    survey, kind = draw_residents(600, seed=0)
    traits = survey[TRAITS]
    holes = traits.where(np.random.default_rng(9).random(traits.shape) > 0.2)
    model = ResidentSegmenter(n_segments=4).fit(holes)
    assert adjusted_rand_score(kind, model.labels_) > 0.9
    assert np.array_equal(model.predict(holes), model.labels_)
    assert model.n_segments_ == 4


def test_numbers_segments_by_size():
    survey, _ = draw_residents(600, seed=0)
    sizes = np.bincount(ResidentSegmenter(n_segments=4).fit(survey[TRAITS]).labels_)
    assert sizes.tolist() == sorted(sizes, reverse=True)


def test_the_order_of_the_rows_does_not_matter():
    survey, _ = draw_residents(300, seed=1, noise=3)
    weights = np.random.default_rng(1).uniform(0.5, 4, len(survey))
    shuffled = np.random.default_rng(2).permutation(len(survey))
    once = ResidentSegmenter().fit(survey[TRAITS], sample_weight=weights)
    again = ResidentSegmenter().fit(survey[TRAITS].iloc[shuffled], sample_weight=weights[shuffled])
    assert np.array_equal(once.labels_[shuffled], again.labels_)
    assert np.array_equal(once.classes_.profiles, again.classes_.profiles)


def test_rows_of_weight_zero_are_placed_but_not_learnt_from():
    ages = pd.DataFrame({"age": [20.0, 21, 80, 81, 300]})
    model = ResidentSegmenter(n_segments=2).fit(ages, sample_weight=[1, 1, 1, 1, 0])
    assert model.labels_.tolist() == [0, 0, 1, 1, 1]


def test_never_more_segments_than_distinct_respondents():
    assert ResidentSegmenter(n_segments=9).fit(pd.DataFrame({"age": [20, 20, 50, 80]})).n_segments_ == 3


def test_refuses_fewer_than_one_segment():
    with pytest.raises(ValueError, match="n_segments"):
        ResidentSegmenter(n_segments=0).fit([[1.0], [2.0]])


def test_a_clone_is_unfitted():
    fitted = ResidentSegmenter(n_segments=2, block_weights={"age": 2.0}).fit([[1.0], [2.0]])
    assert clone(fitted).get_params() == fitted.get_params()
    assert not hasattr(clone(fitted), "labels_")


def test_few_respondents_for_each_segment_are_parted_by_distance():
    survey, _ = draw_residents(150, seed=0)
    few, many = (ResidentSegmenter(n_segments=k).fit(survey[TRAITS]) for k in (6, 5))
    assert (few.classes_, few.cluster_centers_.shape[0]) == (None, 6)
    assert (len(many.classes_.shares), many.cluster_centers_) == (5, None)
