"""Few respondents: readable rules instead of clusters."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from needs_analytics.segments import find_segments

from .planted_residents import draw_residents


def survey_of(*cells: tuple[int, float, str | None]) -> pd.DataFrame:
    """Return respondents from ``(how many, age, groups)``."""
    return pd.DataFrame([(age, groups) for n, age, groups in cells for _ in range(n)], columns=["age", "groups"])


def sizes(found) -> dict[str, int]:
    return dict(zip(found.profiles["name"], found.profiles["n"], strict=True))


def test_age_bands_and_special_groups():
    found = find_segments(
        survey_of((30, 25, ""), (30, 45, ""), (20, 70, ""), (15, 70, "alone_elder"), (20, 85, "dibao"))
    )
    assert found.status == "rules"
    assert [(issue.code, issue.details["n"]) for issue in found.issues] == [("I633", 115)]
    assert sizes(found) == {
        "35岁以下居民": 30,
        "35–59岁居民": 30,
        "60–79岁重点人群": 15,
        "60–79岁其他居民": 20,
        "80岁及以上居民": 20,
    }
    assert found.quality["published"].all()
    assert found.quality["jaccard"].isna().all()


def test_a_small_band_joins_its_smaller_neighbour():
    found = find_segments(survey_of((60, 25, ""), (40, 45, ""), (30, 70, ""), (4, 85, "")))
    assert sizes(found) == {"35岁以下居民": 60, "35–59岁居民": 40, "60岁及以上居民": 34}


def test_an_unknown_age_is_in_no_segment():
    found = find_segments(survey_of((60, 25, ""), (40, 70, ""), (5, np.nan, "dibao")))
    assert (found.table["segment"].iloc[-5:] == "").all()
    assert ("W631", 5) in [(issue.code, issue.details.get("count")) for issue in found.issues]


def test_without_any_age_only_the_special_groups_are_told_apart():
    found = find_segments(pd.DataFrame({"groups": ["disabled"] * 20 + [""] * 40 + ["pet"] * 20}))
    assert sizes(found) == {"重点人群": 20, "其他居民": 60}


def test_a_highly_sensitive_group_makes_no_rule():
    found = find_segments(survey_of((40, 45, "mental"), (40, 45, ""), (20, 25, "")))
    assert sizes(found) == {"35岁以下居民": 20, "35岁及以上居民": 80} or "35–59岁居民" in sizes(found)
    assert not any("重点" in name for name in sizes(found))


def test_everybody_alike_is_no_type():
    assert find_segments(survey_of((50, 45, ""))).status == "none"


@settings(max_examples=10, deadline=None)
@given(n=st.integers(0, 199), seed=st.integers(0, 50))
def test_every_rule_holds_a_twentieth_and_ten(n, seed):
    survey, _ = draw_residents(n, seed=seed)
    found = find_segments(survey)
    assert found.status in ({"rules", "none"} if n else {"no_data"})
    assert (found.quality["size"] >= max(10, 0.05 * n)).all()
    assert found.quality["size"].sum() == (found.table["segment"] != "").sum()


@pytest.mark.parametrize("n", [199, 200])
def test_rules_give_way_to_clusters_at_two_hundred(n):
    survey, _ = draw_residents(n, seed=1)
    assert find_segments(survey).status == ("rules" if n < 200 else "stable")
