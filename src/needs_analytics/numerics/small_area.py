"""Estimates for areas with few answers: the area-level model of Fay and Herriot, benchmarking, smoothed variances.

Functions take one variable (m areas) or J of them at once (J, m), each with its own model on the same design matrix.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from needs_analytics.numerics._area_model import AreaModel, Method, fit_sigma2, predict

if TYPE_CHECKING:
    from needs_analytics.numerics._arrays import Floats


@dataclass(frozen=True)
class SmallArea:
    """Composite estimates; arrays are shaped like `direct`, (m,) or (J, m), unless said otherwise.

    Attributes
    ----------
    estimate
        ``gamma · direct + (1 − gamma) · synthetic``.
    mse
        Its mean squared error.
    gamma
        Weight of the direct estimate; 0 where there is none.
    coefficients
        Regression coefficients (q,) or (J, q).
    sigma2
        Variance between areas that the design does not explain: a number or (J,). NaN if there were too few areas to
        fit the model (fewer than q + 2); the direct estimates are then passed on unchanged and the others are NaN.
    synthetic
        What the design predicts for the area; NaN if it has a predictor that no area with a direct estimate has.
    """

    estimate: Floats
    mse: Floats
    gamma: Floats
    coefficients: Floats
    sigma2: Any
    synthetic: Floats


def fay_herriot(
    direct: npt.ArrayLike, variance: npt.ArrayLike, design: npt.ArrayLike, *, method: Method = "adjusted"
) -> SmallArea:
    """Shrink the direct estimates of areas towards what their make-up predicts.

    Parameters
    ----------
    direct
        Direct estimates (m,) or (J, m); NaN where an area has none: it gets the synthetic value.
    variance
        Their sampling variances, positive, same shape; smooth those of small samples first, see `smooth_variances`.
    design
        Predictors of the areas (m, q), with a column of ones. Dependent columns do no harm.
    method
        How the variance between areas is estimated. "reml": restricted maximum likelihood, which is often stuck at 0,
        where no direct estimate counts for anything. "adjusted": the same, kept above 0 by the factor of Yoshimori &
        Lahiri.

    Raises
    ------
    ValueError
        For shapes that do not fit, a design that is not finite, a variance that is not positive.

    Notes
    -----
    Model and estimator: Fay & Herriot (1979), JASA 74, 269–277. Mean squared error: g1 + g2 + 2 g3 with the
    asymptotic variance of REML (Prasad & Rao 1990, JASA 85, 163–171; Datta & Lahiri 2000, Statistica Sinica 10,
    613–627, equation 4.5). Adjustment ``arctan(Σ gamma)^(1/m)``: Yoshimori & Lahiri (2014), Journal of Multivariate
    Analysis 124, 281–294; chosen over the factor sigma2 of Li & Lahiri (2010, ibid. 101, 882–892) because its bias is
    of smaller order, so that the mean squared error above needs no correction.
    """
    y, d, x = _check_areas(direct, variance, design)
    basis, back = _orthonormal(x)
    enough = np.isfinite(y).sum(axis=1) >= basis.shape[1] + 2
    known = np.isfinite(y) & enough[:, None]
    model = AreaModel(np.where(known, y, 0.0), np.where(known, d, 1.0), basis, known)
    sigma2 = fit_sigma2(model, method)
    coefficients, fields = predict(model, sigma2)
    alone: dict[str, Any] = {"estimate": y, "mse": np.where(np.isfinite(y), d, np.nan), "gamma": 1.0 * np.isfinite(y)}
    fields = {name: np.where(enough[:, None], part, alone.get(name, np.nan)) for name, part in fields.items()}
    fields["coefficients"] = np.where(enough[:, None], coefficients @ back, np.nan)
    fields["sigma2"] = np.where(enough, sigma2, np.nan)
    return SmallArea(**({name: value[0] for name, value in fields.items()} if np.ndim(direct) == 1 else fields))


def _check_areas(
    direct: npt.ArrayLike, variance: npt.ArrayLike, design: npt.ArrayLike
) -> tuple[Floats, Floats, Floats]:
    """Return direct estimates and variances as (J, m) and the design (m, q)."""
    y, d = np.atleast_2d(np.asarray(direct, float)), np.atleast_2d(np.asarray(variance, float))
    x = np.asarray(design, float)
    if y.ndim != 2 or y.shape != d.shape or x.ndim != 2 or x.shape[0] != y.shape[1]:
        raise ValueError(f"shapes do not fit: direct {y.shape}, variance {d.shape}, design {x.shape}")
    if not np.all(np.isfinite(x)):
        raise ValueError("the design must be finite")
    if not np.all((d > 0) & np.isfinite(d) | np.isnan(y)):
        raise ValueError("every area with a direct estimate needs a positive variance; smooth the variances first")
    return y, d, x


def _orthonormal(design: Floats) -> tuple[Floats, Floats]:
    """Return an orthonormal basis of the columns (m, r) and the matrix (r, q) that takes coefficients back."""
    left, values, right = np.linalg.svd(design, full_matrices=False)
    rank = int(np.sum(values > 1e-10 * values.max(initial=0.0)))
    return left[:, :rank], right[:rank] / values[:rank, None]


def smooth_variances(share: npt.ArrayLike, n_eff: npt.ArrayLike, *, synthetic: npt.ArrayLike | None = None) -> Floats:
    """Sampling variances of shares in small areas from a generalised variance function.

    Parameters
    ----------
    share
        Direct shares (m,) or (J, m); NaN where there is none.
    n_eff
        Effective numbers of answers behind them, best ``n / deff`` with a design effect pooled over areas; same
        shape.
    synthetic
        Predicted shares to take instead of the pooled one, same shape or broadcastable.

    Returns
    -------
    array
        ``p (1 − p) / n_eff`` with p the pooled (or synthetic) share, never 0: the area's own share of 0 or 1 in three
        answers has no say in how uncertain it is. NaN without a direct share.

    Notes
    -----
    Wolter (2007), Introduction to Variance Estimation, 2nd ed., chapter 7; smoothing the variances before the
    area-level model: Rao & Molina (2015), Small Area Estimation, 2nd ed., section 6.4. The pooled share is ``(Σ
    n_eff·share + ½) / (Σ n_eff + 1)``, and a synthetic one is drawn towards ½ by the same half answer, so that
    neither is exactly 0 or 1.
    """
    p, size = np.broadcast_arrays(np.asarray(share, float), np.asarray(n_eff, float))
    known = np.isfinite(p) & (size > 0)
    answers = np.where(known, size, 0.0).sum(axis=-1, keepdims=True)
    if synthetic is None:
        yes = np.where(known, size * p, 0.0).sum(axis=-1, keepdims=True)
    else:
        yes = answers * np.clip(np.asarray(synthetic, float), 0.0, 1.0)
    pooled = (yes + 0.5) / (answers + 1.0)
    return np.where(known, pooled * (1.0 - pooled) / np.where(known, size, 1.0), np.nan)


def benchmark(
    estimate: npt.ArrayLike, sizes: npt.ArrayLike, total: npt.ArrayLike, mse: npt.ArrayLike | None = None
) -> Floats:
    """Move shares as little as needed so that ``Σ sizes · share`` equals a total that is known better.

    Parameters
    ----------
    estimate
        Shares of areas (m,) or (J, m).
    sizes
        Persons in each area (m,), or (J, m).
    total
        Persons they must add up to: a number or (J,), between 0 and the sum of sizes.
    mse
        Mean squared errors, same shape as `estimate`; the less certain an area, the more it moves. Equal if not
        given.

    Returns
    -------
    array
        Shares in [0, 1], shaped like `estimate`.

    Raises
    ------
    ValueError
        For estimates that are not finite, sizes or mse that are negative, a total out of reach.

    Notes
    -----
    Difference benchmarking, ``clip(estimate + λ · mse, 0, 1)`` with the one λ that meets the total: the minimum of
    ``Σ sizes · (new − old)² / mse`` inside the unit interval (Wang, Fuller & Qu 2008, Survey Methodology 34, 29–36;
    Datta, Ghosh, Steorts & Maples 2011, Test 20, 574–588). Ratio benchmarking would leave a share of 0 at 0 and can
    pass 1.
    """
    shares, size, spread = (
        np.atleast_2d(part)
        for part in np.broadcast_arrays(
            np.asarray(estimate, float), np.asarray(sizes, float), np.asarray(1.0 if mse is None else mse, float)
        )
    )
    goal = np.broadcast_to(np.asarray(total, float), shares.shape[:1])
    if not np.all(np.isfinite(shares)) or np.any(~(size >= 0)) or np.any(~(spread >= 0)):
        raise ValueError("estimates must be finite, sizes and mse not negative")
    reach = size.sum(axis=1)
    if np.any(~(goal >= -1e-9 * reach) | ~(goal <= reach * (1 + 1e-9))):
        raise ValueError("the total must lie between 0 and the sum of sizes")
    moved = np.stack([_shift_to(*row) for row in zip(shares, size, spread, goal, strict=True)])
    return moved[0] if np.ndim(estimate) == 1 else moved


def _shift_to(share: Floats, size: Floats, spread: Floats, goal: float) -> Floats:
    """Find λ exactly: the total is piecewise linear in λ, with breaks where an area reaches 0 or 1."""
    if size.sum() == 0.0:
        return np.clip(share, 0.0, 1.0)
    largest = float(spread.max())
    pace = np.maximum(spread, 1e-9 * largest) if largest > 0 else np.ones_like(spread)
    breaks = np.sort(np.concatenate([-share / pace, (1.0 - share) / pace]))
    totals = np.clip(share + breaks[:, None] * pace, 0.0, 1.0) @ size
    rising = np.concatenate([[True], np.diff(totals) > 0])
    shift = np.interp(goal, totals[rising], breaks[rising])
    moved: Floats = np.clip(share + shift * pace, 0.0, 1.0)
    return moved
