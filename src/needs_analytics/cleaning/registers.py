"""Sheets of the register that count the same residents and come to different totals."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from needs_analytics.core.issue import Issue
from needs_analytics.core.messages import in_every_language

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from needs_analytics.core.cell_map import CellMap

_ROUNDING = 0.01  # relative difference of two totals that is none
_PEOPLE = {"": "everybody", "男": "men", "女": "women"}
_CELL = ["grid", "age_low", "age_high", "sex"]


class _Total(NamedTuple):
    """What one sheet counts of a place: persons from an age on, and the rows that tell it."""

    persons: float
    start: float
    rows: pd.DataFrame


def clashing_sheets(register: pd.DataFrame, cells: CellMap) -> list[Issue]:
    """Return where two sheets count a community, or its men or women, differently, with a cell of each.

    A sheet without ages counts everybody; one that begins at some age counts no more than one that begins before it.
    Sheets that tell the same cells are compared cell by cell when these are merged, not here.

    Parameters
    ----------
    register
        Rows of persons by place, age and sex, not merged yet.
    """
    rows = register[register["group"].isna() & (register["persons"] > 0)]
    if rows[["file", "sheet"]].drop_duplicates().shape[0] < 2:
        return []
    issues = []
    for community, own in rows.groupby(rows["community"].fillna(""), sort=True):
        found = [part for _, part in own.groupby(["file", "sheet"], sort=True)]
        for first, second in combinations(found, 2):
            pair = None if _same_cells(first, second) else next(_clashes(first, second), None)
            if pair:
                issues.append(_issue(str(community), *pair, cells))
    return issues


def _same_cells(first: pd.DataFrame, second: pd.DataFrame) -> bool:
    return bool(len(first[_CELL].merge(second[_CELL], on=_CELL)))


def _clashes(first: pd.DataFrame, second: pd.DataFrame) -> Iterator[tuple[str, _Total, _Total]]:
    """Yield what the sheets count differently: everybody, then the men, then the women."""
    for sex in _PEOPLE:
        one, other = _total(first, sex), _total(second, sex)
        if one and other:
            low, high = sorted((one, other), key=lambda total: total.start)
            off = low.persons - high.persons
            if -off > _ROUNDING * high.persons or (low.start == high.start and off > _ROUNDING * low.persons):
                yield sex, one, other


def _total(sheet: pd.DataFrame, sex: str) -> _Total | None:
    """Return the fullest count of a sheet, by grids or not, by ages or not; ``None`` where bands overlap."""
    own = sheet[sheet["sex"] == sex] if sex else sheet
    totals = []
    for _, rows in own.groupby([own["grid"].notna(), own["age_low"].notna(), own["sex"].notna()], sort=False):
        bands = rows[["age_low", "age_high"]].dropna(how="all").drop_duplicates().sort_values("age_low")
        if not (bands["age_low"].to_numpy()[1:] > bands["age_high"].to_numpy()[:-1]).all():
            return None
        if sex or len(set(rows["sex"].dropna())) != 1:  # the men alone are not everybody
            start = float(bands["age_low"].min()) if len(bands) else 0.0
            totals.append(_Total(float(rows["persons"].sum()), start, rows))
    return max(totals, key=lambda total: total.persons, default=None)


def _issue(community: str, sex: str, one: _Total, other: _Total, cells: CellMap) -> Issue:
    """Say it at the first sheet's first cell, and name the other's."""
    here, there = (cells.refs("register", total.rows.iloc[:1], "persons")[0] for total in (one, other))
    where = f"{there.file}·{there.sheet}·{there.cell}"
    place = community or in_every_language("counting.everywhere")
    people = in_every_language(f"counting.{_PEOPLE[sex]}")
    details = {
        "place": place,
        "people": people,
        "total": f"{one.persons:.0f}",
        "other": f"{other.persons:.0f}",
        "there": where,
    }
    return Issue("W637", here, community, details)
