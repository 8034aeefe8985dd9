"""Needs not asked about everywhere: what is not known of the places left out widens what is said of the whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from needs_analytics.core.confidence import LEVEL, Z
from needs_analytics.core.results import ALL
from needs_analytics.needs.estimates import with_persons
from needs_analytics.needs.reach import LEAST_KNOWN

if TYPE_CHECKING:
    import pandas as pd

    from needs_analytics.core.arrays import Bools, Floats

_USUAL = 0.5  # standard deviation on the logit by which ages and sexes nobody answered from are taken to differ
_EDGE = 1e-4  # keeps shares off 0 and 1, where logits have no end


def widened(table: pd.DataFrame) -> pd.DataFrame:
    """Widen estimates by what those who were not asked, or whose age and sex sent no answer, may differ by.

    The share of the whole is ``r · asked + (1 − r) · unasked``, ``r`` being the part reached. The mean of the u unasked
    communities is predicted from the a asked ones, on the logit: ``± t[a − 1] · s · √(1/a + 1/u)``, s being the
    standard deviation of the asked communities' logits and 1/a, 1/u the sums of squares of their parts of the
    residents. What their sampling errors add to s makes up for shares not being normal on the logit. One community
    alone says nothing of the others: they may lie anywhere in [0, 1]. That is the sub-district's alone. Ages and sexes
    nobody answered from differ by a usual amount, in every place, type and group.

    Parameters
    ----------
    table
        Estimates by need and domain with ``reached``, the part of the persons' population whose communities have
        answers, and ``absent``, the part whose age and sex nobody answered from.

    Returns
    -------
    pd.DataFrame
        With ``width_asked``, how wide the interval was before: what is too wide only now has too few places. ``n_eff``
        stays what the answers are worth where they were asked.

    Notes
    -----
    Prediction of a new mean from a normal sample: Hahn & Meeker (1991), Statistical Intervals, section 4.8.
    """
    table = table.assign(width_asked=table["share_high"] - table["share_low"])
    wider = (((table["community"] == ALL) & (table["reached"] < 1)) | (table["absent"] > 0)).to_numpy()
    if not wider.any():
        return table
    rows = table[wider]
    share = rows["share"].to_numpy(float)
    below, above = _beyond(rows, _predicted(table))
    low = np.maximum(share - np.hypot(share - rows["share_low"], below), 0.0)
    high = np.minimum(share + np.hypot(rows["share_high"] - share, above), 1.0)
    se = np.hypot(rows["share_se"].to_numpy(float), (below + above) / (2 * Z))
    made = table.copy()
    made.loc[wider, ["share_se", "share_low", "share_high"]] = np.column_stack([se, low, high])
    return with_persons(made) if made["persons"].notna().any() else made


def _beyond(rows: pd.DataFrame, half: dict[str, float]) -> tuple[Floats, Floats]:
    """Return how far below and above its share each row may lie for those who were not asked or did not answer."""
    share = rows["share"].to_numpy(float)
    unasked = np.where(rows["community"] == ALL, 1 - rows["reached"].to_numpy(float), 0.0)
    middle = special.logit(np.clip(share, _EDGE, 1 - _EDGE))
    reach = np.where(unasked > 0, rows["need"].map(half).to_numpy(float), 0.0)
    classes = Z * rows["absent"].to_numpy(float) * _USUAL * share * (1 - share)
    below = np.maximum(share - special.expit(middle - reach), 0.0)
    above = np.maximum(special.expit(middle + reach) - share, 0.0)
    return np.hypot(unasked * below, classes), np.hypot(unasked * above, classes)


def _predicted(table: pd.DataFrame) -> dict[str, float]:
    """Return half the prediction interval of the unasked communities' mean on the logit, need by need."""
    single = (table["segment"] == ALL) & (table["group"] == ALL) & (table["grid"] == ALL) & (table["community"] != ALL)
    half = {}
    for need, rows in table[single].groupby("need", sort=False):
        asked = (rows["n"] >= LEAST_KNOWN).to_numpy()
        sizes = rows["residents"].fillna(rows["residents"].mean()).fillna(1.0).to_numpy(float)
        half[str(need)] = _half(_logits(rows[asked]), _squares(sizes, asked) + _squares(sizes, ~asked))
    return half


def _half(logits: Floats, parts: float) -> float:
    """Return half the interval; endless where one community alone, or none, was asked."""
    if len(logits) <= 1:
        return float("inf")
    quantile = float(special.stdtrit(len(logits) - 1, 0.5 + LEVEL / 2))
    return float(quantile * logits.std(ddof=1) * np.sqrt(parts))


def _logits(rows: pd.DataFrame) -> Floats:
    """Return the logits of shares, half an answer added to both sides."""
    yes, size = rows["n_eff"].to_numpy(float) * rows["share"].to_numpy(float), rows["n_eff"].to_numpy(float)
    logits: Floats = special.logit((yes + 0.5) / (size + 1.0))
    return logits


def _squares(sizes: Floats, where: Bools) -> float:
    """Return the sum of squares of some communities' parts of the residents: 1/a where all are of a size."""
    own = sizes[where]
    total = float(own.sum())
    return float((own**2).sum()) / total**2 if total else 0.0
