"""The records that flow between stages: frozen, their tables pandas DataFrames on declared columns.

Every result record has ``.table``, ``.to_dict()`` and, once :mod:`needs_analytics.reports` is loaded, a rich
representation in notebooks. Each states its invariant; ``tests/invariants`` checks it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from needs_analytics.core.messages import LANGUAGES, failure, text
from needs_analytics.core.wording import key
from needs_analytics.errors import UsageError

if TYPE_CHECKING:
    from dataclasses import Field

    import numpy.typing as npt

    from needs_analytics.core.arrays import Ints, Objects
    from needs_analytics.core.codebook import Codebook
    from needs_analytics.core.issue import Issue
    from needs_analytics.core.month import Month
    from needs_analytics.core.options import Options
    from needs_analytics.core.recipes import Recipe

ALL = "全部"
"""Label of a total in the columns ``community``, ``grid``, ``segment`` and ``group``."""

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
    """

    file: str
    name: str
    digest: str
    columns: tuple[Column, ...]
    merged: tuple[tuple[int, int, int, int], ...] = ()
    hidden: bool = False
    part_of: str = ""

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
    """The sheets read, with what was refused as issues."""

    def __init__(self, sheets: list[Sheet], issues: tuple[Issue, ...] = ()) -> None:
        super().__init__(sheets)
        self.issues = issues


@dataclass(frozen=True, repr=False)
class Segments(Pleasant):
    """Resident segments 人群类型.

    Attributes
    ----------
    table
        One row per respondent: ``answer_id, person_key, segment``; ``segment`` is ``""`` where there are none.
    profiles
        One row per segment: ``segment, name, name_en, n, share, share_low, share_high, persons, age_median,
        participation_median, usage_frequency_median, household_size_median, sex, groups, top_needs, lifted_needs``;
        the last three are codes joined by ``;``.
    traits
        What sets each apart: ``segment, feature, label, label_en, value, overall, lift, effect, n``.
    quality
        ``segment, size, jaccard`` (NaN for rules), ``published``.
    selection
        The table that decided k: ``k, jaccard, smallest_share, score, p_shuffled, p_continuum, chosen``.
    status
        ``stable`` (clusters), ``rules`` (readable rules, few respondents), ``none`` (无稳定人群类型) or ``no_data``.
    model
        The fitted :class:`needs_analytics.segments.ResidentSegmenter`, ``None`` where there is none.

    A wished number of segments of which none is stable has status ``none``; ``table`` is filled, ``names()`` is empty.

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


@dataclass(frozen=True, repr=False)
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
    places
        The register's ``community, grid, population`` of the target population, also of places nobody answered from;
        ``grid`` is ``None`` where the register does not go down to grids.

    Invariant: weights are positive, sum to the population and reproduce every margin to the tolerance.
    """

    table: pd.DataFrame
    margins: pd.DataFrame
    codes: Mapping[str, Ints]
    status: str
    deff: float
    n_eff: float
    population: float
    places: pd.DataFrame
    issues: tuple[Issue, ...] = ()

    @property
    def representative(self) -> bool:
        """Whether persons may be computed from the sample."""
        return self.status in {"raked", "not_converged"} and bool(np.isfinite(self.population))


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
        One row per file and sheet: ``rows_in, kept, merged, returned``.
    merged
        Rows that went into another: where they stood, into which row, by which evidence.
    returned
        Rows given back to the office, with the code of the reason.
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

    @property
    def table(self) -> pd.DataFrame:
        """Rows in = kept + merged + returned, by file and sheet."""
        return self.counts


