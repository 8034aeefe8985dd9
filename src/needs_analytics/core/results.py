"""The records of what the stages after cleaning give, from weights to the month's result; each states its invariant."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from needs_analytics.core.continuity import (
    crosswalk_frame,
    drift_frame,
    migration_frame,
    services_frame,
    sizes_frame,
)
from needs_analytics.core.messages import failure
from needs_analytics.core.records import Pleasant
from needs_analytics.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from needs_analytics.core.arrays import Ints
    from needs_analytics.core.issue import Issue
    from needs_analytics.core.month import Month
    from needs_analytics.core.options import Options
    from needs_analytics.core.records import Cleaned

ALL = "全部"
"""Label of a total in the columns ``community``, ``grid``, ``segment`` and ``group``."""


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
        What sets each apart, strongest first: ``segment, feature, label, label_en, value, value_low, value_high,
        overall, lift, lift_low, lift_high, effect, effect_low, effect_high, clear, n, n_yes``; ``clear`` marks what
        stands when all are tested.
    quality
        ``segment, size, jaccard`` (NaN for rules), ``published``.
    selection
        The table that decided k: ``k, bic, adjusted_bic, jaccard, smallest_share, p_continuum, chosen``.
    status
        ``stable`` (clusters), ``rules`` (readable rules, few respondents), ``none`` (无稳定人群类型) or ``no_data``.
    model
        The fitted :class:`needs_analytics.segments.ResidentSegmenter`, ``None`` where there is none.
    crosswalk
        ``segment_before, name_before, segment, name, similarity, status``: a row for each segment that is the ``same``
        as one of the month before, ``new`` or ``gone`` (empty text where there is none); no row without such a month,
        nor for one that went and was not published.
    drift
        ``question, label, statistic, p, drifted``: what is no longer answered as the segments kept expect.
    migration
        ``segment_before, segment, n``: persons who answered in both months. Exact counts, never published as they are.
    sizes
        ``month, segment, name, share, share_low, share_high, persons`` over the months kept, this one last.
    services
        ``segment, service, users, n, share, overall, lift``, the most used first: of the ``n`` respondents of a segment
        who can be told by name, how many used a service this month by records that name them, against all segments
        together. Exact counts, never published as they are; totals and records without names tell nothing of it.
    before_month
        The month whose segments these go on from, ``YYYY-MM``; ``""`` where there is none or it is not known.

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
    crosswalk: pd.DataFrame = field(default_factory=crosswalk_frame)
    drift: pd.DataFrame = field(default_factory=drift_frame)
    migration: pd.DataFrame = field(default_factory=migration_frame)
    sizes: pd.DataFrame = field(default_factory=sizes_frame)
    services: pd.DataFrame = field(default_factory=services_frame)
    before_month: str = ""

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
        One row per margin class, each resident in one of every margin: ``margin, label, n, target, before, after,
        asmd_before, asmd_after``. The classes nobody answered from have ``n`` 0: the others stand for them.
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
    absent
        Share of the residents whose age and sex, as the register tells them, nobody who answered has.
    contradictory
        Whether the register counts the same people so differently that what is held to it is in doubt.

    Invariant: weights are positive, sum to the population and reproduce every margin to the tolerance, its absent
    classes shared out among the others.
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
    absent: float = 0.0
    contradictory: bool = False

    @property
    def representative(self) -> bool:
        """Whether persons may be computed from the sample."""
        return self.status in {"raked", "not_converged"} and bool(np.isfinite(self.population))

    @property
    def doubt(self) -> str:
        """Why every estimate from the sample is to be used with caution, a code; ``""`` where nothing is against it."""
        if not self.representative:
            return "not_representative"
        if self.status == "not_converged":
            return "not_converged"
        if not self.bounded:
            return "unbounded"
        if self.contradictory:
            return "register_contradicts"
        codes = {issue.code for issue in self.issues}
        return "residents_unknown" if "W609" in codes else "untold_classes" if "W640" in codes else ""

    @property
    def bounded(self) -> bool:
        """Whether no weight had to go beyond the bounds."""
        return all(issue.code != "W618" for issue in self.issues)


@dataclass(frozen=True, repr=False)
class WeightDiagnostics(Pleasant):
    """How the weights came out, for 样本与代表性 and its love plot.

    Attributes
    ----------
    table
        One row per figure that is known: ``figure, value``; figures are ``n, n_eff, deff, deff_achieved, largest,
        smallest, top_share, asmd_before, asmd_after``.
    balance
        The margin classes, the worst before weighting first: the columns of ``Weights.margins`` and ``residents``.
    largest
        The largest weights: ``ratio`` to the mean one, ``share`` of the residents; nobody's name or number.
    effects
        Design effect achieved by each need of the whole sub-district: ``need, n, n_eff, deff``.
    """

    table: pd.DataFrame
    balance: pd.DataFrame
    largest: pd.DataFrame
    effects: pd.DataFrame


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

    ``flag_reason`` holds why a row is not 可发布: codes of the catalogue's section ``reason``, joined by ``;``.

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
    "flag_before",
    "flag",
    "flag_reason",
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
        reachable (A3), served (F)`` in persons, ``near`` (a service for the need is in reach, whoever may use it), with
        ``share, share_se, community_se, population, class_share``.
    cuts
        Weighted share of every segment and special group among those of a need, class and tier.
    classes
        The answers on which the split over classes and tiers rests: ``need, eligible_class, tier, community, weight,
        n_eff``, and ``prior``, the weight of the sub-district's split that each community borrows.
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
    detour
        Walking distance over straight-line distance that reach was measured with.

    Invariant: flow ≤ capacity; served + unmet = reachable for every cell.
    """

    table: pd.DataFrame
    cells: pd.DataFrame
    cuts: pd.DataFrame
    classes: pd.DataFrame
    arcs: pd.DataFrame
    pairs: pd.DataFrame
    sinks: pd.DataFrame
    coverage: pd.DataFrame
    referred: pd.DataFrame
    status: str
    issues: tuple[Issue, ...] = ()
    detour: float = 1.3


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
        Per need, how ``too_far`` moves when every radius is ``shorter`` or ``longer`` than ``given``, and how much
        room the eligible find within reach (``access``, ``access_enhanced``; least in the community ``lowest``).
    norms
        One row per norm that the tables sent can tell × community, with the columns of ``NORMS_COLUMNS``: the value,
        whether it meets the limit (1, 0, NaN unknown), and whether the needs it concerns are short there.
    orders
        How far the orders came: one row per service after one of all (``全部``), with the columns of
        ``ORDERS_COLUMNS`` (:func:`needs_analytics.gaps.orders.follow_orders`); no row where no status is told.
    parts
        One row per need × place × part of the demand, all segments together: ``persons, persons_low, persons_high``.
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
    norms: pd.DataFrame = field(default_factory=pd.DataFrame)
    orders: pd.DataFrame = field(default_factory=pd.DataFrame)
    parts: pd.DataFrame = field(default_factory=pd.DataFrame)

    def at(self, level: str) -> pd.DataFrame:
        """Rows of all segments at one level: ``district``, ``community`` or ``grid``."""
        table = self.table[self.table["segment"] == ALL]
        whole, upper = table["community"] == ALL, table["grid"] == ALL
        levels = {"district": whole, "community": ~whole & upper, "grid": ~whole & ~upper}
        if level not in levels:
            raise failure(UsageError, "gap_level", level=level, known="、".join(levels))
        return table[levels[level]].reset_index(drop=True)


