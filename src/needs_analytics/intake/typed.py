"""A column of cells to a column of values: read each distinct cell once, log what was done, say what is wrong."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field
from typing import TYPE_CHECKING

import numpy as np

from needs_analytics.core.issue import CellRef, Issue, column_letters, said_once
from needs_analytics.core.wording import plain
from needs_analytics.intake import ages, capacity_cells, coordinate_cells, dates, levels, numbers, sexes, terms, yes_no
from needs_analytics.intake.bounds import bounded
from needs_analytics.intake.eligibility import read_eligibility
from needs_analytics.intake.groups import GroupWords, read_groups
from needs_analytics.intake.masking import looks_like_names
from needs_analytics.intake.reading import NOTHING, Reader, Reading, is_error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from needs_analytics.core.arrays import Ints, Objects
    from needs_analytics.core.mapping import Mapping as OfficeMapping
    from needs_analytics.core.month import Month
    from needs_analytics.intake.blocks import Block

VERBATIM = frozenset({"blank", "option", "threshold"})  # of a dictionary: 未知 and 不清楚 are what it speaks about
_DUE_AHEAD = 24  # months a deadline may lie ahead
_BIRTHS = frozenset({"W118", "I119"})  # of ages
_HIDDEN = "＊"  # in place of what would tell who somebody is
_FEW = 5  # approximate figures of a column that are each said
PERSONAL = frozenset({"identifier", "birth_date"})


@dataclass(frozen=True, slots=True)
class TypedColumn:
    """A column read for a field of a table.

    Attributes
    ----------
    values
        ``(rows,)`` objects, ``None`` for nothing known.
    ledger, issues
        What was done to get them, and what is wrong; filled while the column is read.
    """

    table: str
    field: str
    values: Objects
    ledger: list[tuple[object, ...]] = dataclass_field(default_factory=list)
    issues: list[Issue] = dataclass_field(default_factory=list)


def reader_for(kind: str, field: str, *, month: Month, groups: GroupWords, mapping: OfficeMapping) -> Reader:
    """Return the reader of a field's type."""
    if kind == "level" and field == "urgency":
        return levels.read_urgency
    if field in VERBATIM:
        return terms.read_verbatim
    special: Mapping[str, Callable[[], Reader]] = {
        "age": lambda: ages.age_reader(month),
        "number": lambda: _NUMBERS.get(field, numbers.read_count),
        "date": lambda: dates.date_reader(month, ahead=_DUE_AHEAD if field == "due" else 1),
        "groups": lambda: lambda cell: read_groups(cell, groups),
        "group": lambda: lambda cell: read_groups(cell, groups),
        "eligibility": lambda: lambda cell: read_eligibility(cell, groups, mapping.eligibility),
    }
    return bounded(special[kind]() if kind in special else _READERS[kind], field)


def read_column(
    block: Block, position: int, table: str, field: str, reader: Reader, *, personal: bool = False
) -> TypedColumn:
    """Read one column of a block; what is ``personal`` or looks like names is not shown."""
    column = block.column(position)
    of_names = not personal and looks_like_names(value for value in column.values if isinstance(value, str))
    readings = [_read(reader, value) for value in column.values]
    lookup = np.empty(len(readings), dtype=object)
    lookup[:] = [reading.value for reading in readings]
    typed = TypedColumn(table, field, lookup[column.codes])
    dittos = block.dittos(position)
    if dittos:
        place = (block.sheet.file, block.sheet.name, None, column_letters(position), column_letters(position))
        typed.ledger.append((*place, table, field, "normalised", "〃", "＝↑", "", dittos))
    for code, places in _places(column.codes, readings, together=of_names):
        hidden = personal or of_names or readings[code].code in _BIRTHS
        old = _HIDDEN if hidden else _shown(column.values[code])
        _log(typed, block, position, block.rows[places], old, readings[code])
    typed.issues[:] = _folded(typed.issues, block.headers[position].last)
    return typed


