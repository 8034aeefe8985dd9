"""Codes and letters that a sheet explains in words of its own: decoded where the words fit, else left and said."""

from __future__ import annotations

import pytest

from helpers.grids import cells, codes, sheet, survey, take

PHONE = """
    编号|社区|性别|年龄段|家庭类型|要不要送餐|要不要医生上门|要不要扫雪
    1|和平社区|2|2|1|1|2|1
    2|和平社区|1|1|2|2|9|2
    3|光明社区|2|2|1、2|1|1|9
    编码说明：
    性别：1=男 2=女
    年龄段：1=45-59岁 2=60-69岁 9=不肯说
    家庭类型（可多选）：1=独居 2=低保
    要不要××：1=需要 2=不需要 9=说不清
"""


def test_codes_are_decoded_by_the_notes_below_the_table() -> None:
    found = survey(PHONE)
    assert list(found["sex"]) == ["女", "男", "女"]
    assert list(found["age_low"]) == [60, 45, 60]
    told = [{"alone_elder", "dibao"} & set(groups.split(";")) for groups in found["groups"].fillna("")]
    assert told == [{"alone_elder"}, {"dibao"}, {"alone_elder", "dibao"}]
    assert list(found["need:ELD01"]) == [1, 0, 1]


def test_who_cannot_say_has_neither_said_yes_nor_no() -> None:
    assert list(survey(PHONE)["need:HEA03"].fillna(-1)) == [0, -1, 1]


def test_a_column_beside_those_understood_is_asked_about() -> None:
    found = take(sheet(PHONE))
    assert [issue.value for issue in found.issues if issue.code == "W210"] == ["扫雪"]


def test_codes_outside_the_legend_are_no_codes_of_it() -> None:
    found = survey("姓名|社区|性别|年龄|您需要哪些服务\n王|和平|女|5|助餐\n李|和平|男|70|助浴\n年龄：1=老 2=少")
    assert list(found["age"]) == [5, 70]


LONG = [
    "A.助餐，B.助浴，C.助医，D.日间照料，E.水电维修，F.助行，G.助洁，H.课后托管，I.唱K歌的地方，J.其他（写明）；都没有填“无”。",
    "注：A—助餐 B—助浴 C—助医 D—日间照料 E—水电维修 F—助行 G—助洁\nH—课后托管 I—唱K歌的地方 J—其他（写明）",
    "A助餐　B助浴　C助医　D日间照料　E水电维修　F助行　G助洁　H课后托管　I唱K歌的地方　J其他（写明）",
]


@pytest.mark.parametrize("note", LONG)
def test_a_long_list_of_letters_with_own_words_behind_the_last(note: str) -> None:
    answers = ["A、H", "ahJ（装电梯）", "Ａ，Ｂ", "无", "J 买药"]
    rows: list[list[object]] = [[note], ["姓名", "性别", "年龄", "社区", "需要的服务（填字母）"]]
    rows += [[f"王{place}", "女", 70 + place, "和平社区", cell] for place, cell in enumerate(answers)]
    found = take(cells(rows))
    asked = found.questions.set_index("option")["times"]
    assert asked[["助餐", "课后托管", "助浴", "其他(写明)"]].to_dict() == {
        "助餐": 3, "课后托管": 2, "助浴": 1, "其他(写明)": 2,
    }  # fmt: skip
    assert list(found.tables["survey"]["need:ELD01"]) == [1, 1, 1, 0, 0]


@pytest.mark.parametrize(
    "tally", ["服务|画正|人数\n助餐|正正|10\n助浴|正|5", "Answer Choices|Responses|\n助餐|0.5|10\n助浴|0.3|6"]
)
def test_a_count_of_answers_is_neither_answers_nor_use(tally: str) -> None:
    found = take(sheet(f"10月院坝会||\n{tally}"))
    assert codes(found) == {"I204"}
    assert all(not len(table) for table in found.tables.values())
