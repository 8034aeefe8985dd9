"""The needs a survey template asks about, each in a column to tick."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from needs_analytics.core.codebook import Codebook
from needs_analytics.core.messages import text
from needs_analytics.intake.fields import match_fields, vocabulary
from needs_analytics.intake.group_columns import attribute_columns, flag_columns
from needs_analytics.intake.groups import group_words
from needs_analytics.intake.headers import Header
from needs_analytics.intake.need_words import need_words
from needs_analytics.intake.stems import take_apart

if TYPE_CHECKING:
    from collections.abc import Callable

# Common needs that a sub-district can meet itself; an office deletes the columns of those it does not ask about.
USUAL_NEEDS = (
    "ELD01", "ELD02", "ELD03", "ELD04", "ELD05", "ELD08", "ELD09", "ELD13", "ELD15", "ELD17",
    "HEA01", "HEA03", "HEA04", "HEA05", "HEA06", "CHD01", "CHD02", "CHD03", "CUL02", "CUL05", "SPT01", "SPT04",
    "GOV02", "GOV05", "EMP01", "EMP02", "LAW01", "LAW03", "DIS01", "DIS02", "PSY01", "PSY02", "LIV02", "LIV05",
)  # fmt: skip
_SYNONYMS = 4


class NeedAsked(NamedTuple):
    """A need with its column's header, the heading of its domain and what to fill in."""

    need: str
    header: str
    heading: str
    fill: str


def ask_needs(codebook: Codebook, language: str) -> list[NeedAsked]:
    """Return the needs to ask about, by domain, and "no need" after them.

    The heading of a domain (需要的服务：养老) is worded like a fact above a table, which intake never takes for a part
    of the header: so every need stands in one header row, all are one question, and an office may delete or insert
    columns as it likes. With "no need" among them, a row without a tick is a question not answered and not a resident
    without needs.
    """
    column = "domain_name" if language == "zh" else "domain_name_en"
    domains: dict[str, list[str]] = {}
    for need in usual_needs(codebook):
        domains.setdefault(str(codebook.needs.at[need, column]), []).append(need)
    readable = _reader_of_headers(codebook)
    asked = []
    for domain, members in domains.items():
        heading = text("template.needs", language, domain=domain or text("template.other_needs", language))
        asked += [_asked(need, heading, codebook, language, readable) for need in members]
    heading = text("template.needs", language, domain=text("template.none_needed", language))
    return [
        *asked,
        NeedAsked("none", text("template.no_need", language), heading, text("template.no_need_fill", language)),
    ]


def usual_needs(codebook: Codebook) -> list[str]:
    """Return the needs to ask about: the usual ones, and those that only this codebook has."""
    packaged = set(Codebook.default().needs.index)
    return [need for need in codebook.needs.index if need in USUAL_NEEDS or need not in packaged]


def _asked(
    need: str, heading: str, codebook: Codebook, language: str, readable: Callable[[str, str], bool]
) -> NeedAsked:
    """Head the column with the need's name, or with its code where intake would take the name for something else."""
    name, chinese = codebook.need_names(language)[need], codebook.need_names()[need]
    header = next((wording for wording in (name, chinese) if readable(wording, need)), need)
    words = [word for word in str(codebook.needs.at[need, "synonyms"]).split("|") if word][:_SYNONYMS]
    joined = text("template.list_comma", language).join(words)
    fill = text(f"template.{'need_fill' if words else 'need_fill_bare'}", language, words=joined)
    if header != name:
        fill = text("template.need_named", language, name=name, fill=fill)
    return NeedAsked(need, header, heading, fill)


def _reader_of_headers(codebook: Codebook) -> Callable[[str, str], bool]:
    """Return a test whether intake takes a header for that need, not for a trait, a group or a stem and its item."""
    needs, groups, traits = need_words(codebook, {}), group_words(codebook), vocabulary("survey", codebook, {})

    def readable(wording: str, need: str) -> bool:
        headers = [Header((wording,))]
        known = any(match.how != "pattern" for match in match_fields(headers, traits))
        flagged = flag_columns(headers, [0], groups) or attribute_columns(headers, [0], groups)
        return not (known or flagged or take_apart(headers[0]).item) and needs.meaning(wording) == need

    return readable
