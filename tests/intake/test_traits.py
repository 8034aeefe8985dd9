"""Who a resident is: ages, sexes, yes and no, ratings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from needs_analytics.intake.traits import (
    AgeRange,
    read_age,
    read_level,
    read_satisfaction,
    read_sex,
    read_urgency,
    read_yes_no,
)


@pytest.mark.parametrize("written", [65.0, "65", "65岁", "65周岁", "６５", "六十五", "六十五岁", "65.0"])
def test_an_age_is_read_in_every_usual_way(written: object) -> None:
    assert read_age(written).value == AgeRange(65, 65)


@pytest.mark.parametrize("written", ["约70", "70多", "70多岁", "七十几", "70岁左右", "70出头", "虚岁70"])
def test_an_age_that_is_about_right_is_flagged(written: str) -> None:
    reading = read_age(written)
    assert (reading.value, reading.note) == (AgeRange(70, 70), "approximate")


@pytest.mark.parametrize(
    ("written", "low", "high"),
    [
        ("60-69岁", 60, 69),
        ("60—69", 60, 69),
        ("60至69岁", 60, 69),
        ("60_69", 60, 69),
        ("80岁及以上", 80, 120),
        ("80+", 80, 120),
        ("80_plus", 80, 120),
        ("80岁以上", 80, 120),
        (">80岁", 81, 120),
        ("16岁以下", 0, 15),
        ("16岁及以下", 0, 16),
        ("未满16岁", 0, 15),
    ],
)
def test_a_band_has_both_its_ends(written: str, low: float, high: float) -> None:
    assert read_age(written).value == AgeRange(low, high)


@pytest.mark.parametrize(("written", "code"), [("172", "E101"), (-1.0, "E101"), ("很老", "E112"), ("#N/A", "E110")])
def test_an_impossible_age_is_refused(written: object, code: str) -> None:
    assert read_age(written).code == code


@pytest.mark.parametrize("written", ["不详", "保密", "不方便说", "未填", "dk", ""])
def test_who_does_not_say_is_unknown_without_a_fault(written: str) -> None:
    assert read_age(written).code == ""
    assert read_sex(written).code == ""
    assert read_satisfaction(written).code == ""


@given(st.integers(0, 120))
def test_every_age_survives(years: int) -> None:
    assert read_age(f"{years}岁").value == AgeRange(years, years)


@pytest.mark.parametrize(("written", "sex"), [("男", "男"), ("女性", "女"), (1.0, "男"), ("F", "女"), ("女生", "女"),
                                              ("男（老伴代答）", "男")])  # fmt: skip
def test_a_sex_is_read_in_every_usual_way(written: object, sex: str) -> None:
    assert read_sex(written).value == sex


def test_a_sex_that_is_none_is_refused() -> None:
    assert read_sex("难").code == "E102"


@pytest.mark.parametrize("written", ["是", "√", "有", "1", 1.0, "yes", "需要", True])
def test_yes(written: object) -> None:
    assert read_yes_no(written).value == 1.0


@pytest.mark.parametrize("written", ["否", "×", "无", "0", 0.0, "no", "不需要", False])
def test_no(written: object) -> None:
    assert read_yes_no(written).value == 0.0


def test_neither_yes_nor_no_is_refused() -> None:
    assert read_yes_no("看情况").note == "refused"
    assert read_yes_no("").value is None


@pytest.mark.parametrize(
    ("written", "rating"),
    [("非常满意", 5), ("满意", 4), ("一般", 3), ("不满意", 2), ("★★★★☆", 4), ("4分", 4), (4.0, 4)],
)
def test_a_rating_is_on_five_steps(written: object, rating: float) -> None:
    assert read_satisfaction(written).value == rating


def test_who_never_used_it_gives_no_rating_and_no_fault() -> None:
    reading = read_satisfaction("没用过，说不上")
    assert (reading.value, reading.code) == (None, "")


def test_levels_and_urgency_are_ordered() -> None:
    steps = [read_level(word).value for word in ("从不", "很少", "偶尔", "经常", "每周")]
    assert steps == sorted(steps)
    assert [read_urgency(word).value for word in ("一般", "较急", "紧急")] == [1, 2, 3]
