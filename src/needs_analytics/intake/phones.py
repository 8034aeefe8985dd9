"""Phone numbers that are none: a digit too few or too many. They are kept from telling who somebody is, and said."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from needs_analytics.core.wording import key
from needs_analytics.intake.people import clean_phone

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from needs_analytics.core.cell_map import CellMap
    from needs_analytics.core.issue import Issue

_MASKED = re.compile(r"[*x_#?●·.…—-]{2,}")
_SEVERAL = re.compile(r"(?:1[3-9]\d{9}){2,}")
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
    digits = re.sub(r"\D", "", key(text).removesuffix(".0"))
    told = bool(clean_phone(text) or _SEVERAL.fullmatch(digits))
    return not told and len(digits) >= _SHORTEST and not _MASKED.search(key(text))
