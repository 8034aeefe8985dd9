"""Levels of answers, latent classes learnt from them, and classes grown by splitting."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_rand_score

from needs_analytics.core.codebook import Codebook
from needs_analytics.segments.encode import list_questions
from needs_analytics.segments.levels import fit_levels
from needs_analytics.segments.mixture import SMOOTHING, Classes, Counted, climb, expect, free_parameters, maximise
from needs_analytics.segments.residents import pick_questions, read_residents
from needs_analytics.segments.split import grow_classes

from .planted_residents import draw_residents

TRAITS = ["age", "sex", "groups", "household_size", "participation", "usage_frequency"]


def levels_of(frame: pd.DataFrame, **wished: float):
    return fit_levels(frame, list_questions(frame, ("groups",)), np.ones(len(frame)), wished)[0]


def counted(frame: pd.DataFrame, **wished: float) -> Counted:
    levels = levels_of(frame, **wished)
    return Counted.of(levels.read(frame), levels, np.ones(len(frame)))


@pytest.mark.parametrize(("n", "levels"), [(60, 5), (512, 8), (5000, 8)])
def test_a_number_is_cut_into_equally_filled_levels_about_the_cube_root_of_n(n, levels):
    frame = pd.DataFrame({"age": np.random.default_rng(0).permutation(n).astype(float)})
    sizes = np.bincount(levels_of(frame).read(frame)[:, 0].astype(int))
    assert len(sizes) == levels
    assert sizes.max() - sizes.min() <= 2


def test_neither_scale_nor_tail_of_a_number_counts():
    age = np.random.default_rng(0).uniform(16, 95, 300)
    years, powers = pd.DataFrame({"age": age}), pd.DataFrame({"age": np.exp(age)})
    assert np.array_equal(levels_of(years).read(years), levels_of(powers).read(powers))


def test_a_missing_or_unknown_answer_has_no_level():
    frame = pd.DataFrame({"age": [20.0, 30, 40], "sex": ["男", "女", "女"], "groups": ["pet", "", "pet"]})
    later = pd.DataFrame({"age": [np.nan, 90], "sex": ["?", "男"], "groups": [None, "?pet"]})
    levels = levels_of(frame)
    assert np.isnan(levels.read(later)).tolist() == [[True, True, True], [False, False, True]]
    assert levels.spread(levels.read(later)).sum(axis=1).tolist() == [0.0, 2.0]


def test_a_multi_select_question_of_many_options_counts_once():
    rng = np.random.default_rng(0)
    chosen = [";".join(f"g{j}" for j in np.flatnonzero(row)) for row in rng.random((400, 20)) < 0.4]
    frame = pd.DataFrame({"sex": rng.choice(["男", "女"], 400), "groups": chosen})
    sex, groups = levels_of(frame).scales
    assert sex.exponent == 1
    assert groups.exponent == pytest.approx(np.log(2) / (20 * 0.673), rel=0.01)


def test_a_question_of_weight_two_counts_as_if_asked_twice():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"a": rng.choice(["x", "y"], 100), "b": rng.choice(["x", "y"], 100)})
    once = counted(frame, a=2.0)
    twice = counted(frame.assign(c=frame["a"]))
    start = np.vstack([frame["a"] == "x", frame["a"] != "x"]) * 0.6 + 0.2
    one, two = (expect(maximise(answers, start, answers.margins()), answers) for answers in (once, twice))
    assert one[0] == pytest.approx(two[0])
    assert one[1] == pytest.approx(two[1])


def test_em_never_loses_likelihood_but_for_the_smoothing():
    survey, _ = draw_residents(400, seed=0)
    answers = counted(survey[TRAITS])
    start = np.random.default_rng(0).dirichlet(np.ones(3), 400).T
    classes, reached = maximise(answers, start, answers.margins()), -np.inf
    for _ in range(30):
        belonging, likelihood = expect(classes, answers)
        prior = answers.margins()
        penalised = likelihood + SMOOTHING * float((answers.exponents * prior * np.log(classes.profiles)).sum())
        penalised += SMOOTHING / 3 * float(np.log(classes.shares).sum())
        assert penalised >= reached - 1e-6
        reached, classes = penalised, maximise(answers, belonging, prior)


def test_a_mixture_of_two_coins_is_recovered():
    rng = np.random.default_rng(0)
    kind = rng.random(4000) < 0.3
    faces = pd.DataFrame(rng.random((4000, 6)) < np.where(kind, 0.9, 0.2)[:, None]).add_prefix("q").astype(float)
    found = grow_classes(counted(faces), 2)[-1]
    order = np.argsort(found.shares)
    assert found.shares[order] == pytest.approx([0.3, 0.7], abs=0.03)
    assert found.profiles[order][:, 1::2] == pytest.approx(np.array([[0.9] * 6, [0.2] * 6]), abs=0.03)


@pytest.mark.parametrize("seed", range(3))
def test_splitting_finds_classes_at_least_as_likely_as_random_starts(seed):
    survey, kind = draw_residents(500, seed=seed, noise=2)
    answers = counted(survey[TRAITS])
    rng = np.random.default_rng(seed)
    starts = [rng.dirichlet(np.full(4, 0.3), 500).T for _ in range(15)]
    random = [climb(answers, maximise(answers, s, answers.margins()), gain=1e-4, rounds=500) for s in starts]
    grown = grow_classes(answers, 4)[-1]
    assert grown.likelihood >= max(classes.likelihood for classes in random) - 0.5
    assert adjusted_rand_score(kind, grown.place(answers.table, answers.exponents)) > 0.8


def test_more_classes_are_likelier():
    survey, _ = draw_residents(300, seed=0)
    likelihoods = [classes.likelihood for classes in grow_classes(counted(survey[TRAITS]), 5)]
    assert likelihoods == sorted(likelihoods)


def test_levels_nobody_of_a_class_has_are_no_free_parameters():
    answers = counted(pd.DataFrame({"a": ["x", "x", "y", "z"] * 3, "b": ["x", "y", "y", "x"] * 3}))
    apart = Classes(np.array([0.5, 0.5]), np.array([[0.98, 0.01, 0.01, 0.5, 0.5], [0.01, 0.5, 0.49, 0.5, 0.5]]))
    assert free_parameters(apart, answers) == 1 + (0 + 1) + (1 + 1)


def test_a_group_nobody_of_an_office_carries_was_not_asked_there():
    survey = pd.DataFrame(
        {"age": [30.0] * 4, "office": ["a", "a", "b", "b"], "groups": ["pet", "", "parent", "parent;pet"]}
    )
    residents = read_residents(survey, None, Codebook.default())
    assert residents.answers["groups"].tolist() == ["pet;?parent", "?parent", "parent", "parent;pet"]


def test_groups_that_follow_from_age_and_household_make_no_types_but_are_told(planted):
    survey = pd.DataFrame({"age": [70.0, 30], "household_size": [1.0, 2], "groups": ["alone_elder;pet", "pet"]})
    codebook = Codebook.default()
    residents = read_residents(survey, None, codebook)
    assert residents.answers["groups"].tolist() == ["alone_elder;pet", "pet"]
    assert pick_questions(residents, codebook)[0]["groups"].tolist() == ["pet", "pet"]
    unknown = read_residents(survey.drop(columns="household_size"), None, codebook)
    assert "alone_elder" in pick_questions(unknown, codebook)[0]["groups"].iloc[0]
    assert planted.found.traits["feature"].eq("groups:alone_elder").any()
