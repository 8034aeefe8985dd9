"""Raking a million respondents, and the shares of a district's needs in all its places, segments and groups."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pandas as pd

from needs_analytics.core.codebook import Codebook
from needs_analytics.needs.asked import asked_together
from needs_analytics.needs.domains import make_domains
from needs_analytics.needs.estimates import direct_table, sampling_design
from needs_analytics.needs.reach import reach
from needs_analytics.numerics.raking import rake

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Margins = list[tuple[npt.NDArray[np.int64], Floats]]

T = TypeVar("T")
_CLASSES = (14, 20, 2, 3)  # of four margins: age band × sex, community, a special group, housing
_SEGMENTS, _GROUPS = 8, 20


def lines(*, tiny: bool) -> Iterator[str]:
    """Yield what was measured, a line each; ``tiny`` only shows that it runs."""
    yield from _raking(2_000 if tiny else 1_000_000, 1 if tiny else 5)
    size = (600, 4, 3) if tiny else (100_000, 200, 110)
    told = _apart("shares", size)
    yield (
        f"shares of {told['needs']} needs in {told['domains']} domains of {told['places']} places, from "
        f"{told['answers']} answers, calibrated variances and intervals: {told['seconds']:.2f} CPU s (at most 10), "
        f"peak memory of the process {told['peak']:,.0f} MB (at most 2 048)"
    )


def _raking(respondents: int, repeats: int) -> Iterator[str]:
    base, margins = _population(respondents)
    ours, made = best_of(repeats, lambda: rake(base, margins))
    loop, weights = best_of(repeats, lambda: raked_by_cells(base, margins))
    assert made.converged
    assert np.allclose(made.weights, weights, rtol=1e-6)
    yield (f"rake {respondents} respondents to {len(margins)} margins: {ours:.4f} CPU s, "
           f"loop over a table of cells {loop:.4f} (ours is {ours / loop:.2f} times that, at most 2)")  # fmt: skip
    try:
        sample, controls = _for_svy(base, margins)
    except ImportError:
        yield "svy is not installed: no comparison with it"
        return
    peer, raked = best_of(1, lambda: sample.weighting.rake(controls=controls, tol=1e-8))
    assert np.allclose(made.weights, raked.data["rk_wgt"].to_numpy(), rtol=1e-6)
    yield f"the same by svy: {peer:.3f} CPU s (ours is {peer / ours:.0f} times faster, at least 20)"


def _population(respondents: int) -> tuple[Floats, Margins]:
    rng = np.random.default_rng(20261001)
    margins = []
    for classes in _CLASSES:
        codes = rng.integers(0, classes, respondents)
        sums = np.bincount(codes, minlength=classes) * rng.uniform(0.7, 1.4, classes)
        margins.append((codes, sums * (3.0 * respondents / sums.sum())))
    return rng.uniform(0.5, 2.0, respondents), margins


def raked_by_cells(base: Floats, margins: Margins, tol: float = 1e-8) -> Floats:
    """Rake the table of all combinations of classes, and nothing else: no checks, no bounds, no report."""
    shape = tuple(target.size for _, target in margins)
    cell = np.ravel_multi_index([codes for codes, _ in margins], shape)
    start = np.bincount(cell, base, int(np.prod(shape))).reshape(shape)
    table = start.copy()
    for _ in range(200):
        error = 0.0
        for axis, (_, target) in enumerate(margins):
            sums = table.sum(axis=tuple(other for other in range(len(shape)) if other != axis))
            error = max(error, float(np.abs(sums / target - 1).max()))
            table *= (target / sums).reshape([-1 if other == axis else 1 for other in range(len(shape))])
        if error < tol:
            break
    return base * np.divide(table, start, out=np.zeros(shape), where=start > 0).ravel()[cell]


def _for_svy(base: Floats, margins: Margins) -> tuple[Any, dict[str, dict[int, float]]]:
    import polars
    import svy

    columns = {f"margin{number}": codes for number, (codes, _) in enumerate(margins)}
    controls = {f"margin{number}": dict(enumerate(target.tolist())) for number, (_, target) in enumerate(margins)}
    return svy.Sample(polars.DataFrame({"weight": base, **columns}), svy.Design(wgt="weight")), controls


def shares(answers: int, places: int, needs: int) -> dict[str, float]:
    """Estimate as the pipeline does, from people and weights to the table, and tell what it cost."""
    people, said, weights = _district(answers, places, needs)
    codebook = Codebook.default()
    register = pd.DataFrame({"community": sorted(set(people["community"])), "grid": "", "population": 2_500.0})
    register = register.assign(guessed="")
    began = time.process_time()
    design = sampling_design(people, weights)
    domains = make_domains(people, register, codebook, 2_500.0 * places)
    reached = reach(said, people, register, domains, weights).columns()
    names, asked = [f"n{number}" for number in range(needs)], asked_together(people, said, design)
    table = direct_table(names, said, domains, asked, "direct", reached)
    seconds = time.process_time() - began
    assert len(table) == needs * len(domains.frame)
    assert table["share_low"].le(table["share_high"]).all()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
    return {"answers": answers, "places": places, "needs": needs, "domains": len(domains.frame), "seconds": seconds,
            "peak": peak}  # fmt: skip


def _district(answers: int, places: int, needs: int) -> tuple[pd.DataFrame, Floats, SimpleNamespace]:
    """Draw people in households in places, in segments and groups, with weights raked to age and place."""
    rng = np.random.default_rng(20261001)
    household = np.cumsum(rng.random(answers) < 0.8)
    place = rng.integers(0, places, household[-1] + 1)[household]
    codebook = Codebook.default().groups
    printable = codebook.index[~codebook["sensitivity"].str.startswith("高度敏感")][:_GROUPS]
    assert len(printable) == _GROUPS
    people = pd.DataFrame(
        {
            "answer_id": np.arange(answers).astype(str),
            "household_key": household.astype(str),
            "office": "街道",
            "age_low": 40.0,
            "sex": "女",
            "community": np.char.add("社区", place.astype(str)).astype(object),
            "grid": None,
            "segment": np.char.add("人群", rng.integers(0, _SEGMENTS, answers).astype(str)).astype(object),
            "groups": [";".join(printable[has]) for has in rng.random((answers, _GROUPS)) < 0.1],
            "base_weight": 1.0,
        }
    )
    said = (rng.random((answers, needs)) < rng.uniform(0.02, 0.6, needs)).astype(float)
    said[rng.random(said.shape) < 0.05] = np.nan
    codes = {"age_sex": rng.integers(0, 14, answers), "community": place}
    margins = [(code, np.bincount(code) * rng.uniform(0.8, 1.2, code.max() + 1)) for code in codes.values()]
    margins = [(code, target * (2_500.0 * places / target.sum())) for code, target in margins]
    people["weight"] = rake(np.ones(answers), margins).weights
    return people, said, SimpleNamespace(status="raked", codes=codes, bounded=True, absent=0.0)


def _apart(function: str, size: tuple[int, ...]) -> dict[str, float]:
    """Run a function of this file in a process of its own, so that its memory is its own."""
    code = f"import json; from benchmarks.estimates import {function}; print(json.dumps({function}{size}))"
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    root = Path(__file__).resolve().parents[1]
    told = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=root, env=environment
    )
    return dict(json.loads(told.stdout))


def best_of(repeats: int, work: Callable[[], T]) -> tuple[float, T]:
    """Return the least of the CPU seconds a piece of work takes, and what it gives."""
    seconds = []
    for _ in range(repeats):
        began = time.process_time()
        made = work()
        seconds.append(time.process_time() - began)
    return min(seconds), made
