"""Reading workbooks as they are: no type guessed, no row dropped, every file judged by its content."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import python_calamine as calamine

from needs_analytics.core.issue import CellRef, Issue
from needs_analytics.core.messages import LANGUAGES, issue_remedy, issue_sentence
from needs_analytics.core.records import Column, Sheet, SheetList
from needs_analytics.errors import FileRefusedError
from needs_analytics.intake.reading import UNCOMPUTED
from needs_analytics.office.encoding import decode
from needs_analytics.office.odd_cells import odd_cells

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LARGEST_FILE = 64 * 2**20
WORKBOOK_SUFFIXES = frozenset({".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".et", ".csv", ".tsv", ".txt"})
_ZIP, _EMPTY_ZIP, _OLE = b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_MARKUP = re.compile(r"<(?:!|\?xml|[a-z]+[\s/>])")
_FOREIGN = {b"%PDF": "PDF", b"{\\rtf": "RTF", b"\x89PNG": "PNG", b"\xff\xd8\xff": "JPEG", b"Rar!": "RAR", b"7z": "7z"}


def read_workbooks(
    paths: Iterable[str | Path],
    *,
    on_refusal: Literal["raise", "collect"] = "raise",
    root: str | Path | None = None,
) -> SheetList:
    """Read workbooks into raw sheets.

    Parameters
    ----------
    paths
        Files ``.xlsx .xlsm .xls .xlsb .ods .et .csv .tsv``; a file whose bytes were read already is skipped and said.
    on_refusal
        ``"raise"`` stops at the first file that cannot be read; ``"collect"`` goes on and keeps the refusals in
        ``.issues``.
    root
        Folder the files are named relative to; their bare names without it.

    Returns
    -------
    SheetList
        A list of raw sheets; refusals and hidden sheets stand in ``.issues``.

    Raises
    ------
    FileRefusedError
        When a file cannot be read and ``on_refusal`` is ``"raise"``.
    """
    sheets: list[Sheet] = []
    issues: list[Issue] = []
    seen: dict[str, str] = {}
    for path, label in _labelled([Path(path) for path in paths], root):
        try:
            content = _content(path, label)
            digest = hashlib.sha256(content).hexdigest()
            if digest in seen:
                issues.append(Issue("W006", CellRef(label), details={"same": seen[digest]}))
                continue
            seen[digest] = label
            found = read_bytes(content, label, digest)
        except _RefusedError as refusal:
            if on_refusal == "raise":
                raise refusal.as_failure() from refusal.__cause__
            issues.append(refusal.issue)
            continue
        sheets += found
        issues += [issue for sheet in found for issue in _uncomputed(sheet)]
    return SheetList(sheets, tuple(issues))


def _labelled(paths: list[Path], root: str | Path | None) -> list[tuple[Path, str]]:
    """Name files below ``root``; without one by their bare names, by their paths where two share one."""
    if root:
        return [(path, path.relative_to(root).as_posix()) for path in paths]
    names = Counter(path.name for path in set(paths))
    return [(path, path.name if names[path.name] == 1 else path.as_posix()) for path in paths]


def read_bytes(content: bytes, label: str, digest: str) -> list[Sheet]:
    """Read one workbook's bytes; the kind is told by the content, not by the name."""
    if content.startswith((_ZIP, _EMPTY_ZIP, _OLE)):
        return _read_spreadsheet(content, label, digest)
    for magic, kind in _FOREIGN.items():
        if content.startswith(magic):
            raise _RefusedError("E003", label, kind=kind)
    text = decode(content)
    if text is None:
        raise _RefusedError("E008", label)
    if _MARKUP.match(text.lstrip()[:200].lower()):
        raise _RefusedError("E003", label, kind="HTML/XML")
    return [_read_delimited(text, label, digest)]


class _RefusedError(Exception):
    """A file that cannot be read, as an issue."""

    def __init__(self, code: str, label: str, **details: object) -> None:
        super().__init__(code)
        self.issue = Issue(code, CellRef(label), details={"file": label, **details})

    def as_failure(self) -> FileRefusedError:
        sentences = {
            language: f"{issue_sentence(self.issue, language)}{issue_remedy(self.issue, language)}"
            for language in LANGUAGES
        }
        return FileRefusedError(self.issue.code, sentences)


