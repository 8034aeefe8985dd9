"""The question dictionary: which columns are one question, what kind it is, what an answer means for a need."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, cast

import numpy as np

from needs_analytics.core.wording import chinese_number, key, plain, without_numbering
from needs_analytics.intake.need_words import NONE, OTHER, UNKNOWN, NeedWords
from needs_analytics.intake.reading import is_absent
from needs_analytics.intake.separators import find_separator, split_cell
from needs_analytics.intake.stems import Stem, stems_of
from needs_analytics.intake.traits import is_yes_no

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from needs_analytics.core.records import Column
    from needs_analytics.intake.headers import Header

Kind = Literal["单选", "多选", "排序", "量表", "数字", "文本"]

_TOP = re.compile(
    r"限选|最多(?:可)?选|至多|不超过|选(?:择)?(?:出)?[一二三四五六七八九\d]+(?:项|个|种)|前[一二三四五\d]+(?:项|位)|限[一二三四五六七八九\d]+项"
)
_COUNT = re.compile(
    r"(?:限选|最多(?:可)?选(?:择)?|至多(?:选)?|不超过|选(?:择)?(?:出)?|前|限)\s*([一二三四五六七八九十\d]+)\s*(?:项|个|种|位)"
)
_MOST = re.compile(r"最需要|最希望|最迫切|最想|首选|优先解决|最关心|最急需|最主要|第一需求|首要|most|biggest")
_USED = re.compile(r"^used|使用过|参加过|享受过|用过|接受过|去过|体验过")
_RATED = re.compile(r"满意|评价|打分")
_NEW = re.compile(
    r"希望(?:社区|街道)?(?:新增|增加|增设|开设|新开)|想增加|建议(?:增加|增设|新增)|应(?:当|该)?增加|还希望|新增(?:哪些|什么)"
)
_NEEDED = re.compile(r"需要|需求|希望|想要|困难|难题|诉求|急需|盼望|期待|need", re.IGNORECASE)
_LACKING = re.compile(r"问题|不足|困难|难题|难处|短板|缺|烦心|不便|不方便|不满|愁|诉求|problem", re.IGNORECASE)
_HOUSEHOLD = re.compile(
    r"您家(?!附近|周边|周围|门口|楼下|旁边)|贵户|全家|家里|家中|家庭(?:目前|现在|成员)?(?:的)?(?:需|主要|存在)"
    r"|本户|户主填写|每户"
)
_RANKED = re.compile(r"排序|排名|依次|按重要")
_POSITION = re.compile(r"第([一二三四五\d])(?:位|需求|需要|选择|重要|大|项)|(首要|首选)|(次要|其次)")
_COMMENT = re.compile(r"意见|建议|留言|备注|想.{0,8}说|的话$|悄悄话")
_FILLED_IN = re.compile(r"其[他它]|填空|注明|说明|other", re.IGNORECASE)
_OWN_WORDS = re.compile(r"(其[他它]|other)\W*(please)?(请|具体)?(注明|说明|填写|填空|specify).*")
_EACH_ONE = re.compile(r"每(?:一)?(?:项|题|行|个|种)[^,，。;；]{0,4}选[^,，。;；)）]{0,4}")
_MANY = re.compile(r"多选|可选多项|选择多项|不定项|checkbox")
LIKERT: Mapping[str, float] = {
    "非常需要": 5,
    "很需要": 5,
    "十分需要": 5,
    "急需": 5,
    "迫切需要": 5,
    "比较需要": 4,
    "较需要": 4,
    "需要": 4,
    "一般": 3,
    "无所谓": 3,
    "可有可无": 3,
    "说不清": 3,
    "不太需要": 2,
    "不需要": 1,
    "完全不需要": 1,
    "非常不需要": 1,
    "非常重要": 5,
    "比较重要": 4,
    "重要": 4,
    "不太重要": 2,
    "不重要": 1,
    "非常必要": 5,
    "很有必要": 5,
    "有必要": 4,
    "必要": 4,
    "不太必要": 2,
    "没必要": 1,
    "没有必要": 1,
    "强烈需要": 5,
}
DEFAULT_THRESHOLD = 4.0
_MOSTLY = 0.9  # share of a column's cells that must be yes, no or a step of a scale
_SAID_NO = frozenset({"否", "×", "x", "无", "没有", "n", "no", "0", "0.0", "false", "不需要", "不", "☐", "□"})


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
    """

    office: str
    question: str
    wording: str
    kind: Kind
    sense: str
    unit: str = "人"
    blank: str = UNKNOWN
    max_choices: int = 0
    threshold: float = DEFAULT_THRESHOLD
    asked_of: str = ""
    columns: tuple[int, ...] = ()
    items: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    separator: str = ""
    first_month: str = ""
    last_month: str = ""

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
        return self.sense in {"需要", "希望新增", "最需要前k"} and not self.is_prevalence

    @property
    def needs(self) -> list[str]:
        """The needs the question asks about, in the order of its options."""
        return list(dict.fromkeys(n for n in self.options.values() if n not in {"", NONE, UNKNOWN, OTHER}))


