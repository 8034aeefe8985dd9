"""The question dictionary: which columns are one question, what kind it is, what an answer means for a need."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, cast

import numpy as np

from needs_analytics.core.wording import chinese_number, key, plain, without_numbering
from needs_analytics.intake.need_words import NONE, OTHER, UNKNOWN, NeedWords
from needs_analytics.intake.reading import is_absent
from needs_analytics.intake.scales import USUAL_SCALE, Scale, figure_of, looks_like_scale, scale_of, word_of
from needs_analytics.intake.senses import (
    asks_comment,
    asks_need,
    asks_to_write,
    asks_trait,
    asks_what_lacks,
    asks_which_needs,
    kind_of,
    sense_of,
    unit_of,
)
from needs_analytics.intake.separators import find_recurring, find_separator, is_a_list, split_cell
from needs_analytics.intake.stems import Stem, stems_of
from needs_analytics.intake.yes_no import is_yes_no

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from needs_analytics.core.records import Column
    from needs_analytics.intake.headers import Header
    from needs_analytics.intake.senses import Kind

LISTED = "…"  # ends the wording of a question that is known by its first options only
_POSITION = re.compile(r"第([一二三四五\d])(?:位|需求|需要|选择|重要|大|项)|(首要|首选)|(次要|其次)")
_FILLED_IN = re.compile(r"其[他它]|填空|注明|说明|other", re.IGNORECASE)
_AGES = re.compile(r"\d{1,2}(?:岁)?(?:[-~—至到]\d{1,2})?(?:周?岁)?(?:以[上下]|及以[上下])?")
_OWN_WORDS = re.compile(r"(其[他它]|other)\W*(please)?(请|具体)?(注明|说明|填写|填空|specify).*")
_ASKS_ELSE = re.compile(r"[?？]|是否|有无|有没有|吗$|愿意|参加|使用|知道|同意|签约|办理|登记")
_A_LIST, _SHORT = 2, 12  # bare needs that make a list, characters of a need's name
_MOSTLY = 0.9  # share of a column's cells that must be yes, no or a step of a scale
_SAID_NO = frozenset({"否", "×", "x", "无", "没有", "n", "no", "0", "0.0", "false", "不需要", "不", "☐", "□"})
_NO_NEED = frozenset({"", NONE, UNKNOWN, OTHER})


@dataclass(frozen=True, slots=True)
class Question:
    """One question of one office's form.

    Attributes
    ----------
    columns
        Columns of the sheet that hold it; several for yes/no columns, a matrix or ranks in columns.
    items
        For several columns: the option of each (yes/no columns, matrix) or its rank (``1``, ``2`` …).
    options
        Option text to need, ``none``, ``unknown``, ``other`` or ``""`` (not recognised).
    codes
        Option code to option text, where a number export needs it.
    separator
        Pattern between the options of one cell, ``""`` where a cell holds one.
    scale
        From which step on a scale's answer is a need.
    times, answered
        How often each option was chosen, and how many answered at all.
    """

    office: str
    question: str
    wording: str
    kind: Kind
    sense: str
    unit: str = "人"
    blank: str = UNKNOWN
    max_choices: int = 0
    scale: Scale = USUAL_SCALE
    asked_of: str = ""
    columns: tuple[int, ...] = ()
    items: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    separator: str = ""
    first_month: str = ""
    last_month: str = ""
    times: Mapping[str, int] = field(default_factory=dict)
    answered: int = 0

    @property
    def is_prevalence(self) -> bool:
        """Whether a yes means that a person has the need; ranks, wishes for more and household forms do not."""
        return (
            self.sense == "需要"
            and self.unit == "人"
            and not self.max_choices
            and self.kind in {"多选", "量表", "数字"}
        )

    @property
    def is_ranking(self) -> bool:
        """Whether the answers give a rank only (最需要前k, 希望新增, household forms, single choice)."""
        return (
            self.sense in {"需要", "希望新增", "最需要前k"} and self.kind != "文本" and not self.is_prevalence
        )  # fmt: skip

    @property
    def needs(self) -> list[str]:
        """The needs the question asks about, in the order of its options."""
        return list(dict.fromkeys(n for n in self.options.values() if n not in _NO_NEED))


def propose_questions(
    office: str,
    headers: Sequence[Header],
    columns: Mapping[int, Column],
    words: NeedWords,
    *,
    handmade: bool,
    least_share: float,
    ticked: bool = False,
) -> list[Question]:
    """Propose the need questions among the columns that are no fields.

    One whose wording asks which needs there are is proposed although none of its options is understood: all are asked.

    Parameters
    ----------
    columns
        Free columns with their data cells.
    handmade
        Whether the sheet is no platform's export: then a blank among filled cells is a no.
    least_share
        Share of a column's answers that must be known needs.
    ticked
        Whether columns headed by a need are known to be ticked (as in our template), whatever stands in them.
    """
    stems = stems_of({column: headers[column] for column in columns})
    groups = _grouped(stems, columns, words, ticked=ticked)
    proposals = []
    for members in groups:
        if len(members) > 1:
            made = _several_columns(office, members, stems, columns, words, handmade=handmade, ticked=ticked)
        else:
            made = _one_column(
                office,
                members[0],
                headers,
                stems,
                columns[members[0]],
                words,
                handmade=handmade,
                least_share=least_share,
            )
        if made is not None:
            proposals.append(made)
    return proposals


def _grouped(
    stems: Mapping[int, Stem], columns: Mapping[int, Column], words: NeedWords, *, ticked: bool
) -> list[list[int]]:
    """Group columns into questions: same number or stem with items, ranks in columns, bare need names.

    An item that is not understood stays with its question when its column is answered like the others, so that it is
    asked for and not passed over.
    """
    groups: dict[str, list[int]] = {}
    numbered = {stem.number for stem in stems.values() if stem.item and stem.number}
    understood = {
        stem.stem
        for stem in stems.values()
        if stem.item and (words.meaning(stem.item) not in _NO_NEED - {NONE} or asks_which_needs(stem.stem))
    }
    for column, stem in stems.items():
        meaning = words.meaning(stem.item or stem.stem, lacking=asks_what_lacks(stem.stem))
        position = rank_position(f"{stem.stem}{stem.item}")
        flags = _is_flag_or_scale(columns[column])
        if position:
            name = "rank:" + _POSITION.sub("", without_numbering(stem.stem))[-6:]
        elif stem.item and not flags and _FILLED_IN.search(stem.item):
            name = f"column:{column}"
        elif stem.item and (stem.number or meaning or (flags and stem.stem in understood)):
            name = f"item:{stem.number or stem.stem}"
        elif stem.number in numbered and stem.number:
            name = f"item:{stem.number}"
        elif meaning and meaning not in {UNKNOWN} and (flags or ticked):
            name = "bare"
        else:
            name = f"column:{column}"
        groups.setdefault(name, []).append(column)
    return list(_with_neighbours(groups, stems, columns).values())


def _with_neighbours(
    groups: dict[str, list[int]], stems: Mapping[int, Stem], columns: Mapping[int, Column]
) -> dict[str, list[int]]:
    """Put ticked columns that stand among or right beside bare needs with them: what they name is asked for."""
    bare = groups.get("bare", [])
    if len(bare) < _A_LIST:
        return groups
    alone = {column for column in stems if f"column:{column}" in groups}
    joining = {column for column in alone if _may_be_need(stems[column], columns[column])}
    members = set(bare)
    for way in (sorted(stems), sorted(stems, reverse=True)):
        for before, column in pairwise(way):
            if before in members and column in joining and abs(before - column) == 1:
                members.add(column)
    others = {name: group for name, group in groups.items() if not set(group) <= members}
    return {**others, "bare": sorted(members)}


def _may_be_need(stem: Stem, column: Column) -> bool:
    """Whether a column that is ticked like a need is headed by a short word and asks nothing else."""
    ticked = any(is_yes_no(key(str(value))) for value in column.values) and _is_flag_or_scale(column)
    return ticked and len(stem.stem) <= _SHORT and not _ASKS_ELSE.search(stem.stem)


def rank_position(text: str) -> str:
    """Return the rank a column's title gives (第二需求 → ``2``), ``""`` when it gives none."""
    found = _POSITION.search(text)
    if not found or not asks_need(text):
        return ""
    if found[1]:
        return str(chinese_number(found[1]) or found[1])
    return "1" if found[2] else "2"


