"""Many samples of a town: intervals hold the truth as often as they say, and the paper about it counts right."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from .coverage import classes, intervals, mean_over_needs, paper, warnings
from .silent import coverage
from .simulate import Draw, Line, read_lines, run
from .thresholds import COMPOSITE_COVERAGE, COVERAGE

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Measured

DESIGNS = ("margins", "offices", "simple", "grids")
SAMPLES = 3


@cache
def lines() -> list[Line]:
    return [Draw(100, design, number).take() for design in DESIGNS for number in range(SAMPLES)]


@pytest.mark.parametrize("design", DESIGNS)
def test_intervals_hold_the_truth_in_sample_after_sample(design: str, measured: Measured) -> None:
    frame = intervals(lines())
    share, _ = mean_over_needs(frame[frame["design"] == design])
    least = COMPOSITE_COVERAGE if design == "grids" else COVERAGE
    measured(f"coverage over samples of a town, {design}", share, least=least)


def test_intervals_hold_where_some_ages_and_sexes_are_silent(measured: Measured) -> None:
    for (who, level), row in coverage(Draw(100, design, 0) for design in ("margins", "grids")).iterrows():
        assert (row["absent"] > 0) == (who != "nobody")
        if level != "sub-district":  # 45 intervals tell little
            measured(f"coverage, {who} silent, {level}", row["coverage"], least=COMPOSITE_COVERAGE)


def test_the_paper_tells_of_every_design() -> None:
    made = paper([*lines(), warned("free", []), warned("dependent", ["PRO05"])])
    assert f"{3 * SAMPLES} samples of 1 towns" in made
    assert "| margins | offices | simple |" in made
    assert "| dependent | with the month before | 100.0% | 0.0% ± 0.0% | 1 | reached |" in made


def test_a_run_goes_on_where_its_file_ends(tmp_path: Path) -> None:
    file, draws = tmp_path / "samples.jsonl", [Draw(100, "simple", number) for number in range(2)]
    run(draws[:1], file)
    run(draws, file)
    found = read_lines([file])
    assert [line["number"] for line in found] == [0, 1]
    assert found == [draw.take() for draw in draws]
    assert found[0]["side"] != found[1]["side"]


def held(rows: list[list[int]]) -> pd.DataFrame:
    """Return whether intervals held, samples × needs."""
    values = np.array(rows, dtype=float)
    sample, need = np.indices(values.shape)
    return pd.DataFrame({"sample": sample.ravel(), "need": need.ravel(), "held": values.ravel()})


def test_needs_of_one_sample_that_fail_together_tell_no_more_than_one_need() -> None:
    luck = [1, 1, 1, 0, 1, 1, 0, 1]
    alone = mean_over_needs(held([[one] for one in luck]))
    assert mean_over_needs(held([[one, one, one] for one in luck])) == pytest.approx(alone)
    assert alone[1] == pytest.approx(np.std(luck, ddof=1) / np.sqrt(len(luck)))


def test_every_need_counts_the_same_however_many_intervals_it_has() -> None:
    often, seldom = held([[1], [1], [1], [1]]), held([[0]]).assign(need=1)
    assert mean_over_needs(pd.concat([often, seldom]))[0] == 0.5


def test_a_lower_limit_belongs_to_its_class() -> None:
    assert list(classes(pd.Series([0.0, 9.99, 10.0, 400.0]), (0, 10, np.inf))) == ["0 – 10", "0 – 10", "≥ 10", "≥ 10"]


def warned(design: str, needs: list[str]) -> Line:
    return {"seed": 100, "design": design, "number": 0, "alone": needs, "two": needs}


def test_where_nothing_depends_on_the_channel_every_warning_is_one_without_cause() -> None:
    said = {"free": ["PRO05"], "dependent": ["PRO05", "ELD01"]}
    found = warnings([warned("dependent", ["PRO05"]), *(warned(*one) for one in said.items())])
    assert found.loc[found["months"] == "two", "false"].tolist() == [False, True, True]
