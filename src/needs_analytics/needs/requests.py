"""Hotline, meeting and diary entries by need: counts beside the survey, never added into it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from needs_analytics.core.records import Cleaned

COLUMNS = ("need", "need_name", "requests", "closed", "overdue", "solved", "satisfied")
GOOD = 4.0


def request_counts(cleaned: Cleaned) -> pd.DataFrame:
    """Return, per need, how many entries the month brought and how they went; entries of no known need stand last."""
    frame = cleaned.requests
    if frame.empty:
        return pd.DataFrame(columns=list(COLUMNS))
    closed = frame["closed"].notna() | (frame["status"] == "完成")
    overdue = (frame["closed"] > frame["due"]) | (
        frame["closed"].isna() & (frame["due"] < pd.Timestamp(cleaned.month.last_day))
    )
    marked = frame.assign(
        need=frame["need"].fillna(""),
        closed=closed,
        overdue=overdue,
        solved=frame["solved"] == 1,
        satisfied=frame["satisfied"] >= GOOD,
    )
    counts = (
        marked.groupby("need")
        .agg(
            requests=("need", "size"),
            closed=("closed", "sum"),
            overdue=("overdue", "sum"),
            solved=("solved", "sum"),
            satisfied=("satisfied", "sum"),
        )
        .reset_index()
    )
    counts["need_name"] = counts["need"].map(cleaned.codebook.need_names()).fillna("未归类")
    order = counts.assign(last=counts["need"] == "").sort_values(
        ["last", "requests", "need"], ascending=[True, False, True]
    )
    return order[list(COLUMNS)].reset_index(drop=True)
