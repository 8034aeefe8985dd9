"""The records of what was sent: raw sheets, typed tables, the cleaned month; what every record offers.

All are frozen, their tables pandas DataFrames on declared columns. Every result record has ``.table``, ``.to_dict()``
and, once :mod:`needs_analytics.reports` is loaded, a rich representation in notebooks. Each states its invariant.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from needs_analytics.core.cell_map import CellMap
from needs_analytics.core.messages import LANGUAGES, text
from needs_analytics.core.wording import key

if TYPE_CHECKING:
    from dataclasses import Field

    import numpy.typing as npt

    from needs_analytics.core.arrays import Objects
    from needs_analytics.core.codebook import Codebook
    from needs_analytics.core.issue import Issue
    from needs_analytics.core.month import Month
    from needs_analytics.core.recipes import Recipe

_renderers: dict[type, Callable[[Any], str]] = {}


def register_renderer(kind: type, render: Callable[[Any], str]) -> None:
    """Give a record type its HTML representation; called by ``reports``, which this floor does not know."""
    _renderers[kind] = render


class Pleasant:
    """What every result record offers in a notebook."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    if TYPE_CHECKING:  # a field in some records, a property in others

        @property
        def table(self) -> pd.DataFrame:
            """The record's main table."""

    def _repr_html_(self) -> str:
        render = _renderers.get(type(self))
        return render(self) if render else str(self.table.to_html())

    def __repr__(self) -> str:
        parts = (f"{name}={_brief(getattr(self, name))}" for name in self.__dataclass_fields__)
        return f"{type(self).__name__}({', '.join(parts)})"

    def to_dict(self) -> dict[str, Any]:
        """Return the record as plain Python values: DataFrames become lists of rows."""
        return {name: _plain(getattr(self, name)) for name in self.__dataclass_fields__}


def _brief(value: Any) -> str:
    """Say what a field holds in a word or two: a terminal is no place for whole tables."""
    if isinstance(value, pd.DataFrame):
        return f"<{len(value)} rows, {value.shape[1]} columns>"
    if isinstance(value, (tuple, list, Mapping)):
        return f"<{len(value)}>"
    if isinstance(value, (str, int, float, type(None))):
        return repr(value)
    return str(value) if type(value).__name__ == "Month" else f"<{type(value).__name__}>"


def _plain(value: Any) -> Any:
    if isinstance(value, Pleasant):
        return value.to_dict()
    if isinstance(value, pd.DataFrame):
        return value.astype(object).where(value.notna(), None).to_dict("records")
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (str, int, float, bool, type(None))):
        return value
    if isinstance(value, np.ndarray):
        return value.tolist()
    return str(value)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a sheet: every distinct cell once (value and native type) and a code per row.

    A workbook's distinct cells stand in the order of their values, whatever the order of its rows.

    Attributes
    ----------
    codes
        ``(rows,)`` int32 positions in ``values``.
    values
        The distinct cells as the reader gave them; ``""`` is an empty cell.
    """

    codes: npt.NDArray[np.int32]
    values: tuple[object, ...]

    def cells(self) -> Objects:
        """Return the cells, ``(rows,)`` of objects."""
        lookup = np.empty(len(self.values), dtype=np.object_)
        lookup[:] = self.values
        return lookup[self.codes]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of one workbook as read: no type guessed, nothing dropped.

    Attributes
    ----------
    file, name
        File name (with its folder below the month's) and sheet name.
    digest
        SHA-256 of the file.
    columns
        One :class:`Column` per column, all of the same length.
    merged
        Merged ranges as 0-based ``(first row, first column, last row, last column)``.
    hidden
        Whether the sheet is hidden.
    part_of
        Name of the sheet of which this is one of several tables side by side, ``""`` for a whole sheet.
    template
        Table of the template that the workbook was made from, ``""`` for none.
    """

    file: str
    name: str
    digest: str
    columns: tuple[Column, ...]
    merged: tuple[tuple[int, int, int, int], ...] = ()
    hidden: bool = False
    part_of: str = ""
    template: str = ""

    @property
    def n_rows(self) -> int:
        """Number of rows, empty ones included."""
        return len(self.columns[0].codes) if self.columns else 0

    @property
    def says_no_data(self) -> bool:
        """Whether its first column holds the sentence by which our templates mark the sheets that only explain."""
        marks = {key(text("template.not_data", language)) for language in LANGUAGES}
        cells = self.columns[0].values if self.columns else ()
        return any(isinstance(cell, str) and key(cell) in marks for cell in cells)

    def rows(self, first: int = 0, last: int | None = None) -> list[list[object]]:
        """Return rows ``first`` to ``last`` (exclusive) as lists of cells."""
        last = self.n_rows if last is None else min(last, self.n_rows)
        return [[column.values[column.codes[row]] for column in self.columns] for row in range(first, last)]


