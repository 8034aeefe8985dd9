"""What is not kept is said by its cell, and what is masked is known again when the office answers."""

from __future__ import annotations

import pytest

from helpers.grids import cells, everything, take
from needs_analytics.core.mapping import SheetRule
from needs_analytics.intake.masking import DROPPED

HEADER = ["性别", "年龄", "社区", "您需要哪些服务", "意见建议"]


def test_a_sentence_that_is_not_kept_is_said_by_its_cell_and_not_by_its_words() -> None:
    told = ["希望晚上也开", "和王建国住一起", "路灯不亮", "李秀英说太贵"]
    found = take(cells([HEADER, *(["女", 70.0, "和平社区", "助餐", text] for text in told)]))
    assert [issue.cells for issue in found.issues if issue.code == "W013"] == [("E3", "E5")]
    assert found.tables["survey"]["text"].tolist() == ["希望晚上也开", DROPPED, "路灯不亮", DROPPED]
    assert "王建国" not in everything(found)


def test_a_request_counts_for_its_need_also_when_its_words_are_not_kept() -> None:
    header = ["工单编号", "受理日期", "社区", "诉求内容", "办理状态"]
    rows = [["GD1", "2026-10-08", "和平社区", "王建国家老人没饭吃，想要助餐", "已办结"]]
    requests = take(cells([header, *rows])).tables["requests"]
    assert requests["text"].tolist() == [DROPPED]
    assert requests["need"].notna().all()


@pytest.mark.parametrize(
    ("name", "pattern", "fits"),
    [
        ("张三低保申请.xlsx", "＊低保申请.xlsx", True),
        ("张三低保申请13812345678.xlsx", "＊低保申请＊.xlsx", True),
        ("李秀英.xlsx", "＊.xlsx(2)", True),
        ("和平社区低保申请.xlsx", "低保＊.xlsx", False),
        ("需求调查.xlsx", "＊低保申请.xlsx", False),
    ],
)
def test_a_line_of_mapping_may_name_a_file_as_the_check_shows_it(name: str, pattern: str, fits: bool) -> None:
    assert SheetRule(file=pattern).applies(name, "表1") is fits
