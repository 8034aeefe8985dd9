"""Who used what in the month, as the offices would note it down: counts by day, visits by person, waiting lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from needs_analytics.core.codebook import Codebook
from needs_analytics.core.month import Month
from needs_analytics.samples.draws import stream
from needs_analytics.samples.series import PlantedSeries, usage_series
from needs_analytics.samples.services import eligible_people, offered_services, offered_supply, reachable_sites

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Hashable, Sequence

    from needs_analytics.samples.plan import Plan
    from needs_analytics.samples.snapshot import Snapshot, World
    from needs_analytics.samples.town import Town

COLUMNS = ("date", "service", "site", "person", "count", "status", "waited_days", "rating", "note")
"""Columns of the record; ``person`` is the row of a resident, -1 for a count."""
Counts = Mapping[tuple[str, str], int]
"""Completed uses of a month by service and site."""
_NOT_NEEDING = 0.06
"""Share of the users of a person-by-person service who did not name the need."""
_TAKERS = 0.96
"""Most of those who need a service and can have it that use it."""
_NOT_DONE = 0.06
"""Cancelled and missed visits for one that took place."""


_Part = dict[str, np.ndarray]
_TYPES = {"person": int, "count": int}
"""Of the columns that are not objects."""


@dataclass(frozen=True)
class _Offer:
    """One service at one site in a month, with those who could come.

    ``total`` is the completed use in units; ``wanting`` and ``others`` are rows of people who need it and who only may
    use it.
    """

    name: str
    site: str
    days: Sequence[dt.date]
    uses: float
    capacity_a_day: float
    total: int
    wanting: np.ndarray
    others: np.ndarray
    waiting: int
    bad: float


def ordinary_use(world: World, month: Month) -> dict[tuple[str, str], float]:
    """Return the completed uses that a month without season brings each service at each site with a record.

    The site's load of its capacity, but no more than nearly all who need the service and can have it would use.

    Returns
    -------
    Service and site to uses.
    """
    met = met_needs(world.plan)
    chances = {service: 1 - (1 - world.chances[needs]).prod(axis=1).to_numpy() for service, needs in met.items()}
    there = (world.people["age"] >= 16).to_numpy() & (world.people["arrives"] == "").to_numpy()
    return {
        (service, site): min(row["load"] * row["units"], _TAKERS * row["uses"] * chances[service][can & there].sum())
        for (service, site), row, can in recorded_services(world.plan, world.town, world.people, month)
    }


def years_of_use(world: World, last: Month, months: int) -> PlantedSeries:
    """Draw what was used of every service that keeps a record, so many months up to one.

    The third survey month is the anchor: its use is the ordinary one, growth and changes are counted from it.
    """
    plan = world.plan
    anchor = Month.parse(plan.first_month).shift(2)

    def recorded(month: Month) -> pd.DataFrame:
        supply = offered_supply(plan, month)
        return supply[supply["record"] != "none"]

    levels, seasons = ordinary_use(world, anchor), plan.table("seasons")
    return usage_series(recorded, levels, seasons, anchor=anchor, last=last, months=months, seed=world.seed)


def record_use(snapshot: Snapshot, counts: Counts) -> pd.DataFrame:
    """Note the month's use of every service that keeps a record.

    Parameters
    ----------
    counts
        Completed uses by service and site; what is not named was not used.

    Returns
    -------
    One row per visit, person's month, day's count or month's count, in order of date; columns :data:`COLUMNS`.
    """
    writers = {"day": _by_day, "month": _by_month, "visit": _by_visit, "person_month": _by_person}
    parts: list[_Part] = []
    for record, offer in _offers(snapshot, counts):
        rng = stream(snapshot.seed, "use", str(snapshot.month), offer.name, offer.site)
        parts += writers[record](offer, rng)
    table = pd.DataFrame({name: np.concatenate([part[name] for part in parts]) for name in COLUMNS})
    return table.sort_values("date", kind="stable", ignore_index=True)


def met_needs(plan: Plan) -> dict[str, list[str]]:
    """Return the needs that each service meets."""
    codes = {name: need for need, name in Codebook.default().need_names().items()}
    menu = offered_services(plan)
    met = {str(row.service): [codes[name] for name in str(row.needs).split("；")] for row in menu.itertuples()}
    drawn = set(plan.table("wishes")["need"])
    return {service: [need for need in needs if need in drawn] for service, needs in met.items()}


def recorded_services(
    plan: Plan, town: Town, people: pd.DataFrame, month: Month
) -> list[tuple[tuple[str, str], dict[Hashable, Any], np.ndarray]]:
    """List what keeps a record, with the menu's facts beside the supply's, and who could have it, ``(people,)``."""
    menu = offered_services(plan).set_index("service")
    site_numbers = {site: number for number, site in enumerate(town.sites["site"])}
    reach, place = reachable_sites(town), people["place"].to_numpy()
    may = {service: eligible_people(people, str(who)) for service, who in menu["who"].items()}
    found = []
    for row in offered_supply(plan, month).to_dict("records"):
        if row["record"] == "none":
            continue
        service = menu.loc[row["service"]]
        can = may[row["service"]]
        if "上门" not in service["mode"]:
            can = can & reach[place, site_numbers[row["site"]]]
        facts = row | {"name": service["name"], "uses": float(service["uses"])}
        found.append(((str(row["service"]), str(row["site"])), facts, can))
    return found


def _offers(snapshot: Snapshot, counts: Counts) -> list[tuple[str, _Offer]]:
    met = met_needs(snapshot.plan)
    wants = {service: snapshot.needs[needs].any(axis=1).to_numpy() for service, needs in met.items()}
    offers = []
    for key, row, can in recorded_services(snapshot.plan, snapshot.town, snapshot.people, snapshot.month):
        may, wanting = can & snapshot.adults, wants[key[0]]
        if counts.get(key, 0) > 0:
            rng = stream(snapshot.seed, "waiting", *key, str(snapshot.month))
            waiting = max(int(rng.poisson(row["waiting"])), 1) if row["waiting"] else 0
            drawn = row | {"total": counts[key], "waiting": waiting}
            offers.append((str(row["record"]), _offer(drawn, may & wanting, may & ~wanting)))
    return offers


def _offer(row: Mapping[Hashable, Any], wanting: np.ndarray, others: np.ndarray) -> _Offer:
    days = row["days"]
    return _Offer(
        name=str(row["name"]),
        site=str(row["site"]),
        days=days,
        uses=row["uses"],
        capacity_a_day=int(row["units"]) / len(days),
        total=int(row["total"]),
        wanting=np.flatnonzero(wanting),
        others=np.flatnonzero(others),
        waiting=row["waiting"],
        bad=float(row["bad"]),
    )


def _rows(offer: _Offer, date: object, person: object, count: object, **more: object) -> _Part:
    """Return columns of like length; what is one value stands in every row."""
    usual = {"status": "完成", "waited_days": None, "rating": None, "note": ""} | more
    values = {"date": date, "service": offer.name, "site": offer.site, "person": person, "count": count} | usual
    number = max((len(column) for column in values.values() if isinstance(column, np.ndarray)), default=1)
    return {
        name: column if isinstance(column, np.ndarray) else np.full(number, column, dtype=_TYPES.get(name, object))
        for name, column in values.items()
    }


def _by_day(offer: _Offer, rng: np.random.Generator) -> list[_Part]:
    """Count the use day by day; the days of a month differ, and sum to its use."""
    share = np.maximum(rng.normal(1, 0.07, len(offer.days)), 0.1)
    counts = _parted(offer.total, share)
    days = np.array(offer.days, dtype=object)
    return [_rows(offer, days, -1, counts), *_waiting_count(offer)]


def _parted(total: int, share: np.ndarray) -> np.ndarray:
    """Part a whole number in proportion to shares, by largest remainders."""
    exact = total * share / share.sum()
    counts = np.floor(exact).astype(int)
    largest = np.argsort(-(exact - counts), kind="stable")[: total - counts.sum()]
    counts[largest] += 1
    return np.asarray(counts)


def _by_month(offer: _Offer, _rng: np.random.Generator) -> list[_Part]:
    """Note one total for the month."""
    return [_rows(offer, offer.days[-1], -1, offer.total, note="本月合计"), *_waiting_count(offer)]


def _waiting_count(offer: _Offer) -> list[_Part]:
    if not offer.waiting:
        return []
    return [_rows(offer, offer.days[-1], -1, offer.waiting, status="等候", note="月末排队人数")]


def _by_visit(offer: _Offer, rng: np.random.Generator) -> list[_Part]:
    """Note every visit: round after round through the users until the month's use is reached; some more fall out."""
    users, waiting = _draw_users(offer, int(np.ceil(offer.total / offer.uses)), rng)
    missed = int(rng.poisson(_NOT_DONE * offer.total))
    visits = np.concatenate([np.resize(users, offer.total), rng.choice(users, missed)])
    done = np.arange(len(visits)) < offer.total
    status = np.where(done, "完成", np.where(rng.random(len(visits)) < 2 / 3, "取消", "爽约")).astype(object)
    days = np.array(offer.days, dtype=object)[rng.integers(0, len(offer.days), len(visits))]
    ratings = _draw_ratings(done, offer.bad, rng)
    return [_rows(offer, days, visits, 1, status=status, rating=ratings), *_waiting_people(offer, waiting, rng)]


