"""Segments go on from month to month: kept until the answers drift, then matched by whom they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from needs_analytics.segments import find_segments
from needs_analytics.segments.continuity import Matched, give_ids, match_segments, tell_crosswalk
from needs_analytics.segments.keeping import model_from_json, model_json

from .planted_residents import draw_residents, draw_uniform

if TYPE_CHECKING:
    from needs_analytics.core.results import Segments

    from .conftest import Planted


def codes(segments: Segments) -> list[str]:
    return [issue.code for issue in segments.issues]


def with_newcomers(n: int, seed: int, *, age: float = 55, size: float = 7, use: float = 5) -> pd.DataFrame:
    """Return residents of whom a fifth are of a type that nobody was of: all of this age, household and use."""
    survey, _ = draw_residents(n, seed)
    rng = np.random.default_rng(seed)
    come = np.arange(n) < n // 5
    ages = np.clip(np.round(rng.normal(age, 2, n)), 16, 105)
    return survey.assign(
        age=survey["age"].where(~come, ages),
        household_size=survey["household_size"].where(~come, size),
        participation=survey["participation"].where(~come, 3.0),
        usage_frequency=survey["usage_frequency"].where(~come, use),
        groups=survey["groups"].where(~come, "jobless"),
    )


@pytest.fixture(scope="session")
def drifted(planted: Planted) -> Segments:
    return find_segments(with_newcomers(800, seed=8), before=planted.found.model)


def test_the_same_town_in_another_month_keeps_ids_and_names(planted: Planted) -> None:
    later = find_segments(draw_residents(700, seed=4)[0], before=planted.found.model)
    assert codes(later) == ["I636"]
    assert dict(later.names()) == dict(planted.found.names())
    assert set(later.crosswalk["status"]) == {"same"}
    assert not later.drift["drifted"].any()


def test_kept_segments_hold_who_they_held(planted: Planted) -> None:
    survey, kind = draw_residents(700, seed=4)
    later = find_segments(survey, before=planted.found.model)
    held = planted.found.table["segment"].groupby(planted.kind).agg(lambda each: each.mode()[0])
    agree = later.table["segment"].to_numpy() == held.reindex(kind).to_numpy()
    assert agree.mean() > 0.95


def test_sizes_that_change_are_no_drift(planted: Planted) -> None:
    survey, kind = draw_residents(1200, seed=5)
    fewer = survey[(kind != 1) | (np.arange(1200) % 3 == 0)]
    assert codes(find_segments(fewer, before=planted.found.model)) == ["I636"]


def test_a_new_type_makes_segments_be_learnt_anew_and_is_named_as_new(drifted: Segments, planted: Planted) -> None:
    assert codes(drifted) == ["I637"]
    assert drifted.drift["drifted"].any()
    new = drifted.crosswalk[drifted.crosswalk["status"] == "new"]
    assert len(new) == 1
    come = drifted.table["segment"].iloc[:160]
    assert (come == new["segment"].iloc[0]).mean() > 0.9
    assert new["name"].iloc[0] not in set(planted.found.names().values())


def test_those_that_go_on_keep_their_ids_and_names(drifted: Segments, planted: Planted) -> None:
    same = drifted.crosswalk[drifted.crosswalk["status"] == "same"]
    assert len(same) == len(planted.found.profiles)
    assert (same["segment_before"] == same["segment"]).all()
    assert (same["name_before"] == same["name"]).all()
    assert set(drifted.traits["segment"]) == set(drifted.profiles["segment"]) == set(drifted.quality["segment"])


def test_an_id_is_never_given_again(drifted: Segments) -> None:
    kept = model_from_json(model_json(drifted.model))
    others = find_segments(with_newcomers(800, seed=9, age=95, size=6, use=1), before=kept)
    status = others.crosswalk.set_index("status")
    assert status.loc[["gone"], "segment_before"].tolist() == ["S5"]
    assert status.loc[["new"], "segment"].tolist() == ["S6"]
    assert set(others.model.used_ids_) == {"S1", "S2", "S3", "S4", "S5", "S6"}
    assert model_from_json(model_json(others.model)).used_ids_ == others.model.used_ids_


def test_a_new_question_is_a_drift(planted: Planted) -> None:
    survey, _ = draw_residents(800, seed=3)
    first = find_segments(survey.drop(columns="household_size"))
    later = find_segments(draw_residents(700, seed=4)[0], before=first.model)
    assert "I637" in codes(later)
    assert later.drift.loc[later.drift["drifted"], "question"].tolist() == ["household_size"]


def test_a_new_group_is_a_drift(planted: Planted) -> None:
    survey = draw_residents(700, seed=4)[0]
    groups = survey["groups"].where(np.arange(700) % 10 > 0, survey["groups"] + ";jobless").str.strip(";")
    later = find_segments(survey.assign(groups=groups), before=planted.found.model)
    assert "groups" in later.drift.loc[later.drift["drifted"], "question"].tolist()


def test_where_no_stable_types_are_found_anew_those_before_stay_and_that_is_said(planted: Planted) -> None:
    later = find_segments(draw_uniform(400, seed=5), before=planted.found.model)
    assert later.drift["drifted"].any()
    assert not later.selection["chosen"].any()
    assert codes(later) == ["W638"]
    assert later.names() == planted.found.names()
    assert set(later.crosswalk["status"]) == {"same"}
    assert (later.table["segment"] != "").all()
    assert model_json(later.model) == model_json(planted.found.model)


def test_a_wished_number_goes_on_from_the_same_number_before(planted: Planted) -> None:
    k = planted.found.model.n_segments_
    later = find_segments(draw_residents(700, seed=4)[0], before=planted.found.model, n_segments=k)
    assert codes(later) == ["I636"]
    assert dict(later.names()) == dict(planted.found.names())


def test_another_number_is_obeyed_and_ids_go_on_where_types_do(planted: Planted) -> None:
    before = planted.found
    later = find_segments(draw_residents(700, seed=4)[0], before=before.model, n_segments=2)
    assert len(later.profiles) == 2
    assert "I646" in codes(later)
    same = later.crosswalk[later.crosswalk["status"] == "same"]
    assert (same["segment"] == same["segment_before"]).all()
    fresh = set(later.profiles["segment"]) - set(same["segment"])
    assert fresh.isdisjoint(before.model.used_ids_)


def test_a_wished_number_is_obeyed_though_answers_drifted(planted: Planted) -> None:
    k = planted.found.model.n_segments_
    later = find_segments(with_newcomers(800, seed=8), before=planted.found.model, n_segments=k)
    assert len(later.profiles) == k
    assert "I637" in codes(later)
    assert (later.crosswalk["status"] == "same").sum() >= k - 1


def test_a_type_that_went_is_told_only_if_it_was_published(drifted: Segments) -> None:
    kept = model_from_json(model_json(drifted.model))
    kept.segments_.loc[kept.segments_["segment"] == "S5", "jaccard"] = 0.5
    others = find_segments(with_newcomers(800, seed=9, age=95, size=6, use=1), before=kept)
    assert "gone" not in set(others.crosswalk["status"])
    (issue,) = [issue for issue in others.issues if issue.code == "I637"]
    assert issue.details["gone"] == {"zh": "–", "en": "–"}
    assert "S5" in others.model.used_ids_


def test_types_whose_questions_are_asked_no_more_do_not_stay(planted: Planted) -> None:
    later = find_segments(draw_uniform(400, seed=5)[["age", "sex"]], before=planted.found.model)
    assert later.status == "none"
    assert "W638" not in codes(later)
    assert set(later.crosswalk["status"]) == {"gone"}


def test_the_order_of_rows_changes_nothing(planted: Planted, drifted: Segments) -> None:
    mixed = with_newcomers(800, seed=8).sample(frac=1, random_state=1)
    again = find_segments(mixed, before=planted.found.model)
    pd.testing.assert_frame_equal(again.crosswalk, drifted.crosswalk)
    assert model_json(again.model) == model_json(drifted.model)


LABELS = st.integers(1, 6).flatmap(
    lambda k: st.lists(st.integers(0, k - 1), min_size=12, max_size=60).map(lambda each: (k, np.array(each)))
)


def pairs(matched: Matched, before: np.ndarray, now: np.ndarray) -> set[tuple[frozenset[int], frozenset[int]]]:
    """Return which respondents go on as which, whatever the labels."""
    return {
        (frozenset(np.flatnonzero(before == old)), frozenset(np.flatnonzero(now == new)))
        for new, old in matched.before.items()
    }


@given(LABELS, LABELS, st.randoms(use_true_random=False))
def test_how_segments_are_numbered_changes_no_match(before, now, random) -> None:
    (k, old), (m, new) = before, now
    n = min(len(old), len(new))
    old, new = old[:n], new[:n]
    turn, turned = np.array(random.sample(range(k), k)), np.array(random.sample(range(m), m))
    matched = match_segments(old, new, k, m)
    again = match_segments(turn[old], turned[new], k, m)
    assert pairs(again, turn[old], turned[new]) == pairs(matched, old, new)


@given(LABELS, st.randoms(use_true_random=False))
def test_permuted_labels_give_the_same_crosswalk(before, random) -> None:
    k, old = before
    turn = np.array(random.sample(range(k), k))
    matched = match_segments(old, turn[old], k, k)
    assert all(turn[old] == new for new, old in matched.before.items())
    assert set(matched.before.values()) == set(np.unique(old))


@given(LABELS, LABELS)
def test_every_segment_goes_on_at_most_once_and_ids_differ(before, now) -> None:
    (k, old), (m, new) = before, now
    n = min(len(old), len(new))
    matched = match_segments(old[:n], new[:n], k, m)
    assert len(set(matched.before.values())) == len(matched.before)
    ids = give_ids(matched, m, tuple(f"S{label + 1}" for label in range(k)), [f"S{label + 1}" for label in range(k)])
    assert len(set(ids)) == m


def test_half_in_common_is_the_same() -> None:
    before, now = np.array([0, 0, 0, 1, 1, 1]), np.array([0, 0, 1, 1, 1, 1])
    assert match_segments(before, now, 2, 2).before == {0: 0, 1: 1}


def test_a_split_segment_goes_on_as_its_larger_part() -> None:
    before, now = np.array([0] * 10), np.array([0] * 4 + [1] * 6)
    assert match_segments(before, now, 1, 2).before == {1: 0}


def test_what_is_gone_and_new_stands_in_the_crosswalk() -> None:
    before = pd.DataFrame({"segment": ["S1", "S2"], "name": ["甲", "乙"]})
    now = pd.DataFrame({"segment": ["S3", "S1"], "name": ["丙", "甲"]})
    told = tell_crosswalk(Matched({1: 0}, {1: 0.8}), before, now)
    assert told["status"].tolist() == ["same", "new", "gone"]
    assert told["segment"].tolist() == ["S1", "S3", ""]
    assert told["segment_before"].tolist() == ["S1", "", "S2"]
