"""Sheets as offices make them by hand: read right, or said in a sentence; never a row too many, never a no too many."""

from __future__ import annotations

import pytest

from helpers.grids import cells, codes, sheet, survey, take, take_clean, told

HEADER = "姓名|性别|年龄|社区|您需要哪些服务"
ROWS = "王秀英|女|70|和平社区|助餐、助浴\n赵建国|男|71|光明社区|助医\n李红|女|62|光明社区|助医、助餐"
THREE = [70, 71, 62]


def ages(text: str, **settings: object) -> list[float]:
    return list(survey(text, **settings)["age"])


def needs(text: str, **settings: object) -> list[str]:
    return list(survey(text, **settings)["needs"])


@pytest.mark.parametrize(
    "between",
    [
        "居民服务需求登记表||||\n" + HEADER,
        "居民服务需求登记表（续）||||\n\n" + HEADER,
        "第1页 共2页||||\n居民服务需求登记表||||\n" + HEADER,
    ],
)
def test_a_page_with_title_and_header_again_adds_no_residents(between: str) -> None:
    first, *rest = ROWS.splitlines()
    text = f"居民服务需求登记表||||\n{HEADER}\n{first}\n{between}\n" + "\n".join(rest)
    assert ages(text) == THREE


def test_a_header_of_two_rows_may_be_printed_again() -> None:
    head, areas = "姓名|性别|年龄|社区|需求|\n||||助餐|助医\n", ("A{0}:A{1}", "B{0}:B{1}", "C{0}:C{1}", "E{0}:F{0}")
    text = f"{head}王秀英|女|70|和平社区|√|\n{head}赵建国|男|71|光明社区||√"
    merged = [area.format(top, top + 1) for top in (1, 4) for area in areas]
    assert needs(text, merged=merged) == ["ELD01", "ELD03"]


def test_three_rows_of_headers_merged() -> None:
    text = """
        和平社区居民需求摸底调查表
        填报单位：和平社区居委会 | | | | | | | 单位：人
        序号 | 基本情况 | | | | 需求情况 | | 备注
         | 姓名 | 性别 | 年龄 | 家庭人口 | 养老 | |
         | | | | | 助餐 | 助医 |
        1 | 王秀英 | 女 | 70 | 2 | √ | |
        2 | 赵建国 | 男 | 71 | 3 | | √ | 耳背"""
    merged = ["A1:H1", "A3:A5", "B3:E3", "F3:G3", "F4:G4", "H3:H5", "B4:B5", "C4:C5", "D4:D5", "E4:E5"]
    found = survey(text, merged=merged)
    assert list(found["needs"]) == ["ELD01", "ELD03"]
    assert list(found["household_size"]) == [2, 3]


def test_one_column_under_a_block_title_has_two_headers() -> None:
    text = "姓名|性别|年龄|社区|需求情况\n||||您需要哪些服务\n" + ROWS
    assert ages(text, merged=["A1:A2", "B1:B2", "C1:C2", "D1:D2"]) == THREE


def test_a_block_title_is_no_special_group() -> None:
    found = survey(
        "社区|家庭情况||需求情况|\n|姓名|年龄|助餐|助医\n和平社区|王秀英|70|√|\n和平社区|赵建国|71||√",
        merged=["A1:A2", "B1:C1", "D1:E1"],
    )
    assert list(found["age"]) == [70, 71]
    assert list(found["groups"]) == ["elderly;elder65"] * 2


def test_a_total_of_each_community_is_no_resident() -> None:
    text = """
        社区|姓名|性别|年龄|助餐|助医
        和平社区|王秀英|女|70|√|
        和平社区|赵建国|男|71||√
        和平社区小计|2人|||1|1
        光明社区|李红|女|62|√|√
        光明社区小计||1||1|1
        总计||3||2|2"""
    assert ages(text) == THREE


