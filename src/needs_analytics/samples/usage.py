"""Who used what in the month, as the offices would note it down: counts by day, visits by person, waiting lists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from needs_analytics.core.codebook import Codebook
from needs_analytics.samples.draws import stream
from needs_analytics.samples.services import (
    eligible_people,
    needing_people,
    offered_services,
    offered_supply,
    reachable_sites,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Hashable, Mapping, Sequence

    from needs_analytics.core.month import Month
    from needs_analytics.samples.town import Town

COLUMNS = ("date", "service", "site", "person", "count", "status", "waited_days", "rating", "note")
"""Columns of the record; ``person`` is the row of a resident, -1 for a count."""
_NOT_NEEDING = 0.06
"""Share of the users of a person-by-person service who did not name the need."""
_TAKERS = 0.96
"""Most of those who need a service and can have it that use it."""
_Row = tuple[object, ...]


@dataclass(frozen=True)
class _Offer:
    """One service at one site in a month, with those who could come.

    ``most`` is the use its load means, in units; ``wanting`` and ``others`` are rows of people who need it and who only
    may use it.
    """

    name: str
    site: str
    days: Sequence[dt.date]
    uses: float
    capacity_a_day: float
    most: int
    wanting: np.ndarray
    others: np.ndarray
    waiting: int
    bad: float


def record_use(town: Town, people: pd.DataFrame, wishes: pd.DataFrame, month: Month, seed: int) -> pd.DataFrame:
    """Note the month's use of every service that keeps a record.

    Returns
    -------
    One row per visit, person's month, day's count or month's count, in order of date; columns :data:`COLUMNS`.
    """
    writers = {"day": _by_day, "month": _by_month, "visit": _by_visit, "person_month": _by_person}
    rows: list[_Row] = []
    for record, offer in _offers(town, people, wishes, month):
        rng = stream(seed, "use", str(month), offer.name, offer.site)
        rows += writers[record](offer, rng)
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.sort_values("date", kind="stable", ignore_index=True)


def _offers(town: Town, people: pd.DataFrame, wishes: pd.DataFrame, month: Month) -> list[tuple[str, _Offer]]:
    """List how each service at each site is recorded, and the offer itself."""
    codes = {name: need for need, name in Codebook.default().need_names().items()}
    menu = offered_services().set_index("service")
    site_numbers = {site: number for number, site in enumerate(town.sites["site"])}
    reach, place = reachable_sites(town), people["place"].to_numpy()
    adult = (people["age"] >= 16).to_numpy()
    offers = []
    for row in offered_supply(month).to_dict("records"):
        if row["record"] == "none":
            continue
        service = menu.loc[row["service"]]
        can = adult & eligible_people(people, service["who"])
        if "上门" not in service["mode"]:
            can &= reach[place, site_numbers[row["site"]]]
        needs = needing_people(wishes, [codes[name] for name in service["needs"].split("；")])
        offers.append((str(row["record"]), _offer(row, service, can & needs, can & ~needs)))
    return offers


def _offer(row: Mapping[Hashable, Any], service: pd.Series, wanting: np.ndarray, others: np.ndarray) -> _Offer:
    uses, units, days = float(service["uses"]), int(row["units"]), row["days"]
    return _Offer(
        name=str(service["name"]),
        site=str(row["site"]),
        days=days,
        uses=uses,
        capacity_a_day=units / len(days),
        most=int(min(float(row["load"]) * units, _TAKERS * uses * wanting.sum())),
        wanting=np.flatnonzero(wanting),
        others=np.flatnonzero(others),
        waiting=int(row["waiting"]),
        bad=float(row["bad"]),
    )


def _by_day(offer: _Offer, rng: np.random.Generator) -> list[_Row]:
    """Count the use day by day, hardly ever above what a day can hold."""
    mean = offer.most / len(offer.days)
    counts = np.round(mean * rng.normal(1, 0.05, len(offer.days)))
    counts = np.minimum(counts, np.ceil(1.03 * offer.capacity_a_day)).astype(int)
    rows = [
        (day, offer.name, offer.site, -1, int(count), "完成", None, None, "")
        for day, count in zip(offer.days, counts, strict=True)
    ]
    return rows + _waiting_count(offer)


def _by_month(offer: _Offer, _rng: np.random.Generator) -> list[_Row]:
    """Note one total for the month."""
    total = (offer.days[-1], offer.name, offer.site, -1, offer.most, "完成", None, None, "本月合计")
    return [total, *_waiting_count(offer)]


def _waiting_count(offer: _Offer) -> list[_Row]:
    if not offer.waiting:
        return []
    return [(offer.days[-1], offer.name, offer.site, -1, offer.waiting, "等候", None, None, "月末排队人数")]


def _by_visit(offer: _Offer, rng: np.random.Generator) -> list[_Row]:
    """Note every visit: round after round through the users until the month's load is reached."""
    users, waiting = _draw_users(offer, int(np.ceil(offer.most / offer.uses)), rng)
    visits = np.resize(users, offer.most)
    days = rng.integers(0, len(offer.days), len(visits))
    status = rng.choice(["完成", "取消", "爽约"], len(visits), p=[0.94, 0.04, 0.02])
    ratings = _draw_ratings(status == "完成", offer.bad, rng)
    rows: list[_Row] = [
        (offer.days[day], offer.name, offer.site, int(user), 1, str(state), None, rating, "")
        for user, day, state, rating in zip(visits, days, status, ratings, strict=True)
    ]
    return rows + _waiting_people(offer, waiting, rng)


