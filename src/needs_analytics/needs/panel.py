"""Residents who answered the month before as well: how much the two months' estimates have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.results import ALL
from needs_analytics.core.tables import iter_rows
from needs_analytics.needs.asked import asked_together
from needs_analytics.needs.estimates import sampling_design
from needs_analytics.numerics.panels import Wave, wave_covariance

if TYPE_CHECKING:
    import numpy.typing as npt

    from needs_analytics.core.arrays import Bools, Floats, Ints
    from needs_analytics.core.results import Weights
    from needs_analytics.needs.asked import Asked


@dataclass(frozen=True)
class Answers:
    """Who answered in a month.

    Attributes
    ----------
    survey
        Cleaned answers.
    weights
        Their weights.
    """

    survey: pd.DataFrame
    weights: Weights

    def people(self) -> pd.DataFrame:
        """Return the weighted respondents, in the order of the weights."""
        own = self.survey.drop(columns="base_weight")
        return self.weights.table.merge(own, on="answer_id", how="left")


def panel_covariance(table: pd.DataFrame, now: Answers, before: Answers) -> Floats:
    """Return the covariance of every estimate with its own of the month before, 0 where nobody answered both times.

    Grids are left at 0: their composites lean on the whole community, and what a grid keeps from month to month makes
    two of them alike, so that 0 calls too few changes, never too many.

    Parameters
    ----------
    table
        Estimates with ``need, community, grid, segment, group, method``.
    now, before
        The two months.
    """
    found = np.zeros(len(table))
    people, old = now.people(), before.people()
    pairs = _pairs(people, old)
    usable = ((table["grid"] == ALL) & (table["segment"] == ALL)).to_numpy()
    column = np.where(table["method"] == "rank_only", "rank:", "need:") + table["need"].to_numpy(object)
    columns = [name for name in pd.unique(column[usable]) if name in people and name in old]
    if not len(pairs) or not columns:
        return found
    places = table.loc[usable, ["community", "group"]].drop_duplicates().reset_index(drop=True)
    covariance = _all_parts((_Month(people, now.weights, columns), _Month(old, before.weights, columns)), pairs, places)
    where = pd.MultiIndex.from_frame(places).get_indexer(pd.MultiIndex.from_frame(table[["community", "group"]]))
    which = pd.Index(columns).get_indexer(pd.Index(column))
    rows = usable & (where >= 0) & (which >= 0)
    found[rows] = covariance[where[rows], which[rows]]
    return found


def _pairs(people: pd.DataFrame, old: pd.DataFrame) -> Ints:
    """Return the positions in both months of those who answered twice, ``(m, 2)``."""
    sides = [
        pd.DataFrame({"person": frame["person_key"], name: np.arange(len(frame))})
        .dropna(subset=["person"])
        .drop_duplicates("person", keep="last")
        for name, frame in (("now", people), ("before", old))
    ]
    return sides[0].merge(sides[1], on="person")[["now", "before"]].to_numpy(np.int64)


class _Month:
    """One month's answers to the questions in common, by the offices that asked them."""

    def __init__(self, people: pd.DataFrame, weights: Weights, columns: list[str]) -> None:
        self.people = people
        self.answers = people[columns].to_numpy(float)
        self.parts: list[Asked] = asked_together(people, self.answers, sampling_design(people, weights))

    def wave(self, part: Asked, columns: Ints) -> Wave:
        """Return the answers to some questions of those who were asked them."""
        variance = part.design.variance
        return Wave(
            self.answers[np.ix_(part.rows, columns)], part.design.weights, variance["strata"],
            variance.get("calibration", ()), variance.get("base_weights"),
        )  # fmt: skip

    def members(self, community: str, group: str) -> Bools:
        """Tell who belongs to a community and a special group."""
        inside = np.ones(len(self.people), bool)
        if community != ALL:
            inside &= (self.people["community"] == community).to_numpy()
        if group != ALL:
            listed = ";" + self.people["groups"].fillna("") + ";"
            inside &= listed.str.contains(f";{group};", regex=False).to_numpy()
        return inside


def _all_parts(months: tuple[_Month, _Month], pairs: Ints, places: pd.DataFrame) -> Floats:
    """Return the covariances, ``(places, questions)``."""
    found = np.zeros((len(places), months[0].answers.shape[1]))
    members = [[month.members(*place) for place in iter_rows(places, "community", "group")] for month in months]
    for one in months[0].parts:
        for other in months[1].parts:
            columns = np.intersect1d(one.columns, other.columns).astype(np.int64)
            both = _renumbered(pairs, (one.rows, other.rows))
            if len(columns) and len(both):
                domains = [
                    (np.flatnonzero(inside[one.rows]), np.flatnonzero(was[other.rows]))
                    for inside, was in zip(*members, strict=True)
                ]
                waves = months[0].wave(one, columns), months[1].wave(other, columns)
                found[:, columns] = wave_covariance(*waves, both, domains)
    return found


def _renumbered(pairs: Ints, rows: tuple[Ints, Ints]) -> npt.NDArray[np.int64]:
    """Return the pairs of which both are among the given rows, as positions in these."""
    places = np.column_stack([pd.Index(part).get_indexer(pairs[:, side]) for side, part in enumerate(rows)])
    there: npt.NDArray[np.int64] = places[(places >= 0).all(axis=1)].astype(np.int64)
    return there
