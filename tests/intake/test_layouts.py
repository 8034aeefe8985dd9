"""Tables laid out across: their columns are brought under each other, totals are checked and not counted."""

from __future__ import annotations

from helpers.grids import sheet, take, told

MENU = """
    服务名称 | 服务对象 | 地点 | 容量
    长者食堂（堂食） | 60岁以上 | 东门邻里中心 | 80
    暑托班 | 6-12岁儿童 | 西门邻里中心 | 40
    助浴 | 失能老人 | 西门邻里中心 | 12"""
PLACES = """
    社区 | 户数 | 中心点坐标（高德，经度，纬度）
    东门社区 | 300 | 119.3022,34.7000
    西门社区 | 400 | 34.7045,119.2986"""


def uses(text: str, **settings: object) -> object:
    return take(sheet(MENU, name="菜单"), sheet(PLACES, name="网格"), sheet(text, name="人次", **settings)).tables[
        "usage"
    ]  # type: ignore[arg-type]


def test_services_under_sites_are_across_days() -> None:
    usage = uses(
        """
        10月各点位人次日报
        日期 | 星期 | 东门邻里中心 | 西门邻里中心 | | 当日合计
         | | 长者食堂 | 暑托班 | 助浴 |
        2026-10-01 | 四 | 50 | 40 | 3 | 93
        2026-10-02 | 五 | 休 | 38 | | 38""",
        merged=["A2:A3", "B2:B3", "D2:E2", "F2:F3"],
    )
    assert usage.groupby(["service", "site"])["count"].sum().to_dict() == {
        ("长者食堂(堂食)", "东门邻里中心"): 50, ("暑托班", "西门邻里中心"): 78, ("助浴", "西门邻里中心"): 3
    }  # fmt: skip


def test_communities_are_across_services_and_uses_preferred_to_users() -> None:
    usage = uses(
        """
        2026年10月服务使用月报
        服务项目 | 东门社区 | | 西门社区 | | 合计 |
         | 人数 | 人次 | 人数 | 人次 | 人数 | 人次
        长者食堂 | 6 | 80 | 4 | 50 | 10 | 130
        助浴 | 2 | 3 | 1 | 1 | 3 | 4""",
        merged=["A2:A3", "B2:C2", "D2:E2", "F2:G2"],
    )
    assert usage.groupby(["service", "community"])["count"].sum().to_dict() == {
        ("长者食堂(堂食)", "东门社区"): 80, ("长者食堂(堂食)", "西门社区"): 50,
        ("助浴", "东门社区"): 3, ("助浴", "西门社区"): 1,
    }  # fmt: skip
    assert set(usage["month"]) == {"2026-10"}


def test_services_are_across_communities() -> None:
    usage = uses("""
        社区 | 长者食堂 | 助浴 | 暑托班
        东门社区 | 80 | 3 | 20
        西门社区 | 50 | 1 | 30""")
    assert usage.groupby("community")["count"].sum().to_dict() == {"东门社区": 103, "西门社区": 81}


def test_months_are_across_services_and_the_year_is_the_titles() -> None:
    usage = uses("""
        2026年8—10月各服务人次
        服务 | 点位 | 8月 | 9月 | 10月 | 累计
        长者食堂 | 东门邻里中心 | 70 | 75 | 80 | 225
        助浴 | 西门邻里中心 | 3 | 2 | 1 | 6""")
    assert usage.groupby("month")["count"].sum().to_dict() == {"2026-08": 73, "2026-09": 77, "2026-10": 81}


def test_ten_days_are_across_and_a_wrong_total_is_said() -> None:
    found = take(
        sheet(MENU, name="菜单"),
        sheet(
            """
        2026年10月各项服务来了多少人
        服务 | 上旬 | 中旬 | 下旬 | 全月合计
        长者食堂 | 20 | 21 | 22 | 63
        助浴 | 1 | 2 | 1 | 14""",
            name="汇总",
        ),
    )
    usage = found.tables["usage"]
    assert usage["count"].sum() == 67
    assert sorted(usage["date"].dt.day.unique()) == [1, 11, 21]
    assert told(found, "W205") == [("E4", "14")]


def test_walking_times_are_across_from_communities_to_sites() -> None:
    found = take(
        sheet(MENU, name="菜单"),
        sheet(PLACES, name="网格"),
        sheet(
            """
        走到两个点要多少分钟
        从哪里走 | 东门邻里中心 | 西门邻里中心
        东门 | 5 | 1小时20分
        西门 | 2个钟头 | 约10""",
            name="走路",
        ),
    )
    distances = found.tables["distances"]
    assert distances[["community", "site", "minutes"]].to_numpy().tolist() == [
        ["东门社区", "东门邻里中心", 5], ["东门社区", "西门邻里中心", 80],
        ["西门社区", "东门邻里中心", 120], ["西门社区", "西门邻里中心", 10],
    ]  # fmt: skip


def test_both_coordinates_in_one_cell_with_their_system_in_the_header() -> None:
    found = take(sheet(PLACES))
    places = found.tables["places"]
    assert places[["lon", "lat", "crs"]].to_numpy().tolist() == [
        [119.3022, 34.7, "GCJ-02"], [119.2986, 34.7045, "GCJ-02"]
    ]  # fmt: skip
    assert told(found, "W138") == [("C3", "34.7045,119.2986")]


def test_ticks_for_services_are_answers_and_no_uses() -> None:
    found = take(
        sheet(MENU, name="菜单"),
        sheet(
            """
        姓名 | 性别 | 年龄 | 需要助浴 | 需要助餐
        王小明 | 男 | 70 | 1 | 0
        李小红 | 女 | 66 | 0 | 1""",
            name="走访",
        ),
    )
    assert (len(found.tables["survey"]), len(found.tables["usage"])) == (2, 0)


def test_use_in_a_list_and_in_a_count_is_asked_about_and_left_out_as_told() -> None:
    count = sheet("服务 | 东门社区 | 西门社区\n长者食堂 | 80 | 50\n助浴 | 3 | 2", name="月报")
    people = sheet(
        "日期 | 服务 | 姓名 | 到场情况\n10月5日 | 助浴 | 王小明 | 已到\n10月6日 | 助浴 | 李小红 | 已到", name="签到"
    )
    month = [sheet(MENU, name="菜单"), sheet(PLACES, name="网格"), count, people]
    asked = take(*month)
    assert (told(asked, "W508"), asked.tables["usage"]["count"].sum()) == ([("", "助浴")], 137)
    answered = take(*month, mapping='[[sheet]]\nsheet = "签到"\nleave_out = ["助浴"]')
    assert (told(answered, "W508"), answered.tables["usage"]["count"].sum()) == ([], 135)


def test_what_is_said_of_an_option_under_a_merged_title_names_the_cell_of_the_option() -> None:
    form = """
        走访表
        社区 | 性别 | 需求情况（打√） | | |
         | | 助餐 | 助浴 | 飞天 | 助医
        和平社区 | 女 | √ | | √ |
        和平社区 | 男 | | √ | | √
        和平社区 | 女 | √ | | | """
    found = take(sheet(form, merged=["A2:A3", "B2:B3", "C2:F2"]))
    assert told(found, "W210") == [("E3", "飞天")]
