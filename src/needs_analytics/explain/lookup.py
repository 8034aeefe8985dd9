"""What a key means: a need, a service, a place, as an office writes them; unknown names give the nearest known ones."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from needs_analytics.core.messages import failure
from needs_analytics.core.results import ALL
from needs_analytics.core.wording import chinese_number
from needs_analytics.core.wording import key as compared
from needs_analytics.errors import UsageError

_NUMBERED = re.compile(r"第?([\d零一二三四五六七八九十]+)号?网格|网格([\d零一二三四五六七八九十]+)")
_WHOLE = re.compile(r"^全(?:部|体|街道|镇|乡|区|域)?$|(?:街道|镇|乡)$")

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
    english = {compared(told): need for need, told in result.cleaned.codebook.need_names("en").items()}
    asked = compared(name)
    found = known.get(asked) or short.get(asked) or spoken.get(asked)
    found = found or (english.get(asked) if english.get(asked) in set(table["need"]) else None)
    if not found and asked in {compared(str(service)) for service in result.cleaned.menu["name"]}:
        raise failure(UsageError, "explain_is_service", name=name)
    return found or missing("explain_need", name, [str(n) for n in table["need_name"]])


def find_place(result: MonthResult, names: list[str]) -> tuple[str, str]:
    """Return community and grid that none, one or two names mean."""
    places = result.needs.places
    if not names or compared(names[0]) == compared(result.workspace) or _is_whole(names[0], places["community"]):
        return ALL, ALL
    if compared(names[0]) in _classes(result):
        raise failure(UsageError, "explain_is_group", name=names[0])
    community = _like(names[0], places["community"].unique())
    if len(names) == 1:
        return community, ALL
    return community, _like(names[1], places.loc[places["community"] == community, "grid"].unique())


def _is_whole(name: str, communities: Iterable[str]) -> bool:
    """Whether a name means the whole sub-district: 全部, 全街道, 幸福街道."""
    return name not in set(communities) and (name == ALL or _WHOLE.search(compared(name)) is not None)


def _classes(result: MonthResult) -> set[str]:
    """Return what groups and types of residents are called."""
    names = {*result.cleaned.codebook.group_names().values(), *result.segments.names().values()}
    return {compared(str(name)) for name in names}


def _like(name: str, known: Iterable[str]) -> str:
    """Return the known place a name means, with or without what it is (和平 for 和平社区)."""
    choices = [str(place) for place in known]
    exact = [place for place in choices if compared(place) == compared(name)]
    part = [place for place in choices if compared(name) in compared(place)]
    numbered = [place for place in choices if name.isdecimal() and _number(place) == int(name)]
    return (exact or numbered or (part if len(part) == 1 else []) or [missing("explain_place", name, choices)])[0]


def _number(grid: str) -> int | None:
    """Return the number of a grid that is called by one: 第三网格, 3号网格, 网格03."""
    found = _NUMBERED.fullmatch(compared(grid))
    if not found:
        return None
    number = found[1] or found[2]
    return int(number) if number.isdecimal() else chinese_number(number)


def missing(code: str, name: str, known: list[str]) -> str:
    """Refuse an unknown name, with the nearest known ones."""
    near = get_close_matches(name, known, n=3, cutoff=0.1) or known[:3]
    raise failure(UsageError, code, name=name, near="、".join(near) or "—")


def refuse_without_menu(result: MonthResult) -> None:
    """Say that the month has no menu of services, so that nothing of services can be explained."""
    if result.cleaned.menu.empty:
        raise failure(UsageError, "explain_no_menu")


def refuse_without_gap(result: MonthResult, need: str) -> None:
    """Say why a need has no supply gap: no menu, or nothing that a service settles."""
    refuse_without_menu(result)
    if need in set(result.matches.referred["need"]):
        raise failure(UsageError, "explain_referred", name=_called(result, need))


def _called(result: MonthResult, need: str) -> str:
    return result.cleaned.codebook.need_names().get(need, need)


def row_of(result: MonthResult, table: pd.DataFrame, need: str, community: str, grid: str) -> pd.Series:
    """Return the row of a need for everybody of a place in a table of needs or gaps."""
    rows = table[
        (table["need"] == need)
        & (table["community"] == community)
        & (table["grid"] == grid)
        & (table["segment"] == ALL)
    ]
    if "group" in rows:
        rows = rows[rows["group"] == ALL]
    if rows.empty:
        place = "" if community == ALL else f"{community}{'' if grid == ALL else grid}"
        raise failure(UsageError, "explain_nothing_there", name=_called(result, need), place=place)
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
