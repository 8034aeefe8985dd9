"""The same answers sent in two sheets count once: repeats of a form and copies of a sheet."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from needs_analytics.core.issue import CellRef, Issue
from needs_analytics.intake.copies import Copy, find_copies
from needs_analytics.intake.recognise import Recognition
from needs_analytics.intake.summary import office_of
from needs_analytics.intake.taken import Taken

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from needs_analytics.core.mapping import Mapping as OfficeMapping
    from needs_analytics.core.records import Sheet
    from needs_analytics.intake.blocks import Block
    from needs_analytics.intake.platforms.repeats import Link


def counted_once(taken: Sequence[Taken], links: Sequence[Link]) -> list[Taken]:
    """Set a repeat or the sheet it belongs to aside when the other alone asks for needs; they are the same answers."""
    asking = {(item.block.sheet.file, item.block.sheet.name) for item in taken if item.questions}
    aside = {link.parent: link.child for link in links if link.child in asking and link.parent not in asking}
    aside |= {link.child: link.parent for link in links if link.child not in asking}
    return [
        _set_aside(item, aside[place]) if (place := (item.block.sheet.file, item.block.sheet.name)) in aside else item
        for item in taken
    ]


def _set_aside(item: Taken, other: tuple[str, str]) -> Taken:
    sheet = item.block.sheet
    found = Recognition(item.block, (), {}, "repeat", item.recognition.platform)
    said = Issue("I224", CellRef(sheet.file, sheet.name), other[1])
    return replace(item, recognition=found, questions=[], doubts=[said])


def without_replaced(
    blocks: Sequence[tuple[Sheet, Block]], replaced: Mapping[str, str]
) -> tuple[list[tuple[Sheet, Block]], list[Taken]]:
    """Part the blocks of files for which a corrected one was sent from those that count."""
    earlier = []
    for sheet, block in blocks:
        if sheet.file in replaced:
            told = {"file": sheet.file, "by": replaced[sheet.file], "count": len(block.rows)}
            said = Issue("I040", CellRef(sheet.file, sheet.name), details=told)
            found = Recognition(block, (), {}, "replaced")
            earlier.append(Taken(block, found, [], office_of(sheet.file), 0, [said]))
    return [pair for pair in blocks if pair[0].file not in replaced], earlier


def without_copies(taken: Sequence[Taken], mapping: OfficeMapping) -> list[Taken]:
    """Leave out the surveys whose rows stand in another sheet; a sheet the office named counts in any case."""
    surveys = {
        place: item.block
        for place, item in enumerate(taken)
        if "survey" in item.recognition.tables and item.recognition.why != "told" and len(item.block.rows)
    }
    copies = find_copies(surveys)
    return [_as_copy(item, copies[place], taken) if place in copies else item for place, item in enumerate(taken)]


def _as_copy(item: Taken, copy: Copy, taken: Sequence[Taken]) -> Taken:
    sheet = taken[copy.of].block.sheet
    told = (sheet.name if sheet.file == item.block.sheet.file else f"{sheet.file}·{sheet.name}", copy.equal)
    if not copy.sure:
        return replace(item, copied=told)
    recognition = replace(item.recognition, tables=(), matches={}, why="copy")
    return replace(item, recognition=recognition, questions=[], copied=told)
