"""Who a resident is: ages, sexes, yes and no, ratings."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.grids import everything, sheet, take
from needs_analytics.core.month import Month
from needs_analytics.intake.ages import AgeRange, age_reader, read_age
from needs_analytics.intake.levels import read_level, read_satisfaction, read_urgency
from needs_analytics.intake.sexes import read_sex
from needs_analytics.intake.yes_no import read_yes_no


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


AT = age_reader(Month(2026, 10))


@pytest.mark.parametrize(
    ("written", "years", "code"),
    [
        ("1958年生", 68, "W118"),
        ("生于1958年", 68, "W118"),
        (1958.0, 68, "W118"),
        ("1958年3月", 68, "W118"),
        ("1958-03-05", 68, "I119"),
        ("1958-10-05", 67, "I119"),
        (dt.datetime(1958, 3, 5), 68, "I119"),  # noqa: DTZ001
        ("19580305", 68, "I119"),
    ],
)
def test_a_birth_in_a_column_of_ages_is_the_age_it_makes(written: object, years: float, code: str) -> None:
    assert (AT(written).value, AT(written).code) == (AgeRange(years, years), code)


def test_a_day_of_birth_is_not_repeated() -> None:
    found = take(sheet("社区|年龄|性别|助餐|助浴\n甲|'1958-03-05|女|√|\n甲|40|男||√"))
    assert found.tables["survey"]["age_low"].tolist() == [68, 40]
    assert "1958" not in everything(found)


@pytest.mark.parametrize(
    ("written", "years"),
    [("6个月", 0.5), ("1岁半", 1.5), ("18个月", 1.5), ("半岁", 0.5), ("3岁6个月", 3.5), ("满65岁", 65),
     ("65(周岁)", 65), ("65歲", 65), ("廿五", 25), ("两岁", 2), ("65人", 65)],
)  # fmt: skip
def test_an_age_in_words_and_parts(written: str, years: float) -> None:
    assert AT(written).value == AgeRange(years, years)


@pytest.mark.parametrize(
    ("written", "low", "high"), [("60岁(含)以上", 60, 120), ("≤18", 0, 18), ("65岁以上老人", 65, 120)]
)
def test_an_end_of_a_band_is_in_it_where_that_is_said(written: str, low: float, high: float) -> None:
    assert AT(written).value == AgeRange(low, high)


@pytest.mark.parametrize("written", ["65/66", "65、66", "两三岁", "七旬", "老年", "10月5日", "1e1", "6_5", "半"])
def test_what_is_no_one_age_is_refused(written: str) -> None:
    assert AT(written).note == "refused"


@pytest.mark.parametrize(
    ("written", "sex"), [("1男", "男"), ("2-女", "女"), ("A.男", "男"), ("男。", "男"), ("妇女", "女")]
)
def test_a_sex_with_its_number(written: str, sex: str) -> None:
    assert read_sex(written).value == sex


@pytest.mark.parametrize("written", ["男(女)", "男/女", "男女", "女儿", "3", "12"])
def test_two_sexes_are_none(written: str) -> None:
    assert read_sex(written).code == "E102"


def test_a_sex_said_to_be_unknown_stands_in_the_ledger_with_its_cell() -> None:
    ledger = take(sheet("社区|年龄|性别|助餐|助浴\n甲|70|未知|√|\n甲|40|男||√")).ledger
    assert ledger.loc[ledger["field"] == "sex", ["cell", "action", "old"]].to_numpy().tolist() == [
        ["C2", "masked", "未知"]
    ]


@pytest.mark.parametrize(("written", "yes"), [("☑是 □否", 1.0), ("□是☑否", 0.0), ("■有□无", 1.0), ("A.是", 1.0),
                                              ("B.否", 0.0), ("是。", 1.0), ("是的", 1.0), ("打勾", 1.0),
                                              ("叉", 0.0), ("☒", 0.0)])  # fmt: skip
def test_a_printed_form_is_answered_by_what_is_ticked(written: str, yes: float) -> None:
    assert read_yes_no(written).value == yes


@pytest.mark.parametrize("written", ["□是□否", "☑是☑否", "是/否", "有无", "2", "1人"])
def test_what_may_be_both_is_neither(written: str) -> None:
    assert read_yes_no(written).note == "refused"


@pytest.mark.parametrize(("written", "level"), [("不经常", 1), ("不太经常", 1), ("经常不", None), ("没有每周参加", 0)])
def test_what_is_denied_is_not_often(written: str, level: float | None) -> None:
    assert read_level(written).value == level


@pytest.mark.parametrize(("written", "rating"), [("5-非常满意", 5), ("1=非常满意", 5), ("非常满意(5分)", 5),
                                                 ("不是很满意", 2), ("五星", 5), ("满意!", 4)])  # fmt: skip
def test_a_rating_in_words_goes_before_its_number(written: str, rating: float) -> None:
    assert read_satisfaction(written).value == rating


@given(st.text(max_size=12) | st.floats() | st.booleans() | st.datetimes())
def test_no_cell_breaks_a_reader(cell: object) -> None:
    for reader in (AT, read_sex, read_yes_no, read_level, read_urgency, read_satisfaction):
        reader(cell)
