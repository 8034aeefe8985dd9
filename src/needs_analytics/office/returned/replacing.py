"""Which files of a month a later one stands for: corrected ones by their marker, others as the office says."""

from __future__ import annotations

from collections import defaultdict
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from needs_analytics.core.issue import CellRef, Issue
from needs_analytics.core.records import SheetList
from needs_analytics.office.returned.alike import rows_of, shared_rows
from needs_analytics.office.returned.names import common_stem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from needs_analytics.core.mapping import Replacement
    from needs_analytics.core.records import Sheet

    Files = Mapping[str, Sequence[Sheet]]

_MOSTLY = 0.5  # share of equal rows from which two files of like names are asked about
_LEAST_ROWS = 0.8  # of the rows before that a corrected workbook holds at least


def with_replaced(found: SheetList, told: Sequence[Replacement] = ()) -> SheetList:
    """Return the sheets with the files that others stand for, and the doubts about it.

    A workbook we returned tells from which files it was made, and it replaces these, never one that somebody else
    made from one of them.
    """
    files: dict[str, list[Sheet]] = defaultdict(list)
    for sheet in found:
        files[sheet.file].append(sheet)
    replaced = _as_told(files, told)
    doubts: list[Issue] = []
    for family in _families(found, files):
        doubts += family.settled(replaced)
    doubts += _alike(files, replaced)
    replaced = {file: _last(file, replaced) for file in replaced}
    issues = [issue for issue in found.issues if not issue.where or issue.where.file not in replaced]
    return SheetList(found, (*issues, *doubts), found.ancestors, replaced, found.untouched)


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


class _Family:
    """The files that go back to one: the office's first one and what was made from it, branch by branch."""

    def __init__(self, found: SheetList, files: Files, members: Sequence[str]) -> None:
        self._files = {file: files[file] for file in members}
        self._rows = {file: rows_of(files[file]) for file in members}
        self._above = {file: found.ancestors.get(file, ()) for file in members}
        digests = {files[file][0].digest: file for file in members}
        self._own = {file: files[file][0].digest for file in members}
        for file, above in self._above.items():  # what nobody worked on is the file that it was made from
            parent = digests.get(above[-1], "") if above else ""
            if file in found.untouched or (parent and self._rows[file].same(self._rows[parent])):
                self._own[file] = above[-1]

    def settled(self, replaced: dict[str, str]) -> list[Issue]:
        """Let every file stand for those it was made from; ask about those that none stands for."""
        order = [file for file in sorted(self._files, key=self._rank) if file not in replaced]
        left: list[str] = []
        for file in order:
            after = [later for later in left if self._is_after(later, file)]
            whole = next((later for later in after if self._stands_for(later, file)), "")
            same = next((other for other in left if self._rows[other].same(self._rows[file])), "")
            if whole or same:
                replaced[file] = whole or same
            else:
                left.append(file)
        return [self._doubt(left[0], file) for file in left[1:]]

    def _rank(self, file: str) -> tuple[int, bool, int, str]:
        """Sort the latest generation first, in it what somebody worked on, then what holds most rows."""
        above = self._above[file]
        return -len(above), bool(above) and self._own[file] == above[-1], -len(self._rows[file].all), file

    def _is_after(self, later: str, earlier: str) -> bool:
        return self._own[earlier] in (*self._above[later], self._own[later])

    def _stands_for(self, later: str, earlier: str) -> bool:
        """Whether a workbook made from another holds what that held: a part of it, or other people's rows, do not."""
        enough = len(self._rows[later].all) >= _LEAST_ROWS * len(self._rows[earlier].all)
        return enough and self._speaks_of(later, earlier)

    def _speaks_of(self, file: str, other: str) -> bool:
        """Whether most rows of the smaller of two workbooks, or most cells, stand in the other."""
        small, large = sorted((self._rows[file], self._rows[other]), key=lambda rows: len(rows.full))
        few = small.missing_in(large) <= _MOSTLY * len(small.full)
        return few or _equal_cells(self._files[file], self._files[other]) >= _MOSTLY

    def _doubt(self, file: str, other: str) -> Issue:
        code = "W041" if self._speaks_of(file, other) else "W043"
        count = self._rows[other].missing_in(self._rows[file])
        digests = tuple(self._files[one][0].digest for one in (file, other))  # names may be masked later
        return Issue(code, CellRef(file), details={"file": file, "earlier": other, "count": count, "digests": digests})


def _families(found: SheetList, files: Files) -> list[_Family]:
    roots: dict[str, list[str]] = defaultdict(list)
    for file, sheets in files.items():
        roots[found.ancestors[file][0] if file in found.ancestors else sheets[0].digest].append(file)
    return [_Family(found, files, members) for members in roots.values() if len(members) > 1]


def _equal_cells(later: Sequence[Sheet], earlier: Sequence[Sheet]) -> float:
    """Return the share of cells that say the same in the same place."""
    equal = total = 0
    for new, old in zip(later, earlier, strict=False):
        rows = min(new.n_rows, old.n_rows)
        for mine, theirs in zip(new.columns, old.columns, strict=False):
            equal += int((mine.cells()[:rows] == theirs.cells()[:rows]).sum())
        total += old.n_rows * len(old.columns)
    return equal / max(1, total)


def _alike(files: Files, replaced: Mapping[str, str]) -> list[Issue]:
    """Ask about files whose names say that one is the other corrected, and most of whose rows are the same.

    Of several each is asked about with the next one only: what is corrected twice is two lines, not three.
    """
    stems: dict[tuple[str, str], list[str]] = defaultdict(list)
    for file in files:
        path = PurePosixPath(file)
        if file not in replaced:
            stems[path.parent.as_posix(), common_stem(path.stem)].append(file)
    doubts = []
    for alike in stems.values():
        names = sorted(alike, key=lambda file: (len(file), file))
        rows = [rows_of(files[file]) for file in names] if len(names) > 1 else []
        shared, sizes = shared_rows(rows), [max(1, len(one.full)) for one in rows]
        for at, earlier in enumerate(names):
            later = next((place for place in range(at + 1, len(rows))
                          if shared[at, place] >= _MOSTLY * min(sizes[at], sizes[place])), 0)  # fmt: skip
            if later:
                told = {"file": names[later], "earlier": earlier, "outdated": files[earlier][0].digest}
                doubts.append(Issue("W042", CellRef(names[later]), details=told))
    return doubts
