"""Who used what: recorded use per service@site, attributed to the demand cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.placed_use import place_use
from needs_analytics.gaps.unlisted import unlisted_names

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
    """Attribute the recorded use to demand cells: by the resident's place where known, else in proportion to the plan.

    Use is counted in persons: different persons where a use names its person (by key), else uses over the uses of one
    person a month.
    """
    sinks = sink_use(plan.sinks, cleaned, options)
    arcs = plan.arcs
    by_place = _persons_by_place(plan.sinks, cleaned)
    given, other = _spread(by_place, arcs, plan)
    raw = np.bincount(arcs["cell"].to_numpy(int), given, len(plan.cells)).astype(float)  # integers without any arc
    reachable = plan.cells["reachable"].to_numpy(float)
    persons = np.minimum(raw, reachable)
    share = np.divide(persons, raw, out=np.zeros_like(raw), where=raw > 0)
    bad = np.bincount(
        arcs["cell"].to_numpy(int),
        given * sinks["bad_share"].to_numpy(float)[arcs["sink"].to_numpy(int)],
        len(plan.cells),
    )
    known = _known(arcs, sinks, len(plan.cells))
    beyond = plan.cells.assign(persons=raw - persons)[["need", "community", "persons"]]
    other = pd.concat([other, beyond[beyond["persons"] > 1e-9]], ignore_index=True)
    return Use(
        sinks,
        persons,
        bad * share,
        known,
        _busy(arcs, sinks, known, options),
        other.groupby(["need", "community"], as_index=False)[["persons"]].sum(),
    )


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


def _spread(by_place: pd.DataFrame, arcs: pd.DataFrame, plan: MatchPlan) -> tuple[Floats, pd.DataFrame]:
    """Return the persons given to each arc, and the use for which no cell of its place may use the service."""
    cells = plan.cells.iloc[arcs["cell"].to_numpy(int)]
    frame = pd.DataFrame(
        {
            "arc": np.arange(len(arcs)),
            "sink": arcs["sink"].to_numpy(int),
            "community": cells["community"].to_numpy(),
            "grid": cells["grid"].to_numpy(),
            "weight": arcs["persons"].to_numpy(float) + 1e-9 * cells["reachable"].to_numpy(float) + 1e-15,
        }
    )
    given = np.zeros(len(arcs))
    left = by_place.copy()
    for keys in (["sink", "community", "grid"], ["sink", "community"], ["sink"]):
        known = left[(left[keys[1:]] != "").all(axis=1)] if len(keys) > 1 else left[left["community"] == ""]
        wanted = known.groupby(keys, as_index=False)["persons"].sum()
        matched = frame.merge(wanted, on=keys)
        total = matched.groupby(keys)["weight"].transform("sum")
        given += np.bincount(matched["arc"], matched["persons"] * matched["weight"] / total, len(arcs))
        reached = matched[keys].drop_duplicates()
        done = known.merge(reached, on=keys)[["sink", "community", "grid"]]
        left = left.merge(done.assign(done=True), on=["sink", "community", "grid"], how="left")
        left = left[left["done"].isna()].drop(columns="done")
    return given, _other(left, plan)


def _other(left: pd.DataFrame, plan: MatchPlan) -> pd.DataFrame:
    """Count use that no cell explains under the need its service plans most for."""
    flows = plan.arcs.assign(need=plan.cells["need"].to_numpy()[plan.arcs["cell"].to_numpy(int)])
    ordered = (
        flows.groupby(["sink", "need"])["persons"]
        .sum()
        .reset_index()
        .sort_values(["sink", "persons"], ascending=[True, False], kind="stable")
    )
    main = ordered.drop_duplicates("sink").set_index("sink")["need"] if len(ordered) else pd.Series(dtype=object)
    return left.assign(need=left["sink"].map(main)).dropna(subset=["need"])[["need", "community", "persons"]]


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
