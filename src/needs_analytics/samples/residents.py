"""Who lives there: households in their grids, with ages, sexes and the groups that offices know."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.messages import failure
from needs_analytics.core.month import Month
from needs_analytics.core.tables import iter_rows
from needs_analytics.errors import UsageError
from needs_analytics.samples.draws import pick, stream
from needs_analytics.samples.names import ages_on

if TYPE_CHECKING:
    from needs_analytics.samples.plan import Plan
    from needs_analytics.samples.town import Town

REGISTER_DAY = dt.date(2026, 9, 30)
"""The day of which the population register is true; ages are meant on this day."""
_NEAR = 12
"""Months from the register's day in which its ages are near enough."""
ROLES = ("elder", "elder_m", "elder_f", "adult", "adult_m", "adult_f", "child1", "child2")
AGE_BANDS = {"0-5岁": 0, "6-15岁": 6, "16-34岁": 16, "35-59岁": 35, "60-69岁": 60, "70-79岁": 70, "80岁及以上": 80}
"""Age bands of the register with their first year."""
_Flags = dict[str, np.ndarray]
_SHARE_MALE = {"elder": 0.34, "adult": 0.52, "child1": 0.52, "child2": 0.51}


def month_near_register(month: str | Month) -> Month:
    """Return a month in which the register's ages still hold.

    Raises
    ------
    UsageError
        When ``month`` is no calendar month, or more than a year from :data:`REGISTER_DAY`.
    """
    month, day = Month.parse(month), REGISTER_DAY
    if abs(12 * (month.year - day.year) + month.number - day.month) > _NEAR:
        raise failure(UsageError, "sample_month", month=str(month), first=f"{day.year - 1}-{day.month:02d}",
                      last=f"{day.year + 1}-{day.month:02d}")  # fmt: skip
    return month


def settle_people(town: Town, plan: Plan, seed: int) -> pd.DataFrame:
    """Fill the grids' households with people; those who arrive later stand at the end.

    Returns
    -------
    One row per resident: ``household, place`` (row of ``town.grids``), ``community, kind, grid, role, sex, birth, age,
    band, household_size, arrives`` (a month, empty for those who were there before), one boolean column per group
    (``alone_elder``, ``dibao`` …) and ``segment``.
    """
    people = _families(town, plan, stream(seed, "people"))
    people = pd.concat([people, _draw_groups(people, plan, stream(seed, "groups"))], axis=1)
    arrived = _arrivals(town, plan, people, stream(seed, "arrivals"))
    people = pd.concat([people, arrived], ignore_index=True) if len(arrived) else people
    return people.assign(segment=way_of_life(people, stream(seed, "segments")))


def _families(town: Town, plan: Plan, rng: np.random.Generator) -> pd.DataFrame:
    place = np.repeat(np.arange(len(town.grids)), town.grids["households"])
    types = plan.table("households")
    kinds = town.grids["kind"].to_numpy()[place]
    share = types[list(dict.fromkeys(kinds))].T
    household_type = pick(rng, share.loc[kinds].to_numpy())
    members = types[list(ROLES)].to_numpy().astype(bool)[household_type]
    ages = _draw_ages(types["household"].to_numpy()[household_type], rng)
    household, role = np.nonzero(members)
    people = town.grids.iloc[place[household]][["community", "kind", "number"]].reset_index(drop=True)
    people = people.rename(columns={"number": "grid"}).assign(
        household=household, place=place[household], role=np.array(ROLES, dtype=object)[role], arrives=""
    )
    people["sex"] = _draw_sexes(people["role"], rng)
    people["household_size"] = members.sum(axis=1)[household]
    return _born(people, ages[household, role], rng)


