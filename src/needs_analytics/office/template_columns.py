"""What a template asks for: the columns of its data sheet, their headers, hints, answers to choose from and checks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from needs_analytics.core.messages import catalogue, text
from needs_analytics.core.wording import key
from needs_analytics.intake.fields import field_types, vocabulary
from needs_analytics.office.template_choices import Choice, choice_of
from needs_analytics.office.template_known import Known
from needs_analytics.office.template_needs import NeedAsked, ask_needs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from needs_analytics.core.codebook import Codebook
    from needs_analytics.office.template_known import Row

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
    "places": "community* grid* households* lon lat crs neighbours",
    "roster": "name* id_card phone community* grid groups* duty* last_visit",
    "distances": "community* grid* site* metres*!minutes minutes",
    "requests": "request_id* date* channel community grid text* category nature status* due closed solved satisfied",
    "norms": "norm* object* indicator* value_min*!value_max value_max unit base tier_min tier_max scope source "
    "facilities verified",
    "budget": "item* amount* staff_hours area_m2",
    "followup": "case* need*!service service community opened* owner* due* fixed rechecked outcome",
    "changes": "old_community* old_grid new_community* new_grid since",
    "questions": "office question* wording* kind* sense* option* need* option_code position max_choices unit asked_of "
    "blank threshold first_month last_month",
}
NOTHING = Known()
"""What a workspace knows before its first month."""
_ASKED = re.compile(r"(#?\w+)(\*?)(?:!(\w+))?")
_NUMBERS = frozenset({"integer", "number", "money", "distance", "frequency", "coordinate", "age"})


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a data sheet.

    Attributes
    ----------
    field
        Canonical field, or ``need:<need>``.
    heading
        What stands above its header and those beside it; ``""`` for nothing.
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
    heading: str = ""
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
    """A template before it is written: columns of its data sheet from left to right, and rows it begins with."""

    table: str
    language: str
    codebook: Codebook
    columns: tuple[Column, ...]
    rows: Sequence[Row] = ()

    @property
    def label(self) -> str:
        """What the table is called; its data sheet bears the name."""
        return self.say(f"table.{self.table}")

    @property
    def header_rows(self) -> int:
        """How many rows the header of the data sheet takes."""
        return 2 if any(column.heading for column in self.columns) else 1

    def say(self, name: str, **details: object) -> str:
        """Return a sentence of the catalogue in the template's language."""
        return text(name, self.language, **details)

    def position(self, field: str) -> int:
        """Return the 0-based column of a field."""
        return next(position for position, column in enumerate(self.columns) if column.field == field)


def plan_template(
    table: str, codebook: Codebook, language: str, *, known: Known = NOTHING, rows: Sequence[Row] = ()
) -> Template:
    """Return what a table's template asks for; rows taken over bring their own columns along."""
    columns = _plan_columns(table, codebook, known, language)
    asked = {column.field for column in columns}
    others = dict.fromkeys(field for row in rows for field in row if field not in asked)
    columns += [_carried_column(table, field, codebook, language) for field in others]
    return Template(table, language, codebook, tuple(columns), rows)


def _plan_columns(table: str, codebook: Codebook, known: Known, language: str) -> list[Column]:
    types = field_types(codebook, table)
    columns: list[Column] = []
    for name, star, unless in _ASKED.findall(ASKED[table]):
        if name == "#needs":
            columns += [_need_column(asked, language) for asked in ask_needs(codebook, language)]
            continue
        fill, example = (_said(part, table, name, language) for part in ("fill", "example"))
        choice = choice_of(table, name, codebook, known, language)
        header = header_of(table, name, codebook, language)
        columns.append(Column(name, header, types[name], fill, example, bool(star), unless, choice=choice))
    return columns


def _carried_column(table: str, field: str, codebook: Codebook, language: str) -> Column:
    """Return a column that blank templates do not ask for and the rows taken over have."""
    header, kind = header_of(table, field, codebook, language), field_types(codebook, table)[field]
    return Column(field, header, kind, text("template.carried_fill", language), "")


def header_of(table: str, field: str, codebook: Codebook, language: str) -> str:
    """Return a field's label, or another of its wordings where intake takes the label for a different field."""
    words = vocabulary(table, codebook, {}).exact
    told = catalogue(language).get(f"template.header.{table}.{field}", "")
    labels = (codebook.label(table, field, language), codebook.label(table, field))
    rows = codebook.fields[(codebook.fields["table"] == table) & (codebook.fields["field"] == field)]
    wordings = (told, *labels, *"|".join(rows["synonyms"]).split("|"))
    return next((wording for wording in wordings if words.get(key(wording)) == field), labels[0])


def _need_column(asked: NeedAsked, language: str) -> Column:
    tick = text("template.tick", language)
    choice = Choice("tick", (tick,), "open")
    return Column(f"need:{asked.need}", asked.header, "tick", asked.fill, tick, heading=asked.heading, choice=choice)


def _said(part: str, table: str, field: str, language: str) -> str:
    """Return what the catalogue says of a table's field, else of the field in any table."""
    known = catalogue(language)
    own = f"template.{part}.{table}.{field}"
    return known[own] if own in known else text(f"template.{part}.any.{field}", language)
