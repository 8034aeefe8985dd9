"""Needs: small grids, ranks and changes, against what everybody in the town really needs."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from needs_analytics.core.results import ALL
from needs_analytics.samples.wishes import outlier_shifts

from .estimates import ANSWERS, Estimated, answered_by_margins, by_margins, estimate
from .frames import answers_of, draw, grid_labels, long, pull_of_margins
from .generator import MONTH, settle, with_chances, world
from .seeds import seed_count
from .thresholds import (
    CHANGE_FOUND,
    COMPOSITE_COVERAGE,
    FALSE_CHANGES,
    GRID_SPREADS,
    OUTLIER,
    OUTLIER_COVERAGE,
    PANEL_COVERAGE,
    RANK_SETS,
    SMALL_GRID,
)

if TYPE_CHECKING:
    from needs_analytics.samples import Snapshot

    from .conftest import Measured

SEEDS = range(100, 100 + seed_count(1))
GRID_SEEDS = range(100, 100 + seed_count(3))
"""A town has two outlying grids: in one town alone luck decides whether their direct estimates err much."""
RISEN, FALLEN = "ELD01", "PRO05"
CALLED = ("明显上升", "明显下降")


def synthetic(snapshot: Snapshot, survey: pd.DataFrame, table: pd.DataFrame) -> pd.Series:
    """Return what each grid's mix of age and sex predicts, moved to its community's direct share.

    The mix is the register's own, which no sample knows better: a strong rival.
    """
    answers = survey[[f"need:{need}" for need in snapshot.needs]].set_axis(snapshot.needs.columns, axis=1)
    rates = answers.groupby([_band(survey["age"]), survey["sex"].to_numpy()]).mean()
    people = snapshot.people[snapshot.adults]
    mix = pd.crosstab([people["community"], people["place"]], [_band(people["age"]), people["sex"].to_numpy()])
    predicted = mix.div(mix.sum(axis=1), axis=0) @ rates.reindex(mix.columns).fillna(answers.mean())
    size = mix.sum(axis=1)
    middle = predicted.mul(size, axis=0).groupby(level=0).sum().div(size.groupby(level=0).sum(), axis=0)
    upper = table[(table["grid"] == ALL) & (table["community"] != ALL)].pivot_table("share", "community", "need")
    moved = (predicted + (upper - middle).reindex(predicted.index.get_level_values(0)).to_numpy()).clip(0, 1)
    labels = snapshot.people.drop_duplicates("place").set_index("place")["grid"]
    names = grid_labels(labels.loc[moved.index.get_level_values(1)])
    moved.index = pd.MultiIndex.from_arrays([moved.index.get_level_values(0), names])
    return long(moved)


def _band(age: pd.Series) -> np.ndarray:
    return np.searchsorted([35, 60, 70, 80], age.to_numpy(), side="right")


@cache
def in_small_grids(spread: float) -> pd.DataFrame:
    """Return squared errors in grids with few answers, need × grid × town, and which of the grids lie off."""
    parts = []
    for seed in GRID_SEEDS:
        facts = {"grid_sd": spread, "outlier_grids": 2, "outlier_shift": OUTLIER * spread}
        snapshot = settle(seed, **facts)
        survey = answered_by_margins(snapshot)
        found = estimate(snapshot, survey, grids=True)
        table = found.table[found.table["grid"] != ALL]
        keys = pd.MultiIndex.from_frame(table[["community", "grid", "need"]])
        rival = synthetic(snapshot, survey, found.table).reindex(keys).to_numpy()
        errors = {"composite": table["share"], "direct": table["direct_share"], "synthetic": rival}
        squares = pd.DataFrame({name: (values - table["true"].to_numpy()) ** 2 for name, values in errors.items()})
        home = survey.groupby(["community", "grid"]).size().reindex(keys.droplevel(2), fill_value=0).to_numpy()
        held = found.held.reindex(table.index).to_numpy()
        lies_off = _outlying(snapshot, world(seed, **facts).people, keys)
        widths = {"width": table["share_high"] - table["share_low"], "direct_width": 2 * 1.96 * table["direct_se"]}
        squares = squares.assign(held=held, outlier=lies_off, **{name: w.to_numpy() for name, w in widths.items()})
        parts.append(squares[(home < SMALL_GRID) & (home > 0)])
    return pd.concat(parts)


def _outlying(snapshot: Snapshot, before: pd.DataFrame, keys: pd.MultiIndex) -> np.ndarray:
    """Tell which rows are of grids that were shifted; ``before`` are the people as they lived before grids merged."""
    people = snapshot.people
    lies_off = outlier_shifts(before, snapshot.plan, snapshot.seed)[before.index.isin(people.index)] != 0
    places = pd.MultiIndex.from_arrays([people["community"], grid_labels(people["grid"])])
    outliers = places[lies_off].unique()
    assert 0 < len(outliers) <= snapshot.plan.outlier_grids
    return keys.droplevel(2).isin(outliers)


@pytest.mark.parametrize("spread", GRID_SPREADS)
@pytest.mark.parametrize("rival", ["direct", "synthetic"])
def test_composites_err_less_in_small_grids(rival: str, spread: float, measured: Measured) -> None:
    """Mean squared error over needs, grids and towns; a ratio below 1 is a win of the composite."""
    errors = in_small_grids(spread)
    ratio = float(errors["composite"].mean() / errors[rival].mean())
    measured(f"MSE of composites over {rival} ones, grid effects {spread}", ratio, below=1)


@pytest.mark.parametrize("spread", GRID_SPREADS)
def test_composites_do_not_err_more_than_direct_ones_in_outlying_grids(spread: float, measured: Measured) -> None:
    errors = in_small_grids(spread)
    off = errors[errors["outlier"]]
    ratio = float(off["composite"].mean() / off["direct"].mean())
    measured(f"the same against direct ones in outlying grids, {spread}", ratio, below=1)


@pytest.mark.parametrize("spread", GRID_SPREADS)
def test_intervals_of_composites_hold_the_truth(spread: float, measured: Measured) -> None:
    measured(
        f"coverage in small grids, grid effects {spread}",
        float(in_small_grids(spread)["held"].mean()),
        least=COMPOSITE_COVERAGE,
    )


@pytest.mark.parametrize("spread", GRID_SPREADS)
def test_intervals_in_outlying_grids_hold_the_truth_hardly_less(spread: float, measured: Measured) -> None:
    errors = in_small_grids(spread)
    held = float(errors.loc[errors["outlier"], "held"].mean())
    measured(f"coverage in outlying small grids, grid effects {spread}", held, least=OUTLIER_COVERAGE)


@pytest.mark.parametrize("spread", GRID_SPREADS)
def test_intervals_of_composites_say_more_than_direct_ones(spread: float, measured: Measured) -> None:
    errors = in_small_grids(spread)
    ratio = float(errors["width"].mean() / errors["direct_width"].mean())
    measured(f"width of composites' intervals over direct ones', grid effects {spread}", ratio, below=1)


def test_rank_sets_hold_every_true_rank(measured: Measured) -> None:
    right = []
    for found in map(by_margins, SEEDS):
        for _, rows in found.table.groupby("community"):
            rank = rows["true"].rank(ascending=False, method="min")
            right.append(((rows["rank_low"] <= rank) & (rank <= rows["rank_high"])).all())
    measured("places whose rank sets hold every need's true rank", float(np.mean(right)), least=RANK_SETS)


def test_a_rank_set_says_something(measured: Measured) -> None:
    """Sets from first to last would hold every rank: half the needs are placed within half of the list."""
    widths = []
    for found in map(by_margins, SEEDS):
        rows = found.table[found.table["community"] == ALL]
        widths.append((rows["rank_high"] - rows["rank_low"] + 1) / len(rows))
    measured("median width of rank sets, sub-district, share of the list", float(pd.concat(widths).median()), most=0.5)


@cache
def two_months(seed: int) -> Estimated:
    """Return a second month in which one need rose by eight points and one fell, 30 % having answered before."""
    now = settle(seed, MONTH)
    rng = np.random.default_rng([seed, 9])
    before = with_chances(now, now.chances.to_numpy(), 8)
    needs = before.needs.copy()
    share = needs.mean()
    needs[RISEN] |= rng.random(len(needs)) < 0.08 / (1 - share[RISEN])
    needs[FALLEN] &= rng.random(len(needs)) > 0.08 / share[FALLEN]
    after = replace(before, needs=needs)
    pull = pull_of_margins(before)
    first = draw(pull, ANSWERS, seed, 10)
    panel = rng.choice(first, int(0.3 * ANSWERS), replace=False)
    pull[panel] = 0
    second = np.sort(np.concatenate([panel, draw(pull, ANSWERS - len(panel), seed, 11)]))
    old = estimate(before, answers_of(before, first))
    new = estimate(after, answers_of(after, second), before=old)
    keys = pd.MultiIndex.from_frame(new.table[["community", "need"]])
    was = old.table.set_index(["community", "need"])["true"].reindex(keys).to_numpy()
    return Estimated(after, new.table.assign(true_change=new.table["true"] - was), new.issues)


def changes(*, planted: bool) -> pd.DataFrame:
    rows = pd.concat([two_months(seed).table for seed in SEEDS])
    return rows[rows["need"].isin([RISEN, FALLEN]) == planted]


def test_a_planted_change_is_called_one(measured: Measured) -> None:
    rows = changes(planted=True)
    whole = rows[rows["community"] == ALL]
    right = whole["change"] == np.where(whole["need"] == RISEN, *CALLED)
    measured("planted changes of 8 points found, sub-district", float(right.mean()), least=CHANGE_FOUND)


def test_what_did_not_change_is_not_called_a_change(measured: Measured) -> None:
    rows = changes(planted=False)
    assert (rows["true_change"] == 0).all()
    measured("needs without a change called one", float(rows["change"].isin(CALLED).mean()), most=FALSE_CHANGES)


def test_intervals_of_changes_make_use_of_the_panel(measured: Measured) -> None:
    """The same people in both months: what they share cancels, and intervals that forget it are too wide."""
    rows = changes(planted=False)
    usual = rows["n_eff"] * np.minimum(rows["share"], 1 - rows["share"]) >= 10
    held = (rows["change_low"] <= 0) & (rows["change_high"] >= 0)
    least, most = PANEL_COVERAGE
    measured("coverage of changes, 30 % in the panel", float(held[usual].mean()), least=least, most=most)
