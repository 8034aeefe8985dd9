"""A month without a survey takes the answers of the months before it; residents asked twice make changes surer."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from needs_analytics.pipeline import run_month
from needs_analytics.reports.content.build import build_document
from needs_analytics.workspace import Workspace

from .test_run_month import FILES

if TYPE_CHECKING:
    from pathlib import Path

    from needs_analytics.core.results import MonthResult

SURVEYS = ("甲.csv", "乙.csv")


def fill(made: Workspace, month: str, *, surveyed: bool) -> None:
    inbox = made.inbox(month)
    inbox.mkdir(parents=True)
    for name, content in FILES.items():
        if surveyed or name not in SURVEYS:
            told = content.replace("\n", f"\n{month}-", content.count("\n") - 1) if name in SURVEYS else content
            (inbox / name).write_text(told.replace("2026-10", month), encoding="utf-8")


def workspace(folder: Path, *surveyed: str, without: tuple[str, ...] = (), settings: str = "") -> Workspace:
    made = Workspace.create(folder / "小镇", "小镇")
    for month in (*surveyed, *without):
        fill(made, month, surveyed=month in surveyed)
    config = made.path / "needs.toml"
    config.write_text(config.read_text(encoding="utf-8").replace("[weights]", f"[weights]{settings}"), encoding="utf-8")
    return Workspace(made.path)


def said(result: MonthResult) -> set[str]:
    return {issue.code for issue in result.issues}


def sentences(result: MonthResult, language: str = "zh") -> str:
    return repr(build_document(result, language=language))


def test_a_month_without_a_survey_is_estimated_from_older_answers(tmp_path: Path) -> None:
    own = workspace(tmp_path, "2026-08", "2026-09", without=("2026-10",))
    told: list[str] = []
    result = run_month(own, "2026-10", progress=told.append)
    assert told.count("earlier") == 2
    assert set(result.cleaned.survey["month"]) == {"2026-08", "2026-09"}
    assert len(result.cleaned.survey) == 240
    assert "I624" in said(result)
    assert result.weights.n_eff < 240 * 0.95
    assert result.gaps.at("district")["demand"].gt(0).any()
    assert set(result.needs.table["change"]) == {"/"}
    assert not own.store.months()["month"].size


def test_the_report_says_of_when_the_answers_are_and_what_they_weigh(tmp_path: Path) -> None:
    own = workspace(tmp_path, "2026-08", "2026-09", without=("2026-10",))
    result = run_month(own, "2026-10")
    page = sentences(result)
    assert "需求据2026-08、2026-09的240份答卷估计" in page
    assert "2026-09 ×0.5、2026-08 ×0.25" in page
    assert "本月有效问卷240份" not in page
    assert "本月收回有效问卷" not in page
    assert "没有新答卷" in page
    assert "estimated from the 240 questionnaires of 2026-08, 2026-09" in sentences(result, "en")


def test_a_month_with_a_survey_says_nothing_of_older_answers(tmp_path: Path) -> None:
    result = run_month(workspace(tmp_path, "2026-09", "2026-10"), "2026-10")
    assert set(result.cleaned.survey["month"]) == {"2026-10"}
    assert "I624" not in said(result)
    assert "本月收回有效问卷120份" in sentences(result)


@pytest.mark.parametrize(("settings", "older"), [("", True), ("\nsurvey_window = 1", False)])
def test_the_window_is_a_setting(settings: str, older: bool, tmp_path: Path) -> None:
    result = run_month(workspace(tmp_path, "2026-09", without=("2026-10",), settings=settings), "2026-10")
    assert (len(result.cleaned.survey) > 0) == older


def test_answers_older_than_the_window_are_left(tmp_path: Path) -> None:
    result = run_month(workspace(tmp_path, "2026-07", without=("2026-10",)), "2026-10")
    assert result.cleaned.survey.empty


def kept(tmp_path: Path, *, names: bool) -> Workspace:
    """Return a workspace of two months, the first one issued; with names the same residents answered."""
    own = workspace(tmp_path, "2026-09", "2026-10")
    for month in ("2026-09", "2026-10"):
        for name in SURVEYS:
            file = own.inbox(month) / name
            head, *rows = file.read_text(encoding="utf-8").splitlines()
            more = [f"{row},{_card(name, place)}" if names else f"{row}," for place, row in enumerate(rows)]
            file.write_text("\n".join([f"{head},身份证号", *more]) + "\n", encoding="utf-8")
    own.store.keep(run_month(own, "2026-09"))
    return own


def _card(name: str, place: int) -> str:
    """Return a valid card of the age and sex that the answer gives."""
    year, sex = 2026 - 20 - place % 60, (place + 1) % 2
    digits = f"{'110101' if name == '甲.csv' else '110102'}{year}0101{place // 10:02d}{sex}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return digits + "10X98765432"[sum(int(d) * w for d, w in zip(digits, weights, strict=True)) % 11]


def widths(result: MonthResult) -> float:
    rows = result.needs.totals()
    return float((rows["change_high"] - rows["change_low"]).max())


def test_residents_who_answered_last_month_too_make_the_change_surer(tmp_path: Path) -> None:
    own = kept(tmp_path, names=True)
    result = run_month(own, "2026-10")
    assert "I623" not in said(result)
    shutil.rmtree(own.inbox("2026-09"))
    apart = run_month(own, "2026-10")
    assert "I623" in said(apart)
    assert widths(result) < 0.5 * widths(apart)


def test_without_anything_that_tells_residents_months_are_independent(tmp_path: Path) -> None:
    own = kept(tmp_path, names=False)
    result = run_month(own, "2026-10")
    shutil.rmtree(own.inbox("2026-09"))
    assert "I623" not in said(result)
    assert widths(result) == pytest.approx(widths(run_month(own, "2026-10")))


def test_the_month_after_is_compared_with_what_stood_for_the_month_before(tmp_path: Path) -> None:
    own = workspace(tmp_path, "2026-09", "2026-11", without=("2026-10",))
    own.store.keep(run_month(own, "2026-10"))
    result = run_month(own, "2026-11")
    assert "/" not in set(result.needs.totals()["change"])


def test_the_cover_says_that_the_answers_are_older(tmp_path: Path) -> None:
    result = run_month(workspace(tmp_path, "2026-09", without=("2026-10",)), "2026-10")
    facts = dict(build_document(result).facts)
    assert facts["有效问卷"] == "本月0份，据2026-09的120份推算"


def test_a_report_without_any_answers_draws_nothing_from_their_absence(tmp_path: Path) -> None:
    result = run_month(workspace(tmp_path, without=("2026-10",)), "2026-10")
    page = sentences(result)
    assert "没有发现稳定的人群类型" not in page
    assert "本月没有需要协调或转办的事项" not in page
    assert "未提供人口底册" not in page
    assert "已收到人口底册，未能据以推算" in page
