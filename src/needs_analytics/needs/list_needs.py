"""The needs list from cleaned answers, weights and segments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.confidence import Z
from needs_analytics.core.issue import Issue
from needs_analytics.core.messages import in_every_language
from needs_analytics.core.options import NeedsOptions
from needs_analytics.core.order import with_order
from needs_analytics.core.results import ALL, NEEDS_COLUMNS, NeedsList
from needs_analytics.core.tables import iter_rows
from needs_analytics.needs.asked import asked_together, weights_by_need
from needs_analytics.needs.change import with_changes
from needs_analytics.needs.channels import channel_issues
from needs_analytics.needs.composite import Composite, Upper, composite_shares
from needs_analytics.needs.domains import Domains, make_domains
from needs_analytics.needs.estimates import Design, direct_table, mean_urgency, sampling_design, with_persons
from needs_analytics.needs.flags import judge, with_communities
from needs_analytics.needs.grid_samples import Sample
from needs_analytics.needs.interviewers import composites_with_interviewers, with_interviewers
from needs_analytics.needs.panel import Answers, panel_covariance
from needs_analytics.needs.places import average_grids, guessed_sizes, place_sizes
from needs_analytics.needs.ranking import with_ranks
from needs_analytics.needs.reach import reach
from needs_analytics.needs.requests import request_counts
from needs_analytics.needs.unasked import widened

if TYPE_CHECKING:
    from needs_analytics.core.arrays import Floats
    from needs_analytics.core.records import Cleaned
    from needs_analytics.core.results import Segments, Weights

_SAID = {"partly_asked": "I620", "some_asked": "I625", "few_replied": "I626"}

RANKING_COLUMNS = (
    "need",
    "need_name",
    "community",
    "n",
    "n_yes",
    "share",
    "share_low",
    "share_high",
    "rank",
    "rank_low",
    "rank_high",
    "flag",
    "flag_reason",
)


def list_needs(
    cleaned: Cleaned,
    weights: Weights,
    segments: Segments | None = None,
    *,
    previous: pd.DataFrame | None = None,
    before: Answers | None = None,
    options: NeedsOptions | None = None,
) -> NeedsList:
    """Estimate what residents need: by place, and for the sub-district and each community by segment and group.

    Shares are weighted and three-valued (an unknown answer is in neither numerator nor denominator), with
    Korn–Graubard intervals; grids have composite estimates with the direct share beside them. Needs that were only
    ranked (最需要前k, 希望新增, household forms) have ranks and the share naming them, no persons.

    Parameters
    ----------
    cleaned, weights
        What :func:`needs_analytics.clean` and :func:`needs_analytics.weigh` gave.
    segments
        Resident segments, cuts of the list where they are published.
    previous
        Estimates of the month before, from the store; without them every change reads ``/``.
    before
        The answers these came from: who answered in both months makes the intervals of changes shorter. Without them
        the months are taken as independent, and it is said.
    options
        Publication limits, what counts as no change.

    Returns
    -------
    NeedsList
        ``.totals()`` and ``.at("community")`` are the rows of all residents.
    """
    options = options or NeedsOptions()
    cleaned = with_order(cleaned, "survey", "places")
    people = _people(cleaned, weights, segments)
    requests = request_counts(cleaned)
    places = place_sizes(cleaned, weights)
    asked, ranked = _columns(people, "need:"), _columns(people, "rank:")
    if people.empty or not (asked or ranked):
        return _empty(places, requests, "no_data" if people.empty else "no_questions")
    counted = [name.removeprefix("group:") for name in weights.codes if name.startswith("group:")]
    domains = make_domains(people, places, cleaned.codebook, weights.population, counted)
    design = sampling_design(people, weights)
    parts = []
    if asked:
        shares = _measured(people, asked, domains, design, weights, places, cleaned.interviewers)
        answers = people[[f"need:{need}" for need in asked]].to_numpy(float)
        parts.append(with_ranks(shares, answers, domains, design, options))
    rank_only = [need for need in ranked if need not in asked]
    if rank_only:
        parts.append(_ranked(people, rank_only, domains, design, weights, places, options))
    names = cleaned.codebook.need_names()
    contrasts = channel_issues(Answers(cleaned.survey, weights), asked, names, before=before)
    judged = _judged(pd.concat(parts, ignore_index=True), cleaned, options, weights.doubt, contrasts)
    covariance = panel_covariance(judged, Answers(cleaned.survey, weights), before) if before else 0.0
    table = with_changes(_finished(judged, cleaned), previous, options, covariance)[list(NEEDS_COLUMNS)]
    return NeedsList(
        table=table,
        rankings=_rankings(people, ranked, domains, design, weights, places, cleaned=cleaned, options=options),
        places=places,
        requests=requests,
        status="ranks_only" if not asked else "estimated" if weights.representative else "not_representative",
        issues=(
            *average_grids(cleaned, weights),
            *guessed_sizes(places),
            *_reach_issues(judged, options),
            *_unanswered(people, names),
            *contrasts,
            *_comparison_issues(table, before),
        ),
    )


def _people(cleaned: Cleaned, weights: Weights, segments: Segments | None) -> pd.DataFrame:
    """Return the weighted respondents, in the order of the weights, with their published segment."""
    people = Answers(cleaned.survey, weights).people()
    people["segment"] = ""
    if segments is not None and len(segments.table):
        found = dict(zip(segments.table["answer_id"], segments.table["segment"], strict=True))
        published = segments.names()
        people["segment"] = [
            found.get(answer, "") if found.get(answer, "") in published else "" for answer in people["answer_id"]
        ]
    return people


def _columns(people: pd.DataFrame, prefix: str) -> list[str]:
    return sorted(c.removeprefix(prefix) for c in people.columns if c.startswith(prefix) and people[c].notna().any())


def _measured(
    people: pd.DataFrame,
    needs: list[str],
    domains: Domains,
    design: Design,
    weights: Weights,
    places: pd.DataFrame,
    interviewers: pd.DataFrame,
) -> pd.DataFrame:
    """Return the shares of the needs that were asked about as yes or no, not ranked yet."""
    answers = people[[f"need:{need}" for need in needs]].to_numpy(float)
    asked = asked_together(people, answers, design)
    own = weights_by_need(asked, answers.shape)
    reached = reach(answers, people, places, domains, weights).columns()
    table = direct_table(needs, answers, domains, asked, "direct", reached)
    table = table.assign(urgency=mean_urgency(answers, people["urgency"].to_numpy(float), own, domains).ravel())
    table = widened(with_interviewers(table, interviewers, people, np.where(np.isfinite(answers), own, 0.0), domains))
    grids = places[places["grid"] != ""].reset_index(drop=True)
    if len(grids):
        table = composites_with_interviewers(_with_composites(table, people, answers, own, grids, weights))
    return table


def _with_composites(
    table: pd.DataFrame,
    people: pd.DataFrame,
    answers: Floats,
    own: Floats,
    grids: pd.DataFrame,
    weights: Weights,
) -> pd.DataFrame:
    """Replace the grids' direct estimates by composites, the direct ones kept beside them."""
    upper = (table["community"] != ALL) & (table["grid"] == ALL) & (table["segment"] == ALL) & (table["group"] == ALL)
    communities = table.loc[upper, ["community"]].iloc[:: answers.shape[1]].reset_index(drop=True)
    shape = (len(communities), answers.shape[1])
    place = {(row.community, row.grid): code for code, row in enumerate(grids.itertuples())}
    grid = np.array([place.get(pair, -1) for pair in zip(people["community"], people["grid"], strict=True)])
    classes = next(iter(weights.codes.values())) if weights.codes else np.zeros(len(people), int)
    known = table.loc[upper]
    share, low, high = (known[name].to_numpy(float).reshape(shape) for name in ("share", "share_low", "share_high"))
    made = composite_shares(
        Sample(answers, own, people["weight"].to_numpy(float), classes, grid), grids, communities,
        Upper(share, (high - low) / (2 * Z), low, high),  # a standard error that is not 0 at a share of 0
    )  # fmt: skip
    return _replaced(table, made)


