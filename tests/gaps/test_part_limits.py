"""Every part of a demand has its own interval; what is unknown has none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from helpers.town import ALL, MEALS, no_segments, one, residents, run_stages, survey, town
from needs_analytics.core.options import GapsOptions, Options
from needs_analytics.core.results import PARTS, GapReport, MonthResult
from needs_analytics.explain import explain_number

if TYPE_CHECKING:
    import pandas as pd

REGISTER = "community | age_low | age_high | sex | persons\n甲 | 16 | 120 | 男 | 400\n乙 | 16 | 120 | 男 | 400"
OLD = "service | needs | eligibility\nS | ELD01 | age>=60"


def month(**given: str) -> MonthResult:
    """Return a month in which half of 60 answers a community need meals, 20 of 60 are young and 40 old."""
    ages = [40] * 20 + [70] * 40
    people = survey(*(residents(60, community=c, sex="男", age=ages, yes={MEALS: 30}) for c in "甲乙"))
    usual = {"menu": OLD, "supply": "service | site | capacity\nS | - | 60", "usage": "service | count\nS | 58"}
    cleaned = town(people, register=REGISTER, **{**usual, **given})
    return run_stages(cleaned, segments=no_segments(), options=Options(gaps=GapsOptions(replicates=200)))


def part(gaps: GapReport, name: str, community: str = ALL) -> pd.Series:
    return one(gaps.parts, need=MEALS, part=name, community=community, grid=ALL)


def test_every_part_of_every_place_is_told_and_lies_in_its_interval() -> None:
    gaps = month().gaps
    parts = gaps.parts
    wide = parts.pivot_table(values="persons", index=["need", "community", "grid"], columns="part", sort=False)
    table = gaps.table[gaps.table["segment"] == ALL].set_index(["need", "community", "grid"])
    assert set(wide.columns) == set(PARTS)
    for name in PARTS:
        assert wide[name].to_numpy() == pytest.approx(table.loc[wide.index, name].to_numpy(), abs=1e-9)
    assert (parts["persons_low"] <= parts["persons"] + 1e-9).all()
    assert (parts["persons"] <= parts["persons_high"] + 1e-9).all()


def test_a_part_is_as_unsure_as_the_answers_it_rests_on() -> None:
    """20 of the 30 who need meals in each community are under 60."""
    found = part(month().gaps, "not_eligible")
    share = np.sqrt(2 / 3 * 1 / 3 / 60)
    whole = np.sqrt((0.5 * 0.5 / 120) / 0.25 + share**2 / (2 / 3) ** 2)
    assert found["persons"] == pytest.approx(800 * 0.5 * 2 / 3, rel=1e-6)
    half = (found["persons_high"] - found["persons_low"]) / 2
    assert half == pytest.approx(1.96 * whole * found["persons"], rel=0.25)


def test_none_found_not_eligible_is_no_proof_that_there_is_none() -> None:
    """All 30 who need meals in each community are over 60; of 30 answers none rules out no less than one in nine."""
    ages = [70] * 40 + [40] * 20
    people = survey(*(residents(60, community=c, sex="男", age=ages, yes={MEALS: 30}) for c in "甲乙"))
    gaps = run_stages(
        town(people, register=REGISTER, menu=OLD, supply="service | site | capacity\nS | - | 60"),
        segments=no_segments(), options=Options(gaps=GapsOptions(replicates=20)),
    ).gaps  # fmt: skip
    found, own = part(gaps, "not_eligible"), part(gaps, "not_eligible", "甲")
    assert (found["persons"], found["persons_low"]) == (0, 0)
    assert found["persons_high"] == pytest.approx(400 * (1 - 0.025 ** (1 / 60)), rel=0.01)
    assert own["persons_high"] == pytest.approx(200 * (1 - 0.025 ** (1 / 40)), rel=0.01)


def test_what_everybody_may_use_shuts_nobody_out() -> None:
    found = part(month(menu="service | needs | eligibility\nS | ELD01 | all").gaps, "not_eligible")
    assert (found["persons"], found["persons_high"]) == (0, 0)


def test_what_was_counted_in_use_is_sure() -> None:
    met = part(month().gaps, "met")
    assert (met["persons_low"], met["persons"], met["persons_high"]) == pytest.approx((58, 58, 58))


def test_an_unknown_part_has_no_limits() -> None:
    gaps = month(usage="service | count\nT | 3").gaps
    unknown = part(gaps, "met")[["persons", "persons_low", "persons_high"]]
    assert unknown.isna().all()
    assert np.isfinite(part(gaps, "not_eligible")["persons_low"])


def test_a_need_without_a_service_has_all_its_demand_in_one_part() -> None:
    gaps = month(menu="service | needs\nS | ELD02").gaps
    row = one(gaps.table, need=MEALS, community=ALL, grid=ALL, segment=ALL)
    found = part(gaps, "no_service")
    assert (found["persons_low"], found["persons_high"]) == pytest.approx((row["gap_low"], row["gap_high"]), rel=0.02)


def test_an_explanation_prints_them() -> None:
    result = month()
    found = part(result.gaps, "not_eligible")
    said = explain_number(result, f"gap:{MEALS}").as_text()
    assert f"{found['persons']:,.1f} 人（{found['persons_low']:,.1f}–{found['persons_high']:,.1f}）" in said
    assert "已满足 58.0 人" in said
    assert "已满足 58.0 人（" not in said
