"""SurveyMonkey: the question in one header row, Response or an option in the next."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from needs_analytics.core.wording import key, plain
from needs_analytics.intake.headers import Header
from needs_analytics.intake.platforms.profile import Aids, Decoded, Profile, all_of
from needs_analytics.intake.platforms.recoding import (
    OWN_WORDS,
    UNTITLED,
    are_orders,
    code_of,
    days_told,
    filled,
    ordered,
    recoded,
    rewritten,
    set_where,
    taken_where,
)

if TYPE_CHECKING:
    from needs_analytics.core.records import Column, Sheet
    from needs_analytics.intake.blocks import Block

_META = frozenset(
    {"respondentid", "collectorid", "startdate", "enddate", "datecreated", "datemodified", "ipaddress", "emailaddress",
     "firstname", "lastname", "受访者id", "收集器id", "开始日期", "结束日期", "ip地址", "电子邮件地址", "名字", "姓氏"}
)  # fmt: skip
_CUSTOM = re.compile(r"(customdata|自定义数据)\d*")
_KEPT = frozenset({"respondentid", "受访者id", "enddate", "结束日期", "datemodified"})
_DATES = frozenset({"结束日期", "datemodified"})
_ANSWER = frozenset({"response", "open-endedresponse", "回复", "答复", "开放式回复", "开放式答复", ""})
_OTHER = re.compile(r"other.*|其[他它].*", re.IGNORECASE)
_WHERE = re.compile(r"社区|居委|哪个?[镇乡村]|小区|网格|住(?:在)?哪")  # a place written in by hand is one
_ORDER = re.compile(r"排序|排名|顺序|依次|先后|rank", re.IGNORECASE)


def _rows(sheet: Sheet, row: int) -> tuple[int, int]:
    """Two header rows, when the second leaves what the platform adds untitled."""
    if row + 1 >= sheet.n_rows:
        return row, 1
    titles, below = ([key(str(cell)) for cell in cells] for cells in sheet.rows(row, row + 2))
    bare = all(not text for title, text in zip(titles, below, strict=True) if title in _META)
    return row, 2 if bare and any(below) else 1


def _decode(block: Block, _: Aids) -> Decoded:
    tops = [plain(str(cell)) for cell in block.sheet.rows(block.head, block.head + 1)[0]]
    lows = [""] * len(tops)
    if block.height > 1:
        lows = [plain(str(cell)) for cell in block.sheet.rows(block.head + 1, block.head + 2)[0]]
    headers = {position: _meta(top) for position, top in enumerate(tops) if _is_meta(top)}
    questions: list[list[int]] = []
    for position, top in enumerate(tops):
        if position in headers:
            continue
        if top or not questions:
            questions.append([])
        questions[-1].append(position)
    columns = {
        position: days_told(block.sheet.columns[position]) for position, header in headers.items() if header.parts
    }
    for members in questions:
        _write(block, tops[members[0]], members, lows, headers, columns)
    return Decoded(rewritten(block, headers, columns))


def _is_meta(title: str) -> bool:
    return key(title) in _META or bool(_CUSTOM.fullmatch(key(title)))


def _meta(title: str) -> Header:
    if key(title) in _DATES:
        return Header(("提交时间",))
    return Header((title,)) if key(title) in _KEPT else UNTITLED


def _write(
    block: Block, question: str, members: list[int], lows: list[str], headers: dict[int, Header],
    columns: dict[int, Column],
) -> None:  # fmt: skip
    """Write headers and columns of one question, according to what stands under it."""
    others = [position for position in members if _OTHER.fullmatch(lows[position])]
    items = [position for position in members if position not in others]
    if len(items) == 1 and key(lows[items[0]]) in _ANSWER:
        headers[items[0]] = Header((question,))
        for other in others:  # whoever writes an answer of their own has not left the question out
            headers[other] = OWN_WORDS
            source, own = block.sheet.columns[items[0]], block.sheet.columns[other]
            rows = filled(own) & ~filled(source)
            columns[items[0]] = (
                taken_where(source, rows, own) if _WHERE.search(question) else set_where(source, rows, "其他")
            )
        return
    texts = [lows[position] for position in items]
    if are_orders(block, items, said=bool(_ORDER.search(question))):
        headers |= dict.fromkeys(items, UNTITLED) | {items[0]: Header((question,))}
        columns[items[0]] = ordered(block, items, texts)
        return
    headers |= {position: Header((question, lows[position])) for position in members}
    if all(_is_tick(block.column(position), lows[position]) for position in items):
        for position in members:
            columns[position] = recoded(block.sheet.columns[position], lambda value: 1.0 if key(str(value)) else "")


def _is_tick(column: Column, option: str) -> bool:
    """Whether a column holds nothing but its own option, as text or as its number."""
    known = {key(code_of(value)) for value in column.values} - {""}
    return len(known) <= 1 and all(text == key(option) or text.isdigit() for text in known)


SURVEYMONKEY = Profile(
    "SurveyMonkey", all_of({"respondentid", "collectorid"}, {"受访者id", "收集器id"}), _decode, _rows
)
