"""What a month rests on: the runs of earlier months it was compared with, and which of them were issued again since."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from needs_analytics.core.month import Month
    from needs_analytics.history.store import Store


def resting_on(store: Store, month: Month, of_last: Sequence[str], segments_of: str = "") -> tuple[dict[str, Any], ...]:
    """Return the runs of earlier months that the store gives to a month.

    Parameters
    ----------
    of_last
        What is used of the month before: ``comparison`` of its estimates, the ``panel`` of residents who answered in
        both months, its ``questions``.
    segments_of
        The earlier month whose ``segments`` are gone on from, ``""`` for none.

    Returns
    -------
    tuple of dict
        ``month, revision, digest, used``, oldest first; ``usage`` is used of every run that speaks for a month's use.
    """
    used: dict[int, list[str]] = {}
    with store.reading() as moment:
        last = moment.run_of(month.shift(-1))
        if last is not None and of_last:
            used[last] = list(of_last)
        held = moment.run_of(segments_of) if segments_of else None
        if held is not None:
            used.setdefault(held, []).append("segments")
        for run in moment.usage_runs(month):
            used.setdefault(run, []).append("usage")
        runs = moment.runs()
    rows = runs[runs["run"].isin(list(used))].sort_values(["month", "revision"])
    return tuple(
        {"month": row["month"], "revision": int(row["revision"]), "digest": row["digest"], "used": used[row["run"]]}
        for row in rows.to_dict("records")
    )


def reissued_since(record: Mapping[str, Any], run: int, month: str, latest: pd.DataFrame) -> tuple[str, ...]:
    """Return the earlier months that were issued again, or for the first time, since a run read them.

    Parameters
    ----------
    record
        What the run was made of; of months it does not name, as versions before did not, the order of the runs decides.
    run, month
        Its number and its month.
    latest
        ``run, month, revision`` of the latest run of each month.
    """
    known = {each["month"]: each["revision"] for each in record.get("rests_on", ())}
    earlier = latest[latest["month"] < month]
    rows = zip(earlier["month"], earlier["revision"], earlier["run"], strict=True)
    return tuple(
        other for other, revision, number in rows
        if (revision != known[other] if other in known else number > run)
    )  # fmt: skip
