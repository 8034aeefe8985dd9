"""Samples by the dozen of towns whose gaps are known: how often a gap's interval holds it, for ``docs/coverage.md``.

From ``tests``::

    python -m truth.gap_intervals

Menu, supply and use are those of the month's workbooks, and the same in every sample; who answers is drawn anew. The
true gap is known between bounds (:mod:`needs_analytics.samples.causes`): an interval that meets them holds. *Exact* are
the places where the bounds lie within a fiftieth of the demand.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd
from threadpoolctl import threadpool_limits

from helpers.town import no_segments
from needs_analytics.core.results import ALL
from needs_analytics.gaps import measure_gaps
from needs_analytics.matching import match_services
from needs_analytics.needs import list_needs
from needs_analytics.samples.causes import EXACT
from needs_analytics.weights import weigh

from .estimates import ANSWERS
from .frames import answers_of, draw, pull_of_margins, through_offices
from .gap_months import GapMonth, gap_month
from .generator import settle

if TYPE_CHECKING:
    from collections.abc import Iterable

    from needs_analytics.core.results import GapReport

TOWNS, SAMPLES = range(500, 506), 8
DESIGNS = ("margins", "offices")
_LEAST = {"sub-district": 120, "communities": 120, "grids": 30}
"""Persons who want it: of fewer a sample tells next to nothing, or the need is not there."""
_LEVELS = {"district": "sub-district", "community": "communities", "grid": "grids"}
_CLOSE = 0.02


def sample(seed: int, design: str, number: int) -> GapReport:
    """Measure the gaps of a town from one sample of its residents."""
    month, snapshot = gap_month(seed), settle(seed)
    if design == "offices":
        survey = through_offices(replace(snapshot, seed=1000 * seed + number))
    else:
        survey = answers_of(snapshot, draw(pull_of_margins(snapshot), ANSWERS, seed, 30, number))
    cleaned = replace(month.cleaned, survey=survey)
    weights = weigh(cleaned.survey, cleaned.register)
    needs = list_needs(cleaned, weights, no_segments())
    return measure_gaps(needs, match_services(needs, cleaned, weights), cleaned)


def held(report: GapReport, month: GapMonth) -> pd.DataFrame:
    """Return, per need and place with enough demand, whether the interval holds the true gap and on which side not."""
    found = pd.concat([report.at(level).assign(level=name) for level, name in _LEVELS.items()])
    true = pd.concat([month.causes.assign(grid=ALL), month.by_grid])
    table = true.merge(found, on=["need", "community", "grid"], suffixes=("", "_found"))
    table = table[(table["demand"] >= table["level"].map(_LEAST)) & table["gap_low"].notna()]
    counted = table[list(EXACT)].sum(axis=1)
    low, high = counted + table["full_low"], counted + table["full_high"]
    return pd.DataFrame(
        {
            "need": table["need"],
            "level": table["level"],
            "exact": high - low <= _CLOSE * table["demand"],
            "above": table["gap_high"] < low,
            "below": table["gap_low"] > high,
            "width": (table["gap_high"] - table["gap_low"]) / table["demand"],
        }
    )


def coverage(draws: Iterable[tuple[int, str, int]]) -> pd.DataFrame:
    """Return by design and level how many intervals were told, how many hold the truth, and the median width."""
    with threadpool_limits(1):
        parts = [held(sample(*one), gap_month(one[0])).assign(design=one[1]) for one in draws]
    rows = pd.concat(parts)
    rows = pd.concat([rows.assign(truth="all"), rows[rows["exact"]].assign(truth="exact")])
    sums = rows.groupby(["design", "truth", "level"]).agg(
        told=("need", "size"),
        below=("below", "mean"),
        above=("above", "mean"),
        width=("width", "median"),
    )
    return sums.assign(coverage=1 - sums["below"] - sums["above"])


def main() -> None:
    """Print the table."""
    draws = ((seed, design, number) for seed in TOWNS for design in DESIGNS for number in range(SAMPLES))
    sys.stdout.write(f"{coverage(draws).to_string()}\n")


if __name__ == "__main__":
    main()
