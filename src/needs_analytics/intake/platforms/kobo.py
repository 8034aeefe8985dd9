"""KoboToolbox and ODK: groups in the column names, several answers as a column of codes and as 0/1 columns."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from needs_analytics.core.issue import CellRef, Issue
from needs_analytics.core.wording import key, plain
from needs_analytics.intake.headers import Header
from needs_analytics.intake.platforms.books import CodeBook, Coded, best_book
from needs_analytics.intake.platforms.profile import SEVERAL, SKIPPED, THEN, Aids, Decoded, Profile, all_of
from needs_analytics.intake.platforms.recoding import UNTITLED, code_of, filled, recoded, rewritten, set_where
from needs_analytics.intake.platforms.relevant import Answered, UnreadableError, fulfilled

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from needs_analytics.core.arrays import Bools
    from needs_analytics.core.records import Column
    from needs_analytics.intake.blocks import Block

_OWN = re.compile(
    r"_(?:id|uuid|index|submission_time|validation_status|notes|status|submitted_by|tags|attachments|geolocation"
    r"|xform_id(?:_string)?|bamboo_dataset_id|version(?:__?\d*)?|duration|parent_.+|submission__.+)|__version__"
    r"|start|end|today|deviceid|subscriberid|simserial|phonenumber|username|audit|meta.*|formhub/uuid|key|parent_key"
    r"|submissiondate|submitterid|submittername|attachments(present|expected)|status|reviewstate|devicemodel|edits"
    r"|formversion"
)
_KEPT = frozenset(
    {"_id", "_uuid", "_index", "_submission_time", "end", "submissiondate", "_submission__submission_time"}
)
_OF_ODK = frozenset({"submissiondate", "parent_key"})
_PATH = {mark: re.compile(rf"[A-Za-z_]\w*(?:{re.escape(mark)}\w+)+", re.ASCII) for mark in ".:-"}
_PLACE = re.compile(r"_(\d+)(?:st|nd|rd|th)_choice")
_TICKS = frozenset({"", "0", "1", "true", "false"})


@dataclass(frozen=True, slots=True)
class _Place:
    """What one column holds: a question, or one option of it."""

    question: Coded
    option: str = ""


def _decode(block: Block, aids: Aids) -> Decoded:
    """Write questions for names and answers for codes, by the form when there is one.

    A question with several answers stands in one column of codes and in a yes/no column per answer; the first is
    left out beside the others.
    """
    names = {position: plain(header.last) for position, header in enumerate(block.headers) if header.parts}
    if _OF_ODK & {key(name) for name in names.values()}:  # groups are parted by -, options by /
        names = {position: name.replace("-", "/") for position, name in names.items()}
    asked = {position: name for position, name in names.items() if not _OWN.fullmatch(key(name))}
    mark = _separator(asked.values())
    lasts = [part for name in asked.values() for part in (name, name.rpartition(mark)[2])]
    book, doubtful = best_book(aids.books, "Kobo", block.sheet.file, _leading(asked.values(), mark) or lasts)
    where = CellRef(block.sheet.file, block.sheet.name, block.head)
    issues = [Issue("W219", where, book.file)] if book and doubtful else []
    if book is None and asked and all(name.isascii() for name in asked.values()):
        issues.append(Issue("W225", where, details={"count": len(asked)}))
    places = _placed(asked, mark, book.questions if book else (), _are_ticks(block, asked))
    places = _with_labels(places, book)
    listed = {place.question.name for place in places.values() if place.option}
    joined = {place.question.name for place in places.values() if not place.option}
    headers: dict[int, Header] = {
        position: UNTITLED for position, name in names.items()
        if position not in asked and key(name) not in _KEPT
    }  # fmt: skip
    headers |= {position: Header(("提交时间",)) for position, name in names.items() if key(name) == "submissiondate"}
    columns: dict[int, Column] = {}
    for position, place in places.items():
        question, ranked = place.question, place.question.kind == "排序"
        if (ranked and place.option and question.name in joined) or (
            not ranked and not place.option and question.name in listed
        ):
            headers[position] = UNTITLED
        else:
            title = (question.label, place.option) if place.option else (question.label,)
            headers[position] = Header(title, kind="" if place.option else question.kind)
            if ranked or not place.option:
                columns[position] = _in_words(block, position, question, book)
    skipped, unread = _skipped(block, places, book)
    columns |= {position: set_where(columns.get(position, block.sheet.columns[position]), rows, SKIPPED)
                for position, rows in skipped.items()}  # fmt: skip
    issues += [Issue("I237", where, question.label, {"condition": " and ".join(question.relevant)})
               for question in unread]  # fmt: skip
    return Decoded(rewritten(block, headers, columns), issues)


def _skipped(
    block: Block, places: Mapping[int, _Place], book: CodeBook | None
) -> tuple[dict[int, Bools], list[Coded]]:  # fmt: skip
    """Return which blanks of a column are of rows the question was not put to, and which questions leave that open.

    A blank under a condition that is not read is taken for one of them: nothing is known of it.
    """
    known = _answered(block, places, book)
    asked = {
        place.question.name: _asked_rows(place.question, known, block.sheet.n_rows)
        for place in places.values() if place.question.relevant
    }  # fmt: skip
    skipped, unread = {}, {}
    inside = np.zeros(block.sheet.n_rows, dtype=bool)
    inside[block.rows] = True
    for position, place in places.items():
        if place.question.relevant:
            rows, surely = asked[place.question.name]
            blank = inside & ~filled(block.sheet.columns[position])
            left_out = blank & ~(rows & surely)
            if left_out.any():
                skipped[position] = left_out
            if not surely and place.question.options and (blank & rows).any():
                unread[place.question.name] = place.question
    return skipped, list(unread.values())


def _asked_rows(question: Coded, known: Mapping[str, Answered], size: int) -> tuple[Bools, bool]:
    """Return the rows in which every condition that is read holds, and whether all of them are read."""
    rows, surely = np.ones(size, dtype=bool), True
    for condition in question.relevant:
        try:
            rows &= fulfilled(condition, known)
        except UnreadableError:
            surely = False
    return rows, surely


def _answered(block: Block, places: Mapping[int, _Place], book: CodeBook | None) -> dict[str, Answered]:
    """Return what conditions may be about: every question of the export, by its name in the form."""
    ticks: dict[str, dict[str, Column]] = {}
    whole: dict[str, Column] = {}
    asked: dict[str, Coded] = {}
    for position, place in places.items():
        name = place.question.name
        asked[name] = place.question
        if place.option:
            ticks.setdefault(name, {})[place.option] = block.sheet.columns[position]
        else:
            whole[name] = _in_words(block, position, place.question, book)
    return {
        name: Answered(question.options, whole.get(name), ticks.get(name, {})) for name, question in asked.items()
    }  # fmt: skip


def _separator(names: Iterable[str]) -> str:
    """Return what stands between groups, question and option: the mark that most names share."""
    texts = list(names)
    slashes = sum("/" in text for text in texts)
    counts = {mark: sum(bool(_PATH[mark].fullmatch(text)) for text in texts) for mark in _PATH}
    best = max(counts, key=lambda mark: counts[mark])
    return best if counts[best] > slashes else "/"


def _leading(names: Iterable[str], mark: str) -> list[str]:
    """Return the names of questions, without their groups and without the columns of single options."""
    whole = set(names)
    return [
        name.rpartition(mark)[2] for name in whole if not (mark in name and name.rpartition(mark)[0] in whole)
    ]  # fmt: skip


def _are_ticks(block: Block, asked: Mapping[int, str]) -> frozenset[int]:
    return frozenset(
        position for position in asked
        if {key(code_of(value)) for value in block.column(position).values} <= _TICKS
    )  # fmt: skip


def _placed(
    asked: Mapping[int, str], mark: str, questions: Sequence[Coded], ticks: frozenset[int]
) -> dict[int, _Place]:
    """Say for every column which question it is, or which option of which question."""
    known: dict[str, Coded] = {}
    for question in questions:
        for name in (question.label, question.name, mark.join(question.path)):
            known.setdefault(key(name), question)
    free: dict[str, Coded] = {}
    whole = {key(name) for name in asked.values()}
    siblings = _ticked_together(asked, mark, ticks)
    places = {}
    for position, name in asked.items():
        parent, option = _split(name, known, whole, siblings, mark)
        if parent and key(name) not in known:
            owner = _find(parent, known, mark) or free.setdefault(key(parent), _unlisted(parent, mark))
            places[position] = _Place(owner, _option(option, owner))
        else:
            found = _find(name, known, mark)
            places[position] = _Place(found or free.setdefault(key(name), _unlisted(name, mark)))
    return places


def _with_labels(places: Mapping[int, _Place], book: CodeBook | None) -> dict[int, _Place]:
    """Write the labels of options where only the form's lists are known, not which question uses which."""
    options: dict[str, set[str]] = {}
    for place in places.values():
        if place.option and not place.question.kind:
            options.setdefault(place.question.name, set()).add(place.option)
    lists = {name: _list_with(codes, book.lists if book else {}) for name, codes in options.items()}
    return {
        position: replace(place, option=lists.get(place.question.name, {}).get(place.option, place.option))
        for position, place in places.items()
    }


