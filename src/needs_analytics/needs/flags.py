"""May it be published: 可发布, 慎用 or 不发布, after the presentation standards of NCHS (Parker et al. 2017)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from needs_analytics.core.flags import CAUTION, PUBLISH, WITHHOLD, joined
from needs_analytics.core.results import ALL
from needs_analytics.needs.reach import UNREACHED

if TYPE_CHECKING:
    from needs_analytics.core.arrays import Bools, Texts
    from needs_analytics.core.options import NeedsOptions

_UNTOLD = {"not_asked", "no_answers", "few_answers"}
"""Why a community is withheld so that its grids are too: they are brought to its figure, which is not to be told."""


class Judged(NamedTuple):
    """A flag per estimate and why: codes of the catalogue's section ``reason`` joined by ``;``, ``""`` if none."""

    flag: Texts
    reason: Texts


def judge(table: pd.DataFrame, options: NeedsOptions, *, sample: str = "", contrasted: Bools | None = None) -> Judged:
    """Flag every estimate.

    Parameters
    ----------
    table
        ``share, share_low, share_high, n, n_eff, method, direct_share``, and
        where it rests on a question asked of residents ``coverage, unreached, replied, not_asked,
        margins_dropped, width_asked, reached, absent, between, guessed``.
    options
        The thresholds.
    sample
        Why the whole sample is in doubt, a code; none by default.
    contrasted
        ``(n,)`` which estimates depend on how people answered (online or asked); none by default.

    Notes
    -----
    Every rule alone makes the flag; of a withheld estimate only the reasons to withhold it are told. A direct estimate
    rests on its effective n, yet on no more answers than there are; a composite also on other answers, so it is judged
    by its width and by whether it has any answer of its own.
    """
    withheld = _withheld(table, options)
    doubted = _doubted(table, options)
    if contrasted is not None:
        doubted["channel"] = contrasted
    if sample:
        doubted[sample] = np.ones(len(table), dtype=bool)
    worst = np.logical_or.reduce(list(withheld.values()))
    doubtful = np.logical_or.reduce(list(doubted.values())) & ~worst
    reasons = withheld | {code: where & ~worst for code, where in doubted.items()} | {"not_asked": _not_asked(table)}
    return Judged(np.where(worst, WITHHOLD, np.where(doubtful, CAUTION, PUBLISH)), joined(reasons))


def with_communities(table: pd.DataFrame, judged: Judged) -> Judged:
    """Withhold the composites of grids whose community's own estimate rests on too few answers or none.

    Parameters
    ----------
    table
        ``need, community, grid, segment, group, method`` of every estimate.
    judged
        Their flags and reasons.
    """
    place = pd.MultiIndex.from_frame(table[["need", "community"]])
    everyone = (table[["grid", "segment", "group"]] == ALL).all(axis=1).to_numpy()
    untold = np.array([bool(_UNTOLD & set(reason.split(";"))) for reason in judged.reason], dtype=bool)
    own = place[everyone & untold & (judged.flag == WITHHOLD)]
    hidden = place.isin(own) & (table["method"] == "composite").to_numpy() & (judged.flag != WITHHOLD)
    return Judged(np.where(hidden, WITHHOLD, judged.flag), np.where(hidden, "community_withheld", judged.reason))


def _withheld(table: pd.DataFrame, options: NeedsOptions) -> dict[str, Bools]:
    """Return where each reason to withhold an estimate holds."""
    unknown = ~np.isfinite(table["share"].to_numpy(float))
    effective = table[["n", "n_eff"]].fillna(0.0).min(axis=1).to_numpy(float)
    small = (effective < options.least_n_eff) & (table["method"] != "composite").to_numpy()
    unasked = _not_asked(table)
    wide = ~(_width(table) < options.widest_interval) & ~unknown
    few_places = _narrow_where_asked(table, options)
    silence = (table["replied"] < options.least_replied).to_numpy() if "replied" in table else np.zeros_like(unknown)
    return {
        "unanswered": silence & ~unknown,
        "not_asked": unknown & unasked,
        "no_answers": unknown & ~unasked,
        "few_answers": small & ~unknown,
        "mostly_silent": _mostly_silent(table, options) & ~unknown,
        "few_places": wide & few_places,
        "wide": wide & ~few_places,
    }


def _doubted(table: pd.DataFrame, options: NeedsOptions) -> dict[str, Bools]:
    """Return where each reason for caution holds."""
    share, width = table["share"].to_numpy(float), _width(table)
    composite = (table["method"] == "composite").to_numpy()
    relative = width > options.widest_relative * np.minimum(share, 1 - share)
    return {
        "wide_for_share": (width > options.narrow_interval) & relative,
        "wide_composite": composite & (width > options.widest_composite),
        "not_asked": composite & _not_asked(table),
        "borrowed": composite & table["direct_share"].isna().to_numpy() & ~_not_asked(table),
        **(_unreached(table, options) if "unreached" in table else {}),
        **({"margins_dropped": (table["margins_dropped"] != "").to_numpy()} if "margins_dropped" in table else {}),
        **({"interviewer": (table["between"] > 0).to_numpy()} if "between" in table else {}),
        **({"size_guessed": table["guessed"].to_numpy(bool)} if "guessed" in table else {}),
        "ranked": (table["method"] == "rank_only").to_numpy(),
    }


def _unreached(table: pd.DataFrame, options: NeedsOptions) -> dict[str, Bools]:
    """Return where too few residents are reached, by reason."""
    low = (table["coverage"] < options.least_coverage).to_numpy()
    why = table["unreached"].to_numpy(object)
    return {code: low & (why == code) for code in UNREACHED}


def _narrow_where_asked(table: pd.DataFrame, options: NeedsOptions) -> Bools:
    """Return which estimates would not be wide but for the communities that were not asked."""
    if "width_asked" not in table:
        return np.zeros(len(table), dtype=bool)
    return ((table["width_asked"] < options.widest_interval) & (table["reached"] < 1)).to_numpy()


def _mostly_silent(table: pd.DataFrame, options: NeedsOptions) -> Bools:
    """Return whether nobody answered of the ages and sexes of most residents, as far as that is told."""
    silent = table["absent"] if "absent" in table else pd.Series(0.0, index=table.index)
    return np.asarray(silent > options.most_silent, dtype=bool)


def _not_asked(table: pd.DataFrame) -> Bools:
    """Return where nobody was asked, as far as that is told."""
    return table["not_asked"].to_numpy(bool) if "not_asked" in table else np.zeros(len(table), dtype=bool)


def _width(table: pd.DataFrame) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return (table["share_high"] - table["share_low"]).to_numpy(float)
