"""Survey estimates agree with `svy` on random designs; where the two differ, the difference is named.

After raking `svy` regresses on the margins with equal weights, as R's ``rake`` does, and after linear calibration with
the design weights, as Deville & Särndal (1992) and METHODS have it. So raked variances are compared where both are one
(equal design weights), and design weights that differ are compared after linear calibration.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from needs_analytics.numerics.raking import rake
from needs_analytics.numerics.weighted import domain_shares, survey_mean, survey_share, survey_total

try:
    import polars
    import svy
except ImportError:
    svy = None

pytestmark = pytest.mark.skipif(svy is None, reason="svy is not installed (requirements-svy.txt)")
SEEDS = range(6)
ESTIMATORS = {"mean": survey_mean, "total": survey_total}


@dataclass
class Drawn:
    """A sample, as ours takes it (`design`) and as `svy` does (`sample`)."""

    columns: dict[str, np.ndarray]
    design: dict[str, Any]
    sample: Any

    def __getitem__(self, name: str) -> np.ndarray:
        return self.columns[name]


def drawn(seed: int, *, stratified=True, clustered=True, fpc=False, equal=False, lonely=False) -> Drawn:
    """Draw a random design, with a number `y`, a yes or no `z`, domains and two classifications."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(60, 300))
    stratum = rng.integers(0, 4, n) if stratified else np.zeros(n, int)
    cluster = stratum * 100 + rng.integers(0, 6, n) if clustered else np.arange(n)
    if lonely:
        stratum, cluster = np.where(np.arange(n) < 3, 9, stratum), np.where(np.arange(n) < 3, 900, cluster)
    columns = {
        "stratum": stratum,
        "cluster": cluster,
        "weight": np.full(n, 7.0) if equal else rng.uniform(0.5, 4.0, n),
        "y": rng.normal(3.0, 1.0, n) + 0.2 * stratum,
        "z": (rng.random(n) < rng.uniform(0.05, 0.6)).astype(float),
        "domain": rng.integers(0, 3, n),
        "age": rng.integers(0, 3, n),
        "sex": rng.integers(0, 2, n),
    }
    sizes = np.array([len(set(cluster[stratum == s])) for s in stratum]) * 3.0
    columns["psus"] = sizes
    named = {"stratum": "stratum"} if stratified else {}
    named |= {"psu": "cluster"} if clustered else {}
    named |= {"pop_size": "psus"} if fpc else {}
    named |= {"singleton": "center"} if lonely else {}
    sample = svy.Sample(polars.DataFrame(columns), svy.Design(wgt="weight", **named))
    design: dict[str, Any] = {"strata": stratum, "clusters": cluster}
    return Drawn(columns, design | ({"fpc": sizes} if fpc else {}), sample)


def agree(ours, theirs, *, limits=True):
    theirs = theirs.to_dicts()
    for name, key in {"value": "est", "se": "se", **({"low": "lci", "high": "uci"} if limits else {})}.items():
        assert_allclose(np.atleast_1d(getattr(ours, name)), [row[key] for row in theirs], rtol=1e-8, err_msg=name)


DESIGNS = [
    {"stratified": False, "clustered": False},
    {"stratified": True, "clustered": False},
    {"stratified": False, "clustered": True},
    {"stratified": True, "clustered": True},
    {"stratified": True, "clustered": True, "fpc": True},
    {"stratified": True, "clustered": True, "lonely": True},
]


@pytest.mark.parametrize(
    "kind", DESIGNS, ids=lambda kind: "-".join(name for name, on in kind.items() if on) or "simple"
)
@pytest.mark.parametrize("statistic", ESTIMATORS)
@pytest.mark.parametrize("seed", SEEDS)
def test_means_and_totals(kind, statistic, seed):
    town = drawn(seed, **kind)
    agree(
        ESTIMATORS[statistic](town["y"], town["weight"], **town.design), getattr(town.sample.estimation, statistic)("y")
    )


@pytest.mark.parametrize(
    "kind", DESIGNS, ids=lambda kind: "-".join(name for name, on in kind.items() if on) or "simple"
)
@pytest.mark.parametrize("seed", SEEDS)
def test_shares_with_their_korn_graubard_interval(kind, seed):
    town = drawn(seed, **kind)
    yes = town.sample.estimation.prop("z", ci_method="beta").to_dicts()[1]
    ours = survey_share(town["z"], town["weight"], **town.design)
    assert_allclose(
        [ours.value, ours.se, ours.low, ours.high], [yes[k] for k in ("est", "se", "lci", "uci")], rtol=1e-8
    )


