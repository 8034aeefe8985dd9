"""The area-level model fitted: variance between areas, regression, prediction, for J variables at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from needs_analytics.numerics._golden import golden_section

if TYPE_CHECKING:
    from needs_analytics.numerics._arrays import Bools, Floats

Method = Literal["adjusted", "reml"]
_GRID = np.linspace(np.log(1e-6), np.log(1e3), 43)  # log of sigma2 over the typical sampling variance
_SECTIONS = 28  # 0.618²⁸ of the bracket: six digits of sigma2


@dataclass(frozen=True)
class AreaModel:
    """Estimates and variances (J, m), orthonormal predictors (m, r), which areas enter the fit (J, m)."""

    y: Floats
    d: Floats
    basis: Floats
    known: Bools


@dataclass(frozen=True)
class _Fit:
    """Weighted least squares of J models.

    Coefficients (J, r), (pseudo-)inverse of the information (J, r, r), projector onto the predictors that some area
    with a direct estimate has (J, r, r), restricted log-likelihood (J,).
    """

    coefficients: Floats
    inverse: Floats
    span: Floats
    likelihood: Floats


def _solve(model: AreaModel, sigma2: Floats) -> _Fit:
    """Fit the regressions at `sigma2` (J,)."""
    total = sigma2[:, None] + model.d
    weight = model.known / total
    rank = model.basis.shape[1]
    products = (model.basis[:, :, None] * model.basis[:, None, :]).reshape(-1, rank * rank)
    roots, vectors = np.linalg.eigh((weight @ products).reshape(-1, rank, rank))
    kept = roots > 1e-10 * roots.max(axis=1, keepdims=True, initial=1e-300)
    turned = vectors.swapaxes(1, 2)
    inverse = (vectors * np.where(kept, 1.0 / np.where(kept, roots, 1.0), 0.0)[:, None, :]) @ turned
    moment = (weight * model.y) @ model.basis
    coefficients = np.einsum("jrs,js->jr", inverse, moment)
    misfit = (weight * model.y**2).sum(axis=1) - (moment * coefficients).sum(axis=1)
    determinant = np.log(np.where(kept, roots, 1.0)).sum(axis=1) + (np.log(total) * model.known).sum(axis=1)
    return _Fit(coefficients, inverse, (vectors * kept[:, None, :]) @ turned, -0.5 * (determinant + misfit))


def fit_sigma2(model: AreaModel, method: Method) -> Floats:
    """Maximise the (adjusted) restricted likelihood: a scan over the logarithm of sigma2, then golden sections."""
    areas = np.maximum(model.known.sum(axis=1), 1)
    typical = np.exp((np.log(model.d) * model.known).sum(axis=1) / areas)

    def likelihood(log_ratio: Floats) -> Floats:
        sigma2 = typical * np.exp(log_ratio)
        value = _solve(model, sigma2).likelihood
        if method == "adjusted":
            trust = (model.known * sigma2[:, None] / (sigma2[:, None] + model.d)).sum(axis=1)
            value = value + np.log(np.arctan(np.maximum(trust, 1e-300))) / areas
        return value

    scan = np.stack([likelihood(np.full(areas.size, point)) for point in _GRID])
    best = scan.argmax(axis=0)
    centre = np.clip(best, 1, _GRID.size - 2)
    log_ratio = golden_section(likelihood, _GRID[centre - 1], _GRID[centre + 1], _SECTIONS)
    at_zero = (best == 0) & (method == "reml")
    return np.where(at_zero, 0.0, typical * np.exp(log_ratio))


def predict(model: AreaModel, sigma2: Floats) -> tuple[Floats, dict[str, Any]]:
    """Return coefficients (J, r) and estimate, mse, gamma, synthetic (J, m) at `sigma2`."""
    fit = _solve(model, sigma2)
    between, total = sigma2[:, None], sigma2[:, None] + model.d
    leverage = np.einsum("mr,jrs,ms->jm", model.basis, fit.inverse, model.basis)
    reach = np.einsum("mr,jrs,ms->jm", model.basis, fit.span, model.basis) / (model.basis**2).sum(axis=1)
    synthetic = np.where(reach > 1.0 - 1e-8, fit.coefficients @ model.basis.T, np.nan)
    gamma = np.where(model.known, between / total, 0.0)
    information = (model.known / total**2).sum(axis=1, keepdims=True)
    g3 = model.d**2 / total**3 * 2.0 / np.where(information > 0, information, np.inf)
    direct_mse = gamma * model.d + (1.0 - gamma) ** 2 * leverage + 2.0 * g3
    mse = np.where(model.known, direct_mse, np.where(np.isnan(synthetic), np.nan, between + leverage))
    estimate = gamma * model.y + (1.0 - gamma) * synthetic
    return fit.coefficients, {"estimate": estimate, "mse": mse, "gamma": gamma, "synthetic": synthetic}
