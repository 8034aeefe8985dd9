"""Where a need has any service at all: need × community, also for needs that were only ranked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.matching.cells import covering

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
    place = cleaned.sites.drop_duplicates("site").set_index("site")
    sinks = sinks.assign(
        community=sinks["site"].map(place["community"]), tier=sinks["site"].map(place["tier"]),
        mode=sinks["service"].map(cleaned.menu.drop_duplicates("service").set_index("service")["mode"]).fillna("到点"),
    )  # fmt: skip
    everywhere = sinks["mode"].str.contains("上门|线上") | sinks["community"].isna() | (sinks["tier"] == "片区")
    rows = []
    for need in names.index:
        own = sinks[sinks["service"].isin(covering(cleaned.menu, need))]
        for community in communities:
            here = own[everywhere[own.index] | (own["community"] == community)]
            units = sorted(set(here["unit"]))
            least = 1 if len(here) else 0  # of a service there is something, but perhaps nobody says how much
            stated = here[here["capacity_stated"].astype(bool)]
            rows.append(
                {
                    "need": need,
                    "need_name": names[need],
                    "community": community,
                    "services": here["service"].nunique(),
                    "sites": here.loc[here["site"] != "", "site"].nunique(),
                    "units": stated["capacity"].sum(min_count=least) if len(units) <= 1 else np.nan,
                    "unit": "、".join(units),
                    "capacity_persons": stated["capacity_persons"].sum(min_count=least),
                    "covered": len(here) > 0,
                }
            )
    return pd.DataFrame(rows, columns=list(COLUMNS))