def _content(path: Path, label: str) -> bytes:
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise _RefusedError("E004", label, size=f"{size / 2**20:.0f}", limit=LARGEST_FILE // 2**20)
        content = path.read_bytes()
    except OSError as error:
        raise _RefusedError("E001", label) from error
    if not content.strip():
        raise _RefusedError("E005", label)
    return content


def _read_spreadsheet(content: bytes, label: str, digest: str) -> list[Sheet]:
    try:
        workbook = calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        odd = odd_cells(content) if content.startswith(_ZIP) else {}
        return [
            _from_rows(_with_odd(sheet.to_python(skip_empty_area=False), odd.get(meta.name, ())), label, meta.name,
                       digest, merged=_merged(sheet), hidden=meta.visible != calamine.SheetVisibleEnum.Visible)
            for position, meta in enumerate(workbook.sheets_metadata)
            if meta.typ == calamine.SheetTypeEnum.WorkSheet
            for sheet in [workbook.get_sheet_by_index(position)]
        ]  # fmt: skip
    except calamine.PasswordError as error:
        raise _RefusedError("E002", label) from error
    except (calamine.CalamineError, OSError, ValueError) as error:
        if content.startswith(_OLE) and _ENCRYPTED in content:
            raise _RefusedError("E002", label) from error
        raise _RefusedError("E001", label) from error
    except BaseException as error:  # a panic inside the reader derives from BaseException
        if type(error).__name__ != "PanicException":
            raise
        raise _RefusedError("E001", label) from error


def _with_odd(rows: Sequence[Sequence[object]], odd: Sequence[tuple[int, int, str]]) -> Sequence[Sequence[object]]:
    """Put back what the reader took for empty, also beyond the last cell it saw."""
    if not odd:
        return rows
    height = max(len(rows), *(row + 1 for row, _, _ in odd))
    width = max(len(rows[0]) if rows else 0, *(column + 1 for _, column, _ in odd))
    full = [[*row, *[""] * (width - len(row))] for row in [*rows, *[[]] * (height - len(rows))]]
    for row, column, text in odd:
        full[row][column] = text
    return full


def _uncomputed(sheet: Sheet) -> list[Issue]:
    """Say where formulas have no stored result, with the first of their cells."""
    places = [
        (row, position)
        for position, column in enumerate(sheet.columns)
        if UNCOMPUTED in column.values
        for row in np.flatnonzero(column.codes == column.values.index(UNCOMPUTED))
    ]
    if not places:
        return []
    row, position = min(places)
    return [Issue("W009", CellRef(sheet.file, sheet.name, int(row), position), details={"count": len(places)})]


def _merged(sheet: object) -> tuple[tuple[int, int, int, int], ...]:
    ranges = getattr(sheet, "merged_cell_ranges", None) or ()
    return tuple((top, left, bottom, right) for (top, left), (bottom, right) in ranges)


def _read_delimited(text: str, label: str, digest: str) -> Sheet:
    head = "".join(text.splitlines(keepends=True)[:50])
    try:
        delimiter = max(",\t;|", key=lambda mark: _steadiness(_records(head, mark)))
        rows: list[list[object]] = [list(row) for row in _records(text, delimiter)]
    except csv.Error as error:
        raise _RefusedError("E001", label) from error
    width = max(map(len, rows), default=0)
    return _from_rows([row + [""] * (width - len(row)) for row in rows], label, Path(label).stem, digest)


def _records(text: str, delimiter: str) -> list[list[str]]:
    """Split delimited text; a quote that is never closed is an ordinary character, it swallows no lines below it."""
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        open_quote = "unexpected end" in str(error) or "field larger" in str(error)
    quoting: Literal[0, 3] = csv.QUOTE_NONE if open_quote else csv.QUOTE_MINIMAL
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quoting=quoting))


def _steadiness(rows: Sequence[Sequence[str]]) -> int:
    """Return how many rows hold the most usual number (above 1) of cells."""
    widths = [len(row) for row in rows if len(row) > 1]
    return max(map(widths.count, set(widths)), default=0)


def _from_rows(
    rows: Sequence[Sequence[object]],
    label: str,
    name: str,
    digest: str,
    *,
    merged: tuple[tuple[int, int, int, int], ...] = (),
    hidden: bool = False,
) -> Sheet:
    columns = tuple(_column([row[position] for row in rows]) for position in range(len(rows[0]) if rows else 0))
    return Sheet(label, name, digest, columns, merged, hidden)


def _column(cells: list[object]) -> Column:
    """Keep every distinct cell once; 1, 1.0, True and "1" are four different cells."""
    positions: dict[tuple[type, object], int] = {}
    codes = np.fromiter(
        (positions.setdefault((type(cell), cell), len(positions)) for cell in cells), np.int32, len(cells)
    )
    return Column(codes, tuple(cell for _, cell in positions))
