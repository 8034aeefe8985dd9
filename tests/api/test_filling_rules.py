"""What docs/表格怎么填.md tells offices about filling in is what the program does."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from helpers.grids import codes, sheet, survey, take, take_clean
from needs_analytics.core.messages import LANGUAGES, text
from needs_analytics.intake.separators import find_separator

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "表格怎么填.md").read_text(encoding="utf-8")
WHO = "社区|年龄|性别"
YES, NO, UNKNOWN = 1.0, 0.0, None


def meals(headers: str, *rows: str) -> list[float | None]:
    """Return what every row says about 助餐."""
    people = [f"甲|{70 + number}|女|{row}" for number, row in enumerate(rows)]
    answers = survey("\n".join([f"{WHO}|{headers}", *people]))["need:ELD01"]
    return [None if np.isnan(answer) else answer for answer in answers]


def test_a_blank_beside_a_tick_is_a_no() -> None:
    assert meals("助餐|助浴|暂无需求", "√||", "|√|", "||√") == [YES, NO, NO]


def test_a_row_without_ticks_is_a_no_on_a_hand_made_sheet() -> None:
    assert meals("助餐|助浴", "√|", "|") == [YES, NO]


@pytest.mark.parametrize(("headers", "rows"), [
    ("助餐|助浴|暂无需求", ("√||", "||")),
    ("助餐|助浴", ("是|否", "|")),
    ("助餐|助浴", ("√|×", "|")),
])  # fmt: skip
def test_a_row_without_ticks_is_unknown_where_a_no_can_be_said(headers: str, rows: tuple[str, str]) -> None:
    assert meals(headers, *rows) == [YES, UNKNOWN]


def test_an_empty_cell_of_many_answers_is_a_no_unless_others_say_no_need() -> None:
    question = "您需要哪些服务（可多选）"

    assert meals(question, "助餐、助浴", "", "助浴") == [YES, NO, NO]
    assert meals(question, "助餐、助浴", "", "暂无需求") == [YES, UNKNOWN, NO]
    assert meals(question, "助餐、助浴", "不详", "无") == [YES, UNKNOWN, NO]


def test_what_was_not_asked_may_be_said_in_a_cell_of_ticks() -> None:
    assert meals("助餐|助浴", "√|", "不详|√", "未问|未问", "/|√", "无|√") == [YES, UNKNOWN, UNKNOWN, NO, NO]


WORDS = {
    word: dict(zip(("need", "groups", "sex", "number"), meanings, strict=True))
    for words, *meanings in (line.strip("| ").split(" | ") for line in PAGE.splitlines()
                             if line.startswith(("| 不详", "| 无 |", "| 其他 |", "| /")))
    for word in words.split("、")
}  # fmt: skip
"""What the page says of the words that stand instead of an answer."""


def meanings(word: str) -> dict[str, str]:
    """Return what a survey's cells mean that hold a word, in the words of the page."""
    asked = "您需要哪些服务（可多选）"
    found = take(
        sheet(
            f"社区|年龄|性别|人群类别|{asked}\n甲|70|女|独居老人|助餐、助浴\n甲|{word}|{word}|{word}|{word}\n甲|71|男||助浴"
        )
    )
    row = found.tables["survey"].iloc[1]
    refused = {issue.where.cell for issue in found.issues if issue.where and issue.severity == "error"}
    needs = "未知" if np.isnan(row["need:ELD01"]) else "不需要"
    return {
        "need": needs,
        "groups": "未知" if row["groups"] is None else "都不属于",
        "sex": "看不懂" if "C3" in refused else "未知",
        "number": "看不懂" if "B3" in refused else "未知",
    }


