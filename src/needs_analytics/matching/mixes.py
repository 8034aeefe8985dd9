"""How those who have a need split over eligibility classes and tiers, community by community."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from needs_analytics.core.arrays import Bools, Floats, Ints, Objects, Texts

_PRIOR = 10.0  # answers a community borrows from the sub-district for its mix of classes


@dataclass(frozen=True)
class Mix:
    """The split of one need.

    Attributes
    ----------
    labels, tiers
        Class and tier of each part ``(parts,)``, in order.
    communities
        Names of the columns of ``shares``.
    shares
        ``(parts, communities)``, every column sums to 1.
    whole
        ``(parts,)`` of the sub-district.
    known
        ``(communities,)`` where somebody was found to have the need; the others are like the sub-district.
    """

    labels: Objects
    tiers: Ints
    communities: Texts
    shares: Floats
    whole: Floats
    known: Bools

    def of(self, home: Ints) -> Floats:
        """Return ``(parts, places)``: the split in each place, by the position of its community (−1: none of these)."""
        own = (home >= 0) & np.append(self.known, False)[home]
        return np.where(own, self.shares[:, home], self.whole[:, None])


def class_weights(
    having: pd.DataFrame, typical: float, wanted: Sequence[str], shut_out: Sequence[int] = ()
) -> pd.DataFrame:
    """Return whom the mixes rest on: ``need, eligible_class, tier, community, weight, n_eff`` and ``prior``.

    ``n_eff`` is Kish's effective number of the answers in the row, ``prior`` the weight of the sub-district's mix that
    each community borrows. A row of no weight and no community says that some respondents may use no service for the
    need (`shut_out`), though nobody who has it was found to be one of them.
    """
    keys = ["need", "eligible_class", "tier", "community"]
    squares = having.assign(square=having["weight"] ** 2)
    rows = squares.groupby(keys, observed=True, sort=True)[["weight", "square"]].sum().reset_index()
    names = np.array(wanted, dtype=object)[rows["need"].to_numpy(int)]
    told = {name: rows[name].astype(object) for name in ("eligible_class", "community")}
    rows = rows.assign(need=names, n_eff=rows["weight"] ** 2 / rows["square"], prior=_PRIOR * typical, **told)
    none = pd.DataFrame(
        {"need": [wanted[number] for number in shut_out], "eligible_class": "", "tier": 2, "community": "",
         "weight": 0.0, "n_eff": 0.0, "prior": _PRIOR * typical}
    )  # fmt: skip
    return pd.concat([rows, none], ignore_index=True)[[*keys, "weight", "n_eff", "prior"]]


def class_mixes(having: pd.DataFrame, typical: float, needs: int) -> list[Mix]:
    """Return the mix of every need; a community has a prior of ten answers from the whole sub-district.

    Parameters
    ----------
    having
        ``need, eligible_class, tier, community, weight`` of those who have a need.
    typical
        What an answer usually weighs.
    """
    names = having["community"].cat.categories.to_numpy(object)
    keys = ["need", "eligible_class", "tier"]
    own = having.groupby([*keys, "community"], observed=True, sort=True)["weight"].sum().reset_index()
    whole = having.groupby(keys, observed=True, sort=True)["weight"].sum().reset_index()
    part = own.merge(whole[keys].assign(part=np.arange(len(whole))), on=keys)["part"].to_numpy(int)
    community = own["community"].cat.codes.to_numpy(int)
    first = np.searchsorted(whole["need"], np.arange(needs + 1))
    row = np.searchsorted(own["need"], np.arange(needs + 1))
    labels, tiers = whole["eligible_class"].to_numpy(object), whole["tier"].to_numpy(int)
    mixes = []
    for number in range(needs):
        parts, rows = slice(first[number], first[number + 1]), slice(row[number], row[number + 1])
        share = whole["weight"].to_numpy(float)[parts]
        share = share / share.sum()
        sums = np.zeros((share.size, names.size))
        sums[part[rows] - first[number], community[rows]] = own["weight"].to_numpy(float)[rows]
        mixed = sums + _PRIOR * typical * share[:, None]
        known = np.isin(np.arange(names.size), community[rows])
        mixes.append(Mix(labels[parts], tiers[parts], names, mixed / mixed.sum(axis=0), share, known))
    return mixes
