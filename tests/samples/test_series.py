"""Years of use: what is planted is there, and the same whoever asks for which months."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.series import END, KEYS, by_month, planted, supply_of
from needs_analytics.core.month import Month
from needs_analytics.samples.history_sheet import tabulate_history

if TYPE_CHECKING:
    from needs_analytics.samples.series import PlantedSeries

SEED = 20261001
SOME = ("XF-04", "XF-05", "XF-08", "XF-17")
CHANGES = {"new", "intermittent", "step"}


@pytest.fixture(scope="module")
def town() -> PlantedSeries:
    return planted(SEED)


def months(years: tuple[int, ...], *numbers: int) -> list[str]:
    return [str(Month(year, number)) for year in years for number in numbers]


@cache
def five_years() -> pd.DataFrame:
    return planted(SEED, months=61, services=SOME).counts


@settings(max_examples=15, deadline=None)
@given(back=st.integers(0, 30), length=st.integers(1, 30))
def test_a_month_is_the_same_in_every_window(back: int, length: int) -> None:
    window = planted(SEED, last=END.shift(-back), months=length, services=SOME).counts
    whole = five_years()
    same = whole[whole["month"].between(str(END.shift(1 - back - length)), str(END.shift(-back)))]
    pd.testing.assert_frame_equal(window, same.reset_index(drop=True))


def test_a_service_is_the_same_without_the_others(town: PlantedSeries) -> None:
    alone = planted(SEED, services=("XF-11",)).counts
    among = town.counts[town.counts["service"] == "XF-11"]
    pd.testing.assert_frame_equal(alone, among.reset_index(drop=True))


def test_another_seed_is_another_town(town: PlantedSeries) -> None:
    pd.testing.assert_frame_equal(town.counts, planted(SEED).counts)
    other = planted(SEED + 1)
    both = town.counts.merge(other.counts, on=["month", *KEYS])
    assert (both["count_x"] == both["count_y"]).mean() < 0.1


def test_the_last_month_is_near_what_was_asked_for(town: PlantedSeries) -> None:
    """In October no season is high or low, but in some services the heat or the cold has a little left."""
    levels = town.plan.set_index(KEYS)["level"]
    steady = town.plan.set_index(KEYS)["kind"] != "intermittent"
    over = (pd.Series(town.of_month(END)).rename_axis(KEYS) / levels)[steady]
    assert over.sum() / len(over) == pytest.approx(1, abs=0.03)  # standard error over hundred series: 0.012
    assert over.between(0.6, 1.4).mean() > 0.97


def test_afternoon_care_stops_when_school_does(town: PlantedSeries) -> None:
    counts = by_month(town, "school")
    term = counts[months((2024, 2025, 2026), 3, 4, 5, 6, 9)].mean(axis=1)
    summer = counts[months((2024, 2025, 2026), 7, 8)].max(axis=1)
    winter = counts[months((2024, 2026), 2)].max(axis=1)
    assert (summer < 0.2 * term).all()
    assert (winter < 0.3 * term).all()


def test_community_classes_follow_the_terms(town: PlantedSeries) -> None:
    counts = by_month(town, "term")
    assert (
        counts[months((2024, 2025), 7, 8)].max(axis=1) < 0.6 * counts[months((2024, 2025), 4, 5, 6)].mean(axis=1)
    ).all()


def test_spring_festival_moves_between_january_and_february(town: PlantedSeries) -> None:
    """29 January in 2025, 10 and 17 February in 2024 and 2026."""
    rooms = by_month(town, "festival").loc[["XF-10"]].sum()
    for year, fewer, more in ((2024, 2, 1), (2026, 2, 1)):
        assert rooms[str(Month(year, fewer))] < 0.8 * rooms[str(Month(year, more))]
    assert rooms["2025-01"] == pytest.approx(rooms["2025-02"], rel=0.1)
    assert rooms["2025-02"] > 1.1 * rooms[["2024-02", "2026-02"]].max()
    assert max(rooms[["2025-01", "2025-02"]]) < 0.9 * rooms[["2025-03", "2025-04"]].mean()


def test_fairs_are_crowded_after_the_festival_and_barbers_before_it() -> None:
    seen = planted(SEED, last=Month(2030, 3), months=48, services=("XF-22", "XF-23", "XF-26")).counts
    seasons = seen.groupby(["service", "month"])["season"].max()
    assert seasons["XF-23"].loc[["2028-02", "2030-02"]].max() > 1.3
    assert seasons["XF-26"].loc[["2027-01", "2029-02"]].max() > 1.3


def test_clinics_have_a_winter_peak_where_they_are_not_full(town: PlantedSeries) -> None:
    free = town.plan[(town.plan["kind"] == "winter") & (town.plan["level"] > 300) & ~town.plan["full"]]
    counts = by_month(town, "winter").loc[pd.MultiIndex.from_frame(free[KEYS])]
    winter, summer = counts[months((2024, 2025), 12)], counts[months((2024, 2025), 6, 7, 8)]
    assert len(counts) >= 2
    assert (winter.mean(axis=1) > 1.1 * summer.mean(axis=1)).all()


def test_there_is_a_step_where_the_plan_says_so(town: PlantedSeries) -> None:
    plan = town.plan[town.plan["kind"] == "step"].squeeze()
    assert plan["size"] == 0.35
    assert str(END.shift(-15)) <= plan["changed"] <= str(END.shift(-13))
    counts = by_month(town, "step").squeeze()
    before, after = counts[counts.index < plan["changed"]][-6:], counts[counts.index >= plan["changed"]][:6]
    assert after.mean() / before.mean() == pytest.approx(1.35, abs=0.1)
    assert before.max() < after.min()


@pytest.mark.parametrize("seed", range(5))
def test_a_new_service_starts_late_and_grows(seed: int) -> None:
    town = planted(seed, services=("XF-04",))
    counts = by_month(town, "new").squeeze()
    assert counts.index[0] == town.plan["changed"].squeeze()
    assert 6 <= len(counts) <= 8
    assert counts.iloc[0] < 0.6 * counts.iloc[-3:].mean()


@pytest.mark.parametrize("seed", range(5))
def test_an_intermittent_service_stands_still_in_most_months(seed: int) -> None:
    counts = by_month(planted(seed, services=("XF-08",)), "intermittent").squeeze()
    assert len(counts) == 36
    assert 0.3 < (counts == 0).mean() < 0.85
    assert (counts[-3:] > 0).all()


def test_two_series_are_stable_and_more_restless_than_chance_alone() -> None:
    towns = [planted(seed, services=("XF-05", "XF-14")) for seed in range(20)]
    counts = np.stack([by_month(town, "stable").to_numpy() for town in towns])
    assert counts.shape == (20, 2, 36)
    assert (towns[0].counts.query("kind == 'stable'")["season"] == 1).all()
    level = counts.mean(axis=(0, 2))
    assert counts[:, :, :18].mean(axis=(0, 2)) / level == pytest.approx(1, abs=0.01)
    by_calendar_month = counts.reshape(20, 2, 3, 12).mean(axis=(0, 2))
    assert by_calendar_month / level[:, None] == pytest.approx(1, abs=0.03)
    assert (counts.var(axis=2, ddof=1).mean(axis=0) > 1.15 * level).all()


def test_no_site_takes_more_than_it_can_and_a_full_one_nearly_as_much(town: PlantedSeries) -> None:
    units = pd.concat({str(month): supply_of(month).set_index(KEYS)["units"] for month in
                       (END.shift(-back) for back in range(36))}, names=["month"])  # fmt: skip
    counts = town.counts.set_index(["month", *KEYS])
    use = counts["count"] / units.reindex(counts.index)
    assert use.max() < 1.03
    full = town.plan.loc[town.plan["full"], KEYS]
    crowded = counts[(counts["season"] > 0.99) & ~counts["kind"].isin(CHANGES)].reset_index().merge(full, on=KEYS)
    crowded = crowded.set_index(["month", *KEYS]).index
    assert use[crowded].median() > 0.92
    assert use[crowded].quantile(0.1) > 0.75


def test_nothing_runs_like_clockwork(town: PlantedSeries) -> None:
    counts = by_month(town).drop(index=by_month(town, "new", "intermittent").index)
    assert not counts.duplicated().any()
    large = counts[counts.mean(axis=1) > 60].to_numpy()
    moves = np.diff(large)
    assert (moves == 0).mean() < 0.05
    assert min(len(np.unique(row)) for row in moves) > 10
    assert (large[:, 12:] == large[:, :-12]).mean() < 0.05
    relative = large / large.mean(axis=1, keepdims=True)
    apart = np.abs(relative[:, None] - relative[None]).mean(axis=2)[~np.eye(len(large), dtype=bool)]
    assert apart.min() > 0.005


def test_the_history_stands_in_office_order_without_the_months_own_use(town: PlantedSeries) -> None:
    names = {service: f"服务{service}" for service in town.plan["service"]}
    table = tabulate_history(town.counts, names, before=END)
    assert (table.sheet, table.columns) == ("历月服务量", ("月份", "服务项目", "服务点", "服务人次"))
    first = town.counts[town.counts["service"] == "XF-01"].sort_values(["site", "month"]).iloc[0]
    assert table.rows[0] == ["2023年11月", "服务XF-01", first["site"], first["count"]]
    assert table.rows[34][0] == "2026年9月"
    own = town.counts["month"] == str(END)
    assert len(table.rows) == len(town.counts) - own.sum()
    assert sum(int(row[3]) for row in table.rows) == town.counts.loc[~own, "count"].sum()
    assert len([row for row in table.rows if row[1] == "服务XF-04"]) < 8
    batches = [row[3] for row in table.rows if row[1] == "服务XF-08"]
    assert len(batches) == 35
    assert 0 in batches
