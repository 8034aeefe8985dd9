"""What a check found, office by office: sheets, rows, problems with the most serious first, what blocks the report.

An office is who sent a file: what ``mapping.toml`` says, else its folder below the month's, else what its sheets say
themselves (:mod:`needs_analytics.intake.senders`), else its name without month and version. What no office can be
blamed for belongs to the whole month.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from needs_analytics.core.issue import CellRef, Issue, cell_name, in_sheet_order
from needs_analytics.core.tables import iter_rows
from needs_analytics.intake.senders import undated
from needs_analytics.intake.summary import office_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from needs_analytics.core.month import Month
    from needs_analytics.core.records import Cleaned

NEEDED = {"survey": "W602", "register": "W601", "menu": "W700", "usage": "W720"}
"""The tables a report is made of, and what is said where one of them has no row of the month."""

OLDER_ANSWERS = "I624"
"""The month has no survey and rests on earlier ones: a report can be made."""

NOTHING_USABLE, NO_ANSWERS, NO_QUESTIONS = "E603", NEEDED["survey"], "W621"
BLOCKING = frozenset({NOTHING_USABLE, NO_ANSWERS, NO_QUESTIONS})
"""What makes a month's needs list impossible; nothing that is wrong in one file, sheet or cell is among it."""

SEVERITIES = ("error", "warning", "info")
OF_SHEETS = frozenset({"W201", "W202", "W203", "I204", "W206", "W207", "W208", "E208", "W213", "W318"})
"""What is said of a sheet as a whole, though it names the row in which its table begins."""

_EACH = frozenset({"W142", "W143", "W144", "W145", "W146"})  # how a rule was read: each reading has to be looked at

UNKNOWN = ("none", "asked", "unread")
"""Why a sheet is not used that may hold data."""

_MERGES = "I41"  # what is said of rows that went into another

STATES = ("resend", "correct", "review", "fine")
ROWS = ("rows_in", "kept", "merged", "returned", "other_months", "replaced")
TOLD = ("rows_in", "kept", "other_months", "merged", "returned")
UNITS = ("file", "sheet", "row", "cell")


@dataclass(frozen=True, slots=True)
class Rows:
    """Where rows went; ``rows_in == kept + merged + returned``.

    Attributes
    ----------
    other_months
        Those of the kept that do not count in the month.
    replaced
        Those of the merged that stand in a corrected file.
    """

    rows_in: int = 0
    kept: int = 0
    merged: int = 0
    returned: int = 0
    other_months: int = 0
    replaced: int = 0

    def __add__(self, other: Rows) -> Rows:
        return Rows(*(getattr(self, name) + getattr(other, name) for name in ROWS))

    def to_dict(self) -> dict[str, int]:
        """Return the numbers by name."""
        return {name: getattr(self, name) for name in ROWS}

    @property
    def told(self) -> tuple[int, ...]:
        """The numbers of :data:`TOLD`, as tables print them."""
        return tuple(getattr(self, name) for name in TOLD)


@dataclass(frozen=True, slots=True)
class SheetCheck:
    """What a sheet, or a table on it, was taken for.

    Attributes
    ----------
    tables
        Canonical tables; none where it is not used.
    why
        Key of the reason in the catalogue (``cli.check.why_…``), completed by ``platform`` and ``marks``.
    taken
        Rows found under its headers.
    rows
        Where the rows of the whole sheet went; all 0 for its second and further tables.
    """

    file: str
    sheet: str
    tables: tuple[str, ...]
    why: str
    platform: str
    marks: str
    taken: int
    rows: Rows


@dataclass(frozen=True, slots=True)
class Problem:
    """What is said of one sheet with one code about one field, however many cells and values it concerns."""

    issues: tuple[Issue, ...]

    @property
    def first(self) -> Issue:
        """The issue that is told."""
        return self.issues[0]

    @property
    def where(self) -> CellRef | None:
        """The first cell, row, sheet or file."""
        return self.first.where

    @property
    def times(self) -> int:
        """In how many cells, rows, sheets or files."""
        return sum(issue.times for issue in self.issues)

    @property
    def cells(self) -> tuple[str, ...]:
        """The first few cells or rows, as a spreadsheet names them."""
        if self.first.code in OF_SHEETS:
            return ()
        return tuple(dict.fromkeys(cell for issue in self.issues for cell in issue.cells))

    @property
    def all_cells(self) -> tuple[str, ...]:
        """All cells or rows."""
        places = (place for issue in self.issues for place in issue.places)
        return tuple(dict.fromkeys(name for place in places if (name := cell_name(*place))))

    @property
    def unit(self) -> str:
        """What it concerns: ``file``, ``sheet``, ``row`` or ``cell``."""
        return "sheet" if self.first.code in OF_SHEETS else unit_of(self.where)


