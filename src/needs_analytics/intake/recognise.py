"""Which table a block of a sheet is, told by its headers, with the reason."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from needs_analytics.core.wording import key
from needs_analytics.intake.contents import fits, is_filled, shows_date
from needs_analytics.intake.crosstab import Crosstab, crosstab
from needs_analytics.intake.fields import FieldMatch, Vocabulary, match_fields
from needs_analytics.intake.names import Names
from needs_analytics.intake.numbers import read_count
from needs_analytics.intake.wide_register import wide_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from needs_analytics.core.month import Month
    from needs_analytics.core.records import Column
    from needs_analytics.intake.blocks import Block
    from needs_analytics.intake.groups import GroupWords

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
    "changes",
)
_TOGETHER = frozenset({"menu", "supply", "sites", "usage"})
_PERSON = frozenset({"age", "sex", "name", "id_card", "phone", "birth_date", "groups", "household_size"})
_ONE_PERSON = _PERSON - {"groups", "household_size"}
_NEEDS_ASKED = re.compile(r"需要|需求|希望|想要|困难|诉求|急需|期待|盼|need", re.IGNORECASE)
_NAMING = ("service", "site", "name", "status", "needs", "category")
_CHECKED = ("usage", "menu", "supply", "sites", "places", "register", "distances", "roster")
_FRONT = re.compile(r"封面|目录|汇总|总览|首页|一览总表|数据概况|目 ?录")
_LISTS = re.compile(r"下拉|选项|参数|代码表|字典|数据源|choices|lists?", re.IGNORECASE)
_TALLY = re.compile(
    r"画正|举手|勾选(?:人|次|数)|选择(?:人|次)数|被选(?:人|次)?数|得?票数|^answerchoices$|^responses$", re.IGNORECASE
)
"""What a count of answers is headed by; the answers themselves stand elsewhere, or nowhere."""
_ASK_WITHIN = 0.5
_STILL = 0.75  # of a template's headers are as it has them
_LOCATION = ("lon", "x", "lonlat")
_A_MONTH = 28
_SHUT = frozenset({"休", "停", "闭", "关", "半", "休息", "停开", "闭馆", "关门", "不开", "停诊", "停业"})
_FEW_CELLS = 1.5  # cells a row of a sheet of explanations has


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
        ``told`` (by ``mapping.toml``), ``template`` (made from one of ours), ``recipe`` (as in an earlier
        month), ``headers``, ``across`` (laid out across), ``platform``, ``form`` (the questions of an export
        beside it), ``asked`` (ambiguous), ``aside`` (a cover, a summary of the other sheets, a list of
        choices), ``calendar`` (closed days), ``unread`` (a register with rows that only an unknown column tells
        apart), ``copy`` (the rows of another sheet), ``repeat`` (a form's repeated group, or the sheet it
        belongs to, counted in the other) or ``none``.
    candidates
        For ``asked``: the tables it could be.
    layout
        For ``across``: the columns whose cells are values of one field.
    telling
        For ``unread``: the column nobody knows that alone tells a register's rows apart, and how many.
    """

    block: Block
    tables: tuple[str, ...]
    matches: Mapping[str, Sequence[FieldMatch]]
    why: str
    platform: str = ""
    candidates: tuple[str, ...] = ()
    layout: Crosstab | None = None
    telling: tuple[int, int] | None = None

    @property
    def across(self) -> frozenset[int]:
        """Columns that are laid out across."""
        return frozenset(self.layout.columns) if self.layout else frozenset()


@dataclass(frozen=True, slots=True)
class _Evidence:
    """What the headers show about one table."""

    fields: frozenset[str]
    matches: Sequence[FieldMatch] = field(default_factory=tuple)
    need_columns: int = 0
    wide: int = 0
    platform: str = ""
    asks: bool = False

    def has(self, *names: str) -> bool:
        return all(name in self.fields for name in names)

    def any(self, *names: str) -> bool:
        return any(name in self.fields for name in names)


