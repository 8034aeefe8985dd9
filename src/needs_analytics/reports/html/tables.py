"""What the page's template needs to know of a table: classes, sort values, data bars and anchors, cell by cell."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from needs_analytics.reports.formats import Blank
from needs_analytics.reports.placing import notes_of

if TYPE_CHECKING:
    from needs_analytics.reports.placing import PlacedTable
    from needs_analytics.reports.tables import Cell, Column
    from needs_analytics.reports.words import Words

_LEADING_NUMBER = re.compile(r"[−-]?[\d,.]+")
_MIDDLE_KINDS = frozenset({"rank", "interval", "flag"})
_FROM_HIGH_KINDS = frozenset({"integer", "share", "rate", "decimal", "change", "bar"})


def table_context(placed: PlacedTable, words: Words, linked: frozenset[str]) -> dict[str, object]:
    """Return a table for the template; only cells that something links to carry an anchor."""
    name = placed.table.row_label_index()
    scales = {index: _scale(placed, index) for index in placed.columns if placed.table.columns[index].has_bar}

    def cell_context(row: int, index: int) -> dict[str, object]:
        column, cell = placed.table.columns[index], placed.table.cells[row][index]
        anchor = placed.cell_anchor(row, index)
        total = placed.table.emphasis.get(row) == "total"
        share = None if total or isinstance(cell, Blank | str) or index not in scales else _share(cell, scales[index])
        return {
            "tag": "th" if index == name else "td",
            "anchor": anchor if anchor in linked else None,
            "style": " ".join(_styles(column, cell, has_bar=share is not None)) if index != name else "",
            "share": share,
            "value": _sort_value(column, cell),
            "flag": column.tone(cell) if column.kind == "flag" and isinstance(cell, str) else None,
            "text": column.text(cell),
        }

    def row_context(row: int) -> dict[str, object]:
        cells = [cell_context(row, index) for index in placed.columns]
        return {"emphasis": placed.table.emphasis.get(row), "cells": cells}

    totals = [row for row in placed.rows if placed.table.emphasis.get(row) == "total"]
    return {
        "kind": "table",
        "anchor": placed.anchor,
        "label": words["table_number"].format(number=placed.number),
        "caption": placed.table.caption,
        "heads": [_head(placed.table.columns[index], is_name=index == name) for index in placed.columns],
        "body": [row_context(row) for row in placed.rows if row not in totals],
        "foot": [row_context(row) for row in totals],
        "notes": notes_of(placed, words),
    }


def _head(column: Column, *, is_name: bool) -> dict[str, str]:
    style = "name" if is_name else "from-high" if column.kind in _FROM_HIGH_KINDS else ""
    return {"label": column.label, "help": column.help, "style": style}


def _styles(column: Column, cell: Cell, *, has_bar: bool) -> list[str]:
    blank = ["blank"] if isinstance(cell, Blank) else []
    if column.kind in _MIDDLE_KINDS:
        return ["middle", *blank]
    if column.number_kind is None:
        return ["words", *blank] if column.kind == "text" else blank
    return ["number", *(["bar"] if has_bar else []), *blank]


def _sort_value(column: Column, cell: Cell) -> str | None:
    """Return what a cell sorts by where that is not its text: numbers plain, intervals by their lower end."""
    if isinstance(cell, Blank):
        return ""
    if isinstance(cell, str):
        found = _LEADING_NUMBER.match(cell) if column.kind == "interval" else None
        return found[0].replace(",", "").replace("−", "-") if found else None
    return str(cell)


def _scale(placed: PlacedTable, index: int) -> float:
    """Return what a full data bar stands for: the largest shown number that is no total."""
    rows = (row for row in placed.rows if placed.table.emphasis.get(row) != "total")
    cells = (placed.table.cells[row][index] for row in rows)
    return max((float(cell) for cell in cells if not isinstance(cell, Blank | str)), default=0.0)


def _share(cell: float, scale: float) -> float:
    return round(100 * max(cell, 0) / scale, 1) if scale > 0 else 0.0
