"""``mapping.toml``: what an office told us about its workbooks, so that nothing is guessed twice."""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass, field
from types import GenericAlias
from typing import TYPE_CHECKING, Annotated, Any

from needs_analytics.core.codebook import Codebook
from needs_analytics.core.identifiers import MASK, without_identifiers
from needs_analytics.core.messages import LANGUAGES, failure, in_every_language, text
from needs_analytics.core.month import Month
from needs_analytics.core.rules import parse_rule
from needs_analytics.core.settings import Limits, OneOf, Word, parse_toml, read_section, read_setting
from needs_analytics.core.tables import iter_rows
from needs_analytics.core.wording import key, same_wording
from needs_analytics.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping as MappingType

_WORDS = ("places", "options", "services", "sites", "eligibility", "thresholds")
_NAME, _NUMBER = r"[\u4e00-\u9fff·]{1,4}", r"[^/\u4e00-\u9fff]{5,}"
_RESIDENT = rf"(?:{_NAME}|(?:{_NAME})?{_NUMBER})"  # what a check masks in a label
_NO_NEED = ("none", "unknown", "other")
_RETURNED = re.compile(r"(?:_待修改(?:[(（]\d+[)）])?)+\.\w+$")
_SUFFIXES = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".et", ".csv", ".tsv", ".txt")
_CRS = Annotated[str, OneOf(("WGS-84", "GCJ-02", "BD-09"))]
_CHANGE = {"from": "平安里社区/4", "to": "平安里社区/2", "since": "2026-09"}
_SAMPLE = {"file": "*.xlsx", "sheet": "*", "table": "survey", "office": "和平社区", "header_row": 1, "header_rows": 1,
           "leave_out": ["手机课"]}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SheetRule:
    """What a sheet is: ``[[sheet]]`` in ``mapping.toml``.

    Attributes
    ----------
    file, sheet
        Patterns (``*`` any text) on file and sheet name.
    table
        A canonical table, several joined by ``+``, or ``ignore``.
    office
        Who sent it.
    header_row, header_rows
        1-based first header row and their number; 0 lets the finder decide.
    fields
        Header wording to canonical field; ``-`` drops the column.
    constants
        Canonical field to one value for every row.
    leave_out
        Services of a list of uses that another sheet counts already.
    """

    file: str = "*"
    sheet: str = "*"
    table: str = ""
    office: str = ""
    header_row: int = 0
    header_rows: int = 0
    fields: MappingType[str, str] = field(default_factory=dict)
    constants: MappingType[str, str] = field(default_factory=dict)
    leave_out: tuple[str, ...] = ()

    def applies(self, file: str, sheet: str) -> bool:
        """Whether the rule speaks of this sheet; file patterns match the path below the month or the bare name."""
        return _is_file(file, self.file) and _fits(sheet, self.sheet)


@dataclass(frozen=True, slots=True)
class Crosswalk:
    """A question that was worded otherwise the month before and is the same: ``[[crosswalk]]`` in ``mapping.toml``.

    Attributes
    ----------
    office
        Who asks it; empty for every office.
    question, before
        The wording now and the month before; ``before`` is empty where only the options changed.
    month
        The month that is compared with the one before it; empty for every month.
    """

    office: str = ""
    question: str = ""
    before: str = ""
    month: str = ""

    def allows(self, office: str, question: str, before: str, month: str) -> bool:
        """Whether the line speaks of this change."""
        told = [same_wording(text) for text in (self.question, self.before or self.question)]
        asked = [same_wording(text) for text in (question, before)]
        return told == asked and key(self.office) in {"", key(office)} and self.month in {"", month}


@dataclass(frozen=True, slots=True)
class PersonRule:
    """Two answers that are one person's, or two people's: ``[[same_person]]``, ``[[different_person]]``; no names.

    Attributes
    ----------
    same
        Whether it is one person.
    first, second
        File, sheet and 1-based row of each answer.
    """

    same: bool
    first: tuple[str, str, int]
    second: tuple[str, str, int]

    def details(self) -> dict[str, object]:
        """What an issue about the rule says."""
        names = ("file", "sheet", "row", "other_file", "other_sheet", "other_row")
        section = "same_person" if self.same else "different_person"
        return {"section": section, **dict(zip(names, (*self.first, *self.second), strict=True))}


