"""Disclosure control of every file in ``reports/``: the rounded mode.

A cell with 1 to t − 1 contributors, or so few outside it, is hidden with everything that would tell it. Counts are
rounded to a base, survey shares to whole per cents, estimated persons to two digits, each by a fixed function of the
cell alone. Totals are rounded on their own, so tables need not add up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from needs_analytics.core.flags import CAUTION, PUBLISH, WITHHOLD
from needs_analytics.reports.formats import HIDDEN, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from needs_analytics.core.arrays import Floats
    from needs_analytics.core.options import DisclosureOptions

_USED = ("met", "dissatisfied")
_UNUSED = ("no_service", "not_eligible", "too_far", "full", "not_taken_up", "unknown_use")
_OF_SURVEY = ("demand", *_USED, *_UNUSED, "gap", "gap_low", "gap_high")
_OF_USE = ("used_persons", "used_other")


def whole_per_cents(values: npt.ArrayLike) -> Floats:
    """Round shares to whole per cents, halves up; NaN stays."""
    return np.asarray(np.floor(np.asarray(values, dtype=np.float64) * 100 + 0.5) / 100, dtype=np.float64)


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
    can be told. ``hidden`` marks rows with too few contributors, ``withheld`` those with too small a sample or none.
    """
    empty = (table["n"] == 0).to_numpy()
    hidden = too_few(table["n_yes"], table["n"], options) & ~empty
    withheld = ((table["flag"] == WITHHOLD).to_numpy() & ~hidden) | empty
    frame = _of_nobody(table, empty)
    for column in ("share", "share_low", "share_high"):
        frame[column] = whole_per_cents(frame[column])
    population = frame["population"].to_numpy(float)
    for name, share in (("persons", "share"), ("persons_low", "share_low"), ("persons_high", "share_high")):
        known = np.isfinite(frame[name].to_numpy(float))
        frame[name] = np.where(known, rounded_persons(frame[share].to_numpy(float) * population, options.base), np.nan)
    frame["n"] = rounded_counts(frame["n"], options.base)
    frame["change_diff"] = np.floor(frame["change_diff"].to_numpy(float) * 100 + 0.5)
    compared = np.isfinite(frame["change_diff"].to_numpy(float))
    before = table.reindex(columns=["n_yes_before", "n_before", "flag_before"])
    untold = compared & too_few(before["n_yes_before"], before["n_before"], options)
    unsure = (before["flag_before"] == WITHHOLD).to_numpy() & ~untold
    return with_private_flags(
        frame.assign(hidden=hidden, withheld=withheld, change_hidden=untold, change_withheld=unsure)
    )


def _of_nobody(table: pd.DataFrame, empty: npt.NDArray[np.bool_]) -> pd.DataFrame:
    """Withhold what nobody answered and say why: nobody was asked, or none who was answered. Nobody is to be hidden."""
    table = table.copy()
    reason = table.reindex(columns=["flag_reason"])["flag_reason"].astype(object)
    asked = ["not_asked" not in str(told).split(";") for told in reason[empty]]
    table.loc[empty, "flag"] = WITHHOLD
    return table.assign(flag_reason=reason.mask(empty, _along(empty, np.where(asked, "no_answers", "not_asked"))))


def _along(rows: npt.NDArray[np.bool_], values: npt.NDArray[np.str_]) -> npt.NDArray[np.object_]:
    """Return a column with the values in some rows, ``""`` in the others."""
    column = np.full(len(rows), "", dtype=object)
    column[rows] = values
    return column


def with_private_flags(frame: pd.DataFrame) -> pd.DataFrame:
    """Withhold the rows with too few contributors also by their flag, whatever the sample is worth there."""
    if "flag" not in frame or not frame["hidden"].any():
        return frame
    reason = frame.reindex(columns=["flag_reason"])["flag_reason"].mask(frame["hidden"], "private")
    return frame.assign(flag=frame["flag"].mask(frame["hidden"], WITHHOLD), flag_reason=reason)


def public_gaps(table: pd.DataFrame, options: DisclosureOptions, widest: float = np.inf) -> pd.DataFrame:
    """Return rows of the gap table fit to print.

    A gap whose *printed* interval is wider than ``widest`` times the printed gap is to be used with caution.

    Persons follow from the whole per cents of the demand, as in the needs list: the demand and its parts are moved
    there before they are rounded, what was observed in use staying as it is. Rates come from the rounded figures.
    """
    empty = (table["answers"] == 0).to_numpy()
    hidden = too_few(table["n"], table["answers"], options) & ~empty
    frame = _of_nobody(table, empty)
    population, demand = table["population"].to_numpy(float), table["demand"].to_numpy(float)
    public = _whole_per_cents(demand, population)
    used = table[list(_USED)].fillna(0.0).sum(axis=1).to_numpy(float)
    plain = np.divide(public, demand, out=np.ones_like(demand), where=demand > 0)
    fits = (public >= used) & (demand > used)
    rest = np.where(fits, np.divide(public - used, demand - used, out=plain.copy(), where=fits), plain)
    frame["demand"] = public
    for name in _USED:
        frame[name] = frame[name] * np.where(fits, 1.0, plain)
    for name in (*_UNUSED, "gap"):
        frame[name] = frame[name] * rest
    frame["gap_low"] = np.minimum(_whole_per_cents(table["gap_low"].to_numpy(float), population), frame["gap"])
    frame["gap_high"] = np.maximum(_whole_per_cents(table["gap_high"].to_numpy(float), population), frame["gap"])
    for name in (*_OF_SURVEY, *_OF_USE, "capacity_persons"):
        frame[name] = rounded_persons(frame[name], options.base)
    frame["gap_rate"] = np.minimum(frame["gap"] / frame["demand"].where(frame["demand"] > 0), 1.0)
    frame["n"] = rounded_counts(frame["n"], options.base)
    wide = (frame["flag"] == PUBLISH) & (frame["gap_high"] - frame["gap_low"] > widest * frame["gap"])
    if wide.any():
        reason = frame["flag_reason"].mask(wide, "wide_gap")
        frame = frame.assign(flag=frame["flag"].mask(wide, CAUTION), flag_reason=reason)
    withheld = (frame["flag"] == WITHHOLD).to_numpy() & ~hidden
    return with_private_flags(frame.assign(hidden=hidden, withheld=withheld, factor=rest))


