"""Names of the month's own services, sites and places: what a header or a cell may be, besides a known wording."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from needs_analytics.core.wording import key
from needs_analytics.intake.place_names import bare_community
from needs_analytics.intake.reading import is_absent

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from needs_analytics.intake.blocks import Block
    from needs_analytics.intake.recognise import Recognition

_BRACKET = re.compile(r"[(（][^)）]*[)）]")
_LISTS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "service": {"menu": ("name", "service"), "supply": ("service",), "usage": ("service",)},
    "site": {"sites": ("site", "name"), "supply": ("site",), "usage": ("site",)},
    "community": {"places": ("community",), "register": ("community",), "sites": ("community",)},
}
_SHORTEST = 2
_MOST = 0.5  # share of a column's different words that must be known
_LONGEST = 20


@dataclass(frozen=True, slots=True)
class Names:
    """Wordings of services, sites and communities that the month's lists hold, ready to compare."""

    service: frozenset[str] = frozenset()
    site: frozenset[str] = frozenset()
    community: frozenset[str] = frozenset()

    def kinds(self, text: str) -> list[str]:
        """Return what a text may be the name of, the surest first: ``community``, ``service``, ``site``."""
        bare = key(_BRACKET.sub("", text)) or key(text)
        if len(bare) < _SHORTEST:
            return []
        exact = [kind for kind in ("service", "site") if bare in getattr(self, kind)]
        place = ["community"] if bare_community(bare) in self.community else []
        part = [kind for kind in ("service", "site") if kind not in exact and _inside(bare, getattr(self, kind))]
        return [*place, *exact, *part]

    def columns(self, block: Block, taken: Iterable[int]) -> dict[int, str]:
        """Return the columns most of whose words are names of one kind, column to kind."""
        found = {}
        for column in set(range(len(block.headers))) - set(taken):
            texts = [value for value in block.column(column).values if isinstance(value, str) and key(value)]
            kinds = Counter(kind for text in texts for kind in self.kinds(text)[:1])
            if kinds and kinds.most_common(1)[0][1] >= _MOST * len(texts):
                found[column] = kinds.most_common(1)[0][0]
        return found

    def knows(self, text: str) -> bool:
        """Whether a text is the name of anything."""
        return bool(self.kinds(text))


def known_names(found: Iterable[tuple[Block, Recognition]]) -> Names:
    """Collect the names that the recognised lists hold."""
    words: dict[str, set[str]] = {kind: set() for kind in _LISTS}
    for block, recognition in found:
        for kind, tables in _LISTS.items():
            for table in set(tables) & set(recognition.tables):
                for match in recognition.matches[table]:
                    if match.field in tables[table] and match.column not in recognition.across:
                        words[kind] |= _wordings(block.column(match.column).values, kind)
    return Names(**{kind: frozenset(wordings) for kind, wordings in words.items()})


def _wordings(values: Iterable[object], kind: str) -> set[str]:
    texts = {key(_BRACKET.sub("", value)) for value in values if isinstance(value, str)}
    known = {text for text in texts if _SHORTEST <= len(text) <= _LONGEST and not is_absent(text)}
    return {bare_community(text) for text in known} if kind == "community" else known


def _inside(text: str, known: frozenset[str]) -> bool:
    """Whether a text shortens a known name or carries it (镇文化站 for 镇文化站二楼)."""
    least = 3
    return len(text) >= least and any(text in word or (len(word) >= least and word in text) for word in known)
