"""Header to field: told, exact, by its core words, by containment, then by similarity; longest match first."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from needs_analytics.core.wording import key, plain, without_numbering

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd

    from needs_analytics.core.codebook import Codebook
    from needs_analytics.intake.headers import Header

How = Literal["told", "exact", "core", "contains", "fuzzy", "pattern", "contents"]
QUALITY: dict[How, float] = {
    "told": 3.0, "exact": 2.0, "core": 1.8, "contains": 1.2, "fuzzy": 1.0, "pattern": 0.8, "contents": 0.5,
}  # fmt: skip

_BRACKETS = re.compile(r"[(\[【〔][^)\]】〕]*[)\]】〕]")
_FILLERS = re.compile(
    r"您家|您的|您|请问|以下|哪些|哪类|哪几类|哪种|请选择|请填写|请输入|请|所在|所属|属于|哪一个|哪个|哪里|哪|是什么|什么|多少|今年|现在|目前|当前|现居住|居住|家住"
    r"|本人|被访者|受访者|被访人|受访人|居民|的|是|为|必填|选填|单选|多选|填空|自动|[?？:：*\s/／·]"
)
_COVERAGE = 0.6
_SIMILAR = 0.86


@dataclass(frozen=True, slots=True)
class FieldMatch:
    """A column taken for a field."""

    column: int
    field: str
    how: How
    wording: str

    @property
    def quality(self) -> float:
        """How sure the match is; 2 is an exact known wording."""
        return QUALITY[self.how]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Header wordings of one table.

    Attributes
    ----------
    told
        Wordings from ``mapping.toml``; field ``-`` drops the column.
    exact
        Known wordings, compared by :func:`~needs_analytics.core.wording.key`.
    rejects
        Field to words that forbid it.
    patterns
        Field to what a question about it looks like; the weakest evidence, it yields to need questions.
    dropped
        Fields that are not kept.
    types
        Field to the type of its values.
    """

    told: Mapping[str, str]
    exact: Mapping[str, str]
    rejects: Mapping[str, tuple[str, ...]]
    patterns: Mapping[str, re.Pattern[str]]
    dropped: frozenset[str] = frozenset({"-"})
    types: Mapping[str, str] = field(default_factory=dict)


def vocabulary(table: str, codebook: Codebook, told: Mapping[str, str]) -> Vocabulary:
    """Return the header wordings of a table: canonical name, label and synonyms of each of its fields."""
    rows = codebook.fields[codebook.fields["table"] == table]
    exact: dict[str, str] = {}
    rejects: dict[str, tuple[str, ...]] = {}
    for row in rows.itertuples():
        for wording in (str(row.field), str(row.label), str(row.label_en), *str(row.synonyms).split("|")):
            exact.setdefault(key(wording), str(row.field))
        rejects[str(row.field)] = tuple(key(word) for word in str(row.reject).split("|") if word)
    patterns = {str(row.field): re.compile(str(row.pattern)) for row in rows.itertuples() if row.pattern}
    dropped = frozenset({"-", *rows.loc[rows["type"] == "drop", "field"]})
    return Vocabulary(told, exact, rejects, patterns, dropped, field_types(codebook, table))


def literal_words(codebook: Codebook) -> frozenset[str]:
    """Return every known header wording as it is written, for a quick look through large sheets."""
    words = set(codebook.fields["label"])
    words.update(*codebook.fields["synonyms"].str.split("|"))
    return frozenset(word for word in words if len(word) > 1)


def match_fields(
    headers: Sequence[Header], words: Vocabulary, *, accept: Callable[[int, str], bool] = lambda *_: True
) -> list[FieldMatch]:
    """Take columns for fields; of several columns for one field the surest, then the leftmost, wins.

    A field that is dropped anyway takes all its columns.

    Parameters
    ----------
    accept
        Whether a column may be taken for a field, by its cells.
    """
    found = [_match(column, header, words) for column, header in enumerate(headers)]
    matches = [match for match in found if match and (match.how == "told" or accept(match.column, match.field))]
    best: dict[str, FieldMatch] = {}
    for match in sorted(matches, key=lambda match: (-match.quality, match.column)):
        best.setdefault(f"{match.field}|{match.column}" if match.field in words.dropped else match.field, match)
    return sorted(best.values(), key=lambda match: match.column)


