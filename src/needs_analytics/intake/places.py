"""One resolver of place names: 槐荫里 = 槐荫里社区 = 槐荫里居委会, 第一网格 = 1号网格 = 1 within its community."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING

from needs_analytics.core.wording import key, plain
from needs_analytics.intake.place_names import (
    bare_community,
    bare_grid,
    canonical_grid,
    formerly,
    is_elsewhere,
    is_numbered,
    other_names,
    split_community,
    without_street,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_STREET_INSIDE = re.compile(r"(?<![\u4e00-\u9fff])[\u4e00-\u9fff]{2,8}?(?:街道办事处|街道办|街道|乡|镇)")
_CALLED_GRID = re.compile(r"格|片|责任区|组|社$|队|^\d{1,2}$")
_COMMUNITY_TAIL = re.compile(
    r"^(?:社区居民委员会|社区居委会|居民委员会|居委会|社区|村民委员会|村委会|村|居|屯|嘎查)?[-_/·—\s]*"
)
_MOST_CHANGES = 9  # one after another


@dataclass(frozen=True, slots=True)
class Place:
    """A resolved place; ``""`` where it is not known, with the code of the issue to raise.

    ``old`` is what a place was called or counted as before a change; ``since`` when it changed.
    """

    community: str = ""
    grid: str = ""
    code: str = ""
    near: str = ""
    old: str = ""
    since: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """A community or grid that became (part of) another, from a month on (``""``: always)."""

    old: tuple[str, str]
    new: tuple[str, str]
    since: str = ""


@dataclass(frozen=True, slots=True)
class PlaceBook:
    """The places of a sub-district, as the grid list (or, without one, the register) writes them.

    Attributes
    ----------
    communities
        Wording, also without street and kind, to community; a wording of two communities maps to ``""``.
    grids
        Community to bare wording to grid.
    told
        Wording to ``社区`` or ``社区/网格`` from ``mapping.toml``.
    kinds
        Bare wording to kind (社区, 村, 屯 …) to community: 大王村 and 大王屯 are two.
    changes
        Community and bare grid (``""``: the community itself) to what they became.
    complete
        Whether it comes from a list of places; what answers happen to name does not tell whose the third grid is.
    """

    communities: Mapping[str, str] = field(default_factory=dict)
    grids: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    told: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    changes: Mapping[tuple[str, str], Change] = field(default_factory=dict)
    complete: bool = True

    def resolve(self, community: object, grid: object = "") -> Place:
        """Resolve a community cell and a grid cell, either of which may hold both."""
        name, part = _text(community), _text(grid)
        told = self.told.get(key(f"{name}/{part}")) or self.told.get(key(name)) or self.told.get(key(part))
        if told:
            head, _, tail = told.partition("/")
            return self._inside(self.community(head) or head, tail or ("" if key(part) in self.told else part))
        if not name and not part:
            return Place()
        found = self.community(name) if name else ""
        if found:
            return self._inside(found, part)
        whole = self._both(name) or self._both(part) or self._both(name + part)
        if whole:
            return self._inside(whole[0], whole[1] or part)
        return self._unknown(name, part)

    def named(self, text: str) -> list[str]:
        """Return the known communities a title names, the longer of two names that overlap; its street is no place."""
        rest, found = _STREET_INSIDE.sub("", key(text)), []
        for bare in sorted(self.communities, key=len, reverse=True):
            if len(bare) >= 2 and self.communities[bare] and bare in rest:
                found.append(self.communities[bare])
                rest = rest.replace(bare, " ")
        return list(dict.fromkeys(found))

    def community(self, name: str) -> str:
        """Return the community a name means, ``""`` for none or several."""
        exact = self.communities.get(key(name)) or self._of_kind(name)
        others = (*other_names(name), formerly(key(name)))
        return exact or next((known for other in others if (known := self._of_kind(other))), "")

    def _of_kind(self, name: str) -> str:
        bare, kind = split_community(name)
        known = self.kinds.get(bare, {})
        return known.get(kind) or known.get("") or (next(iter(known.values())) if len(known) == 1 else "")

    def _both(self, text: str) -> tuple[str, str] | None:
        """Split 槐荫里社区第3网格 into community and grid: the longest known community it starts with."""
        rest = without_street(key(text))
        starts = [known for known, name in self.communities.items() if name and rest.startswith(known)]
        if not starts:
            return None
        start = max(starts, key=len)
        tail = _COMMUNITY_TAIL.sub("", rest[len(start) :])
        known = self.grids.get(self.communities[start], {})
        numbered = is_numbered(tail) and (known or _CALLED_GRID.search(tail))  # 东风路126号 is an address
        if tail and not numbered and bare_grid(tail) not in known:
            return None
        return self.communities[start], tail

    def _inside(self, community: str, grid: str) -> Place:
        both = self._both(grid) if grid else None
        tail = both[1] if both and both[0] == community else grid
        change = self.changes.get((community, bare_grid(tail) if tail else "")) or self.changes.get((community, ""))
        if change:
            return self._changed(change, tail)
        if not grid:
            return Place(community)
        known = self.grids.get(community, {})
        found = known.get(bare_grid(tail)) or known.get(bare_grid(grid)) or known.get(key(grid))
        if found or not known:
            return Place(community, found or canonical_grid(tail))
        return Place(community, "", "W302", near="、".join(sorted(known.values())[:3]))

    def _changed(self, change: Change, grid: str) -> Place:
        community, part = change.new[0], change.new[1] or ("" if change.old[1] else grid)
        found = replace(self, changes={}, told={}).resolve(community, part)
        old, new = "/".join(filter(None, change.old)), "/".join(filter(None, (found.community, found.grid)))
        return found if found.code else replace(found, code="I305", near=new, old=old, since=change.since)

    def _unknown(self, name: str, part: str) -> Place:
        if not name and part:
            owners = [community for community, known in self.grids.items() if bare_grid(part) in known]
            if len(owners) == 1 and (self.complete or not is_numbered(part)):
                return self._inside(owners[0], part)
            return Place(code="W303" if owners else "W317", near="、".join(owners[:3]))
        bare = bare_community(name)
        if len(self.kinds.get(bare, {})) > 1:
            return Place(code="W303", near="、".join(list(self.kinds[bare].values())[:3]))
        close = get_close_matches(bare, [word for word, full in self.communities.items() if full], n=1, cutoff=0.5)
        return Place(code="W301", near=self.communities[close[0]] if close else "")


def place_book(
    pairs: Iterable[tuple[object, object]],
    told: Mapping[str, str],
    *,
    further: Iterable[tuple[object, object]] = (),
    changes: Iterable[Change] = (),
) -> PlaceBook:
    """Collect the known places from reference pairs of community and grid, first spelling first.

    Parameters
    ----------
    further
        Pairs of other lists: a name of another kind (望江社区) is the one place of that name that the first list has.
    changes
        What became of places, those in force only; chains are followed.
    """
    named = [tuple(target.partition("/")[::2]) for target in told.values()]
    exact: dict[str, str] = {}
    kinds: dict[str, dict[str, str]] = {}
    grids: dict[str, dict[str, str]] = {}
    listed = [*((pair, False) for pair in pairs), *((pair, True) for pair in [*further, *named])]
    listed += [((change.old[0], ""), True) for change in changes]
    for (community, grid), loosely in listed:
        name, part = plain(_text(community)), _text(grid)
        if is_elsewhere(name):
            continue
        canonical = _enter(name, exact, kinds, loosely=loosely) if name else ""
        if canonical and part:
            known = grids.setdefault(canonical, {})
            known.setdefault(bare_grid(_without_community(part, bare_community(name))), plain(part))
    for name in list(exact.values()):
        for other in other_names(name):
            bare, kind = split_community(other)
            kinds.setdefault(bare, {kind: name})
            exact.setdefault(other, name)
    bares = {bare: next(iter(known.values())) if len(known) == 1 else "" for bare, known in kinds.items()}
    book = PlaceBook(bares | exact, grids, told, kinds)
    return replace(book, changes=_followed(book, list(changes)))


def _enter(name: str, exact: dict[str, str], kinds: dict[str, dict[str, str]], *, loosely: bool) -> str:
    """Note a listed community and return its first spelling; ``""`` where it may be one of two."""
    bare, kind = split_community(name)
    known = kinds.setdefault(bare, {})
    canonical = exact.get(key(name)) or known.get(kind) or known.get("")
    if not canonical and known and (loosely or not kind):
        if len(known) > 1:
            return ""
        canonical = next(iter(known.values()))
    if not canonical:
        canonical = known[kind] = name
    exact[key(name)] = canonical
    return canonical


def _followed(book: PlaceBook, changes: list[Change]) -> dict[tuple[str, str], Change]:
    """Return each old place with the last of what it became one after another."""
    steps = {}
    for change in changes:
        old, new = (
            (book.community(name) or name, bare_grid(part) if part else "") for name, part in (change.old, change.new)
        )
        if old != new:
            steps[old] = (new, change)
    found = {}
    for old, (first, change) in steps.items():
        target, last, path = first, change, [old]
        while target in steps and target not in path and len(path) <= _MOST_CHANGES:
            path.append(target)
            target, last = steps[target]
        if target not in path:
            community = book.community(last.new[0]) or last.new[0]
            found[old] = Change((old[0], change.old[1]), (community, last.new[1]), change.since)
    return found


def _without_community(grid: str, bare: str) -> str:
    text = without_street(key(grid))
    if bare and text.startswith(bare):
        return _COMMUNITY_TAIL.sub("", text[len(bare) :]) or grid
    return grid


def _text(cell: object) -> str:
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    return str(cell).removesuffix(".0") if isinstance(cell, float) else plain(str(cell))
