"""The smallest sheet that raises each code of intake and cleaning which no other test is about."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest

from helpers.grids import codes, sheet, take_clean
from needs_analytics.core.codebook import Codebook
from needs_analytics.core.messages import LANGUAGES, issue_remedy, issue_sentence
from needs_analytics.intake import take_in

if TYPE_CHECKING:
    from needs_analytics.core.records import Cleaned, Sheet

SURVEY = "社区|性别|年龄|日期|您需要哪些服务\n和平社区|女|70|2026-10-03|助餐、助浴\n和平社区|男|66|2026-10-04|助浴"
CARDS = """
    姓名|身份证号|性别|年龄|社区|您需要哪些服务
    王秀英|'420106195201011246|男|30|和平社区|助餐、助浴
    赵建国|'420106195201011247|女|74|和平社区|助浴
    """
USAGE = "日期|服务项目|服务点|人次|状态|评价\n2026-10-03|助餐|食堂|12|{status}|{rating}\n2026-10-04|助餐|食堂|9|完成|4"
MENU = "服务名称|对应需求|人均月使用次数|服务方式\n助餐|{needs}|{often}|{mode}\n测血压|社区食堂（老年助餐）|1|到点"
SITES = "服务点|级别|经度|纬度|坐标系\n食堂|{tier}|112.1|28.2|{crs}\n和平礼堂|社区|112.2|28.3|WGS-84"
SUPPLY = "服务项目|服务点|容量|容量周期\n助餐|食堂|30|{period}\n助浴|浴室|20|月"

NAMES_SOMETHING_ELSE = frozenset({"I506", "W507", "W704"})  # they speak of a service by its name


def survey(*rows: str) -> Sheet:
    return sheet("\n".join([SURVEY, *rows]))


def usage(status: str = "完成", rating: str = "5") -> Sheet:
    return sheet(USAGE.format(status=status, rating=rating), file="使用.xlsx")


def menu(needs: str = "社区食堂（老年助餐）", often: str = "4", mode: str = "到点") -> Sheet:
    return sheet(MENU.format(needs=needs, often=often, mode=mode), file="菜单.xlsx")


def sites(tier: str = "社区", crs: str = "WGS-84") -> Sheet:
    return sheet(SITES.format(tier=tier, crs=crs), file="服务点.xlsx")


def supply(period: str = "月") -> Sheet:
    return sheet(SUPPLY.format(period=period), file="容量.xlsx")


def ages(*values: object) -> Sheet:
    return sheet("\n".join([SURVEY.splitlines()[0], *(f"和平社区|女|{v}|2026-10-03|助餐、助浴" for v in values)]))


SHEETS: dict[str, tuple[Sheet, ...]] = {
    "E103": (sheet("社区|性别|家庭人口|您需要哪些服务\n甲|女|0|助餐、助浴\n甲|男|3|助浴"),),
    "W104": (sheet("社区|性别|家庭人口|您需要哪些服务\n甲|女|99|助餐、助浴\n甲|男|3|助浴"),),
    "I115": (menu(often="每周2次"),),
    "I116": (menu(often="看情况"),),
    "E121": (sheet("月份|服务项目|人次\n不知何月|助餐|12\n2026-10|助浴|9"),),
    "W114": (ages(*(f"约{number}" for number in range(60, 70))),),
    "W122": (survey("和平社区|女|70|2026年10月|助餐"),),
    "W123": (survey("和平社区|女|70|'10/5/2026|助餐"),),
    "I126": (survey("和平社区|女|70||助餐"),),
    "W126": (ages(*range(1, 9)),),
    "E127": (sheet("\n".join([USAGE, *["2026-10-05|助餐|食堂|8|完成|4"] * 20]).format(status="完成", rating="9")),),
    "W125": (sheet("社区|性别|活动参与|您需要哪些服务\n甲|女|看天气|助餐、助浴\n甲|男|经常|助浴"),),
    "W201": (sheet("类别|办理状态|人数\n助餐|办结|30\n助浴|办结|20"),),
    "W317": (
        sheet("社区|网格|户数\n和平社区|柳荫|30\n和平社区|槐荫|30"),
        sheet("社区|网格|性别|您需要哪些服务\n和平社区|柳荫|女|助餐、助浴\n|银杏|男|助浴"),
    ),
    "W130": (usage(status="不晓得"),),
    "W131": (supply(period="看情况"),),
    "W132": (sites(tier="不晓得"),),
    "W133": (sites(crs="不晓得"),),
    "W134": (menu(mode="不晓得"),),
    "W150": (sheet(CARDS),),
    "W151": (sheet(CARDS),),
    "E404": (sheet("服务项目|服务点|容量|容量周期\n助餐|食堂|30|月\n|浴室|20|月"),),
    "I405": (usage(), sheet(USAGE.format(status="完成", rating="5").replace("2026-10", "2026-09"), file="九月.xlsx")),
    "I411": tuple(
        sheet("提交时间|性别|年龄|您需要哪些服务\n2026-10-03 08:12:31|女|70|助餐、助浴\n" + more, file=file)
        for file, more in (("一.xlsx", "2026-10-04 09:12:31|男|60|助浴"), ("二.xlsx", "2026-10-05 09:12:31|男|61|助餐"))
    ),
    "W502": (menu(), sheet("日期|服务项目|人次\n2026-10-03|上门测血压|12\n2026-10-04|助餐|9")),
    "W504": (sites(), sheet("日期|服务项目|服务点|人次\n2026-10-03|助餐|和平礼堂二楼|12\n2026-10-04|助餐|食堂|9")),
    "W505": (menu(needs="社区食堂（老年助餐）、飞天"),),
    "I506": (menu(needs=""),),
    "W507": (sheet("服务名称|对应需求|人均月使用次数\n乐游活动|| 1\n测血压|社区食堂（老年助餐）|1", file="菜单.xlsx"),),
    "W704": (supply(period="日"),),
}


@cache
def cleaned(code: str) -> Cleaned:
    return take_clean(*SHEETS[code])


@pytest.mark.parametrize("code", SHEETS)
def test_a_sheet_raises_its_code(code: str) -> None:
    assert code in codes(cleaned(code))


def test_what_the_office_leaves_out_is_said() -> None:
    told = '[[sheet]]\nfile = "使用.xlsx"\nleave_out = ["助餐"]'
    assert "I509" in codes(take_clean(usage(), mapping=told))


def test_a_meaning_of_the_dictionary_that_is_none_is_said() -> None:
    rows = "填报单位|题目编号|题目|题型|含义|选项|对应需求\n表|Q1|您需要哪些服务|多选|想一想|助餐|助餐"
    book = sheet(rows, file="字典.xlsx")
    assert "W215" in codes(take_clean(survey(), book))


def test_a_key_that_is_not_given_is_said() -> None:
    taken = take_in([survey()], codebook=Codebook.default(), month="2026-10")
    assert "I001" in codes(taken)


@pytest.mark.parametrize("code", SHEETS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_said_is_whole_and_names_the_field_of_its_cell(code: str, language: str) -> None:
    label = Codebook.default().label
    for issue in cleaned(code).issues:
        said = issue_sentence(issue, language)
        assert "?" not in said + issue_remedy(issue, language), issue
        if issue.where and issue.where.column is not None and {"table", "field"} <= issue.details.keys():
            named = (
                issue.code in NAMES_SOMETHING_ELSE
                or label(str(issue.details["table"]), str(issue.details["field"]), language) in said
            )
            assert named, said
