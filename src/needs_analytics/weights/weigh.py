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
from needs_analytics.weights.countings import band
from needs_analytics.weights.groups import group_margins
from needs_analytics.weights.margins import UNKNOWN, Margin, register_margins
from needs_analytics.weights.population import Population, target_population

if TYPE_CHECKING:
    from collections.abc import Sequence

    from needs_analytics.core.arrays import Floats
    from needs_analytics.numerics.raking import RakeResult

_USUAL_START = 18  # many registers begin here; those of 16 and 17 count with their elders
_USUAL_END = 89  # a last band up to here is meant to be open
_FAR_BEYOND = 100.0  # times the median sampling weight; no plan draws residents so unequally
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
    if register is None or register.empty:
        return _equal(survey, [Issue("W601")])
    register = in_order(register)
    population, issues = target_population(register, youngest)
    if not population.total:
        return _equal(survey, [*issues, Issue("W601")])
    issues += _smaller_than_sample(survey, population)
    everybody, (survey, said) = survey, _of_counted_ages(survey, population)
    issues += said
    margins, said = register_margins(survey, population, options=options)
    issues += said
    if not margins:
        named = any(issue.code == "W620" for issue in issues)
        issues = [issue for issue in issues if issue.code != "W640"]
        return _equal(everybody, issues if named else [*issues, Issue("W608")])
    groups, said = group_margins(survey, register, population, margins, options=options, youngest=youngest)
    margins, (base, bad) = [*margins, *groups], _base_weights(survey)
    issues += [*said, *bad]
    weights, margins, status, said = _raked(base, margins, population.total, options)
    margins = sorted(margins, key=lambda margin: (margin.is_group, margin.name == "community"))
    deff, n_eff = kish(weights)
    return Weights(
        table=pd.DataFrame({"answer_id": survey["answer_id"].to_numpy(), "base_weight": base, "weight": weights}),
        margins=pd.concat([_diagnosed(margin, base, weights) for margin in margins], ignore_index=True),
        codes={margin.name: margin.codes for margin in margins},
        status=status, deff=deff, n_eff=n_eff, population=population.total, places=population.places,
        issues=(*issues, *said), absent=_absent(margins, population.total),
        contradictory=population.contradiction > options.most_contradictory,
    )  # fmt: skip


def _smaller_than_sample(survey: pd.DataFrame, population: Population) -> list[Issue]:
    """Say where the register counts fewer residents than answered."""
    if population.total < len(survey):
        return [Issue("W623", details={"persons": f"{population.total:.0f}", "count": len(survey)})]
    counts = survey["community"].value_counts()
    persons = population.communities
    fewer = [name for name in sorted(persons.index) if persons[name] < counts.get(name, 0)]
    return [
        Issue("W623", value=name, details={"persons": f"{persons[name]:.0f}", "count": int(counts[name])})
        for name in fewer
    ]


def _of_counted_ages(survey: pd.DataFrame, population: Population) -> tuple[pd.DataFrame, list[Issue]]:
    """Leave out who is younger or older than anybody the register counts: they stand for none of its residents."""
    cells = population.cells
    if cells["age_low"].isna().any():
        return survey, []
    first, last = float(cells["age_low"].min()), float(cells["age_high"].max())
    outside = ((survey["age_high"] < first) & (first > _USUAL_START)) | (
        (survey["age_low"] > last) & (last < _USUAL_END)
    )
    if not outside.any():
        return survey, []
    details = {"count": int(outside.sum()), "classes": band(first, last)}
    return survey[~outside].reset_index(drop=True), [Issue("W611", details=details)]


def _base_weights(survey: pd.DataFrame) -> tuple[Floats, list[Issue]]:
    """Return the sampling weights, their median where one cannot be used, and what is to be said of them."""
    base = survey["base_weight"].to_numpy(float)
    given = np.isfinite(base) & (base > 0)
    if not given.any():
        return np.ones(len(base)), []
    middle = float(np.median(base[given]))
    filled = np.where(given, base, middle)
    issues = []
    if not given.all():
        bad = int((~given).sum())
        blank = int((~np.isfinite(base)).sum())
        told = {"count": bad, "blank": blank, "zero": bad - blank, "middle": _told(middle)}
        issues.append(Issue("W644", details=told))
    most = float(base[given].max())
    ratio = most / middle
    if ratio > _FAR_BEYOND:
        details = {"most": _told(most), "ratio": f"{ratio:.0f}", "n_eff": f"{kish(filled)[1]:.0f}"}
        issues.append(Issue("W645", details={**details, "count": len(base)}))
    return filled, issues