def _whole_per_cents(persons: Floats, population: Floats) -> Floats:
    """Return persons moved to the nearest whole per cent of the population; as they are where it is not known."""
    known = np.isfinite(population) & (population > 0)
    share = np.divide(persons, population, out=np.zeros_like(persons), where=known)
    return np.where(known, whole_per_cents(share) * population, persons)


def without_few_users(frame: pd.DataFrame, exact: pd.DataFrame, options: DisclosureOptions) -> pd.DataFrame:
    """Hide the persons counted in use, and what they tell, where there are only 1 to t − 1 of them.

    Parameters
    ----------
    frame
        Printable rows of the gap table, still in the order of ``exact``.
    """
    columns = [name for name in (*_USED, *_OF_USE) if name in frame]
    result = frame.astype(dict.fromkeys(columns, object))
    for name in columns:
        figures = exact[name].to_numpy(float)
        few = (figures > 0) & (figures < options.threshold)
        result[name] = hidden_where(result[name], few & ~result["withheld"].to_numpy(bool))
    return result


def companions(
    hidden: npt.ArrayLike, counts: npt.ArrayLike, groups: pd.Series, *, zeros: bool = False
) -> npt.NDArray[np.bool_]:
    """Hide a second cell wherever one alone is hidden in a group whose total is known: the smallest of the others.

    With `zeros`, a cell of nobody may be the second one: what is hidden is then still few.
    """
    result = np.array(hidden, dtype=bool)
    sizes = np.asarray(counts, dtype=float)
    codes, names = pd.factorize(groups)
    for code in range(len(names)):
        members = np.flatnonzero(codes == code)
        others = members[~result[members] & (zeros | (sizes[members] > 0))]
        if result[members].sum() == 1 and len(others):
            result[others[np.argmin(sizes[others])]] = True
    return result


def public_counts(values: pd.Series, options: DisclosureOptions) -> pd.Series:
    """Return administrative counts of persons or uses, small ones hidden and the others rounded."""
    figures = values.to_numpy(float)
    shown = pd.Series(rounded_counts(figures, options.base), index=values.index, dtype=object)
    shown = shown.where(values.notna(), UNKNOWN)
    return hidden_where(shown, (figures > 0) & (figures < options.threshold))


def public_use(services: pd.DataFrame, options: DisclosureOptions) -> pd.DataFrame:
    """Return ``used_units`` and ``utilisation`` of services fit to print.

    The rate follows from the printed use, so that use and rate agree and the exact use does not follow from both. Use
    is not rounded above a capacity it did not reach. Without a reported capacity there is no rate.
    """
    used, capacity = services["used_units"].to_numpy(float), services["capacity"].to_numpy(float)
    known = services["capacity_known"].to_numpy(bool) & np.isfinite(used) & (capacity > 0)
    few = (used > 0) & (used < options.threshold)
    shown = rounded_counts(used, options.base)
    within = known & (used <= capacity)
    shown = np.where(within, np.minimum(shown, np.floor(np.nan_to_num(capacity) / options.base) * options.base), shown)
    rate = np.divide(shown, capacity, out=np.full(len(used), np.nan), where=known & ~few)
    units = pd.Series(shown, index=services.index, dtype=object).where(np.isfinite(used), UNKNOWN)
    return pd.DataFrame({"used_units": hidden_where(units, few), "utilisation": rate, "hidden": known & few})


def hidden_where(values: pd.Series, few: npt.ArrayLike) -> pd.Series:
    """Return a column with ``*`` where few stand behind a figure."""
    return values.astype(object).mask(np.asarray(few, dtype=bool), HIDDEN)


def rounded_effective(n_eff: float, base: int = 5) -> int:
    """Return an effective sample size rounded, never to nothing."""
    return max(base, round(n_eff / base) * base)


def blanked(frame: pd.DataFrame, columns: Iterable[str]) -> pd.DataFrame:
    """Replace the telling columns of hidden rows by ``*`` and of withheld rows by ``…``."""
    telling = [name for name in columns if name in frame]
    result = frame.astype(dict.fromkeys(telling, object))
    for reason, blank in (("withheld", UNKNOWN), ("hidden", HIDDEN)):
        result.loc[result[reason].astype(bool), telling] = blank  # type: ignore[call-overload]  # stub: scalars only
    if "change_hidden" in result:
        changed = [name for name in ("change", "verdict") if name in telling]
        for reason, blank in (("change_withheld", UNKNOWN), ("change_hidden", HIDDEN)):
            result.loc[result[reason].astype(bool) & ~result["withheld"] & ~result["hidden"], changed] = blank  # type: ignore[call-overload]
    return result
