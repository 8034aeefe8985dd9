"""A mixture of latent classes: within a class no answer tells anything of another.

Latent class analysis (Lazarsfeld & Henry 1968, Latent Structure Analysis) by expectation-maximisation (Dempster,
Laird & Rubin 1977, JRSS B 39, 1–38), with missing answers left out of the likelihood, each question raised to its
exponent, and profiles smoothed towards everyone's as by one more answer in each class (the Bayes constants of Vermunt &
Magidson 2016, Technical Guide for Latent GOLD 5.1, section 7.3): no profile ever says "never".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from needs_analytics.segments.levels import Levels
    from needs_analytics.segments.moments import Floats, Ints

SMOOTHING = 1.0
RESIZING_ROUNDS = 50
GAIN = 1e-4
"""A round of expectation and maximisation that gains less in likelihood, per 1 000 rows, is the last."""
DECIMALS = 9
"""Probabilities equal to so many decimals are ties, and the first class has them."""


@dataclass(frozen=True, slots=True)
class Counted:
    """Answers as levels, ready to be counted.

    Attributes
    ----------
    table
        ``(n, levels)`` of 1 and 0.
    weights
        ``(n,)`` how often each row counts.
    sizes
        Levels of each item.
    exponents
        ``(levels,)``.
    known
        ``(n, levels)``, 1 throughout an item that a row has an answer to.
    """

    table: Floats
    weights: Floats
    sizes: Ints
    exponents: Floats
    known: Floats

    @classmethod
    def of(cls, codes: Floats, levels: Levels, weights: Floats) -> Counted:
        """Make the levels of answers ready."""
        known = np.repeat((~np.isnan(codes)).astype(np.float64), levels.sizes, axis=1)
        return cls(levels.spread(codes), weights, levels.sizes, levels.exponents, known)

    def take(self, rows: Ints, weights: Floats) -> Counted:
        """Return some of the rows with other weights."""
        return Counted(self.table[rows], weights, self.sizes, self.exponents, self.known[rows])

    def margins(self) -> Floats:
        """Return everyone's shares ``(1, levels)``, smoothed towards even ones."""
        even = np.repeat(1.0 / self.sizes, self.sizes)[None, :]
        return _shares((self.weights @ self.table)[None, :], even, self.sizes)


@dataclass(frozen=True, slots=True)
class Classes:
    """Latent classes.

    Attributes
    ----------
    shares
        ``(k,)``, summing to 1.
    profiles
        ``(k, levels)``, summing to 1 within each item.
    likelihood
        Logarithm, over the rows they were learnt from.
    """

    shares: Floats
    profiles: Floats
    likelihood: float = float("nan")

    def scores(self, table: Floats, exponents: Floats) -> Floats:
        """Return the logarithm of how likely each row is to come from each class, ``(k, n)``."""
        told = (np.log(self.profiles) * exponents) @ table.T
        return np.asarray(told + np.log(self.shares)[:, None], dtype=np.float64)

    def place(self, table: Floats, exponents: Floats) -> Ints:
        """Return the likeliest class of every row."""
        return likeliest(self.scores(table, exponents))

    def order(self, sizes: Floats) -> Ints:
        """Return the numbers of the classes somebody stands in, the largest first, equal ones by their profiles."""
        order = np.lexsort((*np.round(self.profiles, 6).T[::-1], -np.round(sizes / sizes.sum(), DECIMALS)))
        return np.asarray(order[sizes[order] > 0], dtype=np.intp)

    def take(self, order: Ints) -> Classes:
        """Return some of the classes."""
        shares = self.shares[order]
        return Classes(shares / shares.sum(), self.profiles[order], self.likelihood)


def expect(classes: Classes, answers: Counted) -> tuple[Floats, float]:
    """Return each row's probability of every class ``(k, n)``, and the likelihood."""
    belonging, told = weigh_classes(classes.scores(answers.table, answers.exponents))
    return belonging, float(answers.weights @ told)


def weigh_classes(scores: Floats) -> tuple[Floats, Floats]:
    """Return each row's probability of every class ``(k, n)`` and the logarithm of its answers' ``(n,)``."""
    top = scores.max(axis=0)
    odds = np.exp(scores - top)
    total = odds.sum(axis=0)
    odds /= total
    return odds, top + np.log(total)


def likeliest(scores: Floats) -> Ints:
    """Return the likeliest class of every row, the first of equally likely ones."""
    return np.asarray(np.round(scores, DECIMALS).argmax(axis=0), dtype=np.intp)


def maximise(answers: Counted, belonging: Floats, prior: Floats) -> Classes:
    """Return the classes that rows belonging to them so far make likeliest."""
    counted = belonging * answers.weights
    return from_counts(counted.sum(axis=1), counted @ answers.table, prior, answers.sizes)


def from_counts(sizes: Floats, counts: Floats, prior: Floats, levels: Ints) -> Classes:
    """Return classes of such sizes ``(k,)`` that gave every answer so often ``(k, levels)``."""
    smoothed = sizes + SMOOTHING / len(sizes)
    return Classes(smoothed / smoothed.sum(), _shares(counts, prior, levels))


def _shares(counts: Floats, prior: Floats, sizes: Ints) -> Floats:
    """Return counts ``(k, levels)`` as shares within their item, smoothed towards `prior`."""
    totals = np.add.reduceat(counts, np.cumsum(sizes) - sizes, axis=1)
    return np.asarray((counts + SMOOTHING * prior) / (np.repeat(totals, sizes, axis=1) + SMOOTHING), dtype=np.float64)


def climb(answers: Counted, classes: Classes, *, gain: float, rounds: int) -> Classes:
    """Expect and maximise in turn until a round gains less than `gain` in likelihood."""
    prior, reached = answers.margins(), -np.inf
    for _ in range(rounds):
        belonging, likelihood = expect(classes, answers)
        if likelihood - reached < gain:
            break
        reached, classes = likelihood, maximise(answers, belonging, prior)
    return Classes(classes.shares, classes.profiles, expect(classes, answers)[1])


def resize(classes: Classes, answers: Counted) -> Classes:
    """Return the classes with the shares that make the answers likeliest, their profiles as they are."""
    for _ in range(RESIZING_ROUNDS):
        shares = np.maximum(expect(classes, answers)[0] @ answers.weights / answers.weights.sum(), 1e-9)
        shares /= shares.sum()
        if np.abs(shares - classes.shares).max() < 1e-6:
            break
        classes = Classes(shares, classes.profiles)
    return classes


def free_parameters(classes: Classes, answers: Counted) -> int:
    """Return how many parameters the rows decide: a level that not one row of a class has is none."""
    belonging, _ = expect(classes, answers)
    held = (belonging * answers.weights) @ answers.table >= 1.0
    free = np.add.reduceat(held.astype(np.intp), np.cumsum(answers.sizes) - answers.sizes, axis=1) - 1
    return int(np.maximum(free, 0).sum()) + len(classes.shares) - 1
