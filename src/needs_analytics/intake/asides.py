"""Which rows below a header are no data: totals, notes, the header printed again, tallies, empty numbered lines."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from needs_analytics.core.issue import CellRef, Issue
from needs_analytics.core.wording import key, plain
from needs_analytics.intake.tallies import tally_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from needs_analytics.core.arrays import Bools, Ints
    from needs_analytics.intake.blocks import Block
    from needs_analytics.intake.grid import Grid
    from needs_analytics.intake.headers import Header

_SUMMARY = re.compile(
    r"(本页|全(街道|[镇乡县区市村街]|社区))?(合计|总计|小计|共计|累计|总和|合计数|总数)([:：(（].*)?|.{1,14}(小计|合计|总计)[:：]?"
    r"|平均值?[:：]?|(合计|总计|小计|共计|总共|共)[:：]?\d[\d,.]*[^\d]{0,4}|(total|subtotal|sum)[:：]?"
)
_EVERYWHERE = re.compile(r"全(街道|[镇乡县区市街])(合计|总计|小计)?")
_NOTE = re.compile(
    r"(注|备注|说明|填表说明|填报说明|填表人|填报人|填表|填报|制表|制表人|审核|审核人|复核|负责人|单位负责人|经办人|统计人|录入人|签到人"
    r"|联系人|填表日期|填报日期|制表日期|填报单位|填报时间|note|notes)([:：(（].*)?|注\d*[:：、.].*|[*※].+"
    r"|第\d{1,4}页.{0,8}|共\d{1,4}页.{0,6}|[\d-]{1,4}/\d{1,4}页?|[(（]?(续表|接上页|转下页|接下页|下转第).{0,6}"
)
_SENTENCE = re.compile(r".*[。;；:：].*|.+[,，].+|.*(签字|签名|盖章).*")
_DIVIDER = re.compile(
    r"第?[一二三四五六七八九十百\d]{1,4}号?(村民小组|居民小组|小组|组|网格|片区|社|队)"
    r"|[(（]?[一二三四五六七八九十]{1,3}[)）]?[、.．].{2,14}|.{2,12}(社区|居委会|村|村委会|网格)"
)
_HINT = re.compile(
    r"[(（\[【].{1,40}[)）\]】]|.{0,12}(必填|选填|下拉|单选|多选|请填|填写|填数字|格式|请选择?).{0,16}|(例?如|例|单位)[:：].{1,20}|男/女|是/否|√"
)
_EXAMPLE = re.compile(r"(示?例|样例|范例|举例|例如|填[写表]示例|样表)[\d一二三]?[:：]?")
_ASIDE = re.compile("|".join(f"(?:{words.pattern})" for words in (_SUMMARY, _NOTE, _EVERYWHERE, _EXAMPLE)))
_NUMBER = frozenset({"序号", "序", "编号", "行号", "号", "no", "no.", "顺序号", "行次", "num"})
_COLUMN_NAMES = frozenset({"甲", "乙", "丙", "丁", "栏次", "列次", "行次", "-", "—"})
_TOLD = frozenset({"hint", "numbers", "example", "blank", "outside"})
_LONG_TEXT = 16
_TITLE_LIKE = 6  # characters from which a text alone above a header printed again is its title
_FIRST_CELLS = 4
_FIRST_ROWS = 3  # below a header, where hints and numbers of columns stand
_FEWEST = 4  # numbers of columns in a row
_WIDE_ENOUGH = 4  # columns from which one text alone in a row, at its left edge, cannot be a resident or a service


def find_asides(
    grid: Grid, rows: Ints, head: int, headers: Sequence[Header], height: int, titles: Sequence[str],
    score: Callable[[str], float],
) -> dict[int, str]:  # fmt: skip
    """Return the rows below a header that are no data, each with the reason.

    Parameters
    ----------
    rows
        Rows below the header that are not empty.
    titles
        Texts that stand above the header.
    score
        How much a text looks like a header or an option: 0 not at all.

    Returns
    -------
    0-based row to ``total``, ``note``, ``repeat``, ``title``, ``divider``, ``hint``, ``numbers``, ``example``,
    ``blank`` (numbered and not filled in), ``outside`` (nothing under any header) or ``tally``.
    """
    if not len(rows):
        return {}
    asides = _repeated(grid, rows, head, height)
    asides |= _titles_again(grid, rows, asides, titles)
    asides |= _suspected(grid, _left(rows, asides), sum(bool(header.parts) for header in headers))
    asides |= _below_totals(grid, rows, asides)
    asides |= _under_header(grid, rows[:_FIRST_ROWS], asides, headers)
    asides |= _unfilled(grid, _left(rows, asides), headers)
    return asides | tally_rows(grid, _left(rows, asides), score)


def said_asides(block: Block) -> list[Issue]:
    """Say which rows and columns were taken for somebody's counts, and which for hints, examples or empty lines."""
    sheet = block.sheet
    counts = sorted(row for row, why in block.asides.items() if why == "tally")
    hints = sorted(row for row, why in block.asides.items() if why in _TOLD)
    issues = []
    if counts or block.tallies:
        where = CellRef(sheet.file, sheet.name, counts[0] if counts else block.head)
        places = "、".join([*_spans(counts), *block.tallies])
        issues.append(Issue("I207", where, details={"places": places}))
    if hints:
        where = CellRef(sheet.file, sheet.name, hints[0])
        issues.append(Issue("I208", where, details={"places": "、".join(_spans(hints)), "count": len(hints)}))
    return issues


