"""Who is furthest behind: met share and gap rate of every special group and every community against everyone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import sparse

from needs_analytics.core.confidence import LEVEL, Z
from needs_analytics.core.results import ALL
from needs_analytics.gaps.parts import GAP, sum_parts
from needs_analytics.gaps.replicates import Replicates, gap_limits, membership

if TYPE_CHECKING:
    from needs_analytics.core.arrays import Floats
    from needs_analytics.core.records import Cleaned
    from needs_analytics.core.results import MatchPlan, NeedsList

COLUMNS = ("group", "group_name", "n", "n_eff", "gap_rate", "gap_rate_low", "gap_rate_high", "met_share")
_FEWEST = 10


def cells_by_cut(matches: MatchPlan, cut: str) -> pd.DataFrame:
    """Return one row per cell and segment (or group) in it: ``cell``, its keys, the cut, ``cut_share, cut_n``."""
    cuts = matches.cuts[matches.cuts[cut] != ALL].rename(columns={"share": "cut_share", "n": "cut_n"})
    keys = ["need", "eligible_class", "tier"]
    cells = matches.cells[["need", "community", "grid", "eligible_class", "tier"]].assign(
        cell=np.arange(len(matches.cells))
    )
    return cells.merge(cuts[[*keys, cut, "cut_share", "cut_n"]], on=keys)


def group_equity(
    matches: MatchPlan, parts: pd.DataFrame, replicates: Replicates, cleaned: Cleaned, needs: NeedsList
) -> pd.DataFrame:
    """Return one row per printable special group and one for everyone (``全部``), over all needs in the gap.

    Persons are not summed over needs: only rates are given, with their intervals. The met share counts only needs
    whose use is known. Groups of fewer than ten respondents are left out; ``n_eff`` is the effective sample size.
    """
    columns = ["cell", "need", "eligible_class", "tier", "group", "cut_share", "cut_n"]
    everyone = matches.cells[["need", "eligible_class", "tier"]].assign(
        cell=np.arange(len(matches.cells)), group=ALL, cut_share=1.0, cut_n=np.inf
    )
    cells = pd.concat([cells_by_cut(matches, "group")[columns], everyone[columns]], ignore_index=True)
    rates = _rates(cells, "group", parts, replicates, _population(matches))
    groups = cleaned.codebook.groups
    counts = cleaned.survey["groups"].fillna("").str.split(";").explode().value_counts()
    counts[ALL] = len(cleaned.survey)
    rates["n"] = rates["group"].map(counts).fillna(0).astype(int)
    printable = ~rates["group"].map(groups["sensitivity"]).fillna("").str.startswith("高度敏感")
    rates = rates[printable & (rates["n"] >= _FEWEST)]
    rates["group_name"] = rates["group"].map(groups["name"]).fillna(ALL)
    rates["n_eff"] = rates["group"].map(_effective(needs, matches, "group"))
    order = rates.assign(last=rates["group"] != ALL).sort_values(
        ["last", "gap_rate", "group"], ascending=[True, False, True]
    )
    return order[list(COLUMNS)].reset_index(drop=True)


def community_rates(
    matches: MatchPlan, parts: pd.DataFrame, replicates: Replicates, cleaned: Cleaned, needs: NeedsList
) -> pd.DataFrame:
    """Return ``community, n, n_eff, gap_rate, gap_rate_low, gap_rate_high, met_share`` over all needs, the worst first.

    ``n`` counts the community's respondents, ``n_eff`` is their effective number.
    """
    cells = matches.cells[["need", "eligible_class", "tier", "community"]].assign(
        cell=np.arange(len(matches.cells)), cut_share=1.0, cut_n=np.inf
    )
    rates = _rates(cells, "community", parts, replicates, _population(matches))
    rates["n"] = rates["community"].map(cleaned.survey["community"].value_counts()).fillna(0).astype(int)
    rates["n_eff"] = rates["community"].map(_effective(needs, matches, "community"))
    return rates.sort_values(["gap_rate", "community"], ascending=[False, True]).reset_index(drop=True)


def _effective(needs: NeedsList, matches: MatchPlan, key: str) -> pd.Series:
    """Return the effective sample size of every value of a key: the middle one of its shares of the needs in the gap.

    A share cannot rest on more answers than there are, however little its residuals vary.
    """
    rows = needs.table[needs.table["need"].isin(matches.cells["need"])]
    others = [name for name in ("community", "grid", "segment", "group") if name != key]
    rows = rows[(rows[others] == ALL).all(axis=1)]
    effective: pd.Series = rows[["n_eff", "n"]].min(axis=1).groupby(rows[key]).median()
    return effective


def _population(matches: MatchPlan) -> float:
    return float(matches.cells.drop_duplicates(["community", "grid"])["population"].sum())


def _rates(
    cells: pd.DataFrame, key: str, parts: pd.DataFrame, replicates: Replicates, population: float
) -> pd.DataFrame:
    """Return gap rates with limits and met shares of every value of a key.

    One resident has several needs, so what the needs of a group share in sampling error is counted as fully
    correlated: its variance times the mean number of needs of a resident.
    """
    rows, share = cells["cell"].to_numpy(int), cells["cut_share"].to_numpy(float)
    by_need = sum_parts(
        parts.iloc[rows].mul(share, axis=0).reset_index(drop=True), cells.reset_index(drop=True), ["need", key]
    )
    known = by_need["met"].notna()
    sums = by_need.groupby(key, sort=True)[["gap", "demand"]].sum().reset_index()
    met = by_need[known].groupby(key)[["met", "demand"]].sum()
    shares = sparse.csr_array((share, (rows, np.arange(len(cells)))), shape=(len(parts), len(cells))) @ membership(
        cells, sums[[key]]
    )
    nothing = np.zeros(len(sums))
    limits = gap_limits(
        replicates,
        sparse.csr_array(shares),
        sums["gap"].to_numpy(float),
        sums["demand"].to_numpy(float),
        nothing,
        LEVEL,
    )
    rate = (sums["gap"] / sums["demand"]).where(sums["demand"] > 0)
    own = cells[key].map(dict(zip(sums[key], rate, strict=True))).to_numpy(float)
    values = parts[list(GAP)].sum(axis=1).to_numpy(float)[rows] - own * parts["demand"].to_numpy(float)[rows]
    needs_each = max(parts["demand"].sum() / max(population, 1.0), 1.0)
    demand = sums["demand"].where(sums["demand"] > 0).to_numpy(float)
    error = split_error(cells, [key], values, sums[[key]]) * np.sqrt(needs_each) / demand
    low, high = widened(rate.to_numpy(float), limits.rate_low, limits.rate_high, error)
    return pd.DataFrame({
        key: sums[key], "gap_rate": rate, "gap_rate_low": np.maximum(low, 0.0), "gap_rate_high": np.minimum(high, 1.0),
        "met_share": sums[key].map(met["met"] / met["demand"].where(met["demand"] > 0)),
    })  # fmt: skip


def split_error(cells: pd.DataFrame, keys: list[str], values: Floats, sums: pd.DataFrame) -> Floats:
    """Return the standard error that the sampled split of each class over the cuts adds to a sum, ``(sums,)``.

    Each class's values times a share estimated from ``cut_n`` respondents: ``Σ value² · s (1 − s) / n`` (binomial).

    Parameters
    ----------
    values
        ``(rows of cells,)`` what a cell would add to the sum with a share of 1.
    """
    columns = list(dict.fromkeys([*keys, "need", "eligible_class", "tier", "cut_share", "cut_n"]))
    classes = cells[columns].assign(value=values).groupby(columns, as_index=False)["value"].sum()
    share = classes["cut_share"].clip(0.0, 1.0)  # a sum of weights over their sum may be off by the last digit
    classes["variance"] = classes["value"] ** 2 * share * (1 - share) / classes["cut_n"]
    wanted = pd.MultiIndex.from_frame(sums) if len(keys) > 1 else sums[keys[0]]
    variance: Floats = classes.groupby(keys)["variance"].sum().reindex(wanted).to_numpy(float)
    return np.sqrt(variance)


def widened(estimate: Floats, low: Floats, high: Floats, error: Floats) -> tuple[Floats, Floats]:
    """Return limits widened by a further, independent standard error (half-widths add in squares)."""
    more = Z * np.nan_to_num(error)
    return estimate - np.hypot(estimate - low, more), estimate + np.hypot(high - estimate, more)
