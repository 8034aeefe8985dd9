"""Scales of any length and direction: what is said or usual is read, what nobody can tell is asked."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.grids import sheet, take, told
from needs_analytics.intake.scales import Scale, figure_of, read_threshold, scale_of, word_of

SAID = {
    "需要程度（1-5分，5分最需要）": (5, 4, False),
    "需要程度（1=非常需要，5=不需要）": (5, 2, True),
    "需要程度（1-4，4=非常需要）": (4, 3, False),
    "需要程度（1非常需要 2比较需要 3不太需要 4不需要）": (4, 2, True),
    "请按需要程度打分（满分10分）": (10, 6, False),
    "需要程度，0～10分打分": (10, 6, False),
    "需要程度1至7打分，分数越高越需要": (7, 5, False),
    "按需要程度从1到3填写，数字越小越需要": (3, 1, True),
}


@pytest.mark.parametrize("wording", SAID)
def test_a_scale_is_read_as_the_question_says(wording: str) -> None:
    top, threshold, descending = SAID[wording]
    assert scale_of(wording, ["1", "2", "3"]) == Scale(threshold, descending, top)


def test_figures_from_one_to_five_rise_as_the_filling_rules_say() -> None:
    assert scale_of("需要程度", [1.0, 3.0, 5.0]) == Scale(4, False, 5)


@pytest.mark.parametrize("top", [3, 4, 7, 10])
def test_figures_of_any_other_length_are_asked(top: int) -> None:
    assert not scale_of("需要程度", [float(step) for step in range(1, top + 1)]).is_known


@given(st.sampled_from([3, 4, 5, 7, 10]), st.data())
def test_the_two_directions_mirror_each_other(top: int, data: st.DataObject) -> None:
    step = data.draw(st.integers(1, top))
    rising = scale_of(f"1-{top}分，分数越高越需要", [step])
    falling = scale_of(f"1-{top}分，分数越低越需要", [step])
    assert rising.chosen(step) == falling.chosen(top + 1 - step)
    assert rising.chosen(top) == falling.chosen(1) == 1
    assert rising.chosen(1) == falling.chosen(top) == 0


@given(st.text(max_size=12), st.lists(st.one_of(st.text(max_size=6), st.floats(), st.integers()), max_size=6))
def test_any_cells_have_a_scale_and_an_answer(wording: str, cells: list[object]) -> None:
    scale = scale_of(wording, cells)
    assert all(scale.chosen(cell) in {0, 1} or math.isnan(scale.chosen(cell)) for cell in cells)


def test_a_word_among_figures_does_not_turn_the_scale() -> None:
    scale = scale_of("需要程度（1=非常需要，5=不需要）", ["1", "5", "非常需要"])
    assert [scale.chosen(cell) for cell in ("1", "5", "非常需要", "不需要")] == [1, 0, 1, 0]


def test_words_and_figures_of_one_cell_are_told_apart() -> None:
    assert [word_of(cell) for cell in ("5-非常需要", "A", "比较需要（4分）")] == ["非常需要", "", "比较需要"]
    assert [figure_of(cell) for cell in ("4分", "★★★", 2.0)] == [4, 3, 2]
    assert math.isnan(figure_of("4.5"))
    assert math.isnan(figure_of("15"))


def test_a_threshold_is_read_as_offices_write_it() -> None:
    assert [read_threshold(text) for text in ("4", "≥3", "<=2", "2分以下", "一般", ">2")] == [
        (4, False), (3, False), (2, True), (2, True), (3, False), (3, False),
    ]  # fmt: skip
    assert math.isnan(read_threshold("看着办")[0])


FOUR = (
    "姓名|社区|您对下面这些服务需要到什么程度|\n||助餐|助浴\n"
    "王秀英|和平社区|1|4\n赵建国|和平社区|2|3\n李桂芳|和平社区|3|2\n周玉芬|和平社区|4|1"
)


def test_a_scale_of_four_is_asked_and_unknown_till_it_is_answered() -> None:
    found = take(sheet(FOUR, merged=("C1:D1",)))
    assert told(found, "W230") == [("C1", "您对下面这些服务需要到什么程度")]
    assert found.tables["survey"][["need:ELD01", "need:ELD02"]].isna().all(axis=None)


@pytest.mark.parametrize(("line", "answers"), [(">=3", [0, 0, 1, 1]), ("<=2", [1, 1, 0, 0]), ("≤1", [1, 0, 0, 0])])
def test_the_line_pasted_answers_it(line: str, answers: list[int]) -> None:
    mapping = f'[thresholds]\n"您对下面这些服务需要到什么程度" = "{line}"'
    found = take(sheet(FOUR, merged=("C1:D1",)), mapping=mapping)
    assert told(found, "W230") == []
    assert found.tables["survey"]["need:ELD01"].tolist() == answers


def test_scoring_how_much_is_needed_is_no_question_about_satisfaction() -> None:
    asked = "请按需要程度打分（1-5分）"
    found = take(sheet(f"姓名|社区|{asked}—助餐|{asked}—助浴\n王秀英|和平社区|5|1\n赵建国|和平社区|2|4"))
    assert found.tables["survey"]["need:ELD01"].tolist() == [1, 0]
