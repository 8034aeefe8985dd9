"""Types of residents: how well they are found beside named peers, and how fast, each on the same answers."""

from __future__ import annotations

import resource
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from benchmarks.estimates import best_of
from needs_analytics.core.month import Month
from needs_analytics.core.options import SegmentOptions
from needs_analytics.samples import found_town, read_plan
from needs_analytics.samples.answers import collect_answers
from needs_analytics.samples.month import DEFAULT_MONTH
from needs_analytics.segments.choose import choose_segments
from needs_analytics.segments.segmenter import ResidentSegmenter

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    Labels = npt.NDArray[np.intp]

_NUMBERS = ("age", "household_size", "participation", "use")
_FLAGS = ("parent", "parent6_12", "new_worker", "jobless", "migrant", "chronic", "disabled", "low_income")
_MISSING = 0.1
_STARTS = 5


def lines(*, tiny: bool) -> Iterator[str]:
    """Yield what was measured, a line each; ``tiny`` only shows that it runs."""
    yield from _quality(range(620, 621 if tiny else 624), 300 if tiny else None)
    yield from _many(3_000 if tiny else 1_000_000)
    yield from _against_prototypes(600 if tiny else 20_000)
    yield from _choosing(400 if tiny else 100_000, 2 if tiny else 50)


def _quality(seeds: range, most: int | None) -> Iterator[str]:
    found: dict[str, list[float]] = {}
    absent: set[str] = set()
    for seed in seeds:
        answers, planted = _town(seed, most)
        k = len(set(planted))
        ways = {"ours": lambda a=answers, k=k: ResidentSegmenter(k).fit_predict(a),
                "k-means on one-hot": lambda a=answers, k=k: _one_hot_means(a, k, _STARTS).labels_,
                "kmodes KPrototypes": lambda a=answers, k=k: _prototypes(a, k, _STARTS)[0],
                "StepMix": lambda a=answers, k=k: _stepmix(a, k, _STARTS)}  # fmt: skip
        for name, way in ways.items():
            try:
                index = float(adjusted_rand_score(planted, way()))
            except ImportError:
                absent.add(name)
                continue
            found.setdefault(name, []).append(index)
    told = ", ".join(f"{name} {np.mean(each):.3f} ({min(each):.3f}–{max(each):.3f})" for name, each in found.items())
    yield (f"adjusted Rand index with the planted types of {len(seeds)} towns, {_MISSING:.0%} of the answers missing, "
           f"as many types as planted, {_STARTS} starts where there are draws: {told}")  # fmt: skip
    if absent:
        yield f"not installed, so not compared: {', '.join(sorted(absent))} (requirements-segments.txt)"


def _many(n: int) -> Iterator[str]:
    answers, planted = _mixed(n, 12)
    ours, model = best_of(1, lambda: ResidentSegmenter(8).fit(answers))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
    matrix = _one_hot(answers)
    peer, means = best_of(1, lambda: KMeans(8, n_init=1, random_state=0).fit(matrix))
    agree = [adjusted_rand_score(planted, labels) for labels in (model.labels_, means.labels_)]
    yield (
        f"{n} × 12 mixed, k = 8, one start: {ours:.2f} CPU s, sklearn KMeans on the encoded matrix {peer:.2f} (ours is "
        f"{ours / peer:.1f} times that, at most 5); adjusted Rand index {agree[0]:.3f} against {agree[1]:.3f}; peak "
        f"memory of the process {peak:,.0f} MB, the encoded matrix {matrix.nbytes / 1e6:,.0f} MB"
    )


def _against_prototypes(n: int) -> Iterator[str]:
    answers, planted = _mixed(n, 12)
    ours, labels = best_of(1, lambda: ResidentSegmenter(8).fit_predict(answers))
    try:
        peer, (theirs, gamma) = best_of(1, lambda: _prototypes(answers, 8, 1))
    except ImportError:
        yield "kmodes is not installed: no comparison with it"
        return
    costs = [prototype_cost(*_filled(answers), each, gamma) for each in (labels, theirs)]
    yield (
        f"{n} × 12 mixed, k = 8: {ours:.2f} CPU s, KPrototypes {peer:.2f} a start (ours is {peer / ours:.1f} times "
        f"faster, at least 20); cost by its own measure {costs[0]:,.0f} against {costs[1]:,.0f} (which ours does not "
        f"seek); adjusted Rand index {adjusted_rand_score(planted, labels):.3f} against "
        f"{adjusted_rand_score(planted, theirs):.3f}"
    )


def _choosing(n: int, resamples: int) -> Iterator[str]:
    answers, _ = _mixed(n, 12)
    options = SegmentOptions(n_bootstrap=resamples)
    ours, choice = best_of(1, lambda: choose_segments(answers, options))
    chosen = choice.model.n_segments_ if choice.model is not None else 0
    yield (
        f"choosing among up to {options.largest_k} types with {resamples} resamples, {n} × 12: {ours:.1f} CPU s "
        f"(at most 120, a minute on two cores), {chosen} chosen"
    )


