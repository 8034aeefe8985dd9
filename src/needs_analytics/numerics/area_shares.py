"""Shares of many yes–no variables in areas with few answers: a robust area-level model on the logit scale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse, special

from needs_analytics.numerics._area_posterior import Logits, effect_variance, fit_scales, summarise
from needs_analytics.numerics._arrays import check_level
from needs_analytics.numerics.small_area import fay_herriot

if TYPE_CHECKING:
    from needs_analytics.numerics._arrays import Floats, Ints

_ROUNDS = 3  # of expectation, common effects and scales in turn; a fourth moves shares by less than 0.1 points
_LOGISTIC = 0.346  # logistic–normal means: E expit(x + e) ≈ expit(x / √(1 + 0.346 var e))
_START = 0.1  # variance of effects to begin with
_NEWTON = 15
_COMMON_DEGREES = 1.0  # most areas share next to nothing over their variables, few lie far off
_LEAST_FREE = 0.01  # an area that is its whole group deviates by nothing; its group's interval is its own


@dataclass(frozen=True)
class AreaSample:
    """What was answered in m areas about J variables, and what was to be expected; arrays are (m, J).

    Attributes
    ----------
    direct
        Direct shares, NaN where there is none.
    n_eff
        Effective numbers of answers behind them.
    sampled, predicted
        Logits of the shares that the make-up of those who answered predicts, and that of all residents.
    """

    direct: Floats
    n_eff: Floats
    sampled: Floats
    predicted: Floats


@dataclass(frozen=True)
class Groups:
    """Groups of areas whose shares are known better: group and size of each area (m,), shares of the groups (g, J)."""

    codes: Ints
    sizes: Floats
    share: Floats

    @property
    def free(self) -> Floats:
        """Part of an area's deviation that its group's total leaves free (m, 1)."""
        weight = self.sizes / np.maximum(np.bincount(self.codes, self.sizes), 1e-300)[self.codes]
        return np.maximum(1.0 - weight, _LEAST_FREE)[:, None]


@dataclass(frozen=True)
class AreaShares:
    """Shares of areas; arrays are (m, J) unless said otherwise.

    Attributes
    ----------
    share, variance
        Posterior mean and variance, given the groups' shares.
    low, high
        Limits of the share's logit, given the groups' shares.
    common
        What an area's other variables tell of a variable's logit.
    spread
        Standard deviation (J,) of effects on the logit scale, beside the common ones.
    """

    share: Floats
    variance: Floats
    low: Floats
    high: Floats
    common: Floats
    spread: Floats


def area_shares(sample: AreaSample, groups: Groups, *, deff: float = 1.0, level: float = 0.95) -> AreaShares:
    """Estimate shares in areas from their own answers, their make-up, their group and each other.

    The logit of a share is what the make-up predicts, moved so that the areas of a group are expected to have the
    group's share, plus an effect common to all variables of the area, plus an effect of its own. Both effects have
    heavy tails: an area that surely lies off is left where its answers put it.

    Parameters
    ----------
    deff
        Variance of a respondent's number of yeses over what independent answers would give: above 1 where some
        people say yes to everything, below 1 where yeses exclude each other.
    level
        Probability between the limits.

    Notes
    -----
    Effective numbers of answers as binomial, with logit-normal areas: Chen, Wakefield & Lumley (2014), Spatial and
    Spatio-temporal Epidemiology 11, 33–43; Franco & Bell (2013), Proceedings of the ASA Survey Research Methods
    Section. Effects with t-distributions (4 degrees of freedom) as the smooth form of Efron & Morris' (1972, JASA 67,
    130–139) limited translation: Datta & Lahiri (1995), Journal of Multivariate Analysis 54, 310–328; Bell & Huang
    (2006), Proceedings of Statistics Canada Symposium. How much areas differ is integrated over, so that it is never
    taken for 0 (the aim of Li & Lahiri 2010 and Yoshimori & Lahiri 2014) and intervals hold its uncertainty.
    """
    tail = check_level(level)
    known = np.isfinite(sample.direct) & (sample.n_eff > 0)
    answers = np.where(known, sample.n_eff, 0.0)
    yes = answers * np.where(known, sample.direct, 0.0)
    tilt = np.where(known, sample.sampled - sample.predicted, 0.0)
    free = np.broadcast_to(groups.free, known.shape)
    spread2 = np.full(known.shape[1], _START)
    common = variance = np.zeros(known.shape)
    for _ in range(_ROUNDS):
        centre = sample.predicted + _group_shift(sample.predicted + common, spread2 + variance, groups)
        logits = Logits(yes, answers, tilt, centre, np.zeros(known.shape), free)
        common, variance = common_effects(logits, spread2, deff)
        centre = sample.predicted + common
        centre = centre + _group_shift(centre, spread2 + variance, groups)
        logits = Logits(yes, answers, tilt, centre, variance, free)
        weights = fit_scales(logits)
        spread2 = effect_variance(weights)
    found = summarise(logits, weights, tail)
    return AreaShares(found.mean, found.variance, found.low, found.high, common, np.sqrt(spread2))


def _group_shift(centre: Floats, variance: Floats, groups: Groups) -> Floats:
    """Return by how much logits (m, J) have to move for the groups' expected shares to be theirs, effects included."""
    pull = 1.0 / np.sqrt(1.0 + _LOGISTIC * variance)
    whole = np.maximum(np.bincount(groups.codes, groups.sizes), 1e-300)[groups.codes]
    entries = (groups.sizes / whole, (groups.codes, np.arange(whole.size)))
    part = sparse.csr_array(entries, shape=(len(groups.share), whole.size))
    shift = np.zeros(groups.share.shape)
    for _ in range(_NEWTON):
        share = special.expit((centre + shift[groups.codes]) * pull)
        mean, slope = (np.asarray(part @ values) for values in (share, share * (1.0 - share) * pull))
        shift += np.clip((groups.share - mean) / np.maximum(slope, 1e-4), -1.0, 1.0)
    moved: Floats = shift[groups.codes]
    return moved


