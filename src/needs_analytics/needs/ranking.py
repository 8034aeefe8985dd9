"""Ranks with what they can be trusted for: simultaneous rank intervals and the tiers 必列, 待核, 观察."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from needs_analytics.core.confidence import LEVEL, Z
from needs_analytics.core.results import ALL
from needs_analytics.numerics.domains import share_covariance
from needs_analytics.numerics.ranks import competition_ranks, rank_intervals

if TYPE_CHECKING:
    import pandas as pd

    from needs_analytics.core.arrays import Bools, Floats, Texts
    from needs_analytics.core.options import NeedsOptions
    from needs_analytics.needs.domains import Domains
    from needs_analytics.needs.estimates import Design

MUST, CHECK, WATCH = "必列", "待核", "观察"


def with_ranks(
    table: pd.DataFrame, answers: Floats, domains: Domains, design: Design, options: NeedsOptions
) -> pd.DataFrame:
    """Add ``rank, rank_low, rank_high, tier``; ``table`` has the J needs of each domain in one stretch.

    Intervals are computed for the sub-district, each community and each segment; elsewhere only the rank. Needs that
    too few were asked about still take part, with their own uncertainty.
    """
    needs = answers.shape[1]
    shares = table["share"].to_numpy(float).reshape(-1, needs)
    rank = np.vstack([competition_ranks(row) for row in shares]) if len(shares) else shares
    error = _errors(table).reshape(shares.shape)
    low, high = np.full(shares.shape, np.nan), np.full(shares.shape, np.nan)
    for row in np.flatnonzero(_ranked(domains.frame)):
        members = domains.members[:, [row]].toarray()[:, 0]
        covariance = _scaled(share_covariance(answers, design.weights, members, **design.variance), error[row])
        low[row], high[row] = rank_intervals(shares[row], covariance, level=LEVEL)
    ranked = table.assign(rank=rank.ravel(), rank_low=low.ravel(), rank_high=high.ravel())
    return ranked.assign(tier=_tiers(ranked, options))


def _scaled(covariance: Floats, error: Floats) -> Floats:
    """Return the covariance with the estimates' own standard errors: needs are asked of different respondents."""
    before = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    ratio = np.divide(error, before, out=np.ones_like(error), where=before > 0)
    scaled = np.asarray(covariance * np.outer(ratio, ratio))
    certain = before == 0
    scaled[certain, certain] = error[certain] ** 2
    return scaled


def _errors(table: pd.DataFrame) -> Floats:
    """Return standard errors, of a share of 0 or 1 its interval over the normal quantile: it is not certain."""
    error, width = table["share_se"], table["share_high"] - table["share_low"]
    return error.where(error != 0, width / Z).to_numpy(float)


def _ranked(frame: pd.DataFrame) -> Bools:
    whole_people = (frame["segment"] == ALL) & (frame["group"] == ALL)
    segments = (frame["community"] == ALL) & (frame["segment"] != ALL)
    return ((frame["grid"] == ALL) & (whole_people | segments)).to_numpy()


def _tiers(table: pd.DataFrame, options: NeedsOptions) -> Texts:
    surely_in = table["rank_high"] <= options.top
    surely_out = table["rank_low"] > options.top
    known = table["rank_low"].notna()
    nobody = table["n_yes"] == 0  # a rank among few needs makes no need of what nobody named
    return np.where(~known, "", np.where(surely_in & ~nobody, MUST, np.where(surely_out, WATCH, CHECK)))
