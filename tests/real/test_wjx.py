"""One 问卷星 survey of 800, exported as texts and as codes: both read to the same table.

The hobbies and the news people follow stand for needs.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from needs_analytics.pipeline import prepare_month, run_month

from .conftest import WJX
from .workspaces import build_workspace

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from needs_analytics.core.records import Cleaned

FORMS = ("text", "code")
MONTH = "2026-10"
OF_THE_FILE = ["answer_id", "person_key", "file", "digest", "sheet"]


def prepared(
    folder: Path, tmp_path: Path, form: str, *files: str, mapping: Callable[[str], str] | None = None
) -> Cleaned:
    """One export, with the files told."""
    months = {MONTH: [folder / f"wjx_phone_800_{form}.xls", *(WJX / name for name in files)]}
    edits = {"mapping.toml": mapping} if mapping else None
    return prepare_month(build_workspace(tmp_path / form, WJX, months, edits), MONTH)


@pytest.fixture(scope="module")
def exports(wjx_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Cleaned]:
    folder = tmp_path_factory.mktemp("wjx")
    return {form: prepared(wjx_folder, folder, form, "questions.csv") for form in FORMS}


@pytest.fixture(scope="module")
def raw(wjx_folder: Path) -> pd.DataFrame:
    return read_plainly(wjx_folder, "text")


def read_plainly(folder: Path, form: str) -> pd.DataFrame:
    """An export as pandas alone reads it."""
    file = folder / f"wjx_phone_800_{form}.xls"
    return pd.read_excel(file, engine="calamine", dtype=str, keep_default_na=False)


def test_texts_and_codes_give_the_same_table(exports: dict[str, Cleaned]) -> None:
    """Row by row: sex, age band, groups, needs and every answer; only what names the file differs."""
    text, code = (exports[form].survey.drop(columns=OF_THE_FILE) for form in FORMS)
    assert len(text) == 800
    pd.testing.assert_frame_equal(text, code)


@pytest.mark.parametrize("form", FORMS)
def test_every_answer_is_kept_and_two_that_follow_no_news_and_yet_name_some_are_doubted(
    exports: dict[str, Cleaned], form: str
) -> None:
    cleaned = exports[form]
    counts = cleaned.counts.set_index("file").loc[f"wjx_phone_800_{form}.xls"]
    assert counts[["rows_in", "kept", "merged", "returned"]].tolist() == [800, 800, 0, 0]
    assert set(cleaned.survey["platform"]) == {"问卷星"}
    doubted = [issue for issue in cleaned.issues if issue.severity != "info"]
    assert {(issue.code, issue.value) for issue in doubted} == {("W235", "不关注")}
    assert sum(issue.times for issue in doubted) == 2


@pytest.mark.parametrize("form", FORMS)
def test_sexes_and_ages_are_those_of_the_file(exports: dict[str, Cleaned], raw: pd.DataFrame, form: str) -> None:
    survey = exports[form].survey
    assert survey["sex"].tolist() == raw["3、性别 "].tolist()
    bands = raw["4、年龄 "].str.removesuffix("岁").str.replace("~", "-").str.replace("60岁以上", "60+")
    assert survey["age_band"].tolist() == bands.tolist()


@pytest.mark.parametrize("form", FORMS)
def test_answers_are_those_of_the_file(exports: dict[str, Cleaned], raw: pd.DataFrame, form: str) -> None:
    """All 21 options of 800 answers; 不关注 is a no to every kind of news, 其他 an answer that names none of them."""
    survey = exports[form].survey
    told = pd.read_csv(WJX / "questions.csv", dtype=str, keep_default_na=False)
    codes = pd.read_csv(WJX / "only-needs.csv", dtype=str).set_index("name")["need"]
    cells = {"6": raw["6、兴趣爱好"].str.split("┋"), "8": raw["8、关注资讯"].str.split("┋")}
    options = told[told["对应需求"].isin(codes.index)]
    assert len(options) == 21
    for number, option, need in options[["题目编号", "选项", "对应需求"]].to_numpy():
        chosen = [float(option in cell) for cell in cells[number]]
        assert survey[f"need:{codes[need]}"].tolist() == chosen, option


def options_chosen(export: pd.DataFrame) -> dict[str, dict[str, int]]:
    """Number of each question with several answers to its options and how many chose each: of either export."""
    joined = [title for title in export if export[title].str.contains("┋").any()]
    chosen = {
        title.partition("、")[0]: export[title].str.replace("〖.*?〗", "", regex=True).str.split("┋").explode()
        for title in joined
    }
    counts = {number: cells.value_counts().to_dict() for number, cells in chosen.items()}
    for title in export:
        ticked = re.fullmatch(r"第(\d+)题\((.+)\)", title)
        if ticked:
            counts.setdefault(ticked[1], {})[ticked[2]] = int((export[title] == "1").sum())
    return counts


def options_found(cleaned: Cleaned) -> dict[str, dict[str, int]]:
    """The same of what the program made of it."""
    several = cleaned.questions[cleaned.questions["kind"] == "多选"]
    return {str(number): dict(zip(rows["option"], rows["times"], strict=True))
            for number, rows in several.groupby("question")}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_every_question_with_several_answers_has_the_options_of_the_file(
    exports: dict[str, Cleaned], wjx_folder: Path, form: str
) -> None:
    counts = options_chosen(read_plainly(wjx_folder, form))
    assert {number: len(options) for number, options in counts.items()} == {"6": 14, "8": 10}
    assert options_found(exports[form]) == counts
    assert set(exports[form].questions["answered"]) == {800}


@pytest.mark.parametrize("form", FORMS)
def test_options_need_no_dictionary_to_be_told_apart(wjx_folder: Path, tmp_path: Path, form: str) -> None:
    """What people follow in the news is no need till a dictionary says so; the hobbies name needs themselves."""
    counts = options_chosen(read_plainly(wjx_folder, form))
    assert options_found(prepared(wjx_folder, tmp_path, form)) == {"6": counts["6"]}


def test_the_main_job_counts_them(wjx_folder: Path, raw: pd.DataFrame, tmp_path: Path) -> None:
    months = {MONTH: [wjx_folder / "wjx_phone_800_code.xls", WJX / "questions.csv"]}
    result = run_month(build_workspace(tmp_path / "codes", WJX, months), MONTH)
    totals = result.needs.totals().set_index("need_name")
    assert result.needs.status == "not_representative"
    assert set(totals["n"]) == {800}
    assert (
        totals.loc["美食", "n_yes"] == raw["6、兴趣爱好"].str.split("┋").map(lambda cell: "美食" in cell).sum() == 492
    )
    assert totals["rank"].idxmin() == "美食"
    assert totals["persons"].isna().all()


def test_what_people_wrote_stays_inside_intake(exports: dict[str, Cleaned]) -> None:
    """It may be a name or a telephone number; the dictionary is written out and kept in the store."""
    assert not any("〖" in option for option in exports["text"].questions["option"])


def test_codes_nobody_explained_are_no_ages(wjx_folder: Path, tmp_path: Path) -> None:
    cleaned = prepared(wjx_folder, tmp_path, "code")
    assert not (cleaned.survey["age_high"] < 16).any()


def test_every_column_told_to_be_dropped_is_dropped(wjx_folder: Path, tmp_path: Path) -> None:
    hobbies = ("运动", "阅读", "影视")
    lines = "".join(f'"第6题({hobby})" = "-"\n' for hobby in hobbies)
    told = f'office = "手机用户调查"\n\n[sheet.fields]\n{lines}'
    cleaned = prepared(
        wjx_folder, tmp_path, "code", mapping=lambda text: text.replace('office = "手机用户调查"\n', told)
    )
    assert "need:HB04" in cleaned.survey
    assert not {"need:HB01", "need:HB02", "need:HB03"} & set(cleaned.survey)