@dataclass(frozen=True, slots=True)
class OfficeCheck:
    """One office's part of the check; the whole month's has no name."""

    name: str
    files: tuple[str, ...]
    sheets: tuple[SheetCheck, ...]
    rows: Rows
    problems: tuple[Problem, ...]
    named_by: tuple[str, ...] = ()
    """The headings within its files that name it."""

    @property
    def refused(self) -> tuple[Problem, ...]:
        """Files that were not read."""
        return tuple(one for one in self.problems if one.first.severity == "error" and one.unit == "file")

    @property
    def shown(self) -> tuple[Problem, ...]:
        """What must be seen to, and which rows were merged."""
        merged = tuple(one for one in self.problems if one.first.code.startswith(_MERGES))
        return (*self.serious, *merged)

    @property
    def serious(self) -> tuple[Problem, ...]:
        """What must be seen to, the most serious first."""
        return tuple(one for one in self.problems if one.first.severity != "info")

    def count(self, severity: str) -> int:
        """Return in how many cells, rows, sheets and files something of a severity was found."""
        return sum(one.times for one in self.problems if one.first.severity == severity)

    @property
    def state(self) -> str:
        """What is to be done, one of :data:`STATES`."""
        if self.refused:
            return "resend"
        return "correct" if self.count("error") else "review" if self.serious else "fine"


@dataclass(frozen=True, slots=True)
class MonthCheck:
    """What a check found.

    Attributes
    ----------
    offices
        Those with the most serious problems first.
    whole
        What concerns no single office.
    missing
        Tables the month lacks, each with the issue that says what this means.
    blocking
        What makes the report impossible; empty where it can be made.
    hints
        Keys of what may be the reason for what blocks.
    """

    month: Month
    offices: tuple[OfficeCheck, ...]
    whole: OfficeCheck
    missing: Mapping[str, Issue]
    blocking: tuple[Issue, ...]
    hints: tuple[str, ...]

    @property
    def parts(self) -> tuple[OfficeCheck, ...]:
        """The offices, and the whole month where something must be seen to."""
        return (*self.offices, *([self.whole] if self.whole.serious else []))

    @property
    def rows(self) -> Rows:
        """Where all rows went."""
        return sum((office.rows for office in self.offices), Rows())

    @property
    def files(self) -> int:
        """Number of files, refused ones included."""
        return sum(len(office.files) for office in self.offices)

    def count(self, severity: str) -> int:
        """Return in how many places something of a severity was found."""
        return sum(part.count(severity) for part in self.parts)


def unit_of(where: CellRef | None) -> str:
    """Return what a place is: a ``cell``, a ``row`` (or column), a ``sheet`` or a ``file``."""
    if where is None:
        return "file"
    if where.row is not None and where.column is not None:
        return "cell"
    if where.row is not None or where.column is not None:
        return "row"
    return "sheet" if where.sheet else "file"


