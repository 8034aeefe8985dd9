"""Many tests at once; on numpy alone, for `needs check` needs it too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from needs_analytics.numerics._arrays import Bools, Floats


def false_discovery(p: npt.ArrayLike, level: float = 0.05) -> Bools:
    """Mark the p-values that stand when the expected share of false ones among them is held at `level`.

    Parameters
    ----------
    p
        p-values, any shape, all of one family; NaN was not tested and is never marked.
    level
        False-discovery rate.

    Notes
    -----
    Benjamini & Hochberg (1995), JRSS B 57, 289–300.
    """
    values = np.asarray(p, dtype=np.float64)
    marked = np.zeros(values.shape, dtype=bool)
    tested = np.isfinite(values)
    if tested.any():
        marked[tested] = _adjusted(values[tested]) <= level
    return marked


def _adjusted(p: Floats) -> Floats:
    """Return p-values that hold the share of false discoveries: each the least of p·n/rank from its rank on."""
    order = np.argsort(p)
    scaled = p[order] * len(p) / np.arange(1, len(p) + 1)
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum.accumulate(scaled[::-1])[::-1]
    return adjusted


def family_wise(p: npt.ArrayLike, level: float = 0.05, weights: npt.ArrayLike | None = None) -> Bools:
    """Mark the p-values that stand when the chance of any false one among them is held at `level`.

    Parameters
    ----------
    p
        p-values (m,), all of one family; NaN was not tested and is never marked.
    level
        Family-wise error rate.
    weights
        How much of the level each test gets, relative to the others (m,); known before the p-values. 0 is never
        marked. Equal if not given.

    Notes
    -----
    Holm (1979), A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6, 65-70,
    section 4 for the weights.
    """
    values = np.asarray(p, dtype=np.float64)
    parts = np.ones(values.shape) if weights is None else np.asarray(weights, dtype=np.float64)
    tested = np.flatnonzero(np.isfinite(values) & (parts > 0))
    ratio = values[tested] / parts[tested]
    order = np.argsort(ratio, kind="stable")
    left = np.cumsum(parts[tested][order][::-1])[::-1]  # weight of the tests not decided before this one
    stands = np.minimum.accumulate(ratio[order] * left <= level) if len(order) else np.zeros(0, dtype=bool)
    marked = np.zeros(values.shape, dtype=bool)
    marked[tested[order]] = stands
    return marked
