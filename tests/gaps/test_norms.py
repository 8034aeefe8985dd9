"""Norms by hand: what is measured, what stays unknown, the office's own limits, and the need beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from helpers.town import MEALS, codes, no_segments, residents, run_stages, survey, town
from needs_analytics.core.results import NORMS_COLUMNS, GapReport

if TYPE_CHECKING:
    import pandas as pd

REGISTER = "community | age_low | age_high | sex | persons\n甲 | 16 | 120 | 男 | 400\n乙 | 16 | 120 | 男 | 400"
OPEN = {"menu": "service | needs\nS | ELD01", "supply": "service | site | capacity\nS | - | 1000"}
GRIDS = "community | grid | x | y | households\n甲 | 1 | 0 | 0 | 400\n甲 | 2 | 0 | 100 | 200\n乙 | 1 | 1000 | 0 | 800"
SITES = "site | community | x | y | area_m2\n甲为老服务中心 | 甲 | 0 | 0 | 90\n甲长者食堂 | 甲 | 0 | 0 | 30"


def report(**given: Any) -> GapReport:
    people = survey(*(residents(40, community=c, age=70, sex="男", yes={MEALS: 20}) for c in "甲乙"))
    month = town(people, **{"register": REGISTER, **OPEN, "places": GRIDS, "sites": SITES, **given})
    return run_stages(month, segments=no_segments()).gaps


def norm(name: str, **given: Any) -> pd.DataFrame:
    norms = report(**given).norms
    return norms[norms["norm"] == name].set_index("community")


def own(line: str) -> str:
    return f"norm | object | indicator | value_min | value_max | unit | facilities | source\n{line}"


def test_area_per_100_households_adds_up_the_facilities_of_a_community() -> None:
    found = norm("EL02")
    assert found.loc["甲", ["value", "met", "facilities"]].tolist() == [20, 1, 2]
    assert found.loc["乙", ["value", "met", "facilities"]].tolist() == [0, 0, 0]
    assert found.loc["甲", "decided_by"] == "甲为老服务中心、甲长者食堂"


def test_a_radius_is_the_walk_from_the_farthest_grid_to_the_nearest_facility_of_any_community() -> None:
    found = norm("EL05")
    assert found["value"].to_dict() == {"乙": 1300.0, "甲": 130.0}
    assert found["met"].to_dict() == {"乙": 0.0, "甲": 1.0}
    assert found.loc["甲", "decided_by"] == "2"


def test_households_per_grid_have_both_limits() -> None:
    assert norm("GR01")["met"].to_dict() == {"乙": 0.0, "甲": 1.0}  # 800 and 300 households a grid, 300–500 required


def test_an_unknown_area_leaves_it_open_unless_the_others_are_enough() -> None:
    unknown = "site | community | area_m2\n甲为老服务中心 | 甲 | {}\n甲长者食堂 | 甲 | -"
    assert np.isnan(norm("EL02", sites=unknown.format(60))["met"]["甲"])
    assert norm("EL02", sites=unknown.format(90))["met"]["甲"] == 1


def test_a_grid_without_coordinates_leaves_the_radius_open() -> None:
    grids = GRIDS.replace("甲 | 2 | 0 | 100", "甲 | 2 | - | -")
    assert np.isnan(norm("EL05", places=grids)["met"]["甲"])


def test_a_kind_of_facility_that_no_row_names_is_not_judged() -> None:
    assert norm("CS01").empty


def test_the_offices_own_limit_comes_before_the_codebooks() -> None:
    found = norm("EL02", norms=own("- | 社区养老服务设施（既有） | 每百户面积 | 25 | - | m2/百户 | - | 本区规划"))
    assert found.loc["甲", ["required", "met", "source", "own"]].tolist() == ["≥25", 0, "本区规划", True]


def test_a_norm_of_the_offices_own_is_measured_by_its_indicator_on_the_facilities_it_names() -> None:
    found = norm("BD-1", norms=own("BD-1 | 助餐点 | 服务半径 | - | 100 | m | 长者食堂、助餐点 | 本区规划"))
    assert found.loc["甲", ["value", "required", "met"]].tolist() == [130, "≤100", 0]


def test_an_own_norm_that_nothing_measures_is_told() -> None:
    gaps = report(norms=own("BD-2 | 图书室 | 藏书量 | 2000 | - | 册 | - | 本区规划"))
    assert "I731" in codes(gaps)
    assert "BD-2" not in set(gaps.norms["norm"])


def test_whether_the_need_is_short_stands_beside_whether_the_norm_is_met() -> None:
    assert norm("EL02")["short"].to_dict() == {"乙": 0.0, "甲": 0.0}
    few = norm("EL02", supply="service | site | capacity\nS | - | 20", usage="service | count\nS | 20")
    assert few["short"].to_dict() == {"乙": 1.0, "甲": 1.0}
    assert few["met"].to_dict() == {"乙": 0.0, "甲": 1.0}


def test_norms_are_measured_without_a_menu_too() -> None:
    norms = report(menu=None, supply=None).norms
    assert list(norms.columns) == list(NORMS_COLUMNS)
    assert norms["short"].isna().all()
    assert (norms["norm"] == "EL02").any()
