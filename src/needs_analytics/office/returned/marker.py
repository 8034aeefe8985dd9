"""What a returned workbook says of itself: the files it was made from, and what our marks stand over."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from needs_analytics.office.readers import ReadSheet

PROPERTY = "needs-returned"
NOTE = "returned"
"""What the reading process calls the property among its notes."""
FILL_COLUMN, NOTE_COLUMN = 9, 10  # hidden columns of our list, from 0
SHEET_COLUMN, CELL_COLUMN = 1, 4
_MARKER = re.compile(r"needs-returned/1 ((?:[0-9a-f]{64}(?:,|$))+)$")
_FILL, _NOTE = "fill:", "note:"


@dataclass(frozen=True, slots=True)
class Marker:
    """Where a returned workbook comes from.

    Attributes
    ----------
    ancestors
        Digests of the files it was made from, the office's first one first; their number is its generation.
    sheet
        Name of our list in it, ``""`` where somebody deleted the list.
    fills
        Sheet and cell to the fill that stood there before ours, as XML.
    notes
        Our own remarks, as they were written.
    """

    ancestors: tuple[str, ...]
    sheet: str = ""
    fills: Mapping[tuple[str, str], str] = field(default_factory=dict)
    notes: frozenset[str] = frozenset()

    def followed_by(self, digest: str) -> tuple[str, ...]:
        """Return the ancestors of a workbook made from this one, whose digest is given."""
        return (*self.ancestors, digest)


def marker_text(ancestors: Sequence[str]) -> str:
    """Return what is written into the list and into the property."""
    return f"{PROPERTY}/1 {','.join(ancestors)}"


def parse_marker(text: object) -> tuple[str, ...]:
    """Return the ancestors a text tells, none where it is no marker."""
    found = _MARKER.fullmatch(text.strip()) if isinstance(text, str) else None
    return tuple(found[1].split(",")) if found else ()


def fill_text(fill: bytes) -> str:
    """Return a fill as it stands in the list."""
    return _FILL + fill.decode()


def note_text(note: str) -> str:
    """Return a remark as it stands in the list."""
    return _NOTE + note


def told_in(sheets: Sequence[ReadSheet]) -> str:
    """Return what the property of a workbook tells, as the reading process hands it on."""
    notes = (note for sheet in sheets for note in sheet.notes)
    return next((str(details["marker"]) for code, _, _, _, details in notes if code == NOTE), "")


def is_untouched(sheets: Sequence[ReadSheet]) -> bool:
    """Whether nobody has saved a workbook since we returned it."""
    return any(code == NOTE and details.get("sealed") is True for sheet in sheets for code, *_, details in sheet.notes)


def find_marker(sheets: Sequence[ReadSheet], told: str = "") -> Marker | None:
    """Return the marker of a workbook, from its list or else from its property; ``None`` for an office's own file."""
    for sheet in sheets:
        ancestors = next((found for column in sheet.columns for cell in column.values
                          if (found := parse_marker(cell))), ())  # fmt: skip
        if ancestors:
            return Marker(ancestors, sheet.name, *_records(sheet))
    ancestors = parse_marker(told)
    return Marker(ancestors) if ancestors else None


def _records(sheet: ReadSheet) -> tuple[dict[tuple[str, str], str], frozenset[str]]:
    if len(sheet.columns) <= FILL_COLUMN:
        return {}, frozenset()
    names, cells, fills = (sheet.columns[at].cells() for at in (SHEET_COLUMN, CELL_COLUMN, FILL_COLUMN))
    told = {
        (str(name), str(cell)): fill.removeprefix(_FILL)
        for name, cell, fill in zip(names, cells, fills, strict=True)
        if isinstance(fill, str) and fill.startswith(_FILL)
    }
    values = sheet.columns[NOTE_COLUMN].values if len(sheet.columns) > NOTE_COLUMN else ()
    notes = (note.removeprefix(_NOTE) for note in values if isinstance(note, str) and note.startswith(_NOTE))
    return told, frozenset(notes)
