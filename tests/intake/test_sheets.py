"""Which table a sheet is: told by its headers and by what stands under them."""

from __future__ import annotations

import pytest

from helpers.grids import codes, sheet, take, told


def tables(text: str, **settings: object) -> list[str]:
    """What a month of one sheet was taken for, block by block."""
    return list(take(sheet(text, **settings)).sheets["tables"])  # type: ignore[arg-type]


RECORDS = {
    "booking": """
        预约单号 | 预约时间 | 预约项目 | 预约站点 | 预约人 | 手机号 | 居住社区 | 到场情况
        A1 | 2026-10-03 | 助浴 | 综合服务中心 | 王小明 | 15400000001 | 东门社区 | 已到
        A2 | 2026-10-04 | 陪诊 | 综合服务中心 | 李小红 | 15400000002 | 西门社区 | 未到""",
    "sign-in": """
        日子 | 姓名 | 哪个社区的 | 项目 | 地点 | 来了没有
        10月3日 | 王小明 | 东门 | 理发 | 东门站 | 来了
        10月4日 | 李小红 | 西门 | 理发 | 东门站 | 没来""",
    "queue": """
        登记日期 | 姓名 | 住哪个社区 | 想办的服务 | 现在情况 | 等了几天
        2026.10.3 | 王小明 | 东门 | 助浴 | 排队中 | 20
        2026.10.9 | 李小红 | 西门 | 助浴 | 排队中 | 14""",
    "orders": """
        订单编号 | 下单时间 | 服务名称 | 派单网点 | 用户 | 社区 | 订单状态 | 用户评分
        B1 | 2026/10/3 15:20 | 维修 | 便民中心 | 王小明 | 东门社区 | 已完成 | 5
        B2 | 2026/10/4 15:20 | 理发 | 便民中心 | 李小红 | 西门社区 | 已取消 | 4""",
}


@pytest.mark.parametrize("record", RECORDS)
def test_a_list_of_uses_is_never_a_survey(record: str) -> None:
    assert tables(RECORDS[record]) == ["usage"]


def test_months_of_use_are_no_capacity_though_their_header_is_like_one() -> None:
    assert tables("""
        月份 | 服务项目 | 服务点 | 服务人次
        2026年8月 | 助浴 | 综合服务中心 | 61
        2026年9月 | 助浴 | 综合服务中心 | 58""") == ["usage"]


def test_what_people_need_is_a_survey_also_when_services_are_named() -> None:
    assert tables("""
        姓名 | 性别 | 年龄 | 您需要哪些服务 | 登记日期
        王小明 | 男 | 71 | 助餐、助浴 | 2026-10-03
        李小红 | 女 | 68 | 助餐 | 2026-10-04""") == ["survey"]


def test_a_service_list_in_plain_words_is_menu_and_capacity() -> None:
    text = """
        服务名称 | 谁在做 | 给哪些人 | 地方 | 什么时间 | 一次多少人 | 收不收钱
        义诊 | 卫生院 | 60岁以上老人 | 卫生院门口 | 每周三上午 | 每次约30人 | 不收
        理发 | 志愿者 | 70岁以上老人 | 服务站 | 每月第一个周六 | 每次15人 | 不收"""
    found = take(sheet(text))
    assert list(found.sheets["tables"]) == ["menu+supply"]
    assert list(found.tables["supply"]["capacity"]) == [30, 15]
    assert list(found.tables["supply"]["monthly"]) == [30 * 4, 15]
    assert list(found.tables["menu"]["eligibility"]) == ["age>=60", "age>=70"]


def test_sites_with_level_and_community_are_no_survey() -> None:
    assert tables("""
        站点名称 | 层级 | 属哪个社区 | 服务范围
        东门站 | 社区级 | 东门社区 | 1公里
        西门站 | 社区级 | 西门社区 | 800米""") == ["sites"]


def test_distances_are_no_survey() -> None:
    assert tables("""
        社区 | 网格 | 服务点 | 距离
        东门社区 | 第1网格 | 东门站 | 300
        东门社区 | 第2网格 | 东门站 | 500""") == ["distances"]


def test_the_name_of_a_site_is_its_name_and_its_code_its_key() -> None:
    sites = take(
        sheet("""
        服务点编码 | 服务点名称 | 经度 | 纬度
        S01 | 东门站 | 119.30 | 34.70""")
    ).tables["sites"]
    assert sites[["site", "name"]].to_numpy().tolist() == [["S01", "东门站"]]


