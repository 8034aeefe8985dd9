"""Which rows are data: totals, notes, signatures and dividers are set aside, ditto marks repeat what is above."""

from __future__ import annotations

import pytest

from helpers.grids import sheet, survey, take

HEADER = "姓名|性别|年龄|社区|您需要哪些服务"
ROWS = "王秀英|女|70|和平社区|助餐\n赵建国|男|71|幸福社区|助浴"


@pytest.mark.parametrize(
    "last",
    [
        "合计||2||",
        "合计（填“是”的）||||2",
        "合计34户||||",
        "全镇合计||||2",
        "共126条||||",
        "本页小计||||2",
        "填表人：李主任||||",
        "村支书（签字）：　　包村干部（签字）：||||",
        "录入人：许工　复核：吴姐||||",
        "共走访2户，外出的没有问到。||||",
        "注：空着是没问到||||",
    ],
)
def test_totals_notes_and_signatures_are_no_residents(last: str) -> None:
    found = take(sheet(f"{HEADER}\n{ROWS}\n{last}"))
    assert len(found.tables["survey"]) == 2
    assert found.sheets["asides"].tolist() == [1]


def test_a_total_merged_over_its_rows_heads_them_all() -> None:
    register = """
        社区|网格|口径|0-59岁|60岁以上
        和平社区||户籍|500|100
        ||常住|400|90
        全镇合计||户籍|500|100
        ||常住|400|90
    """
    found = take(sheet(register, merged=("A2:A3", "A4:A5")))
    assert found.tables["register"]["persons"].sum() == 490


def test_a_total_over_the_whole_sub_district_is_no_community() -> None:
    register = """
        社区|性别|0-59岁|60岁以上
        全街道|男|900|300
        |女|900|300
        和平社区|男|900|300
        |女|900|300
    """
    found = take(sheet(register, merged=("A2:A3", "A4:A5")))
    assert found.tables["register"]["persons"].sum() == 2400
    assert set(found.tables["register"]["sex"]) == {"男", "女"}


def test_a_divider_heads_the_rows_below_it() -> None:
    visits = """
        和平社区走访表||||
        姓名|性别|年龄|需求登记|您需要哪些服务
        第一网格||||
        王秀英|女|70||助餐
        第二网格||||
        赵建国|男|71||助浴
    """
    grids = "社区|网格|户数\n和平社区|第1网格|3\n和平社区|第2网格|4"
    answers = take(sheet(visits), sheet(grids, file="网格.xlsx")).tables["survey"]
    assert answers["grid"].tolist() == ["第1网格", "第2网格"]
    assert answers["community"].tolist() == ["和平社区"] * 2


def test_a_heading_of_no_place_moves_nobody() -> None:
    answers = survey(f"{HEADER}\n一、老年人||||\n{ROWS}")
    assert answers["community"].tolist() == ["和平社区", "幸福社区"]


def test_one_comment_in_a_row_is_an_answer() -> None:
    answers = survey(f"{HEADER}|意见建议\n{ROWS}\n|||||希望食堂晚上也开，谢谢")
    assert len(answers) == 3


@pytest.mark.parametrize("mark", ["〃", "同上", "″"])
def test_a_ditto_mark_repeats_what_is_above(mark: str) -> None:
    found = take(
        sheet(f"姓名|日期|社区|您需要哪些服务\n王秀英|10月5日|和平社区|助餐、助浴\n赵建国|{mark}|{mark}|{mark}")
    )
    answers = found.tables["survey"]
    assert answers["date"].nunique() == 1
    assert answers["community"].tolist() == ["和平社区"] * 2
    assert answers["need:ELD01"].tolist() == [1, 1]
    assert (found.ledger["old"] == "〃").any()


def test_a_ditto_mark_in_the_first_row_is_nothing() -> None:
    assert survey("姓名|日期|社区|您需要哪些服务\n王秀英|〃|和平社区|助餐")["date"].isna().all()
