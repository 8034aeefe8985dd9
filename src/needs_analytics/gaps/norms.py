"""Norms: which communities meet them, by the facilities and grids the office listed, beside whether needs are short.

A facility belongs to the community it stands in. A radius is a walk (straight line × detour) from the middle of the
farthest grid to the nearest facility, of whichever community. Of "15–20 m²" the least is required.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.results import ALL, NORMS_COLUMNS
from needs_analytics.gaps.facilities import MEASURES, Measured, Town
from needs_analytics.gaps.norm_rules import NormRule, norm_rules

if TYPE_CHECKING:
    from needs_analytics.core.issue import Issue
    from needs_analytics.core.options import GapsOptions
    from needs_analytics.core.records import Cleaned

_IDLE = "闲置"
_SUPPLIABLE = ["no_service", "too_far", "full"]


def measure_norms(
    cleaned: Cleaned, gaps: pd.DataFrame, detour: float, options: GapsOptions
) -> tuple[pd.DataFrame, list[Issue]]:
    """Measure every community against the norms that the tables of sites and grids can tell.

    Parameters
    ----------
    gaps
        The finished gap table; without rows it is not known whether a need is short.
    detour
        Walking distance over straight-line distance.

    Returns
    -------
    One row per norm and community with ``NORMS_COLUMNS``, and the norms of the office's own sheet that nothing here
    measures. A norm whose kind of facility no row of the sites names is left out: what is not listed is not missing.
    """
    rules, issues = norm_rules(cleaned)
    town = Town.of(cleaned, detour)
    parts = [_judged(rule, town, gaps, options) for rule in rules] if len(town.grids) else []
    parts = [part for part in parts if len(part)]
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(NORMS_COLUMNS))
    return table[list(NORMS_COLUMNS)], issues


def _judged(rule: NormRule, town: Town, gaps: pd.DataFrame, options: GapsOptions) -> pd.DataFrame:
    names = town.sites["name"].fillna(town.sites["site"]).astype(str)
    pattern = "|".join(re.escape(word) for word in rule.facilities)
    counted = town.sites[names.str.contains(pattern)] if pattern else town.sites.iloc[:0]
    if pattern and counted.empty:
        return pd.DataFrame()
    measured = MEASURES[rule.measure](town, counted)
    value = measured.value.round(2)
    short, idle = _short_and_idle(rule.needs, value.index, gaps, options)
    return pd.DataFrame(
        {
            "norm": rule.norm, "object": rule.object, "indicator": rule.indicator, "measure": rule.measure,
            "community": value.index,
            "value": value.to_numpy(), "required": rule.required_text, "unit": rule.unit,
            "met": _met(measured, value, rule), "decided_by": measured.decided_by.to_numpy(),
            "facilities": counted["community"].value_counts().reindex(value.index, fill_value=0).to_numpy(),
            "needs": ";".join(rule.needs), "short": short, "idle": idle, "scope": rule.scope, "source": rule.source,
            "verified": rule.verified, "own": rule.own,
        }
    )  # fmt: skip


def _met(measured: Measured, value: pd.Series, rule: NormRule) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Say 1 or 0; NaN where something was not told, unless what was told is already enough (or too much)."""
    known, amount = measured.complete.to_numpy(bool), value.to_numpy(float)
    inside = (amount >= rule.least) & (amount <= rule.most)
    sure = inside & ~np.isfinite(rule.most) if measured.at_least else np.zeros(len(amount), dtype=bool)
    met = np.where(known | sure, inside.astype(float), np.nan)
    return np.where(np.isfinite(amount), met, np.nan)


def _short_and_idle(
    needs: tuple[str, ...], communities: pd.Index, gaps: pd.DataFrame, options: GapsOptions
) -> tuple[list[float], list[float]]:
    """Say whether one of the needs is short in a community and whether the services of one stand idle there."""
    if gaps.empty or not needs:
        return [np.nan] * len(communities), [np.nan] * len(communities)
    rows = gaps[(gaps["segment"] == ALL) & (gaps["grid"] == ALL) & gaps["need"].isin(needs) & (gaps["demand"] > 0)]
    share = rows[_SUPPLIABLE].sum(axis=1) / rows["demand"]
    short = (share > options.short_share).astype(float).groupby(rows["community"]).max()
    told = rows[rows["quadrant"] != ""]
    idle = (told["quadrant"] == _IDLE).astype(float).groupby(told["community"]).max()
    return list(short.reindex(communities)), list(idle.reindex(communities))
