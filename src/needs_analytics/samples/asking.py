"""Who asks for what: the demand of needs that share stands, grouped by where its people can go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from needs_analytics.samples.stands import Stands

EXACT = ("no_service", "not_eligible", "too_far")
"""The parts that are heads counted."""


@dataclass(frozen=True)
class Asking:
    """Those of a family of needs who can reach some stand, grouped by need, area and the stands they can go to.

    Attributes
    ----------
    need, area, persons
        ``(groups,)``; areas (communities or grids) as numbers.
    may
        ``(groups, stands)`` where a group can go.
    own, bad
        ``(groups,)`` how many of them are noted down at such a stand for this need alone, and the least of these to
        count as dissatisfied.
    noted
        ``(areas, stands)`` residents noted down by name, needing or not.
    stands
        The family's rows of ``Stands.table``.
    """

    need: np.ndarray
    area: np.ndarray
    persons: np.ndarray
    may: np.ndarray
    own: np.ndarray
    bad: np.ndarray
    noted: np.ndarray
    stands: pd.DataFrame


def group_askers(
    family: tuple[str, ...], wanting: np.ndarray, place: np.ndarray, area: np.ndarray, stands: Stands
) -> tuple[Asking, dict[str, pd.DataFrame]]:
    """Group those who want something of a family, and count the exact parts of each need by area.

    Parameters
    ----------
    family
        Needs that share stands.
    wanting
        ``(people, needs of the family)`` of booleans.
    place, area
        ``(people,)`` row of the grid, number of the area.

    Returns
    -------
    asking, exact
        ``exact`` has per need one row per area: ``demand``, :data:`EXACT`.
    """
    own = np.flatnonzero([bool(set(needs) & set(family)) for needs in stands.table["needs"]])
    table = stands.table.iloc[own].reset_index(drop=True)
    serves = np.array([[need in needs for needs in table["needs"]] for need in family], dtype=bool)
    visits = stands.visits[stands.visits["stand"].isin(own)]
    person, stand = visits["person"].to_numpy(int), np.searchsorted(own, visits["stand"])
    sure = (wanting[person] & serves.T[stand]).sum(axis=1) == 1
    areas = int(area.max()) + 1
    exact, groups = {}, []
    for need, wants, serving in zip(family, wanting.T, serves, strict=True):
        who = np.flatnonzero(wants)
        eligible = stands.eligible[np.ix_(who, own)] & serving
        may = eligible & stands.reach[np.ix_(place[who], own)]
        exact[need] = _count(serving.any(), eligible, may, area[who], areas)
        counts = sure & wants[person] & serving[stand]
        least = _least(np.searchsorted(who, person[counts]), stand[counts], may, table["bad_low"].to_numpy(float))
        groups.append(_grouped(need, area[who], may, least))
    noted = np.zeros((areas, len(own)))
    np.add.at(noted, (area[person], stand), 1)
    joined = {name: np.concatenate([group[name] for group in groups]) for name in groups[0]}
    return Asking(**joined, noted=noted, stands=table), exact


def _count(served: bool, eligible: np.ndarray, may: np.ndarray, area: np.ndarray, areas: int) -> pd.DataFrame:
    """Count in each area who is in no menu, who may not use it, who lives too far."""
    none = np.full(len(eligible), not served)
    part = np.select([none, ~eligible.any(axis=1), ~may.any(axis=1)], [0, 1, 2], 3)
    heads = np.bincount(4 * area + part, minlength=4 * areas).reshape(-1, 4).astype(float)
    return pd.DataFrame({"demand": heads.sum(axis=1), **{name: heads[:, at] for at, name in enumerate(EXACT)}})


def _least(person: np.ndarray, stand: np.ndarray, may: np.ndarray, bad: np.ndarray) -> np.ndarray:
    """Return how dissatisfied each person noted down in reach is at the least, ``(people,)``; NaN for the others."""
    least = np.full(len(may), np.inf)
    there = may[person, stand]
    np.minimum.at(least, person[there], bad[stand[there]])
    return np.where(np.isfinite(least), least, np.nan)


def _grouped(need: str, area: np.ndarray, may: np.ndarray, least: np.ndarray) -> dict[str, np.ndarray]:
    """Count the people of one need who can go somewhere, by area and where they can go."""
    can = may.any(axis=1)
    rows = np.column_stack([area[can], np.packbits(may[can], axis=1)])
    kinds, group = np.unique(rows, axis=0, return_inverse=True)
    where = np.unpackbits(kinds[:, 1:].astype(np.uint8), axis=1, count=may.shape[1]).astype(bool)
    return {
        "need": np.full(len(kinds), need, dtype=object),
        "area": kinds[:, 0].astype(int),
        "persons": np.bincount(group, minlength=len(kinds)).astype(float),
        "may": where,
        "own": np.bincount(group, np.isfinite(least[can]), len(kinds)),
        "bad": np.bincount(group, np.nan_to_num(least[can]), len(kinds)),
    }
