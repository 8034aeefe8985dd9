"""Reading workbooks as they are: no type guessed, no row dropped, every file judged by its content."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from needs_analytics.core.issue import CellRef, Issue
from needs_analytics.core.messages import (
    LANGUAGES,
    catalogue,
    in_every_language,
    issue_remedy,
    issue_sentence,
    text,
)
from needs_analytics.core.options import ReadingOptions
from needs_analytics.core.records import Sheet, SheetList
from needs_analytics.errors import FileRefusedError
from needs_analytics.intake.reading import UNCOMPUTED
from needs_analytics.office.readers import Readers, Refusal
from needs_analytics.office.returned.marker import NOTE, find_marker, is_untouched, told_in
from needs_analytics.office.template_version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable

    from needs_analytics.office.readers import ReadSheet

WORKBOOK_SUFFIXES = frozenset({".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".et", ".csv", ".tsv", ".txt"})


def read_workbooks(
    paths: Iterable[str | Path],
    *,
    on_refusal: Literal["raise", "collect"] = "raise",
    root: str | Path | None = None,
    options: ReadingOptions | None = None,
) -> SheetList:
    """Read workbooks into raw sheets, each in a process with limits, several at a time.

    Parameters
    ----------
    paths
        Files ``.xlsx .xlsm .xls .xlsb .ods .et .csv .tsv``, read in the order of their names, whatever this order; one
        whose bytes were read already is skipped and said.
    on_refusal
        ``"raise"`` stops at the first file that cannot be read; ``"collect"`` goes on and keeps the refusals in
        ``.issues``.
    root
        Folder the files are named relative to; their bare names without it.
    options
        The limits, if other than the defaults.

    Returns
    -------
    SheetList
        A list of raw sheets; refusals and what is odd about a workbook stand in ``.issues``.

    Raises
    ------
    FileRefusedError
        When a file cannot be read and ``on_refusal`` is ``"raise"``.
    """
    sheets: list[Sheet] = []
    issues: list[Issue] = []
    seen: dict[str, str] = {}
    ancestors: dict[str, tuple[str, ...]] = {}
    untouched: list[str] = []
    limits = options or ReadingOptions()
    with Readers(limits) as readers:
        for file in readers.map(partial(_read, readers, limits), _labelled([Path(path) for path in paths], root)):
            if file.digest in seen:
                issues.append(Issue("W006", CellRef(file.label), details={"same": seen[file.digest]}))
                continue
            if isinstance(file.outcome, Refusal):
                issue = _refused(file.label, file.outcome, file.digest)
                if on_refusal == "raise":
                    raise _as_failure(issue)
                issues.append(issue)
                continue
            seen[file.digest] = file.label
            named, told, file_ancestors = _without_our_list(file)
            if file_ancestors:
                ancestors[file.label] = file_ancestors
                untouched += [file.label] if is_untouched(file.outcome) else []
            sheets += named
            issues += _issues(told, named)
    return SheetList(sheets, tuple(issues), ancestors, untouched=untouched)


def read_bytes(content: bytes, label: str, digest: str) -> list[Sheet]:
    """Read one workbook's bytes; the kind is told by the content, not by the name."""
    with Readers(ReadingOptions()) as readers:
        outcome = readers.read(content, Path(label).name)
    if isinstance(outcome, Refusal):
        raise _as_failure(_refused(label, outcome, digest))
    return _without_our_list(_File(label, digest, outcome))[0]


@dataclass(frozen=True, slots=True)
class _File:
    label: str
    digest: str
    outcome: list[ReadSheet] | Refusal


