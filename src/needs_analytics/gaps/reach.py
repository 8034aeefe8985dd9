"""What reach is worth: who is too far when radii change, and how much room everybody finds within theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.numerics.catchment import two_step_arcs

if TYPE_CHECKING:
    from needs_analytics.core.arrays import Floats
    from needs_analytics.core.options import GapsOptions
    from needs_analytics.core.results import MatchPlan

ZONES = (1.0, 0.68, 0.22)
"""Weights of the nearest, middle and farthest third of a radius: Luo & Qi (2009), Health & Place 15, 1100–1107."""
COLUMNS = ("need", "shorter", "given", "longer", "access", "access_enhanced", "access_lowest", "lowest")


def reach_table(matches: MatchPlan, options: GapsOptions) -> pd.DataFrame:
    """Return, per need, what depends on how far residents go.

    Returns
    -------
    ``shorter, given, longer``
        Persons too far when every radius is shorter, as given, or longer.
    ``access, access_enhanced``
        Persons the services can serve per person eligible, everybody's catchment shared with everybody else's (2SFCA,
        E2SFCA), on average over the eligible; NaN where nobody knows what a service in reach can do.
    ``access_lowest, lowest``
        The same of the community that has least, and which that is; ``""`` where all have the same.
    """
    cells = matches.cells
    best = _best_slack(matches)
    table = pd.DataFrame({"need": cells["need"]})
    for name, shift in (("shorter", -options.reach_shift_m), ("given", 0.0), ("longer", options.reach_shift_m)):
        table[name] = cells["eligible"].where(best + shift < 0, 0.0)
    sums = table.groupby("need", as_index=False).sum()
    for name, decay in (("access", None), ("access_enhanced", ZONES)):
        room = _room_in_reach(matches, decay)
        sums[name] = sums["need"].map(_mean(cells, room, ["need"]))
        if decay is None:
            places = _mean(cells, room, ["need", "community"]).reset_index(name="access")
    return sums.merge(_lowest(places), on="need", how="left")[list(COLUMNS)]


def _best_slack(matches: MatchPlan) -> pd.Series:
    """Return by how many metres the best service of each cell is within reach; negative where all are too far."""
    best = pd.Series(-np.inf, index=matches.cells.index)
    if len(matches.pairs):
        nearest = matches.pairs.groupby("cell")["slack"].max()
        best.loc[nearest.index.astype(int)] = nearest.to_numpy(float)
    return best


def _room_in_reach(matches: MatchPlan, decay: tuple[float, ...] | None) -> Floats:
    """Return persons that can be served per eligible person of each cell, the distance measured in radii."""
    arcs, sinks = matches.arcs, matches.sinks
    if arcs.empty:
        return np.zeros(len(matches.cells))
    cell, sink = arcs["cell"].to_numpy(int), arcs["sink"].to_numpy(int)
    slack = matches.pairs.set_index(["cell", "sink"])["slack"]
    room = slack.reindex(pd.MultiIndex.from_arrays([cell, sink])).to_numpy(float)
    metres = arcs["distance_m"].to_numpy(float)
    radius = metres + room
    share = np.divide(metres, radius, out=np.zeros(len(arcs)), where=np.isfinite(radius) & (radius > 0))
    stated = sinks["capacity_stated"].to_numpy(bool)
    capacity = np.where(stated, sinks["capacity_persons"].to_numpy(float), 0.0)
    found = two_step_arcs(matches.cells["eligible"], capacity, (cell, sink, share), 1.0, decay=decay)
    found[cell[~stated[sink]]] = np.nan
    return found


def _mean(cells: pd.DataFrame, room: Floats, keys: list[str]) -> pd.Series:
    """Return the mean over the eligible of every value of some keys; NaN where it is unknown of some or nobody is."""
    eligible = cells["eligible"]
    known = cells[keys].assign(eligible=eligible, room=np.where(eligible > 0, eligible * room, 0.0))
    groups = known.assign(unknown=known["room"].isna()).groupby(keys, sort=True)
    sums = groups[["eligible", "room", "unknown"]].sum()
    mean: pd.Series = (sums["room"] / sums["eligible"]).where((sums["eligible"] > 0) & (sums["unknown"] == 0))
    return mean


def _lowest(places: pd.DataFrame) -> pd.DataFrame:
    """Return the community with least access of each need, where not all that are known have the same."""
    known = places.dropna(subset=["access"]).sort_values(["need", "access", "community"], kind="stable")
    most = known.groupby("need")["access"].transform("max")
    known = known[known["access"] < most * (1 - 1e-9)].drop_duplicates("need")
    lowest = known.rename(columns={"access": "access_lowest", "community": "lowest"})
    return places[["need"]].drop_duplicates().merge(lowest, on="need", how="left").fillna({"lowest": ""})
