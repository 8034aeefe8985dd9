"""What a key means: a need, a service, a place, as an office writes them; unknown names give the nearest known ones."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from needs_analytics.core.messages import failure
from needs_analytics.core.results import ALL
from needs_analytics.core.wording import key as compared
from needs_analytics.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from needs_analytics.core.results import MonthResult


def find_need(result: MonthResult, name: str) -> str:
    """Return the need that a code, a name or a synonym means."""
    table = result.needs.table.drop_duplicates("need")
    known = {compared(str(value)): str(row.need) for row in table.itertuples() for value in (row.need, row.need_name)}
    short = {compared(word.split("（")[0]): need for word, need in zip(table["need_name"], table["need"], strict=True)}
    synonyms = result.cleaned.codebook.needs["synonyms"].str.split("|")
    spoken = {
        compared(word): str(need)
        for need, words in synonyms.items()
        if need in set(known.values())
        for word in words
        if word
    }
    return (
        known.get(compared(name))
        or short.get(compared(name))
        or spoken.get(compared(name))
        or missing("explain_need", name, [str(n) for n in table["need_name"]])
    )


def find_place(result: MonthResult, names: list[str]) -> tuple[str, str]:
    """Return community and grid that none, one or two names mean."""
    places = result.needs.places
    if not names or names[0] == ALL:
        return ALL, ALL
    community = _like(names[0], places["community"].unique())
    if len(names) == 1:
        return community, ALL
    return community, _like(names[1], places.loc[places["community"] == community, "grid"].unique())


def _like(name: str, known: Iterable[str]) -> str:
    """Return the known place a name means, with or without what it is (和平 for 和平社区)."""
    choices = [str(place) for place in known]
    exact = [place for place in choices if compared(place) == compared(name)]
    part = [place for place in choices if compared(name) in compared(place)]
    return (exact or (part if len(part) == 1 else []) or [missing("explain_place", name, choices)])[0]


def missing(code: str, name: str, known: list[str]) -> str:
    """Refuse an unknown name, with the nearest known ones."""
    near = get_close_matches(name, known, n=3, cutoff=0.1) or known[:3]
    raise failure(UsageError, code, name=name, near="、".join(near) or "—")


def row_of(table: pd.DataFrame, need: str, community: str, grid: str) -> pd.Series:
    """Return the row of a need for everybody of a place."""
    rows = table[
        (table["need"] == need)
        & (table["community"] == community)
        & (table["grid"] == grid)
        & (table["segment"] == ALL)
    ]
    if "group" in rows:
        rows = rows[rows["group"] == ALL]
    if rows.empty:
        names = dict(zip(table["need"], table["need_name"], strict=True))
        raise failure(
            UsageError,
            "explain_need",
            name=names.get(need, need),
            near="、".join(sorted(set(names.values()))[:5]) or "—",
        )
    return rows.iloc[0]


def within(frame: pd.DataFrame, community: str, grid: str) -> pd.DataFrame:
    """Return the rows of a place."""
    frame = frame[frame["community"] == community] if community != ALL else frame
    return frame[frame["grid"] == grid] if grid != ALL else frame


def serving(result: MonthResult, need: str) -> set[str]:
    """Return the services of the menu that cover a need."""
    menu = result.cleaned.menu
    return {
        service
        for service, needs in zip(menu["service"], menu["needs"], strict=True)
        if need in (needs or "").split(";")
    }
