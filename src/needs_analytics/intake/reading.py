"""What a cell was read as; every reader is a function of one distinct cell."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeGuard

Note = Literal["", "normalised", "approximate", "masked", "refused"]


@dataclass(frozen=True, slots=True)
class Reading:
    """A cell's value with what had to be done to get it.

    Attributes
    ----------
    value
        The typed value; ``None`` when nothing is known.
    note
        ``normalised`` (another spelling of the same), ``approximate`` (约70), ``masked`` (``*``, 若干) or ``refused``.
    code
        Code of the issue to raise, ``""`` for none.
    limits
        What the value should lie between, where the column or the month decides it.
    words
        The value as an office would say it, where it is stored otherwise.
    """

    value: object = None
    note: Note = ""
    code: str = ""
    limits: str = ""
    words: str = ""


NOTHING = Reading()

Reader = Callable[[object], Reading]

UNCOMPUTED = "#公式未计算"
"""Stands in a cell whose formula has no stored result."""

_ERRORS = frozenset(
    {"#n/a", "#value!", "#ref!", "#div/0!", "#name?", "#num!", "#null!", "#spill!", "#calc!", UNCOMPUTED}
)
_BLANK = frozenset({"", "-", "--", "—", "——", "/", "\\", "空", "(空)", "无数据", "未填", "未填写", "缺失", "n/a",
                    "na", "nan", "null", "none", "nil"})  # fmt: skip
_UNTOLD = frozenset({"未知", "不详", "不清楚", "不知道", "未提供", "拒答", "拒绝回答", "refused", "don_t_know",
                     "don'tknow", "dontknow", "(跳过)", "跳过", "保密", "不想说", "不想答", "不想回答", "不愿回答",
                     "不太想说", "不愿说", "不方便说", "不便透露", "不愿透露", "不愿意透露", "不便回答", "说不清",
                     "说不上", "记不清", "记不清了", "不记得", "忘记了", "未问", "未问到", "没问", "没问到", "未答",
                     "未回答", "未回访", "dk"})  # fmt: skip


def is_error(text: str) -> bool:
    """Whether a cell holds a spreadsheet's error value."""
    return text.startswith("#") and text.lower() in _ERRORS


def is_absent(text: str) -> bool:
    """Whether a text says that nothing is known (compare :func:`~needs_analytics.core.wording.key` texts)."""
    return text in _BLANK or text in _UNTOLD


def is_untold(text: str) -> bool:
    """Whether a text says in words that nothing is known, which an empty cell or a dash need not say."""
    return text in _UNTOLD


def is_number(cell: object) -> TypeGuard[float]:
    """Whether a cell is a finite number and not a yes/no."""
    return isinstance(cell, (int, float)) and not isinstance(cell, bool) and math.isfinite(cell)