def core_words(header: str) -> str:
    """Return a header without number, brackets and the filler words of questions.

    Examples
    --------
    >>> core_words("3、您所在的社区是？（单选）")
    '社区'
    """
    return _FILLERS.sub("", _BRACKETS.sub("", key(without_numbering(plain(header)))))


def looks_like_header(text: str, exact: frozenset[str]) -> float:
    """Return 2 for a known wording, 1.5 when only its core words are known, 0 for anything else."""
    if len(text) > 40:
        return 0.0
    if key(text) in exact or key(without_numbering(text)) in exact:
        return 2.0
    core = core_words(text)
    return 1.5 if core and core in exact else 0.0


def _match(column: int, header: Header, words: Vocabulary) -> FieldMatch | None:
    if not header.parts:
        return None
    for wording in dict.fromkeys((header.text, header.last, header.source)):
        found = words.told.get(key(wording)) if wording else None
        if found:
            return FieldMatch(column, found, "told", header.text)
    for wording in dict.fromkeys((header.last, header.text)):
        hit = _known(wording, words) or _patterned(wording, words)
        if hit:
            return FieldMatch(column, hit[0], hit[1], header.text)
    return None


def _known(wording: str, words: Vocabulary) -> tuple[str, How] | None:
    whole, bare, core = key(wording), key(without_numbering(wording)), core_words(wording)
    candidates: tuple[tuple[str, How], ...] = ((whole, "exact"), (bare, "exact"), (core, "core"))
    for candidate, how in candidates:
        field = words.exact.get(candidate)
        if field and not _rejected(whole, field, words):
            return field, how
    return _contained(whole, core, words) or _similar(whole, core, words)


def _contained(whole: str, core: str, words: Vocabulary) -> tuple[str, How] | None:
    if len(core) > 14:
        return None
    hits = [
        (len(wording), wording)
        for wording in words.exact
        if len(wording) >= 2 and wording in core and len(wording) >= _COVERAGE * len(core)
    ]
    for _, wording in sorted(hits, reverse=True):
        field = words.exact[wording]
        if not _rejected(whole, field, words):
            return field, "contains"
    return None


def _similar(whole: str, core: str, words: Vocabulary) -> tuple[str, How] | None:
    if not 3 <= len(core) <= 12:
        return None
    close = (wording for wording in words.exact if _may_be_similar(core, wording))
    score, wording = max(((_similarity(core, wording), wording) for wording in close), default=(0.0, ""))
    field = words.exact.get(wording, "")
    if score >= _SIMILAR and not _rejected(whole, field, words):
        return field, "fuzzy"
    return None


def _may_be_similar(one: str, other: str) -> bool:
    """Whether two texts share enough characters to be similar; cheap, and never wrong with a no."""
    both = len(one) + len(other)
    if 2 * min(len(one), len(other)) < _SIMILAR * both:
        return False
    shared = set(one) & set(other)
    return 2 * sum(min(one.count(mark), other.count(mark)) for mark in shared) >= _SIMILAR * both


def _patterned(wording: str, words: Vocabulary) -> tuple[str, How] | None:
    whole = key(wording)
    hits = [
        field
        for field, pattern in words.patterns.items()
        if pattern.search(whole) and not _rejected(whole, field, words)
    ]
    return (hits[0], "pattern") if hits else None


@lru_cache(maxsize=65536)
def _similarity(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other).ratio()


def _rejected(whole: str, field: str, words: Vocabulary) -> bool:
    return any(word in whole for word in words.rejects.get(field, ()))


def field_types(codebook: Codebook, table: str) -> dict[str, str]:
    """Return field to its type for a table."""
    rows: pd.DataFrame = codebook.fields[codebook.fields["table"] == table]
    return dict(zip(rows["field"], rows["type"], strict=True))
