"""What a template asks for: the columns of its data sheet, their headers, hints, answers to choose from and checks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from needs_analytics.core.codebook import Codebook
from needs_analytics.core.messages import catalogue, text
from needs_analytics.core.wording import key
from needs_analytics.intake.fields import field_types, vocabulary
from needs_analytics.office.template_choices import Choice, choice_of

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind = Literal["text", "date", "number", "tick"]

# Fields in the order of their columns: ``*`` must be filled in, ``*!other`` unless the other one is.
ASKED: Mapping[str, str] = {
    "survey": "answer_id date* community* grid name sex* age* phone id_card groups household_size participation "
    "usage_frequency satisfaction #needs urgency text",
    "usage": "date* service* site* count*!name name id_card phone community grid status waited_days rating",
    "menu": "name* domain needs* eligibility mode* unit uses_per_person_month fee provider provider_type "
    "accommodations",
    "supply": "service* site* capacity* period* unit schedule staff cost_per_unit max_extra month",
    "sites": "site* tier community* grid lon lat crs radius_m area_m2 operator",
    "register": "community* grid age_band*!group sex*!group group persons*",
    "places": "community* grid* households* lon lat crs",
    "roster": "name* id_card phone community* grid groups* duty* last_visit",
    "distances": "community* grid* site* metres*!minutes minutes",
    "requests": "request_id* date* channel community grid text* category nature status* due closed solved satisfied",
    "norms": "norm* object* indicator* value_min*!value_max value_max unit base tier_min tier_max scope source "
    "verified",
    "budget": "item* amount* staff_hours area_m2",
    "followup": "case* need*!service service community opened* owner* due* fixed rechecked outcome",
    "questions": "office question* wording* kind* sense* option* need* option_code position max_choices unit asked_of "
    "blank threshold first_month last_month",
}
# Needs a survey asks about unless the office deletes their columns: common ones that a sub-district can meet itself.
USUAL_NEEDS = (
    "ELD01", "ELD02", "ELD03", "ELD04", "ELD05", "ELD08", "ELD09", "ELD13", "ELD15", "ELD17",
    "HEA01", "HEA03", "HEA04", "HEA05", "HEA06", "CHD01", "CHD02", "CHD03", "CUL02", "CUL05", "SPT01", "SPT04",
    "GOV02", "GOV05", "EMP01", "EMP02", "LAW01", "LAW03", "DIS01", "DIS02", "PSY01", "PSY02", "LIV02", "LIV05",
)  # fmt: skip
_ASKED = re.compile(r"(#?\w+)(\*?)(?:!(\w+))?")
_NUMBERS = frozenset({"integer", "number", "money", "distance", "frequency", "coordinate", "age"})
_SYNONYMS = 4


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a data sheet.

    Attributes
    ----------
    field
        Canonical field, or ``need:<need>``.
    parents
        Headings above its header, from the top down.
    unless
        Field that makes a required column dispensable when it is filled in.
    """

    field: str
    header: str
    type: str
    fill: str
    example: str
    required: bool = False
    unless: str = ""
    parents: tuple[str, ...] = ()
    choice: Choice | None = None

    @property
    def kind(self) -> Kind:
        """How its cells are formatted: everything but figures and dates is text, so that 6-12 stays 6-12."""
        if self.type == "date":
            return "date"
        if self.type == "tick":
            return "tick"
        return "number" if self.type in _NUMBERS or self.field == "rating" else "text"


@dataclass(frozen=True, slots=True)
class Template:
    """A template before it is written: the columns of its data sheet from left to right."""

    table: str
    language: str
    codebook: Codebook
    columns: tuple[Column, ...]

    @property
    def label(self) -> str:
        """What the table is called; its data sheet bears the name."""
        return self.say(f"table.{self.table}")

    @property
    def header_rows(self) -> int:
        """How many rows the header of the data sheet takes."""
        return 1 + max(len(column.parents) for column in self.columns)

    def say(self, name: str, **details: object) -> str:
        """Return a sentence of the catalogue in the template's language."""
        return text(name, self.language, **details)

    def position(self, field: str) -> int:
        """Return the 0-based column of a field."""
        return next(position for position, column in enumerate(self.columns) if column.field == field)


