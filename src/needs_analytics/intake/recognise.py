"""Which table a block of a sheet is, told by its headers, with the reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from needs_analytics.core.wording import key
from needs_analytics.intake.fields import FieldMatch, Vocabulary, match_fields
from needs_analytics.intake.numbers import read_count
from needs_analytics.intake.wide_register import wide_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from needs_analytics.core.records import Column
    from needs_analytics.intake.blocks import Block
    from needs_analytics.intake.groups import GroupWords
    from needs_analytics.intake.headers import Header

TABLES = (
    "survey",
    "usage",
    "menu",
    "supply",
    "sites",
    "places",
    "register",
    "roster",
    "distances",
    "requests",
    "norms",
    "budget",
    "followup",
    "questions",
)
_TOGETHER = frozenset({"menu", "supply", "sites", "usage"})
_PLATFORMS: Mapping[str, tuple[frozenset[str], ...]] = {
    "问卷星": (frozenset({"提交答卷时间"}), frozenset({"来自ip", "来源详情"})),
    "腾讯文档收集表": (frozenset({"提交者(自动)"}), frozenset({"提交时间(自动)"})),
    "Kobo": (frozenset({"_uuid"}), frozenset({"_submission_time"})),
    "Qualtrics": (frozenset({"responseid", "startdate"}),),
    "SurveyMonkey": (frozenset({"respondentid", "collectorid"}),),
    "Google Forms": (frozenset({"时间戳记"}), frozenset({"时间戳"}), frozenset({"timestamp"})),
    "问卷网": (frozenset({"答题序号", "答题时间"}),),
}
_PERSON = frozenset({"age", "sex", "name", "id_card", "phone", "birth_date", "groups", "household_size"})
_ASK_WITHIN = 0.5


@dataclass(frozen=True, slots=True)
class Recognition:
    """What a block was taken for.

    Attributes
    ----------
    tables
        Canonical tables; several for a sheet of services that carries menu, capacity and sites together.
    matches
        Table to the columns taken for its fields.
    why
        ``told`` (by ``mapping.toml``), ``headers``, ``platform``, ``asked`` (ambiguous) or ``none``.
    candidates
        For ``asked``: the tables it could be.
    """

    block: Block
    tables: tuple[str, ...]
    matches: Mapping[str, Sequence[FieldMatch]]
    why: str
    platform: str = ""
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Evidence:
    """What the headers show about one table."""

    fields: frozenset[str]
    matches: Sequence[FieldMatch] = field(default_factory=tuple)
    need_columns: int = 0
    wide: int = 0
    platform: str = ""

    def has(self, *names: str) -> bool:
        return all(name in self.fields for name in names)

    def any(self, *names: str) -> bool:
        return any(name in self.fields for name in names)


_MUST: Mapping[str, Callable[[_Evidence], bool]] = {
    "survey": lambda e: (
        (e.need_columns > 0 and (bool(e.fields & _PERSON) or bool(e.platform) or e.any("community", "grid")))
        or (bool(e.platform) and len(e.fields) >= 2)
    ),
    "usage": lambda e: e.has("service") and (e.any("date", "month") or e.any("count", "status")),
    "menu": lambda e: (
        e.any("name", "service") and e.any("eligibility", "mode", "needs", "uses_per_person_month", "provider")
    ),
    "supply": lambda e: e.has("service", "capacity"),
    "sites": lambda e: (
        e.any("site", "name") and e.any("lon", "x", "tier", "radius_m", "area_m2", "address", "community")
    ),
    "places": lambda e: (
        (e.has("community") and e.any("households", "lon", "x")) or (e.has("grid") and e.any("households", "lon", "x"))
    ),
    "register": lambda e: e.wide >= 2 or (e.has("persons") and e.any("age_band", "sex", "community", "group", "grid")),
    "roster": lambda e: e.any("duty", "last_visit") and e.any("groups", "name"),
    "distances": lambda e: e.has("site") and e.any("metres", "minutes") and e.any("community", "grid"),
    "requests": lambda e: (
        e.any("text", "category") and e.any("request_id", "status") and e.any("status", "date", "due", "closed")
    ),
    "norms": lambda e: e.has("indicator") and e.any("value_min", "value_max"),
    "budget": lambda e: e.has("item", "amount") and not e.has("service"),
    "followup": lambda e: e.any("fixed", "rechecked", "outcome") and e.any("case", "opened", "due"),
    "questions": lambda e: e.any("wording", "question") and e.any("sense", "kind") and e.any("option", "need"),
}
_AGAINST: Mapping[str, frozenset[str]] = {
    "survey": frozenset({"usage", "menu", "supply", "requests", "roster", "questions"}),
    "menu": frozenset({"questions", "requests"}),
    "register": frozenset({"survey", "roster"}),
    "sites": frozenset({"distances"}),
    "places": frozenset({"survey", "sites", "usage", "roster"}),
}


def recognise(
    block: Block, vocabularies: Mapping[str, Vocabulary], need_columns: int, groups: GroupWords, *, told: str
) -> Recognition:
    """Decide which table a block is.

    Parameters
    ----------
    need_columns
        How many of its columns answer a question about needs.
    told
        Table named in ``mapping.toml`` (several joined by ``+``), ``""`` for none.
    """
    headers = block.headers
    platform = platform_of(headers)
    wide = sum(_counts_people(block.column(column)) for column in wide_columns(headers, groups))
    evidence = {table: _evidence(headers, vocabularies[table], need_columns, wide, platform) for table in TABLES}
    matches = {table: found.matches for table, found in evidence.items()}
    if told:
        tables = tuple(part.strip() for part in told.split("+"))
        return Recognition(block, tables, {table: matches[table] for table in tables}, "told", platform)
    possible = {table: _score(table, evidence[table]) for table in TABLES if _MUST[table](evidence[table])}
    if not possible:
        return Recognition(block, (), {}, "none", platform)
    best = max(possible, key=lambda table: (possible[table], table))
    if best in _TOGETHER:
        tables = tuple(table for table in TABLES if table in possible and _belongs(table, best, evidence))
        return Recognition(block, tables, {table: matches[table] for table in tables}, "headers", platform)
    rivals = [table for table in possible if table != best and possible[table] >= possible[best] - _ASK_WITHIN
              and not _settled(best, table)]  # fmt: skip
    if rivals:
        return Recognition(block, (), {}, "asked", platform, (best, *rivals))
    together = (
        ("register",)
        if best == "places" and "register" in possible and "persons" in evidence["register"].fields
        else ()
    )
    tables = (best, *together)
    return Recognition(
        block,
        tables,
        {table: matches[table] for table in tables},
        "platform" if platform and best == "survey" else "headers",
        platform,
    )


def platform_of(headers: Sequence[Header]) -> str:
    """Return the platform whose fingerprint the headers carry, ``""`` for a hand-made sheet."""
    keys = {key(header.last) for header in headers}
    for platform, prints in _PLATFORMS.items():
        if any(fingerprint <= keys for fingerprint in prints):
            return platform
    return ""


def _evidence(headers: Sequence[Header], words: Vocabulary, need_columns: int, wide: int, platform: str) -> _Evidence:
    matches = match_fields(headers, words)
    fields = frozenset(match.field for match in matches if match.quality >= 1)
    return _Evidence(fields, matches, need_columns, wide, platform)


def _counts_people(column: Column) -> bool:
    """Whether a column holds counts rather than ticks."""
    figures = [read_count(value).value for value in column.values if key(str(value))]
    numbers = [figure for figure in figures if isinstance(figure, float)]
    return len(numbers) >= 0.8 * len(figures) > 0 and max(numbers, default=0) > 1


def _score(table: str, evidence: _Evidence) -> float:
    score = sum(match.quality / 2 for match in evidence.matches)
    if table == "survey":
        score += 2.0 + min(evidence.need_columns, 3)
    if table == "register":
        score += evidence.wide
    return score


def _belongs(table: str, best: str, evidence: Mapping[str, _Evidence]) -> bool:
    """Whether a sheet of services also carries another of its tables, by the fields only that table has."""
    if table == best:
        return True
    own = {
        "menu": ("eligibility", "mode", "needs", "uses_per_person_month"),
        "supply": ("capacity",),
        "sites": ("lon", "x", "radius_m", "tier", "address"),
        "usage": ("count", "status"),
    }.get(table, ())
    if table == "usage" and evidence["usage"].has("status") and not evidence["usage"].any("date", "month", "count"):
        return False
    if best == "usage" and evidence["usage"].any("date"):
        return False
    return evidence[table].any(*own)


def _settled(best: str, rival: str) -> bool:
    return rival in _AGAINST.get(best, frozenset()) or best in _AGAINST.get(rival, frozenset())
