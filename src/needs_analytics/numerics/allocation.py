"""Allocation of scarce capacity: the most urgent first, as many as possible, evenly, then at least cost."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import optimize, sparse
from scipy.sparse import csgraph

from needs_analytics.numerics._arrays import Bools, Floats, Ints, as_weights
from needs_analytics.numerics._fair_flow import FairShares, Network, connected_blocks, fair_shares, present

_SLACK = 1e-9  # relative room for the linear programme where rounding made it infeasible; taken back afterwards
_TOGETHER = 2_000  # arcs of small blocks that are solved in one programme
_QUICK: dict[str, Any] = {  # on sparse programmes of this kind
    "method": "highs-ds",
    "options": {"simplex_dual_edge_weight_strategy": "devex", "presolve": False},
}
_PLAIN: dict[str, Any] = {"method": "highs"}


@dataclass(frozen=True)
class Allocation:
    """An optimal plan.

    Attributes
    ----------
    flow
        Persons on each arc (a,).
    unmet
        Persons of each source that are not served (s,).
    objective
        Total cost, ``Σ flow · cost``.
    price
        Shadow price of each sink (t,): how many more persons could be served in all with one more unit of capacity
        there, 0 or 1. None unless asked for.
    """

    flow: Floats
    unmet: Floats
    objective: float
    price: Floats | None


def solve_transport(
    demand: npt.ArrayLike,
    capacity: npt.ArrayLike,
    arcs: npt.ArrayLike | tuple[npt.ArrayLike, npt.ArrayLike, npt.ArrayLike],
    *,
    priority: npt.ArrayLike | None = None,
    prices: bool = False,
) -> Allocation:
    """Allocate demand to capacity along arcs.

    Lexicographic optimum: (a) tier after tier in order of `priority`, as many persons of each as possible, (b) as
    many as possible in all, (c) in each tier equal shares among equals: the smallest ratio of served to demand is as
    large as possible, then the next, and so on, (d) least total cost. What each source gets is unique, whatever the
    order of sources, sinks and arcs; the flow is unique unless costs tie.

    Parameters
    ----------
    demand
        Persons of each source (s,).
    capacity
        Persons each sink can serve (t,).
    arcs
        Who can go where: three arrays (a,) of source index, sink index and cost per person, or rows (a, 3) of them.
    priority
        Tier of each source (s,), the lowest number first; one tier if not given.
    prices
        Whether to return shadow prices.

    Raises
    ------
    ValueError
        For negative or non-finite amounts or costs and indices out of range.

    Notes
    -----
    Served amounts: see `served_per_source`. Costs: transportation problem (Hitchcock 1941; Dantzig 1963, Linear
    Programming and Extensions, chapter 14) with the served amounts fixed, each connected block for itself, by HiGHS.
    Price: the right-hand derivative of the largest number served; 1 where somebody unserved reaches the sink along
    arcs and, backwards, along flows (Ford & Fulkerson 1962, Flows in Networks, section I.8), which unlike a dual
    solution does not depend on the solver.
    """
    problem, cost, pair = _read_problem(demand, capacity, arcs)
    shares = fair_shares(problem, _tiers(priority, problem.demand.size))
    flow = _cheapest_flow(problem, shares, cost, pair)
    unmet = np.maximum(problem.demand - np.bincount(problem.source[pair], flow, problem.demand.size), 0.0)
    unmet[unmet <= 2 * _SLACK * problem.demand] = 0.0
    price = _prices(problem, unmet, np.bincount(pair, flow, problem.source.size).astype(np.float64)) if prices else None
    return Allocation(flow, unmet, float(flow @ cost), price)


def served_per_source(
    demand: npt.ArrayLike,
    capacity: npt.ArrayLike,
    arcs: npt.ArrayLike | tuple[npt.ArrayLike, ...],
    priority: npt.ArrayLike | None = None,
) -> Floats:
    """Return how many persons of each source (s,) an optimal plan serves; quick, for use inside a simulation.

    Parameters and errors are those of `solve_transport`; costs do not matter and may be left out.

    Notes
    -----
    The lexicographically optimal base of a polymatroid (Megiddo 1974; Fujishige 1980) by decomposition along minimum
    cuts, exact to about 1e-9 of the demand of a connected block.
    """
    problem, _, _ = _read_problem(demand, capacity, arcs)
    return fair_shares(problem, _tiers(priority, problem.demand.size)).served


def served_in_draws(
    demands: npt.ArrayLike,
    capacity: npt.ArrayLike,
    arcs: npt.ArrayLike | tuple[npt.ArrayLike, ...],
    priority: npt.ArrayLike | None = None,
) -> Floats:
    """Return `served_per_source` of many demands at the same places, each ``(draws, s)``."""
    wanted = np.asarray(demands, dtype=np.float64)
    if wanted.ndim != 2:
        raise ValueError(f"demands must be (draws, sources), got shape {wanted.shape}")
    if np.any(~np.isfinite(wanted) | (wanted < 0)):
        raise ValueError("demands must be finite and not negative")
    problem, _, _ = _read_problem(np.zeros(wanted.shape[1]), capacity, arcs)
    tiers = _tiers(priority, wanted.shape[1])
    served = np.empty_like(wanted)
    for row, demand in enumerate(wanted):
        served[row] = fair_shares(replace(problem, demand=demand), tiers).served
    return served


def _tiers(priority: npt.ArrayLike | None, size: int) -> Floats:
    tiers = np.zeros(size) if priority is None else np.asarray(priority, dtype=np.float64)
    if tiers.shape != (size,) or np.any(np.isnan(tiers)):
        raise ValueError(f"priority must be one number per source ({size})")
    return tiers


def _read_problem(
    demand: npt.ArrayLike, capacity: npt.ArrayLike, arcs: npt.ArrayLike | tuple[npt.ArrayLike, ...]
) -> tuple[Network, Floats, Ints]:
    """Return the network with each pair of ends once, the cost of each arc and the pair it belongs to."""
    wanted, room = as_weights(demand, "demand"), as_weights(capacity, "capacity")
    columns = [np.asarray(part, dtype=np.float64) for part in _arc_columns(arcs)]
    source, sink, cost = columns[0].astype(np.int64), columns[1].astype(np.int64), columns[-1]
    for index, given, size, name in (
        (source, columns[0], wanted.size, "source"),
        (sink, columns[1], room.size, "sink"),
    ):
        if np.any((index != given) | (index < 0) | (index >= size)):
            raise ValueError(f"the {name} of an arc must be a whole number from 0 to {size - 1}")
    if not np.all(np.isfinite(cost)):
        raise ValueError("costs must be finite; leave out the arcs that cannot be used")
    pairs, pair = np.unique(source * max(room.size, 1) + sink, return_inverse=True)
    width = max(room.size, 1)
    return Network(wanted, room, pairs // width, pairs % width), cost, pair.reshape(-1).astype(np.int64)


def _arc_columns(arcs: npt.ArrayLike | tuple[npt.ArrayLike, ...]) -> list[npt.ArrayLike]:
    """Split arcs into source, sink and cost; a tuple holds arrays, a list or table one arc per row."""
    if isinstance(arcs, tuple) and len(arcs) in {2, 3}:
        columns = [np.atleast_1d(np.asarray(part)) for part in arcs]
        if any(part.shape != (columns[0].size,) for part in columns):
            raise ValueError("the arrays of arcs must be one-dimensional and equally long")
    else:
        table = np.asarray(arcs, dtype=np.float64)
        table = table.reshape(0, 3) if table.size == 0 else table
        if table.ndim != 2 or table.shape[1] not in {2, 3}:
            raise ValueError(f"arcs must be rows of source, sink and cost, got shape {table.shape}")
        columns = list(table.T)
    return [*columns, np.zeros(columns[0].size)] if len(columns) == 2 else list(columns)


def _cheapest_flow(problem: Network, shares: FairShares, cost: Floats, pair: Ints) -> Floats:
    """Return the flow on each arc (a,) that serves everybody's share at least cost."""
    flow = np.zeros(cost.size)
    arcs = np.flatnonzero(shares.usable[pair] & (shares.served > 0)[problem.source[pair]])
    if arcs.size == 0:
        return flow
    for some in _programmes(problem, pair[arcs]):
        own = arcs[some]
        sources, source = present(problem.source[pair[own]], problem.demand.size)
        sinks, sink = present(problem.sink[pair[own]], problem.capacity.size)
        part = Network(shares.served[sources], problem.capacity[sinks], source, sink)
        amounts = _transport_programme(part, cost[own])
        received = np.bincount(sink, amounts, sinks.size)
        flow[own] = amounts * np.minimum(1.0, part.capacity / np.maximum(received, 1e-300))[sink]
    return flow


