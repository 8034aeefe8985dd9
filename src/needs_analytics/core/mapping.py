"""``mapping.toml``: what an office told us about its workbooks, so that nothing is guessed twice."""

from __future__ import annotations

import fnmatch
import tomllib
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from needs_analytics.core.messages import failure
from needs_analytics.core.wording import key
from needs_analytics.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping as MappingType


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
    """

    file: str = "*"
    sheet: str = "*"
    table: str = ""
    office: str = ""
    header_row: int = 0
    header_rows: int = 0
    fields: MappingType[str, str] = field(default_factory=dict)
    constants: MappingType[str, str] = field(default_factory=dict)

    def applies(self, file: str, sheet: str) -> bool:
        """Whether the rule speaks of this sheet; file patterns match the path below the month or the bare name."""
        name = file.rsplit("/", 1)[-1]
        return (_fits(file, self.file) or _fits(name, self.file)) and _fits(sheet, self.sheet)


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
        Wording to an eligibility expression such as ``age>=60`` or ``group:alone_elder|disabled_elder``.
    headers
        ``table.header`` wording to field, for every sheet of that table.
    crs
        Coordinate system of sheets that do not name theirs.
    """

    sheets: tuple[SheetRule, ...] = ()
    places: MappingType[str, str] = field(default_factory=dict)
    options: MappingType[str, str] = field(default_factory=dict)
    services: MappingType[str, str] = field(default_factory=dict)
    sites: MappingType[str, str] = field(default_factory=dict)
    eligibility: MappingType[str, str] = field(default_factory=dict)
    headers: MappingType[str, MappingType[str, str]] = field(default_factory=dict)
    crs: str = ""

    @classmethod
    def parse(cls, text: str, *, source: str = "mapping.toml") -> Mapping:
        """Read the text of a ``mapping.toml``.

        Raises
        ------
        UsageError
            On a syntax error or an unknown section or key.
        """
        try:
            raw = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise failure(UsageError, "toml_syntax", file=source, detail=str(error)) from error
        known = {"sheet", "places", "options", "services", "sites", "eligibility", "headers", "crs"}
        _refuse_unknown(raw, known, source)
        return cls(
            sheets=tuple(_sheet_rule(entry, source) for entry in raw.get("sheet", [])),
            crs=str(raw.get("crs", "")),
            headers={table: _keyed(entries) for table, entries in raw.get("headers", {}).items()},
            **{name: _keyed(raw.get(name, {})) for name in ("places", "options", "services", "sites", "eligibility")},
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
        )


def _fits(name: str, pattern: str) -> bool:
    """Whether a name is the pattern as it is written (``表[1].xlsx``) or fits its ``*``."""
    return name == pattern or fnmatch.fnmatchcase(name, pattern)


def _keyed(entries: MappingType[str, Any]) -> dict[str, str]:
    return {key(str(wording)): str(meaning) for wording, meaning in entries.items()}


def _sheet_rule(entry: dict[str, Any], source: str) -> SheetRule:
    known = set(SheetRule.__dataclass_fields__)
    _refuse_unknown(entry, known, f"{source} [[sheet]]")
    settings = dict(entry)
    settings["fields"] = _keyed(entry.get("fields", {}))
    settings["constants"] = {name: str(value) for name, value in entry.get("constants", {}).items()}
    return SheetRule(**settings)


def _refuse_unknown(raw: dict[str, Any], known: set[str], source: str) -> None:
    for name in raw:
        if name not in known:
            near = get_close_matches(name, sorted(known), n=1)
            raise failure(
                UsageError,
                "option_unknown",
                file=source,
                option=name,
                near=near[0] if near else "、".join(sorted(known)),
            )
