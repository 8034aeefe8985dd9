"""The domains estimates are made for: places, and within the sub-district and each community segments and groups."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import sparse

from needs_analytics.core.results import ALL
from needs_analytics.core.tables import iter_rows

if TYPE_CHECKING:
    from collections.abc import Collection

    from needs_analytics.core.arrays import Bools, Floats, Ints
    from needs_analytics.core.codebook import Codebook

_FEWEST = 5  # a group with fewer respondents in a place makes no domain


@dataclass(frozen=True)
class Domains:
    """Overlapping domains.

    Attributes
    ----------
    frame
        ``community, grid, segment, group`` of each, ``全部`` for totals.
    members
        ``(respondents, domains)`` sparse indicator.
    population
        ``(domains,)`` residents; NaN where not known.
    size_error
        ``(domains,)`` relative standard error of ``population``: 0 where the register tells it, of groups and segments
        that of their share among those who answered (binomial of the Kish effective number of answers).
    guessed
        ``(domains,)`` whether nobody but the answers tells ``population``: it is not told then.
    """

    frame: pd.DataFrame
    members: sparse.csc_array
    population: Floats
    size_error: Floats
    guessed: Bools


def make_domains(
    people: pd.DataFrame, places: pd.DataFrame, codebook: Codebook, total: float, counted: Collection[str] = ()
) -> Domains:
    """Return the domains that occur.

    Parameters
    ----------
    people
        One row per weighted respondent: ``community, grid, segment, groups, weight``.
    places
        ``community, grid, population, guessed``.
    total
        Population of the sub-district.
    counted
        Special groups whose size in the sub-district is the register's.
    """
    by_community = places.groupby("community")["population"].sum(min_count=1) if len(places) else pd.Series(dtype=float)
    names = by_community.index
    home = names.get_indexer(pd.Index(people["community"]))
    cuts = {
        cut: [members, *_apart(members, home[members], len(names))] for cut, members in _cuts(people, codebook).items()
    }
    keys: list[tuple[str, str, str, str]] = []
    rows: list[Ints] = []
    sizes: list[float] = []
    errors: list[float] = []
    for number, (community, population) in enumerate(zip([ALL, *names], [total, *by_community], strict=True)):
        whole = _weight(people, cuts[ALL, ALL][number])
        for (segment, group), members in cuts.items():
            everybody = segment == group == ALL
            if everybody or len(members[number]) >= _FEWEST:
                keys.append((community, ALL, segment, group))
                rows.append(members[number])
                part = 1.0 if everybody else _weight(people, members[number]) / whole
                known = everybody or (community == ALL and group in counted)
                errors.append(0.0 if known else _relative_error(part, people, cuts[ALL, ALL][number]))
                sizes.append(population * part)
    grids = places.loc[places["grid"] != "", ["community", "grid", "population"]]
    where = pd.MultiIndex.from_frame(grids[["community", "grid"]]).get_indexer(
        pd.MultiIndex.from_frame(people[["community", "grid"]])
    )
    rows += _apart(np.arange(len(people)), where, len(grids))
    keys += [(community, grid, ALL, ALL) for community, grid in iter_rows(grids, "community", "grid")]
    frame = pd.DataFrame(keys, columns=["community", "grid", "segment", "group"])
    population = np.concatenate([np.array(sizes, float), grids["population"].to_numpy(float)])
    size_error = np.concatenate([np.array(errors, float), np.zeros(len(grids))])
    guessed = _guessed(frame, places)
    return Domains(frame, _indicator(rows, len(people)), np.where(guessed, np.nan, population), size_error, guessed)


def _guessed(frame: pd.DataFrame, places: pd.DataFrame) -> Bools:
    """Return the domains of communities, or grids, whose residents nobody counted."""
    communities = set(places.loc[places["guessed"] == "community", "community"])
    grids = set(places.loc[places["guessed"] == "grid", "community"])
    of_grid = frame["grid"] != ALL
    return (frame["community"].isin(communities) | (of_grid & frame["community"].isin(grids))).to_numpy()


def _weight(people: pd.DataFrame, members: Ints) -> float:
    return float(people["weight"].to_numpy()[members].sum())


def _relative_error(part: float, people: pd.DataFrame, members: Ints) -> float:
    """Return the relative standard error of a part of the members, a binomial of their Kish effective number."""
    weights = people["weight"].to_numpy(float)[members]
    n_eff = weights.sum() ** 2 / (weights**2).sum()
    return float(np.sqrt(max(1.0 - part, 0.0) / (part * n_eff)))


def _apart(members: Ints, codes: Ints, count: int) -> list[Ints]:
    """Return the members of each code 0 … count − 1, ascending; −1 is in none."""
    order = np.argsort(codes, kind="stable")
    edges = np.searchsorted(codes[order], np.arange(count + 1))
    return [members[order[start:stop]] for start, stop in pairwise(edges.tolist())]


def _indicator(rows: list[Ints], people: int) -> sparse.csc_array:
    """Return the columns with a one in each of the given rows."""
    ends = np.cumsum([0, *map(len, rows)])
    return sparse.csc_array((np.ones(ends[-1], bool), np.concatenate(rows), ends), shape=(people, len(rows)))


def _cuts(people: pd.DataFrame, codebook: Codebook) -> dict[tuple[str, str], Ints]:
    """Return everybody, segments and printable special groups with their members."""
    segments = people["segment"].to_numpy(object)
    cuts: dict[tuple[str, str], Ints] = {(ALL, ALL): np.arange(len(people))}
    for segment in sorted(set(segments) - {""}):
        cuts[str(segment), ALL] = np.flatnonzero(segments == segment)
    printable = codebook.groups.index[~codebook.groups["sensitivity"].str.startswith("高度敏感")]
    said = people["groups"].fillna("").reset_index(drop=True).str.split(";").explode()
    code, named = pd.factorize(said)
    for group in printable.intersection(named, sort=False):
        members = np.unique(said.index[code == named.get_loc(group)])
        if len(members) >= _FEWEST:
            cuts[ALL, str(group)] = members
    return cuts
