"""A town of a dozen people, two communities 4 km apart and two sites, to be counted by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from helpers.town import sheet
from needs_analytics.core.month import Month
from needs_analytics.samples import Plan, Snapshot
from needs_analytics.samples.town import Town

if TYPE_CHECKING:
    from collections.abc import Mapping

MONTH = Month.parse("2026-10")


def mini_town(
    people: str, *, menu: str, supply: str, households: tuple[int, int] = (6, 6), more: Mapping[str, str] | None = None
) -> Snapshot:
    """Return a snapshot: ``people`` are lines of ``community | age | needs``; who is 60 or older is ``elderly``."""
    rows = sheet(people)
    number = np.where(rows["community"] == "甲", 0, 1)
    age = rows["age"].astype(int)
    residents = pd.DataFrame({"community": rows["community"], "place": number, "age": age, "elderly": age >= 60})
    needs = rows["needs"].str.get_dummies(" ").astype(bool)
    tables = {"services": sheet(menu), "supply": sheet(supply).fillna("").astype({"capacity": float})}
    tables["supply"] = tables["supply"].assign(period="月", open_on="1234567", most_days="")
    tables |= {name: sheet(grid).fillna("") for name, grid in (more or {}).items()}
    plan = Plan("mini", "小镇", tables=tables)
    return Snapshot(plan, 0, MONTH, _places(households), residents, needs.astype(float), needs)


def _places(households: tuple[int, int]) -> Town:
    communities = pd.DataFrame({"community": ["甲", "乙"]})
    grids = communities.assign(number=1, east_km=[0.0, 4.0], north_km=0.0, households=households)
    sites = pd.DataFrame({
        "site": ["甲站", "乙站"], "tier": "社区", "community": ["甲", "乙"], "grid": 1, "east_km": [0.0, 4.3],
        "north_km": 0.0, "radius_m": 1000, "area_m2": [300, 100],
    })  # fmt: skip
    return Town(communities, grids, sites)


def record(text: str) -> pd.DataFrame:
    """Return a record of use: lines of ``service | site | person | count | status | rating``; 完成 if not said."""
    rows = sheet(text)
    said = rows.reindex(columns=["service", "site", "person", "count", "status", "rating"]).astype(object)
    said = said.assign(person=said["person"].fillna(-1), status=said["status"].fillna("完成"))
    return said.astype({"person": int, "count": int})
