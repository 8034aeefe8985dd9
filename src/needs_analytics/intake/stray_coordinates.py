"""Coordinates far from all others of the month: a digit left out puts a site on another continent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.issue import Issue

if TYPE_CHECKING:
    from needs_analytics.core.cell_map import CellMap

_TABLES = ("places", "sites")
_LEAST = 3  # of fewer nobody can say which one is far off
_FAR = 1.0  # degrees from the median; the widest of townships measures less


def without_strays(tables: dict[str, pd.DataFrame], cells: CellMap) -> tuple[dict[str, pd.DataFrame], list[Issue]]:
    """Take coordinates that lie more than a degree from the median of all for unknown, and say each by its cell."""
    located = [name for name in _TABLES if {"lon", "lat"} <= set(tables[name].columns)]
    points = {name: tables[name][["lon", "lat"]].apply(pd.to_numeric, errors="coerce") for name in located}
    known = pd.concat([part.dropna() for part in points.values()]) if located else pd.DataFrame()
    if len(known) < _LEAST:
        return tables, []
    middle, issues, kept = known.median(), [], dict(tables)
    for name, part in points.items():
        stray = ((part - middle).abs() > _FAR).any(axis=1).to_numpy()
        rows = np.flatnonzero(stray)
        if not rows.size:
            continue
        frame = tables[name].copy()
        for where, lon, lat in zip(cells.refs(name, frame[stray], "lon"), *part[stray].to_numpy().T, strict=True):
            value = f"{lon:g}，{lat:g}"
            details = {"table": name, "field": "lon", "near": f"{middle['lon']:.2f}，{middle['lat']:.2f}"}
            issues.append(Issue("W139", where, value, details))
        frame.loc[stray, ["lon", "lat"]] = None
        kept[name] = frame
    return kept, issues
