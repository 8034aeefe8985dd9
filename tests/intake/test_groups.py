"""Special groups: from labels, from yes/no columns, from questions with a column per group."""

from __future__ import annotations

import pytest

from helpers.grids import CODEBOOK, everything, sheet, survey, take, told
from needs_analytics.intake.group_columns import read_flag
from needs_analytics.intake.groups import group_words, read_groups

WORDS = group_words(CODEBOOK)


@pytest.mark.parametrize(
    ("written", "groups"),
    [
        ("独居老人", "alone_elder"),
        ("独居", "alone_elder"),
        ("低保、残疾人", "dibao;disabled"),
        ("低保户 残疾", "dibao;disabled"),
        ("无", ""),
        ("以上都不是", ""),
        ("非低保", ""),
        ("无残疾，低保户", "dibao"),
        ("低保：否；残疾：是", "disabled"),
        ("□低保 ☑残疾", "disabled"),
        ("已退出低保", ""),
        ("未失业", ""),
        ("无业", "jobless"),
        ("不能自理", "disabled_elder"),
        ("以上都没有", ""),
        ("与残疾人同住", ""),
        ("一个人住", "alone_elder"),
    ],
)
def test_labels_become_codes(written: str, groups: str) -> None:
    assert read_groups(written, WORDS).value == groups


def test_a_label_that_is_not_known_is_said_and_the_others_stay() -> None:
    reading = read_groups("独居老人、养蜂大户", WORDS)
    assert (reading.value, reading.code) == ("alone_elder", "W141")


def test_a_yes_no_column_of_one_group() -> None:
    assert read_flag("√", "dibao", WORDS).value == "dibao"
    assert read_flag("否", "dibao", WORDS).value == ""
    assert read_flag("", "dibao", WORDS).value is None
    assert read_flag("城市低保", "dibao", WORDS).value == "dibao"


def test_a_number_export_asks_for_groups_in_a_column_each() -> None:
    answers = survey("""
        序号|提交答卷时间|第4题(独居老人)|第4题(残疾人)|第4题(退役军人)|第4题(以上都不是)|第6题(助餐)|第6题(助浴)
        1|2026/10/5 10:00:00|1|0|0|0|1|0
        2|2026/10/5 11:00:00|0|0|1|0|0|1
        3|2026/10/5 12:00:00|0|0|0|1|0|0
    """)
    assert answers["groups"].tolist() == ["alone_elder", "veteran", ""]
    assert [column for column in answers if column.startswith("need:")] == ["need:ELD01", "need:ELD02"]


def test_a_merged_question_about_groups_is_told_by_all_its_columns() -> None:
    answers = survey(
        """
        姓名|性别|社区|您属于哪类人|||助餐|助浴
        ||| 独居老人|残疾人|低保||
        王秀英|女|和平社区||√|√|√|
        赵建国|男|和平社区|√||||√
        """,
        merged=("D1:F1",),
    )
    assert answers["groups"].tolist() == ["disabled;dibao", "alone_elder"]


def test_a_column_of_names_taken_for_something_else_is_never_printed() -> None:
    grid = """
        社区|性别|年龄|家庭人口数|您需要哪些服务
        和平社区|女|70|王秀英|助餐
        和平社区|男|71|赵建国|助浴
        和平社区|女|72|李桂芳|助餐
    """
    found = take(sheet(grid))
    assert told(found, "E112") == [("D2", "＊")]
    assert found.ledger.loc[found.ledger["code"] == "E112", "cell"].tolist() == ["D2", "D3", "D4"]
    assert not any(name in everything(found) for name in ("王秀英", "赵建国", "李桂芳"))


def test_a_status_tells_a_group_only_by_a_value_that_means_it() -> None:
    answers = survey("""
        姓名|年龄|社区|政治面貌|就业状况|户籍类型|健康状况|职业|自理能力|您需要哪些服务
        王秀英|50|和平社区|群众|在职|本地|良好|教师|完全自理|助餐、助浴
        赵建国|51|和平社区|中共党员|失业|外地户籍|高血压|外卖骑手|不能自理|助餐
    """)
    assert answers["groups"].tolist() == [
        "worker", "disabled_elder;chronic;jobless;new_worker;migrant;party_member"
    ]  # fmt: skip


def test_what_somebody_is_like_is_asked_in_a_column_each() -> None:
    text = """
        姓名|社区|您是不是下面这些情况?||||您需要哪些服务
        ||一个人住|有残疾证|吃低保|养花|
        王|和平社区|一个人住||||助餐
        李|和平社区||有残疾证|吃低保||助浴、助餐
    """
    found = survey(text, merged=["A1:A2", "B1:B2", "C1:F1", "G1:G2"])
    assert [{"alone_elder", "disabled", "dibao"} & set(groups.split(";")) for groups in found["groups"]] == [
        {"alone_elder"},
        {"disabled", "dibao"},
    ]
