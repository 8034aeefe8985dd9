"""How opening times, periods and capacities are worded: October 2026 has holidays from the 1st to the 7th."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helpers.grids import sheet, take, told
from needs_analytics.core.messages import issue_remedy, issue_sentence
from needs_analytics.intake.numbers import read_distance, read_frequency
from needs_analytics.intake.terms import read_modes, read_period

if TYPE_CHECKING:
    from needs_analytics.core.records import Intake


def offered(capacity: str, period: str, schedule: str, month: str = "2026-10") -> Intake:
    """Take in one service with 20 places; a second one makes its columns known."""
    header = "服务项目 | 服务点 | 容量 | 容量周期 | 开放时间"
    rows = f"助餐 | 东门站 | '{capacity} | {period} | {schedule}\n助浴 | 东门站 | 5 | 月 | 每天"
    return take(sheet(f"{header}\n{rows}"), month=month)


def monthly(found: Intake) -> float:
    return float(found.tables["supply"]["monthly"].iloc[0])


def said(found: Intake, language: str = "zh") -> list[tuple[str, str]]:
    """Return the cell and the sentences of each conversion that is said."""
    issues = [issue for issue in found.issues if issue.code == "W704"]
    return [(issue.where.cell, issue_sentence(issue, language) + issue_remedy(issue, language)) for issue in issues]


@pytest.mark.parametrize(
    ("period", "schedule", "sessions"),
    [
        ("场", "隔周周三", 2),
        ("场", "隔周三", 2),
        ("场", "每两周周三", 2),
        ("场", "每隔一周的周三", 2),
        ("场", "单周周六", 2.5),
        ("场", "双周周三上午", 2),
        ("场", "每隔两周周三", 4 / 3),
        ("场", "双周", 26 / 12),
        ("场", "每两周一次", 26 / 12),
        ("日", "隔周周三", 2),
        ("日", "双周周末", 4.5),
        ("场", "隔周周三，每月2场", 2),
        ("日", "隔天", 15.5),
        ("双周", "", 31 / 14),
        ("每两周", "", 31 / 14),
        ("隔周", "", 31 / 14),
        ("双月", "", 0.5),
        ("半月", "", 2),
        ("旬", "", 3),
        ("3个月", "", 1 / 3),
        ("次", "每周六", 5),
    ],
)
def test_every_second_week_is_half_of_every_week(period: str, schedule: str, sessions: float) -> None:
    found = offered("20", period, schedule)
    assert monthly(found) == pytest.approx(20 * sessions)
    assert not said(found)


@pytest.mark.parametrize(
    ("schedule", "sessions"),
    [
        ("每周六、日上午、下午", 18),
        ("每周六、日上下午", 18),
        ("周二上午、周四下午", 9),
        ("周二9:00-11:00、周四14:00-16:00", 9),
        ("周六上午、下午，周日上午", 14),
        ("上午9点至下午5点 每周六", 5),
        ("早8点至晚6点 周三", 4),
        ("周六、日各2场", 18),
        ("周六上午、下午各一场", 10),
        ("每天2场", 62),
        ("每周三 9:00-17:00（午休12:00-14:00）", 4),
    ],
)
def test_each_weekday_counts_as_often_as_its_own_times(schedule: str, sessions: float) -> None:
    assert monthly(offered("20", "场", schedule)) == pytest.approx(20 * sessions)


@pytest.mark.parametrize(
    ("schedule", "days"),
    [
        ("节假日除外每天", 24),
        ("每天，除节假日外", 24),
        ("节假日休息", 24),
        ("节假日、双休日除外", 17),
        ("周一至周六，国庆休息", 21),
        ("周一至周六，春节休息", 27),
        ("周一至周六（法定节假日除外）", 21),
        ("周一至周六 法定节假日休息", 21),
        ("周一、周三、周五，五一、国庆放假", 10),
        ("周一至周六8:30-11:30、14:00-17:00，周日及法定节假日休息", 21),
        ("每天（周一闭馆）", 27),
        ("周二至周日，周一闭馆", 27),
        ("法定节假日", 7),
        ("周末及法定节假日", 14),
        ("周一至周五，节假日不休", 22),
        ("全年无休", 31),
        ("每天，遇节假日顺延", 31),
    ],
)
def test_closed_days_and_holidays_follow_the_official_calendar(schedule: str, days: int) -> None:
    for period in ("日", "天"):
        found = offered("20", period, schedule)
        assert monthly(found) == 20 * days
        assert not said(found)


def test_sessions_a_week_are_fewer_in_a_month_with_closed_days() -> None:
    assert monthly(offered("20", "场", "每周2场，国庆休息")) == pytest.approx(20 * 2 * 52 / 12 * 24 / 31)


@pytest.mark.parametrize(
    ("schedule", "sessions"),
    [
        ("每季度一期", 1 / 3),
        ("每季度一次", 1 / 3),
        ("每季度", 1 / 3),
        ("每两个月一次", 0.5),
        ("初一、十五", 2),
        ("农历初五、十五、廿五上午", 3),
        ("单日", 16),
        ("双日", 15),
        ("逢三、六、九", 9),
        ("每月5、15、25日", 3),
        ("每月1日至5日", 5),
        ("每月第一、三周周六", 2),
        ("每月两回", 2),
        ("2场/月", 2),
        ("每周走访", 52 / 12),
        ("每周二、四晚（每周2场）", 9),
        ("每周2次（周六）", 26 / 3),
        ("工作日午餐（可加晚餐）", 18),
    ],
)
def test_other_rhythms_are_understood(schedule: str, sessions: float) -> None:
    found = offered("20", "场", schedule)
    assert monthly(found) == pytest.approx(20 * sessions)
    assert not said(found)


def test_what_a_capacity_says_itself_goes_before_its_period_and_is_said() -> None:
    found = offered("每场20人", "月", "每周六")
    assert monthly(found) == 100
    ((cell, sentence),) = said(found)
    assert cell == "C2"
    assert "按“场”计" in sentence
    assert "“月”" in sentence


@pytest.mark.parametrize(
    ("capacity", "units"),
    [("每场20人，每月2场", 40), ("每月2场，每场20人", 40), ("每场20人（每月2场）", 40), ("每天20人，每周3天", 20 * 13)],
)
def test_a_capacity_may_say_how_often_it_is_offered(capacity: str, units: float) -> None:
    found = offered(capacity, "", "")
    assert monthly(found) == pytest.approx(units)
    assert not told(found, "E112")


def test_a_schedule_that_the_capacity_contradicts_is_said() -> None:
    found = offered("每场20人，每月2场", "场", "每周六")
    assert monthly(found) == 40
    assert [cell for cell, sentence in said(found) if "每周六" in sentence] == ["C2"]


@pytest.mark.parametrize(
    ("capacity", "period", "cell"),
    [
        ("20", "小时", "D2"),
        ("20", "每小时", "D2"),
        ("20人/小时", "", "C2"),
        ("20", "三周", "D2"),
        ("20", "每月两次", "D2"),
    ],
)
def test_a_period_that_cannot_be_converted_leaves_the_capacity_unknown(capacity: str, period: str, cell: str) -> None:
    found = offered(capacity, period, "每天")
    assert monthly(found) != monthly(found)
    assert [where for where, _ in told(found, "W131")] == [cell]
    (issue,) = [issue for issue in found.issues if issue.code == "W131"]
    assert "小时" in issue_remedy(issue)


@pytest.mark.parametrize(
    ("period", "schedule", "units", "words", "month"),
    [
        ("场", "预约制", 20, "“预约制”里看不出", "2026-10"),
        ("日", "看情况", 360, "“看情况”里看不出", "2026-10"),
        ("日", "每天，寒暑假除外", 620, "“寒暑假”没有看懂", "2026-10"),
        ("场", "每月上旬周三", 80, "“上旬”没有看懂", "2026-10"),
        ("场", "隔月第一个周六", 20, "“隔月”没有看懂", "2026-10"),
        ("日", "7月6日至8月21日", 0, "本月一天也不开", "2026-10"),
        ("日", "法定节假日", 0, "本月一天也不开", "2026-11"),
        ("日", "法定节假日", 60, "放假安排还没有收录", "2035-10"),
    ],
)
def test_words_that_are_not_understood_are_named(
    period: str, schedule: str, units: float, words: str, month: str
) -> None:
    found = offered("20", period, schedule, month)
    assert monthly(found) == units
    ((cell, sentence),) = said(found)
    assert cell == "E2"
    assert words in sentence
    assert "请写明" not in sentence
    assert "?" not in said(found, "en")[0][1]


def test_a_conversion_names_the_service_as_the_menu_does() -> None:
    menu = sheet("服务编号 | 服务名称 | 对应需求 | 服务方式\nXF-07 | 探访关爱 | 探访 | 上门", file="菜单.xlsx")
    supply = sheet("服务项目 | 服务点 | 容量 | 容量周期 | 开放时间\nXF-07 | 东门站 | 20 | 场 | 预约制")
    ((cell, sentence),) = said(take(menu, supply))
    assert cell == "E2"
    assert "服务“探访关爱”" in sentence


@pytest.mark.parametrize(
    ("written", "metres"), [("1公里半", 1500), ("一公里半", 1500), ("2里半", 1250), ("1公里半左右", 1500)]
)
def test_half_a_kilometre_more_is_read(written: str, metres: float) -> None:
    assert read_distance(written).value == metres


def test_a_service_that_comes_to_the_home_is_done_there() -> None:
    assert read_modes("到家").value == "上门"


@pytest.mark.parametrize("written", ["-2", -2, "-2次"])
def test_uses_below_nothing_are_an_error(written: object) -> None:
    assert (read_frequency(written).value, read_frequency(written).code) == (None, "E114")


@pytest.mark.parametrize(
    ("written", "period"), [("双周", "双周"), ("每隔一周", "双周"), ("6个月", "半年"), ("一周", "周"), ("每月", "月")]
)
def test_a_period_of_several_is_not_one_of_them(written: str, period: str) -> None:
    assert read_period(written).value == period
