"""The register: one row per population cell, whoever is counted twice is said."""

from __future__ import annotations

from helpers.grids import codes, sheet, take, take_clean, told


def persons(text: str) -> float:
    register = take(sheet(text)).tables["register"]
    return float(register.loc[register["group"].isna(), "persons"].sum())


def test_residents_count_where_registered_people_stand_beside_them() -> None:
    found = take(
        sheet("""
            社区|网格|口径|0-59岁|60岁以上
            和平社区||户籍|500|100
            和平社区||常住|400|90
        """)
    )
    assert found.tables["register"]["persons"].sum() == 490
    assert told(found, "I311") == [("1", "")]
    assert found.sheets["asides"].tolist() == [1]


def test_registered_people_alone_are_the_population() -> None:
    assert persons("社区|网格|口径|0-59岁|60岁以上\n和平社区||户籍|500|100") == 600


def test_columns_of_registered_people_beside_residents_are_left_out() -> None:
    assert persons("社区|网格|常住0-59岁|常住60岁以上|户籍0-59岁|户籍60岁以上\n和平社区||400|90|500|100") == 490


def test_rows_of_no_special_group_are_everybody_else() -> None:
    register = """
        社区|年龄段|性别|人群类别|人数
        和平社区|60岁以上|女|独居老人|20
        和平社区|60岁以上|女|无|80
    """
    assert persons(register) == 100
    assert "I312" in codes(take(sheet(register)))


def test_a_blank_group_is_everybody() -> None:
    register = """
        社区|年龄段|性别|人群类别|人数
        和平社区|60岁以上|女|独居老人|20
        和平社区|60岁以上|女||100
    """
    assert persons(register) == 100
    assert "I312" not in codes(take(sheet(register)))


def test_a_row_of_no_group_without_groups_beside_it_is_the_population() -> None:
    register = "社区|年龄段|性别|人群类别|人数\n和平社区|60岁以上|女|无|100\n和平社区|60岁以上|男|无|90"
    assert persons(register) == 190
    assert "I312" not in codes(take(sheet(register)))


def test_sexes_across_the_columns_keep_the_age_of_their_row() -> None:
    register = take(sheet("社区|年龄段|男|女\n和平社区|0-59岁|300|310\n和平社区|60岁以上|90|95")).tables["register"]
    assert register.groupby(["age_low", "sex"])["persons"].sum().to_dict() == {
        (0.0, "女"): 310,
        (0.0, "男"): 300,
        (60.0, "女"): 95,
        (60.0, "男"): 90,
    }


def test_columns_of_special_groups_are_counts_of_them() -> None:
    grid = """
        社区|网格|低保（人）|特困（五保）|持证残疾人|80岁以上高龄老人|独居老人数
        和平社区||72|15|59|96|30
        幸福社区||61|12|41|80|34
    """
    register = take(sheet(grid)).tables["register"]
    assert register.groupby("group")["persons"].sum().to_dict() == {
        "aged80": 176,
        "alone_elder": 64,
        "dibao": 133,
        "disabled": 100,
        "tekun": 27,
    }


UNKNOWN = """
    坐落|年龄段|性别|人数
    甲|0-59岁|男|300
    乙|0-59岁|男|200
    丙|0-59岁|男|300
    """


def test_rows_that_only_an_unknown_column_tells_apart_are_never_merged() -> None:
    cleaned = take_clean(sheet(UNKNOWN))
    assert told(cleaned, "E208") == [("A1", "坐落")]
    assert len(cleaned.register) == len(cleaned.merged) == 0
    assert cleaned.counts[["rows_in", "returned"]].iloc[0].tolist() == [3, 3]


def test_once_told_what_the_column_is_the_register_is_used() -> None:
    told_what = (
        '[[sheet]]\nfile = "表.xlsx"\nsheet = "Sheet1"\ntable = "register"\n[sheet.fields]\n"坐落" = "community"'
    )
    cleaned = take_clean(sheet(UNKNOWN), mapping=told_what)
    assert cleaned.register["persons"].sum() == 800