def _folded(issues: Sequence[Issue], wording: str) -> list[Issue]:
    """Say once what is wrong with many cells of a column that are not shown, and of many approximate figures."""
    alike: dict[object, list[Issue]] = {}
    for number, issue in enumerate(issues):
        folds = issue.value == _HIDDEN or issue.code == "W113"
        alike.setdefault((issue.code, issue.value == _HIDDEN) if folds else number, []).append(issue)
    said = []
    for same in alike.values():
        if len(same) == 1 or (same[0].code == "W113" and len(same) <= _FEW):
            said += same
            continue
        whole = said_once(same)
        many = same[0].code == "W113"
        details = {**whole.details, "column": wording}
        said.append(replace(whole, code="W114" if many else same[0].code, details=details))
    return said


def _places(codes: Ints, readings: Sequence[Reading], *, together: bool) -> Iterator[tuple[int, Ints]]:
    """Yield each distinct cell of which something is to be said, with its rows; all refused names as one."""
    told = [code for code, reading in enumerate(readings) if reading.note or reading.code]
    refused = {code for code in told if together and readings[code].note == "refused"}
    if not told:
        return
    order = np.argsort(codes, kind="stable")
    starts, ends = (np.searchsorted(codes, told, side, sorter=order) for side in ("left", "right"))
    for code, start, end in zip(told, starts, ends, strict=True):
        if code not in refused:
            yield code, order[start:end]
    if refused:
        yield min(refused), np.flatnonzero(np.isin(codes, sorted(refused)))


def _read(reader: Reader, value: object) -> Reading:
    if isinstance(value, str):
        text = plain(value)
        if not text:
            return NOTHING
        if is_error(text):
            return Reading(None, "refused", "E110")
    return reader(value)


def _log(typed: TypedColumn, block: Block, position: int, rows: Ints, old: str, reading: Reading) -> None:
    """Log a normalisation once per distinct value, anything graver once per cell."""
    file, sheet, letters = block.sheet.file, block.sheet.name, column_letters(position)
    target, new = (typed.table, typed.field), _shown(reading.value)
    if reading.note == "normalised" and not reading.code.startswith(("E", "W")):
        if old != new:
            place = (file, sheet, None, letters, letters)
            typed.ledger.append((*place, *target, "normalised", old, new, reading.code, len(rows)))
    else:
        done = (reading.note or "flagged", old, new, reading.code, 1)
        typed.ledger.extend((file, sheet, int(row) + 1, letters, f"{letters}{row + 1}", *target, *done) for row in rows)
    if reading.code:
        where = CellRef(file, sheet, int(rows[0]), position)
        details = {
            "table": target[0], "field": target[1], "count": len(rows), "new": new, "limits": reading.limits,
            "words": reading.words or new,
        }  # fmt: skip
        also = tuple((row, position) for row in rows[1:].tolist())
        typed.issues.append(Issue(reading.code, where, old, details, also))


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, ages.AgeRange):
        return value.band
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ", timespec="minutes") if value.time() != dt.time(0) else value.date().isoformat()
    if isinstance(value, float):
        return f"{value:g}"
    return plain(str(value))


def _as_text(cell: object) -> Reading:
    reading = terms.read_text(cell)
    return replace(reading, note="")


_NUMBERS: Mapping[str, Reader] = {"capacity": capacity_cells.read_capacity, "area_m2": numbers.read_area}
_READERS: Mapping[str, Reader] = {
    "code": terms.read_code,
    "identifier": terms.read_code,
    "birth_date": _as_text,
    "text": _as_text,
    "category": _as_text,
    "place": _as_text,
    "service": _as_text,
    "site": _as_text,
    "needs": _as_text,
    "unit": _as_text,
    "month": dates.read_month,
    "age_band": ages.read_age,
    "sex": sexes.read_sex,
    "integer": numbers.read_whole,
    "number": numbers.read_count,
    "money": numbers.read_count,
    "coordinate": coordinate_cells.read_coordinate,
    "distance": numbers.read_distance,
    "duration": numbers.read_duration,
    "frequency": numbers.read_frequency,
    "level": levels.read_level,
    "satisfaction": levels.read_satisfaction,
    "yes_no": yes_no.read_yes_no,
    "status": terms.read_status,
    "mode": terms.read_modes,
    "period": terms.read_period,
    "tier": terms.read_tier,
    "crs": terms.read_crs,
}
