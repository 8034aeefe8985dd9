"""Two columns under one header: where they differ, it is said which counts."""

from __future__ import annotations

from helpers.grids import codes, sheet, take, told


def test_a_second_column_of_a_field_that_differs_is_said_with_both_columns() -> None:
    found = take(
        sheet("姓名|社区|年龄|您需要哪些服务|年龄\n王秀英|和平社区|70|助餐、助浴|71\n赵建国|和平社区|66|助浴、助餐|66")
    )
    (issue,) = [issue for issue in found.issues if issue.code == "W216"]
    assert (issue.where.cell if issue.where else "", issue.value) == ("E2", "年龄")
    assert (issue.details["kept"], issue.details["other"], issue.details["count"]) == ("C", "E", 1)
    assert found.tables["survey"]["age"].tolist() == [70, 66]


def test_a_second_column_that_says_the_same_is_nothing_to_say() -> None:
    found = take(
        sheet("姓名|社区|年龄|您需要哪些服务|年龄\n王秀英|和平社区|70|助餐、助浴|70\n赵建国|和平社区|66|助浴、助餐|66")
    )
    assert not {"W216", "W217"} & codes(found)


def test_two_questions_of_one_wording_that_differ_are_said() -> None:
    found = take(sheet("姓名|社区|助餐|助浴|助餐\n王秀英|和平社区|是|否|否\n赵建国|和平社区|否|否|否"))
    assert told(found, "W217") == [("E2", "助餐")]
    assert found.tables["survey"]["need:ELD01"].tolist() == [1, 0]
