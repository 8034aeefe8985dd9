"""Reading workbooks as they are: no type guessed, no row dropped, every file judged by its content."""

from __future__ import annotations

import csv
import hashlib
import io
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import python_calamine as calamine

from needs_analytics.core.issue import CellRef, Issue
from needs_analytics.core.messages import LANGUAGES, issue_remedy, issue_sentence
from needs_analytics.core.records import Column, Sheet, SheetList
from needs_analytics.errors import FileRefusedError
from needs_analytics.office.encoding import decode

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LARGEST_FILE = 64 * 2**20
WORKBOOK_SUFFIXES = frozenset({".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".et", ".csv", ".tsv", ".txt"})
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
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

    Raises
    ------
    FileRefusedError
        When a file cannot be read and ``on_refusal`` is ``"raise"``.
    """
    sheets: list[Sheet] = []
    issues: list[Issue] = []
    seen: dict[str, str] = {}
    for path in map(Path, paths):
        label = path.relative_to(root).as_posix() if root else path.name
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
        issues += [Issue("I007", CellRef(sheet.file, sheet.name)) for sheet in found if sheet.hidden]
    return SheetList(sheets, tuple(issues))


def read_bytes(content: bytes, label: str, digest: str) -> list[Sheet]:
    """Read one workbook's bytes; the kind is told by the content, not by the name."""
    if content.startswith((_ZIP, _OLE)):
        return _read_spreadsheet(content, label, digest)
    for magic, kind in _FOREIGN.items():
        if content.startswith(magic):
            raise _RefusedError("E003", label, kind=kind)
    text = decode(content)
    if text is None:
        raise _RefusedError("E008", label)
    head = text.lstrip()[:200].lower()
    if head.startswith(("<html", "<!doctype html", "<table", "<?xml")):
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
        raise _RefusedError("E001", label, detail=error.strerror or type(error).__name__) from error
    if not content.strip():
        raise _RefusedError("E005", label)
    return content


def _read_spreadsheet(content: bytes, label: str, digest: str) -> list[Sheet]:
    try:
        workbook = calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        return [
            _from_rows(sheet.to_python(skip_empty_area=False), label, meta.name, digest,
                       merged=_merged(sheet), hidden=meta.visible != calamine.SheetVisibleEnum.Visible)
            for position, meta in enumerate(workbook.sheets_metadata)
            if meta.typ == calamine.SheetTypeEnum.WorkSheet
            for sheet in [workbook.get_sheet_by_index(position)]
        ]  # fmt: skip
    except calamine.PasswordError as error:
        raise _RefusedError("E002", label) from error
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise _RefusedError("E001", label, detail=type(error).__name__) from error
    except BaseException as error:  # a panic inside the reader derives from BaseException
        if type(error).__name__ != "PanicException":
            raise
        raise _RefusedError("E001", label, detail="PanicException") from error


def _merged(sheet: object) -> tuple[tuple[int, int, int, int], ...]:
    ranges = getattr(sheet, "merged_cell_ranges", None) or ()
    return tuple((top, left, bottom, right) for (top, left), (bottom, right) in ranges)


def _read_delimited(text: str, label: str, digest: str) -> Sheet:
    lines = [line for line in text.splitlines()[:50] if line.strip()]
    delimiter = max(",\t;|", key=lambda mark: (_steadiness(lines, mark), ",\t;|".index(mark) * -1))
    rows: list[list[object]] = [list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)]
    width = max(map(len, rows), default=0)
    return _from_rows([row + [""] * (width - len(row)) for row in rows], label, Path(label).stem, digest)


def _steadiness(lines: Sequence[str], mark: str) -> int:
    """Return how many lines hold the most usual number (above 0) of a delimiter."""
    counts = [line.count(mark) for line in lines]
    most_usual = max(set(counts) - {0}, key=counts.count, default=0)
    return counts.count(most_usual) if most_usual else 0


def _from_rows(
    rows: list[list[object]],
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
