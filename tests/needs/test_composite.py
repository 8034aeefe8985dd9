"""Grid estimates from people: they add up, hold the truth, and stay sensible where little is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from needs_analytics.needs.composite import Composite, Upper, composite_shares
from needs_analytics.needs.grid_samples import Sample, direct_shares, grid_sample, yes_saying
from needs_analytics.numerics.intervals import korn_graubard

NEEDS, PER_GRID = 12, 20


def people(seed: int, grids: int = 24, spread: float = 0.5) -> tuple[Sample, np.ndarray]:
    """Draw respondents of two classes, the second of which needs more and answers twice as often; the true shares."""
    rng = np.random.default_rng(seed)
    base = rng.uniform(-3.0, -0.8, NEEDS) + spread * rng.standard_normal((grids, NEEDS))
    chances = 1 / (1 + np.exp(-(base[:, None, :] + np.array([-0.5, 0.5])[:, None])))
    old = np.tile(rng.uniform(0.2, 0.5, grids)[:, None], 2)
    old[:, 0] = 1 - old[:, 1]
    grid = np.repeat(np.arange(grids), PER_GRID)
    odds = old * [1.0, 2.0]
    classes = (rng.random(grid.size) < (odds[:, 1] / odds.sum(axis=1))[grid]).astype(int)
    weights = np.where(classes == 1, 0.5, 1.0) * 30
    answers = (rng.random((grid.size, NEEDS)) < chances[grid, classes]) * 1.0
    truth = (old[:, :, None] * chances).sum(axis=1)
    return Sample(answers, np.repeat(weights[:, None], NEEDS, axis=1), weights, classes, grid), truth


def places(grids: int, communities: int = 3) -> tuple[pd.DataFrame, pd.DataFrame]:
    names = [f"社区{number}" for number in range(communities)]
    frame = pd.DataFrame({"community": np.resize(names, grids), "population": 500.0})
    return frame, pd.DataFrame({"community": names})


def upper_of(sample: Sample, communities: int = 3) -> Upper:
    """Return what the same answers say of the communities."""
    inside = sample.grid >= 0
    whole = Sample(*(values[inside] for values in vars(sample).values()))
    share, size = direct_shares(
        Sample(whole.answers, whole.own_weights, whole.weights, whole.classes, whole.grid % communities), communities
    )
    low, high = korn_graubard(share, size)
    return Upper(share, (high - low) / 3.92, low, high)


def estimated(sample: Sample, grids: int = 24, upper: Upper | None = None, level: float = 0.95) -> Composite:
    return composite_shares(sample, *places(grids), upper or upper_of(sample), level=level)


def with_answers(sample: Sample, answers: np.ndarray) -> Sample:
    return Sample(answers, sample.own_weights, sample.weights, sample.classes, sample.grid)


@pytest.mark.parametrize("spread", [0.3, 0.8])
def test_they_err_less_than_direct_ones_and_their_intervals_hold(spread: float) -> None:
    errors, held, claimed = [], [], []
    for seed in range(8):
        sample, truth = people(seed, spread=spread)
        found = estimated(sample)
        errors.append([((values - truth) ** 2).mean() for values in (found.share, found.direct)])
        held.append(((found.low <= truth) & (truth <= found.high)).mean())
        claimed.append((found.se**2).mean())
    composite, direct = np.mean(errors, axis=0)
    assert composite < 0.75 * direct
    assert 0.94 <= np.mean(held) <= 0.98
    assert 0.8 < np.mean(claimed) / composite < 1.3


def test_the_grids_of_a_community_add_up_to_its_direct_share() -> None:
    sample, _ = people(1)
    upper = upper_of(sample)
    found = estimated(sample, upper=upper)
    for code in range(3):
        assert_allclose(found.share[code::3].mean(axis=0), upper.share[code], atol=1e-9)


def test_limits_lie_inside_the_unit_interval_on_both_sides_of_the_share() -> None:
    found = estimated(people(2, spread=1.5)[0])
    assert np.all((found.low >= 0) & (found.low <= found.share) & (found.share <= found.high) & (found.high <= 1))


def test_a_community_where_nobody_says_yes_has_none_in_its_grids_but_no_certainty() -> None:
    sample, _ = people(3)
    answers = sample.answers.copy()
    answers[sample.grid % 3 == 0, 4] = 0.0
    found = estimated(with_answers(sample, answers))
    assert_allclose(found.share[0::3, 4], 0.0, atol=1e-9)
    assert_allclose(found.low[0::3, 4], 0.0, atol=1e-9)
    assert np.all(found.high[0::3, 4] > 0.015)


def test_a_community_nobody_answered_from_gets_the_whole_s_share_and_wide_limits() -> None:
    sample, _ = people(4)
    answers = sample.answers.copy()
    answers[sample.grid % 3 == 0] = np.nan
    found = estimated(with_answers(sample, answers))
    assert np.isnan(found.direct[0::3]).all()
    assert np.isfinite(found.share).all()
    asked = np.isfinite(answers[:, 0])
    whole = np.average(answers[asked], axis=0, weights=sample.weights[asked])
    assert_allclose(found.share[0::3], np.tile(whole, (8, 1)), atol=0.05)
    assert np.median(found.high[0::3] - found.low[0::3]) > 1.3 * np.median(found.high[1::3] - found.low[1::3])


def test_a_need_only_one_office_asks_about_is_estimated_from_its_answers() -> None:
    sample, _ = people(5)
    answers = sample.answers.copy()
    answers[np.arange(len(answers)) % 2 == 0, 0] = np.nan
    found = estimated(with_answers(sample, answers))
    assert np.all(found.high[:, 0] - found.low[:, 0] > 0)
    assert np.isfinite(found.share).all()


def test_where_no_grid_is_known_every_grid_has_its_community_s_share() -> None:
    sample, _ = people(6)
    upper = upper_of(sample)
    nowhere = Sample(sample.answers, sample.own_weights, sample.weights, sample.classes, np.full(len(sample.grid), -1))
    found = estimated(nowhere, upper=upper)
    assert_allclose(found.share, np.tile(upper.share, (8, 1)), atol=1e-6)
    assert np.isnan(found.direct).all()


def test_communities_without_residents_and_classes_unknown_do_no_harm() -> None:
    sample, _ = people(7)
    unknown = Sample(sample.answers, sample.own_weights, sample.weights, np.full(len(sample.grid), -1), sample.grid)
    grids, communities = places(24)
    empty = grids.assign(population=np.where(grids["community"] == "社区1", 0.0, np.nan))
    found = composite_shares(unknown, empty, communities, upper_of(sample))
    assert np.isfinite(found.share).all()
    assert np.isfinite(found.se).all()


def test_a_higher_level_has_wider_limits() -> None:
    sample, _ = people(8)
    usual, wide = estimated(sample), estimated(sample, level=0.99)
    assert_allclose(wide.share, usual.share, atol=0.002)
    assert np.all(wide.low <= usual.low + 1e-12)
    assert np.all(wide.high >= usual.high - 1e-12)


def test_heavy_answers_from_a_class_of_rare_needs_cost_little() -> None:
    """The class that answers seldom has the weight but hardly the need: the share is known better than Kish says."""
    rng = np.random.default_rng(9)
    classes = np.tile([0] * 10 + [1] * 30, 20)
    weights = np.where(classes == 0, 4.0, 1.0)
    answers = (rng.random((800, 1)) < np.where(classes == 0, 0.01, 0.4)[:, None]) * 1.0
    grid = np.repeat(np.arange(20), 40)
    sample = Sample(answers, weights[:, None], weights, classes, grid)
    overall = np.average(answers, axis=0, weights=weights)
    kish = direct_shares(sample, 20)[1]
    assert np.all(grid_sample(sample, np.zeros(20, int), overall)[0].n_eff > 1.3 * kish)


def test_those_who_say_yes_to_everything_tell_less_of_their_grid() -> None:
    sample, _ = people(10)
    assert yes_saying(sample) == pytest.approx(1.0, abs=0.5)
    everything = np.repeat(sample.answers[:, :1], NEEDS, axis=1)
    assert yes_saying(with_answers(sample, everything)) == pytest.approx(NEEDS)
    assert yes_saying(with_answers(sample, np.zeros_like(sample.answers))) == 1.0
