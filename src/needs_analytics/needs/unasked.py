"""Needs not asked about everywhere: what is not known of the places left out widens what is said of the whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from needs_analytics.core.confidence import Z
from needs_analytics.core.results import ALL
from needs_analytics.needs.estimates import with_persons

if TYPE_CHECKING:
    import pandas as pd


_LEAST = 3  # communities from which their spread can be told
_MANY = 8  # from which it can be told alone; fewer may be alike by chance
_USUAL = 0.5  # standard deviation of communities on the logit that is reckoned with where it cannot


def widened(table: pd.DataFrame) -> pd.DataFrame:
    """Widen the sub-district's estimates by what the communities that were not asked may differ by.

    The share of the whole is ``c · asked + (1 − c) · unasked``, ``c`` being the part reached; the unasked
    communities are taken to be drawn like the asked ones, whose spread beyond their sampling errors (method of moments)
    is that of the answer missing.

    Parameters
    ----------
    table
        Estimates by need and domain with ``reached``, the part of the persons' population that the answers speak for.
    """
    whole = ((table["community"] == ALL) & (table["reached"] < 1)).to_numpy()
    if not whole.any():
        return table
    rows = table[whole]
    share = rows["share"].to_numpy(float)
    spread = rows["need"].map(_spreads(table)).to_numpy(float)
    spread = np.where(np.isfinite(spread), spread, _USUAL * share * (1 - share))
    extra = (1 - rows["reached"].to_numpy(float)) * spread
    se = np.hypot(rows["share_se"].to_numpy(float), extra)
    low = np.maximum(share - np.hypot(share - rows["share_low"], Z * extra), 0.0)
    high = np.minimum(share + np.hypot(rows["share_high"] - share, Z * extra), 1.0)
    n_eff = rows["n_eff"].to_numpy(float)
    most = np.divide(share * (1 - share), se**2, out=n_eff.copy(), where=se > 0)
    made = table.copy()
    made.loc[whole, ["share_se", "share_low", "share_high", "n_eff"]] = np.column_stack(
        [se, low, high, np.fmin(n_eff, most)]
    )
    return with_persons(made) if made["persons"].notna().any() else made


def _spreads(table: pd.DataFrame) -> dict[str, float]:
    """Return the standard deviation of the communities' true shares of each need; where they are many enough."""
    single = (table["segment"] == ALL) & (table["group"] == ALL) & (table["grid"] == ALL) & (table["community"] != ALL)
    rows = table[single & table["share_se"].gt(0)]
    by_need = rows.groupby("need")
    variance = (by_need["share"].var() - (rows["share_se"] ** 2).groupby(rows["need"]).mean()).clip(lower=0.0)
    size, mean = by_need.size(), by_need["share"].mean()
    known = variance[size >= _LEAST] ** 0.5
    usual = (_USUAL * mean * (1 - mean))[known.index].where(size[known.index] < _MANY, 0.0)
    return {str(need): float(value) for need, value in known.clip(lower=usual).items()}
