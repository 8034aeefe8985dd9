"""Coordinates as offices write them: both in one cell, the system named in the header."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from needs_analytics.core.issue import CellRef, Issue
from needs_analytics.core.wording import key
from needs_analytics.intake.contents import PAIR
from needs_analytics.intake.reading import NOTHING, Reader, Reading, is_absent
from needs_analytics.intake.terms import read_crs
from needs_analytics.intake.typed import read_column

if TYPE_CHECKING:
    from collections.abc import Sequence

    from needs_analytics.core.arrays import Objects
    from needs_analytics.intake.blocks import Block
    from needs_analytics.intake.fields import FieldMatch
    from needs_analytics.intake.frames import Findings

_LATITUDE_FIRST = re.compile(r"纬度?.{0,3}经")
_CHINA = ((73.0, 136.0), (3.0, 54.0))  # the ranges of longitude and latitude, which do not overlap
_MOSTLY = 0.9
_NAMED = re.compile(r"gcj|火星|高德|腾讯|bd-?09|百度|wgs|gps|cgcs|国家2000|4326")


def crs_in(text: str) -> str:
    """Return the coordinate system a header or a note names, ``""`` where it names none or several.

    Examples
    --------
    >>> crs_in("中心点坐标（高德，经度，纬度）"), crs_in("百度经度"), crs_in("经度")
    ('GCJ-02', 'BD-09', '')
    """
    found = {str(read_crs(hit).value) for hit in _NAMED.findall(key(text))}
    return found.pop() if len(found) == 1 else ""


def coordinates(block: Block, match: FieldMatch, table: str, findings: Findings) -> dict[str, Objects]:
    """Read a column of pairs into longitudes and latitudes; a pair the other way round is turned and logged."""
    swapped = _LATITUDE_FIRST.search(key(match.wording)) is not None
    columns = {}
    for position, field in enumerate(("lon", "lat")):
        reader = _reader(1 - position if swapped else position, position)
        typed = read_column(block, match.column, table, field, reader)
        columns[field] = np.array([None if value is None else float(value) for value in typed.values], dtype=object)
        findings.ledger += typed.ledger
        findings.issues += typed.issues if position == 0 else []
    return columns


def right_way_round(
    block: Block, table: str, matches: Sequence[FieldMatch], columns: dict[str, Objects], findings: Findings
) -> dict[str, Objects]:
    """Exchange longitudes and latitudes that stand the wrong way round: whole columns, else single pairs; say so."""
    if not {"lon", "lat"} <= set(columns):
        return columns
    pairs = [(lon, lat) for lon, lat in zip(columns["lon"], columns["lat"], strict=True) if None not in (lon, lat)]
    turned = sum(_swapped(lon, lat) for lon, lat in pairs)
    if not turned:
        return columns
    column = next((match.column for match in matches if match.field == "lon"), None)
    if turned < len(pairs) * _MOSTLY:
        return _turned(block, table, column, columns, findings)
    where = CellRef(block.sheet.file, block.sheet.name, block.head, column)
    details = {"table": table, "field": "lon", "count": turned}
    findings.issues.append(Issue("W138", where, f"{pairs[0][0]:g}，{pairs[0][1]:g}", details))
    return {**columns, "lon": columns["lat"], "lat": columns["lon"]}


def _turned(
    block: Block, table: str, column: int | None, columns: dict[str, Objects], findings: Findings
) -> dict[str, Objects]:
    """Turn the single pairs that cannot be as they are written, and say each by its cell."""
    lon, lat = columns["lon"].copy(), columns["lat"].copy()
    for place in np.flatnonzero([_swapped(*pair) for pair in zip(lon, lat, strict=True)]):
        where = CellRef(block.sheet.file, block.sheet.name, int(block.rows[place]), column)
        details = {"table": table, "field": "lon", "count": 1}
        findings.issues.append(Issue("W138", where, f"{lon[place]:g}，{lat[place]:g}", details))
        lon[place], lat[place] = lat[place], lon[place]
    return {**columns, "lon": lon, "lat": lat}


def _swapped(lon: float | None, lat: float | None) -> bool:
    return lon is not None and lat is not None and _is(lon, 1) and _is(lat, 0)


def _reader(part: int, wanted: int) -> Reader:
    def read(cell: object) -> Reading:
        text = key(str(cell)).strip("()")
        if is_absent(text):
            return NOTHING
        found = PAIR.fullmatch(text)
        if not found:
            return Reading(None, "refused", "E112")
        value, other = float(found[part + 1]), float(found[2 - part])
        if _is(value, wanted) or not _is(other, wanted):
            return Reading(value, "normalised")
        return Reading(other, "approximate", "W138")

    return read


def _is(value: float, wanted: int) -> bool:
    low, high = _CHINA[wanted]
    return low <= value <= high