def _told(weight: float) -> str:
    return f"{weight:,.0f}" if weight >= 1000 else f"{weight:.4g}"


def _raked(
    base: Floats, margins: Sequence[Margin], population: float, options: WeightsOptions
) -> tuple[Floats, list[Margin], str, list[Issue]]:
    """Rake within bounds; without them when they cannot be kept; else scale the base weights and say so.

    What had to go beyond the bounds for one margin is no licence for the next: it may go as far and no further.

    Margin after margin is added, its unknown class and its blocks at the share they have after those before it (fixed
    beforehand they would contradict them). A special group that cannot be reproduced beside the rest is left out and
    said.
    """
    fitted: list[Margin] = []
    bounds = options.bounds
    weights, issues = base, []
    for margin in margins:
        tried = [*fitted, margin.beside(weights)]
        result = _rake(base, tried, bounds, options)
        if not result.converged and not margin.is_group:
            free = _rake(base, tried, None, options)
            if free.converged:
                unbounded = Issue("W618", details={"low": options.bounds[0], "high": options.bounds[1]})
                issues += [] if unbounded in issues else [unbounded]
                result, bounds = free, _reached(base, free.weights, bounds)
        if result.converged:
            fitted, weights = tried, result.weights
        elif margin.is_group:
            group = margin.name.removeprefix("group:")
            issues.append(Issue("W619", value=group, details={"group": group}))
        else:
            issues.append(Issue("W613", details={"error": f"{result.max_error:.2%}"}))
            return base * (population / base.sum()), list(margins), "not_converged", issues
    return weights, fitted, "raked", issues


def _reached(base: Floats, weights: Floats, bounds: tuple[float, float]) -> tuple[float, float]:
    """Return the bounds, as wide as the weights already are."""
    ratio = weights / base / (weights.sum() / base.sum())
    return min(bounds[0], float(ratio.min())), max(bounds[1], float(ratio.max()))


def _rake(
    base: Floats, margins: Sequence[Margin], bounds: tuple[float, float] | None, options: WeightsOptions
) -> RakeResult:
    return rake(base, [(margin.codes, margin.targets) for margin in margins], bounds=bounds, tol=options.tolerance)


def _diagnosed(margin: Margin, base: Floats, weights: Floats) -> pd.DataFrame:
    """Compare a margin before and after; ASMD is the absolute difference of shares over its binomial deviation.

    Each class has its share of the residents, those nobody answered from beside the others, and a class of the unknown
    its share of the answers.
    """
    classes = len(margin.labels) + len(margin.absent)
    before = np.bincount(margin.codes, base, classes) / base.sum()
    after = np.bincount(margin.codes, weights, classes) / weights.sum()
    target = _residents(margin)
    spread = np.sqrt(np.maximum(target * (1 - target), 1e-12))
    return pd.DataFrame(
        {
            "margin": margin.name,
            "label": [*margin.labels, *(label for label, _ in margin.absent)],
            "n": np.bincount(margin.codes, minlength=classes),
            "target": target,
            "before": before,
            "after": after,
            "asmd_before": np.abs(before - target) / spread,
            "asmd_after": np.abs(after - target) / spread,
        }
    )


def _residents(margin: Margin) -> Floats:
    """Return the shares of the residents in a margin's classes, the absent ones last."""
    raked = margin.targets / margin.targets.sum()
    unknown = margin.labels[-1] == UNKNOWN
    absent = np.array([share for _, share in margin.absent])
    present = raked * (1 - absent.sum())
    if unknown:
        present[-1] = raked[-1]
        absent = absent * (1 - raked[-1])
    return np.concatenate([present, absent])


def _absent(margins: Sequence[Margin], total: float) -> float:
    """Return the share of the residents of whose age and sex nobody answered."""
    return max(sum(persons for _, persons in margin.silent) for margin in margins) / total


def _equal(survey: pd.DataFrame, issues: list[Issue]) -> Weights:
    base, said = _base_weights(survey)
    issues = [*issues, *said]
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
