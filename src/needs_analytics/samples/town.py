"""The sub-district on the map: communities, their grids and the service sites."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from needs_analytics.core.tables import iter_rows
from needs_analytics.samples.draws import stream

if TYPE_CHECKING:
    import pandas as pd

    from needs_analytics.core.month import Month
    from needs_analytics.samples.plan import Plan

_KM_PER_DEGREE = 111.32, 110.95
_GOLDEN_ANGLE = np.pi * (3 - np.sqrt(5))
_SPACING = {"村": 0.30}
"""Kilometres between grids where they are not as close as in a street of houses."""


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


def lay_out_town(plan: Plan, seed: int) -> Town:
    """Lay out communities, grids and sites as they were in the first month."""
    communities = plan.table("communities")
    grids = _lay_out_grids(communities, stream(seed, "grids"))
    sites = _place_sites(plan.table("sites"), grids, stream(seed, "sites"))
    return Town(communities, _with_coordinates(grids, plan), _with_coordinates(sites, plan))


def merge_grids(town: Town, plan: Plan, month: Month) -> tuple[Town, np.ndarray]:
    """Merge the grids that were merged up to a month.

    Returns
    -------
    The town as it is in the month, and for each grid as it was the row of the grid it belongs to now, ``(grids,)``.
    """
    grids = town.grids
    home, sites = np.arange(len(grids)), town.sites
    merges = plan.table("merges")
    begun = merges[merges["month"] <= str(month)]
    for community, grid, into in iter_rows(begun, "community", "grid", "into"):
        inside = (grids["community"] == community).to_numpy()
        old, new = (int(np.flatnonzero(inside & (grids["number"] == n))[0]) for n in (grid, into))
        home[home == old] = new
        moved = (sites["community"] == community) & (sites["grid"] == grid)
        sites = sites.assign(grid=sites["grid"].mask(moved, into))
    kept = np.unique(home)
    columns = ["east_km", "north_km"]
    sums = grids[columns].mul(grids["households"], axis=0).assign(households=grids["households"])
    sums = sums.groupby(home).sum()
    middles = sums[columns].div(sums["households"], axis=0)
    merged = grids.iloc[kept].assign(**{name: middles[name] for name in columns}, households=sums["households"])
    placed = _with_coordinates(merged.reset_index(drop=True), plan)
    return replace(town, grids=placed, sites=sites), np.searchsorted(kept, home)


def _lay_out_grids(communities: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Spread each community's grids round its middle in a sunflower, a little out of order as real ones are."""
    grids = communities.loc[communities.index.repeat(communities["grids"])].reset_index(drop=True)
    number = grids.groupby("community").cumcount().to_numpy() + 1
    spacing = grids["kind"].map(_SPACING).fillna(0.21).to_numpy()
    radius = spacing * np.sqrt(number - 0.5)
    angle = number * _GOLDEN_ANGLE
    east = grids["east_km"] + radius * np.cos(angle) + rng.normal(0, 0.03, len(grids))
    north = grids["north_km"] + radius * np.sin(angle) + rng.normal(0, 0.03, len(grids))
    size = grids["size"].to_numpy() if "size" in grids else 1.0
    households = np.maximum(size * (254 + rng.gamma(1.2, 36, len(grids))).clip(250, 550), 6).round().astype(int)
    return grids[["community", "kind"]].assign(number=number, east_km=east, north_km=north, households=households)


def _place_sites(sites: pd.DataFrame, grids: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Put each site near the middle of the grid it stands in."""
    where = grids[["community", "number", "east_km", "north_km"]].rename(columns={"number": "grid"})
    sites = sites.merge(where, on=["community", "grid"], how="left", validate="many_to_one")
    shift = rng.uniform(-0.06, 0.06, (2, len(sites)))
    return sites.assign(east_km=sites["east_km"] + shift[0], north_km=sites["north_km"] + shift[1])


def _with_coordinates(places: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    lon = plan.centre[0] + places["east_km"] / (_KM_PER_DEGREE[0] * np.cos(np.radians(plan.centre[1])))
    lat = plan.centre[1] + places["north_km"] / _KM_PER_DEGREE[1]
    return places.assign(lon=lon.round(6), lat=lat.round(6))
