"""The map of a gap and its sites: the printed figures, where coordinates are, of the need most live too far from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import needs_analytics as na
from helpers.town import residents, run_stages, survey, town
from needs_analytics.core.options import GapsOptions, Options
from needs_analytics.errors import UsageError
from needs_analytics.reports.charts import as_number
from needs_analytics.reports.content.build import build_document, report_wording
from needs_analytics.reports.content.gap_map import gap_map
from needs_analytics.reports.content.gap_tables import printable_gaps

if TYPE_CHECKING:
    from needs_analytics.core.results import MonthResult
    from needs_analytics.reports.charts import PlaceMap

PLACES = "community | grid | x | y | population\n" + "\n".join(
    f"{community} | {grid}网格 | {x} | {y} | 400"
    for community, x in (("甲", 0), ("乙", 4000))
    for grid, y in (("一", 0), ("二", 300))
)
SITES = "site | name | tier | community | x | y | radius_m\n食堂站 | 甲食堂 | 社区 | 甲 | 100 | 100 | 650"
REGISTER = "community | age_low | age_high | sex | persons\n甲 | 16 | 120 | 男 | 800\n乙 | 16 | 120 | 男 | 800"


def month(places: str = PLACES) -> MonthResult:
    """Return a month of two communities; the canteen is near the first, and nobody offers baths."""
    people = survey(*(
        residents(60, community=community, grid=f"{grid}网格", age=70, sex="男", yes={"ELD01": 30, "ELD02": 40})
        for community in "甲乙" for grid in "一二"
    ))  # fmt: skip
    cleaned = town(
        people, register=REGISTER, places=places, sites=SITES, menu="service | needs | mode\n食堂 | ELD01 | 到点",
        supply="service | site | capacity\n食堂 | 食堂站 | 100", usage="service | count\n食堂 | 90",
    )  # fmt: skip
    return run_stages(cleaned, options=Options(gaps=GapsOptions(replicates=10)))


def drawn(result: MonthResult, need: str = "") -> PlaceMap | None:
    words = report_wording(result, "zh")
    return gap_map(result, printable_gaps(result, words), words, need)


def test_the_map_shows_the_printed_gap_of_every_grid_where_it_is() -> None:
    result = month()
    chart = drawn(result)
    assert chart is not None
    assert chart.title == "助餐缺口与服务点分布"
    shown = printable_gaps(result, report_wording(result, "zh")).set_index(["code", "community_code", "grid"])["gap"]
    for point in chart.points:
        assert as_number(point.value) == as_number(shown["ELD01", *point.label.split()])
    assert {(point.east, point.north) for point in chart.points} == {(0, 0), (0, 300), (4000, 0), (4000, 300)}


def test_a_site_reaches_as_far_as_a_walk_of_its_radius_goes_straight() -> None:
    chart = drawn(month())
    assert chart is not None
    (site,) = chart.sites
    assert (site.label, site.east, site.north) == ("甲食堂", 100, 100)
    assert site.reach == pytest.approx(650 / 1.3)


def test_a_need_without_any_site_is_drawn_if_asked_for() -> None:
    chart = drawn(month(), "ELD02")
    assert chart is not None
    assert not chart.sites
    assert len(chart.points) == 4


def test_without_coordinates_there_is_no_map() -> None:
    result = month(PLACES.replace("| 0 |", "|  |").replace("| 4000 |", "|  |"))
    assert drawn(result) is None


def test_a_place_with_half_a_coordinate_is_left_out() -> None:
    chart = drawn(month(PLACES.replace("甲 | 一网格 | 0 | 0 |", "甲 | 一网格 | 0 | |")))
    assert chart is not None
    assert sorted(point.label for point in chart.points) == ["乙 一网格", "乙 二网格", "甲 二网格"]


def test_the_map_of_a_need_is_asked_for_by_its_name_or_code() -> None:
    result = month()
    named = na.plot_month(result, "gap_map", need="助餐")
    assert named.png == na.plot_month(result, "gap_map", need="ELD01").png
    assert named.alt.startswith("示意地图：助餐缺口与服务点分布。4个地方、1个服务点，")
    with pytest.raises(UsageError, match="没有“飞行”"):
        na.plot_month(result, "gap_map", need="飞行")


def test_the_report_holds_the_flows_and_the_map() -> None:
    charts = {chart.id: chart for chart in build_document(month()).charts}
    assert {"gap_flows", "gap_map"} <= set(charts)
    assert charts["gap_flows"].rows == charts["gaps_chart"].rows