@pytest.mark.parametrize("statistic", ESTIMATORS)
@pytest.mark.parametrize("seed", SEEDS)
def test_domains_keep_the_whole_design(statistic, seed):
    """Limits are left out: `svy` counts the degrees of freedom of a domain by whole strata."""
    town = drawn(seed)
    ours = ESTIMATORS[statistic](town["y"], town["weight"], by=town["domain"], **town.design)
    agree(ours, getattr(town.sample.estimation, statistic)("y", by="domain"), limits=False)


@pytest.mark.parametrize("seed", SEEDS)
def test_many_shares_at_once(seed):
    town = drawn(seed)
    members = town["domain"][:, None] == [0, 1, 2]
    ours = domain_shares(town["z"][:, None], town["weight"], members, **town.design)
    theirs = [row for row in town.sample.estimation.prop("z", by="domain").to_dicts() if row["y_level"] == 1]
    assert_allclose(ours.value[:, 0], [row["est"] for row in theirs], rtol=1e-8)
    assert_allclose(ours.se[:, 0], [row["se"] for row in theirs], rtol=1e-8)


def targets(town: Drawn, seed: int) -> dict[str, np.ndarray]:
    """Draw population totals by age and by sex that differ from those of the sample."""
    rng = np.random.default_rng(1000 + seed)
    wanted = {
        name: np.bincount(town[name], town["weight"]) * rng.uniform(0.7, 1.4, town[name].max() + 1)
        for name in ("age", "sex")
    }
    return {name: sums * (1000.0 / sums.sum()) for name, sums in wanted.items()}


@pytest.mark.parametrize("seed", SEEDS)
def test_raked_weights_of_any_design(seed):
    town = drawn(seed)
    wanted = targets(town, seed)
    ours = rake(town["weight"], [(town[name], sums) for name, sums in wanted.items()], tol=1e-12)
    controls = {name: dict(enumerate(sums.tolist())) for name, sums in wanted.items()}
    theirs = town.sample.weighting.rake(controls=controls, tol=1e-12).data["rk_wgt"].to_numpy()
    assert_allclose(ours.weights, theirs, rtol=1e-9)


@pytest.mark.parametrize("statistic", ESTIMATORS)
@pytest.mark.parametrize("by", [None, "domain"])
@pytest.mark.parametrize("equal", [True, False])
@pytest.mark.parametrize("seed", SEEDS)
def test_raked_variances(statistic, by, equal, seed):
    """Design weights that differ are kept from ours here, so that it takes equal ones as `svy` does."""
    town = drawn(seed, equal=equal)
    wanted = targets(town, seed)
    controls = {name: dict(enumerate(sums.tolist())) for name, sums in wanted.items()}
    raked = town.sample.weighting.rake(controls=controls, tol=1e-13)
    weights = rake(town["weight"], [(town[name], sums) for name, sums in wanted.items()], tol=1e-13).weights
    calibrated = {"calibration": [town["age"], town["sex"]], **town.design}
    if equal:
        calibrated["base_weights"] = town["weight"]
    ours = ESTIMATORS[statistic](town["y"], weights, by=None if by is None else town[by], **calibrated)
    theirs = getattr(raked.estimation, statistic)("y", **({} if by is None else {"by": by}))
    agree(ours, theirs, limits=by is None)


@pytest.mark.parametrize("statistic", ESTIMATORS)
@pytest.mark.parametrize("by", [None, "domain"])
@pytest.mark.parametrize("seed", SEEDS)
def test_calibrated_variances_with_design_weights_that_differ(statistic, by, seed):
    """Sex is one number to `svy`: classes that add to the same total twice may make it leave the calibration out."""
    town = drawn(seed)
    wanted = targets(town, seed)
    controls = {svy.Cat("age"): dict(enumerate(wanted["age"].tolist())), "sex": float(wanted["sex"][1])}
    made = town.sample.weighting.calibrate(controls=controls)
    weights = made.data["calib_wgt"].to_numpy()
    calibrated = {"calibration": [town["age"], town["sex"]], "base_weights": town["weight"], **town.design}
    ours = ESTIMATORS[statistic](town["y"], weights, by=None if by is None else town[by], **calibrated)
    theirs = getattr(made.estimation, statistic)("y", **({} if by is None else {"by": by}))
    agree(ours, theirs, limits=by is None)
