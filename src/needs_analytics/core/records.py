"""The records that flow between stages: frozen, their tables pandas DataFrames on declared columns.

Every result record has ``.table``, ``.to_dict()`` and, once :mod:`needs_analytics.reports` is loaded, a rich
representation in notebooks. Each states its invariant; ``tests/invariants`` checks it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from needs_analytics.core.issue import Issue
    from needs_analytics.core.month import Month
    from needs_analytics.core.options import Options

ALL = "全部"
"""Label of a total in the columns ``community``, ``grid``, ``segment`` and ``group``."""

_renderers: dict[type, Callable[[Any], str]] = {}


def register_renderer(kind: type, render: Callable[[Any], str]) -> None:
    """Give a record type its HTML representation; called by ``reports``, which this floor does not know."""
    _renderers[kind] = render


class Pleasant:
    """What every result record offers in a notebook."""

    table: pd.DataFrame

    def _repr_html_(self) -> str:
        render = _renderers.get(type(self))
        return render(self) if render else str(self.table.to_html())

    def to_dict(self) -> dict[str, Any]:
        """Return the record as plain Python values: DataFrames become lists of rows."""
        return {name: _plain(getattr(self, name)) for name in self.__dataclass_fields__}  # type: ignore[attr-defined]


def _plain(value: Any) -> Any:
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

    Attributes
    ----------
    codes
        ``(rows,)`` int32 positions in ``values``.
    values
        The distinct cells as the reader gave them; ``""`` is an empty cell.
    """

    codes: np.ndarray
    values: tuple[object, ...]

    def cells(self) -> np.ndarray:
        """Return the cells, ``(rows,)`` of objects."""
        lookup = np.empty(len(self.values), dtype=object)
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
    """

    file: str
    name: str
    digest: str
    columns: tuple[Column, ...]
    merged: tuple[tuple[int, int, int, int], ...] = ()
    hidden: bool = False

    @property
    def n_rows(self) -> int:
        """Number of rows, empty ones included."""
        return len(self.columns[0].codes) if self.columns else 0

    def rows(self, first: int = 0, last: int | None = None) -> list[list[object]]:
        """Return rows ``first`` to ``last`` (exclusive) as lists of cells."""
        last = self.n_rows if last is None else min(last, self.n_rows)
        return [[column.values[column.codes[row]] for column in self.columns] for row in range(first, last)]


class SheetList(list[Sheet]):
    """The sheets read, with what was refused as issues."""

    def __init__(self, sheets: list[Sheet], issues: tuple[Issue, ...] = ()) -> None:
        super().__init__(sheets)
        self.issues = issues


@dataclass(frozen=True)
class Segments(Pleasant):
    """Resident segments 人群类型.

    Attributes
    ----------
    table
        One row per respondent: ``answer_id, person_key, segment``; ``segment`` is ``""`` where there are none.
    profiles
        One row per segment: ``segment, name, n, share, share_low, share_high, persons, age_median, top_needs`` …
    traits
        What sets each apart: ``segment, feature, label, value, overall, lift, effect``.
    quality
        ``segment, size, jaccard, published``.
    selection
        The table that decided k: ``k, jaccard, smallest_share, score, chosen``.
    status
        ``stable`` (clusters), ``rules`` (readable rules, few respondents), ``none`` (无稳定人群类型) or ``no_data``.
    model
        The fitted :class:`needs_analytics.segments.ResidentSegmenter`, ``None`` where there is none.

    Invariant: every respondent stands in ``table`` exactly once.
    """

    table: pd.DataFrame
    profiles: pd.DataFrame
    traits: pd.DataFrame
    quality: pd.DataFrame
    selection: pd.DataFrame
    status: str
    model: Any = None
    issues: tuple[Issue, ...] = ()

    def names(self) -> dict[str, str]:
        """Published segment to its plain name."""
        published = self.quality.loc[self.quality["published"], "segment"]
        rows = self.profiles[self.profiles["segment"].isin(published)]
        return dict(zip(rows["segment"], rows["name"], strict=True))


@dataclass(frozen=True)
class Weights(Pleasant):
    """From sample to population.

    Attributes
    ----------
    table
        One row per respondent in the target population: ``answer_id, base_weight, weight``.
    margins
        One row per margin class: ``margin, label, n, target, before, after, asmd_before, asmd_after``.
    codes
        The raking margins: name to integer codes ``(n,)`` in the order of ``table``, for calibrated variances.
    status
        ``raked``, ``not_converged`` (base weights used instead), ``equal`` (no register: 不具代表性) or ``no_data``.
    deff, n_eff
        Kish design effect 1 + cv² and effective sample size.
    population
        Total of the target population; NaN without a register.

    Invariant: weights are positive, sum to the population and reproduce every margin to the tolerance.
    """

    table: pd.DataFrame
    margins: pd.DataFrame
    codes: Mapping[str, np.ndarray]
    status: str
    deff: float
    n_eff: float
    population: float
    issues: tuple[Issue, ...] = ()

    @property
    def representative(self) -> bool:
        """Whether persons may be computed from the sample."""
        return self.status in {"raked", "not_converged"} and bool(np.isfinite(self.population))


@dataclass(frozen=True)
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

    Invariant: no column holds a name, an ID-card number, a phone number or an address.
    """

    tables: Mapping[str, pd.DataFrame]
    sheets: pd.DataFrame
    questions: pd.DataFrame
    issues: tuple[Issue, ...]
    ledger: pd.DataFrame
    month: Month

    @property
    def table(self) -> pd.DataFrame:
        """What every sheet was taken for."""
        return self.sheets
