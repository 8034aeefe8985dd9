"""What can be measured of a community from the tables of sites and grids: areas, walks, the size of grids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from needs_analytics.numerics.geodesy import Points, straight_metres

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from needs_analytics.core.records import Cleaned


@dataclass(frozen=True)
class Town:
    """Sites, grids (or whole communities where no grid is listed) and how much longer than straight a walk is."""

    sites: pd.DataFrame
    grids: pd.DataFrame
    detour: float

    @classmethod
    def of(cls, cleaned: Cleaned, detour: float) -> Town:
        """Take a month's tables; a community's own row counts only where none of its grids is listed."""
        places = cleaned.places[cleaned.places["community"].notna()].drop_duplicates(["community", "grid"])
        of_grids = places["grid"].notna() & (places["grid"] != "")
        whole = ~places["community"].isin(places.loc[of_grids, "community"])
        return cls(cleaned.sites.drop_duplicates("site"), places[of_grids | whole], detour)

    @property
    def communities(self) -> pd.Index[Any]:
        """All communities listed, in order."""
        names: pd.Index[Any] = pd.Index(sorted(self.grids["community"].unique()), name="community")
        return names


@dataclass(frozen=True)
class Measured:
    """A value for every community.

    Attributes
    ----------
    complete
        Whether everything the value rests on was told.
    decided_by
        Facilities counted, or the grid that decides.
    at_least
        Whether the true value of an incomplete one can only be larger.
    """

    value: pd.Series
    complete: pd.Series
    decided_by: pd.Series
    at_least: bool = True


def _area_per_100_households(town: Town, facilities: pd.DataFrame) -> Measured:
    households = town.grids.groupby("community")["households"].sum(min_count=1).reindex(town.communities)
    area = facilities.groupby("community")["area_m2"].sum().reindex(town.communities, fill_value=0.0)
    known = _told(facilities["area_m2"], facilities["community"], town)
    counted = _told(town.grids["households"], town.grids["community"], town)
    value = 100 * area / households.where(counted & (households > 0))
    return Measured(value, known & counted, _names(facilities, town))


def _largest_area(town: Town, facilities: pd.DataFrame) -> Measured:
    area = facilities.groupby("community")["area_m2"].max().reindex(town.communities).fillna(0.0)
    ordered = facilities.sort_values(["area_m2", "site"], ascending=[False, True])
    largest = _names(ordered.drop_duplicates("community"), town)
    return Measured(area.astype(float), _told(facilities["area_m2"], facilities["community"], town), largest)


def _farthest_grid(town: Town, facilities: pd.DataFrame) -> Measured:
    walk = straight_metres(Points.of(town.grids), Points.of(facilities)) * town.detour
    nearest = np.where(np.isfinite(walk), walk, np.inf).min(axis=1, initial=np.inf)
    frame = town.grids[["community", "grid"]].assign(walk=np.where(np.isfinite(nearest), nearest, np.nan))
    farthest = frame.sort_values("walk", ascending=False, kind="stable").drop_duplicates("community")
    farthest = farthest.set_index("community").reindex(town.communities)
    complete = _told(frame["walk"], frame["community"], town) & bool(np.isfinite(walk).any(axis=0).all())
    return Measured(farthest["walk"], complete, farthest["grid"].fillna(""), at_least=False)


def _households_per_grid(town: Town, _facilities: pd.DataFrame) -> Measured:
    grids = town.grids[town.grids["grid"].notna()]
    value = grids.groupby("community")["households"].mean().reindex(town.communities)
    complete = _told(grids["households"], grids["community"], town)
    return Measured(value, complete, pd.Series("", index=town.communities), at_least=False)


MEASURES: Mapping[str, Callable[[Town, pd.DataFrame], Measured]] = {
    "area_per_100_households": _area_per_100_households,
    "largest_area": _largest_area,
    "farthest_grid": _farthest_grid,
    "households_per_grid": _households_per_grid,
}


def _told(values: pd.Series, communities: pd.Series, town: Town) -> pd.Series:
    """Say whether no value of a community is missing."""
    return values.notna().groupby(communities).all().reindex(town.communities, fill_value=True).astype(bool)


def _names(facilities: pd.DataFrame, town: Town) -> pd.Series:
    names = facilities["name"].fillna(facilities["site"]).astype(str)
    listed = names.groupby(facilities["community"]).agg("、".join)
    return listed.reindex(town.communities, fill_value="")