TALLIES = {
    "with a header": "需求|正字|票数||\n助餐|正|5||\n助浴|正一|6||\n助医|一|1||",
    "under the question": "|||助餐|2\n|||助浴|1\n|||助医|2",
}


@pytest.mark.parametrize("tally", TALLIES)
def test_a_tally_under_the_answers_is_no_answer(tally: str) -> None:
    text = f"{HEADER}\n{ROWS}\n{TALLIES[tally]}"
    found = take(sheet(text))
    assert list(found.tables["survey"]["age"]) == THREE
    assert "I207" in codes(found)


def test_a_total_without_a_word_is_no_resident() -> None:
    rows = "王秀英|70|和平社区|√|\n赵建国|71|和平社区||√\n李红|62|和平社区||"
    assert ages(f"姓名|年龄|社区|助餐|助医\n{rows}\n|||1|1") == THREE


def test_a_short_answer_at_the_end_is_no_tally() -> None:
    assert ages(f"{HEADER}\n{ROWS}\n王五||80||") == [*THREE, 80]


def test_a_tally_beside_the_answers_asks_nothing() -> None:
    found = take(
        sheet(
            "姓名|性别|年龄|社区|您需要哪些服务||需求|人数\n王秀英|女|70|和平社区|助餐、助浴||助餐|1\n"
            "赵建国|男|71|和平社区|助医||助浴|1\n李红|女|62|和平社区|助医||助医|2"
        )
    )
    assert not [column for column in found.tables["survey"] if column.startswith("rank:")]
    assert "I207" in codes(found)


def test_two_tables_side_by_side_are_both_read() -> None:
    found = take_clean(
        sheet(
            f"{HEADER}||{HEADER}\n王秀英|女|70|和平社区|助餐、助浴||李红|女|62|光明社区|助浴、助餐\n"
            "赵建国|男|71|和平社区|助医||钱进|男|73|光明社区|助餐、助医"
        )
    )
    assert sorted(found.survey["age"]) == [62, 70, 71, 73]
    assert set(found.counts["sheet"]) == {"Sheet1", "Sheet1!G:K"}
    assert (found.counts["rows_in"] == found.counts["kept"]).all()


def test_another_table_beside_the_answers_keeps_its_columns() -> None:
    found = take(
        sheet(
            f"{HEADER}||服务点|地址|社区\n王秀英|女|70|和平社区|助餐、助浴||东门站|东门路1号|和平社区\n"
            "赵建国|男|71|和平社区|助医||西门站|西门路1号|光明社区"
        )
    )
    assert list(found.sheets["tables"]) == ["survey", "sites"]
    assert found.tables["survey"]["household_key"].isna().all()


def test_blank_columns_inside_a_table_part_nothing() -> None:
    assert ages("姓名||性别|年龄||社区|||您需要哪些服务\n王||女|70||和平社区|||助餐\n李||女|71||和平社区|||助浴") == [
        70,
        71,
    ]


@pytest.mark.parametrize(
    "line",
    [
        "（必填）|（男/女）|（周岁）|（下拉选择）|（可多选）",
        "1|2|3|4|5",
        "甲|1|2|3|4",
        "例|女|65|某某社区|助餐、助浴",
    ],
)
def test_hints_numbers_of_columns_and_examples_are_no_residents(line: str) -> None:
    found = take(sheet(f"{HEADER}\n{line}\n{ROWS}"))
    assert list(found.tables["survey"]["age"]) == THREE
    assert "I208" in codes(found)


def test_lines_with_nothing_but_a_number_or_a_place_say_no_to_nothing() -> None:
    rows = "\n".join(f"{number}|{row}" for number, row in enumerate(ROWS.splitlines(), 1))
    found = take_clean(sheet(f"序号|{HEADER}\n{rows}\n4|||||\n5|||||\n6||||和平社区|"))
    assert list(found.survey["age"]) == THREE
    assert told(found, "E401") == [("7", "")]


