"""What the gate finds: a refusal, or a workbook that may be read and what to say about it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from needs_analytics.core.options import ReadingOptions

    Odd = list[tuple[int, int, str]]
    Note = tuple[str, str, int | None, int | None, dict[str, object]]

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384


class Refused(Exception):  # noqa: N818 - an outcome, not a mistake of the program
    """A file that is not read: an issue code and what its sentence needs."""

    def __init__(self, code: str, **details: object) -> None:
        super().__init__(code)
        self.code = code
        self.details = details


class Found:
    """What one sheet holds beyond what the reader gives: cells, notes, the file it is read from.

    Attributes
    ----------
    name, hidden
        As in the workbook.
    valued
        Number of cells that hold a value, ``None`` where the gate does not count them.
    odd
        Row, column (from 0) and text of the cells the reader gives as empty or as no number.
    negative
        The same of negative numbers with a format, which the reader takes for midnight where it is a date's.
    notes
        Issue code, sheet, row, column and details.
    """

    def __init__(self, name: str, *, hidden: bool = False) -> None:
        self.name = name
        self.hidden = hidden
        self.valued: int | None = None
        self.odd: Odd = []
        self.negative: Odd = []
        self.notes: list[Note] = []

    def note(self, code: str, row: int | None = None, column: int | None = None, **details: object) -> None:
        """Say something about this sheet."""
        self.notes.append((code, self.name, row, column, details))


class Extent:
    """The used range as it grows; refuses as soon as it passes the limit, naming the cell."""

    def __init__(self, sheet: str, limits: ReadingOptions) -> None:
        self.sheet = sheet
        self.most = limits.most_cells
        self.rows = self.columns = 0

    def take(self, row: int, column: int) -> None:
        """Widen the range to a cell (from 0)."""
        if row >= self.rows or column >= self.columns:
            if row >= LAST_ROW or column >= LAST_COLUMN:
                raise Refused("E011", sheet=self.sheet, cell=f"{letters(column)}{row + 1}")
            self.rows, self.columns = max(self.rows, row + 1), max(self.columns, column + 1)
            if self.rows * self.columns > self.most:
                cell = f"{letters(self.columns - 1)}{self.rows}"
                raise Refused("E010", sheet=self.sheet, cell=cell, limit=self.most)


def number(column: bytes | str) -> int:
    """Return the column (from 0) of its letters."""
    found = 0
    for letter in column.encode() if isinstance(column, str) else column:
        found = found * 26 + (letter & 31)
    return found - 1


def letters(column: int) -> str:
    """Return the letters of a column (from 0)."""
    found, rest = "", column + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        found = chr(65 + digit) + found
    return found
