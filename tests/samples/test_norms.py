"""Norms of the catalogue, measured by hand in a mini town; met and missed in the default one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helpers.town import one
from needs_analytics.samples.norms import check_norms

from .mini_town import mini_town

if TYPE_CHECKING:
    import pandas as pd

    from needs_analytics.samples import Snapshot

MENU = "service | name | needs | mode | uses | who\nS1 | 书屋 | 图书阅览 | 到点 | 1 | all"
SUPPLY = "service | site | capacity\nS1 | 甲站 | 9"
NORMS = """
norm | measure                 | required | sites
CS01 | area_per_100_households | least    | 站
CS03 | largest_area            | least    | 甲站
EL05 | farthest_grid           | most     | 站
GR01 | households_per_grid     | between  | -
"""


@pytest.fixture(scope="module")
def norms() -> pd.DataFrame:
    people = "community | age | needs\n甲 | 30 | CUL04\n乙 | 30 | CUL04"
    return check_norms(mini_town(people, menu=MENU, supply=SUPPLY, households=(800, 400), more={"norms": NORMS}))


@pytest.mark.parametrize(
    ("norm", "community", "value", "required", "met"),
    [
        ("CS01", "甲", 37.5, "≥30", True),
        ("CS01", "乙", 25.0, "≥30", False),
        ("CS03", "甲", 300.0, "≥600", False),
        ("CS03", "乙", 0.0, "≥600", False),
        ("EL05", "甲", 0.0, "≤700", True),
        ("EL05", "乙", 390.0, "≤700", True),
        ("GR01", "甲", 800.0, "300–500", False),
        ("GR01", "乙", 400.0, "300–500", True),
    ],
)
def test_a_norm_is_what_the_sites_and_grids_of_a_community_make(
    norm: str, community: str, value: float, required: str, met: bool, norms: pd.DataFrame
) -> None:
    row = one(norms, norm=norm, community=community)
    assert (row["value"], row["required"], row["met"]) == (value, required, met)


def test_every_norm_is_met_somewhere_and_missed_elsewhere(snapshot: Snapshot) -> None:
    met = check_norms(snapshot).groupby("norm")["met"]
    assert met.any().all()
    assert not met.all().any()