def _find(name: str, known: Mapping[str, Coded], mark: str) -> Coded | None:
    """Return the question a column is named after: by its whole name, or by what follows its groups."""
    parts = name.split(mark)
    return next((known[tail] for start in range(len(parts)) if (tail := key(mark.join(parts[start:]))) in known), None)


def _split(
    name: str, known: Mapping[str, Coded], whole: set[str], siblings: set[str], mark: str
) -> tuple[str, str]:  # fmt: skip
    """Take the option off a column's name: before it stands a question, one of the form or another column's name."""
    parts = name.split(mark)
    for end in range(len(parts) - 1, 0, -1):
        parent = mark.join(parts[:end])
        question = _find(parent, known, mark)
        listed = question is not None and question.kind in {"多选", "排序"}
        if listed or (question is None and (key(parent) in whole or key(parent) in siblings)):
            return parent, mark.join(parts[end:])
    return "", ""


def _ticked_together(asked: Mapping[int, str], mark: str, ticks: frozenset[int]) -> set[str]:
    """Return what stands before the last mark of several names whose columns hold nothing but 0 and 1."""
    parents: dict[str, list[int]] = {}
    for position, name in asked.items():
        if mark in name:
            parents.setdefault(key(name.rpartition(mark)[0]), []).append(position)
    return {parent for parent, members in parents.items() if len(members) > 1 and ticks.issuperset(members)}