def _by_person(offer: _Offer, rng: np.random.Generator) -> list[_Row]:
    """Note one row per person with the month's number of uses."""
    counts: list[int] = []
    while sum(counts) < offer.most:
        counts.append(int(np.ceil(offer.uses * rng.uniform(0.7, 1.0))))
    users, waiting = _draw_users(offer, len(counts), rng)
    ratings = _draw_ratings(np.ones(len(users), dtype=bool), offer.bad, rng)
    rows: list[_Row] = [
        (offer.days[-1], offer.name, offer.site, int(user), count, "完成", None, rating, "本月累计")
        for user, count, rating in zip(users, counts, ratings, strict=False)
    ]
    return rows + _waiting_people(offer, waiting, rng)


def _draw_users(offer: _Offer, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Draw the users, nearly all from those who need the service, and those left waiting."""
    outside = min(int(_NOT_NEEDING * n), len(offer.others))
    wanting = rng.permutation(offer.wanting)
    users = np.concatenate([wanting[: n - outside], rng.choice(offer.others, outside, replace=False)])
    return rng.permutation(users), wanting[n - outside :][: offer.waiting]


def _waiting_people(offer: _Offer, waiting: np.ndarray, rng: np.random.Generator) -> list[_Row]:
    """Note who waits or was turned away at the end of the month."""
    days = rng.integers(3, 45, len(waiting))
    refused = rng.random(len(waiting)) < 0.15
    return [
        (offer.days[-1], offer.name, offer.site, int(person), 1)
        + (("拒绝", None, None, "名额已满") if no else ("等候", int(wait), None, ""))
        for person, wait, no in zip(waiting, days, refused, strict=True)
    ]


def _draw_ratings(done: np.ndarray, bad: float, rng: np.random.Generator) -> list[int | None]:
    """Draw ratings of 1–5 from two in three of those served."""
    rated = done & (rng.random(len(done)) < 0.67)
    poor = rng.random(len(done)) < bad
    stars = np.where(poor, rng.integers(1, 3, len(done)), rng.choice([3, 4, 5], len(done), p=[0.12, 0.40, 0.48]))
    return [int(star) if known else None for star, known in zip(stars, rated, strict=True)]
