"""Resident segments of one month, and the same segments in a later one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from needs_analytics.core.codebook import Codebook
from needs_analytics.core.issue import Issue
from needs_analytics.core.options import SegmentOptions
from needs_analytics.core.order import in_order
from needs_analytics.segments.assemble import Found, assemble_record
from needs_analytics.segments.choose import choose_segments, obey_number, tabulate_steps
from needs_analytics.segments.continuity import all_same
from needs_analytics.segments.drift import find_drift
from needs_analytics.segments.encode import canonical_order, list_questions
from needs_analytics.segments.later import go_on, match_found, placed, remember, tell_again
from needs_analytics.segments.residents import Residents, pick_questions, read_residents
from needs_analytics.segments.rules import apply_rules

if TYPE_CHECKING:
    import pandas as pd

    from needs_analytics.core.results import Segments, Weights
    from needs_analytics.segments.moments import Ints
    from needs_analytics.segments.segmenter import ResidentSegmenter

_DEFAULTS = SegmentOptions()


def find_segments(
    survey: pd.DataFrame,
    weights: Weights | None = None,
    *,
    options: SegmentOptions = _DEFAULTS,
    codebook: Codebook | None = None,
    n_segments: int | None = None,
    before: ResidentSegmenter | None = None,
) -> Segments:
    """Find the types of residents in a survey.

    Parameters
    ----------
    survey
        The canonical survey, or any frame with the offices' headers (年龄, 活动参与度, 服务使用频率 …).
    weights
        From sample to population; without it every respondent counts as one and nobody's persons are known.
    options
        How many segments, how stable, how large.
    codebook
        Names and sensitivity of groups and needs.
    n_segments
        Before ``options.n_segments``, for notebooks; the nearest number that can be had where it cannot.
    before
        The ``.model`` of the latest month before: its segments, ids and names are kept until answers drift away from
        them or another number is wished; then segments are learnt anew, and those that hold the same residents keep
        their ids and names. Where no stable ones are found anew, those before stay, and W638 says that answers no
        longer fit them; a wished number is obeyed. Not asked where few respondents make readable rules.

    Returns
    -------
    Segments
        Status ``stable``, ``rules`` (few respondents or a single question), ``none`` or ``no_data``.
    """
    codebook = codebook or Codebook.default()
    residents = read_residents(in_order(survey) if "answer_id" in survey else survey, weights, codebook)
    traits, issues = pick_questions(residents, codebook)
    rows = _placeable(residents, traits)
    if not len(rows):
        return assemble_record(residents, _nothing("no_data"), options, codebook, issues)
    wished = options.n_segments if n_segments is None else n_segments
    if wished is None and len(rows) < options.fewest_respondents:
        before = None
    drifts = None if before is None else find_drift(traits.iloc[rows], before, residents.households[rows], codebook)
    if before is not None and drifts is not None and not drifts.relearn and wished in (None, before.n_segments_):
        issues.append(Issue("I636", details={"count": before.n_segments_, "n": len(rows)}))
        segments = assemble_record(residents, placed(traits, rows, before, options), options, codebook, issues)
        return replace(segments, crosswalk=all_same(before.segments_), drift=drifts.table)
    found, more = _search(residents, traits, rows, options, codebook, wished, before)
    if before is None or drifts is None:
        segments = assemble_record(residents, found, options, codebook, [*issues, *more])
        remember(found, segments, traits)
        return segments
    if found.status == "none" and wished is None and drifts.readable:
        details = {"count": before.n_segments_, "n": len(rows), "label": drifts.listed(codebook)}
        old = replace(placed(traits, rows, before, options), selection=found.selection)
        segments = assemble_record(residents, old, options, codebook, [*issues, Issue("W638", details=details)])
        return replace(segments, crosswalk=all_same(before.segments_), drift=drifts.table)
    matched = match_found(found, traits, before)
    found = go_on(found, matched, before)
    segments = assemble_record(residents, found, options, codebook, [*issues, *more])
    remember(found, segments, traits, before.used_ids_)
    return tell_again(segments, matched, drifts, before, codebook, options.least_jaccard)


def assign_segments(
    survey: pd.DataFrame,
    model: ResidentSegmenter,
    weights: Weights | None = None,
    *,
    options: SegmentOptions = _DEFAULTS,
    codebook: Codebook | None = None,
) -> Segments:
    """Put the respondents of a later month into the segments of an earlier one: same ids, same names.

    Parameters
    ----------
    survey, weights, options, codebook
        As in :func:`find_segments`.
    model
        The ``.model`` of the earlier :class:`Segments`.

    Returns
    -------
    Segments
        As from :func:`find_segments`.
    """
    codebook = codebook or Codebook.default()
    residents = read_residents(survey, weights, codebook)
    traits = residents.answers.reindex(columns=list(model.feature_names_in_))
    rows = _placeable(residents, traits)
    if not len(rows):
        return assemble_record(residents, _nothing("no_data"), options, codebook, [])
    return assemble_record(residents, placed(traits, rows, model, options), options, codebook, [])


def _placeable(residents: Residents, traits: pd.DataFrame) -> Ints:
    """Return the rows in the target population with at least one answer that makes types."""
    return np.flatnonzero((residents.weights > 0) & traits.notna().any(axis=1).to_numpy())


def _nothing(status: str, selection: pd.DataFrame | None = None) -> Found:
    table = tabulate_steps() if selection is None else selection
    return Found(np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp), np.empty(0), table, status)


def _search(
    residents: Residents,
    traits: pd.DataFrame,
    rows: Ints,
    options: SegmentOptions,
    codebook: Codebook,
    wished: int | None,
    before: ResidentSegmenter | None,
) -> tuple[Found, list[Issue]]:
    order = rows[canonical_order(traits.iloc[rows], list_questions(traits, ("groups",)), residents.weights[rows])]
    if wished is not None:
        return _wished(traits.iloc[order], order, wished, options, before)
    if len(rows) < options.fewest_respondents:
        return _ruled(
            residents, order, Issue("I633", details={"n": len(rows), "fewest": options.fewest_respondents}), codebook
        )
    varying = [name for name in traits if len(traits[name].iloc[rows].dropna().unique()) > 1]
    if len(varying) < 2:
        return _ruled(residents, order, Issue("I634", details={"questions": len(varying)}), codebook)
    choice = choose_segments(traits.iloc[order], options, before)
    if choice.model is None:
        return _nothing("none", choice.table), [Issue("I635", details={"n": len(rows)})]
    return Found(order, choice.labels, choice.jaccard, choice.table, "stable", model=choice.model), []


def _wished(
    traits: pd.DataFrame, rows: Ints, wished: int, options: SegmentOptions, before: ResidentSegmenter | None
) -> tuple[Found, list[Issue]]:
    choice = obey_number(traits, max(wished, 1), options, before)
    used = len(choice.jaccard)
    issues = [] if used == wished else [Issue("W630", details={"requested": wished, "used": used})]
    status = "stable" if (choice.jaccard >= options.least_jaccard).any() else "none"
    return Found(rows, choice.labels, choice.jaccard, choice.table, status, model=choice.model), issues


def _ruled(residents: Residents, rows: Ints, why: Issue, codebook: Codebook) -> tuple[Found, list[Issue]]:
    rules = apply_rules(residents.answers.iloc[rows], codebook)
    if len(rules.names) < 2:
        return _nothing("none"), [Issue("I635", details={"n": len(rows)})]
    known = rules.labels >= 0
    unasked = np.full(len(rules.names), np.nan)
    found = Found(rows[known], rules.labels[known], unasked, tabulate_steps(), "rules", rules=rules.names)
    return found, [why]
