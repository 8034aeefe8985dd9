"""Names that point to rows of other tables: services to the menu, sites to the list of sites."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.ledger import changed
from needs_analytics.core.wording import key, may_be_one, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from needs_analytics.core.cell_map import CellMap
    from needs_analytics.core.issue import Issue
    from needs_analytics.core.ledger import Line

_BRACKET = re.compile(r"[(（][^)）]*[)）]")
_STREET = re.compile(r"^.{2,8}?(?:街道|乡|镇)(?=.{2,})")


@dataclass(frozen=True, slots=True)
class NameBook:
    """Wordings of a list of things, each to its id; a wording of two things maps to ``""``."""

    ids: Mapping[str, str]
    told: Mapping[str, str]

    def find(self, name: str) -> tuple[str, str]:
        """Return the id a name means and how it was found: ``exact``, ``part``, ``near`` or ``""``."""
        whole = key(name)
        told = self.told.get(whole)
        if told:
            return self.ids.get(key(told), told), "exact"
        for text in (whole, key(_BRACKET.sub("", name)), _STREET.sub("", whole)):
            if self.ids.get(text):
                return self.ids[text], "exact"
        inside = {
            identity
            for word, identity in self.ids.items()
            if len(word) >= 3 and identity and (word in whole or (len(whole) >= 3 and whole in word))
        }
        if len(inside) == 1:
            return inside.pop(), "part"
        near = get_close_matches(whole, [word for word, identity in self.ids.items() if identity], n=1, cutoff=0.8)
        return (self.ids[near[0]], "near") if near else ("", "")

    def candidates(self, name: str) -> list[str]:
        """Return the ids of the things a name not found may mean: theirs holds it or stands within it."""
        return sorted({identity for word, identity in self.ids.items() if identity and may_be_one(name, word)})


def name_book(frame: pd.DataFrame, columns: Iterable[str], told: Mapping[str, str]) -> NameBook:
    """Collect the wordings of a list; its id is the first of the columns."""
    ids: dict[str, str] = {}
    names = [column for column in columns if column in frame]
    if not names:
        return NameBook({}, told)
    for row in frame[names].itertuples(index=False):
        identity = next((str(value) for value in row if isinstance(value, str) and value), "")
        for value in row:
            if not isinstance(value, str) or not value:
                continue
            for word in {key(value), key(_BRACKET.sub("", value)), _STREET.sub("", key(value))}:
                ids[word] = identity if ids.get(word, identity) == identity else ""
    return NameBook(ids, told)


def resolve_names(
    frame: pd.DataFrame, column: str, book: NameBook, table: str, codes: tuple[str, str], cells: CellMap
) -> tuple[pd.DataFrame, list[Issue], list[Line]]:
    """Replace a column's names by ids; a name that is not in the list stays and is said; the rest goes to the ledger.

    Parameters
    ----------
    codes
        Issue codes for a name that is not in the list and for one taken by similarity.
    cells
        Where the names stand.
    """
    if column not in frame or not book.ids:
        return frame, [], []
    issues: list[Issue] = []
    found: dict[str, str] = {}
    for name in frame[column].dropna().unique():
        identity, how = book.find(str(name))
        found[str(name)] = identity or plain(str(name))
        if how in {"", "near", "part"}:
            code, rows = codes[1] if how else codes[0], frame[frame[column] == name]
            near = [] if how else book.candidates(str(name))
            issues += cells.said(
                code, table, rows, column, value=str(name), new=identity,
                near=near[0] if len(near) == 1 else "", nearest="、".join(near) or "—",
            )  # fmt: skip
    resolved = frame[column].map(lambda value: found.get(value, value) if isinstance(value, str) else value)
    ledger = changed(frame, resolved, table, column, cells, action="joined")
    return frame.assign(**{column: resolved}), issues, ledger


def first_known(frame: pd.DataFrame, columns: Iterable[str]) -> pd.Series:
    """Return, row by row, the first of several columns that holds something."""
    result = pd.Series(np.full(len(frame), None, dtype=object), index=frame.index)
    for column in columns:
        if column in frame:
            result = result.where(result.notna(), frame[column])
    return result
