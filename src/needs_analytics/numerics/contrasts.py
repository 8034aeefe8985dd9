"""How the parts of a sample differ from the whole: means, ratios to the overall mean and standardised differences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from needs_analytics.numerics._arrays import Bools, Floats, Ints, as_weights, check_level
from needs_analytics.numerics._variance import sum_by
from needs_analytics.numerics.intervals import korn_graubard

if TYPE_CHECKING:
    import numpy.typing as npt

_BLOCK = 2_000_000


@dataclass(frozen=True)
class Contrasts:
    """K parts against everyone in J variables; every array is (K, J), NaN where nothing is known.

    Attributes
    ----------
    value, value_low, value_high
        Weighted mean in the part; Korn–Graubard limits where the variable holds only 0 and 1.
    overall
        Weighted mean of everyone.
    lift, lift_low, lift_high
        Ratio of the two; NaN where the overall mean is not positive.
    effect, effect_low, effect_high
        Difference of the two in standard deviations of everyone.
    p
        Two-sided p-value of no difference.
    n, n_yes
        Known values, and known values that are not 0, of positive weight.
    """

    value: Floats
    value_low: Floats
    value_high: Floats
    overall: Floats
    lift: Floats
    lift_low: Floats
    lift_high: Floats
    effect: Floats
    effect_low: Floats
    effect_high: Floats
    p: Floats
    n: Ints
    n_yes: Ints


def contrast_parts(
    values: npt.ArrayLike,
    weights: npt.ArrayLike,
    labels: npt.ArrayLike,
    count: int,
    *,
    clusters: npt.ArrayLike | None = None,
    level: float = 0.95,
) -> Contrasts:
    """Compare disjoint parts of a sample with the whole of it, of which they are parts.

    Parameters
    ----------
    values
        (n, J); NaN unknown.
    weights
        (n,).
    labels
        Part of each row (n,), 0 … count − 1.
    clusters
        Codes 0, 1, … of the primary sampling units (n,); every row its own if not given.
    level
        Confidence level.

    Notes
    -----
    Taylor linearisation with replacement between clusters (Särndal, Swensson & Wretman 1992, section 5.7). A part and
    the whole are correlated, so the score of a difference is that of the part less that of the whole; the lift is
    linearised on the log scale (delta method), the effect also in its standard deviation. Without strata and
    calibration the intervals are on the wide side. A share of 0 or 1 has no linearised error: its lift takes the limits
    of the share. The p-value is that of the score test, with deviations from the overall mean, which does not call a
    handful of like answers certain.
    """
    tail = check_level(level)
    weight, matrix = as_weights(weights), np.asarray(values, dtype=np.float64)
    part = np.asarray(labels, dtype=np.int64)
    psu = np.arange(part.size) if clusters is None else np.asarray(clusters, dtype=np.int64)
    pairs, pair = np.unique(psu * count + part, return_inverse=True)
    cells = _Cells(pair.reshape(-1), pairs // count, pairs % count, part, count)
    width = max(1, _BLOCK // max(part.size, 1))
    starts = range(0, max(matrix.shape[1], 1), width)
    blocks = [_compare(matrix[:, first : first + width], weight, cells, tail) for first in starts]
    joined = [np.concatenate(columns, axis=1) for columns in zip(*blocks, strict=True)]
    return Contrasts(*joined[:-2], *(counts.astype(np.int64) for counts in joined[-2:]))


@dataclass(frozen=True)
class _Cells:
    """The (cluster, part) of each row, the cluster and part of each such pair, the part of each row, parts."""

    pair: Ints
    psu: Ints
    owner: Ints
    part: Ints
    count: int


@dataclass(frozen=True)
class _Means:
    """Means by part and of everyone, total weights, the spread of everyone, and scores by pair and by cluster."""

    inside: Floats
    overall: Floats
    weight: Floats
    total: Floats
    spread: Floats
    within: Floats
    from_overall: Floats
    everyone: Floats
    squares: Floats


def _compare(values: Floats, weights: Floats, cells: _Cells, tail: float) -> tuple[Floats, ...]:
    known = ~np.isnan(values) & (weights[:, None] > 0)
    filled = np.where(known, values, 0.0)
    n, n_yes = (sum_by(cells.part, hit, cells.count) for hit in (known, filled != 0))
    means = _means(filled, weights[:, None] * known, cells)
    free = _free(known, cells)
    quantile = np.asarray(-special.stdtrit(np.maximum(free, 1.0), tail), dtype=np.float64)
    value_se, effect_se, log_se, score_se = _errors(means, free, cells)
    yes_no = np.all((filled == 0) | (filled == 1), axis=0)
    low, high = _limits(means.inside, value_se, yes_no, n, free, quantile, tail)
    lift = np.divide(means.inside, means.overall, out=np.full_like(low, np.nan), where=means.overall > 0)
    everyone = means.weight >= means.total * (1 - 1e-12)
    lift_low, lift_high = _lift_limits(lift, quantile * log_se, (low, high), means, everyone)
    effect = _over(means.inside - means.overall, means.spread)
    effect = np.where(everyone & (n > 0), 0.0, effect)
    half = np.where(everyone, 0.0, quantile * effect_se)
    test = np.where(everyone | (score_se == 0), 0.0, _over(means.inside - means.overall, score_se))
    p = np.where(free > 0, 2.0 * special.stdtr(np.maximum(free, 1.0), -np.abs(test)), np.nan)
    overall = np.broadcast_to(means.overall, low.shape)
    figures = (means.inside, low, high, overall, lift, lift_low, lift_high, effect, effect - half, effect + half, p)
    return (*(np.where(n > 0, figure, np.nan) for figure in figures), n, n_yes)


def _means(filled: Floats, weights: Floats, cells: _Cells) -> _Means:
    weight = sum_by(cells.part, weights, cells.count)
    total, inside_sum = weight.sum(axis=0), sum_by(cells.part, weights * filled, cells.count)
    inside, overall = _over(inside_sum, weight), _over(inside_sum.sum(axis=0), total)
    away = np.where(weights > 0, filled - overall, 0.0)
    variance = np.asarray(_over((weights * away**2).sum(axis=0), total))
    pairs, clusters = cells.psu.size, int(cells.psu.max(initial=-1)) + 1
    own = np.where(weights > 0, filled - inside[cells.part], 0.0)
    from_overall = sum_by(cells.pair, weights * away, pairs)
    squares = sum_by(cells.pair, weights * (away**2 - variance), pairs)
    return _Means(
        inside, overall, weight, total, np.sqrt(variance),
        sum_by(cells.pair, weights * own, pairs),
        from_overall,
        sum_by(cells.psu, from_overall, clusters),
        sum_by(cells.psu, squares, clusters),
    )  # fmt: skip


def _free(known: Bools, cells: _Cells) -> Floats:
    """Return the clusters of each part with a known value, less one: the degrees of freedom."""
    present = sum_by(cells.pair, known, cells.psu.size) > 0
    return np.maximum(sum_by(cells.owner, present, cells.count) - 1.0, 0.0)


def _errors(means: _Means, free: Floats, cells: _Cells) -> tuple[Floats, Floats, Floats, Floats]:
    """Return the standard errors of the value, the effect, the log of the lift, and of the score test."""
    every, squares = means.everyone[cells.psu], means.squares[cells.psu]
    sums = {
        (name, other): sum_by(cells.owner, one * two, cells.count)
        for name, one in (("own", means.within), ("null", means.from_overall))
        for other, two in (("self", one), ("every", every), ("squares", squares))
    }
    whole = {
        name: (one * two).sum(axis=0)
        for name, one, two in (
            ("every", means.everyone, means.everyone),
            ("both", means.everyone, means.squares),
            ("squares", means.squares, means.squares),
        )
    }

    def error(kind: str, own: Floats, every: Floats, square: Floats | float = 0.0) -> Floats:
        """Return the root of Σ (own·U − every·G − square·H)² over the clusters, with n / (n − 1)."""
        variance = own**2 * sums[kind, "self"] + every**2 * whole["every"] + square**2 * whole["squares"]
        variance = variance - 2 * own * (every * sums[kind, "every"] + square * sums[kind, "squares"])
        variance = variance + 2 * every * square * whole["both"]
        scale = np.where(free > 0, (free + 1) / np.maximum(free, 1.0), np.nan)  # one cluster tells of no spread
        return np.asarray(np.sqrt(np.maximum(variance, 0.0) * scale), dtype=np.float64)

    own, every_one = _over(1.0, means.weight), np.broadcast_to(_over(1.0, means.total), means.weight.shape)
    effect = _over(means.inside - means.overall, means.spread)
    return (
        error("own", own, np.zeros_like(own)),
        error("own", _over(own, means.spread), _over(every_one, means.spread),
              np.nan_to_num(effect) * _over(every_one, 2 * means.spread**2)),
        error("own", _over(own, means.inside), _over(every_one, means.overall)),
        error("null", own, every_one),
    )  # fmt: skip


def _limits(
    inside: Floats,
    se: Floats,
    yes_no: Bools,
    n: Floats,
    free: Floats,
    quantile: Floats,
    tail: float,
) -> tuple[Floats, Floats]:
    """Return t limits of means and Korn–Graubard limits of shares, which take no more than n answers."""
    share = np.where(yes_no, np.clip(inside, 0.0, 1.0), np.nan)
    size = np.minimum(_over(share * (1 - share), se**2), n)
    size = np.where((se > 0) & np.isfinite(size), size, n)
    share_low, share_high = korn_graubard(share, size, free, n, 1 - 2 * tail)
    half = quantile * se
    return np.where(yes_no, share_low, inside - half), np.where(yes_no, share_high, inside + half)


def _lift_limits(
    lift: Floats, half: Floats, value: tuple[Floats, Floats], means: _Means, everyone: Bools
) -> tuple[Floats, Floats]:
    """Return limits on the log scale, of a share of 0 or 1 those of the share; everyone is exactly everyone."""
    edge = (means.inside <= 0) | (means.inside >= 1) & (value[1] <= 1)
    by_log = lift * np.exp(-half), lift * np.exp(half)
    by_value = (_over(limit, means.overall) for limit in value)
    low, high = (np.where(edge, plain, log) for plain, log in zip(by_value, by_log, strict=True))
    fixed = everyone & np.isfinite(lift)
    return np.where(fixed, lift, low), np.where(fixed, lift, high)


def _over(above: Floats | float, below: Floats) -> Floats:
    """Divide, NaN where there is nothing to divide by."""
    top, bottom = np.broadcast_arrays(np.asarray(above, dtype=np.float64), below)
    return np.asarray(np.divide(top, bottom, out=np.full(bottom.shape, np.nan), where=bottom > 0), dtype=np.float64)
