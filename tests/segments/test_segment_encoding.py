"""Every question counts as intended."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from needs_analytics.segments.encode import fit_encoding, list_questions
from needs_analytics.segments.moments import weighted_quantile


@pytest.fixture
def answers() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    n = 500
    return pd.DataFrame(
        {
            "age": rng.normal(50, 15, n),
            "sex": rng.choice(["男", "女"], n),
            "district": rng.choice(["东", "西", "南"], n),
            "level": pd.Categorical(rng.choice(["少", "中", "多"], n), categories=["少", "中", "多"], ordered=True),
            "groups": rng.choice(["", "worker", "worker;parent", "retired"], n),
        }
    )


def encode(frame: pd.DataFrame, weights: np.ndarray | None = None, **options: object):
    weights = np.ones(len(frame)) if weights is None else weights
    return fit_encoding(frame, list_questions(frame, ("groups",)), weights, **options)


def mean_squared_distance(block: np.ndarray, weights: np.ndarray) -> float:
    apart = ((block[:, None, :] - block[None, :, :]) ** 2).sum(axis=2)
    both = weights[:, None] * weights[None, :]
    return float((apart * both).sum() / both.sum())


def test_every_question_has_the_same_weighted_mean_squared_distance(answers):
    weights = np.random.default_rng(1).uniform(0.2, 5, len(answers))
    encoding = encode(answers, weights)
    matrix = encoding.encode(answers)
    distances = [mean_squared_distance(matrix[:, span], weights) for span in encoding.spans()]
    assert len(distances) == 5
    assert distances == pytest.approx([2.0] * 5)


def test_a_block_weight_multiplies_the_squared_distance(answers):
    encoding = encode(answers, block_weights={"age": 3.0})
    matrix = encoding.encode(answers)
    distances = [mean_squared_distance(matrix[:, span], np.ones(len(answers))) for span in encoding.spans()]
    assert distances == pytest.approx([6.0, 2.0, 2.0, 2.0, 2.0])


def test_a_block_weight_of_zero_leaves_the_question_out(answers):
    encoding = encode(answers, block_weights={"age": 0.0})
    assert [block.question.name for block in encoding.blocks] == ["sex", "district", "level", "groups"]


def test_a_question_that_nobody_answers_differently_is_left_out(answers):
    encoding = encode(answers.assign(age=40.0, groups=np.nan))
    assert [block.question.name for block in encoding.blocks] == ["sex", "district", "level"]


def test_a_missing_answer_stays_missing_and_moves_no_scale(answers):
    holes = answers.copy()
    holes.loc[:2, "sex"] = None
    encoding = encode(holes)
    matrix = encoding.encode(holes)
    sex = matrix[:, encoding.spans()[1]]
    assert np.isnan(sex[:3]).all()
    assert not np.isnan(matrix[3:]).any()
    assert np.nanvar(sex) == pytest.approx(1.0)


def test_a_rare_answer_does_not_stand_alone():
    groups = pd.DataFrame({"groups": ["dibao"] * 15 + [""] * 485})
    matrix = encode(groups).encode(groups)
    assert float(np.abs(matrix).max()) <= 3.0


def test_an_outlier_counts_as_the_edge_of_the_others():
    ages = pd.DataFrame({"visits": [*range(100), 10_000]})
    matrix = encode(ages).encode(ages)
    assert float(matrix.max()) < 2.0


def test_an_option_never_seen_before_counts_as_missing(answers):
    encoding = encode(answers[["sex"]])
    assert np.isnan(encoding.encode(pd.DataFrame({"sex": ["其他"]}))).all()


def test_a_quantile_is_an_answer_somebody_gave():
    values, weights = np.array([20.0, np.nan, 30.0, 80.0]), np.array([1.0, 9.0, 1.0, 3.0])
    assert weighted_quantile(values, weights, 0.5) == 80.0
    assert weighted_quantile(values, weights, 0.4) == 30.0
    assert np.isnan(weighted_quantile(values[1:2], weights[1:2], 0.5))
