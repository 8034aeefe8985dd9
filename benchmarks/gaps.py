"""One exact plan beside a bare network simplex and a linear programme, and where the demand of a district goes."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import optimize, sparse

from benchmarks.estimates import best_of
from benchmarks.town_of_sites import Size, month, transport
from needs_analytics.core.options import GapsOptions
from needs_analytics.gaps import measure_gaps
from needs_analytics.matching import match_services
from needs_analytics.numerics.allocation import solve_transport

if TYPE_CHECKING:
    from collections.abc import Iterator

_PLAN = {"grids": 200, "services": 40, "sites": 60, "nearest": 15}
_TOWN = Size(grids=200, needs=40, sites=60, sites_of_a_service=60, nearest=15)
_DISTRICT = Size(grids=2_000, needs=100, sites=500, sites_of_a_service=50, nearest=15)
_TINY_PLAN = {"grids": 12, "services": 3, "sites": 5, "nearest": 3}
_TINY = Size(grids=40, needs=4, sites=10, sites_of_a_service=5, nearest=2, answers=200)


def lines(*, tiny: bool) -> Iterator[str]:
    """Yield what was measured, a line each; ``tiny`` only shows that it runs."""
    size, repeats = (_TINY_PLAN, 1) if tiny else (_PLAN, 5)
    problem = transport(**size)
    ours, plan = best_of(repeats, lambda: solve_transport(problem[0], problem[1], problem[2:], prices=True))
    served = round(float(plan.flow.sum()))
    yield (f"plan of {size['grids']} grids × {size['nearest']} nearest sites × {size['services']} services, fair and "
           f"with prices: {ours:.3f} CPU s, {served} served")  # fmt: skip
    bare = _peer("min_cost_flow", size, repeats)
    programme, most = best_of(1, lambda: _by_programme(*problem))
    assert round(most) == served
    yield f"one linear programme by scipy's HiGHS: {programme:.3f} CPU s (ours is {ours / programme:.2f} times that)"
    if bare is None:
        yield "ortools is not installed: no comparison with it (requirements-gaps.txt)"
    else:
        assert bare["served"] == served
        yield (f"ortools SimpleMinCostFlow called bare, as short but not fair: {bare['seconds']:.3f} CPU s "
               f"(ours is {ours / bare['seconds']:.1f} times that, at most 4)")  # fmt: skip
    yield from _decomposed(bare, tiny=tiny)


def _decomposed(bare: dict[str, float] | None, *, tiny: bool) -> Iterator[str]:
    town, replicates = (_TINY, 2) if tiny else (_TOWN, 20)
    for number in (1, replicates):
        told = _apart("decompose", town, number)
        against = "" if bare is None else f", {told['seconds'] / bare['seconds']:.1f} times the bare solve"
        yield _told(town, number, told) + against + (" (at most 12)" if number == 1 else "")
    sizes = [_TINY] if tiny else [_smaller(_DISTRICT), _DISTRICT]
    found = [_apart("decompose", size, replicates) for size in sizes]
    for size, told in zip(sizes, found, strict=True):
        yield _told(size, replicates, told)
    if not tiny:
        growth = np.log(found[1]["seconds"] / found[0]["seconds"]) / np.log(_DISTRICT.grids / sizes[0].grids)
        yield f"exponent of growth with the grids: {growth:.2f} (at most 1.2)"


def _smaller(size: Size) -> Size:
    return Size(size.grids // 10, size.needs, size.sites, size.sites_of_a_service, size.nearest, size.answers)


def _told(size: Size, replicates: int, told: dict[str, float]) -> str:
    return (f"where the demand goes, {size.grids} grids × {size.needs} needs × {size.sites} sites, {replicates} "
            f"replicates: {told['seconds']:.2f} CPU s, peak memory {told['peak']:,.0f} MB")  # fmt: skip


def decompose(size: Size, replicates: int) -> dict[str, float]:
    """Plan and measure the gaps of a month, as the pipeline does, and tell what it cost."""
    needs, cleaned, weights = month(size)
    began = time.process_time()
    plan = match_services(needs, cleaned, weights)
    report = measure_gaps(needs, plan, cleaned, options=GapsOptions(replicates=replicates))
    seconds = time.process_time() - began
    whole = report.at("district")
    assert len(whole) == size.needs
    assert np.isfinite(whole["gap"]).all()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
    return {"seconds": seconds, "peak": peak}


def _by_programme(demand: Any, capacity: Any, source: Any, sink: Any, cost: Any) -> float:
    """Serve as many as possible, then at least cost, in one linear programme; return how many."""
    arcs, ones = np.arange(source.size), np.ones(source.size)
    rows = sparse.csr_array((np.tile(ones, 2), (np.concatenate([source, sink + demand.size]), np.tile(arcs, 2))))
    worth = cost - 1e3 * cost.max()
    limits = np.concatenate([demand, capacity])
    result = optimize.linprog(worth / cost.max(), A_ub=rows, b_ub=limits, method="highs")
    return float(result.x.sum())


def min_cost_flow(size: dict[str, int], repeats: int) -> dict[str, float]:
    """Solve the plan by ortools; in a process of its own, for it does not live beside HiGHS."""
    from ortools.graph.python import min_cost_flow as ortools

    demand, capacity, source, sink, cost = transport(**size)
    sources, sinks = np.arange(demand.size), np.arange(capacity.size) + demand.size
    start = demand.size + capacity.size
    tail = np.concatenate([np.full(demand.size, start), source, sinks])
    head = np.concatenate([sources, sink + demand.size, np.full(capacity.size, start + 1)])
    room = np.concatenate([demand, np.minimum(demand[source], capacity[sink]), capacity])
    unit = np.concatenate([np.zeros(demand.size, np.int64), cost, np.zeros(capacity.size, np.int64)])
    supply = np.zeros(start + 2, dtype=np.int64)
    supply[start:] = demand.sum(), -demand.sum()

    def solve() -> int:
        solver = ortools.SimpleMinCostFlow()
        solver.add_arcs_with_capacity_and_unit_cost(tail, head, room, unit)
        solver.set_nodes_supplies(np.arange(start + 2), supply)
        assert solver.solve_max_flow_with_min_cost() == solver.OPTIMAL
        return int(solver.maximum_flow())

    seconds, served = best_of(repeats, solve)
    return {"seconds": seconds, "served": served}


def _peer(function: str, *given: object) -> dict[str, float] | None:
    try:
        return _apart(function, *given)
    except ImportError:
        return None


def _apart(function: str, *given: object) -> dict[str, float]:
    """Run a function of this file in a process of its own, so that its memory is its own.

    Raises
    ------
    ImportError
        When what it needs is not installed.
    """
    names = ", ".join(repr(one) for one in given)
    code = f"import json; from benchmarks.gaps import Size, {function}; print(json.dumps({function}({names})))"
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    root = Path(__file__).resolve().parents[1]
    told = subprocess.run(
        [sys.executable, "-c", code], check=False, capture_output=True, text=True, cwd=root, env=environment
    )
    if "ModuleNotFoundError: No module named 'ortools'" in told.stderr:
        raise ImportError(function)
    if told.returncode:
        raise RuntimeError(told.stderr)
    return dict(json.loads(told.stdout))
