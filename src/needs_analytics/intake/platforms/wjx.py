"""问卷星: meta columns first, questions numbered; by texts, by codes, or one 0/1 column per option."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from needs_analytics.intake.headers import Header
from needs_analytics.intake.platforms.profile import EMPTY, SKIPPED, Aids, Decoded, Profile, all_of
from needs_analytics.intake.platforms.recoding import (
    UNTITLED,
    are_orders,
    code_of,
    ordered,
    recoded,
    rewritten,
)
from needs_analytics.intake.stems import Stem, stems_of

if TYPE_CHECKING:
    from needs_analytics.intake.blocks import Block

_NOT_ANSWERED = {"-3": SKIPPED, "-2": EMPTY}
_BESIDE = re.compile(r"(\d+)\s*〖[^〗]*〗?")
_ORDER = re.compile(r"排序|排名|顺序|依次|先后")


def _decode(block: Block, _: Aids) -> Decoded:
    """Write -3 and -2 as what they mean, and places in an order (one column per option) as the options in order."""
    stems = stems_of({position: header for position, header in enumerate(block.headers) if header.parts})
    asked = {position: stem for position, stem in stems.items() if stem.number}
    columns = {position: recoded(block.sheet.columns[position], _answer) for position in asked}
    block = rewritten(block, {}, columns)
    headers: dict[int, Header] = {}
    joined = {}
    for members in _questions(asked):
        wording = next((asked[position].stem for position in members if asked[position].item), "")
        if are_orders(block, members, said=bool(_ORDER.search(wording))):
            items = [asked[position].item or asked[position].stem for position in members]
            title = f"{asked[members[0]].number}、{wording or '排序'}"
            headers |= dict.fromkeys(members[1:], UNTITLED) | {members[0]: Header((title,))}
            joined[members[0]] = ordered(block, members, items)
    return Decoded(rewritten(block, headers, joined))


def _answer(value: object) -> object:
    """Write a code as what it means; what stands written beside the code of 其他 (``6〖…〗``) is no part of it."""
    if isinstance(value, float) and value >= 0:
        return value
    code = code_of(value)
    beside = _BESIDE.fullmatch(code)
    return beside[1] if beside else _NOT_ANSWERED.get(code, value)


def _questions(asked: dict[int, Stem]) -> list[list[int]]:
    """Return the columns of each question that has several."""
    together: dict[str, list[int]] = {}
    for position, stem in asked.items():
        together.setdefault(stem.number, []).append(position)
    return [members for members in together.values() if len(members) > 1]


WJX = Profile(
    "问卷星",
    all_of({"提交答卷时间"}, {"来自ip", "来源详情"}),
    _decode,
)
