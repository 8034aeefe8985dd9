"""How many segments: as many as the answers force on us, and no more than would be found again.

Three questions in this order; each has a written answer in the table :attr:`Segments.selection`.

1. *Is one more needed?* From one segment upwards: if, within the segments found so far, every question were independent
   of every other, k-means with one more would gain a certain amount. As long as the real answers gain more than in each
   of 19 shuffles (a Monte-Carlo test at 5 %: Besag & Diggle 1977, Applied Statistics 26, 327–333), and a hundredth more
   than in their mean, one more is needed; two more are tried before the answer is no.
   This is the bootstrap test of latent class analysis (McLachlan 1987, Applied Statistics 36, 318–324) for k-means;
   with one segment it is the gap statistic (Tibshirani, Walther & Hastie 2001, JRSS B 63, 411–423) against
   independently permuted columns.
2. *Is it more than a continuum?* The k segments must explain more than the same number does in each of 19 populations
   with the same margins and correlations but without types.
3. *Would they be found again?* Every segment's bootstrap Jaccard and share reach their least.

The largest k up to the answer of 1 that passes 2 and 3 is chosen; if none does, there are no stable segments.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.segments.nulls import draw_continuum, shuffle_within
from needs_analytics.segments.partition import Answers, Partition, split_rows
from needs_analytics.segments.segmenter import ResidentSegmenter
from needs_analytics.segments.stability import bootstrap_jaccard

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from needs_analytics.core.options import SegmentOptions
    from needs_analytics.segments.moments import Floats, Ints

N_NULLS = 19
LEVEL = 1 / (1 + N_NULLS)
LEAST_GAIN = 0.01
"""A further segment explains at least a hundredth more of what is left than it does in shuffled answers."""
N_INIT = 4
LARGEST_SAMPLE = 4000
"""Tests against populations without types use at most so many respondents; their verdict needs no more."""


@dataclass(frozen=True, slots=True)
class Step:
    """What was asked of one k; NaN where a question did not arise.

    Attributes
    ----------
    k
        Number of segments.
    jaccard, smallest_share
        The lowest of its segments.
    score
        By how much more (in logarithms of dispersion) the k-th segment gains than it does in shuffled answers.
    p_shuffled, p_continuum
        Monte-Carlo p of the first two questions.
    chosen
        Whether it was chosen.
    """

    k: int
    jaccard: float = float("nan")
    smallest_share: float = float("nan")
    score: float = float("nan")
    p_shuffled: float = float("nan")
    p_continuum: float = float("nan")
    chosen: bool = False

    @property
    def needed(self) -> bool:
        """Whether the answers force so many segments on us."""
        return self.p_shuffled <= LEVEL and self.score >= LEAST_GAIN


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


def choose_segments(traits: pd.DataFrame, weights: Floats, options: SegmentOptions) -> Choice:
    """Let the answers decide how many segments there are.

    Parameters
    ----------
    traits, weights
        Respondents in canonical order, at least one question that varies, and their positive weights.
    options
        Largest k, least stability and share, seed.
    """
    single = new_segmenter(1, options).fit(traits, sample_weight=weights)
    matrix = single.encoding_.encode(traits)
    sample = _draw_sample(matrix, weights, options.random_state)
    steps = {step.k: step for step in _climb(sample, single.encoding_.spans(), options)}
    for k in sorted((k for k, step in steps.items() if step.needed), reverse=True):
        model = new_segmenter(k, options).fit(traits, sample_weight=weights)
        jaccard = _jaccard(matrix, weights, model.labels_, options)
        steps[k] = _judge(steps[k], sample, model.labels_, jaccard, options)
        if steps[k].chosen:
            return Choice(model, model.labels_, jaccard, tabulate_steps(steps.values()))
    return Choice(None, np.empty(0, dtype=np.intp), np.empty(0), tabulate_steps(steps.values()))


def obey_number(traits: pd.DataFrame, weights: Floats, n_segments: int, options: SegmentOptions) -> Choice:
    """Find a wished number of segments, or as many as there are distinct respondents, and say how stable they are."""
    model = new_segmenter(n_segments, options).fit(traits, sample_weight=weights)
    jaccard = _jaccard(model.encoding_.encode(traits), weights, model.labels_, options)
    step = Step(model.n_segments_, float(jaccard.min()), _smallest_share(model.labels_), chosen=True)
    return Choice(model, model.labels_, jaccard, tabulate_steps([step]))


@dataclass(frozen=True, slots=True)
class _Sample:
    """Respondents, or enough of them, for the tests against populations without types."""

    matrix: Floats
    weights: Floats
    seed: int

    def split(self, matrix: Floats, k: int) -> Partition:
        return split_rows(matrix, self.weights, k, n_init=N_INIT, random_state=self.seed)

    def gain(self, matrix: Floats, labels: Ints, k: int) -> float:
        """Return the logarithm of the dispersion of a split over that of `k` segments found anew."""
        least = 1e-9 * float(self.weights.sum())
        before, after = Answers.of(matrix).dispersion(self.weights, labels), self.split(matrix, k).inertia
        return float(np.log((before + least) / (after + least)))

    def test(self, nulls: Iterable[Floats], labels: Ints, k: int) -> tuple[float, float]:
        """Return by how much the real gain exceeds the mean of those without types, and its Monte-Carlo p.

        The first population that gains as much ends the test with p = 1 / populations drawn (Besag & Clifford 1991,
        Biometrika 78, 301–304).
        """
        real, without = self.gain(self.matrix, labels, k), [float("-inf")]
        for null in islice(nulls, N_NULLS):
            without.append(self.gain(null, labels, k))
            if without[-1] >= real:
                break
        p = 1 / (len(without) - 1) if without[-1] >= real else LEVEL
        return real - float(np.mean(without[1:])), p


def _draw_sample(matrix: Floats, weights: Floats, seed: int) -> _Sample:
    rows = np.arange(len(matrix))
    if len(rows) > LARGEST_SAMPLE:
        rows = np.sort(np.random.default_rng(seed).choice(rows, LARGEST_SAMPLE, replace=False))
    return _Sample(matrix[rows], weights[rows], seed)


def _climb(sample: _Sample, spans: list[slice], options: SegmentOptions) -> Iterator[Step]:
    """Add one segment, or two where only both together show, as long as more are needed."""
    rng = np.random.default_rng(options.random_state)
    largest = min(options.largest_k, len(np.unique(np.nan_to_num(sample.matrix), axis=0)) - 1)
    labels, reached, ahead = np.zeros(len(sample.matrix), dtype=np.intp), 1, 2
    while ahead <= min(reached + 2, largest):
        nulls = (shuffle_within(sample.matrix, sample.weights, labels, spans, rng) for _ in range(N_NULLS))
        score, p = sample.test(nulls, labels, ahead)
        step = Step(ahead, score=score, p_shuffled=p)
        yield step
        if step.needed:
            labels, reached = sample.split(sample.matrix, ahead).labels, ahead
        ahead += 1


def _judge(step: Step, sample: _Sample, labels: Ints, jaccard: Floats, options: SegmentOptions) -> Step:
    """Answer the second and third question for one k."""
    rng = np.random.default_rng(options.random_state)
    everyone = np.zeros(len(sample.matrix), dtype=np.intp)
    _, p = sample.test(draw_continuum(sample.matrix, sample.weights, rng), everyone, step.k)
    share = _smallest_share(labels)
    good = p <= LEVEL and jaccard.min() >= options.least_jaccard and share >= options.smallest_share
    return replace(step, jaccard=float(jaccard.min()), smallest_share=share, p_continuum=p, chosen=bool(good))


def _jaccard(matrix: Floats, weights: Floats, labels: Ints, options: SegmentOptions) -> Floats:
    return bootstrap_jaccard(
        matrix,
        weights,
        labels,
        n_resamples=options.n_bootstrap,
        n_init=N_INIT,
        random_state=options.random_state,
    )


def _smallest_share(labels: Ints) -> float:
    return float(np.bincount(labels).min() / len(labels))