def _is_flag_or_scale(column: Column) -> bool:
    counts = np.bincount(column.codes, minlength=len(column.values))
    filled = np.array([not is_absent(key(str(value))) for value in column.values], dtype=bool)
    fitting = np.array([is_yes_no(key(str(value))) or _is_step(value) for value in column.values], dtype=bool)
    return float(counts[fitting & filled].sum()) >= _MOSTLY * float(counts[filled].sum())


def _is_step(value: object) -> bool:
    return bool(word_of(value)) or not np.isnan(figure_of(value))


def _several_columns(
    office: str,
    members: list[int],
    stems: Mapping[int, Stem],
    columns: Mapping[int, Column],
    words: NeedWords,
    *,
    handmade: bool,
    ticked: bool,
) -> Question | None:
    first = stems[members[0]]
    positions = [rank_position(f"{stems[c].stem}{stems[c].item}") for c in members]
    if all(positions):
        return _ranks_in_columns(office, members, positions, first, columns, words)
    items = tuple(stems[column].item or stems[column].stem for column in members)
    options = {item: words.meaning(item, lacking=asks_what_lacks(first.stem)) for item in items}
    wording = first.stem if first.item else ""
    known = any(meaning not in _NO_NEED for meaning in options.values())
    if not (known or asks_which_needs(wording)) or asks_trait(first.stem):
        return None
    cells = [value for column in members for value in columns[column].values]
    rated = not ticked and looks_like_scale(cells)
    kind: Kind = "量表" if rated else "多选"
    if not (rated or ticked) and not all(
        _is_flag_or_scale(columns[column]) or _ticks(columns[column]) for column in members
    ):
        return None
    sense, most = sense_of(wording, kind)
    said_no = any(key(str(value)) in _SAID_NO for value in cells)
    blank = UNKNOWN if not handmade or rated or said_no or NONE in options.values() else NONE
    hints = f"{wording} {'' if first.item else first.stem}"
    return Question(
        office, first.number or wording or "需求", wording or "、".join(items[:3]) + LISTED, kind, sense,
        unit_of(wording), blank, most, scale_of(hints, cells) if rated else USUAL_SCALE,
        columns=tuple(members), items=items, options=options,
    )  # fmt: skip


