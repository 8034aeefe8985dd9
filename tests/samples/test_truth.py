"""What is planted is in the truth, and the truth agrees with the workbooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from needs_analytics.core.month import Month
from needs_analytics.samples.causes import CAUSES, planted_areas
from needs_analytics.samples.truth import read_truth, write_truth

from .conftest import MONTH
from .reading import cell_at, read_sheets, table_below

if TYPE_CHECKING:
    from pathlib import Path

    from needs_analytics.samples import Snapshot, World
    from needs_analytics.samples.answers import Answers
    from needs_analytics.samples.truth import Truth

LEDGER = "幸福街道公共服务基础台账.xlsx"


def of(truth: Truth, name: str, **where: object) -> pd.DataFrame:
    table = truth.table(name)
    return table[np.logical_and.reduce([table[column] == value for column, value in where.items()])]


def test_what_is_written_is_read_back(truth: Truth, tmp_path: Path) -> None:
    write_truth(tmp_path / "truth.json", truth)
    again = read_truth(tmp_path / "truth.json")
    assert again.facts == truth.facts
    for name, table in truth.tables.items():
        pd.testing.assert_frame_equal(again.table(name), table)


def test_prevalence_is_that_of_the_adults_of_the_month(truth: Truth, snapshot: Snapshot) -> None:
    row = of(truth, "prevalence", month="2026-10", by="all").iloc[0]
    assert row["adults"] == snapshot.adults.sum()
    assert row["ELD01"] == snapshot.needs.loc[snapshot.adults, "ELD01"].sum()
    communities = of(truth, "prevalence", month="2026-10", by="community")
    grids = of(truth, "prevalence", month="2026-10", by="grid")
    assert communities["PRO02"].sum() == grids["PRO02"].sum() == row["PRO02"]


def test_new_workers_arrive_in_month_three(truth: Truth) -> None:
    segments = of(truth, "prevalence", by="segment")
    arrived = segments[segments["of"] == "新就业群体"]
    assert list(arrived["month"]) == ["2026-10"]
    assert arrived["adults"].item() == truth.table("arrivals")["persons"].sum()
    sheets = of(truth, "respondents", segment="新就业群体")
    assert set(sheets["month"]) == {"2026-10"}
    assert len(sheets) > 60


def test_most_keep_their_needs_from_month_to_month(world: World, snapshot: Snapshot) -> None:
    before = world.at(MONTH.shift(-1))
    both = snapshot.needs.loc[before.needs.index]
    assert 0.002 < (both["PRO02"] != before.needs["PRO02"]).mean() < 0.05
    had = before.needs["PRO02"]
    assert both.loc[had, "PRO02"].mean() > 0.85


def test_a_planted_change_moves_the_prevalence_and_nothing_else_does(truth: Truth) -> None:
    rows = of(truth, "prevalence", by="group", of="elderly").set_index("month")
    shares = rows.drop(columns=["by", "of"]).div(rows["adults"], axis=0)
    moved = shares.loc["2026-10"] - shares.loc["2026-09"]
    assert moved["ELD01"] > 0.06
    assert moved["HEA08"] < -0.04
    assert moved["TRA01"] > 0.06
    still = moved.drop(["ELD01", "HEA08", "TRA01", "adults"])
    assert still.abs().max() < 0.02


def test_a_merged_grid_is_gone_and_some_still_name_it(truth: Truth, answers: Answers) -> None:
    merge = truth.table("merges").iloc[0]
    population = truth.table("population")
    there = population[(population["community"] == merge["community"]) & (population["grid"] == merge["grid"])]
    assert merge["month"] not in set(there["month"])
    assert len(there) == 2
    told = answers.rows[(answers.rows["grid_told"] != answers.rows["grid"])]
    assert len(told) > 0
    assert set(told["grid_told"]) == {merge["grid"]}


def test_those_who_want_parking_answer_online(answers: Answers) -> None:
    rows = answers.rows[(answers.rows["special"] != "household") & answers.rows["band"].isin(["35-59岁"])]
    wants = answers.needs.loc[rows.index, "PRO05"]
    online = rows["office"].isin(["wjx", "tencent"])
    assert wants[online].mean() > 1.25 * wants[~online].mean()


def test_the_named_options_stand_in_the_files(truth: Truth, written: Path) -> None:
    file = of(truth, "files", month="2026-10", office="window").iloc[0]
    rows = table_below(read_sheets(written / "2026-10" / file["file"])[file["sheet"]], "编号")
    for question in of(truth, "questions", month="2026-10", office="window").itertuples():
        assert sum(row[question.header] == "是" for row in rows) == question.named


def test_every_respondents_row_is_theirs(truth: Truth, written: Path, world: World) -> None:
    file = of(truth, "files", month="2026-09", office="household").iloc[0]
    cells = read_sheets(written / "2026-09" / file["file"])[file["sheet"]]
    sheets = of(truth, "respondents", month="2026-09", office="household")
    names = [cell_at(cells, f"B{row}") for row in sheets["row"]]
    assert names == world.people.loc[sheets["person"], "name"].tolist()


def test_a_question_is_worded_otherwise_in_month_three(truth: Truth) -> None:
    change = truth.table("wordings").iloc[0]
    asked = of(truth, "questions", office=change["office"])
    assert set(asked.loc[asked["header"] == change["before"], "month"]) == {"2026-08", "2026-09"}
    assert set(asked.loc[asked["header"] == change["after"], "month"]) == {"2026-10"}
    assert set(asked.loc[asked["header"] == change["before"], "sense"]) == {"希望新增"}


@pytest.mark.parametrize("sense", ["需要", "希望新增", "最需要前k"])
def test_every_sense_of_a_question_occurs(truth: Truth, sense: str) -> None:
    assert sense in set(truth.table("questions")["sense"])


def test_some_questions_are_asked_by_half_the_offices(truth: Truth) -> None:
    asked = of(truth, "questions", month="2026-10", sense="需要", unit="人")
    offices = asked.groupby("need")["office"].nunique()
    assert offices.max() == 5
    assert (offices.isin([2, 3])).sum() >= 5


def test_use_sums_to_the_ledger(truth: Truth, written: Path) -> None:
    rows = pd.DataFrame(table_below(read_sheets(written / "2026-10" / LEDGER)["服务使用记录"], "日期"))
    wrong = of(truth, "cells", month="2026-10", sheet="服务使用记录")
    spoilt = {int(cell[1:]) for cell in wrong["cell"]}
    done = rows[(rows["状态"] == "完成") & ~(rows.index + 2).isin(spoilt)]
    sums = done.groupby(["服务项目", "服务点"])["人次"].sum()
    uses = of(truth, "use", month="2026-10")
    assert abs(sums.sum() - uses["uses"].sum()) <= len(spoilt) * 40
    assert len(sums) == len(uses)


def test_every_month_sums_to_its_count_in_the_years_of_use(truth: Truth) -> None:
    both = truth.table("use").merge(truth.table("counts"), on=["month", "service", "site"])
    assert (both["uses"] == both["count"]).all()
    assert len(both) == len(truth.table("use"))
    assert truth.table("counts")["month"].nunique() == 36 + 2
    assert set(truth.table("series")["kind"]) >= {"stable", "step", "new", "intermittent", "school", "winter"}


def test_the_ledger_holds_the_months_before(truth: Truth, written: Path) -> None:
    rows = pd.DataFrame(table_below(read_sheets(written / "2026-10" / LEDGER)["历月服务量"], "月份"))
    counts = truth.table("counts")
    assert rows["月份"].nunique() == 35
    assert "2026年10月" not in set(rows["月份"])
    assert rows["服务人次"].sum() == counts.loc[counts["month"].between("2023-11", "2026-09"), "count"].sum()


def test_the_same_town_stands_in_months_that_were_not_asked_for(world: World) -> None:
    later = world.at(Month(2027, 1))
    assert len(later.people) == len(world.people)
    earlier = world.at(Month(2026, 5))
    assert (earlier.people["arrives"] == "").all()
    pd.testing.assert_frame_equal(earlier.needs, world.at(Month(2026, 8)).needs)


def test_every_cause_is_planted_in_three_communities_at_least(truth: Truth) -> None:
    planted = planted_areas(truth.table("causes"))
    assert set(planted["cause"]) == set(CAUSES)
    assert (planted.groupby("cause")["community"].nunique() >= 3).all()


def test_norms_are_met_and_missed(truth: Truth) -> None:
    met = truth.table("norms").groupby("norm")["met"].mean()
    assert met.between(0.01, 0.99).all()
    assert len(met) >= 4


def test_nothing_is_as_regular_as_a_clock(truth: Truth, answers: Answers) -> None:
    gaps = answers.rows.groupby("office")["moment"].apply(lambda at: at.sort_values().diff().dt.total_seconds())
    assert (gaps.groupby(level=0).std() / gaps.groupby(level=0).mean()).min() > 0.5
    counts = truth.table("counts").pivot_table(index=["service", "site"], columns="month", values="count")
    steps = counts.diff(axis=1).iloc[:, 1:]
    assert steps.nunique(axis=1).min() > 3
    left = truth.table("use").pivot_table(index=["service", "site"], columns="month", values="left")
    queues = left[left.min(axis=1) > 0]
    assert len(queues) > 15
    assert queues.eq(queues["2026-10"], axis=0).all(axis=1).mean() < 0.1
    assert not counts.duplicated().any()
