"""Classes learnt anew start also from those of a kept model: the likelier count, whoever they come from."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from needs_analytics.segments import ResidentSegmenter
from needs_analytics.segments.encode import list_questions
from needs_analytics.segments.levels import fit_levels
from needs_analytics.segments.mixture import Classes, Counted
from needs_analytics.segments.restart import restate
from needs_analytics.segments.split import grow_classes

from .planted_residents import draw_residents

TRAITS = ["age", "sex", "groups", "household_size", "participation"]


@pytest.fixture(scope="module")
def before() -> ResidentSegmenter:
    return ResidentSegmenter(n_segments=4).fit(draw_residents(600, seed=1)[0][TRAITS])


def month(seed: int, *, noise: float = 1.0, columns: list[str] = TRAITS):
    frame = draw_residents(500, seed, noise=noise)[0][columns]
    alike = np.ones(len(frame))
    levels, codes = fit_levels(frame, list_questions(frame, ("groups",)), alike)
    return frame, Counted.of(codes, levels, alike)


@pytest.mark.parametrize("columns", [TRAITS, [*TRAITS, "usage_frequency"], TRAITS[1:]], ids=["same", "more", "fewer"])
def test_kept_classes_in_this_months_levels_hold_whom_they_held(before: ResidentSegmenter, columns: list[str]) -> None:
    frame, answers = month(2, columns=columns)
    start = restate(before, frame, answers)
    held = before.predict(frame.reindex(columns=TRAITS))
    assert start is not None
    assert start.profiles.shape == (4, answers.table.shape[1])
    assert np.mean(start.place(answers.table, answers.exponents) == held) > 0.95


def test_a_model_with_centres_is_no_start(before: ResidentSegmenter) -> None:
    frame, answers = month(2)
    few = ResidentSegmenter(n_segments=4).fit(frame.iloc[:40])
    assert restate(few, frame, answers) is None
    assert len(np.unique(ResidentSegmenter(n_segments=4).fit(frame, before=few).labels_)) == 4


@pytest.mark.parametrize("seed", range(3))
def test_of_both_starts_the_likelier_classes_count(before: ResidentSegmenter, seed: int) -> None:
    frame, answers = month(seed, noise=2.5)
    alone = grow_classes(answers, 6)
    both = grow_classes(answers, 6, start=restate(before, frame, answers))
    assert [len(classes.shares) for classes in both] == [1, 2, 3, 4, 5, 6]
    assert all(one.likelihood >= other.likelihood - 1e-6 for one, other in zip(both, alone, strict=True))
    assert [one.likelihood for one in both[:3]] == [one.likelihood for one in alone[:3]]


def test_a_start_from_which_nothing_climbs_changes_nothing() -> None:
    _, answers = month(4)
    alike = Classes(np.full(4, 0.25), answers.margins().repeat(4, axis=0))
    (alone, both) = (grow_classes(answers, 4, start=start)[3] for start in (None, alike))
    assert both.likelihood == alone.likelihood


def test_where_splitting_sticks_those_who_held_lead_on() -> None:
    kept = ResidentSegmenter(n_segments=5).fit(draw_residents(2000, seed=50, noise=3)[0][TRAITS])
    frame, _ = month(5, noise=3)
    alone = ResidentSegmenter(n_segments=5).fit(frame)
    again = ResidentSegmenter(n_segments=5).fit(frame, before=kept)
    assert again.classes_.likelihood > alone.classes_.likelihood + 1
    held = kept.predict(frame)
    assert adjusted_rand_score(held, again.labels_) > adjusted_rand_score(held, alone.labels_)