def _programmes(problem: Network, pair: Ints) -> list[Ints]:
    """Return which arcs are solved together: what is not connected apart, small blocks in one programme.

    The simplex method takes more than twice as long for twice the arcs, and a programme costs some milliseconds.
    """
    source, sink = problem.source[pair], problem.sink[pair]
    block = connected_blocks(source, sink, problem.demand.size, problem.capacity.size)[0][source]
    order = np.argsort(block, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(block[order])) + 1, pair.size)
    batch = ends // _TOGETHER
    last = np.append(np.flatnonzero(np.diff(batch)), ends.size - 1)
    return np.split(order, ends[last][:-1])


def _transport_programme(problem: Network, cost: Floats) -> Floats:
    """Solve a transportation problem in which all demand can be served, but perhaps for rounding."""
    scale = float(problem.demand.mean())
    dearest = float(np.abs(cost).max()) or 1.0
    for slack, how in ((0.0, _QUICK), (_SLACK, _QUICK), (_SLACK, _PLAIN)):
        constraints: dict[str, Any] = {  # not as arguments: the stubs know no sparse ones
            "A_ub": _incidence(problem.sink, problem.capacity.size),
            "b_ub": problem.capacity / scale * (1.0 + slack),
            "A_eq": _incidence(problem.source, problem.demand.size),
            "b_eq": problem.demand / scale,
            **how,
        }
        result = optimize.linprog(cost / dearest, **constraints)
        if result.status == 0:
            return np.maximum(np.asarray(result.x, dtype=np.float64), 0.0) * scale
    raise RuntimeError(f"the linear programme of the cheapest plan failed: {result.message}")


def _incidence(ends: Ints, size: int) -> sparse.csr_array:
    """Return the matrix (size, arcs) that sums arcs by end point."""
    return sparse.csr_array((np.ones(ends.size), (ends, np.arange(ends.size))), shape=(size, ends.size))


def _prices(problem: Network, unmet: Floats, flow: Floats) -> Floats:
    """Return 1 for sinks that an unserved person reaches in the residual network, else 0."""
    sources, sinks = problem.demand.size, problem.capacity.size
    start = sources + sinks
    used = flow > 1e-7 * np.minimum(problem.demand[problem.source], problem.capacity[problem.sink])
    waiting = np.flatnonzero(unmet > 1e-7 * problem.demand)
    tail = np.concatenate([np.full(waiting.size, start), problem.source, problem.sink[used] + sources])
    head = np.concatenate([waiting, problem.sink + sources, problem.source[used]])
    graph = sparse.csr_array((np.ones(tail.size, dtype=np.int8), (tail, head)), shape=(start + 1, start + 1))
    reached: Bools = np.zeros(start + 1, dtype=bool)
    reached[csgraph.breadth_first_order(graph, start, return_predecessors=False)] = True
    return reached[sources:start].astype(np.float64)
