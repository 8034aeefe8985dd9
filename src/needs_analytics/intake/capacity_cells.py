"""A capacity with what it is per in its own words: 每天40份, 60人次/月, 每场20人，每月2场."""

from __future__ import annotations

import re
from dataclasses import replace

from needs_analytics.core.wording import key
from needs_analytics.intake.numbers import read_count
from needs_analytics.intake.reading import Reading, is_number
from needs_analytics.intake.terms import UNREADABLE_PERIOD

_WORDS = {
    "天": "日", "日": "日", "周": "周", "星期": "周", "旬": "旬", "半月": "半月", "月": "月", "季": "季", "季度": "季",
    "半年": "半年", "年": "年", "场": "场", "期": "场", "班": "场", "次": "场", "节": "场", "小时": UNREADABLE_PERIOD,
}  # fmt: skip
_WORD = "天|日|周|星期|旬|半月|月|季度?|半年|年|场|期|班|次|节|小时"
_EVERY = re.compile(rf"^(?:每|一)个?(?P<before>{_WORD})(?=\D{{0,4}}\d)|/每?(?P<after>{_WORD})$")
_HELD = (
    r"每个?(?:周|星期|旬|月|季度?|半年|年|天|日)[办开共约]*[\d一二两三四五六七八九十]+[场次期班节天]"
    r"|[\d一二两三四五六七八九十]+[场次期班节]/(?:周|星期|旬|月|季度?|半年|年)"
)
_OFTEN = re.compile(rf"(?P<product>[×x*])?[,;、(]*(?P<often>{_HELD})[),;、]*(?P<times>[×x*])?")


def read_capacity(cell: object) -> Reading:
    """Read a capacity; the period it may name (每天40份, 60人次/月) is read by :func:`period_within`.

    How often it is offered (每场20人，每月2场) is read by :func:`schedule_within`; per hour it cannot be known.
    """
    if is_number(cell):
        return read_count(cell)
    text = key(str(cell))
    if period_within(cell) == UNREADABLE_PERIOD:
        return Reading(None, "refused", "W131")
    bare = _EVERY.sub("", _amount(text), count=1)
    reading = read_count(bare)
    return reading if bare == text or reading.note not in {"", "normalised"} else replace(reading, note="normalised")


def period_within(cell: object) -> str | None:
    """Return the period a capacity's own words name: 日, 周, 月, 场 or 年."""
    text = key(str(cell))
    amount = _amount(text)
    found = _EVERY.search(amount)
    if not found and amount != text:
        return "场"
    return _WORDS[found["before"] or found["after"]] if found else None


def schedule_within(cell: object) -> str | None:
    """Return how often a capacity's own words say that it is offered: 每月2场."""
    text = key(str(cell))
    return None if _amount(text) == text else _OFTEN.search(text)["often"]  # type: ignore[index]


def _amount(text: str) -> str:
    """Return a capacity's words without how often it is offered, where what is left says what it is per."""
    found = _OFTEN.search(text)
    amount = text.replace(found[0], "") if found else text
    return amount if found and (found["product"] or found["times"] or _EVERY.search(amount)) else text