@dataclass(frozen=True, slots=True)
class Replacement:
    """A file that was sent instead of an earlier one: ``[[replaces]]`` in ``mapping.toml``.

    Attributes
    ----------
    file, earlier
        The file that counts and the one that does not, by path below the month or bare name.
    """

    file: str
    earlier: str

    def names(self, file: str, earlier: str) -> bool:
        """Whether the line speaks of these two."""
        return _is_named(file, self.file) and _is_named(earlier, self.earlier)


@dataclass(frozen=True, slots=True)
class PlaceChange:
    """A community or grid that became part of another: ``[[place_change]]`` in ``mapping.toml``.

    Attributes
    ----------
    old, new
        ``社区`` or ``社区/网格``, ``from`` and ``to`` in the file.
    since
        The first month it holds for, ``""`` for every month.
    """

    old: str
    new: str
    since: str = ""


@dataclass(frozen=True, slots=True)
class Mapping:
    """All of ``mapping.toml``; wordings are compared without width, case and spaces.

    Attributes
    ----------
    sheets
        Rules in file order; for each setting the first rule that applies and gives it wins.
    places
        Place wording to the place meant, ``社区`` or ``社区/网格``.
    options
        Answer option to a need (code or name), ``none`` (needs nothing), ``unknown`` or ``other``.
    services, sites
        Wording to the service or site meant.
    eligibility
        Wording to a rule such as ``age>=60 and group=alone_elder|disabled_elder`` (:mod:`needs_analytics.core.rules`).
    thresholds
        Question of a scale to the steps that are a need: ``>=3``, ``<=2`` or a step's wording.
    headers
        ``table.header`` wording to field, for every sheet of that table.
    crs
        Coordinate system of sheets that do not name theirs.
    crosswalks
        Questions whose wording or options changed and that may be compared all the same.
    place_changes
        Communities and grids that were merged or renamed.
    people
        Which answers are one person's and which are not.
    replaces
        Files sent instead of earlier ones.
    """

    sheets: tuple[SheetRule, ...] = ()
    places: MappingType[str, str] = field(default_factory=dict)
    options: MappingType[str, str] = field(default_factory=dict)
    services: MappingType[str, str] = field(default_factory=dict)
    sites: MappingType[str, str] = field(default_factory=dict)
    eligibility: MappingType[str, str] = field(default_factory=dict)
    thresholds: MappingType[str, str] = field(default_factory=dict)
    headers: MappingType[str, MappingType[str, str]] = field(default_factory=dict)
    crs: str = ""
    crosswalks: tuple[Crosswalk, ...] = ()
    place_changes: tuple[PlaceChange, ...] = ()
    people: tuple[PersonRule, ...] = ()
    replaces: tuple[Replacement, ...] = ()

    @classmethod
    def parse(cls, content: str, *, source: str = "mapping.toml", codebook: Codebook | None = None) -> Mapping:
        """Read the text of a ``mapping.toml``.

        Raises
        ------
        UsageError
            On a syntax error, an unknown section, key, table or field, or a value of the wrong kind.
        """
        codebook = codebook or Codebook.default()
        known, needs = _known_fields(codebook), OneOf((*codebook.needs["name"], *codebook.needs.index, *_NO_NEED))
        told = {table: GenericAlias(dict, (str, _field_of(fields))) for table, fields in known.items()}
        kinds = {**dict.fromkeys(_WORDS, dict[str, Word]), "sheet": Any, "place_change": Any, "crosswalk": Any,
                 "same_person": Any, "different_person": Any, "replaces": Any, "headers": dict, "crs": _CRS,
                 "options": GenericAlias(dict, (str, Annotated[str, needs]))}  # fmt: skip
        given = read_section(parse_toml(content, source), kinds, source, {"crs": "GCJ-02"})
        for expression in given.get("eligibility", {}).values():
            parse_rule(str(expression))
        headers = read_section(given.get("headers", {}), told, f"{source} [headers]", {})
        rules = _tables(given, "sheet", "mapping_sheets", source)
        walks = _tables(given, "crosswalk", "mapping_crosswalks", source)
        return cls(
            sheets=tuple(_sheet_rule(rule, source, number, known) for number, rule in enumerate(rules, start=1)),
            crs=given.get("crs", ""),
            crosswalks=tuple(_crosswalk(walk, source, number) for number, walk in enumerate(walks, start=1)),
            replaces=tuple(
                _replacement(told, source, number)
                for number, told in enumerate(_tables(given, "replaces", "mapping_replaces", source), start=1)
            ),
            place_changes=_place_changes(given.get("place_change", []), source),
            people=tuple(
                _person_rule(pair, name, source, number)
                for name in ("same_person", "different_person")
                for number, pair in enumerate(_tables(given, name, "mapping_people", source), start=1)
            ),
            headers={table: _keyed(entries) for table, entries in headers.items()},
            **{name: _keyed(given.get(name, {})) for name in _WORDS},
        )

    def rule_for(self, file: str, sheet: str) -> SheetRule:
        """Return the settings of all rules that apply to a sheet, the first to give one winning."""
        rules = [rule for rule in self.sheets if rule.applies(file, sheet)]
        fields: dict[str, str] = {}
        constants: dict[str, str] = {}
        for rule in reversed(rules):
            fields.update(rule.fields)
            constants.update(rule.constants)
        return SheetRule(
            table=next((rule.table for rule in rules if rule.table), ""),
            office=next((rule.office for rule in rules if rule.office), ""),
            header_row=next((rule.header_row for rule in rules if rule.header_row), 0),
            header_rows=next((rule.header_rows for rule in rules if rule.header_rows), 0),
            fields=fields,
            constants=constants,
            leave_out=tuple(service for rule in rules for service in rule.leave_out),
        )