def _replaced(table: pd.DataFrame, made: Composite) -> pd.DataFrame:
    rows = (table["grid"] != ALL).to_numpy()
    columns = ["share", "share_se", "share_low", "share_high", "direct_share", "direct_se"]
    arrays = (made.share, made.se, made.low, made.high, made.direct, made.direct_se)
    table = table.copy()
    table.loc[rows, "method"] = "composite"
    table.loc[rows, columns] = np.column_stack([values.ravel() for values in arrays])
    return with_persons(table)


def _ranked(
    people: pd.DataFrame,
    needs: list[str],
    domains: Domains,
    design: Design,
    weights: Weights,
    places: pd.DataFrame,
    options: NeedsOptions,
) -> pd.DataFrame:
    answers = people[[f"rank:{need}" for need in needs]].to_numpy(float)
    asked = asked_together(people, answers, design)
    reached = reach(answers, people, places, domains, weights).columns()
    table = direct_table(needs, answers, domains, asked, "rank_only", reached).assign(urgency=np.nan)
    return with_ranks(table, answers, domains, design, options)


def _rankings(
    people: pd.DataFrame,
    needs: list[str],
    domains: Domains,
    design: Design,
    weights: Weights,
    places: pd.DataFrame,
    *,
    cleaned: Cleaned,
    options: NeedsOptions,
) -> pd.DataFrame:
    if not needs:
        return pd.DataFrame(columns=list(RANKING_COLUMNS))
    table = _ranked(people, needs, domains, design, weights, places, options)
    table = table[(table["segment"] == ALL) & (table["group"] == ALL) & (table["grid"] == ALL)]
    flag, reason = judge(table, options, sample=weights.doubt)
    names = table["need"].map(cleaned.codebook.need_names())
    table = table.assign(need_name=names, flag=flag, flag_reason=reason)
    return table[list(RANKING_COLUMNS)].reset_index(drop=True)


