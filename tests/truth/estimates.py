"""Shares as the stages estimate them, beside the true ones."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import pandas as pd

from helpers.town import no_segments
from needs_analytics.core.results import ALL
from needs_analytics.needs import list_needs
from needs_analytics.needs.panel import Answers
from needs_analytics.weights import weigh

from .frames import answers_of, draw, long, month_of, prevalence, pull_of_margins, through_offices
from .generator import settle

if TYPE_CHECKING:
    from needs_analytics.core.issue import Issue
    from needs_analytics.samples import Snapshot

ANSWERS = 1800


@dataclass(frozen=True)
class Estimated:
    """Estimates of a month.

    Attributes
    ----------
    table
        The needs list's rows of all residents, with the true share of each in ``true``.
    issues
        What weights and needs list said.
    answers
        What it was estimated from.
    """

    snapshot: Snapshot
    table: pd.DataFrame
    issues: tuple[Issue, ...]
    answers: Answers | None = None

    @property
    def held(self) -> pd.Series:
        """Whether each interval holds the true share; a row without an estimate is none."""
        rows = self.table[self.table["share"].notna()]
        return (rows["share_low"] <= rows["true"]) & (rows["true"] <= rows["share_high"])


def estimate(
    snapshot: Snapshot,
    survey: pd.DataFrame,
    *,
    weighted: bool = True,
    grids: bool = False,
    before: Estimated | None = None,
) -> Estimated:
    """Weigh a survey and list the needs of the sub-district, its communities and, if wanted, its grids.

    Special groups count in the weights; estimates for them are not made here. Where grids are not wanted nobody names
    one: the strata are communities.
    """
    asked = survey.assign(groups=None) if grids else survey.assign(groups=None, grid=None)
    month = month_of(snapshot, asked, grids=grids)
    weights = weigh(survey, month.register if weighted else None)
    earlier = {} if before is None else {"previous": before.table, "before": before.answers}
    found = list_needs(month, weights, no_segments(), **earlier)
    rows = (found.table["segment"] == ALL) & (found.table["group"] == ALL) & (grids | (found.table["grid"] == ALL))
    table = found.table[rows].reset_index(drop=True)
    true = long(prevalence(snapshot, grids=grids))
    keys = pd.MultiIndex.from_frame(table[["community", "grid", "need"]])
    said = (*weights.issues, *found.issues)
    return Estimated(snapshot, table.assign(true=true.reindex(keys).to_numpy()), said, Answers(survey, weights))


def answered_by_margins(snapshot: Snapshot) -> pd.DataFrame:
    """Return answers where response depends on age, sex and community alone."""
    return answers_of(snapshot, draw(pull_of_margins(snapshot), ANSWERS, snapshot.seed, 2))


@cache
def by_margins(seed: int, *, weighted: bool = True) -> Estimated:
    """Return a town's estimates where the register's margins, and they alone, decide strongly who answers."""
    snapshot = settle(seed)
    return estimate(snapshot, answered_by_margins(snapshot), weighted=weighted)


@cache
def by_offices(seed: int, *, weighted: bool = True) -> Estimated:
    """Return a town's estimates from what the plan's offices collect."""
    snapshot = settle(seed)
    return estimate(snapshot, through_offices(snapshot), weighted=weighted)
