"""The ledger: what became of cells, a line per column and distinct value or, where it is graver, per cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from needs_analytics.core.issue import cell_name, column_letters

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from needs_analytics.core.cell_map import CellMap
    from needs_analytics.core.issue import Issue

LEDGER_COLUMNS = ("file", "sheet", "row", "column", "cell", "table", "field", "action", "old", "new", "code", "count")
Line = tuple[object, ...]
_RETURNED = frozenset({"E401", "E404"})


def flagged(issues: Iterable[Issue]) -> list[Line]:
    """Return a line for every cell or row of a table of which an issue speaks; ``new`` of its details was adopted."""
    return [
        (
            issue.where.file,
            issue.where.sheet,
            None if row is None else row + 1,
            None if column is None else column_letters(column),
            cell_name(row, column),
            issue.details["table"],
            issue.details.get("field", ""),
            "returned" if issue.code in _RETURNED else "flagged",
            issue.value,
            issue.details.get("new", ""),
            issue.code,
            1,
        )
        for issue in issues
        if issue.where is not None and "table" in issue.details
        for row, column in issue.places
        if row is not None
    ]


def changed(
    before: pd.DataFrame, after: pd.Series, table: str, field: str, cells: CellMap, *, action: str, written: str = ""
) -> list[Line]:
    """Return a line per sheet and distinct change of a column that a join made.

    Parameters
    ----------
    before
        The table as it was; a row of it is the row of ``after`` in the same place.
    after
        What the field holds now.
    action
        ``joined`` for another spelling, ``filled`` for a value that was not stated.
    written
        The column that the new value follows from where that is another one.
    """
    old = before[field] if field in before else after.map(lambda _: None)
    rows = after.notna().to_numpy() & (old.to_numpy() != after.to_numpy())
    rows &= (old.isna() if action == "filled" else old.notna()).to_numpy()
    if not rows.any():
        return []
    was = old[rows].astype(object)
    told = before[rows].assign(old=was.where(was.notna(), "").astype(str), new=after[rows].astype(object))
    lines: list[Line] = []
    for (file, sheet, wording, now), same in told.groupby(["file", "sheet", "old", "new"], sort=False):
        where = cells.refs(table, same.iloc[:1], field, *([written] if written else []))[0]
        letters = "" if where.column is None else column_letters(where.column)
        new = f"{now:g}" if isinstance(now, float) else str(now)
        lines.append((file, sheet, None, letters, letters, table, field, action, wording, new, "", len(same)))
    return lines
