"""What is estimated of every need in every place of the plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.confidence import Z
from needs_analytics.core.results import ALL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from needs_analytics.core.arrays import Floats, Ints

_NOWHERE = -1


@dataclass(frozen=True)
class Estimates:
    """Of needs in places, each ``(needs, places)``.

    Attributes
    ----------
    share, share_se
        Share of the place and its standard error; those of its community, else of the sub-district where unknown.
    community_se
        The part of the error that all places of a community have in common, at most ``share_se``.
    asked
        Part of the place's residents that the need was asked of: nobody else's demand is known.
    """

    share: Floats
    share_se: Floats
    community_se: Floats
    asked: Floats


def estimates_of(table: pd.DataFrame, wanted: Sequence[str], places: pd.DataFrame) -> Estimates:
    """Return the estimates of the wanted needs in some places.

    Parameters
    ----------
    table
        Rows of all residents of a needs list, with a row for every community (grid ``全部``).
    places
        ``community, grid, population``; ``grid`` is ``""`` where the community is not divided.
    """
    own, upper = _rows(table, wanted, places)
    own = np.where((own == _NOWHERE) | (upper == _NOWHERE), upper, own)
    share, se = table["share"].to_numpy(float), table["share_se"].to_numpy(float)
    # half an interval over its normal quantile, or all of it where it lies on one side: not 0 at a share of 0
    width = (table["share_high"] - table["share_low"]).to_numpy(float)
    one_sided = (share <= 0) | (share >= 1)
    spread = width / np.where(one_sided, Z, 2 * Z)
    composite = (table["method"] == "composite").to_numpy(bool)
    common = _taken(spread, upper)
    error = np.where(_taken(composite.astype(float), own) > 0, _taken(se, own), common)
    # a composite benchmarked to nobody is no surer than its community that has nobody
    error = np.where(_taken(one_sided.astype(float), upper) > 0, np.maximum(error, common), error)
    return Estimates(_taken(share, own), error, np.minimum(common, error), _asked(table, wanted, places))


def _taken(values: Floats, rows: Ints) -> Floats:
    """Return values by row; 0 where there is no row."""
    return np.append(values, 0.0)[rows]


def _rows(table: pd.DataFrame, wanted: Sequence[str], places: pd.DataFrame) -> tuple[Ints, Ints]:
    """Return ``(needs, places)`` the row of each place's own estimate, and of its community's or the sub-district's."""
    known = np.isfinite(table["share"].to_numpy(float))
    pairs = pd.MultiIndex.from_frame(table.loc[known, ["community", "grid"]].drop_duplicates())
    rows: Ints = np.full((len(wanted), len(pairs) + 1), _NOWHERE)  # the last column is that of what is not there
    need = _positions(wanted, table.loc[known, "need"])
    at = pairs.get_indexer(pd.MultiIndex.from_frame(table.loc[known, ["community", "grid"]]))
    rows[need, at] = np.flatnonzero(known)
    community, grid = places["community"], places["grid"].fillna("")
    everywhere = pd.Series(ALL, index=places.index)
    whole, upper, own = (
        np.take(rows, pairs.get_indexer(pd.MultiIndex.from_arrays([one, other])), axis=1)
        for one, other in ((everywhere, everywhere), (community, everywhere), (community, grid))
    )
    upper = np.where(upper == _NOWHERE, whole, upper)
    return np.where((grid == "").to_numpy(bool), upper, own), upper


def _asked(table: pd.DataFrame, wanted: Sequence[str], places: pd.DataFrame) -> Floats:
    sizes = places.groupby("community", sort=True)["population"].sum()
    rows = table[(table["grid"] == ALL) & table["community"].isin(sizes.index)]
    asked = np.full((len(wanted), len(sizes)), np.nan)
    names = list(sizes.index)
    asked[_positions(wanted, rows["need"]), _positions(names, rows["community"])] = rows["population"]
    people = sizes.to_numpy(float)
    part = np.divide(asked, people, out=np.full_like(asked, np.nan), where=people > 0)
    part = np.minimum(np.where(np.isnan(part), 1.0, part), 1.0)
    return np.asarray(np.take(part, _positions(names, places["community"]), axis=1))


def _positions(names: Sequence[str], values: pd.Series) -> Ints:
    """Return where each value stands among some names; −1 where it does not."""
    return pd.Index(names).get_indexer(pd.Index(values))
