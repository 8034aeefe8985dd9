"""Which rows are the same thing twice; the latest one stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

MERGED_COLUMNS = ("file", "sheet", "row", "table", "code", "into_file", "into_sheet", "into_row", "evidence")
_ATTITUDES = ("urgency", "participation", "usage_frequency", "satisfaction")
_PARTIAL, _COMPLETE = 0.5, 0.8  # of the questions of a form, as AAPOR tells break-offs, partial and complete interviews


def repeated_people(survey: pd.DataFrame, *, outdated: Collection[str] = ()) -> pd.Series:
    """Return, for every answer, the index of the answer that stands for its person in its month.

    Answers share a person when they share ``person_key``. Of them the latest complete one stays; without a complete
    one the latest partial one, else the latest (:func:`completeness`). Of equally late ones, and of those without a
    date, the one with more known answers stays, then the one further down; what the files are called decides nothing
    (:func:`needs_analytics.core.order.by_content`). Before all of that, an answer of a file that another one seems to
    correct (``outdated``, by digests) gives way to one of a file that does not.
    """
    known = survey[_answers(survey)].notna().sum(axis=1)
    order = pd.DataFrame(
        {
            "person": survey["person_key"],
            "month": survey["month"],
            "current": ~survey["digest"].isin(list(outdated)),
            "complete": completeness(survey),
            "submitted": survey["submitted_at"],
            "answered": known,
        }
    ).sort_values(["current", "complete", "submitted", "answered"], kind="stable", na_position="first")
    last = order.assign(place=order.index).groupby(["person", "month"], sort=False)["place"].transform("last")
    return last.reindex(survey.index)


def completeness(survey: pd.DataFrame) -> pd.Series:
    """Return 2 for a complete answer, 1 for a partial one and 0 for one that was broken off.

    Complete is who answered four in five of what his sheet asks, partial who answered half: the usual limits of
    AAPOR, *Standard Definitions*. A sheet asks what anybody answered in it: needs, ranks, how often and how content.

    Examples
    --------
    >>> answers = pd.DataFrame({"file": "a", "sheet": "s", "need:A": [1.0, 0, None], "need:B": [0, None, None]})
    >>> completeness(answers).tolist()
    [2, 1, 0]
    """
    known = survey[[*_answers(survey), *(name for name in _ATTITUDES if name in survey)]].notna()
    sheet = [survey["file"], survey["sheet"]]
    asked = known.groupby(sheet).transform("any")
    share = (known & asked).sum(axis=1) / asked.sum(axis=1).clip(lower=1)
    return (share >= _PARTIAL).astype(int) + (share >= _COMPLETE)


def _answers(survey: pd.DataFrame) -> list[str]:
    return [name for name in survey.columns if name.startswith(("need:", "rank:"))]


def repeated_submissions(survey: pd.DataFrame) -> pd.Series:
    """Return, for every answer, the index of the first identical one sent at the same second through another sheet.

    Only answers with a time of day are compared: two residents may well give the same answers on one day. Of a
    hand-made sheet the time must have seconds: 10:00 is what somebody typed for a whole morning.
    """
    timed = survey["submitted_at"].notna() & (survey["submitted_at"] != survey["date"])
    timed &= survey["platform"].fillna("").astype(bool) | (survey["submitted_at"].dt.second > 0)
    traits = [
        c
        for c in ("submitted_at", "community", "grid", "age_low", "age_high", "sex", "seconds", "needs", "text")
        if c in survey
    ]
    return _first_equal(survey, traits, timed, elsewhere=True)


def repeated_rows(frame: pd.DataFrame, keys: Sequence[str]) -> pd.Series:
    """Return, for every row, the index of the last row with the same keys; a row stands for itself otherwise."""
    filled = frame[list(keys)].astype(object).where(frame[list(keys)].notna(), "")
    groups = filled.groupby(list(keys), sort=False).ngroup()
    last = pd.Series(frame.index, index=groups.to_numpy()).groupby(level=0).last()
    return pd.Series(last.loc[groups].to_numpy(), index=frame.index)


def repeated_uses(usage: pd.DataFrame) -> pd.Series:
    """Return, for every use of a known person, the index of the same use reported first by another file."""
    keys = ["date", "service", "site", "person_key", "status", "count"]
    return _first_equal(usage, keys, usage["person_key"].notna() & usage["date"].notna(), elsewhere=True)


def told_between(row: str, into: str) -> str:
    """Return what joins a row to the row it goes into, of what intake told of both (``linked_by``).

    Examples
    --------
    >>> told_between("0/1=id_card/2=through", "2/0=through/1=id_card")
    'through'
    """
    told = dict(part.partition("=")[::2] for part in row.split("/")[1:])
    return told.get(into.partition("/")[0], "through")


def joined_by(survey: pd.DataFrame, into: pd.Series) -> pd.Series:
    """Return what joins every answer to the answer it goes into; ``""`` for one that stays."""
    gone = into.index[into.to_numpy() != into.index.to_numpy()]
    told = survey["linked_by"].fillna("")
    words = [told_between(one, other) for one, other in zip(told[gone], told[into[gone]], strict=True)]
    return pd.Series(words, index=gone, dtype=object).reindex(survey.index, fill_value="")


def merged_rows(frame: pd.DataFrame, into: pd.Series, table: str, code: str, evidence: str | pd.Series) -> pd.DataFrame:
    """List the rows that went into another one, with where both stand and by which evidence."""
    gone: pd.DataFrame = frame[into.to_numpy() != frame.index.to_numpy()]
    target = frame.loc[into[gone.index]]
    listed = gone[["file", "sheet", "row"]].assign(table=table, code=code)
    listed["evidence"] = evidence if isinstance(evidence, str) else evidence[gone.index]
    for column in ("file", "sheet", "row"):
        listed[f"into_{column}"] = target[column].to_numpy()
    return listed[list(MERGED_COLUMNS)]


def _first_equal(frame: pd.DataFrame, keys: Sequence[str], eligible: pd.Series, *, elsewhere: bool) -> pd.Series:
    into = pd.Series(frame.index, index=frame.index)
    part = frame[eligible]
    if part.empty:
        return into
    filled = part[list(keys)].astype(object).where(part[list(keys)].notna(), "")
    groups = filled.groupby(list(keys), sort=False).ngroup()
    origin = part["file"].astype(str) + "\x1f" + part["sheet"].astype(str)
    first = pd.Series(part.index, index=groups.to_numpy()).groupby(level=0).first().loc[groups].to_numpy()
    same_sheet = origin.loc[first].to_numpy() == origin.to_numpy()
    into.loc[part.index] = np.where(same_sheet & elsewhere, part.index, first)
    return into
