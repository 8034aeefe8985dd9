"""Yes and no as words, ticks and printed forms."""

from __future__ import annotations

import re

from needs_analytics.core.wording import key
from needs_analytics.intake.reading import NOTHING, Reading, is_absent

_YES = frozenset(
    {
        "是",
        "√",
        "✓",
        "✔",
        "☑",
        "■",
        "●",
        "○",
        "有",
        "y",
        "yes",
        "1",
        "1.0",
        "true",
        "对",
        "需要",
        "需",
        "√√",
        "v",
        "选中",
        "已选",
        "是的",
        "有的",
        "勾",
        "打勾",
        "打√",
        "要",
        "⊙",
        "◉",
    }
)
_NO = frozenset(
    {
        "否",
        "×",
        "x",
        "✗",
        "✘",
        "☐",
        "□",
        "无",
        "没有",
        "n",
        "no",
        "0",
        "0.0",
        "false",
        "不",
        "不是",
        "不需要",
        "未选",
        "未选中",
        "不对",
        "错",
        "叉",
        "打叉",
        "没",
        "无需",
        "不要",
        "☒",
    }
)
_TICKED = frozenset("☑■●√✓✔◉⊙")
_MARK = "([☑■●√✓✔◉⊙☐□○◯])"
_FORM = re.compile(rf"{_MARK}(是|有|需要|对)[/、,]?{_MARK}(否|无|没有|不需要|不对|不是)")
_CHOICE_OF_TWO = re.compile(r"^(?:[ab][.、]|[12][.、]|√)(?=(?:是|否|有|无|没有|不是)$)|(?<=^[是否有无])√$")


def read_yes_no(cell: object) -> Reading:
    """Read yes or no as 1.0 or 0.0."""
    if isinstance(cell, bool):
        return Reading(float(cell))
    text = _plain_answer(cell)
    if text in _YES or text in _NO:
        return Reading(float(text in _YES), "normalised")
    return NOTHING if is_absent(text) else Reading(None, "refused", "E112")


def _plain_answer(cell: object) -> str:
    """Return a yes or no without its number and full stop; of a printed form (☑是□否), the word that is ticked."""
    text = key(str(cell)).rstrip("。.;,!")
    form = _FORM.fullmatch(text)
    if form:
        ticked = [word for mark, word in (form.groups()[:2], form.groups()[2:]) if mark in _TICKED]
        return ticked[0] if len(ticked) == 1 else "?"
    return _CHOICE_OF_TWO.sub("", text)


def is_yes_no(cell: object) -> bool:
    """Whether a cell says yes or no, or nothing."""
    text = _plain_answer(cell)
    return isinstance(cell, bool) or text in _YES or text in _NO or is_absent(text)
