"""Forecasts and limits against use whose seasons, steps and noise are known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from helpers.series import END, KEYS, by_month, planted
from needs_analytics.forecasts import forecast_use
from needs_analytics.numerics.smoothing import seasonal_naive, xmr_limits

from .marks import FORECASTS, awaits
from .seeds import seed_count

if TYPE_CHECKING:
    from .conftest import Measured

FALSE_ALARMS = 0.03  # of points beyond the 12th of a stable series
STEP_WITHIN = 3  # months
STEPS_FOUND = 0.95
INTERVAL_COVERAGE = 0.9  # of 95 % intervals, on three months held out
WIDE = 0.5  # of the point: an interval of a new service that says how little is known
HELD_OUT = END.shift(-3)
BEFORE_THE_FESTIVAL = END.shift(-10)  # December 2025: the last festival was in January, the next is in February
SERVICES = ("XF-01", "XF-04", "XF-05", "XF-06", "XF-08", "XF-10", "XF-11", "XF-13", "XF-14", "XF-17", "XF-19", "XF-20")
SEASONS = ("festival", "school", "term", "vacation", "winter", "heat", "mild")


def alarms(base: np.ndarray, later: np.ndarray) -> np.ndarray:
    """Return which points lie outside the limits of others before them."""
    _, low, high = xmr_limits(base)
    return (later < low[..., None]) | (later > high[..., None])


def outlook(origin: object, seed: int) -> pd.DataFrame:
    """Return the forecasts made in a month beside what came, and what the seasonal naive method says."""
    counts = planted(seed, months=36, services=SERVICES).counts
    past = counts[counts["month"] <= str(origin)]
    table = forecast_use(past, horizon=3).table.merge(counts, on=["month", *KEYS], validate="one_to_one")
    wide = past.pivot_table(index=KEYS, columns="month", values="count")
    ahead = [str(origin.shift(step)) for step in (1, 2, 3)]
    naive = pd.DataFrame(seasonal_naive(wide.to_numpy(), 12, 3), wide.index, pd.Index(ahead, name="month"))
    naive = naive.reset_index().melt(KEYS, value_name="naive")
    scale = wide.mean(axis=1).rename("scale").reset_index()
    table = table.merge(naive, on=["month", *KEYS]).merge(scale, on=KEYS)
    return table.assign(
        seed=seed,
        inside=table["count"].between(table["low"], table["high"]),
        error=(table["point"] - table["count"]).abs() / table["scale"],
        naive_error=(table["naive"] - table["count"]).abs() / table["scale"],
    )


@pytest.fixture(scope="module")
def held_out() -> pd.DataFrame:
    return pd.concat([outlook(HELD_OUT, seed) for seed in range(seed_count(1))], ignore_index=True)


@pytest.fixture(scope="module")
def festival() -> pd.DataFrame:
    return pd.concat([outlook(BEFORE_THE_FESTIVAL, seed) for seed in range(seed_count(1))], ignore_index=True)


def test_stable_series_raise_few_alarms(measured: Measured) -> None:
    towns = [planted(seed, services=("XF-05", "XF-14")) for seed in range(seed_count(20))]
    series = np.concatenate([by_month(town, "stable").to_numpy() for town in towns])
    assert series.shape == (2 * len(towns), 36)
    rate = alarms(series[:, :12], series[:, 12:]).mean()
    measured("XmR limits: alarms of stable series beyond 12 points", rate, most=FALSE_ALARMS)


def test_the_step_is_found(measured: Measured) -> None:
    """By limits from the first twelve points, which know nothing of when the step comes."""
    found = []
    for seed in range(seed_count(5)):
        town = planted(seed, services=("XF-10",))
        changed = town.plan.loc[town.plan["kind"] == "step", "changed"].item()
        series = by_month(town, "step").squeeze()
        later = series.iloc[12:]
        outside = alarms(series.to_numpy()[None, :12], later.to_numpy()[None])[0]
        after = later.index >= changed
        found.append(outside[after][:STEP_WITHIN].any() and not outside[~after].all())
    measured("XmR limits: steps outside within 3 months", float(np.mean(found)), least=STEPS_FOUND)


@awaits(FORECASTS, "the limits stand in numerics; no stage draws them and none tells of a step")
def test_a_stage_tells_of_the_step() -> None:
    town = planted(0, services=("XF-10",))
    site = town.plan.loc[town.plan["kind"] == "step", "site"].item()
    issues = forecast_use(town.counts).issues
    assert any(site in f"{issue.value} {issue.details}" for issue in issues)


def test_intervals_hold_what_comes(held_out: pd.DataFrame, measured: Measured) -> None:
    measured("coverage of forecasts, 3 months held out", held_out["inside"].mean(), least=INTERVAL_COVERAGE)


@awaits(FORECASTS, "of 95 % intervals .70 hold where work comes in batches, .86 in libraries")
def test_intervals_hold_what_comes_in_every_kind_of_series(held_out: pd.DataFrame, measured: Measured) -> None:
    coverage = held_out.groupby("kind")["inside"].mean()
    measured(f"the same, worst kind of series ({coverage.idxmin()})", coverage.min(), least=INTERVAL_COVERAGE)


@awaits(FORECASTS, ".61 hold in February 2026, .33 of canteens' and activity rooms'")
def test_intervals_hold_spring_festival(festival: pd.DataFrame, measured: Measured) -> None:
    coverage = festival.loc[festival["kind"].isin(SEASONS) & (festival["month"] == "2026-02"), "inside"].mean()
    measured("coverage of forecasts of the month of Spring Festival", coverage, least=INTERVAL_COVERAGE)


def test_a_method_other_than_the_naive_one_beats_it(held_out: pd.DataFrame, measured: Measured) -> None:
    """Where the table says that a model is used, its errors on the months held out are the smaller ones."""
    used = held_out[held_out["kind"].isin(SEASONS) & held_out["beats_naive"]]
    naive = held_out[held_out["kind"].isin(SEASONS) & ~held_out["beats_naive"]]
    assert len(used)
    assert (used["model"] != "naive").all()
    assert (naive["model"] == "naive").all()
    measured("error of models over seasonal naive", used["error"].mean() / used["naive_error"].mean(), below=1)


@awaits(FORECASTS, "error .170 of the mean, seasonal naive .129")
def test_a_method_other_than_the_naive_one_beats_it_over_spring_festival(
    festival: pd.DataFrame, measured: Measured
) -> None:
    used = festival[festival["kind"].isin(SEASONS) & festival["beats_naive"]]
    measured(
        "error of models over seasonal naive, Spring Festival",
        used["error"].mean() / used["naive_error"].mean(),
        below=1,
    )


def test_a_new_service_has_no_forecast_or_one_that_says_how_little_is_known() -> None:
    for seed in range(seed_count(3)):
        town = planted(seed, services=("XF-04",))
        whole = forecast_use(town.counts)
        assert ((whole.table["high"] - whole.table["low"]) > WIDE * whole.table["point"]).all()
        young = forecast_use(town.counts[town.counts["month"] <= str(END.shift(-4))])
        assert young.table.empty
        assert [issue.code for issue in young.issues] == ["I730"]


def test_intervals_are_never_negative_nor_without_width(held_out: pd.DataFrame, festival: pd.DataFrame) -> None:
    made = pd.concat([held_out, festival])
    assert "intermittent" in set(made["kind"])
    assert (made["low"] >= 0).all()
    assert (made["low"] <= made["point"]).all()
    assert (made["high"] > made["low"]).all()
