"""问卷网: text in GB18030, headers Q1 … Qn, meta columns last; the list of questions comes beside it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from needs_analytics.core.issue import CellRef, Issue
from needs_analytics.core.wording import key, plain
from needs_analytics.intake.headers import Header
from needs_analytics.intake.platforms.books import Coded, best_book
from needs_analytics.intake.platforms.profile import SEVERAL, THEN, Aids, Decoded, Profile
from needs_analytics.intake.platforms.recoding import OWN_WORDS, code_of, recoded, rewritten

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from needs_analytics.core.records import Column
    from needs_analytics.intake.blocks import Block

_BARE = re.compile(r"q(\d{1,3})(?:[_.\-](\d{1,3}))?")
_WRITTEN = re.compile(r"q\d{1,3}[_.\-]\d{1,3}[_.\-]\D.*")  # Q6_99_其他: what was written beside an option
_META = frozenset(
    {"答题序号", "答题时间", "答题时长", "来源渠道", "提交时间", "开始时间", "结束时间", "开始答题时间", "结束答题时间"}
)
_FEWEST = 3
_LINES = re.compile(r"\s*(?:\r\n|\r|\n|┋)\s*")
_MARKS = re.compile(r"[,，;；、|┋\s]+")


def _marks(titles: Sequence[str]) -> tuple[int, ...]:
    """Return the bare question numbers and the meta columns, when there are enough of the first."""
    bare = [position for position, title in enumerate(titles) if _BARE.fullmatch(title)]
    meta = [position for position, title in enumerate(titles) if title in _META]
    named = {"答题序号", "答题时间"} <= set(titles)
    return (*bare[:1], *meta[:3]) if (len(bare) >= _FEWEST and meta) or named else ()


def with_book(block: Block, aids: Aids) -> Decoded:
    """Write the questions' words for their numbers and the options' words for their codes, by the list beside it."""
    bare = {position: header.last for position, header in enumerate(block.headers) if _BARE.fullmatch(key(header.last))}
    if not bare:
        return Decoded(block)
    written = [position for position, header in enumerate(block.headers) if _WRITTEN.fullmatch(key(header.last))]
    block = rewritten(block, dict.fromkeys(written, OWN_WORDS))
    file = block.sheet.file
    book, doubtful = best_book(aids.books, "问卷网", file, map(_whole, bare.values()))
    where = CellRef(file, block.sheet.name, block.head)
    if book is None:
        return Decoded(block, [Issue("W218", where, details={"count": len(bare)})])
    known = {key(question.name): question for question in book.questions}
    asked = {position: _question(name, known) for position, name in bare.items()}
    found = {position: question for position, question in asked.items() if question is not None}
    headers = {position: Header(question.path, kind=question.kind) for position, question in found.items()}
    columns = {position: decoded(block.sheet.columns[position], question) for position, question in found.items()}
    issues = [Issue("W219", where, book.file)] if doubtful else []
    missing = [name for position, name in bare.items() if position not in found]
    if missing:
        issues.append(Issue("W218", where, "、".join(missing), {"count": len(missing)}))
    return Decoded(rewritten(block, headers, columns), issues)


def _whole(name: str) -> str:
    """Return the number of the question to which a column (Q5_2) belongs."""
    found = _BARE.fullmatch(key(name))
    return f"Q{found[1]}" if found else name


def _question(name: str, known: Mapping[str, Coded]) -> Coded | None:
    """Return the question of one column, its path being the header to write: the question, and its item if any."""
    found = _BARE.fullmatch(key(name))
    number, item = (found[1], found[2]) if found else ("", None)
    own = known.get(key(name)) or (known.get(f"q{number}_{item}") if item else None)
    whole = known.get(f"q{number}")
    if own is None and whole is None:
        return None
    stem = f"{number}、{whole.label}" if whole else ""
    if own and item and whole:
        return replace(own, path=(stem, _item_of(own.label, whole.label)), kind=own.kind or whole.kind,
                       options=own.options or whole.options)  # fmt: skip
    if own:
        return replace(own, path=(f"{number}、{own.label}",))
    return _column_of(whole, stem, item) if whole and item else None


def _column_of(question: Coded, stem: str, item: str) -> Coded:
    """Return one option's own column (Q5_2) of a question with a list of options; its cells are ticks."""
    return replace(question, path=(stem, question.options.get(item, f"选项{item}")), kind="", options={})


def _item_of(label: str, whole: str) -> str:
    return plain(label.removeprefix(whole).lstrip("-—:： ")) or label


def decoded(column: Column, question: Coded) -> Column:
    """Return a column with its codes written as texts, several of them parted as a platform's own texts are."""
    options = {key(code): text for code, text in question.options.items()}
    texts = {key(text) for text in question.options.values()}

    def change(value: object) -> object:
        code = key(code_of(value))
        if not code:
            return value
        if code in options:
            return options[code]
        lines = _LINES.split(str(value).strip())
        parts = lines if len(lines) > 1 else _MARKS.split(str(value).strip())
        known = [key(part) in options or key(part) in texts for part in parts]  # an unlisted code is asked for
        told = [options.get(key(part), part if known[at] or part.isdigit() else "") for at, part in enumerate(parts)]
        words = told if any(known) else [""]
        if len(parts) > 1 and all(words):
            return (THEN if question.kind == "排序" else SEVERAL).join(words)
        return SEVERAL.join(lines) if question.kind == "多选" and len(lines) > 1 else value

    return recoded(column, change)


WENJUAN = Profile("问卷网", _marks, with_book)
