"""Numbers: a unit is no obstacle, an approximate figure is flagged, a mask is never 0."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from needs_analytics.intake.numbers import (
    period_within,
    read_capacity,
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
