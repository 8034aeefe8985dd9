"""The answers a template offers to choose from: the words that intake reads, and the codebook's names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from needs_analytics.core.messages import text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from needs_analytics.core.codebook import Codebook
    from needs_analytics.office.template_known import Known

Strictness = Literal["closed", "open", "several", "known"]

_FIELDS: Mapping[str, str] = {
    "sex": "sex", "age_band": "age_band", "participation": "participation", "usage_frequency": "usage_frequency",
    "satisfaction": "satisfaction", "satisfied": "satisfaction", "urgency": "urgency", "mode": "mode",
    "eligibility": "eligibility", "provider_type": "provider_type", "period": "period", "tier": "tier",
    "tier_min": "tier", "tier_max": "tier", "crs": "crs", "duty": "duty", "channel": "channel", "nature": "nature",
    "solved": "solved", "verified": "verified", "outcome": "outcome", "kind": "kind", "sense": "sense",
    "blank": "blank", "groups": "groups", "group": "groups", "domain": "domains", "needs": "needs", "need": "needs",
}  # fmt: skip
_FIELDS_OF_TABLE: Mapping[tuple[str, str], str] = {
    ("survey", "groups"): "own_groups", ("usage", "status"): "usage_status", ("requests", "status"): "requests_status",
    ("requests", "category"): "needs", ("menu", "unit"): "unit", ("supply", "unit"): "unit",
    ("questions", "unit"): "answers_for",
}  # fmt: skip
_KNOWN: Mapping[str, str] = {
    "service": "services", "site": "sites", "community": "communities", "old_community": "communities",
    "new_community": "communities", "grid": "grids", "old_grid": "grids", "new_grid": "grids",
}  # fmt: skip
_OPEN = frozenset({
    "age_band", "eligibility", "unit", "provider_type", "duty", "channel", "nature", "outcome", "groups", "own_groups",
    "domains", "needs", "verified",
})  # fmt: skip
_SEVERAL = frozenset({("menu", "needs"), ("survey", "groups"), ("roster", "groups")})
# Groups that age and sex settle, and those of children, who answer no survey, need not be asked for.
_SETTLED = re.compile(r"age>=\d+|\d+<=age<=\d+|age<.*|sex==\w")


@dataclass(frozen=True, slots=True)
class Choice:
    """Answers to choose from.

    Attributes
    ----------
    name
        Name of the list; columns with the same answers share it.
    strictness
        ``closed``: nothing else is understood; ``open``: other words are; ``several``: more than one may be given;
        ``known``: the names the workspace knows, new ones may be written.
    """

    name: str
    options: tuple[str, ...]
    strictness: Strictness = "closed"


def choice_of(table: str, field: str, codebook: Codebook, known: Known, language: str) -> Choice | None:
    """Return what may be chosen for a field, ``None`` where it is written freely."""
    names = "services" if (table, field) == ("menu", "name") else _KNOWN.get(field)
    if names is not None:
        options = getattr(known, names)
        return Choice(names, options, "known") if options else None
    name = _FIELDS_OF_TABLE.get((table, field)) or _FIELDS.get(field)
    if name is None:
        return None
    strictness: Strictness = "open" if name in _OPEN else "closed"
    if (table, field) in _SEVERAL:
        strictness = "several"
    return Choice(name, _options(name, codebook, language), strictness)


def _options(name: str, codebook: Codebook, language: str) -> tuple[str, ...]:
    if name == "needs":
        return tuple(codebook.need_names(language).values())
    if name == "domains":
        column = "domain_name" if language == "zh" else "domain_name_en"
        return tuple(dict.fromkeys(filter(None, codebook.needs[column])))
    if name == "groups":
        return _group_names(codebook)
    if name == "own_groups":
        return (text("template.no_group", language), *_group_names(codebook))
    return tuple(text(f"template.options.{name}", language).split("|"))


def _group_names(codebook: Codebook) -> tuple[str, ...]:
    """Return the groups to choose from, in Chinese as intake reads them; highly sensitive ones are never offered."""
    groups = codebook.groups
    offered = ~groups["sensitivity"].str.startswith("高度敏感") & (groups["family"] != "儿童")
    settled = groups["rule"].map(lambda rule: bool(_SETTLED.fullmatch(str(rule))))
    return tuple(groups.loc[offered & ~settled, "name"])
