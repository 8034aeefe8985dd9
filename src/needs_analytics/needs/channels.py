"""Whether a need is named more online than face to face by people alike: what no weighting to a register mends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import special

from needs_analytics.core.channels import ONLINE, contact_modes
from needs_analytics.core.issue import Issue
from needs_analytics.core.messages import in_every_language
from needs_analytics.numerics.discoveries import family_wise

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from needs_analytics.core.arrays import Bools, Floats, Ints
    from needs_analytics.needs.panel import Answers

_FEWEST = 30  # answers that differ in nothing but the channel, on either side
_LEVEL = 0.025  # chance of any false warning in a month: half of the 5 % allowed, the test is an approximation
_LEAST_RATIO = 1.4  # odds ratio below which a contrast is no reason to warn


@dataclass(frozen=True)
class _Sheets:
    """Answers to compare: ``answers`` (n, J), who gave them online (n,), cells of alike people, special groups."""

    answers: Floats
    online: Bools
    cells: Ints
    groups: pd.DataFrame


@dataclass(frozen=True)
class _Contrasts:
    """Of J needs, ``(J,)``: how much more often alike people say yes online, and how often the others do.

    ``p`` is NaN where too few can be compared, ``known`` what the answers tell of an odds ratio whatever it is,
    ``count`` the answers on the smaller side.
    """

    slope: Floats
    offline: Floats
    p: Floats
    known: Floats
    count: Ints


def channel_issues(
    now: Answers, needs: Sequence[str], names: Mapping[str, str], *, before: Answers | None = None
) -> list[Issue]:
    """Warn of the needs that answers given online name more often, or less, than others of the same classes.

    Compared are answers of the same age band, sex and community, special groups held constant. Offices ask whom they
    reach; a contrast that these do not explain says that who has the need is likelier (or less likely) to answer in
    that way, and then the share of all depends on how many answered in which way.

    Parameters
    ----------
    names
        Of the needs.
    before
        The month before, whose answers are compared too, of residents who did not answer again: one month of a
        sub-district shows a contrast of 10 points in seven samples of ten, two months in nearly all.

    Notes
    -----
    Of all needs of a month together a false warning comes with a probability of 2.5 %, by weighted Holm: the more the
    answers can tell of a need, the larger its part of that.
    """
    sheets = _sheets(now, needs) if needs else None
    if sheets is None:
        return []
    again = before and _sheets(before, needs, without=now.survey["person_key"])
    found = _contrasts(_together(sheets, again) if again else sheets)
    months = in_every_language("channel.two" if again else "channel.one")
    issues = []
    for place in np.flatnonzero(family_wise(found.p, _LEVEL, found.known)).tolist():
        low, high = np.clip([found.offline[place], found.offline[place] + found.slope[place]], 0.01, 0.99)
        odds = (high / (1 - high)) / (low / (1 - low))
        if max(odds, 1 / odds) >= _LEAST_RATIO:
            details = {"online": f"{high:.0%}", "offline": f"{low:.0%}", "count": int(found.count[place])}
            need = names.get(needs[place], needs[place])
            issues.append(Issue("W622", value=need, details={**details, "months": months}))
    return issues


def _sheets(month: Answers, needs: Sequence[str], without: pd.Series | None = None) -> _Sheets | None:
    """Return a month's answers, those of some residents left out; ``None`` where too few came in either way."""
    people, codes = month.people(), month.weights.codes
    kept = np.ones(len(people), dtype=bool)
    if without is not None:
        kept = ~people["person_key"].isin(without.dropna()).to_numpy()
    online = (contact_modes(people) == ONLINE).to_numpy()
    if not codes or min((online & kept).sum(), (~online & kept).sum()) < _FEWEST:
        return None
    groups = {name: np.equal(own, 0)[kept] * 1.0 for name, own in codes.items() if name.startswith("group:")}
    cells = np.column_stack([own[kept] for name, own in codes.items() if not name.startswith("group:")])
    answers = people.reindex(columns=[f"need:{need}" for need in needs]).to_numpy(float)
    return _Sheets(answers[kept], online[kept], _numbered(cells), pd.DataFrame(groups, index=range(int(kept.sum()))))


def _together(one: _Sheets, other: _Sheets) -> _Sheets:
    """Put two months together; people of different months are never alike."""
    return _Sheets(
        np.vstack([one.answers, other.answers]),
        np.concatenate([one.online, other.online]),
        np.concatenate([one.cells, other.cells + one.cells.max() + 1]),
        pd.concat([one.groups, other.groups], ignore_index=True).fillna(0.0),
    )


def _contrasts(sheets: _Sheets) -> _Contrasts:
    """Compare, the needs that the same people were asked about at once."""
    known = np.isfinite(sheets.answers)
    patterns, which = np.unique(known, axis=1, return_inverse=True)
    found = np.full((5, known.shape[1]), np.nan)
    for number, rows in enumerate(patterns.T):
        own = which.reshape(-1) == number
        found[:, own] = _compared(
            sheets.answers[np.ix_(rows, own)], sheets.online[rows], sheets.cells[rows], sheets.groups.to_numpy()[rows]
        )
    slope, offline, p, told, count = found
    return _Contrasts(slope, offline, p, told, np.nan_to_num(count).astype(np.int64))


def _compared(answers: Floats, online: Bools, cells: Ints, groups: Floats) -> Floats:
    """Return slope, share offline, p-value, information and smaller number of answers, ``(5, J)``; NaN if too few.

    The score test of the regression of the answers on the channel within cells of alike people (all margins crossed
    but the groups, which count one by one): its variance is that of no contrast, does not suppose the same spread
    everywhere (White 1980) and allows for the means it has taken off.
    """
    nothing = np.full((5, answers.shape[1]), np.nan)
    if not len(answers):
        return nothing
    codes = _numbered(cells[:, None])
    x = _within(online[:, None].astype(np.float64), codes)
    mixed = np.abs(x[:, 0]) > 0  # cells in which both channels occur
    count = min(int((mixed & online).sum()), int((mixed & ~online).sum()))
    y, others = _within(answers, codes)[mixed], _within(groups, codes)[mixed]
    parts = np.column_stack([x[mixed], y])
    gram = others.T @ others
    parts = parts - others @ (np.linalg.pinv(gram, rcond=1e-10, hermitian=True) @ (others.T @ parts))
    channel, residual = parts[:, 0], parts[:, 1:]
    square = float(channel @ channel)
    free = int(mixed.sum()) - len(np.unique(codes[mixed])) - int(np.linalg.matrix_rank(gram, hermitian=True)) - 1
    if count < _FEWEST or free < 1 or square <= 1e-9:
        return nothing
    score, spread = channel @ residual, (channel**2) @ residual**2 * (mixed.sum() / free)
    t = np.divide(score, np.sqrt(spread), out=np.zeros_like(score), where=spread > 0)
    offline = answers[mixed & ~online].mean(axis=0)
    p = 2.0 * special.stdtr(free, -np.abs(t))
    return np.vstack([score / square, offline, p, square * (residual**2).mean(axis=0), np.full(len(t), count)])


def _numbered(codes: Ints) -> Ints:
    """Number the combinations of classes that occur."""
    number: Ints = np.unique(codes, axis=0, return_inverse=True)[1].reshape(-1)
    return number


def _within(values: Floats, cells: Ints) -> Floats:
    """Return the values less the mean of their cell."""
    if not values.shape[1]:
        return values
    number = np.bincount(cells)
    means = np.column_stack([np.bincount(cells, column) / number for column in values.T])
    return np.asarray(values - means[cells])
