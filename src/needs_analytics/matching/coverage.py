"""Where a need has any service at all: need × community, also for needs that were only ranked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from needs_analytics.core.records import Cleaned
    from needs_analytics.core.results import NeedsList

COLUMNS = ("need", "need_name", "community", "services", "sites", "units", "unit", "capacity_persons", "covered")


def service_coverage(needs: NeedsList, cleaned: Cleaned, sinks: pd.DataFrame) -> pd.DataFrame:
    """Return, per need and community, the services offered there.

    A service counts for a community when one of its sites lies in it, when it comes home or is online, or when its
    site is for the whole area or of unknown place.

    Returns
    -------
    ``units`` is NaN where services of different units cover the need: they are not summed across units; both it and
    ``capacity_persons`` are NaN where nobody stated what the services can do.
    """
    names = needs.totals().drop_duplicates("need").set_index("need")["need_name"]
    communities = sorted(set(needs.places["community"]) | set(cleaned.sites["community"].dropna()))
    offered = _offered(cleaned, sinks, communities)
    whole = pd.MultiIndex.from_product([names.index, communities], names=["need", "community"])
    groups = offered.groupby(["need", "community"], sort=False)
    units = groups["unit"].agg(lambda found: "、".join(sorted(set(found)))) if len(offered) else pd.Series(dtype=object)
    table = pd.DataFrame({
        "services": groups["service"].nunique(), "sites": groups["at"].nunique(),
        "units": groups["stated_units"].sum(min_count=1).where(groups["unit"].nunique() < 2, np.nan),
        "capacity_persons": groups["stated_persons"].sum(min_count=1),
    })  # fmt: skip
    covered = whole.isin(table.index)
    counts = {"services": np.int64, "sites": np.int64}
    table = table.reindex(whole)
    table = table.where(table.notna() | covered[:, None], 0.0).astype(counts)
    table = table.assign(unit=units.reindex(whole).fillna("").to_numpy(object), covered=covered).reset_index()
    return table.assign(need_name=table["need"].map(names))[list(COLUMNS)]


def _offered(cleaned: Cleaned, sinks: pd.DataFrame, communities: list[str]) -> pd.DataFrame:
    """Return every service@site once for each need it covers and each community it is for."""
    place = cleaned.sites.drop_duplicates("site").set_index("site")
    modes = cleaned.menu.drop_duplicates("service").set_index("service")["mode"]
    stated = sinks["capacity_stated"].astype(bool)
    own = pd.DataFrame({
        "service": sinks["service"], "unit": sinks["unit"], "at": sinks["site"].where(sinks["site"] != ""),
        "community": sinks["site"].map(place["community"]).astype(object),
        "stated_units": sinks["capacity"].where(stated), "stated_persons": sinks["capacity_persons"].where(stated),
    })  # fmt: skip
    anywhere = sinks["service"].map(modes).fillna("到点").str.contains("上门|线上").astype(bool)
    anywhere |= own["community"].isna() | (sinks["site"].map(place["tier"]) == "片区")
    spread = own[anywhere].drop(columns="community").merge(pd.DataFrame({"community": communities}), how="cross")
    needs = cleaned.menu["needs"].fillna("").str.split(";")
    covers = pd.DataFrame({"service": cleaned.menu["service"], "need": needs}).explode("need").drop_duplicates()
    return pd.concat([own[~anywhere], spread], ignore_index=True).merge(covers, on="service")
