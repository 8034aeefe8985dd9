"""Where residents live whom a service does not serve, and where it is: a map by the coordinates that were sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.results import ALL
from needs_analytics.core.tables import iter_rows
from needs_analytics.numerics.geodesy import Points, local_metres
from needs_analytics.reports.charts import MapPoint, MapSite, MapWords, PlaceMap
from needs_analytics.reports.formats import HIDDEN

if TYPE_CHECKING:
    from needs_analytics.core.results import MonthResult
    from needs_analytics.reports.content.wording import Wording

_FEWEST = 3
_AT_SITE = "到点"


def gap_map(result: MonthResult, shown: pd.DataFrame, words: Wording, need: str = "") -> PlaceMap | None:
    """Return the gap of a need by grid (by community where there are no grids) and the sites of its services.

    Parameters
    ----------
    shown
        The printable gaps, whose figures alone are drawn.
    need
        Code; by default the need for which most live too far, then that with the largest gap, among those that a site
        serves and enough places are known of.

    Returns
    -------
    ``None`` where fewer than three places have both coordinates and a figure.
    """
    whole = shown[(shown["segment_code"] == ALL) & (shown["community_code"] == ALL) & (shown["sort_gap"] > 0)]
    far = pd.to_numeric(whole["too_far"], errors="coerce").fillna(0.0)
    leading = whole.assign(far=far).sort_values(["far", "sort_gap", "code"], ascending=[False, False, True])["code"]
    for code in [need] if need else leading:
        sites = _sites(result, code)
        places = _places(result, shown, code)
        if (len(sites) or need) and (places["gap"] != HIDDEN).sum() >= _FEWEST:
            return _drawn(result, code, places, sites, words)
    return None


def _sites(result: MonthResult, need: str) -> pd.DataFrame:
    """Return the located sites of the services that residents go to for a need."""
    menu, sinks, sites = result.cleaned.menu, result.matches.sinks, result.cleaned.sites
    serving = menu["needs"].fillna("").str.split(";").map(lambda codes: need in codes).astype(bool)
    services = menu["service"][serving & menu["mode"].fillna(_AT_SITE).str.contains(_AT_SITE)]
    names = sinks["site"][sinks["service"].isin(services)]
    rows = sites[sites["site"].isin(names)].drop_duplicates("site")
    return rows[rows["lon"].notna() | rows["x"].notna()]


def _places(result: MonthResult, shown: pd.DataFrame, need: str) -> pd.DataFrame:
    """Return the places with coordinates and the printed gap of each."""
    rows = shown[(shown["segment_code"] == ALL) & (shown["community_code"] != ALL) & (shown["code"] == need)]
    fine = rows[rows["grid"] != ALL]
    rows = fine if len(fine) else rows
    located = result.cleaned.places.drop_duplicates(["community", "grid"])
    known = located["lon"].notna() | located["x"].notna()
    told = rows[["community_code", "grid", "gap"]].rename(columns={"community_code": "community"})
    told = told.assign(grid=told["grid"].replace(ALL, ""))
    return told.merge(located[known].assign(grid=located["grid"].fillna("")), on=["community", "grid"])


def _drawn(
    result: MonthResult, need: str, places: pd.DataFrame, sites: pd.DataFrame, words: Wording
) -> PlaceMap | None:
    east, north = local_metres(Points.of(pd.concat([places, sites], ignore_index=True)))
    count = len(places)
    points = [
        MapPoint(f"{community} {grid}".strip(), community, float(x), float(y), gap)
        for (community, grid, gap), x, y in zip(
            iter_rows(places, "community", "grid", "gap"), east[:count], north[:count], strict=True
        )
        if np.isfinite(x) and np.isfinite(y)
    ]
    radius = sites["radius_m"].fillna(sites["tier"].fillna("").map(result.options.matching.default_radius_m))
    reach = radius.fillna(0.0).to_numpy(float) / result.options.matching.detour
    squares = [
        MapSite(name, float(x), float(y), float(metres))
        for name, x, y, metres in zip(sites["name"], east[count:], north[count:], reach, strict=True)
        if np.isfinite(x) and np.isfinite(y)
    ]
    said = MapWords(*(words.say(f"chart.map_{name}", length="{length}") for name in MapWords.__dataclass_fields__))
    title = words.say("chart.map", need=words.need(need))
    if len(points) < _FEWEST:
        return None
    return PlaceMap("gap_map", title, points, squares, said, axis=words.say("chart.map_note"))
