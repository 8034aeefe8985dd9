"""A town whose true shares and gaps are known: 95 % intervals hold them about as often as they say."""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.town import ALL, no_segments, residents, run_stages, survey, town
from needs_analytics.core.options import GapsOptions, Options
from needs_analytics.needs import list_needs
from needs_analytics.weights import weigh

NEEDS = ["ELD01", "ELD02", "ELD03", "ELD04", "MED01", "MED02"]
CELLS = [("甲", 30), ("甲", 70), ("乙", 30), ("乙", 70)]
PERSONS = np.array([2000, 1000, 3000, 1500])
ASKED = np.array([60, 140, 90, 110])  # the old are asked far too often
TRUE = np.array([  # share of each need in each cell
    [0.10, 0.60, 0.15, 0.50], [0.05, 0.30, 0.05, 0.40], [0.50, 0.50, 0.50, 0.50],
    [0.80, 0.20, 0.70, 0.30], [0.25, 0.45, 0.30, 0.35], [0.12, 0.22, 0.08, 0.30],
])  # fmt: skip
REGISTER = "community | age_low | age_high | sex | persons\n" + "\n".join(
    f"{place} | {16 if age == 30 else 60} | {59 if age == 30 else 120} | 女 | {persons}"
    for (place, age), persons in zip(CELLS, PERSONS, strict=True)
)
CAPACITY = 900.0


def sample(seed: int) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    parts = []
    for cell, (place, age) in enumerate(CELLS):
        part = residents(int(ASKED[cell]), community=place, age=age, sex="女")
        for row, need in enumerate(NEEDS):
            part[f"need:{need}"] = (generator.random(len(part)) < TRUE[row, cell]).astype(float)
        parts.append(part)
    return survey(*parts)


def truth(community: str) -> pd.Series:
    inside = np.array([community in (ALL, place) for place, _ in CELLS])
    return pd.Series(TRUE[:, inside] @ PERSONS[inside] / PERSONS[inside].sum(), index=NEEDS)


def test_intervals_of_shares_hold_the_true_share_about_as_often_as_they_say() -> None:
    held, biased = [], []
    for seed in range(15):
        cleaned = town(sample(seed), register=REGISTER)
        weights = weigh(cleaned.survey, cleaned.register)
        table = list_needs(cleaned, weights, no_segments()).table
        for community in (ALL, "甲", "乙"):
            rows = table[(table["community"] == community) & (table["grid"] == ALL) & (table["group"] == ALL)]
            rows, true = rows.set_index("need").loc[NEEDS], truth(community)
            held.append((rows["share_low"] <= true) & (true <= rows["share_high"]))
        plain = cleaned.survey[[f"need:{need}" for need in NEEDS]].mean().to_numpy()
        biased.append(np.abs(plain - truth(ALL)) > 0.05)
    assert 0.93 <= np.concatenate(held).mean() <= 0.99
    assert np.mean(biased) > 0.4  # unweighted shares would be off


def test_intervals_of_gaps_hold_the_true_gap_about_as_often_as_they_say() -> None:
    menu = "service | needs | mode\n" + "\n".join(f"S{need} | {need} | 上门" for need in NEEDS)
    supply = [{"service": f"S{need}", "capacity": CAPACITY} for need in NEEDS]
    usage = [{"service": f"S{need}", "count": CAPACITY} for need in NEEDS]
    options = Options(gaps=GapsOptions(replicates=40))
    true = (truth(ALL) * PERSONS.sum() - CAPACITY).clip(lower=0)
    held = []
    for seed in range(100, 106):
        cleaned = town(sample(seed), register=REGISTER, menu=menu, supply=supply, usage=usage)
        rows = run_stages(cleaned, options=options).gaps.at("district").set_index("need").loc[NEEDS]
        held.append((rows["gap_low"] <= true) & (true <= rows["gap_high"]))
    assert np.concatenate(held).mean() >= 0.9
