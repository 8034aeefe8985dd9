"""Codes explained in words beside a table: ``性别：1=男 2=女`` above or below it decodes the column of that name."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from needs_analytics.core.records import Column
from needs_analytics.core.wording import key, plain
from needs_analytics.intake.reading import is_absent

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from needs_analytics.core.records import Sheet
    from needs_analytics.intake.blocks import Block

_LEGEND = re.compile(
    r"(?P<name>[^:=\n;。]{1,20}?)(?P<hint>\([^()]*\))?\s*[::]\s*(?P<codes>\d{1,2}\s*=[^:\n;。]+)", re.DOTALL
)
_MEANING = re.compile(r"(?P<code>\d{1,2})\s*=\s*(?P<text>.+?)[\s,、/]*(?=\d{1,2}\s*=|$)", re.DOTALL)
_ANY_WORD = re.compile(r"(?:[×xX*○〇]{2,}|[…~～]+|\.{2,}|某某?|[*×])$")
_SEVERAL = re.compile(r"[\s、,;/┋|.]+")
_FEWEST = 2  # codes of a legend
_MOST = 0.8  # share of a column's distinct cells that must be codes of the legend


def decode_legends(block: Block) -> Block:
    """Replace codes in the cells of a table by what the titles and notes around it say that they mean."""
    legends = dict(_legends(block)) if block.headers else {}
    if not legends:
        return block
    columns = list(block.sheet.columns)
    for position, header in enumerate(block.headers):
        meanings = _of(legends, key(header.last)) if header.parts else None
        if meanings:
            columns[position] = _decoded(columns[position], block.column(position), meanings)
    sheet: Sheet = replace(block.sheet, columns=tuple(columns))
    return replace(block, sheet=sheet)


def _legends(block: Block) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Return the name of each legend, compared by ``key``, with code to meaning."""
    notes = [str(cell) for row in block.asides for cell in block.sheet.rows(row, row + 1)[0]]
    for text in (*block.titles, *notes):
        for line in text.splitlines():
            for found in _LEGEND.finditer(plain(line)):
                meanings = {hit["code"]: hit["text"].strip(" ,、;") for hit in _MEANING.finditer(found["codes"])}
                if len(meanings) >= _FEWEST:
                    yield key(found["name"]), meanings


def _of(legends: Mapping[str, Mapping[str, str]], title: str) -> Mapping[str, str] | None:
    """Return the legend of a column: by its name, or by what it begins with (要不要×× for 要不要送餐)."""
    if title in legends:
        return legends[title]
    starts = {_ANY_WORD.sub("", name): meanings for name, meanings in legends.items() if _ANY_WORD.search(name)}
    return next((starts[start] for start in sorted(starts, key=len, reverse=True)
                 if len(start) >= 2 and title.startswith(start)), None)  # fmt: skip


def _decoded(column: Column, cells: Column, meanings: Mapping[str, str]) -> Column:
    said = [text for value in cells.values if not is_absent(text := _text(value))]
    if not said or sum(bool(_meant(text, meanings)) for text in said) < _MOST * len(said):
        return column
    return Column(column.codes, tuple(_meant(_text(value), meanings) or value for value in column.values))


def _text(value: object) -> str:
    return plain(str(value)).removesuffix(".0")


def _meant(text: str, meanings: Mapping[str, str]) -> str:
    """Return what a cell of one or several codes says, ``""`` for anything else."""
    codes = [code for code in _SEVERAL.split(text) if code]
    return "、".join(meanings[code] for code in codes) if codes and all(code in meanings for code in codes) else ""
