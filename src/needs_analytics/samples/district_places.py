"""The sub-districts of a district: each a town of its own, no place of one called like a place of another."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from needs_analytics.samples.draws import packaged_table, packaged_words, stream
from needs_analytics.samples.plan import Plan, read_plan

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_KM_APART = 6.5
_KM_PER_DEGREE = 94.6, 110.95
"""Kilometres to a degree of longitude and of latitude, roughly; nothing depends on their being exact."""
_GRIDS = (4, 9)
"""Fewest and most grids of a community; sites stand in the first four."""
_GOLDEN_ANGLE = np.pi * (3 - np.sqrt(5))
_NO_CHANGES = ("merges", "arrivals", "trends")


def district_words() -> dict[str, Any]:
    """Return the district's names."""
    return packaged_words("district")


def district_name() -> str:
    """Return what the district is called."""
    return str(district_words()["name"])


def most_subdistricts() -> int:
    """Return how many sub-districts can be named."""
    return len(_bases())


def plan_subdistricts(seed: int, number: int, month: str, size: float = 1.0) -> Iterator[Plan]:
    """Name and place sub-districts one after another, each modelled on the town but with a map of its own.

    Their plans have no offices yet, know one month only, and are numbered from 1 on.

    Parameters
    ----------
    size
        Of their grids, 1 for those of the town.
    """
    rng = stream(seed, "district")
    names = rng.permutation(_bases()).tolist()
    endings: Mapping[str, Sequence[str]] = district_words()["endings"]
    stems = {kind: iter(rng.permutation(_stems(own)).tolist()) for kind, own in endings.items()}
    model = packaged_table("communities")
    for position, name in enumerate(names[:number]):
        own = [next(stems[kind]) for kind in model["kind"]]
        place = name + ("镇" if position % 5 == 4 else "街道")
        tables = _tables(name, place, own, stream(seed, "district", position))
        tables["communities"] = tables["communities"].assign(size=size)
        centre = _centre(read_plan().centre, position)
        yield Plan("district", place, position + 1, centre, panel=0.0, first_month=month, tables=tables)


def _bases() -> list[str]:
    return str(district_words()["bases"]).split()


def _stems(endings: Sequence[str]) -> list[str]:
    return [base + ending for base in _bases() for ending in endings]


def _tables(name: str, place: str, stems: list[str], rng: np.random.Generator) -> dict[str, pd.DataFrame]:
    """Return the town's tables under other names, with another map and other capacities."""
    model, supply = packaged_table("communities"), packaged_table("supply")
    communities = np.where(model["kind"] == "村", stems, [f"{stem}社区" for stem in stems])
    renamed = dict(zip(model["community"], communities.tolist(), strict=True))
    words = {key: str(text).format(name=name, place=place) for key, text in district_words()["places"].items()}
    words |= {old.removesuffix("社区"): new.removesuffix("社区") for old, new in renamed.items()} | renamed
    capacity = (supply["capacity"] * rng.uniform(0.85, 1.2, len(supply))).round().clip(1).astype(int)
    return {
        "communities": _turned(model.assign(community=model["community"].map(renamed)), rng),
        "sites": _readdressed(_reworded(packaged_table("sites"), words), rng),
        "services": _reworded(packaged_table("services"), {read_plan().place: "各街道"}),
        "supply": _reworded(supply, words).assign(capacity=capacity),
    } | {table: packaged_table(table).iloc[:0] for table in _NO_CHANGES}


def _centre(middle: tuple[float, float], position: int) -> tuple[float, float]:
    """Spread the sub-districts in a sunflower round the middle of the district."""
    radius, angle = _KM_APART * np.sqrt(position), position * _GOLDEN_ANGLE
    east, north = radius * np.cos(angle), radius * np.sin(angle)
    return float(middle[0] + east / _KM_PER_DEGREE[0]), float(middle[1] + north / _KM_PER_DEGREE[1])


def _turned(communities: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Turn the town's map, push its communities about and give them a grid more or less."""
    turn, push = rng.uniform(0, 2 * np.pi), rng.normal(0, 0.08, (2, len(communities)))
    east, north = communities["east_km"], communities["north_km"]
    return communities.assign(
        east_km=east * np.cos(turn) - north * np.sin(turn) + push[0],
        north_km=east * np.sin(turn) + north * np.cos(turn) + push[1],
        grids=(communities["grids"] + rng.integers(-1, 2, len(communities))).clip(*_GRIDS),
    )


def _reworded(table: pd.DataFrame, words: Mapping[str, str]) -> pd.DataFrame:
    """Put new names for the town's into every text of a table, the longest first."""
    names = re.compile("|".join(sorted(map(re.escape, words), key=len, reverse=True)))
    texts = [name for name in table.columns if pd.api.types.is_string_dtype(table[name])]
    return table.assign(
        **{name: table[name].str.replace(names, lambda found: words[found[0]], regex=True) for name in texts}
    )


def _readdressed(sites: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Give each site a house in the road that is called after its community."""
    roads = sites["community"].str.removesuffix("社区").str.replace("(?<![路巷街])$", "路", regex=True)
    houses = pd.Series(rng.permutation(180)[: len(sites)] + 1, sites.index)
    return sites.assign(address=roads + houses.astype(str) + "号")
