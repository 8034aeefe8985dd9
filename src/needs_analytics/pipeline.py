"""The month, stage by stage: read it from top to bottom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from needs_analytics.cleaning import clean
from needs_analytics.core.issue import Issue
from needs_analytics.core.month import Month
from needs_analytics.core.options import Options
from needs_analytics.core.records import Cleaned
from needs_analytics.core.results import MonthResult
from needs_analytics.core.run_record import Stages, content_digest, make_record
from needs_analytics.intake import take_in
from needs_analytics.intake.comparable import Changes, changed_questions
from needs_analytics.office.read import read_workbooks
from needs_analytics.office.returned.replacing import with_replaced

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from needs_analytics.core.results import ActionPlan, Forecast, GapReport, MatchPlan, NeedsList, Segments, Weights
    from needs_analytics.needs.panel import Answers
    from needs_analytics.workspace import Workspace

Progress = Callable[[str], None]
_OF_THE_MOMENT = frozenset({"E001", "E024", "E025"})  # a file locked or read too slowly may do better next time


def prepare_month(workspace: Workspace, month: str | Month, *, progress: Progress | None = None) -> Cleaned:
    """Read, take in and clean a month's workbooks; refused files and every doubt are issues of the result.

    What was read is kept in the workspace, without identifiers, and taken from there while nothing has changed.
    """
    month = Month.parse(month)
    return _prepared(workspace, month, progress or (lambda _: None), workspace.store.questions(month.shift(-1)))


def _prepared(workspace: Workspace, month: Month, tell: Progress, asked_before: pd.DataFrame | None) -> Cleaned:
    kept = workspace.kept(month)
    cleaned = kept.load()
    if isinstance(cleaned, Cleaned):
        tell("kept")
    else:
        cleaned = _read(workspace, month, tell)
        if _OF_THE_MOMENT.isdisjoint(issue.code for issue in cleaned.issues):
            kept.store(cleaned)
    few = _too_few(cleaned, workspace.config.options)
    return replace(cleaned, issues=(*cleaned.issues, *few, *_changes(workspace, cleaned, asked_before).issues))


def _read(workspace: Workspace, month: Month, tell: Progress) -> Cleaned:
    tell("read")
    found = read_workbooks(
        workspace.workbooks(month), on_refusal="collect", root=workspace.inbox(month),
        options=workspace.config.options.reading,
    )  # fmt: skip
    found.issues += tuple(workspace.left_out(month))
    sheets = with_replaced(found, workspace.mapping.replaces)
    tell("intake")
    intake = take_in(
        sheets, codebook=workspace.codebook, month=month, key=workspace.key(), mapping=workspace.mapping,
        options=workspace.config.options.intake, recipes=workspace.recipes(month),
    )  # fmt: skip
    tell("cleaning")
    return clean(intake, options=workspace.config.options.cleaning)


def _changes(workspace: Workspace, cleaned: Cleaned, before: pd.DataFrame | None) -> Changes:
    """Return which questions are asked otherwise than in the month before, as far as it was kept."""
    if before is None:
        return Changes()
    return changed_questions(
        cleaned.questions, before, month=str(cleaned.month), crosswalks=workspace.mapping.crosswalks,
        names=cleaned.codebook.need_names(),
    )  # fmt: skip


def _too_few(cleaned: Cleaned, options: Options) -> list[Issue]:
    """Say that no need can be published where fewer answered than an effective sample must have."""
    grown = int((~(cleaned.survey["age_high"] < options.cleaning.youngest_age)).sum())
    least = options.needs.least_n_eff
    return [Issue("W629", details={"count": grown, "n": f"{least:g}"})] if 0 < grown < least else []


def with_survey(workspace: Workspace, cleaned: Cleaned) -> Cleaned:
    """Return the month with the answers of the months before it where it has none of its own."""
    return cleaned if len(cleaned.survey) else _Earlier(workspace, lambda _: None).surveyed(cleaned)


@dataclass(slots=True)
class _Earlier:
    """The earlier months a run reads beside its own; each is read once and stands in the run record."""

    workspace: Workspace
    tell: Progress
    read: dict[str, Cleaned] = field(default_factory=dict)

    def month(self, month: Month) -> Cleaned | None:
        """Return an earlier month as it was kept, or read it; ``None`` where nothing was sent."""
        if str(month) not in self.read and self.workspace.has_workbooks(month):
            self.tell("earlier")
            self.read[str(month)] = prepare_month(self.workspace, month)
        return self.read.get(str(month))

    def surveyed(self, cleaned: Cleaned) -> Cleaned:
        """Return a month with the answers of the months before it where it has none of its own."""
        from needs_analytics.weights import with_older_answers

        if len(cleaned.survey):
            return cleaned
        window = range(1, self.workspace.config.options.weights.survey_window)
        older = [self.month(cleaned.month.shift(-age)) for age in window]
        return with_older_answers(cleaned, [month for month in older if month is not None])

    def answers(self, month: Month) -> Answers | None:
        """Return the answers a month's estimates came from; ``None`` where they are no longer in the inbox."""
        from needs_analytics.needs.panel import Answers

        earlier = self.month(month)
        if earlier is None:
            return None
        earlier = self.surveyed(earlier)
        return (
            Answers(earlier.survey, _weighed(earlier, self.workspace.config.options)) if len(earlier.survey) else None
        )


