"""Which grids border on which, and whom a site without coordinates serves then."""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.town import codes, residents, run_stages, survey, town
from needs_analytics.core.options import GapsOptions, Options
from needs_analytics.matching.adjacency import find_neighbours

PLACES = """community | grid | population | neighbours
甲 | 第一网格 | 400 | 第二网格、乙第三网格
甲 | 第二网格 | 400 |
甲 | 第九网格 | 400 | 第二网格，第十网格
乙 | 第三网格 | 400 |"""
SERVICE = {"menu": "service | needs | mode\nS | ELD01 | 到点", "supply": "service | site | capacity\nS | P | 9000"}


def places(*rows: tuple[str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["community", "grid", "neighbours"])


def served(sites: str, told: str = PLACES) -> tuple[set[str], list[str]]:
    """Return the grids that the plan serves, and what is said."""
    people = survey(*(
        residents(30, community=community, grid=f"第{grid}网格", age=70, sex="男", yes={"ELD01": 15})
        for community, grid in (("甲", "一"), ("甲", "二"), ("甲", "九"), ("乙", "三"))
    ))  # fmt: skip
    register = "community | age_low | age_high | sex | persons\n甲 | 16 | 120 | 男 | 1200\n乙 | 16 | 120 | 男 | 400"
    cleaned = town(people, register=register, places=told, sites=sites, **SERVICE)
    plan = run_stages(cleaned, options=Options(gaps=GapsOptions(replicates=10))).matches
    return set(plan.table["grid"]), codes(plan)


def test_neighbours_are_mutual_and_told_by_the_grid_or_with_its_community() -> None:
    found = find_neighbours(places(("甲", "一", "二、乙三"), ("甲", "二", ""), ("乙", "三", "")))
    assert found.near.tolist() == [[True, True, True], [True, True, False], [True, False, True]]
    assert found.told.tolist() == [True, False, False]


def test_a_name_that_is_no_grid_is_told_and_decides_nothing() -> None:
    found = find_neighbours(places(("甲", "一", "二 九"), ("甲", "二", np.nan)))
    assert found.unknown == ("九",)
    assert find_neighbours(places(("甲", "一", "九"))).told.tolist() == [False]


def test_a_site_serves_its_own_grid_and_those_that_border_on_it() -> None:
    """甲's second grid tells no neighbours: its community decides, as before."""
    grids, said = served("site | community | grid\nP | 甲 | 第一网格")
    assert grids == {"第一网格", "第二网格"}
    assert "W715" in said


def test_a_site_across_the_border_of_communities_is_reached() -> None:
    assert served("site | community | grid\nP | 乙 | 第三网格")[0] == {"第一网格", "第三网格"}


def test_a_site_without_a_grid_is_everybodys_in_its_community() -> None:
    assert served("site | community\nP | 甲")[0] == {"第一网格", "第二网格", "第九网格"}


def test_who_tells_no_neighbours_is_served_by_community() -> None:
    told = "\n".join(line.rsplit("|", 1)[0] for line in PLACES.splitlines())
    grids, said = served("site | community | grid\nP | 甲 | 第一网格", told)
    assert grids == {"第一网格", "第二网格", "第九网格"}
    assert "W715" not in said