def _ticks(column: Column) -> bool:
    """Whether a yes/no column ticks with its own option's text or one mark only."""
    return len({key(str(value)) for value in column.values} - {""}) <= 2


def _ranks_in_columns(
    office: str, members: list[int], positions: list[str], first: Stem, columns: Mapping[int, Column], words: NeedWords
) -> Question | None:
    lacking = asks_what_lacks(first.stem)
    options = {text: words.meaning(text, lacking=lacking) for column in members for text in _texts(columns[column])}
    if not _mostly_needs(options, Counter(options), 0.3, words):
        return None
    return Question(
        office,
        first.number or first.stem,
        first.stem or first.item,
        "排序",
        "最需要前k",
        unit_of(first.stem),
        UNKNOWN,
        len(members),
        columns=tuple(members),
        items=tuple(positions),
        options=options,
    )


def _one_column(
    office: str, column: int, headers: Sequence[Header], stems: Mapping[int, Stem], cells: Column, words: NeedWords, *,
    handmade: bool, least_share: float,
) -> Question | None:  # fmt: skip
    wording = plain(headers[column].text)
    if _OWN_WORDS.fullmatch(key(headers[column].last)) or asks_comment(wording) or asks_trait(wording):
        return None
    counts = Counter(
        dict(zip(range(len(cells.values)), np.bincount(cells.codes, minlength=len(cells.values)), strict=True))
    )
    texts = {plain(str(value)): int(counts[code]) for code, value in enumerate(cells.values) if is_answer(str(value))}
    if not texts:
        return None
    said = headers[column].kind
    separator = "" if said == "单选" else find_separator(texts, words.covered)
    tokens = _tokens(texts, separator)
    options = {option: words.meaning(option, lacking=asks_what_lacks(wording)) for option in tokens}
    if not _mostly_needs(options, tokens, least_share / 2 if asks_need(wording) else least_share, words):
        if not asks_which_needs(wording):
            return None
        separator = separator or ("" if said == "单选" else find_recurring(texts))
        tokens = _tokens(texts, separator)
        if not _may_be_options(tokens):
            return None
        options = {option: words.meaning(option, lacking=asks_what_lacks(wording)) for option in tokens}
    if sum(1 for option in options if _AGES.fullmatch(key(option))) > 1:
        return None
    kind = cast("Kind", said) if said else kind_of(wording, separator, texts)
    kind = "文本" if not said and kind == "单选" and asks_to_write(wording) else kind
    sense, most = sense_of(wording, kind)
    blank = UNKNOWN if not handmade or NONE in options.values() else NONE
    return Question(office, stems[column].number or wording, wording, kind, sense, unit_of(wording), blank, most,
                    columns=(column,), options=options, separator=separator)  # fmt: skip


def _tokens(texts: Mapping[str, int], separator: str) -> Counter[str]:
    tokens: Counter[str] = Counter()
    for text, count in texts.items():
        for option in split_cell(text, separator):
            tokens[option] += count
    return tokens


def _may_be_options(tokens: Mapping[str, int]) -> bool:
    """Whether answers recur like a form's options and are words of their own: no yes, no step of a scale, no figure."""
    own = {option: count for option, count in tokens.items() if not (is_yes_no(key(option)) or _is_step(option))}
    return is_a_list(own) and 2 * len(own) > len(tokens)


def is_answer(text: str) -> bool:
    """Whether a cell of a question says anything: no blank, no refusal, no platform's code for skipped or empty."""
    return not is_absent(key(text)) and key(text) not in {"-2", "-3", "-2.0", "-3.0"}


def _texts(column: Column) -> list[str]:
    return [plain(str(value)) for value in column.values if is_answer(str(value))]


def _mostly_needs(
    options: Mapping[str, str], tokens: Mapping[str, object], least: float, words: NeedWords
) -> bool:  # fmt: skip
    known = sum(
        _weight(tokens[option])
        for option, meaning in options.items()
        if meaning or words.denied(option) or len(words.named(option)) > 1
    )
    needs = sum(_weight(tokens[option]) for option, meaning in options.items() if meaning not in _NO_NEED)
    total = sum(map(_weight, tokens.values()))
    return total > 0 and needs > 0 and known >= least * total


def _weight(count: object) -> int:
    return count if isinstance(count, int) else 1