@dataclass(frozen=True, repr=False)
class NeedsList(Pleasant):
    """The needs list 需求清单.

    Attributes
    ----------
    table
        One row per need × place × (``全部``, each segment, each special group); the columns of ``NEEDS_COLUMNS``.
    rankings
        Questions that rank (最需要前k, 希望新增, household forms): need × place with the share naming it; no persons.
    places
        ``community, grid, population``: the target population of every place down to which demand is computed.
    requests
        Hotline and meeting entries by need: counts shown beside the survey, never added into it.
    status
        ``estimated``, ``not_representative`` (no register), ``ranks_only`` or ``no_data``.

    Invariant: ``share_low <= share <= share_high``, all within [0, 1]; a row without known answers has no share.
    """

    table: pd.DataFrame
    rankings: pd.DataFrame
    places: pd.DataFrame
    requests: pd.DataFrame
    status: str
    issues: tuple[Issue, ...] = ()

    def totals(self) -> pd.DataFrame:
        """Rows of the whole sub-district, all residents."""
        return self.at("district")

    def at(self, level: str) -> pd.DataFrame:
        """Rows of all residents at one level: ``district``, ``community`` or ``grid``."""
        table = self.table[(self.table["segment"] == ALL) & (self.table["group"] == ALL)]
        whole, upper = table["community"] == ALL, table["grid"] == ALL
        levels = {"district": whole, "community": ~whole & upper, "grid": ~whole & ~upper}
        if level not in levels:
            raise failure(UsageError, "gap_level", level=level, known="、".join(levels))
        return table[levels[level]].reset_index(drop=True)


NEEDS_COLUMNS = (
    "need",
    "need_name",
    "domain",
    "community",
    "grid",
    "segment",
    "group",
    "n",
    "n_yes",
    "n_eff",
    "share",
    "share_se",
    "share_low",
    "share_high",
    "population",
    "persons",
    "persons_low",
    "persons_high",
    "method",
    "direct_share",
    "direct_se",
    "coverage",
    "urgency",
    "rank",
    "rank_low",
    "rank_high",
    "tier",
    "change",
    "change_diff",
    "change_low",
    "change_high",
    "n_before",
    "n_yes_before",
    "flag",
    "resolution_path",
)


@dataclass(frozen=True, repr=False)
class MatchPlan(Pleasant):
    """Needs matched to services under capacity, eligibility and reach.

    Attributes
    ----------
    table
        One row per demand cell → service@site with a positive flow: ``need, community, grid, eligible_class, service,
        site, persons, units, unit, distance_m``.
    cells
        One row per demand cell: ``need, community, grid, eligible_class, tier, demand, covered (A1), eligible (A2),
        reachable (A3), served (F)`` in persons, with ``share, share_se, community_se, population, class_share``.
    cuts
        Weighted share of every segment and special group among those of a need, class and tier.
    arcs
        ``cell, sink, distance_m, persons``: who may go where within reach, and the plan's flow.
    pairs
        ``cell, sink, slack``: every eligible pair with the metres by which it is within reach (negative: too far).
    sinks
        One row per service@site: ``service, site, capacity, capacity_persons, uses_per_person, unit, price`` …
    coverage
        One row per need × community, also for needs that are only ranked: ``services, sites, capacity_persons,
        covered``.
    referred
        Needs not met by direct services: 需协调和转办事项.
    status
        ``matched``, ``no_menu``, ``no_persons`` (no register), or ``no_data``.

    Invariant: flow ≤ capacity; served + unmet = reachable for every cell.
    """

    table: pd.DataFrame
    cells: pd.DataFrame
    cuts: pd.DataFrame
    arcs: pd.DataFrame
    pairs: pd.DataFrame
    sinks: pd.DataFrame
    coverage: pd.DataFrame
    referred: pd.DataFrame
    status: str
    issues: tuple[Issue, ...] = ()


