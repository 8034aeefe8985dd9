"""Sheets that hold the rows of another sheet again: 剔除后, 汇总, 副本, Sheet1 (2); one of them counts."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import combinations
from math import log2
from typing import TYPE_CHECKING

import numpy as np

from needs_analytics.core.wording import key
from needs_analytics.intake.contents import moment_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from needs_analytics.core.arrays import Objects
    from needs_analytics.intake.blocks import Block

_NUMBERS = frozenset({"序号", "编号", "序", "行号", "no", "no."})
_PERSONAL = re.compile(r"姓名|称呼|身份证|证件|电话|手机|住址|地址|门牌|户主$")
_OFFICIAL = re.compile(r"调查|访问|访员|填表|填报|网格|经办|负责|审核|登记人|录入|工作人员|社区.{0,2}(?:电话|地址)")
_HOME = re.compile(r"住址|地址|门牌")
_CHOSEN = re.compile(r"剔除|清洗|去重|有效|定稿|最终|终稿|核实后")
_COPIED = re.compile(r"副本|备份|复件|拷贝|copy|[(（]\d+[)）]$", re.IGNORECASE)
_NUMBERED = re.compile(r" *[(（]\d+[)）]$")  # how Excel names a copy, but offices the second of two sheets, too
_RELATED = re.compile(rf"{_CHOSEN.pattern}|{_COPIED.pattern}|汇总|总表|合并|原始|透视|全部", re.IGNORECASE)
_PLACE = re.compile(r".{1,10}(社区|居委会|村|村委会|居|里)")
_ANSWERS = tuple(
    map(
        re.compile,
        (r"responseid|respondentid|受访者id|_?uuid|答卷(?:编号|id)|答题id", r"时间戳记?|timestamp|提交.{0,6}时间.*"),
    )
)
"""Headers by which an answer sheet is known, the surest first."""
_CODE = re.compile(r"-?\d*(?:\.0*)?(?:[,;┋ ]-?\d+)*")
_COLUMNS = 3  # that two sheets must share before their rows can be compared
_BITS = 20.0  # evidence that rows are equal by no chance: once in a million
_MOSTLY = 0.8  # share of equal rows from which two sheets are asked about


@dataclass(frozen=True, slots=True)
class Copy:
    """A block whose rows stand in another block as well.

    Attributes
    ----------
    of
        Position of the other block.
    sure
        Whether it is left out; otherwise it is asked about.
    equal
        Number of its rows that stand there.
    """

    of: int
    sure: bool
    equal: int


def find_copies(blocks: Mapping[int, Block]) -> dict[int, Copy]:
    """Return which blocks hold the rows of another one of the same workbook, or of a file that is the same.

    Of two sheets the one named 剔除后 or 定稿 counts, else the larger, else the earlier; a sheet per community counts
    where the sheet of all does not say the community.
    """
    found: dict[int, Copy] = {}
    titles = {position: _titles(block) for position, block in blocks.items()}
    for one, other in combinations(blocks, 2):
        if one in found or other in found:
            continue
        pair = _compared(one, other, blocks, titles)
        if pair:
            found[pair[0]] = pair[1]
    return _without_whole(found, blocks, titles)


def _compared(
    one: int, other: int, blocks: Mapping[int, Block], titles: Mapping[int, Mapping[str, int]]
) -> tuple[int, Copy] | None:
    """Return which of two blocks is the copy, if one is."""
    shared = [title for title in titles[one] if title in titles[other] and title not in _NUMBERS]
    fewest = min(len(titles[one]), len(titles[other]))
    if len(shared) < _COLUMNS or len(shared) < _MOSTLY * (fewest - 1):
        return None
    again = _sent_again(one, other, blocks, titles)
    if again:
        return again
    same_file = blocks[one].sheet.file == blocks[other].sheet.file
    small, large = sorted((one, other), key=lambda position: (len(blocks[position].rows), -position))
    if not same_file and (
        len(blocks[small].rows) != len(blocks[large].rows) or titles[small].keys() != titles[large].keys()
    ):
        return None
    texts = [[_texts(blocks[place], titles[place][title]) for title in shared] for place in (small, large)]
    rows = [["\x1f".join(cells) for cells in zip(*columns, strict=True)] for columns in texts]
    equal = sum((Counter(rows[0]) & Counter(rows[1])).values())
    if equal < _MOSTLY * len(rows[0]) or (equal < len(rows[0]) and not same_file):
        return None
    names = [blocks[position].sheet.name for position in (small, large)]
    told = same_file and _is_told(*names)
    sure = told or _is_no_chance(rows, texts[1], shared)
    if not sure and equal < _COLUMNS:
        return None
    left, kept = (large, small) if _is_chosen(*names) else (small, large)
    return left, Copy(kept, sure and equal == len(rows[0]), equal)


def _sent_again(
    one: int, other: int, blocks: Mapping[int, Block], titles: Mapping[int, Mapping[str, int]]
) -> tuple[int, Copy] | None:
    """Return which of two exports is an earlier download of the other, or the same answers as codes.

    A platform gives each answer sheet a number or the second it was handed in; cells may have been corrected since.
    """
    exports = [blocks[place].export for place in (one, other)]
    if not exports[0] or not exports[1] or exports[0].platform != exports[1].platform:
        return None
    named = next((title for pattern in _ANSWERS for title in titles[one] if pattern.fullmatch(title)), "")
    if named not in titles[other]:
        return None
    left, kept = sorted((one, other), key=lambda place: (len(blocks[place].rows), _words(blocks[place]), -place))
    marks = [Counter(_marks(blocks[place], titles[place][named])) for place in (left, kept)]
    rows, equal = len(blocks[left].rows), sum((marks[0] & marks[1]).values())
    return (left, Copy(kept, equal == rows, equal)) if equal > max(_COLUMNS, rows / 2) else None


def _marks(block: Block, position: int) -> list[object]:
    """Return what tells each answer sheet from the others; a moment is one however it is written."""
    column = block.column(position)
    moments = [moment_of(value) for value in column.values]
    marks = [moment or key(str(value)) for moment, value in zip(moments, column.values, strict=True)]
    return [marks[code] for code in column.codes if marks[code]]


def _words(block: Block) -> int:
    """Return in how many columns answers are words; the fewer, the more are codes."""
    return sum(any(not _CODE.fullmatch(str(value)) for value in block.column(position).values)
               for position, header in enumerate(block.headers) if header.parts)  # fmt: skip


def _is_told(one: str, other: str) -> bool:
    """Whether names say that a sheet was made of another; 问卷(1) and 问卷(2) do not, 问卷 and 问卷 (2) do."""
    plainly = [_NUMBERED.sub("", name) for name in (one, other)]
    made = any(map(_RELATED.search, plainly))
    return made or (one != other and plainly[0] == plainly[1] in {one, other})


def _is_chosen(small: str, large: str) -> bool:
    """Whether the smaller of two sheets is the one to count."""
    return bool(_CHOSEN.search(small) and not _CHOSEN.search(large)) or bool(
        _COPIED.search(large) and not _COPIED.search(small)
    )


def _is_no_chance(rows: Sequence[Sequence[str]], columns: Sequence[Objects], titles: Sequence[str]) -> bool:
    """Whether rows equal by chance would be a wonder: they name people, or their columns rarely meet like this."""
    for title, column in zip(titles, columns, strict=True):
        if _names_people(title) and sum(map(_home if _HOME.search(title) else bool, column)) >= _MOSTLY * len(column):
            return True
    size = len(rows[1])
    shares = [Counter(column) for column in columns]
    chances = Counter({row: size * _chance(row, shares, size) for row in set(rows[0])})
    return sum(-log2(min(1.0, max(chances[row], 1e-9))) for row in rows[0]) >= _BITS


def _names_people(title: str) -> bool:
    """Whether a header names respondents, not whoever asked them."""
    return bool(_PERSONAL.search(title)) and not _OFFICIAL.search(title)


def _home(cell: object) -> bool:
    """Whether an address is a home's, not that of a whole community."""
    return any(sign.isdigit() for sign in str(cell))


