"""The split over eligibility classes is as unsure as the answers it rests on."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from needs_analytics.gaps.class_draws import class_draws

DRAWS = 4_000


def classes(*rows: tuple[str, str, float, float], prior: float = 0.0) -> pd.DataFrame:
    """Return rows of class, community, weight and effective number of answers."""
    frame = pd.DataFrame(rows, columns=["eligible_class", "community", "weight", "n_eff"])
    return frame.assign(need="N", tier=2, prior=prior)


def cells(*rows: tuple[str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["eligible_class", "community"]).assign(need="N", tier=2)


def factors(of: pd.DataFrame, by: pd.DataFrame) -> np.ndarray:
    return class_draws(of, by, DRAWS, np.random.default_rng(1))


def test_a_share_is_drawn_like_a_beta_of_its_answers() -> None:
    drawn = (
        0.3 * factors(cells(("S", "甲"), ("", "甲")), classes(("S", "甲", 30.0, 30.0), ("", "甲", 70.0, 70.0)))[:, 0]
    )
    assert stats.kstest(drawn, stats.beta(30, 70).cdf).pvalue > 1e-3


def test_heavier_answers_make_no_more_of_them() -> None:
    rows = classes(("S", "甲", 3000.0, 30.0), ("", "甲", 7000.0, 70.0))
    light = classes(("S", "甲", 30.0, 30.0), ("", "甲", 70.0, 70.0))
    wanted = cells(("S", "甲"))
    assert factors(wanted, rows).std() == pytest.approx(factors(wanted, light).std())


def test_the_split_of_a_place_adds_up_in_every_draw() -> None:
    rows = classes(("S", "甲", 6.0, 5.0), ("T", "甲", 3.0, 2.0), ("", "乙", 9.0, 8.0), prior=10.0)
    whole = np.array([6.0, 3.0, 9.0]) / 18
    estimated = (np.array([6.0, 3.0, 0.0]) + 10 * whole) / 19
    drawn = factors(cells(("S", "甲"), ("T", "甲"), ("", "甲")), rows) * estimated
    assert drawn.sum(axis=1) == pytest.approx(np.ones(DRAWS))


def test_where_nobody_answered_the_split_is_the_sub_districts_in_every_draw() -> None:
    rows = classes(("S", "甲", 6.0, 5.0), ("", "甲", 9.0, 8.0), prior=10.0)
    drawn = factors(cells(("S", "丙"), ("S", "丁")), rows)
    assert drawn[:, 0] == pytest.approx(drawn[:, 1])
    assert drawn[:, 0].std() > 0


def test_what_communities_borrow_is_one_draw() -> None:
    """Few own answers beside the prior: the communities move together, and do not cancel in the sum."""
    rows = classes(*((label, place, 1.0, 1.0) for place in "甲乙丙丁" for label in ("S", "")), prior=100.0)
    drawn = factors(cells(*(("S", place) for place in "甲乙丙丁")), rows)
    assert np.corrcoef(drawn.T).min() > 0.9


def test_one_class_is_sure() -> None:
    assert factors(cells(("S", "甲")), classes(("S", "甲", 5.0, 4.0), prior=10.0)) == pytest.approx(1.0)


def test_without_answers_nothing_is_drawn() -> None:
    assert factors(cells(("S", "甲")), classes()).tolist() == [[1.0]] * DRAWS
