"""The months before the report's, as the ledger keeps them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from needs_analytics.samples.sheets import Table

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from needs_analytics.core.month import Month


_MONTHS = 35


def tabulate_history(counts: pd.DataFrame, names: Mapping[str, str], *, before: Month) -> Table:
    """Lay out the months before the report's, as the street's ledger keeps them: a row per service, site and month.

    Parameters
    ----------
    counts
        ``month, service, site, count`` of :class:`PlantedSeries`.
    names
        Name of each service.
    before
        The report's month: its use stands in the record of use.
    """
    first = before.shift(-_MONTHS)
    past = counts[counts["month"].between(str(first), str(before.shift(-1)))]
    past = past.sort_values(["service", "site", "month"], kind="stable")
    rows = [
        [f"{month[:4]}年{int(month[5:])}月", names[service], site, int(count)]
        for month, service, site, count in past[["month", "service", "site", "count"]].itertuples(index=False)
    ]
    return Table("历月服务量", ("月份", "服务项目", "服务点", "服务人次"), rows, tuple(range(len(rows))), 1)
