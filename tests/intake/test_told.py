"""What the office told in ``mapping.toml`` holds where a sheet is silent; names stand apart from codes."""

from __future__ import annotations

from helpers.grids import sheet, take, told

PLACES = """
社区     | 网格    | 户数 | 经度   | 纬度
和平社区 | 1号网格 | 300  | 120.15 | 30.28
"""
SITES = """
服务点编码 | 服务点名称 | 所在社区 | 级别
S01        | 和平食堂   | 和平社区 | 社区
"""


def test_the_coordinate_system_told_holds_for_sheets_that_name_none() -> None:
    assert take(sheet(PLACES), mapping='crs = "GCJ-02"').tables["places"]["crs"].tolist() == ["GCJ-02"]
    assert take(sheet(PLACES)).tables["places"]["crs"].tolist() == [None]


def test_a_sheet_that_names_its_coordinate_system_keeps_it() -> None:
    named = PLACES.replace("纬度", "纬度 | 坐标系").replace("30.28", "30.28 | WGS-84")
    assert take(sheet(named), mapping='crs = "GCJ-02"').tables["places"]["crs"].tolist() == ["WGS-84"]


def test_a_site_has_its_code_and_its_name() -> None:
    sites = take(sheet(SITES)).tables["sites"]
    assert sites[["site", "name"]].values.tolist() == [["S01", "和平食堂"]]


def test_a_site_without_a_code_goes_by_its_name() -> None:
    sites = take(sheet("服务点名称 | 所在社区 | 级别\n和平食堂 | 和平社区 | 社区")).tables["sites"]
    assert sites[["site", "name"]].values.tolist() == [["和平食堂", "和平食堂"]]


def test_an_error_value_of_a_sheet_is_said_and_unknown() -> None:
    found = take(
        sheet(
            "社区 | 性别 | 年龄 | 您需要哪些服务（多选）\n和平社区 | 男 | #公式未计算 | 助餐\n和平社区 | 女 | 70 | 助浴"
        )
    )
    assert told(found, "E110") == [("C2", "#公式未计算")]
    assert found.tables["survey"]["age_low"].isna().tolist() == [True, False]