def propose_questions(
    office: str,
    headers: Sequence[Header],
    columns: Mapping[int, Column],
    words: NeedWords,
    *,
    handmade: bool,
    least_share: float,
) -> list[Question]:
    """Propose the need questions among the columns that are no fields.

    Parameters
    ----------
    columns
        Free columns with their data cells.
    handmade
        Whether the sheet is no platform's export: then a blank among filled cells is a no.
    least_share
        Share of a column's answers that must be known needs.
    """
    stems = stems_of({column: headers[column] for column in columns})
    groups = _grouped(stems, columns, words)
    proposals = []
    for members in groups:
        if len(members) > 1:
            made = _several_columns(office, members, stems, columns, words, handmade=handmade)
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


def _grouped(stems: Mapping[int, Stem], columns: Mapping[int, Column], words: NeedWords) -> list[list[int]]:
    """Group columns into questions: same number or stem with items, ranks in columns, bare need names.

    An item that is not understood stays with its question when its column is answered like the others, so that it is
    asked for and not passed over.
    """
    groups: dict[str, list[int]] = {}
    numbered = {stem.number for stem in stems.values() if stem.item and stem.number}
    understood = {
        stem.stem for stem in stems.values() if stem.item and words.meaning(stem.item) not in {"", UNKNOWN, OTHER}
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
        elif meaning and meaning not in {UNKNOWN} and flags:
            name = "bare"
        else:
            name = f"column:{column}"
        groups.setdefault(name, []).append(column)
    return list(groups.values())


def rank_position(text: str) -> str:
    """Return the rank a column's title gives (第二需求 → ``2``), ``""`` when it gives none."""
    found = _POSITION.search(text)
    if not found or not _NEEDED.search(text):
        return ""
    if found[1]:
        return str(chinese_number(found[1]) or found[1])
    return "1" if found[2] else "2"


def _is_flag_or_scale(column: Column) -> bool:
    counts = np.bincount(column.codes, minlength=len(column.values))
    fitting = [
        is_yes_no(text) or text in LIKERT or _is_figure(text) for text in (key(str(value)) for value in column.values)
    ]
    return float(counts[fitting].sum()) >= _MOSTLY * float(counts.sum())


def _is_figure(text: str) -> bool:
    return bool(re.fullmatch(r"[1-5](\.0)?", text))


def _several_columns(
    office: str,
    members: list[int],
    stems: Mapping[int, Stem],
    columns: Mapping[int, Column],
    words: NeedWords,
    *,
    handmade: bool,
) -> Question | None:
    first = stems[members[0]]
    positions = [rank_position(f"{stems[c].stem}{stems[c].item}") for c in members]
    if all(positions):
        return _ranks_in_columns(office, members, positions, first, columns, words)
    items = tuple(stems[column].item or stems[column].stem for column in members)
    options = {item: words.meaning(item, lacking=asks_what_lacks(first.stem)) for item in items}
    if not any(meaning not in {"", NONE, UNKNOWN, OTHER} for meaning in options.values()):
        return None
    wording = first.stem if first.item else ""
    texts = Counter(key(str(value)) for column in members for value in columns[column].values)
    scale = any(text in LIKERT for text in texts) or any(
        _is_figure(text) and text not in {"1", "1.0"} for text in texts
    )
    kind: Kind = "量表" if scale else "多选"
    if not scale and not all(_is_flag_or_scale(columns[column]) or _ticks(columns[column]) for column in members):
        return None
    sense, most = _sense(wording, kind)
    said_no = any(text in _SAID_NO for text in texts)
    blank = UNKNOWN if not handmade or scale or said_no or NONE in options.values() else NONE
    return Question(
        office,
        first.number or wording or "需求",
        wording or "、".join(items[:3]) + "…",
        kind,
        sense,
        _unit(wording),
        blank,
        most,
        columns=tuple(members),
        items=items,
        options=options,
    )


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
        _unit(first.stem),
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
    if _OWN_WORDS.fullmatch(key(headers[column].last)) or (_COMMENT.search(wording) and not _NEEDED.search(wording)):
        return None
    counts = Counter(
        dict(zip(range(len(cells.values)), np.bincount(cells.codes, minlength=len(cells.values)), strict=True))
    )
    texts = {plain(str(value)): int(counts[code]) for code, value in enumerate(cells.values) if is_answer(str(value))}
    if not texts:
        return None
    said = headers[column].kind
    separator = "" if said == "单选" else find_separator(texts, words.covered)
    tokens: Counter[str] = Counter()
    for text, count in texts.items():
        for option in split_cell(text, separator):
            tokens[option] += count
    options = {option: words.meaning(option, lacking=asks_what_lacks(wording)) for option in tokens}
    if not _mostly_needs(options, tokens, least_share if not _NEEDED.search(wording) else least_share / 2, words):
        return None
    kind = cast("Kind", said) if said else _kind(wording, separator, texts)
    sense, most = _sense(wording, kind)
    blank = UNKNOWN if not handmade or NONE in options.values() else NONE
    return Question(office, stems[column].number or wording, wording, kind, sense, _unit(wording), blank, most,
                    columns=(column,), options=options, separator=separator)  # fmt: skip


def asks_what_lacks(wording: str) -> bool:
    """Whether a question asks for problems, so that 没有健身器材 among its answers is a need."""
    return bool(_LACKING.search(wording))


def is_answer(text: str) -> bool:
    """Whether a cell of a question says anything: no blank, no refusal, no platform's code for skipped or empty."""
    return not is_absent(key(text)) and key(text) not in {"-2", "-3", "-2.0", "-3.0"}


def _texts(column: Column) -> list[str]:
    return [plain(str(value)) for value in column.values if is_answer(str(value))]


def _mostly_needs(
    options: Mapping[str, str], tokens: Mapping[str, object], least: float, words: NeedWords
) -> bool:  # fmt: skip
    known = sum(_weight(tokens[option]) for option, meaning in options.items() if meaning or words.denied(option))
    needs = sum(
        _weight(tokens[option]) for option, meaning in options.items() if meaning not in {"", NONE, UNKNOWN, OTHER}
    )
    total = sum(map(_weight, tokens.values()))
    return total > 0 and needs > 0 and known >= least * total


def _weight(count: object) -> int:
    return count if isinstance(count, int) else 1


def _kind(wording: str, separator: str, texts: Mapping[str, int]) -> Kind:
    if _RANKED.search(wording) or any("→" in text for text in texts):
        return "排序"
    return "多选" if separator or _MANY.search(wording) else "单选"


def _sense(wording: str, kind: Kind) -> tuple[str, int]:
    """Return what an answer means and, for ranks, how many could be named."""
    wording = _EACH_ONE.sub("", wording)
    found = _COUNT.search(wording)
    most = (
        (chinese_number(found[1]) or int(found[1]))
        if found and not found[1].isdigit()
        else int(found[1])
        if found
        else 0
    )
    if _USED.search(wording):
        return "使用过", most
    if _RATED.search(wording):
        return "满意度", most
    if kind == "排序" or _MOST.search(wording) or _TOP.search(wording):
        return "最需要前k", most or (3 if kind == "排序" else 1 if kind == "单选" else 0)
    if kind == "单选":
        return "最需要前k", 1
    if _NEW.search(wording):
        return "希望新增", most
    return "需要", most


def _unit(wording: str) -> str:
    return "户" if _HOUSEHOLD.search(wording) else "人"
