"""Whether a need is named more online than face to face by people alike: what no weighting to a register mends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.stats import norm

from needs_analytics.core.channels import ONLINE, contact_modes
from needs_analytics.core.issue import Issue
from needs_analytics.numerics.discoveries import false_discovery

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from needs_analytics.core.arrays import Bools, Floats, Ints
    from needs_analytics.core.results import Weights

_FEWEST = 30  # answers that differ in nothing but the channel, on either side
_LEVEL = 0.2  # false-discovery rate: a word of caution too many costs less than a biased share nobody doubts
_ALONE = 0.01  # and no contrast is seen that would not be one by itself
_LEAST_RATIO = 1.4  # odds ratio below which a contrast is no reason to warn


def channel_issues(
    people: pd.DataFrame, needs: Sequence[str], answers: Floats, weights: Weights, names: Mapping[str, str]
) -> list[Issue]:
    """Warn of the needs that answers given online name more often, or less, than others of the same classes.

    Compared are answers of the same age band, sex and community, special groups held constant. Offices ask whom they
    reach; a contrast that these do not explain says that who has the need is likelier (or less likely) to answer in
    that way, and then the share of all depends on how many answered in which way.

    Parameters
    ----------
    people
        Weighted respondents with their ``channel``, ``interviewer`` and ``platform``.
    answers
        1 yes, 0 no, NaN unknown ``(n, J)``.
    names
        Of the needs.
    """
    online = (contact_modes(people) == ONLINE).to_numpy()
    if not weights.codes or min(online.sum(), (~online).sum()) < _FEWEST:
        return []
    found = [_contrast(values, online, weights.codes) for values in answers.T]
    marked = _surely(found)
    issues = []
    for need, (diff, _, base, n), sure in zip(needs, found, marked, strict=True):
        low, high = np.clip(base, 0.01, 0.99), np.clip(base + diff, 0.01, 0.99)
        odds = (high / (1 - high)) / (low / (1 - low))
        if sure and max(odds, 1 / odds) >= _LEAST_RATIO:
            details = {"online": f"{high:.0%}", "offline": f"{low:.0%}", "count": n}
            issues.append(Issue("W622", value=names.get(need, need), details=details))
    return issues


def _contrast(answers: Floats, online: Bools, codes: Mapping[str, Ints]) -> tuple[float, float, float, int]:
    """Return how much more often alike people say yes online, its standard error, how often others do, and how many.

    The regression of the answers on the channel within cells of alike people (all margins crossed but the groups,
    which count one by one), with a variance that does not suppose the same spread everywhere (White 1980).
    """
    known = np.isfinite(answers)
    cells = _crossed([values[known] for name, values in codes.items() if not name.startswith("group:")])
    groups = [(values[known] == 0).astype(float) for name, values in codes.items() if name.startswith("group:")]
    x = online[known].astype(float)
    within = _within(np.column_stack([answers[known], x, *groups]), cells)
    y, channel, others = within[:, 0], within[:, 1], within[:, 2:]
    if others.shape[1]:
        y, channel = (part - others @ np.linalg.lstsq(others, part, rcond=None)[0] for part in (y, channel))
    square = float(channel @ channel)
    mixed = np.abs(within[:, 1]) > 0  # cells in which both channels occur
    n = min(int((mixed & (x == 1)).sum()), int((mixed & (x == 0)).sum()))
    if n < _FEWEST or square <= 0:
        return 0.0, 0.0, 0.5, n
    slope = float(channel @ y) / square
    residual = y - slope * channel
    se = float(np.sqrt(np.sum((channel * residual) ** 2))) / square
    return slope, se, float(answers[known][mixed & (x == 0)].mean()), n


def _surely(found: Sequence[tuple[float, float, float, int]]) -> Bools:
    """Mark the contrasts that stand among so many, those of many answers before those of few.

    p-values over weights that have a mean of 1 and were known before (Genovese, Roeder & Wasserman 2006, Biometrika 93,
    509-524): a need that everybody was asked about is where a contrast can be seen.
    """
    diff, se, _, n = (np.array(part, dtype=float) for part in zip(*found, strict=True))
    tested = se > 0
    p = 2 * norm.sf(np.abs(diff) / np.where(tested, se, np.nan))
    weight = n / n[tested].mean() if tested.any() else n
    among: Bools = false_discovery(np.minimum(p / np.where(tested, weight, np.nan), 1.0), _LEVEL)
    return np.asarray(among & (p < _ALONE), dtype=bool)


def _crossed(codes: Sequence[Ints]) -> Ints:
    """Number the combinations of classes."""
    return pd.DataFrame(np.column_stack(codes)).groupby(list(range(len(codes)))).ngroup().to_numpy()


def _within(values: Floats, cells: Ints) -> Floats:
    """Return the values less the mean of their cell."""
    number = np.bincount(cells)
    means = np.column_stack([np.bincount(cells, column) / number for column in values.T])
    return np.asarray(values - means[cells])
