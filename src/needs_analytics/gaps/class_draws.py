"""How sure the split of a demand over eligibility classes is: it is drawn from the answers it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import sparse

if TYPE_CHECKING:
    from needs_analytics.core.arrays import Floats, Ints

_PART = ["need", "eligible_class", "tier"]


def class_draws(cells: pd.DataFrame, classes: pd.DataFrame, number: int, generator: np.random.Generator) -> Floats:
    """Return by which factor the split differs from the estimated one in each cell, ``(draws, cells)``.

    Parameters
    ----------
    cells
        ``need, community, eligible_class, tier``.
    classes
        ``MatchPlan.classes``.

    Notes
    -----
    Bayesian bootstrap (Rubin 1981, The Bayesian Bootstrap, Annals of Statistics 9, 130–134): each answer weighs an
    exponential variable; answers of one class and community together a gamma one of their effective number. What a
    community borrows from the sub-district is drawn with it.
    """
    if classes.empty or cells.empty:
        return np.ones((number, len(cells)))
    rows = _Rows(cells, classes)
    weight, size = classes["weight"].to_numpy(float), classes["n_eff"].to_numpy(float)
    estimated = rows.mixed(weight[None, :])
    each = np.divide(weight, size, out=np.zeros(len(weight)), where=size > 0)
    drawn = rows.mixed(generator.standard_gamma(size, (number, len(classes))) * each)
    return np.divide(drawn, estimated, out=np.ones_like(drawn), where=estimated > 0)


def unseen_limit(classes: pd.DataFrame, sums: pd.DataFrame, tail: float) -> Floats:
    """Return up to which share of a demand may use no service though nobody who has the need was found who may not.

    Parameters
    ----------
    classes
        ``MatchPlan.classes``.
    sums
        ``need`` and, where sums are of one place, ``community``; one in a community borrows answers as the split does.
    tail
        Chance that no answer would have told a larger share.

    Returns
    -------
    ``(sums,)``, 0 where somebody was found or everybody may use a service: the upper limit of Clopper & Pearson (1934,
    Biometrika 26, 404–413) for none of so many answers.
    """
    squares = classes.assign(square=classes["weight"] ** 2 / classes["n_eff"].where(classes["n_eff"] > 0))
    whole = _kish(squares, ["need"]).reindex(sums["need"]).to_numpy(float)
    if "community" in sums:
        own = _kish(squares, ["need", "community"]).reindex(pd.MultiIndex.from_frame(sums[["need", "community"]]))
        borrowed = squares.groupby("need").agg(prior=("prior", "first"), weight=("weight", "sum"), n=("n_eff", "sum"))
        lent = (borrowed["prior"] * borrowed["n"] / borrowed["weight"]).reindex(sums["need"]).to_numpy(float)
        whole = np.minimum(whole, own.fillna(0.0).to_numpy(float) + lent)
    unseen = sums["need"].isin(classes.loc[classes["weight"] == 0, "need"]).to_numpy()
    return np.where(unseen, 1.0 - tail ** (1.0 / np.maximum(np.nan_to_num(whole), 1.0)), 0.0)


def _kish(squares: pd.DataFrame, keys: list[str]) -> pd.Series:
    """Return the effective number of the answers of each combination of keys (Kish 1965)."""
    summed = squares.groupby(keys)[["weight", "square"]].sum()
    return summed["weight"] ** 2 / summed["square"].where(summed["square"] > 0)


class _Rows:
    """Where every cell finds its part, its community and its own row among the classes."""

    def __init__(self, cells: pd.DataFrame, classes: pd.DataFrame) -> None:
        self.need, needs = _codes(classes, cells, ["need"])
        self.part, parts = _codes(classes, cells, _PART)
        self.place, places = _codes(classes, cells, ["need", "community"])
        self.own, _ = _codes(classes, cells, [*_PART, "community"])
        self.of_need, self.of_part, self.of_place = _sums(needs), _sums(parts), _sums(places)
        self.prior = float(classes["prior"].iloc[0])

    def mixed(self, weight: Floats) -> Floats:
        """Return the split of every cell's need in its community, from the weights of the rows ``(draws, rows)``."""
        whole = np.asarray(weight @ self.of_part)[:, self.part] / np.asarray(weight @ self.of_need)[:, self.need]
        nothing = np.zeros((len(weight), 1))
        own = np.concatenate([weight, nothing], axis=1)[:, self.own]
        place = np.concatenate([np.asarray(weight @ self.of_place), nothing], axis=1)[:, self.place]
        return np.asarray((own + self.prior * whole) / (place + self.prior))


def _codes(classes: pd.DataFrame, cells: pd.DataFrame, keys: list[str]) -> tuple[Ints, Ints]:
    """Return which combination of keys every cell has (−1: none of the classes'), and every row of the classes."""
    names = pd.MultiIndex.from_frame(classes[keys].astype(object))
    known = names.unique()
    return known.get_indexer(pd.MultiIndex.from_frame(cells[keys].astype(object))), known.get_indexer(names)


def _sums(codes: Ints) -> sparse.csr_array:
    """Return the matrix ``(rows, combinations)`` that sums rows by combination."""
    return sparse.csr_array((np.ones(codes.size), (np.arange(codes.size), codes)))
