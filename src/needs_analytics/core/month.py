"""A calendar month such as ``2026-10``: given, never taken from the clock."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from needs_analytics.core.messages import failure
from needs_analytics.errors import UsageError

_PATTERN = re.compile(r"(\d{4})\s*[-年./]?\s*(\d{1,2})\s*月?")


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month; ordered, printed as ``2026-10``."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str | Month) -> Month:
        """Read ``2026-10``, ``2026年10月`` or ``202610``.

        Raises
        ------
        UsageError
            When the text is no calendar month between 1900 and 2199.
        """
        if isinstance(text, Month):
            return text
        found = _PATTERN.fullmatch(str(text).strip())
        if found:
            year, number = int(found[1]), int(found[2])
            if 1900 <= year <= 2199 and 1 <= number <= 12:
                return cls(year, number)
        raise failure(UsageError, "month_unreadable", month=str(text))

    @property
    def first_day(self) -> dt.date:
        """The month's first day."""
        return dt.date(self.year, self.number, 1)

    @property
    def last_day(self) -> dt.date:
        """The month's last day."""
        return self.shift(1).first_day - dt.timedelta(days=1)

    def shift(self, months: int) -> Month:
        """Return the month so many months later (earlier when negative)."""
        index = self.year * 12 + self.number - 1 + months
        return Month(index // 12, index % 12 + 1)

    def label(self, language: str = "zh") -> str:
        """Return the month as a report writes it."""
        return f"{self.year}年{self.number}月" if language == "zh" else str(self)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"