def _tables(given: MappingType[str, Any], name: str, wrong: str, source: str) -> list[dict[str, Any]]:
    """Return the ``[[name]]`` tables of a file."""
    found = given.get(name, [])
    if not (isinstance(found, list) and all(isinstance(part, dict) for part in found)):
        raise failure(UsageError, wrong, file=source)
    return found


def _crosswalk(given: MappingType[str, Any], source: str, number: int) -> Crosswalk:
    where = in_every_language("error.where_crosswalk", file=source, number=number)
    sample = {"office": "和平社区", "question": "您需要哪些服务", "before": "您有哪些需求", "month": "2026-10"}
    return Crosswalk(**read_section(given, dict.fromkeys(sample, str), where, sample))


def _person_rule(given: MappingType[str, Any], section: str, source: str, number: int) -> PersonRule:
    where = in_every_language("error.where_person", file=source, section=section, number=number)
    row = Annotated[int, Limits(1)]
    kinds = {"file": str, "sheet": str, "row": row, "other_file": str, "other_sheet": str, "other_row": row}
    sample = {"file": "走访表.xlsx", "sheet": "Sheet1", "row": 5, "other_file": "问卷.xlsx", "other_sheet": "Sheet1",
              "other_row": 17}  # fmt: skip
    told = read_section(given, kinds, where, sample)
    if not {"file", "sheet", "row", "other_row"} <= set(told):
        raise failure(UsageError, "mapping_people", file=source)
    other = (told.get("other_file", told["file"]), told.get("other_sheet", told["sheet"]), told["other_row"])
    return PersonRule(section == "same_person", (told["file"], told["sheet"], told["row"]), other)


def _replacement(given: MappingType[str, Any], source: str, number: int) -> Replacement:
    where = in_every_language("error.where_replaces", file=source, number=number)
    sample = {"file": "走访表(1).xlsx", "earlier": "走访表.xlsx"}
    told = read_section(given, dict.fromkeys(sample, str), where, sample)
    if set(told) != set(sample):
        raise failure(UsageError, "mapping_replaces", file=source)
    return Replacement(**told)


