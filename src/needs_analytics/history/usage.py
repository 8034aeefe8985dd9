"""Completed use by month, service and site: of the months kept and of the month at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from needs_analytics.core.order import in_order
from needs_analytics.history.columns import USAGE

if TYPE_CHECKING:
    from needs_analytics.core.records import Cleaned


def usage_counts(cleaned: Cleaned) -> pd.DataFrame:
    """Return completed use by ``month, service, site``, of the month and of the other months its files brought."""
    frames = [frame for frame in (cleaned.usage, cleaned.earlier.get("usage")) if frame is not None and len(frame)]
    if not frames:
        return pd.DataFrame(columns=list(USAGE))
    usage = pd.concat(frames, ignore_index=True)
    usage = usage[usage["status"] == "完成"].assign(site=usage["site"].fillna(""), service=usage["service"].fillna(""))
    counts = in_order(usage[list(USAGE)]).groupby(["month", "service", "site"], as_index=False)
    return counts[["count"]].sum(min_count=1)


def use_so_far(kept: pd.DataFrame, cleaned: Cleaned) -> pd.DataFrame:
    """Return completed use by ``month, service, site`` up to the month, from the store and from the month's files.

    Parameters
    ----------
    kept
        See :meth:`needs_analytics.history.Store.usage`.
    """
    brought = usage_counts(cleaned)
    own = set(kept.loc[kept["own"] == 1, "month"])
    brought = brought[(brought["month"] <= str(cleaned.month)) & ~brought["month"].isin(own)]
    kept = kept[~kept["month"].isin(set(brought["month"]))]
    parts = [frame[list(USAGE)] for frame in (kept, brought) if len(frame)]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(USAGE))
