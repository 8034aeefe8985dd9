"""From what was found to the record: who stands where, what sets the segments apart, what they are called."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.issue import Issue
from needs_analytics.core.results import Segments
from needs_analytics.segments.contrast import Members, segment_id, tell_apart
from needs_analytics.segments.name import name_segments
from needs_analytics.segments.profile import describe_segments

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from needs_analytics.core.codebook import Codebook
    from needs_analytics.core.options import SegmentOptions
    from needs_analytics.segments.moments import Floats, Ints
    from needs_analytics.segments.residents import Residents
    from needs_analytics.segments.segmenter import ResidentSegmenter


@dataclass(frozen=True, slots=True)
class Found:
    """Segments before they are described.

    Attributes
    ----------
    rows, labels
        Who stands in a segment, and in which.
    jaccard
        ``(k,)``; NaN where stability was not asked.
    selection
        The table that decided k.
    status
        As in :class:`Segments`.
    names
        ``segment, name, name_en`` of an earlier month; ``None`` to name them now.
    kept, ids, taken
        Where some go on from an earlier month: label to its ``name, name_en``, the id of every label, and the names
        that no new segment may have.
    rules
        Names of readable segments.
    model
        The segmenter.
    """

    rows: Ints
    labels: Ints
    jaccard: Floats
    selection: pd.DataFrame
    status: str
    names: pd.DataFrame | None = None
    rules: Sequence[tuple[str, str]] = ()
    model: ResidentSegmenter | None = None
    kept: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    ids: tuple[str, ...] = ()
    taken: frozenset[str] = frozenset()


def assemble_record(
    residents: Residents, found: Found, options: SegmentOptions, codebook: Codebook, issues: list[Issue]
) -> Segments:
    """Describe and name what was found."""
    k = len(found.jaccard)
    members = Members(
        residents.answers.iloc[found.rows], residents.weights[found.rows], found.labels, k,
        residents.households[found.rows],
    )  # fmt: skip
    traits = tell_apart(members, codebook)
    profiles = describe_segments(members, traits, representative=residents.representative)
    own = [segment_id(label) for label in range(k)]
    if found.names is None:
        names = name_segments(k, traits, found.rules, kept=found.kept, taken=found.taken)
        told = list(found.ids or own)
    else:
        names, told = found.names.assign(segment=own), found.names["segment"].tolist()
    ids = dict(zip(own, told, strict=True))
    segments = np.full(len(residents.table), "", dtype=object)
    segments[found.rows] = [ids[segment_id(label)] for label in found.labels]
    quality = _with_ids(_quality(found, options), ids)
    profiles = profiles.merge(names, on="segment")[["segment", "name", "name_en", *profiles.columns[1:]]]
    return Segments(
        table=residents.table.assign(segment=pd.array(segments, dtype="str")),
        profiles=_with_ids(profiles, ids),
        traits=_with_ids(traits, ids),
        quality=quality,
        selection=found.selection,
        status=found.status,
        model=found.model,
        issues=(*issues, *_doubts(residents, found, quality, options)),
    )


def _with_ids(table: pd.DataFrame, ids: Mapping[str, str]) -> pd.DataFrame:
    """Return a table whose segments, numbered by label so far, have the ids they are known by."""
    return table.assign(segment=table["segment"].map(ids).astype(table["segment"].dtype))


def _quality(found: Found, options: SegmentOptions) -> pd.DataFrame:
    k = len(found.jaccard)
    return pd.DataFrame(
        {
            "segment": pd.Series([segment_id(label) for label in range(k)], dtype="str"),
            "size": np.bincount(found.labels, minlength=k),
            "jaccard": found.jaccard,
            "published": np.isnan(found.jaccard) | (found.jaccard >= options.least_jaccard),
        }
    )


def _doubts(residents: Residents, found: Found, quality: pd.DataFrame, options: SegmentOptions) -> list[Issue]:
    """Say who could not be placed and which segments are not to be trusted."""
    if not len(quality):
        return []
    counted = int((residents.weights > 0).sum())
    left = counted - len(found.rows)
    issues = [Issue("W631", details={"count": left, "n": counted})] if left else []
    unstable = quality.loc[~quality["published"], "segment"]
    if len(unstable):
        issues.append(Issue("W636", details={"segments": "、".join(unstable), "least": options.least_jaccard}))
    return issues
