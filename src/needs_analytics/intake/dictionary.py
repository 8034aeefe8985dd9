"""The question dictionary as a table: what the office corrected comes before what intake proposes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, cast

import numpy as np
import pandas as pd

from needs_analytics.core.identifiers import MASK
from needs_analytics.core.issue import CellRef, Issue
from needs_analytics.core.records import Column
from needs_analytics.core.tables import iter_rows
from needs_analytics.core.wording import chinese_number, key, plain, same_wording, without_numbering
from needs_analytics.intake.dictionary_settings import read_blank, read_settings
from needs_analytics.intake.headers import Header
from needs_analytics.intake.masking import NOBODY, as_shown, mask_labels
from needs_analytics.intake.need_words import NONE, UNKNOWN, NeedWords
from needs_analytics.intake.questions import LISTED, Question, is_answer
from needs_analytics.intake.scales import Scale, scale_of
from needs_analytics.intake.senses import asks_what_lacks, unit_of
from needs_analytics.intake.separators import find_separator, split_cell
from needs_analytics.intake.stems import Stem, stems_of, take_apart

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from needs_analytics.core.cell_map import CellMap
    from needs_analytics.core.month import Month
    from needs_analytics.core.records import Sheet
    from needs_analytics.intake.blocks import Block
    from needs_analytics.intake.senses import Kind

COLUMNS = (
    "office",
    "question",
    "wording",
    "kind",
    "max_choices",
    "sense",
    "unit",
    "asked_of",
    "blank",
    "threshold",
    "first_month",
    "last_month",
    "option",
    "option_code",
    "need",
    "position",
)
_PLACE = ("file", "sheet", "row")
_SENSES = frozenset({"需要", "希望新增", "最需要前k", "使用过", "满意度"})
_TRAITS = frozenset({"属性", "基本信息", "背景"})  # what a question asks about the respondent
_FIRST = re.compile(r"最需要(?:的)?(?:前(\d|k|[一二三四五六七八九])(?:项|个)?)?")
WRITTEN = re.compile(r"〖[^〗]*〗?")  # what a respondent wrote beside 其他: an answer, no option, perhaps a name
_SPECIAL = {
    "none": NONE,
    "无需求": NONE,
    "unknown": UNKNOWN,
    "未知": UNKNOWN,
    "other": "other",
    "其他": "other",
    "-": "",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One question of the office's own dictionary.

    Attributes
    ----------
    wordings
        Header of each column that holds it, with its rank position and its option (either may be empty).
    of_needs
        Whether its rows name a sense or a need; the others only tell what codes mean (community, sex, age).
    by_number
        Whether its number alone may find its columns; a wording that is told and differs forbids it.
    where
        Its first row.
    """

    office: str
    question: str
    wordings: tuple[tuple[str, str, str], ...]
    options: Mapping[str, str]
    codes: Mapping[str, str]
    settings: Mapping[str, str] = field(default_factory=dict)
    of_needs: bool = True
    by_number: bool = True
    where: CellRef | None = None

    def applies(self, office: str) -> bool:
        """Whether the question is one of an office's forms."""
        return self.office in {"", office}

    def columns(self, headers: Sequence[Header]) -> list[tuple[int, str, str]]:
        """Return the columns of a sheet that hold the question, with position and option."""
        found = []
        stems = stems_of({column: header for column, header in enumerate(headers) if header.parts})
        numbered = self._numbered(stems)
        for column, header in enumerate(headers):
            for wording, position, option in self.wordings:
                if wording and _same_wording(header, wording):
                    found.append((column, position, option))
                    break
            else:
                if column in numbered:
                    found.append((column, "", stems[column].item))
        return found

    def _numbered(self, stems: Mapping[int, Stem]) -> set[int]:
        """Return the columns that the number alone finds: none where both sides state wordings that differ."""
        number = _number(self.question)
        found = {column: stem.stem for column, stem in stems.items() if number and stem.number == number}
        told = {same_wording(text) for text, _, _ in self.wordings}
        told |= {same_wording(take_apart(Header((text,))).stem) for text, _, _ in self.wordings if text}
        stated = {same_wording(text) for text in found.values()}
        another = told - {""} and stated - {""} and not told & stated - {""}
        return set(found) if self.by_number and not another else set()


