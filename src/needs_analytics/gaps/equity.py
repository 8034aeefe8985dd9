"""Who is furthest behind: met share and gap rate of every special group and every community against everyone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import sparse

from needs_analytics.core.records import ALL
from needs_analytics.gaps.parts import sum_parts
from needs_analytics.gaps.replicates import Replicates, gap_limits, membership

if TYPE_CHECKING:
    from needs_analytics.core.records import Cleaned, MatchPlan

COLUMNS = ("group", "group_name", "n", "gap_rate", "gap_rate_low", "gap_rate_high", "met_share")
_FEWEST = 10
_LEVEL = 0.95


def cells_by_cut(matches: MatchPlan, cut: str) -> pd.DataFrame:
    """Return one row per cell and segment (or group) in it: ``cell``, the cell's keys, the cut and ``cut_share``."""
    cuts = matches.cuts[matches.cuts[cut] != ALL].rename(columns={"share": "cut_share"})
    keys = ["need", "eligible_class", "tier"]
    cells = matches.cells[["need", "community", "grid", "eligible_class", "tier"]].assign(cell=np.arange(len(matches.cells)))
    return cells.merge(cuts[[*keys, cut, "cut_share"]], on=keys)


def group_equity(matches: MatchPlan, parts: pd.DataFrame, replicates: Replicates, cleaned: Cleaned) -> pd.DataFrame:
    """Return one row per printable special group and one for everyone (``全部``), over all needs in the gap.

    Persons are not summed over needs: only rates are given, with their intervals. The met share counts only needs
    whose use is known. Groups of fewer than ten respondents are left out.
    """
    cells = cells_by_cut(matches, "group")
    everyone = pd.DataFrame({"cell": np.arange(len(matches.cells)), "need": matches.cells["need"], "group": ALL, "cut_share": 1.0})
    cells = pd.concat([cells[["cell", "need", "group", "cut_share"]], everyone], ignore_index=True)
    rates = _rates(cells, "group", parts, replicates)
    groups = cleaned.codebook.groups
    counts = cleaned.survey["groups"].fillna("").str.split(";").explode().value_counts()
    counts[ALL] = len(cleaned.survey)
    rates["n"] = rates["group"].map(counts).fillna(0).astype(int)
    printable = ~rates["group"].map(groups["sensitivity"]).fillna("").str.startswith("高度敏感")
    rates = rates[printable & (rates["n"] >= _FEWEST)]
    rates["group_name"] = rates["group"].map(groups["name"]).fillna(ALL)
    order = rates.assign(last=rates["group"] != ALL).sort_values(["last", "gap_rate", "group"], ascending=[True, False, True])
    return order[list(COLUMNS)].reset_index(drop=True)


def community_rates(matches: MatchPlan, parts: pd.DataFrame, replicates: Replicates) -> pd.DataFrame:
    """Return ``community, gap_rate, gap_rate_low, gap_rate_high, met_share`` over all needs, the worst first."""
    cells = matches.cells[["need", "community"]].assign(cell=np.arange(len(matches.cells)), cut_share=1.0)
    rates = _rates(cells, "community", parts, replicates)
    return rates.sort_values(["gap_rate", "community"], ascending=[False, True]).reset_index(drop=True)


def _rates(cells: pd.DataFrame, key: str, parts: pd.DataFrame, replicates: Replicates) -> pd.DataFrame:
    """Return gap rates with limits and met shares of every value of a key."""
    rows, share = cells["cell"].to_numpy(int), cells["cut_share"].to_numpy(float)
    by_need = sum_parts(parts.iloc[rows].mul(share, axis=0).reset_index(drop=True), cells.reset_index(drop=True), ["need", key])
    known = by_need["met"].notna()
    sums = by_need.groupby(key, sort=True)[["gap", "demand"]].sum().reset_index()
    met = by_need[known].groupby(key)[["met", "demand"]].sum()
    shares = sparse.csr_array((share, (rows, np.arange(len(cells)))), shape=(len(parts), len(cells))) @ membership(cells, sums[[key]])
    nothing = np.zeros(len(sums))
    limits = gap_limits(replicates, sparse.csr_array(shares), sums["gap"].to_numpy(float), sums["demand"].to_numpy(float), nothing, _LEVEL)
    return pd.DataFrame({
        key: sums[key], "gap_rate": (sums["gap"] / sums["demand"]).where(sums["demand"] > 0), "gap_rate_low": limits.rate_low,
        "gap_rate_high": limits.rate_high, "met_share": sums[key].map(met["met"] / met["demand"].where(met["demand"] > 0)),
    })  # fmt: skip
