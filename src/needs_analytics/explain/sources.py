"""Which rows of which sheets a number comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.results import ALL
from needs_analytics.explain.saying import say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from needs_analytics.core.arrays import Floats, Ints
    from needs_analytics.core.results import MonthResult

_SHOWN_ROWS = 12
_NEEDED, _PERSON = "需要", "人"


def answers_behind(
    result: MonthResult, need: str, community: str, grid: str, method: str
) -> tuple[pd.DataFrame, Floats]:
    """Return the answers behind a number, with their weights: those of the place whose answer is known."""
    column = f"{'rank' if method == 'rank_only' else 'need'}:{need}"
    people = result.weights.table[["answer_id", "weight"]].merge(result.cleaned.survey, on="answer_id")
    if column not in people:
        return people.iloc[:0], np.zeros(0)
    rows = people[people[column].notna()]
    if community != ALL:
        rows = rows[rows["community"] == community]
    if grid != ALL and method != "composite":
        rows = rows[rows["grid"] == grid]
    return rows, rows["weight"].to_numpy(float)


def dictionary_lines(result: MonthResult, need: str, rows: pd.DataFrame, method: str, language: str) -> list[str]:
    """List the questions behind a need as the dictionary has them."""
    questions = result.cleaned.questions
    measured = (questions["sense"] == _NEEDED) & (questions["unit"] == _PERSON)
    questions = questions[
        (questions["need"] == need)
        & questions["office"].isin(set(rows["office"]))
        & (measured | (method == "rank_only"))
    ]
    return [
        say(
            "dictionary",
            language,
            office=office,
            wording=wording,
            kind=part["kind"].iloc[0],
            sense=part["sense"].iloc[0],
            blank=part["blank"].iloc[0],
            options="、".join(part["option"].astype(str)),
        )
        for (office, wording), part in questions.groupby(["office", "wording"])
    ]


def place_lines(rows: pd.DataFrame, language: str) -> list[str]:
    """List files, sheets and rows, runs of rows shortened."""
    return [
        say("rows", language, file=file, sheet=sheet, count=len(part), rows=_runs(part["row"].to_numpy(int)))
        for (file, sheet), part in rows.groupby(["file", "sheet"])
    ]


def place_table(tables: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Return ``file, sheet, count, rows``: every row of every table's sheets, runs of rows shortened."""
    found = [
        (str(file), str(sheet), len(part), _runs(part["row"].to_numpy(int), most=len(part)))
        for table in tables
        for (file, sheet), part in table.groupby(["file", "sheet"])
    ]
    return pd.DataFrame(found, columns=["file", "sheet", "count", "rows"])


def _runs(rows: Ints, *, most: int = _SHOWN_ROWS) -> str:
    ordered = np.unique(rows)
    breaks = np.flatnonzero(np.diff(ordered) > 1) + 1
    runs = [f"{part[0]}" if len(part) == 1 else f"{part[0]}–{part[-1]}" for part in np.split(ordered, breaks)]
    return "、".join(runs[:most]) + ("…" if len(runs) > most else "")