def _arrivals(town: Town, plan: Plan, people: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Settle single people of working age who arrive in a month, spread over a community's grids: 新就业群体."""
    parts = []
    household = int(people["household"].max()) + 1
    columns = ("month", "persons", "community", "age_low", "age_high", "male")
    for month, persons, community, youngest, oldest, male in iter_rows(plan.table("arrivals"), *columns):
        place = np.sort(rng.choice(np.flatnonzero(town.grids["community"] == community), persons))
        part = town.grids.iloc[place][["community", "kind", "number"]].reset_index(drop=True)
        part = part.rename(columns={"number": "grid"}).assign(
            household=np.arange(household, household + persons), place=place, role="adult", arrives=month
        )
        part["sex"] = np.where(rng.random(persons) < male, "男", "女").astype(object)
        part["household_size"] = 1
        household += persons
        parts.append(_born(part, rng.integers(youngest, oldest, persons), rng))
    if not parts:
        return people.iloc[:0]
    arrived = pd.concat(parts, ignore_index=True)
    groups = _draw_groups(arrived, plan, rng)
    return pd.concat([arrived, groups.assign(new_worker=True, migrant=True, jobless=False)], axis=1)


def _born(people: pd.DataFrame, ages: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    births = _draw_births(ages, rng)
    years = ages_on(pd.Series(births), pd.Series(pd.Timestamp(REGISTER_DAY), people.index))
    return people.assign(birth=births, age=years, band=age_band(years))


def way_of_life(people: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """Tell each resident's segment, ``(people,)``: how they live decides how they take part and what they use.

    Those who arrive as 新就业群体 are one of their own; old people are alone and frail with age, active or at home;
    parents of minors with two jobs, young adults and the others follow. Children have none.
    """
    age, luck = people["age"].to_numpy(), rng.random(len(people))
    alone = people["alone_elder"].to_numpy() & (age >= 68)
    return np.select(
        [
            people["arrives"].to_numpy() != "",
            age < 16,
            alone | ((age >= 80) & (luck < 0.6)),
            (age >= 60) & (age < 80) & (luck < 0.58),
            age >= 60,
            people["dual_worker"].to_numpy(),
            age < 40,
        ],
        ["新就业群体", "", "独居高龄", "活跃长者", "居家长者", "双职工家庭", "上班青年"],
        "中年居民",
    ).astype(object)


def age_band(ages: np.ndarray) -> np.ndarray:
    """Return the register's age band of each age, ``(people,)`` of text."""
    first_years = list(AGE_BANDS.values())
    return np.asarray(np.array(list(AGE_BANDS), dtype=object)[np.searchsorted(first_years, ages, side="right") - 1])


def _draw_ages(household: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw ages per household and role, ``(households, roles)``: children first, then parents, then grandparents."""
    n = len(household)
    child = rng.integers(0, 20, n)
    parent = child + rng.integers(24, 36, n)
    childless = np.where(rng.random(n) < 0.42, rng.integers(24, 36, n), rng.integers(43, 61, n))
    single = 21 + (40 * rng.beta(1.1, 1.9, n)).astype(int)
    lone_elder = 61 + (34 * rng.beta(1.7, 2.4, n)).astype(int)
    couple_elder = 60 + (30 * rng.beta(1.3, 2.3, n)).astype(int)
    adult = np.select([household == "两人家庭", household == "单身青壮年"], [childless, single], parent)
    three = np.char.startswith(household.astype(str), "三代")
    elder = np.select([household == "独居老人", three], [lone_elder, parent + rng.integers(23, 31, n)], couple_elder)
    with_child = household == "老人与成年子女"
    elder = np.where(with_child, 66 + (26 * rng.beta(1.4, 2.0, n)).astype(int), elder)
    adult = np.where(with_child, elder - rng.integers(23, 33, n), adult)
    wife, husband = rng.integers(-1, 5, n), rng.integers(-1, 4, n)
    younger = np.maximum(child - rng.integers(2, 6, n), 0)
    return np.column_stack([elder, elder, elder - wife, adult, adult, adult - husband, child, younger])


def _draw_sexes(role: pd.Series, rng: np.random.Generator) -> np.ndarray:
    male = role.map(_SHARE_MALE).fillna(role.str.endswith("_m").astype(float))
    return np.asarray(np.array(["女", "男"], dtype=object)[(rng.random(len(role)) < male).astype(int)])


def _draw_births(ages: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    before = np.round(ages * 365.2425 + rng.uniform(1, 364, len(ages))).astype(int)
    births = np.datetime64(REGISTER_DAY, "D") - before.astype("timedelta64[D]")
    return np.asarray(births.astype("datetime64[s]"))


def _draw_groups(people: pd.DataFrame, plan: Plan, rng: np.random.Generator) -> pd.DataFrame:
    """Tell which groups each resident belongs to, ``(people, groups)`` of booleans."""
    flags = _groups_of_person(people, plan, rng)
    flags |= _groups_of_household(people, flags["disabled_elder"], plan, rng)
    return pd.DataFrame({name: np.asarray(flag, dtype=bool) for name, flag in flags.items()}, index=people.index)


def _groups_of_person(people: pd.DataFrame, plan: Plan, rng: np.random.Generator) -> _Flags:
    """Draw what depends on the person alone."""
    age = people["age"].to_numpy()
    luck = rng.random((6, len(age)))
    working = (age >= 18) & (age < 60)
    frail = np.select([age >= 80, age >= 70, age >= 60], [0.20, 0.07, 0.025], 0)
    chronic = np.select([age >= 70, age >= 60, age >= 45, age >= 30], [0.56, 0.42, 0.20, 0.05], 0.005)
    return {
        "elderly": age >= 60,
        "elder65": age >= 65,
        "aged80": age >= 80,
        "disabled_elder": luck[0] < frail,
        "disabled": luck[1] < np.select([age >= 60, age >= 16], [0.045, 0.017], 0.006),
        "chronic": luck[2] < chronic,
        "veteran": working & (people["sex"] == "男") & (luck[3] < 0.028),
        "jobless": working & (luck[4] < _rate(people, plan, "jobless")),
        "new_worker": (age >= 18) & (age < 48) & (luck[5] < 0.022),
    }


def _groups_of_household(people: pd.DataFrame, frail: np.ndarray, plan: Plan, rng: np.random.Generator) -> _Flags:
    """Draw what is one thing for a whole household, and tell what follows from who lives in it."""
    age, household, size = (people[name].to_numpy() for name in ("age", "household", "household_size"))
    luck = rng.random((6, int(household.max()) + 1))[:, household]

    def with_some(flag: np.ndarray) -> np.ndarray:
        return np.asarray(np.bincount(household, weights=flag)[household] > 0)

    couple = people["role"].isin(["adult_m", "adult_f"]).to_numpy()
    grown = couple | (people["role"] == "adult").to_numpy()
    parent = grown & with_some(age < 18)
    poor = luck[0] < _rate(people, plan, "dibao")
    return {
        "alone_elder": (age >= 60) & (size == 1),
        "empty_nest": (age >= 60) & ~with_some(age < 60),
        "dibao": poor,
        "low_income": ~poor & (luck[1] < _rate(people, plan, "low_income")),
        "migrant": (age >= 18) & (age < 50) & (luck[2] < _rate(people, plan, "migrant")),
        "parent": parent,
        "parent0_3": parent & with_some(age < 3),
        "parent6_12": parent & with_some((age >= 6) & (age <= 12)),
        "parent0_14": parent & with_some(age <= 14),
        "dual_worker": parent & couple & (luck[3] < 0.72),
        "carer": (age >= 18) & ~frail & with_some(frail),
        "car_owner": (age >= 20) & (age < 70) & (luck[4] < _rate(people, plan, "car_owner")),
        "ebike": (age >= 16) & (age < 70) & (luck[5] < 0.45),
    }


def _rate(people: pd.DataFrame, plan: Plan, group: str) -> np.ndarray:
    """Return how common a group is in the kind of community each resident lives in, ``(people,)``."""
    rates = plan.table("kinds").set_index("kind")[group]
    return np.asarray(rates.loc[people["kind"]])
