"""A need that only some offices asked about: those whom they reach are weighted to stand for everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

import needs_analytics as na
from helpers.town import need_row, no_segments, residents, survey, town
from needs_analytics.core.messages import issue_sentence
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


OPPOSED = """community | age_low | age_high | sex | persons
甲 | 16 | 59 | 女 | 3000
甲 | 60 | 120 | 女 | 1000
乙 | 16 | 59 | 女 | 500
乙 | 60 | 120 | 女 | 500
"""


def test_margins_that_cannot_be_held_together_are_given_up_for_the_community_and_said() -> None:
    """Asked are only the old of 甲 and only the young of 乙: 4 000 to 1 000 by community, 1 500 to 3 500 by age."""
    both = [
        residents(60, community=place, age=age, sex="女", office="街道", yes={"ELD01": 6, "ELD02": None})
        for place in "甲乙" for age in (30, 70)
    ]  # fmt: skip
    old = residents(60, community="甲", age=70, sex="女", office="养老", yes={"ELD01": 6, "ELD02": 30})
    young = residents(60, community="乙", age=30, sex="女", office="养老", yes={"ELD01": 6, "ELD02": 6})
    month = town(survey(*both, old, young), register=OPPOSED)
    needs = list_needs(month, weigh(month.survey, month.register), no_segments())
    row = need_row(needs, "ELD02")
    assert row["share"] == pytest.approx(0.8 * 0.5 + 0.2 * 0.1)
    assert row["flag"] == "慎用"
    assert "margins_dropped" in row["flag_reason"].split(";")
    assert "margins_dropped" not in need_row(needs, "ELD01")["flag_reason"]
    (said,) = [issue for issue in needs.issues if issue.code == "W628"]
    assert said.value == month.codebook.need_names()["ELD02"]
    assert "只按社区加权" in issue_sentence(said)


def test_beyond_the_bounds_a_handful_counts_as_a_handful() -> None:
    """Five young women stand for three quarters of the residents: no surer than a handful is."""
    town_hall = residents(400, age=30, sex="女", office="街道", yes={"ELD01": 6, "ELD02": None})
    few_young = residents(5, age=30, sex="女", office="养老", yes={"ELD01": 0, "ELD02": 1})
    old = residents(195, age=70, sex="女", office="养老", yes={"ELD01": 19, "ELD02": 97})
    month = town(survey(town_hall, few_young, old), register=REGISTER)
    row = need_row(list_needs(month, weigh(month.survey, month.register), no_segments()), "ELD02")
    assert row["share"] == pytest.approx(0.75 * 0.2 + 0.25 * 97 / 195)
    assert row["n_eff"] < 9.5  # Kish: 4000² over 5 × 600² + 195 × 5.1²
    assert row["flag"] == "不发布"