def test_a_table_that_starts_far_from_the_corner() -> None:
    rows = [line.split("|") for line in f"{HEADER}\n{ROWS}".splitlines()]
    assert list(take(cells([[], [], [], *[["", "", *row] for row in rows]])).tables["survey"]["age"]) == THREE


HOME = """
    序号|社区|姓名|与户主关系|年龄|性别|家庭人口|您需要哪些服务
    1|和平社区|王秀英|户主|70|女|2|助餐、助浴
    2||赵建国|配偶|71|男||助医
    3|光明社区|李红|本人|50|女|4|助餐
    4||钱进|夫|51|男||助浴
    5||钱多|之子|20|男||助医、助浴"""


def test_people_under_their_head_are_one_household() -> None:
    found = survey(HOME)
    assert list(found["household_key"].factorize()[0]) == [0, 0, 1, 1, 1]
    assert list(found["household_size"]) == [2, 2, 4, 4, 4]
    assert list(found["community"]) == ["和平社区"] * 2 + ["光明社区"] * 3
    assert found["person_key"].is_unique


def test_more_people_than_the_household_has_are_said() -> None:
    assert told(take(sheet(HOME.replace("|4|", "|2|"))), "W153") == [("G4", "2")]
    assert not told(take(sheet(HOME)), "W153")


def test_a_form_of_a_household_is_not_its_heads_answer() -> None:
    own = "姓名|联系电话|年龄|社区|您需要哪些服务\n王秀英|13812345678|70|和平社区|助餐、助浴"
    form = "户主姓名|联系电话|家庭人口数|社区|您家需要哪些服务（可多选）\n王秀英|13812345678|3|和平社区|助医、助餐"
    cleaned = take_clean(sheet(own, file="一.xlsx"), sheet(form, file="二.xlsx"))
    assert cleaned.merged.empty
    assert len(cleaned.survey) == 2


COPIES = [
    (("原始数据", 3), ("剔除后", 2), "剔除后"),
    (("走访", 3), ("走访 (2)", 3), "走访"),
    (("汇总表", 3), ("光明社区", 2), "汇总表"),
    (("走访的副本", 3), ("走访", 3), "走访"),
]


@pytest.mark.parametrize(("one", "other", "kept"), COPIES)
def test_rows_that_stand_on_two_sheets_count_once(one: tuple[str, int], other: tuple[str, int], kept: str) -> None:
    lines = [line.split("|", 1)[1] for line in ROWS.splitlines()]
    header = "性别|年龄|社区|您需要哪些服务"
    sheets = [sheet("\n".join([header, *lines[-rows:]]), name=name) for name, rows in (one, other)]
    found = take_clean(*sheets)
    assert set(found.survey["sheet"]) == {kept}
    assert "I209" in codes(found)
    assert (found.counts["rows_in"] == found.counts["kept"] + found.counts["merged"] + found.counts["returned"]).all()


def test_sheets_that_may_be_the_same_answers_are_asked_about_and_told_apart() -> None:
    rows = "\n".join(line.split("|", 1)[1] for line in ROWS.splitlines())
    sheets = [sheet(f"性别|年龄|社区|您需要哪些服务\n{rows}", name=name) for name in ("甲", "乙")]
    assert (len(take(*sheets).tables["survey"]), "W209" in codes(take(*sheets))) == (6, True)
    named = take(*sheets, mapping='[[sheet]]\nsheet = "乙"\ntable = "survey"')
    assert "W209" not in codes(named)


def test_different_people_with_like_answers_are_no_copies() -> None:
    rows = "女|60-69岁|助餐、助浴\n男|70-79岁|助医"
    sheets = [sheet(f"性别|年龄段|您需要哪些服务\n{rows}", name=name) for name in ("和平社区", "光明社区")]
    assert len(take(*sheets).tables["survey"]) == 4


