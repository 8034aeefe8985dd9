"""Qualtrics: names, texts and import ids in three header rows, 17 columns of its own, a column per choice."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import TYPE_CHECKING

import numpy as np

from needs_analytics.core.issue import CellRef, Issue
from needs_analytics.core.wording import key, plain
from needs_analytics.intake.headers import Header
from needs_analytics.intake.platforms.books import Coded, best_book
from needs_analytics.intake.platforms.profile import EMPTY, Aids, Decoded, Profile, all_of
from needs_analytics.intake.platforms.recoding import (
    OWN_WORDS,
    UNTITLED,
    are_orders,
    code_of,
    ordered,
    recoded,
    rewritten,
)
from needs_analytics.intake.platforms.wenjuan import decoded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from needs_analytics.core.records import Column, Sheet
    from needs_analytics.intake.blocks import Block

_META = frozenset(
    {"startdate", "enddate", "status", "ipaddress", "progress", "duration(inseconds)", "finished", "recordeddate",
     "responseid", "recipientlastname", "recipientfirstname", "recipientemail", "externalreference",
     "locationlatitude", "locationlongitude", "distributionchannel", "userlanguage", "responseset", "name",
     "externaldatareference", "emailaddress", "locationaccuracy"}
)  # fmt: skip
_KEPT = frozenset({"responseid", "enddate", "duration(inseconds)"})
_SHOWN = re.compile(r".*_DO(_.*)?$|.*(First Click|Last Click|Page Submit|Click Count)$")
_CHOSEN = re.compile(r"\s+-\s+Selected Choice(?=\s+-\s+|$)")
_TYPED = re.compile(r"(.+)_TEXT$")
_PART = re.compile(r"(.+?)_(\d+)$")
_TESTS = frozenset({"surveypreview", "surveytest", "1", "2", "17", "18", "preview", "test"})
_TEST_CHANNELS = frozenset({"preview", "test"})
_ORDER = re.compile(r"排序|排名|顺序|依次|先后|rank", re.IGNORECASE)
_IDS = '{"importid"'


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the header rows say about one column."""

    name: str
    text: str
    choice: bool

    @property
    def question(self) -> str:
        """Name of the question to which the column belongs."""
        found = _PART.fullmatch(_TYPED.sub(r"\1", self.name))
        return found[1] if found else self.name


def _rows(sheet: Sheet, row: int) -> tuple[int, int]:
    """Three rows; two where the import ids were taken out; in old exports only the texts, V1 … above them."""
    below = [[key(str(cell)) for cell in cells] for cells in sheet.rows(row, row + 3)]
    if any(cell.startswith(_IDS) for cell in below[min(2, len(below) - 1)]):
        return row, 3
    titles = below[0]
    if len(below) > 1 and any(cell.startswith(_IDS) for cell in below[1]):
        return row, 2
    said = len(below) > 1 and "responseid" in titles and not below[1][titles.index("responseid")].startswith("r_")
    return row, 2 if said and not any(character.isdigit() for character in below[1][titles.index("startdate")]) else 1


def _decode(block: Block, aids: Aids) -> Decoded:
    columns = _columns(block)
    headers = {position: _meta(asked.name) for position, asked in columns.items() if key(asked.name) in _META}
    headers |= {position: UNTITLED for position, asked in columns.items() if _SHOWN.fullmatch(asked.name)}
    written: dict[int, Column] = {}
    block, issues = _without_tests(block)
    questions: dict[str, list[int]] = {}
    for position, asked in columns.items():
        if position not in headers:
            questions.setdefault(asked.question, []).append(position)
    book, _ = best_book(aids.books, "问卷网", block.sheet.file, [*questions])
    known = {key(question.name): question for question in book.questions} if book else {}
    for name, members in questions.items():
        _write(block, members, columns, known.get(key(name)), headers, written)
    seen = {
        position: recoded(written.get(position, block.sheet.columns[position]), _seen)
        for members in questions.values() for position in members
    }  # fmt: skip
    return Decoded(rewritten(block, headers, seen), issues)


def _seen(value: object) -> object:
    """Write the code for seen but unanswered as what it means."""
    return EMPTY if code_of(value) == "-99" else value


