"""How sure each part of a demand is, from the same draws as the gap."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.confidence import LEVEL
from needs_analytics.core.results import ALL
from needs_analytics.gaps.class_draws import unseen_limit
from needs_analytics.gaps.parts import blame
from needs_analytics.gaps.replicates import bias_corrected

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scipy import sparse

    from needs_analytics.core.arrays import Floats
    from needs_analytics.core.results import MatchPlan
    from needs_analytics.gaps.replicates import Replicates
    from needs_analytics.gaps.use import Use

COLUMNS = ("need", "community", "grid", "part", "persons", "persons_low", "persons_high")


def part_limits(
    plan: MatchPlan, use: Use, replicates: Replicates, sums: pd.DataFrame, shares: sparse.csr_array, *,
    average_orders: bool = False,
) -> pd.DataFrame:  # fmt: skip
    """Return a row per sum and part, with the columns of ``COLUMNS``; ``全部`` where a sum is not of one place.

    Unknown parts have no limits. Where nobody was found who may use no service, though some may not, the limit is that
    of none among so many answers. What was used is counted: it moves only where fewer can use than were seen.

    Parameters
    ----------
    sums
        Rows with the parts in persons.
    shares
        ``(cells, sums)``: which cell belongs to which sum.
    """
    whole = {name: ALL for name in ("community", "grid") if name not in sums}
    keys = sums.assign(**whole)[["need", "community", "grid"]]
    tables = []
    for part, draws in _draws(plan, use, replicates, average_orders=average_orders):
        persons = sums[part].to_numpy(float)
        low, high = bias_corrected(np.asarray(draws @ shares), persons, LEVEL)
        if part == "not_eligible":
            unseen = unseen_limit(plan.classes, sums, (1 - LEVEL) / 2) * sums["demand"].to_numpy(float)
            high = np.where(persons > 0, high, np.maximum(high, unseen))
        told = np.isfinite(persons)
        limits = {"persons_low": np.where(told, low, np.nan), "persons_high": np.where(told, high, np.nan)}
        tables.append(keys.assign(part=part, persons=persons, **limits))
    return pd.concat(tables, ignore_index=True)[list(COLUMNS)]


def _draws(plan: MatchPlan, use: Use, replicates: Replicates, *, average_orders: bool) -> Iterator[tuple[str, Floats]]:
    """Yield the parts in their order with their draws ``(draws, cells)``."""
    cells, demand = plan.cells, replicates.demand
    covered = (cells.groupby("need")["covered"].transform("max") > 0).to_numpy().astype(np.float64)
    eligible = covered * (cells["eligible_class"] != "").to_numpy().astype(np.float64)
    reach = np.zeros(len(cells))
    reach[plan.arcs["cell"].to_numpy(int)] = 1.0
    refused, far = blame(covered, eligible, reach, cells["near"].to_numpy(bool), average_orders=average_orders)
    bad = np.divide(use.dissatisfied, use.persons, out=np.zeros(len(cells)), where=use.persons > 0)
    within, used, full = replicates.reachable, replicates.used, replicates.full
    yield "met", used * (1 - bad)
    yield "no_service", demand * (1 - covered)
    yield "not_eligible", demand * refused
    yield "too_far", demand * far
    yield "full", full
    yield "not_taken_up", np.where(use.known, np.maximum(within - used - full, 0.0), 0.0)
    yield "dissatisfied", used * bad
