"""A month from its workbooks: the same input gives the same result, whatever the order of the files."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from needs_analytics import clean, read_workbooks, take_in
from needs_analytics.core.codebook import Codebook
from needs_analytics.core.month import Month
from needs_analytics.errors import UsageError
from needs_analytics.needs import list_needs
from needs_analytics.pipeline import run_month
from needs_analytics.weights import weigh
from needs_analytics.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

    from needs_analytics.core.results import MonthResult

MONTH = "2026-10"
STAGES = ["read", "intake", "cleaning", "weights", "segments", "needs", "matching", "gaps", "forecasts"]


def answers(community: str, count: int, yes: int) -> str:
    """Return a hand-made sheet of answers as csv."""
    head = "答卷编号,社区,年龄,性别,您需要哪些服务\n"
    wishes = ["助餐;停车" if place < yes else "停车" for place in range(count)]
    lines = [
        f"{community}{place},{community}社区,{20 + place % 60},{'男女'[place % 2]},{wish}"
        for place, wish in enumerate(wishes)
    ]
    return head + "\n".join(lines) + "\n"


FILES = {
    "甲.csv": answers("槐树", 60, 30),
    "乙.csv": answers("杨树", 60, 12),
    "底册.csv": "社区,年龄段,性别,人数\n" + "\n".join(
        f"{place}社区,{band},{sex},300"
        for place in ("槐树", "杨树")
        for band in ("16-59岁", "60岁以上")
        for sex in "男女"
    ),
    "菜单.csv": "服务编码,服务名称,对应需求,服务对象,计量单位,人均月使用次数\nS1,老年食堂,助餐,全体居民,餐,10\n",
    "容量.csv": "服务项目,月份,容量,容量周期\nS1,2026-10,500,月\n",
    "使用.csv": "月份,服务项目,人次\n2026-10,S1,480\n",
}  # fmt: skip


def workspace(folder: Path) -> Workspace:
    made = Workspace.create(folder, "小镇")
    inbox = made.inbox(MONTH)
    inbox.mkdir(parents=True)
    for name, content in FILES.items():
        (inbox / name).write_text(content, encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return workspace(tmp_path_factory.mktemp("one") / "小镇")


def test_a_month_runs_from_its_files_to_the_gap_and_tells_each_stage(town: Workspace) -> None:
    told: list[str] = []
    result = run_month(town, MONTH, progress=told.append)
    assert told == STAGES
    assert len(result.cleaned.survey) == 120
    row = result.gaps.at("district").set_index("need").loc["ELD01"]
    assert row["demand"] == pytest.approx(1200 * 42 / 80)  # all who chose it are among the 80 below sixty
    assert row["capacity_persons"] == pytest.approx(50)
    assert result.run.counts["rows_in"] == sum(result.run.counts[name] for name in ("kept", "merged", "returned"))


@pytest.fixture(scope="module")
def result(town: Workspace) -> MonthResult:
    return run_month(town, MONTH)


def test_the_same_files_give_the_same_digest_wherever_they_lie(result: MonthResult, tmp_path: Path) -> None:
    other = run_month(workspace(tmp_path / "别处" / "小镇"), MONTH)  # a key of its own
    assert result.run.digest == other.run.digest


def test_a_changed_answer_changes_the_digest(result: MonthResult, tmp_path: Path) -> None:
    changed = workspace(tmp_path / "小镇")
    file = changed.inbox(MONTH) / "甲.csv"
    file.write_text(file.read_text(encoding="utf-8").replace("助餐;停车", "停车", 1), encoding="utf-8")
    assert run_month(changed, MONTH).run.digest != result.run.digest


def test_the_run_record_names_every_file_and_no_place_or_clock(town: Workspace, result: MonthResult) -> None:
    record = result.run
    assert sorted(record.inputs["file"]) == sorted(FILES)
    assert set(record.inputs["month"]) == {MONTH}
    assert record.inputs["digest"].str.fullmatch("[0-9a-f]{64}").all()
    assert list(record.context) == ["mapping.toml"]
    assert "python" in record.versions
    assert str(town.path.parent) not in repr(record.to_dict())


def test_the_run_record_counts_what_goes_in_and_out_of_every_stage(result: MonthResult) -> None:
    stages = result.run.stages
    assert [*stages] == [*STAGES[:-1], "plans", STAGES[-1]]
    assert stages["read"] == {"in": {"files": 6}, "out": {"files": 6, "rows": 131}}
    assert stages["cleaning"]["in"] == stages["intake"]["out"]
    assert stages["cleaning"]["out"] == {"survey": 120, "usage": 1, "menu": 1, "supply": 1, "register": 8}
    assert stages["weights"]["out"] == stages["needs"]["in"] == {"survey": 120}
    assert stages["gaps"]["out"] == stages["plans"]["in"] == {"gaps": len(result.gaps.table)}


def test_a_refused_file_stands_in_the_run_record_with_its_digest_and_no_rows(tmp_path: Path) -> None:
    town = workspace(tmp_path / "小镇")
    (town.inbox(MONTH) / "坏.xlsx").write_bytes(b"PK no zip")
    record = run_month(town, MONTH).run
    refused = record.inputs.set_index("file").loc["坏.xlsx"]
    assert (refused["digest"], refused["rows"]) == (hashlib.sha256(b"PK no zip").hexdigest(), 0)
    assert record.stages["read"] == {"in": {"files": 7}, "out": {"files": 6, "rows": 131}}


@pytest.mark.parametrize("file", ["mapping.toml", "codebook/needs.csv"])
def test_settings_beside_the_workbooks_stand_in_the_run_record(result: MonthResult, tmp_path: Path, file: str) -> None:
    town = workspace(tmp_path / "小镇")
    content = {
        "mapping.toml": (town.path / "mapping.toml").read_text(encoding="utf-8") + "# 一句说明\n",
        "codebook/needs.csv": "need,name\n",
    }
    (town.path / file).write_text(content[file], encoding="utf-8")
    record = run_month(town, MONTH).run
    assert file in record.context
    assert record.digest != result.run.digest


def test_running_a_month_writes_nothing(town: Workspace) -> None:
    before = sorted(town.path.rglob("*"))
    run_month(town, MONTH)
    assert sorted(town.path.rglob("*")) == before


def test_the_order_in_which_files_are_read_does_not_matter(town: Workspace) -> None:
    tables = []
    for order in (1, -1):
        paths = town.workbooks(MONTH)[::order]
        sheets = read_workbooks(paths, root=town.inbox(MONTH))
        taken = take_in(sheets, codebook=Codebook.default(), month=Month.parse(MONTH), key=town.key())
        cleaned = clean(taken)
        needs = list_needs(cleaned, weigh(cleaned.survey, cleaned.register))
        tables.append(needs.table)
    pd.testing.assert_frame_equal(*tables, check_exact=True)


def test_a_month_without_a_folder_is_refused_by_name(town: Workspace) -> None:
    with pytest.raises(UsageError, match="2031-01"):
        run_month(town, "2031-01")


def test_last_months_kept_estimates_make_the_changes(result: MonthResult, tmp_path: Path) -> None:
    own = workspace(tmp_path / "小镇")
    own.store.keep(result)
    later = own.inbox("2026-11")
    later.mkdir()
    for name, content in FILES.items():
        (later / name).write_text(content.replace("2026-10", "2026-11"), encoding="utf-8")
    run = run_month(own, "2026-11")
    assert "/" not in set(run.needs.totals()["change"])
    assert run.run.inputs["month"].value_counts().to_dict() == {"2026-10": len(FILES), "2026-11": len(FILES)}
    assert {"estimates", "questions", "usage"} <= set(run.run.context)
