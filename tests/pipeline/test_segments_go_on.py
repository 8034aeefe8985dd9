"""Types of residents over the months of a workspace: kept in the store, gone on from, told in the run record."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from needs_analytics import issue_month
from needs_analytics.core.month import Month
from needs_analytics.core.options import SegmentOptions
from needs_analytics.history.segments import model_before
from needs_analytics.pipeline import run_month
from needs_analytics.segments import find_segments
from needs_analytics.segments.keeping import model_json
from needs_analytics.workspace import Workspace
from segments.planted_residents import draw_residents

if TYPE_CHECKING:
    from needs_analytics.core.results import MonthResult

FAMILIES, GIVEN = "王李张刘陈杨赵黄周吴", "华军敏静丽强磊洋艳勇"
GROUPS = {"alone_elder": "独居老人", "worker": "在职职工", "parent": "未成年子女家长", "retired": "退休人员"}


def write(workspace: Workspace, month: str, seed: int) -> None:
    """Write the planted residents as an office's sheet; the first hundred are asked in every month."""
    survey, _ = draw_residents(400, seed)
    survey.iloc[:100] = draw_residents(400, seed=1)[0].iloc[:100]
    groups = survey["groups"].map(lambda codes: "、".join(GROUPS[code] for code in codes.split(";") if code in GROUPS))
    sheet = survey.assign(
        姓名=[FAMILIES[row % 10] + GIVEN[row // 100] + GIVEN[row // 10 % 10] for row in range(400)],
        手机号=[f"1391{(row + (seed * 1000 if row >= 100 else 0)) * 331 + 1234567:07d}" for row in range(400)],
        社区="和平社区", 年龄=survey["age"].astype(int), 性别=survey["sex"], 人群类别=groups,
        家庭人口数=survey["household_size"].astype(int), 活动参与=survey["participation"].astype(int),
        服务使用频率=survey["usage_frequency"].astype(int),
        您需要哪些服务=survey["need:PRO05"].map({1.0: "停车", 0.0: "助餐"}),
    )  # fmt: skip
    folder = workspace.inbox(month)
    folder.mkdir(parents=True)
    columns = [
        "姓名",
        "手机号",
        "社区",
        "年龄",
        "性别",
        "人群类别",
        "家庭人口数",
        "活动参与",
        "服务使用频率",
        "您需要哪些服务",
    ]
    sheet[columns].to_csv(folder / "问卷.csv", index=False, encoding="utf-8-sig")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = Workspace.create(tmp_path_factory.mktemp("两月") / "街道", "街道")
    write(workspace, "2026-09", seed=1)
    write(workspace, "2026-10", seed=2)
    return workspace


@pytest.fixture(scope="module")
def first(office: Workspace) -> MonthResult:
    result = run_month(office, "2026-09")
    issue_month(office, result, formats=("html",))
    return result


@pytest.fixture(scope="module")
def second(office: Workspace, first: MonthResult) -> MonthResult:
    return run_month(office, "2026-10")


def test_the_first_month_goes_on_from_nothing(first: MonthResult) -> None:
    assert first.segments.status == "stable"
    assert first.segments.crosswalk.empty
    assert first.segments.before_month == ""
    assert not [name for name in first.run.context if name.startswith("segment_model")]


def test_the_next_month_keeps_ids_and_names_and_says_what_it_rests_on(first: MonthResult, second: MonthResult) -> None:
    assert second.segments.names() == first.segments.names()
    assert second.segments.before_month == "2026-09"
    assert "I636" in [issue.code for issue in second.segments.issues]
    assert [name for name in second.run.context if name.startswith("segment_model")] == ["segment_model 2026-09"]


def test_sizes_are_told_of_both_months(first: MonthResult, second: MonthResult) -> None:
    sizes = second.segments.sizes
    assert sorted(sizes["month"].unique()) == ["2026-09", "2026-10"]
    before = sizes[sizes["month"] == "2026-09"].set_index("segment")["share"]
    assert before.to_dict() == pytest.approx(first.segments.profiles.set_index("segment")["share"].to_dict())


def test_those_asked_twice_stay_where_they_were(second: MonthResult) -> None:
    moves = second.segments.migration
    assert moves["n"].sum() == 100
    assert (moves["segment_before"] == moves["segment"]).all()


def test_the_same_month_again_is_the_same(office: Workspace, second: MonthResult) -> None:
    issue_month(office, second, formats=("html",))
    again = run_month(office, "2026-10")
    assert again.run.digest == second.run.digest
    assert model_json(again.segments.model) == model_json(second.segments.model)


def test_a_month_rests_on_one_state_of_those_before(
    office: Workspace, first: MonthResult, second: MonthResult, tmp_path: Path
) -> None:
    """Somebody else issues last month anew at every stage of this one."""
    workspace = Workspace(Path(shutil.copytree(office.path, tmp_path / "街道")))
    stages: list[str] = []

    def issue(stage: str) -> None:
        stages.append(stage)
        again = replace(first, run=replace(first.run, digest=f"{len(stages):064}"))
        assert workspace.store.keep(again) == 1 + len(stages)

    result = run_month(workspace, "2026-10", progress=issue)
    assert len(stages) > 5
    assert [(each["month"], each["revision"]) for each in result.run.rests_on] == [("2026-09", 1)]
    assert result.run.digest == second.run.digest


def test_what_is_kept_places_residents_as_the_model_did(office: Workspace, first: MonthResult) -> None:
    kept = model_before(office.store, Month.parse("2026-12"))
    assert kept is not None
    assert kept.model.used_ids_ == first.segments.model.used_ids_
    again = find_segments(first.cleaned.survey, first.weights, before=kept.model)
    assert again.table["segment"].tolist() == first.segments.table["segment"].tolist()


def test_another_number_that_is_wished_is_obeyed_and_what_became_of_the_types_is_told(first: MonthResult) -> None:
    wished = SegmentOptions(n_segments=3)
    found = find_segments(first.cleaned.survey, first.weights, options=wished, before=first.segments.model)
    assert len(found.profiles) == 3
    assert set(found.crosswalk["status"]) <= {"same", "new", "gone"}
    same = found.crosswalk[found.crosswalk["status"] == "same"]
    assert (same["segment"] == same["segment_before"]).all()
    again = find_segments(first.cleaned.survey, first.weights, options=wished, before=found.model)
    assert dict(again.names()) == dict(found.names())
    assert again.table["segment"].tolist() == found.table["segment"].tolist()
