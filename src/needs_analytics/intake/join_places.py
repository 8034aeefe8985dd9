"""Places of all tables brought to the spelling of the grid list, or of the register where there is no grid list."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.issue import CellRef, Issue
from needs_analytics.core.wording import key, without_numbering
from needs_analytics.intake.masking import NOBODY, mask_wordings
from needs_analytics.intake.place_names import is_grid, officially
from needs_analytics.intake.places import Change, Place, PlaceBook, place_book
from needs_analytics.intake.stray_coordinates import without_strays

if TYPE_CHECKING:
    from collections.abc import Sequence

    from needs_analytics.core.cell_map import CellMap
    from needs_analytics.core.mapping import Mapping as OfficeMapping

_REFERENCE = ("places", "register", "distances")
_TITLED = ("survey", "usage", "register", "roster", "requests")
_CALLED = re.compile(
    r"(?:(?:(?:填报|填表|报送|上报)?单位|社区|村居?|所属社区|社区名称)[:：])?"
    r"(?P<name>[^:：\d、,，]{1,10}(?:社区|村)(?:居委会|村?委会)?|[^:：\d、,，]{2,10}居委会)"
    r"(?:[(](?:盖?公?章|签章)[)])?(?:\d{4}年.{0,8})?"
)  # what a sheet or a line of its title calls itself
_WITH_GRID = re.compile(r".{2,}?第?[\d一二三四五六七八九十]{1,3}号?(?:网格|片区)")
_OFFICE = re.compile(r"(?<=社区)居委会$|(?<=村)村?委会$")
_BARE = re.compile("[\u4e00-\u9fff]{2,6}")
_NO_PLACE = re.compile(
    r"表|数据|调查|登记|录入|汇总|名单|名册|明细|原始|问卷|答卷|回复|统计|结果|备份|副本|其[他它]|补|第.|月"
)
_GRID_FIRST, _COMMUNITY_FIRST = ("grid", "compound", "community"), ("community", "compound", "grid")
_OF_GRIDS = frozenset({"W302", "W303", "W317", "I305", "W306"})  # what is said of the grid where one is written
_LOCATED = ("survey", "usage", "sites", "places", "register", "roster", "distances", "requests", "followup")


def resolve_places(
    tables: dict[str, pd.DataFrame], mapping: OfficeMapping, cells: CellMap, changes: Sequence[Change] = ()
) -> tuple[dict[str, pd.DataFrame], list[Issue]]:
    """Resolve ``community`` and ``grid`` in every table; what is not known stays empty and is said.

    A list of places that still has what changed keeps it: its people may not vanish.
    """
    book = _book(tables, mapping, changes)
    told = {table: _from_titles(frame, book) if table in _TITLED else (frame, []) for table, frame in tables.items()}
    if not any(_pairs(tables[table]) for table in _REFERENCE):  # then what sheets are called counts like a column
        book = _book({**tables, **{table: told[table][0] for table in ("survey", "usage")}}, mapping, changes)
    resolved, issues = {}, []
    for table, (placed, titled) in told.items():
        located = table in _LOCATED and bool({"community", "grid"} & set(placed.columns))
        resolved[table], found = _resolved(placed, book, table, cells) if located else (placed, [])
        issues += [*titled, *found]
    if len(resolved["sites"]):
        resolved["sites"] = _from_site_names(resolved["sites"], book)
    resolved, strays = without_strays(resolved, cells)
    return resolved, [*_each_change_once(_without_community(resolved["survey"], book, issues)), *strays]


def _without_community(survey: pd.DataFrame, book: PlaceBook, issues: list[Issue]) -> list[Issue]:
    """Say once for a survey none of whose answers tells its community how to tell it, in place of every grid of it."""
    if not book.communities or not len(survey):
        return issues
    known = survey["community"] if "community" in survey else pd.Series(None, index=survey.index, dtype=object)
    placeless, said = set(), []
    for (file, sheet), rows in survey.groupby(["file", "sheet"], sort=False):
        if known[rows.index].notna().any():
            continue
        placeless.add((file, sheet))
        named = book.named(f"{file} {sheet}")
        details = {"file": file, "sheet": sheet, "count": len(rows), "near": named[0] if len(named) == 1 else ""}
        said.append(Issue("W318", CellRef(str(file), str(sheet), int(rows["row"].min()) - 1), details=details))
    kept = [issue for issue in issues if not (issue.code in {"W303", "W317"} and issue.where
                                              and (issue.where.file, issue.where.sheet) in placeless)]  # fmt: skip
    return [*kept, *said]


def _each_change_once(issues: list[Issue]) -> list[Issue]:
    """Say each place that changed once, with the rows of all tables."""
    counts = Counter[str]()
    for issue in issues:
        counts[issue.value] += int(str(issue.details["count"])) if issue.code == "I305" else 0
    said: dict[object, Issue] = {}
    for number, issue in enumerate(issues):
        changed = issue.code == "I305"
        told = replace(issue, details={**issue.details, "count": counts[issue.value]}) if changed else issue
        said.setdefault(issue.value if changed else number, told)
    return list(said.values())


def _book(tables: dict[str, pd.DataFrame], mapping: OfficeMapping, changes: Sequence[Change]) -> PlaceBook:
    """Return the places that the first list of places knows, then the others; without any, those of answers and use."""
    lists = [pairs for table in _REFERENCE if (pairs := _pairs(tables[table]))]
    if not lists:
        pairs = [*_pairs(tables["survey"]), *_pairs(tables["usage"])]
        pairs.sort(key=lambda pair: officially(str(pair[0])))
        seen = [pair for pair in pairs if not _WITH_GRID.fullmatch(key(str(pair[0])))]
        return replace(place_book(seen, mapping.places, changes=changes), complete=False)
    further = [pair for pairs in lists[1:] for pair in pairs]
    return place_book(lists[0], mapping.places, further=further, changes=changes)


def _from_titles(frame: pd.DataFrame, book: PlaceBook) -> tuple[pd.DataFrame, list[Issue]]:
    """Give the rows of a sheet without a community column the one community that a divider or its title names."""
    if "about" not in frame:
        return frame, []
    frame = frame.assign(community=_column(frame, "community"), grid=_column(frame, "grid"))
    titled = frame[frame["about"].notna()].assign(section=_column(frame, "section"), taken="", source="")
    for texts, part in titled.groupby(["section", "about"], sort=False):
        section, about = map(str, texts)
        divider = without_numbering(section)
        if is_grid(divider):
            frame.loc[part.index, "grid"] = part["grid"].where(part["grid"] != "", divider)
        community, source = _named(section, about, book)
        placed = {grid: bool(book.resolve("", grid).community) for grid in part["grid"].unique()}
        rows = part.index[~part["grid"].map(placed).astype(bool)]
        titled.loc[rows, ["taken", "source"]] = community, source
    titled = _like_their_siblings(titled)
    taken = titled.loc[titled["taken"] != ""]
    frame.loc[taken.index, "community"] = taken["taken"]
    return frame, [_taken(rows) for _, rows in taken.groupby(["file", "sheet", "taken", "source"], sort=False)]


def _like_their_siblings(titled: pd.DataFrame) -> pd.DataFrame:
    """Take a sheet's bare name for its community where another sheet of the workbook is called after its own."""
    named = titled["taken"] != ""
    called = titled[named & (titled["source"] == titled["sheet"])]
    if not len(called):
        return titled
    bare = titled["sheet"].map(lambda name: bool(_BARE.fullmatch(key(name))) and not _NO_PLACE.search(key(name)))
    rows = ~named & bare.astype(bool) & titled["file"].isin(called["file"])
    return titled.assign(
        taken=titled["taken"].where(~rows, titled["sheet"]), source=titled["source"].where(~rows, titled["sheet"])
    )


