"""How many segments: as many as the answers tell apart and as would be found again.

Three questions in this order; each has a written answer in the table :attr:`Segments.selection`.

1. *How many can the answers tell apart?* Classes are grown from one upwards. Schwarz's criterion (1978, Annals of
   Statistics 6, 461–464) misses small types, the sample-size adjusted one (Sclove 1987, Psychometrika 52, 333–343: n
   becomes (n + 2) / 24) takes too many (Nylund, Asparouhov & Muthén 2007, Structural Equation Modeling 14, 535–569).
   What is asked further are the numbers between those the two find best. Levels that nobody of a class has are at
   the edge of their range and no free parameters.
2. *Would they be found again?* The largest of these numbers whose segments all reach a bootstrap Jaccard of 0.75
   (valid clusters: Hennig 2007), else the one whose least stable segment is the stablest, if it reaches
   ``least_jaccard``; none of its segments may be smaller than ``smallest_share``.
3. *Is it more than a continuum?* That number of classes must gain more likelihood than in each of 19 populations with
   the same margins and correlations but without types (a Monte-Carlo test at 5 %: Besag & Diggle 1977, Applied
   Statistics 26, 327–333; Hennig & Lin 2015, Statistics and Computing 25, 821–833).

If any answer is no, there are no stable segments.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.segments.encode import list_questions
from needs_analytics.segments.levels import Levels, fit_levels
from needs_analytics.segments.mixture import Counted, free_parameters
from needs_analytics.segments.nulls import draw_continuum
from needs_analytics.segments.restart import restate
from needs_analytics.segments.segmenter import FEWEST_PER_CLASS, ResidentSegmenter
from needs_analytics.segments.split import grow_classes
from needs_analytics.segments.stability import Resample, bootstrap_jaccard, jaccard_of, resample_classes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from needs_analytics.core.options import SegmentOptions
    from needs_analytics.segments.mixture import Classes
    from needs_analytics.segments.moments import Floats, Ints

N_NULLS = 19
LEVEL = 1 / (1 + N_NULLS)
VALID = 0.75
N_INIT = 4
LARGEST_SAMPLE = 5000
"""The number of segments is chosen from at most so many respondents; everybody is learnt from afterwards."""
COARSE = 0.1
"""Resamples and populations without types are learnt from until a round gains less, per 1 000 rows."""


@dataclass(frozen=True, slots=True)
class Step:
    """What was asked of one k; NaN where a question did not arise.

    Attributes
    ----------
    k
        Number of segments.
    bic, adjusted_bic
        Schwarz's criterion and the one adjusted for the sample size; lower is better.
    jaccard, smallest_share
        The lowest of its segments.
    p_continuum
        Monte-Carlo p of the third question.
    chosen
        Whether it was chosen.
    """

    k: int
    bic: float = float("nan")
    adjusted_bic: float = float("nan")
    jaccard: float = float("nan")
    smallest_share: float = float("nan")
    p_continuum: float = float("nan")
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen.

    Attributes
    ----------
    model
        The fitted segmenter, ``None`` where there are no stable segments.
    labels, jaccard
        Segment of each respondent ``(n,)`` and stability of each segment ``(k,)``; empty without a model.
    table
        One row per k looked at, with the columns of :class:`Step`.
    """

    model: ResidentSegmenter | None
    labels: Ints
    jaccard: Floats
    table: pd.DataFrame


def new_segmenter(n_segments: int, options: SegmentOptions) -> ResidentSegmenter:
    """Return an unfitted segmenter as the options want it."""
    weights = dict(options.block_weights) or None
    return ResidentSegmenter(n_segments, block_weights=weights, random_state=options.random_state)


def tabulate_steps(steps: Iterable[Step] = ()) -> pd.DataFrame:
    """Return the steps as a table, without rows where there were none."""
    types = {"k": int, "chosen": bool}
    empty = {name: pd.Series(dtype=types.get(name, float)) for name in Step.__dataclass_fields__}
    rows = pd.DataFrame([asdict(step) for step in steps])
    return rows if len(rows) else pd.DataFrame(empty)


@dataclass(frozen=True, slots=True)
class _Sample:
    """Respondents, or enough of them, and what was grown from them."""

    frame: pd.DataFrame
    levels: Levels
    codes: Floats
    counted: Counted
    start: Classes | None
    grown: Sequence[Classes]

    def labels(self, k: int) -> Ints:
        return self.grown[k - 1].place(self.counted.table, self.counted.exponents)


def choose_segments(traits: pd.DataFrame, options: SegmentOptions, before: ResidentSegmenter | None = None) -> Choice:
    """Let the answers decide how many segments there are.

    Parameters
    ----------
    traits
        Respondents in canonical order, each counting alike, at least one question that varies.
    options
        Largest k, least stability and share, seed.
    before
        A model kept from an earlier month: one more start for the classes, here, in the resamples and in the
        populations without types; no rule of the choice favours it.
    """
    sample = _grow(_draw(traits, options.random_state), options, before=before)
    steps, (first, last) = _weigh_up(sample)
    resamples = resample_classes(
        sample.counted, last, n_resamples=options.n_bootstrap, gain=COARSE, random_state=options.random_state,
        start=sample.start,
    )  # fmt: skip
    for k in range(max(first, 2), last + 1):
        labels = sample.labels(k)
        jaccard = jaccard_of(labels, k, resamples, sample.counted)
        steps[k] = replace(steps[k], jaccard=float(jaccard.min()), smallest_share=_smallest_share(labels, k))
    k = _stablest(steps.values(), options)
    if k:
        steps[k] = replace(steps[k], p_continuum=_test(sample, k, options))
        steps[k] = replace(steps[k], chosen=steps[k].p_continuum <= LEVEL)
    if not k or not steps[k].chosen:
        return Choice(None, np.empty(0, dtype=np.intp), np.empty(0), tabulate_steps(steps.values()))
    model = new_segmenter(k, options).fit(traits, before=before)
    return Choice(model, model.labels_, _again(model, sample, resamples), tabulate_steps(steps.values()))


