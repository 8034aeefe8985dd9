"""Who the segments are: size, medians, most frequent answers and needs."""

from __future__ import annotations

import numpy as np
import pandas as pd

from needs_analytics.numerics import intervals
from needs_analytics.segments.contrast import FEWEST_KNOWN, Members, segment_id
from needs_analytics.segments.moments import kish_n, weighted_quantile
from needs_analytics.segments.residents import NEED

TOP = 3
FREQUENT = 0.2
"""A group belongs in a profile when this share of the segment carries it."""

PROFILES = [
    "segment", "n", "share", "share_low", "share_high", "persons", "age_median", "participation_median",
    "usage_frequency_median", "household_size_median", "sex", "groups", "top_needs", "lifted_needs",
]  # fmt: skip


def describe_segments(members: Members, traits: pd.DataFrame, *, representative: bool) -> pd.DataFrame:
    """Return one row per segment: shares of those placed, persons only where weights are persons."""
    rows = [_describe(members, label, traits[traits["segment"] == segment_id(label)]) for label in range(members.k)]
    profiles = pd.DataFrame(rows, columns=PROFILES)
    size = kish_n(members.weights)
    share = profiles["share"].to_numpy(dtype=float)
    profiles["share_low"], profiles["share_high"] = intervals.wilson(share * size, size) if rows else (share, share)
    if not representative:
        profiles["persons"] = np.nan
    return profiles


def _describe(members: Members, label: int, traits: pd.DataFrame) -> dict[str, object]:
    inside = members.labels == label
    weights = members.weights[inside]
    medians = {
        f"{name}_median": weighted_quantile(members.answers[name].to_numpy()[inside], weights, 0.5)
        for name in ("age", "participation", "usage_frequency", "household_size")
        if name in members.answers
    }
    sexes = traits[traits["feature"].str.startswith("sex:")].sort_values(["value", "feature"])
    return {
        "segment": segment_id(label),
        "n": int(inside.sum()),
        "share": float(min(weights.sum() / members.weights.sum(), 1.0)),
        "persons": float(weights.sum()),
        "sex": sexes["label"].iloc[-1] if len(sexes) else "",
        "groups": _first(_carried(traits, "groups:", "value", FREQUENT)),
        "top_needs": _first(_carried(traits, NEED, "value", 0.0)),
        "lifted_needs": _first(_carried(traits[traits["clear"] & (traits["lift"] > 1)], NEED, "lift", 0.0)),
    } | medians


def _carried(traits: pd.DataFrame, prefix: str, by: str, least: float) -> pd.DataFrame:
    rows = traits[traits["feature"].str.startswith(prefix)]
    enough = (rows["n_yes"] >= FEWEST_KNOWN) & (rows["value"] >= least)
    return rows[enough].sort_values([by, "feature"], ascending=[False, True])


def _first(rows: pd.DataFrame) -> str:
    return ";".join(feature.split(":", 1)[1] for feature in rows["feature"].head(TOP))
