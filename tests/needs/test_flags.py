"""Publication flags: each rule alone makes one, nothing worse improves one, every threshold is an option."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from needs_analytics.core.flags import FLAGS, worse
from needs_analytics.core.messages import LANGUAGES, catalogue
from needs_analytics.core.options import NeedsOptions
from needs_analytics.needs.flags import Judged, judge, with_communities

GOOD = {"share": 0.5, "share_low": 0.45, "share_high": 0.55, "n": 500.0, "n_eff": 400.0, "method": "direct",
        "direct_share": 0.5, "coverage": 1.0, "unreached": "partly_asked", "replied": 1.0}  # fmt: skip
OPTIONS = NeedsOptions()
shares = st.floats(0.0, 1.0)
calm = settings(max_examples=60, deadline=None)


def judged(options: NeedsOptions = OPTIONS, sample: str = "", **figures: Any) -> tuple[str, str]:
    flag, reason = judge(pd.DataFrame([GOOD | figures]), options, sample=sample)
    return str(flag[0]), str(reason[0])


def rank(**figures: Any) -> int:
    return FLAGS.index(judged(**figures)[0])


@pytest.mark.parametrize(
    ("figures", "flag", "reason"),
    [
        ({}, "可发布", ""),
        ({"n_eff": 29.9}, "不发布", "few_answers"),
        ({"n": 29.0}, "不发布", "few_answers"),  # a share rests on no more answers than there are
        ({"n_eff": np.nan}, "不发布", "few_answers"),
        ({"share_low": 0.35, "share_high": 0.65}, "不发布", "wide"),
        ({"share": np.nan, "share_low": np.nan, "share_high": np.nan}, "不发布", "no_answers"),
        ({"n_eff": 10.0, "share_low": 0.2, "share_high": 0.8, "coverage": 0.1}, "不发布", "few_answers;wide"),
        ({"share": 0.03, "share_low": 0.01, "share_high": 0.07}, "慎用", "wide_for_share"),
        ({"share": 0.97, "share_low": 0.93, "share_high": 0.99}, "慎用", "wide_for_share"),
        ({"coverage": 0.79}, "慎用", "partly_asked"),
        ({"method": "rank_only"}, "慎用", "ranked"),
        ({"method": "composite", "n": 2.0, "n_eff": 2.0}, "可发布", ""),
        ({"method": "composite", "share_low": 0.42, "share_high": 0.58}, "慎用", "wide_composite"),
        ({"method": "composite", "direct_share": np.nan}, "慎用", "borrowed"),
        ({"method": "composite", "share_low": 0.3, "share_high": 0.7}, "不发布", "wide"),
        ({"sample": "not_representative"}, "慎用", "not_representative"),
        ({"sample": "not_converged", "coverage": 0.5}, "慎用", "partly_asked;not_converged"),
    ],
)
def test_every_rule_alone_makes_the_flag_and_is_told(figures: dict[str, Any], flag: str, reason: str) -> None:
    assert judged(**figures) == (flag, reason)


@pytest.mark.parametrize(
    ("name", "value", "figures", "flag"),
    [
        ("least_n_eff", 500.0, {}, "不发布"),
        ("widest_interval", 0.1, {}, "不发布"),
        ("narrow_interval", 0.07, {"share": 0.03, "share_low": 0.01, "share_high": 0.07}, "可发布"),
        ("widest_relative", 0.1, {}, "慎用"),
        ("widest_composite", 0.09, {"method": "composite"}, "慎用"),
        ("least_coverage", 0.7, {"coverage": 0.75}, "可发布"),
    ],
)
def test_every_threshold_is_an_option(name: str, value: float, figures: dict[str, Any], flag: str) -> None:
    assert judged(options=replace(OPTIONS, **{name: value}), **figures)[0] == flag
    assert judged(**figures)[0] != flag


@calm
@given(shares, st.tuples(shares, shares), st.tuples(shares, shares), st.sampled_from(["direct", "composite"]))
def test_a_wider_interval_never_improves_a_flag(
    share: float, near: tuple[float, float], more: tuple[float, float], method: str
) -> None:
    low, high = share * near[0], share + (1 - share) * near[1]
    wider = {"share_low": low * more[0], "share_high": high + (1 - high) * more[1]}
    assert rank(share=share, method=method, **wider) >= rank(share=share, method=method, share_low=low, share_high=high)


@calm
@given(st.floats(0, 500), st.floats(0, 500), st.sampled_from(["n", "n_eff"]))
def test_fewer_answers_never_improve_a_flag(one: float, other: float, name: str) -> None:
    fewer, more = sorted((one, other))
    assert rank(**{name: fewer}) >= rank(**{name: more})


@calm
@given(shares, shares)
def test_fewer_who_were_asked_never_improve_a_flag(one: float, other: float) -> None:
    fewer, more = sorted((one, other))
    assert rank(coverage=fewer) >= rank(coverage=more)


@calm
@given(st.lists(st.tuples(shares, shares, shares, st.floats(0, 100)), min_size=1, max_size=6))
def test_what_is_not_publishable_has_a_reason_and_what_is_has_none(rows: list[tuple[float, ...]]) -> None:
    frame = pd.DataFrame([
        GOOD | {"share": share, "share_low": share * low, "share_high": share + (1 - share) * high, "n_eff": n}
        for share, low, high, n in rows
    ])  # fmt: skip
    flag, reason = judge(frame, OPTIONS)
    assert ((flag == "可发布") == (reason == "")).all()
    assert {code for codes in reason for code in codes.split(";") if code} <= {
        key.removeprefix("reason.") for key in catalogue("zh") if key.startswith("reason.")
    }


def test_what_depends_on_how_people_answered_is_used_with_caution() -> None:
    flag, reason = judge(pd.DataFrame([GOOD, GOOD]), OPTIONS, contrasted=np.array([True, False]))
    assert list(zip(flag, reason, strict=True)) == [("慎用", "channel"), ("可发布", "")]


def test_of_two_flags_the_worse_counts() -> None:
    first = np.array(["可发布", "慎用", "不发布"], dtype=object)
    assert worse(first, first[::-1]).tolist() == ["不发布", "慎用", "不发布"]


def test_reasons_stand_in_every_language() -> None:
    keys = [{key for key in catalogue(language) if key.startswith("reason.")} for language in LANGUAGES]
    assert keys[0] == keys[1] != set()


def test_a_grid_is_withheld_with_a_community_too_few_answered_in() -> None:
    """Grids are brought to their community's figure: one that is not to be told would be told by them."""
    places = [("甲", "全部"), ("甲", "1"), ("甲", "2"), ("乙", "全部"), ("乙", "1"), ("全部", "全部")]
    table = pd.DataFrame(places, columns=["community", "grid"]).assign(need="ELD01", segment="全部", group="全部")
    table["method"] = np.where((table["community"] != "全部") & (table["grid"] != "全部"), "composite", "direct")
    flag = np.array(["不发布", "慎用", "不发布", "不发布", "可发布", "可发布"])
    reason = np.array(["few_answers;wide", "borrowed", "wide", "wide", "", ""], dtype=object)
    found = with_communities(table, Judged(flag, reason))
    assert found.flag.tolist() == ["不发布", "不发布", "不发布", "不发布", "可发布", "可发布"]
    assert found.reason.tolist() == ["few_answers;wide", "community_withheld", "wide", "wide", "", ""]
