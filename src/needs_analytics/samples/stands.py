"""Services at their sites as the truth sees them: who can come, how many fit in, who was noted down, how it was rated.

A *stand* is one service at one site. What is counted here is plain: distinct residents where the record names persons,
uses over the service's uses per person and month where it does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.codebook import Codebook
from needs_analytics.samples.services import eligible_people, offered_services, offered_supply, reachable_sites

if TYPE_CHECKING:
    from needs_analytics.samples.snapshot import Snapshot
    from needs_analytics.samples.town import Town

DONE, TURNED_AWAY = "完成", ("等候", "拒绝")
BUSY = 0.90
"""METHODS: below this share of capacity, with nobody waiting or refused, a site is idle."""
UNSURE = 0.02
"""Nearer to :data:`BUSY` than this the truth does not say whether a site is idle: one misread cell could turn it."""
_FEW_RATINGS = 10


@dataclass(frozen=True)
class Stands:
    """Every service at every site.

    Attributes
    ----------
    table
        One row per stand: ``service, site, needs`` (tuple of codes), ``capacity`` and ``counted`` (persons; what fits
        in, what was used by nobody named), ``recorded`` (somebody keeps a record of the service), ``waiting`` (somebody
        waits or was refused), ``idle, busy`` (neither where it is not sure), ``bad_low, bad_high`` (share of ratings
        of 2 or less).
    visits
        ``stand, person``: residents noted down by name, each once at a stand.
    eligible
        ``(people, stands)`` whether somebody of 16 or more may use it.
    reach
        ``(places, stands)`` whether it is in reach: on foot, or at home, or online.
    """

    table: pd.DataFrame
    visits: pd.DataFrame
    eligible: np.ndarray
    reach: np.ndarray


def set_up_stands(snapshot: Snapshot, use: pd.DataFrame) -> Stands:
    """Gather the stands of a town's month.

    Parameters
    ----------
    use
        As :func:`~needs_analytics.samples.usage.record_use` makes it.
    """
    menu, supply = offered_services(snapshot.plan), offered_supply(snapshot.plan, snapshot.month)
    codes = {name: need for need, name in Codebook.default().need_names().items()}
    table = supply[["service", "site", "units"]].merge(menu, on="service", how="left", validate="many_to_one")
    table["needs"] = [tuple(codes[name] for name in text.split("；")) for text in table["needs"]]
    number = pd.Series(np.arange(len(table)), index=pd.MultiIndex.from_frame(table[["name", "site"]]))
    use = use.assign(stand=number.reindex(pd.MultiIndex.from_frame(use[["service", "site"]])).to_numpy(int))
    done = use[use["status"] == DONE]
    named = done["person"] >= 0
    frequency = table["uses"].astype(float)
    units = _sum(done, len(table))
    table["capacity"] = table["units"] / frequency
    table["counted"] = _sum(done[~named], len(table)) / frequency
    table["recorded"] = table["name"].isin(use["service"])
    table["waiting"] = _sum(use[use["status"].isin(TURNED_AWAY)], len(table)) > 0
    rate = np.divide(units, table["units"], out=np.ones(len(table)), where=table["units"].to_numpy() > 0)
    table["idle"] = table["recorded"] & ~table["waiting"] & (rate < BUSY - UNSURE)
    table["busy"] = table["recorded"] & (rate >= BUSY + UNSURE)
    table["bad_low"], table["bad_high"] = _bad_ratings(done, table)
    visits = done.loc[named, ["stand", "person"]].drop_duplicates(ignore_index=True)
    return Stands(table, visits, _eligible(snapshot, table), _reach(snapshot.town, table))


def _sum(use: pd.DataFrame, stands: int) -> np.ndarray:
    return np.bincount(use["stand"], use["count"].astype(float), stands)


def _bad_ratings(done: pd.DataFrame, table: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return the least and the largest share of bad ratings that a reader of METHODS may give a stand.

    Its own share and the service's, weighted by count: thin ratings are shrunk from the one towards the other. A stand
    nobody rated counts as met or as its service. Nobody knows the ratings of a service without a record.
    """
    rated = done[done["rating"].notna()]
    weight = rated["count"].astype(float)
    bad = np.bincount(rated["stand"], weight * (rated["rating"].astype(float) <= 2), len(table))
    number = np.bincount(rated["stand"], weight, len(table))
    own = np.divide(bad, number, out=np.zeros(len(table)), where=number > 0)
    sums = pd.DataFrame({"bad": bad, "number": number, "ratings": np.bincount(rated["stand"], minlength=len(table))})
    sums = sums.groupby(table["service"]).transform("sum")
    whole = (sums["bad"] / sums["number"]).fillna(0.0).to_numpy()
    thin = sums["ratings"].between(1, _FEW_RATINGS - 1).to_numpy()  # shrunk towards who knows what
    low = np.where(thin | ~table["recorded"], 0.0, np.minimum(own, whole))
    high = np.where(thin | ~table["recorded"], 1.0, np.maximum(own, whole))
    return low, high


def _eligible(snapshot: Snapshot, table: pd.DataFrame) -> np.ndarray:
    who = {rule: snapshot.adults & eligible_people(snapshot.people, str(rule)) for rule in table["who"].unique()}
    return np.column_stack([who[rule] for rule in table["who"]])


def _reach(town: Town, table: pd.DataFrame) -> np.ndarray:
    numbers = {site: number for number, site in enumerate(town.sites["site"])}
    on_foot = reachable_sites(town)[:, [numbers[site] for site in table["site"]]]
    return np.asarray(on_foot | table["mode"].str.contains("上门|线上").to_numpy())
