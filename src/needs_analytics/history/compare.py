"""What differs between two runs: what they were made of, and which figures moved."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from needs_analytics.core.results import ALL
from needs_analytics.history.months import input_label, named_run
from needs_analytics.history.opening import told

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from needs_analytics.core.month import Month
    from needs_analytics.history.store import Store

_LEVELS = {"estimate": ("community", "grid", "segment", "group"), "gap": ("community", "grid", "segment")}
_SHOWN = {
    "estimate": ("share", "persons", "rank", "flag"),
    "gap": ("demand", "gap", "gap_low", "gap_high", "cause", "flag"),
}
_BY = {"estimate": "share", "gap": "gap"}


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs beside one another.

    Attributes
    ----------
    before, after
        Month and revision of each.
    inputs
        ``file, before, after``: digests of the files that are not the same in both, empty where a file is missing; a
        file of an earlier month has its month before it.
    context, options, versions
        ``name, before, after`` of what is not the same in both.
    needs, gaps
        Needs of the whole sub-district of which any figure moved, the most first: ``need``, some columns with
        ``_before`` and ``_after``, and ``moved``, the difference of ``share`` or ``gap``; ``None`` where the details of
        either run were erased.
    elsewhere
        ``estimate`` and ``gap`` to the number of rows at other levels that differ.
    """

    before: tuple[str, int]
    after: tuple[str, int]
    inputs: pd.DataFrame
    context: pd.DataFrame
    options: pd.DataFrame
    versions: pd.DataFrame
    needs: pd.DataFrame | None
    gaps: pd.DataFrame | None
    elsewhere: Mapping[str, int]

    @property
    def same(self) -> bool:
        """Whether nothing differs; of erased details nobody knows."""
        parts = (self.inputs, self.context, self.options, self.versions, self.needs, self.gaps)
        return all(part is not None and part.empty for part in parts) and not any(self.elsewhere.values())


def compare_runs(
    store: Store, before: tuple[Month | str, int | None], after: tuple[Month | str, int | None]
) -> Comparison:
    """Return what differs between two runs.

    Parameters
    ----------
    before, after
        Month and revision of each; the latest revision where that is ``None``.

    Raises
    ------
    UsageError
        When there is no such month or revision.
    """
    with store.reading() as moment:
        runs = [named_run(moment, *asked) for asked in (before, after)]
        query = "SELECT record FROM run WHERE run = ?"
        texts = [moment.read(query, (run["run"],))["record"].iloc[0] for run in runs]
        moved = {table: _moved(moment, table, runs) for table in _LEVELS}
    with told(store.path):
        records = [json.loads(text) for text in texts]
    inputs = [{input_label(record, each): each["digest"] for each in record.get("inputs", ())} for record in records]
    context, options, versions = (
        _differing([record.get(name, {}) for record in records]) for name in ("context", "options", "versions")
    )
    first, second = ((str(run["month"]), int(run["revision"])) for run in runs)
    return Comparison(
        first, second, _differing(inputs, "file"), context, options, versions, moved["estimate"][0], moved["gap"][0],
        {table: elsewhere for table, (_, elsewhere) in moved.items()},
    )  # fmt: skip


def _differing(told: Sequence[Mapping[str, Any]], label: str = "name") -> pd.DataFrame:
    before, after = told
    names = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
    rows = [(name, before.get(name, ""), after.get(name, "")) for name in names]
    return pd.DataFrame(rows, columns=[label, "before", "after"])


def _moved(store: Store, table: str, runs: Sequence[Mapping[str, Any]]) -> tuple[pd.DataFrame | None, int]:
    """Return the rows of the whole that differ in anything, and the number of such rows at other levels."""
    before, after = (store.detail(table, run["month"], run["revision"]) for run in runs)
    if before is None or after is None:
        return None, 0
    keys = ["need", *_LEVELS[table]]
    both = before.merge(after, on=keys, how="outer", suffixes=("_before", "_after"), indicator="there")
    differ = both["there"] != "both"
    for name in before.columns.difference(keys):
        old, new = both[f"{name}_before"], both[f"{name}_after"]
        differ |= (old != new) & ~(old.isna() & new.isna())
    whole = (both[list(_LEVELS[table])] == ALL).all(axis=1)
    by, shown = _BY[table], [f"{name}_{when}" for name in _SHOWN[table] for when in ("before", "after")]
    rows = both.loc[differ & whole, ["need", *shown]]
    rows = rows.assign(moved=rows[f"{by}_after"] - rows[f"{by}_before"])
    order = rows["moved"].abs().sort_values(ascending=False, kind="stable", na_position="last").index
    return rows.loc[order].reset_index(drop=True), int((differ & ~whole).sum())
