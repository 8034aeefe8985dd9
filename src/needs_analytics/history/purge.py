"""Erasing what is kept of some runs; their line in the chain stays."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from needs_analytics.core.tables import iter_rows
from needs_analytics.history.months import kept_months
from needs_analytics.history.opening import compact, connect, told

if TYPE_CHECKING:
    from collections.abc import Collection

    import pandas as pd

    from needs_analytics.core.month import Month
    from needs_analytics.history.store import Store


@dataclass(frozen=True, slots=True)
class Purged:
    """What was erased.

    Attributes
    ----------
    runs
        Month and revision of each run whose details are gone.
    complete
        Whether the bytes themselves are gone from the disk's files; not while somebody reads the store.
    """

    runs: tuple[tuple[str, int], ...]
    complete: bool


def purgeable(store: Store, *, month: Month | str | None = None, before: Month | str | None = None) -> pd.DataFrame:
    """Return ``run, month, revision`` of one month, or of all before one, as far as their details are still kept."""
    runs = kept_months(store, every=True)
    asked = runs["month"] == str(month) if month is not None else runs["month"] < str(before)
    return runs.loc[asked & ~runs["purged"], ["run", "month", "revision"]].reset_index(drop=True)


def resting_months(store: Store, months: Collection[str]) -> tuple[str, ...]:
    """Return the months still kept whose details hold figures of others: what they were compared with, earlier use."""
    rows = store.read(
        "SELECT month, record FROM run WHERE run NOT IN (SELECT run FROM purge) ORDER BY month, revision",
        columns=("month", "record"),
    )
    return tuple(
        dict.fromkeys(
            month
            for month, record in iter_rows(rows, "month", "record")
            if any(each["month"] in months for each in json.loads(record).get("rests_on", ()))
        )
    )


def purge_runs(
    store: Store, *, month: Month | str | None = None, before: Month | str | None = None, reason: str = ""
) -> Purged:
    """Erase the details of a month's runs, or of all months before one.

    Gone are estimates, gaps, uses, questions, segments and the tables as they were printed. What stays: that the runs
    were, their digests, what they were made of, their files' names and digests. Later months can no longer be compared
    with them.

    Parameters
    ----------
    month, before
        Either.
    reason
        Kept beside the runs; it must name nobody.
    """
    if not store.path.exists():
        return Purged((), complete=True)
    with store.writing() as writing:
        runs = purgeable(store, month=month, before=before)
        writing.purge(runs["run"].tolist(), reason)
        writing.commit()
    named = zip(runs["month"].astype(str), runs["revision"].astype(int), strict=True)
    with closing(connect(store.path)) as connection, told(store.path):
        return Purged(tuple(named), compact(connection))
