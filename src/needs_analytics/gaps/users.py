"""Whose use the records tell: persons at a service@site, spread over the demand cells that may go there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.sparse import csgraph

from needs_analytics.numerics.allocation import served_per_source

if TYPE_CHECKING:
    from needs_analytics.core.arrays import Floats, Ints
    from needs_analytics.core.results import MatchPlan

_PLACES = (["sink", "community", "grid"], ["sink", "community"], ["sink"])
_FAINT = 1e-9  # how much less those weigh whom the plan does not serve


@dataclass(frozen=True)
class Users:
    """Who used.

    Attributes
    ----------
    persons
        ``(cells,)`` persons who use, at most those who can.
    bad_share
        ``(cells,)`` share of them who rate badly.
    other
        Use that these cells do not explain: ``need, community, persons``.
    """

    persons: Floats
    bad_share: Floats
    other: pd.DataFrame


@dataclass(frozen=True)
class _Links:
    """Which record may be whose: positions of records and cells, ``(links,)`` each."""

    record: Ints
    cell: Ints


def spread_users(records: pd.DataFrame, plan: MatchPlan, bad_share: Floats) -> Users:
    """Spread recorded users over the cells that may use the service@site, of the place the record names.

    Parameters
    ----------
    records
        ``sink, community, grid, persons``; a place is ``""`` where the record does not name it.
    bad_share
        ``(sinks,)`` share of bad ratings.

    Notes
    -----
    As far as reach and places allow, the used part of those whom the plan serves is the same everywhere, and then that
    of the others who can (lexicographic max-min, as in the plan). So it depends on how many each cell is served, which
    is unique, not on which of equally short ways the plan takes.
    """
    cells = plan.cells
    links, left = _linked(records, plan)
    persons = records["persons"].to_numpy(float)
    used = _even_use(persons, links, cells)
    share = _apparent(persons, links, cells)
    size = len(cells)
    raw = np.bincount(links.cell, share, size).astype(np.float64)
    bad = np.bincount(links.cell, share * bad_share[records["sink"].to_numpy(int)[links.record]], size)
    beyond = _beyond(raw, used, links, len(records))
    other = pd.concat([cells.assign(persons=beyond)[["need", "community", "persons"]], _foreign(left, plan)])
    other = other[other["persons"] > _FAINT].groupby(["need", "community"], as_index=False)[["persons"]].sum()
    return Users(used, np.divide(bad, raw, out=np.zeros(size), where=raw > 0), other)


def _linked(records: pd.DataFrame, plan: MatchPlan) -> tuple[_Links, pd.DataFrame]:
    """Return the links, by the narrowest place that has somebody who may use it, and the records without any."""
    homes = plan.cells.iloc[plan.arcs["cell"].to_numpy(int)]
    arcs = pd.DataFrame(
        {
            "sink": plan.arcs["sink"].to_numpy(int), "cell": plan.arcs["cell"].to_numpy(int),
            "community": homes["community"].to_numpy(), "grid": homes["grid"].to_numpy(),
        }
    )  # fmt: skip
    left = records.assign(record=np.arange(len(records)))
    found = []
    for keys in _PLACES:
        named = (left[keys[1:]] != "").all(axis=1) if len(keys) > 1 else left["community"] == ""
        found.append(left.loc[named, [*keys, "record"]].merge(arcs, on=keys)[["record", "cell"]])
        left = left[~left["record"].isin(found[-1]["record"])]
    links = pd.concat(found, ignore_index=True).sort_values(["record", "cell"])
    return _Links(links["record"].to_numpy(int), links["cell"].to_numpy(int)), left


def _even_use(persons: Floats, links: _Links, cells: pd.DataFrame) -> Floats:
    """Return the users of every cell: first evenly those whom the plan serves, then evenly the others who can."""
    served, size = cells["served"].to_numpy(float), len(cells)
    can = np.concatenate([served, np.maximum(cells["reachable"].to_numpy(float) - served, 0.0)])
    ends = (np.concatenate([links.cell, links.cell + size]), np.concatenate([links.record, links.record]))
    used = served_per_source(can, persons, ends, np.repeat([1, 2], size))
    return used[:size] + used[size:]


def _apparent(persons: Floats, links: _Links, cells: pd.DataFrame) -> Floats:
    """Return the persons of each record over its links in proportion to those served, whoever else uses."""
    reachable = cells["reachable"].to_numpy(float)
    weight = (cells["served"].to_numpy(float) + _FAINT * reachable + _FAINT**2)[links.cell]
    return np.asarray(persons[links.record] * weight / np.bincount(links.record, weight, persons.size)[links.record])


def _beyond(raw: Floats, used: Floats, links: _Links, records: int) -> Floats:
    """Return the use that no cell can explain, where the records would put it; what is connected keeps its sum."""
    size = raw.size
    ones = np.ones(links.cell.size, dtype=np.int8)
    graph = sparse.coo_array((ones, (links.cell, links.record + size)), shape=(size + records,) * 2)
    block = csgraph.connected_components(graph.tocsr(), directed=False)[1][:size]
    excess = np.maximum(raw - used, 0.0)
    whole, over = np.bincount(block, raw - used), np.bincount(block, excess)
    ratio = np.divide(np.maximum(whole, 0.0), over, out=np.zeros(over.size), where=over > 0)
    return np.asarray(excess * ratio[block])


def _foreign(left: pd.DataFrame, plan: MatchPlan) -> pd.DataFrame:
    """Count use by places that nobody of may use under the need of which the service serves most."""
    cells = plan.cells.iloc[plan.arcs["cell"].to_numpy(int)]
    served = pd.DataFrame({
        "sink": plan.arcs["sink"].to_numpy(int), "need": cells["need"].to_numpy(), "persons": cells["served"].to_numpy()
    })  # fmt: skip
    sums: pd.DataFrame = served.groupby(["sink", "need"])["persons"].sum().reset_index()
    most = sums.sort_values(["sink", "persons"], ascending=[True, False], kind="stable").drop_duplicates("sink")
    need = left["sink"].map(most.set_index("sink")["need"])
    return left.assign(need=need).dropna(subset=["need"])[["need", "community", "persons"]]
