"""Residents in names of files, sheets, offices, services and sites: replaced before anything leaves intake."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from needs_analytics.core.identifiers import distinct_labels, without_identifiers
from needs_analytics.core.issue import CellRef, Issue
from needs_analytics.intake.masking import mask_homes, mask_labels
from needs_analytics.intake.place_names import bare_community

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from needs_analytics.core.cell_map import CellMap
    from needs_analytics.core.records import Intake, Sheet
    from needs_analytics.intake.masking import KnownNames

_NAMES = ("service", "site", "name")
_PEOPLE = frozenset({"survey", "usage", "roster", "requests"})  # their names are identifiers, and dropped
_KEYS = frozenset({"digest", "person_key", "known_by", "household_key", "answer_id"})
_WORDS = frozenset({"schedule", "staff", "accommodations", "owner", "outcome", "item", "object", "case"})
_SURE_NAME = 3  # characters of a name that is no ordinary word


def without_identifiers_in_names(
    tables: Mapping[str, pd.DataFrame], cells: CellMap, names: KnownNames
) -> tuple[dict[str, pd.DataFrame], list[Issue]]:
    """Mask the names of services and sites in all tables alike, before they are joined by them; every one is said."""
    masked, issues = dict(tables), list[Issue]()
    mask = partial(mask_homes, names=_whole(names))
    for table, frame in tables.items():
        for column in _NAMES[: 2 if table in _PEOPLE else 3]:
            if column not in frame:
                continue
            changed = _changed(frame[column], mask)
            for old, new in changed.items():
                issues += cells.said("W012", table, frame[frame[column] == old], column, value=new)
            masked[table] = _mapped(masked[table], column, changed)
    return masked, issues


def _whole(names: KnownNames) -> KnownNames:
    """Return the names that are no ordinary word: a service may be called 平安 as well as a resident."""
    return names.of((name for name in names.names if len(name) >= _SURE_NAME), names.kept)


@dataclass(frozen=True, slots=True)
class _Labels:
    """What is written instead of names of files, sheets and offices that tell a resident."""

    files: Mapping[str, str]
    sheets: Mapping[str, str]
    offices: Mapping[str, str]
    both: Mapping[str, str]
    any_of: re.Pattern[str] | None
    starts: frozenset[str]
    names: KnownNames

    @classmethod
    def of(
        cls, files: Mapping[str, str], sheets: Mapping[str, str], offices: Mapping[str, str], names: KnownNames
    ) -> _Labels:
        """Return the labels ready to be looked for in other texts, the longest first."""
        both = {**files, **sheets, **offices}
        longest = "|".join(map(re.escape, sorted(both, key=len, reverse=True)))
        starts = frozenset(label[:1] for label in both)
        return cls(files, sheets, offices, both, re.compile(longest) if longest else None, starts, names)

    def text(self, text: str) -> str:
        """Return a text with no such name and no number in it."""
        if self.any_of and not self.starts.isdisjoint(text):
            text = self.any_of.sub(lambda found: self.both[found[0]], text)
        return without_identifiers(text)

    def issue(self, issue: Issue) -> Issue:
        """Return an issue that shows no such name."""
        where = issue.where
        if where is not None:
            file, sheet = self.files.get(where.file, where.file), self.sheets.get(where.sheet, where.sheet)
            where = replace(where, file=file, sheet=sheet)
        details = {name: self.files.get(value, self.text(value)) if isinstance(value, str) else value
                   for name, value in issue.details.items()}  # fmt: skip
        return replace(issue, where=where, value=self.text(issue.value), details=details)

    def frame(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return a frame that shows no such name."""
        known = {"file": self.files, "into_file": self.files, "sheet": self.sheets,
                 "office": self.offices, "sender": self.offices}  # fmt: skip
        for column in frame.columns.difference(sorted(_KEYS)):
            if frame[column].dtype == object or pd.api.types.is_string_dtype(frame[column]):
                mask = self._word if column in _WORDS else self.text
                changed = known[column] if column in known else _changed(frame[column], mask)
                frame = _mapped(frame, str(column), changed)
        return frame

    def _word(self, text: str) -> str:
        shown = self.text(text)
        return mask_labels([shown], self.names)[shown]


def without_people_in_labels(intake: Intake, sheets: Sequence[Sheet], names: KnownNames) -> Intake:
    """Mask the names of files, sheets and offices, and whatever of them or of numbers other texts repeat.

    Every one is said. Two names that would become one are numbered, so that their rows stay apart.
    """
    places = [issue.where for issue in intake.issues if issue.where]
    names = names.keeping(_communities(intake))
    mask = partial(mask_labels, names=names)
    files = distinct_labels([*(sheet.file for sheet in sheets), *(place.file for place in places)], mask)
    named = distinct_labels([*(sheet.name for sheet in sheets), *(place.sheet for place in places)], mask)
    offices = distinct_labels([*_texts(intake.sheets["office"]), *_texts(intake.sheets["sender"])], mask)
    labels = _Labels.of(files, named, offices, names)
    said = [Issue("W012", CellRef(new), new) for new in files.values()]
    owners = {sheet.name: sheet.file for sheet in sheets}
    said += [Issue("W012", CellRef(owners.get(old, ""), new), new) for old, new in named.items()]
    return replace(
        intake,
        tables={table: labels.frame(frame) for table, frame in intake.tables.items()},
        sheets=labels.frame(intake.sheets),
        questions=labels.frame(intake.questions),
        ledger=labels.frame(intake.ledger),
        cells=intake.cells.renamed(named),
        issues=tuple(labels.issue(issue) for issue in (*intake.issues, *said)),
    )


def _communities(intake: Intake) -> set[str]:
    """Return the communities and grids of the month's tables, which an office may be called by."""
    columns = (frame[name] for frame in intake.tables.values() for name in ("community", "grid") if name in frame)
    texts = {text for column in columns for text in _texts(column)}
    return texts | {bare for text in texts if len(bare := bare_community(text)) > 1}


def _texts(values: pd.Series) -> Iterable[str]:
    return (text for text in values.dropna().unique() if isinstance(text, str))


def _changed(values: pd.Series, mask: Callable[[str], str]) -> dict[str, str]:
    return {text: new for text in _texts(values) if (new := mask(text)) != text}


def _mapped(frame: pd.DataFrame, column: str, changed: Mapping[str, str]) -> pd.DataFrame:
    if not changed:
        return frame
    return frame.assign(**{column: frame[column].replace(dict(changed))})
