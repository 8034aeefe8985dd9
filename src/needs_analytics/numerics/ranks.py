"""Ranks of estimates, and how far they can be trusted."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from needs_analytics.numerics._arrays import Bools, Floats, Ints, check_level

_DRAWS = 10_000
_SEED = 20240501
_BLOCK = 100_000  # numbers worked on at once; more than the processor's cache holds is slower


def competition_ranks(estimates: npt.ArrayLike, *, higher_is_better: bool = True) -> Floats:
    """Rank estimates from 1; equal ones share the better rank (1-2-2-4), NaN has rank NaN.

    Parameters
    ----------
    estimates
        Values (p,).
    higher_is_better
        Whether the largest value has rank 1.

    Returns
    -------
    array
        Ranks (p,), whole numbers as float because of NaN.
    """
    values = np.asarray(estimates, dtype=np.float64)
    signed = -values if higher_is_better else values
    known = np.isfinite(signed)
    ranks = np.full(values.shape, np.nan)
    ranks[known] = np.searchsorted(np.sort(signed[known]), signed[known], side="left") + 1
    return ranks


def rank_intervals(
    estimates: npt.ArrayLike,
    covariance: npt.ArrayLike,
    *,
    level: float = 0.95,
    higher_is_better: bool = True,
) -> tuple[Floats, Floats]:
    """Confidence sets that contain all true ranks at once with probability `level`.

    Parameters
    ----------
    estimates
        Values (p,).
    covariance
        Their joint covariance (p, p).
    level
        Simultaneous confidence level.
    higher_is_better
        Whether the largest value has rank 1.

    Returns
    -------
    tuple of arrays
        Lowest (best) and highest rank (p,), whole numbers as float; ``low ≤ competition_ranks ≤ high``. An estimate
        that is NaN is not ranked: its limits are NaN and the others are ranked without it. An estimate whose variance
        is NaN takes a rank but is never told apart from any other.

    Raises
    ------
    ValueError
        For a covariance of the wrong shape.

    Notes
    -----
    Mogstad, Romano, Shaikh & Wilhelm (2024), Inference for ranks with applications to mobility across neighbourhoods
    and academic achievement across countries, Review of Economic Studies 91, 476–518, section 3 (simultaneous sets
    for all ranks): j is ranked behind k when the studentised difference exceeds the `level` quantile of the largest
    one over all ordered pairs under the joint normal law; then the quantile is taken again without the pairs decided
    so far (stepdown, Romano & Wolf 2005). The quantile comes from 10 000 draws of a fixed generator (its standard
    error is about 0.02). The draws are made in an order of the items that depends on their numbers only, so permuting
    items permutes the answer. A pair whose difference has variance 0 is decided by its sign.
    """
    check_level(level)
    values = np.asarray(estimates, dtype=np.float64)
    sigma = np.asarray(covariance, dtype=np.float64)
    if values.ndim != 1 or sigma.shape != (values.size, values.size):
        raise ValueError(
            f"covariance must be square with one row per estimate ({values.size}), got shape {sigma.shape}"
        )
    low, high = np.full(values.size, np.nan), np.full(values.size, np.nan)
    kept = np.flatnonzero(np.isfinite(values))
    kept = kept[_canonical_order(values[kept], sigma[np.ix_(kept, kept)])]
    above = _decided_pairs(values[kept], sigma[np.ix_(kept, kept)], level)
    better = above if higher_is_better else above.T
    low[kept] = 1 + better.sum(axis=0)
    high[kept] = kept.size - better.sum(axis=1)
    return low, high


def _canonical_order(values: Floats, sigma: Floats) -> Ints:
    """Order items by value, variance and their sorted covariances: no key depends on where an item stands."""
    keys = [*np.sort(sigma, axis=1).T, np.diag(sigma), values]
    return np.lexsort(keys) if values.size else np.zeros(0, dtype=np.int64)


def _decided_pairs(values: Floats, sigma: Floats, level: float) -> Bools:
    """Return a matrix (p, p): item j is significantly larger than item k; values (p,) ascend.

    Of a pair the later item is the larger one or none is: the other way round stays undecided to the end.
    """
    first, second = np.triu_indices(values.size, k=1)
    scale = np.diag(sigma)[first] + np.diag(sigma)[second]
    variance = scale - 2.0 * sigma[first, second]
    difference = values[second] - values[first]
    exact = (variance <= 1e-12 * scale) & np.isfinite(variance)
    open_pair = (variance > 1e-12 * scale) & np.isfinite(variance)
    t = np.where(open_pair, difference / np.sqrt(np.where(open_pair, variance, 1.0)), 0.0)
    larger = exact & (difference > 0)
    draws = _correlated_draws(sigma)
    while True:
        tested = open_pair & ~larger
        bound = _max_quantile(draws, (first, second, variance), (open_pair, tested), level)
        more = tested & (t > bound)
        if not more.any():
            break
        larger |= more
    above = np.zeros(sigma.shape, dtype=bool)
    above[second[larger], first[larger]] = True
    return above


def _correlated_draws(sigma: Floats) -> Floats:
    """Draw from the normal law with covariance `sigma` (p, draws); items without a variance are drawn as 0."""
    usable = np.isfinite(np.diag(sigma))
    clean = np.where(np.isfinite(sigma) & usable[:, None] & usable[None, :], sigma, 0.0)
    roots, vectors = np.linalg.eigh(clean)
    normal = np.random.default_rng(_SEED).standard_normal((sigma.shape[0], _DRAWS))
    draws: Floats = (vectors * np.sqrt(np.maximum(roots, 0.0))) @ normal
    return draws


def _max_quantile(draws: Floats, pairs: tuple[Ints, Ints, Floats], tested: tuple[Bools, Bools], level: float) -> float:
    """Quantile of the largest studentised difference over the ordered pairs still tested; infinite without any.

    Tested are pairs with the first item as the larger one, and of those again the ones with the second.
    """
    either = np.flatnonzero(tested[0])
    if either.size == 0:
        return np.inf
    first, second, variance = (part[either] for part in pairs)
    both = tested[1][either]
    factor = 1.0 / np.sqrt(variance)
    largest = np.full(draws.shape[1], -np.inf)
    block = max(1, _BLOCK // draws.shape[1])
    for start in range(0, either.size, block):
        part = slice(start, start + block)
        t = (draws[first[part]] - draws[second[part]]) * factor[part, None]
        t[both[part]] = np.abs(t[both[part]])
        np.maximum(largest, t.max(axis=0), out=largest)
    return float(np.quantile(largest, level))
