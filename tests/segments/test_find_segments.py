"""From a survey to its types of residents."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from needs_analytics.core.options import SegmentOptions
from needs_analytics.core.results import Weights
from needs_analytics.segments import find_segments

from .planted_residents import draw_residents, draw_uniform

QUICK = SegmentOptions(n_bootstrap=5)


def weigh(survey: pd.DataFrame, weights: np.ndarray, status: str = "raked") -> Weights:
    table = pd.DataFrame({"answer_id": survey["answer_id"], "base_weight": 1.0, "weight": weights})
    return Weights(
        table=table, margins=pd.DataFrame(), codes={}, status=status, deff=1.0, n_eff=float(len(table)),
        population=float(weights.sum()), places=pd.DataFrame(),
    )  # fmt: skip


def codes(segments) -> list[str]:
    return [issue.code for issue in segments.issues]


def agreement(segments, kind: np.ndarray) -> float:
    return float(adjusted_rand_score(kind, segments.table["segment"]))


def test_planted_types_are_found(planted):
    assert planted.found.status == "stable"
    assert len(planted.found.quality) == 4
    assert agreement(planted.found, planted.kind) > 0.9
    assert planted.found.quality["published"].all()
    assert planted.found.issues == ()


@pytest.mark.parametrize(("n", "noise"), [(300, 1.0), (900, 2.0)])
def test_planted_types_are_found_in_small_and_in_noisy_samples(n, noise):
    survey, kind = draw_residents(n, seed=5, noise=noise)
    assert agreement(find_segments(survey, options=QUICK), kind) > 0.9


@pytest.mark.parametrize("seed", range(5))
def test_uniform_residents_have_no_types(seed):
    found = find_segments(draw_uniform(400, seed))
    assert found.status == "none"
    assert codes(found) == ["I635"]
    assert set(found.table["segment"]) == {""}
    assert found.model is None
    assert len(found.profiles) == len(found.quality) == len(found.traits) == 0


def test_every_respondent_stands_in_the_table_once_and_in_order(planted):
    table = planted.found.table
    assert list(table.columns) == ["answer_id", "person_key", "segment"]
    assert table["answer_id"].tolist() == planted.survey["answer_id"].tolist()
    assert table["person_key"].tolist() == planted.survey["person_key"].tolist()


def test_age_in_months_gives_the_same_segments(planted):
    months = planted.survey.assign(age=planted.survey["age"] * 12)
    assert find_segments(months, n_segments=4).table.equals(planted.found.table)


def test_needs_and_satisfaction_do_not_make_types(planted):
    about = planted.survey.filter(regex="^need:|satisfaction").columns
    without = find_segments(planted.survey.drop(columns=about), n_segments=4)
    assert without.table.equals(planted.found.table)


def test_the_same_survey_gives_the_same_record(planted):
    again = find_segments(planted.survey)
    for name in ("table", "profiles", "traits", "quality", "selection"):
        pd.testing.assert_frame_equal(getattr(again, name), getattr(planted.found, name), check_exact=True)


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 10_000), n=st.sampled_from([12, 120, 220]))
def test_the_order_of_the_rows_does_not_matter(seed, n):
    survey, _ = draw_residents(n, seed=seed % 7, noise=2.0)
    shuffled = survey.sample(frac=1, random_state=seed)
    once, again = find_segments(survey, options=QUICK), find_segments(shuffled, options=QUICK)
    assert dict(zip(*[again.table[name] for name in ("answer_id", "segment")], strict=True)) == dict(
        zip(*[once.table[name] for name in ("answer_id", "segment")], strict=True)
    )
    assert once.status == again.status
    pd.testing.assert_frame_equal(once.profiles, again.profiles, rtol=1e-9)


def test_weights_say_how_many_each_stands_for_and_make_no_types(planted):
    heavy = np.where(planted.kind == 0, 40.0, 2.0)
    weighted = find_segments(planted.survey, weigh(planted.survey, heavy), n_segments=4)
    alike = find_segments(planted.survey, n_segments=4)
    assert weighted.table.equals(alike.table)
    assert weighted.profiles["share"].max() > alike.profiles["share"].max() + 0.2


def test_those_outside_the_target_population_stand_in_no_segment(planted):
    inside = planted.survey.iloc[:-40]
    found = find_segments(planted.survey, weigh(inside, np.full(len(inside), 10.0)), n_segments=4)
    assert (found.table["segment"].iloc[-40:] == "").all()
    assert (found.table["segment"].iloc[:-40] != "").all()
    assert int(found.profiles["n"].sum()) == len(inside)


def test_persons_only_where_weights_are_persons(planted):
    weights = np.random.default_rng(0).uniform(5, 50, len(planted.survey))
    raked = find_segments(planted.survey, weigh(planted.survey, weights), n_segments=4)
    equal = find_segments(planted.survey, weigh(planted.survey, weights, status="equal"), n_segments=4)
    assert raked.profiles["persons"].sum() == pytest.approx(weights.sum())
    assert equal.profiles["persons"].isna().all()


def test_types_are_found_though_a_quarter_of_the_answers_is_missing():
    survey, kind = draw_residents(900, seed=2)
    asked = ["age", "sex", "groups", "household_size", "participation", "usage_frequency"]
    survey[asked] = survey[asked].where(np.random.default_rng(5).random((900, 6)) > 0.25)
    found = find_segments(survey, options=QUICK)
    assert len(found.quality) == 4
    assert agreement(found, kind) > 0.9


def test_an_office_that_did_not_ask_is_no_type():
    survey, kind = draw_residents(900, seed=2)
    unasked = np.random.default_rng(5).random(900) < 0.4
    survey.loc[unasked, ["groups", "household_size"]] = np.nan
    found = find_segments(survey, options=QUICK)
    assert agreement(found, kind) > 0.9
    assert abs(adjusted_rand_score(unasked, found.table["segment"])) < 0.05


def test_who_answered_nothing_is_counted_and_put_nowhere(planted):
    survey = planted.survey.copy()
    survey.loc[:9, ["age", "sex", "groups", "household_size", "participation", "usage_frequency"]] = np.nan
    found = find_segments(survey, n_segments=4)
    assert (found.table["segment"].iloc[:10] == "").all()
    assert [(issue.code, issue.details["count"]) for issue in found.issues] == [("W631", 10)]


def test_a_question_hardly_anybody_answered_makes_no_types(planted):
    rare = np.arange(len(planted.survey)) % 4 == 0
    survey = planted.survey.assign(participation=planted.survey["participation"].where(rare))
    found = find_segments(survey, n_segments=4)
    assert [(issue.code, issue.details["label"]) for issue in found.issues] == [("W632", "活动参与")]
    assert "participation" not in found.model.feature_names_in_


def test_an_explicit_number_is_obeyed(planted):
    found = find_segments(planted.survey, n_segments=3, options=QUICK)
    assert len(found.quality) == len(found.profiles) == 3
    assert found.selection["chosen"].tolist() == [True]
    assert find_segments(planted.survey, options=SegmentOptions(n_segments=3, n_bootstrap=5)).table.equals(found.table)


def test_an_unstable_segment_is_not_published():
    found = find_segments(draw_uniform(400, 0), n_segments=6)
    unstable = found.quality["jaccard"] < 0.6
    assert unstable.any()
    assert (found.quality["published"] == ~unstable).all()
    assert set(found.names()) == set(found.quality.loc[~unstable, "segment"])
    assert "W636" in codes(found)
    assert set(found.table["segment"]) == {"S1", "S2", "S3", "S4", "S5", "S6"}


@pytest.mark.parametrize(("wished", "used"), [(50, 6), (0, 1), (-3, 1)])
def test_a_number_that_cannot_be_had_is_the_nearest_that_can(article, wished, used):
    found = find_segments(article, n_segments=wished)
    assert len(found.quality) == used
    assert [(issue.code, dict(issue.details)) for issue in found.issues if issue.code == "W630"] == [
        ("W630", {"requested": wished, "used": used})
    ]


@pytest.fixture
def article() -> pd.DataFrame:
    """Give the residents of the article's own example."""
    return pd.DataFrame(
        {
            "年龄": [25, 35, 45, 55, 65, 75],
            "活动参与度": [0.8, 0.6, 0.4, 0.3, 0.2, 0.1],
            "服务使用频率": [0.9, 0.7, 0.5, 0.4, 0.3, 0.2],
        }
    )


