"""The town and its people, and how they stand in one month: the whole truth, of which the offices see a part."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from needs_analytics.samples.names import name_people
from needs_analytics.samples.residents import settle_people
from needs_analytics.samples.town import Town, lay_out_town, merge_grids
from needs_analytics.samples.wishes import chances_of, draw_needs, shifts_in

if TYPE_CHECKING:
    import pandas as pd

    from needs_analytics.core.month import Month
    from needs_analytics.samples.plan import Plan


@dataclass(frozen=True)
class World:
    """A town for all months.

    Attributes
    ----------
    town
        The places as they were in the first month.
    people
        Everybody who ever lives there, named; those who arrive later stand at the end.
    chances
        Floats, people × needs: each one's chance to have a need, before any shift.
    """

    plan: Plan
    seed: int
    town: Town
    people: pd.DataFrame
    chances: pd.DataFrame

    def at(self, month: Month) -> Snapshot:
        """Return the town as it is in a month."""
        months = self.plan.months_up_to(month)
        shifted = chances_of(self.people, self.plan, self.seed, shifts_in(self.plan, month))
        chances = self.chances.assign(**{str(need): shifted[need] for need in shifted})
        there = (self.people["arrives"] <= str(month)).to_numpy()
        needs = draw_needs(chances, self.seed, months, self.plan.redrawn)
        town, home = merge_grids(self.town, self.plan, month)
        people = self.people[there]
        place = home[people["place"]]
        people = people.assign(place=place, grid_before=people["grid"], grid=town.grids["number"].to_numpy()[place])
        arrived = people.loc[people["arrives"] != "", ["place", "household"]].drop_duplicates()["place"]
        more = np.bincount(arrived, minlength=len(town.grids))
        town = replace(town, grids=town.grids.assign(households=town.grids["households"] + more))
        return Snapshot(self.plan, self.seed, month, town, people, chances[there], needs[there])


@dataclass(frozen=True)
class Snapshot:
    """A town in one month.

    Attributes
    ----------
    town
        The places as they are in the month.
    people
        One row per resident, the row's number as index: as :func:`~.residents.settle_people` and
        :func:`~.names.name_people` make them; ``grid`` and ``place`` as they are, ``grid_before`` as it was.
    chances, needs
        Floats and booleans, people × needs.
    """

    plan: Plan
    seed: int
    month: Month
    town: Town
    people: pd.DataFrame
    chances: pd.DataFrame
    needs: pd.DataFrame

    @cached_property
    def adults(self) -> np.ndarray:
        """Who is 16 or older, ``(people,)``: those whose needs are estimated."""
        return (self.people["age"] >= 16).to_numpy()


def found_town(plan: Plan, seed: int) -> World:
    """Make a town and its people from a plan; the same seed gives the same town."""
    town = lay_out_town(plan, seed)
    people = name_people(settle_people(town, plan, seed), seed, plan.number)
    return World(plan, seed, town, people, chances_of(people, plan, seed))


def take_snapshot(plan: Plan, seed: int, month: Month) -> Snapshot:
    """Return a town as it is in one month; for several months see :meth:`World.at`."""
    return found_town(plan, seed).at(month)