def common_effects(logits: Logits, spread2: Floats, deff: float) -> tuple[Floats, Floats]:
    """Return what an area's other variables tell of each variable's logit (m, J), and the variance that remains.

    One effect per area, common to its variables, estimated without the variable it is for; shrunk by the area-level
    model and then, as with a t-distribution of effects, the less the larger it is (weights of Lange, Little & Taylor
    1989, JASA 84, 881–896).
    """
    nothing = np.zeros(logits.centre.shape)
    if logits.centre.shape[1] == 1:
        return nothing, nothing
    effect, residual, information = _pooled_effect(logits)
    whole = information.sum(axis=1, keepdims=True)
    own = information**2 * spread2
    told = whole[:, 0] > 0.5
    error = (deff * whole + own.sum(axis=1, keepdims=True)) / np.maximum(whole, 1e-9) ** 2
    direct = np.where(told, effect[:, 0] / np.sqrt(logits.free[:, 0]), np.nan)
    model = fay_herriot(direct, np.where(told, error[:, 0], 1.0), np.ones((told.size, 1)))
    if not np.isfinite(model.sigma2):
        return nothing, nothing
    rest = np.maximum(whole - information, 1e-6)
    without = effect - residual / rest - model.coefficients[0]
    error = (deff * rest + own.sum(axis=1, keepdims=True) - own) / rest**2
    between = np.full(without.shape, float(model.sigma2))
    for _ in range(10):
        moved = between / (between + error) * without
        between = (_COMMON_DEGREES * model.sigma2 + moved**2) / (_COMMON_DEGREES + 1.0)
    trust = between / (between + error)
    return model.coefficients[0] + trust * without, (1.0 - trust) * between


def _pooled_effect(logits: Logits) -> tuple[Floats, Floats, Floats]:
    """Return the one shift (m, 1) of all an area's logits that its yeses ask for; residuals and information at it."""
    effect = np.zeros((len(logits.centre), 1))
    for _ in range(_NEWTON):
        share = special.expit(logits.centre + logits.tilt + effect)
        residual = logits.yes - logits.answers * share
        information = logits.answers * share * (1.0 - share)
        step = residual.sum(axis=1, keepdims=True) / np.maximum(information.sum(axis=1, keepdims=True), 1e-9)
        effect = np.clip(effect + np.clip(step, -0.7, 0.7), -4.0, 4.0)
    share = special.expit(logits.centre + logits.tilt + effect)
    return effect, logits.yes - logits.answers * share, logits.answers * share * (1.0 - share)
