"""Who the segments are: size, medians, most frequent answers, needs, and what sets each apart from everyone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.numerics import intervals
from needs_analytics.segments.encode import list_choices, read_choices
from needs_analytics.segments.moments import Bools, Floats, Ints, kish_n, weighted_quantile
from needs_analytics.segments.residents import NEED, NUMBERS

if TYPE_CHECKING:
    from needs_analytics.core.codebook import Codebook

FEWEST_KNOWN = 5
"""Fewer known answers, or fewer who say yes, put no need and no group into a profile."""
TOP = 3
FREQUENT = 0.2
"""A group belongs in a profile when this share of the segment carries it."""

PROFILES = [
    "segment", "n", "share", "share_low", "share_high", "persons", "age_median", "participation_median",
    "usage_frequency_median", "household_size_median", "sex", "groups", "top_needs", "lifted_needs",
]  # fmt: skip
TRAITS = ["segment", "feature", "label", "label_en", "value", "overall", "lift", "effect", "n"]


@dataclass(frozen=True, slots=True)
class Members:
    """Respondents who stand in a segment.

    Attributes
    ----------
    answers, weights
        What they said and whom they stand for.
    labels
        ``(n,)`` 0 … k-1.
    k
        Number of segments; in a later month some may be empty.
    """

    answers: pd.DataFrame
    weights: Floats
    labels: Ints
    k: int


@dataclass(frozen=True, slots=True)
class Feature:
    """One thing to describe a segment by: a number, or the share that says yes; NaN where unknown."""

    name: str
    label: str
    label_en: str
    answers: Floats


def segment_id(label: int) -> str:
    """Return the name of a segment in every table."""
    return f"S{label + 1}"


def list_features(answers: pd.DataFrame, codebook: Codebook) -> list[Feature]:
    """Return numbers, each sex, each group and each need as features."""
    features = [
        Feature(name, codebook.label("survey", name), codebook.label("survey", name, "en"), answers[name].to_numpy())
        for name in NUMBERS
        if name in answers
    ]
    if "sex" in answers:
        features += _sexes(answers["sex"])
    if "groups" in answers:
        features += _groups(answers["groups"], codebook)
    chinese, english = codebook.need_names(), codebook.need_names("en")
    for name in (name for name in map(str, answers.columns) if name.startswith(NEED)):
        need = name.removeprefix(NEED)
        features.append(Feature(name, chinese.get(need, need), english.get(need, need), answers[name].to_numpy()))
    return features


def _sexes(column: pd.Series) -> list[Feature]:
    english = {"男": "men", "女": "women"}
    known = column.notna()
    return [
        Feature(f"sex:{sex}", str(sex), english.get(sex, str(sex)), _flag(column == sex, known))
        for sex in sorted(column.dropna().unique())
    ]


def _groups(column: pd.Series, codebook: Codebook) -> list[Feature]:
    chinese, english, held = codebook.group_names(), codebook.group_names("en"), list_choices(column)
    flags = read_choices(column, held)
    return [Feature(f"groups:{group}", chinese[group], english[group], flags[:, j]) for j, group in enumerate(held)]


def _flag(yes: pd.Series, known: pd.Series) -> Floats:
    return np.where(known.to_numpy(), yes.to_numpy(dtype=float), np.nan)


def contrast(values: Floats, member: Bools, weights: Floats) -> tuple[float, float, float]:
    """Return a feature's weighted mean in a segment, its mean overall, and their distance in standard deviations."""
    known = ~np.isnan(values)
    if not (known & member).any():
        return float("nan"), float("nan"), float("nan")
    inside = float(np.average(values[known & member], weights=weights[known & member]))
    overall = float(np.average(values[known], weights=weights[known]))
    spread = float(np.sqrt(np.average((values[known] - overall) ** 2, weights=weights[known])))
    return inside, overall, (inside - overall) / spread if spread > 0 else 0.0


def tell_apart(members: Members, codebook: Codebook) -> pd.DataFrame:
    """Return the traits table: per segment and feature its value, the overall value, lift and standardised effect.

    A value is a weighted mean, or a weighted share among the ``n`` whose answer is known; for a group or a need these
    are at least five. Strongest effects first.
    """
    rows = [
        (segment_id(label), feature, *contrast(feature.answers, members.labels == label, members.weights), label)
        for label in range(members.k)
        for feature in list_features(members.answers, codebook)
    ]
    records = [
        (segment, feature.name, feature.label, feature.label_en, value, overall, _lift(value, overall), effect,
         int((~np.isnan(feature.answers[members.labels == label])).sum()))
        for segment, feature, value, overall, effect, label in rows
    ]  # fmt: skip
    table = pd.DataFrame(records, columns=TRAITS)
    delicate = table["feature"].str.startswith(("groups:", NEED))
    table = table[table["n"] >= np.where(delicate, FEWEST_KNOWN, 1)]
    strength = table["effect"].abs().round(9)
    place = table["segment"].str.removeprefix("S").astype(int)
    order = table.assign(strength=strength, place=place).sort_values(
        ["place", "strength", "feature"], ascending=[True, False, True]
    )
    return order[TRAITS].reset_index(drop=True)


def _lift(value: float, overall: float) -> float:
    return value / overall if overall > 0 else float("nan")


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
        "lifted_needs": _first(_carried(traits[traits["lift"] > 1], NEED, "lift", 0.0)),
    } | medians


def _carried(traits: pd.DataFrame, prefix: str, by: str, least: float) -> pd.DataFrame:
    rows = traits[traits["feature"].str.startswith(prefix)]
    enough = (rows["value"] * rows["n"] >= FEWEST_KNOWN) & (rows["value"] >= least)
    return rows[enough].sort_values([by, "feature"], ascending=[False, True])


def _first(rows: pd.DataFrame) -> str:
    return ";".join(feature.split(":", 1)[1] for feature in rows["feature"].head(TOP))