PARTS = ("met", "no_service", "not_eligible", "too_far", "full", "not_taken_up", "dissatisfied")

NORMS_COLUMNS = (
    "norm",
    "object",
    "indicator",
    "measure",
    "community",
    "value",
    "required",
    "unit",
    "met",
    "decided_by",
    "facilities",
    "needs",
    "short",
    "idle",
    "scope",
    "source",
    "verified",
    "own",
)
"""``required`` is the limit (``≥30``), ``decided_by`` the facilities or the grid the value comes from, ``facilities``
their number in the community, ``own`` whether the office's own sheet gave the norm."""

ORDERS_COLUMNS = (
    "service",
    "service_name",
    "ordered",
    "accepted",
    "accepted_share",
    "accepted_share_low",
    "accepted_share_high",
    "completed",
    "completed_share",
    "completed_share_low",
    "completed_share_high",
    "rated",
    "rated_share",
    "rated_share_low",
    "rated_share_high",
    "under_way",
    "no_show",
    "booked",
    "waiting",
    "cancelled",
    "refused",
    "unknown",
    "uncounted",
    "wait_n",
    "wait_median",
    "wait_p90",
    "rating_n",
    "rating",
    "rating_few",
)
"""Orders, shares of the step before with their intervals, days, and the mean rating of ``rating_n`` orders."""

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
    "flag_reason",
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
    services
        New services that may be considered, see :func:`needs_analytics.plans.suggest_services`; ``None`` where that
        was not asked.
    """

    table: pd.DataFrame
    issues: tuple[Issue, ...] = ()
    services: pd.DataFrame | None = None


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


StageCounts = dict[str, dict[str, int]]
STAGES = (
    "read", "intake", "cleaning", "window", "weights", "segments", "needs", "matching", "gaps", "plans", "forecasts",
)  # fmt: skip
"""What a run record counts, in the order of the month."""
"""What went ``in`` and came ``out`` of a stage: thing to number."""


@dataclass(frozen=True, repr=False)
class RunRecord(Pleasant):
    """What a run was made of: the same inputs give the same record, which holds no clock, no path and no resident.

    Attributes
    ----------
    inputs
        The workbooks that were read, of the month and of earlier ones: ``month, file, digest, rows``; a refused one has
        no rows.
    context
        What was read beside them, name to digest: ``mapping.toml``, ``codebook/….csv``, the recipes of earlier months
        and, of the store, ``estimates, questions, usage`` of earlier months.
    rests_on
        The runs of earlier months that the store gave: ``month, revision, digest, used``, where used is of
        ``comparison, panel, questions, segments, usage``.
    options
        The options that differ from their defaults.
    counts
        Rows of the month's workbooks, answers and uses.
    stages
        What went in and came out of every stage, by table or thing counted; what there is none of is not named.
    issues
        How often each code was said.
    versions
        Of Python, of this package and of the libraries that compute.
    digest
        SHA-256 of all this and of the needs and gaps.
    """

    month: str
    workspace: str
    inputs: pd.DataFrame
    context: Mapping[str, str]
    rests_on: tuple[Mapping[str, Any], ...]
    options: Mapping[str, Any]
    counts: Mapping[str, int]
    stages: Mapping[str, StageCounts]
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
