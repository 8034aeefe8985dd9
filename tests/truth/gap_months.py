"""A month from the workbooks to the gaps, and where the demand truly goes."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

from helpers.town import no_segments
from needs_analytics.cleaning import clean
from needs_analytics.core.codebook import Codebook
from needs_analytics.core.month import Month
from needs_analytics.core.results import ALL
from needs_analytics.gaps import measure_gaps
from needs_analytics.intake import take_in
from needs_analytics.matching import match_services
from needs_analytics.needs import list_needs
from needs_analytics.office.read import read_workbooks
from needs_analytics.samples import found_town, read_plan
from needs_analytics.samples.causes import find_causes
from needs_analytics.samples.month import DEFAULT_MONTH, DEFAULT_SEED, write_month
from needs_analytics.samples.names import chinese_number
from needs_analytics.samples.norms import check_norms
from needs_analytics.samples.usage import record_use, years_of_use
from needs_analytics.weights import weigh

from .seeds import seed_count

if TYPE_CHECKING:
    import pandas as pd

    from needs_analytics.core.records import Cleaned
    from needs_analytics.core.results import GapReport

SEEDS = (DEFAULT_SEED, *range(1, 100))[: seed_count(1)]


class GapMonth(NamedTuple):
    """What truly happens to the demand, which norms are met, what the stages made of the workbooks; by grid."""

    causes: pd.DataFrame
    norms: pd.DataFrame
    gaps: GapReport
    cleaned: Cleaned
    by_grid: pd.DataFrame


@cache
def gap_month(seed: int) -> GapMonth:
    """Run the default month of the town of a seed; shared, so not to be changed."""
    month, world = Month.parse(DEFAULT_MONTH), found_town(read_plan(), seed)
    snapshot = world.at(month)
    use = record_use(snapshot, years_of_use(world, month, 1).of_month(month))
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_month(folder, month=month, seed=seed)
        sheets = read_workbooks(sorted(folder.iterdir()), root=folder)
    cleaned = clean(take_in(sheets, codebook=Codebook.default(), month=month, key=b"a key of the recovery suite"))
    weights = weigh(cleaned.survey, cleaned.register)
    needs = list_needs(cleaned, weights, no_segments())
    gaps = measure_gaps(needs, match_services(needs, cleaned, weights), cleaned)
    by_grid = find_causes(snapshot, use, grids=True)
    by_grid = by_grid[by_grid["grid"] != ALL]
    by_grid = by_grid.assign(grid=["第" + chinese_number(number) + "网格" for number in by_grid["grid"]])
    return GapMonth(find_causes(snapshot, use), check_norms(snapshot), gaps, cleaned, by_grid)
