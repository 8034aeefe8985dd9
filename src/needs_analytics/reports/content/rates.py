"""Gap rates of groups and communities: may they be printed, by the rule of the needs list."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.flags import WITHHOLD
from needs_analytics.core.results import ALL
from needs_analytics.needs.flags import judge
from needs_analytics.reports.content.disclose import (
    blanked,
    rounded_counts,
    too_few,
    whole_per_cents,
    with_private_flags,
)
from needs_analytics.reports.formats import interval_text

if TYPE_CHECKING:
    from needs_analytics.core.results import MonthResult
    from needs_analytics.reports.content.wording import Wording

TELLING = ("gap_rate", "rate_interval", "met_share", "largest")


def judged_rates(frame: pd.DataFrame, result: MonthResult) -> pd.DataFrame:
    """Return rates with their flag and whether they are ``hidden`` (few respondents) or ``withheld``."""
    rates = frame.rename(columns={"gap_rate": "share", "gap_rate_low": "share_low", "gap_rate_high": "share_high"})
    rates = rates.assign(method="direct", direct_share=np.nan)
    flag, reason = judge(rates, result.options.needs, sample=result.weights.doubt)
    everybody = np.full(len(frame), len(result.cleaned.survey))
    few = too_few(frame["n"], everybody, result.options.disclosure)
    judged = frame.assign(flag=flag, flag_reason=reason, hidden=few, withheld=(flag == WITHHOLD) & ~few)
    return with_private_flags(judged)


def public_rates(frame: pd.DataFrame, result: MonthResult, words: Wording) -> pd.DataFrame:
    """Return rates as they are printed, what is hidden or withheld blanked and last: its place would tell its size."""
    judged = judged_rates(frame, result)
    silent = judged["hidden"] | judged["withheld"]
    judged = judged.assign(silent=silent, place=np.where(silent, 0, np.arange(len(judged))))
    judged = judged.sort_values(["silent", "place", "group" if "group" in judged else "community"])
    ends = zip(judged["gap_rate_low"], judged["gap_rate_high"], strict=True)
    public = judged.assign(
        n=rounded_counts(judged["n"], result.options.disclosure.base),
        rate_interval=pd.Series([interval_text(low, high) for low, high in ends], index=judged.index),
        flag=[words.label("flag", flag) for flag in judged["flag"]],
        reason=[words.reason(codes) for codes in judged["flag_reason"]],
    )
    return blanked(public, TELLING)


def rates_told(result: MonthResult) -> pd.DataFrame:
    """Return the gap rates of special groups, and of everyone (``全部``), that may be told."""
    rows = result.gaps.equity
    if rows.empty:
        return rows
    judged = judged_rates(rows, result)
    return judged[~(judged["hidden"] | judged["withheld"])]


def furthest_behind(result: MonthResult) -> pd.DataFrame:
    """Return the groups whose gap rate lies surely above everyone's: as printed, the intervals do not overlap."""
    rows = rates_told(result)
    if rows.empty:
        return rows
    everyone, others = rows.loc[rows["group"] == ALL, "gap_rate_high"], rows[rows["group"] != ALL]
    if everyone.empty:
        return others.iloc[:0]
    above = whole_per_cents(others["gap_rate_low"]) > whole_per_cents(everyone)[0]
    found: pd.DataFrame = others[above]
    return found