def test_the_time_of_a_service_is_a_schedule_and_no_date() -> None:
    assert (
        "usage"
        not in tables("""
        服务名称 | 时间 | 服务对象
        义诊 | 每周三上午 | 60岁以上老人
        理发 | 周一至周五 | 全体居民""")[0]
    )


def test_counted_days_without_a_service_are_asked_about_with_the_line_to_write() -> None:
    text = """
        日期 | 来的人数
        10月5日 | 31
        10月12日 | 27"""
    found = take(sheet(text, name="义诊每场"))
    assert (list(found.sheets["why"]), codes(found) & {"W202", "W203"}) == (["asked"], {"W203"})
    answered = take(
        sheet(text, name="义诊每场"),
        mapping="""
        [[sheet]]
        sheet = "义诊每场"
        table = "usage"
        [sheet.constants]
        service = "义诊"
        """,
    )
    usage = answered.tables["usage"]
    assert (list(usage["service"]), usage["count"].sum()) == (["义诊", "义诊"], 58)


def test_a_hidden_sheet_is_not_read_but_said() -> None:
    found = take(sheet(RECORDS["booking"], name="上月", hidden=True))
    assert (len(found.tables["usage"]), list(found.sheets["why"])) == (0, ["hidden"])
    assert told(found, "I007") == [("", "")]


def test_a_hidden_sheet_is_read_when_the_office_names_its_table() -> None:
    found = take(
        sheet(RECORDS["booking"], name="上月", hidden=True), mapping='[[sheet]]\nsheet = "上月"\ntable = "usage"'
    )
    assert (len(found.tables["usage"]), "I007" in codes(found)) == (2, False)


def test_a_summary_of_other_sheets_is_no_register() -> None:
    found = take(
        sheet(
            """
        东城街道10月民生服务情况汇总
        社区 | 常住人口 | 问卷回收 | 服务人次 | 排队等候
        东门社区 | 9000 | 55 | 1700 | 5
        西门社区 | 6800 | 47 | 1400 | 6""",
            name="汇总",
        )
    )
    assert (list(found.sheets["why"]), codes(found) >= {"I204"}) == (["aside"], True)


def test_instructions_are_set_aside_and_not_asked_about() -> None:
    found = take(
        sheet("""
        填表要求
        1.一人一行，没有提到的就是不需要；
        2.没有需求的写“无”，没问到的写“未问”；
        3.请在25日前报送。""")
    )
    assert (list(found.sheets["why"]), "W202" in codes(found)) == (["aside"], False)


def test_choices_of_drop_down_lists_are_set_aside() -> None:
    found = take(
        sheet(
            """
        社区 | 性别 | 状态 | 服务
        东门社区 | 男 | 排队中 | 助餐
        西门社区 | 女 | 已安排 | 助浴
         | | | 理发""",
            name="下拉选项",
        )
    )
    assert list(found.sheets["why"]) == ["aside"]


def test_a_calendar_of_closed_days_is_said_and_not_misread() -> None:
    days = " | ".join(str(day) for day in range(1, 32))
    shut = " | ".join("休" if day % 7 in {3, 4} else "" for day in range(1, 32))
    found = take(sheet(f"点位 | {days}\n东门站 | {shut}\n西门站 | {shut}"))
    assert (list(found.sheets["why"]), codes(found) >= {"I206"}) == (["calendar"], True)


def test_men_and_women_under_sex_are_counted_within_their_age_bands() -> None:
    register = take(
        sheet(
            """
        社区 | 年龄段 | 性别 | | 小计
         | | 男 | 女 |
        东门社区 | 16-34岁 | 100 | 90 | 190
        东门社区 | 35-59岁 | 80 | 85 | 165""",
            merged=["C1:D1"],
        )
    ).tables["register"]
    assert register.groupby(["age_low", "sex"])["persons"].sum().to_dict() == {
        (16, "男"): 100, (16, "女"): 90, (35, "男"): 80, (35, "女"): 85
    }  # fmt: skip


def test_groups_across_under_another_table_are_a_table_of_their_own() -> None:
    found = take(
        sheet("""
        社区 | 年龄段 | 男 | 女
        东门社区 | 60岁以上 | 100 | 90
        西门社区 | 60岁以上 | 80 | 85
         | | |
        附：重点人群
        社区 | 独居老人 | 持证残疾人 | 退役军人
        东门社区 | 12 | 30 | 9
        西门社区 | 15 | 21 | 7""")
    )
    register = found.tables["register"]
    assert list(found.sheets["tables"]) == ["register", "register"]
    assert register["group"].dropna().nunique() == 3
    assert register.loc[register["group"].isna(), "persons"].sum() == 355
