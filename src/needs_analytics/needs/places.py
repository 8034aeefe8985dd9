"""How many residents of the target population live in every community and grid."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.issue import Issue

if TYPE_CHECKING:
    from needs_analytics.core.records import Cleaned
    from needs_analytics.core.results import Weights


def place_sizes(cleaned: Cleaned, weights: Weights) -> pd.DataFrame:
    """Return ``community, grid, population, guessed`` of every place demand is computed for.

    A community's population is the register's. It is split over its grids by the register's own counts, else by
    residents or households of the grid list, else by the weights of the answers from each grid, where a grid nobody
    answered from counts as the others on average. A community without any known grid is one place with grid ``""``.
    Without a register the population is NaN.

    Who answered more is not where more live: a size that only answers tell is ``guessed``, of the ``grid`` or of the
    whole ``community``; ``""`` where it is counted.
    """
    sample = _sampled(cleaned, weights)
    register = weights.places
    grids = register.dropna(subset=["grid"]) if len(register) else register
    by_community = register.groupby("community")["population"].sum() if len(register) else pd.Series(dtype=float)
    names = sorted(set(by_community.index) | set(sample["community"].dropna()))
    by_answers = len(register) == 0  # a register without communities: the answers tell how residents spread
    if by_answers:
        by_community = sample.groupby("community")["weight"].sum()
    parts = [_split(name, by_community.get(name, np.nan), grids, cleaned.places, sample) for name in names]
    if not parts:
        return pd.DataFrame(
            {
                "community": pd.Series(dtype=object),
                "grid": pd.Series(dtype=object),
                "population": pd.Series(dtype=float),
                "guessed": pd.Series(dtype=object),
            }
        )
    places = pd.concat(parts, ignore_index=True)
    if not weights.representative:
        return places.assign(population=np.nan, guessed="")
    return places.assign(guessed="community") if by_answers and len(names) > 1 else places


def guessed_sizes(places: pd.DataFrame) -> list[Issue]:
    """Say of which communities, and in which of them of which grids, nobody has counted the residents."""
    issues = []
    for kind, code in (("community", "W641"), ("grid", "I642")):
        names = "、".join(places.loc[places["guessed"] == kind, "community"].unique())
        issues += [Issue(code, value=names, details={"places": names})] if names else []
    return issues


def average_grids(cleaned: Cleaned, weights: Weights) -> list[Issue]:
    """Say which grids have their community's mean for want of counts and answers."""
    listed = cleaned.places.dropna(subset=["community", "grid"])
    sizes = listed.groupby(["community", "grid"])[["population", "households"]].sum(min_count=1)
    counted = sizes.notna().groupby(level=0).transform("all").any(axis=1)
    sample = _sampled(cleaned, weights).dropna(subset=["community", "grid"])
    answered = pd.MultiIndex.from_frame(sample[["community", "grid"]].drop_duplicates())
    told = set(weights.places.dropna(subset=["grid"])["community"])
    open_ = sizes.index[~counted.to_numpy() & ~sizes.index.isin(answered)]
    homes = set(sample["community"]) - told
    return [Issue("I628", value=f"{home} {grid}") for home, grid in open_ if home in homes]


def _sampled(cleaned: Cleaned, weights: Weights) -> pd.DataFrame:
    survey = cleaned.survey[["answer_id", "community", "grid"]]
    return survey.merge(weights.table[["answer_id", "weight"]], on="answer_id")


def _split(
    name: str, population: float, register: pd.DataFrame, listed: pd.DataFrame, sample: pd.DataFrame
) -> pd.DataFrame:
    own = register[register["community"] == name] if len(register) else register
    if len(own):
        return own[["community", "grid", "population"]].reset_index(drop=True).assign(guessed="")
    grids = listed[(listed["community"] == name) & listed["grid"].notna()]
    for column in ("population", "households"):
        sizes = grids.groupby("grid")[column].sum(min_count=1)
        if len(sizes) and sizes.notna().all() and sizes.sum() > 0:
            return _shared(name, population, sizes)
    answers = sample[(sample["community"] == name) & sample["grid"].notna()]
    if len(answers):
        sizes = answers.groupby("grid")["weight"].sum()
        sizes = sizes.reindex(sorted(set(sizes.index) | set(grids["grid"])), fill_value=sizes.mean())
        guessed = "grid" if len(sizes) > 1 else ""
        return _shared(name, population if np.isfinite(population) else sizes.sum(), sizes).assign(guessed=guessed)
    return pd.DataFrame({"community": [name], "grid": [""], "population": [population], "guessed": ""})


def _shared(name: str, population: float, sizes: pd.Series) -> pd.DataFrame:
    shares = sizes / sizes.sum()
    return pd.DataFrame(
        {
            "community": name,
            "grid": sizes.index.astype(object),
            "population": population * shares.to_numpy(),
            "guessed": "",
        }
    )