def _spans(rows: Sequence[int]) -> list[str]:
    """Return 0-based rows as spreadsheet rows: ``8–11``."""
    spans: list[list[int]] = []
    for row in rows:
        if spans and row == spans[-1][1] + 1:
            spans[-1][1] = row
        else:
            spans.append([row, row])
    return [f"{first + 1}–{last + 1}" if last > first else f"{first + 1}" for first, last in spans]


def _left(rows: Ints, asides: dict[int, str]) -> Ints:
    return rows[~np.isin(rows, list(asides))] if asides else rows


def row_key(grid: Grid, row: int) -> str:
    """Return a row's cells as one text to compare."""
    return "\x1f".join(map(key, grid.row(row)))


def _repeated(grid: Grid, rows: Ints, head: int, height: int) -> dict[int, str]:
    """Return the rows that print one of the header's rows again."""
    again: dict[int, str] = {}
    for line in range(head, head + height):
        cells = row_key(grid, line)
        first = int(np.argmax(grid.filled[line]))
        column = grid.sheet.columns[first]
        wanted = cells.split("\x1f")[first]
        alike = np.array([isinstance(value, str) and key(value) == wanted for value in column.values], dtype=bool)
        again |= {row: "repeat" for row in map(int, rows[alike[column.codes[rows]]]) if row_key(grid, row) == cells}
    return again


def _titles_again(grid: Grid, rows: Ints, repeats: dict[int, str], titles: Sequence[str]) -> dict[int, str]:
    """Return the rows right above a header printed again that print its titles again, or the page's number."""
    said, known = {key(title) for title in titles}, set(map(int, rows))
    found: dict[int, str] = {}
    for repeat in repeats:
        row = repeat - 1
        while row > 0 and row not in repeats and (row not in known or _is_title(_texts(grid, row), said)):
            found |= {row: "title"} if row in known else {}
            row -= 1
    return found


def _is_title(cells: list[str], said: set[str]) -> bool:
    if len(cells) == 1 and len(cells[0]) >= _TITLE_LIKE:
        return True
    return all(key(cell) in said or _NOTE.fullmatch(key(cell)) for cell in cells)


def _suspected(grid: Grid, rows: Ints, width: int) -> dict[int, str]:
    """Return totals, notes and dividers; only rows with one text, or with such a word in front, are looked at."""
    if not len(rows):
        return {}
    single = (grid.filled[rows].sum(axis=1) == 1) & (grid.text[rows].sum(axis=1) == 1)
    suspects = single | _in_first_cells(grid, rows, _is_aside_word)
    below = _merged_down(grid)
    asides = {}
    for row in map(int, rows[suspects]):
        reason = _aside(grid, row) or ("" if row in below else _alone(grid, row, width))
        if reason:
            asides[row] = reason
    return asides


