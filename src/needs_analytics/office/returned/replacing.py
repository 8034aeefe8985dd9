"""Which files of a month a later one stands for: corrected ones by their marker, others as the office says."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from needs_analytics.core.issue import CellRef, Issue
from needs_analytics.core.records import SheetList
from needs_analytics.office.returned.names import common_stem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from needs_analytics.core.mapping import Replacement
    from needs_analytics.core.records import Sheet

    Files = Mapping[str, Sequence[Sheet]]

_MOSTLY = 0.5  # share of equal rows from which two files of like names are asked about
_LEAST_ROWS = 0.8  # of the rows before that a corrected workbook holds at least
_FILLED = 3  # cells of a row that is compared


def with_replaced(found: SheetList, told: Sequence[Replacement] = ()) -> SheetList:
    """Return the sheets with the files that others stand for, and the doubts about it.

    A workbook we returned tells from which file it was made; of several made from one the latest generation counts.
    """
    files: dict[str, list[Sheet]] = defaultdict(list)
    for sheet in found:
        files[sheet.file].append(sheet)
    replaced = _as_told(files, told)
    doubts: list[Issue] = []
    for family in _families(files, found.ancestors):
        doubts += _latest(family, found.ancestors, files, replaced)
    doubts += _alike(files, replaced)
    replaced = {file: _last(file, replaced) for file in replaced}
    issues = [issue for issue in found.issues if not issue.where or issue.where.file not in replaced]
    return SheetList(found, (*issues, *doubts), found.ancestors, replaced)


def _as_told(files: Files, told: Sequence[Replacement]) -> dict[str, str]:
    pairs = ((file, earlier) for line in told for file in files for earlier in files
             if file != earlier and line.names(file, earlier))  # fmt: skip
    replaced: dict[str, str] = {}
    for file, earlier in pairs:
        if _last(file, replaced) != earlier:  # of two lines that contradict each other the first is obeyed
            replaced[earlier] = file
    return replaced


def _last(file: str, replaced: Mapping[str, str]) -> str:
    while file in replaced:
        file = replaced[file]
    return file


def _families(files: Files, ancestors: Mapping[str, tuple[str, ...]]) -> list[list[str]]:
    """Return the files that go back to one: corrected ones, and the one they were made from."""
    roots: dict[str, list[str]] = defaultdict(list)
    for file, sheets in files.items():
        roots[ancestors[file][0] if file in ancestors else sheets[0].digest].append(file)
    return [family for family in roots.values() if len(family) > 1]


def _latest(
    family: Sequence[str], ancestors: Mapping[str, tuple[str, ...]], files: Files, replaced: dict[str, str]
) -> list[Issue]:
    """Let the latest generation stand for the others; where two are equally late, ask."""
    left = [file for file in family if file not in replaced]
    generation = {file: len(ancestors.get(file, ())) for file in left}
    newest = max(generation.values(), default=0)
    top = _differing([file for file in left if generation[file] == newest], files, replaced)
    top = _edited(top, left, ancestors, files, replaced)
    apart = []
    for file in left:
        if generation[file] < newest:
            if _stands_for(files[top[0]], files[file]):
                replaced[file] = top[0]
            else:
                apart.append((top[0], file))
    pairs = [*combinations(top, 2), *apart]
    return [Issue("W041", CellRef(one), details={"file": one, "other": other}) for one, other in pairs]


def _stands_for(later: Sequence[Sheet], earlier: Sequence[Sheet]) -> bool:
    """Whether a workbook made from another holds what that held: a part of it, or other people's rows, do not."""
    if sum(sheet.n_rows for sheet in later) < _LEAST_ROWS * sum(sheet.n_rows for sheet in earlier):
        return False
    old = _rows(earlier)
    return not old or len(old & _rows(later)) >= _MOSTLY * len(old) or _equal_cells(later, earlier) >= _MOSTLY


def _equal_cells(later: Sequence[Sheet], earlier: Sequence[Sheet]) -> float:
    """Return the share of cells that say the same in the same place."""
    equal = total = 0
    for new, old in zip(later, earlier, strict=False):
        rows = min(new.n_rows, old.n_rows)
        for mine, theirs in zip(new.columns, old.columns, strict=False):
            equal += int((mine.cells()[:rows] == theirs.cells()[:rows]).sum())
        total += old.n_rows * len(old.columns)
    return equal / max(1, total)


def _differing(top: Sequence[str], files: Files, replaced: dict[str, str]) -> list[str]:
    """Return those of equally late files that hold something else than the ones before."""
    kept: list[str] = []
    for file in top:
        same = next((other for other in kept if _same(files[file], files[other])), "")
        if same:
            replaced[file] = same
        else:
            kept.append(file)
    return kept


def _edited(
    top: list[str], family: Sequence[str], ancestors: Mapping[str, tuple[str, ...]], files: Files,
    replaced: dict[str, str],
) -> list[str]:  # fmt: skip
    """Of equally late files those in which nothing was corrected give way."""
    by_digest = {files[file][0].digest: file for file in family}
    untouched = [file for file in top if (parent := by_digest.get(ancestors.get(file, ("",))[-1]))
                 and _same(files[file], files[parent])]  # fmt: skip
    edited = [file for file in top if file not in untouched]
    if not edited:
        return top
    replaced.update(dict.fromkeys(untouched, edited[0]))
    return edited


def _same(one: Sequence[Sheet], other: Sequence[Sheet]) -> bool:
    return len(one) == len(other) and all(
        mine.n_rows == theirs.n_rows
        and len(mine.columns) == len(theirs.columns)
        and all((a.cells() == b.cells()).all() for a, b in zip(mine.columns, theirs.columns, strict=True))
        for mine, theirs in zip(one, other, strict=True)
    )


def _alike(files: Files, replaced: Mapping[str, str]) -> list[Issue]:
    """Ask about files whose names say that one is the other corrected, and most of whose rows are the same."""
    stems: dict[tuple[str, str], list[str]] = defaultdict(list)
    for file in files:
        path = PurePosixPath(file)
        if file not in replaced:
            stems[path.parent.as_posix(), common_stem(path.stem)].append(file)
    doubts = []
    for alike in stems.values():
        for earlier, later in combinations(sorted(alike, key=lambda file: (len(file), file)), 2):
            if _share(files[earlier], files[later]) >= _MOSTLY:
                doubts.append(Issue("W042", CellRef(later), details={"file": later, "earlier": earlier}))
    return doubts


def _share(one: Sequence[Sheet], other: Sequence[Sheet]) -> float:
    mine, theirs = _rows(one), _rows(other)
    return len(mine & theirs) / max(1, min(len(mine), len(theirs)))


def _rows(sheets: Sequence[Sheet]) -> set[tuple[str, ...]]:
    return {
        tuple(map(str, row))
        for sheet in sheets
        for row in sheet.rows()
        if sum(cell != "" for cell in row) >= _FILLED
    }  # fmt: skip