def plan_template(table: str, codebook: Codebook, language: str) -> Template:
    """Return what a table's template asks for."""
    return Template(table, language, codebook, tuple(_plan_columns(table, codebook, language)))


def _plan_columns(table: str, codebook: Codebook, language: str) -> list[Column]:
    types = field_types(codebook, table)
    columns: list[Column] = []
    for name, star, unless in _ASKED.findall(ASKED[table]):
        if name == "#needs":
            columns += _need_columns(codebook, language)
            continue
        fill, example = (_said(part, table, name, language) for part in ("fill", "example"))
        choice = choice_of(table, name, codebook, language)
        header = header_of(table, name, codebook, language)
        columns.append(Column(name, header, types[name], fill, example, bool(star), unless, choice=choice))
    return columns


def header_of(table: str, field: str, codebook: Codebook, language: str) -> str:
    """Return a field's label, or another of its wordings where intake takes the label for a different field."""
    words = vocabulary(table, codebook, {}).exact
    told = catalogue(language).get(f"template.header.{table}.{field}", "")
    labels = (codebook.label(table, field, language), codebook.label(table, field))
    rows = codebook.fields[(codebook.fields["table"] == table) & (codebook.fields["field"] == field)]
    wordings = (told, *labels, *"|".join(rows["synonyms"]).split("|"))
    return next((wording for wording in wordings if words.get(key(wording)) == field), labels[0])


def usual_needs(codebook: Codebook) -> list[str]:
    """Return the needs to ask about: the usual ones, and those that only this codebook has."""
    packaged = set(Codebook.default().needs.index)
    return [need for need in codebook.needs.index if need in USUAL_NEEDS or need not in packaged]


def _need_columns(codebook: Codebook, language: str) -> list[Column]:
    """Return a column for "no need" and one per need, those of a domain under its heading.

    One number stands at the head of them all, by which intake takes them for one question; so a row without any tick
    is a question not answered and not a resident without needs. A domain with a single need gets no heading: a heading
    over one column cannot be told from a header.
    """
    question, tick = text("template.needs", language), text("template.tick", language)
    choice = Choice("tick", (tick,), "open")
    names, needs = codebook.need_names(language), codebook.needs
    domains: dict[str, list[str]] = {}
    for need in usual_needs(codebook):
        domains.setdefault(str(needs.at[need, _domain_column(language)]), []).append(need)
    none, said = (text(f"template.{part}", language) for part in ("no_need", "no_need_fill"))
    columns = [Column("need:none", none, "tick", said, tick, parents=(question,), choice=choice)]
    for domain, members in domains.items():
        parents = (question, domain) if domain and len(members) > 1 else (question,)
        for need in members:
            fill = _need_fill(str(needs.at[need, "synonyms"]), language)
            columns.append(Column(f"need:{need}", names[need], "tick", fill, tick, parents=parents, choice=choice))
    return columns


def _domain_column(language: str) -> str:
    return "domain_name" if language == "zh" else "domain_name_en"


def _need_fill(synonyms: str, language: str) -> str:
    words = [word for word in synonyms.split("|") if word][:_SYNONYMS]
    if not words:
        return text("template.need_fill_bare", language)
    return text("template.need_fill", language, words=text("template.list_comma", language).join(words))


def _said(part: str, table: str, field: str, language: str) -> str:
    """Return what the catalogue says of a table's field, else of the field in any table."""
    known = catalogue(language)
    own = f"template.{part}.{table}.{field}"
    return known[own] if own in known else text(f"template.{part}.any.{field}", language)
