"""Bounds of what nobody sees: how many the best plan serves in an area, how many came, how many left content."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow

if TYPE_CHECKING:
    from needs_analytics.samples.asking import Asking

_GRAIN = 1000
"""Persons are counted in thousandths: the largest flow wants whole numbers."""


def bound_parts(area: np.ndarray, asking: Asking, served: float) -> dict[str, float | bool]:
    """Bound the parts of those of one need and area who can reach some stand.

    Parameters
    ----------
    area
        ``(groups,)`` whether a group belongs to the need and area.
    served
        How many of the whole family can be served at once.

    Returns
    -------
    ``full, not_taken_up, dissatisfied, met``, each ``_low`` and ``_high``, and ``use_known``.
    """
    stands, room = asking.stands, asking.stands["capacity"].to_numpy(float)
    idle, busy = (area & groups for groups in _idle_and_busy(asking))
    doubtful, not_busy = area & ~idle, area & ~busy
    seen = _seen(area, asking)
    least, most = float(asking.own[area].sum()), largest_flow(asking, area, seen)
    planned = served - largest_flow(asking, ~doubtful, room) if doubtful.any() else 0.0
    planned_busy = largest_flow(asking, busy, room)
    idle_free = _heads(idle, asking) - largest_flow(asking, idle, seen)
    bad_low, bad_high = _bad(area, seen, (least, most), asking)
    near = asking.may[area].any(axis=0)
    return {
        "full_low": max(0.0, _heads(busy, asking) - planned_busy - largest_flow(asking, busy, seen)),
        "full_high": max(0.0, _heads(doubtful, asking) - max(planned, float(asking.own[doubtful].sum()))),
        "not_taken_up_low": idle_free + max(0.0, planned - largest_flow(asking, doubtful, seen)),
        "not_taken_up_high": _stayed(not_busy, asking) + min(planned_busy, _stayed(busy, asking)),
        "dissatisfied_low": bad_low,
        "dissatisfied_high": bad_high,
        "met_low": max(0.0, least - bad_high),
        "met_high": most - bad_low,
        "use_known": bool(stands["recorded"].to_numpy()[near].all()),
    }


def largest_flow(asking: Asking, groups: np.ndarray, room: np.ndarray) -> float:
    """Return how many persons of some groups fit in at once.

    Parameters
    ----------
    groups
        ``(groups,)`` whether a group comes.
    room
        ``(stands,)`` persons who fit in; infinite where it is not known.
    """
    persons = asking.persons[groups]
    may = asking.may[groups] & (room > 0)
    if not may.any():
        return 0.0
    if (persons @ may <= room).all():
        return float(persons[may.any(axis=1)].sum())
    room = np.minimum(room, persons.sum())
    many, stands = may.shape
    source, sink = many + stands, many + stands + 1
    group, stand = np.nonzero(may)
    heads = np.concatenate([np.full(many, source), group, many + np.arange(stands)])
    tails = np.concatenate([np.arange(many), many + stand, np.full(stands, sink)])
    whole = np.round(_GRAIN * np.concatenate([persons, persons[group], room])).astype(np.int32)
    graph = csr_array((whole, (heads, tails)), shape=(sink + 1, sink + 1))
    return float(maximum_flow(graph, source, sink).flow_value) / _GRAIN


def _idle_and_busy(asking: Asking) -> tuple[np.ndarray, np.ndarray]:
    """Tell which groups reach idle stands alone, and which surely reach busy ones, ``(groups,)`` each."""
    idle, waiting, full = (asking.stands[name].to_numpy(bool) for name in ("idle", "waiting", "busy"))
    busy = (asking.may & waiting).any(axis=1) | (asking.may <= full).all(axis=1)
    return np.asarray((asking.may <= idle).all(axis=1)), np.asarray(busy)


def _heads(groups: np.ndarray, asking: Asking) -> float:
    return float(asking.persons[groups].sum())


def _stayed(groups: np.ndarray, asking: Asking) -> float:
    """Return the most persons of some groups who did not come."""
    return _heads(groups, asking) - float(asking.own[groups].sum())


def _seen(area: np.ndarray, asking: Asking) -> np.ndarray:
    """Return the most persons of an area who may have come to each stand, ``(stands,)``."""
    named = asking.noted[np.unique(asking.area[area])].sum(axis=0)
    return np.where(asking.stands["recorded"], named + asking.stands["counted"].to_numpy(float), np.inf)


def _bad(area: np.ndarray, seen: np.ndarray, came: tuple[float, float], asking: Asking) -> tuple[float, float]:
    """Bound the dissatisfied among those who came.

    At least every one noted down counts with the best stand her group can go to, or all with the stand they went to
    less all others in sight; at most everybody counts with the stand she may have gone to.
    """
    low, high = (asking.stands[name].to_numpy(float) for name in ("bad_low", "bad_high"))
    near = asking.may[area].any(axis=0)
    best = np.where(asking.may[area], low, 1.0).min(axis=1, initial=1.0)
    others = float(seen[near].sum()) - came[0]
    least = max(float(best @ asking.own[area]), float(asking.bad[area].sum()) - others)
    return least, min(came[1], float((np.minimum(seen, came[1]) * high)[near].sum()))
