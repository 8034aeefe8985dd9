"""One resolver of place names: 槐荫里 = 槐荫里社区 = 槐荫里居委会, 第一网格 = 1号网格 = 1 within its community."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING

from needs_analytics.core.wording import chinese_number, key, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_SUFFIX = re.compile(
    r"(社区居民委员会|社区居委会|居民委员会|社区党群服务中心|社区服务站|社区工作站|居委会|社区居委|居委|社区|村民委员会|村委会|行政村|村)$"
)
_STREET = re.compile(r"^.{2,8}?(?:街道办事处|街道办|街道|乡|镇)[/\-—·>\s]*(?=.{2,})")
_STREET_INSIDE = re.compile(r"(?<![\u4e00-\u9fff])[\u4e00-\u9fff]{2,8}?(?:街道办事处|街道办|街道|乡|镇)")
_GRID = re.compile(
    r"(?:第)?([0-9]{1,3}|[零一二三四五六七八九十百]{1,4})(?:号|#|支|级)?"
    r"(?:网格|片区|片|格|责任区|单元格|村民小组|居民小组|小组|组|社|队)?"
)
_NAMED_NUMBER = re.compile(
    r"(.*[^第零一二三四五六七八九十百\d])第?(\d{1,3}|[零一二三四五六七八九十百]{1,4})号?(?:网格|片区|格|小组|组|社|队)"
)
_GROUP = re.compile(r".*(?:小组|组)")
_CALLED_GRID = re.compile(r"格|片|责任区|组|社$|队|^\d{1,2}$")
_GRID_SUFFIX = re.compile(r"(网格|片区|责任区)$")
_CODE_TAIL = re.compile(r"[a-z]{1,8}[-_]?(?:wg|g|w)?[-_]?0*(\d{1,3})")


@dataclass(frozen=True, slots=True)
class Place:
    """A resolved place; ``""`` where it is not known, with the code of the issue to raise."""

    community: str = ""
    grid: str = ""
    code: str = ""
    near: str = ""


@dataclass(frozen=True, slots=True)
class PlaceBook:
    """The places of a sub-district, as the grid list (or, without one, the register) writes them.

    Attributes
    ----------
    communities
        Bare wording to community; a wording of two communities maps to ``""``.
    grids
        Community to bare wording to grid.
    told
        Wording to ``社区`` or ``社区/网格`` from ``mapping.toml``.
    """

    communities: Mapping[str, str] = field(default_factory=dict)
    grids: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    told: Mapping[str, str] = field(default_factory=dict)

    def resolve(self, community: object, grid: object = "") -> Place:
        """Resolve a community cell and a grid cell, either of which may hold both."""
        name, part = _text(community), _text(grid)
        told = self.told.get(key(f"{name}/{part}")) or self.told.get(key(name)) or self.told.get(key(part))
        if told:
            head, _, tail = told.partition("/")
            return self._inside(self._community(head) or head, tail or ("" if key(part) in self.told else part))
        if not name and not part:
            return Place()
        found = self._community(name) if name else ""
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

    def _community(self, name: str) -> str:
        return self.communities.get(key(name)) or self.communities.get(bare_community(name), "")

    def _both(self, text: str) -> tuple[str, str] | None:
        """Split 槐荫里社区第3网格 into community and grid: the longest known community it starts with."""
        rest = _STREET.sub("", key(text))
        starts = [known for known, name in self.communities.items() if name and rest.startswith(known)]
        if not starts:
            return None
        start = max(starts, key=len)
        tail = re.sub(r"^(社区居委会|居委会|社区|村委会|村)?[-_/·—\s]*", "", rest[len(start) :])
        known = self.grids.get(self.communities[start], {})
        numbered = _GRID.fullmatch(tail) and (known or _CALLED_GRID.search(tail))  # 东风路126号 is an address
        if tail and not numbered and bare_grid(tail) not in known:
            return None
        return self.communities[start], tail

    def _inside(self, community: str, grid: str) -> Place:
        if not grid:
            return Place(community)
        known = self.grids.get(community, {})
        both = self._both(grid)
        tail = both[1] if both and both[0] == community else grid
        found = known.get(bare_grid(tail)) or known.get(bare_grid(grid)) or known.get(key(grid))
        if found or not known:
            return Place(community, found or canonical_grid(tail))
        return Place(community, "", "W302", near="、".join(sorted(known.values())[:3]))

    def _unknown(self, name: str, part: str) -> Place:
        if not name and part:
            owners = [community for community, known in self.grids.items() if bare_grid(part) in known]
            if len(owners) == 1:
                return self._inside(owners[0], part)
            return Place(code="W303", near="、".join(owners[:3]))
        if self.communities.get(bare_community(name)) == "":
            return Place(code="W303", near="")
        close = get_close_matches(
            bare_community(name), [word for word, full in self.communities.items() if full], n=1, cutoff=0.5
        )
        return Place(code="W301", near=self.communities[close[0]] if close else "")


def place_book(pairs: Iterable[tuple[object, object]], told: Mapping[str, str]) -> PlaceBook:
    """Collect the known places from reference pairs of community and grid, first spelling first."""
    communities: dict[str, str] = {}
    grids: dict[str, dict[str, str]] = {}
    seen: dict[str, str] = {}
    for community, grid in pairs:
        name = plain(_text(community))
        if not name:
            continue
        bare = bare_community(name)
        canonical = seen.setdefault(key(name), seen.get(bare, name))
        seen.setdefault(bare, canonical)
        communities[key(canonical)] = canonical
        communities[bare] = canonical if communities.get(bare, canonical) == canonical else ""
        part = _text(grid)
        if part:
            grids.setdefault(canonical, {}).setdefault(bare_grid(_without_community(part, bare)), plain(part))
    return PlaceBook(communities, grids, told)


def bare_community(name: str) -> str:
    """Return a community's name without its street and its kind, ready to compare.

    Examples
    --------
    >>> bare_community("幸福街道槐荫里社区居委会"), bare_community("东村"), bare_community("望江村")
    ('槐荫里', '东村', '望江')
    """
    text = _STREET.sub("", key(name))
    stem = _SUFFIX.sub("", text)
    return stem if len(stem) >= 2 else text


def bare_grid(grid: str) -> str:
    """Return what tells a grid apart inside its community: its number where it has one.

    Examples
    --------
    >>> bare_grid("第一网格"), bare_grid("1号网格"), bare_grid("01"), bare_grid("1.0"), bare_grid("阳光里网格")
    ('1', '1', '1', '1', '阳光里')
    >>> bare_grid("北四条第二格"), bare_grid("北四条2格")
    ('北四条2', '北四条2')
    """
    text = key(grid).removesuffix(".0")
    found = _GRID.fullmatch(text)
    if found:
        chinese = chinese_number(found[1])
        return str(chinese if chinese is not None else int(found[1]))
    named = _NAMED_NUMBER.fullmatch(text)
    if named:
        chinese = chinese_number(named[2])
        return f"{named[1]}{chinese if chinese is not None else int(named[2])}"
    coded = _CODE_TAIL.fullmatch(text)
    if coded:
        return str(int(coded[1]))
    return _GRID_SUFFIX.sub("", text) or text


def canonical_grid(grid: str) -> str:
    """Return how a grid is printed where no grid list names it."""
    bare = bare_grid(grid)
    if not bare.isdigit():
        return plain(grid)
    return f"第{bare}组" if _GROUP.fullmatch(key(grid)) else f"第{bare}网格"


def is_grid(text: str) -> bool:
    """Whether a text is a grid's or a residents' group's number with its kind (第一村民小组, 3号网格)."""
    return bool(_GRID.fullmatch(key(text))) and not key(text).removeprefix("第").isdigit()


def _without_community(grid: str, bare: str) -> str:
    text = _STREET.sub("", key(grid))
    if bare and text.startswith(bare):
        return re.sub(r"^(社区|村)?[-_/·—]*", "", text[len(bare) :]) or grid
    return grid


def _text(cell: object) -> str:
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    return str(cell).removesuffix(".0") if isinstance(cell, float) else plain(str(cell))
