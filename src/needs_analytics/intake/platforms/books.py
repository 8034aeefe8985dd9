"""Forms and code books beside coded exports: XLSForms (survey and choices) and lists of questions (题目对照表)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from needs_analytics.core.wording import key, plain
from needs_analytics.intake.platforms.recoding import code_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from needs_analytics.core.records import Sheet

_MOST_ROWS, _TOP_ROWS = 5000, 5
_FORM = frozenset({"form_title", "form_id", "id_string"})
_LISTS = frozenset({"list_name", "listname"})
_RELEVANT = frozenset({"relevant", "relevance"})
_CHINESE = re.compile(r"中文|汉语|chinese|\(zh|_zh|zh$")
_NUMBERED = frozenset({"题号", "题目编号", "题目序号", "问题编号"})
_NUMBERS = _NUMBERED | {"编号", "变量名", "变量", "字段", "列名", "question"}  # these name questions only as Q1, Q2 …
_TITLES = frozenset({"题目", "题干", "题目内容", "题目名称", "题目标题", "问题", "标题", "变量标签", "wording"})
_KINDS = frozenset({"题型", "题目类型", "类型", "type"})
_KINDS_TOLD = {"多选": "多选", "单选": "单选", "排序": "排序", "填空": "文本", "问答": "文本", "文本": "文本"}
_OPTIONS = frozenset(
    {"选项", "选项内容", "选项文字", "选项文本", "选项名称", "选项标签", "值标签", "取值说明", "option"}
)
_CODES = frozenset(
    {"选项编码", "选项代码", "选项编号", "选项序号", "选项值", "编码", "代码", "值", "取值", "code", "value"}
)
_MEANINGS = frozenset({"含义", "对应需求", "需求", "sense", "need"})
_NUMBER = re.compile(r"[q第]?\s*(\d{1,3}(?:[_.\-]\d{1,3})?)\s*题?", re.IGNORECASE)
_ITEM = re.compile(r"(?<=\d)[_.\-]\d{1,3}$")
_SENTENCE = re.compile(r"[:：。;；,，]|^注")
_OWN_OPTION = re.compile(r"选项([a-z\d]{1,2})", re.IGNORECASE)
_CODED_OPTION = re.compile(r"\s*(\w{1,4})\s*[=:：.．、)）]\s*(.+)", re.DOTALL)
_BETWEEN = re.compile(r"[;；\n|┋]")


@dataclass(frozen=True, slots=True)
class Coded:
    """One question of a form.

    Attributes
    ----------
    name
        How the export calls it.
    path
        The groups it stands in, outermost first, and its name.
    kind
        ``单选``, ``多选``, ``排序``, ``文本``, ``""`` for any other or unknown kind.
    options
        Code to text.
    relevant
        The conditions under which it is asked, those of its groups first.
    """

    name: str
    label: str
    path: tuple[str, ...] = ()
    kind: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    relevant: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CodeBook:
    """What a form or code book says.

    Attributes
    ----------
    sheets
        Names of the sheets it was read from.
    lists
        Lists of choices, also those that no question is known to use.
    of_needs
        Whether the sheet is a question dictionary too: then it is read as one as well.
    """

    platform: str
    file: str
    sheets: tuple[str, ...]
    questions: tuple[Coded, ...] = ()
    lists: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    of_needs: bool = False


def code_books(sheets: Iterable[Sheet]) -> list[CodeBook]:
    """Return every form and code book among the sheets of a month."""
    books: list[CodeBook] = []
    by_file: dict[str, list[Sheet]] = {}
    for sheet in sheets:
        by_file.setdefault(sheet.file, []).append(sheet)
    for file, members in by_file.items():
        tables = {sheet.name: _table(sheet) for sheet in members if _may_explain(sheet)}
        form = _form(file, tables)
        books += [form] if form else []
        books += [book for name, table in tables.items() if (book := _question_list(file, name, table))]
    return books


def best_book(
    books: Sequence[CodeBook], platform: str, file: str, names: Iterable[str]
) -> tuple[CodeBook | None, bool]:  # fmt: skip
    """Return the book that fits the names in an export best, and whether another fits as well but says otherwise.

    Of equals the one in the same file comes first, then the one whose file name is most alike.
    """
    wanted = {key(name) for name in names}
    fitting = []
    for book in books:
        named = {key(part) for question in book.questions for part in (question.name, question.label)}
        known = named | {_ITEM.sub("", name) for name in named}
        share = len(wanted & known) / len(wanted) if wanted else 0.0
        if book.platform == platform and (share >= 0.5 or (not book.questions and book.file == file)):
            fitting.append((share, book.file == file, _likeness(book.file, file), book))
    if not fitting:
        return None, False
    fitting.sort(key=lambda found: found[:3], reverse=True)
    best = fitting[0]
    rivals = [other for other in fitting[1:] if other[:3] == best[:3] and other[3].questions != best[3].questions]
    return best[3], bool(rivals)


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one.rsplit(".", 1)[0], other.rsplit(".", 1)[0]).ratio()


def _may_explain(sheet: Sheet) -> bool:
    """Whether a row near the top looks like the header of a form or a list of questions; the rest is not read."""
    tops = [{key(str(cell)) for cell in row} for row in sheet.rows(0, _TOP_ROWS)]
    return any(
        {"type", "name"} <= top or top & _LISTS or top & _FORM or (top & _NUMBERS and top & _TITLES) for top in tops
    )


def _table(sheet: Sheet) -> list[list[str]]:
    """Return a sheet's cells as texts that keep their lines."""
    rows = sheet.rows(0, min(sheet.n_rows, _MOST_ROWS))
    return [[cell.strip() if isinstance(cell, str) else code_of(cell) for cell in row] for row in rows]


