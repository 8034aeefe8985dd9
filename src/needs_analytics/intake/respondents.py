"""A survey's special groups, from a column of labels, from yes/no columns and from columns such as 就业状况."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.intake.group_columns import attribute_columns, flag_columns, read_attribute, read_flag
from needs_analytics.intake.typed import TypedColumn, read_column

if TYPE_CHECKING:
    from collections.abc import Sequence

    from needs_analytics.core.arrays import Objects
    from needs_analytics.core.issue import Issue
    from needs_analytics.intake.blocks import Block
    from needs_analytics.intake.groups import GroupWords
    from needs_analytics.intake.questions import Question
    from needs_analytics.intake.recognise import Recognition


def read_groups_of(
    block: Block, frame: pd.DataFrame, recognition: Recognition, questions: Sequence[Question], words: GroupWords
) -> tuple[pd.Series, list[tuple[object, ...]], list[Issue]]:
    """Return the stated special groups as codes joined by ``;``, with the ledger rows and issues of reading them.

    ``None`` where no column says anything about a resident; ``""`` where every column asked says none.
    """
    taken = {match.column for match in recognition.matches["survey"]} | {
        column for q in questions for column in q.columns
    }
    free = [column for column, header in enumerate(block.headers) if header.parts and column not in taken]
    flags = flag_columns(block.headers, free, words)
    attributes = {
        column: meanings
        for column, meanings in attribute_columns(block.headers, free, words).items()
        if column not in flags
    }
    typed = [
        read_column(block, column, "survey", "groups", partial(read_flag, group=group, words=words))
        for column, group in flags.items()
    ]
    typed += [
        read_column(block, column, "survey", "groups", partial(read_attribute, meanings=meanings))
        for column, meanings in attributes.items()
    ]
    parts = [column.values for column in typed]
    if "groups" in frame:
        parts.append(frame["groups"].to_numpy(dtype=object))
    return (
        _joined(parts, len(frame), frame.index),
        _ledger(typed),
        [issue for column in typed for issue in column.issues],
    )


def _ledger(typed: Sequence[TypedColumn]) -> list[tuple[object, ...]]:
    return [row for column in typed for row in column.ledger]


def _joined(parts: Sequence[Objects], rows: int, index: pd.Index) -> pd.Series:
    joined = np.full(rows, None, dtype=object)
    for values in parts:
        for row in np.flatnonzero(pd.notna(values)):
            joined[row] = f"{joined[row]};{values[row]}".strip(";") if joined[row] else values[row]
    return pd.Series(joined, index=index, dtype=object)
