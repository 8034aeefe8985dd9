"""What became of communities and grids: a table of changes (网格调整情况) and ``[[place_change]]`` of mapping.toml."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from needs_analytics.intake.places import Change

if TYPE_CHECKING:
    from needs_analytics.core.cell_map import CellMap
    from needs_analytics.core.issue import Issue
    from needs_analytics.core.mapping import Mapping as OfficeMapping
    from needs_analytics.core.month import Month

_FIELDS = ("old_community", "old_grid", "new_community", "new_grid", "community", "since", "file", "sheet", "row")


def place_changes(
    table: pd.DataFrame, mapping: OfficeMapping, month: Month, cells: CellMap
) -> tuple[list[Change], list[Issue]]:
    """Return the changes in force in a month, the office's own answer last, and the rows that do not tell any."""
    rows = pd.DataFrame({name: table.get(name) for name in _FIELDS}, index=table.index)
    changes, unclear = [], []
    for place, row in enumerate(rows.astype(object).where(rows.notna(), "").itertuples(index=False)):
        old = (str(row.old_community or row.community), str(row.old_grid))
        new = (str(row.new_community or row.community or row.old_community), str(row.new_grid))
        clear = old[0] and new != old and any(new) and (bool(new[1]) or not old[1] or new[0] != old[0])
        if clear:
            changes.append(Change(old, new, str(row.since)))
        else:
            unclear.append(place)
    changes += [Change(_parts(told.old), _parts(told.new), told.since) for told in mapping.place_changes]
    issues = cells.said("W307", "changes", table.iloc[unclear], "new_grid", "new_community", "old_grid")
    return [change for change in changes if change.since <= str(month)], issues


def _parts(place: str) -> tuple[str, str]:
    community, _, grid = place.partition("/")
    return community.strip(), grid.strip()