@pytest.mark.parametrize(
    ("column", "cell", "names"),
    [
        ("调查员姓名", "李红", ("上午", "下午")),
        ("社区联系电话", "85551234", ("上午", "下午")),
        ("住址", "和平社区", ("上午", "下午")),
        ("社区", "和平社区", ("问卷(1)", "问卷(2)")),
    ],
)
def test_who_asked_and_where_make_like_answers_no_copies(column: str, cell: str, names: tuple[str, str]) -> None:
    header, rows = f"{column}|性别|年龄段|您需要哪些服务", [f"{cell}|女|60-69岁|助餐、助浴", f"{cell}|男|70-79岁|助医"]
    sheets = [sheet("\n".join([header, *rows, *more]), name=name) for more, name in zip(([], rows), names, strict=True)]
    assert len(take(*sheets).tables["survey"]) == 6


@pytest.mark.parametrize(
    ("address", "people"), [("无", 2), ("和平社区", 2), ("本村3组", 2), ("3号楼2单元101", 1), ("3-2-101", 1)]
)
def test_one_name_is_one_person_only_behind_one_door(address: str, people: int) -> None:
    rows = f"王芳|{address}|女|65|助餐\n王芳|{address}|女|65|助医、助浴"
    assert len(take_clean(sheet(f"姓名|住址|性别|年龄|您需要哪些服务\n{rows}")).survey) == people


def test_sheets_for_months_keep_the_months_apart() -> None:
    row = "王秀英|女|{}|和平社区|助餐、助浴"
    months = [
        sheet(f"{HEADER}\n{row.format(age)}", name=name) for name, age in (("9月", 70), ("10月", 71), ("12月", 72))
    ]
    cleaned = take_clean(*months)
    assert list(cleaned.survey["age"]) == [71]
    assert sorted(cleaned.earlier["survey"]["month"]) == ["2025-12", "2026-09"]


def test_a_sheet_named_after_the_coming_month_is_asked_about_and_not_set_a_year_back() -> None:
    rows = "社区|性别|您需要哪些服务\n和平社区|女|助餐、助浴\n和平社区|男|助浴"
    found = take(sheet(rows, name="11月"))
    assert set(found.tables["survey"]["month"]) == {"2026-11"}
    assert [(issue.value, issue.details["count"]) for issue in found.issues if issue.code == "W156"] == [("2026-11", 2)]
    assert set(take(sheet(rows, name="12月")).tables["survey"]["month"]) == {"2025-12"}
    assert set(take(sheet(rows, name="2025年11月")).tables["survey"]["month"]) == {"2025-11"}


def test_sheets_named_after_communities_tell_them() -> None:
    header, row = "姓名|性别|年龄|您需要哪些服务", "{}|女|70|助餐、助浴"
    sheets = [
        sheet(f"{header}\n{row.format(who)}", name=name) for who, name in (("王", "和平社区"), ("李", "光明社区"))
    ]
    assert list(take(*sheets).tables["survey"]["community"]) == ["和平社区", "光明社区"]


def test_a_sheet_on_its_side_is_refused_with_what_to_do() -> None:
    found = take(
        sheet(
            "姓名|王秀英|赵建国|李红\n性别|女|男|女\n年龄|70|71|62\n社区|和平|和平|光明\n您需要哪些服务|助餐|助医|助浴"
        )
    )
    assert (codes(found), len(found.tables["survey"])) == ({"W208"}, 0)


def test_a_form_per_sheet_is_refused_with_what_to_do() -> None:
    form = "居民需求调查表|||\n姓名|{}|性别|女\n年龄|70|社区|和平社区\n联系电话|1|家庭人口|2\n您需要哪些服务|助餐||"
    found = take(*[sheet(form.format(name), name=name, merged=["A1:D1", "B5:D5"]) for name in ("王秀英", "赵建国")])
    assert (codes(found), len(found.tables["survey"])) == ({"W012", "W207"}, 0)