_MUST: Mapping[str, Callable[[_Evidence], bool]] = {
    "survey": lambda e: (
        (e.need_columns > 0 and (bool(e.fields & _PERSON) or bool(e.platform) or e.any("community", "grid")))
        or (bool(e.platform) and len(e.fields) >= 2)
        or (e.asks and len(e.fields & _PERSON) >= 2)
    ),
    "usage": lambda e: (
        e.has("service") and (e.any("date", "month", "count") or (e.has("status") and not e.any("capacity")))
    ),
    "menu": lambda e: (
        e.any("name", "service") and e.any("eligibility", "mode", "needs", "uses_per_person_month", "provider")
    ),
    "supply": lambda e: e.has("service", "capacity"),
    "sites": lambda e: (
        e.any("site", "name")
        and (e.any(*_LOCATION, "tier", "radius_m", "area_m2") or (e.has("site") and e.any("address", "community")))
    ),
    "places": lambda e: e.any("community", "grid") and e.any("households", *_LOCATION),
    "register": lambda e: e.wide >= 2 or (e.has("persons") and e.any("age_band", "sex", "community", "group", "grid")),
    "roster": lambda e: e.any("duty", "last_visit") and e.any("groups", "name"),
    "distances": lambda e: e.has("site") and e.any("metres", "minutes") and e.any("community", "grid"),
    "requests": lambda e: (
        e.any("text", "category") and e.any("request_id", "status") and e.any("status", "date", "due", "closed")
    ),
    "norms": lambda e: e.has("indicator") and e.any("value_min", "value_max"),
    "budget": lambda e: e.has("item", "amount") and not e.has("service"),
    "followup": lambda e: e.any("fixed", "rechecked", "outcome") and e.any("case", "opened", "due"),
    "changes": lambda e: e.has("old_grid", "new_grid") or e.has("old_community", "new_community"),
    "questions": lambda e: e.any("wording", "question") and e.any("sense", "kind") and e.any("option", "need"),
}
_AGAINST: Mapping[str, frozenset[str]] = {
    "survey": frozenset({"usage", "menu", "supply", "requests", "roster", "questions"}),
    "menu": frozenset({"questions", "requests"}),
    "register": frozenset({"survey", "roster"}),
    "sites": frozenset({"distances", "places", "survey", "register"}),
    "places": frozenset({"survey", "sites", "usage", "roster", "menu", "supply", "changes"}),
    "distances": frozenset({"places", "supply"}),
}


def recognise(
    block: Block,
    vocabularies: Mapping[str, Vocabulary],
    need_columns: Sequence[int],
    groups: GroupWords,
    *,
    told: str,
    month: Month,
    names: Names | None = None,
) -> Recognition:
    """Decide which table a block is, by its headers and by what stands under them.

    Parameters
    ----------
    need_columns
        Those of its columns whose answers are needs.
    told
        Table named in ``mapping.toml`` (several joined by ``+``), ``""`` for none.
    month
        The month the workbooks were sent for.
    names
        Services, sites and places that the month's lists hold.
    """
    platform = block.export.platform if block.export else ""
    matches = {table: _matches(block, table, vocabularies[table], groups, told=bool(told)) for table in TABLES}
    people = {match.field for match in matches["survey"] if match.quality >= 1} & _ONE_PERSON
    layout = None if platform or people else crosstab(block, names or Names(), month)
    if told:
        tables = tuple(part.strip() for part in told.split("+"))
        layout = layout if layout and layout.table in tables else None
        kept = {table: _down(matches[table], layout, table, block, names) for table in tables}
        return Recognition(block, tables, kept, "told", platform, layout=layout)
    made_for = _made_for(block, vocabularies)
    if made_for:
        kept = {made_for: _matches(block, made_for, vocabularies[made_for], groups, told=True)}
        return Recognition(block, (made_for,), kept, "template", platform)
    if layout:
        down = _down(matches[layout.table], layout, layout.table, block, names)
        return Recognition(block, (layout.table,), {layout.table: down}, "across", platform, layout=layout)
    wide = sum(_counts_people(block.column(column)) for column in wide_columns(block.headers, groups))
    answers = _answering(need_columns, block, matches)
    evidence = {
        table: _Evidence(_sure(matches[table], table), matches[table], answers, wide, platform, _asks(block))
        for table in TABLES
    }
    if not platform and _is_aside(block, evidence):
        return Recognition(block, (), {}, "aside", platform)
    return _decide(block, evidence, platform)


