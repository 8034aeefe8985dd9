"""Which grids border on which, as offices tell it (相邻网格): what is near where no coordinates say so."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from needs_analytics.core.arrays import Bools

_BETWEEN = re.compile(r"[、，,；;/\s]+")


class Adjacency(NamedTuple):
    """Neighbours among places.

    Attributes
    ----------
    near
        ``(places, places)``: the same, or one of the two names the other.
    told
        ``(places,)`` whose neighbours are told.
    unknown
        Names that are no place of these.
    """

    near: Bools
    told: Bools
    unknown: tuple[str, ...]


def find_neighbours(places: pd.DataFrame) -> Adjacency:
    """Read who borders on whom.

    Parameters
    ----------
    places
        ``community, grid, neighbours``: names of grids between ``、`` or the like, of another community with its name
        before them (``和平社区第三网格``).
    """
    own = [(str(community), str(grid)) for community, grid in zip(places["community"], places["grid"], strict=True)]
    at = {_plain(community + grid): number for number, (community, grid) in enumerate(own)}
    near = np.eye(len(own), dtype=bool)
    told, unknown = np.zeros(len(own), dtype=bool), []
    for number, names in enumerate(places["neighbours"].fillna("").astype(str)):
        for name in filter(None, _BETWEEN.split(names)):
            other = at.get(_plain(own[number][0] + name), at.get(_plain(name)))
            if other is None:
                unknown.append(name)
                continue
            told[number] = True
            near[number, other] = near[other, number] = True
    return Adjacency(near, told, tuple(dict.fromkeys(unknown)))


def _plain(name: str) -> str:
    return "".join(name.split())
