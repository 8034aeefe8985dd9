"""Which place reaches which site: distance tables, else straight line × detour, against the site's radius."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.issue import Issue
from needs_analytics.matching.adjacency import find_neighbours
from needs_analytics.numerics.geodesy import Points, straight_metres

if TYPE_CHECKING:
    from needs_analytics.core.arrays import Bools, Floats
    from needs_analytics.core.options import MatchingOptions
    from needs_analytics.core.records import Cleaned
    from needs_analytics.matching.adjacency import Adjacency

_TIERS_FOR_ALL = frozenset({"片区"})


@dataclass(frozen=True)
class Reach:
    """Distances in metres and radii.

    Attributes
    ----------
    distance
        ``(places, sites)`` walking distance; NaN where no coordinates tell it.
    radius
        ``(sites,)`` metres.
    same
        ``(places, sites)`` whether, without a distance, the place counts as in reach: the site is in the place's
        community (in its own grid or one that borders on it, where the office tells which do), or of a tier for the
        whole area, or of unknown place.
    """

    distance: Floats
    radius: Floats
    same: Bools

    def within(self, shift: float = 0.0) -> Bools:
        """Return ``(places, sites)`` who reaches whom when every radius is so many metres longer."""
        known = np.isfinite(self.distance)
        return np.where(known, self.distance <= self.radius[None, :] + shift, self.same)


def measure_reach(
    places: pd.DataFrame, sites: list[str], cleaned: Cleaned, options: MatchingOptions
) -> tuple[Reach, list[Issue]]:
    """Measure how far every place is from every site.

    Parameters
    ----------
    places
        ``community, grid`` of the demand cells' places.
    sites
        Site ids, ``""`` for a service without a site (everybody reaches it).
    """
    known = cleaned.sites.set_index("site").reindex(sites)
    located = places.merge(cleaned.places.drop_duplicates(["community", "grid"]), on=["community", "grid"], how="left")
    distance = straight_metres(Points.of(located), Points.of(known)) * options.detour
    distance = _with_table(distance, places, sites, cleaned, options)
    tiers = known["tier"].fillna("")
    defaults = tiers.map(options.default_radius_m).fillna(options.default_radius_m[""])
    radius = known["radius_m"].fillna(defaults).to_numpy(float)
    same = places["community"].to_numpy()[:, None] == known["community"].to_numpy(dtype=object)[None, :]
    bordering = find_neighbours(located)
    same = _nearby(same, places, known, bordering)
    same |= (tiers.isin(_TIERS_FOR_ALL) | known["community"].isna()).to_numpy()[None, :]
    distance[:, [name == "" for name in sites]] = np.nan
    doubts = _doubts(located, known, cleaned)
    if bordering.unknown:
        names = "、".join(bordering.unknown[:5])
        doubts.append(Issue("W715", value=names, details={"count": len(bordering.unknown)}))
    return Reach(distance, radius, same), doubts


def _nearby(same: Bools, places: pd.DataFrame, sites: pd.DataFrame, bordering: Adjacency) -> Bools:
    """Where a place tells its neighbours, let it reach the sites of these and of its own grid only.

    A site without a grid is everybody's in its community.
    """
    names = pd.MultiIndex.from_frame(places[["community", "grid"]])
    at = names.get_indexer(pd.MultiIndex.from_frame(sites[["community", "grid"]]))
    next_to = np.where(at >= 0, bordering.near[:, at], same)
    return np.asarray(np.where(bordering.told[:, None], next_to, same), dtype=bool)


def _with_table(
    distance: Floats, places: pd.DataFrame, sites: list[str], cleaned: Cleaned, options: MatchingOptions
) -> Floats:
    """Put the office's own distances before computed ones; a row without grid speaks for its whole community."""
    table = cleaned.distances
    if table.empty:
        return distance
    metres = table["metres"].where(table["metres"].notna(), table["minutes"] * options.walking_speed)
    column = {site: position for position, site in enumerate(sites)}
    for community, grid, site, value in zip(table["community"], table["grid"], table["site"], metres, strict=True):
        if site in column and np.isfinite(value):
            rows = (places["community"] == community).to_numpy()
            if isinstance(grid, str) and grid:
                rows = rows & (places["grid"] == grid).to_numpy()
            distance[rows, column[site]] = value
    return distance


def _doubts(places: pd.DataFrame, sites: pd.DataFrame, cleaned: Cleaned) -> list[Issue]:
    issues = []
    named = sites[sites.index != ""]
    unlocated = named["lon"].isna() & named["x"].isna()
    if unlocated.any() and cleaned.distances.empty:
        issues.append(
            Issue("W710", value="、".join(named.index[unlocated][:5]), details={"count": int(unlocated.sum())})
        )
    lost = places["lon"].isna() & places["x"].isna()
    if lost.any() and cleaned.distances.empty:
        issues.append(Issue("W711", details={"count": int(lost.sum())}))
    with_degrees = pd.concat([named[named["lon"].notna()], places[places["lon"].notna()]])
    if len(with_degrees) and with_degrees["crs"].isna().any():
        issues.append(Issue("W712"))
    outside = _outside_hull(places, named)
    if outside > 0.2:
        issues.append(Issue("W713", value=f"{outside:.0%}"))
    no_radius = named["radius_m"].isna()
    if no_radius.any():
        issues.append(Issue("I714", details={"count": int(no_radius.sum())}))
    return issues


def _outside_hull(places: pd.DataFrame, sites: pd.DataFrame) -> float:
    """Return the share of sites outside the grids' bounding box widened by a tenth: coordinates of another system."""
    lon, lat = Points.of(places).wgs84()
    site_lon, site_lat = Points.of(sites).wgs84()
    known = np.isfinite(site_lon)
    if not known.any() or np.isfinite(lon).sum() < 3:
        return 0.0
    margin_x, margin_y = 0.1 * np.ptp(lon[np.isfinite(lon)]), 0.1 * np.ptp(lat[np.isfinite(lat)])
    inside = (site_lon >= np.nanmin(lon) - margin_x) & (site_lon <= np.nanmax(lon) + margin_x)
    inside &= (site_lat >= np.nanmin(lat) - margin_y) & (site_lat <= np.nanmax(lat) + margin_y)
    return float((known & ~inside).sum() / known.sum())