def read_entries(frames: Iterable[pd.DataFrame], words: NeedWords, month: Month) -> list[Entry]:
    """Group dictionary rows into questions; rows outside their months are left out."""
    rows = (
        pd.concat([frame.reindex(columns=[*COLUMNS, *_PLACE]) for frame in frames], ignore_index=True)
        if frames
        else pd.DataFrame(columns=[*COLUMNS, *_PLACE])
    )
    rows = rows.astype(object).where(rows.notna(), "").map(_cell_text)
    rows = rows[((rows["first_month"] == "") | (rows["first_month"] <= str(month)))
                & ((rows["last_month"] == "") | (rows["last_month"] >= str(month)))]  # fmt: skip
    rows["question"] = rows["question"].where(rows["question"] != "", rows["wording"])
    rows = read_settings(rows)
    entries = []
    for (office, question, _), group in rows.groupby(["office", "question", _forms(rows)], sort=False):
        wordings = tuple(
            dict.fromkeys(
                (wording, position, option if kind in {"多选", "量表", ""} else "")
                for wording, position, option, kind in iter_rows(group, "wording", "position", "option", "kind")
                if wording
            )
        )
        single = len({wording for wording, _, _ in wordings}) <= 1
        options = {
            option: _need(need, option, words)
            for option, need in zip(group["option"], group["need"], strict=True)
            if option
        }
        codes = {
            key(code): option
            for code, option in zip(group["option_code"], group["option"], strict=True)
            if code and option
        }
        settings = {
            name: next((value for value in group[name] if value), "")
            for name in (
                "kind",
                "sense",
                "unit",
                "asked_of",
                "blank",
                "threshold",
                "max_choices",
                "first_month",
                "last_month",
                "wording",
            )
        }
        if single:
            wordings = tuple(dict.fromkeys((wording, position, "") for wording, position, _ in wordings))
        of_needs = settings["sense"] not in _TRAITS and bool(settings["sense"] or any(group["need"]))
        file, sheet, row = group[list(_PLACE)].iloc[0]
        where = CellRef(file, sheet, int(row) - 1)
        entries.append(Entry(str(office), str(question), wordings, options, codes, settings, of_needs, where=where))
    return entries


def _forms(rows: pd.DataFrame) -> pd.Series:
    """Tell questions of one number apart: each wording that lists several options of its own is a question.

    Wordings with one option each, or with a rank, are columns of one question.
    """
    options = rows.groupby(["office", "question", "wording"])["option"].transform("nunique")
    several = options.where(rows["wording"] != "", 0).groupby([rows["office"], rows["question"]]).transform("max") > 1
    ranked = (rows["position"] != "").groupby([rows["office"], rows["question"]]).transform("any")
    named = rows["wording"].where(rows["wording"] != "").groupby([rows["office"], rows["question"]]).ffill().fillna("")
    return named.where(several & ~ranked, "")


def unusable_needs(
    frames: Iterable[pd.DataFrame], words: NeedWords, names: Mapping[str, str], cells: CellMap
) -> list[Issue]:
    """Say what stands under 对应需求 and is no need, or several: the option keeps what its own wording means.

    Parameters
    ----------
    names
        Need to its name.
    cells
        Where the fields stand.
    """
    issues = []
    for frame in frames:
        told = frame[frame["need"].notna()] if "need" in frame else frame[:0]
        rows = told.reindex(columns=["question", "wording", "option", "need"]).astype(object).fillna("")
        refs = cells.refs("questions", told, "need")
        for where, (question, wording, option, need) in zip(refs, iter_rows(rows, *rows.columns), strict=True):
            text = _cell_text(need)
            if not text or key(text) in _SPECIAL or words.exact.get(key(text)) or words.meaning(text):
                continue
            near = [names.get(found, found) for found in words.nearest(text) or words.nearest(_cell_text(option))]
            details = {
                "option": _cell_text(option),
                "question": _cell_text(wording or question),
                "nearest": "、".join(near) or "—",
            }
            issues.append(Issue("W233", where, text, details))
    return issues


def unmatched(entries: Iterable[Entry], asked: Sequence[tuple[str, Block, Sequence[Question]]]) -> list[Issue]:
    """Say which questions of the dictionary stand in no survey of their office.

    Parameters
    ----------
    asked
        Office, block and questions of each survey of the month.
    """
    issues = []
    for entry in entries:
        own = [(block, questions) for office, block, questions in asked if entry.applies(office)]
        found = any(written_out(entry, questions) or entry.columns(block.headers) for block, questions in own)
        if own and entry.of_needs and not found:
            wording = entry.settings["wording"] or entry.question
            issues.append(Issue("I234", entry.where, wording, {"office": entry.office or "—"}))
    return issues