def _unlisted(name: str, mark: str) -> Coded:
    return Coded(name, name.rpartition(mark)[2] or name)


def _option(code: str, question: Coded) -> str:
    place = _PLACE.fullmatch(code)
    return f"第{place[1]}位" if place else question.options.get(code, code)


def _in_words(block: Block, position: int, question: Coded, book: CodeBook | None) -> Column:
    """Return a column with the texts of its codes; of a question no form tells of, by the list that has them all."""
    column = block.sheet.columns[position]
    options = question.options
    if not options and book is not None and not question.kind:
        cells = {code_of(value) for value in block.column(position).values} - {""}
        options = _list_with({code for cell in cells for code in cell.split(" ")}, book.lists)
    if not options:
        return column
    between = THEN if question.kind == "排序" else SEVERAL

    def change(value: object) -> object:
        text = code_of(value)
        if text in options:
            return options[text]
        codes = text.split(" ")
        if all(code in options for code in codes):
            return between.join(options[code] for code in codes)
        labels = _labels(text, options, between)
        if not labels and question.kind == "多选" and any(code in options for code in codes):
            return between.join(options.get(code, code) for code in codes)  # of an earlier version: it is asked for
        return labels or value

    return recoded(column, change)


def _labels(text: str, options: Mapping[str, str], between: str) -> str:
    """Return labels joined by spaces, which stand inside labels too, parted; ``""`` when they are none."""
    found: list[str] = []
    rest = text
    for label in sorted(map(plain, options.values()), key=len, reverse=True):
        if label and f" {label} " in f" {rest} ":
            rest = f" {rest} ".replace(f" {label} ", f" \x1f{len(found)}\x1f ").strip()
            found.append(label)
    marks = rest.split()
    if not found or any(not mark.startswith("\x1f") for mark in marks):
        return ""
    return between.join(found[int(mark.strip("\x1f"))] for mark in marks)


def _list_with(codes: Iterable[str], lists: Mapping[str, Mapping[str, str]]) -> Mapping[str, str]:
    """Return the shortest list that holds all of these codes, nothing for figures that only look like codes."""
    wanted = set(codes)
    if not wanted or all(code.isdigit() for code in wanted):
        return {}
    fitting = [labels for labels in lists.values() if wanted <= set(labels)]
    return min(fitting, key=len, default={})


KOBO = Profile(
    "Kobo",
    all_of(
        {"_uuid"}, {"_submission_time"}, {"_parent_index", "_index"}, {"submissiondate", "key"}, {"parent_key", "key"}
    ),
    _decode,
)
