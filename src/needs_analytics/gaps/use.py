"""Who used what: recorded use per service@site, attributed to the demand cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.placed_use import place_use
from needs_analytics.gaps.unlisted import unlisted_names
from needs_analytics.gaps.users import spread_users

if TYPE_CHECKING:
    from needs_analytics.core.arrays import Bools, Floats
    from needs_analytics.core.options import GapsOptions
    from needs_analytics.core.records import Cleaned
    from needs_analytics.core.results import MatchPlan

DONE, TURNED_AWAY = "完成", ("等候", "拒绝")


@dataclass(frozen=True)
class Use:
    """Use of the month.

    Attributes
    ----------
    sinks
        One row per service@site of the plan: ``used_units, used_persons, utilisation, waiting, ratings,
        bad_ratings, bad_share``;
        ``recorded`` is false for a service nobody recorded, or only with figures that cannot be read, and where use
        under ``other_names``, which the menu does not list, may be its own.
    persons
        ``(cells,)`` persons observed using, not more than can (U).
    dissatisfied
        ``(cells,)`` of them, those who rated badly.
    known
        ``(cells,)`` whether every service in reach has records.
    busy
        ``(cells,)`` whether the sites in reach ran at capacity, turned people away or, unrecorded, may have; never
        where nobody stated what a site in reach can do and nobody was turned away.
    other
        Use by persons outside the cells: ``need, community, persons``.
    """

    sinks: pd.DataFrame
    persons: Floats
    dissatisfied: Floats
    known: Bools
    busy: Bools
    other: pd.DataFrame


def attribute_use(plan: MatchPlan, cleaned: Cleaned, options: GapsOptions) -> Use:
    """Attribute the recorded use to demand cells: by the resident's place where known, else evenly to the served.

    Use is counted in persons: different persons where a use names its person (by key), else uses over the uses of one
    person a month.
    """
    sinks = sink_use(plan.sinks, cleaned, options)
    users = spread_users(_persons_by_place(plan.sinks, cleaned), plan, sinks["bad_share"].to_numpy(float))
    known = _known(plan.arcs, sinks, len(plan.cells))
    busy = _busy(plan.arcs, sinks, known, options)
    return Use(sinks, users.persons, users.persons * users.bad_share, known, busy, users.other)


def sink_use(sinks: pd.DataFrame, cleaned: Cleaned, options: GapsOptions) -> pd.DataFrame:
    """Add the month's use to every service@site."""
    usage = cleaned.usage
    done = usage[usage["status"] == DONE]
    persons = _persons_by_place(sinks, cleaned).groupby("sink")["persons"].sum()
    result = sinks.copy()
    result["used_units"] = _units(sinks, done)
    result["other_names"] = unlisted_names(result, done, cleaned)
    readable = sinks["service"].isin(set(usage.loc[usage["count"].notna(), "service"]))
    result["recorded"] = readable & (result["other_names"] == "")
    result["used_persons"] = persons.reindex(sinks.index, fill_value=0.0).astype(float)
    result["waiting"] = _units(sinks, usage[usage["status"].isin(TURNED_AWAY)]).fillna(0.0)
    result["utilisation"] = np.where(
        result["recorded"] & (result["capacity"] > 0),
        result["used_units"] / result["capacity"].where(result["capacity"] > 0),
        np.nan,
    )
    rated = _ratings(done, options)
    for name in ("bad_share", "bad_ratings", "ratings"):
        result[name] = result["service"].map(rated[name]).fillna(0.0)
    result.loc[~result["recorded"], ["used_units", "used_persons", "utilisation"]] = np.nan
    return result


def _units(sinks: pd.DataFrame, usage: pd.DataFrame) -> pd.Series:
    """Return the uses at every service@site: 0 where there are none, NaN where none of them can be read."""
    placed = place_use(sinks, usage)
    counts = placed["share"] * usage["count"].to_numpy(float)[placed["use"]]
    units = counts.groupby(placed["sink"]).sum(min_count=1).reindex(np.arange(len(sinks)), fill_value=0.0)
    return pd.Series(units.to_numpy(float), index=sinks.index)


