"""The segments of the months kept: the model this month goes on from, and sizes over the months."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

from needs_analytics.core.continuity import migration_frame, sizes_frame
from needs_analytics.core.tables import iter_rows
from needs_analytics.segments.keeping import model_from_json

if TYPE_CHECKING:
    import pandas as pd

    from needs_analytics.core.month import Month
    from needs_analytics.core.results import Segments
    from needs_analytics.history.store import Store
    from needs_analytics.segments import ResidentSegmenter

_SIZES = ("month", "segment", "name", "share", "share_low", "share_high", "persons")


class KeptModel(NamedTuple):
    """A model and the month that it was kept with; ``digest`` is that of its text."""

    month: str
    model: ResidentSegmenter
    digest: str


def model_before(store: Store, month: Month) -> KeptModel | None:
    """Return the model kept with the latest month before; ``None`` where there is none."""
    rows = store.segment_model_before(month)
    if rows is None:
        return None
    before, text = rows
    return KeptModel(before, model_from_json(text), hashlib.sha256(text.encode()).hexdigest())


def sizes_so_far(kept: pd.DataFrame, segments: Segments, month: Month) -> pd.DataFrame:
    """Return the sizes of segments over the months kept, this one last.

    Parameters
    ----------
    kept
        See :meth:`needs_analytics.history.Store.segment_sizes`. Where an id bears another name than it has now, or had
        when it went, it is another segment's, found before segments went on from month to month: left out.
    """
    named = {*iter_rows(segments.profiles, "segment", "name")}
    named |= {*iter_rows(segments.crosswalk, "segment_before", "name_before")}
    known = [pair in named for pair in iter_rows(kept, "segment", "name")]
    published = segments.quality.loc[segments.quality["published"], "segment"]
    now = segments.profiles[segments.profiles["segment"].isin(published)].assign(month=str(month))
    rows = [*iter_rows(kept.loc[known], *_SIZES), *iter_rows(now, *_SIZES)]
    return sizes_frame(rows)


def count_moves(before: Segments, now: Segments) -> pd.DataFrame:
    """Return who went from which segment to which, of the persons who stand in one in both months."""
    pairs = [
        frame.loc[(frame["person_key"].fillna("") != "") & (frame["segment"] != ""), ["person_key", "segment"]]
        .drop_duplicates("person_key")
        for frame in (before.table, now.table)
    ]  # fmt: skip
    both = pairs[0].merge(pairs[1], on="person_key", suffixes=("_before", ""))
    counts = both.groupby(["segment_before", "segment"], as_index=False).size()
    return migration_frame(iter_rows(counts, "segment_before", "segment", "size"))
