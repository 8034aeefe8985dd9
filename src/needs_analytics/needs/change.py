"""A change is called a change only if it is one: difference to the last month, false discoveries held down."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import norm

from needs_analytics.core.confidence import Z
from needs_analytics.numerics.comparisons import difference_of_intervals
from needs_analytics.numerics.discoveries import false_discovery

if TYPE_CHECKING:
    import pandas as pd

    from needs_analytics.core.arrays import Floats
    from needs_analytics.core.options import NeedsOptions

KEYS = ["need", "community", "grid", "segment", "group"]
UP, DOWN, SAME, UNCLEAR, FIRST = "明显上升", "明显下降", "无明显变化", "样本不足，暂不能判断", "/"


def with_changes(
    table: pd.DataFrame, previous: pd.DataFrame | None, options: NeedsOptions, covariance: Floats | float = 0.0
) -> pd.DataFrame:
    """Compare each estimate with the one of the month before.

    Segments are not compared: their make-up differs between months. Places of one level form one table for the
    false-discovery rate.

    Parameters
    ----------
    previous
        Rows of the month before with the keys and ``share, share_low, share_high, method, n, n_yes``; ``None`` for a
        first month. The last two, and its ``flag``, stay beside the change: a share that was hidden or withheld must
        not follow from it.
    covariance
        Of each estimate with that of the month before, by residents who answered twice (see `panel`). With 0 the two
        samples are taken as independent, which overstates the spread of a panel's change.
    """
    blank = table.assign(
        change=FIRST, change_diff=np.nan, change_low=np.nan, change_high=np.nan, n_before=np.nan, n_yes_before=np.nan,
        flag_before="",
    )  # fmt: skip
    if previous is None or previous.empty:
        return blank
    compared = [*KEYS, "share", "share_se", "share_low", "share_high", "method"]
    old = previous.reindex(columns=[*compared, "n", "n_yes", "flag"])
    both = table[compared]
    both = both.merge(old, on=KEYS, how="left", suffixes=("", "_old"))
    comparable = (
        both["share"].notna()
        & both["share_old"].notna()
        & (both["segment"] == "全部")
        & (both["method"] == both["method_old"])
    ).to_numpy()
    low, high = difference_of_intervals(
        both["share_old"],
        (both["share_low_old"], both["share_high_old"]),
        both["share"],
        (both["share_low"], both["share_high"]),
        correlation=_correlation(covariance, both["share_se"], both["share_se_old"]),
    )
    diff = (both["share"] - both["share_old"]).to_numpy(float)
    spread = np.where(diff > 0, diff - low, high - diff) / Z
    p = _two_sided(diff, spread)
    found = np.zeros(len(table), dtype=bool)
    level = np.where(table["grid"] != "全部", 2, np.where(table["community"] != "全部", 1, 0))
    for code in np.unique(level):
        rows = comparable & (level == code) & np.isfinite(p)
        if rows.any():
            found[rows] = false_discovery(p[rows], options.false_discovery_rate)
    within = (low > -options.no_change_within) & (high < options.no_change_within)
    words = np.where(found & (diff > 0), UP, np.where(found, DOWN, np.where(within, SAME, UNCLEAR)))
    return table.assign(
        change=np.where(comparable, words, FIRST), change_diff=np.where(comparable, diff, np.nan),
        change_low=np.where(comparable, low, np.nan), change_high=np.where(comparable, high, np.nan),
        n_before=np.where(comparable, both["n"], np.nan), n_yes_before=np.where(comparable, both["n_yes"], np.nan),
        flag_before=np.where(comparable, both["flag"].fillna(""), ""),
    )  # fmt: skip


def _correlation(covariance: Floats | float, now: pd.Series, before: pd.Series) -> Floats:
    """Return the correlation of two estimates; 0 where one of them has no standard error, as at a share of 0."""
    product = now.to_numpy(float) * before.to_numpy(float)
    known = np.isfinite(product) & (product > 0)
    return np.clip(np.where(known, covariance / np.where(known, product, 1.0), 0.0), -1.0, 1.0)


def _two_sided(diff: Floats, spread: Floats) -> Floats:
    ratio = np.abs(diff) / np.where(spread > 0, spread, np.nan)
    return 2 * norm.sf(ratio)
