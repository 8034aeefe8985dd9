"""How far the answers about a need reach: for which part of a row's residents they speak, and why not for the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import sparse

from needs_analytics.core.results import ALL

if TYPE_CHECKING:
    from needs_analytics.core.arrays import Bools, Floats, Ints, Texts
    from needs_analytics.core.results import Weights
    from needs_analytics.needs.domains import Domains

UNREACHED = ("silent_place", "silent_class", "partly_asked", "some_asked", "few_replied")
"""Why residents are not reached: their community sent nothing; nobody of their age and sex answered; their community
was not asked; their age and sex was not asked; fewer than five of their community replied."""

_DIGITS = 6  # to which weights reproduce the register
LEAST_KNOWN = 5
"""Known answers from which a community or a class of age and sex counts as reached."""

_CHANCE = 0.001  # a class that is silent in a community with less than this probability was not asked there


@dataclass(frozen=True)
class Reach:
    """For every domain and need, ``(D, J)`` each.

    Attributes
    ----------
    coverage
        Part of the residents who live in communities, and are of an age and sex, with ``LEAST_KNOWN`` known answers.
    places
        The same by communities alone.
    asked
        Of the residents in the communities that were reached, the part whose age and sex was.
    why
        Which of ``UNREACHED`` leaves out most of the others; ``""`` where nobody is left out.
    replied
        Weighted part of those asked whose answer is known; 1 where nobody was.
    unasked
        Whether somebody of the row answered, yet nobody who was asked this; of grids too told for themselves.
    absent
        Part of the residents of whose age and sex nobody answered anything.
    """

    coverage: Floats
    places: Floats
    asked: Floats
    why: Texts
    replied: Floats
    unasked: Bools
    absent: float

    def columns(self) -> dict[str, object]:
        """Return the columns of a table with the needs of each domain in one stretch.

        Persons stand for the ages and sexes that were asked and for nobody else (``asked_part``): whether those who
        were not shown a question have the need is unknown. It does not matter how many they are: no estimate jumps as
        a few more are asked.
        """
        return {
            "coverage": self.coverage.ravel(),
            "reached": np.round(self.places, _DIGITS).ravel(),
            "absent": np.full(self.coverage.size, self.absent),
            "asked_part": np.round(self.asked, _DIGITS).ravel(),
            "unreached": self.why.ravel(),
            "replied": self.replied.ravel(),
            "not_asked": self.unasked.ravel(),
        }


def reach(answers: Floats, people: pd.DataFrame, places: pd.DataFrame, domains: Domains, weights: Weights) -> Reach:
    """Tell how far the known answers to J questions reach in each domain; grids are told as their communities are.

    Parameters
    ----------
    answers
        ``(n, J)``; NaN where unknown.
    """
    members = domains.members.astype(float).T
    known = np.isfinite(answers)
    sizes = places.groupby("community")["population"].sum(min_count=1) if len(places) else pd.Series(dtype=float)
    home, names = pd.factorize(people["community"].fillna(""))
    weight = people["weight"].to_numpy(float) * _telling(people, known, home)
    mass = _resident_mass(weight, home, sizes.reindex(names).to_numpy(float))
    in_place = counts_by(home, known)[home]
    nobody = (people["community"].fillna("") == "").to_numpy()[:, None]  # no community that could be left out
    unasked, few = (in_place == 0) & ~nobody, (in_place > 0) & (in_place < LEAST_KNOWN) & ~nobody
    blank = ~_class_asked(_classes(weights, len(people)), home, known) & ~(unasked | few)

    total = np.asarray(members @ mass)[:, None]
    parts = [_ratio(np.asarray(members @ (mass[:, None] * where)), total) for where in (unasked, few, blank)]
    silent = np.where(domains.frame["community"] == ALL, _silent(sizes, names), total[:, 0] == 0)[:, None]
    heard = (1 - silent) * (1 - weights.absent)
    in_places = (1 - silent) * (1 - parts[0] - parts[1])
    missing = np.stack(
        [np.broadcast_to(silent, parts[0].shape), np.broadcast_to((1 - silent) * weights.absent, parts[0].shape),
         heard * parts[0], heard * parts[2], heard * parts[1]]
    )  # fmt: skip
    why = np.where(missing.max(axis=0) > 10**-_DIGITS, np.array(UNREACHED, dtype=object)[missing.argmax(axis=0)], "")
    asked = 1 - _ratio(parts[2], 1 - parts[0] - parts[1])
    shown = _asked_by_office(people, known)
    nobody_asked = (np.asarray(members.sum(axis=1)).reshape(-1, 1) > 0) & (np.asarray(members @ shown) == 0)
    heard_of = shown & ~(unasked | few | blank)
    replied = _ratio(
        np.asarray(members @ (mass[:, None] * (known & heard_of))),
        np.asarray(members @ (mass[:, None] * heard_of)),
        1.0,
    )
    told = Reach(
        np.round(1 - missing.sum(axis=0), _DIGITS), in_places, asked, why, replied, nobody_asked, weights.absent
    )
    return _grids_as_communities(told, domains.frame)


def _telling(people: pd.DataFrame, known: Bools, home: Ints) -> Bools:
    """Return who tells anything of who was asked, ``(n,)``.

    A form filled in for households tells neither age nor sex nor needs of a person. Taken for people of an age and sex
    that was not asked, they would take their part of the residents out of every need. Where a community sent nothing
    else, they stand for it; so does who left everything blank in a form that others answered.
    """
    aged = people["age_low"].notna().to_numpy() | people["sex"].notna().to_numpy()
    tells = aged | _asked_by_office(people, known).any(axis=1)
    return np.asarray(tells | (np.bincount(home, tells) == 0)[home])


def _resident_mass(weight: Floats, home: Ints, sizes: Floats) -> Floats:
    """Return the residents every answer stands for, each community's at its own population where that is known."""
    sums = np.bincount(home, weight)
    return np.asarray(weight * np.where(np.isfinite(sizes), sizes / sums, 1.0)[home])