def unknown_senses(entries: Iterable[Entry]) -> dict[str, str]:
    """Return what stands under 含义 and is no sense, with one of the questions it stands beside."""
    stated = {entry.settings["sense"]: entry.question for entry in entries if entry.settings["sense"]}
    return {sense: question for sense, question in stated.items() if _sense(sense)[0] not in _SENSES | _TRAITS}


def for_offices(entries: Sequence[Entry], offices: Collection[str]) -> tuple[list[Entry], list[str]]:
    """Let the entries of an office that sent nothing under this name speak of every form that has their wordings.

    Returns
    -------
    The entries, and the offices concerned.
    """
    shown = {new: office for office, new in mask_labels(offices, NOBODY).items()}
    entries = [replace(entry, office=shown.get(entry.office, entry.office)) for entry in entries]
    unknown = sorted({entry.office for entry in entries if entry.office and entry.office not in offices})
    settled = [replace(entry, office="", by_number=False) if entry.office in unknown else entry for entry in entries]
    return settled, unknown


def with_thresholds(questions: Iterable[Question], told: Mapping[str, str]) -> list[Question]:
    """Return the questions with the thresholds that ``mapping.toml`` tells by their wordings."""
    found = []
    for question in questions:
        names = (key(question.wording), key(without_numbering(question.wording)))
        text = next((told[name] for name in names if name in told), "")
        found.append(replace(question, scale=question.scale.told(text)) if question.kind == "量表" else question)
    return found


def decode_options(block: Block, office: str, entries: Sequence[Entry]) -> Block:
    """Replace the option codes of a number export by the options' texts, as the dictionary lists them.

    A question with one yes/no column per option has no codes in its cells.
    """
    columns = list(block.sheet.columns)
    for entry in entries:
        if not entry.codes or not entry.applies(office):
            continue
        found = entry.columns(block.headers)
        for position, _, option in found:
            if option and len(found) > 1:
                continue
            values = tuple(_decoded(value, entry.codes) for value in columns[position].values)
            columns[position] = Column(columns[position].codes, values)
    sheet: Sheet = replace(block.sheet, columns=tuple(columns))
    return replace(block, sheet=sheet)


def with_dictionary(
    proposed: Sequence[Question], block: Block, office: str, entries: Sequence[Entry], words: NeedWords
) -> list[Question]:
    """Return the questions with the office's corrections; questions only the dictionary knows are added."""
    questions = list(proposed)
    for entry in entries:
        if not entry.applies(office) or not entry.of_needs:
            continue
        found = written_out(entry, questions)
        columns = _as_proposed(found) if found else entry.columns(block.headers)
        if not columns:
            continue
        taken = {column for column, _, _ in columns}
        match = found or next((q for q in questions if taken & set(q.columns)), None)
        corrected = _corrected(match, entry, columns, block, office, words)
        questions = [q for q in questions if not taken & set(q.columns)]
        if corrected is not None:
            questions.append(corrected)
    return sorted(questions, key=lambda question: question.columns)


def written_out(entry: Entry, questions: Iterable[Question]) -> Question | None:
    """Return the proposed question that an entry speaks of as a whole, whatever columns hold it.

    A question of several columns is written out under the wording they share, or under its first options. Where the
    entry tells the wordings or ranks of single columns, these say which columns it means.
    """
    wordings = {wording for wording, _, _ in entry.wordings}
    if len(wordings) != 1 or any(position for _, position, _ in entry.wordings):
        return None
    (wording,) = wordings
    same = [q for q in questions if _names_whole(wording, q)]
    return next((q for q in same if key(q.wording) == key(wording)), same[0] if same else None)


def _names_whole(wording: str, question: Question) -> bool:
    told, own, listed = key(wording), key(question.wording), key(LISTED)
    if told.endswith(listed) and own.endswith(listed):
        shown = {name for item in question.items for name in (key(item), as_shown(item))}
        return all(part in shown for part in told.removesuffix(listed).split("、"))
    return told in {own, as_shown(question.wording)} or same_wording(told) == same_wording(own) != ""


def _as_proposed(question: Question) -> list[tuple[int, str, str]]:
    items = question.items or ("",) * len(question.columns)
    ranked = question.kind == "排序"
    return [
        (column, item, "") if ranked else (column, "", item)
        for column, item in zip(question.columns, items, strict=True)
    ]


