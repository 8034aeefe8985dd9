"""Ages or sexes that a community's count lacks, filled as its neighbours have them: nobody shall be in no number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from needs_analytics.core.issue import Issue
from needs_analytics.weights.countings import OLDEST, Counting, band

if TYPE_CHECKING:
    from collections.abc import Sequence

_OLD = 90  # a count that reaches this age lacks nobody at the end


def filled(places: Sequence[Counting], youngest: int) -> tuple[list[Counting], list[Issue]]:
    """Fill ages or sexes that a community's count lacks in the proportion of the communities that tell them.

    Residents left out would be in no number; what was added is said, and what could not be.
    """
    holes = {c.place: _hole(c, youngest) for c in places}
    made, issues = [], []
    for counting in places:
        hole = holes[counting.place]
        added = _like_others(counting, hole, [c for c in places if holes[c.place] is None]) if hole else None
        persons = 0.0 if added is None else float(added["persons"].sum())
        if hole:
            details = {"classes": hole.label, "persons": f"{persons:.0f}", "told": f"{counting.adults:.0f}"}
            issues.append(Issue("W605" if added is None else "W604", value=counting.place, details=details))
        made.append(counting if added is None else counting.with_cells(added))
    return made, issues


@dataclass(frozen=True, slots=True)
class _Hole:
    """Residents a counting lacks: everybody of a sex, or everybody in some bands."""

    sexes: tuple[str, ...]
    bands: tuple[tuple[float, float], ...]

    @property
    def label(self) -> str:
        return "、".join([*self.sexes, *(band(*limits) for limits in self.bands)])

    def inside(self, cells: pd.DataFrame) -> pd.Series:
        """Whether each cell lies in the hole."""
        found = cells["sex"].isin(self.sexes)
        for low, high in self.bands:
            found |= (cells["age_low"] >= low) & (cells["age_high"] <= high)
        return found

    def cut(self, cells: pd.DataFrame) -> bool:
        """Whether a band lies partly in the hole."""
        overlaps = pd.Series(False, index=cells.index)
        for low, high in self.bands:
            overlaps |= (cells["age_low"] <= high) & (cells["age_high"] >= low)
        return bool((overlaps & ~self.inside(cells)).any())


def _hole(counting: Counting, youngest: int) -> _Hole | None:
    sexes = tuple(sex for sex in ("男", "女") if counting.sexed and sex not in set(counting.cells["sex"]))
    bands: list[tuple[float, float]] = []
    if counting.aged and len(counting.cells):
        end = max(float(youngest) - 1, 17.0)  # many registers begin at 18
        for low, high in sorted(zip(counting.cells["age_low"], counting.cells["age_high"], strict=True)):
            if low > end + 1:
                bands.append((end + 1 if bands or end > 17 else float(youngest), low - 1))
            end = max(end, high)
        bands += [(end + 1, float(OLDEST))] if end < _OLD else []
    return _Hole(sexes, tuple(bands)) if sexes or bands else None


def _like_others(counting: Counting, hole: _Hole, others: Sequence[Counting]) -> pd.DataFrame | None:
    """Return the missing cells as the others have them; ``None`` where they do not tell."""
    told = [
        c.cells for c in others if c.aged >= bool(hole.bands) and c.sexed == counting.sexed and not hole.cut(c.cells)
    ]
    cells = pd.concat(told) if told else counting.cells.iloc[:0]
    inside = hole.inside(cells)
    rest = float(cells.loc[~inside, "persons"].sum())
    if not inside.any() or not rest:
        return None
    sums = cells[inside].groupby(["age_low", "age_high", "sex"], dropna=False, as_index=False)[["persons"]].sum()
    return sums.assign(community=counting.place, persons=sums["persons"] * (counting.adults / rest))
