"""What was found in a later month put beside the model that was kept: who goes on, what it is called, what is said."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from needs_analytics.core.issue import Issue
from needs_analytics.core.tables import iter_rows
from needs_analytics.segments.assemble import Found
from needs_analytics.segments.choose import tabulate_steps
from needs_analytics.segments.continuity import Matched, give_ids, match_segments, tell_crosswalk
from needs_analytics.segments.drift import measure_misfit

if TYPE_CHECKING:
    import pandas as pd

    from needs_analytics.core.codebook import Codebook
    from needs_analytics.core.options import SegmentOptions
    from needs_analytics.core.results import Segments
    from needs_analytics.segments.drift import Drifts
    from needs_analytics.segments.moments import Ints
    from needs_analytics.segments.segmenter import ResidentSegmenter


def placed(traits: pd.DataFrame, rows: Ints, model: ResidentSegmenter, options: SegmentOptions) -> Found:
    """Put respondents into the segments of a model that was kept; without a stable one there are no types."""
    labels = place_rows(traits, rows, model)
    names, jaccard = model.segments_[["segment", "name", "name_en"]], model.segments_["jaccard"].to_numpy(dtype=float)
    status = "stable" if (np.isnan(jaccard) | (jaccard >= options.least_jaccard)).any() else "none"
    return Found(rows, labels, jaccard, tabulate_steps(), status, names=names, model=model)


def place_rows(traits: pd.DataFrame, rows: Ints, model: ResidentSegmenter) -> Ints:
    """Return the segment that a model puts each of the rows into, by whatever of its questions was asked."""
    return model.predict(traits.reindex(columns=list(model.feature_names_in_)).iloc[rows])


def match_found(found: Found, traits: pd.DataFrame, before: ResidentSegmenter) -> Matched:
    """Match what was learnt anew with the segments before; readable rules go on from nothing."""
    if found.model is None:
        return Matched({}, {})
    labels = place_rows(traits, found.rows, before)
    return match_segments(labels, found.labels, before.n_segments_, len(found.jaccard))


def go_on(found: Found, matched: Matched, before: ResidentSegmenter) -> Found:
    """Let segments that are the same have their ids and names, and others such as nobody had."""
    pairs = list(iter_rows(before.segments_, "name", "name_en"))
    ids = give_ids(matched, len(found.jaccard), tuple(before.segments_["segment"]), before.used_ids_)
    kept = {label: pairs[old] for label, old in matched.before.items()}
    taken = frozenset() if found.rules else frozenset(before.segments_["name"])
    return replace(found, ids=ids, kept=kept, taken=taken)


def remember(found: Found, segments: Segments, traits: pd.DataFrame, used: tuple[str, ...] = ()) -> None:
    """Let a model know what later months need: names, stability, every id ever used, how well it fits its own month."""
    if found.model is None:
        return
    found.model.segments_ = segments.profiles[["segment", "name", "name_en"]].assign(jaccard=found.jaccard)
    found.model.used_ids_ = (*used, *(each for each in segments.profiles["segment"] if each not in used))
    found.model.misfit_ = measure_misfit(traits.iloc[found.rows], found.model)


def tell_again(
    segments: Segments, matched: Matched, drifts: Drifts, before: ResidentSegmenter, codebook: Codebook, least: float
) -> Segments:
    """Return segments learnt anew with what drifted, and which of them go on, came and went.

    One that went is told if it was stable by `least`, of others only those that are published: nobody knows the rest.
    """
    crosswalk = tell_crosswalk(matched, before.segments_, segments.profiles)
    unstable = before.segments_.loc[before.segments_["jaccard"] < least, "segment"]
    crosswalk = crosswalk[(crosswalk["status"] != "gone") | ~crosswalk["segment_before"].isin(unstable)]
    crosswalk = crosswalk.reset_index(drop=True)
    told = crosswalk[(crosswalk["status"] == "gone") | crosswalk["segment"].isin(segments.names())]
    known = (before.segments_, segments.profiles)
    english = {name: name_en for frame in known for name, name_en in iter_rows(frame, "name", "name_en")}
    details = {"label": drifts.listed(codebook), "count": len(before.segments_), "used": len(segments.profiles)}
    for said, status, column in (("kept", "same", "name"), ("new", "new", "name"), ("gone", "gone", "name_before")):
        names = told.loc[told["status"] == status, column]
        details[said] = {"zh": "、".join(names) or "–", "en": ", ".join(english[name] for name in names) or "–"}
    issues = (*segments.issues, Issue("I637" if drifts.relearn else "I646", details=details))
    return replace(segments, crosswalk=crosswalk, drift=drifts.table, issues=issues)
