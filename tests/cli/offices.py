"""The smallest month an office would send: a survey of two communities, a register, a menu with its supply, uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MONTH = "2026-10"
COMMUNITIES = ("和平社区", "滨河社区")
_CHOICES = ("助餐", "助浴", "助餐┋助浴", "暂无需求")


def survey(people: int = 40) -> str:
    """Return the answers of so many residents, old and young, women and men, in turn."""
    rows = [
        f"{COMMUNITIES[place % 2]},{'男女'[place // 2 % 2]},{30 + place * 7 % 55},2026-10-{place % 28 + 1:02d},"
        f"{_CHOICES[place % 4]}"
        for place in range(people)
    ]
    return table("社区,性别,年龄,走访日期,您需要哪些服务（多选）", *rows)


def register(*communities: str) -> str:
    """Return the residents of communities by sex and age."""
    bands = ("16-44", "45-59", "60-79", "80+")
    return table(
        "社区,年龄段,性别,人数",
        *(f"{place},{band},{sex},200" for place in communities for band in bands for sex in "男女"),
    )


def menu(needs: str = "助餐") -> str:
    """Return a menu of two services; the first covers the needs named."""
    return table(
        "服务名称,对应需求,服务对象,服务方式,计量单位,人均月使用次数",
        f"老年食堂,{needs},60岁及以上,到点,人次,20",
        "上门助浴,助浴,60岁及以上,上门,人次,2",
    )


def supply() -> str:
    """Return the services' capacities."""
    return table("服务项目,服务点,容量,容量周期", "老年食堂,和平食堂,2000,月", "上门助浴,和平站,40,月")


def usage() -> str:
    """Return the month's uses by service."""
    return table("服务项目,服务点,日期,人次", "老年食堂,和平食堂,2026-10-08,900", "上门助浴,和平站,2026-10-09,30")


def table(*lines: str) -> str:
    """Return lines as the text of a CSV file."""
    return "".join(f"{line}\n" for line in lines)


def whole_month() -> dict[str, str]:
    """Return file name to text of a month in which nothing is missing."""
    return {
        "需求调查.csv": survey(),
        "人口底册.csv": register(*COMMUNITIES),
        "服务菜单.csv": menu(),
        "服务容量.csv": supply(),
        "使用记录.csv": usage(),
    }


def put(workspace: Path, files: Mapping[str, str | bytes], month: str = MONTH) -> Path:
    """Write files into a month's folder."""
    folder = workspace / "inbox" / month
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder
