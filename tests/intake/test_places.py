"""Places: one spelling per community and grid; a community may stand in a title, never in a guess."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.grids import codes, sheet, take, told
from needs_analytics.intake.place_names import bare_community, bare_grid, canonical_grid
from needs_analytics.intake.places import Change, place_book

BOOK = place_book(
    [("槐荫里社区", "第1网格"), ("槐荫里社区", "第2网格"), ("东风社区", "第1网格"), ("东风里社区", "")], {}
)
GRIDS = sheet(
    """
    社区|网格|户数
    槐荫里社区|第1网格|300
    槐荫里社区|第2网格|200
    东风社区|第1网格|100
    """,
    file="网格.xlsx",
)


@pytest.mark.parametrize("written", ["槐荫里", "槐荫里社区", "槐荫里居委会", "幸福街道槐荫里社区居委会", "槐荫里 社区"])
def test_a_community_is_one_however_it_is_written(written: str) -> None:
    assert BOOK.resolve(written).community == "槐荫里社区"


@pytest.mark.parametrize("written", ["第一网格", "1号网格", "01", "1", 1.0, "第1网格", "一格"])
def test_a_grid_is_its_number_in_its_community(written: object) -> None:
    assert BOOK.resolve("槐荫里", written).grid == "第1网格"


def test_both_may_stand_in_one_cell() -> None:
    place = BOOK.resolve("槐荫里社区第2网格")
    assert (place.community, place.grid) == ("槐荫里社区", "第2网格")


def test_one_name_may_begin_another() -> None:
    assert BOOK.resolve("东风里").community == "东风里社区"
    assert BOOK.resolve("东风").community == "东风社区"
    assert BOOK.named("东风里社区10月走访表") == ["东风里社区"]


def test_what_is_not_known_is_asked_with_the_nearest() -> None:
    place = BOOK.resolve("槐阴里社区")
    assert (place.community, place.code, place.near) == ("", "W301", "槐荫里社区")
    assert BOOK.resolve("槐荫里", "9").code == "W302"
    assert BOOK.resolve("", "第1网格").code == "W303"


def test_the_office_is_believed() -> None:
    book = place_book([("槐荫里社区", "")], {"老槐树": "槐荫里社区"})
    assert book.resolve("老槐树").community == "槐荫里社区"


@given(st.integers(1, 99))
def test_a_grid_number_is_read_in_every_style(number: int) -> None:
    styles = (f"第{number}网格", f"{number}号网格", f"{number:02d}", f"{number}组", f"第{number}村民小组")
    assert {bare_grid(style) for style in styles} == {str(number)}


def test_a_grid_may_have_a_name_beside_its_number() -> None:
    assert bare_grid("北四条第二格") == bare_grid("北四条2格") == "北四条2"
    assert bare_grid("阳光里网格") == "阳光里"


def test_a_residents_group_is_printed_as_one() -> None:
    assert canonical_grid("第一村民小组") == "第1组"
    assert canonical_grid("1号网格") == "第1网格"


@given(st.text(max_size=15))
def test_no_text_breaks_the_resolver(text: str) -> None:
    bare_community(text)
    BOOK.resolve(text, text)
    BOOK.named(text)


def test_a_title_gives_the_community_where_no_column_does() -> None:
    visits = """
        幸福街道槐荫里社区10月走访表||
        姓名|性别|您需要哪些服务
        王秀英|女|助餐
        赵建国|男|助浴
    """
    found = take(GRIDS, sheet(visits))
    assert found.tables["survey"]["community"].tolist() == ["槐荫里社区"] * 2
    assert told(found, "I304") == [("3", "槐荫里社区")]


def test_a_sheets_name_gives_the_community_where_no_title_does() -> None:
    found = take(GRIDS, sheet("姓名|性别|您需要哪些服务\n王秀英|女|助餐", name="东风"))
    assert found.tables["survey"]["community"].tolist() == ["东风社区"]


def test_a_title_that_names_two_communities_gives_none() -> None:
    visits = """
        槐荫里、东风两个社区走访表||
        姓名|性别|您需要哪些服务
        王秀英|女|助餐
    """
    found = take(GRIDS, sheet(visits))
    assert found.tables["survey"]["community"].tolist() == [None]
    assert "I304" not in codes(found)


def test_a_street_of_the_same_name_is_no_community() -> None:
    found = take(GRIDS, sheet("东风街道10月走访表||\n姓名|性别|您需要哪些服务\n王秀英|女|助餐"))
    assert found.tables["survey"]["community"].tolist() == [None]


def test_a_community_that_is_asked_for_is_asked_once() -> None:
    visits = """
        社区|网格|性别|您需要哪些服务
        槐阴里|第1网格|女|助餐
        槐阴里|第2网格|男|助浴
    """
    assert told(take(GRIDS, sheet(visits)), "W301") == [("2", "槐阴里")]
