"""A register whose rows only a column that was not recognised tells apart: merged, people would be lost."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.wording import key
from needs_analytics.intake.frames import basis_column
from needs_analytics.intake.reading import is_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from needs_analytics.intake.blocks import Block
    from needs_analytics.intake.fields import FieldMatch

_KEYS = frozenset({"community", "compound", "grid", "age_band", "sex", "group"})
_REMARKS = re.compile(r"备注|说明|签名|电话|填报|填表|联系|序号|编号|编码|代码|日期|时间|姓名|负责|来源|单位|口径")
_WORDS = 0.8  # share of a column's cells that are words


def telling_column(block: Block, matches: Sequence[FieldMatch]) -> tuple[int, int] | None:
    """Return the unrecognised column of a register that alone tells rows apart, and how many rows it does."""
    known = {match.column for match in matches}
    keys = [match.column for match in matches if match.field in _KEYS]
    free = [column for column, header in enumerate(block.headers) if header.parts and column not in known]
    basis = basis_column(block)
    wordy = [c for c in free if c != basis and not _REMARKS.search(key(block.headers[c].text)) and _is_wordy(block, c)]
    if not keys or not wordy:
        return None
    same = pd.DataFrame({column: _compared(block, column) for column in keys})
    groups = same.groupby(keys, sort=False, dropna=False).ngroup()
    found = []
    for column in wordy:
        words = pd.Series(_compared(block, column))
        apart = groups.groupby(groups).transform("size").gt(1) & words.groupby(groups).transform("nunique").gt(1)
        found.append((int(apart.sum()), -column))
    count, column = max(found)
    return (-column, count) if count else None


def _is_wordy(block: Block, column: int) -> bool:
    values = block.column(column).values
    filled = [value for value in values if key(str(value))]
    words = [value for value in filled if not is_number(value) and not re.search(r"\d", str(value))]
    return len(words) >= _WORDS * len(filled) > 0


def _compared(block: Block, column: int) -> np.ndarray:
    cells = block.column(column)
    return np.array([key(str(value)) for value in cells.values], dtype=object)[cells.codes]