def test_a_remark_tells_nobody_apart() -> None:
    remarked = "社区|年龄段|性别|人数|备注\n甲社区|0-59岁|男|300|含外来\n甲社区|0-59岁|男|310|已核对"
    assert "E208" not in codes(take(sheet(remarked)))


def test_a_community_under_its_own_kind_of_header_is_one() -> None:
    cleaned = take_clean(sheet("居（屯）|年龄段|性别|人数\n柳塘居|0-59岁|男|300\n大王屯|0-59岁|男|300"))
    assert cleaned.register.groupby("community")["persons"].sum().to_dict() == {"大王屯": 300, "柳塘居": 300}


def contradicted(text: str) -> list[tuple[str, str, object]]:
    found = [issue for issue in take(sheet(text)).issues if issue.code == "W624"]
    return [(issue.where.cell if issue.where else "", issue.value, issue.details["sum"]) for issue in found]


ACROSS = """
    社区|性别|0-15岁|16-59岁|60岁以上|合计
    和平社区|男|100|300|200|{0}
    和平社区|女|100|310|200|610
    光明社区|男|50|150|100|300
    合计||250|760|500|{1}
"""


def test_row_totals_that_the_cells_do_not_add_up_to_are_named_by_their_cell() -> None:
    assert contradicted(ACROSS.format(600, 1510)) == []
    assert contradicted(ACROSS.format(1100, 1510)) == [("F2", "1100", "600")]
    assert "W624" in codes(take(sheet(ACROSS.format(1100, 1510))))
    assert take(sheet(ACROSS.format(1100, 1510))).tables["register"]["persons"].sum() == 1510


def test_bottom_totals_that_the_column_does_not_add_up_to_are_named() -> None:
    assert contradicted(ACROSS.format(600, 1510).replace("|760|", "|9999|")) == [("D5", "9999", "760")]


def test_men_and_women_that_are_not_the_total_are_named() -> None:
    register = (
        "社区|总人口|0-15岁|16-59岁|60岁以上|男|女\n和平社区|600|100|300|200|{0}|300\n光明社区|300|50|150|100|150|150"
    )
    assert contradicted(register.format(300)) == []
    assert contradicted(register.format(600)) == [("F2", "900", "600")]


def test_ages_that_leave_out_children_may_be_fewer_than_the_total_and_not_more() -> None:
    register = "社区|总人口|16-59岁|60岁以上\n和平社区|{0}|300|200\n光明社区|400|150|100"
    assert contradicted(register.format(650)) == []
    assert contradicted(register.format(450)) == [("B2", "450", "500")]


def test_totals_below_a_long_register_may_sum_communities_or_all() -> None:
    register = """
        社区|年龄段|人数
        和平社区|0-59岁|100
        和平社区|60岁以上|50
        小计||150
        光明社区|0-59岁|200
        光明社区|60岁以上|70
        小计||270
        合计||{0}
    """
    assert contradicted(register.format(420)) == []
    assert contradicted(register.format(99999)) == [("C8", "99999", "420")]
    assert contradicted(register.format(420).replace("合计", "其中：80岁以上\n        合计")) == []


def test_rows_counted_twice_or_unknown_leave_a_total_undoubted() -> None:
    register = "社区|人群类别|人数\n和平社区||100\n和平社区|独居老人|20\n光明社区||50\n光明社区|独居老人|5\n合计||150"
    assert contradicted(register) == []
    assert contradicted("社区|人数\n和平社区|100\n光明社区|*\n合计|180") == []


def test_a_figure_a_thousand_times_its_like_is_doubted_and_kept() -> None:
    rows = [f"和平社区|{low}-{low + 9}岁|{300 if low != 30 else 300000}" for low in range(0, 80, 10)]
    found = take_clean(sheet("社区|年龄段|人数\n" + "\n".join(rows)))
    assert [issue.where.cell for issue in found.issues if issue.code == "W625" and issue.where] == ["C5"]
    assert found.register["persons"].max() == 300000
