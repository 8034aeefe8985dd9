"""Use under names the menu does not list: whose use it may be, so that nobody takes what is missing there for none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.placed_use import NO_SITE
from needs_analytics.core.wording import may_be_one

if TYPE_CHECKING:
    from needs_analytics.core.records import Cleaned


def unlisted_names(sinks: pd.DataFrame, used: pd.DataFrame, cleaned: Cleaned) -> pd.Series:
    """Return, for every service@site, the unlisted names under which its use may stand, ``""`` where there are none.

    To a service of a like name at its site; else to any of a like name, or to what its site offers and nobody used.

    Parameters
    ----------
    sinks
        One row per service@site with its ``used_units``.
    used
        The completed uses.

    cleaned
        The month's tables, with the menu.
    """
    other = used[used["service"].notna() & ~used["service"].isin(cleaned.menu["service"])]
    kinds = pd.DataFrame({"name": other["service"], "at": other["site"].fillna(NO_SITE)}).drop_duplicates()
    kinds = kinds.assign(kind=np.arange(len(kinds)))
    offers = sinks[["service_name", "site"]].assign(sink=np.arange(len(sinks)), idle=sinks["used_units"].eq(0.0))
    pairs = kinds.merge(offers, how="cross")
    if pairs.empty:
        return pd.Series("", index=sinks.index, dtype=object)
    names = pairs[["name", "service_name"]].drop_duplicates()
    alike = [may_be_one(str(name), str(service)) for name, service in names.to_numpy()]
    pairs = pairs.merge(names.assign(alike=alike), on=["name", "service_name"])
    here = pairs["at"] == pairs["site"]
    sure = pairs["alike"] & here
    possible = pairs["alike"] | (here & pairs["idle"])
    taken = pairs[sure | (possible & ~pairs["kind"].isin(pairs.loc[sure, "kind"]))].sort_values("name", kind="stable")
    told = taken.drop_duplicates(["sink", "name"]).groupby("sink")["name"].agg("、".join)
    return pd.Series(told.reindex(np.arange(len(sinks)), fill_value="").to_numpy(object), index=sinks.index)
