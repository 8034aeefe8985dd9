"""Which norms are measured: those of the codebook that tables can tell, and the office's own sheet before them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from needs_analytics.core.issue import Issue
from needs_analytics.core.wording import key

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from needs_analytics.core.records import Cleaned

_Row = dict["Hashable", Any]
_PARTED = re.compile(r"[|、，,;；/]\s*")
_INDICATORS = {
    "farthest_grid": re.compile(r"半径|步行距离"),
    "area_per_100_households": re.compile(r"每百户"),
    "households_per_grid": re.compile(r"^户数|每网格户数|网格规模"),
    "largest_area": re.compile(r"^(单体|单处|建筑)?面积"),
}
"""What an office's own norm measures, by its indicator, where its number is none of the codebook's."""


@dataclass(frozen=True)
class NormRule:
    """One norm as it is measured.

    Attributes
    ----------
    least, most
        What is required; infinite where there is no such limit.
    facilities
        Words of which one stands in the name of every facility that counts; empty where none is needed.
    needs
        The needs it is held against.
    own
        Whether the office's own sheet gave it.
    """

    norm: str
    object: str
    indicator: str
    measure: str
    least: float
    most: float
    unit: str
    facilities: tuple[str, ...]
    needs: tuple[str, ...]
    scope: str
    source: str
    verified: str
    own: bool

    @property
    def required_text(self) -> str:
        """The limit as it is printed: ``≥30``, ``≤700``, ``300–500``."""
        if not np.isfinite(self.most):
            return f"≥{self.least:g}"
        return f"≤{self.most:g}" if not np.isfinite(self.least) else f"{self.least:g}–{self.most:g}"


def norm_rules(cleaned: Cleaned) -> tuple[list[NormRule], list[Issue]]:
    """Return the norms to measure, the office's own in place of those of the codebook, and its norms left out (I731).

    An own norm goes by its number, else by its object and indicator, for what the codebook knows of it; else by what
    its indicator says, counting the facilities it names (or those with its object in their name). Where it gives both
    limits of something of which more is no offence, the least is required, as for the codebook's.
    """
    catalogue = {str(row["norm"]): row for row in cleaned.codebook.norms.to_dict("records")}
    known = {(key(str(row["object"])), key(str(row["indicator"]))): name for name, row in catalogue.items()}
    rules, unread = {name: _rule(row, own=False) for name, row in catalogue.items() if row["measure"]}, []
    for own in cleaned.norms.to_dict("records"):
        name = _said(own, "norm")
        name = name if name in catalogue else known.get((key(_said(own, "object")), key(_said(own, "indicator"))), name)
        rule = _own_rule(own, catalogue.get(name), name)
        if rule is None:
            unread.append(f"{_said(own, 'object')}{_said(own, 'indicator')}")
        else:
            rules[rule.norm] = rule
    named = "、".join(unread)
    return list(rules.values()), [Issue("I731", value=named, details={"count": len(unread)})] if unread else []


def _own_rule(own: _Row, known: Mapping[Hashable, Any] | None, name: str) -> NormRule | None:
    """Return an office's own norm; ``None`` where nothing tells what to measure or against which limit."""
    base: _Row = dict(known) if known else {"needs": "", "facilities": "", "measure": "", "required": ""}
    told = {column: _said(own, str(column)) for column in own if column not in {"value_min", "value_max"}}
    row = base | {column: said for column, said in told.items() if said}
    row |= {"value_min": own.get("value_min"), "value_max": own.get("value_max")}
    measures = (measure for measure, words in _INDICATORS.items() if words.search(_said(row, "indicator")))
    row["measure"] = base["measure"] or next(measures, "")
    row["norm"] = name or f"{_said(row, 'object')}{_said(row, 'indicator')}"
    row["facilities"] = row["facilities"] or ("" if row["measure"] == "households_per_grid" else _said(row, "object"))
    row["required"] = _required(row, base)
    return _rule(row, own=True) if row["measure"] and row["required"] else None


def _required(row: _Row, base: Mapping[Hashable, Any]) -> str:
    least, most = (np.isfinite(_number(row, name)) for name in ("value_min", "value_max"))
    if least and most:
        return str(base["required"] or ("least" if "area" in row["measure"] else "between"))
    return "least" if least else "most" if most else ""


def _rule(row: Mapping[Hashable, Any], *, own: bool) -> NormRule:
    required = str(row["required"])
    return NormRule(
        norm=_said(row, "norm"), object=_said(row, "object"), indicator=_said(row, "indicator"),
        measure=_said(row, "measure"),
        least=_number(row, "value_min") if required in {"least", "between"} else -np.inf,
        most=_number(row, "value_max") if required in {"most", "between"} else np.inf,
        unit=_said(row, "unit"), facilities=tuple(word for word in _PARTED.split(_said(row, "facilities")) if word),
        needs=tuple(need for need in _said(row, "needs").split(";") if need), scope=_said(row, "scope"),
        source=_said(row, "source"), verified=_said(row, "verified"), own=own,
    )  # fmt: skip


def _number(row: Mapping[Hashable, Any], name: str) -> float:
    value = row.get(name)
    return float(value) if value not in ("", None) else float("nan")


def _said(row: Mapping[Hashable, Any], name: str) -> str:
    value = row.get(name)
    return value if isinstance(value, str) else ""