@dataclass(frozen=True, repr=False)
class GapReport(Pleasant):
    """The supply-gap report 供需缺口: where the demand goes.

    Attributes
    ----------
    table
        One row per need × place × segment with the columns of ``GAPS_COLUMNS``, in persons.
    services
        One row per service@site: capacity, use, utilisation, waiting, ratings.
    equity
        Gap rate with its interval and met share by special group against everyone.
    communities
        The same by community.
    reach
        How ``too_far`` moves when every radius is longer or shorter.
    status
        That of the plan; ``no_usage`` when nobody sent usage records.
    monte_carlo
        Number of replicates and the largest Monte-Carlo standard error of a published bound.

    Invariant: the seven parts and ``unknown_use`` sum to ``demand``
    (``unknown_use`` holds what would be met, not taken up or dissatisfied where nobody recorded the use).
    """

    table: pd.DataFrame
    services: pd.DataFrame
    equity: pd.DataFrame
    communities: pd.DataFrame
    reach: pd.DataFrame
    status: str
    monte_carlo: Mapping[str, float]
    issues: tuple[Issue, ...] = ()

    def at(self, level: str) -> pd.DataFrame:
        """Rows of all segments at one level: ``district``, ``community`` or ``grid``."""
        table = self.table[self.table["segment"] == ALL]
        whole, upper = table["community"] == ALL, table["grid"] == ALL
        levels = {"district": whole, "community": ~whole & upper, "grid": ~whole & ~upper}
        if level not in levels:
            raise failure(UsageError, "gap_level", level=level, known="、".join(levels))
        return table[levels[level]].reset_index(drop=True)


PARTS = ("met", "no_service", "not_eligible", "too_far", "full", "not_taken_up", "dissatisfied")

GAPS_COLUMNS = (
    "need",
    "need_name",
    "community",
    "grid",
    "segment",
    "demand",
    *PARTS,
    "unknown_use",
    "used_other",
    "gap",
    "gap_low",
    "gap_high",
    "p_short",
    "gap_rate",
    "capacity_persons",
    "used_persons",
    "quadrant",
    "quadrant_probability",
    "cause",
    "n",
    "answers",
    "population",
    "flag",
)


@dataclass(frozen=True, repr=False)
class ActionPlan(Pleasant):
    """What to do next month 工作建议, most persons first.

    Attributes
    ----------
    table
        One row per suggestion: ``kind`` (``expand``, ``expand_after`` publicity, ``new_service``, ``new_site``,
        ``eligibility``, ``publicity``, ``quality``), ``need, need_name, service, service_name, site, community,
        persons, units, unit, cost, within_offer`` and the need's ``gap, gap_low, gap_high, n, flag``.
    """

    table: pd.DataFrame
    issues: tuple[Issue, ...] = ()


@dataclass(frozen=True, repr=False)
class Forecast(Pleasant):
    """Use in the coming months.

    Attributes
    ----------
    table
        One row per service × site × month: ``service, site, month, point, low, high, model, beats_naive, p_over_80``.
    backtest
        ``service, site, months, mase_model, mase_naive``: what decided the model.
    status
        ``forecast`` or ``no_history``.
    """

    table: pd.DataFrame
    backtest: pd.DataFrame
    status: str
    issues: tuple[Issue, ...] = ()


@dataclass(frozen=True, repr=False)
class RunRecord(Pleasant):
    """What a run was made of: digests of inputs, options that differ from the defaults, counts and versions.

    It holds no clock: the same inputs give the same record.
    """

    month: str
    workspace: str
    inputs: pd.DataFrame
    options: Mapping[str, Any]
    counts: Mapping[str, int]
    issues: Mapping[str, int]
    versions: Mapping[str, str]
    digest: str

    @property
    def table(self) -> pd.DataFrame:
        """The input files with their digests and rows."""
        return self.inputs


@dataclass(frozen=True, repr=False)
class MonthResult(Pleasant):
    """Everything a month gave: the records of every stage and how the run was made."""

    month: Month
    workspace: str
    cleaned: Cleaned
    weights: Weights
    segments: Segments
    needs: NeedsList
    matches: MatchPlan
    gaps: GapReport
    plans: ActionPlan
    outlook: Forecast
    options: Options
    run: RunRecord

    @property
    def table(self) -> pd.DataFrame:
        """The needs of the whole sub-district, all residents."""
        return self.needs.totals()

    @property
    def issues(self) -> tuple[Issue, ...]:
        """The issues of all stages."""
        stages = (
            self.cleaned,
            self.weights,
            self.segments,
            self.needs,
            self.matches,
            self.gaps,
            self.plans,
            self.outlook,
        )
        return tuple(issue for stage in stages for issue in stage.issues)
