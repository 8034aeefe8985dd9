"""Phone numbers that are none: a digit too few or too many. They are kept from telling who somebody is, and said."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from needs_analytics.core.identifiers import ACCOUNT, EMAIL
from needs_analytics.core.wording import plain
from needs_analytics.intake.people import clean_phone

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from needs_analytics.core.cell_map import CellMap
    from needs_analytics.core.issue import Issue

_MASKED = re.compile(r"[*x_#?●·.…—-]{2,}")
_SEVERAL = re.compile(r"(?:1[3-9]\d{9}){2,}")
_GAP = r"[ ./()-]{0,2}"
_AREA = rf"(?:10|2\d|[3-9]\d\d){_GAP}"
_LOCAL = r"[2-8]\d{2,3}[ -]?\d{4}"
_WHOLE = (
    rf"(?:(?:(?:\+|00)?86{_GAP})?1[3-9](?:{_GAP}\d){{9}}|(?:\+|00)?86{_GAP}0?{_GAP}{_AREA}{_LOCAL}|\(?0{_AREA}{_LOCAL}"
    rf"|[48]00(?:{_GAP}\d){{7}}|(?:\+|00)?85[23]{_GAP}[2-9]\d{{3}}{_GAP}\d{{4}}|(?:\+|00)?886{_GAP}0?[2-9](?:{_GAP}\d){{7,8}}"
    rf"|{_LOCAL})(?: ?(?:转|分机|ext\.?|[-#]) ?\d{{1,6}})?(?!\d)"
)
_ALL_WHOLE = re.compile(rf"[^\d+(]*(?:{_WHOLE})(?:\D+(?:{_WHOLE})){{0,4}}\D*", re.ASCII)
_OTHERS = re.compile(rf"{EMAIL}|{ACCOUNT}", re.ASCII)  # written where a phone number is asked for
_LONGEST = 100  # characters of some numbers and whose they are
_SHORTEST = 7  # digits of a landline; 12345 is a hotline, 668899 a short number of an office


def said_of_phones(tables: Mapping[str, pd.DataFrame], cells: CellMap) -> list[Issue]:
    """Say which cells hold something like a phone number that is none."""
    issues = []
    for table, frame in tables.items():
        if "phone" in frame:
            wrong = {text for text in frame["phone"].dropna().unique() if is_damaged(str(text))}
            issues += cells.said("W155", table, frame[frame["phone"].isin(wrong)], "phone")
    return issues


def is_damaged(text: str) -> bool:
    """Whether a text is meant as a phone number and has too few or too many digits; a masked one is meant as it is.

    Examples
    --------
    >>> is_damaged("1380000123"), is_damaged("13800001234"), is_damaged("138****1234"), is_damaged("没有电话")
    (True, False, False, False)
    """
    written = _OTHERS.sub(" ", plain(text).lower().removesuffix(".0"))
    digits = re.sub(r"\D", "", written)
    if len(digits) < _SHORTEST or _MASKED.search(written.replace(" ", "")):
        return False
    whole = len(written) <= _LONGEST and _ALL_WHOLE.fullmatch(written)
    return not (whole or clean_phone(text) or _SEVERAL.fullmatch(digits))