def _corrected(
    match: Question | None,
    entry: Entry,
    columns: list[tuple[int, str, str]],
    block: Block,
    office: str,
    words: NeedWords,
) -> Question | None:
    settings = entry.settings
    kind = cast("Kind", settings["kind"] or (match.kind if match else "多选"))
    sense, first = _sense(settings["sense"])
    if sense not in _SENSES:
        sense = match.sense if match else "需要"
    positions = tuple(column for column, _, _ in columns)
    ranked = kind == "排序" and len(columns) > 1
    ticked = len(columns) > 1 and not ranked
    items = (
        tuple(position for _, position, _ in columns)
        if ranked
        else tuple(option for _, _, option in columns)
        if ticked
        else ()
    )
    options = _options(entry, match, block, positions, items if ticked else (), words, settings["kind"])
    separator = "" if items or kind == "单选" else _separator(block, positions[0], options)
    most = (
        int(float(settings["max_choices"]))
        if settings["max_choices"]
        else first
        if first
        else match.max_choices
        if match and not settings["sense"]
        else len(columns)
        if ranked
        else 0
    )
    wording = settings["wording"] or (match.wording if match else entry.question)
    blank = read_blank(settings["blank"]) or (match.blank if match else UNKNOWN)
    return Question(
        office, entry.question, wording, kind, sense,
        settings["unit"] or (match.unit if match else unit_of(wording)), blank, most,
        _scale(settings["threshold"], match, wording, block, positions), settings["asked_of"],
        positions, items, options, separator, settings["first_month"], settings["last_month"],
    )  # fmt: skip


def _options(
    entry: Entry,
    match: Question | None,
    block: Block,
    positions: Sequence[int],
    items: Sequence[str],
    words: NeedWords,
    kind: str,
) -> dict[str, str]:
    told = _Told({key(option): need for option, need in entry.options.items()})
    lacking = asks_what_lacks(entry.settings["wording"] or (match.wording if match else ""))
    if items:
        return {item: told.need(item, words.meaning(item, lacking=lacking)) for item in items}
    options = {option: need for option, need in entry.options.items() if key(MASK) not in key(option)}
    if match is not None:
        options.update({option: told.need(option, meaning) for option, meaning in match.options.items()})
    separator = "" if kind == "单选" else match.separator if match else _separator(block, positions[0], options)
    for position in positions:
        for value in filter(is_answer, map(str, block.column(position).values)):
            for option in split_cell(value, separator):
                options.setdefault(option, told.need(option, words.meaning(option, lacking=lacking)))
    return {option: meaning for option, meaning in options.items() if option}


@dataclass(frozen=True, slots=True)
class _Told:
    """What the dictionary says of options; one that was shown masked (安排医生 as ＊医生) is known by that, too."""

    needs: Mapping[str, str]

    def need(self, option: str, otherwise: str) -> str:
        return self.needs.get(key(option), self.needs.get(as_shown(option), otherwise))


def _separator(block: Block, position: int, options: Mapping[str, str]) -> str:
    column = block.column(position)
    counts = np.bincount(column.codes, minlength=len(column.values))
    known = {key(option) for option in options}
    texts = {str(value): int(count) for value, count in zip(column.values, counts, strict=True) if plain(str(value))}
    return find_separator(
        texts, lambda option: len(option) if key(option) in known or key(without_numbering(option)) in known else 0
    )


def _scale(told: str, match: Question | None, wording: str, block: Block, positions: Sequence[int]) -> Scale:
    """Return the scale the dictionary tells, else the proposed one."""
    cells = [value for position in positions for value in block.column(position).values]
    proposed = match.scale if match and match.kind == "量表" else scale_of(wording, cells)
    return proposed.told(told)


def _same_wording(header: Header, wording: str) -> bool:
    wanted = {key(wording), key(without_numbering(wording))}
    own = {key(header.text), key(header.last), key(without_numbering(header.last)), key(header.source)}
    if key(MASK) in key(wording):
        own |= {as_shown(text) for text in (header.text, header.last, without_numbering(header.last))}
    return bool(wanted & (own - {""}))


def _number(question: str) -> str:
    digits = key(question).removeprefix("第").removeprefix("q").removesuffix("题")
    return digits if digits.isdigit() else ""


def _decoded(value: object, codes: Mapping[str, str]) -> object:
    text = key(str(value)).removesuffix(".0")
    return codes.get(text, value)


def _cell_text(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value == int(value) else plain(str(value))


def _need(need: str, option: str, words: NeedWords) -> str:
    text = key(need)
    if text in _SPECIAL:
        return _SPECIAL[text]
    return words.exact.get(text) or words.meaning(need) or words.meaning(option) if text else words.meaning(option)


def _sense(text: str) -> tuple[str, int]:
    """Return the sense a cell names and, of 最需要前3, how many could be named."""
    ranked = _FIRST.fullmatch(key(text))
    if ranked:
        return "最需要前k", int(chinese_number(ranked[1] or "") or 0)
    return plain(text), 0