def _taken(rows: pd.DataFrame) -> Issue:
    first = rows.iloc[0]
    where = CellRef(str(first["file"]), str(first["sheet"]), int(rows["row"].min()) - 1)
    source = mask_wordings([first["source"]], NOBODY)[first["source"]]
    return Issue("I304", where, str(first["taken"]), {"source": source, "count": len(rows)})


def _named(section: str, about: str, book: PlaceBook) -> tuple[str, str]:
    """Return the one community the nearest text that names any speaks of; two in one text are none."""
    texts = (section, *about.split("\x1f"))
    for text in texts:
        found = book.named(text)
        if found:
            return (found[0], text) if len(found) == 1 else ("", "")
    called = [(_OFFICE.sub("", hit["name"]), text) for text in texts if (hit := _CALLED.fullmatch(key(text)))]
    return called[-1] if len({name for name, _ in called}) == 1 else ("", "")


def _pairs(frame: pd.DataFrame) -> list[tuple[object, object]]:
    """Return a table's pairs of community and grid, of several spellings of one the better one first.

    Better is 和平社区 than 和平居委会 and that than 和平, then the one of more rows, then the shorter one; in which
    file and row they stand decides nothing.
    """
    if "community" not in frame:
        return []
    grids = frame["grid"] if "grid" in frame else pd.Series([""] * len(frame), index=frame.index)
    pairs = pd.DataFrame({"community": frame["community"], "grid": grids}).dropna(subset=["community"])
    rows = Counter(zip(pairs["community"], pairs["grid"].fillna(""), strict=True))
    communities = Counter(pairs["community"])
    order = {name: (officially(str(name)), *_spelling(name, count)) for name, count in communities.items()}
    return sorted(rows, key=lambda pair: (order[pair[0]], _spelling(pair[1], rows[pair])))