def _made_for(block: Block, vocabularies: Mapping[str, Vocabulary]) -> str:
    """Return the table of the template that a block still is: nearly all of its headers are that template's.

    Then no cell decides what its column is, and a cell that does not fit is wrong. Surveys are known by their needs.
    """
    table = block.sheet.template
    if table not in TABLES or table == "survey":
        return ""
    words = vocabularies[table].exact
    known = [key(header.last) in words for header in block.headers if header.parts]
    return table if known and sum(known) >= _STILL * len(known) else ""


def asks_nobody(found: Recognition, need_columns: Sequence[int]) -> bool:
    """Whether a table that was told to be a survey has neither questions about needs nor anybody who answers."""
    return not need_columns and not {match.field for match in found.matches["survey"]} & _PERSON


def _decide(block: Block, evidence: Mapping[str, _Evidence], platform: str) -> Recognition:
    possible = {table: _score(table, evidence[table]) for table in TABLES if _MUST[table](evidence[table])}
    if not platform and "usage" in possible and _is_record(evidence["usage"]):
        possible.pop("survey", None)
    if not platform and evidence["register"].wide > 1 and not evidence["survey"].any("name", "id_card", "phone"):
        possible.pop("survey", None)
    if not possible:
        hint, aside = _hint(evidence), _unused_for(block)
        if aside and not hint:
            return Recognition(block, (), {}, aside, platform)
        return Recognition(block, (), {}, "asked" if hint else "none", platform, hint)
    matches = {table: found.matches for table, found in evidence.items()}
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


def _matches(block: Block, table: str, words: Vocabulary, groups: GroupWords, *, told: bool) -> list[FieldMatch]:
    """Return the columns taken for a table's fields; outside surveys the cells must be what the header says."""
    barred = set()
    if table == "register":  # 男 and 女 under 性别 count people, they do not tell anybody's sex
        barred = {c for c in wide_columns(block.headers, groups) if _counts_people(block.column(c))}
    if table in _CHECKED and not told:
        return match_fields(
            block.headers,
            words,
            accept=lambda column, field: (
                column not in barred
                and fits(block.column(column), "capacity" if field == "capacity" else words.types.get(field, "text"))
            ),
        )
    return match_fields(block.headers, words, accept=lambda column, _: column not in barred)


def _sure(matches: Sequence[FieldMatch], table: str) -> frozenset[str]:
    """Return the fields that count as evidence; what only looks like a question about a survey's field does not."""
    return frozenset(match.field for match in matches if match.how != "pattern" or table != "survey")


def _down(
    matches: Sequence[FieldMatch], layout: Crosstab | None, table: str, block: Block, names: Names | None
) -> list[FieldMatch]:
    """Return the columns that run down beside those laid out across, the one that names the rows included."""
    if layout is None or layout.table != table:
        return list(matches)
    taken = {*layout.columns, *layout.totals}
    kept = [match for match in matches if match.column not in taken
            and match.field not in {*layout.dimensions, layout.value}]  # fmt: skip
    for column, kind in (names or Names()).columns(block, taken | {match.column for match in kept}).items():
        if kind not in layout.dimensions and kind not in {match.field for match in kept}:
            kept.append(FieldMatch(column, kind, "contents", block.headers[column].text))
    return kept


