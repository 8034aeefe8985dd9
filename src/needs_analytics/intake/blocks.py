"""Where in a sheet the tables are: titles, header rows, data, totals, notes; several tables under one another."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from needs_analytics.core.records import Column
from needs_analytics.core.wording import key, plain
from needs_analytics.intake.grid import Grid, grid_of
from needs_analytics.intake.headers import Header, compose_headers, header_height

if TYPE_CHECKING:
    from collections.abc import Callable

    from needs_analytics.core.arrays import Bools, Ints
    from needs_analytics.core.mapping import SheetRule
    from needs_analytics.core.records import Sheet
    from needs_analytics.intake.platforms.profile import Export

_SUMMARY = re.compile(
    r"(本页|全(街道|[镇乡县区市村街]|社区))?(合计|总计|小计|共计|累计|总和|合计数|总数)([:：(（].*)?"
    r"|平均值?[:：]?|(合计|总计|小计|共计|总共|共)[:：]?\d[\d,.]*[^\d]{0,4}|(total|subtotal|sum)[:：]?"
)
_EVERYWHERE = re.compile(r"全(街道|[镇乡县区市街])(合计|总计|小计)?")
_NOTE = re.compile(
    r"(注|备注|说明|填表说明|填报说明|填表人|填报人|填表|填报|制表|制表人|审核|审核人|复核|负责人|单位负责人|经办人|统计人|录入人|签到人"
    r"|联系人|填表日期|填报日期|制表日期|填报单位|填报时间|note|notes)([:：(（].*)?|注\d*[:：、.].*|[*※].+"
)
_SENTENCE = re.compile(r".*[。;；:：].*|.+[,，].+|.*(签字|签名|盖章).*")
_DIVIDER = re.compile(
    r"第?[一二三四五六七八九十百\d]{1,4}号?(村民小组|居民小组|小组|组|网格|片区|社|队)"
    r"|[(（]?[一二三四五六七八九十]{1,3}[)）]?[、.．].{2,14}|.{2,12}(社区|居委会|村|村委会|网格)"
)
_DITTO = frozenset({"〃", "″", "〞", '"', "”", "＂", "''", "′′", "同上", "同前", "上同", "同上行"})
_LONG_TEXT = 16
_FIRST_CELLS = 4
_WIDE_ENOUGH = 4  # columns from which one text alone in a row, at its left edge, cannot be a resident or a service


@dataclass(frozen=True, slots=True)
class Block:
    """One table inside a sheet.

    Attributes
    ----------
    headers
        One per column of the sheet; a column without one has no parts.
    head, height
        0-based first header row and number of header rows; height 0 when there is no header.
    rows
        0-based rows that hold data.
    asides
        0-based row to why it is no data: ``total``, ``note``, ``repeat``, ``divider`` or ``preview``.
    titles
        Texts that stand above the header.
    dividers
        0-based row to the text of a row that only heads the rows below it (第一村民小组).
    export
        The platform that wrote the table, ``None`` for a sheet made by hand.
    """

    sheet: Sheet
    headers: tuple[Header, ...]
    head: int
    height: int
    rows: Ints
    asides: dict[int, str] = field(default_factory=dict)
    titles: tuple[str, ...] = ()
    dividers: dict[int, str] = field(default_factory=dict)
    export: Export | None = None
    _columns: dict[int, Column] = field(default_factory=dict, init=False, repr=False, compare=False)

    def sections(self) -> list[str]:
        """Return, per data row, the divider above it; ``""`` where there is none."""
        tops = sorted(self.dividers)
        above = np.searchsorted(tops, self.rows)
        return [self.dividers[tops[position - 1]] if position else "" for position in above]

    def column(self, column: int) -> Column:
        """Return a column's data cells; a merged range carries its value in each of its cells."""
        if column not in self._columns:
            self._columns[column] = self._column(column)
        return self._columns[column]

    def _column(self, column: int) -> Column:
        source = self.sheet.columns[column]
        values, codes = list(source.values), source.codes
        for top, left, bottom, right in self.sheet.merged:
            if left <= column <= right and self.head + self.height <= top < len(codes):
                owner = self.sheet.columns[left]
                codes = codes.copy() if codes is source.codes else codes
                values.append(owner.values[owner.codes[top]])
                codes[top : bottom + 1] = len(values) - 1
        kept = self._repeated(values, codes[self.rows])
        counts = np.bincount(kept, minlength=len(values))
        own = (np.cumsum(counts > 0) - 1).astype(np.int32)
        return Column(own[kept], tuple(value for value, count in zip(values, counts, strict=True) if count))

    def dittos(self, column: int) -> int:
        """Return how many cells of a column repeat the one above (〃, 同上)."""
        source = self.sheet.columns[column]
        marks = np.array([_is_ditto(value) for value in source.values], dtype=bool)
        return int(marks[source.codes[self.rows]].sum())

    @staticmethod
    def _repeated(values: list[object], codes: Ints) -> Ints:
        """Return the codes with every ditto mark replaced by what stands above it."""
        marks = np.array([_is_ditto(value) for value in values], dtype=bool)[codes]
        if not marks.any():
            return codes
        sources = np.maximum.accumulate(np.where(marks, -1, np.arange(len(codes))))
        return np.asarray(np.where(sources >= 0, codes[np.maximum(sources, 0)], codes))


