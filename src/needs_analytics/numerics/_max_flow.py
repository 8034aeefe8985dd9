"""Maximum flow between sources and sinks with real-valued amounts, many separate blocks in one call.

scipy's maximum flow is quick but counts in 32-bit integers. Here each block is rounded down to integers in a unit of
its own, solved, and what rounding lost is sent through the residual graph in a second, far smaller unit: about 13
significant digits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse import csgraph

if TYPE_CHECKING:
    from needs_analytics.numerics._arrays import Bools, Floats, Ints

Units = npt.NDArray[np.int32]
_RESOLUTION = 2**29  # integer units per block, below the 32-bit limit with room for sums of two


@dataclass(frozen=True)
class FlowProblem:
    """Amounts to send and to receive.

    Attributes
    ----------
    supply, capacity
        Amount of each source (s,) and room at each sink (t,).
    source, sink
        End points of the arcs (a,), no arc twice; arcs have no limit.
    source_block, sink_block
        Block 0 … b − 1 of each source and sink; no arc leaves its block.
    blocks
        Number of blocks.
    """

    supply: Floats
    capacity: Floats
    source: Ints
    sink: Ints
    source_block: Ints
    sink_block: Ints
    blocks: int


@dataclass(frozen=True)
class MinimumCut:
    """Where the flow is stuck.

    Attributes
    ----------
    deficit
        Amount that could not be sent, by block (b,), with the rounding error taken off.
    source, sink
        Which sources and sinks can still be reached from an unsent amount: the smallest minimum cut, the same for
        every maximum flow.
    """

    deficit: Floats
    source: Bools
    sink: Bools


def minimum_cut(problem: FlowProblem) -> MinimumCut:
    """Send as much as possible from sources to sinks and return the minimum cut of each block."""
    graph, order = _build_graph(problem)
    sources = problem.supply.size
    nodes = np.bincount(problem.source_block, minlength=problem.blocks)
    nodes = nodes + np.bincount(problem.sink_block, minlength=problem.blocks)
    total: Floats = np.bincount(problem.source_block, problem.supply, problem.blocks).astype(np.float64)
    limit, flow = total, np.zeros(problem.source.size)
    for _ in range(2):
        unit = np.where(limit > 0, limit, 1.0) / _RESOLUTION
        room = _integer_room(problem, flow, limit, unit)
        graph.data[:] = room[order]
        sent = np.empty(room.size)
        sent[order] = csgraph.maximum_flow(graph, 0, 1).flow.data
        forward = slice(2 * sources, 2 * sources + flow.size)
        flow = flow + sent[forward] * unit[problem.source_block[problem.source]]
        limit = nodes * unit  # at most one unit was lost per rounded node
    reached = _reachable(graph, (room - sent)[order])
    rest = np.maximum(problem.supply - np.bincount(problem.source, flow, sources), 0.0)
    deficit = np.bincount(problem.source_block, rest, problem.blocks)
    noise = 2.0 * limit + 1e-13 * total
    return MinimumCut(np.where(deficit > noise, deficit, 0.0), reached[2 : 2 + sources], reached[2 + sources :])


def _build_graph(problem: FlowProblem) -> tuple[sparse.csr_array, Ints]:
    """Return the graph (node 0 sends, 1 receives, then sources, then sinks) and its edges' places in `_integer_room`.

    Every edge is there both ways, so that scipy keeps the order of the edges in its answer.
    """
    sources, sinks, arcs = problem.supply.size, problem.capacity.size, problem.source.size
    source_node, sink_node = np.arange(sources) + 2, np.arange(sinks) + 2 + sources
    outward, inward = _by(problem.source, problem.sink), _by(problem.sink, problem.source)
    out, into = np.bincount(problem.source, minlength=sources) + 1, np.bincount(problem.sink, minlength=sinks) + 1
    size = 2 + sources + sinks
    pointer = np.concatenate([[0], np.cumsum(np.concatenate([[sources, sinks], out, into]))])
    back = 2 * (sources + arcs)
    order = np.empty(pointer[-1], dtype=np.int64)  # in a row: the sender or receiver, then the arcs' other ends
    order[:sources] = np.arange(sources)
    order[sources : sources + sinks] = back + sinks + np.arange(sinks)
    order[pointer[source_node]] = sources + np.arange(sources)
    order[pointer[sink_node]] = back + np.arange(sinks)
    place = np.arange(arcs) + 1
    order[sources + sinks + problem.source[outward] + place] = 2 * sources + outward
    order[pointer[2 + sources] + problem.sink[inward] + place] = 2 * sources + arcs + inward
    head = np.concatenate([source_node, np.zeros(sources, np.int64), sink_node[problem.sink],
                           source_node[problem.source], np.ones(sinks, np.int64), sink_node])  # fmt: skip
    data = np.zeros(order.size, dtype=np.int32)
    return sparse.csr_array((data, head[order].astype(np.int32), pointer.astype(np.int32)), shape=(size, size)), order


def _by(first: Ints, second: Ints) -> Ints:
    """Return the order by one end of the arcs, then by the other."""
    width = int(second.max(initial=0)) + 1
    return np.argsort(first * width + second, kind="stable")


def _integer_room(problem: FlowProblem, flow: Floats, limit: Floats, unit: Floats) -> Units:
    """Return how much each edge can still carry, in units of its block.

    Order: sender to sources, sources to sender, arcs, arcs backwards, sinks to receiver, receiver to sinks.
    """
    source_block, sink_block = problem.source_block, problem.sink_block
    sent = np.bincount(problem.source, flow, problem.supply.size)
    received = np.bincount(problem.sink, flow, problem.capacity.size)
    parts: list[Units] = [
        _units(problem.supply - sent, limit, unit, source_block),
        np.zeros(sent.size, dtype=np.int32),
        np.full(flow.size, _RESOLUTION, dtype=np.int32),
        _units(flow, limit, unit, source_block[problem.source]),
        _units(problem.capacity - received, limit, unit, sink_block),
        np.zeros(received.size, dtype=np.int32),
    ]
    return np.concatenate(parts)


def _units(amount: Floats, limit: Floats, unit: Floats, block: Ints) -> Units:
    """Round amounts down to whole units of their block, at most the block's limit."""
    return np.floor(np.clip(amount, 0.0, limit[block]) / unit[block]).astype(np.int32)


def _reachable(graph: sparse.csr_array, room: Floats) -> Bools:
    """Return the nodes reached from node 0 over edges with room."""
    residual = sparse.csr_array((room, graph.indices, graph.indptr), shape=graph.shape)
    residual.eliminate_zeros()
    reached = np.zeros(graph.shape[0], dtype=bool)
    reached[csgraph.breadth_first_order(residual, 0, return_predecessors=False)] = True
    return reached
