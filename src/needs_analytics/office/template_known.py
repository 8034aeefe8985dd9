"""What a workspace already knows: names to choose from, and the rows a template may take over from a month."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from needs_analytics.core.codebook import Codebook
from needs_analytics.core.tables import COLUMNS, FLOATS
from needs_analytics.intake.ages import OLDEST

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    from needs_analytics.core.records import Cleaned

CARRIED = frozenset({"menu", "supply", "sites", "places", "register", "distances", "norms", "budget", "followup"})
"""Tables that stay much the same from month to month and hold no resident: their rows may be taken over."""

Row = dict[str, object]

_SOURCES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "services": (("menu", "name"), ("supply", "service"), ("usage", "service")),
    "sites": (("sites", "name"), ("supply", "site"), ("usage", "site")),
    "communities": (("places", "community"), ("register", "community"), ("survey", "community")),
    "grids": (("places", "grid"), ("register", "grid"), ("survey", "grid")),
}
_COMPUTED = frozenset({"times", "monthly", "age_low", "age_high", "eligibility_text"})


@dataclass(frozen=True, slots=True)
class Known:
    """Names of a workspace, each list in the order in which they were sent.

    Attributes
    ----------
    services, sites, communities, grids
        Blank where nothing is known yet: then the cell is written freely.
    """

    services: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    communities: tuple[str, ...] = ()
    grids: tuple[str, ...] = ()


def known_names(codebook: Codebook, month: Cleaned | None) -> Known:
    """Return the names of a month's lists, with the services that only this codebook has.

    The first list that names anything settles the names: a menu before the services that were recorded.
    """
    found = {kind: _listed(month, sources) for kind, sources in _SOURCES.items()}
    packaged = Codebook.default().services.index
    own = codebook.services.loc[~codebook.services.index.isin(packaged), "name"]
    found["services"] = tuple(dict.fromkeys((*found["services"], *own)))
    return Known(**found)


def carried_rows(table: str, month: Cleaned, language: str) -> list[Row]:
    """Return a month's rows of a table as an office would write them, field to cell, in the order they were sent in.

    A field whose cells are all blank is left out, and so is a name that only repeats the key.
    """
    frame = getattr(month, table)
    sent = [column for column in ("file", "sheet", "row") if column in frame]
    frame = frame.sort_values(sent, kind="stable") if sent else frame
    rows = frame[[column for column in COLUMNS[table] if column not in _COMPUTED]].copy()
    if {"site", "name"} <= set(rows) and rows["name"].equals(rows["site"]):
        rows = rows.drop(columns="name")
    if {"service", "name"} <= set(rows) and rows["name"].equals(rows["service"]):
        rows = rows.drop(columns="service")
    if "age_low" in frame:
        rows["age_band"] = [_band(*ages) for ages in zip(frame["age_low"], frame["age_high"], strict=True)]
    if "eligibility_text" in frame:
        rows["eligibility"] = frame["eligibility_text"].where(frame["eligibility_text"].notna(), frame["eligibility"])
    for column, write in _writers(month, language).items():
        if column in rows:
            rows[column] = rows[column].map(write, na_action="ignore")
    kept = rows.columns[rows.notna().any()]
    plain = rows[kept].astype(object).where(rows[kept].notna(), None)
    return [_filled(record) for record in plain.to_dict("records")]


def _listed(month: Cleaned | None, sources: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    for table, column in sources if month else ():
        names = tuple(str(name) for name in getattr(month, table)[column].dropna().unique())
        if names:
            return names
    return ()


def _writers(month: Cleaned, language: str) -> dict[str, Callable[[str], str]]:
    """Return how codes are written as words again."""
    needs, groups = month.codebook.need_names(language), month.codebook.group_names()

    def several(names: Mapping[str, str]) -> Callable[[str], str]:
        return lambda codes: "；".join(names.get(code, code) for code in codes.split(";") if code)

    return {"needs": several(needs), "need": several(needs), "group": several(groups), "mode": several({})}


def _band(low: float, high: float) -> str | None:
    if math.isnan(low):
        return None
    return f"{low:g}岁及以上" if high >= OLDEST else f"{low:g}-{high:g}岁" if high > low else f"{low:g}岁"


def _filled(record: dict[Hashable, object]) -> Row:
    filled: Row = {}
    for field, cell in record.items():
        if isinstance(cell, pd.Timestamp):
            filled[str(field)] = cell.to_pydatetime()
        elif cell is not None:
            filled[str(field)] = float(str(cell)) if field in FLOATS else str(cell)
    return filled
