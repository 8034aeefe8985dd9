"""A need that only some offices asked about: those whom they reach are weighted to stand for everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

import needs_analytics as na
from helpers.town import need_row, no_segments, residents, survey, town
from needs_analytics.needs import list_needs
from needs_analytics.samples import read_plan, take_snapshot, write_month
from needs_analytics.weights import weigh

if TYPE_CHECKING:
    from pathlib import Path

REGISTER = """community | age_low | age_high | sex | persons
甲 | 16 | 59 | 女 | 3000
甲 | 60 | 120 | 女 | 1000
"""


def shares(*parts: object) -> dict[str, float]:
    cleaned = town(survey(*parts), register=REGISTER)
    table = list_needs(cleaned, weigh(cleaned.survey, cleaned.register), no_segments())
    return {need: float(need_row(table, need)["share"]) for need in ("ELD01", "ELD02")}


def test_an_office_that_reaches_the_old_speaks_for_young_and_old_in_their_numbers() -> None:
    both = {"ELD01": 0, "ELD02": None}
    young = residents(60, age=30, sex="女", office="街道", yes=both)
    few_young = residents(20, age=30, sex="女", office="养老中心", yes={"ELD01": 0, "ELD02": 2})
    old = residents(80, age=70, sex="女", office="养老中心", yes={"ELD01": 0, "ELD02": 40})
    assert shares(young, few_young, old)["ELD02"] == pytest.approx(0.75 * 0.1 + 0.25 * 0.5)


def test_an_age_that_nobody_was_asked_in_takes_the_others_share() -> None:
    young = residents(60, age=30, sex="女", office="街道", yes={"ELD01": 6, "ELD02": None})
    old = residents(60, age=70, sex="女", office="养老中心", yes={"ELD01": 30, "ELD02": 24})
    found = shares(young, old)
    assert found["ELD01"] == pytest.approx(0.75 * 0.1 + 0.25 * 0.5)
    assert found["ELD02"] == pytest.approx(0.4)


def test_intervals_hold_what_the_sample_town_really_needs(tmp_path: Path) -> None:
    """Five offices that reach different people and ask different questions, against the wishes that were drawn."""
    seed = 11
    workspace = na.Workspace.create(tmp_path / "town", "幸福街道")
    write_month(workspace.inbox("2026-10"), seed=seed)
    intake = na.take_in(
        na.read_workbooks(workspace.workbooks("2026-10"), root=workspace.inbox("2026-10")),
        codebook=workspace.codebook, month=na.Month.parse("2026-10"), key=workspace.key(),
    )  # fmt: skip
    cleaned = na.clean(intake)
    totals = na.list_needs(cleaned, na.weigh(cleaned.survey, cleaned.register)).totals().set_index("need")
    snapshot = take_snapshot(read_plan(), seed, na.Month.parse("2026-10"))
    needs = snapshot.needs[snapshot.adults].drop(columns="PRO05")  # whoever wants parking answers online: no cure
    listed = totals.loc[totals.index.isin(needs.columns)]
    true = needs[listed.index].mean()
    assert np.mean((listed["share_low"] <= true) & (true <= listed["share_high"])) >= 0.93
    assert abs((listed["share"] - true).mean()) < 0.004
