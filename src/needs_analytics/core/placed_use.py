"""At which service@site the recorded use took place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from needs_analytics.core.arrays import Floats

NO_SITE = ""


def place_use(sinks: pd.DataFrame, usage: pd.DataFrame) -> pd.DataFrame:
    """Place every use of a service of the plan at its sites, so that none is lost.

    A use at one of the service's sites stays there. Any other (no site, or a site where nobody reported the service)
    goes to the service's capacity without a site where there is one, else over all its sites: in proportion to the
    plan, all sites used as evenly as it allows, else to the capacity, else in equal parts.

    Parameters
    ----------
    sinks
        One row per ``service, site`` with its ``capacity`` and, once there is a plan, its ``even_persons``.
    usage
        Rows with ``service`` and ``site``.

    Returns
    -------
    pandas.DataFrame
        ``use, sink`` (positions) and ``share``; the shares of one use sum to 1. ``at_site`` is false where the use was
        not recorded at the place where it is put. Uses of other services have no row.
    """
    places = pd.DataFrame({
        "service": sinks["service"].to_numpy(), "site": sinks["site"].to_numpy(), "sink": np.arange(len(sinks)),
        "share": _shares(sinks),
    })  # fmt: skip
    uses = pd.DataFrame({
        "use": np.arange(len(usage)), "service": usage["service"].to_numpy(),
        "site": usage["site"].fillna(NO_SITE).to_numpy(),
    })  # fmt: skip
    exact = uses.merge(places.drop(columns="share"), on=["service", "site"]).assign(share=1.0, at_site=True)
    rest = uses[~uses["use"].isin(exact["use"])].drop(columns="site")
    spread = rest.merge(places.drop(columns="site"), on="service").assign(at_site=False)
    placed = pd.concat([exact, spread[spread["share"] > 0]], ignore_index=True)
    return placed[["use", "sink", "share", "at_site"]]


def _shares(sinks: pd.DataFrame) -> Floats:
    """Return what each site takes of its service's use of which the site is not known."""
    one = (sinks["site"] == NO_SITE).astype(float)
    even = sinks["even_persons"] if "even_persons" in sinks else pd.Series(0.0, index=sinks.index)
    weight = pd.Series(1.0, index=sinks.index)
    for given in (sinks["capacity"], even, one):
        better = given.astype(float).fillna(0.0).clip(lower=0.0)
        weight = weight.where(better.groupby(sinks["service"]).transform("sum") <= 0, better)
    return np.asarray(weight / weight.groupby(sinks["service"]).transform("sum"), dtype=np.float64)
