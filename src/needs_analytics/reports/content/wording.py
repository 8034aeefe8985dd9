"""The report's words in one language: sentences of the catalogue, names of needs, groups and parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from needs_analytics.core.messages import catalogue, text
from needs_analytics.core.records import ALL

if TYPE_CHECKING:
    from needs_analytics.core.codebook import Codebook

MOST_LISTED = 5


@dataclass(frozen=True)
class Wording:
    """Words of a report.

    Attributes
    ----------
    needs, groups, segments
        Code to name in the report's language.
    """

    language: str
    needs: Mapping[str, str]
    groups: Mapping[str, str]
    segments: Mapping[str, str]

    @classmethod
    def of(cls, codebook: Codebook, segments: Mapping[str, str], language: str) -> Wording:
        """Collect the names of a codebook."""
        return cls(language, codebook.need_names(language), codebook.group_names(language), segments)

    def say(self, key: str, /, **details: object) -> str:
        """Return a sentence of the report's section."""
        return text(f"report.{key}", self.language, **details)

    def label(self, section: str, value: object) -> str:
        """Return the printed form of a stored word (flags, tiers, parts …); the word itself where there is none."""
        return catalogue(self.language).get(f"{section}.{value}", "" if value is None else str(value))

    def need(self, code: object) -> str:
        """Return a need's name."""
        return self.needs.get(str(code), str(code))

    def place(self, name: object) -> str:
        """Return a place; a total reads 全街道."""
        return text("explain.whole", self.language) if name == ALL else str(name)

    def listed(self, items: Iterable[str], most: int = MOST_LISTED) -> str:
        """Join items with the language's comma, the first ones only."""
        chosen = list(items)
        return self.say("list_comma").join(chosen[:most]) if chosen else self.say("none")
