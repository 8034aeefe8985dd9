"""Places: one spelling per community and grid; a community may stand in a title, never in a guess."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.grids import codes, sheet, take, take_clean, told
from needs_analytics.core.messages import issue_remedy
from needs_analytics.intake.place_names import bare_community, bare_grid, canonical_grid
from needs_analytics.intake.places import Change, place_book

if TYPE_CHECKING:
    from random import Random

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
    assert told(take(GRIDS, sheet(visits)), "W301") == [("A2", "槐阴里")]


CHANGES = sheet(
    """
    网格调整情况|||
    社区|原网格|现网格|调整日期
    东风社区|第二网格|第一网格|2026-09-01
    东风社区|3号网格|第二网格|2026-08-01
    东风社区|第7网格|第一网格|2026-12-01
    """,
    file="调整.xlsx",
)
VISITS = """
    社区|网格|性别|您需要哪些服务
    东风|2号网格|女|助餐
    东风|第3网格|男|助浴
    东风|第3网格|女|助餐
    东风|7|女|助餐
    """


def test_a_merged_grid_is_what_it_became_said_once() -> None:
    found = take(GRIDS, CHANGES, sheet(VISITS))
    assert found.tables["survey"]["grid"].tolist() == ["第1网格", "第1网格", "第1网格", None]
    assert told(found, "I305") == [("B2", "东风社区/第二网格"), ("B3", "东风社区/3号网格")]
    assert [issue.details["count"] for issue in found.issues if issue.code == "I305"] == [1, 2]
    assert [value for _, value in told(found, "W302")] == ["东风/7"]


def test_the_rows_of_a_table_of_changes_are_kept() -> None:
    counts = take_clean(GRIDS, CHANGES, sheet(VISITS)).counts.set_index("file")
    assert counts.loc["调整.xlsx", ["rows_in", "kept"]].tolist() == [3, 3]


def test_the_office_may_tell_a_change() -> None:
    changed = '[[place_change]]\nfrom = "东风社区/3"\nto = "槐荫里社区/2"\nsince = "2026-09"'
    found = take(GRIDS, sheet(VISITS), mapping=changed).tables["survey"]
    assert found[["community", "grid"]].iloc[1].tolist() == ["槐荫里社区", "第2网格"]


def test_a_renamed_community_is_what_it_is_called_now() -> None:
    changed = '[[place_change]]\nfrom = "红星村"\nto = "东风社区"'
    book = take(GRIDS, sheet("社区|网格|性别|您需要哪些服务\n红星村|1|女|助餐"), mapping=changed).tables["survey"]
    assert book[["community", "grid"]].iloc[0].tolist() == ["东风社区", "第1网格"]


def test_a_list_that_still_has_a_merged_grid_keeps_its_people() -> None:
    changes = sheet("社区|原网格|现网格|调整日期\n槐荫里社区|第2网格|第1网格|2026-09-01", file="调整.xlsx")
    found = take(GRIDS, changes)
    assert found.tables["places"]["households"].sum() == 600
    assert found.tables["places"]["grid"].tolist() == ["第1网格", "第2网格", "第1网格"]
    assert told(found, "W306") == [("B3", "槐荫里社区/第2网格")]


def test_a_change_that_does_not_tell_what_became_what_is_said() -> None:
    changes = sheet("社区|原网格|现网格|调整日期\n槐荫里社区|第2网格||2026-09-01", file="调整.xlsx")
    assert told(take(GRIDS, changes), "W307") == [("C2", "")]


def test_changes_in_a_circle_change_nothing() -> None:
    pairs = [("东风社区", "1"), ("东风社区", "2")]
    circle = [Change(("东风社区", "1"), ("东风社区", "2")), Change(("东风社区", "2"), ("东风社区", "1"))]
    assert place_book(pairs, {}, changes=circle).resolve("东风", "1").grid == "1"


KINDS = place_book([("大王屯", ""), ("大王村", ""), ("柳塘居", "第一网格"), ("和平社区（原红星村）", "")], {})


@pytest.mark.parametrize(
    ("written", "community"),
    [
        ("大王村村委会", "大王村"),
        ("大王屯", "大王屯"),
        ("柳塘", "柳塘居"),
        ("柳塘居委", "柳塘居"),
        ("柳塘居民委员会", "柳塘居"),
        ("柳塘镇柳塘居", "柳塘居"),
        ("红星村", "和平社区(原红星村)"),
        ("原红星村", "和平社区(原红星村)"),
        ("和平社区", "和平社区(原红星村)"),
        ("和平（新区）", "和平社区(原红星村)"),
        ("幸福街道办事处 柳塘居", "柳塘居"),
    ],
)
def test_a_kind_tells_places_apart_and_is_else_no_matter(written: str, community: str) -> None:
    assert KINDS.resolve(written).community == community


def test_a_name_of_two_kinds_is_asked_for() -> None:
    place = KINDS.resolve("大王")
    assert (place.community, place.code, place.near) == ("", "W303", "大王屯、大王村")


@pytest.mark.parametrize(
    ("written", "bare"),
    [
        ("网格01", "1"),
        ("Ⅰ网格", "1"),
        ("Ⅳ网格", "4"),
        ("一网格", "1"),
        ("第 十二 网格", "12"),
        ("１号网格", "1"),
        ("01#", "1"),
        ("330102001-03", "3"),
        ("第3网格第2微网格", "3"),
        ("2网格5号楼", "2"),
        ("东片网格", "东"),
        ("东片", "东"),
        ("A网格", "a"),
        ("5屯组", "5"),
        ("第1网格（阳光里）", "1"),
    ],
)
def test_a_grid_in_every_style(written: str, bare: str) -> None:
    assert bare_grid(written) == bare


@pytest.mark.parametrize("written", ["126号院", "3-2-501", "5号楼"])
def test_an_address_is_no_grid(written: str) -> None:
    assert not bare_grid(written).isdigit()


NAMES = st.lists(
    st.tuples(
        st.sampled_from(["槐荫里", "东风", "东风里", "柳塘", "新安", "古镇", "江南水乡"]),
        st.sampled_from(["社区", "村", "居", "屯", ""]),
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda pair: pair[0],
).map(lambda pairs: [bare + kind for bare, kind in pairs])
STREETS = st.sampled_from(["幸福街道", "柳塘镇", "石桥乡", "云山市幸福街道办事处"])


@given(NAMES)
def test_a_listed_name_is_itself_and_resolving_again_changes_nothing(names: list[str]) -> None:
    book = place_book([(name, "") for name in names], {})
    for name in names:
        once = book.resolve(name).community
        assert once == name
        assert book.resolve(once).community == once


@given(NAMES, STREETS)
def test_the_street_never_changes_the_place(names: list[str], street: str) -> None:
    book = place_book([(name, "") for name in names], {})
    for name in names:
        assert book.resolve(street + name).community == name


@given(
    NAMES,
    st.randoms(use_true_random=False),
    st.sampled_from(["东风", "东风里社区", "柳塘居委会", "新安村", "江南水乡"]),
)
def test_the_order_of_the_places_does_not_matter(names: list[str], random: Random, asked: str) -> None:
    shuffled = random.sample(names, len(names))
    one, other = (place_book([(name, "3") for name in order], {}) for order in (names, shuffled))
    assert one.resolve(asked, "三") == other.resolve(asked, "三")


def test_sheets_named_like_the_one_called_after_its_community_tell_theirs() -> None:
    text = "姓名|网格|性别|您需要哪些服务\n王{0}|1网格|女|助餐、助浴\n李{0}|2网格|男|助餐"
    names = ("东风渠社区", "石门坎", "录入说明")
    found = take(*[sheet(text.format(name[:1]), name=name) for name in names])
    assert list(found.tables["survey"]["community"].fillna("")) == ["东风渠社区"] * 2 + ["石门坎"] * 2 + [""] * 2
    assert "I304" in codes(found)


def test_a_numbered_grid_tells_no_community_without_a_list_of_places() -> None:
    text = "{}姓名|网格|性别|您需要哪些服务\n王{}|7网格|女|助餐、助浴\n李{}|7网格|男|助餐"
    title = "单位：油坊街社区居委会（盖章）   2026年10月|||\n"
    found = take(sheet(text.format(title, "芳", "强")), sheet(text.format("", "秀", "刚"), file="另.xlsx"))
    told = found.tables["survey"].fillna({"community": ""}).groupby("file")["community"].agg(list).to_dict()
    assert told.pop("另.xlsx") == [""] * 2
    assert list(told.values()) == [["油坊街社区"] * 2]
    assert "W318" in codes(found)


def test_a_community_written_with_its_grid_is_no_community_of_its_own() -> None:
    found = take(sheet("姓名|社区|性别|您需要哪些服务\n王|北码头3网格|女|助餐\n李|北码头社区|男|助浴、助餐"))
    assert list(found.tables["survey"]["community"]) == ["北码头社区"] * 2


@pytest.mark.parametrize("written", ["其他村", "其他社区", "不在本街道居住", "外地"])
def test_elsewhere_is_no_place_of_the_street_and_is_said(written: str) -> None:
    text = f"社区|年龄|您需要哪些服务\n和平社区|70|助餐、助浴\n{written}|66|助餐"
    found = take(sheet(text))
    assert found.tables["survey"]["community"].fillna("").tolist() == ["和平社区", ""]
    assert told(found, "W301") == [("A3", written)]


def test_a_table_below_a_sheet_told_to_be_a_survey_is_no_answer() -> None:
    text = """
        姓名|年龄|组别|您需要哪些服务
        王秀英|70|一组|助餐、助浴
        赵建国|66|二组|助餐


        组别|户数|人数|有需求人数
        一组|9|23|18
        二组|7|25|22
    """
    mapping = '[[sheet]]\nfile = "*"\ntable = "survey"\n[sheet.constants]\ncommunity = "下河沿村"\n'
    cleaned = take_clean(sheet(text), mapping=mapping)
    assert cleaned.survey["row"].tolist() == [2, 3]
    assert "E401" not in codes(cleaned)
    assert cleaned.counts["rows_in"].tolist() == [4]


def test_a_survey_without_any_community_is_said_once_with_the_line_that_tells_it():
    survey = "网格|年龄|需要哪些服务（多选）\n1|70|助餐;助浴\n2|30|助餐"
    register = "社区|年龄段|性别|人数\n和平社区|60岁以上|男|90\n光明社区|60岁以上|男|80"
    found = take(sheet(survey, file="和平社区问卷.xlsx"), sheet(register, file="底册.xlsx"))
    (said,) = [issue for issue in found.issues if issue.code in {"W303", "W317", "W318"}]
    assert (said.code, said.details["near"], said.details["count"]) == ("W318", "和平社区", 2)
    assert 'community = "和平社区"' in issue_remedy(said, "zh")


@pytest.mark.parametrize(
    ("one", "other", "community"),
    [
        ("新桥 南", "新桥南社区", "新桥南社区"),
        ("和平居委会", "和平社区", "和平社区"),
        ("下坝", "下坝村委会", "下坝村委会"),
        ("望江村", "望江村民委员会", "望江村"),
    ],
)
@pytest.mark.parametrize("files", [("甲.xlsx", "乙.xlsx"), ("乙.xlsx", "甲.xlsx")])
def test_of_several_spellings_the_name_of_the_place_counts_whichever_file_comes_first(
    one: str, other: str, community: str, files: tuple[str, str]
) -> None:
    text = "姓名|社区|性别|您需要哪些服务\n王{0}|{1}|女|助餐、助浴\n李{0}|{1}|男|助餐"
    sheets = [sheet(text.format("芳", one), file=files[0]), sheet(text.format("秀", other), file=files[1])]
    found = take(*sorted(sheets, key=lambda each: each.file))
    assert set(found.tables["survey"]["community"]) == {community}


@pytest.mark.parametrize("turned", [False, True])
def test_two_kinds_of_one_name_are_two_places_wherever_the_bare_name_stands(*, turned: bool) -> None:
    text = "姓名|社区|性别|您需要哪些服务\n王{0}|{1}|女|助餐、助浴\n李{0}|{1}|男|助餐"
    names = ["望江", "望江村", "望江社区"][:: -1 if turned else 1]
    found = take(*[sheet(text.format(name[-1], name), file=f"{at}.xlsx") for at, name in enumerate(names)])
    assert set(found.tables["survey"]["community"].fillna("")) == {"", "望江村", "望江社区"}


def test_the_spelling_of_most_rows_counts() -> None:
    text = "姓名|社区|性别|您需要哪些服务\n王芳|新桥 南社区|女|助餐\n李秀|新桥南社区|男|助餐\n赵强|新桥南社区|男|助浴"
    assert set(take(sheet(text)).tables["survey"]["community"]) == {"新桥南社区"}
