"""Who used what, use by use: as many as are asked for, drawn at once for a whole service and site."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from needs_analytics.samples.draws import pick, stream
from needs_analytics.samples.services import offered_supply
from needs_analytics.samples.usage import met_needs, recorded_services

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from needs_analytics.samples.snapshot import Snapshot

STATUSES = ("完成", "取消", "爽约", "等候", "拒绝")
_DONE, _CANCELLED, _MISSED, _WAITING, _REFUSED = range(len(STATUSES))
_TAKERS = 0.96
"""Most of those who need a service and can have it that use it."""
_NOT_NEEDING = 0.06
"""Share of a service's users who do not need it."""
_BROKEN_OFF = 0.05
"""Visits cancelled or missed per visit paid, where single visits are booked."""
_RATED = 0.3
_BOOKED = ("visit", "person_month")
_Pool = tuple[np.ndarray, np.ndarray]
_Part = dict[str, np.ndarray]


@dataclass(frozen=True)
class Uses:
    """A month's use, row by row.

    Attributes
    ----------
    rows
        In order of time: ``offer`` (row of ``offers``), ``person`` (row of the people), ``day``, ``status`` (position
        in :data:`STATUSES`), ``waited_days`` and ``rating`` (0 for none). A row of status 完成 is one use.
    offers
        One row per service and site that keeps a record: ``service`` (its name), ``site, capacity`` (units of the
        month), ``wanting`` (people in reach who need it and may have it, each counted at one site), ``uses, users``.
    supply
        The supply with the capacity that these uses fit in.
    """

    rows: pd.DataFrame
    offers: pd.DataFrame
    supply: pd.DataFrame


def spread_uses(snapshot: Snapshot, uses: int) -> Uses:
    """Share a number of uses out over services and sites, and over those who need them and can reach them.

    The plan's capacities say how the uses are shared, and are then fitted to them.
    """
    recorded, pools = _pools(snapshot, stream(snapshot.seed, "users", str(snapshot.month)))
    wanting = np.array([len(wanting) for wanting, _ in pools])
    usual = (recorded["load"] * recorded["units"]).to_numpy()
    counts = share_out(uses, usual, _TAKERS * recorded["uses"].to_numpy() * wanting)
    waiting = (recorded["waiting"] * (uses / usual.sum())).round().astype(int)
    recorded = recorded.assign(count=counts, waiting=waiting)
    rows = _draw_rows(recorded, pools, stream(snapshot.seed, "uses", str(snapshot.month)))
    supply = _fitted(offered_supply(snapshot.plan, snapshot.month), recorded)
    users = rows[rows["status"] == _DONE].groupby("offer")["person"].nunique()
    offers = pd.DataFrame(
        {
            "service": recorded["name"],
            "site": recorded["site"],
            "capacity": supply.loc[supply["record"] != "none", "units"].to_numpy(),
            "wanting": wanting,
            "uses": counts,
            "users": users.reindex(range(len(recorded)), fill_value=0),
        }
    )
    return Uses(rows, offers, supply)


def share_out(total: int, wish: np.ndarray, most: np.ndarray) -> np.ndarray:
    """Share a whole number out in proportion to wishes, none above its most.

    Where all the mosts together do not suffice, they are raised alike.

    Examples
    --------
    >>> share_out(10, np.array([1.0, 1.0, 2.0]), np.array([9.0, 9.0, 3.0])).tolist()
    [4, 3, 3]
    """
    most = np.floor(most)
    if most.sum() < total:
        most = np.ceil(most * total / most.sum())
    low, high = 0.0, float(total) / wish[wish > 0].min()
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (low, middle) if np.minimum(middle * wish, most).sum() >= total else (middle, high)
    exact = np.minimum(high * wish, most)
    counts = np.floor(exact).astype(int)
    first = np.argsort(counts - np.where(counts < most, exact, 0), kind="stable")
    counts[first[: total - counts.sum()]] += 1
    return np.asarray(counts)


