"""One frozen dataclass of options per stage; ``needs.toml`` maps onto them, every field with kind and default."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from functools import cache
from typing import Annotated, Any, get_type_hints

from needs_analytics.core.settings import Limits, NotEmpty, OneOf, read_setting

FORMATS = ("xlsx", "html", "docx")


class _Checked:
    """Options that keep to their kinds also when Python sets them, not only when a file does."""

    __slots__ = ()

    def __post_init__(self) -> None:
        """Refuse what is not of its kind.

        Raises
        ------
        UsageError
            With what is expected.
        """
        kinds = _kinds(type(self).__name__)
        for option in fields(self):  # type: ignore[arg-type]  # every subclass is a dataclass
            value = getattr(self, option.name)
            kept = read_setting(option.name, _plain(value), kinds[option.name], type(self).__name__, None)
            object.__setattr__(self, option.name, kept)


def _plain(value: Any) -> Any:
    """Return numbers of numpy's, also in a tuple, as Python's own."""
    if isinstance(value, tuple):
        return tuple(map(_plain, value))
    return value.item() if hasattr(value, "item") else value


@cache
def _kinds(name: str) -> dict[str, Any]:
    return get_type_hints(globals()[name], include_extras=True)


Share = Annotated[float, Limits(0, 1)]
Size = Annotated[float, Limits(0)]
Whole = Annotated[int, Limits(0)]
Count = Annotated[int, Limits(1)]


@dataclass(frozen=True, slots=True)
class ReadingOptions(_Checked):
    """How far a workbook may go before it is refused.

    Attributes
    ----------
    largest_file_mb
        Size of a file, in MiB.
    largest_inflated_mb
        Size of what is read of a zip (``.xlsx``, ``.xlsb``, ``.ods``) once inflated, in MiB; counted while inflating.
    largest_ratio
        A part of a zip may inflate to so many times its size, once it passes 1 MiB.
    most_parts
        Parts in a zip.
    most_cells
        Rows times columns of a sheet's used range.
    memory_mb
        Address space of a reading process, in MiB.
    seconds
        Processor time, and about as much waiting, for one file.
    processes
        Files read at the same time; ``None`` for as many as there are cores.
    """

    largest_file_mb: Count = 64
    largest_inflated_mb: Count = 256
    largest_ratio: Count = 200
    most_parts: Count = 2000
    most_cells: Count = 20_000_000
    memory_mb: Annotated[int, Limits(256)] = 4096
    seconds: Count = 120
    processes: Count | None = None


@dataclass(frozen=True, slots=True)
class IntakeOptions(_Checked):
    """How raw sheets become tables.

    Attributes
    ----------
    header_rows_searched
        Rows from the top of a block in which the header is looked for.
    need_option_share
        Share of a column's answers that must be known needs for the column to be taken for a need question.
    """

    header_rows_searched: Count = 15
    need_option_share: Share = 0.5


@dataclass(frozen=True, slots=True)
class CleaningOptions(_Checked):
    """What is certainly wrong.

    Attributes
    ----------
    youngest_age
        Target population: younger respondents are kept but enter no estimate.
    leave_out_doubtful
        Whether answers that look careless or copied are returned instead of kept and flagged.
    """

    youngest_age: Whole = 16
    leave_out_doubtful: bool = False


@dataclass(frozen=True, slots=True)
class WeightsOptions(_Checked):
    """From sample to population.

    Attributes
    ----------
    survey_window
        Months, this one included, whose answers stand for a month without a survey; each month of age halves their
        weight. 1 for this month's only.
    smallest_class
        A margin class with fewer respondents is collapsed with its neighbour.
    most_contradictory
        Where two countings of the register differ by more than this share of the same people, every estimate is to be
        used with caution.
    bounds
        Lowest and highest ratio of a weight to its base weight, relative to the mean ratio.
    tolerance
        Largest relative difference left at any margin.
    """

    survey_window: Count = 3
    smallest_class: Count = 5
    most_contradictory: Share = 0.10
    bounds: tuple[Share, Annotated[float, Limits(1)]] = (0.1, 8.0)
    tolerance: Share = 1e-8


@dataclass(frozen=True, slots=True)
class SegmentOptions(_Checked):
    """Resident segments.

    Attributes
    ----------
    n_segments
        A wished number of segments is obeyed; ``None`` lets stability decide.
    largest_k
        Most segments tried.
    smallest_share
        A segment must hold this share of the respondents.
    least_jaccard
        A segment whose bootstrap Jaccard is lower is not published (Hennig 2007).
    fewest_respondents
        Below it segments are readable rules (age band × group).
    n_bootstrap
        Bootstrap resamples behind the Jaccard figures.
    block_weights
        Question to how often it counts; those not named count once.
    random_state
        Seed of every draw.
    """

    n_segments: Count | None = None
    largest_k: Annotated[int, Limits(2)] = 7
    smallest_share: Share = 0.03
    least_jaccard: Share = 0.6
    fewest_respondents: Whole = 200
    n_bootstrap: Count = 30
    block_weights: dict[str, Size] = field(default_factory=dict)
    random_state: Whole = 0


@dataclass(frozen=True, slots=True)
class NeedsOptions(_Checked):
    """The needs list.

    Attributes
    ----------
    top
        How many needs are meant by "the first ones": 必列 lies surely within, 观察 surely outside.
    least_n_eff
        Below it nothing is published (NCHS: effective n < 30).
    widest_interval
        A wider interval is not published (NCHS: 0.30).
    narrow_interval
        An interval up to this width is publishable whatever its relative width (NCHS: 0.05).
    widest_relative
        Beyond this width relative to the share an estimate is used with caution only (NCHS: 1.30).
    widest_composite
        A composite with a wider interval is used with caution only.
    least_coverage
        A smaller share of the residents in communities, ages and sexes with five replies or more: caution.
    most_silent
        Where a larger share of the residents is of ages and sexes nobody answered from, nothing is published.
    least_replied
        Where a smaller part of those asked gave an answer that can be used, nothing is published: who did may be unlike
        who did not.
    no_change_within
        无明显变化 only where the interval of the difference lies within plus or minus this share.
    false_discovery_rate
        Share of false alarms accepted among the changes of one table.
    """

    top: Count = 10
    least_n_eff: Size = 30.0
    widest_interval: Share = 0.30
    narrow_interval: Share = 0.05
    widest_relative: Size = 1.30
    widest_composite: Share = 0.15
    least_coverage: Share = 0.80
    most_silent: Share = 0.50
    least_replied: Share = 0.50
    no_change_within: Share = 0.05
    false_discovery_rate: Share = 0.05


@dataclass(frozen=True, slots=True)
class MatchingOptions(_Checked):
    """Needs to services.

    Attributes
    ----------
    detour
        Walking distance over straight-line distance.
    walking_speed
        Metres a minute, for distance tables in minutes.
    default_radius_m
        Radius of a site that gives none, by tier; ``""`` for a site without tier (15 分钟生活圈: 1 000 m).
    priority_groups
        Special groups served first.
    """

    detour: Annotated[float, Limits(1)] = 1.3
    walking_speed: Annotated[float, Limits(1)] = 70.0
    default_radius_m: dict[str, Size] = field(
        default_factory=lambda: {"": 1000.0, "片区": 1500.0, "社区": 1000.0, "小区": 500.0, "村": 1500.0}
    )
    priority_groups: tuple[str, ...] = (
        "alone_elder",
        "disabled_elder",
        "severe_disabled",
        "disabled",
        "dibao",
        "low_income",
        "tekun",
        "left_behind_child",
        "child_dif",
    )


@dataclass(frozen=True, slots=True)
class GapsOptions(_Checked):
    """Where the demand goes.

    Attributes
    ----------
    busy
        Use over capacity from which the sites in reach count as full.
    bad_rating
        A rating of 1–5 up to this one counts as dissatisfied.
    fewest_ratings
        With fewer ratings the share is shrunk towards the mean of all services.
    replicates
        Monte-Carlo replicates behind ``gap_low``, ``gap_high`` and ``p_short``.
    widest_relative
        A gap whose interval is wider relative to it is used with caution only.
    reach_shift_m
        The report prints how ``too_far`` moves when every radius is this much longer or shorter.
    short_share
        A need whose missing, too distant and full services leave more than this share of its demand unserved is short
        (够用 or 不够用 beside a norm).
    average_orders
        Who may not use a service and lives too far as well counts half as not eligible, half as too far, rather than as
        not eligible.
    random_state
        Seed of every draw.
    """

    busy: Share = 0.90
    bad_rating: Annotated[float, Limits(1, 5)] = 2.0
    fewest_ratings: Whole = 10
    replicates: Count = 100
    widest_relative: Size = 1.30
    reach_shift_m: Size = 150.0
    short_share: Share = 0.10
    average_orders: bool = False
    random_state: Whole = 0


@dataclass(frozen=True, slots=True)
class DisclosureOptions(_Checked):
    """What may be printed.

    Attributes
    ----------
    threshold
        Counts from 1 to one below it are hidden; it counts unweighted contributors and their complement.
    base
        Published counts are rounded to it.
    """

    threshold: Annotated[int, Limits(2)] = 5
    base: Count = 5


@dataclass(frozen=True, slots=True)
class ReportOptions(_Checked):
    """The report.

    Attributes
    ----------
    formats
        Files written by ``needs report``.
    body_rows
        Rows of a table in the body; all of them stand in the workbook.
    balance_limit
        Beyond this standardised difference from the population a class is called over- or under-represented.
    """

    formats: Annotated[tuple[Annotated[str, OneOf(FORMATS)], ...], NotEmpty()] = FORMATS
    body_rows: Count = 10
    balance_limit: Size = 0.10


@dataclass(frozen=True, slots=True)
class Options:
    """All stages' options; ``needs.toml`` has a table for each."""

    reading: ReadingOptions = ReadingOptions()
    intake: IntakeOptions = IntakeOptions()
    cleaning: CleaningOptions = CleaningOptions()
    weights: WeightsOptions = WeightsOptions()
    segments: SegmentOptions = field(default_factory=SegmentOptions)
    needs: NeedsOptions = NeedsOptions()
    matching: MatchingOptions = field(default_factory=MatchingOptions)
    gaps: GapsOptions = GapsOptions()
    disclosure: DisclosureOptions = DisclosureOptions()
    report: ReportOptions = ReportOptions()
