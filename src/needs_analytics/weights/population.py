"""The target population as the register counts it, however its communities cut it.

One community counts by age band and sex, the next by other bands, a third only a total; some tell grids. Each keeps its
own count: of several countings of one community the fullest stands, children are taken off, and no resident of a
counting is lost because another community counts otherwise. What had to be assumed is said.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.issue import Issue
from needs_analytics.core.messages import in_every_language
from needs_analytics.weights.countings import (
    OLDEST,
    TOWN,
    Counting,
    alike,
    band,
    contradict,
    countings,
    disjoint,
    fullest,
    ratio,
)
from needs_analytics.weights.holes import filled
from needs_analytics.weights.masked import unmasked

if TYPE_CHECKING:
    from collections.abc import Sequence


_LIFE = 80  # years that an open band (10岁以上) is taken to span when it has to be split at the youngest age
_KEYS = ["community", "grid", "age_low", "age_high", "sex"]


@dataclass(frozen=True, slots=True)
class Population:
    """Residents of the target population.

    Attributes
    ----------
    cells
        ``community, age_low, age_high, sex, persons``: bands of a community never overlap; NaN and ``None`` where it
        does not tell age or sex. The community is ``TOWN`` where age and sex are told for the whole alone.
    communities
        Persons of each community.
    places
        ``community, grid, population``; ``grid`` is ``None`` where the register does not go down to grids.
    total
        Persons of all.
    unknown
        Communities the register lists without a figure.
    contradiction
        The largest difference between two countings of the same people, of the larger.
    """

    cells: pd.DataFrame
    communities: pd.Series
    places: pd.DataFrame
    total: float
    unknown: frozenset[str] = frozenset()
    contradiction: float = 0.0


def target_population(register: pd.DataFrame, youngest: int) -> tuple[Population, list[Issue]]:
    """Return the target population and what had to be assumed about it.

    Parameters
    ----------
    register
        Rows of persons by ``community, grid, age_low, age_high, sex``, each of which may be missing.
    youngest
        Lower bound of the target population. Of a band that straddles it the share of its years above counts.
    """
    rows, issues = _without_shared_years(_rows(register))
    rows, said, unknown = unmasked(rows)
    issues += said
    rows, said = _without_children(rows, youngest)
    issues += said
    best, contradictions = [], []
    for own in countings(rows).values():
        counting, others = fullest(own)
        best.append(counting)
        contradictions += others
    issues += _said_contradictions(contradictions)
    town, places = next((c for c in best if c.place == TOWN), None), [c for c in best if c.place != TOWN]
    places, said = filled(places, youngest)
    issues += said
    places, said = _adults_alone(places, town)
    issues += said
    counted, total, said = _one_total(places, town)
    issues += said
    communities = pd.Series({c.place: c.adults for c in places}, dtype=float)
    communities *= total / communities.sum() if len(communities) else 1.0
    cells = pd.concat([c.cells for c in counted], ignore_index=True) if counted else rows.iloc[:0]
    apart = _largest_difference([alike(*pair) for pair in contradictions], issues)
    return Population(cells, communities, _places(rows, communities), total, unknown, apart), issues


def _largest_difference(pairs: Sequence[tuple[float, float]], issues: Sequence[Issue]) -> float:
    """Return how far two countings of the same people are apart at most; what was said of the whole counts too."""
    told = [
        [float(str(issue.details[name])) for name in ("total", "other")] for issue in issues if issue.code == "W614"
    ]
    return max((1 - min(pair) / max(pair) for pair in [*pairs, *told]), default=0.0)


def _rows(register: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that count residents, not groups of them; a band of all ages tells no age."""
    rows = register.loc[register["group"].isna() & ~(register["persons"] <= 0), [*_KEYS, "persons"]]
    low = rows["age_low"].fillna(rows["age_high"] * 0)
    high = rows["age_high"].fillna(rows["age_low"] * 0 + OLDEST)
    everyone = (low <= 0) & (high >= OLDEST)
    return rows.assign(
        community=rows["community"].fillna(TOWN), age_low=low.mask(everyone), age_high=high.mask(everyone)
    )


def _without_shared_years(rows: pd.DataFrame) -> tuple[pd.DataFrame, list[Issue]]:
    """End a band before the age that another band of its place begins with: 35-60 beside 60岁以上 is 35-59."""
    keys = ["community", "grid", "sex"]
    broad = (rows["age_high"] > rows["age_low"]).to_numpy()
    starts = rows.loc[broad, [*keys, "age_low"]].drop_duplicates().rename(columns={"age_low": "age_high"})
    met = broad & rows.merge(starts.assign(met=True), how="left")["met"].notna().to_numpy()
    if not met.any():
        return rows, []
    cut = rows[met].drop_duplicates(["age_low", "age_high"]).sort_values("age_low")
    bands = "、".join(band(low, high) for low, high in zip(cut["age_low"], cut["age_high"], strict=True))
    made = rows.assign(age_high=rows["age_high"] - met)
    return made, [Issue("I609", value=bands, details={"classes": bands})]