def _weighed(cleaned: Cleaned, options: Options) -> Weights:
    from needs_analytics.weights import weigh

    youngest = options.cleaning.youngest_age
    return weigh(cleaned.survey, cleaned.register, options=options.weights, youngest_age=youngest)


def run_month(workspace: Workspace, month: str | Month, *, progress: Progress | None = None) -> MonthResult:
    """Run a month from its workbooks to the gaps, without writing anything.

    Parameters
    ----------
    workspace
        The office's folder.
    month
        ``2026-10``; its workbooks stand in ``inbox/2026-10``.
    progress
        Called with the name of each stage as it begins.

    Returns
    -------
    MonthResult
        The records of every stage, to look at, explain, plot and write.

    Raises
    ------
    UsageError
        When there is no such month, or ``needs.toml`` or ``mapping.toml`` cannot be read.
    """
    from needs_analytics.forecasts import forecast_use
    from needs_analytics.gaps import measure_gaps
    from needs_analytics.history.before import kept_before
    from needs_analytics.history.resting import resting_on
    from needs_analytics.history.segments import count_moves, sizes_so_far
    from needs_analytics.history.usage import use_so_far
    from needs_analytics.matching import match_services
    from needs_analytics.needs import list_needs
    from needs_analytics.plans import plan_actions, suggest_services
    from needs_analytics.segments import assign_segments, find_segments
    from needs_analytics.segments.services import count_services

    tell = progress or (lambda _: None)
    options = workspace.config.options
    month = Month.parse(month)
    kept = kept_before(workspace.store, month)
    own = _prepared(workspace, month, tell, kept.questions)
    earlier = _Earlier(workspace, tell)
    cleaned = earlier.surveyed(own)
    previous = _changes(workspace, own, kept.questions).comparable(kept.estimates) if len(own.survey) else None
    before = earlier.answers(month.shift(-1)) if previous is not None else None
    tell("weights")
    weights = _weighed(cleaned, options)
    tell("segments")
    base = kept.model
    segments = find_segments(
        cleaned.survey,
        weights,
        options=options.segments,
        codebook=cleaned.codebook,
        before=base.model if base else None,
    )
    used = count_services(segments.table, cleaned.usage)
    segments = replace(segments, sizes=sizes_so_far(kept.sizes, segments, month), services=used)
    if base and len(segments.crosswalk):
        segments = replace(segments, before_month=base.month)
    if base and before is not None and len(segments.crosswalk):
        held = assign_segments(
            before.survey, base.model, before.weights, options=options.segments, codebook=cleaned.codebook
        )
        segments = replace(segments, migration=count_moves(held, segments))
    tell("needs")
    needs = list_needs(cleaned, weights, segments, previous=previous, before=before, options=options.needs)
    tell("matching")
    matches = match_services(needs, cleaned, weights, segments, options=options.matching)
    tell("gaps")
    gaps = measure_gaps(needs, matches, cleaned, options=options.gaps)
    plans = replace(plan_actions(gaps, matches, cleaned), services=suggest_services(segments, needs, gaps, cleaned))
    tell("forecasts")
    outlook = forecast_use(use_so_far(kept.usage, cleaned), supply=cleaned.supply)
    stored = {"estimates": previous, "questions": kept.questions, "usage": kept.usage, "segments": kept.sizes}
    of_last = [name for name, frame in (("comparison", previous), ("panel", before), ("questions", kept.questions))
               if frame is not None]  # fmt: skip
    context = {name: content_digest(frame) for name, frame in stored.items() if frame is not None and len(frame)}
    context |= {f"segment_model {base.month}": base.digest} if base else {}
    return collect_month(
        cleaned, weights=weights, segments=segments, needs=needs, matches=matches, gaps=gaps, plans=plans,
        outlook=outlook, name=workspace.config.name, options=options,
        older=[*earlier.read.values()], context=workspace.settings(month) | context,
        rests_on=resting_on(kept.runs, of_last),
    )  # fmt: skip


def collect_month(
    cleaned: Cleaned,
    *,
    weights: Weights,
    segments: Segments,
    needs: NeedsList,
    matches: MatchPlan,
    gaps: GapReport,
    plans: ActionPlan,
    outlook: Forecast,
    name: str,
    options: Options | None = None,
    older: Sequence[Cleaned] = (),
    context: Mapping[str, str] | None = None,
    rests_on: Sequence[Mapping[str, Any]] = (),
) -> MonthResult:
    """Put the results of the stages together, as :func:`run_month` does: for who ran them one by one.

    Parameters
    ----------
    cleaned, weights, segments, needs, matches, gaps, plans, outlook
        What the stages gave.
    name
        The office the report names.
    options
        The options the stages were run with, if other than the defaults.
    older, context, rests_on
        Earlier months and other things that were read, for the run record (:class:`RunRecord`).

    Returns
    -------
    MonthResult
        To explain, plot and write.
    """
    options = options or Options()
    stages = Stages(cleaned, weights, segments, needs, matches, gaps, plans, outlook)
    run = make_record(name, stages, options, older=older, context=context, rests_on=rests_on)
    return MonthResult(cleaned.month, name, *stages, options, run)
