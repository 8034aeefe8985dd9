"""Residents without types: what answers look like when nothing, or nothing but correlation, ties them together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import special

if TYPE_CHECKING:
    from collections.abc import Iterator

    from needs_analytics.segments.moments import Floats, Ints


def _givers(members: Ints, receivers: Ints, weights: Floats) -> Ints:
    """Return whose answer each receiver gets when weights are laid end to end: the one at the middle of its own.

    So the weighted distribution of the answers stays; with equal weights everybody's answer goes to somebody.
    """
    reached = np.cumsum(weights[members])
    middle = np.cumsum(weights[receivers]) - weights[receivers] / 2
    return members[np.minimum(np.searchsorted(reached, middle), len(members) - 1)]


def draw_continuum(matrix: Floats, weights: Floats, rng: np.random.Generator) -> Iterator[Floats]:
    """Yield respondents of one population with the same margins and correlations, but without types, for ever.

    A Gaussian copula: correlated normal numbers, each column replaced by the answer of the same rank, missing where it
    was. Cutting such a continuum in two can be perfectly stable, so stability alone proves no type (Hennig & Lin 2015,
    Statistics and Computing 25, 821–833, who test against a homogeneous model in the same way).

    Parameters
    ----------
    matrix, weights
        Levels of answers ``(n, items)``, NaN where missing, and weights ``(n,)``.
    """
    root = _correlation_root(np.column_stack([_normal_scores(column, weights) for column in matrix.T]), weights)
    while True:
        latent = rng.standard_normal(matrix.shape) @ root.T
        pairs = zip(matrix.T, latent.T, strict=True)
        yield np.column_stack([_reordered(column, order, weights) for column, order in pairs])


def _reordered(column: Floats, latent: Floats, weights: Floats) -> Floats:
    """Give every respondent who answered the answer that stands, by weight, where the latent number does."""
    known = np.flatnonzero(~np.isnan(column))
    members, receivers = (
        known[np.argsort(column[known], kind="stable")],
        known[np.argsort(latent[known], kind="stable")],
    )
    drawn = np.full_like(column, np.nan)
    drawn[receivers] = column[_givers(members, receivers, weights)]
    return drawn


def _normal_scores(column: Floats, weights: Floats) -> Floats:
    """Return the mean of the standard normal slice that each level of the answers stands for; NaN where missing."""
    known = ~np.isnan(column)
    _, level = np.unique(column[known], return_inverse=True)
    share = np.bincount(level, weights=weights[known]) / weights[known].sum()
    edges = special.ndtri(np.clip(np.concatenate([[0.0], np.cumsum(share)]), 0.0, 1.0))
    density = np.exp(-(edges**2) / 2) / np.sqrt(2 * np.pi)
    scores = np.full(len(column), np.nan)
    scores[known] = ((density[:-1] - density[1:]) / share)[level]
    return scores


def _correlation_root(scores: Floats, weights: Floats) -> Floats:
    """Return L with L Lᵀ the latent correlation.

    Grouping shrinks the covariance of two scores by the variances of both (to first order), which is undone; what is
    then no correlation matrix is brought back to one by cutting off negative eigenvalues.
    """
    known = (~np.isnan(scores)).astype(float)
    filled = np.nan_to_num(scores)
    together = (known * weights[:, None]).T @ known
    covariance = (filled * weights[:, None]).T @ filled / np.where(together > 0, together, 1.0)
    spread = np.diag(covariance)
    latent = np.clip(covariance / np.outer(spread, spread), -0.99, 0.99)
    np.fill_diagonal(latent, 1.0)
    values, vectors = np.linalg.eigh(latent)
    root = vectors * np.sqrt(np.clip(values, 0.0, None))
    return np.asarray(root / np.linalg.norm(root, axis=1)[:, None], dtype=np.float64)
