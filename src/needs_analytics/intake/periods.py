"""What each capacity of a sheet is per: by its column, its own words or its header."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.wording import key
from needs_analytics.intake.capacity_cells import period_within, schedule_within
from needs_analytics.intake.capacity_month import OVERRULED
from needs_analytics.intake.terms import UNREADABLE_PERIOD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from needs_analytics.intake.blocks import Block
    from needs_analytics.intake.fields import FieldMatch

_PERIOD_IN_HEADER = (
    ("半年", "半年"),
    ("季", "季"),
    ("每月", "月"),
    ("月", "月"),
    ("每周", "周"),
    ("周", "周"),
    ("每日", "日"),
    ("日", "日"),
    ("每天", "日"),
    ("场", "场"),
    ("年", "年"),
)


def periods_told(block: Block, frame: pd.DataFrame, matches: Sequence[FieldMatch]) -> dict[str, pd.Series]:
    """Return what each capacity is per and when it is offered.

    A capacity's own words (每天40份) go before its row's period, that before the header; what they contradict is kept
    to be said.
    """
    blank = pd.Series([None] * len(frame), index=frame.index, dtype=object)
    stated, schedule = frame.get("period", blank), frame.get("schedule", blank)
    position = next((match.column for match in matches if match.field == "capacity"), None)
    if position is None:
        return {"period": stated}
    column = block.column(position)
    own, often = (
        pd.Series(np.array([read(value) for value in column.values], dtype=object)[column.codes], index=frame.index)
        for read in (period_within, schedule_within)
    )
    header = _period_of_header(matches)
    known = stated.notna() & ((stated != UNREADABLE_PERIOD) | (own.isna() & (header is None)))
    told = {"period": own.where(own.notna(), stated.where(known, header))}
    instead = stated.where(own.notna() & stated.notna() & (stated != UNREADABLE_PERIOD) & (stated != own), None)
    if often.notna().any():
        told["schedule"] = often.where(often.notna(), schedule)
        pairs = zip(often, schedule, strict=True)
        other = [isinstance(own, str) and isinstance(said, str) and own not in key(said) for own, said in pairs]
        also = instead.where(instead.isna(), instead + "、" + schedule).fillna(schedule)
        instead = instead.mask(np.array(other), also)
    return {**told, **({OVERRULED: instead} if instead.notna().any() else {})}


def _period_of_header(matches: Sequence[FieldMatch]) -> str | None:
    wording = next((key(match.wording) for match in matches if match.field == "capacity"), "")
    return next((period for part, period in _PERIOD_IN_HEADER if part in wording), None)
