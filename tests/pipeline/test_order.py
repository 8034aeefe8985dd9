"""The order of rows tells nothing: every stage gives the same figures, to the last bit, whatever it is."""

from __future__ import annotations

from dataclasses import fields, replace
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from helpers.town import BATHING, CLASSES, MEALS, PARKING, residents, sheet, survey, town
from needs_analytics.core.order import in_order
from needs_analytics.forecasts import forecast_use
from needs_analytics.gaps import measure_gaps
from needs_analytics.history.usage import usage_counts, use_so_far
from needs_analytics.matching import match_services
from needs_analytics.needs import list_needs
from needs_analytics.plans import plan_actions
from needs_analytics.segments import find_segments
from needs_analytics.weights import weigh

if TYPE_CHECKING:
    from collections.abc import Sequence

    from needs_analytics.core.records import Cleaned

TABLES = ("survey", "register", "menu", "supply", "sites", "places", "distances", "usage", "requests")
_SEED = st.integers(0, 2**32 - 1)


def _month() -> Cleaned:
    """Return a month of odd figures: sums in another order would differ in the last bit."""
    rng = np.random.default_rng(5)
    places = ("甲", "乙", "丙")
    parts = [
        residents(
            30, community=place, grid=f"{place}{number % 2}", sex="男女"[number % 2], age=25.0 + 7 * number,
            groups=("", "dibao", "alone_elder")[number % 3], participation=float(number % 5 + 1),
            usage_frequency=float((number * 2) % 5 + 1), household_size=float(number % 4 + 1),
            yes={MEALS: 5 + number, BATHING: 21 - number, CLASSES: 9, PARKING: 13},
        )
        for place in places
        for number in range(6)
    ]  # fmt: skip
    answers = survey(*parts)
    answers["base_weight"] = rng.uniform(0.5, 2.0, len(answers))
    answers["urgency"] = rng.integers(1, 6, len(answers)).astype(float)
    register = pd.DataFrame(
        [(place, f"{place}{grid}", low, high, sex, 101.0 + 13 * low % 97) for place in places for grid in (0, 1)
         for low, high in ((0, 15), (16, 59), (60, 99)) for sex in "男女"],
        columns=["community", "grid", "age_low", "age_high", "sex", "persons"],
    )  # fmt: skip
    usage = pd.DataFrame(
        [(f"2026-10-{1 + day % 28:02d}", ("饭堂", "浴车")[day % 2], site, 1.1 + day % 7 / 3, places[day % 3],
          f"p{day % 11}" if day % 4 else None, 1.0 + day % 5) for day in range(120)
         for site in (("甲饭堂", "乙饭堂", None)[day % 3],)],
        columns=["date", "service", "site", "count", "community", "person_key", "rating"],
    )  # fmt: skip
    return town(
        answers, register=register, usage=usage,
        menu="""
            service | needs | eligibility | mode | uses_per_person
            饭堂 | ELD01 | age>=60 | 到点 | 7
            送餐 | ELD01 | all | 上门 | 3
            浴车 | ELD02 | all | 上门 | 2
        """,
        sites="""
            site | community | radius_m | lon | lat
            甲饭堂 | 甲 | 900 | 117.11 | 39.01
            乙饭堂 | 乙 | 700 | 117.12 | 39.02
        """,
        places=sheet("""
            community | grid | lon | lat | households
            甲 | 甲0 | 117.110 | 39.011 | 31
            甲 | 甲1 | 117.113 | 39.013 | 17
            乙 | 乙0 | 117.121 | 39.022 | 23
            乙 | 乙1 | 117.127 | 39.027 | 29
            丙 | 丙0 | 117.131 | 39.031 | 19
        """).astype({"lon": float, "lat": float, "households": float}),
        supply=sheet("""
            service | site | capacity | times
            饭堂 | 甲饭堂 | 33.3 | 4.35
            饭堂 | 甲饭堂 | 12.7 | 4.35
            饭堂 | 甲饭堂 | 5.9 | 21.7
            饭堂 | 乙饭堂 | 77.1 | 4.35
            送餐 | - | 41 | 4.35
            浴车 | - | 61 | 1
        """).astype({"capacity": float, "times": float}),
        requests="""
            request_id | need | status
            1 | ELD01 | 完成
            2 | ELD02 | -
        """,
    )  # fmt: skip