def _answering(need_columns: Sequence[int], block: Block, matches: Mapping[str, Sequence[FieldMatch]]) -> int:
    """Return how many columns ask for needs: those that no list of services or sites would use as its own."""
    named = {
        match.column
        for table in ("usage", "menu", "supply", "sites", "distances", "requests")
        for match in matches[table]
        if match.field in _NAMING
    }
    return sum(
        column not in named or bool(_NEEDS_ASKED.search(block.headers[column].text)) for column in set(need_columns)
    )


def _asks(block: Block) -> bool:
    """Whether a header asks what somebody needs."""
    return any(_NEEDS_ASKED.search(key(header.last)) and is_filled(block.column(column))
               for column, header in enumerate(block.headers) if header.parts)  # fmt: skip


def _is_record(usage: _Evidence) -> bool:
    """Whether rows record uses: a service with its state, or with its day and place, person or count."""
    return usage.has("service") and (
        usage.any("status", "waited_days", "rating") or (usage.any("date", "month") and usage.any("site", "count"))
    )


def _is_aside(block: Block, evidence: Mapping[str, _Evidence]) -> bool:
    """Whether a block only shows what other sheets hold: a cover, a summary, the choices of drop-down lists."""
    name = key(block.sheet.name)
    if _LISTS.search(name) and not evidence["questions"].has("option") and _is_choices(block):
        return True
    people = evidence["survey"].fields & _ONE_PERSON
    if not people and any(_TALLY.search(key(header.last)) for header in block.headers if header.parts):
        return True
    titled = _FRONT.search(name) or any(_FRONT.search(key(title)) for title in block.titles)
    register = evidence["register"]
    known = register.any("age_band", "sex", "group", "grid") or register.wide > 1
    return bool(titled) and not known and not evidence["usage"].has("service") and register.any("community")


def _unused_for(block: Block) -> str:
    """Return why a block that is no table is not asked about: closed days, a cover, a count of answers, a text."""
    columns = [block.column(column) for column in range(len(block.sheet.columns))]
    cells = [value for column in columns[1:] for value in column.cells() if key(str(value))]
    if len(columns) > _A_MONTH and cells and sum(key(str(cell)) in _SHUT for cell in cells) >= _A_MONTH // 2:
        return "calendar"
    texts = [value for column in columns for value in column.cells() if key(str(value))]
    explained = not block.height and len(texts) <= _FEW_CELLS * len(block.rows)
    counted = not block.height and any(_TALLY.search(key(text)) for text in texts if isinstance(text, str))
    named = _FRONT.search(key(block.sheet.name)) or _LISTS.search(key(block.sheet.name))
    return "aside" if explained or named or counted else ""


def _is_choices(block: Block) -> bool:
    """Whether every column lists different words from the top down."""
    columns = [block.column(column) for column, header in enumerate(block.headers) if header.parts]
    return all(
        len(column.codes) - sum(1 for code in column.codes if not key(str(column.values[code]))) <= len(column.values)
        and not any(shows_date(value) for value in column.values if key(str(value)))
        for column in columns
    )


def _hint(evidence: Mapping[str, _Evidence]) -> tuple[str, ...]:
    """Return what a sheet that lacks something essential could still be: counted days without the service's name."""
    usage = evidence["usage"]
    return ("usage",) if usage.has("date", "count") else ()


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
        "sites": (*_LOCATION, "radius_m", "tier", "address"),
        "usage": ("count", "status"),
    }.get(table, ())
    if table == "usage" and evidence["usage"].has("status") and not evidence["usage"].any("date", "month", "count"):
        return False
    if best == "usage" and evidence["usage"].any("date"):
        return False
    known = {match.column for match in evidence[best].matches if match.how == "exact"}
    return any(
        match.field in own and (match.how != "fuzzy" or match.column not in known) for match in evidence[table].matches
    )


def _settled(best: str, rival: str) -> bool:
    return rival in _AGAINST.get(best, frozenset()) or best in _AGAINST.get(rival, frozenset())
