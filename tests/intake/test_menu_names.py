"""What a menu and its sites leave open is said by its cell: names, rules, coordinates on another continent."""

from __future__ import annotations

from helpers.grids import codes, sheet, take_clean, told

MENU = """
服务编码|服务名称|对应需求|服务对象|服务方式
F1|老年食堂|助餐|60岁以上|到点
F2|上门助浴|上门助浴|60岁以上|上门
F3|法律咨询|法律咨询援助|居民|到点
"""


def test_a_service_without_a_name_is_said_by_its_cell() -> None:
    found = take_clean(sheet(MENU.replace("法律咨询|法", "|法"), name="服务菜单"))
    assert told(found, "W510") == [("B4", "F3")]
    assert list(found.menu["name"]) == ["老年食堂", "上门助浴", "F3"]


def test_two_services_of_one_name_are_said_once_with_both_cells() -> None:
    found = take_clean(sheet(MENU.replace("法律咨询|法", "上门助浴|法"), name="服务菜单"))
    issue = next(issue for issue in found.issues if issue.code == "W511")
    assert (issue.where.cell, issue.value, issue.details["others"]) == ("B3", "上门助浴", "B4")


def test_an_empty_rule_is_told_to_mean_everybody() -> None:
    found = take_clean(sheet(MENU.replace("|居民|", "||"), name="服务菜单"))
    assert told(found, "I512") == [("", "法律咨询")]


def test_a_menu_that_says_all_leaves_nothing_open() -> None:
    assert not codes(take_clean(sheet(MENU, name="服务菜单"))) & {"W510", "W511", "I512"}


SITES = """
服务点名称|社区|经度|纬度|服务半径
和平食堂|和平社区|117.18|36.70|500
柳巷食堂|柳巷社区|17.19|36.71|500
春晖食堂|春晖社区|117.17|36.69|500
望江食堂|望江社区|117.20|36.68|500
"""


def test_coordinates_on_another_continent_are_said_and_not_used() -> None:
    found = take_clean(sheet(SITES, name="服务点位"))
    assert told(found, "W139") == [("C3", "17.19，36.71")]
    sites = found.sites.set_index("name")
    assert sites["lon"].isna().sum() == 1
    assert sites.loc["柳巷食堂", ["lon", "lat"]].isna().all()


def test_two_places_do_not_tell_which_is_far_off() -> None:
    found = take_clean(sheet("\n".join(SITES.strip().splitlines()[:3]), name="服务点位"))
    assert told(found, "W139") == []
