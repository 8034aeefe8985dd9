"""Needs that only some offices asked about: the answers of those asked, weighted to stand for everybody."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.needs.reach import counts_by
from needs_analytics.numerics.raking import rake

if TYPE_CHECKING:
    from collections.abc import Mapping

    from needs_analytics.core.arrays import Floats, Ints, Texts
    from needs_analytics.needs.estimates import Design
    from needs_analytics.numerics.raking import RakeResult

_LEAST = 5  # respondents in a class that is raked by itself, as in METHODS' collapse rule
_BOUNDS = (0.2, 5.0)


@dataclass(frozen=True)
class Asked:
    """Needs that the same offices asked about.

    Attributes
    ----------
    rows
        Respondents of those offices, ascending.
    columns
        The needs.
    design
        The design of these respondents, their weights raked again to the margins of all.
    dropped
        Names of the margins that had to be given up, in the order in which they were.
    """

    rows: Ints
    columns: Ints
    design: Design
    dropped: tuple[str, ...] = ()


def asked_together(people: pd.DataFrame, answers: Floats, design: Design) -> list[Asked]:
    """Group the needs by the offices that asked about them, each with weights that stand for the whole population.

    Those whom an office reaches differ from the rest: a welfare office asks the old, one community its own residents.
    Their weights are raked again to age band × sex and community; special groups keep what these leave them.
    """
    office, _ = pd.factorize(people["office"].fillna(""))
    asked = counts_by(office, np.isfinite(answers)) > 0
    patterns, which = np.unique(asked.T, axis=0, return_inverse=True)
    made = []
    for number, pattern in enumerate(patterns):
        rows = np.flatnonzero(pattern[office])
        made.append(Asked(rows, np.flatnonzero(which.reshape(-1) == number), *_within(design, rows)))
    return made


def margins_dropped(asked: list[Asked], needs: int) -> Texts:
    """Return the margin that had to be given up for each need, ``""`` where all could be held."""
    dropped: Texts = np.full(needs, "", dtype=object)
    for part in asked:
        dropped[part.columns] = ";".join(part.dropped)
    return dropped


def weights_by_need(asked: list[Asked], shape: tuple[int, ...]) -> Floats:
    """Return every need's own weights, ``(n, J)``; 0 for those whose office did not ask."""
    weights = np.zeros(shape)
    for part in asked:
        weights[np.ix_(part.rows, part.columns)] = part.design.weights[:, None]
    return weights


def _within(design: Design, rows: Ints) -> tuple[Design, tuple[str, ...]]:
    """Return the design of some respondents, raked to what all respondents stand for, and the margins given up."""
    if len(rows) == len(design.weights):
        return design, ()
    variance = {
        name: [codes[rows] for codes in values] if name == "calibration" else values[rows]
        for name, values in design.variance.items()
    }
    weights = design.weights[rows]
    if not design.margins or not len(rows):
        return replace(design, weights=weights, variance=variance, margins={}), ()
    return _raked(replace(design, variance=variance, margins={}), weights, _margins(design, rows), design.weights.sum())


def _raked(
    own: Design, weights: Floats, margins: Mapping[str, tuple[Ints, Floats]], whole: float
) -> tuple[Design, tuple[str, ...]]:
    """Rake to as many margins as can be held together; the last one, the community, can be held by itself.

    Within the bounds where possible. Beyond them a few answers make the estimate, and it counts as no more answers than
    Kish's effective number; that leans on nobody else, as it would with the margin given up.
    """
    start = weights * (whole / weights.sum())
    order = sorted(margins, key=lambda name: name == "community")
    first = 0
    while not (made := _rake(start, [margins[name] for name in order[first:]]))[0].converged:
        first += 1
    result, bounded = made
    variance = dict(own.variance)
    if bounded and own.bounded:
        variance["calibration"] = [margins[name][0] for name in order[first:]]
    else:
        variance.pop("calibration", None)
    return replace(own, weights=result.weights, variance=variance, bounded=bounded and own.bounded), tuple(
        order[:first]
    )


def _rake(start: Floats, margins: list[tuple[Ints, Floats]]) -> tuple[RakeResult, bool]:
    """Rake within the bounds, else without; say which."""
    made = rake(start, margins, bounds=_BOUNDS)
    return (made, True) if made.converged else (rake(start, margins), False)


def _margins(design: Design, rows: Ints) -> dict[str, tuple[Ints, Floats]]:
    """Return the margins of places, ages and sexes as some respondents can be raked to them."""
    return {
        name: _collapsed(codes, design.weights, rows)
        for name, codes in design.margins.items()
        if not name.startswith("group:")
    }


def _collapsed(codes: Ints, weights: Floats, rows: Ints) -> tuple[Ints, Floats]:
    """Return classes and targets that the respondents in ``rows`` can be raked to.

    Classes nobody of them is in are dropped, the others scaled up: what they think is unknown. Thin classes become one;
    where even together they are thin, they join the largest.
    """
    targets = np.bincount(codes, weights)
    counts = np.bincount(codes[rows], minlength=len(targets))
    thin, kept = (counts > 0) & (counts < _LEAST), np.flatnonzero(counts >= _LEAST)
    if not len(kept):
        return np.zeros(len(rows), dtype=np.int64), np.array([targets.sum()])
    place = np.zeros(len(targets), dtype=np.int64)
    place[kept] = np.arange(len(kept))
    if counts[thin].sum() >= _LEAST:
        place[thin] = len(kept)
        wanted = np.append(targets[kept], targets[thin].sum())
    else:
        largest = int(np.argmax(counts[kept]))
        place[thin] = largest
        wanted = targets[kept].copy()
        wanted[largest] += targets[thin].sum()
    return place[codes[rows]], wanted * (targets.sum() / wanted.sum())