def _spelling(name: object, rows: int) -> tuple[int, int, str]:
    return -rows, len(str(name)), str(name)


def _resolved(frame: pd.DataFrame, book: PlaceBook, table: str, cells: CellMap) -> tuple[pd.DataFrame, list[Issue]]:
    """Resolve the distinct pairs of a table and spread them over its rows."""
    community = _column(frame, "community")
    if "compound" in frame:
        community = community.where(community != "", _column(frame, "compound"))
    grid = _column(frame, "grid")
    codes, pairs = pd.factorize(pd.MultiIndex.from_arrays([community, grid]))
    places = [_as_listed(book.resolve(name, part), book, (name, part), table) for name, part in pairs]
    lookup = np.array(
        [[place.community or None, place.grid or None] for place in places] or [[None, None]], dtype=object
    )
    asked: dict[tuple[str, ...], list[int]] = {}
    for position, place in enumerate(places):
        if place.code:
            pair = tuple(map(str, pairs[position]))
            asked.setdefault((place.old,) if place.old else pair[:1] if place.code == "W301" else pair, []).append(
                position
            )
    issues = [
        issue
        for pair, positions in asked.items()
        for issue in _issues(frame[np.isin(codes, positions)], pair, places[positions[0]], table, cells)
    ]
    return frame.assign(community=lookup[codes, 0], grid=lookup[codes, 1]), issues


def _as_listed(place: Place, book: PlaceBook, pair: tuple[object, object], table: str) -> Place:
    """Return a place of a list as the list has it, although it changed since."""
    if not place.old or table not in _REFERENCE:
        return place
    listed = replace(book, changes={}).resolve(*pair)
    return listed if listed.code else replace(listed, code="W306", old=place.old, near=place.near)


def _column(frame: pd.DataFrame, name: str) -> pd.Series:
    return frame[name].fillna("") if name in frame else pd.Series([""] * len(frame), index=frame.index, dtype=object)


def _issues(rows: pd.DataFrame, pair: tuple[str, ...], place: Place, table: str, cells: CellMap) -> list[Issue]:
    details = {
        "near": place.near or "社区名称",
        "nearest": place.near,
        "community": place.community,
        "new": place.near if place.code == "I305" else "",  # what is only near is not what was adopted
        "since": place.since or "—",
    }
    written = _GRID_FIRST if place.code in _OF_GRIDS and pair[-1] else _COMMUNITY_FIRST
    value = "/".join(part for part in pair if part)
    return cells.said(place.code, table, rows, *written, value=value, **details)


def _from_site_names(frame: pd.DataFrame, book: PlaceBook) -> pd.DataFrame:
    """Give a site without a community the one its name begins with (槐荫里社区食堂)."""
    community = _column(frame, "community")
    names = frame.get("site", community)
    told = [book.resolve(name).community if not known and isinstance(name, str) else known
            for name, known in zip(names, community, strict=True)]  # fmt: skip
    return frame.assign(community=pd.Series([name or None for name in told], index=frame.index))
