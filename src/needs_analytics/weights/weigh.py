"""Weights: rake the respondents to the register's margins; without a register every answer weighs the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.issue import Issue
from needs_analytics.core.options import CleaningOptions, WeightsOptions
from needs_analytics.core.order import in_order
from needs_analytics.core.results import Weights
from needs_analytics.numerics.raking import kish, rake
from needs_analytics.weights.margins import Margin, register_margins
from needs_analytics.weights.population import target_population

if TYPE_CHECKING:
    from collections.abc import Sequence

    from needs_analytics.core.arrays import Floats
    from needs_analytics.numerics.raking import RakeResult

_NO_PLACES = pd.DataFrame(columns=["community", "grid", "population"])
_COLUMNS = ["margin", "label", "n", "target", "before", "after", "asmd_before", "asmd_after"]


def weigh(
    survey: pd.DataFrame,
    register: pd.DataFrame | None = None,
    *,
    options: WeightsOptions | None = None,
    youngest_age: int | None = None,
) -> Weights:
    """Give every respondent of the target population a weight.

    Parameters
    ----------
    survey
        Cleaned answers; respondents younger than the target population get no weight.
    register
        Population cells; without any, weights are equal and persons cannot be computed.
    options
        Smallest classes, bounds of the weights, tolerance.
    youngest_age
        Lower bound of the target population; 16 by default.

    Returns
    -------
    Weights
        Raked to age band × sex, community and special groups where the register knows them.
    """
    options = options or WeightsOptions()
    youngest = CleaningOptions().youngest_age if youngest_age is None else youngest_age
    survey = in_order(survey[~(survey["age_high"] < youngest)])
    if survey.empty:
        return _without_answers()
    base = _base_weights(survey)
    if register is None or register.empty:
        return _equal(survey, base, [Issue("W601")])
    register = in_order(register)
    population, issues = target_population(register, youngest)
    if not population.total:
        return _equal(survey, base, [*issues, Issue("W601")])
    margins, said = register_margins(survey, population, register, options=options)
    issues += said
    if not margins:
        return _equal(survey, base, [*issues, Issue("W608")])
    weights, margins, status, said = _raked(base, margins, population.total, options)
    margins = sorted(margins, key=lambda margin: (margin.is_group, margin.name == "community"))
    deff, n_eff = kish(weights)
    return Weights(
        table=pd.DataFrame({"answer_id": survey["answer_id"].to_numpy(), "base_weight": base, "weight": weights}),
        margins=pd.concat([_diagnosed(margin, base, weights) for margin in margins], ignore_index=True),
        codes={margin.name: margin.codes for margin in margins},
        status=status, deff=deff, n_eff=n_eff, population=population.total, places=population.places,
        issues=(*issues, *said), absent=max(margin.absent for margin in margins),
    )  # fmt: skip


def _base_weights(survey: pd.DataFrame) -> Floats:
    base = survey["base_weight"].to_numpy(float)
    given = np.isfinite(base) & (base > 0)
    return np.where(given, base, base[given].mean() if given.any() else 1.0)


def _raked(
    base: Floats, margins: Sequence[Margin], population: float, options: WeightsOptions
) -> tuple[Floats, list[Margin], str, list[Issue]]:
    """Rake within bounds; without them when they cannot be kept; else scale the base weights and say so.

    Margin after margin is added, its unknown class and its blocks at the share they have after those before it (fixed
    beforehand they would contradict them). A special group that cannot be reproduced beside the rest is left out and
    said.
    """
    fitted: list[Margin] = []
    bounds: tuple[float, float] | None = options.bounds
    weights, issues = base, []
    for margin in margins:
        tried = [*fitted, margin.beside(weights)]
        result = _rake(base, tried, bounds, options)
        if not result.converged and bounds and not margin.is_group:
            free = _rake(base, tried, None, options)
            if free.converged:
                issues.append(Issue("W618", details={"low": bounds[0], "high": bounds[1]}))
                result, bounds = free, None
        if result.converged:
            fitted, weights = tried, result.weights
        elif margin.is_group:
            group = margin.name.removeprefix("group:")
            issues.append(Issue("W619", value=group, details={"group": group}))
        else:
            issues.append(Issue("W613", details={"error": f"{result.max_error:.2%}"}))
            return base * (population / base.sum()), list(margins), "not_converged", issues
    return weights, fitted, "raked", issues


def _rake(
    base: Floats, margins: Sequence[Margin], bounds: tuple[float, float] | None, options: WeightsOptions
) -> RakeResult:
    return rake(base, [(margin.codes, margin.targets) for margin in margins], bounds=bounds, tol=options.tolerance)


def _diagnosed(margin: Margin, base: Floats, weights: Floats) -> pd.DataFrame:
    """Compare a margin before and after; ASMD is the absolute difference of shares over its binomial deviation."""
    classes = len(margin.labels)
    before = np.bincount(margin.codes, base, classes) / base.sum()
    after = np.bincount(margin.codes, weights, classes) / weights.sum()
    target = margin.targets / margin.targets.sum()
    spread = np.sqrt(np.maximum(target * (1 - target), 1e-12))
    return pd.DataFrame(
        {
            "margin": margin.name,
            "label": margin.labels,
            "n": np.bincount(margin.codes, minlength=classes),
            "target": target,
            "before": before,
            "after": after,
            "asmd_before": np.abs(before - target) / spread,
            "asmd_after": np.abs(after - target) / spread,
        }
    )


def _equal(survey: pd.DataFrame, base: Floats, issues: list[Issue]) -> Weights:
    deff, n_eff = kish(base)
    table = pd.DataFrame({"answer_id": survey["answer_id"].to_numpy(), "base_weight": base, "weight": base})
    return Weights(
        table, pd.DataFrame(columns=_COLUMNS), {}, "equal", deff, n_eff, float("nan"), _NO_PLACES, tuple(issues)
    )


def _without_answers() -> Weights:
    table = pd.DataFrame(
        {"answer_id": pd.Series(dtype=object), "base_weight": pd.Series(dtype=float), "weight": pd.Series(dtype=float)}
    )
    return Weights(
        table,
        pd.DataFrame(columns=_COLUMNS),
        {},
        "no_data",
        float("nan"),
        0.0,
        float("nan"),
        _NO_PLACES,
        (Issue("W602"),),
    )