def _town(seed: int, most: int | None) -> tuple[pd.DataFrame, Labels]:
    """Return what residents of a town answered, a tenth of it missing, and the number of each one's planted type."""
    rows = collect_answers(found_town(read_plan(), seed).at(Month.parse(DEFAULT_MONTH))).rows
    rows = (
        rows[~rows["special"].isin(["youth", "outside", "earlier", "household"])].drop_duplicates("person").iloc[:most]
    )
    answers = rows[list(_NUMBERS)].astype(float)
    answers = answers.assign(sex=rows["sex"], **{name: rows[name].map({True: "是", False: "否"}) for name in _FLAGS})
    planted, _ = pd.factorize(rows["segment"])
    return _leave_out(answers, seed), planted


def _mixed(n: int, columns: int) -> tuple[pd.DataFrame, Labels]:
    """Draw residents of eight types: half of the questions numbers, half of four answers, a tenth missing."""
    rng = np.random.default_rng(20261001)
    kind = rng.integers(0, 8, n)
    drawn: dict[str, Any] = {
        f"number{at}": np.round(rng.normal(rng.normal(0, 2, 8)[kind]), 2) for at in range(columns // 2)
    }
    for at in range(columns - columns // 2):
        upto = np.cumsum(rng.dirichlet(np.full(4, 0.7), 8), axis=1)
        level = np.minimum((rng.random(n)[:, None] > upto[kind]).sum(axis=1), 3)
        drawn[f"category{at}"] = np.array(list("甲乙丙丁"), dtype=object)[level]
    return _leave_out(pd.DataFrame(drawn), 1), kind.astype(np.intp)


def _leave_out(answers: pd.DataFrame, seed: int) -> pd.DataFrame:
    missing = np.random.default_rng([seed, 10]).random(answers.shape) < _MISSING
    return answers.mask(missing).reset_index(drop=True)


def _filled(answers: pd.DataFrame) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.intp]]:
    """Return numbers scaled, missing ones at the mean, and categories as codes, a missing one as one of its own."""
    numbers = answers.select_dtypes("number")
    scaled = ((numbers - numbers.mean()) / numbers.std()).fillna(0.0).to_numpy(dtype=float)
    others = answers.drop(columns=list(numbers.columns))
    return scaled, np.column_stack([pd.factorize(others[name].fillna(""))[0] for name in others])


def _one_hot(answers: pd.DataFrame) -> npt.NDArray[np.float64]:
    scaled, codes = _filled(answers)
    return np.hstack([scaled, *(np.eye(column.max() + 1)[column] for column in codes.T)])


def _one_hot_means(answers: pd.DataFrame, k: int, starts: int) -> KMeans:
    return KMeans(k, n_init=starts, random_state=0).fit(_one_hot(answers))


def _prototypes(answers: pd.DataFrame, k: int, starts: int) -> tuple[Labels, float]:
    """Return the labels by k-prototypes and the weight that it gave a category."""
    from kmodes.kprototypes import KPrototypes

    scaled, codes = _filled(answers)
    table = np.hstack([scaled.astype(object), codes.astype(object)])
    model = KPrototypes(k, n_init=starts, random_state=0, n_jobs=1)
    labels = model.fit_predict(table, categorical=list(range(scaled.shape[1], table.shape[1])))
    return labels, float(model.gamma)


def prototype_cost(scaled: npt.NDArray[np.float64], codes: npt.NDArray[np.intp], labels: Labels, gamma: float) -> float:
    """Return the cost of Huang (1998): squared distances to the means, and `gamma` for each category not the mode."""
    cost = 0.0
    for label in np.unique(labels):
        mine, said = scaled[labels == label], codes[labels == label]
        cost += float(((mine - mine.mean(axis=0)) ** 2).sum())
        cost += gamma * sum(len(column) - int(np.bincount(column).max()) for column in said.T)
    return cost


def _stepmix(answers: pd.DataFrame, k: int, starts: int) -> Labels:
    """Return the labels of latent classes with missing answers; numbers cut in up to eight, normal ones degenerate."""
    from stepmix.stepmix import StepMix

    cut = {name: pd.qcut(answers[name], 8, labels=False, duplicates="drop") for name in answers.select_dtypes("number")}
    table = answers.assign(**cut).apply(lambda column: pd.factorize(column)[0]).astype(float)
    table = table.where(table >= 0)
    model = StepMix(k, measurement="categorical_nan", n_init=starts, max_iter=300, random_state=0, progress_bar=0)
    return np.asarray(model.fit(table).predict(table), dtype=np.intp)