def _shuffled(cleaned: Cleaned, seed: int) -> Cleaned:
    rng = np.random.default_rng(seed)
    mixed: dict[str, Any] = {
        name: (frame := getattr(cleaned, name)).iloc[rng.permutation(len(frame))].reset_index(drop=True)
        for name in TABLES
    }
    return replace(cleaned, **mixed)


def _stages(cleaned: Cleaned) -> list[Any]:
    weights = weigh(cleaned.survey, cleaned.register)
    segments = find_segments(cleaned.survey, weights, codebook=cleaned.codebook)
    needs = list_needs(cleaned, weights, segments)
    matches = match_services(needs, cleaned, weights, segments)
    gaps = measure_gaps(needs, matches, cleaned)
    plans = plan_actions(gaps, matches, cleaned)
    history = pd.DataFrame(
        [(f"2026-{month:02d}", "饭堂", "甲饭堂", 100.1 + month * 7 % 5, 0.0) for month in range(1, 10)],
        columns=["month", "service", "site", "count", "own"],
    )
    outlook = forecast_use(use_so_far(history, cleaned), supply=cleaned.supply)
    return [weights, segments, needs, matches, gaps, plans, outlook, usage_counts(cleaned)]


@cache
def _made() -> tuple[Cleaned, list[Any]]:
    cleaned = _month()
    return cleaned, _stages(cleaned)


def _same(one: Any, other: Any) -> None:
    if isinstance(one, pd.DataFrame):
        pd.testing.assert_frame_equal(one, other, check_exact=True)
        return
    for field in fields(one):
        mine, its = getattr(one, field.name), getattr(other, field.name)
        if isinstance(mine, pd.DataFrame):
            mine, its = mine.reset_index(drop=True), its.reset_index(drop=True)
            pd.testing.assert_frame_equal(mine, its, check_exact=True, obj=f"{type(one).__name__}.{field.name}")
        elif field.name == "codes":
            assert all(np.array_equal(mine[name], its[name]) for name in mine)
        elif field.name != "model":
            assert mine == its or mine != mine, field.name


@settings(max_examples=4, deadline=None, phases=[Phase.generate])
@given(seed=_SEED)
def test_every_stage_gives_the_same_to_the_last_bit_whatever_the_order_of_rows(seed: int) -> None:
    cleaned, expected = _made()
    for one, other in zip(expected, _stages(_shuffled(cleaned, seed)), strict=True):
        _same(one, other)


def test_the_month_that_is_shuffled_reaches_every_stage() -> None:
    _, (weights, _, needs, matches, gaps, plans, outlook, _) = _made()
    assert weights.status == "raked"
    assert (needs.status, matches.status, gaps.status) == ("estimated", "matched", "matched")
    assert outlook.status == "forecast"
    assert len(plans.table) > 0
    assert (gaps.services["used_persons"] % 1 > 0).any()


@given(rows=st.lists(st.tuples(st.sampled_from(["a", "b", None]), st.sampled_from([1.0, 2.0, None])), max_size=12),
       seed=_SEED)  # fmt: skip
def test_rows_in_order_are_the_same_rows_in_one_order(rows: Sequence[tuple[Any, Any]], seed: int) -> None:
    frame = pd.DataFrame(rows, columns=["site", "count"]).astype({"site": object, "count": float})
    mixed = frame.iloc[np.random.default_rng(seed).permutation(len(frame))]
    ordered, again = (in_order(one).reset_index(drop=True) for one in (frame, mixed))
    pd.testing.assert_frame_equal(ordered, again)
    assert sorted(map(str, ordered.to_numpy().tolist())) == sorted(map(str, frame.to_numpy().tolist()))