def _is_ditto(value: object) -> bool:
    return isinstance(value, str) and value.strip() in _DITTO


def find_blocks(
    sheet: Sheet,
    score: Callable[[str], float],
    words: frozenset[str],
    rule: SheetRule,
    *,
    searched: int,
    export: Export | None = None,
) -> list[Block]:
    """Split a sheet into its tables, from the top down.

    Parameters
    ----------
    score
        How much a text looks like a header: 0 not at all, 1 somewhat, 2 exactly.
    words
        Known header wordings, literally; a row with two of them can start a further table.
    rule
        What the office told; a given header row makes the sheet one block.
    searched
        Rows from the top of a stretch in which the first header is looked for.
    export
        The platform that wrote the sheet, which tells where the first header is.
    """
    if not sheet.n_rows:
        return []
    grid = grid_of(sheet)
    if rule.header_row:
        heads = [(rule.header_row - 1, max(rule.header_rows, 1))]
    else:
        first = (export.head, export.height) if export else _first_header(grid, score, searched)
        heads = _headers(grid, score, words, first)
    if not heads:
        rows = np.flatnonzero(~grid.empty_rows)
        return [Block(sheet, (), 0, 0, rows)] if len(rows) else []
    tops = [0, *(_title_above(grid, head) for head, _ in heads[1:])]
    ends = [*tops[1:], sheet.n_rows]
    blocks = [_block(grid, head, height, top, end) for (head, height), top, end in zip(heads, tops, ends, strict=True)]
    return [replace(blocks[0], export=export), *blocks[1:]]


def _headers(
    grid: Grid, score: Callable[[str], float], words: frozenset[str], first: tuple[int, int] | None
) -> list[tuple[int, int]]:
    if first is None:
        return []
    found = [first]
    texts = {_row_key(grid, row) for row in range(first[0], sum(first))}
    for row in map(int, grid.containing(words, at_least=2)):
        if row < sum(found[-1]) or _row_key(grid, row) in texts or not _is_strong(grid, row, score):
            continue
        head, height = header_height(grid, row, floor=sum(found[-1]))
        found.append((head, height))
        texts.add(_row_key(grid, row))
    return found


def _first_header(grid: Grid, score: Callable[[str], float], searched: int) -> tuple[int, int] | None:
    """Return the header of the first stretch that has one: its best-scoring row, the upper of equals."""
    for start, end in grid.stretches()[:50]:
        scores = [(_row_score(grid, row, score), -row) for row in range(start, min(end, start + searched))]
        best, row = max(scores)
        if best >= 2:
            return header_height(grid, -row, floor=start)
    return None


def _row_score(grid: Grid, row: int, score: Callable[[str], float]) -> float:
    texts = [text for text, wordy in zip(grid.row(row), grid.text[row], strict=True) if wordy]
    scores = [score(text) for text in dict.fromkeys(texts)]
    if sum(value > 0 for value in scores) < 2:
        return 0.0
    numbers = int(grid.filled[row].sum() - grid.text[row].sum())
    return sum(scores) - numbers


def _is_strong(grid: Grid, row: int, score: Callable[[str], float]) -> bool:
    """Whether a row further down starts a new table: only text, two exact wordings, most cells known."""
    if (grid.filled[row] & ~grid.text[row]).any():
        return False
    scores = [score(text) for text, wordy in zip(grid.row(row), grid.text[row], strict=True) if wordy]
    return sum(value == 2 for value in scores) >= 2 and sum(value > 0 for value in scores) >= 0.6 * len(scores)


def _row_key(grid: Grid, row: int) -> str:
    return "\x1f".join(map(key, grid.row(row)))


def _title_above(grid: Grid, head: int) -> int:
    """Return the first of the single-cell rows that stand right above a further table's header."""
    row = head
    while row > 0 and grid.filled[row - 1].sum() == 1 and grid.text[row - 1].sum() == 1:
        row -= 1
    return row


