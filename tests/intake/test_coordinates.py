"""Coordinates: degrees in every usual form, never metres, never the wrong way round without a word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.grids import codes, sheet, take, told
from needs_analytics.intake.coordinate_cells import read_coordinate


@pytest.mark.parametrize(
    "written",
    [120.1625, "120.1625", "E120.1625°", "120.1625度", "120°9′45″", "120°9'45\"E", "东经120度9分45秒", "120°9.75′"],
)
def test_degrees_are_read_in_every_usual_form(written: object) -> None:
    assert read_coordinate(written).value == pytest.approx(120.1625)


@pytest.mark.parametrize("written", [40512345.67, "3350000", "120.1.2", "120.15,30.27", "120°75′", "学校旁边"])
def test_what_is_no_degree_is_refused(written: object) -> None:
    assert read_coordinate(written).note == "refused"


@given(st.floats(-180, 180))
def test_a_degree_printed_and_read_again_is_the_same(degree: float) -> None:
    assert read_coordinate(f"{degree:.6f}").value == pytest.approx(degree, abs=1e-6)


@given(st.text(max_size=20))
def test_no_text_breaks_the_reader(text: str) -> None:
    read_coordinate(text)


def test_columns_the_wrong_way_round_are_turned_and_said() -> None:
    sites = sheet("服务点|社区|经度|纬度|坐标系\n食堂|甲社区|30.27|120.15|WGS-84\n书屋|乙社区|30.28|120.16|WGS-84")
    found = take(sites)
    assert found.tables["sites"][["lon", "lat"]].to_numpy().tolist() == [[120.15, 30.27], [120.16, 30.28]]
    assert told(found, "W138") == [("C1", "30.27，120.15")]


def test_one_pair_the_wrong_way_round_among_good_ones_is_turned_and_said() -> None:
    sites = "食堂|甲社区|120.15|30.27\n书屋|乙社区|30.28|120.16\n车站|乙社区|120.17|30.29"
    found = take(sheet("服务点|社区|经度|纬度\n" + sites))
    assert found.tables["sites"][["lon", "lat"]].to_numpy().tolist()[1] == [120.16, 30.28]
    assert told(found, "W138") == [("C3", "30.28，120.16")]


def test_columns_the_right_way_round_are_left() -> None:
    assert "W138" not in codes(take(sheet("服务点|社区|经度|纬度|坐标系\n食堂|甲社区|120.15|30.27|WGS-84")))