def _is_aside_word(text: str) -> bool:
    return bool(_ASIDE.fullmatch(text))


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
    """Return which rows have, in one of the first four filled columns, a cell that passes; tested on distinct cells."""
    passes = np.zeros(len(rows), dtype=bool)
    used = np.flatnonzero(grid.filled.any(axis=0))[:_FIRST_CELLS]
    for column in (grid.sheet.columns[position] for position in used):
        known = np.array([isinstance(value, str) and test(key(value)) for value in column.values])
        passes |= known[column.codes[rows]]
    return passes


def _texts(grid: Grid, row: int) -> list[str]:
    return [cell for cell in grid.row(row) if cell]


def _aside(grid: Grid, row: int) -> str:
    cells = _texts(grid, row)
    if any(_SUMMARY.fullmatch(key(cell)) for cell in cells[:3]) or _EVERYWHERE.fullmatch(key(cells[0])):
        return "total"
    if any(_EXAMPLE.fullmatch(key(cell)) for cell in cells[:2]):
        return "example"
    if _NOTE.fullmatch(key(cells[0])) and len(cells) <= max(2, grid.filled.shape[1] // 2):
        return "note"
    if len(cells) == 1 and len(plain(cells[0])) >= _LONG_TEXT:
        return "note"
    return ""


def _alone(grid: Grid, row: int, width: int) -> str:
    """Say what one text alone at the left edge of a row is in a table of several columns: a note or a divider."""
    cells = _texts(grid, row)
    place = int(np.argmax(grid.filled[row]))
    column = place - int(np.argmax(grid.filled.any(axis=0)))  # from the table's left edge
    spanned = max((r - left for top, left, _, r in grid.sheet.merged if top == row and left == place), default=0)
    if len(cells) != 1 or width < _WIDE_ENOUGH or (column > 1 and not spanned):
        return ""
    if _SENTENCE.fullmatch(cells[0]):
        return "note"
    return "divider" if _DIVIDER.fullmatch(key(cells[0])) or spanned + 1 >= _WIDE_ENOUGH else ""


def _under_header(grid: Grid, rows: Ints, asides: dict[int, str], headers: Sequence[Header]) -> dict[int, str]:
    """Return the rows right below a header that say how to fill it in, or number its columns."""
    titled = [position for position, header in enumerate(headers) if header.parts]
    found = {}
    for row in map(int, rows):
        if row in asides:
            continue
        cells = grid.row(row)
        filled = [cell for cell in cells if cell]
        if len(filled) >= 2 and all(_HINT.fullmatch(cell) for cell in filled):
            found[row] = "hint"
        elif all(cells[position] for position in titled) and _numbers_columns(filled):
            found[row] = "numbers"
        else:
            break
    return found


def _numbers_columns(cells: Sequence[str]) -> bool:
    """Whether a row counts its columns: 1, 2, 3 …, also behind 甲 and 乙."""
    numbers = [cell.strip("()（）").removesuffix(".0") for cell in cells if cell not in _COLUMN_NAMES]
    return len(cells) >= _FEWEST and numbers == [str(number + 1) for number in range(len(numbers))] != []


def _unfilled(grid: Grid, rows: Ints, headers: Sequence[Header]) -> dict[int, str]:
    """Return the rows in which only the number is filled in, and those with nothing under any header."""
    titled = np.array([bool(header.parts) for header in headers], dtype=bool)
    number = np.array([key(header.last) in _NUMBER for header in headers], dtype=bool)
    filled = grid.filled[rows]
    outside = ~filled[:, titled].any(axis=1)
    several = int((titled & ~number).sum()) > 1
    blank = ~outside & ~filled[:, titled & ~number].any(axis=1) & several
    return {int(row): "outside" for row in rows[outside]} | {int(row): "blank" for row in rows[blank]}
