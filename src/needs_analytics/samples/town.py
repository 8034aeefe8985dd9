"""The sub-district on the map: communities, their grids and the service sites."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from needs_analytics.samples.draws import packaged_table, stream

if TYPE_CHECKING:
    import pandas as pd

SUBDISTRICT = "幸福街道"
CENTRE = (117.2, 31.8)
"""Longitude and latitude (WGS-84) of the middle: a point without meaning."""
KM_PER_DEGREE = (111.32 * float(np.cos(np.radians(CENTRE[1]))), 110.95)
_GOLDEN_ANGLE = np.pi * (3 - np.sqrt(5))


@dataclass(frozen=True)
class Town:
    """The sub-district's places.

    Attributes
    ----------
    communities
        One row per community: ``community, kind, east_km, north_km, grids``.
    grids
        One row per grid: ``community, kind, number`` (within its community), ``east_km, north_km, lon, lat,
        households``.
    sites
        One row per service site: ``site, tier, community, grid, radius_m, area_m2, operator, address``, and its place
        as in ``grids``.
    """

    communities: pd.DataFrame
    grids: pd.DataFrame
    sites: pd.DataFrame


def lay_out_town(seed: int) -> Town:
    """Lay out twelve communities, seventy grids and twenty-eight sites; the same in every month of a seed."""
    communities = packaged_table("communities")
    grids = _lay_out_grids(communities, stream(seed, "grids"))
    return Town(communities, grids, _place_sites(grids, stream(seed, "sites")))


def _lay_out_grids(communities: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Spread each community's grids round its middle in a sunflower, a little out of order as real ones are."""
    grids = communities.loc[communities.index.repeat(communities["grids"])].reset_index(drop=True)
    number = grids.groupby("community").cumcount().to_numpy() + 1
    spacing = np.where(grids["kind"] == "村", 0.30, 0.21)
    radius = spacing * np.sqrt(number - 0.5)
    angle = number * _GOLDEN_ANGLE
    east = grids["east_km"] + radius * np.cos(angle) + rng.normal(0, 0.03, len(grids))
    north = grids["north_km"] + radius * np.sin(angle) + rng.normal(0, 0.03, len(grids))
    households = (254 + rng.gamma(1.2, 36, len(grids))).round().clip(250, 550).astype(int)
    placed = grids[["community", "kind"]].assign(number=number, east_km=east, north_km=north, households=households)
    return _with_coordinates(placed)


def _place_sites(grids: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Put each site near the middle of the grid it stands in."""
    sites = packaged_table("sites")
    where = grids[["community", "number", "east_km", "north_km"]].rename(columns={"number": "grid"})
    sites = sites.merge(where, on=["community", "grid"], how="left", validate="many_to_one")
    shift = rng.uniform(-0.06, 0.06, (2, len(sites)))
    sites = sites.assign(east_km=sites["east_km"] + shift[0], north_km=sites["north_km"] + shift[1])
    return _with_coordinates(sites)


def _with_coordinates(places: pd.DataFrame) -> pd.DataFrame:
    lon = CENTRE[0] + places["east_km"] / KM_PER_DEGREE[0]
    lat = CENTRE[1] + places["north_km"] / KM_PER_DEGREE[1]
    return places.assign(lon=lon.round(6), lat=lat.round(6))
