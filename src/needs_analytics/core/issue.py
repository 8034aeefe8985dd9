"""The data is wrong: an issue names the cell, the rule it breaks and the value; the text comes from the catalogue."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Severity = Literal["error", "warning", "info"]
_SEVERITIES: dict[str, Severity] = {"E": "error", "W": "warning", "I": "info"}


def column_letters(column: int) -> str:
    """Return a spreadsheet's name of a 0-based column.

    Examples
    --------
    >>> column_letters(0), column_letters(27)
    ('A', 'AB')
    """
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


_SHOWN = 5  # cells named besides the first

Place = tuple[int | None, int | None]
"""A cell's 0-based row and column; ``None`` for a whole row or column."""


def cell_name(row: int | None, column: int | None) -> str:
    """Return a cell as a spreadsheet names it: ``B17``, a row ``17`` or a column ``B`` where only that is known."""
    return ("" if column is None else column_letters(column)) + ("" if row is None else str(row + 1))


@dataclass(frozen=True, slots=True)
class CellRef:
    """Where a value stands: file, sheet, and 0-based row and column where they apply."""

    file: str
    sheet: str = ""
    row: int | None = None
    column: int | None = None

    @property
    def cell(self) -> str:
        """The cell as :func:`cell_name` tells it."""
        return cell_name(self.row, self.column)


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing wrong or doubtful in the data.

    Attributes
    ----------
    code
        ``E…`` (certainly wrong: the cell, row or file is not used), ``W…`` (doubtful: used and flagged) or ``I…``
        (said for the record); the catalogue holds title, sentence and remedy.
    where
        The cell, row, column, sheet or file; ``None`` when it concerns the whole month.
    value
        The offending value as text; empty where there is none or where it would identify a resident.
    details
        What the sentence needs besides the value.
    also
        The other cells of the same sheet of which the same is said.
    """

    code: str
    where: CellRef | None = None
    value: str = ""
    details: Mapping[str, object] = field(default_factory=dict)
    also: tuple[Place, ...] = ()

    @property
    def severity(self) -> Severity:
        """Severity, told by the code's first letter."""
        return _SEVERITIES[self.code[0]]

    @property
    def cells(self) -> tuple[str, ...]:
        """The cells it speaks of, the first few where one value stands in many."""
        return tuple(name for place in self.places[: 1 + _SHOWN] if (name := cell_name(*place)))

    @property
    def places(self) -> tuple[Place, ...]:
        """All cells it speaks of, in the sheet that ``where`` names."""
        return ((self.where.row, self.where.column), *self.also) if self.where else ()

    @property
    def times(self) -> int:
        """In how many cells the same value stands."""
        return 1 + len(self.also)


def in_sheet_order(issues: Iterable[Issue]) -> list[Issue]:
    """Return issues of one sheet as they stand in it, from top to bottom; rows are read in another order."""
    return sorted(issues, key=lambda issue: [place_order(place) for place in issue.places[:1]])


def place_order(place: Place) -> tuple[int, int]:
    """Return by what places of one sheet are sorted: row by row, a whole row or column before its cells."""
    row, column = place
    return (-1 if row is None else row, -1 if column is None else column)


def said_once(issues: Iterable[Issue]) -> Issue:
    """Return issues that say the same of several cells or rows of a sheet as one, with all their cells in its order."""
    first, *others = in_sheet_order(issues)
    also = sorted([*first.also, *(place for issue in others for place in issue.places)], key=place_order)
    times = first.times + sum(issue.times for issue in others)
    return replace(first, details={**first.details, "count": times}, also=tuple(also))


def grouped(issues: Iterable[Issue]) -> list[Issue]:
    """Say once what issues say over and over: of one code, with one value and for one reason in a sheet."""
    alike: dict[tuple[object, ...], list[Issue]] = {}
    for issue in issues:
        where = issue.where or CellRef("")
        reason = tuple(sorted((name, str(told)) for name, told in issue.details.items()))
        alike.setdefault((issue.code, where.file, where.sheet, issue.value, reason), []).append(issue)
    return [said_once(same) for same in alike.values()]
