"""One coordinate in a cell: 120.1536, 120°9′13″, E120.15°, 30度16分."""

from __future__ import annotations

import re

from needs_analytics.core.wording import key
from needs_analytics.intake.reading import NOTHING, Reading, is_absent, is_error, is_number

_DECIMAL = re.compile(r"[+-]?\d{1,3}(?:\.\d+)?")
_DEGREES = re.compile(r"(\d{1,3})[°º度](?:(\d{1,2}(?:\.\d+)?)['′’分](?:(\d{1,2}(?:\.\d+)?)(?:[\"″”秒]|''|′′)?)?)?")
_DECIMAL_DEGREES = re.compile(r"(\d{1,3}\.\d+)[°º度]?")
_LETTER = re.compile(r"^(?:东经|北纬|[en])[:：]?|[en]$")
_FARTHEST = 180.0


def read_coordinate(cell: object) -> Reading:
    """Read a longitude or latitude in degrees; what lies beyond 180 is no degree (metres have columns of their own)."""
    if is_number(cell):
        return _within(float(cell), "")
    text = key(str(cell))
    if is_absent(text):
        return NOTHING
    if is_error(text):
        return Reading(None, "refused", "E110")
    if _DECIMAL.fullmatch(text):
        return _within(float(text), "")
    bare = _LETTER.sub("", _LETTER.sub("", text))
    degrees = _DECIMAL_DEGREES.fullmatch(bare)
    if degrees:
        return _within(float(degrees[1]), "normalised")
    parts = _DEGREES.fullmatch(bare)
    if not parts:
        return Reading(None, "refused", "E112")
    whole, minutes, seconds = (float(part or 0) for part in parts.groups())
    if minutes >= 60 or seconds >= 60:
        return Reading(None, "refused", "E112")
    return _within(whole + minutes / 60 + seconds / 3600, "normalised")


def _within(value: float, note: str) -> Reading:
    if abs(value) > _FARTHEST:
        return Reading(None, "refused", "E112")
    return Reading(value, "normalised" if note else "")
