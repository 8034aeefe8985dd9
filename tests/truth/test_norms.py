"""Norms: which communities meet the norms that the ledger's own sites and grids can tell.

A month's ``GapReport`` is expected to carry a table ``norms`` with ``norm, community, value, met`` (METHODS: 达标够用 …
未达标不够用 is ``met`` beside whether the need is short).
"""

from __future__ import annotations

import pandas as pd
import pytest

from .gap_months import SEEDS, gap_month

CLEAR = 0.02  # nearer to the limit than this a rounded coordinate could turn it


def measured_norms() -> pd.DataFrame:
    """Return the planted norms of all towns, but for those on the edge, beside what the stages measured."""
    towns = []
    for seed in SEEDS:
        month = gap_month(seed)
        clear = month.norms[month.norms["margin"] >= CLEAR]
        towns.append(clear.merge(month.gaps.norms, on=["norm", "community"], how="left", suffixes=("", "_found")))
    return pd.concat(towns, ignore_index=True)


def test_the_town_meets_every_norm_somewhere_and_misses_it_elsewhere() -> None:
    for seed in SEEDS:
        met = gap_month(seed).norms.groupby("norm")["met"]
        assert met.any().all()
        assert not met.all().any()


def test_met_and_missed_norms_are_told_apart() -> None:
    norms = measured_norms()
    assert (norms["met"] == norms["met_found"]).all()


def test_the_value_of_a_norm_is_what_the_ledger_says() -> None:
    norms = measured_norms()
    assert norms["value_found"].to_numpy() == pytest.approx(norms["value"].to_numpy(), rel=0.01, abs=0.01)
