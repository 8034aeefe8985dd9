"""Numbers: a unit is no obstacle, an approximate figure is flagged, a mask is never 0."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from needs_analytics.core.wording import chinese_number
from needs_analytics.intake.capacity_cells import period_within, read_capacity
from needs_analytics.intake.numbers import (
    read_area,
    read_count,
    read_distance,
    read_duration,
    read_frequency,
    read_number,
)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1,234.50", 1234.5),
        ("65 人次", 65),
        ("３.５万", 35_000),
        ("一百二十", 120),
        ("1,688人", 1688),
        ("120元/人", 120),
    ],
)
def test_a_number_is_read_with_its_unit_and_separators(written: str, value: float) -> None:
    assert read_number(written).value == value


@pytest.mark.parametrize("written", ["约120", "120余", "近120", "120人左右", "120上下", "120+"])
def test_an_approximate_figure_is_kept_and_flagged(written: str) -> None:
    reading = read_number(written)
    assert (reading.value, reading.note, reading.code) == (120, "approximate", "W113")


@pytest.mark.parametrize("written", ["*", "**", "若干", "不限", "数十人"])
def test_a_mask_is_neither_0_nor_an_error(written: str) -> None:
    reading = read_number(written)
    assert (reading.value, reading.note) == (None, "masked")


@pytest.mark.parametrize("written", ["", "—", "不详", "/"])
def test_nothing_known_is_nothing(written: str) -> None:
    assert read_number(written).value is None
    assert read_number(written).code == ""


def test_a_formula_error_is_said() -> None:
    assert read_number("#REF!").code == "E110"


def test_a_count_is_not_negative() -> None:
    assert read_count(-3.0).code == "E114"
    assert read_count("-3").code == "E114"


@given(st.integers(min_value=0, max_value=10**9))
def test_every_whole_number_survives_however_it_is_grouped(number: int) -> None:
    assert read_number(f"{number:,}").value == number
    assert read_number(f"{number}人").value == number


@given(st.text(max_size=12))
def test_no_text_breaks_a_reader(text: str) -> None:
    for reader in (read_number, read_count, read_capacity, read_duration, read_distance, read_frequency):
        reader(text)


@pytest.mark.parametrize(
    ("written", "value", "period"),
    [
        ("每天90份", 90, "日"),
        ("每周12人次", 12, "周"),
        ("每期25人", 25, "场"),
        ("每次约30人", 30, "场"),
        ("60人次/月", 60, "月"),
        ("120份", 120, None),
        ("40", 40, None),
    ],
)
def test_a_capacity_may_name_its_period(written: str, value: float, period: str | None) -> None:
    assert read_capacity(written).value == value
    assert period_within(written) == period


@pytest.mark.parametrize(("written", "seconds"), [("123秒", 123), ("2分3秒", 123), ("00:02:03", 123), ("1小时", 3600)])
def test_time_taken_is_in_seconds(written: str, seconds: float) -> None:
    assert read_duration(written).value == seconds


@pytest.mark.parametrize(("written", "metres"), [("500", 500), ("500米", 500), ("1.5公里", 1500), ("1km", 1000)])
def test_a_distance_is_in_metres(written: str, metres: float) -> None:
    assert read_distance(written).value == metres


@pytest.mark.parametrize(
    ("written", "times"), [("22", 22), ("每周2次", 26 / 3), ("每月1-2次", 1.5), ("2次/月", 2), ("每年1次", 1 / 12)]
)
def test_a_frequency_is_per_person_and_month(written: str, times: float) -> None:
    assert read_frequency(written).value == pytest.approx(times)


def test_a_frequency_on_demand_is_not_a_number() -> None:
    reading = read_frequency("按需")
    assert (reading.value, reading.code) == (None, "I116")


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("￥1,234.5", 1234.5),
        ("1234元/月", 1234),
        ("3千元", 3000),
        ("3.5w", 35_000),
        ("5k", 5000),
        ("2百", 200),
        ("1万2千", 12_000),
        ("3万5", 35_000),
        ("一万二千人", 12_000),
        ("三千五", 3500),
        ("二百五十", 250),
        ("廿五", 25),
        ("1个半小时", 1.5),
        ("100.", 100),
        ("1 234", 1234),
        ("共120人", 120),
    ],
)
def test_a_scale_is_never_lost(written: str, value: float) -> None:
    assert (read_number(written).value, read_number(written).code) == (value, "")


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("2000-3000", 2500),
        ("2~3万元", 25_000),
        ("5-8元", 6.5),
        ("两三次", 2.5),
        ("三四百人", 350),
        ("十几人", 10),
        ("二十多", 20),
        ("3万余元", 30_000),
        ("2000元以上", 2000),
        ("≥100", 100),
        ("100以内", 100),
        ("5元起", 5),
        ("100(约)", 100),
        ("大概100", 100),
        ("100？", 100),
    ],
)
def test_what_is_about_a_figure_is_flagged(written: str, value: float) -> None:
    reading = read_number(written)
    assert (reading.value, reading.note, reading.code) == (value, "approximate", "W113")


@pytest.mark.parametrize("written", ["几十", "几十人", "数百", "上百人", "若干名", "<5", "少于10人", "许多"])
def test_an_uncertain_many_is_masked(written: str) -> None:
    assert (read_number(written).value, read_number(written).code) == (None, "W111")


@pytest.mark.parametrize(
    "written",
    ["5%", "百分之五", "一半", "一般", "10月", "3号", "3号楼", "2026年", "1,2", "12,34", "1.2.3", "65/66", "5 0",
     "50+30",
     "12户30人", "3*5", "3x5", "2026-10-05", "0571-88888888", "3-201", "10:30", "(5)", "1e5", "2亩", "5公里", "1/2",
     "5十"],
)  # fmt: skip
def test_what_is_no_one_figure_is_refused_and_not_half_read(written: str) -> None:
    reading = read_number(written)
    assert (reading.value, reading.note) == (None, "refused")


@pytest.mark.parametrize(("written", "value"), [("100人(其中女60人)", 100), ("25℃", 25), ("12a", 12)])
def test_words_after_a_figure_that_say_nothing_known_are_said(written: str, value: float) -> None:
    assert (read_number(written).value, read_number(written).code) == (value, "W117")


@given(st.integers(1, 99_999))
def test_a_numeral_in_characters_is_the_number_it_is(number: int) -> None:
    assert chinese_number(in_characters(number)) == number
    assert read_number(f"{in_characters(number)}元").value == number


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=0, max_value=1e9))
def test_a_number_printed_and_read_again_is_the_same(number: float) -> None:
    assert read_number(f"{number:.2f}").value == float(f"{number:.2f}")


@pytest.mark.parametrize(
    ("written", "times"),
    [
        ("一周三次", 13),
        ("每两周一次", 13 / 6),
        ("隔天一次", 15),
        ("一天两次", 60),
        ("3个月一次", 1 / 3),
        ("每月两三次", 2.5),
        ("每月不超过4次", 4),
        ("每周一、三、五", 13),
        ("每旬一次", 3),
        ("1次/2月", 0.5),
        ("每日三餐", 90),
    ],
)
def test_a_frequency_says_how_often_in_how_long(written: str, times: float) -> None:
    assert read_frequency(written).value == pytest.approx(times)


@pytest.mark.parametrize("written", ["每月1日", "每次2小时", "不定期", "周一至周五", "每周一至五"])
def test_a_time_that_is_no_frequency_is_left_open(written: str) -> None:
    assert (read_frequency(written).value, read_frequency(written).code) == (None, "I116")


@pytest.mark.parametrize(("written", "seconds"), [("1.5小时", 5400), ("半小时", 1800), ("10分半", 630)])
def test_a_duration_keeps_its_unit(written: str, seconds: float) -> None:
    assert read_duration(written).value == seconds


@pytest.mark.parametrize("written", ["25:61", "2天", "3次"])
def test_what_is_no_duration_is_refused(written: str) -> None:
    assert read_duration(written).note == "refused"


@pytest.mark.parametrize(("written", "metres"), [("3里", 1500), ("1公里多", 1000), ("五百米", 500), ("500-800米", 650)])
def test_a_distance_in_other_units_is_in_metres(written: str, metres: float) -> None:
    assert read_distance(written).value == metres


@pytest.mark.parametrize("written", ["10分钟", "步行10分钟", "2站", "近"])
def test_a_time_is_no_distance(written: str) -> None:
    assert read_distance(written).note == "refused"


@pytest.mark.parametrize(("written", "area"), [("120㎡", 120), ("120平", 120), ("3亩", 2000), ("0.5公顷", 5000)])
def test_an_area_is_in_square_metres(written: str, area: float) -> None:
    assert read_area(written).value == pytest.approx(area)


def in_characters(number: int) -> str:
    """Return a number as it is said in full: 一万零五十."""
    digits = "零一二三四五六七八九"
    if number >= 10_000:
        rest = number % 10_000
        return (
            in_characters(number // 10_000)
            + "万"
            + (("零" if rest < 1000 else "") + in_characters(rest) if rest else "")
        )
    said, zero = "", False
    for scale, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // scale % 10
        if digit:
            said += ("零" if zero and said else "") + digits[digit] + unit
        zero = not digit
    return said
