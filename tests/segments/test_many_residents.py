"""Very many residents: classes grown from a sample of them, then learnt from everyone."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from needs_analytics.segments import joint, many
from needs_analytics.segments.many import every_so_many
from needs_analytics.segments.segmenter import ResidentSegmenter

from .planted_residents import draw_residents

QUESTIONS = ["age", "participation", "usage_frequency", "household_size", "groups"]


@pytest.fixture
def from_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let 2 000 residents be many."""
    monkeypatch.setattr(many, "GROWN_FROM", 600)
    monkeypatch.setattr(joint, "PIECE", 700)


def fitted(survey, weights=None) -> ResidentSegmenter:
    return ResidentSegmenter(4).fit(survey[QUESTIONS], sample_weight=weights)


def test_planted_types_are_found_as_from_everyone(monkeypatch: pytest.MonkeyPatch) -> None:
    survey, kind = draw_residents(2000, seed=21, noise=1.5)
    whole = fitted(survey)
    monkeypatch.setattr(many, "GROWN_FROM", 600)
    monkeypatch.setattr(joint, "PIECE", 700)
    part = fitted(survey)
    assert adjusted_rand_score(whole.labels_, part.labels_) > 0.97
    assert adjusted_rand_score(kind, part.labels_) > adjusted_rand_score(kind, whole.labels_) - 0.01


@pytest.mark.usefixtures("from_few")
def test_the_order_of_rows_changes_nothing() -> None:
    survey, _ = draw_residents(2000, seed=22)
    order = np.random.default_rng(1).permutation(len(survey))
    assert (fitted(survey.iloc[order]).labels_ == fitted(survey).labels_[order]).all()


@pytest.mark.usefixtures("from_few")
def test_a_weight_of_two_is_two_equal_rows() -> None:
    survey, _ = draw_residents(1500, seed=23)
    weights = np.where(np.arange(1500) % 3 == 0, 2, 1)
    repeated = np.repeat(np.arange(1500), weights)
    once, twice = fitted(survey, weights), fitted(survey.iloc[repeated])
    np.testing.assert_allclose(once.classes_.profiles, twice.classes_.profiles, atol=1e-9)
    assert (once.labels_[repeated] == twice.labels_).all()


@pytest.mark.usefixtures("from_few")
def test_everyone_counts_not_only_the_sample() -> None:
    survey, kind = draw_residents(2000, seed=24)
    model = fitted(survey)
    sizes = np.sort(np.bincount(kind) / len(kind))
    np.testing.assert_allclose(np.sort(model.classes_.shares), sizes, atol=0.005)


def test_steps_along_the_weights_hold_every_region_in_proportion() -> None:
    weights = np.random.default_rng(5).uniform(0.2, 4, 5000)
    rows, often = every_so_many(weights, 500)
    assert often.sum() == pytest.approx(weights.sum())
    tenths = np.add.reduceat(weights, np.arange(0, 5000, 500))
    held = np.bincount(rows // 500, often, minlength=10)
    np.testing.assert_allclose(held, tenths, atol=2 * weights.sum() / 500)