def _silent(sizes: pd.Series, names: pd.Index) -> float:
    """Return the part of the residents who live in communities nobody answered from."""
    total = float(sizes.sum())
    return float(sizes[~sizes.index.isin(names)].sum()) / total if total else 0.0


def _classes(weights: Weights, size: int) -> Ints:
    """Return everybody's class of age and sex, as far as the register tells them apart."""
    told = [codes for name, codes in weights.codes.items() if name != "community" and not name.startswith("group:")]
    return told[0] if told else np.zeros(size, dtype=np.int64)


def _class_asked(classes: Ints, home: Ints, known: Bools) -> Bools:
    """Return whether everybody's class was asked, ``(n, J)``: at all, and in a community.

    There it was not if so many of the class answered other things, and nobody this, that it can be no chance among
    people who reply as often as all of the community.
    """
    size = np.bincount(classes)
    overall = counts_by(classes, known) >= np.minimum(size, LEAST_KNOWN)[:, None]
    cell = home * (int(classes.max(initial=0)) + 1) + classes
    _, cell = np.unique(cell, return_inverse=True)
    place = np.zeros(int(cell.max(initial=-1)) + 1, dtype=np.int64)
    place[cell] = home
    replied = counts_by(home, known) / np.maximum(np.bincount(home), 1)[:, None]
    by_chance = (1 - replied[place]) ** np.bincount(cell)[:, None] >= _CHANCE
    here = (counts_by(cell, known) > 0) | by_chance
    return np.asarray(overall[classes] & here[cell])


def counts_by(codes: Ints, known: Bools) -> Floats:
    """Return how many are true in every class, ``(classes, J)``; much quicker than ``np.add.at``."""
    size = int(codes.max(initial=-1)) + 1
    pick = sparse.csr_array((np.ones(codes.size), (codes, np.arange(codes.size))), shape=(size, codes.size))
    return np.asarray(pick @ known.astype(np.float64))


def _asked_by_office(people: pd.DataFrame, known: Bools) -> Bools:
    office, _ = pd.factorize(people["office"].fillna(""))
    return np.asarray((counts_by(office, known) > 0)[office])


def _ratio(part: Floats, whole: Floats, otherwise: float = 0.0) -> Floats:
    part, whole = np.broadcast_arrays(part, whole)
    ratio: Floats = np.divide(part, whole, out=np.full(part.shape, otherwise), where=whole > 0)
    return ratio


def _grids_as_communities(told: Reach, frame: pd.DataFrame) -> Reach:
    """Put the community's reach into the rows of its grids, which are too few answers to tell it."""
    everybody = (frame["segment"] == ALL) & (frame["group"] == ALL) & (frame["grid"] == ALL)
    place = dict(zip(frame.loc[everybody, "community"], np.flatnonzero(everybody), strict=True))
    own = np.arange(len(frame))
    row = np.where(frame["grid"] == ALL, own, frame["community"].map(place).to_numpy(dtype=int))
    return Reach(
        told.coverage[row],
        told.places[row],
        told.asked[row],
        told.why[row],
        told.replied[row],
        told.unasked,
        told.absent,
    )
