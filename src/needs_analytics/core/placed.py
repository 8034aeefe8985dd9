"""Whether a month tells where its services are."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from needs_analytics.core.records import Cleaned


def no_distances(cleaned: Cleaned) -> bool:
    """Whether residents have to go to some service and no site, community or distance tells how far it is."""
    go = cleaned.menu["mode"].fillna("到点").str.contains("到点")
    told = cleaned.sites[["lon", "x", "community"]].notna().to_numpy().any() or len(cleaned.distances) > 0
    return bool(go.any()) and not told
