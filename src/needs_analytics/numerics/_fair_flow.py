"""How much each source is served when what there is, is shared fairly.

The amounts that sources can be served together form a polymatroid, so serving tier after tier reaches every tier's
maximum and the overall maximum at once, and inside a tier there is exactly one lexicographically fairest vector of
fill rates: Megiddo (1974), Mathematical Programming 7, 97–107; Fujishige (1980), Mathematics of Operations Research
5, 186–196. It is found by decomposition (Fujishige, section 3; Groenevelt 1991, European Journal of Operational
Research 54, 227–236): give everyone in a connected block the same fill rate; if that cannot be routed, the minimum
cut splits the block into those who must get less and those who can get more, and both are solved apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from needs_analytics.numerics._max_flow import FlowProblem, minimum_cut

if TYPE_CHECKING:
    from needs_analytics.numerics._arrays import Bools, Floats, Ints


@dataclass(frozen=True)
class Network:
    """Amounts of sources (s,) and sinks (t,), not negative; end points of the arcs (a,), no arc twice."""

    demand: Floats
    capacity: Floats
    source: Ints
    sink: Ints


@dataclass(frozen=True)
class FairShares:
    """Amount served per source (s,), and which arcs (a,) a fair plan may use."""

    served: Floats
    usable: Bools


@dataclass
class _Progress:
    """Known so far, updated in place: fill rates (s,), usable arcs (a,), sinks used up by earlier tiers (t,)."""

    rate: Floats
    usable: Bools
    closed: Bools


def fair_shares(network: Network, priority: Floats) -> FairShares:
    """Serve tiers in ascending order of `priority` (s,), each as far and as evenly as possible."""
    useful = (network.demand[network.source] > 0) & (network.capacity[network.sink] > 0)
    state = _Progress(np.zeros(network.demand.size), useful, np.zeros(network.capacity.size, dtype=bool))
    for tier in np.unique(priority[network.source[useful]]):
        new = priority == tier
        state.usable &= ~(new[network.source] & state.closed[network.sink])
        arcs = np.flatnonzero(state.usable & (priority <= tier)[network.source] & ~state.closed[network.sink])
        while arcs.size:
            arcs = _settle_round(network, arcs, new, state)
    return FairShares(state.rate * network.demand, state.usable)


def _settle_round(network: Network, arcs: Ints, new: Bools, state: _Progress) -> Ints:
    """Try one common fill rate for the new sources of each block; return the arcs of blocks that had to be split.

    Sources of earlier tiers in these blocks keep their full demand. Sinks of a block settled below 1 are used up.
    """
    sources, source = present(network.source[arcs], network.demand.size)
    sinks, sink = present(network.sink[arcs], network.capacity.size)
    source_block, sink_block, blocks = connected_blocks(source, sink, sources.size, sinks.size)
    fresh = new[sources]
    demand, capacity = network.demand[sources], network.capacity[sinks]
    wanted = np.bincount(source_block, demand * fresh, blocks)
    spare = np.bincount(sink_block, capacity, blocks) - np.bincount(source_block, demand * ~fresh, blocks)
    level = np.clip(spare / np.where(wanted > 0, wanted, 1.0), 0.0, 1.0)
    state.rate[sources[fresh]] = level[source_block[fresh]]
    supply = demand * state.rate[sources]
    cut = minimum_cut(FlowProblem(supply, capacity, source, sink, source_block, sink_block, blocks))
    arc_block = source_block[source]
    crossing = cut.sink[sink] & ~cut.source[source] & (cut.deficit > 0)[arc_block]
    split = np.bincount(arc_block, crossing, blocks) > 0
    state.usable[arcs[crossing]] = False
    state.rate[sources[fresh & split[source_block]]] = 0.0  # stays so for a source that lost all its arcs
    state.closed[sinks[(~split & (wanted > 0) & (level < 1.0))[sink_block]]] = True
    return arcs[split[arc_block] & ~crossing]


def present(values: Ints, size: int) -> tuple[Ints, Ints]:
    """Return which of 0 … size − 1 occur, ascending, and the place of each value among them."""
    occurs = np.zeros(size, dtype=bool)
    occurs[values] = True
    return np.flatnonzero(occurs), (np.cumsum(occurs) - 1)[values]


def connected_blocks(source: Ints, sink: Ints, sources: int, sinks: int) -> tuple[Ints, Ints, int]:
    """Return the connected block of each source and sink and how many there are."""
    shape = (sources + sinks, sources + sinks)
    graph = sparse.coo_array((np.ones(source.size, dtype=np.int8), (source, sink + sources)), shape=shape)
    count, label = csgraph.connected_components(graph.tocsr(), directed=False)
    return label[:sources].astype(np.int64), label[sources:].astype(np.int64), int(count)
