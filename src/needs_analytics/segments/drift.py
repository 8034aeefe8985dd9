"""Whether this month's respondents still answer as the segments kept from an earlier month expect.

Two things are asked, and Holm holds the level over all of them together.

- *Is a question answered otherwise within a segment?* Within a class a question's answers follow the class's profile:
  the mean over respondents of "belongs to the class, times (gave the answer, less the profile's share of it)" is zero.
  It is the score of the profile in the likelihood, which the model makes zero in its own month. Its distance from zero
  is tested, the answer farthest away by Bonferroni, with the variance that the answers themselves show, households
  counted as one (White 1982, Econometrica 50, 1–25: valid though answers within a class hang together a little), for
  this month and again for the month that was learnt from. Sizes of segments may change freely: they are found anew.
- *Are there more who fit no segment?* A new type answers every question as somebody does, but all of them as nobody
  did. The share of respondents whose answers are unlikely is compared with that of the month that was learnt from.

A small effect (Cohen 1988, Statistical Power Analysis: 0.1) is no drift however many answered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from needs_analytics.core.continuity import drift_frame
from needs_analytics.core.messages import text
from needs_analytics.numerics.discoveries import family_wise
from needs_analytics.segments.encode import UNASKED, list_questions
from needs_analytics.segments.mixture import Counted, expect, resize

if TYPE_CHECKING:
    import pandas as pd

    from needs_analytics.core.codebook import Codebook
    from needs_analytics.segments.encode import Question
    from needs_analytics.segments.mixture import Classes
    from needs_analytics.segments.moments import Floats, Ints
    from needs_analytics.segments.segmenter import ResidentSegmenter

LEVEL = 0.01
LEAST_EFFECT = 0.1
FEWEST_EXPECTED = 10.0
"""An answer that fewer in a class are expected to give is not tested."""
FEWEST_QUESTIONS = 2
LEAST_OPTION = 0.03
"""A choice the model does not know counts from this share of the answers on: no smaller segment is made."""
MISFIT = 0.05
N_DRAWN = 2000


@dataclass(frozen=True, slots=True)
class Drifts:
    """What the tests said.

    Attributes
    ----------
    table
        As :attr:`needs_analytics.core.results.Segments.drift`.
    relearn
        Whether segments have to be learnt anew.
    readable
        Whether enough of the model's questions are asked to place respondents by it.
    """

    table: pd.DataFrame
    relearn: bool
    readable: bool

    def listed(self, codebook: Codebook) -> dict[str, str]:
        """Return what drifted, by language."""
        names = self.table.loc[self.table["drifted"], "question"]
        said = {
            language: [
                codebook.label("survey", name, language) if name else text("segments.misfit", language)
                for name in names
            ]
            for language in ("zh", "en")
        }
        return {"zh": "、".join(said["zh"]) or "–", "en": ", ".join(said["en"]) or "–"}


def find_drift(traits: pd.DataFrame, model: ResidentSegmenter, households: Ints, codebook: Codebook) -> Drifts:
    """Test whether a kept model still holds.

    Parameters
    ----------
    traits
        This month's answers that make types, each respondent counting alike.
    model
        The segmenter kept from an earlier month.
    households
        ``(n,)`` codes of who lives together.

    Returns
    -------
    Drifts
        With ``relearn`` where a question drifted, is new or has new choices, or too few of the model's are left.
    """
    known = {question.name: question for question in model.questions_}
    asked = [str(name) for name in known if name in traits and traits[name].notna().any()]
    foreign = [
        name for name in traits if name not in model.feature_names_in_ and len(traits[name].dropna().unique()) > 1
    ]
    now = {question.name: question for question in list_questions(traits, model.multi_select)}
    novel = {*foreign, *(name for name in asked if _new_options(traits[name], known[name], now[name]))}
    tested = np.full((len(asked) + 1, 3), np.nan)
    if model.classes_ is not None and asked:
        read = traits.reindex(columns=list(model.feature_names_in_))
        tested[:-1] = _test(read, model, households, asked)
        tested[-1] = _test_misfit(measure_misfit(read, model), len(read), model)
    drifted = family_wise(tested[:, 1], LEVEL) & (tested[:, 2] >= LEAST_EFFECT)
    labels = [*(codebook.label("survey", name) for name in asked), text("segments.misfit")]
    rows: list[tuple[object, ...]] = [
        (name, label, statistic, p, bool(moved) or name in novel)
        for name, label, (statistic, p, _), moved in zip([*asked, ""], labels, tested, drifted, strict=True)
    ]
    rows += [(str(name), codebook.label("survey", str(name)), np.nan, np.nan, True) for name in foreign]
    table = drift_frame(rows)
    readable = len(asked) >= max(FEWEST_QUESTIONS, len(known) / 2)
    return Drifts(table, bool(table["drifted"].any()) or not readable or model.classes_ is None, readable)


def _new_options(column: pd.Series, known: Question, now: Question) -> bool:
    """Return whether choices that the model does not know are made by enough respondents."""
    fresh = [option for option in set(now.options) - set(known.options) if not option.startswith(UNASKED)]
    if known.kind == "number" or not fresh:
        return False
    answers = column.dropna().astype("str").str.split(";" if known.kind == "choices" else "\0")
    carried = answers.explode().value_counts()
    return bool(carried.reindex(fresh).max() >= LEAST_OPTION * len(answers))


def _test(traits: pd.DataFrame, model: ResidentSegmenter, households: Ints, asked: list[str]) -> Floats:
    """Return statistic, p and effect (in standard deviations) of each question."""
    levels, classes = model.levels_, model.classes_
    if levels is None or classes is None:
        raise ValueError("a segmenter without classes expects no answers")
    codes = levels.read(traits)
    answers = Counted.of(codes, levels, np.ones(len(codes)))
    belonging = expect(resize(classes, answers), answers)[0]
    sizes = {scale.question.name: sum(scale.sizes) for scale in levels.scales}
    starts = dict(zip(sizes, np.cumsum([0, *sizes.values()]), strict=False))
    _, homes = np.unique(households, return_inverse=True)
    variance = 1 / len(codes) + 1 / (model.n_learnt_ or len(codes))
    found = np.full((len(asked), 3), np.nan)
    for at, name in enumerate(asked):
        columns = slice(starts[name], starts[name] + sizes[name])
        farthest, looked = _test_question(answers, belonging, classes.profiles, columns, homes)
        if looked:
            z = farthest / np.sqrt(variance)
            found[at] = z, min(1.0, looked * 2 * stats.norm.sf(z)), farthest
    return found


def _test_question(
    answers: Counted, belonging: Floats, profiles: Floats, columns: slice, homes: Ints
) -> tuple[float, int]:
    """Return the farthest mean score from zero, in standard deviations of one respondent, and how many were tested."""
    table, known = answers.table[:, columns], answers.known[:, columns]
    farthest, tested = 0.0, 0
    for chances, profile in zip(belonging, profiles[:, columns], strict=True):
        looked = (chances @ known) * profile * (1 - profile) >= FEWEST_EXPECTED
        score = chances[:, None] * (table - known * profile)[:, looked]
        summed = np.zeros((int(homes.max()) + 1, score.shape[1]))
        np.add.at(summed, homes, score)
        spread = np.sqrt((summed**2).sum(axis=0) / len(score))
        distance = np.abs(score.mean(axis=0)) / np.where(spread > 0, spread, np.inf)
        farthest, tested = max(farthest, float(distance.max(initial=0.0))), tested + int(looked.sum())
    return farthest, tested


def measure_misfit(traits: pd.DataFrame, model: ResidentSegmenter) -> float:
    """Return the share of respondents whose answers are less likely than all but 5 % of those the model would draw.

    Each is compared with respondents drawn from the model who leave out the same questions. Answers that hang together
    within a class make the share larger than 5 % in the model's own month: compare with that, not with 5 %.
    """
    levels, classes = model.levels_, model.classes_
    if levels is None or classes is None:
        return float("nan")
    answers = Counted.of(levels.read(traits), levels, np.ones(len(traits)))
    drawn = _draw(classes, levels.sizes, model.random_state or 0)
    reached = _likelihood(classes, answers.table, levels.exponents)
    asked, pattern = np.unique(answers.known, axis=0, return_inverse=True)
    bounds = np.array([np.quantile(_likelihood(classes, drawn * mask, levels.exponents), MISFIT) for mask in asked])
    return float((reached < bounds[pattern.ravel()] - 1e-9).mean())


def _draw(classes: Classes, sizes: Ints, seed: int) -> Floats:
    """Return the answers, as 1 and 0 side by side, of respondents who are as the model says."""
    rng = np.random.default_rng(seed)
    label = rng.choice(len(classes.shares), N_DRAWN, p=classes.shares)
    blocks = []
    for profile in np.split(classes.profiles, np.cumsum(sizes)[:-1], axis=1):
        level = (rng.random(N_DRAWN)[:, None] > np.cumsum(profile[label], axis=1)).sum(axis=1)
        blocks.append(np.eye(profile.shape[1])[np.minimum(level, profile.shape[1] - 1)])
    return np.hstack(blocks)


def _likelihood(classes: Classes, table: Floats, exponents: Floats) -> Floats:
    scores = classes.scores(table, exponents)
    top = scores.max(axis=0)
    return np.asarray(top + np.log(np.exp(scores - top).sum(axis=0)), dtype=np.float64)


def _test_misfit(share: float, n: int, model: ResidentSegmenter) -> tuple[float, float, float]:
    """Return statistic, one-sided p and effect (Cohen's h) of a share of misfits against that of the model's month."""
    usual, learnt = model.misfit_, model.n_learnt_ or n
    pooled = (share * n + usual * learnt) / (n + learnt)
    error = np.sqrt(pooled * (1 - pooled) * (1 / n + 1 / learnt))
    z = (share - usual) / error if error > 0 else 0.0
    effect = 2 * (np.arcsin(np.sqrt(share)) - np.arcsin(np.sqrt(usual)))
    return float(z), float(stats.norm.sf(z)), float(effect)