class SheetList(list[Sheet]):
    """The sheets read, with what was refused as issues.

    Attributes
    ----------
    issues
        What was refused or is odd.
    ancestors
        Of files that were returned by us and came back: the digests of the files they were made from, oldest first.
    replaced
        Files that a later one stands for, with its name; their rows are not used.
    untouched
        Files returned by us that came back as they went.
    """

    def __init__(
        self,
        sheets: list[Sheet],
        issues: tuple[Issue, ...] = (),
        ancestors: Mapping[str, tuple[str, ...]] | None = None,
        replaced: Mapping[str, str] | None = None,
        untouched: Collection[str] = (),
    ) -> None:
        super().__init__(sheets)
        self.issues = issues
        self.ancestors = ancestors or {}
        self.replaced = replaced or {}
        self.untouched = frozenset(untouched)


@dataclass(frozen=True, repr=False)
class Intake(Pleasant):
    """Raw sheets as typed tables, without identifiers.

    Attributes
    ----------
    tables
        Canonical table to its frame; a table nobody sent is there without rows.
    sheets
        What every sheet was taken for and why.
    questions
        The question dictionary in use, a row per option.
    issues
        Everything wrong or doubtful so far.
    ledger
        Every normalisation (per column and distinct value) and every corrected, approximated or refused cell.
    recipes
        What every office's sheets were taken for, to be remembered once the month is issued.
    cells
        In which cell a field of a row stands.

    Invariant: no column holds a name, an ID-card number, a phone number or an address.
    """

    tables: Mapping[str, pd.DataFrame]
    sheets: pd.DataFrame
    questions: pd.DataFrame
    issues: tuple[Issue, ...]
    ledger: pd.DataFrame
    month: Month
    codebook: Codebook
    recipes: tuple[Recipe, ...] = ()
    cells: CellMap = field(default_factory=CellMap)

    @property
    def table(self) -> pd.DataFrame:
        """What every sheet was taken for."""
        return self.sheets


@dataclass(frozen=True, repr=False)
class Cleaned(Pleasant):
    """The month's tables after the rules and the duplicates.

    Attributes
    ----------
    survey, usage
        Rows of the month; rows of other months stand in ``earlier`` under the same names.
    menu, supply, sites, places, register, roster, distances, requests, norms, budget, followup
        The other canonical tables.
    counts
        One row per file and sheet: ``rows_in, kept, merged, returned``; of the kept, ``other_months`` do not count in
        the month; of the merged, ``replaced`` stand in a corrected file.
    merged
        Rows that went into another: where they stood, into which row, by which evidence.
    returned
        Rows given back to the office, with the code of the reason.
    doubtful
        Answers of the month that look careless or copied, with the evidence; kept unless the options say otherwise.
    interviewers
        How far the answers to each need depend on who asked.
    ledger, recipes
        See :class:`Intake`.

    Invariant: ``rows_in == kept + merged + returned`` in every row of ``counts``.
    """

    month: Month
    survey: pd.DataFrame
    usage: pd.DataFrame
    menu: pd.DataFrame
    supply: pd.DataFrame
    sites: pd.DataFrame
    places: pd.DataFrame
    register: pd.DataFrame
    roster: pd.DataFrame
    distances: pd.DataFrame
    requests: pd.DataFrame
    norms: pd.DataFrame
    budget: pd.DataFrame
    followup: pd.DataFrame
    earlier: Mapping[str, pd.DataFrame]
    counts: pd.DataFrame
    merged: pd.DataFrame
    returned: pd.DataFrame
    sheets: pd.DataFrame
    questions: pd.DataFrame
    issues: tuple[Issue, ...]
    ledger: pd.DataFrame
    codebook: Codebook
    recipes: tuple[Recipe, ...] = ()
    doubtful: pd.DataFrame = field(default_factory=pd.DataFrame)
    interviewers: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def table(self) -> pd.DataFrame:
        """Rows in = kept + merged + returned, by file and sheet."""
        return self.counts