def _chance(row: str, shares: Sequence[Counter[object]], size: int) -> float:
    return float(np.prod([share[cell] / size for cell, share in zip(row.split("\x1f"), shares, strict=True)]))


def _without_whole(
    found: dict[int, Copy], blocks: Mapping[int, Block], titles: Mapping[int, Mapping[str, int]]
) -> dict[int, Copy]:
    """Leave out the sheet of all instead of its parts where only the parts' names tell the community."""
    for whole in {copy.of for copy in found.values() if copy.sure}:
        parts = [position for position, copy in found.items() if copy.of == whole and copy.sure]
        named = all(_PLACE.fullmatch(key(blocks[position].sheet.name)) for position in parts)
        tells = any(re.search(r"社区|村|居委", title) for title in titles[whole])
        if named and not tells and sum(found[part].equal for part in parts) >= len(blocks[whole].rows):
            equal = len(blocks[whole].rows)
            found = {position: copy for position, copy in found.items() if position not in parts}
            found[whole] = Copy(parts[0], sure=True, equal=equal)
    return found


def _titles(block: Block) -> dict[str, int]:
    """Return header to column, the first of equal ones."""
    columns: dict[str, int] = {}
    for position, header in enumerate(block.headers):
        if header.parts:
            columns.setdefault(key(header.text), position)
    return columns


def _texts(block: Block, position: int) -> Objects:
    """Return the cells of a column as they are compared."""
    column = block.column(position)
    lookup = np.array([key(str(value)) for value in column.values], dtype=object)
    return np.asarray(lookup[column.codes])
