"""The seven parts of a demand: met, no service, not eligible, too far, full, not taken up, dissatisfied."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.results import PARTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from needs_analytics.core.arrays import Bools, Floats, Objects
    from needs_analytics.gaps.use import Use

USED = ("met", "not_taken_up", "dissatisfied")
CAUSES = tuple(part for part in PARTS if part != "met")
GAP = ("no_service", "not_eligible", "too_far", "full")


def split_demand(cells: pd.DataFrame, use: Use, *, average_orders: bool = False) -> pd.DataFrame:
    """Return, per demand cell, the parts in persons; they sum to its demand.

    The order is fixed: no service in the menu (D − A1), not eligible (A1 − A2), too far (A2 − A3); of those who could,
    ``full`` is what even the best plan and the observed use leave over where the sites in reach were busy, the rest
    was not taken up. Where nobody recorded the use, what is not full is ``unknown_use``. With `average_orders` the mean
    of both orders in which eligibility and distance can be asked, see :func:`blame`.
    """
    demand, covered, eligible, reachable, served = (
        cells[name].to_numpy(float) for name in ("demand", "covered", "eligible", "reachable", "served")
    )
    used = use.persons
    busy = use.busy
    full = np.where(busy, reachable - np.maximum(served, np.where(use.known, used, 0.0)), 0.0)
    left = np.where(busy, np.maximum(served - used, 0.0), reachable - used)
    known = use.known
    near = cells["near"].to_numpy(bool)
    refused, far = blame(covered, eligible, reachable, near, average_orders=average_orders)
    parts = pd.DataFrame(
        {
            "met": np.where(known, used - use.dissatisfied, 0.0),
            "no_service": demand - covered,
            "not_eligible": refused,
            "too_far": far,
            "full": np.maximum(full, 0.0),
            "not_taken_up": np.where(known, left, 0.0),
            "dissatisfied": np.where(known, use.dissatisfied, 0.0),
            "unknown_use": np.where(known, 0.0, reachable - np.maximum(full, 0.0)),
        },
        index=cells.index,
    )
    return parts.assign(demand=demand, reachable=reachable, served=served, used=np.where(known, used, 0.0))


def blame(
    covered: Floats, eligible: Floats, reachable: Floats, near: Bools, *, average_orders: bool
) -> tuple[Floats, Floats]:
    """Return who is not eligible and who lives too far, ``(cells,)`` each.

    Who is kept away by both is not eligible by the fixed order (A1 − A2, then A2 − A3). Asked the other way round they
    live too far (A1 − N, then N − A3, where N are near a service for the need, whoever may use it); on average half
    each, as by the Shapley value of the two conditions. No service comes first in any order, for without one neither
    can be asked; being full comes last, for only who could use it may find it full.
    """
    refused, far = covered - eligible, eligible - reachable
    if not average_orders:
        return refused, far
    close = np.where(near, covered, 0.0)
    return (refused + close - reachable) / 2, (far + covered - close) / 2


def sum_parts(parts: pd.DataFrame, by: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Sum parts over places or cuts; where any of it is of unknown use, all that was used is.

    Returns
    -------
    One row per combination of ``keys``; ``met, not_taken_up, dissatisfied`` are NaN where use is unknown and what they
    would hold stands in ``unknown_use``.
    """
    sums = pd.concat([by[list(keys)], parts], axis=1).groupby(list(keys), sort=True).sum().reset_index()
    unknown = sums["unknown_use"] > 1e-9
    sums.loc[unknown, "unknown_use"] += sums.loc[unknown, list(USED)].sum(axis=1)
    sums.loc[unknown, [*USED, "used"]] = np.nan
    return sums.assign(gap=sums[list(GAP)].sum(axis=1))


def largest_cause(sums: pd.DataFrame, among: Sequence[str] = CAUSES) -> Objects:
    """Return the largest of some parts, by default of all but ``met``; ``""`` where there is nothing in them."""
    values = sums[list(among)].fillna(-1.0).to_numpy(float)
    names = np.array(among, dtype=object)[values.argmax(axis=1)]
    return np.where(values.max(axis=1) > 1e-9, names, "")
