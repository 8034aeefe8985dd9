"""The domains estimates are made for: places, and within the sub-district and each community segments and groups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import sparse

from needs_analytics.core.results import ALL
from needs_analytics.core.tables import iter_rows

if TYPE_CHECKING:
    from needs_analytics.core.arrays import Bools, Floats
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
    """

    frame: pd.DataFrame
    members: sparse.csc_array
    population: Floats


def make_domains(people: pd.DataFrame, places: pd.DataFrame, codebook: Codebook, total: float) -> Domains:
    """Return the domains that occur.

    Parameters
    ----------
    people
        One row per weighted respondent: ``community, grid, segment, groups, weight``.
    places
        ``community, grid, population``.
    total
        Population of the sub-district.
    """
    keys: list[tuple[str, str, str, str]] = []
    rows: list[Bools] = []
    sizes: list[float] = []
    cuts = _cuts(people, codebook)
    by_community = places.groupby("community")["population"].sum(min_count=1) if len(places) else pd.Series(dtype=float)
    for community in [ALL, *by_community.index]:
        inside = np.ones(len(people), bool) if community == ALL else (people["community"] == community).to_numpy()
        population = total if community == ALL else float(by_community[community])
        keys.append((community, ALL, ALL, ALL))
        rows.append(inside)
        sizes.append(population)
        whole = float(people["weight"][inside].sum())
        for (segment, group), members in cuts.items():
            both = members & inside
            if both.sum() >= _FEWEST:
                keys.append((community, ALL, segment, group))
                rows.append(both)
                sizes.append(population * float(people["weight"][both].sum()) / whole)
    for community, grid, population in iter_rows(places[places["grid"] != ""], "community", "grid", "population"):
        keys.append((community, grid, ALL, ALL))
        rows.append(((people["community"] == community) & (people["grid"] == grid)).to_numpy())
        sizes.append(float(population))
    frame = pd.DataFrame(keys, columns=["community", "grid", "segment", "group"])
    return Domains(frame, sparse.csc_array(np.column_stack(rows)), np.array(sizes))


def _cuts(people: pd.DataFrame, codebook: Codebook) -> dict[tuple[str, str], Bools]:
    """Return segments and printable special groups with their members."""
    cuts = {
        (segment, ALL): (people["segment"] == segment).to_numpy() for segment in sorted(set(people["segment"]) - {""})
    }
    printable = codebook.groups.index[~codebook.groups["sensitivity"].str.startswith("高度敏感")]
    codes = people["groups"].fillna("").str.split(";")
    flat = codes.explode()
    for group in printable:
        members = flat.index[flat == group]
        if len(members) >= _FEWEST:
            cuts[ALL, str(group)] = people.index.isin(members)
    return cuts
