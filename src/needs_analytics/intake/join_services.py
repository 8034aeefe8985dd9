"""Menu, capacity, sites and use as one: services and sites under one id, months filled in, needs covered proposed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.issue import Issue
from needs_analytics.core.wording import key
from needs_analytics.intake.capacity_month import with_monthly_capacity
from needs_analytics.intake.double_use import counted_once
from needs_analytics.intake.eligible_columns import with_age_and_group_columns
from needs_analytics.intake.menu_names import doubts_of_menu
from needs_analytics.intake.need_words import NONE, OTHER, UNKNOWN, NeedWords
from needs_analytics.intake.references import first_known, name_book, resolve_names
from needs_analytics.intake.separators import find_separator, split_cell

if TYPE_CHECKING:
    from needs_analytics.core.cell_map import CellMap
    from needs_analytics.core.codebook import Codebook
    from needs_analytics.core.ledger import Line
    from needs_analytics.core.mapping import Mapping as OfficeMapping
    from needs_analytics.core.month import Month

_COVERED = {"table": "menu", "field": "needs"}
_NO_NEED = {"", NONE, OTHER, UNKNOWN}


def resolve_services(
    tables: dict[str, pd.DataFrame],
    codebook: Codebook,
    mapping: OfficeMapping,
    words: NeedWords,
    month: Month,
    cells: CellMap,
) -> tuple[dict[str, pd.DataFrame], list[Issue], list[Line]]:
    """Bring services and sites of all tables to one id each."""
    issues: list[Issue] = []
    tables = dict(tables)
    tables["menu"], found = _menu(tables["menu"], codebook, words, cells)
    issues += found
    tables["sites"] = _sites(tables["sites"])
    services = name_book(tables["menu"], ("service", "name"), mapping.services)
    sites = name_book(tables["sites"], ("site", "name"), mapping.sites)
    ledger: list[Line] = []
    for table in ("supply", "usage", "followup"):
        tables[table], found, lines = resolve_names(tables[table], "service", services, table, ("W501", "W502"), cells)
        issues += found
        ledger += lines
    for table in ("supply", "usage", "distances"):
        tables[table], found, lines = resolve_names(tables[table], "site", sites, table, ("W503", "W504"), cells)
        issues += found
        ledger += lines
    tables["usage"], found = counted_once(_usage(tables["usage"], month), services, mapping, month)
    issues += found
    tables["supply"], found = with_monthly_capacity(tables["supply"], month, cells, _names(tables["menu"]))
    issues += found
    tables["requests"] = _requests(tables["requests"], month)
    return tables, issues, ledger


def _menu(
    frame: pd.DataFrame, codebook: Codebook, words: NeedWords, cells: CellMap
) -> tuple[pd.DataFrame, list[Issue]]:
    if not len(frame):
        return frame, []
    frame = frame.copy()
    named = frame["name"].notna() if "name" in frame else pd.Series(False, index=frame.index)
    frame["name"] = first_known(frame, ("name", "service"))
    frame["service"] = first_known(frame, ("service", "name"))
    issues = []
    given = frame["needs"] if "needs" in frame else pd.Series([None] * len(frame), index=frame.index, dtype=object)
    covered = []
    refs = cells.refs("menu", frame, "needs", "service", "name")
    for where, name, text in zip(refs, frame["name"], given, strict=True):
        needs, unknown = covered_needs(text, words) if isinstance(text, str) else ([], [])
        if unknown:
            issues.append(Issue("W505", where, "、".join(unknown), {**_COVERED, "service": name}))
        if not needs:
            needs = proposed_needs(str(name), codebook, words)
            code = "I506" if needs else "W507"
            proposed = "、".join(codebook.need_names().get(need, need) for need in needs)
            issues.append(Issue(code, where, str(name), {**_COVERED, "needs": proposed}))
        covered.append(";".join(needs))
    frame, found = with_age_and_group_columns(frame.assign(needs=covered), codebook, cells)
    return frame, [*issues, *found, *doubts_of_menu(frame, named, cells)]


def _names(menu: pd.DataFrame) -> dict[str, str]:
    """Return service to the name the menu gives it."""
    if not len(menu):
        return {}
    return {str(service): str(name) for service, name in zip(menu["service"], menu["name"], strict=True)}


def covered_needs(text: str, words: NeedWords) -> tuple[list[str], list[str]]:
    """Return the needs a menu cell lists and the wordings that were not understood."""
    options = split_cell(text, find_separator({text: 1}, words.covered))
    meanings = {option: words.about(option) for option in options}
    needs = [meaning for meaning in meanings.values() if meaning not in _NO_NEED]
    return list(dict.fromkeys(needs)), [option for option, meaning in meanings.items() if meaning in {"", UNKNOWN}]


def proposed_needs(name: str, codebook: Codebook, words: NeedWords) -> list[str]:
    """Propose what a service covers, by its name: as the catalogue's service of that name, else by the need in it."""
    bare = key(re.sub(r"[(（][^)）]*[)）]", "", name))
    for row in codebook.services.itertuples():
        usual = key(str(row.name))
        if bare in {usual, key(re.sub(r"[(（][^)）]*[)）]", "", str(row.name)))}:
            return str(row.needs).split(";")
    meaning = words.about(name)
    return [meaning] if meaning not in _NO_NEED else []


def _sites(frame: pd.DataFrame) -> pd.DataFrame:
    if not len(frame):
        return frame
    return frame.assign(name=first_known(frame, ("name", "site")), site=first_known(frame, ("site", "name")))


def _usage(frame: pd.DataFrame, month: Month) -> pd.DataFrame:
    if not len(frame):
        return frame
    frame = frame.copy()
    dates = pd.to_datetime(frame["date"]) if "date" in frame else pd.Series(pd.NaT, index=frame.index)
    stated = frame["month"] if "month" in frame else pd.Series([None] * len(frame), index=frame.index, dtype=object)
    frame["month"] = dates.dt.strftime("%Y-%m").where(dates.notna(), stated).fillna(str(month))
    one_use = frame["named"] if "named" in frame else pd.Series(False, index=frame.index)
    counts = frame["count"].astype(float) if "count" in frame else pd.Series(np.nan, index=frame.index)
    frame["count"] = counts.where(counts.notna() | ~(one_use | ("count" not in frame)), 1.0)
    status = frame["status"] if "status" in frame else pd.Series([None] * len(frame), index=frame.index, dtype=object)
    return frame.assign(status=status.where(status.notna(), "完成"), status_said=status.notna())


def with_request_needs(tables: dict[str, pd.DataFrame], words: NeedWords) -> dict[str, pd.DataFrame]:
    """Say which need each request is about, while its words are all there."""
    frame = tables["requests"]
    if not len(frame):
        return tables
    texts = first_known(frame, ("category", "text"))
    meanings = {text: words.about(str(text), lacking=True) for text in texts.dropna().unique()}
    needs = texts.map(lambda text: meanings.get(text) if meanings.get(text) not in _NO_NEED else None)
    return {**tables, "requests": frame.assign(need=needs)}


def _requests(frame: pd.DataFrame, month: Month) -> pd.DataFrame:
    if not len(frame):
        return frame
    dates = pd.to_datetime(frame["date"]) if "date" in frame else pd.Series(pd.NaT, index=frame.index)
    return frame.assign(month=dates.dt.strftime("%Y-%m").fillna(str(month)))
