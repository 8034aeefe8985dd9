"""Cleaning: what is certainly wrong goes back, what is there twice is merged, every row is counted."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.grids import codes, sheet, take, take_clean, told
from needs_analytics.cleaning import clean
from needs_analytics.cleaning.duplicates import repeated_people

HEADER = "姓名|身份证号|日期|性别|年龄|社区|您需要哪些服务"
ANNA = "王秀英|420106195201011246"


def answers(*rows: str, file: str = "表.xlsx") -> object:
    return sheet("\n".join([HEADER, *rows]), file=file)


def test_one_residents_answers_are_one_the_latest() -> None:
    cleaned = take_clean(
        answers(f"{ANNA}|2026-10-03|女|74|和平社区|助餐、助浴", f"{ANNA}|2026-10-20|女|74|和平社区|助浴、助洁")
    )
    assert cleaned.survey["row"].tolist() == [3]
    assert cleaned.survey["need:ELD02"].tolist() == [1]
    assert told(cleaned, "I410") == [("2", "")]


def test_another_residents_answers_are_not_merged() -> None:
    cleaned = take_clean(
        answers("王秀英||2026-10-03|女|74|和平社区|助餐、助浴", "王秀英||2026-10-20|女|74|和平社区|助浴、助洁")
    )
    assert len(cleaned.survey) == 2


def test_an_empty_answer_goes_back() -> None:
    cleaned = take_clean(answers(f"{ANNA}|2026-10-03|女|74|和平社区|助餐、助浴", "赵建国||2026-10-03|||和平社区|未问"))
    assert told(cleaned, "E401") == [("3", "")]
    assert cleaned.returned["row"].tolist() == [3]


def test_rows_returned_for_one_reason_are_said_once() -> None:
    blank = [f"赵{number}||2026-10-03|||和平社区|未问" for number in range(9)]
    cleaned = take_clean(answers(f"{ANNA}|2026-10-03|女|74|和平社区|助餐、助浴", *blank))
    issue = next(issue for issue in cleaned.issues if issue.code == "E401")
    assert (issue.times, issue.cells) == (9, ("3", "4", "5", "6", "7", "8"))
    assert len(cleaned.returned) == 9


def test_a_list_with_nothing_usable_goes_back_whole() -> None:
    cleaned = take_clean(sheet("网格|户数|经度|纬度\n第1网格|300|112.1|28.2\n第2网格|200|112.2|28.2"))
    assert cleaned.places.empty
    assert len(cleaned.returned) == 2


def test_another_months_answer_is_kept_for_the_record() -> None:
    cleaned = take_clean(
        answers(f"{ANNA}|2026-09-03|女|74|和平社区|助餐、助浴", "赵建国||2026-10-03|男|70|和平社区|助餐")
    )
    assert cleaned.survey["row"].tolist() == [3]
    assert cleaned.earlier["survey"]["row"].tolist() == [2]
    assert "W403" in codes(cleaned)


def test_a_child_is_kept_and_said() -> None:
    cleaned = take_clean(answers("赵建国||2026-10-03|男|12|和平社区|助餐、助浴"))
    assert len(cleaned.survey) == 1
    assert told(cleaned, "I402") == [("E2", "")]


def test_a_listed_thing_twice_is_one_its_gaps_filled() -> None:
    cleaned = take_clean(sheet("社区|网格|户数|经度|纬度\n和平社区|第1网格|300||\n和平社区|1号网格||112.1|28.2"))
    assert cleaned.places[["households", "lon", "lat"]].to_numpy().tolist() == [[300.0, 112.1, 28.2]]
    assert "I414" in codes(cleaned)
    assert "W413" not in codes(cleaned)


def test_a_contradiction_is_said_and_the_last_row_counts() -> None:
    cleaned = take_clean(sheet("社区|网格|户数\n和平社区|第1网格|300\n和平社区|第1网格|310"))
    assert cleaned.places["households"].tolist() == [310]
    assert "W413" in codes(cleaned)


def test_a_use_reported_by_two_files_counts_once() -> None:
    rows = "日期|服务项目|服务点|姓名|身份证号|状态\n2026-10-03|助餐|食堂|王秀英|420106195201011246|完成"
    cleaned = take_clean(sheet(rows), sheet(rows.replace("完成", "已完成"), file="二.xlsx"))
    assert len(cleaned.usage) == 1
    assert "I412" in codes(cleaned)


def test_two_uses_in_one_file_are_two() -> None:
    row = "2026-10-03|助餐|食堂|王秀英|420106195201011246|完成"
    assert len(take_clean(sheet(f"日期|服务项目|服务点|姓名|身份证号|状态\n{row}\n{row}")).usage) == 2


def test_a_capacity_without_a_figure_is_said_not_0() -> None:
    cleaned = take_clean(sheet("服务项目|服务点|容量|容量周期\n助餐|食堂|不限|日\n助浴|食堂|20|月"))
    assert cleaned.supply["capacity"].isna().tolist() == [True, False]
    assert told(cleaned, "W406") == [("C2", "")]


PEOPLE = st.lists(
    st.tuples(st.sampled_from(["420106195201011246", ""]), st.sampled_from(["2026-10-03", "2026-09-03", ""]),
              st.sampled_from(["74", "12", ""]), st.sampled_from(["助餐、助浴", "助洁", ""])),
    min_size=1, max_size=8,
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(PEOPLE)
def test_every_row_received_is_kept_merged_or_returned(people: list[tuple[str, str, str, str]]) -> None:
    rows = [f"王秀英|{card}|{day}|女|{age}|和平社区|{needs}" for card, day, age, needs in people]
    counts = clean(take(answers("赵建国||2026-10-03|男|70|和平社区|助餐、助浴", *rows))).counts  # type: ignore[arg-type]
    assert (counts["rows_in"] == counts[["kept", "merged", "returned"]].sum(axis=1)).all()
    assert counts["rows_in"].sum() == len(rows) + 1


@pytest.mark.parametrize("last", ["合计|||||2|", "填表人：李主任||||||"])
def test_rows_set_aside_are_not_received(last: str) -> None:
    counts = take_clean(answers(f"{ANNA}|2026-10-03|女|74|和平社区|助餐、助浴", last)).counts  # type: ignore[arg-type]
    assert counts["rows_in"].tolist() == [1]


def test_an_answer_of_a_file_that_another_seems_to_correct_gives_way() -> None:
    answers_of = pd.DataFrame({"person_key": ["p", "p"], "month": "2026-10", "submitted_at": pd.NaT, "sheet": "s",
                               "file": ["表(改).xlsx", "表.xlsx"], "digest": ["a", "b"], "row": [4, 4],
                               "need:A": [1.0, 1.0]})  # fmt: skip
    assert repeated_people(answers_of).tolist() == [1, 1]
    assert repeated_people(answers_of, outdated={"b"}).tolist() == [0, 0]