def _pools(snapshot: Snapshot, rng: np.random.Generator) -> tuple[pd.DataFrame, list[_Pool]]:
    """List what keeps a record, and for each who needs it and would come there, and who else may come."""
    met = met_needs(snapshot.plan)
    found = recorded_services(snapshot.plan, snapshot.town, snapshot.people, snapshot.month)
    recorded = pd.DataFrame([facts for _, facts, _ in found])
    pools: dict[int, _Pool] = {}
    for service, rows in recorded.groupby("service", sort=False):
        wants = snapshot.needs[met[str(service)]].any(axis=1).to_numpy() & snapshot.adults
        can = np.column_stack([found[row][2] for row in rows.index])
        wanting = np.flatnonzero(wants & can.any(axis=1))
        goes = pick(rng, can[wanting] * rows["units"].to_numpy())
        for number, row in enumerate(rows.index):
            others = np.flatnonzero(can[:, number] & ~wants & snapshot.adults)
            pools[row] = (wanting[goes == number], others)
    return recorded, [pools[row] for row in recorded.index]


def _draw_rows(recorded: pd.DataFrame, pools: list[_Pool], rng: np.random.Generator) -> pd.DataFrame:
    parts: list[_Part] = []
    for offer, (row, pool) in enumerate(zip(recorded.to_dict("records"), pools, strict=True)):
        if row["count"]:
            parts += [part | {"offer": np.full(len(part["person"]), offer)} for part in _draw_offer(row, pool, rng)]
    rows = pd.DataFrame({name: np.concatenate([part[name] for part in parts]) for name in parts[0]})
    return rows.sort_values("day", kind="stable", ignore_index=True)


def _draw_offer(row: Mapping[Hashable, Any], pool: _Pool, rng: np.random.Generator) -> list[_Part]:
    """Draw the visits paid, those broken off, and who waits at the end of the month."""
    days, count = np.array(row["days"], dtype="datetime64[s]"), int(row["count"])
    users, left = _draw_users(pool, int(np.ceil(count / row["uses"])), rng)
    turn = np.arange(count)
    orders = rng.random((len(users), len(days))).argsort(axis=1)
    day = days[orders[turn % len(users), turn // len(users) % len(days)]]
    parts = [_part(users[turn % len(users)], day, np.full(count, _DONE), rating=_ratings(count, row["bad"], rng))]
    if row["record"] in _BOOKED:
        broken = int(_BROKEN_OFF * count)
        status = np.where(rng.random(broken) < 0.67, _CANCELLED, _MISSED)
        parts.append(_part(rng.choice(users, broken), rng.choice(days, broken), status))
    left = left[: row["waiting"]]
    refused = rng.random(len(left)) < 0.15
    waited = np.where(refused, 0, rng.integers(3, 45, len(left)))
    last = np.full(len(left), days[-1])
    return [*parts, _part(left, last, np.where(refused, _REFUSED, _WAITING), waited=waited)]


def _draw_users(pool: _Pool, number: int, rng: np.random.Generator) -> _Pool:
    """Draw the users, nearly all from those who need the service, and give back those who are left."""
    wanting, others = pool
    number = min(number, len(wanting))
    outside = min(int(_NOT_NEEDING * number), len(others))
    shuffled = rng.permutation(wanting)
    users = np.concatenate([shuffled[: number - outside], rng.choice(others, outside, replace=False)])
    return rng.permutation(users), shuffled[number - outside :]


def _ratings(count: int, bad: float, rng: np.random.Generator) -> np.ndarray:
    """Draw ratings of 1–5 from some of those served, 0 from the others."""
    poor = rng.random(count) < bad
    stars = np.where(poor, rng.integers(1, 3, count), rng.choice([3, 4, 5], count, p=[0.12, 0.4, 0.48]))
    return np.asarray(np.where(rng.random(count) < _RATED, stars, 0))


def _part(
    person: np.ndarray,
    day: np.ndarray,
    status: np.ndarray,
    *,
    waited: np.ndarray | None = None,
    rating: np.ndarray | None = None,
) -> _Part:
    none = np.zeros(len(person), dtype=int)
    return {
        "person": person,
        "day": day,
        "status": status,
        "waited_days": none if waited is None else waited,
        "rating": none if rating is None else rating,
    }


def _fitted(supply: pd.DataFrame, recorded: pd.DataFrame) -> pd.DataFrame:
    """Set the capacities so that the use is the share of them which the supply's ``load`` says, or a little less."""
    times = supply["units"] / supply["capacity"]
    units = supply["units"].to_numpy(dtype=float, copy=True)
    units[supply["record"] != "none"] = np.ceil(recorded["count"] / recorded["load"])
    capacity = np.maximum(np.ceil(units / times.to_numpy()), 1).astype(int)
    return supply.assign(capacity=capacity, units=(capacity * times).round().astype(int))
