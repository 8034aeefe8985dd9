"""Allocation: published optima, the order of aims, and independence of the order of everything."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import optimize

from needs_analytics.numerics._fair_flow import Network
from needs_analytics.numerics._max_flow import FlowProblem, minimum_cut
from needs_analytics.numerics.allocation import (
    _transport_programme,
    served_in_draws,
    served_per_source,
    solve_transport,
)


def full_arcs(cost):
    """Make arcs of a table of costs, rows are sinks and columns sources, as transport tables are printed."""
    sink, source = np.indices(np.shape(cost))
    return source.ravel(), sink.ravel(), np.ravel(cost)


class TestPublishedOptima:
    @pytest.mark.parametrize("name", ["dantzig_trnsport", "pulp_beer", "ortools_assignment", "scipy_lsa"])
    def test_small_transport(self, expected, name):
        problem = expected("transport/small_transport.json")[name]
        sinks, sources = np.shape(problem["cost"])
        demand, capacity = problem.get("demand", np.ones(sources)), problem.get("supply", np.ones(sinks))
        plan = solve_transport(demand, capacity, full_arcs(problem["cost"]))
        assert_allclose(plan.objective, problem["published"], rtol=1e-12)
        assert plan.unmet.sum() == 0

    def test_lp_solve(self, expected):
        problem = expected("transport/lpsolve_transport.json")
        plan = solve_transport(problem["demand"], problem["supply"], full_arcs(problem["costs"]))
        assert_allclose(plan.objective, problem["objval"], rtol=1e-12)


class TestOrderOfAims:
    def test_equal_shares_before_cost(self):
        plan = solve_transport([10, 10], [10], [(0, 0, 1.0), (1, 0, 5.0)])
        assert_allclose(plan.flow, [5, 5])

    def test_shares_are_of_demand(self):
        assert_allclose(served_per_source([30, 10], [20], ([0, 1], [0, 0])), [15, 5])

    def test_as_many_as_possible_before_equal_shares(self):
        """Source 0 is the only one that reaches sink 1: serving it there leaves sink 0 to the other."""
        assert_allclose(served_per_source([10, 10], [6, 8], ([0, 0, 1], [0, 1, 0])), [8, 6])

    def test_the_worst_off_first_then_the_next(self):
        """Sink 0 is shared by three; the third has a sink of its own beside it, so the first two share alone."""
        served = served_per_source([10, 10, 10], [6, 5], ([0, 1, 2, 2], [0, 0, 0, 1]))
        assert_allclose(served, [3, 3, 5])
        served = served_per_source([10, 10, 10], [6, 1], ([0, 1, 2, 2], [0, 0, 0, 1]))
        assert_allclose(served, [7 / 3, 7 / 3, 7 / 3])

    def test_urgent_before_many(self):
        """Each tier keeps the most it can have, whatever that costs the next in fairness."""
        arcs = ([0, 1, 1, 2], [0, 0, 1, 1])
        assert_allclose(served_per_source([10, 10, 10], [10, 10], arcs, priority=[2, 1, 3]), [10, 10, 0])
        assert_allclose(served_per_source([10, 10, 10], [10, 10], arcs, priority=[2, 1, 2]), [5, 10, 5])

    def test_the_served_of_an_urgent_tier_may_be_moved_for_the_next(self):
        """The urgent source reaches both sinks; it goes where the other cannot, although that is dearer."""
        plan = solve_transport([10, 10], [10, 10], [(0, 0, 1.0), (0, 1, 9.0), (1, 0, 1.0)], priority=[0, 1])
        assert_allclose(plan.flow, [0, 10, 10])

    def test_least_cost_last(self):
        plan = solve_transport([10, 10], [10, 10], [(0, 0, 1.0), (0, 1, 2.0), (1, 0, 2.0), (1, 1, 9.0)])
        assert_allclose(plan.flow, [0, 10, 10, 0])
        assert_allclose(plan.objective, 40)


class TestPrices:
    def test_one_more_unit_where_somebody_waits(self):
        """Sink 0 is full and waited for; sink 1 too, by way of the source that could move there; sink 2 is not."""
        arcs = [(0, 0, 1.0), (1, 0, 1.0), (1, 1, 1.0), (2, 2, 1.0)]
        plan = solve_transport([10, 10, 1], [5, 5, 5], arcs, prices=True)
        assert plan.price.tolist() == [1, 1, 0]

    def test_not_asked_for(self):
        assert solve_transport([1], [1], [(0, 0, 1.0)]).price is None


class TestDegenerateInput:
    @pytest.mark.parametrize(
        ("demand", "capacity", "arcs", "unmet"),
        [
            ([], [], [], []),
            ([1.0, 2.0], [], [], [1, 2]),
            ([1.0, 2.0], [3.0], [], [1, 2]),
            ([], [3.0], [], []),
            ([0.0, 2.0], [1.0], [(0, 0, 1.0), (1, 0, 1.0)], [0, 1]),
            ([1.0, 2.0], [0.0], [(0, 0, 1.0), (1, 0, 1.0)], [1, 2]),
            ([1e-9, 2e9], [1.0], [(0, 0, 1.0), (1, 0, 1.0)], [1e-9, 2e9 - 1]),
            ([3.0], [1.0, 1.0], [(0, 0, 1.0), (0, 0, 0.5), (0, 1, -2.0)], [1]),
        ],
    )
    def test_unmet(self, demand, capacity, arcs, unmet):
        plan = solve_transport(demand, capacity, arcs, prices=True)
        assert_allclose(plan.unmet, unmet, rtol=1e-9)
        assert plan.price.shape == (len(capacity),)
        assert plan.flow.shape == (len(arcs),)

    def test_of_two_equal_arcs_the_cheaper_is_used(self):
        assert_allclose(solve_transport([3.0], [2.0], [(0, 0, 1.0), (0, 0, 0.5)]).flow, [0, 2])

    def test_arcs_as_table_rows_or_arrays(self):
        rows = [(0, 0, 1.0), (1, 0, 2.0), (1, 1, 3.0)]
        plans = [solve_transport([2, 2], [1, 1], arcs) for arcs in (rows, np.array(rows), tuple(np.array(rows).T))]
        assert plans[0].flow.tolist() == plans[1].flow.tolist() == plans[2].flow.tolist()

    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            ({"demand": [-1.0]}, "not negative"),
            ({"capacity": [np.inf]}, "finite"),
            ({"arcs": [(1, 0, 1.0)]}, "source of an arc"),
            ({"arcs": [(0, 0.5, 1.0)]}, "sink of an arc"),
            ({"arcs": [(0, 0, np.inf)]}, "costs must be finite"),
            ({"arcs": ([0, 0], [0], [1.0])}, "equally long"),
            ({"arcs": [[0]]}, "rows of source"),
            ({"priority": [1, 2]}, "one number per source"),
            ({"priority": [np.nan]}, "one number per source"),
        ],
    )
    def test_what_cannot_be_meant_is_refused(self, change, sentence):
        arguments = {"demand": [1.0], "capacity": [1.0], "arcs": [(0, 0, 1.0)], **change}
        with pytest.raises(ValueError, match=sentence):
            solve_transport(**arguments)


class SlowSolver:
    """The same aims one linear programme after another; variables are flows, then a fill level."""

    def __init__(self, demand, capacity, source, sink):
        self.demand, self.capacity = demand, capacity
        self.out = (source == np.arange(demand.size)[:, None]).astype(float)
        self.into = (sink == np.arange(capacity.size)[:, None]).astype(float)
        self.floor = np.zeros(demand.size)

    def best(self, weight, lifted=()):
        """Maximise weight · served plus a level that the `lifted` sources must all reach."""
        level = np.zeros((self.demand.size, 1))
        level[list(lifted), 0] = self.demand[list(lifted)]
        upper = np.vstack([self.out, self.into, -self.out])
        upper = np.hstack([upper, np.vstack([np.zeros((self.demand.size + self.capacity.size, 1)), level])])
        limits = np.r_[self.demand, self.capacity, -self.floor * (level[:, 0] == 0)]
        gain = np.r_[np.asarray(weight, float) @ self.out, 1.0 if len(lifted) else 0.0]
        result = optimize.linprog(
            -gain, A_ub=upper, b_ub=limits + 1e-9, bounds=[(0, None)] * (gain.size - 1) + [(0, 1)]
        )
        return -result.fun

    def served(self, priority):
        """Raise the level of a tier together, hold those that cannot go on, and repeat with the others."""
        for tier in np.unique(priority):
            rising = [i for i in np.flatnonzero(priority == tier) if self.demand[i] > 0]
            while rising:
                level = self.best(np.zeros(self.demand.size), rising)
                trial = self.floor.copy()
                trial[rising] = level * self.demand[rising] - 1e-9
                self.floor = np.maximum(self.floor, trial)
                most = {i: self.best(np.eye(self.demand.size)[i]) / self.demand[i] for i in rising}
                stuck = [i for i in rising if most[i] <= level + 1e-6]
                rising = [i for i in rising if i not in stuck]
                assert stuck
        return self.floor


@st.composite
def problems(draw):
    """Small networks of whole numbers, which have many ties, or of random amounts, which have none."""
    rng = np.random.default_rng(draw(st.integers(0, 100_000)))
    sources, sinks = draw(st.integers(1, 6)), draw(st.integers(1, 5))
    if draw(st.booleans()):
        demand, capacity = rng.integers(0, 6, sources) * 1.0, rng.integers(0, 8, sinks) * 1.0
    else:
        demand, capacity = rng.uniform(0, 6, sources), rng.uniform(0, 8, sinks)
    source, sink = np.nonzero(rng.random((sources, sinks)) < rng.uniform(0.2, 0.9))
    cost = rng.integers(0, 5, source.size) * 1.0
    return demand, capacity, (source, sink, cost), rng.integers(0, 3, sources)


class EverySubset:
    """The same aims by looking at every set of sources and every set of sinks: nothing is solved."""

    def __init__(self, demand, capacity, source, sink):
        sets = np.arange(2**demand.size)
        self.members = (sets[:, None] >> np.arange(demand.size)) & 1
        linked = np.zeros((demand.size, capacity.size))
        linked[source, sink] = 1
        cuts = self.members @ demand
        room = ((self.members @ linked) > 0) @ capacity
        within = (sets[:, None] & sets) == sets  # the second is a part of the first
        self.demand = demand
        self.most = np.where(within, cuts[sets[:, None] & ~sets] + room, np.inf).min(axis=1)

    def served(self, priority):
        """Return what each source gets: of the sets that hold most back the largest gets its share, then the rest."""
        done, given = 0, np.zeros(self.demand.size)
        for tier in np.unique(priority):
            rising = int(((priority == tier) & (self.demand > 0)) @ 2 ** np.arange(self.demand.size))
            while rising:
                parts = np.array([part for part in range(1, 2**self.demand.size) if part & rising == part])
                level = (self.most[parts | done] - self.most[done]) / (self.members[parts] @ self.demand)
                held = int(np.bitwise_or.reduce(parts[level <= level.min() + 1e-9]))
                given += level.min() * self.demand * self.members[held]
                done, rising = done | held, rising & ~held
        return given


def test_as_by_every_subset_of_five_hundred_small_cases():
    """Several sources share a sink, as the needs of a place share a service; tiers go before each other."""
    short = 0
    for seed in range(500):
        rng = np.random.default_rng([20261123, seed])
        sources, sinks = rng.integers(1, 7), rng.integers(1, 6)
        whole = rng.random() < 0.5
        demand = rng.integers(0, 6, sources) * 1.0 if whole else rng.uniform(0, 6, sources)
        capacity = rng.integers(0, 8, sinks) * 1.0 if whole else rng.uniform(0, 8, sinks)
        source, sink = np.nonzero(rng.random((sources, sinks)) < rng.uniform(0.2, 0.9))
        priority = rng.integers(0, 3, sources)
        wanted = EverySubset(demand, capacity, source, sink).served(priority)
        assert_allclose(served_per_source(demand, capacity, (source, sink), priority), wanted, atol=1e-7)
        short += wanted.sum() < demand.sum() - 1e-6
    assert 200 < short < 500


@given(problems())
@settings(derandomize=True, max_examples=60, deadline=None)
def test_as_by_many_linear_programmes(problem):
    demand, capacity, (source, sink, cost), priority = problem
    slow = SlowSolver(demand, capacity, source, sink).served(priority)
    served = served_per_source(demand, capacity, (source, sink), priority)
    assert_allclose(served, slow, atol=1e-5)
    plan = solve_transport(demand, capacity, (source, sink, cost), priority=priority)
    assert_allclose(demand - plan.unmet, served, atol=1e-7)
    if source.size:
        out, into = (source == np.arange(demand.size)[:, None]) * 1.0, (sink == np.arange(capacity.size)[:, None]) * 1.0
        cheapest = optimize.linprog(cost, A_ub=into, b_ub=capacity + 1e-7, A_eq=out, b_eq=served)
        assert_allclose(plan.objective, cheapest.fun, atol=1e-5)


@given(problems(), st.integers(0, 1000))
@settings(derandomize=True, max_examples=80, deadline=None)
def test_plan_is_feasible_and_independent_of_all_orders(problem, seed):
    demand, capacity, (source, sink, cost), priority = problem
    plan = solve_transport(demand, capacity, (source, sink, cost), priority=priority, prices=True)
    assert np.all(plan.flow >= 0)
    assert np.all(np.bincount(sink, plan.flow, capacity.size) <= capacity * (1 + 1e-12))
    assert_allclose(np.bincount(source, plan.flow, demand.size) + plan.unmet, demand, atol=1e-8)
    rng = np.random.default_rng(seed)
    rows, places, arcs = rng.permutation(demand.size), rng.permutation(capacity.size), rng.permutation(source.size)
    where_row, where_place = np.argsort(rows), np.argsort(places)
    mixed = solve_transport(
        demand[rows],
        capacity[places],
        (where_row[source][arcs], where_place[sink][arcs], cost[arcs]),
        priority=priority[rows],
        prices=True,
    )
    assert_allclose(mixed.unmet, plan.unmet[rows], atol=1e-8)
    assert_allclose(mixed.objective, plan.objective, atol=1e-7)
    assert mixed.price.tolist() == plan.price[places].tolist()


@given(problems())
@settings(derandomize=True, max_examples=60, deadline=None)
def test_price_is_the_gain_of_a_little_more_capacity(problem):
    demand, capacity, arcs, priority = problem
    plan = solve_transport(demand, capacity, arcs, priority=priority, prices=True)
    for place in range(capacity.size):
        more = capacity + 1e-4 * (np.arange(capacity.size) == place)
        gain = plan.unmet.sum() - (demand - served_per_source(demand, more, arcs[:2], priority)).sum()
        assert_allclose(gain / 1e-4, plan.price[place], atol=1e-3)


def town(seed, grids, services, sites, reach):
    rng = np.random.default_rng(seed)
    home, place = rng.uniform(size=(grids, 1, 2)), rng.uniform(size=(1, sites, 2))
    distance = np.sqrt(((home - place) ** 2).sum(axis=2))
    offered = rng.random((services, sites)) < 0.5
    number = np.cumsum(offered).reshape(offered.shape) - 1
    grid, service, site = np.nonzero((distance < reach)[:, None, :] & offered[None])
    demand, capacity = rng.gamma(1.5, 20, grids * services), rng.gamma(1.0, 1.0, offered.sum())
    capacity *= demand.sum() / 1.3 / capacity.sum()
    return demand, capacity, (grid * services + service, number[service, site], distance[grid, site])


def test_a_large_town_is_shared_out_soon():
    """8000 cells and some 1200 places, three tiers; the limit leaves room for a busy machine."""
    demand, capacity, arcs = town(0, 200, 40, 60, 0.25)
    priority = np.random.default_rng(1).integers(0, 3, demand.size)
    start = time.process_time()
    served = served_per_source(demand, capacity, arcs, priority)
    assert time.process_time() - start < 1.0
    assert_allclose(served.sum(), served_per_source(demand, capacity, arcs).sum(), rtol=1e-9)


def test_nobody_in_a_town_envies():
    """Whoever waits reaches no place with room, and none that serves somebody with a larger share."""
    demand, capacity, (source, sink, cost) = town(0, 80, 8, 40, 0.25)
    plan = solve_transport(demand, capacity, (source, sink, cost))
    assert_allclose(demand - plan.unmet, served_per_source(demand, capacity, (source, sink)), atol=1e-9)
    rate, waits = 1 - plan.unmet / demand, plan.unmet > 1e-9
    assert 0.05 < waits.mean() < 0.95
    left = capacity - np.bincount(sink, plan.flow, capacity.size)
    assert_allclose(left[sink[waits[source]]], 0.0, atol=1e-7)
    luckiest = np.zeros(capacity.size)
    used = plan.flow > 1e-7
    np.maximum.at(luckiest, sink[used], rate[source[used]])
    assert np.all(rate[source] >= np.minimum(luckiest[sink], 1.0) - 1e-6)


class TestTheProgrammeOfTheCheapestPlan:
    """What is to be served always fits, but for rounding: the programme may stretch capacities by that, no further."""

    @staticmethod
    def network(demand):
        ends = np.zeros(1, dtype=np.int64)
        return Network(np.array([demand]), np.array([1.0]), ends, ends)

    def test_a_demand_that_fits_is_served(self):
        assert_allclose(_transport_programme(self.network(0.5), np.array([3.0])), [0.5])

    def test_what_cannot_fit_is_an_error_and_no_plan(self):
        with pytest.raises(RuntimeError, match="cheapest plan"):
            _transport_programme(self.network(1.5), np.array([3.0]))


def test_many_demands_are_served_as_each_alone() -> None:
    rng = np.random.default_rng(3)
    arcs = np.argwhere(rng.random((12, 5)) < 0.4)
    demands, capacity, tiers = rng.uniform(0, 9, (6, 12)), rng.uniform(0, 12, 5), rng.integers(1, 3, 12)
    together = served_in_draws(demands, capacity, (arcs[:, 0], arcs[:, 1]), tiers)
    alone = [served_per_source(demand, capacity, (arcs[:, 0], arcs[:, 1]), tiers) for demand in demands]
    assert_allclose(together, alone, atol=1e-12)


@pytest.mark.parametrize("demands", [[1.0, 2.0], [[1.0, -1.0]], [[np.nan, 1.0]]])
def test_draws_that_are_none_are_refused(demands: list[object]) -> None:
    with pytest.raises(ValueError, match="demands must be"):
        served_in_draws(demands, [1.0], ([0, 1], [0, 0]))


def test_arcs_in_any_order_are_the_same_graph() -> None:
    rng = np.random.default_rng(5)
    arcs = np.argwhere(rng.random((9, 6)) < 0.5)
    mixed = rng.permutation(len(arcs))
    found = []
    for source, sink in (arcs.T, arcs[mixed].T):
        problem = FlowProblem(
            np.arange(1.0, 10), np.arange(2.0, 8), source, sink, np.zeros(9, np.int64), np.zeros(6, np.int64), 1
        )
        found.append(minimum_cut(problem))
    assert_array_equal(found[0].source, found[1].source)
    assert_array_equal(found[0].sink, found[1].sink)
    assert_allclose(found[0].deficit, found[1].deficit)