def _by_person(offer: _Offer, rng: np.random.Generator) -> list[_Part]:
    """Note one row per person with the month's number of uses."""
    wanted = max(round(offer.total / (0.85 * offer.uses)), 1)
    users, waiting = _draw_users(offer, wanted, rng)
    counts = _parted(offer.total, rng.uniform(0.7, 1.0, len(users)))
    users, counts = users[counts > 0], counts[counts > 0]
    ratings = _draw_ratings(np.ones(len(users), dtype=bool), offer.bad, rng)
    month = _rows(offer, offer.days[-1], users, counts, rating=ratings, note="本月累计")
    return [month, *_waiting_people(offer, waiting, rng)]


def _draw_users(offer: _Offer, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Draw the users, nearly all from those who need the service, and those left waiting."""
    outside = min(int(_NOT_NEEDING * n), len(offer.others))
    wanting = rng.permutation(offer.wanting)
    users = np.concatenate([wanting[: n - outside], rng.choice(offer.others, outside, replace=False)])
    return rng.permutation(users), wanting[n - outside :][: offer.waiting]


def _waiting_people(offer: _Offer, waiting: np.ndarray, rng: np.random.Generator) -> list[_Part]:
    """Note who waits or was turned away at the end of the month."""
    if not len(waiting):
        return []
    refused = rng.random(len(waiting)) < 0.15
    days = np.where(refused, None, rng.integers(3, 45, len(waiting)).astype(object))  # type: ignore[call-overload]
    status = np.where(refused, "拒绝", "等候").astype(object)
    note = np.where(refused, "名额已满", "").astype(object)
    return [_rows(offer, offer.days[-1], waiting, 1, status=status, waited_days=days, note=note)]


def _draw_ratings(done: np.ndarray, bad: float, rng: np.random.Generator) -> np.ndarray:
    """Draw ratings of 1–5 from two in three of those served; nothing from the others."""
    rated = done & (rng.random(len(done)) < 0.67)
    poor = rng.random(len(done)) < bad
    stars = np.where(poor, rng.integers(1, 3, len(done)), rng.choice([3, 4, 5], len(done), p=[0.12, 0.40, 0.48]))
    stars = stars.astype(object)
    stars[~rated] = None
    return np.asarray(stars)