def _judged(
    table: pd.DataFrame, cleaned: Cleaned, options: NeedsOptions, doubt: str, contrasts: list[Issue]
) -> pd.DataFrame:
    """Name and flag every estimate, with caution the needs that depend on how people answered."""
    table = table.assign(need_name=table["need"].map(cleaned.codebook.need_names()).fillna(table["need"]))
    contrasted = table["need_name"].isin([issue.value for issue in contrasts]).to_numpy()
    flag, reason = with_communities(table, judge(table, options, sample=doubt, contrasted=contrasted))
    return table.assign(flag=flag, flag_reason=reason)


def _unanswered(people: pd.DataFrame, names: dict[str, str]) -> list[Issue]:
    """Say which needs were asked about and have no answer that can be used."""
    asked = [column for column in people.columns if column.startswith("need:") and people[column].isna().all()]
    codes = sorted(column.removeprefix("need:") for column in asked)
    return [Issue("W643", value=names.get(code, code)) for code in codes if f"rank:{code}" not in people]


def _finished(table: pd.DataFrame, cleaned: Cleaned) -> pd.DataFrame:
    needs = cleaned.codebook.needs
    return table.assign(
        domain=table["need"].map(needs["domain_name"]).fillna(""),
        resolution_path=table["need"].map(needs["resolution_path"]).fillna(""),
    )


def _comparison_issues(table: pd.DataFrame, before: Answers | None) -> list[Issue]:
    """Say that changes were measured without knowing who answered twice."""
    return [Issue("I623")] if before is None and (table["change"] != "/").any() else []


def _reach_issues(table: pd.DataFrame, options: NeedsOptions) -> list[Issue]:
    """Say of which needs it was not asked everywhere, not asked of all, too few replied, or a margin is not held.

    Communities and classes that sent no answer to anything are told by the weights.
    """
    whole = table[(table["community"] == ALL) & (table["segment"] == ALL) & (table["group"] == ALL)]
    issues = []
    columns = ("need_name", "unreached", "coverage", "reached", "asked_part", "replied", "margins_dropped")
    for need, why, coverage, reached, part, replied, dropped in iter_rows(whole, *columns):
        if coverage < options.least_coverage and why in _SAID:
            told = part if why == "some_asked" else reached
            issues.append(Issue(_SAID[why], value=need, details={"coverage": f"{told:.0%}"}))
        if replied < options.least_replied:
            issues.append(Issue("W627", value=need, details={"replied": f"{replied:.0%}"}))
        if dropped:
            issues.append(Issue("W628", value=need, details={"margin": in_every_language(f"margin.{dropped}")}))
    return issues


def _empty(places: pd.DataFrame, requests: pd.DataFrame, status: str) -> NeedsList:
    code = "W602" if status == "no_data" else "W621"
    table = pd.DataFrame({column: pd.Series(dtype=float if column in _FIGURES else object) for column in NEEDS_COLUMNS})
    return NeedsList(table, pd.DataFrame(columns=list(RANKING_COLUMNS)), places, requests, status, (Issue(code),))


_FIGURES = frozenset(
    {
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
        "direct_share",
        "direct_se",
        "coverage",
        "urgency",
        "rank",
        "rank_low",
        "rank_high",
        "change_diff",
        "change_low",
        "change_high",
        "n_before",
        "n_yes_before",
    }
)
