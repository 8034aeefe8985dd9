"""What a capacity and a schedule come to in a month: October 2026 has holidays from the 1st to the 7th."""

from __future__ import annotations

import pytest

from helpers.grids import sheet, take, told


@pytest.mark.parametrize(
    ("capacity", "period", "schedule", "monthly"),
    [
        ("10", "每天", "每天 8:00-20:00", 310),
        ("10", "每天", "周一至周六", 270),
        ("10", "每周", "周二、周四", 10 * 31 / 7),
        ("10", "每场", "每周三下午", 40),
        ("10", "每场", "每周六 9:30-11:00、14:30-16:00", 100),
        ("10", "每场", "每月第二、第四个周五", 20),
        ("10", "每场", "每月15日、30日", 20),
        ("10", "每场", "每月逢5、10赶场", 60),
        ("10", "每场", "每周2次", 10 * 2 * 52 / 12),
        ("10", "每天", "7月6日至10月9日，周六", 10),
        ("每天40份", "", "每天", 1240),
        ("每次约30人", "", "每周三", 120),
    ],
)
def test_a_capacity_a_month_follows_the_calendar(capacity: str, period: str, schedule: str, monthly: float) -> None:
    supply = take(
        sheet(f"服务项目 | 服务点 | 容量 | 容量周期 | 开放时间\n助餐 | 东门站 | '{capacity} | {period} | {schedule}")
    )
    assert supply.tables["supply"]["monthly"].tolist() == [pytest.approx(monthly)]


def test_a_capacity_per_what_nobody_can_read_is_unknown_and_no_month() -> None:
    found = take(sheet("服务项目 | 服务点 | 容量 | 容量周期\n助餐 | 东门站 | 30 | 个\n助餐 | 西门站 | 20 | 月"))
    assert found.tables["supply"]["monthly"].tolist() == [pytest.approx(float("nan"), nan_ok=True), 20]
    assert told(found, "W131") == [("D2", "个")]
    assert not told(found, "W704")


def test_an_unlimited_capacity_is_not_known_and_said() -> None:
    found = take(sheet("服务项目 | 服务点 | 容量 | 容量周期\n代办 | 东门站 | 不限 | 每天"))
    assert found.tables["supply"]["capacity"].isna().all()
    assert [issue.value for issue in found.issues if issue.code == "W111"] == ["不限"]
