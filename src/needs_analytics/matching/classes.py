"""Eligibility classes: which of the services that cover a need a respondent may use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from needs_analytics.core.arrays import Bools, Floats, Ints, Objects


def place_in_classes(eligible: pd.DataFrame, weight: Floats, having: Bools) -> tuple[Ints, Objects, Floats]:
    """Return in which classes those who have a need stand, and with what part of each of them.

    Parameters
    ----------
    eligible
        ``(people, services)``: 1 may use it, 0 may not, NaN not known.
    weight
        ``(people,)``.
    having
        Who has the need; with nobody, everybody counts.

    Returns
    -------
    person, class, part
        The class is the services they may use, joined by ``;``. Somebody of whom not all is known is spread over the
        classes that agree with what is, as those who have the need and are known spread: leaving them out would lose
        those of whom more must be asked (one who is too young for every service is known at once). Where no class
        agrees, they decide nothing.
    """
    met = eligible.to_numpy(dtype=float)
    known = ~np.isnan(met).any(axis=1)
    having = having if having.any() else np.ones(len(met), dtype=bool)
    sure = np.flatnonzero(having & known)
    if not len(sure):
        everybody = np.flatnonzero(known) if known.any() else np.arange(len(met))
        return everybody, _labels(eligible, np.nan_to_num(met[everybody])), np.ones(len(everybody))
    classes, stands = np.unique(met[sure], axis=0, return_inverse=True)
    sizes = np.bincount(stands.ravel(), weights=weight[sure])
    names = _labels(eligible, classes)
    found = [(sure, names[stands.ravel()], np.ones(len(sure)))]
    unsure = np.flatnonzero(having & ~known)
    if len(unsure):
        patterns, at = np.unique(np.nan_to_num(met[unsure], nan=-1.0), axis=0, return_inverse=True)
        parts = _agreeing(patterns, classes) * sizes
        parts = np.divide(parts, parts.sum(axis=1, keepdims=True), out=np.zeros_like(parts), where=parts > 0)
        row, column = np.nonzero(parts[at.ravel()])
        found.append((unsure[row], names[column], parts[at.ravel()[row], column]))
    person, label, part = (np.concatenate(columns) for columns in zip(*found, strict=True))
    return person, label, part


def _agreeing(patterns: Floats, classes: Floats) -> Floats:
    """Return 1 where a class ``(classes, services)`` agrees with what is known, −1 being what is not."""
    asked, given = patterns[:, None, :], classes[None, :, :]
    return np.asarray(((asked == -1.0) | (asked == given)).all(axis=2), dtype=np.float64)


def _labels(eligible: pd.DataFrame, met: Floats) -> Objects:
    names = [str(name) for name in eligible.columns]
    classes, at = np.unique(met, axis=0, return_inverse=True)
    told = [";".join(name for name, yes in zip(names, row, strict=True) if yes == 1.0) for row in classes]
    return np.array(told, dtype=object)[at.ravel()]
