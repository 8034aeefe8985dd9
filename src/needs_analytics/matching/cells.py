"""Demand cells: grid × need × eligibility class, with the persons in each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.records import ALL
from needs_analytics.matching.eligibility import meets

if TYPE_CHECKING:
    from needs_analytics.core.options import MatchingOptions
    from needs_analytics.core.records import Cleaned, NeedsList, Weights

_PRIOR = 10.0  # answers a community borrows from the sub-district for its mix of classes
COLUMNS = ("need", "community", "grid", "eligible_class", "tier", "class_share", "share", "share_se", "community_se", "population", "demand",
           "place")  # fmt: skip
_Z = 1.959963984540054


def demand_cells(
    needs: NeedsList, cleaned: Cleaned, weights: Weights, wanted: Sequence[str], options: MatchingOptions
) -> pd.DataFrame:
    """Return the demand cells of the wanted needs, one row each.

    A respondent's eligibility class for a need is the set of services covering it whose rule they meet, together with
    whether they belong to a special group that is served first (tier 1, everybody else tier 2). A grid's persons come
    from its estimate; their split over classes from those who have the need in the grid's community, with a prior of
    ten answers from the whole sub-district.
    """
    people = weights.table.merge(cleaned.survey, on="answer_id", how="left", suffixes=("", "_survey"))
    eligible = {row.service: meets(row.eligibility or "all", people) for row in cleaned.menu.itertuples()}
    first = np.array([bool(set(codes) & set(options.priority_groups)) for codes in people["groups"].fillna("").str.split(";")], dtype=bool)
    places = needs.places.reset_index(drop=True)
    table = needs.table[(needs.table["segment"] == ALL) & (needs.table["group"] == ALL)].set_index(["need", "community", "grid"])
    parts = []
    for need in wanted:
        services = covering(cleaned.menu, need)
        labels = class_labels(people, services, eligible)
        mix = _mix(people, labels, first, need)
        parts.append(_need_cells(need, mix, places, table.loc[[need]]))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(COLUMNS))


def covering(menu: pd.DataFrame, need: str) -> list[str]:
    """Return the services of a menu that cover a need."""
    return [service for service, needs in zip(menu["service"], menu["needs"], strict=True) if need in (needs or "").split(";")]


def class_labels(people: pd.DataFrame, services: Sequence[str], eligible: dict[str, np.ndarray]) -> np.ndarray:
    """Return each respondent's eligibility class: the services they may use, joined by ``;``."""
    labels = np.full(len(people), "", dtype=object)
    for service in services:
        mine = eligible[service]
        labels[mine] = np.array([f"{label};{service}" if label else service for label in labels[mine]], dtype=object)
    return labels


def _mix(people: pd.DataFrame, labels: np.ndarray, first: np.ndarray, need: str) -> pd.DataFrame:
    """Return the split over classes and tiers: one column per community and one for the sub-district."""
    yes = (people[f"need:{need}"] == 1).to_numpy()
    if not yes.any():
        yes = np.ones(len(people), dtype=bool)
    frame = pd.DataFrame({
        "eligible_class": labels[yes], "tier": np.where(first[yes], 1, 2), "community": people["community"].fillna("").to_numpy()[yes],
        "weight": people["weight"].to_numpy(float)[yes],
    })  # fmt: skip
    whole = frame.groupby(["eligible_class", "tier"])["weight"].sum()
    whole = whole / whole.sum()
    own = frame.pivot_table(index=["eligible_class", "tier"], columns="community", values="weight", aggfunc="sum", fill_value=0.0)
    typical = float(people["weight"].mean())
    mixed = own.add(_PRIOR * typical * whole, axis=0)
    mixed = mixed / mixed.sum()
    mixed[ALL] = whole
    return mixed


def _need_cells(need: str, mix: pd.DataFrame, places: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    parts = []
    for position, place in enumerate(places.itertuples()):
        row = _estimate(table, need, place.community, place.grid)
        shares = mix[place.community] if place.community in mix else mix[ALL]
        part = shares.rename("class_share").reset_index()
        parts.append(part.assign(
            need=need, community=place.community, grid=place.grid, share=row[0], share_se=row[1], community_se=row[2],
            population=place.population, demand=row[0] * place.population * part["class_share"], place=position,
        ))  # fmt: skip
    cells = pd.concat(parts, ignore_index=True)
    return cells.loc[cells["class_share"] > 0, list(COLUMNS)]


def _estimate(table: pd.DataFrame, need: str, community: str, grid: str) -> tuple[float, float, float]:
    """Return share, standard error and the standard error of the community's share; the sub-district's where unknown."""
    upper = _known(table, (need, community, ALL)) or _known(table, (need, ALL, ALL)) or (0.0, 0.0)
    own = _known(table, (need, community, grid)) if grid else upper
    share, se = own or upper
    return share, se, min(upper[1], se) if grid else se


def _known(table: pd.DataFrame, place: tuple[str, str, str]) -> tuple[float, float] | None:
    if place not in table.index:
        return None
    row = table.loc[place]
    if not np.isfinite(row["share"]):
        return None
    half = (row["share_high"] - row["share_low"]) / (2 * _Z)
    return float(row["share"]), float(row["share_se"] if row["method"] == "composite" else half)
