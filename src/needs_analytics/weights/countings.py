"""The ways in which a place of the register is counted, and which of them stands for it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from needs_analytics.core.arrays import Floats

TOWN = ""
"""Community of the rows that tell none."""
OLDEST = 120
_CONTRADICTORY = 0.01  # relative difference of two countings that is no rounding


@dataclass(frozen=True, slots=True)
class Counting:
    """One way in which a place is counted.

    ``cells`` hold the target population, ``adults`` their sum; ``whole`` counts children where they are told.
    """

    place: str
    cells: pd.DataFrame
    adults: float
    whole: float
    aged: bool
    sexed: bool
    from_birth: bool

    @property
    def kind(self) -> str:
        """Key of the words for how it counts."""
        return ("age_sex" if self.sexed else "age") if self.aged else ("sex" if self.sexed else "total")

    def times(self, factor: float) -> Counting:
        """Return the counting with so many times the persons."""
        cells = self.cells.assign(persons=self.cells["persons"] * factor)
        return replace(self, cells=cells, adults=self.adults * factor, whole=self.whole * factor)

    def with_cells(self, cells: pd.DataFrame) -> Counting:
        """Return the counting with residents it lacked."""
        persons = float(cells["persons"].sum())
        both = pd.concat([self.cells, cells], ignore_index=True)
        return replace(self, cells=both, adults=self.adults + persons, whole=self.whole + persons)


def countings(rows: pd.DataFrame) -> dict[str, list[Counting]]:
    """Split each place's rows by what they tell, grids, ages, sexes: each part counts everybody once more."""
    if rows.empty:
        return {}
    rows = disjoint(rows.assign(gridded=rows["grid"].notna(), aged=rows["age_low"].notna(), sexed=rows["sex"].notna()))
    keys = ["community", "gridded", "aged", "sexed"]
    sizes = rows.groupby(keys).agg(adults=("adults", "sum"), whole=("persons", "sum"), start=("age_low", "min"))
    cells = rows[rows["adults"] > 0].groupby([*keys, "first", "age_high", "sex"], dropna=False, as_index=False)
    split = dict(iter(cells[["adults"]].sum().rename(columns={"first": "age_low", "adults": "persons"}).groupby(keys)))
    found: dict[str, list[Counting]] = {}
    for key, adults, whole, start in sizes[sizes["adults"] > 0].itertuples(name=None):
        place, _, aged, sexed = key
        own = split[key][["community", "age_low", "age_high", "sex", "persons"]]
        from_birth = bool(aged and start <= 0)
        found.setdefault(str(place), []).append(
            Counting(place, own, adults, whole, bool(aged), bool(sexed), from_birth)
        )
    return found


def disjoint(rows: pd.DataFrame) -> pd.DataFrame:
    """Choose bands that do not overlap: 60 岁以上 beside 60-69 and 70-79 counts the same people twice.

    Those that cover most years, of these those with most persons, of these the finest.
    """
    keys = ["community", "grid", "sex"]
    ordered = rows.sort_values([*keys, "age_low", "age_high"])
    place = ordered.groupby(keys, dropna=False).ngroup().to_numpy()
    low, high = ordered["age_low"].to_numpy(float), ordered["age_high"].to_numpy(float)
    same = (place[1:] == place[:-1]) & ((low[1:] != low[:-1]) | (high[1:] != high[:-1]))
    crossing = np.unique(place[1:][same & (low[1:] <= high[:-1])])
    if not len(crossing):
        return rows
    parts = [ordered[~np.isin(place, crossing)]]
    for number in crossing:
        own = ordered[place == number]
        bands = own.groupby(["age_low", "age_high"])["persons"].sum()
        chosen = _longest(list(bands.reset_index().itertuples(index=False, name=None)))
        parts.append(own[own.set_index(["age_low", "age_high"]).index.isin(chosen)])
    return pd.concat(parts)


def _longest(bands: Sequence[tuple[float, float, float]]) -> list[tuple[float, float]]:
    """Choose the best bands without overlap, by their ends (weighted interval scheduling)."""
    ordered = sorted(bands, key=lambda item: (item[1], item[0]))
    best: list[tuple[tuple[float, float, int], list[tuple[float, float]]]] = [((0.0, 0.0, 0), [])]
    for place, (low, high, persons) in enumerate(ordered):
        before = next(spot for spot in range(place, -1, -1) if spot == 0 or ordered[spot - 1][1] < low)
        (years, sum_, number), chosen = best[before]
        taken = ((years + high + 1 - low, sum_ + persons, number + 1), [*chosen, (low, high)])
        best.append(max(best[-1], taken, key=lambda item: item[0]))
    return best[-1][1]


def fullest(countings: Sequence[Counting]) -> tuple[Counting, list[tuple[Counting, Counting]]]:
    """Return the counting that stands for a place, and with it those that contradict it.

    Countings by age come first, for they leave out children; then the fullest, then the one that also tells sexes.
    Where another one counts more of the same people, it is scaled to it.
    """
    aged = [c for c in countings if c.aged] or list(countings)
    most = max(c.adults for c in aged)
    best = max((c for c in aged if c.adults >= most * (1 - _CONTRADICTORY)), key=lambda c: (c.sexed, c.adults))
    against = [(best, other) for other in countings if other is not best and contradict(best, other)]
    return best.times(max([1.0, *(ratio(*pair) for pair in against)])), against


def alike(best: Counting, other: Counting) -> tuple[float, float]:
    """Return how many of the same people two countings have; the same number where they cannot be compared.

    The best one tells ages where either does.
    """
    if best.aged == other.aged:
        return best.adults, other.adults
    if best.from_birth:
        return best.whole, other.whole
    return best.adults, min(best.adults, other.whole)  # the other may hold children


def ratio(best: Counting, other: Counting) -> float:
    """Return how many times the people of one counting another has."""
    first, second = alike(best, other)
    return second / first


def contradict(best: Counting, other: Counting) -> bool:
    """Whether two countings differ by more than rounding."""
    return abs(ratio(best, other) - 1) > _CONTRADICTORY


def band(low: float, high: float) -> str:
    """Return an age band as it is printed."""
    return f"{low:g}岁以上" if high >= OLDEST else f"{low:g}-{high:g}岁"


def common_cuts(cells: pd.DataFrame, most_lost: float) -> tuple[Floats, set[str]]:
    """Return the ages at which bands may be cut for all communities, and the communities whose bands cross a cut.

    A cut stands unless communities with more than a share of the residents have a band across it.

    Parameters
    ----------
    cells
        Cells that tell age.
    most_lost
        That share.
    """
    low, high = cells["age_low"].to_numpy(float), cells["age_high"].to_numpy(float)
    persons = cells.groupby("community")["persons"].sum()
    share = cells["community"].map(persons / persons.sum()).to_numpy(float)
    place = pd.factorize(cells["community"])[0]
    cuts, crossing = [low.min()], np.zeros(len(cells), dtype=bool)
    for cut in np.unique(low)[1:]:
        across = (low < cut) & (cut <= high)
        first = ~pd.Series(np.where(across, place, -1)).duplicated().to_numpy()
        if share[across & first].sum() <= most_lost:
            cuts.append(cut)
            crossing |= across
    return np.array(cuts), set(cells.loc[crossing, "community"])
