"""Floating catchments: how much supply each demand point has within reach, shared with everyone else in reach of it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from needs_analytics.numerics._arrays import Floats, as_weights

Decay = Callable[[Floats], npt.ArrayLike]


def two_step(
    demand: npt.ArrayLike,
    supply: npt.ArrayLike,
    cost: npt.ArrayLike,
    max_cost: float,
    *,
    decay: Decay | npt.ArrayLike | None = None,
) -> Floats:
    """Accessibility of each demand point by the two-step floating catchment area method.

    Parameters
    ----------
    demand
        Persons at each demand point (d,).
    supply
        Capacity of each supply point (s,).
    cost
        Distance or time from demand to supply points (d, s); inf or NaN means unreachable.
    max_cost
        Size of the catchment; a cost of exactly `max_cost` is inside.
    decay
        Weight of a cost inside the catchment. None: 1 (2SFCA). A function of the costs inside, or an array (b,) of
        weights of b zones of equal width from 0 to `max_cost`: enhanced (E2SFCA).

    Returns
    -------
    array
        Capacity per person (d,).

    Raises
    ------
    ValueError
        For shapes that do not fit, and demand, supply or weights that are negative or not finite.

    Notes
    -----
    Luo & Wang (2003), Environment and Planning B 30, 865–884; enhanced: Luo & Qi (2009), Health & Place 15,
    1100–1107, equations 2 and 3. ``Σ demand · accessibility`` is the supply that has any (weighted) demand in reach.
    """
    persons, capacity = as_weights(demand, "demand"), as_weights(supply, "supply")
    costs = np.asarray(cost, dtype=np.float64)
    if costs.shape != (persons.size, capacity.size):
        raise ValueError(f"cost must have shape {(persons.size, capacity.size)}, got {costs.shape}")
    source, sink = np.nonzero(costs <= max_cost)
    return two_step_arcs(persons, capacity, (source, sink, costs[source, sink]), max_cost, decay=decay)


def two_step_arcs(
    demand: npt.ArrayLike,
    supply: npt.ArrayLike,
    arcs: tuple[npt.ArrayLike, npt.ArrayLike, npt.ArrayLike],
    max_cost: float,
    *,
    decay: Decay | npt.ArrayLike | None = None,
) -> Floats:
    """Accessibility as by `two_step`, from the pairs that can reach each other instead of a full matrix.

    Parameters
    ----------
    arcs
        Arrays (a,) of demand point, supply point and cost, each pair once; a cost above `max_cost` or NaN is left out.

    Returns
    -------
    array
        Capacity per person (d,).
    """
    persons, capacity = as_weights(demand, "demand"), as_weights(supply, "supply")
    costs = np.asarray(arcs[2], dtype=np.float64)
    inside = costs <= max_cost
    source, sink = (np.asarray(end)[inside].astype(np.intp) for end in arcs[:2])
    weight = _decay_weights(costs[inside], float(max_cost), decay)
    crowd = np.bincount(sink, persons[source] * weight, capacity.size)
    ratio = np.where(crowd > 0, capacity / np.where(crowd > 0, crowd, 1.0), 0.0)
    return np.bincount(source, weight * ratio[sink], persons.size).astype(np.float64)


def _decay_weights(costs: Floats, max_cost: float, decay: Decay | npt.ArrayLike | None) -> Floats:
    """Return the weight of each cost inside the catchment."""
    if decay is None:
        return np.ones(costs.shape)
    if callable(decay):
        weights = np.broadcast_to(np.asarray(decay(costs), dtype=np.float64), costs.shape)
    else:
        zones = np.asarray(decay, dtype=np.float64)
        if zones.ndim != 1 or zones.size == 0:
            raise ValueError(f"decay must be a function or one weight per zone, got shape {zones.shape}")
        width = max_cost / zones.size
        zone = np.ceil(costs / width).astype(np.int64) - 1 if width > 0 else np.zeros(costs.shape, dtype=np.int64)
        weights = zones[np.clip(zone, 0, zones.size - 1)]
    if not np.all(np.isfinite(weights)) or np.any(weights < 0):
        raise ValueError("decay weights must be finite and not negative")
    return weights
