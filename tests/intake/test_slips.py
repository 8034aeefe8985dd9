"""Slips of the hand are told by their cell and never guessed away: phones, letters in numbers, 无 beside a need."""

from __future__ import annotations

import pytest

from helpers.grids import codes, sheet, take, told
from needs_analytics.intake.phones import is_damaged

VISITS = """
    姓名|联系电话|社区|性别|年龄|家庭人口|您需要哪些服务（多选）
    王秀英|'{phone}|和平社区|女|{age}|{size}|{first}
    赵建国|'13800001234|和平社区|男|66|2|助餐、助浴
    李建国|'13900001235|和平社区|男|67|3|暂无需求"""
TICKS = """
    走访表 | | | | |
    社区 | 性别 | 需求（打√） | | |
     | | 助餐 | 助浴 | 助医 | 暂无需求
    和平社区 | 女 | √ | | | √
    和平社区 | 男 | | √ | √ |
    和平社区 | 男 | | | | √
    和平社区 | 女 | √ | √ | | √"""


def visits(phone: str = "13700001233", age: str = "70", size: str = "3", first: str = "助餐") -> object:
    return take(sheet(VISITS.format(phone=phone, age=age, size=size, first=first)))


def test_a_phone_with_a_missing_digit_is_told_by_its_cell_and_not_shown() -> None:
    found = visits(phone="1380000123")
    assert told(found, "W155") == [("B2", "")]
    assert not [issue for issue in found.issues if "1380000123" in str(issue)]


@pytest.mark.parametrize(
    "written",
    ["1380000123", "138000012345", "0571-888", "1234567", "2345678901", "138-234-5678", "1380000123微信同号",
     "13812345678 1380000123"],
)  # fmt: skip
def test_too_few_or_too_many_digits_are_no_phone(written: str) -> None:
    assert is_damaged(written)


@pytest.mark.parametrize(
    "written",
    ["13800001234", "138 0000 1234", "0571-88886666转8001", "138****1234", "138xxxx1234", "没有", "", "12345", "668899",
     "13800001234（儿子）", "13800001234 13900001234", "0571-88886666 13812345678", "88886666 88887777",
     "88886666、13812345678", "400-800-8888", "8008108888", "+852 9123 4567", "00853 6612 3456", "+886 912 345 678",
     "+86 10 8888 6666", "0086-571-88886666", "+86 (0)571 8888 6666", "0571 88886666 转 801", "2234567",
     "微信zw1234567", "QQ：12345678", "12345678@qq.com"],
)  # fmt: skip
def test_a_phone_or_none_or_a_masked_one_is_no_damaged_phone(written: str) -> None:
    assert not is_damaged(written)


@pytest.mark.parametrize(("written", "meant"), [("3O", "30"), ("l2", "12"), ("2I人", "21")])
def test_letters_in_a_number_are_refused_with_what_was_likely_meant(written: str, meant: str) -> None:
    found = visits(size=written)
    assert told(found, "E113") == [("F2", written)]
    assert [issue.details["limits"] for issue in found.issues if issue.code == "E113"] == [meant]
    assert found.tables["survey"]["household_size"].isna().tolist() == [True, False, False]


def test_letters_in_an_age_are_told_the_same_way() -> None:
    assert told(visits(age="7O"), "E113") == [("E2", "7O")]


def test_an_interval_of_a_menu_with_letters_is_not_passed_over() -> None:
    menu = sheet("服务名称|对应需求|人均月使用次数\n助餐|社区食堂（老年助餐）|2O\n助浴|助浴服务|4")
    assert told(take(menu), "E113") == [("C2", "2O")]


def test_no_need_beside_a_need_is_told_by_its_cell_and_the_need_counts() -> None:
    found = visits(first="助餐、暂无需求")
    assert told(found, "W235") == [("G2", "暂无需求")]
    assert [name for name in found.tables["survey"].columns if name.startswith("need:")]
    assert found.tables["survey"]["needs"].tolist()[0] != ""


def test_no_need_ticked_beside_a_need_is_told_by_the_cells_of_its_column() -> None:
    found = take(sheet(TICKS, merged=["A2:A3", "B2:B3", "C2:F2"]))
    (issue,) = [issue for issue in found.issues if issue.code == "W235"]
    assert (issue.cells, issue.value, issue.details["others"]) == (("F4", "F7"), "暂无需求", "助餐、助浴")
    assert found.tables["survey"]["needs"].str.len().gt(0).tolist() == [True, True, False, True]


def test_what_is_chosen_alone_contradicts_nothing() -> None:
    assert not {"W155", "E113", "W235"} & codes(visits())
