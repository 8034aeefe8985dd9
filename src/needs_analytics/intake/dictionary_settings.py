"""What an office wrote under 题型, 计数单位, 空白含义 and 阈值 of its dictionary: read where it is plain, else said."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

import pandas as pd

from needs_analytics.core.wording import key
from needs_analytics.intake.need_words import NONE, UNKNOWN
from needs_analytics.intake.scales import read_threshold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from needs_analytics.core.cell_map import CellMap
    from needs_analytics.core.issue import Issue

_HINTS = re.compile(r"[(（\[【][^)）\]】]*[)）\]】]|题型?$")
_KINDS = {
    **dict.fromkeys(("单选", "单项选择", "单项", "radio", "select_one"), "单选"),
    **dict.fromkeys(
        ("多选", "多项选择", "多项", "可多选", "不定项", "不定项选择", "checkbox", "select_multiple"), "多选"
    ),
    **dict.fromkeys(("排序", "排名", "rank"), "排序"),
    **dict.fromkeys(("量表", "矩阵量表", "评分", "打分", "矩阵评分", "rating", "scale"), "量表"),
    **dict.fromkeys(("数字", "数值", "数字填空"), "数字"),
    **dict.fromkeys(("文本", "填空", "单行文本", "多行文本", "简答", "问答", "开放", "text"), "文本"),
}
_LAYOUTS = frozenset(("矩阵", "矩阵单选", "表格", "选择", "matrix"))
"""Layouts that questions of several kinds have: the kind stays as proposed and nothing is wrong."""
_UNITS = {
    **dict.fromkeys(("人", "个人", "每人", "按人", "本人", "居民", "位", "名", "person", "persons"), "人"),
    **dict.fromkeys(("户", "每户", "按户", "家庭", "按家庭", "全家", "household", "households"), "户"),
}
_BLANKS = {
    **dict.fromkeys(("none", "无需求", "无", "否", "不需要", "没有需求"), NONE),
    **dict.fromkeys(("unknown", "未知", "不详", "未回答", "不清楚", "没回答"), UNKNOWN),
}


def read_kind(text: str) -> str:
    """Return the kind of question a cell names, ``""`` for none.

    Examples
    --------
    >>> read_kind("多选题（必答）"), read_kind("评分题"), read_kind("随便")
    ('多选', '量表', '')
    """
    return _KINDS.get(_bare(text), "")


def _bare(text: str) -> str:
    return _HINTS.sub("", _HINTS.sub("", key(text)))


def _kind_or_layout(text: str) -> str:
    return read_kind(text) or (text if _bare(text) in _LAYOUTS else "")


def read_unit(text: str) -> str:
    """Return whom an answer speaks for, ``""`` where a cell does not say it.

    Examples
    --------
    >>> read_unit("位"), read_unit("按户"), read_unit("个")
    ('人', '户', '')
    """
    return _UNITS.get(key(text), "")


def read_blank(text: str) -> str:
    """Return what a blank means, ``""`` where a cell does not say it."""
    return _BLANKS.get(key(text), "")


def _threshold(text: str) -> str:
    return "" if math.isnan(read_threshold(text)[0]) else text


_READERS: Mapping[str, tuple[Callable[[str], str], str]] = {
    "kind": (_kind_or_layout, "单选、多选、排序、量表、数字、文本"),
    "unit": (read_unit, "人、户"),
    "blank": (read_blank, "无需求、未知"),
    "threshold": (_threshold, "4、≥4、≤2、4分以上、比较需要"),
}


def read_settings(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a dictionary with kinds and units as they are compared; what is none is blank."""
    return rows.assign(kind=rows["kind"].map(read_kind), unit=rows["unit"].map(read_unit))


def unusable_settings(frames: Iterable[pd.DataFrame], cells: CellMap) -> list[Issue]:
    """Say which settings of a dictionary cannot be read, with what may stand there; the question stays as proposed."""
    issues: list[Issue] = []
    for frame in frames:
        for name, (read, choices) in _READERS.items():
            texts = frame[name].dropna().map(_as_text) if name in frame else pd.Series(dtype=object)
            for text in dict.fromkeys(text for text in texts if key(text) and not read(text)):
                issues += cells.said("W236", "questions", frame.loc[texts.index[texts == text]], name, value=text,
                                     choices=choices)  # fmt: skip
    return issues


def _as_text(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