def _without_our_list(file: _File) -> tuple[list[Sheet], list[ReadSheet], tuple[str, ...]]:
    """Return an office's own sheets, as records and as read; the list of a workbook we returned is none of them."""
    outcome = file.outcome if isinstance(file.outcome, list) else []
    named = _named(outcome, file.label, file.digest)
    marker = find_marker(outcome, told_in(outcome))
    own = [at for at, sheet in enumerate(outcome) if not (marker and marker.sheet and sheet.name == marker.sheet)]
    told = [outcome[at] for at in own]
    if len(own) < len(outcome) and own:  # what was said of the whole workbook stands with its first sheet
        whole = tuple(note for sheet in outcome for note in sheet.notes if not note[1])
        kept = tuple(note for note in told[0].notes if note[1])
        told[0] = replace(told[0], notes=(*whole, *kept))
    return [named[at] for at in own], told, marker.ancestors if marker else ()


def _labelled(paths: list[Path], root: str | Path | None) -> list[tuple[Path, str]]:
    """Name files below ``root``; without one by their bare names, by their paths where two share one.

    They are read in the order of these names, on every system the same.
    """
    names = Counter(path.name for path in set(paths))
    labelled = [
        (path, path.relative_to(root).as_posix() if root else path.name if names[path.name] == 1 else path.as_posix())
        for path in paths
    ]
    return sorted(labelled, key=lambda file: file[1])


def _read(readers: Readers, limits: ReadingOptions, file: tuple[Path, str]) -> _File:
    """Read one file; its bytes are let go before the next."""
    path, label = file
    try:
        size = path.stat().st_size
        if size > limits.largest_file_mb * 2**20:
            details = {"size": f"{size / 2**20:.0f}", "limit": limits.largest_file_mb}
            return _File(label, "", Refusal("E004", details))
        content = path.read_bytes()
    except OSError:
        return _File(label, "", Refusal("E001", {}))
    if not content.strip():
        return _File(label, "", Refusal("E005", {}))
    return _File(label, hashlib.sha256(content).hexdigest(), readers.read(content, path.name))


def _refused(label: str, refusal: Refusal, digest: str) -> Issue:
    return Issue(refusal.code, CellRef(label), details={"file": label, "digests": (digest,), **refusal.details})


def _as_failure(issue: Issue) -> FileRefusedError:
    sentences = {
        language: f"{issue_sentence(issue, language)}{issue_remedy(issue, language)}" for language in LANGUAGES
    }
    return FileRefusedError(issue.code, sentences)


def _named(outcome: list[ReadSheet], label: str, digest: str) -> list[Sheet]:
    """Make records of the sheets; of two with one name the later is told apart by its place."""
    names = Counter(sheet.name for sheet in outcome)
    return [
        Sheet(
            label, sheet.name if names[sheet.name] == 1 else f"{sheet.name}({position})", digest, sheet.columns,
            sheet.merged, sheet.hidden, template=sheet.template[0],
        )
        for position, sheet in enumerate(outcome, 1)
    ]  # fmt: skip


def _issues(outcome: list[ReadSheet], sheets: list[Sheet]) -> list[Issue]:
    """Say what is odd about a workbook that was read."""
    issues = _outdated(outcome, sheets)
    for told, sheet in zip(outcome, sheets, strict=True):
        issues += [
            Issue(code, CellRef(sheet.file, sheet.name if name else "", row, column), details=details)
            for code, name, row, column, details in told.notes
            if code != NOTE
        ]
        if told.name != sheet.name:
            issues.append(Issue("W031", CellRef(sheet.file, sheet.name), details={"name": told.name}))
        issues += _uncomputed(sheet)
    return issues


def _outdated(outcome: list[ReadSheet], sheets: list[Sheet]) -> list[Issue]:
    """Say that a workbook was made from an earlier version of a template, and what has changed since."""
    table, version = outcome[0].template
    known = f"table.{table}" in catalogue("zh") and version.isdigit()
    if not known or not 0 < int(version) < VERSION:
        return []
    changed = {
        language: "".join(text(f"template.changed.{later}", language) for later in range(int(version) + 1, VERSION + 1))
        for language in LANGUAGES
    }
    details = {
        "template": in_every_language(f"table.{table}"), "version": version, "current": VERSION, "changed": changed,
    }  # fmt: skip
    return [Issue("I038", CellRef(sheets[0].file), details=details)]


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
