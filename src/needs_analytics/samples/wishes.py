"""What the residents really need: the truth that no office ever sees whole."""

from __future__ import annotations

import numpy as np
import pandas as pd

from needs_analytics.samples.draws import packaged_table, stream

_AGE_COLUMNS = {"at16": 0, "at35": 35, "at60": 60, "at70": 70, "at80": 80}
"""Columns of ``wishes.csv`` (per cent in an age band) with the band's first year; youths wish as the youngest do."""


def draw_wishes(people: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Draw each resident's needs.

    A need's chance is logistic in age band, sex, groups and kind of community, with effects of the community and of the
    grid; ``wishes.csv`` holds them.

    Parameters
    ----------
    people
        As :func:`needs_analytics.samples.residents.settle_people` makes them.

    Returns
    -------
    Booleans, one row per resident and one column per need. Children under twelve have none.
    """
    rng = stream(seed, "wishes")
    asked = (people["age"] >= 12).to_numpy()
    return pd.DataFrame(
        {str(row["need"]): asked & (rng.random(len(people)) < _chance(row, people, seed)) for row in _rows()},
        index=people.index,
    )


def _rows() -> list[dict[str, object]]:
    return [{str(key): value for key, value in row.items()} for row in packaged_table("wishes").to_dict("records")]


def _chance(row: dict[str, object], people: pd.DataFrame, seed: int) -> np.ndarray:
    """Return the chance that each resident has one need, ``(people,)``."""
    rng = stream(seed, "effects", str(row["need"]))
    percent = np.array([float(str(row[column])) for column in _AGE_COLUMNS])
    band = np.searchsorted(list(_AGE_COLUMNS.values()), people["age"], side="right") - 1
    score = np.log(percent / (100 - percent))[band]
    score = score + float(str(row["female"])) * ((people["sex"] == "女").to_numpy() - 0.5)
    for group, effect in _effects(row["groups"]).items():
        score = score + effect * people[group].to_numpy()
    for kind, effect in _effects(row["kinds"]).items():
        score = score + effect * (people["kind"] == kind).to_numpy()
    community, _ = pd.factorize(people["community"])
    score = score + float(str(row["by_community"])) * rng.standard_normal(community.max() + 1)[community]
    place = people["place"].to_numpy()
    score = score + float(str(row["by_grid"])) * rng.standard_normal(place.max() + 1)[place]
    return np.asarray(1 / (1 + np.exp(-score)))


def _effects(text: object) -> dict[str, float]:
    pairs = (item.split(":") for item in str(text).split(";") if item)
    return {name: float(effect) for name, effect in pairs}