def summarise(cleaned: Cleaned) -> MonthCheck:
    """Put together what a check found, office by office.

    Parameters
    ----------
    cleaned
        The month's tables with their issues.

    Returns
    -------
    MonthCheck
        Every issue belongs to one office or to the whole month, every row to one office.
    """
    senders, named_by = _senders(cleaned)
    issues: dict[str, list[Issue]] = {}
    for issue in cleaned.issues:
        issues.setdefault(_office_of_issue(issue, senders), []).append(issue)
    sheets = _sheets(cleaned, senders)
    names = dict.fromkeys([*(name for name in sheets if name), *(name for name in issues if name)])
    offices = [_office(name, sheets.get(name, ()), issues.get(name, ()), named_by.get(name, ())) for name in names]
    missing = {table: Issue(code) for table, code in NEEDED.items() if getattr(cleaned, table).empty}
    older = [issue for issue in cleaned.issues if issue.code == OLDER_ANSWERS]
    missing = {**({"survey": older[0]} if older else {}), **missing}
    blocking = blocks(cleaned)
    return MonthCheck(
        cleaned.month, tuple(sorted(offices, key=_most_serious_first)), _office("", (), issues.get("", ())), missing,
        blocking, tuple(_hints(cleaned)) if blocking else (),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Senders:
    """File and sheet to the office that sent it; what intake knows an office by to the office."""

    places: Mapping[tuple[str, str], str]
    offices: Mapping[str, str]

    def of(self, file: str, sheet: str) -> str:
        """Return who sent a sheet, whether or not anything of its file was read."""
        return self.places.get((file, sheet)) or self.places.get((file, "")) or _by_name(file)


def _senders(cleaned: Cleaned) -> tuple[_Senders, dict[str, tuple[str, ...]]]:
    """Return who sent what, and the headings that name an office; a form goes with the answers it belongs to."""
    rows = list(iter_rows(cleaned.sheets, "file", "sheet", "office"))
    named, headings = _named_within(cleaned.sheets)
    corrected = {str(one.details["file"]): str(one.details["by"]) for one in cleaned.issues if one.code == "I040"}
    named |= {file: named[by] for file, by in corrected.items() if by in named and "/" not in file}
    shown = {
        (file, office): str(office) if office != office_of(str(file)) else named.get(str(file), _by_name(str(file)))
        for file, _, office in rows
        if office
    }
    known = sorted(set(shown.values()), key=len, reverse=True)
    places: dict[tuple[str, str], str] = {}
    for file, sheet, office in rows:
        own = shown.get((file, office)) or _by_name(str(file))
        if not office:
            own = next((name for name in known if own.startswith(name)), own)
        places[str(file), str(sheet)] = places[str(file), ""] = own
    return _Senders(places, {str(office): name for (_, office), name in shown.items()}), headings


def _named_within(sheets: pd.DataFrame) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """Return the files outside folders whose sheets name one office, and the headings that do so, office by office."""
    told = sheets[(sheets["sender"] != "") & ~sheets["file"].str.contains("/", regex=False)]
    one = told[told.groupby("file")["sender"].transform("nunique") == 1]
    headings = {str(name): tuple(dict.fromkeys(same)) for name, same in one.groupby("sender")["sender_by"]}
    return dict(zip(one["file"], one["sender"], strict=True)), headings


def _by_name(file: str) -> str:
    own = office_of(file)
    return own if "/" in file else undated(own)


def _office_of_issue(issue: Issue, senders: _Senders) -> str:
    where = issue.where
    if where is None or not where.file:
        return senders.offices.get(str(issue.details.get("office", "")), "")
    return senders.of(where.file, where.sheet)


def _sheets(cleaned: Cleaned, senders: _Senders) -> dict[str, list[SheetCheck]]:
    counted = {
        (str(file), str(sheet)): Rows(*map(int, numbers))
        for file, sheet, *numbers in iter_rows(cleaned.counts, "file", "sheet", *ROWS)
    }
    found: dict[str, list[SheetCheck]] = {}
    for file, sheet, tables, why, platform, marks, rows in iter_rows(
        cleaned.sheets, "file", "sheet", "tables", "why", "platform", "marks", "rows"
    ):
        place = str(file), str(sheet)
        names = tuple(name for name in str(tables).split("+") if name)
        seen = SheetCheck(*place, names, str(why), str(platform), str(marks), int(rows), counted.pop(place, Rows()))
        found.setdefault(senders.of(*place), []).append(seen)
    return found


def _office(
    name: str, sheets: Iterable[SheetCheck], issues: Iterable[Issue], named_by: tuple[str, ...] = ()
) -> OfficeCheck:
    sheets, problems = tuple(sorted(sheets, key=_unknown_first)), _problems(issues)
    places = [issue.where for problem in problems for issue in problem.issues]
    files = [sheet.file for sheet in sheets] + [place.file for place in places if place and place.file]
    rows = sum((sheet.rows for sheet in sheets), Rows())
    return OfficeCheck(name, tuple(dict.fromkeys(files)), sheets, rows, problems, named_by)


def _problems(issues: Iterable[Issue]) -> tuple[Problem, ...]:
    """Put issues of one code about one field of a sheet together, the most serious first."""
    alike: dict[tuple[str, ...], list[Issue]] = {}
    for issue in issues:
        where = issue.where or CellRef("")
        field = str(issue.details.get("field", ""))
        value = issue.value if issue.code in _EACH else ""
        alike.setdefault((where.file, where.sheet, issue.code, field, value), []).append(issue)
    found = [Problem(tuple(in_sheet_order(same))) for same in alike.values()]
    return tuple(sorted(found, key=lambda one: (SEVERITIES.index(one.first.severity), UNITS.index(one.unit))))


def _unknown_first(sheet: SheetCheck) -> int:
    return 0 if sheet.why in UNKNOWN else 1 if sheet.tables else 2


def _most_serious_first(office: OfficeCheck) -> tuple[object, ...]:
    return (STATES.index(office.state), -office.count("error"), -office.count("warning"), office.name)


def blocks(cleaned: Cleaned) -> tuple[Issue, ...]:
    """Return what makes the report of a month impossible."""
    if not (cleaned.sheets["tables"] != "").any():
        return (Issue(NOTHING_USABLE),)
    if cleaned.survey.empty:
        return (Issue(NO_ANSWERS),)
    asked = any(str(column).startswith(("need:", "rank:")) for column in cleaned.survey.columns)
    return () if asked else (Issue(NO_QUESTIONS),)


def _hints(cleaned: Cleaned) -> Iterable[str]:
    """Return what may be the reason for what blocks."""
    if any(issue.severity == "error" and unit_of(issue.where) == "file" for issue in cleaned.issues):
        yield "refused"
    if cleaned.sheets["why"].isin(UNKNOWN).any():
        yield "unrecognised"
    if len(cleaned.earlier["survey"]):
        yield "other_month"
    elif (cleaned.returned["table"] == "survey").any():
        yield "returned"
