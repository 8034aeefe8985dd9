"""Answers given without care, or by somebody else: flagged with their evidence, never dropped unasked."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from needs_analytics.core.issue import CellRef, Issue, said_once
from needs_analytics.core.tables import iter_rows
from needs_analytics.numerics.discoveries import false_discovery
from needs_analytics.numerics.intraclass import intraclass
from needs_analytics.numerics.tails import binomial_tail

if TYPE_CHECKING:
    from collections.abc import Iterator

    from needs_analytics.core.arrays import Floats, Ints, Objects

DOUBTFUL_COLUMNS = ("answer_id", "file", "sheet", "row", "kind", "code", "value", "usual", "like")
"""``kind`` is ``speed`` (value: seconds, usual: the form's median), ``straight`` (value: scale questions answered with
one step) or ``copy`` (value: share of equal answers, usual: that of others, like: the row it is like)."""
INTERVIEWER_COLUMNS = ("need", "answers", "interviewers", "icc", "icc_low", "icc_high", "p", "differs", "deff")
_CODES = {"speed": "W430", "straight": "W431", "copy": "W432"}
_TRAITS = ("sex", "age_low", "groups", "household_size", "urgency", "participation", "usage_frequency", "satisfaction",
           "text")  # fmt: skip
_ATTITUDES = ("urgency", "participation", "usage_frequency", "satisfaction")

_FEWEST = 20  # answers of a form of which a usual time can be told
_FAR = 2.5  # robust standard deviations of the logarithm
_PER_QUESTION = 2.0  # seconds
_STEPS = 5  # scale questions
_COMMON = 0.2  # share of a form's answers from which one step throughout is the form's way

_QUESTIONS = 8  # known to both answers
_CHANGED = 0.1  # of copied answers, at most
_HIGHEST = 0.99  # quantile of the pairs of different interviewers from which two answers are called alike
_FALSE = 0.0025  # honest answers accepted as flagged, by each of two tests
_PAIRS = 2000  # pairs between interviewers from which a tail can be told
_MOST_EACH, _MOST_COMPARED = 2000, 15_000  # answers of one interviewer, of a sheet: beyond, nobody copied by hand
_COMPARED = 1500  # answers of other interviewers an answer is compared with

_FEWEST_INTERVIEWED, _FEWEST_EACH, _FEWEST_INTERVIEWERS = 30, 5, 3
_FALSE_DISCOVERIES = 0.05


def find_careless(survey: pd.DataFrame, questions: pd.DataFrame) -> pd.DataFrame:
    """Return the answers that look careless or copied, one row per answer and kind; ``DOUBTFUL_COLUMNS``.

    Parameters
    ----------
    survey
        The month's answers.
    questions
        The question dictionary: how many questions an office asks.

    Notes
    -----
    *Speed.* The logarithm of the time lies more than 2.5 robust standard deviations (median absolute deviation times
    1.4826) below the form's median, and the time is shorter than two seconds for each question (Huang et al. 2012):
    both, for a short form is answered fast and a slow form's fast readers are no cheats.

    *Straight.* Five or more scale questions, all answered with one step (longstring, Johnson 2005), where at most a
    fifth of the sheet does so: if many do, it is what they think.

    *Copies.* Each pair of answers gets the log likelihood ratio of copying against answering alone: a question
    answered alike counts log(0.9 / p + 0.1) where a share p of the sheet gives that answer, so that rare answers
    count and common ones hardly do; one answered otherwise counts log 0.1. The scores of an interviewer's pairs are
    held against the pairs of *different* interviewers of the same sheet, who cannot have copied from one another. An
    answer is flagged when one of two events has a chance below 0.0025. Its closest: a share t of the pairs of
    different interviewers scores as high as its closest of m pairs; the chance is 1 - (1 - t)^m. Its number: k of
    its m pairs are among the highest hundredth, of its pairs with others a share q; the chance is
    P(Binomial(m, q) >= k). A fixed share of equal answers (85 %, Kuriakose and Robbins 2016) flags honest people
    where few questions are asked or most people answer alike (Simmons et al. 2016): it is not used.

    References
    ----------
    Huang, J. L. et al. (2012). Detecting and deterring insufficient effort responding. *J. Business and Psychology*
    27, 99-114. Johnson, J. A. (2005). *J. Research in Personality* 39, 103-129. Kuriakose, N. & Robbins, M. (2016).
    Don't get duped. *Statistical Journal of the IAOS* 32, 283-291. Simmons, K. et al. (2016). Evaluating a new
    proposal for detecting data falsification in surveys. *Statistical Journal of the IAOS* 32, 327-338.
    """
    asked = questions.groupby("office")["question"].nunique() if len(questions) else pd.Series(dtype=int)
    parts = []
    for _, form in survey.groupby(["file", "sheet"], sort=True):
        parts += [_speeders(form, asked), _straight(form), _copies(form)]
    found = [part for part in parts if len(part)]
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=list(DOUBTFUL_COLUMNS))


def careless_issues(doubtful: pd.DataFrame) -> list[Issue]:
    """Say of each sheet which of its answers are doubtful and why."""
    issues = []
    for (kind, file, sheet), rows in doubtful.groupby(["kind", "file", "sheet"], sort=True):
        details = {"least": f"{rows['value'].min():g}", "most": f"{rows['value'].max():g}",
                   "usual": f"{rows['usual'].iloc[0]:g}"}  # fmt: skip
        if kind == "copy":
            pairs = "、".join(f"{row}≈{other}" for row, other in iter_rows(rows.head(5), "row", "like"))
            usual = f"{rows['usual'].iloc[0]:.0%}"
            details = {"least": f"{rows['value'].min():.0%}", "usual": usual, "pairs": pairs}
        said = [Issue(_CODES[str(kind)], CellRef(str(file), str(sheet), int(row) - 1), details=details)
                for row in rows["row"]]  # fmt: skip
        issues.append(said_once(said))
    return issues


def _listed(
    rows: pd.DataFrame, kind: str, value: pd.Series | Floats, usual: float, like: Objects | None = None
) -> pd.DataFrame:
    told = rows[["answer_id", "file", "sheet", "row"]].assign(kind=kind, code=_CODES[kind], value=value, usual=usual)
    told["like"] = np.full(len(rows), None, dtype=object) if like is None else like
    return told.astype({"value": float, "usual": float, "like": object})[list(DOUBTFUL_COLUMNS)]


def _speeders(form: pd.DataFrame, asked: pd.Series) -> pd.DataFrame:
    seconds = form["seconds"].where(form["seconds"] > 0)
    if seconds.notna().sum() < _FEWEST:
        return form.iloc[:0]
    logs = np.log(seconds)
    spread = 1.4826 * (logs - logs.median()).abs().median()
    told = int(form[list(_TRAITS)].notna().any().sum()) + int(asked.get(form["office"].iloc[0], 0))
    fast = (logs < logs.median() - _FAR * spread) & (seconds < _PER_QUESTION * told)
    return _listed(form[fast], "speed", seconds[fast], float(seconds.median()))


def _straight(form: pd.DataFrame) -> pd.DataFrame:
    same = form["same_step"] >= _STEPS
    answered = form["same_step"].notna()
    if not same.any() or same.sum() > _COMMON * answered.sum():
        return form.iloc[:0]
    return _listed(form[same], "straight", form.loc[same, "same_step"], float(same.sum() / answered.sum()))


def _copies(form: pd.DataFrame) -> pd.DataFrame:
    form = form[form["interviewer"].notna()]
    form = form[form.groupby("interviewer")["row"].transform("size") <= _MOST_EACH]
    if form["interviewer"].nunique() < 2 or len(form) > _MOST_COMPARED:
        return form.iloc[:0]
    groups = pd.factorize(form["interviewer"])[0]
    near = _alikeness(_answered(form), groups)
    if len(near.others) < _PAIRS:
        return form.iloc[:0]
    size = np.bincount(groups)[groups] - 1
    tail = (len(near.others) - np.searchsorted(np.sort(near.others), near.score) + 1) / (len(near.others) + 1)
    closest = np.where(near.score > 0, 1 - (1 - tail) ** size, 1.0)
    often = binomial_tail(near.alike, size, near.usual)
    copied = np.minimum(closest, often) < _FALSE
    rows = form["row"].to_numpy()
    like = rows[near.like[copied]].astype(str).astype(object)
    return _listed(form[copied], "copy", near.share[copied], near.mean, like)


class _Near(NamedTuple):
    """How alike answers are.

    Of each answer the closest of the same interviewer (score, position, share alike), how many of the same interviewer
    are among the highest, and what share of the others'; the scores of pairs of different interviewers and the mean
    share alike among them.
    """

    score: Floats
    like: Ints
    share: Floats
    alike: Floats
    usual: Floats
    others: Floats
    mean: float


class _Answers(NamedTuple):
    """Who gave which answer ``(rows, answers)``, what agreeing in it scores ``(answers,)``, what is known at all."""

    chosen: Floats
    score: Floats
    known: Floats


def _answered(form: pd.DataFrame) -> _Answers:
    columns = [name for name in form.columns if name.startswith(("need:", "rank:"))]
    values = form[[*columns, *_ATTITUDES]].to_numpy(float)
    kinds = [(column, value) for column in range(values.shape[1]) for value in np.unique(values[:, column])
             if not np.isnan(value)]  # fmt: skip
    chosen = np.column_stack([values[:, column] == value for column, value in kinds] or [np.zeros((len(form), 0))])
    number = np.array([(~np.isnan(values[:, column])).sum() for column, _ in kinds], dtype=float)
    share = (chosen.sum(axis=0) + 0.5) / (number + 1)
    score = np.log((1 - _CHANGED) / share + _CHANGED) - np.log(_CHANGED)
    return _Answers(chosen.astype(float), score, (~np.isnan(values)).astype(float))


def _alikeness(answers: _Answers, groups: Ints) -> _Near:
    """Compare every answer with those of its interviewer and with those of others."""
    number = len(groups)
    score, share, alike, usual = np.zeros((4, number))
    near = _Near(score, np.zeros(number, dtype=int), share, alike, usual, np.zeros(0), np.nan)
    members = [np.flatnonzero(groups == group) for group in range(int(groups.max()) + 1)]
    rest = [np.flatnonzero(groups != group) for group in range(len(members))]
    rest = [theirs[:: max(1, len(theirs) // _COMPARED)] for theirs in rest]
    across = [_pairs(answers, mine, theirs) for mine, theirs in zip(members, rest, strict=True)]
    others = np.concatenate([score.ravel() for score, _ in across])
    mean = float(np.concatenate([share.ravel() for _, share in across]).mean())
    high = max(float(np.quantile(others, _HIGHEST, method="higher")), 0.0) if len(others) else np.inf
    for mine, (outside, _) in zip(members, across, strict=True):
        inside, equal = _pairs(answers, mine, mine)
        np.fill_diagonal(inside, -np.inf)
        first, nearest = np.arange(len(mine)), inside.argmax(axis=1)
        score[mine], near.like[mine], share[mine] = inside[first, nearest], mine[nearest], equal[first, nearest]
        alike[mine] = (inside >= high).sum(axis=1)
        usual[mine] = ((outside >= high).sum(axis=1) + 1) / (outside.shape[1] + 2)
    return near._replace(others=others, mean=mean)


def _pairs(answers: _Answers, one: Ints, other: Ints) -> tuple[Floats, Floats]:
    """Return the score and the share alike of pairs; -inf and 0 where too few questions are known to both."""
    chosen, known = answers.chosen, answers.known
    both = known[one] @ known[other].T
    share = np.divide(chosen[one] @ chosen[other].T, both, out=np.zeros_like(both), where=both >= _QUESTIONS)
    score = (chosen[one] * answers.score) @ chosen[other].T + both * np.log(_CHANGED)
    return np.where(both >= _QUESTIONS, score, -np.inf), share


def interviewer_effect(survey: pd.DataFrame) -> pd.DataFrame:
    """Return how far answers depend on who asked, one row per need; ``INTERVIEWER_COLUMNS``.

    Interviewers are compared within their community. Only needs with at least 30 answers from three interviewers of
    five answers each are judged; ``differs`` holds the share of false alarms at 5 % (Benjamini and Hochberg 1995).
    Where each interviewer has his own grid the differences between grids are in it as well.
    """
    asked = survey[survey["interviewer"].notna()]
    rows = [told for column in asked.columns if column.startswith("need:") for told in _effect(asked, column)]
    frame = pd.DataFrame(rows, columns=[name for name in INTERVIEWER_COLUMNS if name != "differs"])
    frame.insert(
        INTERVIEWER_COLUMNS.index("differs"), "differs", false_discovery(frame["p"].to_numpy(float), _FALSE_DISCOVERIES)
    )
    return frame


def _effect(asked: pd.DataFrame, column: str) -> Iterator[tuple[object, ...]]:
    known = asked[asked[column].notna()]
    known = known[known.groupby("interviewer")["row"].transform("size") >= _FEWEST_EACH]
    if len(known) < _FEWEST_INTERVIEWED or known["interviewer"].nunique() < _FEWEST_INTERVIEWERS:
        return
    groups, strata = (pd.factorize(known[name], use_na_sentinel=False)[0] for name in ("interviewer", "community"))
    found = intraclass(known[column].to_numpy(float), groups, strata)
    if np.isfinite(found.rho):
        yield (column.removeprefix("need:"), found.number, found.groups, found.rho, found.low, found.high, found.p,
               found.deff)  # fmt: skip


def interviewer_issues(effect: pd.DataFrame) -> list[Issue]:
    """Say how many needs depend on who asked, and by how much that widens what is known."""
    if effect.empty:
        return []
    details = {"judged": len(effect), "differs": int(effect["differs"].sum()), "icc": f"{effect['icc'].mean():.3f}",
               "deff": f"{effect['deff'].mean():.2f}"}  # fmt: skip
    return [Issue("W433" if effect["differs"].any() else "I433", details=details)]
