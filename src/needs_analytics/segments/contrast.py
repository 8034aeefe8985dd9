"""What sets each segment apart from everyone, with intervals: numbers, ages, homes, sexes, groups and needs.

The questions that made the segments differ between them by construction: of these ``clear`` says that the difference
is large enough to describe by, no more. Needs made none, so that theirs are differences found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.confidence import LEVEL
from needs_analytics.numerics.contrasts import contrast_parts
from needs_analytics.numerics.discoveries import false_discovery
from needs_analytics.segments.encode import list_choices, read_choices
from needs_analytics.segments.residents import NEED, NUMBERS

if TYPE_CHECKING:
    from needs_analytics.core.codebook import Codebook
    from needs_analytics.segments.moments import Bools, Floats, Ints

FEWEST_KNOWN = 5
"""Fewer known answers put no need and no group into a profile, and fewer who say yes make none stand out."""

AGES = (
    ("young", "年轻", 0.0, 35.0),
    ("middle", "中年", 35.0, 60.0),
    ("old", "老年", 60.0, np.inf),
    ("very_old", "高龄", 80.0, np.inf),
    ("under_60", "中青年", 0.0, 60.0),
)
"""Age words; bands may overlap. The plainest of those that fit names a segment."""
HOMES = (("alone", "独居", "living alone", 1, 1), ("large", "多口之家", "large household", 4, np.inf))
_AGES_EN = {
    "young": "young",
    "middle": "middle-aged",
    "old": "older",
    "very_old": "very old",
    "under_60": "under-60",
}

TRAITS = [
    "segment", "feature", "label", "label_en", "value", "value_low", "value_high", "overall", "lift", "lift_low",
    "lift_high", "effect", "effect_low", "effect_high", "clear", "n", "n_yes",
]  # fmt: skip
_FIGURES = (
    "value", "value_low", "value_high", "overall", "lift", "lift_low", "lift_high", "effect", "effect_low",
    "effect_high", "n", "n_yes",
)  # fmt: skip


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
    households
        ``(n,)`` codes of who lives together: they answer alike. Everyone alone if not given.
    """

    answers: pd.DataFrame
    weights: Floats
    labels: Ints
    k: int
    households: Ints | None = None


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
    """Return numbers, age bands, homes, each sex, each group and each need as features."""
    features = [
        Feature(name, codebook.label("survey", name), codebook.label("survey", name, "en"), answers[name].to_numpy())
        for name in NUMBERS
        if name in answers
    ]
    if "age" in answers:
        age = answers["age"].to_numpy(dtype=float)
        features += [Feature(f"age:{name}", zh, _AGES_EN[name], _within(age, *ends)) for name, zh, *ends in AGES]
    if "household_size" in answers:
        size = answers["household_size"].to_numpy(dtype=float)
        features += [
            Feature(f"home:{name}", zh, en, _within(size, least, most + 1)) for name, zh, en, least, most in HOMES
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


def _within(values: Floats, start: float, end: float) -> Floats:
    return np.where(np.isnan(values), np.nan, ((values >= start) & (values < end)).astype(float))


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


def tell_apart(members: Members, codebook: Codebook) -> pd.DataFrame:
    """Return the traits table: per segment and feature its value, everyone's, lift and standardised effect.

    A value is a weighted mean, or a weighted share among the ``n`` whose answer is known, ``n_yes`` of them yes; for a
    group or a need these are at least five. ``clear`` marks the differences that stand at a false-discovery rate of
    5 % over the whole table and whose interval leaves out everyone's value. Strongest effects first.
    """
    features = list_features(members.answers, codebook)
    if not features or not members.k:
        return pd.DataFrame(columns=TRAITS).astype({"segment": str, "feature": str, "clear": bool})
    values = np.column_stack([feature.answers.astype(float) for feature in features])
    found = contrast_parts(values, members.weights, members.labels, members.k, clusters=members.households, level=LEVEL)
    table = pd.DataFrame({name: getattr(found, name).ravel() for name in _FIGURES})
    for column in ("name", "label", "label_en"):
        table[column] = [getattr(feature, column) for feature in features] * members.k
    table = table.rename(columns={"name": "feature"})
    table.insert(0, "segment", [segment_id(label) for label in range(members.k) for _ in features])
    kept = _kept(table)
    apart = _leaves_out(table, "effect", 0.0) & (_leaves_out(table, "lift", 1.0) | table["lift"].isna())
    stands = false_discovery(np.where(kept, found.p.ravel(), np.nan), 1 - LEVEL)
    table = table.assign(clear=stands & apart)[kept]
    place = table["segment"].str.removeprefix("S").astype(int)
    order = table.assign(strength=table["effect"].abs().round(9), place=place).sort_values(
        ["place", "strength", "feature"], ascending=[True, False, True]
    )
    return order[TRAITS].reset_index(drop=True)


def _leaves_out(table: pd.DataFrame, figure: str, value: float) -> pd.Series:
    return (table[f"{figure}_low"] > value) | (table[f"{figure}_high"] < value)


def _kept(table: pd.DataFrame) -> Bools:
    delicate = table["feature"].str.startswith(("groups:", NEED))
    return (table["n"] >= np.where(delicate, FEWEST_KNOWN, 1)).to_numpy(dtype=bool)
