"""Cells that choose options by letter or by tick: ``A、C`` under 需求（A助餐 B助医 C助浴）, ``☑助餐 □助医``."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from needs_analytics.core.records import Column
from needs_analytics.core.wording import key, plain
from needs_analytics.intake.reading import is_absent

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from needs_analytics.core.records import Sheet
    from needs_analytics.intake.blocks import Block

_MARKED = {
    "letters": re.compile(r"(?<![A-Za-z])([A-Za-z])\s*(?:[.、:)]|[—–-]{1,2})?\s*(?=[\u4e00-\u9fff])"),
    "numbers": re.compile(r"(?<![\d.])\(?(\d{1,2})\s*[.、:)]?\s*(?=[\u4e00-\u9fff])"),
}
_CODES = re.compile(r"\(?(?:[A-Z]|\d{1,2})\)?(?:[\s、,;/.+|和]*\(?(?:[A-Z]|\d{1,2})\)?)*[.、]?")
_CODE = re.compile(r"[A-Z]|\d+")
_OWN_WORDS = re.compile(r"(?P<codes>[^\u4e00-\u9fff]*[A-Z])[\s:(、,—-]*(?P<words>[\u4e00-\u9fff][^A-Z]*?)\)?")
_FILLED_IN = re.compile(r"其[他它]")
_NEXT_SENTENCE = re.compile(r"[;。\n]")
_ASKS = re.compile(r"需求|需要|服务|希望|困难|诉求|选项|项目|想")
_ENDS = " \t\n.,、;；,，。)）(（】]:："
_TICKED, _OPEN = "☑☒✔✓√■◼✅●◉", "□☐○◯❑×✗✘"
_ALL = _TICKED + _OPEN
_ANY = re.compile(f"[{_ALL}]")
_CHINESE = re.compile("[\u4e00-\u9fff]")
_AHEAD = re.compile(rf"(?P<mark>[{_ALL}])\s*(?P<option>[^{_ALL}\s、,;]+)")
_BEHIND = re.compile(rf"(?P<option>[^{_ALL}\s、,;]+)\s*(?P<mark>[{_ALL}])?")
_LISTED = re.compile(r"(?<![A-Za-z])([A-H])[.、:)]\s*(?=[\u4e00-\u9fff])|(?<!\d)\((\d)\)\s*(?=[\u4e00-\u9fff])")
_PERHAPS = re.compile(rf"[{_ALL}]|^(?:[A-H][.、:)]|\(\d\))", re.MULTILINE)  # what every cell has that is split
_MOST = 0.8  # share of a column's distinct cells that must be codes
_SHORTEST = 2  # options of a list


def decode_marks(block: Block) -> Block:
    """Replace option letters and ticks in the cells of a table by the options they choose.

    Letters and numbers are decoded by the list in the column's own header, letters also by the only list in the
    titles and notes; what is neither stays as it is.
    """
    if not block.headers:
        return block
    columns = list(block.sheet.columns)
    noted = _noted(block)
    for position, header in enumerate(block.headers):
        if not header.parts:
            continue
        values = block.column(position).values
        column = columns[position]
        options = _list_in(plain(header.text)) or (noted if _ASKS.search(header.text) else {})
        said = _distinct(values) if options else set()
        if said and sum(bool(_chosen(text, options)) for text in said) >= _MOST * len(said):
            decoded = tuple("┋".join(_chosen(plain(str(value)), options)) or value for value in column.values)
            columns[position] = Column(column.codes, decoded)
        elif _may_be_split(values):
            columns[position] = _joined(column)
    sheet: Sheet = replace(block.sheet, columns=tuple(columns))
    return replace(block, sheet=sheet)


def _distinct(values: Iterable[object]) -> set[str]:
    """Return the distinct cells that say something."""
    return {text for value in values if (text := plain(str(value))) and not is_absent(key(text))}


def _may_be_split(values: Iterable[object]) -> bool:
    """Whether a cell ticks options, or numbers them without a mark between."""
    texts = [plain(value) for value in values if isinstance(value, str)]
    return bool(_PERHAPS.search("\n".join(texts))) and any(_split(text) is not None for text in texts)


def _noted(block: Block) -> Mapping[str, str]:
    """Return the only list of lettered options in the titles and notes of a table."""
    notes = [str(cell) for row in block.asides for cell in block.sheet.rows(row, row + 1)[0]]
    lists = [_list_in(plain(text), kinds=("letters",)) for text in (*block.titles, *notes)]
    distinct = {tuple(found.items()) for found in lists if found}
    return dict(distinct.pop()) if len(distinct) == 1 else {}


def _list_in(text: str, kinds: tuple[str, ...] = ("letters", "numbers")) -> Mapping[str, str]:
    """Return code to option of a list ``A助餐 B助医`` or ``1.助餐2.助医`` inside a text, nothing without one."""
    for kind in kinds:
        marks = list(_MARKED[kind].finditer(text))
        if kind == "letters":
            marks = _in_order(marks)
        elif [int(mark[1]) for mark in marks] != list(range(1, len(marks) + 1)):
            continue
        if len(marks) < _SHORTEST:
            continue
        ends = [mark.start() for mark in marks[1:]] + [len(text)]
        parts = [_trimmed(text[mark.end() : end]) for mark, end in zip(marks, ends, strict=True)]
        return {mark[1].upper(): part for mark, part in zip(marks, parts, strict=True) if part}
    return {}


def _in_order(marks: Sequence[re.Match[str]]) -> list[re.Match[str]]:
    """Return the letters of a list from A on; a letter inside an option (唱K歌) is passed over."""
    found: list[re.Match[str]] = []
    for mark in marks:
        if ord(mark[1].upper()) == ord("A") + len(found):
            found.append(mark)
    return found


def _trimmed(part: str) -> str:
    """Return an option without the marks around it and what is said after the list; its own brackets stay closed."""
    option = _NEXT_SENTENCE.split(part.strip(_ENDS), maxsplit=1)[0].strip(_ENDS)
    return option + ")" if option.count("(") > option.count(")") else option


def _chosen(text: str, options: Mapping[str, str]) -> list[str]:
    """Return the options a cell of codes chooses, with the words behind 其他; none where the cell is anything else."""
    text = text.upper().removesuffix(".0")
    own = _OWN_WORDS.fullmatch(text)
    if own:
        chosen = _chosen(own["codes"], options)
        return [*chosen[:-1], f"{chosen[-1]}〖{own['words']}〗"] if chosen and _FILLED_IN.search(chosen[-1]) else []
    if not _CODES.fullmatch(text):
        return []
    codes = _CODE.findall(text)
    if any(code not in options for code in codes):  # 123 is 1, 2 and 3
        codes = [digit for code in codes for digit in code] if max(map(len, options)) == 1 else []
    return [options[code] for code in codes] if all(code in options for code in codes) else []


def _split(text: str) -> list[str] | None:
    """Return the options a cell names that ticks them, or numbers them without a mark between; ``None`` for others."""
    mark = _ANY.search(text)
    if mark and _CHINESE.search(text):
        before = text[: mark.start()].rstrip()
        pairs = _AHEAD if not before or before[-1] in ":(" else _BEHIND
        found = [(hit["option"].strip("_ "), hit["mark"] or "") for hit in pairs.finditer(text)]
        if len(found) > 1 or [mark for _, mark in found if mark and mark in _OPEN]:
            return [option for option, mark in found if mark and mark in _TICKED]
    marks = list(_LISTED.finditer(text))
    codes = [mark[1] or mark[2] for mark in marks]
    if len(marks) < _SHORTEST or marks[0].start() or codes != sorted(set(codes)):
        return None
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    return [text[mark.end() : end].strip(_ENDS) for mark, end in zip(marks, ends, strict=True)]


def _joined(column: Column) -> Column:
    """Join the options of ticked and numbered cells by the mark that the column's other cells use."""
    options = [_split(plain(str(value))) for value in column.values]
    others = [str(value) for value, found in zip(column.values, options, strict=True) if found is None]
    mark = next((mark for mark in "、，,；;" if any(mark in text for text in others)), "┋")
    values = (value if found is None else mark.join(found) for value, found in zip(column.values, options, strict=True))
    return Column(column.codes, tuple(values))