def _is_named(file: str, name: str) -> bool:
    """Whether a file is the very one named, by its path or bare name."""
    return any(name in {told, without_identifiers(told)} for told in (file, file.rsplit("/", 1)[-1]))


def _is_file(file: str, pattern: str) -> bool:
    """Whether a pattern speaks of a file, by its path or bare name; of one sent back corrected, as of the original."""
    original = _RETURNED.sub("", file)
    names = [file, *(f"{original}{suffix}" for suffix in _SUFFIXES if original != file)]
    return any(_fits(name, pattern) or _fits(name.rsplit("/", 1)[-1], pattern) for name in names)


def _fits(name: str, pattern: str) -> bool:
    """Whether a name is the pattern as it is written (``表[1].xlsx``), also as a check writes it, or fits its ``*``."""
    return (
        pattern in {name, without_identifiers(name)} or fnmatch.fnmatchcase(name, pattern) or _is_shown(name, pattern)
    )


def _is_shown(name: str, pattern: str) -> bool:
    """Whether a check may show a name as this: a resident in it masked, a number behind what would be shown twice."""
    parts = re.sub(r"\(\d+\)$", "", pattern).split(MASK)
    return len(parts) > 1 and bool(re.fullmatch(_RESIDENT.join(map(re.escape, parts)), name))


def _keyed(entries: MappingType[str, Any]) -> dict[str, str]:
    return {key(str(wording)): str(meaning) for wording, meaning in entries.items()}


def _sheet_rule(
    given: MappingType[str, Any], source: str, number: int, known: MappingType[str, MappingType[str, str]]
) -> SheetRule:
    where = in_every_language("error.where_sheet", file=source, number=number)
    labels = {text(f"table.{table}", language): table for table in known for language in LANGUAGES}
    row, table = Annotated[int, Limits(0)], Annotated[str, OneOf((*known, "ignore"), "+", labels)]
    kinds = {"file": str, "sheet": str, "table": table, "office": str, "header_row": row, "header_rows": row}
    kinds["leave_out"] = tuple[str, ...]
    settings = read_section(given, {**kinds, "fields": dict, "constants": dict}, where, _SAMPLE)
    named = [part.strip() for part in settings.get("table", "").split("+") if part.strip() in known]
    fields = {label: name for table in named or known for label, name in known[table].items()}
    told = GenericAlias(dict, (str, _field_of(fields)))
    renamed = read_setting("fields", settings.pop("fields", {}), told, where, None)
    place = in_every_language("error.where_in", where=where, name="constants")
    constants = read_section(settings.pop("constants", {}), dict.fromkeys(fields.values(), Word), place, {})
    return SheetRule(
        **settings, fields=_keyed(renamed), constants={name: str(value) for name, value in constants.items()}
    )


def _place_changes(given: object, source: str) -> tuple[PlaceChange, ...]:
    if not (isinstance(given, list) and all(isinstance(change, dict) for change in given)):
        raise failure(UsageError, "mapping_changes", file=source)
    changes = []
    for number, entry in enumerate(given, start=1):
        where = in_every_language("error.where_change", file=source, number=number)
        known = read_section(entry, {"from": Word, "to": Word, "since": Word}, where, _CHANGE)
        if not {"from", "to"} <= set(known):
            raise failure(UsageError, "mapping_changes", file=source)
        since = str(known.get("since", ""))
        month = since[:7] if re.fullmatch(r"\d{4}-\d\d-\d\d", since) else since
        changes.append(PlaceChange(str(known["from"]), str(known["to"]), str(Month.parse(month)) if month else ""))
    return tuple(changes)


def _known_fields(codebook: Codebook) -> dict[str, dict[str, str]]:
    """Return table to what its fields are called, to the field."""
    tables: dict[str, dict[str, str]] = {}
    for table, name, label in iter_rows(codebook.fields, "table", "field", "label"):
        tables.setdefault(table, {})[label] = name
    return tables


def _field_of(labels: MappingType[str, str]) -> Any:
    return Annotated[str, OneOf((*dict.fromkeys(labels.values()), "-"), labels=labels)]
