"""Two surveys some respondents of which are the same: the covariance of their shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from needs_analytics.numerics._arrays import Floats, Ints, as_codes, one_hot

if TYPE_CHECKING:
    from collections.abc import Sequence

Rows = tuple[Ints, Ints]


@dataclass(frozen=True)
class Wave:
    """One survey.

    Attributes
    ----------
    answers
        1 yes, 0 no, NaN unknown (n, J).
    weights
        Final weights (n,).
    strata
        Labels (n,); one stratum if not given.
    calibration
        Class labels (n,) of every raking margin.
    base_weights
        Weights before raking (n,); equal if not given.
    """

    answers: Floats
    weights: Floats
    strata: Ints | None = None
    calibration: Sequence[Ints] = ()
    base_weights: Floats | None = None


def wave_covariance(first: Wave, second: Wave, pairs: Ints, domains: Sequence[Rows]) -> Floats:
    """Return the covariance of the shares of J questions in K domains of two surveys, ``(K, J)``.

    Parameters
    ----------
    first, second
        The surveys, their questions in the same order.
    pairs
        Rows in the first and in the second survey of those who answered both ``(m, 2)``.
    domains
        Rows of each domain in the first and in the second survey.

    Notes
    -----
    Every share is linearised to one score per respondent: weight × the residual of ``(y − share) / Σw`` from its
    regression on the raking margins, less the mean of the stratum (see `designs`). The covariance is the sum of the
    products of the scores of those who answered both times: Kish (1965), Survey Sampling, section 12.4; Tam (1984),
    The American Statistician 38, 288-289. Who is there once adds nothing. An unweighted share of n1 and n2, m of them
    the same, has ``m · s12 / (n1 n2)``.
    """
    sides = [_Scores(wave, pairs[:, column]) for column, wave in enumerate((first, second))]
    made = [sides[0].of(rows[0]) * sides[1].of(rows[1]) for rows in domains]
    questions = first.answers.shape[1]
    return np.array([product.sum(axis=0) for product in made]).reshape(len(domains), questions)


class _Scores:
    """Scores of the shares in any domain, of the respondents in ``shared`` only."""

    def __init__(self, wave: Wave, shared: Ints) -> None:
        size = wave.weights.size
        self._wave = wave
        self._shared = shared
        self._strata = np.zeros(size, np.int64) if wave.strata is None else as_codes(wave.strata, size, "strata")
        self._by_stratum = one_hot([self._strata], [int(self._strata.max(initial=-1)) + 1])
        self._size = np.bincount(self._strata)
        self._base = np.ones(size) if wave.base_weights is None else wave.base_weights
        codes = [as_codes(margin, size, "calibration margin") for margin in wave.calibration]
        if codes:
            self._dummies = one_hot(codes, [int(code.max(initial=-1)) + 1 for code in codes])
            gram = (self._dummies.T @ (self._dummies * self._base[:, None])).toarray()
            self._projector = np.linalg.pinv(gram, rcond=1e-10, hermitian=True)
            weighted = (self._dummies * wave.weights[:, None]).toarray()
            self._classes = weighted[shared] - self._means(np.arange(size), weighted)[self._strata[shared]]

    def of(self, rows: Ints) -> Floats:
        """Return the centred scores ``(m, J)`` of the shares in the domain of the given rows."""
        values, weights = self._wave.answers[rows], self._wave.weights[rows, None]
        known = np.isfinite(values)
        total = (weights * known).sum(axis=0)
        safe = np.where(total > 0, total, 1.0)
        mean = (weights * np.where(known, values, 0.0)).sum(axis=0) / safe
        scores = np.where(known, (np.where(known, values, 0.0) - mean) / safe, 0.0)
        place = np.full(self._wave.weights.size, -1)
        place[rows] = np.arange(rows.size)
        here = place[self._shared]
        centred = np.where(here[:, None] >= 0, (weights * scores)[here], 0.0) if rows.size else 0.0
        centred = centred - self._means(rows, weights * scores)[self._strata[self._shared]]
        if self._wave.calibration:
            slopes = self._projector @ (self._dummies[rows].T @ (self._base[rows, None] * scores))
            centred = centred - self._classes @ slopes
        return np.asarray(centred)

    def _means(self, rows: Ints, values: Floats) -> Floats:
        """Return the means of `values` over each stratum; rows not given count as 0."""
        return np.asarray(self._by_stratum[rows].T @ values) / self._size[:, None]
