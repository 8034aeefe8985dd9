"""Settings of a question dictionary: what is plain is read, anything else is said with what may stand there."""

from __future__ import annotations

import pytest

from helpers.grids import sheet, take, told

SURVEY = sheet("社区|性别|您需要哪些服务\n和平社区|女|助餐、助浴\n和平社区|男|助浴\n和平社区|男|助餐", file="表.xlsx")
RATED = sheet("社区|性别|助餐的需要程度\n和平社区|女|3\n和平社区|男|4\n和平社区|男|5\n和平社区|男|1", file="表.xlsx")
BOOK = """
    填报单位|题目编号|题目|题型|含义|计数单位|空白含义|阈值|选项|对应需求
    表||{wording}|{kind}|需要|{unit}|{blank}|{least}|助餐|助餐"""


def taken(kind: str = "多选", unit: str = "人", blank: str = "", least: str = "", rated: bool = False) -> object:
    wording = "助餐的需要程度" if rated else "您需要哪些服务"
    book = BOOK.format(wording=wording, kind=kind, unit=unit, blank=blank, least=least)
    return take(RATED if rated else SURVEY, sheet(book, file="字典.xlsx"))


@pytest.mark.parametrize(("unit", "read"), [("位", "人"), ("个人", "人"), ("按户", "户"), ("家庭", "户")])
def test_a_unit_that_is_plain_is_read(unit: str, read: str) -> None:
    found = taken(unit=unit)
    assert set(found.questions["unit"]) == {read}
    assert not told(found, "W236")


@pytest.mark.parametrize("kind", ["多选题（必答）", "多项选择题", "不定项", "【多选题】多选"])
def test_a_kind_that_is_plain_is_read(kind: str) -> None:
    found = taken(kind=kind)
    assert set(found.questions["kind"]) == {"多选"}
    assert not told(found, "W236")


def test_a_threshold_in_characters_is_read() -> None:
    found = taken(kind="量表题", least="四分以上", rated=True)
    assert found.tables["survey"]["need:ELD01"].tolist() == [0, 1, 1, 0]
    assert not told(found, "W236")


@pytest.mark.parametrize(
    ("setting", "value", "cell"),
    [("unit", "个", "F2"), ("kind", "随便", "D2"), ("least", "高一点", "H2"), ("blank", "再说", "G2")],
)
def test_a_setting_that_is_not_understood_is_said_with_its_cell_and_changes_nothing(
    setting: str, value: str, cell: str
) -> None:
    found, plain = taken(**{setting: value}), taken()
    assert told(found, "W236") == [(cell, value)]
    columns = ["kind", "unit", "blank", "need"]
    assert found.questions[columns].to_dict() == plain.questions[columns].to_dict()
    assert all(issue.details["choices"] for issue in found.issues if issue.code == "W236")
