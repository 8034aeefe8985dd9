"""What a month rests on: the runs of earlier months it was compared with, and which of them were issued again since."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from needs_analytics.core.month import Month
    from needs_analytics.history.store import Store


class RunsBefore(NamedTuple):
    """The runs of earlier months that the store gives to a month.

    Attributes
    ----------
    runs
        As :meth:`needs_analytics.history.Store.runs` returns them.
    last, segments
        The run of the month before, and of the month whose segments are gone on from; ``None`` where there is none.
    usage
        Every run that speaks for a month's use.
    """

    runs: pd.DataFrame
    last: int | None
    segments: int | None
    usage: list[int]


def runs_before(store: Store, month: Month, segments_of: str = "") -> RunsBefore:
    """Return the runs of earlier months; ``segments_of`` is the month whose segments are gone on from."""
    with store.reading() as moment:
        held = moment.run_of(segments_of) if segments_of else None
        return RunsBefore(moment.runs(), moment.run_of(month.shift(-1)), held, moment.usage_runs(month))


def resting_on(before: RunsBefore, of_last: Sequence[str]) -> tuple[dict[str, Any], ...]:
    """Return the runs of earlier months that a month rests on.

    Parameters
    ----------
    of_last
        What is used of the month before: ``comparison`` of its estimates, the ``panel`` of residents who answered in
        both months, its ``questions``.

    Returns
    -------
    tuple of dict
        ``month, revision, digest, used``, oldest first.
    """
    used: dict[int, list[str]] = {}
    if before.last is not None and of_last:
        used[before.last] = list(of_last)
    if before.segments is not None:
        used.setdefault(before.segments, []).append("segments")
    for run in before.usage:
        used.setdefault(run, []).append("usage")
    rows = before.runs[before.runs["run"].isin(list(used))].sort_values(["month", "revision"])
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