@pytest.mark.parametrize("lines", ["|||| \n填表人：", "1||||\n2||||\n3||||"])
def test_a_form_nobody_filled_in_is_said(lines: str) -> None:
    assert codes(take(sheet(f"序号|姓名|年龄|社区|服务需求\n{lines}"))) == {"W206"}


LETTERS = {
    "in the header": ("", "需求（A助餐 B助医 C助浴 D无需求）", ["A、B", "abc", "Ｃ", "D"]),
    "numbers in the header": ("", "需求（1.助餐 2.助医 3.助浴 4.无需求）", ["1、2", "123", "3.0", "4"]),
    "in a note": ("填写说明：A.助餐 B.助医 C.助浴 D.无需求", "服务需求", ["AB", "A B C", "C", "D"]),
    "in the cells": ("", "服务需求", ["A.助餐 B.助医", "A.助餐B.助医C.助浴", "C.助浴", "无需求"]),
    "in circles": ("", "服务需求", ["①助餐②助医", "①助餐②助医③助浴", "③助浴", "无需求"]),
    "boxes": ("", "服务需求", ["☑助餐 ☑助医 □助浴", "☑助餐☑助医☑助浴", "□助餐□助医☑助浴", "□助餐□助医□助浴"]),
    "ticks behind": ("", "服务需求", ["助餐√ 助医√ 助浴", "助餐√ 助医√ 助浴√", "助餐 助医 助浴√", "助餐□ 助医□ 助浴□"]),
}


@pytest.mark.parametrize("way", LETTERS)
def test_options_by_letter_and_by_tick(way: str) -> None:
    note, header, answers = LETTERS[way]
    rows = [["姓名", "性别", "年龄", "社区", header]]
    rows += [[f"王{place}", "女", 70 + place, "和平社区", cell] for place, cell in enumerate(answers)]
    found = take(cells([[note]] * bool(note) + rows)).tables["survey"]
    assert list(found["needs"]) == ["ELD01;ELD03", "ELD01;ELD02;ELD03", "ELD02", ""]
    assert not found[["need:ELD01", "need:ELD02", "need:ELD03"]].isna().any().any()


def test_letters_without_a_list_are_not_guessed() -> None:
    found = take(sheet("姓名|性别|年龄|社区|服务需求\n王秀英|女|70|和平社区|AB\n赵建国|男|71|和平社区|C"))
    assert "W213" in codes(found)


@pytest.mark.parametrize(
    "cell", ["助餐\\n助医", "助餐\u3000助医", "助餐\u00a0助医\u200b", "助餐、\\n助医", "\ufeff助餐/助医"]
)
def test_whatever_stands_between_two_options(cell: str) -> None:
    assert needs(f"{HEADER}\n王秀英|女|70|和平社区|{cell}\n赵建国|男|71|和平社区|助餐\n李红|女|62|和平社区|助医")[
        0
    ] == ("ELD01;ELD03")


def test_a_time_typed_for_a_whole_morning_makes_two_residents_no_one() -> None:
    header = "调查时间|性别|年龄|社区|您需要哪些服务"
    one = f"{header}\n2026-10-05 10:00|女|70|和平社区|助餐、助浴\n2026-10-05 10:00|男|71|和平社区|助浴、助医"
    other = f"{header}\n2026-10-05 10:00|女|70|和平社区|助餐、助浴\n2026-10-05 10:00|男|66|和平社区|助浴、助医"
    assert len(take_clean(sheet(one, file="一.xlsx"), sheet(other, file="二.xlsx")).survey) == 4


@pytest.mark.parametrize("merged", [(), ("A1:A2", "B1:B2", "C1:C2", "D1:D2", "E1:F1")])
def test_a_first_resident_who_needs_nothing_is_no_third_row_of_the_header(merged: tuple[str, ...]) -> None:
    text = "姓名|性别|年龄|社区|需求情况|\n||||助餐|助医\n王秀英|女|70岁|和平社区||\n赵建国|男|71岁|光明社区|√|"
    assert ages(text, merged=merged) == [70, 71]