def test_the_articles_residents_fall_into_active_and_conservative(article):
    """Each question counting alike, activity falls most between 35 and 45; in years alone the cut is at 50."""
    found = find_segments(article, n_segments=2)
    assert found.table["segment"].tolist() == ["S2", "S2", "S1", "S1", "S1", "S1"]
    assert ["常参与" in name for name in found.profiles["name"]] == [False, True]
    assert found.table["answer_id"].tolist() == ["0", "1", "2", "3", "4", "5"]


def test_the_articles_own_cut_comes_back_when_age_is_all_that_counts(article):
    options = SegmentOptions(n_segments=2, block_weights={"participation": 0.0, "usage_frequency": 0.0})
    assert find_segments(article, options=options).table["segment"].tolist() == ["S1", "S1", "S1", "S2", "S2", "S2"]


@pytest.mark.parametrize(
    ("survey", "status"),
    [
        (pd.DataFrame(), "no_data"),
        (pd.DataFrame({"answer_id": ["a", "b"]}), "no_data"),
        (pd.DataFrame({"age": [np.nan] * 300, "sex": [None] * 300, "groups": [np.nan] * 300}), "no_data"),
        (pd.DataFrame({"age": [40.0]}), "none"),
        (pd.DataFrame({"age": [40.0, 70.0], "sex": ["男", "女"]}), "none"),
        (pd.DataFrame({"age": [40.0] * 300, "sex": ["女"] * 300}), "none"),
        (pd.DataFrame({"participation": [1.0, 2.0, 3.0] * 100}), "none"),
        (pd.DataFrame({"age": np.arange(20.0, 90.0).repeat(5)}), "rules"),
    ],
)
@pytest.mark.parametrize("n_segments", [None, 2])
def test_a_degenerate_survey_gets_a_status(survey, status, n_segments):
    found = find_segments(survey, n_segments=n_segments)
    assert len(found.table) == len(survey)
    assert found.status == status or n_segments is not None
    assert found.status in {"stable", "rules", "none", "no_data"}
    assert isinstance(found.to_dict(), dict)


def test_the_survey_is_not_changed(planted):
    survey = planted.survey.iloc[:300].set_index(pd.Index([7] * 300))
    before = survey.copy(deep=True)
    find_segments(survey, options=QUICK)
    pd.testing.assert_frame_equal(survey, before)


def test_an_age_band_stands_for_an_age_that_is_not_known(planted):
    start = (planted.survey["age"] // 10 * 10).astype(int)
    bands = start.astype(str) + "-" + (start + 9).astype(str)
    survey = planted.survey.drop(columns="age").assign(age_band=bands)
    assert agreement(find_segments(survey, options=QUICK), planted.kind) > 0.9