def _columns(block: Block) -> dict[int, _Asked]:
    rows = [[plain(str(cell)) for cell in row] for row in block.sheet.rows(block.head, block.head + block.height)]
    texts = rows[1] if len(rows) > 1 and not rows[1][0].lower().startswith("{") else rows[0]
    ids = rows[-1] if rows[-1][0].lower().replace(" ", "").startswith(_IDS) else [""] * len(texts)
    return {
        position: _Asked(name, _CHOSEN.sub("", texts[position]), _has_choice(ids[position]))
        for position, name in enumerate(rows[0]) if name
    }  # fmt: skip


def _has_choice(text: str) -> bool:
    try:
        return bool(text) and "choiceId" in json.loads(text)
    except ValueError:
        return False


def _meta(name: str) -> Header:
    return Header((name,)) if key(name) in _KEPT else UNTITLED


def _without_tests(block: Block) -> tuple[Block, list[Issue]]:
    """Set previews and test answers aside, and say which."""
    tested = np.zeros(len(block.rows), dtype=bool)
    for position, header in enumerate(block.sheet.rows(block.head, block.head + 1)[0]):
        words = {"status": _TESTS, "distributionchannel": _TEST_CHANNELS}.get(key(str(header)))
        if words:
            column = block.column(position)
            tested |= np.array([key(code_of(value)) in words for value in column.values])[column.codes]
    if not tested.any():
        return block, []
    rows = block.rows[tested]
    asides = block.asides | {int(row): "preview" for row in rows}
    said = "、".join(str(row + 1) for row in rows[:20]) + ("…" if len(rows) > 20 else "")
    where = CellRef(block.sheet.file, block.sheet.name, int(rows[0]))
    return replace(block, rows=block.rows[~tested], asides=asides), [
        Issue("W220", where, said, {"count": len(rows)})
    ]  # fmt: skip


def _write(
    block: Block, members: list[int], asked: dict[int, _Asked], listed: Coded | None, headers: dict[int, Header],
    written: dict[int, Column],
) -> None:  # fmt: skip
    """Write headers and columns of one question: its typed answers apart, its choices or items as such."""
    typed = [position for position in members if _TYPED.fullmatch(asked[position].name)]
    items = [position for position in members if position not in typed]
    stem = _stem([asked[position].text for position in members])
    headers |= dict.fromkeys(typed, OWN_WORDS)
    if len(items) == 1 and not asked[items[0]].choice and not _PART.fullmatch(asked[items[0]].name):
        headers[items[0]] = Header((stem,), kind=listed.kind if listed else "")
        if listed:
            written[items[0]] = decoded(block.sheet.columns[items[0]], listed)
        return
    texts = [asked[position].text.removeprefix(stem).removeprefix(" - ") for position in items]
    if are_orders(block, items, said=bool(_ORDER.search(stem))):
        headers |= dict.fromkeys(items, UNTITLED) | {items[0]: Header((stem,))}
        written[items[0]] = ordered(block, items, texts)
        return
    headers |= {position: Header((stem, text)) for position, text in zip(items, texts, strict=True)}
    ticks = all(_is_tick(block, position, text, asked[position]) for position, text in zip(items, texts, strict=True))
    for position in items:
        column = block.sheet.columns[position]
        written[position] = recoded(column, _ticked) if ticks else decoded(column, listed) if listed else column


def _ticked(value: object) -> object:
    return "" if not key(str(value)) else value if code_of(value) == "-99" else 1.0


def _is_tick(block: Block, position: int, option: str, asked: _Asked) -> bool:
    """Whether a column holds nothing but its own choice: its text, 1, or the choice's number."""
    part = _PART.fullmatch(asked.name)
    own = {key(option), "1", "-99", "", part[2] if part else "1"}
    known = {key(code_of(value)) for value in block.column(position).values}
    return known <= own or (asked.choice and len(known - {"", "-99"}) <= 1)


def _stem(texts: Sequence[str]) -> str:
    """Return the question that several columns share: what stands before their last common dash."""
    if len(texts) == 1:
        return texts[0]
    parts = [[*text.split(" - "), ""] for text in texts]
    shared = [same[0] for same in takewhile(lambda same: len(set(same)) == 1, zip(*parts, strict=False))]
    return " - ".join(shared) or texts[0].rpartition(" - ")[0] or texts[0]


QUALTRICS = Profile(
    "Qualtrics",
    all_of({"responseid", "startdate"}, {"responseid", "recordeddate"}),
    _decode,
    _rows,
)
