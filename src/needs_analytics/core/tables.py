"""The canonical tables: their columns in order, and what kind of value each holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PROVENANCE = ("file", "digest", "sheet", "row")
ORDINAL = "ordinal"
"""The row a row would stand in if the rows of its sheet were ordered by what their cells hold; only within intake."""
OWN_COLUMN = "column"
"""Where a table was laid out across, the 0-based column its rows come from; NaN for rows of other sheets."""

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "survey": (
        "answer_id",
        "person_key",
        "household_key",
        "date",
        "month",
        "channel",
        "community",
        "grid",
        "age_low",
        "age_high",
        "age",
        "age_band",
        "sex",
        "groups",
        "household_size",
        "needs",
        "urgency",
        "participation",
        "usage_frequency",
        "satisfaction",
        "aware_of",
        "text",
        "submitted_at",
        "seconds",
        "interviewer",
        "base_weight",
        "office",
        "platform",
        "linked_by",
        "known_by",
        "same_step",
    ),
    "usage": (
        "date",
        "month",
        "service",
        "site",
        "count",
        "person_key",
        "community",
        "grid",
        "status",
        "status_said",
        "waited_days",
        "rating",
    ),
    "menu": (
        "service",
        "name",
        "domain",
        "needs",
        "eligibility",
        "eligibility_text",
        "mode",
        "unit",
        "uses_per_person_month",
        "fee",
        "provider",
        "provider_type",
        "accommodations",
    ),
    "supply": (
        "service",
        "site",
        "month",
        "capacity",
        "period",
        "unit",
        "schedule",
        "staff",
        "cost_per_unit",
        "max_extra",
        "times",
        "monthly",
    ),
    "sites": (
        "site",
        "name",
        "tier",
        "community",
        "grid",
        "x",
        "y",
        "lon",
        "lat",
        "crs",
        "radius_m",
        "area_m2",
        "operator",
    ),
    "places": ("community", "grid", "x", "y", "lon", "lat", "crs", "households", "population", "neighbours"),
    "register": ("community", "grid", "age_low", "age_high", "sex", "group", "persons"),
    "roster": ("person_key", "community", "grid", "groups", "duty", "last_visit"),
    "distances": ("community", "grid", "site", "metres", "minutes"),
    "requests": (
        "request_id",
        "date",
        "month",
        "channel",
        "community",
        "grid",
        "text",
        "category",
        "need",
        "nature",
        "status",
        "due",
        "closed",
        "solved",
        "satisfied",
    ),
    "norms": (
        "norm",
        "object",
        "indicator",
        "value_min",
        "value_max",
        "unit",
        "base",
        "tier_min",
        "tier_max",
        "scope",
        "source",
        "facilities",
        "verified",
    ),
    "budget": ("item", "amount", "staff_hours", "area_m2"),
    "followup": ("case", "need", "service", "community", "opened", "owner", "due", "fixed", "rechecked", "outcome"),
}

FLOATS = frozenset(
    {
        "age",
        "age_low",
        "age_high",
        "household_size",
        "urgency",
        "participation",
        "usage_frequency",
        "satisfaction",
        "seconds",
        "same_step",
        "base_weight",
        "count",
        "waited_days",
        "rating",
        "uses_per_person_month",
        "capacity",
        "staff",
        "cost_per_unit",
        "max_extra",
        "x",
        "y",
        "lon",
        "lat",
        "radius_m",
        "area_m2",
        "households",
        "population",
        "persons",
        "metres",
        "minutes",
        "solved",
        "satisfied",
        "value_min",
        "value_max",
        "amount",
        "staff_hours",
        "times",
        "monthly",
    }
)
DATES = frozenset({"date", "submitted_at", "last_visit", "due", "closed", "opened", "fixed", "rechecked"})


def conform(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    """Return a frame with exactly the table's columns, then its provenance, then its need and rank columns.

    Rows from a sheet laid out across also keep their column.

    Missing columns are empty; figures are float64, dates datetime64, everything else objects with ``None`` for nothing
    known.
    """
    extras = [column for column in frame.columns if column.startswith(("need:", "rank:"))] if table == "survey" else []
    extras += [OWN_COLUMN] if OWN_COLUMN in frame else []
    columns = [*COLUMNS[table], *PROVENANCE, *sorted(extras)]
    data = {}
    for column in columns:
        values = frame[column] if column in frame else pd.Series([None] * len(frame), index=frame.index, dtype=object)
        data[column] = _typed(values, column)
    return pd.DataFrame(data).reset_index(drop=True)


def iter_rows(frame: pd.DataFrame, *columns: str) -> Iterator[tuple[Any, ...]]:
    """Yield the values of some columns, row by row."""
    return zip(*(frame[column] for column in columns), strict=True)


def empty(table: str) -> pd.DataFrame:
    """Return a table without rows."""
    return conform(pd.DataFrame(index=pd.RangeIndex(0)), table)


def _typed(values: pd.Series, column: str) -> pd.Series:
    if column in FLOATS or column == OWN_COLUMN or column.startswith(("need:", "rank:")):
        return values.astype(float)
    if column in DATES:
        return pd.to_datetime(values)
    if column == "row":
        return values.astype("int64")
    if isinstance(values.dtype, pd.StringDtype):  # each distinct text once in memory, not once a row
        codes, texts = pd.factorize(values)
        return pd.Series(np.array([*texts, None], dtype=object)[codes], index=values.index, dtype=object)
    return values.astype(object).where(values.notna(), None)
