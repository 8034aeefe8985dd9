"""What the residents really need: the truth that no office ever sees whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.samples.draws import stream

if TYPE_CHECKING:
    from collections.abc import Sequence

    from needs_analytics.core.month import Month
    from needs_analytics.samples.plan import Plan

_AGE_COLUMNS = {"at16": 0, "at35": 35, "at60": 60, "at70": 70, "at80": 80}
"""Columns of ``wishes.csv`` (per cent in an age band) with the band's first year; youths wish as the youngest do."""
YOUNGEST = 12
"""Age from which somebody has needs of their own."""
_HOT_SPOTS = 3
_Row = Mapping[str, object]


def chances_of(people: pd.DataFrame, plan: Plan, seed: int, shifts: Mapping[str, float] | None = None) -> pd.DataFrame:
    """Return each resident's chance to have each need.

    A need's score is additive in age band, sex, groups, segment and kind of community, with effects of the community
    and of the grid (``wishes.csv`` holds them); the plan's link makes it a chance.

    Parameters
    ----------
    people
        As :func:`needs_analytics.samples.residents.settle_people` makes them.
    shifts
        Of the scores of some needs: only these needs are returned.

    Returns
    -------
    Floats, people × needs; 0 for children under twelve.
    """
    asked = (people["age"] >= YOUNGEST).to_numpy()
    outliers = outlier_shifts(people, plan, seed)
    found = {}
    for row in _rows(plan):
        need = str(row["need"])
        if shifts is not None and need not in shifts:
            continue
        score = _score(row, people, plan, seed) + outliers + (shifts or {}).get(need, 0.0)
        found[need] = np.where(asked, _linked(score, people, plan, stream(seed, "link", need)), 0.0)
    return pd.DataFrame(found, index=people.index)


def draw_needs(chances: pd.DataFrame, seed: int, months: Sequence[Month], redrawn: float) -> pd.DataFrame:
    """Draw who has which need in the last of some months.

    Everybody has a number of their own for each need and has the need while the number is below the chance; each month
    some numbers are drawn anew. So people keep their needs from month to month but for a few.

    Returns
    -------
    Booleans, people × needs.
    """
    drawn = {}
    for need in chances:
        own = stream(seed, "wishes", str(need)).random(len(chances))
        for month in months[1:]:
            luck = stream(seed, "wishes", str(need), str(month)).random((len(chances), 2))
            own = np.where(luck[:, 0] < redrawn, luck[:, 1], own)
        drawn[need] = own < chances[need].to_numpy()
    return pd.DataFrame(drawn, index=chances.index)


def shifts_in(plan: Plan, month: Month) -> dict[str, float]:
    """Return the shifts of needs' scores (``trends.csv``) that hold in a month; a need without one is left out."""
    trends = plan.table("trends")
    sums = trends[trends["month"] <= str(month)].groupby("need")["shift"].sum()
    return {str(need): float(shift) for need, shift in sums.items()}


def outlier_shifts(people: pd.DataFrame, plan: Plan, seed: int) -> np.ndarray:
    """Return how much each resident's scores are shifted because of the grid they live in, ``(people,)``."""
    places = np.unique(people["place"])
    shifts = np.zeros(places.max() + 1)
    rng = stream(seed, "outliers")
    chosen = rng.choice(places, min(plan.outlier_grids, len(places)), replace=False)
    shifts[chosen] = plan.outlier_shift * np.where(np.arange(len(chosen)) % 2, -1, 1)
    return np.asarray(shifts[people["place"]])


def _rows(plan: Plan) -> list[_Row]:
    return [{str(key): value for key, value in row.items()} for row in plan.table("wishes").to_dict("records")]


def _score(row: _Row, people: pd.DataFrame, plan: Plan, seed: int) -> np.ndarray:
    """Return the score of one need for each resident, ``(people,)``."""
    rng = stream(seed, "effects", str(row["need"]))
    percent = np.array([float(str(row[column])) for column in _AGE_COLUMNS])
    band = np.searchsorted(list(_AGE_COLUMNS.values()), people["age"], side="right") - 1
    score = np.log(percent / (100 - percent))[band]
    score = score + float(str(row["female"])) * ((people["sex"] == "女").to_numpy() - 0.5)
    for group, effect in _effects(row["groups"]).items():
        score = score + effect * people[group].to_numpy()
    for column in ("segment", "kind"):
        for name, effect in _effects(row[f"{column}s"]).items():
            score = score + effect * (people[column] == name).to_numpy()
    community, communities = pd.factorize(people["community"])
    score = score + float(str(row["by_community"])) * rng.standard_normal(len(communities))[community]
    spread = float(str(row["by_grid"])) if plan.grid_sd is None else plan.grid_sd
    place = people["place"].to_numpy()
    return np.asarray(score + spread * rng.standard_normal(place.max() + 1)[place])


def _linked(score: np.ndarray, people: pd.DataFrame, plan: Plan, rng: np.random.Generator) -> np.ndarray:
    if plan.link == "logit":
        return np.asarray(1 / (1 + np.exp(-score)))
    return np.asarray(1 - np.exp(-np.exp(_roughened(score, people, rng))))


def _roughened(score: np.ndarray, people: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """Add what no additive model of age bands and places holds: an edge inside a band, hot spots of households."""
    edge = int(rng.integers(45, 75))
    beyond = (people["age"] >= edge).to_numpy() & (people["household_size"] <= 2).to_numpy()
    homes = int(people["household"].max()) + 1
    hot = np.zeros(homes, dtype=bool)
    for start in rng.integers(0, homes, _HOT_SPOTS):
        hot[start : start + homes // 60] = True
    return np.asarray(score + rng.choice([-0.8, 0.8]) * beyond + 1.2 * hot[people["household"]])


def _effects(text: object) -> dict[str, float]:
    pairs = (item.split(":") for item in str(text).split(";") if item)
    return {name: float(effect) for name, effect in pairs}
