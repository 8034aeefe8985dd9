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
    drawn = rows.mixed(generator.standard_gamma(size, (number, len(classes))) * (weight / size))
    return np.divide(drawn, estimated, out=np.ones_like(drawn), where=estimated > 0)


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