def _without_children(rows: pd.DataFrame, youngest: int) -> tuple[pd.DataFrame, list[Issue]]:
    """Add ``adults``, the persons of each row in the target population; a straddling band is cut at its bound."""
    low, high = rows["age_low"].to_numpy(float), rows["age_high"].to_numpy(float)
    straddling = (low < youngest) & (high >= youngest)
    last = np.where(high >= OLDEST, np.maximum(_LIFE, low), high)
    part = np.where(straddling, (last + 1 - youngest) / (last + 1 - low), np.where(high < youngest, 0.0, 1.0))
    persons = rows["persons"].to_numpy(float)
    made = rows.assign(adults=persons * part, first=np.where(straddling, youngest, low))
    if not straddling.any():
        return made, []
    cut = rows[straddling].drop_duplicates(["age_low", "age_high"]).sort_values("age_low")
    bands = "、".join(band(a, b) for a, b in zip(cut["age_low"], cut["age_high"], strict=True))
    counted = {"persons": f"{(persons * part)[straddling].sum():.0f}", "total": f"{persons[straddling].sum():.0f}"}
    return made, [Issue("W610", value=bands, details={"youngest": youngest, "classes": bands, **counted})]


def _said_contradictions(pairs: Sequence[tuple[Counting, Counting]]) -> list[Issue]:
    """Say once for each two ways of counting what they add up to, and where."""
    issues = []
    for kinds in dict.fromkeys((best.kind, other.kind) for best, other in pairs):
        same = [(best, other) for best, other in pairs if (best.kind, other.kind) == kinds]
        first, second = np.sum([alike(*pair) for pair in same], axis=0)
        issues.append(_contradiction(kinds, first, second, "、".join(best.place for best, _ in same if best.place)))
    return issues


def _contradiction(kinds: tuple[str, str], total: float, other: float, where: str) -> Issue:
    first, second = (in_every_language(f"counting.{kind}") for kind in kinds)
    totals = {"total": f"{total:.0f}", "other": f"{other:.0f}", "most": f"{max(total, other):.0f}"}
    place = in_every_language("counting.where", places=where) if where else ""
    return Issue("W614", value=where, details={"first": first, "second": second, "place": place, **totals})


def _adults_alone(places: Sequence[Counting], town: Counting | None) -> tuple[list[Counting], list[Issue]]:
    """Take children off the communities that only tell a total, in the proportion the others tell."""
    known = [c for c in (*places, *([town] if town else [])) if c.from_birth]
    plain = [c for c in places if not c.aged]
    if not known or not plain:
        return list(places), []
    share = sum(c.adults for c in known) / sum(c.whole for c in known)
    issue = Issue("W603", value="、".join(c.place for c in plain), details={"share": f"{share:.0%}"})
    return [c if c.aged else replace(c.times(share), whole=c.whole) for c in places], [issue]


def _one_total(places: list[Counting], town: Counting | None) -> tuple[list[Counting], float, list[Issue]]:
    """Return the countings that tell age and sex, and the population: the fuller of the communities' sum and the whole.

    The whole's ages count where most communities tell none.
    """
    if not town or not places:
        own = places or ([town] if town else [])
        return own, sum(c.adults for c in own), []
    aged = [c for c in places if c.aged]
    adults = sum(c.adults for c in places)
    by_town = town.aged and 2 * sum(c.adults for c in aged) < adults
    sums = replace(
        town, adults=adults, whole=sum(c.whole for c in places), aged=bool(aged) and not by_town,
        from_birth=all(c.from_birth or not c.aged for c in places),
    )  # fmt: skip
    best, other = (town, sums) if by_town else (sums, town)
    against = contradict(best, other)
    factor = max(1.0, ratio(best, other)) if against else 1.0
    kinds = ("whole", "communities") if by_town else ("communities", "whole")
    issues = [_contradiction(kinds, *alike(best, other), "")] if against else []
    return [c.times(factor) for c in ([town] if by_town else places)], best.adults * factor, issues


def _places(rows: pd.DataFrame, communities: pd.Series) -> pd.DataFrame:
    """Return the population of every place: a community's over its grids as its rows by grid tell."""
    parts = [pd.DataFrame({"community": communities.index, "grid": None, "population": communities.to_numpy()})]
    told = rows[rows["grid"].notna() & (rows["community"] != TOWN) & (rows["adults"] > 0)]
    if len(told):
        by_age = told["age_low"].notna().groupby(told["community"]).transform("any")
        told = told[told["age_low"].notna() | ~by_age]
        sizes = _by_grid(told)
        shares = sizes["adults"] / sizes.groupby("community")["adults"].transform("sum")
        split = sizes.assign(population=shares * sizes["community"].map(communities))[
            ["community", "grid", "population"]
        ]
        parts = [parts[0][~parts[0]["community"].isin(split["community"])], split]
    made = pd.concat([part for part in parts if len(part)] or parts, ignore_index=True)
    return made.sort_values(["community", "grid"], ignore_index=True)


def _by_grid(rows: pd.DataFrame) -> pd.DataFrame:
    """Sum the adults of each grid, by the fullest of its countings."""
    kinds = rows["age_low"].notna().astype(int) + 2 * rows["sex"].notna()
    parts = []
    for _, part in rows.groupby(kinds):
        kept = disjoint(part) if part["age_low"].notna().all() else part
        parts.append(kept.groupby(["community", "grid"], as_index=False)[["adults"]].sum())
    return pd.concat(parts).groupby(["community", "grid"], as_index=False)[["adults"]].max()