def _block(grid: Grid, head: int, height: int, top: int, end: int) -> Block:
    headers = compose_headers(grid, head, height)
    candidates = np.arange(head + height, end)
    rows = candidates[~grid.empty_rows[candidates]]
    asides = _asides(grid, rows, _row_key(grid, head + height - 1), sum(bool(header.parts) for header in headers))
    kept = np.array([row for row in rows if row not in asides], dtype=int) if asides else rows
    titles = tuple(text for row in range(top, head) for text in grid.row(row) if text)
    dividers = {row: _texts(grid, row)[0] for row, why in asides.items() if why == "divider"}
    return Block(grid.sheet, headers, head, height, kept, asides, tuple(dict.fromkeys(titles)), dividers)


def _asides(grid: Grid, rows: Ints, header: str, width: int) -> dict[int, str]:
    """Return the rows below a header that are totals, notes, dividers or the header printed again."""
    if not len(rows):
        return {}
    filled = grid.filled[rows]
    single = (filled.sum(axis=1) == 1) & (grid.text[rows].sum(axis=1) == 1)
    suspects = single | _in_first_cells(
        grid,
        rows,
        lambda text: bool(_SUMMARY.fullmatch(text) or _NOTE.fullmatch(text) or _EVERYWHERE.fullmatch(text)),
    )
    suspects |= _in_first_cells(grid, rows, lambda text: text == header.split("\x1f", maxsplit=1)[0] != "")
    below = _merged_down(grid)
    asides = {}
    for row in map(int, rows[suspects]):
        reason = _aside(grid, row, header) or ("" if row in below else _alone(grid, row, width))
        if reason:
            asides[row] = reason
    return asides | _below_totals(grid, rows, asides)


def _merged_down(grid: Grid) -> dict[int, int]:
    """Return rows that a cell of the first columns merged from above covers, each to the first row of that range."""
    return {
        row: top
        for top, left, bottom, _ in grid.sheet.merged
        if bottom > top and left < _FIRST_CELLS
        for row in range(top + 1, bottom + 1)
    }


def _below_totals(grid: Grid, rows: Ints, asides: dict[int, str]) -> dict[int, str]:
    """Return the rows that a merged total (全镇合计 beside 户籍 and 常住) also heads."""
    covered = {
        row
        for top, left, bottom, _ in grid.sheet.merged
        if bottom > top and left < _FIRST_CELLS and asides.get(top) == "total" and _is_total(grid.row(top)[left])
        for row in range(top + 1, bottom + 1)
    }
    return {row: "total" for row in map(int, rows) if row in covered and row not in asides}


def _is_total(cell: str) -> bool:
    return bool(_SUMMARY.fullmatch(key(cell)) or _EVERYWHERE.fullmatch(key(cell)))


def _in_first_cells(grid: Grid, rows: Ints, test: Callable[[str], bool]) -> Bools:
    """Return which rows have, in one of the first four columns, a cell that passes; tested on distinct cells."""
    passes = np.zeros(len(rows), dtype=bool)
    for column in grid.sheet.columns[:_FIRST_CELLS]:
        known = np.array([isinstance(value, str) and test(key(value)) for value in column.values])
        passes |= known[column.codes[rows]]
    return passes


def _texts(grid: Grid, row: int) -> list[str]:
    return [cell for cell in grid.row(row) if cell]


def _aside(grid: Grid, row: int, header: str) -> str:
    cells = _texts(grid, row)
    if _row_key(grid, row) == header:
        return "repeat"
    if any(_SUMMARY.fullmatch(key(cell)) for cell in cells[:3]) or _EVERYWHERE.fullmatch(key(cells[0])):
        return "total"
    if _NOTE.fullmatch(key(cells[0])) and len(cells) <= max(2, grid.filled.shape[1] // 2):
        return "note"
    if len(cells) == 1 and len(plain(cells[0])) >= _LONG_TEXT:
        return "note"
    return ""


def _alone(grid: Grid, row: int, width: int) -> str:
    """Say what one text alone at the left edge of a row is in a table of several columns: a note or a divider."""
    cells = _texts(grid, row)
    column = int(np.argmax(grid.filled[row]))
    spanned = max((r - left for top, left, _, r in grid.sheet.merged if top == row and left == column), default=0)
    if len(cells) != 1 or width < _WIDE_ENOUGH or (column > 1 and not spanned):
        return ""
    if _SENTENCE.fullmatch(cells[0]):
        return "note"
    return "divider" if _DIVIDER.fullmatch(key(cells[0])) or spanned + 1 >= _WIDE_ENOUGH else ""
