"""Names of communities and grids without what says nothing: street, kind, brackets, 第 and 号."""

from __future__ import annotations

import re
from typing import NamedTuple

from needs_analytics.core.wording import chinese_number, key, plain

_OFFICE = re.compile(
    r"(?:社区居民委员会|社区居委会|社区居委|居民委员会|居委会|居委|社区党群服务中心|党群服务中心|社区服务站|社区工作站|社区党委|社区党总支)$"
)
_VILLAGE_OFFICE = re.compile(r"(?:村民委员会|村委会|村委|村党总支|村党支部)$")
_KIND = re.compile(r"(社区|行政村|自然村|村|嘎查|居|屯)$")
_VILLAGE = {"行政村": "村", "自然村": "村", "村": "村", "社区": "社区", "居": "社区"}
_REGION = r"(?:街道办事处|街道办|街道|乡|镇|苏木)"
_STREET = re.compile(rf"^.{{2,20}}?{_REGION}[/\-—·>\s]*(?=.{{2,}})")
_ONLY_KIND = re.compile(r"(?:社区|村|居委会|居民委员会|村委会|村民委员会|党群服务中心|社区服务站)+")
_ELSEWHERE = re.compile(
    r"(?:其[他它]|别的|外)(?:的)?(?:社区|村居?|居委会|街道|乡镇|镇|乡|地方|地区|区域)?|(?:不|非|没)(?:住|居住|居)?在?(?:本|我们?)(?:街道|社区|村|镇|乡|辖区).{0,4}|外地"
)
_BRACKET = re.compile(r"\(([^()]*)\)")
_FORMERLY = re.compile(r"^(?:原名?|旧称?|现名?|今|曾用名|又名|俗称|别名)[:：]?")
_NUMERAL = r"[0-9]{1,3}|[零一二三四五六七八九十百]{1,4}"
_KIND_OF_GRID = r"网格|片区|片|格|责任区|单元格|村民小组|居民小组|村民组|居民组|屯组|小组|组|社|队"
_GRID = re.compile(rf"(?:第)?({_NUMERAL})(?:号|#|支|级)?(?:{_KIND_OF_GRID})?")
_AFTER = re.compile(rf"(?:网格|片区|责任区|第)({_NUMERAL})(?:号|#)?")
_ROMAN = {
    "i": 1,
    "ii": 2,
    "iii": 3,
    "iv": 4,
    "v": 5,
    "vi": 6,
    "vii": 7,
    "viii": 8,
    "ix": 9,
    "x": 10,
    "xi": 11,
    "xii": 12,
}
_ROMAN_GRID = re.compile(r"第?([ivx]{1,4})号?(?:网格|片区|格|组)")
_NAMED_NUMBER = re.compile(
    r"(.*[^第零一二三四五六七八九十百\d])第?(\d{1,3}|[零一二三四五六七八九十百]{1,4})号?(?:网格|片区|格|小组|组|社|队)"
)
_GROUP = re.compile(r".*(?:小组|组)")
_GRID_SUFFIX = re.compile(r"(?:网格|片区|责任区|片)+$")
_WITHIN = re.compile(r"(.*(?:网格|格))(?:第?\w{1,3}号?(?:微网格|楼栋|楼|栋|幢|单元|楼组)).*")
_CODE_TAIL = re.compile(r"(?:[a-z]{1,8}[-_]?(?:wg|g|w)?[-_]?|\d{6,15}[-_]|\d{12})0*(\d{1,3})")


class CommunityName(NamedTuple):
    """A community's name without its street and its kind, and the kind: 社区, 村, 屯, 嘎查 or nothing."""

    bare: str
    kind: str


