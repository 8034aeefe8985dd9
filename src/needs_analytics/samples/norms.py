"""Which communities meet the norms of the catalogue: measured on the ledger's sites and grids, apart from any stage.

``norms.csv`` says for a norm of the catalogue what is measured, which of its limits is required and which sites count,
by their names, as an official would. Of "15–20 m²" the least is required: one province asks for 15, another for 20, and
more is no offence. A facility belongs to the community it stands in, whatever its tier; a radius is a walk (straight
line × detour) from the middle of the farthest grid to the nearest facility, of whichever community.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from needs_analytics.core.codebook import Codebook
from needs_analytics.samples.services import DETOUR

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    from needs_analytics.samples.snapshot import Snapshot
    from needs_analytics.samples.town import Town

COLUMNS = ("norm", "object", "community", "value", "required", "unit", "met", "margin")


def check_norms(snapshot: Snapshot) -> pd.DataFrame:
    """Measure the town against the norms of its plan.

    Returns
    -------
    One row per norm and community; columns :data:`COLUMNS`. ``required`` says the limits (``≥30``), ``margin`` how far
    the value is from the nearest, as a share of it. A distance to what the town has nowhere has no row.
    """
    catalogue = {str(norm["norm"]): norm for norm in Codebook.default().norms.to_dict("records")}
    town = snapshot.town
    parts: list[pd.DataFrame] = []
    for row in snapshot.plan.table("norms").itertuples():
        value = _MEASURES[str(row.measure)](town, town.sites[town.sites["site"].str.contains(str(row.sites))])
        value = value.reindex(town.communities["community"]).fillna(0.0)
        measured = value.rename("value").rename_axis("community").reset_index()
        parts.append(_judged(measured, catalogue[str(row.norm)], str(row.required)))
    table = pd.concat(parts).replace(np.inf, np.nan).dropna(subset="value")
    return table.reset_index(drop=True)[list(COLUMNS)]


def _judged(measured: pd.DataFrame, norm: Mapping[Hashable, Any], required: str) -> pd.DataFrame:
    value = measured["value"].round(2)
    least = float(norm["value_min"]) if required in {"least", "between"} else -np.inf
    most = float(norm["value_max"]) if required in {"most", "between"} else np.inf
    said = {"least": f"≥{least:g}", "most": f"≤{most:g}", "between": f"{least:g}–{most:g}"}[required]
    away = pd.concat([(value - limit).abs() / limit for limit in (least, most) if np.isfinite(limit)], axis=1)
    facts = {"norm": norm["norm"], "object": norm["object"], "required": said, "unit": norm["unit"]}
    return measured.assign(
        **facts, value=value, met=(value >= least) & (value <= most), margin=away.min(axis=1).round(3)
    )


def _households(town: Town) -> pd.Series:
    return town.grids.groupby("community")["households"].sum()


def _area_per_100_households(town: Town, facilities: pd.DataFrame) -> pd.Series:
    return 100 * facilities.groupby("community")["area_m2"].sum() / _households(town)


def _largest_area(_town: Town, facilities: pd.DataFrame) -> pd.Series:
    return facilities.groupby("community")["area_m2"].max().astype(float)


def _farthest_grid(town: Town, facilities: pd.DataFrame) -> pd.Series:
    east = town.grids["east_km"].to_numpy()[:, None] - facilities["east_km"].to_numpy()
    north = town.grids["north_km"].to_numpy()[:, None] - facilities["north_km"].to_numpy()
    walk = pd.Series(1000 * DETOUR * np.hypot(east, north).min(axis=1, initial=np.inf), index=town.grids["community"])
    return walk.groupby(level=0).max()


def _households_per_grid(town: Town, _facilities: pd.DataFrame) -> pd.Series:
    return town.grids.groupby("community")["households"].mean()


_MEASURES: dict[str, Callable[[Town, pd.DataFrame], pd.Series]] = {
    "area_per_100_households": _area_per_100_households,
    "largest_area": _largest_area,
    "farthest_grid": _farthest_grid,
    "households_per_grid": _households_per_grid,
}
