"""Disclosure control of every file in ``reports/``: the rounded mode.

A cell with 1 to t − 1 contributors, or so few outside it, is hidden with everything that would tell it. Counts are
rounded to a base, survey shares to whole per cents, estimated persons to two digits, each by a fixed function of the
cell alone. Totals are rounded on their own, so tables need not add up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from needs_analytics.reports.formats import HIDDEN, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from needs_analytics.core.options import DisclosureOptions

WITHHELD = "不发布"


def rounded_counts(values: npt.ArrayLike, base: int) -> npt.NDArray[np.float64]:
    """Round counts to the nearest multiple of a base, halves up; NaN stays."""
    figures = np.asarray(values, dtype=np.float64)
    return np.floor(figures / base + 0.5) * base


def rounded_persons(values: npt.ArrayLike, base: int) -> npt.NDArray[np.float64]:
    """Round estimated persons to two significant digits, small ones to the base; NaN stays.

    Examples
    --------
    >>> rounded_persons([3414.6, 267.0, 47.0, 1.0], 5).tolist()
    [3400.0, 270.0, 45.0, 0.0]
    """
    figures = np.asarray(values, dtype=np.float64)
    digits = np.floor(np.log10(np.where(np.abs(figures) >= 1, np.abs(figures), 1.0)))
    step = np.maximum(10.0 ** (digits - 1), base)
    return np.floor(figures / step + 0.5) * step


def too_few(
    contributors: npt.ArrayLike, answers: npt.ArrayLike | None, options: DisclosureOptions
) -> npt.NDArray[np.bool_]:
    """Return which cells must be hidden: 1 to t − 1 unweighted contributors, or so few of those asked outside it.

    Parameters
    ----------
    contributors
        Unweighted contributors of the numerator; NaN counts as few.
    answers
        Unweighted known answers, where the complement can be told from them.
    """
    yes = np.asarray(contributors, dtype=np.float64)
    hidden = np.isnan(yes) | ((yes > 0) & (yes < options.threshold))
    if answers is not None:
        rest = np.asarray(answers, dtype=np.float64) - yes
        hidden |= np.isnan(rest) | ((rest > 0) & (rest < options.threshold)) | (np.asarray(answers) < options.threshold)
    return hidden


def public_shares(table: pd.DataFrame, options: DisclosureOptions) -> pd.DataFrame:
    """Return rows of the needs list fit to print.

    Shares and their limits are whole per cents and everything in persons follows from them, so that no exact count
    can be told. ``hidden`` marks rows with too few contributors, ``withheld`` those with too small a sample.
    """
    hidden = too_few(table["n_yes"], table["n"], options)
    withheld = (table["flag"] == WITHHELD).to_numpy() & ~hidden
    frame = table.copy()
    for column in ("share", "share_low", "share_high"):
        frame[column] = np.floor(frame[column].to_numpy(float) * 100 + 0.5) / 100
    population = frame["population"].to_numpy(float)
    for name, share in (("persons", "share"), ("persons_low", "share_low"), ("persons_high", "share_high")):
        known = np.isfinite(frame[name].to_numpy(float))
        frame[name] = np.where(known, rounded_persons(frame[share].to_numpy(float) * population, options.base), np.nan)
    frame["n"] = rounded_counts(frame["n"], options.base)
    frame["change_diff"] = np.floor(frame["change_diff"].to_numpy(float) * 100 + 0.5)
    return frame.assign(hidden=hidden, withheld=withheld)


def public_gaps(table: pd.DataFrame, options: DisclosureOptions) -> pd.DataFrame:
    """Return rows of the gap table fit to print: persons rounded, rates from the rounded figures."""
    hidden = too_few(table["n"], None, options)
    frame = table.copy()
    persons = [
        "demand",
        "met",
        "no_service",
        "not_eligible",
        "too_far",
        "full",
        "not_taken_up",
        "dissatisfied",
        "unknown_use",
        "used_other",
        "gap",
        "gap_low",
        "gap_high",
        "capacity_persons",
        "used_persons",
    ]
    for column in persons:
        frame[column] = rounded_persons(frame[column], options.base)
    frame["gap_rate"] = np.minimum(frame["gap"] / frame["demand"].where(frame["demand"] > 0), 1.0)
    frame["n"] = rounded_counts(frame["n"], options.base)
    withheld = (frame["flag"] == WITHHELD).to_numpy() & ~hidden
    return frame.assign(hidden=hidden, withheld=withheld)


def public_counts(values: pd.Series, options: DisclosureOptions) -> list[object]:
    """Return administrative counts of persons or uses, small ones hidden and the others rounded."""
    figures = values.to_numpy(float)
    shown = rounded_counts(figures, options.base)
    few = (figures > 0) & (figures < options.threshold)
    return [
        HIDDEN if small else (UNKNOWN if np.isnan(value) else float(value))
        for small, value in zip(few, shown, strict=True)
    ]


def blanked(frame: pd.DataFrame, columns: Iterable[str]) -> pd.DataFrame:
    """Replace the telling columns of hidden rows by ``*`` and of withheld rows by ``…``."""
    telling = [name for name in columns if name in frame]
    result = frame.astype(dict.fromkeys(telling, object))
    for reason, blank in (("withheld", UNKNOWN), ("hidden", HIDDEN)):
        result.loc[result[reason].astype(bool), telling] = blank  # type: ignore[call-overload]  # stub: scalars only
    return result
