"""The same segments in a later month."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
from sklearn.metrics import adjusted_rand_score

from needs_analytics.segments import assign_segments

from .planted_residents import draw_residents


def test_the_same_month_is_placed_as_it_was_found(planted):
    again = assign_segments(planted.survey, planted.found.model)
    assert again.table.equals(planted.found.table)
    pd.testing.assert_frame_equal(again.profiles, planted.found.profiles)
    assert again.quality.equals(planted.found.quality)


def test_a_later_month_keeps_ids_and_names(planted):
    survey, kind = draw_residents(400, seed=11)
    later = assign_segments(survey, planted.found.model)
    assert adjusted_rand_score(kind, later.table["segment"]) > 0.9
    assert later.names() == planted.found.names()
    assert later.status == "stable"


def test_a_month_without_a_question_and_with_a_new_group_is_still_placed(planted):
    survey, kind = draw_residents(400, seed=12)
    survey["groups"] = survey["groups"] + ";pet"
    later = assign_segments(survey.drop(columns=["participation", "sex"]), planted.found.model)
    assert adjusted_rand_score(kind, later.table["segment"]) > 0.9


def test_a_segment_nobody_is_in_keeps_its_row(planted):
    survey, kind = draw_residents(300, seed=13)
    later = assign_segments(survey[kind != 0], planted.found.model)
    assert later.profiles["name"].tolist() == planted.found.profiles["name"].tolist()
    assert later.profiles["n"].iloc[-1] == 0
    assert later.profiles["share"].iloc[-1] == 0.0


def test_an_empty_month_has_no_data(planted):
    assert assign_segments(planted.survey.iloc[:0], planted.found.model).status == "no_data"


def test_the_model_survives_being_stored(planted):
    model = pickle.loads(pickle.dumps(planted.found.model))
    later = assign_segments(planted.survey.iloc[:50], model)
    assert np.array_equal(later.table["segment"], planted.found.table["segment"].iloc[:50])
