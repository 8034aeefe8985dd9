"""More classes by splitting: from k to k + 1, where the likelihood gains most.

Every class is parted in two, along each of the strongest directions in which its members' answers go together; two
classes learnt from its members alone are grown from each; those that gain most replace it, and all classes are learnt
anew from everyone. There is no draw in it. After Ueda, Nakano, Ghahramani & Hinton (2000, Neural Computation 12,
2109–2128), who split where EM has stuck; it finds likelier classes than random starts do, and those of fewer classes on
the way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from needs_analytics.segments.mixture import GAIN, Classes, Counted, climb, expect, maximise

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from needs_analytics.segments.moments import Floats

DIRECTIONS = 2
TRIED = 2
"""Splits that are learnt from everyone, those that gain most within their class."""
LOCAL_ROUNDS, FULL_ROUNDS = 20, 500
BELONGS = 0.01
"""Less of a row is no part of a class that is split."""


def grow_classes(answers: Counted, largest: int, *, gain: float = GAIN, start: Classes | None = None) -> list[Classes]:
    """Return the classes found for k = 1, 2 … `largest`.

    Parameters
    ----------
    answers
        Answers as levels, at least one item.
    largest
        Most classes.
    gain
        A round of EM that gains less in likelihood, per 1 000 rows, is the last.
    start
        Classes of a kept model, see :mod:`needs_analytics.segments.restart`: as many and more are also grown from them,
        and of equally many the likelier count.
    """
    least = gain * float(answers.weights.sum()) / 1000
    one = maximise(answers, np.ones((1, len(answers.table))), answers.margins())
    found = _grow(answers, climb(answers, one, gain=least, rounds=1), largest, least)
    if start is None or len(start.shares) > largest:
        return found
    again = _grow(answers, climb(answers, start, gain=least, rounds=FULL_ROUNDS), largest, least)
    fewer = len(start.shares) - 1
    return [*found[:fewer], *(_likeliest(pair) for pair in zip(found[fewer:], again, strict=True))]


def _grow(answers: Counted, classes: Classes, largest: int, least: float) -> list[Classes]:
    """Return classes and, by splitting, one more at a time."""
    found = [classes]
    for _ in range(len(classes.shares), largest):
        tried = [climb(answers, start, gain=least, rounds=FULL_ROUNDS) for start in _starts(answers, found[-1])]
        found.append(_likeliest(tried))
    return found


def _likeliest(tried: Sequence[Classes]) -> Classes:
    return max(tried, key=lambda classes: round(classes.likelihood, 6))


def _starts(answers: Counted, classes: Classes) -> list[Classes]:
    """Return the most promising ways of splitting one class in two."""
    belonging, _ = expect(classes, answers)
    found = [
        (gain, number, halves)
        for number in range(len(classes.shares))
        for gain, halves in _halves(answers, belonging[number], classes.profiles[number])
    ]
    found.sort(key=lambda split: -round(split[0], 6))
    return [_replace(classes, number, halves) for _, number, halves in found[:TRIED]]


def _replace(classes: Classes, number: int, halves: Classes) -> Classes:
    others = np.arange(len(classes.shares)) != number
    shares = np.concatenate([classes.shares[others], classes.shares[number] * halves.shares])
    return Classes(shares, np.vstack([classes.profiles[others], halves.profiles]))


def _halves(answers: Counted, belonging: Floats, profile: Floats) -> Iterator[tuple[float, Classes]]:
    """Yield two classes in place of one, and what they gain among its members."""
    rows = np.flatnonzero(belonging > BELONGS)
    members = answers.take(rows, answers.weights[rows] * belonging[rows])
    if len(rows) < 2:
        return
    whole = expect(Classes(np.ones(1), profile[None, :]), members)[1]
    least = 1e-3 * float(members.weights.sum()) / 100
    for side in _directions(members, profile):
        half = maximise(members, np.vstack([side, 1.0 - side]), members.margins())
        halves = climb(members, half, gain=least, rounds=LOCAL_ROUNDS)
        yield halves.likelihood - whole, halves


def _directions(members: Counted, profile: Floats) -> Iterator[Floats]:
    """Yield the two sides of the class's strongest directions, as in multiple correspondence analysis."""
    apart = members.table - members.known * profile
    apart *= np.sqrt(members.exponents / profile)
    covariance = apart.T @ (apart * members.weights[:, None])
    _, vectors = np.linalg.eigh(covariance)
    for vector in vectors.T[::-1][:DIRECTIONS]:
        along = apart @ vector
        sign = np.sign(vector[np.abs(np.round(vector, 6)).argmax()]) or 1.0
        yield np.where(np.round(along * sign, 9) > np.average(along * sign, weights=members.weights), 0.9, 0.1)
