"""A block laid out across brought to one row per cell, and its totals checked against what they sum up."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.issue import CellRef, Issue
from needs_analytics.core.tables import OWN_COLUMN
from needs_analytics.core.wording import key
from needs_analytics.intake.contents import CLOSED
from needs_analytics.intake.crosstab import month_of
from needs_analytics.intake.numbers import read_count, read_distance
from needs_analytics.intake.reading import NOTHING, Reading
from needs_analytics.intake.typed import read_column

if TYPE_CHECKING:
    from needs_analytics.core.arrays import Floats
    from needs_analytics.core.month import Month
    from needs_analytics.intake.blocks import Block
    from needs_analytics.intake.crosstab import Crosstab
    from needs_analytics.intake.frames import Findings

_HOURS = re.compile(r"(?:(\d+(?:\.\d+)?|半)个?(?:小时|钟头|钟))?(?:(\d+)(?:分钟?|min)?)?")
_NEAR = frozenset({"跟前", "就在", "本地", "门口", "隔壁", "同址", "原地"})


def unfolded(block: Block, frame: pd.DataFrame, layout: Crosstab, month: Month, findings: Findings) -> pd.DataFrame:
    """Return one row per filled cell, with what stands before it and above it; a blank is no use recorded."""
    reader = {"minutes": read_minutes, "metres": read_distance}.get(layout.value, read_uses)
    stated = month_of([*block.titles, block.sheet.name, block.sheet.file], month)
    values: dict[int, Floats] = {}
    parts = []
    for column, fields in layout.columns.items():
        typed = read_column(block, column, layout.table, layout.value, reader)
        findings.ledger += typed.ledger
        findings.issues += typed.issues
        values[column] = np.array([np.nan if value is None else value for value in typed.values], dtype=np.float64)
        part = frame.drop(columns=layout.value, errors="ignore").assign(**{layout.value: values[column]})
        part[OWN_COLUMN] = float(column)
        for name, value in fields.items():
            part[name] = pd.Timestamp(value) if name == "date" else value
        parts.append(part[part[layout.value].notna()])
    _check_totals(block, layout, values, findings)
    whole = pd.concat(parts, ignore_index=True).sort_values("row", kind="stable", ignore_index=True)
    if layout.table == "usage" and not {"date", "month"} & set(whole.columns):
        whole["month"] = stated or None
    return whole


def read_uses(cell: object) -> Reading:
    """Read a number of uses; a word that it was closed is no use recorded."""
    return NOTHING if key(str(cell)) in CLOSED else read_count(cell)


def read_minutes(cell: object) -> Reading:
    """Read a walking time in minutes: ``25``, ``1小时20分``, ``2个钟头``; ``跟前`` is a minute or so."""
    text = key(str(cell))
    about, plain = text.startswith(("约", "大约")), text.removeprefix("大").removeprefix("约")
    found = _HOURS.fullmatch(plain)
    if found and (found[1] or (found[2] and not plain.isdigit())):
        hours = 0.5 if found[1] == "半" else float(found[1] or 0)
        value = hours * 60 + float(found[2] or 0)
        return Reading(value, "approximate", "W113") if about else Reading(value, "normalised")
    if text in _NEAR:
        return Reading(1.0, "approximate", "W113")
    return read_count(cell)


def _check_totals(block: Block, layout: Crosstab, values: dict[int, Floats], findings: Findings) -> None:
    """Say which rows do not add up to their total; the total itself is not counted."""
    whole = np.nansum(np.column_stack(list(values.values())), axis=1)
    for column in _comparable(block, layout):
        typed = read_column(block, column, layout.table, layout.value, read_uses)
        stated = np.array([np.nan if value is None else value for value in typed.values], dtype=np.float64)
        for row in np.flatnonzero(~np.isnan(stated) & (np.abs(stated - whole) > 0.5)):
            where = CellRef(block.sheet.file, block.sheet.name, int(block.rows[row]), column)
            details = {"sum": f"{whole[row]:g}"}
            findings.issues.append(Issue("W205", where, f"{stated[row]:g}", details))


def _comparable(block: Block, layout: Crosstab) -> list[int]:
    """Return the totals of everything across: of several, those that measure the same."""
    if len(layout.totals) == 1:
        return list(layout.totals)
    units = {block.headers[column].last for column in layout.columns}
    return [column for column in layout.totals if block.headers[column].last in units and len(units) == 1]
