"""Grid estimates: the direct share drawn towards what the grid's make-up and its community predict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from needs_analytics.needs.grid_samples import (
    Sample,
    clipped,
    direct_shares,
    grid_sample,
    overall_shares,
    yes_saying,
)
from needs_analytics.numerics.area_shares import AreaShares, Groups, area_shares
from needs_analytics.numerics.intervals import korn_graubard
from needs_analytics.numerics.small_area import benchmark, smooth_variances

if TYPE_CHECKING:
    import pandas as pd

    from needs_analytics.core.arrays import Floats

_UNKNOWN = 10.0  # answers' worth of the whole that stands for a community nobody answered from


@dataclass(frozen=True)
class Composite:
    """Composite estimates of J needs in G grids; all arrays are ``(G, J)``.

    ``se`` is the root of the mean squared error; ``low, high`` are limits on the logit scale taken back, so that they
    lie inside [0, 1] and are no mirror images.
    """

    share: Floats
    se: Floats
    low: Floats
    high: Floats
    direct: Floats
    direct_se: Floats


@dataclass(frozen=True)
class Upper:
    """Direct estimates of the C communities, ``(C, J)``; NaN where nobody answered."""

    share: Floats
    se: Floats
    low: Floats
    high: Floats


def composite_shares(
    sample: Sample, grids: pd.DataFrame, communities: pd.DataFrame, upper: Upper, *, level: float = 0.95
) -> Composite:
    """Estimate every need in every grid.

    The area model of :func:`needs_analytics.numerics.area_shares.area_shares`, the communities' direct shares being
    the groups'. The result is benchmarked, so that the grids of a community add up to its direct total; error and
    interval hold those of the community's share.

    Parameters
    ----------
    grids
        ``community, population`` of the G grids.
    communities
        ``community`` of the C rows of ``upper``.
    level
        Confidence level of the intervals, that of ``upper`` too.
    """
    place = {name: code for code, name in enumerate(communities["community"])}
    codes = grids["community"].map(place).to_numpy(dtype=int)
    sizes = grids["population"].fillna(1.0).to_numpy(dtype=float)
    sizes = np.where(np.bincount(codes, sizes)[codes] > 0, sizes, 1.0)
    overall = overall_shares(sample)
    known = _filled(upper, overall, level)
    groups = Groups(codes, sizes, clipped(known.share))
    answered, uncertain = grid_sample(sample, codes, overall)
    model = area_shares(answered, groups, deff=yes_saying(sample), level=level)
    slope = model.share * (1.0 - model.share)
    moved = slope / (groups.share * (1.0 - groups.share))[codes]
    mse = model.variance + slope**2 * uncertain + (moved * known.se[codes]) ** 2
    share = _benchmarked(model.share, mse, groups, upper.share)
    half = special.ndtri((1.0 + level) / 2.0) * np.sqrt(uncertain)
    low, high = _limits(model, share, groups, known, half)
    direct, n_eff = direct_shares(sample, len(grids))
    variance = smooth_variances(direct, n_eff, synthetic=special.expit(answered.predicted))
    return Composite(share, np.sqrt(mse), low, high, direct, np.sqrt(variance))


def _filled(upper: Upper, overall: Floats, level: float) -> Upper:
    """Put the whole's share, as if of a few answers, where nobody of a community answered."""
    low, high = korn_graubard(overall, np.full(overall.shape, _UNKNOWN), level=level)
    se = np.sqrt(np.maximum(overall * (1.0 - overall), 0.0) / _UNKNOWN)
    unknown = ~np.isfinite(upper.share)
    pairs = ((overall, upper.share), (se, upper.se), (low, upper.low), (high, upper.high))
    return Upper(*(np.where(unknown, instead, own) for instead, own in pairs))


def _benchmarked(share: Floats, mse: Floats, groups: Groups, upper: Floats) -> Floats:
    result = share.copy()
    known = np.isfinite(upper)
    for code in np.flatnonzero(known.any(axis=1)):
        members = np.flatnonzero(groups.codes == code)
        own, sizes = np.ix_(members, known[code]), groups.sizes[members]
        result[own] = benchmark(share[own].T, sizes, upper[code, known[code]] * sizes.sum(), mse=mse[own].T).T
    return result


def _limits(model: AreaShares, share: Floats, groups: Groups, upper: Upper, half: Floats) -> tuple[Floats, Floats]:
    """Widen the model's limits by the community's interval and the make-up's, on the logit scale.

    They lie around the benchmarked share; ``half`` is half the interval of the make-up ``(G, J)``.
    """
    middle, was = special.logit(clipped(share)), special.logit(clipped(model.share))
    target = special.logit(groups.share)
    below, above = (np.abs(special.logit(_inside(limit)) - target)[groups.codes] for limit in (upper.low, upper.high))
    low = special.expit(middle - np.sqrt((was - model.low) ** 2 + below**2 + half**2))
    high = special.expit(middle + np.sqrt((model.high - was) ** 2 + above**2 + half**2))
    return np.minimum(low, share), np.maximum(high, share)


def _inside(limit: Floats) -> Floats:
    """Keep limits off 0 and 1, where logits have no end."""
    return np.clip(limit, 1e-4, 1.0 - 1e-4)
