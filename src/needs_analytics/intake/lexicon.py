"""The words intake knows: headers of all tables, groups of people, needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from needs_analytics.core.wording import key
from needs_analytics.intake.crosstab import heads_across
from needs_analytics.intake.fields import Vocabulary, literal_words, looks_like_header, vocabulary
from needs_analytics.intake.groups import GroupWords, group_of, group_words
from needs_analytics.intake.need_words import NeedWords, need_words
from needs_analytics.intake.recognise import TABLES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from needs_analytics.core.codebook import Codebook
    from needs_analytics.core.mapping import Mapping as OfficeMapping

_SHORT, _LONG = 10, 30  # characters of a header that names a group of people, or a need
_ALSO_A_CELL = 0.4  # an age band, a group or a month heads a column, or is an answer


@dataclass(frozen=True, slots=True)
class Words:
    """Every wording intake compares with."""

    needs: NeedWords
    groups: GroupWords
    tables: Mapping[str, Vocabulary]
    exact: frozenset[str]
    literal: frozenset[str]

    def score(self, text: str) -> float:
        """Return how much a text looks like a header."""
        known = looks_like_header(text, self.exact)
        asks = text[:1].isdigit() and "、" in text[:4]
        if known or asks or (len(text) <= _LONG and self.needs.covered(text) >= 2):
            return known or 1.0
        across = heads_across(text) or (len(text) <= _SHORT and bool(group_of(key(text), self.groups)))
        return _ALSO_A_CELL * float(across)


def collect_words(codebook: Codebook, mapping: OfficeMapping) -> Words:
    """Return the wordings of the codebook and of what the office told."""
    tables = {table: vocabulary(table, codebook, mapping.headers.get(table, {})) for table in TABLES}
    groups = group_words(codebook)
    exact = frozenset(word for table in tables.values() for word in table.exact) | frozenset(groups.headers)
    literal = literal_words(codebook) | {word for word in groups.headers if len(word) > 1}
    return Words(need_words(codebook, mapping.options), groups, tables, exact, literal)