@pytest.mark.parametrize("word", WORDS)
def test_a_word_instead_of_an_answer_means_what_the_page_says(word: str) -> None:
    told = {"不算任何一项需求": "不需要", "和空着一样": meanings("")["need"]}

    assert meanings(word) == {field: told.get(said, said) for field, said in WORDS[word].items()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_templates_ask_for_the_words_of_the_page(language: str) -> None:
    assert WORDS["不详"]["number"] == WORDS["不详"]["need"] == "未知"
    assert "不详" in text("template.steps.blanks", language)
    assert "不详" in text("template.more.survey", language)
    assert WORDS["无"]["groups"] == "都不属于"
    assert "无" in text("template.fill.survey.groups", language)
    assert {"不详", "无", "其他", "/", "-"} <= WORDS.keys()


def test_a_need_ticked_counts_before_no_need() -> None:
    assert meals("您需要哪些服务（可多选）", "助餐、暂无需求", "助浴") == [YES, NO]


def test_steps_of_a_scale_count_from_needed_on() -> None:
    steps = ("非常需要|", "比较需要|", "需要|", "一般|", "不太需要|", "不需要|", "|需要")

    assert meals("助餐|助浴", *steps) == [YES, YES, YES, NO, NO, NO, UNKNOWN]
    assert meals("助餐|助浴", "5|3", "4|2", "3|1", "1|5") == [YES, YES, NO, NO]


@pytest.mark.parametrize("question", [
    "您需要哪些服务（限选三项）", "您最需要哪些服务", "希望新增哪些服务（可多选）", "您家需要哪些服务（可多选）",
])  # fmt: skip
def test_ranks_wishes_and_households_give_no_persons(question: str) -> None:
    columns = set(survey(f"{WHO}|{question}\n甲|70|女|助餐、助浴\n甲|71|男|助浴").columns)

    assert "rank:ELD01" in columns
    assert "need:ELD01" not in columns


@pytest.mark.parametrize("mark", ["、", "，", ",", "；", ";", "/", "|", " ", "\n"])
def test_options_are_parted_by_any_usual_mark(mark: str) -> None:
    known = {"助餐": 2, "助浴": 2}

    found = find_separator({f"助餐{mark}助浴": 3, "助浴": 2}, lambda option: known.get(option, 0))

    assert found


@pytest.mark.parametrize(("text", "low", "high"), [
    ("70", 70, 70), ("65岁", 65, 65), ("六十五", 65, 65), ("约70", 70, 70), ("60多", 60, 60), ("70-79", 70, 79),
    ("80岁以上", 80, 120),
])  # fmt: skip
def test_ages_are_read(text: str, low: float, high: float) -> None:
    row = survey(f"{WHO}|助餐|助浴\n甲|'{text}|女|√|\n甲|40|男||√").iloc[0]

    assert (row["age_low"], row["age_high"]) == (low, high)


def test_age_and_sex_come_from_the_id_card() -> None:
    row = survey("姓名|身份证号|社区|助餐|助浴\n李四|'99999919500101123X|甲|√|\n王五||甲||√").iloc[0]

    assert (row["age_low"], row["sex"]) == (76, "男")


@pytest.mark.parametrize("date", ["2026-10-05", "2026年10月5日", "20261005", "10月5日"])
def test_dates_are_read(date: str) -> None:
    row = survey(f"日期|{WHO}|助餐|助浴\n'{date}|甲|70|女|√|\n2026-10-06|甲|71|男||√").iloc[0]

    assert (row["month"], row["date"].day) == ("2026-10", 5)


@pytest.mark.parametrize("header", ["填表日期", "填表时间", "填报时间", "走访日期", "登记时间"])
def test_the_day_of_an_answer_is_known_by_its_usual_headers(header: str) -> None:
    row = survey(f"{header}|{WHO}|助餐|助浴\n2026-10-05|甲|70|女|√|\n2026-10-06|甲|71|男||√").iloc[0]

    assert row["date"].day == 5


def test_a_community_has_many_names() -> None:
    names = survey(f"{WHO}|助餐|助浴\n槐荫里|70|女|√|\n槐荫里社区|71|男||√\n槐荫里居委会|72|女|√|")["community"]

    assert names.nunique() == 1


def test_the_last_answer_of_a_person_stays_whole() -> None:
    answers = take_clean(sheet("""
        日期|姓名|联系电话|社区|年龄|性别|助餐|助浴
        2026-10-03|张三|'15400000001|甲|70|女|√|√
        2026-10-20|张三|'15400000001|甲|70|女||√
        2026-10-20|李*|'15400000002|甲|71|男|√|
        2026-10-21|李*|'15400000002|甲|71|男||√
    """)).survey  # fmt: skip

    assert len(answers) == 3
    assert list(answers["need:ELD01"]) == [NO, YES, NO]


def test_usage_sent_as_details_and_as_a_sum_is_counted_twice() -> None:
    menu = sheet("服务编码|服务名称|对应需求|服务对象\nA|老年食堂|助餐|居民", name="服务菜单")
    details = sheet("日期|服务项目|人次\n2026-10-08|老年食堂|3\n2026-10-09|老年食堂|4", name="使用记录")
    total = sheet("月份|服务项目|人次\n2026-10|老年食堂|7", name="使用汇总", file="汇总.xlsx")

    assert take_clean(menu, details, total).usage["count"].sum() == 14


@pytest.mark.parametrize(("period", "schedule", "monthly"), [
    ("月", "", 10), ("", "", 10), ("日", "周一至周五", 180), ("日", "每天", 310), ("日", "周一、周三", 80),
    ("日", "", 180), ("周", "", 10 * 31 / 7), ("场", "每月2场", 20), ("场", "", 10), ("年", "", 10 / 12),
])  # fmt: skip
def test_capacity_is_brought_to_the_month(period: str, schedule: str, monthly: float) -> None:
    assert capacity("10", period, schedule) == pytest.approx(monthly)


def capacity(figure: str, period: str, schedule: str = "") -> float:
    supply = take(sheet(f"服务项目|服务点|容量|容量周期|开放时间\n食堂|甲点|{figure}|{period}|{schedule}")).tables[
        "supply"
    ]
    return float(supply["monthly"].iloc[0])


@pytest.mark.parametrize(("period", "monthly"), [("季度", 10 / 3), ("半年", 10 / 6)])
def test_a_longer_period_is_brought_to_the_month(period: str, monthly: float) -> None:
    assert capacity("10", period) == pytest.approx(monthly)


def test_a_period_within_the_figure_is_not_dropped_silently() -> None:
    taken = take(sheet("服务项目|服务点|容量\n食堂|甲点|100人/天"))

    assert taken.tables["supply"]["monthly"].iloc[0] != 100 or codes(taken) & {"W131", "E112"}


@pytest.mark.parametrize("figure", ["100人/天", "每天100份"])
def test_a_period_within_the_figure_counts_where_its_own_cell_is_blank(figure: str) -> None:
    assert capacity(figure, "") == pytest.approx(1800)


def test_the_defaults_of_the_page_are_those_of_the_program() -> None:
    from needs_analytics.core.options import Options
    from needs_analytics.intake.scales import DEFAULT_THRESHOLD

    options = Options()
    radii = options.matching.default_radius_m
    tiers = "、".join(f"{tier} {radii[tier]:g} 米" for tier in ("片区", "社区", "小区", "村"))

    assert f"{tiers}，没写级别的 {radii['']:g} 米" in PAGE
    assert f"**{options.cleaning.youngest_age}周岁及以上的居民**" in PAGE
    assert f"{DEFAULT_THRESHOLD:g} 分和 5 分算需要" in PAGE
    assert f"{options.gaps.bad_rating:g} 分及以下算不满意" in PAGE
