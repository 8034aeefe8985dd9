"""Where one resident stands in the inbox, and what the program itself keeps of those months: for erasing.

Nothing that is asked for is written down, nor shown: what is found is told by its address.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from needs_analytics.core.messages import LANGUAGES, failure, text
from needs_analytics.core.month import Month
from needs_analytics.core.tables import iter_rows
from needs_analytics.core.wording import key, plain
from needs_analytics.errors import UsageError
from needs_analytics.intake import take_in
from needs_analytics.intake.people import clean_phone, told_as
from needs_analytics.office.read import read_workbooks
from needs_analytics.office.returned.files import remove_returned
from needs_analytics.workspace import CACHE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from needs_analytics.core.records import Column, Intake, Sheet, SheetList
    from needs_analytics.workspace import Workspace

_CARD = re.compile(r"\d{17}[\dx]|\d{15}")
_MOBILE = re.compile(r"1\d{10}")
_NO_DIGIT = re.compile(r"\D")
_DOTS = re.compile("[·•‧・∙.]")
_ORDER = ("same", "namesake", "within", "beside", "linked", "staff")
_STAFF = frozenset({"网格长", "负责人", "经办人", "联系干部", "志愿者", "服务人员"})
_HEADS = 12  # rows among which a sheet's headers stand


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A row of the inbox.

    Attributes
    ----------
    month, file, sheet, row
        Where it stands; the row as the sheet counts it, from 1.
    how
        ``same`` (a cell is the number that was asked for), ``namesake`` (the name), ``within`` (a cell holds it among
        other words), ``beside`` (a cell is another number of a row that is the same), ``linked`` (another row that
        intake takes for the same person) or ``staff`` (a cell of those who visit or fill in).
    """

    month: str
    file: str
    sheet: str
    row: int
    how: str


@dataclass(frozen=True, slots=True)
class Traced:
    """Where a resident stands.

    Attributes
    ----------
    places
        The rows, by month, file, sheet and row.
    unread
        Month and file of what could not be searched: refused files and files that are no workbooks.
    """

    places: tuple[Place, ...]
    unread: tuple[tuple[str, str], ...]

    @property
    def months(self) -> tuple[str, ...]:
        """The months in whose files the resident stands."""
        return tuple(sorted({place.month for place in self.places}))


def trace_resident(workspace: Workspace, told: str) -> Traced:
    """Return in which rows of the inbox a resident stands.

    Parameters
    ----------
    told
        An ID-card number, a phone number or a name.

    Raises
    ------
    UsageError
        When it is none of them.
    """
    kind, wanted = told_as(told)
    if not kind:
        raise failure(UsageError, "resident_unreadable")
    staff = _staff_words(workspace)
    sent: dict[str, SheetList] = {}
    unread: list[tuple[str, str]] = []
    for month in workspace.months_sent():
        sent[month], out = _sheets(workspace, month)
        unread += [(month, file) for file in out]
    found = _places(sent, kind, wanted, staff)
    for other in sorted(_numbers_beside(sent, found, staff) - {(kind, wanted)}):
        beside = _places(sent, *other, staff)
        found += [replace(place, how="beside") for place in beside if place.how == "same"]
    own = {place for place in found if place.how in {"same", "namesake"}}
    taken = [(month, sheets, _intake(workspace, month, sheets)) for month, sheets in sent.items()]
    keys = {key for month, sheets, intake in taken for key in _keys_of(intake, _addresses(month, sheets, own))}
    for month, sheets, intake in taken:
        found += _linked(month, sheets, intake, keys)
    return Traced(tuple(sorted(_surest(found))), tuple(unread))


def _places(sent: Mapping[str, SheetList], kind: str, wanted: str, staff: frozenset[str]) -> list[Place]:
    """Return the rows with a cell that tells somebody."""
    compare = _COMPARISONS[kind]
    return [
        Place(month, sheet.file, sheet.name, row, "namesake" if (kind, how) == ("name", "same") else how)
        for month, sheets in sent.items()
        for sheet in sheets
        for row, how in _hits(sheet, lambda cell: compare(cell, wanted), staff)
    ]


def _numbers_beside(sent: Mapping[str, SheetList], found: list[Place], staff: frozenset[str]) -> set[tuple[str, str]]:
    """Return the mobile and ID numbers in the rows that are the same: rows of other months may tell one of them only.

    A date may pass for a line at home, and such a line is a household's.
    """
    numbers: set[tuple[str, str]] = set()
    for month, sheets in sent.items():
        for sheet in sheets:
            here = (month, sheet.file, sheet.name, "same")
            rows = [at.row - 1 for at in found if (at.month, at.file, at.sheet, at.how) == here]
            for column in sheet.columns if rows else ():
                if not _of_staff(column, staff):
                    cells = {_written(column.values[number]) for number in column.codes[rows].tolist()}
                    numbers |= {told_as(cell) for cell in cells}
    return {(kind, number) for kind, number in numbers if kind == "id_card" or _MOBILE.fullmatch(number)}


def _staff_words(workspace: Workspace) -> frozenset[str]:
    """Return the headers of columns that name who visited or filled in."""
    fields = workspace.codebook.fields
    rows = fields[fields["field"] == "interviewer"]
    return frozenset(key(word) for words in rows["synonyms"] for word in words.split("|")) | _STAFF


def _of_staff(column: Column, staff: frozenset[str]) -> bool:
    heads = dict.fromkeys(column.codes[:_HEADS].tolist())
    return any(key(str(column.values[number])) in staff for number in heads)


