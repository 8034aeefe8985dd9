"""What cannot be is refused, what is rare is kept and flagged."""

from __future__ import annotations

import pytest

from helpers.grids import sheet, survey, take, told


def homes(size: object) -> str:
    return f"社区|性别|家庭人口|您需要哪些服务\n甲|女|{size}|助餐、助浴\n甲|男|3|助浴"


@pytest.mark.parametrize(("size", "kept"), [(0, None), (1, 1), (15, 15), (40, 40)])
def test_a_household_has_somebody_and_seldom_more_than_fifteen(size: int, kept: float | None) -> None:
    found = survey(homes(size))["household_size"].astype(object)
    assert found.where(found.notna(), None).tolist() == [kept, 3]
    assert told(take(sheet(homes(size))), "E103") == ([("C2", "0")] if size == 0 else [])
    assert told(take(sheet(homes(size))), "W104") == ([("C2", "40")] if size == 40 else [])


@pytest.mark.parametrize(("age", "flagged"), [(110, False), (112, True), ("80岁以上", False)])
def test_an_age_over_110_is_kept_and_flagged(age: object, flagged: bool) -> None:
    found = take(sheet(f"社区|性别|年龄|您需要哪些服务\n甲|女|{age}|助餐、助浴\n甲|男|60|助浴"))
    assert found.tables["survey"]["age_high"].notna().all()
    assert bool(told(found, "W104")) == flagged


def test_an_age_band_from_high_to_low_is_not_understood() -> None:
    found = take(sheet("社区|年龄段|性别|人数\n甲|60-50|女|3\n甲|60以上|男|5"))
    assert told(found, "E112") == [("B2", "60-50")]