def _ratings(done: pd.DataFrame, options: GapsOptions) -> pd.DataFrame:
    """Return, per service, the share of bad ratings (weighted by count), their number and that of all ratings.

    Under ``fewest_ratings`` the share is shrunk towards that of all services; without any rating there is none.
    """
    rated = done[done["rating"].notna()]
    if rated.empty:
        return pd.DataFrame({"bad_share": [], "bad_ratings": [], "ratings": []}, dtype=float)
    weight = rated["count"].fillna(1.0)
    bad = (weight * (rated["rating"] <= options.bad_rating)).groupby(rated["service"]).sum()
    number = weight.groupby(rated["service"]).sum()
    whole = bad.sum() / number.sum()
    thin = number < options.fewest_ratings
    borrowed = (options.fewest_ratings - number).clip(lower=0)
    share = bad / number
    share = share.where(~thin, (bad + borrowed * whole) / (number + borrowed))
    return pd.DataFrame({"bad_share": share, "bad_ratings": bad, "ratings": number})


def _persons_by_place(sinks: pd.DataFrame, cleaned: Cleaned) -> pd.DataFrame:
    """Return ``sink, community, grid, persons`` of the completed uses.

    A person is counted once at each site; where it is not known at which, once for the service, and not at all beside
    uses of which it is known.
    """
    usage = cleaned.usage[cleaned.usage["status"] == DONE]
    placed = place_use(sinks, usage)
    use, sink = placed["use"].to_numpy(int), placed["sink"].to_numpy(int)
    frame = placed.assign(
        service=sinks["service"].to_numpy()[sink], community=usage["community"].fillna("").to_numpy()[use],
        grid=usage["grid"].fillna("").to_numpy()[use], person=usage["person_key"].to_numpy()[use],
        count=usage["count"].to_numpy(float)[use], sure=placed["share"] >= 1.0,
    )  # fmt: skip
    keyed, rest = frame[frame["person"].notna()], frame[frame["person"].isna()]
    sure, spread = keyed[keyed["sure"]], keyed[~keyed["sure"]]
    somewhere = pd.MultiIndex.from_frame(spread[["service", "person"]])
    spread = spread[~somewhere.isin(pd.MultiIndex.from_frame(sure[["service", "person"]]))]
    once = spread.drop_duplicates(["service", "person"])["use"]
    frequency = sinks["uses_per_person"].to_numpy(float)[rest["sink"].to_numpy(int)]
    persons = pd.concat([
        sure.drop_duplicates(["sink", "person"]).assign(persons=1.0),
        spread[spread["use"].isin(once)].assign(persons=lambda rows: rows["share"]),
        rest.assign(persons=rest["count"].fillna(0.0) * rest["share"] / frequency),
    ])  # fmt: skip
    return persons.groupby(["sink", "community", "grid"], as_index=False)[["persons"]].sum()


def _known(arcs: pd.DataFrame, sinks: pd.DataFrame, cells: int) -> Bools:
    missing = ~sinks["recorded"].to_numpy(bool)[arcs["sink"].to_numpy(int)]
    known = np.ones(cells, dtype=np.bool_)
    known[arcs["cell"].to_numpy(int)[missing]] = False
    return known


def _busy(arcs: pd.DataFrame, sinks: pd.DataFrame, known: Bools, options: GapsOptions) -> Bools:
    sink, cell = arcs["sink"].to_numpy(int), arcs["cell"].to_numpy(int)
    persons = sinks["capacity_persons"].to_numpy(float)
    used = np.nan_to_num(sinks["utilisation"].to_numpy(float)) * persons
    capacity = np.bincount(cell, persons[sink], len(known))
    filled = np.bincount(cell, used[sink], len(known))
    waiting = np.bincount(cell, sinks["waiting"].to_numpy(float)[sink], len(known))
    unstated = np.bincount(cell, ~sinks["capacity_stated"].to_numpy(bool)[sink], len(known)) > 0
    return (((filled >= options.busy * capacity) | ~known) & ~unstated) | (waiting > 0)