def _addresses(month: str, sheets: SheetList, places: set[Place]) -> set[str]:
    digests = {(sheet.file, sheet.name): sheet.digest for sheet in sheets}
    return {
        _address(digests[place.file, place.sheet], place.sheet, place.row) for place in places if place.month == month
    }


def forget_copies(workspace: Workspace, months: tuple[str, ...]) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Remove what the program keeps of some months' rows: what was read, the check, the returned copies.

    Returns
    -------
    tuple of tuple of Path
        What was removed; and returned copies that somebody has worked on, which are left to him.
    """
    removed: list[Path] = []
    edited: list[Path] = []
    for month in months:
        folder, record = workspace.path / "check" / month, workspace.returned_record(month)
        gone, theirs = remove_returned(folder, record, workspace.config.options.reading)
        removed += gone
        edited += theirs
        for path in (workspace.path / CACHE / month, record, *_check_files(folder)):
            if path.exists():
                path.unlink()
                removed.append(path)
    return tuple(removed), tuple(edited)


def _check_files(folder: Path) -> list[Path]:
    stems = [text("check.page_stem", language) for language in LANGUAGES]
    return [path for stem in stems for kind in ("html", "xlsx") for path in sorted(folder.glob(f"*{stem}*.{kind}"))]


def _sheets(workspace: Workspace, month: str) -> tuple[SheetList, list[str]]:
    """Return a month's sheets, also of files that are there twice, and the files that cannot be searched."""
    sheets = read_workbooks(
        workspace.workbooks(month), on_refusal="collect", root=workspace.inbox(month),
        options=workspace.config.options.reading,
    )  # fmt: skip
    unread = [issue.where.file for issue in workspace.left_out(month) if issue.where]
    read = {sheet.file for sheet in sheets}
    for issue in sheets.issues:
        file = issue.where.file if issue.where else ""
        if issue.code == "W006":
            sheets += [replace(sheet, file=file) for sheet in sheets if sheet.file == issue.details["same"]]
        elif issue.severity == "error" and file not in read:
            unread.append(file)
    return sheets, unread


def _intake(workspace: Workspace, month: str, sheets: SheetList) -> Intake:
    return take_in(
        sheets, codebook=workspace.codebook, month=month, key=workspace.key(), mapping=workspace.mapping,
        options=workspace.config.options.intake, recipes=workspace.recipes(Month.parse(month)),
    )  # fmt: skip


def _hits(sheet: Sheet, compare: Callable[[str], str], staff: frozenset[str]) -> Iterator[tuple[int, str]]:
    """Yield the rows of a sheet, from 1, in which somebody is told, and how; each distinct cell is compared once."""
    rows: dict[int, str] = {}
    for column in sheet.columns:
        said = [compare(_written(value)) for value in column.values]
        if any(said) and _of_staff(column, staff):
            said = [how and "staff" for how in said]
        for number in [at for at, how in enumerate(said) if how]:
            for row in np.flatnonzero(column.codes == number).tolist():
                rows[row] = min(said[number], rows.get(row, said[number]), key=_ORDER.index)
    yield from ((row + 1, how) for row, how in rows.items())


def _written(value: object) -> str:
    """Return a cell as it is written; a number of a phone is a number to Excel."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _card(cell: str, wanted: str) -> str:
    if told_as(cell) == ("id_card", wanted):
        return "same"
    return "within" if any(told_as(number) == ("id_card", wanted) for number in _CARD.findall(key(cell))) else ""


def _phone(cell: str, wanted: str) -> str:
    if clean_phone(cell) == wanted:
        return "same"
    return "within" if wanted in _NO_DIGIT.sub("", plain(cell)) else ""


def _name(cell: str, wanted: str) -> str:
    if told_as(cell) == ("name", wanted):
        return "same"
    return "within" if wanted in _DOTS.sub("", key(cell)) else ""


_COMPARISONS: Mapping[str, Callable[[str, str], str]] = {"id_card": _card, "phone": _phone, "name": _name}


def _address(digest: str, sheet: str, row: int) -> str:
    return f"{digest}|{sheet}|{row}"


def _keys_of(intake: Intake, addresses: set[str]) -> set[str]:
    """Return the keys of the persons who stand at some addresses."""
    return {key for key, address in _people(intake) if address in addresses}


def _people(intake: Intake) -> Iterator[tuple[str, str]]:
    """Yield the key of the person and the address of every row that has one."""
    for frame in intake.tables.values():
        if "person_key" in frame:
            known = frame[frame["person_key"].notna()]
            for person, digest, sheet, row in iter_rows(known, "person_key", "digest", "sheet", "row"):
                yield person, _address(digest, sheet, row)


def _linked(month: str, sheets: SheetList, intake: Intake, keys: set[str]) -> list[Place]:
    addresses = {address for person, address in _people(intake) if person in keys}
    return [
        Place(month, sheet.file, sheet.name, int(row), "linked")
        for sheet in sheets
        for row in range(1, sheet.n_rows + 1)
        if _address(sheet.digest, sheet.name, row) in addresses
    ]


def _surest(places: list[Place]) -> list[Place]:
    """Return every row once, with the surest of what tells it."""
    best: dict[tuple[str, str, str, int], Place] = {}
    for place in sorted(places, key=lambda one: _ORDER.index(one.how), reverse=True):
        best[place.month, place.file, place.sheet, place.row] = place
    return list(best.values())
