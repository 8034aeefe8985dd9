"""Direct estimates of all needs in all domains, three-valued answers, calibrated variances."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from needs_analytics.core.confidence import LEVEL, Z
from needs_analytics.needs.asked import margins_dropped
from needs_analytics.numerics.domains import DomainShares, domain_shares
from needs_analytics.numerics.intervals import korn_graubard

if TYPE_CHECKING:
    from collections.abc import Mapping

    from needs_analytics.core.arrays import Floats, Ints
    from needs_analytics.core.results import Weights
    from needs_analytics.needs.asked import Asked
    from needs_analytics.needs.domains import Domains

_THIN = 2

_FEWEST = 5  # answers below which a class says nothing of its variance


@dataclass(frozen=True)
class Design:
    """Weights ``(n,)``, the rest of the sampling design as the variance functions take it, and the raked margins.

    Not ``bounded``: some answers had to weigh more than the bounds allow, and raking is credited with no precision.
    """

    weights: Floats
    variance: Mapping[str, Any]
    margins: Mapping[str, Ints]
    bounded: bool = True


def sampling_design(people: pd.DataFrame, weights: Weights) -> Design:
    """Return the design: grids as strata, households as clusters, calibration to the raked margins.

    Grids with fewer than two households are collapsed within the community, then over the sub-district. A class of a
    handful would explain its answers all by itself and its variance would vanish: it is not calibrated to.
    """
    household = people["household_key"].where(people["household_key"].notna(), people["answer_id"])
    clusters, _ = pd.factorize(household)
    strata = people["community"].fillna("") + "\x1f" + people["grid"].fillna("")
    for coarser in (people["community"].fillna("") + "\x1f*", pd.Series("*", index=people.index)):
        psus = pd.Series(clusters, index=people.index).groupby(strata).transform("nunique")
        strata = strata.where(psus >= _THIN, coarser)
    codes, _ = pd.factorize(strata, sort=True)
    first = pd.Series(codes).groupby(clusters).transform("min").to_numpy()  # a household lies in one stratum
    variance: dict[str, Any] = {"strata": first, "clusters": clusters}
    raked = weights.codes if weights.status == "raked" else {}
    if raked and weights.bounded:
        calibration = [_thick(margin) for margin in raked.values()]
        variance |= {"calibration": calibration, "base_weights": people["base_weight"].to_numpy(float)}
    return Design(people["weight"].to_numpy(float), variance, raked, weights.bounded)


def _thick(codes: Ints) -> Ints:
    """Join the classes of fewer than ``_FEWEST`` respondents to the largest."""
    counts = np.bincount(codes)
    return np.where(counts[codes] < _FEWEST, counts.argmax(), codes)


def direct_table(
    needs: list[str], answers: Floats, domains: Domains, asked: list[Asked], method: str, reached: Mapping[str, Any]
) -> pd.DataFrame:
    """Return one row per domain and need, the needs of a domain in one stretch.

    ``reached`` are columns on how far the answers reach; persons stand for the ``asked_part`` of the population.
    """
    shares = _shares(answers, domains, asked)
    frame = domains.frame.loc[domains.frame.index.repeat(len(needs))].reset_index(drop=True)
    frame.insert(0, "need", np.tile(np.array(needs, dtype=object), len(domains.frame)))
    frame["residents"] = np.repeat(domains.population, len(needs))
    frame = frame.assign(**reached, size_error=np.repeat(domains.size_error, len(needs)))
    population = np.repeat(domains.population, len(needs)) * frame["asked_part"]
    frame["guessed"] = np.repeat(domains.guessed, len(needs))
    frame["margins_dropped"] = np.tile(margins_dropped(asked, len(needs)), len(domains.frame))
    frame = frame.assign(**shares, population=population, method=method, direct_share=np.nan, direct_se=np.nan)
    return (
        with_persons(frame)
        if method != "rank_only"
        else frame.assign(persons=np.nan, persons_low=np.nan, persons_high=np.nan)
    )


def with_persons(frame: pd.DataFrame) -> pd.DataFrame:
    """Multiply shares and their limits by the population.

    Where the population is an estimate itself, its error adds to that of the share (half-widths in squares).
    """
    population, size_error = frame["population"], Z * frame["size_error"]
    persons, least, most = (frame[name] * population for name in ("share", "share_low", "share_high"))
    return frame.assign(
        persons=persons,
        persons_low=(persons - np.hypot(persons - least, size_error * persons)).clip(lower=0.0),
        persons_high=persons + np.hypot(most - persons, size_error * most),
    )


def mean_urgency(answers: Floats, urgency: Floats, weights: Floats, domains: Domains) -> Floats:
    """Return the mean urgency, weighted ``(n, J)``, of those who have a need, ``(domains, J)``; NaN if nobody said."""
    known = np.isfinite(urgency)
    yes = np.where(answers == 1, weights, 0.0) * known[:, None]
    members = domains.members.astype(float).T
    total: Floats = members @ yes
    said: Floats = members @ (yes * np.where(known, urgency, 0.0)[:, None])
    return np.divide(said, total, out=np.full_like(total, np.nan), where=total > 0)


def _shares(answers: Floats, domains: Domains, asked: list[Asked]) -> dict[str, Floats]:
    """Return the estimates of all needs, each from those who were asked and with their weights."""
    made: dict[str, Floats] = {}
    for part in asked:
        found = domain_shares(
            answers[np.ix_(part.rows, part.columns)], part.design.weights, domains.members[part.rows], level=LEVEL,
            bounded=part.design.bounded, **part.design.variance,
        )  # fmt: skip
        for name, values in _columns(found).items():
            whole = made.setdefault(name, np.full((values.shape[0], answers.shape[1]), np.nan))
            whole[:, part.columns] = values
    return {name: values.ravel() for name, values in made.items()}


def _columns(shares: DomainShares) -> dict[str, Floats]:
    """Return the columns of the list; grids of one mind do not make a share rest on more answers than there are."""
    n_eff = np.minimum(shares.n_eff, shares.n)
    low, high = shares.low, shares.high
    beyond = shares.n_eff > n_eff
    if beyond.any():
        low, high = low.copy(), high.copy()
        value, df, n = (part[beyond] for part in (shares.value, shares.df, shares.n))
        low[beyond], high[beyond] = korn_graubard(value, n_eff[beyond], df, n, LEVEL)
    return {
        "n": shares.n,
        "n_yes": shares.n_yes,
        "n_eff": n_eff,
        "share": shares.value,
        "share_se": shares.se,
        "share_low": np.where(np.isnan(shares.value), np.nan, low),
        "share_high": np.where(np.isnan(shares.value), np.nan, high),
    }
