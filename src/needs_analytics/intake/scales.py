"""Scales: from which step on an answer is a need, as words or figures of any length and direction say it."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from needs_analytics.core.wording import chinese_number, key, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LIKERT: Mapping[str, float] = {
    **dict.fromkeys(
        ("非常需要", "很需要", "十分需要", "急需", "迫切需要", "强烈需要", "最需要", "特别需要", "非常急需"), 5
    ),
    **dict.fromkeys(
        ("非常重要", "很重要", "最重要", "非常必要", "很有必要", "非常希望", "很希望", "非常迫切", "很迫切"), 5
    ),
    **dict.fromkeys(
        ("比较需要", "较需要", "需要", "要", "想要", "比较重要", "重要", "有必要", "必要", "比较希望", "比较迫切"), 4
    ),
    **dict.fromkeys(("一般", "一般需要", "无所谓", "可有可无", "说不清", "中立", "一般重要", "看情况", "不确定"), 3),
    **dict.fromkeys(("不太需要", "不太重要", "不太必要", "不怎么需要", "不太希望", "不太迫切", "基本不需要"), 2),
    **dict.fromkeys(
        ("不需要", "不要", "不想要", "完全不需要", "非常不需要", "最不需要", "根本不需要", "很不需要", "一点不需要"), 1
    ),
    **dict.fromkeys(("不重要", "没必要", "没有必要", "完全不重要", "不希望", "不迫切", "完全没必要"), 1),
}
"""What a step is called, as the step of a scale of five that it is."""
_CANNOT_SAY = frozenset({"说不清", "不确定", "看情况"})  # beside 需要 and 不需要 alone they are no middle of a scale
DEFAULT_THRESHOLD = 4.0
USUAL = 5  # steps of a scale of figures that says nothing of itself
_LENGTHS = frozenset({3, 4, 5, 7, 10})
_WORDS = "|".join(sorted(LIKERT, key=len, reverse=True))
_WORD_AND_FIGURE = re.compile(
    rf"(?P<code>\d{{1,2}}(?:\.0)?)?分?[=、.:：\-—(（]*(?P<word>{_WORDS})?[)）]?(?:[(（]?(?P<after>\d{{1,2}})分?[)）]?)?"
)
_FIGURE = re.compile(r"\d{1,2}(?:\.\d)?")
_RANGE = re.compile(r"(\d{1,2})分?[-~～—–至到](\d{1,2})")
_FULL = re.compile(r"满分(?:为|是)?(\d{1,2})|(\d{1,2})分制|(\d{1,2})级量?表")
_ANCHORS = (
    re.compile(rf"(?P<step>\d{{1,2}})分?(?:[=:：\-—为是]|代表|表示|即)*(?P<word>{_WORDS})"),
    re.compile(rf"(?P<word>{_WORDS})(?:[=:：\-—为是(（]|代表|表示|记|打)*(?P<step>\d{{1,2}})"),
)
_RISING = re.compile(r"(?:越高|越大|越多)[^,，。;；]{0,6}越(?:需要|重要|迫切|希望)")
_FALLING = re.compile(r"(?:越低|越小|越少)[^,，。;；]{0,6}越(?:需要|重要|迫切|希望)")
_SCORED = re.compile(r"打分|评分|得分|分值|几分|\d分")
_HAN_FIGURE = re.compile("[一二两三四五六七八九十]")
_TOLD = re.compile(
    r"(?P<sign>[≥≤<>]=?|不低于|不高于|以上|以下)?(?P<figure>\d{1,2}(?:\.\d+)?)(?P<tail>分?(?:及?以[上下])?)"
)


@dataclass(frozen=True, slots=True)
class Scale:
    """From where on a step of a scale is a need.

    Attributes
    ----------
    threshold
        The lowest step that is one, the highest where ``descending``; NaN where it has to be asked.
    top
        The highest step.
    """

    threshold: float = DEFAULT_THRESHOLD
    descending: bool = False
    top: int = USUAL

    @property
    def is_known(self) -> bool:
        """Whether a step can be told to be a need."""
        return not math.isnan(self.threshold)

    def chosen(self, value: object) -> float:
        """Return 1 for a step that is a need, 0 for one that is none, NaN for no step or where it is not known."""
        word = word_of(value)
        if word:
            least = self.threshold if self.is_known and not self.descending and self.top == USUAL else DEFAULT_THRESHOLD
            return float(LIKERT[word] >= least)
        step = figure_of(value, self.top)
        if math.isnan(step) or not self.is_known:
            return math.nan
        return float(step <= self.threshold if self.descending else step >= self.threshold)

    def is_step(self, value: object) -> bool:
        """Whether a cell is a step of this scale."""
        return bool(word_of(value)) or not math.isnan(figure_of(value, self.top))

    def told(self, text: str) -> Scale:
        """Return the scale with a threshold that an office told; as it is where that cannot be read."""
        threshold, descending = read_threshold(text)
        if math.isnan(threshold):
            return self
        return Scale(threshold, descending, max(self.top, USUAL if threshold <= USUAL else int(threshold)))

    def __str__(self) -> str:
        if not self.is_known:
            return ""
        return f"≤{self.threshold:g}" if self.descending else f"{self.threshold:g}"


USUAL_SCALE = Scale()


def word_of(value: object) -> str:
    """Return the wording of a step that a cell holds, ``""`` for none.

    Examples
    --------
    >>> word_of("5-非常需要"), word_of("比较需要（4分）"), word_of("4分")
    ('非常需要', '比较需要', '')
    """
    text = key(str(value))
    if text in LIKERT:
        return text
    found = _WORD_AND_FIGURE.fullmatch(text)
    return found["word"] or "" if found else ""


def figure_of(value: object, top: int = 10) -> float:
    """Return the step a cell names as a figure or as stars, NaN for anything else."""
    text = key(str(value))
    stars = text.count("★")
    if stars and not text.strip("★☆"):
        return float(stars)
    text = text.removesuffix("分")
    if not _FIGURE.fullmatch(text):
        return math.nan
    step = float(text)
    least = 0 if top == max(_LENGTHS) else 1
    return step if least <= step <= top and step == int(step) else math.nan


def scale_of(wording: str, cells: Iterable[object]) -> Scale:
    """Return the scale of a question; its threshold is NaN where neither the wording nor the cells tell it.

    Steps above the middle are a need. Figures of 1 to 5 that nothing is said of rise, as the filling rules say; of any
    other length, and of 1 to 5 where no 5 was given, nobody can tell which end is the need.

    Parameters
    ----------
    wording
        The question with its hints (1=非常需要, 满分10分).
    cells
        The answers, blanks and codes for skipped ones among them.
    """
    values = list(cells)
    figures = [step for value in values if not math.isnan(step := figure_of(value))]
    if not figures and any(word_of(value) for value in values):
        return Scale()
    said = key(wording)
    low, high, falling = _said(said)
    seen = int(max(figures, default=0))
    top = high or (seen if seen in _LENGTHS else USUAL)
    if top not in _LENGTHS:
        return Scale(math.nan, top=max(_LENGTHS) if top > USUAL else USUAL)
    if falling is None and not (top == USUAL and (high or seen >= USUAL)) and not (high and _SCORED.search(said)):
        return Scale(math.nan, top=top)
    middle = ((0 if low == 0 else 1) + top) / 2
    if falling:
        return Scale(math.ceil(middle) - 1.0, descending=True, top=top)
    return Scale(math.floor(middle) + 1.0, top=top)


def _said(wording: str) -> tuple[int | None, int, bool | None]:
    """Return the lowest and the highest step a wording names, and whether the lowest is the greatest need."""
    low, high = None, 0
    found = _RANGE.search(wording)
    if found and {int(found[1]), int(found[2])} & {0, 1}:
        low, high = sorted((int(found[1]), int(found[2])))
    full = _FULL.search(wording)
    if full and not high:
        high = int(next(group for group in full.groups() if group))
    anchors = {int(a["step"]): LIKERT[a["word"]] for pattern in _ANCHORS[:1] for a in pattern.finditer(wording)}
    anchors = anchors or {int(a["step"]): LIKERT[a["word"]] for a in _ANCHORS[1].finditer(wording)}
    falling = _direction(wording, anchors, high)
    if not high and len(anchors) > 1:
        low, high = min(anchors), max(anchors)
    return low, high, falling


def _direction(wording: str, anchors: Mapping[int, float], high: int) -> bool | None:
    if _RISING.search(wording) or _FALLING.search(wording):
        return bool(_FALLING.search(wording))
    if len(anchors) > 1:
        first, last = anchors[min(anchors)], anchors[max(anchors)]
        return first > last if first != last else None
    for step, level in anchors.items():
        if step in {0, 1, high} and level != 3:
            return (step <= 1) == (level > 3)
    return None


def read_threshold(text: str) -> tuple[float, bool]:
    """Return a threshold as an office writes it and whether it is the highest step: ``4``, ``≥3``, ``<=2``, 比较需要.

    Anything else is NaN.

    Examples
    --------
    >>> read_threshold("≥3"), read_threshold("<=2"), read_threshold("一般"), read_threshold("4分以上")
    ((3.0, False), (2.0, True), (3.0, False), (4.0, False))
    >>> read_threshold("四分以上"), read_threshold("不高于二分")
    ((4.0, False), (2.0, True))
    """
    told = key(text).replace("及以", "以")
    if told in LIKERT:
        return float(LIKERT[told]), False
    found = _TOLD.fullmatch(_HAN_FIGURE.sub(lambda hit: str(chinese_number(hit[0])), told))
    if not found:
        return math.nan, False
    mark = f"{found['sign'] or ''}{found['tail']}"
    descending = any(sign in mark for sign in ("≤", "<", "不高于", "以下"))
    figure = float(found["figure"])
    if found["sign"] in {"<", ">"}:
        figure += -1 if descending else 1
    return figure, descending


def looks_like_scale(cells: Iterable[object]) -> bool:
    """Whether answers are steps of a scale rather than yes and no."""
    figures = {figure_of(value) for value in cells if not word_of(value)}
    told = {plain(str(value)) for value in cells if word_of(value)}
    yes_no = {"需要", "不需要"}
    yes_no |= _CANNOT_SAY if told & yes_no else set()
    return bool(told - yes_no) or any(figure > 1 for figure in figures)
