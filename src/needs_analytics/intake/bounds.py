"""What a figure can be, and what it usually is: what cannot be is refused, what is rare is kept and flagged."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from needs_analytics.intake.ages import AgeRange
from needs_analytics.intake.reading import Reader, Reading

if TYPE_CHECKING:
    from collections.abc import Mapping

_POSSIBLE: Mapping[str, tuple[float, float]] = {"household_size": (1, float("inf"))}
_USUAL: Mapping[str, tuple[float, float]] = {
    "age": (0, 110),
    "household_size": (1, 15),
    "uses_per_person_month": (0, 93),  # three times a day
    "waited_days": (0, 365),
}


def bounded(reader: Reader, field: str) -> Reader:
    """Return a reader that also looks at the size of what it read."""
    possible, usual = _POSSIBLE.get(field), _USUAL.get(field)
    if not (possible or usual):
        return reader

    def read(cell: object) -> Reading:
        reading = reader(cell)
        figure = reading.value.high if isinstance(reading.value, AgeRange) else reading.value
        if not isinstance(figure, (int, float)):
            return reading
        if possible and not possible[0] <= figure <= possible[1]:
            return Reading(None, "refused", "E103", _told(possible))
        stated = not (isinstance(reading.value, AgeRange) and reading.value.low < figure)
        if usual and stated and not usual[0] <= figure <= usual[1]:
            return replace(reading, code=reading.code or "W104", limits=_told(usual))
        return reading

    return read


def _told(bounds: tuple[float, float]) -> str:
    low, high = bounds
    return f"≥ {low:g}" if high == float("inf") else f"{low:g}–{high:g}"
