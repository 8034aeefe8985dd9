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
    wanted = rows["needs"].fillna("").str.split(" ")
    needs = pd.DataFrame({need: [need in own for own in wanted] for need in sorted({n for own in wanted for n in own} - {""})})
    tables = {"services": sheet(menu), "supply": sheet(supply).fillna("").astype({"capacity": float})}
    tables["supply"] = tables["supply"].assign(period="月", open_on="1234567", most_days="")
    tables |= {name: sheet(grid).fillna("") for name, grid in (more or {}).items()}
    return Snapshot(Plan("mini", "小镇", tables=tables), 0, MONTH, _places(households), residents, needs.astype(float), needs)


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
    rating = rows["rating"] if "rating" in rows else None
    status = rows["status"].fillna("完成") if "status" in rows else "完成"
    return rows.assign(
        person=rows["person"].fillna(-1).astype(int), count=rows["count"].astype(int), status=status, rating=rating
    )
