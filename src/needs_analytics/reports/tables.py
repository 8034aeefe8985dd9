"""A table as immutable data: captions, typed columns and cells that are already disclosed and rounded."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, cast

from needs_analytics.reports.formats import (
    NOT_APPLICABLE,
    NUMBER_KINDS,
    Blank,
    NumberKind,
    clean_text,
    is_absent,
    number_text,
    shown_value,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

Kind = NumberKind | Literal["text", "interval", "flag", "bar"]
Tone = Literal["good", "caution", "bad", "neutral"]
Emphasis = Literal["total", "strong"]
Cell = str | int | float | Blank

FLAG_TONES: Mapping[str, Tone] = {
    "可发布": "good",
    "慎用": "caution",
    "不发布": "bad",
    "publish": "good",
    "with care": "caution",
    "not published": "bad",
}


@dataclass(frozen=True, slots=True)
class Column:
    """What a column holds and how it is shown.

    Attributes
    ----------
    key, label
        The name in code (and in the data frame), and the words in the header, with the unit: ``缺口（人）``.
    kind
        ``text``, ``integer``, ``share`` (a fraction, shown in whole per cents), ``rate`` (a fraction, two decimals),
        ``decimal``, ``interval`` (text such as ``31%–43%``), ``flag`` (coloured words), ``rank``, ``change`` (signed),
        or ``bar`` (a share with a data bar).
    bar
        Draw a data bar behind the number of any other numeric kind.
    digits
        Decimals of ``decimal`` and ``change``.
    width
        Width in half-width characters; by default what the content needs.
    help
        One sentence of explanation, shown where the format can.
    blank
        What stands for a missing value of this column.
    tones
        Colour of each word of a ``flag`` column; a word that is not listed stays neutral.
    """

    key: str
    label: str
    kind: Kind = "text"
    bar: bool = False
    digits: int = 1
    width: int | None = None
    help: str = ""
    blank: Blank = NOT_APPLICABLE
    tones: Mapping[str, Tone] = field(default_factory=lambda: FLAG_TONES)

    @property
    def number_kind(self) -> NumberKind | None:
        """How its numbers are written; ``None`` for words."""
        if self.kind == "bar":
            return "share"
        return cast("NumberKind", self.kind) if self.kind in NUMBER_KINDS else None

    @property
    def has_bar(self) -> bool:
        """Whether a data bar belongs behind its numbers."""
        return self.number_kind is not None and (self.bar or self.kind == "bar")

    def cell(self, value: object) -> Cell:
        """Return a value as this column stores it: rounded to what is shown, text, or a blank."""
        if isinstance(value, Blank):
            return value
        if self.number_kind is not None:
            return shown_value(value, self.number_kind, self.blank, self.digits)
        return self.blank if is_absent(value) or value == "" else clean_text(value)

    def text(self, cell: Cell) -> str:
        """Write a stored cell as readers see it."""
        if isinstance(cell, str):
            return cell
        if isinstance(cell, Blank) or self.number_kind is None:
            return str(cell)
        return number_text(cell, self.number_kind, self.digits)

    def tone(self, cell: Cell) -> Tone:
        """Return the colour of a flag."""
        return self.tones.get(cell, "neutral") if isinstance(cell, str) else "neutral"


@dataclass(frozen=True, slots=True)
class Table:
    """A captioned table.

    Attributes
    ----------
    id
        Name by which blocks, sheets, links and ``[[id]]`` in a text refer to it.
    rows
        One cell per column; numbers are rounded to what is shown, missing values become the column's blank.
    notes
        Lines under the table.
    emphasis
        Row index to ``total`` (kept whatever the limit, last when sorting) or ``strong``.
    """

    id: str
    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[object]]
    notes: Sequence[str] = ()
    emphasis: Mapping[int, Emphasis] = field(default_factory=dict)

    def __post_init__(self) -> None:
        columns = tuple(self.columns)
        keys = [column.key for column in columns]
        if not columns or len(set(keys)) < len(keys):
            raise ValueError(f"table {self.id}: columns must exist and have different keys, got {keys}")
        if any(len(row) != len(columns) for row in self.rows):
            raise ValueError(f"table {self.id}: every row needs {len(columns)} cells, one per column {keys}")
        rows = tuple(tuple(c.cell(v) for c, v in zip(columns, row, strict=True)) for row in self.rows)
        object.__setattr__(self, "columns", columns)
        object.__setattr__(self, "rows", rows)
        object.__setattr__(self, "notes", tuple(self.notes))

    @classmethod
    def from_frame(
        cls,
        name: str,
        caption: str,
        frame: pd.DataFrame,
        columns: Sequence[Column],
        *,
        notes: Sequence[str] = (),
        emphasis: Mapping[int, Emphasis] | None = None,
    ) -> Table:
        """Make a table of the listed columns of a data frame, in their order; other columns stay out."""
        missing = [column.key for column in columns if column.key not in frame.columns]
        if missing:
            raise ValueError(f"table {name}: the frame has no columns {missing}, only {list(frame.columns)}")
        rows = list(zip(*(frame[column.key].tolist() for column in columns), strict=True))
        return cls(name, caption, columns, rows, notes, emphasis or {})

    @property
    def cells(self) -> tuple[tuple[Cell, ...], ...]:
        """The stored rows."""
        return cast("tuple[tuple[Cell, ...], ...]", self.rows)

    def column_index(self, key: str) -> int:
        """Return the position of a column.

        Raises
        ------
        KeyError
            When there is no such column.
        """
        for index, column in enumerate(self.columns):
            if column.key == key:
                return index
        raise KeyError(f"table {self.id} has no column {key}")

    def row_label_index(self) -> int:
        """Return the column that names the row: the first one of text, else the first."""
        return next((index for index, column in enumerate(self.columns) if column.kind == "text"), 0)

    def blanks(self) -> tuple[Blank, ...]:
        """Return the kinds of blank it shows, in order of appearance, for the legend."""
        return tuple(dict.fromkeys(cell for row in self.cells for cell in row if isinstance(cell, Blank)))