def obey_number(
    traits: pd.DataFrame, n_segments: int, options: SegmentOptions, before: ResidentSegmenter | None = None
) -> Choice:
    """Find a wished number of segments, or as many as there are distinct respondents, and say how stable they are."""
    model = new_segmenter(n_segments, options).fit(traits, before=before)
    k = model.n_segments_
    if model.encoding_ is None:
        sample = _grow(_draw(traits, options.random_state), options, n_segments, before)
        resamples = resample_classes(
            sample.counted, n_segments, n_resamples=options.n_bootstrap, gain=COARSE, random_state=options.random_state,
            start=sample.start,
        )  # fmt: skip
        jaccard = _again(model, sample, resamples)
    else:
        matrix = model.encoding_.encode(traits)
        jaccard = bootstrap_jaccard(
            matrix, np.ones(len(matrix)), model.labels_, n_resamples=options.n_bootstrap, n_init=N_INIT,
            random_state=options.random_state,
        )  # fmt: skip
    step = Step(k, jaccard=float(jaccard.min()), smallest_share=_smallest_share(model.labels_, k), chosen=True)
    return Choice(model, model.labels_, jaccard, tabulate_steps([step]))


def _draw(traits: pd.DataFrame, seed: int) -> pd.DataFrame:
    if len(traits) <= LARGEST_SAMPLE:
        return traits
    return traits.iloc[np.sort(np.random.default_rng(seed).choice(len(traits), LARGEST_SAMPLE, replace=False))]


def _grow(
    frame: pd.DataFrame,
    options: SegmentOptions,
    largest: int | None = None,
    before: ResidentSegmenter | None = None,
) -> _Sample:
    alike = np.ones(len(frame))
    levels, codes = fit_levels(frame, list_questions(frame, ("groups",)), alike, options.block_weights)
    counted = Counted.of(codes, levels, alike)
    distinct = len(np.unique(np.nan_to_num(codes, nan=-1.0), axis=0))
    most = min(options.largest_k, distinct, max(len(frame) // FEWEST_PER_CLASS, 1)) if largest is None else largest
    start = None if before is None else restate(before, frame, counted)
    return _Sample(frame, levels, codes, counted, start, grow_classes(counted, most, start=start))


def _weigh_up(sample: _Sample) -> tuple[dict[int, Step], tuple[int, int]]:
    """Return a step for each k, and the smallest and largest k that a criterion finds best."""
    n = len(sample.frame)
    likelihood = np.array([classes.likelihood for classes in sample.grown])
    parameters = np.array([free_parameters(classes, sample.counted) for classes in sample.grown])
    bic = -2 * likelihood + parameters * np.log(n)
    adjusted = -2 * likelihood + parameters * np.log((n + 2) / 24)
    steps = {k: Step(k, float(bic[k - 1]), float(adjusted[k - 1])) for k in range(1, len(bic) + 1)}
    best = 1 + int(np.round(bic, 6).argmin()), 1 + int(np.round(adjusted, 6).argmin())
    return steps, (min(best), max(best))


def _stablest(steps: Iterable[Step], options: SegmentOptions) -> int:
    """Return the k that stability chooses, 0 for none."""
    large = [step for step in steps if step.smallest_share >= options.smallest_share]
    valid = [step.k for step in large if step.jaccard >= max(VALID, options.least_jaccard)]
    if valid:
        return max(valid)
    stable = [step for step in large if step.jaccard >= options.least_jaccard]
    return max(stable, key=lambda step: (step.jaccard, step.k)).k if stable else 0


def _test(sample: _Sample, k: int, options: SegmentOptions) -> float:
    """Return the Monte-Carlo p of k classes against populations without types.

    The first population that gains as much ends the test with p = 1 / populations drawn (Besag & Clifford 1991,
    Biometrika 78, 301–304).
    """
    real = sample.grown[k - 1].likelihood - sample.grown[0].likelihood
    nulls = draw_continuum(sample.codes, sample.counted.weights, np.random.default_rng(options.random_state))
    for drawn, codes in enumerate(islice(nulls, N_NULLS), start=1):
        answers = Counted.of(codes, sample.levels, sample.counted.weights)
        grown = grow_classes(answers, k, gain=COARSE, start=sample.start)
        if grown[-1].likelihood - grown[0].likelihood >= real:
            return 1 / drawn
    return LEVEL


def _again(model: ResidentSegmenter, sample: _Sample, resamples: Sequence[Resample]) -> Floats:
    """Return how stable the model's segments are among the sample."""
    return jaccard_of(model.predict(sample.frame), model.n_segments_, resamples, sample.counted)


def _smallest_share(labels: Ints, k: int) -> float:
    return float(np.bincount(labels, minlength=k).min() / len(labels))
