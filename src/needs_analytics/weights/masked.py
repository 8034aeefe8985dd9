"""Register cells without a figure (``*``, blank): how many residents they hide, for masked is never 0."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.issue import Issue
from needs_analytics.core.messages import in_every_language
from needs_analytics.core.tables import iter_rows
from needs_analytics.weights.countings import TOWN, band

if TYPE_CHECKING:
    from needs_analytics.core.arrays import Floats

_CELL = ["age_low", "age_high", "sex"]
_KIND = ["gridded", "aged", "sexed"]
_PART = "\x1f"


def unmasked(rows: pd.DataFrame) -> tuple[pd.DataFrame, list[Issue], frozenset[str]]:
    """Give every cell without a figure the residents it hides, as far as that can be told.

    They are what a total leaves beside the other cells, else what the cell has elsewhere in proportion to the others.

    Returns
    -------
    tuple
        The rows that have a figure, what was assumed, and the communities nobody can tell the residents of.
    """
    told = rows.groupby(["community", "grid", *_CELL], dropna=False)["persons"].transform("count") > 0
    rows = rows[rows["persons"].notna() | ~told]  # the same cell with a figure elsewhere tells it
    if not rows["persons"].isna().any():
        return rows, [], frozenset()
    rows = rows.assign(gridded=rows["grid"].notna(), aged=rows["age_low"].notna(), sexed=rows["sex"].notna())
    rows, issues, unknown = _whole_communities(rows)
    for (place, *_), own in list(rows.groupby(["community", *_KIND], sort=True)):
        if own["persons"].isna().any() and (own["persons"].notna().any() or place not in unknown):
            rows, said = _filled(rows, own, str(place))
            issues += said
    return rows[rows["persons"].notna()].drop(columns=_KIND), issues, unknown


def _whole_communities(rows: pd.DataFrame) -> tuple[pd.DataFrame, list[Issue], frozenset[str]]:
    """Tell the residents of the one community without any figure from the total of all; of several nobody can."""
    told = rows.groupby("community")["persons"].count()
    unknown = sorted(set(told.index[told == 0]) - {TOWN})
    whole = rows[(rows["community"] == TOWN) & ~rows["aged"]]["persons"].sum()
    others = rows[(rows["community"] != TOWN) & ~rows["community"].isin(unknown)]
    plain = others[~others["aged"]].groupby(["community", "gridded", "sexed"])["persons"].sum().groupby(level=0).max()
    left = whole - plain.sum()
    if len(unknown) == 1 and left > 0 and set(plain.index) == set(others["community"]):
        first = rows.index[rows["community"] == unknown[0]][0]
        row = rows.loc[[first]].assign(**dict.fromkeys(["grid", *_CELL]), gridded=False, aged=False, sexed=False)
        kept = rows[rows["community"] != unknown[0]]
        row = row.astype({"age_low": float, "age_high": float}).assign(persons=left)
        return pd.concat([kept, row]), [_said(unknown[0], "", left, "total")], frozenset()
    return rows, [Issue("W609", value=name) for name in unknown], frozenset(unknown)


def _filled(rows: pd.DataFrame, own: pd.DataFrame, place: str) -> tuple[pd.DataFrame, list[Issue]]:
    """Fill the cells without a figure in one way of counting a place."""
    hidden = own[own["persons"].isna()]
    alike = rows[(rows[_KIND] == own[_KIND].iloc[0]).all(axis=1)]
    likely = _as_elsewhere(alike, hidden)
    left = _left_by_total(rows, own, place)
    how = "others"
    if left is not None:
        parts = likely if np.isfinite(likely).all() and likely.sum() > 0 else np.ones(len(hidden))
        likely, how = left * parts / parts.sum(), "total"
    elif own["persons"].isna().all() and not own["gridded"].iloc[0]:
        return rows, []  # another way of counting stands for the place
    found = np.isfinite(likely)
    rows = rows.copy()
    rows.loc[hidden.index[found], "persons"] = likely[found]
    issues = [_said(place, _labels(hidden[found]), float(likely[found].sum()), how)] if found.any() else []
    if not found.all():
        issues.append(Issue("W607", value=place, details={"classes": _labels(hidden[~found])}))
    return rows, issues


def _left_by_total(rows: pd.DataFrame, own: pd.DataFrame, place: str) -> float | None:
    """Return what a plain total of the place leaves for the cells without a figure; ``None`` where there is none."""
    if own["aged"].iloc[0] and own["age_low"].min() > 0:
        return None  # the total holds children
    totals = rows[(rows["community"] == place) & ~rows["gridded"] & ~rows["aged"] & ~rows["sexed"]]["persons"]
    left = float(totals.max() - own["persons"].sum()) if totals.notna().any() else 0.0
    return left if left > 0 and not own.index.equals(totals.index) else None


def _as_elsewhere(alike: pd.DataFrame, hidden: pd.DataFrame) -> Floats:
    """Return what each cell has in the places that tell it, in proportion to the cells both tell; NaN where none does.

    A grid without any figure counts as its neighbours do on average.
    """
    unit = alike["community"] + _PART + alike["grid"].fillna("")
    cell = alike["age_low"].map(str) + _PART + alike["age_high"].map(str) + _PART + alike["sex"].fillna("")
    told = alike["persons"].groupby([unit, cell]).sum(min_count=1).unstack()  # noqa: PD010 (a Series has no other)
    likely = np.full(len(hidden), np.nan)
    for number, row in enumerate(hidden.index):
        mine, key = told.loc[unit[row]].dropna(), cell[row]
        others = told[told[key].notna()].dropna(subset=mine.index)
        near = others[others.index.str.startswith(alike.loc[row, "community"] + _PART)]
        rest = float(others[mine.index].to_numpy().sum())
        if len(mine) and rest:
            likely[number] = mine.sum() * others[key].sum() / rest
        elif not len(mine) and len(near):
            likely[number] = near[key].mean()
    return likely


def _labels(cells: pd.DataFrame) -> str:
    """Return what cells count, as it is printed."""
    made = []
    for grid, low, high, sex in iter_rows(cells, "grid", *_CELL):
        ages = band(float(low), float(high)) if pd.notna(low) else ""
        made.append(" ".join(str(part) for part in (grid, sex, ages) if pd.notna(part) and part))
    return "、".join(dict.fromkeys(filter(None, made)))


def _said(place: str, classes: str, persons: float, how: str) -> Issue:
    told = in_every_language(f"counting.masked_{how}")
    return Issue("W606", value=place, details={"classes": classes, "persons": f"{persons:.0f}", "how": told})
