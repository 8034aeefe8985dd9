"""What parts the options of a cell is decided by the options, never by the mark alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from helpers.grids import CODEBOOK
from needs_analytics.intake.need_words import need_words
from needs_analytics.intake.separators import find_separator, split_cell

COVERED = need_words(CODEBOOK, {}).covered


def parts(*cells: str, times: int = 1) -> list[list[str]]:
    separator = find_separator(dict.fromkeys(cells, times), COVERED)
    return [split_cell(cell, separator) for cell in cells]


def test_the_usual_marks_part_options() -> None:
    for mark in ("、", "，", ",", ";", "；", "/", "|", "+", " ", "\n", "┋"):
        assert parts(f"助餐{mark}助浴", "助餐") == [["助餐", "助浴"], ["助餐"]]


def test_a_mark_in_brackets_parts_nothing() -> None:
    assert split_cell("小修（水、电）、助餐", "[、]") == ["小修(水、电)", "助餐"]


def test_a_mark_inside_an_option_that_is_always_there_parts_nothing() -> None:
    cells = ("歇脚、喝水的地方, 助餐", "助餐, 夜校、兴趣课", "歇脚、喝水的地方", "夜校、兴趣课, 歇脚、喝水的地方")
    assert parts(*cells, times=3) == [
        ["歇脚、喝水的地方", "助餐"],
        ["助餐", "夜校、兴趣课"],
        ["歇脚、喝水的地方"],
        ["夜校、兴趣课", "歇脚、喝水的地方"],
    ]


def test_pieces_that_never_stand_apart_are_one_option_whatever_parts_the_others() -> None:
    cells = ("修水管、换灯泡、助餐", "助餐、助浴", "大扫除/洗衣服、修水管、换灯泡", "助浴、大扫除/洗衣服", "助浴")
    assert parts(*cells, times=12) == [
        ["修水管、换灯泡", "助餐"],
        ["助餐", "助浴"],
        ["大扫除/洗衣服", "修水管、换灯泡"],
        ["助浴", "大扫除/洗衣服"],
        ["助浴"],
    ]


def test_two_needs_that_few_name_together_stay_two() -> None:
    assert parts("助餐、助浴、助医", "助医", times=3) == [["助餐", "助浴", "助医"], ["助医"]]


def test_a_full_width_option_stays_whole_as_a_narrow_one_does() -> None:
    cells = ("送餐(热)，或到食堂吃，助浴", "送餐（热），或到食堂吃", "助浴")
    assert parts(*cells, times=12)[:2] == [["送餐(热),或到食堂吃", "助浴"], ["送餐(热),或到食堂吃"]]


@given(st.lists(st.lists(st.sampled_from("甲乙丙丁"), min_size=1, max_size=6), min_size=1, max_size=6))
def test_whatever_stands_together_no_piece_is_lost(cells: list[list[str]]) -> None:
    texts = ["、".join(cell) for cell in cells]
    assert ["、".join(found) for found in parts(*texts, times=5)] == texts


def test_answers_typed_in_beside_a_platforms_are_parted_by_their_semicolons() -> None:
    assert parts("助餐┋助浴", "助餐;助浴", "助浴") == [["助餐", "助浴"], ["助餐", "助浴"], ["助浴"]]


@given(st.text(max_size=30), st.sampled_from(["", "[、]", "[,，]", "┋", r"\s"]))
def test_splitting_keeps_every_other_character(text: str, separator: str) -> None:
    assert all(part.strip() == part and part for part in split_cell(text, separator))