def split_community(name: str) -> CommunityName:
    """Take a community's name apart.

    Examples
    --------
    >>> tuple(split_community("幸福街道槐荫里社区居委会")), tuple(split_community("大王村村委会"))
    (('槐荫里', '社区'), ('大王', '村'))
    """
    text = _BRACKET.sub("", without_street(key(name))) or key(name)
    kind = ""
    for office, means in ((_OFFICE, "社区"), (_VILLAGE_OFFICE, "村")):
        stem = office.sub("", text)
        if stem != text and len(stem) >= 2:
            text, kind = stem, means
    found = _KIND.search(text)
    if found and found.start() >= 2:
        text, kind = text[: found.start()], _VILLAGE.get(found[1], found[1])
    return CommunityName(text, kind)


def bare_community(name: str) -> str:
    """Return a community's name without its street and its kind, ready to compare.

    Examples
    --------
    >>> bare_community("幸福街道槐荫里社区居委会"), bare_community("东村"), bare_community("望江村")
    ('槐荫里', '东村', '望江')
    """
    return split_community(name).bare


def officially(name: str) -> int:
    """Return how a spelling tells which kind of place it is: 0 itself, 1 by its office, 2 not at all.

    Examples
    --------
    >>> [officially(name) for name in ("和平社区", "下坝村（新）", "和平居委会", "下坝村村委会", "和平")]
    [0, 0, 1, 1, 2]
    """
    if not split_community(name).kind:
        return 2
    text = _BRACKET.sub("", key(name)) or key(name)
    return int(bool(_OFFICE.search(text) or _VILLAGE_OFFICE.search(text)))


def other_names(name: str) -> list[str]:
    """Return the names a cell gives in brackets: 和平社区（原红星村）."""
    inside = [_FORMERLY.sub("", part) for part in _BRACKET.findall(key(name))]
    return [part for part in inside if len(part) >= 2]


def without_street(text: str) -> str:
    """Drop the street or town in front of a name, unless it is the name."""
    rest = _STREET.sub("", text)
    return text if _ONLY_KIND.fullmatch(rest) else rest


def formerly(text: str) -> str:
    """Drop 原 and the like in front of a name."""
    return _FORMERLY.sub("", text)


def is_elsewhere(name: str) -> bool:
    """Whether an answer says that the place is none of those listed.

    Examples
    --------
    >>> is_elsewhere("其他村"), is_elsewhere("不在本街道居住"), is_elsewhere("其他山村")
    (True, True, False)
    """
    return _ELSEWHERE.fullmatch(key(name)) is not None


def bare_grid(grid: str) -> str:
    """Return what tells a grid apart inside its community: its number where it has one.

    Examples
    --------
    >>> bare_grid("第一网格"), bare_grid("1号网格"), bare_grid("01"), bare_grid("1.0"), bare_grid("阳光里网格")
    ('1', '1', '1', '1', '阳光里')
    >>> bare_grid("网格01"), bare_grid("Ⅰ网格"), bare_grid("330102001-03"), bare_grid("第2网格5号楼")
    ('1', '1', '3', '2')
    >>> bare_grid("北四条第二格"), bare_grid("北四条2格")
    ('北四条2', '北四条2')
    """
    text = _BRACKET.sub("", key(grid).removesuffix(".0")) or key(grid)
    within = _WITHIN.fullmatch(text)
    text = within[1] if within else text
    found = _GRID.fullmatch(text) or _AFTER.fullmatch(text)
    if found:
        return _number(found[1])
    roman = _ROMAN_GRID.fullmatch(text)
    if roman and roman[1] in _ROMAN:
        return str(_ROMAN[roman[1]])
    named = _NAMED_NUMBER.fullmatch(text)
    if named:
        return named[1] + _number(named[2])
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
    return is_numbered(key(text)) and not key(text).removeprefix("第").isdigit()


def is_numbered(text: str) -> bool:
    """Whether a text is the number of a grid and nothing else."""
    return _GRID.fullmatch(text) is not None or _AFTER.fullmatch(text) is not None


def _number(text: str) -> str:
    chinese = chinese_number(text)
    return str(chinese) if chinese is not None else str(int(text)) if text.isdecimal() else text