def _form(file: str, tables: Mapping[str, list[list[str]]]) -> CodeBook | None:
    """Return the XLSForm whose sheets stand in a file; its choices alone when nothing else does."""
    lists: dict[str, dict[str, str]] = {}
    questions: tuple[Coded, ...] = ()
    sheets: list[str] = []
    for name, table in tables.items():
        titles = [key(cell) for cell in table[0]] if table else []
        if _LISTS & set(titles) and "name" in titles and _label_column(titles) is not None:
            lists |= _choices(table, titles)
            sheets.append(name)
        elif {"type", "name"} <= set(titles) and _label_column(titles) is not None:
            questions = _asked(table, titles)
            sheets.append(name)
        elif sheets and key(name) == "settings" and _FORM & set(titles):
            sheets.append(name)
    if not sheets:
        return None
    known = tuple(replace(question, options=lists.get(str(question.options.get("")), {})) for question in questions)
    return CodeBook("Kobo", file, tuple(sheets), known, lists)


def _label_column(titles: Sequence[str]) -> int | None:
    labels = [column for column, title in enumerate(titles) if re.fullmatch(r"label(::?.+)?", title)]
    chinese = [column for column in labels if _CHINESE.search(titles[column])]
    return next(iter(chinese or labels), None)


def _choices(table: list[list[str]], titles: list[str]) -> dict[str, dict[str, str]]:
    owner = next(column for column, title in enumerate(titles) if title in _LISTS)
    name, label = titles.index("name"), _label_column(titles)
    lists: dict[str, dict[str, str]] = {}
    for row in table[1:]:
        if row[owner] and row[name]:
            lists.setdefault(row[owner], {})[row[name]] = row[label or 0] or row[name]
    return lists


def _asked(table: list[list[str]], titles: list[str]) -> tuple[Coded, ...]:
    """Return the questions of a survey sheet; each carries the name of its list under the code ``""``."""
    kinds = {"select_one": "单选", "select_multiple": "多选", "rank": "排序", "text": "文本"}
    label, relevant = _label_column(titles) or 0, _first(titles, _RELEVANT)
    groups: list[tuple[str, str]] = []
    found = []
    for row in table[1:]:
        words = row[titles.index("type")].split()
        kind, name = (key(words[0]) if words else ""), row[titles.index("name")]
        condition = _cell(row, relevant)
        if kind.startswith("begin"):
            groups.append((name, condition))
        elif kind.startswith("end") and kind != "end":
            groups = groups[:-1]
        elif name and kind:
            owner = {"": words[1]} if kind in kinds and len(words) > 1 else {}
            path = (*(group for group, _ in groups), name)
            conditions = tuple(filter(None, [*(told for _, told in groups), condition]))
            found.append(Coded(name, plain(row[label]) or name, path, kinds.get(kind, ""), owner, conditions))
    return tuple(found)


def _question_list(file: str, sheet: str, table: list[list[str]]) -> CodeBook | None:
    """Return the list of questions (题号, 题目, 选项) a sheet holds."""
    heads = ((row, [key(cell) for cell in cells]) for row, cells in enumerate(table[:_TOP_ROWS]))
    head = next(((row, titles) for row, titles in heads if set(titles) & _NUMBERS and set(titles) & _TITLES), None)
    if head is None:
        return None
    top, titles = head
    number = next(column for column, text in enumerate(titles) if text in _NUMBERS)
    title = next(column for column, text in enumerate(titles) if text in _TITLES)
    found: dict[str, Coded] = {}
    name = ""
    for row in table[top + 1 :]:
        if sum(map(bool, row)) == 1 and _SENTENCE.search(row[number]):
            continue  # a note below the list
        numbered = _NUMBER.fullmatch(row[number])
        if row[number] and not (numbered and (titles[number] in _NUMBERED or not row[number].isdigit())):
            return None
        name = f"q{numbered[1]}" if numbered else name
        if not name:
            continue
        asked = found.setdefault(name, Coded(name, plain(row[title])))
        kind = _cell(row, _first(titles, _KINDS))
        known = next((word for mark, word in _KINDS_TOLD.items() if mark in kind), asked.kind)
        found[name] = replace(asked, kind=known, options={**asked.options, **_options(row, titles)})
    if len(found) < 2:
        return None
    return CodeBook("问卷网", file, (sheet,), tuple(found.values()), of_needs=bool(_MEANINGS & set(titles)))


def _options(row: Sequence[str], titles: Sequence[str]) -> dict[str, str]:
    """Return the options a row lists: one with its code, several in a cell (1=男；2=女), or one per column (选项1)."""
    option, code = _cell(row, _first(titles, _OPTIONS)), _cell(row, _first(titles, _CODES))
    if option and code:
        return {code: option}
    listed = [_CODED_OPTION.fullmatch(part) for part in _BETWEEN.split(option)] if option else []
    if listed and all(listed):
        return {found[1]: plain(found[2]) for found in listed if found}
    own = {found[1]: row[column] for column, title in enumerate(titles) if (found := _OWN_OPTION.fullmatch(title))}
    return {mark: text for mark, text in own.items() if text}


def _cell(row: Sequence[str], column: int | None) -> str:
    return row[column] if column is not None else ""


def _first(titles: Sequence[str], known: frozenset[str]) -> int | None:
    return next((column for column, title in enumerate(titles) if title in known), None)
