"""Next months' use: little history, gaps in it, the better method, intervals, capacity."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from helpers.town import codes
from needs_analytics.forecasts import forecast_use


def history(values: list[float | None], first: str = "2025-01", service: str = "S", site: str = "P") -> pd.DataFrame:
    """Return one service's months; ``None`` is a month without a row."""
    months = pd.period_range(first, periods=len(values), freq="M")
    pairs = zip(months, values, strict=True)
    rows = [(str(month), service, site, value) for month, value in pairs if value is not None]
    return pd.DataFrame(rows, columns=["month", "service", "site", "count"])


def test_the_months_after_the_last_one_are_forecast() -> None:
    table = forecast_use(history([100.0] * 10), horizon=3).table
    assert table["month"].tolist() == ["2025-11", "2025-12", "2026-01"]
    np.testing.assert_allclose(table["point"], 100, rtol=0.01)


def test_fewer_than_six_months_have_no_forecast_and_it_is_said() -> None:
    made = forecast_use(history([10.0] * 5))
    assert (made.status, len(made.table), codes(made)) == ("no_history", 0, ["I730"])


def test_no_history_at_all_is_said() -> None:
    made = forecast_use(pd.DataFrame(columns=["month", "service", "site", "count"]))
    assert (made.status, codes(made)) == ("no_history", ["I730"])


def test_a_long_series_is_forecast_beside_a_short_one() -> None:
    made = forecast_use(pd.concat([history([10.0] * 8), history([5.0] * 3, first="2025-06", service="T")]))
    assert set(made.table["service"]) == {"S"}
    assert made.issues[0].details["count"] == 1


def test_a_month_without_a_row_is_missing_not_zero() -> None:
    table = forecast_use(history([100.0, 100.0, None, 100.0, None, 100.0, 100.0, 100.0, 100.0])).table
    np.testing.assert_allclose(table["point"], 100, rtol=0.01)


def test_a_count_that_cannot_be_read_is_missing_not_zero() -> None:
    table = forecast_use(history([100.0, float("nan"), 100.0, 100.0, 100.0, 100.0, 100.0, float("nan"), 100.0])).table
    np.testing.assert_allclose(table["point"], 100, rtol=0.01)


def test_a_service_of_which_nothing_can_be_read_has_no_forecast() -> None:
    made = forecast_use(pd.concat([history([10.0] * 8), history([float("nan")] * 8, service="T")]))
    assert set(made.table["service"]) == {"S"}


def test_a_method_that_does_not_beat_the_naive_one_is_not_used() -> None:
    generator = np.random.default_rng(0)
    walk = (200 + generator.normal(0, 10, 30).cumsum()).tolist()
    made = forecast_use(history(walk))
    better = made.backtest["mase_model"] < made.backtest["mase_naive"]
    assert (made.table["model"] == "theta").all() == better.all()
    assert (made.table["beats_naive"] == better.iloc[0]).all()


def test_a_season_is_carried_into_the_next_year() -> None:
    pattern = [100.0, 20.0, 100.0, 100.0, 100.0, 100.0, 200.0, 100.0, 100.0, 100.0, 100.0, 100.0]
    table = forecast_use(history(pattern * 3), horizon=3).table.set_index("month")["point"]
    assert table["2028-02"] == pytest.approx(20, rel=0.2)


@settings(derandomize=True, max_examples=25, deadline=None, phases=[Phase.generate])
@given(st.lists(st.integers(0, 500), min_size=6, max_size=30))
def test_intervals_hold_the_point_are_never_of_zero_width_and_never_negative(values: list[int]) -> None:
    table = forecast_use(history([float(value) for value in values])).table
    assert (table["low"] <= table["point"]).all()
    assert (table["point"] <= table["high"]).all()
    assert (table["low"] >= 0).all()
    assert (table["high"] > table["low"]).all()


@pytest.mark.parametrize(("capacity", "low", "high"), [(1000.0, 0.0, 0.01), (125.0, 0.4, 0.6), (50.0, 0.99, 1.0)])
def test_the_probability_to_pass_four_fifths_of_the_capacity(capacity: float, low: float, high: float) -> None:
    supply = pd.DataFrame({"service": ["S"], "site": ["P"], "monthly": [capacity]})
    table = forecast_use(history([98.0, 102.0] * 6), supply=supply).table
    assert table["p_over_80"].between(low, high).all()


def test_without_a_known_capacity_there_is_no_such_probability() -> None:
    assert forecast_use(history([100.0] * 8)).table["p_over_80"].isna().all()
