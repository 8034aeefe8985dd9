"""Phone and ID numbers in names of files, sheets, services and sites: replaced before anything leaves intake."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from needs_analytics.core.identifiers import distinct_labels, without_identifiers
from needs_analytics.core.issue import CellRef, Issue

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from needs_analytics.core.cell_map import CellMap
    from needs_analytics.core.records import Intake, Sheet

_NAMES = ("service", "site", "name")
_PEOPLE = frozenset({"survey", "usage", "roster", "requests"})  # their names are identifiers, and dropped
_KEYS = frozenset({"digest", "person_key", "household_key", "answer_id", "request_id"})


def without_numbers_in_names(
    tables: Mapping[str, pd.DataFrame], cells: CellMap
) -> tuple[dict[str, pd.DataFrame], list[Issue]]:
    """Mask the names of services and sites in all tables alike, before they are joined by them; every one is said."""
    masked, issues = dict(tables), list[Issue]()
    for table, frame in tables.items():
        for column in _NAMES[: 2 if table in _PEOPLE else 3]:
            if column not in frame:
                continue
            changed = _changed(frame[column])
            for old, new in changed.items():
                issues += cells.said("W012", table, frame[frame[column] == old], column, value=new)
            masked[table] = _mapped(masked[table], column, changed)
    return masked, issues


@dataclass(frozen=True, slots=True)
class _Labels:
    """What is written instead of names of files, sheets and offices that hold a number."""

    files: Mapping[str, str]
    sheets: Mapping[str, str]
    both: Mapping[str, str]

    def text(self, text: str) -> str:
        """Return a text with no such name and no number in it."""
        for old, new in self.both.items():
            text = text.replace(old, new)
        return without_identifiers(text)

    def issue(self, issue: Issue) -> Issue:
        """Return an issue that shows no such name."""
        where = issue.where
        if where is not None:
            file, sheet = self.files.get(where.file, where.file), self.sheets.get(where.sheet, where.sheet)
            where = replace(where, file=file, sheet=sheet)
        details = {name: self.text(value) if isinstance(value, str) else value for name, value in issue.details.items()}
        return replace(issue, where=where, value=self.text(issue.value), details=details)

    def frame(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return a frame that shows no such name."""
        for column in frame.columns.difference(sorted(_KEYS)):
            if frame[column].dtype == object or pd.api.types.is_string_dtype(frame[column]):
                names = {"file": self.files, "sheet": self.sheets}.get(str(column))
                changed = _changed(frame[column], self) if names is None else names
                frame = _mapped(frame, str(column), changed)
        if "answer_id" in frame and self.both:
            frame = _mapped(frame, "answer_id", _changed(frame["answer_id"], self))
        return frame


def without_numbers_in_labels(intake: Intake, sheets: Sequence[Sheet]) -> Intake:
    """Mask the names of files and sheets, and whatever of them or of numbers other texts repeat; every one is said.

    Two names that would become one are numbered, so that their rows stay apart.
    """
    places = [issue.where for issue in intake.issues if issue.where]
    files = distinct_labels([*(sheet.file for sheet in sheets), *(place.file for place in places)])
    names = distinct_labels([*(sheet.name for sheet in sheets), *(place.sheet for place in places)])
    longest = sorted([*files.items(), *names.items()], key=lambda pair: -len(pair[0]))
    labels = _Labels(files, names, dict(longest))
    said = [Issue("W012", CellRef(new), new) for new in files.values()]
    owners = {sheet.name: sheet.file for sheet in sheets}
    said += [Issue("W012", CellRef(owners.get(old, ""), new), new) for old, new in names.items()]
    return replace(
        intake,
        tables={table: labels.frame(frame) for table, frame in intake.tables.items()},
        sheets=labels.frame(intake.sheets),
        questions=labels.frame(intake.questions),
        ledger=labels.frame(intake.ledger),
        cells=intake.cells.renamed(names),
        issues=tuple(labels.issue(issue) for issue in (*intake.issues, *said)),
    )


def _changed(values: pd.Series, labels: _Labels | None = None) -> dict[str, str]:
    mask = labels.text if labels else without_identifiers
    texts: Iterable[str] = (text for text in values.dropna().unique() if isinstance(text, str))
    return {text: new for text in texts if (new := mask(text)) != text}


def _mapped(frame: pd.DataFrame, column: str, changed: Mapping[str, str]) -> pd.DataFrame:
    if not changed:
        return frame
    return frame.assign(**{column: frame[column].replace(dict(changed))})
