"""How a number is shown: rounded once, then written the same way on the page, in Word, in Excel and in a chart.

A value is rounded to what is printed *before* it is stored anywhere, so that no file holds more digits than it shows: a
survey share with its hidden decimals gives the count away.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from numbers import Real
from typing import Literal, TypeGuard

NumberKind = Literal["integer", "share", "rate", "decimal", "rank", "change"]
NUMBER_KINDS = frozenset({"integer", "share", "rate", "decimal", "rank", "change"})

MINUS = "−"
_KEPT_DECIMALS = {"integer": 0, "rank": 0, "share": 2, "rate": 4}


@dataclass(frozen=True, slots=True)
class Blank:
    """A value that is not there, and why.

    Attributes
    ----------
    symbol
        What stands in its place.
    reason
        ``hidden``, ``unknown`` or ``not_applicable``: the legend under a table explains the symbols it uses.
    """

    symbol: str
    reason: str

    def __str__(self) -> str:
        return self.symbol


HIDDEN = Blank("*", "hidden")
UNKNOWN = Blank("…", "unknown")
NOT_APPLICABLE = Blank("/", "not_applicable")

Value = float | int | Blank | None


def is_number(value: object) -> TypeGuard[float]:
    """Tell whether a value is a finite number (not a truth value)."""
    return not isinstance(value, bool) and isinstance(value, Real) and math.isfinite(float(value))


def is_absent(value: object) -> bool:
    """Tell whether a value is missing: ``None``, not-a-number, infinite or pandas' ``NA`` and ``NaT``."""
    if value is None or type(value).__name__ in {"NAType", "NaTType"}:
        return True
    return isinstance(value, Real) and not math.isfinite(float(value))


def round_as_shown(value: float, kind: NumberKind, digits: int = 1) -> float:
    """Round a number to the decimals its kind shows, halves away from zero as people do (四舍五入).

    Examples
    --------
    >>> round_as_shown(0.125, "share"), round_as_shown(0.98765, "rate"), round_as_shown(7.5, "integer")
    (0.13, 0.9877, 8)
    """
    kept = _KEPT_DECIMALS.get(kind, digits)
    rounded = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-kept), rounding=ROUND_HALF_UP)
    return int(rounded) if kept == 0 else float(rounded) + 0.0  # never −0


def shown_value(value: object, kind: NumberKind, blank: Blank, digits: int = 1) -> float | Blank:
    """Return the rounded number, or the blank that stands in its place.

    Raises
    ------
    ValueError
        When the value is neither a number nor missing.
    """
    if isinstance(value, Blank):
        return value
    if is_absent(value):
        return blank
    if not is_number(value):
        raise ValueError(f"{value!r} is no number, so it cannot be shown as {kind}")
    return round_as_shown(float(value), kind, digits)


def number_text(value: float | Blank, kind: NumberKind, digits: int = 1) -> str:
    """Write a number as readers see it.

    Examples
    --------
    >>> number_text(0.37, "share"), number_text(12345, "integer"), number_text(-3.25, "change")
    ('37%', '12,345', '−3.3')
    """
    if isinstance(value, Blank):
        return value.symbol
    number = round_as_shown(value, kind, digits)
    if kind in {"share", "rate"}:
        written = f"{number * 100:.{_KEPT_DECIMALS[kind] - 2}f}%"
    elif kind in {"integer", "rank"}:
        written = f"{number:,d}"
    else:
        written = f"{number:+,.{digits}f}" if kind == "change" and number else f"{number:,.{digits}f}"
    return written.replace("-", MINUS)


def interval_text(low: object, high: object, kind: NumberKind = "share", digits: int = 1) -> str | None:
    """Write an interval, ``31%–43%``; ``None`` where an end is missing, so that the column's blank shows."""
    ends = [shown_value(end, kind, HIDDEN, digits) for end in (low, high)]
    if any(isinstance(end, Blank) for end in ends):
        return None
    return "–".join(number_text(end, kind, digits) for end in ends)


def excel_number_format(kind: NumberKind, digits: int = 1) -> str:
    """Return the spreadsheet's number format that shows the same text as :func:`number_text`."""
    decimals = "." + "0" * digits if digits else ""
    return {
        "integer": "#,##0",
        "rank": "0",
        "share": "0%",
        "rate": "0.00%",
        "decimal": f"#,##0{decimals}",
        "change": f"+#,##0{decimals};-#,##0{decimals};0{decimals}",
    }[kind]


def clean_text(value: object) -> str:
    """Return text without the control characters and lone surrogates that no XML file may hold."""
    return "".join(character for character in str(value) if _may_be_written(ord(character)))


def _may_be_written(code: int) -> bool:
    return (
        code in {0x9, 0xA}
        or 0x20 <= code <= 0x7E
        or 0xA0 <= code <= 0xD7FF
        or (code >= 0xE000 and code & 0xFFFE != 0xFFFE)
    )
